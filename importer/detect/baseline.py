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
from importer.detect.mixture import climb, forward_share_of
from importer.values.activity import FloatArray
from importer.values.grid import Grid
from importer.values.session import Baseline
from importer.values.statistics import median


class Line(NamedTuple):
    """A runner's cadence line with its uncertainty.

    `at_reference_spm` at `RUN_REFERENCE_SPEED_MPS` and `slope`; `covariance` (2, 2) of the two; `spread` relative, around the line;
    `walk_at_reference_spm` at `WALK_REFERENCE_SPEED_MPS` with its standard deviation, None where the running line stands for it.
    """

    at_reference_spm: float
    slope_spm_per_mps: float
    covariance: NDArray[np.float64]
    spread: float
    forward_s: float
    walk_at_reference_spm: float | None = None
    walk_sd_spm: float = cal.SPREAD_WALK * cal.WALK_AT_REFERENCE_SPM
    walk_s: float = 0.0
    walk_spread: float = cal.SPREAD_WALK

    @property
    def offset_spm(self) -> float:
        """How far this runner's cadence stands above the population's."""
        return self.at_reference_spm - cal.POPULATION_AT_REFERENCE_SPM

    def expected_run(self, speed_mps: FloatArray, slope_ratio: FloatArray) -> FloatArray:
        """Forward running cadence at a speed and grade: (n,) spm."""
        return (self.at_reference_spm + self.slope_spm_per_mps * (speed_mps - cal.RUN_REFERENCE_SPEED_MPS)) * grade_factor(slope_ratio)

    def expected_walk(self, speed_mps: FloatArray, slope_ratio: FloatArray) -> FloatArray:
        """Forward walking cadence at a speed and grade: (n,) spm."""
        level = self.walk_at_reference_spm
        if level is None:
            level = cal.WALK_AT_REFERENCE_SPM + cal.WALK_OFFSET_SHARE * self.offset_spm
        return (level + cal.WALK_SLOPE_SPM_PER_MPS * (speed_mps - cal.WALK_REFERENCE_SPEED_MPS)) * grade_factor(slope_ratio)

    def relative_error(self, speed_mps: FloatArray) -> FloatArray:
        """Uncertainty of the running line itself at a speed, relative: (n,)."""
        x = speed_mps - cal.RUN_REFERENCE_SPEED_MPS
        c = self.covariance
        error: FloatArray = np.sqrt(np.maximum(c[0, 0] + 2 * c[0, 1] * x + c[1, 1] * x * x, 0.0)) / self.at_reference_spm
        return error

    def walk_error(self, speed_mps: FloatArray) -> FloatArray:
        """Uncertainty of the walking line at a speed, relative: (n,)."""
        away = cal.WALK_SLOPE_SD_SPM_PER_MPS * (speed_mps - cal.WALK_REFERENCE_SPEED_MPS)
        error: FloatArray = np.hypot(self.walk_sd_spm, away) / cal.WALK_AT_REFERENCE_SPM
        return error


class Prior(NamedTuple):
    """What is known of the line before the session: level and slope with their standard deviations, walking, spread."""

    level_spm: float
    level_sd_spm: float
    slope_spm_per_mps: float
    slope_sd_spm_per_mps: float
    spread_ratio: float
    walk_level_spm: float | None
    walk_sd_spm: float | None
    is_own: bool


def grade_factor(slope_ratio: FloatArray) -> FloatArray:
    """Cadence on a slope over cadence on the level: (n,), 1 where the slope is unknown."""
    slope = np.nan_to_num(slope_ratio)
    return 1.0 + np.where(slope > 0, cal.UPHILL_CADENCE_PER_GRADE * slope, -cal.DOWNHILL_CADENCE_PER_GRADE * slope)


