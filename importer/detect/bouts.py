"""Stretches that stand out: proposed by the smoothing, their borders moved to the second.

Conventions: a bout is ``[first, last)`` in rows of the grid. `measure` says what is seen in it, `weighing` gives it its probability,
`policy` says what may be said of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.baseline import Line
from importer.detect.evidence import raw_nats
from importer.detect.features import runs_of
from importer.detect.heart import Span, heart_excesses
from importer.detect.measure import Bout, View, measure, usual_speeds
from importer.values.grid import Grid


def find_bouts(
    grid: Grid, view: View, *, is_free: NDArray[np.bool_], borders: NDArray[np.int64], walks: Sequence[Span] = ()
) -> tuple[Bout, ...]:
    """Collect the stretches that stand out: row order.

    Parameters
    ----------
    is_free : (n,) rows that no declaration covers.
    borders : rows at which a lap, a pause or a stop begins or ends: a bout rather begins and ends there.
    walks : stretches that pace and heart rate propose; they take the place of what cadence shows of them.
    """
    runs = _joined(grid.n, _proposals(grid, is_free), walks)
    spans: list[Span] = []
    for i, (first, last) in enumerate(runs):
        room = (spans[-1][1] if spans else 0, runs[i + 1][0] if i + 1 < len(runs) else grid.n)
        if last > room[0]:
            spans.append(_refine(grid, view.line, max(first, room[0]), last, room=room, is_free=is_free, borders=borders))
    spans = [(first, last) for first, last in spans if last - first >= cal.MIN_SET_BOUT_S]
    usual_mps = {} if view.is_belt else usual_speeds(grid, spans)
    hearts = heart_excesses(grid, spans, is_forward=view.goes_forward, known=view.known)
    found = (measure(grid, view, *span, usual_mps=usual_mps, heart=heart) for span, heart in zip(spans, hearts, strict=True))
    return tuple(bout for bout in found if bout is not None)


def _joined(n: int, runs: Sequence[Span], walks: Sequence[Span]) -> list[Span]:
    """Put two kinds of proposals together: in order, none over another."""
    if not walks:
        return list(runs)
    is_left = np.zeros(n, dtype=np.bool_)
    for first, last in runs:
        is_left[first:last] = not any(_is_within((first, last), walk) for walk in walks)
    for first, last in walks:
        is_left[first:last] = False
    return sorted([*walks, *runs_of(is_left)])


def _is_within(run: Span, walk: Span) -> bool:
    """Tell whether most of a run lies in a walk."""
    return 2 * (min(run[1], walk[1]) - max(run[0], walk[0])) > run[1] - run[0]


def _proposals(grid: Grid, is_free: NDArray[np.bool_]) -> list[Span]:
    """Stretches that the smoothing calls backward; and where it sees none, those that quick smoothing takes for sprints."""
    slow = (grid["p_backward_run"] + grid["p_backward_walk"] > 0.5) & is_free
    near = np.zeros(grid.n + 1, dtype=np.int64)
    for first, last in runs_of(slow):
        near[max(0, first - cal.MIN_SET_BOUT_S)] += 1
        near[min(grid.n, last + cal.MIN_SET_BOUT_S)] -= 1
    quick = (grid["p_sprint"] > cal.SPRINT_PROPOSED_P) & is_free
    found = runs_of(slow)
    covered = np.cumsum(near)[: grid.n] > 0
    found += [(first, last) for first, last in runs_of(quick) if last - first < cal.SPRINT_LONGEST_S and not covered[first:last].any()]
    return sorted(found)


def _refine(
    grid: Grid,
    line: Line,
    first: int,
    last: int,
    *,
    room: Span,
    is_free: NDArray[np.bool_],
    borders: NDArray[np.int64],
) -> Span:
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
