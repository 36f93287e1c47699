"""From what GPX and TCX say to activities: cleaning, splitting, pauses, speed, cadence, places of texts.

Conventions: a reader hands over one `Recorded` for each recording, with moments in UTC seconds since 1970;
an activity counts from its own start. Notes begin with a code and a colon.
Nothing here knows XML, and nothing is dropped without a count or a note.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from importer.errors import CorruptFileError
from importer.readers.cadence import CadenceVerdict, decide_cadence
from importer.readers.derived import derived_speed
from importer.readers.recorded import Recorded
from importer.readers.samples import CleanSamples, clean, gap_pauses, split_at_jumps
from importer.readers.sensing import series
from importer.values.activity import Activity, CadenceBasis, Environment, FloatArray, Lap, Pause, PauseKind, SpeedBasis, Text
from importer.values.channels import CHANNELS

#: recordings that one may fall into; more is a clock gone wild
MOST_PARTS: Final = 1000
#: s; a break between two segments shorter than this is no pause: recorders start a segment for many reasons
SHORTEST_BREAK_S: Final = 2.0
#: s; laps round their times, so that their sum may differ from the clock by this much
TIMER_SLACK_S: Final = 2.0
#: s; a stated start may precede the first sample by this much (waiting for satellites), not by years
START_SLACK_S: Final = 6 * 3600.0
#: s; steps of all time zones, and the farthest
ZONE_STEP_S, FARTHEST_ZONE_S = 900, 14 * 3600
#: digits behind the point of a second
MILLISECONDS: Final = 3
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: sub-sports whose positions are drawn, not measured, or that have none
_NOT_OUTDOORS: Final = {
    "treadmill": Environment.TREADMILL,
    "indoor_running": Environment.INDOOR,
    "virtual_activity": Environment.INDOOR,
    "elliptical": Environment.ELLIPTICAL,
}


def build(recorded: Recorded, *, first_index: int = 0) -> list[Activity]:
    """Give the activities of a recording: one, or one for each part between holes of many hours.

    A recording without two samples gives an activity of its laps alone, or none.

    Parameters
    ----------
    first_index : position in its file of the first activity.
    """
    cleaned = clean(recorded.t_unix_s, _without_zero_hearts(recorded.columns))
    parts = [part for part in split_at_jumps(cleaned.t_unix_s) if part.stop - part.start >= 2]
    if len(parts) > MOST_PARTS:
        raise CorruptFileError(
            f"the times jump by many hours {len(parts):,} times", remedy="the clock of the recorder is at fault: export the file again"
        )
    n_lone = len(cleaned.t_unix_s) - sum(part.stop - part.start for part in parts)
    counts = {**cleaned.counts, **recorded.counts}
    notes = recorded.notes
    if n_lone and parts:
        counts["lone_samples"] = n_lone
        notes = (*notes, f"lone-samples: {n_lone} hours away from all others, left out")
    n_naive = int(np.count_nonzero(np.isnan(recorded.zone_s) & np.isfinite(recorded.t_unix_s)))
    if n_naive:
        counts["naive_time"] = n_naive
        notes = (*notes, "naive-time: times without a zone were read as UTC")
    if len(parts) > 1:
        notes = (*notes, f"split: holes of more than six hours make {len(parts)} recordings of one")
    if not parts:
        return _summary(recorded, index=first_index, counts=counts, notes=notes)
    owns = _borders(cleaned.t_unix_s, parts)
    return [
        _activity(recorded, _part(cleaned, part), owns=owns[i], is_whole=len(parts) == 1, index=first_index + i, counts=counts, notes=notes)
        for i, part in enumerate(parts)
    ]


def utc_offset(zone_s: FloatArray) -> int | None:
    """Give local minus UTC where the times say it: one zone other than UTC, possible on earth."""
    stated = np.unique(zone_s[np.isfinite(zone_s) & (zone_s != 0.0)])
    if len(stated) != 1 or stated[0] % ZONE_STEP_S or abs(stated[0]) > FARTHEST_ZONE_S:
        return None
    return int(stated[0])


def _without_zero_hearts(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Turn a heart rate of zero into a missing one: so recorders write that no strap was there."""
    kept = dict(columns)
    heart = kept.get("heart_rate_bpm")
    if heart is not None:
        kept["heart_rate_bpm"] = np.where(heart == 0.0, np.nan, heart)
    return kept


def _borders(t_unix_s: FloatArray, parts: Sequence[slice]) -> list[tuple[float, float]]:
    """Give what each part owns of the sensors, ``[first, end)``: the borders stand in the middle of the holes."""
    middles = [float(t_unix_s[a.stop - 1] + t_unix_s[b.start]) / 2.0 for a, b in itertools.pairwise(parts)]
    return list(itertools.pairwise([-math.inf, *middles, math.inf]))


def _part(cleaned: CleanSamples, part: slice) -> CleanSamples:
    return CleanSamples(cleaned.t_unix_s[part], {name: values[part] for name, values in cleaned.columns.items()}, cleaned.counts)


