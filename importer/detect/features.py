"""Physics per second: what a grid says about movement, before any notion of direction.

Conventions: every feature is a column (n,); NaN where its inputs are missing; flags are 0 or 1.
It adds `speed_7s_mps`, `cadence_7s_spm`, `slope_ratio`, `is_still`, `is_moving`, `is_steady`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.values.activity import Activity, Environment, FloatArray
from importer.values.grid import Grid


def add_features(grid: Grid, activity: Activity) -> Grid:
    """Add smoothed speed and cadence, slope, and whether the runner stands, moves, and moves steadily.

    Notes
    -----
    A cadence near zero at a running speed is a lost signal (an arm held still), not a measurement, and becomes NaN.
    `is_steady` is 0 within `SPEED_CHANGE_LAG_S` of a change of speed, where devices delay speed and cadence differently.
    """
    speed, cadence = grid.column("speed_mps"), grid.column("cadence_spm").copy()
    with np.errstate(invalid="ignore"):
        cadence[(cadence < cal.STILL_CADENCE_SPM) & (speed > 2 * cal.STILL_SPEED_MPS)] = np.nan
    speed_7s, cadence_7s = window_mean(speed), window_mean(cadence)
    is_paused = grid["is_paused"] > 0
    with np.errstate(invalid="ignore"):
        slow_feet = np.isnan(cadence_7s) | (cadence_7s < cal.STILL_CADENCE_SPM)
        is_still = is_paused | ((speed_7s < cal.STILL_SPEED_MPS) & slow_feet) | (np.isnan(speed_7s) & (cadence_7s < cal.STILL_CADENCE_SPM))
        is_moving = ~is_still & ((speed_7s >= cal.STILL_SPEED_MPS) | (cadence_7s >= cal.STILL_CADENCE_SPM))
        lag = cal.SPEED_CHANGE_LAG_S
        change = np.abs(shift(speed_7s, -lag) - shift(speed_7s, lag))
        is_steady = is_moving & (change < cal.SPEED_CHANGE_MPS)
    return grid.with_columns(
        speed_7s_mps=speed_7s,
        cadence_7s_spm=cadence_7s,
        slope_ratio=_slope(grid, activity),
        is_still=is_still.astype(np.float64),
        is_moving=is_moving.astype(np.float64),
        is_steady=is_steady.astype(np.float64),
    )


def climb_factor(slope_ratio: FloatArray) -> FloatArray:
    """How much faster people would go on the level: (n,), 1 downhill and where the slope is unknown."""
    factor: FloatArray = 1 + cal.UPHILL_SLOWER_PER_GRADE * np.maximum(np.nan_to_num(slope_ratio), 0.0)
    return factor


def climbing_pace(grid: Grid) -> FloatArray:
    """Speed that the same effort gives on the level: (n,) m/s."""
    pace: FloatArray = grid["speed_7s_mps"] * climb_factor(grid["slope_ratio"])
    return pace


def window_mean(values: FloatArray, *, window_s: int = cal.SMOOTHING_WINDOW_S) -> FloatArray:
    """Centred mean over a window of rows, NaN where fewer than `MIN_WINDOW_SAMPLES` are there: (n,)."""
    has = ~np.isnan(values)
    total = _window_sum(np.where(has, values, 0.0), window_s)
    count = _window_sum(has.astype(np.float64), window_s)
    out = np.full(len(values), np.nan)
    np.divide(total, count, out=out, where=has & (count >= cal.MIN_WINDOW_SAMPLES))
    return out


def runs_of(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give the ``[first, last)`` of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _window_sum(values: FloatArray, window_s: int) -> FloatArray:
    half, n = window_s // 2, len(values)
    total = np.concatenate(([0.0], np.cumsum(values)))
    rows = np.arange(n)
    return total[np.minimum(rows + half + 1, n)] - total[np.maximum(rows - half, 0)]


def shift(values: FloatArray, by: int) -> FloatArray:
    """Look `by` rows back (forward if negative); the first or last value stands for what lies outside."""
    rows = np.clip(np.arange(len(values)) - by, 0, max(len(values) - 1, 0))
    return values[rows]


def _slope(grid: Grid, activity: Activity) -> FloatArray:
    """Grade in the direction of travel: as recorded, else from altitude over distance out of doors, else NaN."""
    grade = grid.column("grade_ratio")
    if not np.isnan(grade).all():
        return grade
    if activity.environment is Environment.TRACK:
        return np.zeros(grid.n)
    if activity.environment in (Environment.TREADMILL, Environment.INDOOR) or "altitude_m" not in grid or grid.n == 0:
        return np.full(grid.n, np.nan)
    altitude = window_mean(grid["altitude_m"], window_s=cal.ALTITUDE_WINDOW_S)
    speed = grid.column("speed_7s_mps") if "speed_7s_mps" in grid else window_mean(grid.column("speed_mps"))
    way = np.concatenate(([0.0], np.cumsum(np.nan_to_num(speed))))
    slope = _rise_over_way(altitude, way, window_s=cal.GRADE_WINDOW_S)
    # who walks slowly needs longer for a way that gives a slope
    slope = np.where(np.isnan(slope), _rise_over_way(altitude, way, window_s=cal.GRADE_SLOW_WINDOW_S), slope)
    return np.clip(slope, -cal.STEEPEST_GRADE_RATIO, cal.STEEPEST_GRADE_RATIO)


def _rise_over_way(altitude: FloatArray, way: FloatArray, *, window_s: int) -> FloatArray:
    """Slope over a centred window, NaN where too little way was made in it: (n,). `way` (n + 1,) is the distance before each row, m."""
    n = len(altitude)
    rows = np.arange(n)
    left, right = np.maximum(rows - window_s // 2, 0), np.minimum(rows + window_s // 2, n - 1)
    distance = way[right] - way[left]
    slope = np.full(n, np.nan)
    np.divide(altitude[right] - altitude[left], distance, out=slope, where=distance >= cal.GRADE_MIN_WAY_M)
    return slope
