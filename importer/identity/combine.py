"""Several recordings of one session as one: a belt's speed with a watch's gait, and the words of all.

Conventions: recordings come with the primary one first; its start is the session's start and its clock the session's clock. The others
are moved to it by `shift_s`. Whole groups of channels are taken from one recording, never a mean of two: what two devices measured is
not mixed, and no value is made up. A group that the chosen recording lacks stays missing, unless another one has it.
What lies before the primary recording's start is not taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from importer.values.activity import Activity, CadenceBasis, FloatArray, Lap, Pause, SpeedBasis, Text
from importer.values.sensors import BeatSeries, SensorKind, SensorSeries, Split

#: what the ground does under the runner: from the belt where there is one
MOTION: Final = ("speed_mps", "distance_m", "grade_ratio", "vertical_speed_mps", "altitude_m")
#: where and whereto: from the device with a compass where there is one
PLACE: Final = ("latitude_deg", "longitude_deg", "course_deg", "heading_deg", "gps_accuracy_m")
#: who tells the speed: a belt knows it, a receiver and a pod measure it, a watch's model makes it of cadence
_SPEED: Final = {SpeedBasis.BELT: 0, SpeedBasis.GPS: 1, SpeedBasis.FOOTPOD: 1, SpeedBasis.UNKNOWN: 1, SpeedBasis.WATCH_MODEL: 2}
#: how exactly sample times are told apart, s
_TICK_S: Final = 1e-3
#: a clock that is off by more than this was set to another zone, s
_WRONG_ZONE_S: Final = 600.0


class Part(NamedTuple):
    """A recording of a session, and what is added to its clock to get the session's, s."""

    activity: Activity
    shift_s: float = 0.0


class Combined(NamedTuple):
    """A session as all its recordings tell it; `supplies` names the channels that each of them gave, in the order of the parts."""

    activity: Activity
    supplies: tuple[tuple[str, ...], ...]


def combine(parts: Sequence[Part]) -> Combined:
    """Make one recording of those of a session, the primary one first; of a single one, itself."""
    if len(parts) == 1:
        return Combined(parts[0].activity, (tuple(parts[0].activity.columns),))
    primary = parts[0].activity
    motion, gait = _motion(parts), _gait(parts)
    source = _sources(parts, motion=motion, gait=gait)
    from_s = [(part.activity.start - primary.start).total_seconds() + part.shift_s for part in parts]
    elapsed_s = max(from_s[i] + parts[i].activity.elapsed_s for i in {0, motion, gait})
    t_s, columns = _columns(parts, source, from_s=from_s, elapsed_s=elapsed_s)
    body, ground = parts[gait].activity, parts[motion].activity
    by_worth = (gait, *range(len(parts)))
    laps_of = next((i for i in by_worth if len(parts[i].activity.laps) > 1), gait)
    zone = _zone(parts)
    activity = replace(
        primary,
        t_s=t_s,
        columns=columns,
        elapsed_s=elapsed_s,
        timer_s=min(elapsed_s, max(0.0, elapsed_s - (body.elapsed_s - body.timer_s))),
        sub_sport=ground.sub_sport if ground.speed_basis is SpeedBasis.BELT else primary.sub_sport,
        environment=ground.environment if ground.speed_basis is SpeedBasis.BELT else primary.environment,
        speed_basis=ground.speed_basis,
        distance_m=ground.distance_m,
        cadence_basis=body.cadence_basis,
        cadence_factor=body.cadence_factor,
        laps=_moved_laps(parts[laps_of].activity.laps, from_s[laps_of], elapsed_s, has_distance=laps_of == motion),
        pauses=_moved_pauses(body.pauses, from_s[gait], elapsed_s),
        texts=_texts(parts, from_s, elapsed_s),
        sensors=_sensors(parts, by_worth, from_s),
        beats=_beats(parts, by_worth, from_s),
        splits=_splits(parts, by_worth, from_s),
        utc_offset_s=zone.utc_offset_s,
        utc_offset_basis=zone.utc_offset_basis,
    )
    return Combined(activity, tuple(tuple(name for name, i in source.items() if i == k) for k in range(len(parts))))


def _motion(parts: Sequence[Part]) -> int:
    """Choose who tells the speed."""

    def worth(i: int) -> tuple[bool, int, int]:
        activity = parts[i].activity
        has_any = any(name in activity.columns for name in ("speed_mps", "distance_m", "latitude_deg"))
        return not has_any, _SPEED[activity.speed_basis], i

    return min(range(len(parts)), key=worth)


def _gait(parts: Sequence[Part]) -> int:
    """Choose who tells the steps: whose cadence has a known unit, and rather a watch than a belt."""

    def worth(i: int) -> tuple[bool, bool, bool, int]:
        activity = parts[i].activity
        has_cadence = bool(np.isfinite(activity.columns["cadence_spm"]).any()) if "cadence_spm" in activity.columns else False
        is_unknown = activity.cadence_basis in (CadenceBasis.UNKNOWN, CadenceBasis.NONE)
        return not has_cadence, is_unknown, activity.speed_basis is SpeedBasis.BELT, i

    return min(range(len(parts)), key=worth)


