"""What heart rate says of stretches: beats above what speed, climb and gait explain, all stretches of a while together.

Conventions: a stretch is ``[first, last)`` in rows of the grid. Heart rate follows its cause with `HEART_TAU_S`: every cause goes through
the same delay before it is compared, and so does going backward, whose beats still show after a stretch has ended.
Source: identification of heart rate dynamics (docs/detection.md); what is assumed stands in `calibration`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.values.activity import FloatArray
from importer.values.grid import Grid

#: rows before and after a stretch that it is compared with; how long heart rate takes to forget what was before them, s
_BEFORE_S: Final = 240
_AFTER_S: Final = 180
_MEMORY_S: Final = 300
#: stretches closer than this are fitted together, and so many at most
_TOGETHER_S: Final = 300
_MOST_TOGETHER: Final = 24
#: forward rows without which nothing is told
_FORWARD_MIN_S: Final = 60
#: rows in which a decaying exponential keeps its precision
_CHUNK: Final = 512
#: priors of what all stretches share, mean and standard deviation: level, drift an hour, gain with speed and climb, walking
_COMMON: Final = (
    (0.0, cal.HEART_ANY_LEVEL_SD_BPM),
    (cal.HEART_DRIFT_BPM_PER_H, cal.HEART_DRIFT_SD_BPM_PER_H),
    (cal.HEART_PER_MPS, cal.HEART_GAIN_SD_RATIO * cal.HEART_PER_MPS),
    (cal.HEART_PER_GRADE, cal.HEART_PER_GRADE_SD),
    (0.0, cal.HEART_WALK_SD_BPM),
)


Span = tuple[int, int]


class Seen(NamedTuple):
    """A measured number and its own error."""

    value: float
    sd: float


def heart_excesses(
    grid: Grid, stretches: Sequence[Span], *, is_forward: NDArray[np.bool_], known: Sequence[Span] = ()
) -> list[Seen | None]:
    """Give the beats of each stretch above what speed, climb and gait explain, once settled, bpm.

    Parameters
    ----------
    stretches : disjoint ones that may be backward; of one that is not, the excess is near 0.
    is_forward : (n,) rows to compare with.
    known : stretches that were told otherwise: only their beats are taken away from the others.

    Returns
    -------
    One for each stretch; None where it is short or nothing steady is near it.

    Notes
    -----
    A linear regression with normal priors: level, drift, gain with speed, climb and walking, and one excess a stretch.
    """
    found: list[Seen | None] = [None] * len(stretches)
    if "heart_rate_bpm" not in grid:
        return found
    every = sorted({*stretches, *known})
    firsts = [first for first, _ in every]
    order = sorted(range(len(stretches)), key=lambda i: stretches[i])
    for chosen in _clusters(stretches, order):
        is_long = [stretches[i][1] - stretches[i][0] >= cal.HEART_MIN_STRETCH_S for i in chosen]
        if not any(is_long):
            continue
        begin = max(0, stretches[chosen[0]][0] - _BEFORE_S)
        end = min(grid.n, stretches[chosen[-1]][1] + _AFTER_S)
        # beats of what was before the window still show in it
        near = every[max(bisect_left(firsts, begin - _MEMORY_S) - 1, 0) : bisect_left(firsts, end)]
        told = _fit(grid, near, begin=begin, end=end, is_forward=is_forward)
        for i, is_told in zip(chosen, is_long, strict=True):
            found[i] = told[stretches[i]] if is_told else None
    return found


def heart_excess(grid: Grid, first: int, last: int, *, is_forward: NDArray[np.bool_]) -> Seen | None:
    """Give the beats of one stretch above what speed, climb and gait explain, bpm; None where nothing can be told."""
    return heart_excesses(grid, [(first, last)], is_forward=is_forward)[0]


def _clusters(stretches: Sequence[Span], order: Sequence[int]) -> list[list[int]]:
    """Put stretches together whose beats overlap."""
    clusters: list[list[int]] = []
    for i in order:
        is_near = bool(clusters) and stretches[i][0] - stretches[clusters[-1][-1]][1] < _TOGETHER_S
        if is_near and len(clusters[-1]) < _MOST_TOGETHER:
            clusters[-1].append(i)
        else:
            clusters.append([i])
    return clusters


def _fit(grid: Grid, near: Sequence[Span], *, begin: int, end: int, is_forward: NDArray[np.bool_]) -> dict[Span, Seen | None]:
    """Fit the excesses of all stretches near ``[begin, end)`` to the beats in it."""
    start = max(0, begin - _MEMORY_S)
    rows, n = slice(start, end), end - start
    beats = grid["heart_rate_bpm"][rows]
    inside = np.zeros((len(near), n))
    for column, (first, last) in zip(inside, near, strict=True):
        column[max(first - start, 0) : max(last - start, 0)] = 1.0
    is_known = ~np.isnan(beats) & (np.arange(n) >= begin - start)
    is_any = inside.any(axis=0)
    if (is_known & is_forward[rows] & ~is_any).sum() < _FORWARD_MIN_S:
        return dict.fromkeys(near)
    use = is_known & (is_forward[rows] | is_any)
    # who pauses stands; what is missing otherwise goes on as before
    speed = _held(np.where(grid["is_paused"][rows] > 0, 0.0, grid["speed_7s_mps"][rows]))
    with np.errstate(invalid="ignore"):
        is_walk = (grid["cadence_7s_spm"][rows] <= cal.GAIT_BORDER_SPM).astype(np.float64)
    causes = [_delayed(cause) for cause in (speed, np.maximum(np.nan_to_num(grid["slope_ratio"][rows]), 0.0), is_walk)]
    hours = (np.arange(n) - n / 2) / 3600
    # nobody has gone backward for long when a recording begins
    x = np.stack((np.ones(n), hours, *causes, *(_delayed(column, before=0.0) for column in inside)), axis=1)[use]
    prior = np.array((*_COMMON, *(((0.0, cal.HEART_ANY_EXCESS_SD_BPM),) * len(near))))
    mean, covariance = _regress(x, beats[use], prior[:, 0], prior[:, 1])
    told: dict[Span, Seen | None] = {}
    for k, (span, column) in enumerate(zip(near, inside, strict=True), start=len(_COMMON)):
        is_enough = column[is_known].sum() >= cal.HEART_MIN_STRETCH_S / 2
        told[span] = Seen(float(mean[k]), math.sqrt(covariance[k, k])) if is_enough else None
    return told


def _regress(x: FloatArray, y: FloatArray, mean: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Linear regression with independent normal priors: posterior mean (k,) and covariance (k, k).

    Neighbouring seconds repeat each other; a heart that follows the model badly counts as noise.
    """
    gram, cross = x.T @ x, x.T @ y
    noise = cal.HEART_NOISE_BPM
    for _ in range(2):
        weight = cal.LOOKS_PER_SECOND / noise**2
        covariance = np.asarray(np.linalg.inv(weight * gram + np.diag(sd**-2)), dtype=np.float64)
        found = covariance @ (weight * cross + mean / sd**2)
        noise = max(cal.HEART_NOISE_BPM, float(np.sqrt(np.mean((y - x @ found) ** 2))))
    return found, covariance


def _held(values: FloatArray) -> FloatArray:
    """Fill missing values with the last one before them, 0 at the beginning: (n,)."""
    at = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
    return np.nan_to_num(values[at])


def _delayed(cause: FloatArray, *, before: float | None = None) -> FloatArray:
    """First-order response to a cause: (n,).

    Parameters
    ----------
    before : what the response was before; settled at the first value of the cause where None.
    """
    keep = math.exp(-1 / cal.HEART_TAU_S)
    out = np.empty(len(cause))
    level = before if before is not None else float(cause[0]) if len(cause) else 0.0
    for first, last in pairwise([*range(0, len(cause), _CHUNK), len(cause)]):
        power = keep ** np.arange(1, last - first + 1)
        out[first:last] = power * (level + np.cumsum((1 - keep) * cause[first:last] / power))
        level = float(out[last - 1])
    return out