def learn_line(grid: Grid, *, earlier: Baseline | None = None, is_excluded: NDArray[np.bool_] | None = None, is_belt: bool = False) -> Line:
    """Fit the runner's forward line to a session with features.

    Parameters
    ----------
    grid : with the columns of `features.add_features`.
    earlier : the runner's baseline from sessions that started earlier; the population where None.
    is_excluded : (n,) rows known not to be forward.
    is_belt : the runner does not choose the speed.

    Notes
    -----
    Expectation maximisation over three kinds of rows: forward (on the line), backward (10 % above it), anything else.
    The slope stays the prior's: backward stretches are slower and quicker-footed, so that a slope fitted to one session bends the
    line through them. Its uncertainty widens the evidence instead.
    """
    prior = line_prior(earlier)
    speed, cadence = grid["speed_7s_mps"], grid["cadence_7s_spm"]
    use = line_rows(grid, is_excluded=is_excluded)
    start_covariance = np.diag([prior.level_sd_spm**2, prior.slope_sd_spm_per_mps**2])
    line = Line(prior.level_spm, prior.slope_spm_per_mps, start_covariance, prior.spread_ratio, 0.0)
    if use.any():
        x = speed[use] - cal.RUN_REFERENCE_SPEED_MPS
        y = cadence[use] / grade_factor(grid["slope_ratio"][use]) - prior.slope_spm_per_mps * x
        found = climb(
            y,
            starts=_starts(y, prior),
            prior=(prior.level_spm, prior.level_sd_spm),
            scale=y + prior.slope_spm_per_mps * x,
            speed=None if is_belt else speed[use],
            spread=prior.spread_ratio,
        )
        level, variance, weight = found.level, found.variance, found.weight
        usual = np.maximum(level + prior.slope_spm_per_mps * x, cal.STILL_CADENCE_SPM)
        spread = _spread_below((y - level) / usual, weight, usual=prior.spread_ratio)
        covariance = _covariance(variance, prior.slope_sd_spm_per_mps, middle=float(weight @ x) / max(float(weight.sum()), 1e-9))
        line = Line(level, prior.slope_spm_per_mps, covariance, spread, float(weight.sum()))
    return _with_walk(line, grid, prior, is_excluded=is_excluded, is_belt=is_belt)


def _starts(y: FloatArray, prior: Prior) -> list[float]:
    """Levels to climb from: the middle of the session, its lower part, and what is known of the runner."""
    starts = _quantiles(y)
    return [*starts, prior.level_spm] if prior.is_own else starts


