"""What heart rate says of stretches: beats above what speed, climb and gait explain, all stretches of a while together.

Conventions: a stretch is ``[first, last)`` in rows of the grid. Heart rate follows its cause with `HEART_TAU_S`: every cause goes through
the same delay before it is compared, and so does going backward, whose beats still show after a stretch has ended.
Source: identification of heart rate dynamics (docs/detection.md); what is assumed stands in `calibration`.
"""

from __future__ import annotations

import math
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


class Seen(NamedTuple):
    """A measured number and its own error."""

    value: float
    sd: float


def heart_excesses(grid: Grid, stretches: Sequence[tuple[int, int]], *, is_forward: NDArray[np.bool_]) -> list[Seen | None]:
    """Give the beats of each stretch above what speed, climb and gait explain, once settled, bpm.

    Parameters
    ----------
    stretches : that may be backward; of one that is not, the excess is near 0.
    is_forward : (n,) rows to compare with.

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
    is_long = [last - first >= cal.HEART_MIN_STRETCH_S for first, last in stretches]
    for chosen in _clusters(stretches, sorted(range(len(stretches)), key=lambda i: stretches[i])):
        if not any(is_long[i] for i in chosen):
            continue
        for i, seen in zip(chosen, _fit(grid, [stretches[i] for i in chosen], is_forward), strict=True):
            found[i] = seen if is_long[i] else None  # a short one only takes its beats away from the others
    return found


def heart_excess(grid: Grid, first: int, last: int, *, is_forward: NDArray[np.bool_]) -> Seen | None:
    """Give the beats of one stretch above what speed, climb and gait explain, bpm; None where nothing can be told."""
    return heart_excesses(grid, [(first, last)], is_forward=is_forward)[0]


def _clusters(stretches: Sequence[tuple[int, int]], order: Sequence[int]) -> list[list[int]]:
    """Put stretches together whose beats overlap."""
    clusters: list[list[int]] = []
    for i in order:
        is_near = bool(clusters) and stretches[i][0] - stretches[clusters[-1][-1]][1] < _TOGETHER_S
        if is_near and len(clusters[-1]) < _MOST_TOGETHER:
            clusters[-1].append(i)
        else:
            clusters.append([i])
    return clusters


def _fit(grid: Grid, stretches: Sequence[tuple[int, int]], is_forward: NDArray[np.bool_]) -> list[Seen | None]:
    """Fit the excesses of stretches, sorted by their start."""
    nothing: list[Seen | None] = [None] * len(stretches)
    begin = max(0, stretches[0][0] - _BEFORE_S)
    start, end = max(0, begin - _MEMORY_S), min(grid.n, max(last for _, last in stretches) + _AFTER_S)
    rows, n = slice(start, end), end - start
    beats = grid["heart_rate_bpm"][rows]
    inside = np.zeros((len(stretches), n))
    for k, (first, last) in enumerate(stretches):
        inside[k, first - start : last - start] = 1.0
    is_known = ~np.isnan(beats) & (np.arange(n) >= begin - start)
    use = is_known & (is_forward[rows] | (inside.sum(axis=0) > 0))
    if (use & (inside.sum(axis=0) == 0)).sum() < _FORWARD_MIN_S:
        return nothing
    slope = grid["slope_ratio"][rows]
    with np.errstate(invalid="ignore"):
        is_walk = (grid["cadence_7s_spm"][rows] <= cal.GAIT_BORDER_SPM).astype(np.float64)
    causes = (_held(grid["speed_7s_mps"][rows]), np.maximum(np.nan_to_num(slope), 0.0), is_walk, *inside)
    hours = (np.arange(n) - n / 2) / 3600
    x = np.stack((np.ones(n), hours, *(_delayed(cause) for cause in causes)), axis=1)[use]
    prior = np.array((*_COMMON, *(((0.0, _ANY_BPM),) * len(stretches))))
    mean, covariance = _regress(x, beats[use], prior[:, 0], prior[:, 1])
    enough = (inside[:, is_known].sum(axis=1) >= cal.HEART_MIN_STRETCH_S / 2).tolist()
    at = range(len(_COMMON), len(prior))
    return [Seen(float(mean[k]), math.sqrt(covariance[k, k])) if told else None for k, told in zip(at, enough, strict=True)]


#: an excess, or a level, of which nothing is known, bpm
_ANY_BPM: Final = 50.0
_ANY_LEVEL_BPM: Final = 300.0
#: priors of what all stretches share, mean and standard deviation: level, drift an hour, gain with speed and climb, walking
_COMMON: Final = (
    (0.0, _ANY_LEVEL_BPM),
    (cal.HEART_DRIFT_BPM_PER_H, cal.HEART_DRIFT_SD_BPM_PER_H),
    (cal.HEART_PER_MPS, cal.HEART_GAIN_SD_RATIO * cal.HEART_PER_MPS),
    (cal.HEART_PER_GRADE, cal.HEART_PER_GRADE_SD),
    (0.0, cal.HEART_WALK_SD_BPM),
)


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


def _delayed(cause: FloatArray) -> FloatArray:
    """First-order response to a cause, settled at its first value: (n,)."""
    keep = math.exp(-1 / cal.HEART_TAU_S)
    out = np.empty(len(cause))
    before = float(cause[0]) if len(cause) else 0.0
    for first, last in pairwise([*range(0, len(cause), _CHUNK), len(cause)]):
        power = keep ** np.arange(1, last - first + 1)
        out[first:last] = power * (before + np.cumsum((1 - keep) * cause[first:last] / power))
        before = float(out[last - 1])
    return out
