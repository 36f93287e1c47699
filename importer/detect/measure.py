"""What is measured of one stretch: cadence against the expected one, speed, grade, and what speaks beside them.

Conventions: a stretch is ``[first, last)`` in rows of the grid; excesses and errors are relative.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.backward import Backward
from importer.detect.baseline import Line
from importer.detect.evidence import bout_nats
from importer.detect.features import climb_factor
from importer.detect.heart import Seen, Span
from importer.detect.witnesses import contact_nats, contact_ratio, heart_nats, lost_nats
from importer.values.activity import FloatArray
from importer.values.grid import Grid
from importer.values.session import Gait
from importer.values.statistics import median


class Bout(NamedTuple):
    """A stretch that stands out. `p` is the probability that it is backward; `doubt` says why it is not even suggested."""

    first: int
    last: int
    gait: Gait
    nats: float
    excess_ratio: float
    cadence_spm: float
    expected_spm: float
    speed_mps: float
    belt_step_ratio: float | None
    #: error of `excess_ratio` that is this bout's own, and that of the session's line, which all bouts share
    excess_sd: float = cal.SPREAD_SAME_SESSION
    line_error: float = 0.0
    #: what speaks for a drill, against forward
    drill_nats: float = 0.0
    #: what contact time, its loss and heart rate say; a part of `nats`
    beside_nats: float = 0.0
    #: the part of them that drills show as well: heart rate, and a watch that takes running for walking
    effort_nats: float = 0.0
    #: what contact time says for a drill, against forward
    drill_contact_nats: float = 0.0
    #: where it is walked, its excess over the running line: what looks like backward walking may be slow forward jogging
    jog_ratio: float | None = None
    #: speed over the usual forward speed of the session, climbs allowed for; None where the runner does not choose it
    speed_share: float | None = None
    #: grade, 0 where unknown
    grade_ratio: float = 0.0
    p: float = 0.0
    #: the same if drills are common: what an accepted stretch must withstand
    p_strict: float = 0.0
    doubt: str | None = None
    is_accepted: bool = False
    #: beats above forward movement at that speed and slope, once settled, bpm; None where they cannot be told
    heart: Seen | None = None

    @property
    def length_s(self) -> int:
        return self.last - self.first


class View(NamedTuple):
    """What bouts are measured with: the line, what backward is expected to look like, whose device it was."""

    line: Line
    expected: Backward
    #: (n,) rows of forward running, as far as one can tell
    is_forward: NDArray[np.bool_]
    #: (n,) rows of forward walking
    is_forward_walk: NDArray[np.bool_]
    is_belt: bool
    contact_device: str | None
    #: what the runner called backward, ``[first, last)`` each
    known: tuple[Span, ...] = ()

    @property
    def goes_forward(self) -> NDArray[np.bool_]:
        """Rows of forward movement in either gait: (n,)."""
        return self.is_forward | self.is_forward_walk


def usual_speeds(grid: Grid, spans: Iterable[Span] = ()) -> dict[Gait, float | None]:
    """Give the usual forward speed of each gait, m/s; None where there is hardly any.

    Parameters
    ----------
    spans : stretches ``[first, last)`` that stand out, which are left out.
    """
    is_usual = np.ones(grid.n, dtype=np.bool_)
    for first, last in spans:
        is_usual[first:last] = False
    return {gait: _usual_speed(grid, gait, is_usual) for gait in (Gait.RUN, Gait.WALK)}


def _usual_speed(grid: Grid, gait: Gait, is_usual: NDArray[np.bool_]) -> float | None:
    """Median speed of what looks like forward movement in a gait."""
    speed = grid["speed_7s_mps"]
    is_forward = is_usual & (grid[f"p_forward_{gait}"] > 0.5) & ~np.isnan(speed) & (grid["is_steady"] > 0)
    if gait is Gait.WALK:  # the slow run of somebody with a low cadence is no walk
        with np.errstate(invalid="ignore"):
            is_forward &= speed < cal.WALK_LINE_SPEEDS_MPS[1]
    return median(speed[is_forward]) if is_forward.sum() >= cal.BELT_NEIGHBOUR_MIN_S else None


def moving_seconds(grid: Grid) -> dict[Gait, float]:
    """Seconds of movement in each gait, whichever way."""
    moves = grid["is_moving"] > 0
    is_run = grid["p_forward_run"] + grid["p_backward_run"] >= grid["p_forward_walk"] + grid["p_backward_walk"]
    return {Gait.RUN: float((moves & is_run).sum()), Gait.WALK: float((moves & ~is_run).sum())}


def measure(
    grid: Grid, view: View, first: int, last: int, *, usual_mps: Mapping[Gait, float | None], heart: Seen | None = None
) -> Bout | None:
    """Measure one stretch; None where nothing in it can be measured.

    Parameters
    ----------
    usual_mps : usual forward speed of each gait; None or left out where the runner does not choose it.
    heart : its beats above forward movement, as `heart_excesses` gives them.
    """
    rows, line = slice(first, last), view.line
    is_walk = bool(grid["p_backward_walk"][rows].sum() > grid["p_backward_run"][rows].sum())
    seen = _steady(grid, first, last)
    if seen is None:
        return None
    expected_spm = line.expected_walk(seen.speed, seen.slope) if is_walk else line.expected_run(seen.speed, seen.slope)
    excess, mid_speed = median(seen.cadence / expected_spm) - 1.0, median(seen.speed)
    own_sd, error = _errors(line, seen, mid_speed, is_walk=is_walk)
    effort = _effort(grid, view, first, last, heart=heart, is_walk=is_walk)
    contact, drill_contact = (0.0, 0.0) if is_walk else _contact(grid, view, first, last)
    beside = effort + contact
    jog = median(seen.cadence / line.expected_run(seen.speed, seen.slope)) - 1.0 if is_walk else None
    weight = bout_nats(excess=excess, n_s=len(seen.speed), spread=own_sd, line_error=error, expected=view.expected, jog=jog, beside=beside)
    gait, level = Gait.WALK if is_walk else Gait.RUN, median(seen.cadence)
    return Bout(
        first=first,
        last=last,
        gait=gait,
        nats=weight.backward,
        drill_nats=weight.drill,
        beside_nats=beside,
        effort_nats=effort,
        drill_contact_nats=drill_contact,
        excess_ratio=excess,
        excess_sd=own_sd,
        line_error=error,
        cadence_spm=level,
        expected_spm=median(expected_spm),
        speed_mps=mid_speed,
        jog_ratio=jog,
        grade_ratio=seen.grade,
        speed_share=_share(mid_speed, usual_mps.get(gait), climb=seen.grade),
        heart=heart,
        belt_step_ratio=_belt_step(grid, first, last, speed_mps=mid_speed, cadence_spm=level) if view.is_belt else None,
    )


class _Steady(NamedTuple):
    """What can be measured of a stretch: (m,) each, and its middle grade, 0 where unknown."""

    speed: FloatArray
    cadence: FloatArray
    slope: FloatArray
    grade: float


def _steady(grid: Grid, first: int, last: int) -> _Steady | None:
    """Take the steady rows of a stretch, or all where hardly any is steady; None where nothing is measured."""
    rows = slice(first, last)
    speed, cadence, slope = _columns(grid, first, last)
    use = (grid["is_moving"][rows] > 0) & ~np.isnan(speed) & ~np.isnan(cadence)
    if (grid["is_steady"][rows] > 0)[use].sum() >= cal.CONFIRMED_MIN_S:
        use &= grid["is_steady"][rows] > 0
    if not use.any():
        return None
    known = slope[use][~np.isnan(slope[use])]
    return _Steady(speed[use], cadence[use], slope[use], median(known) if len(known) else 0.0)


def _errors(line: Line, seen: _Steady, mid_speed: float, *, is_walk: bool) -> tuple[float, float]:
    """Error of the excess that is the stretch's own, and the one that all stretches share: the line's and the hill's."""
    at, n = np.array([mid_speed]), len(seen.speed)
    spread, wander_s = (line.walk_spread, cal.WALK_WANDER_S) if is_walk else (line.spread, cal.WANDER_S)
    own = math.hypot(spread / math.sqrt(1 + n / wander_s), cal.SPREAD_ONE_SECOND / math.sqrt(n))
    by_line = float((line.walk_error(at) if is_walk else line.relative_error(at))[0])
    return own, math.hypot(by_line, cal.CADENCE_PER_GRADE_SD * abs(seen.grade))