def _quantiles(y: FloatArray) -> list[float]:
    """The middle and the lower fifth."""
    ordered = np.sort(y)
    return [float(ordered[len(y) // 2]), float(ordered[len(y) // 5])]


def line_rows(grid: Grid, *, is_excluded: NDArray[np.bool_] | None = None, is_walk: bool = False) -> NDArray[np.bool_]:
    """Tell which rows can teach the line of a gait: steady, at its cadence and its speeds: (n,)."""
    speed, cadence = grid["speed_7s_mps"], grid["cadence_7s_spm"]
    low, high = cal.WALK_LINE_SPEEDS_MPS if is_walk else cal.LINE_SPEEDS_MPS
    with np.errstate(invalid="ignore"):
        fits = (cadence <= cal.GAIT_BORDER_SPM) & (cadence > cal.WALK_LOWEST_SPM) if is_walk else cadence > cal.GAIT_BORDER_SPM
        use: NDArray[np.bool_] = (grid["is_steady"] > 0) & fits & (speed > low) & (speed < high)
    return use if is_excluded is None else use & ~is_excluded


def forward_share(grid: Grid, line: Line, *, is_excluded: NDArray[np.bool_] | None = None, is_walk: bool = False) -> FloatArray:
    """Probability of each row that can teach the line of a gait that it is forward movement, 0 elsewhere: (n,)."""
    use = line_rows(grid, is_excluded=is_excluded, is_walk=is_walk)
    speed, slope = grid["speed_7s_mps"][use], grid["slope_ratio"][use]
    expected = line.expected_walk(speed, slope) if is_walk else line.expected_run(speed, slope)
    share = np.zeros(grid.n)
    share[use] = forward_share_of(
        grid["cadence_7s_spm"][use] / expected - 1.0, cal.SPREAD_WALK_ROWS if is_walk else cal.SPREAD_SAME_SESSION
    )
    return share


def walking_pace(grid: Grid, line: Line, *, is_excluded: NDArray[np.bool_] | None = None) -> float | None:
    """Median speed of what looks like forward walking by its cadence, m/s; None where there is hardly any."""
    use = forward_share(grid, line, is_excluded=is_excluded, is_walk=True) > 0.5
    return median(grid["speed_7s_mps"][use]) if use.sum() >= cal.NEIGHBOUR_WINDOW_S else None


def line_prior(earlier: Baseline | None) -> Prior:
    """Give what is known of the line before a session: of anybody, or of this runner."""
    if earlier is None or earlier.n_sessions == 0:
        return Prior(
            cal.POPULATION_AT_REFERENCE_SPM,
            cal.RUN_BETWEEN_SD_SPM,
            cal.RUN_SLOPE_SPM_PER_MPS,
            cal.RUN_SLOPE_SD_SPM_PER_MPS,
            cal.SPREAD_SAME_SESSION,
            None,
            None,
            is_own=False,
        )
    level = earlier.intercept_spm + earlier.slope_spm_per_mps * cal.RUN_REFERENCE_SPEED_MPS
    day_sd = cal.SPREAD_OTHER_DAYS * level if earlier.day_sd_spm is None else earlier.day_sd_spm
    slope_sd = cal.RUN_SLOPE_SD_SPM_PER_MPS / 2 if earlier.slope_sd_spm_per_mps is None else earlier.slope_sd_spm_per_mps
    return Prior(
        level,
        float(np.hypot(day_sd, earlier.level_sd_spm or 0.0)),
        earlier.slope_spm_per_mps,
        slope_sd,
        float(np.clip(earlier.sd_spm / level, cal.SPREAD_NARROWEST, cal.SPREAD_WIDEST)),
        earlier.walk_level_spm,
        earlier.walk_level_sd_spm,
        is_own=True,
    )


def _with_walk(line: Line, grid: Grid, prior: Prior, *, is_excluded: NDArray[np.bool_] | None, is_belt: bool) -> Line:
    """Add the walking level: the running offset, earlier sessions and this one together."""
    expected = cal.WALK_AT_REFERENCE_SPM + cal.WALK_OFFSET_SHARE * line.offset_spm
    sd = cal.SPREAD_WALK * expected
    if prior.walk_level_spm is not None and prior.walk_sd_spm is not None:
        expected, sd = prior.walk_level_spm, prior.walk_sd_spm
    use = line_rows(grid, is_excluded=is_excluded, is_walk=True)
    walk_s, spread = 0.0, cal.SPREAD_WALK_ROWS
    if use.any():
        x = grid["speed_7s_mps"][use] - cal.WALK_REFERENCE_SPEED_MPS
        cadence = grid["cadence_7s_spm"][use] / grade_factor(grid["slope_ratio"][use])
        y = cadence - cal.WALK_SLOPE_SPM_PER_MPS * x
        found = climb(
            y,
            starts=[expected, *_quantiles(y)],
            prior=(expected, sd),
            scale=cadence,
            speed=None if is_belt else grid["speed_7s_mps"][use],
            spread=cal.SPREAD_WALK_ROWS,
        )
        expected, sd, walk_s = found.level, float(np.sqrt(found.variance)), float(found.weight.sum())
        spread = max(
            _spread_below(
                (y - expected) / np.maximum(cadence - y + expected, cal.STILL_CADENCE_SPM), found.weight, usual=cal.SPREAD_WALK_ROWS
            ),
            cal.SPREAD_WALK_NARROWEST,
        )
    return line._replace(walk_at_reference_spm=float(expected), walk_sd_spm=sd, walk_s=walk_s, walk_spread=spread)


def _spread_below(excess: FloatArray, weight: FloatArray, *, usual: float) -> float:
    """Relative spread of forward cadence, from what lies below the line: backward running only ever lifts cadence above it.

    A session's own spread counts by its looks beside the usual one.
    """
    below = -excess[excess < 0]
    if not len(below):
        return usual
    # the median of a half-normal is 0.6745 of its standard deviation
    own = float(np.clip(median(below) / 0.6745, cal.SPREAD_NARROWEST, cal.SPREAD_WIDEST))
    looks = float(weight.sum()) * cal.LOOKS_PER_SECOND
    pooled = (cal.SPREAD_PRIOR_LOOKS * usual**2 + looks * own**2) / (cal.SPREAD_PRIOR_LOOKS + looks)
    # a session wider than usual is believed at once: doubt costs a suggestion, trust a false one
    return max(own, float(np.sqrt(pooled)))


def _covariance(variance: float, slope_sd: float, *, middle: float) -> NDArray[np.float64]:
    """Covariance of level and slope: the level was seen at the session's own speed, `middle` away from the reference, and only a
    departure from there is as uncertain as the slope."""
    slope_variance = slope_sd**2
    corner = -slope_variance * middle
    return np.array(((variance + slope_variance * middle**2, corner), (corner, slope_variance)))