def _summary(recorded: Recorded, *, index: int, counts: Mapping[str, int], notes: tuple[str, ...]) -> list[Activity]:
    """Give an activity of laps alone, as some treadmills write it; none where the laps take no time."""
    start_unix_s = recorded.start_unix_s
    end_unix_s = max((lap.end_unix_s for lap in recorded.laps), default=-math.inf)
    if start_unix_s is None or not end_unix_s > start_unix_s:
        return []
    elapsed_s = round(end_unix_s - start_unix_s, MILLISECONDS)
    return [
        Activity(
            start=_EPOCH + timedelta(seconds=start_unix_s),
            t_s=np.empty(0),
            columns={},
            elapsed_s=elapsed_s,
            timer_s=elapsed_s if recorded.timer_s is None else min(recorded.timer_s, elapsed_s),
            format=recorded.format,
            sport=recorded.sport,
            sub_sport=recorded.sub_sport,
            environment=_environment(recorded, has_positions=False),
            distance_m=recorded.distance_m,
            laps=_laps(recorded, start_unix_s, end_unix_s),
            texts=_texts(recorded, start_unix_s, end_unix_s),
            device=recorded.device,
            session_index=index,
            counts=counts,
            notes=(*notes, "no-samples: the file has laps only, nothing can be told from them but words"),
        )
    ]


def _activity(
    recorded: Recorded,
    samples: CleanSamples,
    *,
    owns: tuple[float, float],
    is_whole: bool,
    index: int,
    counts: Mapping[str, int],
    notes: tuple[str, ...],
) -> Activity:
    t_unix_s, columns = samples.t_unix_s, {name: values for name, values in samples.columns.items() if np.isfinite(values).any()}
    start_unix_s = _start(recorded, float(t_unix_s[0]), is_whole=is_whole)
    t_s = _since(t_unix_s, start_unix_s)
    # an export of this program keeps laps behind the last sample, where the recorder was silent until the end
    slack_s = START_SLACK_S if is_whole and recorded.device.is_export else 0.0
    laps = _laps(recorded, start_unix_s, float(t_unix_s[-1]) + slack_s)
    elapsed_s = max(float(t_s[-1]), laps[-1].end_s if laps and is_whole else 0.0)
    stated_s = recorded.timer_s if is_whole else None
    if stated_s is not None and not 0.0 < stated_s <= elapsed_s + TIMER_SLACK_S:
        stated_s = None
    pauses = _pauses(recorded, t_unix_s, t_s, room_s=math.inf if stated_s is None else elapsed_s - stated_s + TIMER_SLACK_S)
    paused_s = sum(pause.end_s - pause.start_s for pause in pauses)
    timer_s = round(elapsed_s - paused_s, MILLISECONDS) if stated_s is None else stated_s
    if "speed_mps" not in columns:
        speed, source = derived_speed(t_s, columns)
        if speed is not None:
            columns["speed_mps"] = speed
            notes = (*notes, f"derived-speed: the file has no speed, it was derived from {source}")
    verdict, n_bad = _count_steps(columns, writer_factor=recorded.writer_factor)
    if "cadence_spm" in columns and verdict.factor is None:
        notes = (*notes, "cadence-unit: nothing tells whether the cadence counts steps or strides")
        verdict = verdict._replace(factor=1.0)
    if n_bad:
        counts = {**counts, "bad_cadence_spm": counts.get("bad_cadence_spm", 0) + n_bad}
    has_positions = "latitude_deg" in columns
    offset_s = utc_offset(recorded.zone_s)
    return Activity(
        start=_EPOCH + timedelta(seconds=start_unix_s),
        t_s=t_s,
        columns=columns,
        elapsed_s=elapsed_s,
        timer_s=min(max(0.0, timer_s), elapsed_s),
        format=recorded.format,
        sport=recorded.sport,
        sub_sport=recorded.sub_sport,
        environment=_environment(recorded, has_positions=has_positions),
        speed_basis=_speed_basis(recorded, columns, has_positions=has_positions),
        cadence_basis=verdict.basis,
        cadence_factor=verdict.factor,
        distance_m=recorded.distance_m if is_whole else None,
        laps=laps,
        pauses=pauses,
        texts=_texts(recorded, start_unix_s, start_unix_s + elapsed_s),
        device=recorded.device,
        utc_offset_s=offset_s,
        utc_offset_basis="none" if offset_s is None else "times",
        session_index=index,
        sensors=tuple(found for rows in recorded.sensors if (found := series(rows, start_unix_s, owns=owns)) is not None),
        counts=counts,
        notes=notes,
    )


def _start(recorded: Recorded, first_unix_s: float, *, is_whole: bool) -> float:
    """Give the start: what the file states where that is just before the first sample."""
    stated = recorded.start_unix_s
    if is_whole and stated is not None and 0.0 <= first_unix_s - stated <= START_SLACK_S:
        return stated
    return first_unix_s


