"""TCX (Training Center XML 2): bytes to activities with laps and their notes.

Conventions: one activity for each <Activity>, those of a multisport session included; elements are known by local name under any
prefix; a lap ends where the next one starts. Garmin Connect calls every lap ``Manual``: a trigger here is no proof of a button.
Any bytes give activities or a ReadError. Nothing here guesses a direction.

Source: formats seen in real files, see docs/readers.md, "TCX".
"""

from __future__ import annotations

import itertools
import math
from typing import Final

import numpy as np

from importer.errors import CorruptFileError, NotAnActivityError, ReadError
from importer.readers.assemble import FARTHEST_ZONE_S, START_SLACK_S, ZONE_STEP_S, build
from importer.readers.cadence import known_factor
from importer.readers.recorded import LapRow, Mark, Recorded
from importer.readers.sport_words import sport_of
from importer.readers.tcx_document import COLUMNS, VOCABULARY, Document, TcxActivity, TcxLap
from importer.readers.xmlpass import Sink
from importer.readers.xmlpoints import Points
from importer.readers.xmlstream import stream
from importer.readers.xmltext import number, unix_time
from importer.values.activity import EXPORTER, Activity, Device, Environment, FloatArray, Place, SpeedBasis

#: s; a lap whose start is off its first point by whole quarters of an hour, within this, was written in another time zone
ZONE_SLACK_S: Final = 2.0
#: m; a distance that falls by more at the start of a lap counts from zero in each lap
DISTANCE_RESTART_M: Final = 1.0
#: families of Garmin watches, which write their own name without the maker's
_GARMIN: Final = (
    "garmin",
    "forerunner",
    "fenix",
    "fēnix",
    "vivo",
    "vívo",
    "edge",
    "epix",
    "venu",
    "instinct",
    "enduro",
    "marq",
    "tactix",
    "swim",
)
#: programs that write a belt's speed
_BELTS: Final = ("qdomyos", "peloton", "ifit", "zwift", "kinomap", "technogym", "trackmyindoor", "track my indoor", "treadmill", "npe runn")
#: worthless serial numbers
_NO_SERIAL: Final = frozenset({0, 12345, 2**31 - 1, 2**32 - 1})

_ACTIVITY_TEXTS: Final = {
    "Activity/Notes": Place.ACTIVITY_NOTES,
    "Activity/Training/Plan/Name": Place.WORKOUT_NAME,
    "Activity/Name": Place.TITLE,
}


def read_tcx(data: bytes, *, strict: bool = False) -> tuple[Activity, ...]:
    """Read the activities of a TCX file.

    Parameters
    ----------
    strict : refuse a file that breaks off or has bytes behind its end, instead of saving what is whole.

    Raises
    ------
    NotAnActivityError
        Codes ``not-an-activity`` (a course, a workout, an empty history), ``no-samples`` (laps without time or points).
    CorruptFileError, TooLargeError, ReadError
    """
    document = Document()

    def make_sink() -> Sink:
        nonlocal document
        document = Document()
        return document

    points = stream(data, VOCABULARY, make_sink)
    if points.damage is not None and strict:
        raise points.damage
    notes = points.notes
    if points.damage is not None:
        kind = points.damage.code if points.damage.code == "trailing-bytes" else "truncated"
        notes = (*notes, f"{kind}: {points.damage.reason}; the {len(points):,} points before it were saved")
    found: list[Activity] = []
    for entry in document.activities:
        found += build(_recorded(document, points, entry, notes=notes), first_index=len(found))
    if not found:
        raise _nothing(document, points.damage)
    return tuple(found)


