"""The figures of a lap, as the formats have places for them.

Conventions: SI; None is "not measured". Distance is counted as the segments' own is (`importer.detect.segments.Way`); that of the whole
session is the recording's own total, and a lap of which the samples tell none keeps the recording's. Means and maxima are those of the
samples in ``[start_s, end_s)``, pauses left out; time on the timer excludes pauses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect.segments import Way
from importer.values.activity import Activity, FloatArray, Pause


class Figures(NamedTuple):
    """What a stretch of the session measures."""

    timer_s: float
    distance_m: float | None = None
    mean_speed_mps: float | None = None
    max_speed_mps: float | None = None
    mean_heart_rate_bpm: float | None = None
    max_heart_rate_bpm: float | None = None
    mean_cadence_spm: float | None = None
    max_cadence_spm: float | None = None
    mean_power_w: float | None = None
    max_power_w: float | None = None


class Measure:
    """Measures stretches of one session.

    Parameters
    ----------
    activity : its samples and pauses.
    """

    def __init__(self, activity: Activity) -> None:
        self._activity = activity
        self._way = Way(activity)
        self._is_running = ~paused(activity.t_s, activity.pauses)

    def figures(self, start_s: float, end_s: float) -> Figures:
        """Give the figures of ``[start_s, end_s)``."""
        activity = self._activity
        timer_s = end_s - start_s - sum(max(0.0, min(end_s, pause.end_s) - max(start_s, pause.start_s)) for pause in activity.pauses)
        distance_m = self.distance_m(start_s, end_s)
        first, last = np.searchsorted(activity.t_s, (start_s, end_s)).tolist()
        if end_s >= activity.elapsed_s:
            last = len(activity)
        heart, cadence, power, speed = (
            self._samples(name, first, last) for name in ("heart_rate_bpm", "cadence_spm", "power_w", "speed_mps")
        )
        return Figures(
            round(timer_s, 3),
            distance_m,
            None if distance_m is None or timer_s <= 0 else distance_m / timer_s,
            _highest(speed),
            _mean(heart),
            _highest(heart),
            _mean(cadence),
            _highest(cadence),
            _mean(power),
            _highest(power),
        )

    def distance_m(self, start_s: float, end_s: float) -> float | None:
        """Give the distance in ``[start_s, end_s)``, m; None where nothing tells it."""
        activity = self._activity
        if activity.distance_m is not None and start_s <= 0.0 and end_s >= activity.elapsed_s:
            return activity.distance_m
        found = self._way.between(start_s, end_s)
        if found is not None:
            return found
        return next((lap.distance_m for lap in activity.laps if (lap.start_s, lap.end_s) == (start_s, end_s)), None)

    def _samples(self, name: str, first: int, last: int) -> FloatArray:
        """Give what was measured of a channel while the timer ran: (m,) without NaN."""
        column = self._activity.columns.get(name)
        if column is None:
            return np.empty(0)
        values = column[first:last][self._is_running[first:last]]
        found: FloatArray = values[np.isfinite(values)]
        return found


def paused(t_s: FloatArray, pauses: Iterable[Pause]) -> NDArray[np.bool_]:
    """Say of each time whether it lies inside a pause, its borders left out: (n,)."""
    inside = np.zeros(len(t_s), dtype=bool)
    for pause in pauses:
        first = int(np.searchsorted(t_s, pause.start_s, side="right"))
        inside[first : int(np.searchsorted(t_s, pause.end_s, side="left"))] = True
    return inside


def _mean(values: FloatArray) -> float | None:
    return float(values.mean()) if len(values) else None


def _highest(values: FloatArray) -> float | None:
    return float(values.max()) if len(values) else None
