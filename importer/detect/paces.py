"""Walks that are slower than the session's usual ones: cadence hardly shows one backward walk in three, its pace and heart rate do.

Conventions: rows of the grid; a pace is m/s, climbs allowed for. People stroll, so that a slow walk is only looked at where heart rate
is there and does not speak against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.backward import Backward
from importer.detect.baseline import grade_factor
from importer.detect.features import climbing_pace, runs_of
from importer.detect.heart import Span, heart_excesses
from importer.detect.hmm import smooth
from importer.detect.witnesses import heart_nats
from importer.values.activity import FloatArray
from importer.values.grid import Grid

#: rounds of expectation maximisation
_ROUNDS: Final = 4


def telling_walks(
    grid: Grid, *, is_forward: NDArray[np.bool_], is_free: NDArray[np.bool_], known: Sequence[Span], expected: Backward
) -> list[Span]:
    """Give slow walks ``[first, last)`` whose heart rate does not speak against backward walking; none where it is missing.

    Parameters
    ----------
    is_forward : (n,) rows of forward movement, as far as one can tell, which heart rate is compared with.
    is_free : (n,) rows that no declaration covers.
    known : what the runner called backward.
    expected : what going backward looks like in this runner.
    """
    if "heart_rate_bpm" not in grid:
        return []
    walks = slow_walks(grid, is_free=is_free)
    hearts = heart_excesses(grid, walks, is_forward=is_forward, known=known)
    seen = ((walk, heart) for walk, heart in zip(walks, hearts, strict=True) if heart is not None)
    return [walk for walk, heart in seen if heart_nats(heart, expected) > -cal.SLOW_WALK_AGAINST_NATS]


def slow_walks(grid: Grid, *, is_free: NDArray[np.bool_]) -> list[Span]:
    """Give stretches ``[first, last)`` walked clearly slower than the rest of a session's walking, long enough for heart rate to tell."""
    pace = climbing_pace(grid)
    with np.errstate(invalid="ignore"):
        walks = (
            (grid["is_moving"] > 0)
            & (grid["cadence_7s_spm"] <= cal.GAIT_BORDER_SPM)
            & (pace > cal.STILL_SPEED_MPS)
            & (pace < cal.FASTEST_WALK_MPS)
            & is_free
        )
    if walks.sum() < 2 * cal.HEART_MIN_STRETCH_S:
        return []
    is_slow = np.zeros(grid.n, dtype=np.bool_)
    speed, cadence = grid["speed_7s_mps"][walks], grid["cadence_7s_spm"][walks]
    # what is left of cadence when speed is taken out
    steps = cadence / grade_factor(grid["slope_ratio"][walks]) - cal.WALK_SLOPE_SPM_PER_MPS * (speed - cal.WALK_REFERENCE_SPEED_MPS)
    is_slow[walks] = _p_slow(pace[walks], steps) > 0.5
    joined: list[Span] = []
    for first, last in runs_of(is_slow):
        if joined and first - joined[-1][1] <= cal.SMOOTHING_WINDOW_S and is_free[joined[-1][1] : first].all():
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [(first, last) for first, last in joined if last - first >= cal.HEART_MIN_STRETCH_S]


def _p_slow(pace: FloatArray, steps: FloatArray) -> FloatArray:
    """Probability that each second of walking is of the slower of two ways to walk, which the session itself tells: (n,).

    Parameters
    ----------
    steps : (n,) cadence at the reference speed, spm: it may differ between the two, and helps to tell them apart where it does.
    """
    # the middle of a session in which half of the walking is backward lies between the two paces
    brisk = float(np.quantile(pace, cal.BRISK_WALK_QUANTILE))
    slow = cal.BACKWARD_WALK_SHARE * brisk
    usual = quick = float(np.median(steps))
    turn = 1 / cal.WALK_PACE_STAY_S
    chance = np.log(np.array([[1 - turn, turn], [turn, 1 - turn]]))
    p: FloatArray = np.zeros(len(pace))
    for _ in range(_ROUNDS):
        nats = _log_ratio(pace, slow, brisk, sd=cal.WALK_PACE_SD * brisk) + _log_ratio(steps, quick, usual, sd=cal.SPREAD_WALK_ROWS * usual)
        p = smooth(
            np.stack((np.zeros(len(pace)), cal.TEMPER * nats), axis=1),
            chance,
            np.log(np.array([1 - cal.SLOW_WALK_SHARE, cal.SLOW_WALK_SHARE])),
        )[:, 1]
        brisk, usual = _mean(pace, 1 - p), _mean(steps, 1 - p)
        slow = min(_mean(pace, p), cal.SLOW_WALK_RATIO * brisk)
        quick = max(_mean(steps, p), usual)
    return p


def _log_ratio(x: FloatArray, one: float, other: float, *, sd: float) -> FloatArray:
    """Log density of one mean over that of another, (n,) nats."""
    nats: FloatArray = np.clip(((x - other) ** 2 - (x - one) ** 2) / (2 * sd**2), -cal.WALK_WAY_MOST_NATS, cal.WALK_WAY_MOST_NATS)
    return nats


def _mean(x: FloatArray, weight: FloatArray) -> float:
    return float(weight @ x) / max(float(weight.sum()), 1e-9)
