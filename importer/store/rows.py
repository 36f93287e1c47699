"""Values <-> rows: which field stands in which column.

Conventions: a row is a mapping of column names; a list of texts, pauses or splits is JSON.
A statistic that is not a number is not measured: NaN and infinities become NULL.
Text loses NUL (PostgreSQL cannot hold it), and bytes of a file name that are no UTF-8 are written as ``\\udcff``.
Pure: no database here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import numpy as np

from importer.store.records import FailureRecord, SegmentRecord, SessionRecord, SourceInfo
from importer.values.activity import (
    Activity,
    CadenceBasis,
    Device,
    Environment,
    FloatArray,
    Lap,
    Pause,
    PauseKind,
    Place,
    SpeedBasis,
    Text,
)
from importer.values.sensors import Split, from_streams, is_stream
from importer.values.session import Basis, BoutKind, Direction, Gait, Phase, Segment, Session, Standing

Row = dict[str, Any]
#: A row as SQLAlchemy gives it.
Found = Mapping[Any, Any]

#: Name of the time column among the streams.
TIME: Final = "t_s"
#: The times of a recording whose samples were not asked for.
NO_SAMPLES: Final[FloatArray] = np.empty(0)
_STATISTICS: Final = (
    "distance_m",
    "mean_speed_mps",
    "max_speed_mps",
    "mean_cadence_spm",
    "mean_heart_rate_bpm",
    "ascent_m",
    "grade_ratio",
)


def clean(text: str) -> str:
    """Give the text as both databases can hold it."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode("utf-8")


def clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)


def number(value: float | None) -> float | None:
    """Give a plain finite float, or None."""
    return float(value) if value is not None and math.isfinite(value) else None


def source_row(source: SourceInfo, *, athlete_id: int, batch_id: int, now: datetime) -> Row:
    return {
        "sha256": source.sha256,
        "athlete_id": athlete_id,
        "batch_id": batch_id,
        "path": clean(source.path),
        "member": clean_or_none(source.member),
        "format": source.format,
        "size_bytes": source.size_bytes,
        "modified_utc": source.modified,
        "imported_utc": now,
    }


def _described(activity: Activity) -> Row:
    """Give the columns that `recording` and `session` share."""
    return {
        "start_utc": activity.start,
        "utc_offset_s": activity.utc_offset_s,
        "utc_offset_basis": activity.utc_offset_basis,
        "sport": clean(activity.sport),
        "sub_sport": clean(activity.sub_sport),
        "environment": activity.environment.value,
        "speed_basis": activity.speed_basis.value,
        "cadence_basis": activity.cadence_basis.value,
        "cadence_factor": number(activity.cadence_factor),
        "elapsed_s": float(activity.elapsed_s),
        "timer_s": float(activity.timer_s),
        "distance_m": number(activity.distance_m),
    }


def session_row(session: Session, *, athlete_id: int) -> Row:
    """Give the columns that stay as they are however the session is judged; `judged.judged_row` gives the others."""
    return {
        **_described(session.activity),
        "athlete_id": athlete_id,
        "distance_m": number(session.distance_m),
    }


def totals(segments: Iterable[Segment | SegmentRecord]) -> Row:
    """Add up what reports need: seconds and metres by direction, backward by standing."""
    sums = dict.fromkeys(
        (f"{what}_{unit}" for what in ("backward_accepted", "backward_suggested", "forward", "unknown") for unit in "sm"), 0.0
    )
    sums["still_s"] = 0.0
    for segment in segments:
        what = f"backward_{segment.standing.value}" if segment.direction is Direction.BACKWARD else segment.direction.value
        sums[f"{what}_s"] += segment.end_s - segment.start_s
        distance_m = number(segment.distance_m)
        if segment.direction is not Direction.STILL and distance_m is not None:
            sums[f"{what}_m"] += distance_m
    return dict(sums)


def recording_row(activity: Activity, *, session_id: int, source_id: int) -> Row:
    device = activity.device
    return {
        **_described(activity),
        "session_id": session_id,
        "source_id": source_id,
        "is_primary": True,
        "format": activity.format,
        "manufacturer": clean_or_none(device.manufacturer),
        "product": clean_or_none(device.product),
        "serial": serial(device),
        "software": clean_or_none(device.software),
        "session_ix": activity.session_index,
        "n_samples": len(activity),
        "pauses": [[float(pause.start_s), float(pause.end_s), pause.kind.value] for pause in activity.pauses],
        "texts": [text_row(text) for text in activity.texts],
        "splits": [
            [float(s.start_s), float(s.end_s), clean(s.kind), s.source, number(s.distance_m), s.repetitions] for s in activity.splits
        ],
        "counts": {name: int(count) for name, count in activity.counts.items()},
        "notes": [clean(note) for note in activity.notes],
        "clock_shift_s": 0.0,
        "supplies": None,
    }


def serial(device: Device) -> int | None:
    """Give the serial number as a column can hold it; an XML file may claim any number of digits."""
    return int(device.serial) if device.serial is not None and abs(device.serial) < 2**63 else None


def lap_rows(activity: Activity, *, recording_id: int) -> list[Row]:
    return [
        {
            "recording_id": recording_id,
            "lap_ix": index,
            "start_s": float(lap.start_s),
            "end_s": float(lap.end_s),
            "lap_trigger": clean_or_none(lap.trigger),
            "intensity": clean_or_none(lap.intensity),
            "step_index": lap.step_index,
            "distance_m": number(lap.distance_m),
            "timer_s": number(lap.timer_s),
        }
        for index, lap in enumerate(activity.laps)
    ]


