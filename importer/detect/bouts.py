"""Stretches that stand out, and how probable it is that they are backward.

Conventions: a bout is ``[first, last)`` in rows of the grid. Its probability weighs three things: its own evidence
(`evidence.bout_nats`), how probable it is that this session has backward movement at all (the prior, raised by words), and the
other bouts: a set of like stretches is evidence that no single one gives.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.baseline import Line
from importer.detect.evidence import bout_nats, raw_nats
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
    p: float = 0.0
    doubt: str | None = None

    @property
    def length_s(self) -> int:
        return self.last - self.first


def find_bouts(grid: Grid, line: Line, *, is_belt: bool, is_free: NDArray[np.bool_]) -> tuple[Bout, ...]:
    """Collect the stretches that the smoothing calls backward: row order.

    Parameters
    ----------
    is_belt : the belt sets the speed, so that the speed itself says nothing.
    is_free : (n,) rows that no declaration covers.
    """
    p_back = grid["p_backward_run"] + grid["p_backward_walk"]
    usual_mps = _usual_speed(grid)
    bouts: list[Bout] = []
    runs = runs_of((p_back > 0.5) & is_free)
    for i, (first, last) in enumerate(runs):
        room = (bouts[-1].last if bouts else 0, runs[i + 1][0] if i + 1 < len(runs) else grid.n)
        first, last = _refine(grid, line, first, last, room=room, is_free=is_free)
        bout = _measure(grid, line, first, last, usual_mps=None if is_belt else usual_mps, is_belt=is_belt)
        if bout is not None:
            bouts.append(bout)
    return tuple(bouts)


def weigh(bouts: Sequence[Bout], *, session_prior: float) -> tuple[tuple[Bout, ...], float]:
    """Give every bout its probability; and the probability that the session has backward movement at all.

    Notes
    -----
    In a session with backward movement a stretch that stands out is backward with probability `BOUT_PRIOR`, in any other never;
    given the session, stretches are independent.
    """
    odds = math.log(session_prior) - math.log1p(-session_prior)
    for bout in bouts:
        odds += math.log(cal.BOUT_PRIOR * math.exp(bout.nats) + 1 - cal.BOUT_PRIOR)
    p_session = 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))
    weighed = []
    for bout in bouts:
        within = cal.BOUT_PRIOR * math.exp(bout.nats)
        weighed.append(bout._replace(p=p_session * within / (within + 1 - cal.BOUT_PRIOR)))
    return tuple(weighed), p_session


def apply_policy(bouts: Sequence[Bout], grid: Grid, *, needs_belt_step: bool) -> tuple[Bout, ...]:
    """Say of every probable bout whether anything forbids to suggest it (design: detection policy)."""
    probable = [bout for bout in bouts if bout.p >= cal.SUGGEST_P]
    return tuple(
        bout._replace(doubt=_doubt(bout, grid, probable, needs_belt_step=needs_belt_step)) if bout.p >= cal.SUGGEST_P else bout
        for bout in bouts
    )


def alike(bout: Bout, others: Sequence[Bout]) -> int:
    """Count the bouts of a like length and gait, the bout itself among them."""
    return sum(
        other.gait == bout.gait and max(other.length_s, bout.length_s) <= cal.SET_LENGTH_FACTOR * min(other.length_s, bout.length_s)
        for other in others
    )


def runs_of(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give the ``[first, last)`` of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _doubt(bout: Bout, grid: Grid, probable: Sequence[Bout], *, needs_belt_step: bool) -> str | None:
    if bout.length_s < cal.MIN_SET_BOUT_S or (bout.length_s < cal.MIN_BOUT_S and alike(bout, probable) < cal.SET_SIZE):
        return f"only {bout.length_s} s long and not one of a set"
    if needs_belt_step:
        if bout.belt_step_ratio is None:
            return "no forward running at the same belt speed near it, and the incline is unknown"
        if bout.belt_step_ratio < cal.BELT_STEP_RATIO:
            return "cadence did not step at constant belt speed, and the incline is unknown"
        return None
    if np.isnan(grid["slope_ratio"][bout.first : bout.last]).mean() > 0.5:
        return "the slope here is unknown"
    return None


def _usual_speed(grid: Grid) -> float | None:
    """Median speed of what looks like forward running, m/s."""
    speed = grid["speed_7s_mps"]
    is_forward = (grid["p_forward_run"] > 0.5) & ~np.isnan(speed)
    return median(speed[is_forward]) if is_forward.any() else None


def _refine(grid: Grid, line: Line, first: int, last: int, *, room: tuple[int, int], is_free: NDArray[np.bool_]) -> tuple[int, int]:
    """Move the borders of a bout to where its unsmoothed evidence is greatest, at most `BORDER_SEARCH_S` away and inside `room`."""
    reach = min(cal.BORDER_SEARCH_S, (last - first) // 2)
    if reach == 0:
        return first, last
    left, right = max(room[0], first - reach), min(room[1], last + reach)
    is_walk = bool(grid["p_backward_walk"][first:last].sum() > grid["p_backward_run"][first:last].sum())
    nats = raw_nats(grid, line, left, right, is_walk=is_walk)
    nats[~is_free[left:right]] = -cal.MAX_SECOND_NATS
    # evidence gained by starting at each second up to `first + reach`, and by ending at each one from `last - reach` on
    head = np.cumsum(nats[: first + reach - left][::-1])[::-1]
    tail = np.cumsum(nats[last - reach - left :])
    return left + int(np.argmax(head)), last - reach + int(np.argmax(tail)) + 1


def _measure(grid: Grid, line: Line, first: int, last: int, *, usual_mps: float | None, is_belt: bool) -> Bout | None:
    """Measure one stretch; None where nothing steady is in it."""
    rows = slice(first, last)
    is_walk = bool(grid["p_backward_walk"][rows].sum() > grid["p_backward_run"][rows].sum())
    excess = grid["excess_walk_ratio" if is_walk else "excess_run_ratio"][rows]
    use = (grid["is_steady"][rows] > 0) & ~np.isnan(excess)
    if not use.any():
        return None
    speed, slope, cadence = (grid[name][rows][use] for name in ("speed_7s_mps", "slope_ratio", "cadence_7s_spm"))
    mid_speed = median(speed)
    level = median(cadence)
    middle = median(excess[use])
    slope = slope[~np.isnan(slope)]
    steepness = abs(median(slope)) if len(slope) else 0.0
    error = math.hypot(float(line.relative_error(np.array([mid_speed]))[0]), cal.CADENCE_PER_GRADE_SD * steepness)
    nats = bout_nats(
        excess=middle,
        n_s=int(use.sum()),
        spread=line.spread,
        line_error=error,
        jog=median(grid["excess_run_ratio"][rows][use]) if is_walk else None,
        speed_share=mid_speed / usual_mps if usual_mps is not None and usual_mps > 0 else None,
    )
    step = _belt_step(grid, first, last, speed_mps=mid_speed, cadence_spm=level) if is_belt else None
    return Bout(
        first=first,
        last=last,
        gait=Gait.WALK if is_walk else Gait.RUN,
        nats=nats,
        excess_ratio=middle,
        cadence_spm=level,
        expected_spm=level / (1 + middle),
        speed_mps=mid_speed,
        belt_step_ratio=step,
    )


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
