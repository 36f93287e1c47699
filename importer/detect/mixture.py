"""What most rows of a session say: a mixture of forward, backward and other movement, climbed to its top. Knows no files.

Conventions: rows are (n,), levels spm, excesses and spreads relative. A row is no independent look: neighbouring seconds repeat
each other, and `LOOKS_PER_SECOND` of them count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from importer.detect import calibration as cal
from importer.values.activity import FloatArray

#: rounds of expectation maximisation at most, and the step at which it has settled
_ROUNDS: Final = 12
_SETTLED_SPM: Final = 0.01
#: density of a row that no story explains
_NOTHING: Final = 1e-12


class Mixture(NamedTuple):
    """One explanation of a session's rows: the forward level with its variance, each row's share of being forward, how well it fits."""

    level: float
    variance: float
    weight: FloatArray
    log_likelihood: float


def climb(
    y: FloatArray,
    *,
    starts: Sequence[float],
    prior: tuple[float, float],
    scale: FloatArray,
    speed: FloatArray | None = None,
    spread: float = cal.SPREAD_SAME_SESSION,
) -> Mixture:
    """Find the forward level that explains the rows best.

    Parameters
    ----------
    y : (n,) cadence with speed and grade taken out, spm; `scale` is the cadence itself.
    starts : levels to climb from: a session with much backward movement has two hills, and its middle may lie between them.
    prior : mean and standard deviation of the level.
    speed : (n,) m/s where the runner chooses it; None on a belt.
    spread : relative spread of forward cadence. The published one, not the fitted one: a spread that may grow swallows backward rows.
    """
    found = [_climb_from(y, start, prior=prior, scale=scale, spread=spread) for start in starts]
    if speed is not None:
        # people run backward more slowly than forward: a story in which they do not is a hilly or a tired run
        found = [one for one in found if _is_slower(speed, 1 - one.weight)]
        found = found or [_climb_from(y, starts[0], prior=prior, scale=scale, spread=spread, is_free=False)]
    return max(found, key=lambda one: one.log_likelihood)


def _is_slower(speed_mps: FloatArray, odd: FloatArray) -> bool:
    """Tell whether the rows that are not forward are slower than the others, or too few to matter."""
    n_odd = float(odd.sum())
    if n_odd < cal.FEW_ROWS_RATIO * len(odd):
        return True
    forward = float((1 - odd) @ speed_mps) / max(len(odd) - n_odd, 1e-9)
    return float(odd @ speed_mps) / n_odd < cal.SLOWER_RATIO * forward


def _climb_from(
    y: FloatArray, start: float, *, prior: tuple[float, float], scale: FloatArray, spread: float, is_free: bool = True
) -> Mixture:
    """Climb from one level; the share of rows that are not forward follows the session where `is_free`."""
    level, variance, backward, own = start, prior[1] ** 2, cal.SESSION_PRIOR, cal.BACKWARD_EXCESS
    looks = cal.LOOKS_PER_SECOND
    weight, log_likelihood = np.ones(len(y)), -np.inf
    for _ in range(_ROUNDS):
        excess = (y - level) / np.maximum(scale - y + level, cal.STILL_CADENCE_SPM)
        forward, back, other = _shares(excess, spread, backward, own=own if is_free else None)
        total = forward + back + other + _NOTHING
        weight = forward / total
        each = weight * (looks / (spread * prior[0]) ** 2)
        information = prior[1] ** -2 + float(each.sum())
        before, level = level, (prior[1] ** -2 * prior[0] + float(each @ y)) / information
        variance = 1 / information
        log_likelihood = looks * float(np.log(total).sum()) - 0.5 * ((level - prior[0]) / prior[1]) ** 2
        if is_free:
            n_back, n = looks * float((back / total).sum()), looks * len(y)
            backward = (cal.SESSION_PRIOR * cal.ROWS_PRIOR_LOOKS + n_back) / (cal.ROWS_PRIOR_LOOKS + n)
            log_likelihood += cal.ROWS_PRIOR_LOOKS * (cal.SESSION_PRIOR * np.log(backward) + (1 - cal.SESSION_PRIOR) * np.log1p(-backward))
            log_likelihood -= 0.5 * ((own - cal.BACKWARD_EXCESS) / cal.BACKWARD_EXCESS_SD_RUN) ** 2
            own = _own_excess(excess, back / total * looks, spread)
        if abs(level - before) < _SETTLED_SPM:
            break
    return Mixture(float(level), float(variance), weight, float(log_likelihood))


def _own_excess(excess: FloatArray, looks: FloatArray, spread: float) -> float:
    """The excess that the rows taken for backward have in common: their mean and the population's."""
    prior, each = cal.BACKWARD_EXCESS_SD_RUN**-2, (spread**2 + cal.EXCESS_BOUT_SD**2) ** -1
    mean = (prior * cal.BACKWARD_EXCESS + each * float(looks @ excess)) / (prior + each * float(looks.sum()))
    return max(mean, 2 * cal.SMALLEST_EXCESS)


def _shares(excess: FloatArray, spread: float, backward: float, *, own: float | None = None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Densities of a row as plain forward, as backward and as other movement, times how common each is: (n,) each.

    Parameters
    ----------
    own : the session's own backward excess; anybody's where None.
    """
    forward = normal(excess, 0.0, spread) * (1 - backward)
    mean, sd = (cal.BACKWARD_EXCESS, cal.BACKWARD_EXCESS_SD_RUN) if own is None else (own, cal.EXCESS_BOUT_SD)
    back = normal(excess, mean, float(np.hypot(spread, sd))) * backward
    return forward, back, normal(excess, cal.DRILL_EXCESS, cal.DRILL_SPREAD) * cal.DRILL_SHARE_FORWARD


def forward_share_of(excess: FloatArray, spread: float) -> FloatArray:
    """Probability that a row is plain forward movement, from its relative excess over the line: (n,)."""
    forward, back, other = _shares(excess, spread, cal.SESSION_PRIOR)
    return forward / (forward + back + other + _NOTHING)


def normal(x: FloatArray, mean: float | FloatArray, sd: float | FloatArray) -> FloatArray:
    """Density of the normal distribution."""
    # forty spreads away the density is 0 in any case, and its square must not overflow
    z = np.clip((x - mean) / sd, -40.0, 40.0)
    density: FloatArray = np.exp(-0.5 * z * z) / (sd * np.sqrt(2 * np.pi))
    return density
