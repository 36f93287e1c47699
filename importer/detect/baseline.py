"""What is normal for this runner going forward: cadence against speed and grade.

Conventions: the line belongs to running; walking follows with a share of the runner's own offset.
The session's own line starts from the population (or from the runner's earlier sessions) and is pulled to what most of the
session says; stretches that the runner declared backward are left out.
It assumes that most of a session without such declarations is forward: a session run mostly backward cannot be told
from a forward one of a quick-footed runner by cadence alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.values.activity import FloatArray
from importer.values.grid import Grid
from importer.values.session import Baseline
from importer.values.statistics import median

#: rounds of expectation maximisation; it settles within five
_ROUNDS = 12


class Line(NamedTuple):
    """A runner's cadence line with its uncertainty.

    `at_reference_spm` at `RUN_REFERENCE_SPEED_MPS` and `slope`; `covariance` (2, 2) of the two; `spread` relative, around the line.
    """

    at_reference_spm: float
    slope_spm_per_mps: float
    covariance: NDArray[np.float64]
    spread: float
    forward_s: float

    @property
    def offset_spm(self) -> float:
        """How far this runner's cadence stands above the population's."""
        return self.at_reference_spm - _POPULATION_AT_REFERENCE

    def expected_run(self, speed_mps: FloatArray, slope_ratio: FloatArray) -> FloatArray:
        """Forward running cadence at a speed and grade: (n,) spm."""
        return (self.at_reference_spm + self.slope_spm_per_mps * (speed_mps - cal.RUN_REFERENCE_SPEED_MPS)) * grade_factor(slope_ratio)

    def expected_walk(self, speed_mps: FloatArray, slope_ratio: FloatArray) -> FloatArray:
        """Forward walking cadence at a speed and grade: (n,) spm."""
        level = cal.WALK_INTERCEPT_SPM + cal.WALK_SLOPE_SPM_PER_MPS * speed_mps + cal.WALK_OFFSET_SHARE * self.offset_spm
        return level * grade_factor(slope_ratio)

    def relative_error(self, speed_mps: FloatArray) -> FloatArray:
        """Uncertainty of the line itself at a speed, relative: (n,)."""
        x = speed_mps - cal.RUN_REFERENCE_SPEED_MPS
        c = self.covariance
        error: FloatArray = np.sqrt(np.maximum(c[0, 0] + 2 * c[0, 1] * x + c[1, 1] * x * x, 0.0)) / self.at_reference_spm
        return error


_POPULATION_AT_REFERENCE = cal.RUN_INTERCEPT_SPM + cal.RUN_SLOPE_SPM_PER_MPS * cal.RUN_REFERENCE_SPEED_MPS


def grade_factor(slope_ratio: FloatArray) -> FloatArray:
    """Cadence on a slope over cadence on the level: (n,), 1 where the slope is unknown."""
    slope = np.nan_to_num(slope_ratio)
    return 1.0 + np.where(slope > 0, cal.UPHILL_CADENCE_PER_GRADE * slope, -cal.DOWNHILL_CADENCE_PER_GRADE * slope)


def learn_line(grid: Grid, *, earlier: Baseline | None = None, is_excluded: NDArray[np.bool_] | None = None) -> Line:
    """Fit the runner's forward line to a session with features.

    Parameters
    ----------
    grid : with the columns of `features.add_features`.
    earlier : the runner's baseline from sessions that started earlier; the population where None.
    is_excluded : (n,) rows known not to be forward.

    Notes
    -----
    Expectation maximisation over three kinds of rows: forward (on the line), backward (10 % above it), anything else.
    The slope stays the prior's: backward stretches are slower and quicker-footed, so that a slope fitted to one session bends the
    line through them. Its uncertainty widens the evidence instead.
    """
    mean, precision = _prior(earlier)
    speed, cadence = grid["speed_7s_mps"], grid["cadence_7s_spm"]
    with np.errstate(invalid="ignore"):
        use = (
            (grid["is_steady"] > 0) & (cadence > cal.GAIT_BORDER_SPM) & (speed > cal.LINE_SPEEDS_MPS[0]) & (speed < cal.LINE_SPEEDS_MPS[1])
        )
    if is_excluded is not None:
        use &= ~is_excluded
    if not use.any():
        return Line(float(mean[0]), float(mean[1]), _inverse(precision), cal.SPREAD_SAME_SESSION, 0.0)
    x = speed[use] - cal.RUN_REFERENCE_SPEED_MPS
    y = cadence[use] / grade_factor(grid["slope_ratio"][use])
    start = median(y - cal.RUN_SLOPE_SPM_PER_MPS * x)
    beta = np.array([start, mean[1]])
    covariance = _inverse(precision)
    weight = np.ones(len(x))
    for _ in range(_ROUNDS):
        line = beta[0] + beta[1] * x
        # the published spread, not the fitted one: a spread that may grow swallows the backward stretches
        weight = _forward_share(y / line - 1.0, cal.SPREAD_SAME_SESSION)
        beta, covariance = _fit(x, y, weight, mean=mean, precision=precision)
    spread = _spread_below(y / (beta[0] + beta[1] * x) - 1.0)
    return Line(float(beta[0]), float(beta[1]), covariance, spread, float(weight.sum()))


def _prior(earlier: Baseline | None) -> tuple[FloatArray, FloatArray]:
    """Mean (2,) and precision (2, 2) of level and slope."""
    if earlier is None:
        mean = np.array([_POPULATION_AT_REFERENCE, cal.RUN_SLOPE_SPM_PER_MPS])
        return mean, np.diag([cal.RUN_BETWEEN_SD_SPM**-2, cal.RUN_SLOPE_SD_SPM_PER_MPS**-2])
    level = earlier.intercept_spm + earlier.slope_spm_per_mps * cal.RUN_REFERENCE_SPEED_MPS
    day_sd = cal.SPREAD_OTHER_DAYS * level
    mean = np.array([level, earlier.slope_spm_per_mps])
    return mean, np.diag([day_sd**-2, (cal.RUN_SLOPE_SD_SPM_PER_MPS / 2) ** -2])


def _forward_share(excess: FloatArray, spread: float) -> FloatArray:
    """Probability that a row is plain forward running, from its relative excess over the line: (n,)."""
    forward = normal(excess, 0.0, spread) * (1 - cal.SESSION_PRIOR)
    wide = float(np.hypot(spread, cal.BACKWARD_EXCESS_SD_RUN))
    backward = normal(excess, cal.BACKWARD_EXCESS, wide) * cal.SESSION_PRIOR
    other = normal(excess, cal.DRILL_EXCESS, cal.DRILL_SPREAD) * cal.DRILL_SHARE_FORWARD
    return forward / (forward + backward + other)


def _spread_below(excess: FloatArray) -> float:
    """Relative spread of forward cadence, from what lies below the line: backward running only ever lifts cadence above it."""
    below = -excess[excess < 0]
    middle = median(below) if len(below) else 0.0
    # the median of a half-normal is 0.6745 of its standard deviation
    return float(np.clip(middle / 0.6745, cal.SPREAD_SAME_SESSION, cal.SPREAD_WIDEST))


def _fit(x: FloatArray, y: FloatArray, weight: FloatArray, *, mean: FloatArray, precision: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Level given the prior's slope: (level, slope) (2,) and covariance (2, 2)."""
    looks = weight * (cal.LOOKS_PER_SECOND / (cal.SPREAD_SAME_SESSION * mean[0]) ** 2)
    information = precision[0, 0] + float(looks.sum())
    level = (precision[0, 0] * mean[0] + float(looks @ (y - mean[1] * x))) / information
    # the level was seen at the session's own speed: only a departure from there is as uncertain as the slope
    middle = float(weight @ x) / max(float(weight.sum()), 1e-9)
    slope_variance = 1 / precision[1, 1]
    corner = -slope_variance * middle
    return np.array((level, mean[1])), np.array(((1 / information + slope_variance * middle**2, corner), (corner, slope_variance)))


def _inverse(matrix: FloatArray) -> FloatArray:
    """Inverse of a positive (2, 2) matrix."""
    (a, b), (c, d) = matrix
    inverse: FloatArray = np.array(((d, -b), (-c, a))) / (a * d - b * c)
    return inverse


def normal(x: FloatArray, mean: float | FloatArray, sd: float | FloatArray) -> FloatArray:
    """Density of the normal distribution."""
    z = (x - mean) / sd
    density: FloatArray = np.exp(-0.5 * z * z) / (sd * np.sqrt(2 * np.pi))
    return density
