"""Which recordings make one session, from what is known of every two of them.

Conventions: the answer depends on the recordings and the pairs alone, never on the order in which they came. A word of the user's stands
over everything the program found; a chain of pairs links its ends, but never two that are to stay apart, nor two by a mere copy.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def group(
    keys: Iterable[K], bonds: Sequence[tuple[K, K]], *, are_apart: Callable[[K, K], bool], copies: Container[K] = frozenset()
) -> tuple[tuple[K, ...], ...]:
    """Join recordings into sessions.

    Parameters
    ----------
    keys : the recordings.
    bonds : pairs that belong together, the strongest first.
    are_apart : whether two recordings must not be in one session.
    copies : recordings that join what they are like, and prove nothing of two others: both may be what they were made of.

    Returns
    -------
    The groups, in the order of their first key; keys in the order given.
    """
    order = {key: i for i, key in enumerate(keys)}
    home = {key: [key] for key in order}
    for a, b in bonds:
        if a not in home or b not in home or home[a] is home[b]:
            continue
        if any(are_apart(one, other) for one in home[a] for other in home[b]):
            continue
        if (a in copies or b in copies) and all(any(key not in copies for key in home[end]) for end in (a, b)):
            continue
        joined = home[a] + home[b]
        for key in joined:
            home[key] = joined
    groups = {id(members): members for members in home.values()}
    return tuple(sorted((tuple(sorted(members, key=order.__getitem__)) for members in groups.values()), key=lambda one: order[one[0]]))


def clocks(first: K, keys: Sequence[K], shifts_s: Mapping[tuple[K, K], float]) -> dict[K, float]:
    """Give what to add to each recording's clock to get the first one's, s, along as few pairs as possible.

    Parameters
    ----------
    shifts_s : (a, b) to what is added to b's clock to get a's; of a group, so that every key can be reached.
    """
    found = {first: 0.0}
    frontier = [first]
    while frontier:
        reached: list[K] = []
        for known in frontier:
            for key in keys:
                if key in found:
                    continue
                if (known, key) in shifts_s:
                    found[key] = found[known] + shifts_s[known, key]
                elif (key, known) in shifts_s:
                    found[key] = found[known] - shifts_s[key, known]
                else:
                    continue
                reached.append(key)
        frontier = reached
    return {key: found.get(key, 0.0) for key in keys}