def segment_rows(segments: Iterable[Segment], *, session_id: int) -> list[Row]:
    return [
        {
            "session_id": session_id,
            "start_s": float(segment.start_s),
            "end_s": float(segment.end_s),
            "direction": segment.direction.value,
            "gait": None if segment.gait is None else segment.gait.value,
            "basis": segment.basis.value,
            "standing": segment.standing.value,
            "confidence": number(segment.confidence),
            **{name: number(getattr(segment, name)) for name in _STATISTICS},
            "why": [clean(reason) for reason in segment.why],
            "kind": None if segment.kind is None else segment.kind.value,
            "set_index": segment.set_index,
            "phase": None if segment.phase is None else segment.phase.value,
        }
        for segment in segments
    ]


def segment_record(row: Found) -> SegmentRecord:
    return SegmentRecord(
        id=row["id"],
        start_s=row["start_s"],
        end_s=row["end_s"],
        direction=Direction(row["direction"]),
        gait=None if row["gait"] is None else Gait(row["gait"]),
        basis=Basis(row["basis"]),
        standing=Standing(row["standing"]),
        confidence=row["confidence"],
        **{name: row[name] for name in _STATISTICS},
        why=tuple(row["why"]),
        kind=None if row["kind"] is None else BoutKind(row["kind"]),
        set_index=row["set_index"],
        phase=None if row["phase"] is None else Phase(row["phase"]),
    )


#: Columns of `session` that a `SessionRecord` takes as they are.
PLAIN: Final = (
    "utc_offset_s",
    "utc_offset_basis",
    "sport",
    "sub_sport",
    "cadence_factor",
    "elapsed_s",
    "timer_s",
    "distance_m",
    "possible_duplicate_of",
    "backward_accepted_s",
    "backward_accepted_m",
    "backward_suggested_s",
    "backward_suggested_m",
    "forward_s",
    "forward_m",
    "still_s",
    "unknown_s",
    "unknown_m",
    "calibration",
    "baseline_id",
)
#: Columns of `recording` and `source_file` that a `SessionRecord` takes as they are.
PLAIN_RECORDING: Final = ("format", "n_samples")
PLAIN_SOURCE: Final = ("path", "member", "sha256")


def session_record(row: Found, *, segments: tuple[SegmentRecord, ...] = (), laps: tuple[Lap, ...] = ()) -> SessionRecord:
    return SessionRecord(
        id=row["id"],
        start=row["start_utc"],
        athlete=row["athlete"],
        environment=Environment(row["environment"]),
        speed_basis=SpeedBasis(row["speed_basis"]),
        cadence_basis=CadenceBasis(row["cadence_basis"]),
        findings=tuple(row["findings"]),
        device=device(row),
        counts=dict(row["counts"]),
        notes=tuple(row["notes"]),
        segments=segments,
        laps=laps,
        pauses=pauses(row),
        texts=texts(row),
        **{name: row[name] for name in (*PLAIN, *PLAIN_RECORDING, *PLAIN_SOURCE)},
    )


def device(row: Found) -> Device:
    return Device(row["manufacturer"], row["product"], row["serial"], row["software"])


def pauses(row: Found) -> tuple[Pause, ...]:
    return tuple(Pause(start_s, end_s, PauseKind(kind)) for start_s, end_s, kind in row["pauses"])


def text_row(text: Text) -> list[Any]:
    return [text.place.value, clean(text.text), number(text.start_s), number(text.end_s)]


def texts(row: Found) -> tuple[Text, ...]:
    return tuple(Text(Place(place), text, start_s, end_s) for place, text, start_s, end_s in row["texts"])


def lap(row: Found) -> Lap:
    return Lap(
        start_s=row["start_s"],
        end_s=row["end_s"],
        trigger=row["lap_trigger"],
        intensity=row["intensity"],
        step_index=row["step_index"],
        distance_m=row["distance_m"],
        timer_s=row["timer_s"],
    )


def activity(row: Found, *, laps: tuple[Lap, ...], columns: Mapping[str, FloatArray]) -> Activity:
    """Build the Activity of a row of `recording` and its decoded streams.

    Raises
    ------
    ValueError
        The streams of a sensor do not go together.
    """
    sensors, beats = from_streams(columns)
    return Activity(
        start=row["start_utc"],
        t_s=columns[TIME],
        columns={name: column for name, column in columns.items() if name != TIME and not is_stream(name)},
        elapsed_s=row["elapsed_s"],
        timer_s=row["timer_s"],
        format=row["format"],
        sport=row["sport"],
        sub_sport=row["sub_sport"],
        environment=Environment(row["environment"]),
        speed_basis=SpeedBasis(row["speed_basis"]),
        cadence_basis=CadenceBasis(row["cadence_basis"]),
        cadence_factor=row["cadence_factor"],
        distance_m=row["distance_m"],
        laps=laps,
        pauses=pauses(row),
        texts=texts(row),
        device=device(row),
        utc_offset_s=row["utc_offset_s"],
        utc_offset_basis=row["utc_offset_basis"],
        session_index=row["session_ix"],
        sensors=sensors,
        beats=beats,
        splits=tuple(Split(*split) for split in row["splits"]),
        counts=dict(row["counts"]),
        notes=tuple(row["notes"]),
    )


def failure_record(row: Found) -> FailureRecord:
    return FailureRecord(
        id=row["id"],
        sha256=row["sha256"],
        path=row["path"],
        kind=row["kind"],
        code=row["code"],
        message=row["message"],
        offset=row["offset_bytes"],
        attempts=row["attempts"],
        program_version=row["program_version"],
        first=row["first_utc"],
        last=row["last_utc"],
    )
