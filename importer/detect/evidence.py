"""What the gait signal says, in nats: log p(observed | backward) - log p(observed | forward).

Conventions: positive speaks for backward; exactly 0 where an input is missing or means nothing.
`second_nats` looks at one second, `bout_nats` at a whole stretch: what is constant over a stretch (a drill, a hill, a stroller)
counts once there, and not once a second.
Running power, step length, contact time share and vertical ratio are no evidence: they are algebra on speed and cadence, or a
vendor's model of forward running.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from importer.detect import calibration as cal
from importer.detect.backward import Backward
from importer.detect.baseline import Line
from importer.detect.conjugate import Estimate
from importer.detect.features import climbing_pace, shift, window_mean
from importer.detect.mixture import normal
from importer.detect.stories import WALK_SHARE, forward_speed, speed_density
from importer.values.activity import FloatArray
from importer.values.grid import Grid

#: anybody's backward excess: borders are looked for with an open mind
_ANY_RUN: Final = Estimate(cal.BACKWARD_EXCESS, cal.BACKWARD_EXCESS_SD_RUN)
_ANY_WALK: Final = Estimate(cal.BACKWARD_EXCESS, cal.BACKWARD_EXCESS_SD_WALK)


class Weight(NamedTuple):
    """What a stretch says for backward, and for a drill, each against forward: nats."""

    backward: float
    drill: float


def add_gait_evidence(grid: Grid, line: Line, expected: Backward, *, walk_pace_mps: float | None = None) -> Grid:
    """Add `excess_run_ratio`, `excess_walk_ratio` (cadence over the expected one, minus 1), `run_nats`, `walk_nats` and `gait_nats`.

    `run_nats` and `walk_nats` speak of direction within a gait, tempered for smoothing; `gait_nats` is run against walk.

    Parameters
    ----------
    walk_pace_mps : usual speed of forward walking; None where it is not known, or not chosen.
    """
    speed, cadence, slope = grid["speed_7s_mps"], grid["cadence_7s_spm"], grid["slope_ratio"]
    error = line.relative_error(speed)
    excess_run = cadence / line.expected_run(speed, slope) - 1.0
    excess_walk = cadence / line.expected_walk(speed, slope) - 1.0
    run = log_ratio(excess_run, np.hypot(line.spread, error), expected.run_excess)
    walk_error = np.hypot(line.walk_spread, line.walk_error(speed))
    walk = log_ratio(excess_walk, walk_error, expected.walk_excess, jog=excess_run)
    pace = climbing_pace(grid)
    if walk_pace_mps is not None:
        walk = walk + _pace_nats(pace / walk_pace_mps)
    means_something = grid["is_steady"] > 0
    border = (cadence - cal.GAIT_BORDER_SPM) / cal.GAIT_BORDER_WIDTH_SPM
    return grid.with_columns(
        excess_run_ratio=excess_run,
        excess_walk_ratio=excess_walk,
        run_nats=_temper(np.where(means_something, _plausible(run, speed, pace, cal.BACKWARD_RUN_SPEED_MPS), 0.0)),
        walk_nats=_temper(np.where(means_something, _plausible(walk, speed, pace, cal.BACKWARD_WALK_SPEED_MPS), 0.0)),
        gait_nats=_temper(border),
        sprint_nats=_sprint_nats(grid, line, expected),
    )


def _pace_nats(share: FloatArray) -> FloatArray:
    """What the usual pace says against backward walking: (n,) nats, never above 0, as people stroll, too."""
    backward = speed_density(share, WALK_SHARE)
    nats = np.log(np.maximum(backward, 1e-12)) - np.log(np.maximum(forward_speed(share, is_walk=True), 1e-12))
    against: FloatArray = np.clip(nats, -cal.WALK_PACE_MOST_NATS, 0.0)
    return against


def _sprint_nats(grid: Grid, line: Line, expected: Backward) -> FloatArray:
    """Backward running against forward over three seconds: (n,) nats. A sprint is over before a longer window has seen it.

    While the speed changes, half of the change counts as error of the cadence that is expected.
    """
    speed = window_mean(grid.column("speed_mps"), window_s=3)
    cadence = window_mean(grid.column("cadence_spm"), window_s=3)
    lag = cal.SPEED_CHANGE_LAG_S // 2
    change = np.abs(shift(speed, -lag) - shift(speed, lag))
    usual = line.expected_run(speed, grid["slope_ratio"])
    mismatch = 0.5 * line.slope_spm_per_mps * change / usual
    spread = np.hypot(np.hypot(line.spread, cal.SPREAD_ONE_SECOND / np.sqrt(3.0)), mismatch)
    nats = log_ratio(cadence / usual - 1.0, spread, expected.run_excess)
    runs = (cadence > cal.GAIT_BORDER_SPM) & (grid["is_moving"] > 0) & ~np.isnan(nats)
    nats = np.where(runs, _plausible(nats, speed, speed, cal.BACKWARD_RUN_SPEED_MPS), -cal.MAX_SECOND_NATS)
    missing = np.isnan(speed) | np.isnan(cadence)
    return np.where(missing, 0.0, cal.SPRINT_TEMPER * np.clip(np.nan_to_num(nats), -cal.MAX_SECOND_NATS, cal.MAX_SECOND_NATS))


def raw_nats(grid: Grid, line: Line, first: int, last: int, *, is_walk: bool) -> FloatArray:
    """Unsmoothed backward against forward in the rows ``[first, last)``, for the search of a border: (last - first,) nats."""
    rows = slice(first, last)
    speed, cadence, slope = (grid.column(name)[rows] for name in ("speed_mps", "cadence_spm", "slope_ratio"))
    expected = line.expected_walk(speed, slope) if is_walk else line.expected_run(speed, slope)
    spread = np.full(len(speed), float(np.hypot(line.spread, cal.SPREAD_ONE_SECOND)))
    nats = log_ratio(cadence / expected - 1.0, spread, _ANY_WALK if is_walk else _ANY_RUN)
    return np.clip(np.nan_to_num(nats), -cal.MAX_SECOND_NATS, cal.MAX_SECOND_NATS)


def log_ratio(
    excess: FloatArray,
    spread: FloatArray,
    own: Estimate,
    *,
    drill_forward: float = cal.DRILL_SHARE_FORWARD,
    jog: FloatArray | None = None,
) -> FloatArray:
    """Backward against forward from the relative excess of cadence: (n,) nats.

    Either side is a mixture with drills, so that no excess is proof; below the line, and far above it, nothing speaks for backward.

    Parameters
    ----------
    own : the excess that is expected backward.
    jog : for walking, the excess over the *running* line: what looks like backward walking may be slow forward jogging.

    Notes
    -----
    Source: the generative model of docs/detection.md.
    """
    wide = np.hypot(spread, own.sd)
    drill = normal(excess, cal.DRILL_EXCESS, cal.DRILL_SPREAD)
    top = (1 - cal.DRILL_SHARE_BACKWARD) * normal(excess, own.mean, wide) + cal.DRILL_SHARE_BACKWARD * drill
    bottom = _forward(excess, spread, drill_forward=drill_forward, jog=jog)
    nats: FloatArray = np.log(np.maximum(top, 1e-12)) - np.log(np.maximum(bottom, 1e-12))
    # the far tails of both sides are drills: what is left there must not speak for backward, least of all below the line
    far = np.abs(excess - own.mean) > cal.BACKWARD_REACH_SD * wide
    return np.where((excess < 0) | far, np.minimum(nats, 0.0), nats)


def _forward(excess: FloatArray, spread: FloatArray, *, drill_forward: float, jog: FloatArray | None) -> FloatArray:
    """Density of an excess in forward movement: the line, slow jogging where the stretch is walked, and drills: (n,)."""
    plain = normal(excess, 0.0, spread)
    if jog is not None:
        plain = (1 - cal.SLOW_JOG_SHARE) * plain + cal.SLOW_JOG_SHARE * normal(jog, cal.SLOW_JOG_EXCESS, cal.SLOW_JOG_SPREAD)
    return (1 - drill_forward) * plain + drill_forward * normal(excess, cal.DRILL_EXCESS, cal.DRILL_SPREAD)


def bout_nats(
    *, excess: float, n_s: int, spread: float, line_error: float, expected: Backward, jog: float | None = None, beside: float = 0.0
) -> Weight:
    """What the cadence of a whole stretch says, and what was seen beside it.

    Parameters
    ----------
    excess : median relative excess of cadence over the line of its gait.
    n_s : seconds behind it.
    spread : relative error of that excess: what wanders slowly is not averaged away within a stretch.
    line_error : relative uncertainty of the line at its speed.
    jog : where the stretch is walked, its excess over the running line; None where it is run.
    beside : nats of contact time, its loss and heart rate.
    """
    wide = np.array([math.hypot(spread, line_error)])
    seen, beside_jog = np.array([excess]), None if jog is None else np.array([jog])
    share = cal.DRILL_SHARE_FORWARD if n_s <= cal.DRILL_LONGEST_S else cal.DRILL_SHARE_LONG
    own = expected.run_excess if jog is None else expected.walk_excess
    nats = float(log_ratio(seen, wide, own, drill_forward=share, jog=beside_jog)[0])
    forward = float(_forward(seen, wide, drill_forward=share, jog=beside_jog)[0])
    drill = math.log(max(float(normal(seen, cal.DRILL_EXCESS, cal.DRILL_SPREAD)[0]), 1e-12)) - math.log(max(forward, 1e-12))
    nats += beside if nats > 0 else min(beside, 0.0)
    # whatever nobody thought of may explain a stretch: it bounds what speaks against forward, not which of the two others it is
    beyond = max(nats, drill, cal.MAX_BOUT_NATS) - cal.MAX_BOUT_NATS
    return Weight(max(-2 * cal.MAX_BOUT_NATS, nats - beyond), max(-2 * cal.MAX_BOUT_NATS, drill - beyond))


def _plausible(nats: FloatArray, speed: FloatArray, pace: FloatArray, borders: tuple[float, float]) -> FloatArray:
    """No speed outside the borders speaks for backward; on a climb people are slower, which `pace` allows for."""
    return np.where((pace >= borders[0]) & (speed <= borders[1]), nats, np.minimum(nats, -cal.MAX_SECOND_NATS))


def _temper(nats: FloatArray) -> FloatArray:
    return cal.TEMPER * np.clip(np.nan_to_num(nats), -cal.MAX_SECOND_NATS, cal.MAX_SECOND_NATS)