def _since(t_unix_s: FloatArray, start_unix_s: float) -> FloatArray:
    """Give seconds since the start, (n,), in whole milliseconds: what lies below is noise of the epoch's large numbers.

    Samples closer than that keep their microseconds.
    """
    t_s = np.round(t_unix_s - start_unix_s, MILLISECONDS)
    return t_s if bool((np.diff(t_s) > 0.0).all()) else t_unix_s - start_unix_s


def _pauses(recorded: Recorded, t_unix_s: FloatArray, t_s: FloatArray, *, room_s: float) -> tuple[Pause, ...]:
    """Give the breaks that the file itself makes, and the holes in the samples, the longest first, as far as they fit into `room_s`.

    A recorder that skips samples leaves holes too: where the file states its timer, it also says how much of the holes was paused.
    """
    breaks = np.array(recorded.breaks, dtype=np.intp)
    before, after = recorded.t_unix_s[breaks - 1], recorded.t_unix_s[breaks]
    at = np.minimum(np.searchsorted(t_unix_s, before), len(t_unix_s) - 2)
    # the two samples must still be neighbours: segments may overlap or stand in any order
    is_pause = (t_unix_s[at] == before) & (t_unix_s[at + 1] == after)
    is_pause &= after - before >= max(SHORTEST_BREAK_S, 1.5 * float(np.median(np.diff(t_s))))
    found = {(float(t_s[i]), float(t_s[i + 1])) for i in at[is_pause]}
    room_s -= sum(end - start for start, end in found)
    for pause in sorted(gap_pauses(t_s), key=lambda pause: pause.start_s - pause.end_s):
        length_s = pause.end_s - pause.start_s
        if pause[:2] not in found and length_s <= room_s:
            found.add(pause[:2])
            room_s -= length_s
    return tuple(Pause(start, end, PauseKind.GAP) for start, end in sorted(found))


def _count_steps(columns: dict[str, FloatArray], *, writer_factor: float | None) -> tuple[CadenceVerdict, int]:
    """Turn the column of cadence into steps a minute; say how that was decided, and how many values were impossible."""
    if "cadence_spm" not in columns:
        return CadenceVerdict(None, CadenceBasis.NONE), 0
    cadence = columns["cadence_spm"]
    verdict = decide_cadence(cadence, columns.get("speed_mps", np.full(len(cadence), np.nan)), writer_factor=writer_factor)
    columns["cadence_spm"], n_bad = _steps(cadence, verdict.factor)
    return verdict, n_bad


def _steps(raw_per_min: FloatArray, factor: float | None) -> tuple[FloatArray, int]:
    """Give steps per minute, and how many of them no legs could do."""
    steps = raw_per_min if factor is None else raw_per_min * factor
    is_bad = steps > CHANNELS["cadence_spm"].high
    return np.where(is_bad, np.nan, steps), int(np.count_nonzero(is_bad))


def _environment(recorded: Recorded, *, has_positions: bool) -> Environment:
    known = _NOT_OUTDOORS.get(recorded.sub_sport)
    if known is not None:
        return known
    if not has_positions:
        return recorded.indoor_environment
    return Environment.TRACK if recorded.sub_sport == "track" else Environment.OUTDOOR


def _speed_basis(recorded: Recorded, columns: Mapping[str, FloatArray], *, has_positions: bool) -> SpeedBasis:
    if "speed_mps" not in columns:
        return SpeedBasis.UNKNOWN
    return SpeedBasis.GPS if has_positions and recorded.sub_sport not in _NOT_OUTDOORS else recorded.indoor_speed


def _laps(recorded: Recorded, start_unix_s: float, last_unix_s: float) -> tuple[Lap, ...]:
    """Give the laps that touch this part of the recording."""
    return tuple(
        Lap(
            max(0.0, round(row.start_unix_s - start_unix_s, MILLISECONDS)),
            round(row.end_unix_s - start_unix_s, MILLISECONDS),
            row.trigger,
            row.intensity,
            distance_m=row.distance_m,
            timer_s=row.timer_s,
        )
        for row in recorded.laps
        if row.end_unix_s > start_unix_s and row.start_unix_s <= last_unix_s
    )


def _texts(recorded: Recorded, start_unix_s: float, end_unix_s: float) -> tuple[Text, ...]:
    texts = []
    for mark in recorded.marks:
        if mark.start_unix_s is None or mark.end_unix_s is None:
            texts.append(Text(mark.place, mark.text))
        elif mark.end_unix_s >= start_unix_s and mark.start_unix_s <= end_unix_s:
            first_s, last_s = max(mark.start_unix_s, start_unix_s), min(mark.end_unix_s, end_unix_s)
            texts.append(
                Text(mark.place, mark.text, round(first_s - start_unix_s, MILLISECONDS), round(last_s - start_unix_s, MILLISECONDS))
            )
    return tuple(texts)