def _recorded(document: Document, points: Points, entry: TcxActivity, *, notes: tuple[str, ...]) -> Recorded:
    """Cut one activity out of the points of its document."""
    part = slice(entry.first, len(points) if entry.end is None else entry.end)
    t_unix_s = points.t_unix_s[part]
    columns = dict(zip(COLUMNS, (column[part] for column in points.columns), strict=True))
    run_cadence = columns.pop("run_cadence")
    columns["cadence_spm"] = np.where(np.isnan(run_cadence), columns["cadence_spm"], run_cadence)
    firsts = [lap.first - entry.first for lap in entry.laps[1:]]
    columns["distance_m"], n_restarts = _cumulative(columns["distance_m"], t_unix_s, lap_firsts=firsts)
    if n_restarts:
        notes = (*notes, "lap-distance: the distance starts from zero in each lap, it was added up")
    sport, sub_sport = sport_of(entry.sport)
    device = _device(entry)
    is_export = document.author == EXPORTER
    words = (device.manufacturer, device.product, document.author)
    said = " ".join(word for word in words if word is not None).casefold()
    has_belt = any(word in said for word in _BELTS)
    laps, n_shifted = _laps(entry, t_unix_s)
    if n_shifted:
        notes = (*notes, "lap-zone: laps start whole hours away from their points, as if in another time zone: the points count")
    return Recorded(
        format="tcx",
        t_unix_s=t_unix_s,
        zone_s=points.zone_s[part],
        columns={name: column for name, column in columns.items() if not np.isnan(column).all()},
        breaks=tuple(first - entry.first for lap in entry.laps for first in lap.tracks[1:] if entry.first < first < part.stop),
        sport=sport,
        sub_sport=sub_sport,
        # an export names the device that recorded the session, and is no file of that device
        device=Device(product=EXPORTER) if is_export else device,
        writer_factor=known_factor("tcx", *words),
        start_unix_s=_start(entry, laps),
        timer_s=_total(entry, "TotalTimeSeconds"),
        # an export writes 0 where nothing was measured, as the schema demands a number
        distance_m=(_total(entry, "DistanceMeters") or None) if is_export else _total(entry, "DistanceMeters"),
        indoor_speed=_indoor_speed(device, has_belt=has_belt, sub_sport=sub_sport, sensors=entry.sensors),
        indoor_environment=Environment.TREADMILL if has_belt or sub_sport == "treadmill" else Environment.INDOOR,
        laps=tuple(lap for lap, _ in laps),
        marks=(
            *(Mark(Place.LAP_NOTES, text, lap.start_unix_s, lap.end_unix_s) for lap, text in laps if text is not None),
            *(Mark(place, entry.texts[path]) for path, place in _ACTIVITY_TEXTS.items() if path in entry.texts),
        ),
        notes=notes,
    )


def _cumulative(distance_m: FloatArray, t_unix_s: FloatArray, *, lap_firsts: list[int]) -> tuple[FloatArray, int]:
    """Give the distance since the start of the activity, (n,), and how often it started again with a lap.

    A fall of the distance where time goes back too is a lap out of order, and no new start.
    """
    at = np.flatnonzero(np.isfinite(distance_m))
    stated = distance_m[at]
    first_of_lap = np.unique(np.searchsorted(at, lap_firsts))
    first_of_lap = first_of_lap[(first_of_lap > 0) & (first_of_lap < len(at))]
    falls = stated[first_of_lap] < stated[first_of_lap - 1] - DISTANCE_RESTART_M
    falls &= t_unix_s[at[first_of_lap]] > t_unix_s[at[first_of_lap - 1]]
    restarts = first_of_lap[falls]
    if not len(restarts):
        return distance_m, 0
    added = np.zeros(len(distance_m))
    added[at[restarts]] = stated[restarts - 1]
    return distance_m + np.cumsum(added), len(restarts)


def _indoor_speed(device: Device, *, has_belt: bool, sub_sport: str, sensors: set[str]) -> SpeedBasis:
    """Say what supplies a speed without positions: a belt's program, a foot pod that the points name, or the watch's own model."""
    if has_belt:
        return SpeedBasis.BELT
    if "footpod" in sensors:
        return SpeedBasis.FOOTPOD
    if device.manufacturer == "garmin":
        return SpeedBasis.WATCH_MODEL
    return SpeedBasis.BELT if sub_sport == "treadmill" else SpeedBasis.UNKNOWN


def _start(entry: TcxActivity, laps: list[tuple[LapRow, str | None]]) -> float | None:
    """Give the start that the file states: that of its first lap, or else its <Id>, which is one too."""
    if laps:
        return laps[0][0].start_unix_s
    stated = unix_time(entry.texts.get("Activity/Id", ""))
    return stated if math.isfinite(stated) else None