def _sources(parts: Sequence[Part], *, motion: int, gait: int) -> dict[str, int]:
    """Choose for every channel the recording it is taken from."""
    everybody = range(len(parts))
    is_belt = parts[motion].activity.speed_basis is SpeedBasis.BELT
    compass = next((i for i in everybody if "heading_deg" in parts[i].activity.columns), motion)
    found: dict[str, int] = {}
    for name in dict.fromkeys(name for part in parts for name in part.activity.columns):
        if name in MOTION:
            # a watch beside a belt has a height of the room's air pressure, and a model's speed
            order = (motion,) if is_belt else (motion, *everybody)
        else:
            order = (compass, *everybody) if name in PLACE else (gait, *everybody)
        giver = next((i for i in order if _has(parts[i].activity, name)), None)
        if giver is not None:
            found[name] = giver
    return found


def _has(activity: Activity, name: str) -> bool:
    column = activity.columns.get(name)
    return column is not None and bool(np.isfinite(column).any())


def _columns(
    parts: Sequence[Part], source: dict[str, int], *, from_s: Sequence[float], elapsed_s: float
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Put the channels on the times of all who give one: (n,), NaN where the giver has no sample."""
    givers = sorted({0, *source.values()})
    ticks: dict[int, FloatArray] = {}
    rows: dict[int, np.ndarray[tuple[int], np.dtype[np.int64]]] = {}
    for i in givers:
        moved = np.rint((parts[i].activity.t_s + from_s[i]) / _TICK_S) * _TICK_S if i else parts[i].activity.t_s
        inside = np.flatnonzero((moved >= 0) & (moved <= elapsed_s))
        kept, first = np.unique(moved[inside], return_index=True)
        ticks[i], rows[i] = kept, inside[first]
    t_s = ticks[givers[0]] if len(givers) == 1 else _union(list(ticks.values()))
    columns: dict[str, FloatArray] = {}
    for name, i in source.items():
        column = np.full(len(t_s), np.nan)
        column[np.searchsorted(t_s, ticks[i] - _TICK_S / 2)] = parts[i].activity.columns[name][rows[i]]
        columns[name] = column
    return t_s, columns


def _union(times: Sequence[FloatArray]) -> FloatArray:
    """Join sample times; of those less than a tick apart the first one stands: (n,)."""
    every = np.sort(np.concatenate(times))
    is_new = np.concatenate(([True], np.diff(every) > _TICK_S / 2)) if len(every) else np.empty(0, dtype=bool)
    found: FloatArray = every[is_new]
    return found


def _moved_pauses(pauses: Sequence[Pause], by_s: float, end_s: float) -> tuple[Pause, ...]:
    moved = (pause._replace(start_s=max(0.0, pause.start_s + by_s), end_s=min(end_s, pause.end_s + by_s)) for pause in pauses)
    return tuple(pause for pause in moved if pause.start_s < pause.end_s)


def _moved_laps(laps: Sequence[Lap], by_s: float, end_s: float, *, has_distance: bool) -> tuple[Lap, ...]:
    """Move laps; the lengths that a watch made up beside a belt are left out."""
    found = []
    for lap in laps:
        start_s, stop_s = max(0.0, lap.start_s + by_s), min(end_s, lap.end_s + by_s)
        if start_s < stop_s:
            found.append(replace(lap, start_s=start_s, end_s=stop_s, distance_m=lap.distance_m if has_distance else None))
    return tuple(found)


def _texts(parts: Sequence[Part], from_s: Sequence[float], end_s: float) -> tuple[Text, ...]:
    """Collect the words of all recordings, each once: exports repeat the title."""
    found: dict[tuple[object, ...], Text] = {}
    for part, by_s in zip(parts, from_s, strict=True):
        for text in part.activity.texts:
            if text.start_s is None or text.end_s is None:
                found.setdefault((text.place, text.text.strip().casefold()), text)
            elif text.start_s + by_s <= end_s and text.end_s + by_s >= 0:
                moved = text._replace(start_s=max(0.0, text.start_s + by_s), end_s=min(end_s, text.end_s + by_s))
                found.setdefault((text.place, text.text.strip().casefold(), round(moved.start_s or 0.0)), moved)
    return tuple(found.values())


def _sensors(parts: Sequence[Part], order: Sequence[int], from_s: Sequence[float]) -> tuple[SensorSeries, ...]:
    """Take each kind of sensor from the first recording that has it."""
    found: dict[SensorKind, SensorSeries] = {}
    for i in order:
        for series in parts[i].activity.sensors:
            found.setdefault(series.kind, replace(series, t_s=series.t_s + from_s[i]))
    return tuple(found.values())


def _beats(parts: Sequence[Part], order: Sequence[int], from_s: Sequence[float]) -> BeatSeries | None:
    for i in order:
        beats = parts[i].activity.beats
        if beats is not None:
            return BeatSeries(beats.t_s + from_s[i], beats.interval_s)
    return None


def _splits(parts: Sequence[Part], order: Sequence[int], from_s: Sequence[float]) -> tuple[Split, ...]:
    giver = next((i for i in order if parts[i].activity.splits), order[0])
    by_s = from_s[giver]
    return tuple(one._replace(start_s=one.start_s + by_s, end_s=one.end_s + by_s) for one in parts[giver].activity.splits)


def _zone(parts: Sequence[Part]) -> Activity:
    """Give the recording whose zone is the session's: the first that knows one, and whose clock is not hours off."""
    known = (part.activity for part in parts if part.activity.utc_offset_s is not None and abs(part.shift_s) < _WRONG_ZONE_S)
    return next(known, parts[0].activity)
