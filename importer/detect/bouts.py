"""Stretches that stand out: proposed by the smoothing, their borders moved to the second.

Conventions: a bout is ``[first, last)`` in rows of the grid. `measure` says what is seen in it, `weighing` gives it its probability,
`policy` says what may be said of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.baseline import Line
from importer.detect.evidence import raw_nats
from importer.detect.measure import Bout, View, measure, usual_speed
from importer.values.grid import Grid
from importer.values.session import Gait


def find_bouts(grid: Grid, view: View, *, is_free: NDArray[np.bool_], borders: NDArray[np.int64]) -> tuple[Bout, ...]:
    """Collect the stretches that the smoothing calls backward: row order.

    Parameters
    ----------
    is_free : (n,) rows that no declaration covers.
    borders : rows at which a lap, a pause or a stop begins or ends: a bout rather begins and ends there.
    """
    usual_mps = {} if view.is_belt else {Gait.RUN: usual_speed(grid, Gait.RUN), Gait.WALK: usual_speed(grid, Gait.WALK)}
    bouts: list[Bout] = []
    runs = _proposals(grid, is_free)
    for i, (first, last) in enumerate(runs):
        room = (bouts[-1].last if bouts else 0, runs[i + 1][0] if i + 1 < len(runs) else grid.n)
        if last <= room[0]:
            continue
        first, last = _refine(grid, view.line, max(first, room[0]), last, room=room, is_free=is_free, borders=borders)
        bout = measure(grid, view, first, last, usual_mps=usual_mps)
        if bout is not None and bout.length_s >= cal.MIN_SET_BOUT_S:
            bouts.append(bout)
    return tuple(bouts)


def _proposals(grid: Grid, is_free: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches that the smoothing calls backward; and where it sees none, those of the quick smoothing that are as short as sprints."""
    slow = (grid["p_backward_run"] + grid["p_backward_walk"] > 0.5) & is_free
    near = np.zeros(grid.n + 1, dtype=np.int64)
    for first, last in runs_of(slow):
        near[max(0, first - cal.MIN_SET_BOUT_S)] += 1
        near[min(grid.n, last + cal.MIN_SET_BOUT_S)] -= 1
    quick = (grid["p_sprint"] > 0.5) & is_free
    found = runs_of(slow)
    covered = np.cumsum(near)[: grid.n] > 0
    found += [(first, last) for first, last in runs_of(quick) if last - first < cal.SPRINT_LONGEST_S and not covered[first:last].any()]
    return sorted(found)


def runs_of(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give the ``[first, last)`` of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _refine(
    grid: Grid,
    line: Line,
    first: int,
    last: int,
    *,
    room: tuple[int, int],
    is_free: NDArray[np.bool_],
    borders: NDArray[np.int64],
) -> tuple[int, int]:
    """Move the borders of a bout to where its unsmoothed evidence is greatest, at most `BORDER_SEARCH_S` away and inside `room`."""
    reach = min(cal.BORDER_SEARCH_S, (last - first) // 2)
    if reach == 0:
        return first, last
    left, right = max(room[0], first - cal.BORDER_SEARCH_S), min(room[1], last + cal.BORDER_SEARCH_S)
    is_walk = bool(grid["p_backward_walk"][first:last].sum() > grid["p_backward_run"][first:last].sum())
    # feet and devices answer late: what a second shows was done `RESPONSE_LAG_S` before
    nats = np.zeros(right - left)
    late = raw_nats(grid, line, left + cal.RESPONSE_LAG_S, min(right + cal.RESPONSE_LAG_S, grid.n), is_walk=is_walk)
    nats[: len(late)] = late
    nats[~is_free[left:right]] = -cal.MAX_SECOND_NATS
    # evidence gained by starting at each second up to `first + reach`, and by ending at each one from `last - reach` on
    head = np.cumsum(nats[: first + reach - left][::-1])[::-1]
    tail = np.cumsum(nats[last - reach - left :])
    starts = np.arange(left, left + len(head))
    ends = np.arange(last - reach + 1, last - reach + 1 + len(tail))
    head = head + cal.LAP_BORDER_NATS * np.isin(starts, borders)
    tail = tail + cal.LAP_BORDER_NATS * np.isin(ends, borders)
    return int(starts[np.argmax(head)]), int(ends[np.argmax(tail)])