def _laps(entry: TcxActivity, t_unix_s: FloatArray) -> tuple[list[tuple[LapRow, str | None]], int]:
    """Give the laps with their notes, and how many stood in another time zone than their points.

    Each ends where the next one starts, the last with the samples or its own time.
    """
    borders = [*(lap.first - entry.first for lap in entry.laps), len(t_unix_s)]
    usable: list[tuple[TcxLap, float]] = []
    n_shifted = 0
    for lap, (first, end) in zip(entry.laps, itertools.pairwise(borders), strict=True):
        start, is_shifted = _lap_start(lap, t_unix_s[first:end])
        n_shifted += is_shifted
        if start is not None and (not usable or start >= usable[-1][1]):
            usable.append((lap, start))
    finite = t_unix_s[np.isfinite(t_unix_s)]
    last = float(finite[-1]) if len(finite) else -math.inf
    rows = []
    for i, (lap, start) in enumerate(usable):
        timer_s = lap.number_of("TotalTimeSeconds")
        # what a document that breaks off says of its last lap is not in it
        stated = start if timer_s is None or entry.end is None else start + timer_s
        end_s = usable[i + 1][1] if i + 1 < len(usable) else max(last, stated)
        trigger, intensity = (_folded(lap.texts.get(name)) for name in ("TriggerMethod", "Intensity"))
        row = LapRow(start, end_s, trigger, intensity, distance_m=lap.number_of("DistanceMeters"), timer_s=timer_s)
        rows.append((row, lap.texts.get("Notes")))
    return rows, n_shifted


def _folded(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _lap_start(lap: TcxLap, t_unix_s: FloatArray) -> tuple[float | None, bool]:
    """Give the stated start and False, or the first sample's time where there is none or it is hours away.

    True says that it is away by a time zone: some programs write laps in one zone and points in another.
    """
    finite = t_unix_s[np.isfinite(t_unix_s)]
    first = float(finite[0]) if len(finite) else None
    if not math.isfinite(lap.start_unix_s):
        return first, False
    if first is None:
        return lap.start_unix_s, False
    away_s = abs(first - lap.start_unix_s)
    is_shifted = ZONE_STEP_S - ZONE_SLACK_S <= away_s <= FARTHEST_ZONE_S and abs(math.remainder(away_s, ZONE_STEP_S)) <= ZONE_SLACK_S
    return (first if is_shifted or away_s > START_SLACK_S else lap.start_unix_s), is_shifted


def _total(entry: TcxActivity, name: str) -> float | None:
    """Give the sum of a number over the laps, None where a lap does not state it or laps are missing."""
    if entry.end is None:
        return None
    values = [lap.number_of(name) for lap in entry.laps]
    stated = [value for value in values if value is not None]
    return sum(stated) if stated and len(stated) == len(values) else None


def _device(entry: TcxActivity) -> Device:
    texts = entry.texts
    product = texts.get("Activity/Creator/Name")
    serial = number(texts.get("Activity/Creator/UnitId", ""))
    version = [texts.get(f"Activity/Creator/Version/Version{part}") for part in ("Major", "Minor")]
    is_garmin = product is not None and product.casefold().startswith(_GARMIN)
    return Device(
        manufacturer="garmin" if is_garmin else None,
        product=product,
        serial=int(serial) if math.isfinite(serial) and serial > 0 and int(serial) not in _NO_SERIAL else None,
        software=".".join(part for part in version if part is not None) or None,
    )


def _nothing(document: Document, damage: CorruptFileError | None) -> ReadError:
    """Say why there is no activity in the document."""
    if damage is not None:
        return damage
    if document.activities:
        return NotAnActivityError(
            "the TCX file has an activity without samples and without times",
            found="an empty activity",
            code="no-samples",
            remedy="export the activity as FIT (Original)",
        )
    found = ", ".join(sorted(name.lower() for name in document.others)) or "nothing"
    return NotAnActivityError(
        f"the TCX file holds no activity (found: {found})", found=found, remedy="export the recorded activity instead of the plan"
    )