def _share(speed_mps: float, usual_mps: float | None, *, climb: float) -> float | None:
    """Speed as a share of the usual one; uphill everybody is slower, whichever way he faces."""
    if usual_mps is None or usual_mps <= 0:
        return None
    return speed_mps * float(climb_factor(np.array(climb))) / usual_mps


def _columns(grid: Grid, first: int, last: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Speed, cadence and slope of a stretch: smoothed inside a long one, as recorded in a short one, whose neighbours would leak in."""
    rows = slice(first, last)
    if last - first >= 4 * cal.SMOOTHING_WINDOW_S:
        return grid["speed_7s_mps"][rows], grid["cadence_7s_spm"][rows], grid["slope_ratio"][rows]
    inner = slice(first + 1, last - 1) if last - first > 2 * cal.CONFIRMED_MIN_S else rows
    speed, cadence = grid.column("speed_mps")[rows].copy(), grid.column("cadence_spm")[rows].copy()
    speed[: inner.start - first] = speed[inner.stop - first :] = np.nan
    return speed, cadence, grid["slope_ratio"][rows]


def _effort(grid: Grid, view: View, first: int, last: int, *, heart: Seen | None, is_walk: bool) -> float:
    """What heart rate, and for running the loss of contact time, say of a stretch, nats."""
    nats = heart_nats(heart, view.expected)
    # watches write no contact time of walking, whichever way
    return nats if is_walk else nats + lost_nats(grid, first, last, is_forward=view.is_forward)


def _contact(grid: Grid, view: View, first: int, last: int) -> tuple[float, float]:
    """What contact time says of a running stretch: for backward, and for a drill, nats."""
    seen = contact_ratio(grid, first, last, is_forward=view.is_forward)
    return contact_nats(seen, view.expected, device=view.contact_device)


def _belt_step(grid: Grid, first: int, last: int, *, speed_mps: float, cadence_spm: float) -> float | None:
    """Relative step of cadence against forward running near the bout at the same belt speed; None where there is none."""
    near = np.zeros(grid.n, dtype=bool)
    near[max(0, first - cal.BELT_NEIGHBOUR_S) : last + cal.BELT_NEIGHBOUR_S] = True
    near[first:last] = False
    p_forward: FloatArray = grid["p_forward_run"] + grid["p_forward_walk"]
    with np.errstate(invalid="ignore"):
        same = np.abs(grid["speed_7s_mps"] - speed_mps) <= cal.SAME_BELT_SPEED_MPS
    cadence = grid["cadence_7s_spm"][near & (p_forward > 0.5) & (grid["is_steady"] > 0) & same]
    cadence = cadence[~np.isnan(cadence)]
    if len(cadence) < cal.BELT_NEIGHBOUR_MIN_S:
        return None
    return cadence_spm / median(cadence) - 1.0
