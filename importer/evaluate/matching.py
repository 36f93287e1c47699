"""Optimal matching of two sets of events, never greedy.

Conventions: left and right events are numbered from 0; an edge says that two of them may be the same event.
"""

from __future__ import annotations

from collections.abc import Sequence


def match(neighbours: Sequence[Sequence[int]], *, n_right: int) -> list[int | None]:
    """Match as many left events as can be matched at once.

    Parameters
    ----------
    neighbours : of each left event the right events it may be.
    n_right : number of right events.

    Returns
    -------
    Of each left event its right one, or None.

    Notes
    -----
    Augmenting paths, found breadth first. Source: Berge 1957; Kuhn 1955, Naval Research Logistics Quarterly 2:83.
    """
    partner: list[int | None] = [None] * len(neighbours)
    owner: list[int | None] = [None] * n_right
    for start in range(len(neighbours)):
        reached_from = _augmenting_path(start, neighbours, owner)
        right = reached_from.pop(-1, None)
        while right is not None:
            left = reached_from[right]
            owner[right] = left
            partner[left], right = right, partner[left]
            if left == start:
                break
    return partner


def _augmenting_path(start: int, neighbours: Sequence[Sequence[int]], owner: Sequence[int | None]) -> dict[int, int]:
    """Give of each right event the left one it was reached from; under -1 the free right event that was found, if any."""
    reached_from: dict[int, int] = {}
    queue = [start]
    for left in queue:
        for right in neighbours[left]:
            if right in reached_from:
                continue
            reached_from[right] = left
            holder = owner[right]
            if holder is None:
                reached_from[-1] = right
                return reached_from
            queue.append(holder)
    return {}
