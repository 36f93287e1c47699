"""Claims as such: how one is made, how weaker ones give way to stronger ones, how neighbours are joined.

Conventions: a list of claims is sorted by start and disjoint; spans are ``[start_s, end_s)`` in seconds since the session's start.
Nothing here reads a text: the modules beside it (`sidecar`, `lapclaims`, `waypoints`, `declared`) know what the runner meant.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from importer.values.activity import Place
from importer.values.session import Basis, Claim, Direction


def claim(start_s: float, end_s: float, *, is_backward: bool, why: str, place: Place | None) -> Claim:
    """Make a declared claim."""
    return Claim(start_s, end_s, Direction.BACKWARD if is_backward else Direction.FORWARD, Basis.DECLARED, why, place)


def add_weaker(stronger: list[Claim], weaker: Iterable[Claim], *, elapsed_s: float, notes: list[str]) -> list[Claim]:
    """Add what weaker claims say about the seconds that are still free.

    Parameters
    ----------
    weaker : in any order, and overlapping: of two the one that starts first counts.
    elapsed_s : length of the session; what lies behind it is cut off.
    notes : takes a sentence where the two disagree.
    """
    added: list[Claim] = []
    conflicts: list[str] = []
    at_s, first = 0.0, 0
    for one in sorted(weaker, key=_start):
        at_s, end_s = max(one.start_s, at_s), min(one.end_s, elapsed_s)
        while first < len(stronger) and stronger[first].end_s <= at_s:
            first += 1
        for other in itertools.islice(stronger, first, None):
            if other.start_s >= end_s:
                break
            if other.direction is not one.direction:
                conflicts.append(f"{one.why} says {one.direction.value}, but {other.why} says {other.direction.value} and counts")
            if other.start_s > at_s:
                added.append(_cut(one, at_s, other.start_s))
            at_s = other.end_s
        if at_s < end_s:
            added.append(_cut(one, at_s, end_s))
            at_s = end_s
    if conflicts:
        notes.append(conflicts[0] if len(conflicts) == 1 else f"{conflicts[0]} (and {len(conflicts) - 1} more like it)")
    return sorted([*stronger, *added], key=_start)


def joined(claims: Iterable[Claim]) -> Iterator[Claim]:
    """Join neighbours that say the same for the same reason: automatic laps cut one workout step into several."""
    held: Claim | None = None
    for one in claims:
        if held is not None and held.end_s == one.start_s and held.why == one.why and held.direction is one.direction:
            held = _cut(held, held.start_s, one.end_s)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def short(text: str, limit: int = 60) -> str:
    """Give a text in one line of at most `limit` characters."""
    words = " ".join(text.split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Give a number with its noun: ``1 lap``, ``2 laps``."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def _start(one: Claim) -> float:
    return one.start_s


def _cut(one: Claim, start_s: float, end_s: float) -> Claim:
    return Claim(start_s, end_s, one.direction, one.basis, one.why, one.place)
