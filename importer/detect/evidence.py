"""What the gait signal says, in nats: log p(observed | backward) - log p(observed | forward).

Conventions: positive speaks for backward; exactly 0 where an input is missing or means nothing.
`second_nats` looks at one second, `bout_nats` at a whole stretch: what is constant over a stretch (a drill, a hill, a stroller)
counts once there, and not once a second.
Running power, step length, contact time share and vertical ratio are no evidence: they are algebra on speed and cadence, or a
vendor's model of forward running.
"""

from __future__ import annotations

import math

import numpy as np

from importer.detect import calibration as cal
from importer.detect.baseline import Line, normal
from importer.values.activity import FloatArray
from importer.values.grid import Grid


def add_gait_evidence(grid: Grid, line: Line) -> Grid:
    """Add `excess_run_ratio`, `excess_walk_ratio` (cadence over the expected one, minus 1), `run_nats`, `walk_nats` and `gait_nats`.

    `run_nats` and `walk_nats` speak of direction within a gait, tempered for smoothing; `gait_nats` is run against walk.
    """
    speed, cadence, slope = grid["speed_7s_mps"], grid["cadence_7s_spm"], grid["slope_ratio"]
    error = line.relative_error(speed)
    excess_run = cadence / line.expected_run(speed, slope) - 1.0
    excess_walk = cadence / line.expected_walk(speed, slope) - 1.0
    run = log_ratio(excess_run, np.hypot(line.spread, error), cal.BACKWARD_EXCESS_SD_RUN)
    walk = log_ratio(excess_walk, np.hypot(cal.SPREAD_WALK, error), cal.BACKWARD_EXCESS_SD_WALK, jog=excess_run)
    means_something = grid["is_steady"] > 0
    border = (cadence - cal.GAIT_BORDER_SPM) / cal.GAIT_BORDER_WIDTH_SPM
    return grid.with_columns(
        excess_run_ratio=excess_run,
        excess_walk_ratio=excess_walk,
        run_nats=_temper(np.where(means_something, _plausible(run, speed, cal.BACKWARD_RUN_SPEED_MPS), 0.0)),
        walk_nats=_temper(np.where(means_something, _plausible(walk, speed, cal.BACKWARD_WALK_SPEED_MPS), 0.0)),
        gait_nats=_temper(border),
    )


def raw_nats(grid: Grid, line: Line, first: int, last: int, *, is_walk: bool) -> FloatArray:
    """Unsmoothed backward against forward in the rows ``[first, last)``, for the search of a border: (last - first,) nats."""
    rows = slice(first, last)
    speed, cadence, slope = (grid.column(name)[rows] for name in ("speed_mps", "cadence_spm", "slope_ratio"))
    expected = line.expected_walk(speed, slope) if is_walk else line.expected_run(speed, slope)
    spread = np.full(len(speed), float(np.hypot(line.spread, cal.SPREAD_ONE_SECOND)))
    sd = cal.BACKWARD_EXCESS_SD_WALK if is_walk else cal.BACKWARD_EXCESS_SD_RUN
    nats = log_ratio(cadence / expected - 1.0, spread, sd)
    return np.clip(np.nan_to_num(nats), -cal.MAX_SECOND_NATS, cal.MAX_SECOND_NATS)


def log_ratio(
    excess: FloatArray,
    spread: FloatArray,
    excess_sd: float,
    *,
    drill_forward: float = cal.DRILL_SHARE_FORWARD,
    jog: FloatArray | None = None,
) -> FloatArray:
    """Backward against forward from the relative excess of cadence: (n,) nats.

    Either side is a mixture with drills, so that no excess is proof; below the line, and far above it, nothing speaks for backward.

    Parameters
    ----------
    jog : for walking, the excess over the *running* line: what looks like backward walking may be slow forward jogging.

    Notes
    -----
    Source: the generative model of docs/detection.md.
    """
    drill = normal(excess, cal.DRILL_EXCESS, cal.DRILL_SPREAD)
    backward = normal(excess, cal.BACKWARD_EXCESS, np.hypot(spread, excess_sd))
    forward = normal(excess, 0.0, spread)
    if jog is not None:
        forward = (1 - cal.SLOW_JOG_SHARE) * forward + cal.SLOW_JOG_SHARE * normal(jog, cal.SLOW_JOG_EXCESS, cal.SLOW_JOG_SPREAD)
    top = (1 - cal.DRILL_SHARE_BACKWARD) * backward + cal.DRILL_SHARE_BACKWARD * drill
    bottom = (1 - drill_forward) * forward + drill_forward * drill
    nats: FloatArray = np.log(np.maximum(top, 1e-12)) - np.log(np.maximum(bottom, 1e-12))
    # the far tails of both sides are drills: what is left there must not speak for backward, least of all below the line
    far = np.abs(excess - cal.BACKWARD_EXCESS) > cal.BACKWARD_REACH_SD * np.hypot(spread, excess_sd)
    return np.where((excess < 0) | far, np.minimum(nats, 0.0), nats)


def bout_nats(
    *, excess: float, n_s: int, spread: float, line_error: float, jog: float | None = None, speed_share: float | None = None
) -> float:
    """What a whole stretch says.

    Parameters
    ----------
    excess : median relative excess of cadence over the line of its gait.
    n_s : steady seconds behind it.
    spread : relative spread of the session's forward cadence: what wanders slowly is not averaged away within a stretch.
    line_error : relative uncertainty of the line at its speed.
    jog : where the stretch is walked, its excess over the running line; None where it is run.
    speed_share : its speed over the session's usual forward speed; None where the runner does not choose the speed (a belt).
    """
    wide = math.hypot(spread, line_error, cal.SPREAD_WALK if jog is not None else 0.0)
    drill = cal.DRILL_SHARE_FORWARD if n_s <= cal.DRILL_LONGEST_S else cal.DRILL_SHARE_LONG
    sd = cal.BACKWARD_EXCESS_SD_RUN if jog is None else cal.BACKWARD_EXCESS_SD_WALK
    beside = None if jog is None else np.array([jog])
    nats = float(log_ratio(np.array([excess]), np.array([wide]), sd, drill_forward=drill, jog=beside)[0])
    if speed_share is not None and jog is None:
        by_speed = _log_normal(speed_share, cal.BACKWARD_SPEED_SHARE, cal.BACKWARD_SPEED_SHARE_SD)
        by_speed -= _log_normal(speed_share, cal.FORWARD_SPEED_SHARE, cal.FORWARD_SPEED_SHARE_SD)
        # going slowly is no evidence of its own
        nats += by_speed if nats > 0 else min(by_speed, 0.0)
    return max(-2 * cal.MAX_BOUT_NATS, min(cal.MAX_BOUT_NATS, nats))


def _plausible(nats: FloatArray, speed: FloatArray, borders: tuple[float, float]) -> FloatArray:
    """No speed outside the borders speaks for backward."""
    return np.where((speed >= borders[0]) & (speed <= borders[1]), nats, np.minimum(nats, -cal.MAX_SECOND_NATS))


def _temper(nats: FloatArray) -> FloatArray:
    return cal.TEMPER * np.clip(np.nan_to_num(nats), -cal.MAX_SECOND_NATS, cal.MAX_SECOND_NATS)


def _log_normal(x: float, mean: float, sd: float) -> float:
    return -0.5 * ((x - mean) / sd) ** 2 - math.log(sd)
