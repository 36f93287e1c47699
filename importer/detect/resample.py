"""Irregular samples to one row per second.

Conventions: row i stands for ``[i, i + 1)`` seconds after the start and holds the mean of the samples in it;
a row without a sample is interpolated between rows at most `LONGEST_BRIDGE_S` apart and never across a pause.
Angles and codes are never interpolated. It never extrapolates.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.detect.calibration import LONGEST_GRID_S
from importer.values.activity import Activity, FloatArray
from importer.values.channels import CHANNELS
from importer.values.grid import Grid

#: longest hole that is bridged, s. Source: smart recording writes every 5-8 s; longer holes are lost signal
LONGEST_BRIDGE_S: Final = 10


def resample(activity: Activity) -> Grid:
    """Put an activity on a grid of seconds.

    Returns
    -------
    Grid of ``floor(last sample) + 1`` rows with every channel of the activity, `n_samples` (samples in that second)
    and `is_paused` (1 where more than half of the second lies in a pause).
    A recording longer than `LONGEST_GRID_S` gives an empty grid: it is no session of a person.
    """
    t_s = activity.t_s
    n = int(t_s[-1]) + 1 if len(t_s) and t_s[-1] < LONGEST_GRID_S else 0
    if n == 0:
        return Grid(activity.start, 0, {"n_samples": np.zeros(0), "is_paused": np.zeros(0)})
    is_paused = _paused_rows(activity, n)
    row = t_s.astype(np.int64)
    n_samples = np.bincount(row, minlength=n).astype(np.float64)
    is_one_each = bool((n_samples <= 1).all())
    n_paused = np.concatenate(([0], np.cumsum(is_paused)))
    columns: dict[str, FloatArray] = {"n_samples": n_samples, "is_paused": is_paused.astype(np.float64)}
    for name, values in activity.columns.items():
        column = _to_rows(row, values, n, is_one_each=is_one_each or CHANNELS[name].kind in ("angle", "code"))
        if is_paused.any():
            column[is_paused] = np.nan
        if CHANNELS[name].kind in ("rate", "cumulative"):
            _bridge(column, n_paused)
        columns[name] = column
    return Grid(activity.start, n, columns)


def _paused_rows(activity: Activity, n: int) -> NDArray[np.bool_]:
    """Tell which rows have their middle in a pause: (n,)."""
    is_paused = np.zeros(n, dtype=bool)
    for pause in activity.pauses:
        first, last = int(np.ceil(pause.start_s - 0.5)), int(np.ceil(pause.end_s - 0.5))
        is_paused[max(first, 0) : max(last, 0)] = True
    return is_paused


def _to_rows(row: NDArray[np.int64], values: FloatArray, n: int, *, is_one_each: bool) -> FloatArray:
    """Mean of the samples of each row, NaN where there is none: (n,). Angles and codes take the last sample."""
    column = np.full(n, np.nan)
    has = ~np.isnan(values)
    if is_one_each:
        column[row[has]] = values[has]
        return column
    count = np.bincount(row[has], minlength=n)
    total = np.bincount(row[has], weights=values[has], minlength=n)
    np.divide(total, count, out=column, where=count > 0)
    return column


def _bridge(column: FloatArray, n_paused: NDArray[np.int64]) -> None:
    """Fill short holes of a column in place, linearly between the rows around them."""
    known = np.flatnonzero(~np.isnan(column))
    if len(known) < 2 or len(known) == len(column):
        return
    gap = np.diff(known)
    is_short = (gap > 1) & (gap <= LONGEST_BRIDGE_S) & (n_paused[known[1:]] == n_paused[known[:-1]])
    if not is_short.any():
        return
    left, length = known[:-1][is_short], gap[is_short]
    hole = np.repeat(left, length - 1) + _ramp(length - 1)
    column[hole] = np.interp(hole, known, column[known])


def _ramp(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count 1..k for each k of `lengths`, joined: (sum(lengths),)."""
    ends = np.cumsum(lengths)
    return np.arange(1, int(ends[-1]) + 1) - np.repeat(ends - lengths, lengths)
