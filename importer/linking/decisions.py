"""What the user decides: two sessions are one, one is several, or two that look alike are two.

Conventions: a decision is kept by the files, so that it outlives their sessions; nothing the program finds overrules it. The last one
about two recordings counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import combinations, product
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from importer.errors import UsageError
from importer.linking.imports import TRIES, too_busy
from importer.linking.plans import arranged
from importer.store.kin_records import APART, TOGETHER, Kin, Member, Pair, Plan, Question, pair_of

if TYPE_CHECKING:
    from importer.store import Store


class Decided(NamedTuple):
    """The sessions that a decision was about, as they are now; `is_change` is False where it was so before."""

    session_ids: tuple[int, ...]
    is_change: bool


def link(store: Store, one_id: int, other_id: int, *, now: datetime) -> Decided:
    """Make two sessions one.

    Raises
    ------
    UsageError : they are of two athletes, of one file, or more than half a day apart.
    StoreError : there is no such session.
    """
    if one_id == other_id:
        raise UsageError(f"link: {one_id} and {one_id} are one session already: name two")
    one, other = store.session(one_id), store.session(other_id)
    if one.athlete != other.athlete:
        raise UsageError(f"link: session {one_id} is of {one.athlete} and session {other_id} of {other.athlete}: link those of one athlete")

    def choose(kin: Kin) -> tuple[Pair, ...]:
        mine, theirs = (_of(kin, number) for number in (one_id, other_id))
        return tuple(_together(store, kin, a, b, now=now) for a, b in product(mine, theirs))

    return _decide(store, one.athlete, (*store.recordings(one_id), *store.recordings(other_id)), choose, now=now)


def unlink(store: Store, session_id: int, *, only: str | None = None, now: datetime) -> Decided:
    """Make each recording of a session a session of its own; or only that of one file, by its path or name.

    Raises
    ------
    UsageError : no recording of the session comes from a file of that name.
    StoreError : there is no such session.
    """
    members = store.recordings(session_id)
    names = [member.path for member in members]
    if only is not None and not any(_is_named(name, only) for name in names):
        raise UsageError(f"unlink: session {session_id} has no recording of a file {only!r} (found: {', '.join(names)}): name one of these")

    def choose(kin: Kin) -> tuple[Pair, ...]:
        mine = _of(kin, session_id)
        parted = [two for two in combinations(mine, 2) if only is None or _is_named(two[0].path, only) != _is_named(two[1].path, only)]
        return tuple(_apart(kin, a, b, now=now) for a, b in parted if a.key.sha256 != b.key.sha256)

    return _decide(store, store.session(session_id).athlete, members, choose, now=now)


def keep(store: Store, session_id: int, *, now: datetime) -> Decided:
    """Say that a session is none of those it may repeat, or that may repeat it.

    Raises
    ------
    StoreError : there is no such session.
    """

    def choose(kin: Kin) -> tuple[Pair, ...]:
        mine = {member.key for member in _of(kin, session_id)}
        asked = (pair for pair in kin.pairs if pair.is_open and (pair.a in mine) != (pair.b in mine))
        return tuple(pair._replace(decision=APART, decided=now) for pair in asked)

    return _decide(store, store.session(session_id).athlete, store.recordings(session_id), choose, now=now)


def _decide(store: Store, athlete: str, members: Sequence[Member], choose: Callable[[Kin], tuple[Pair, ...]], *, now: datetime) -> Decided:
    """Write decisions down and do what follows from them, all or nothing."""
    keys = {member.key for member in members}
    questions = tuple(Question(key, 0.0) for key in sorted(keys))
    for _ in range(TRIES):
        found = store.kin(athlete, questions)
        pairs = choose(found)
        plan = arranged(store, Plan(athlete, questions, found), new={}, pairs=pairs)
        if not pairs or store.arrange(plan, now=now):
            now_found = store.kin(athlete, questions).members
            others = {key for pair in pairs for key in (pair.a, pair.b)}
            return Decided(tuple(sorted({one.session_id for one in now_found if one.key in keys | others})), bool(pairs))
    raise too_busy(store)


def _of(kin: Kin, session_id: int) -> tuple[Member, ...]:
    return tuple(member for member in kin.members if member.session_id == session_id)


def _is_named(path: str, name: str) -> bool:
    return path == name or PurePath(path).name == name or path.rpartition("!")[2] == name


def _apart(kin: Kin, one: Member, other: Member, *, now: datetime) -> Pair:
    a, b = sorted((one.key, other.key))
    known = pair_of(a, b, kin.pairs)
    return (Pair(a, b, None, "", 0.0) if known is None else known)._replace(decision=APART, decided=now)


def _together(store: Store, kin: Kin, one: Member, other: Member, *, now: datetime) -> Pair:
    """Write down that two recordings are one session, and find out what their clocks lack."""
    from importer.identity.align import CHANNELS, clock_shift_s
    from importer.identity.rules import FARTHEST_S

    which = f"sessions {one.session_id} and {other.session_id}"
    if one.key.sha256 == other.key.sha256:
        raise UsageError(f"link: {which} come from one file ({one.path}): the device itself tells them apart")
    if abs((one.key.start - other.key.start).total_seconds()) > FARTHEST_S:
        raise UsageError(f"link: {which} start more than 14 hours apart: no clock of another zone is off by so much")
    a, b = (one, other) if one.key < other.key else (other, one)
    known = pair_of(a.key, b.key, kin.pairs)
    if known is not None and known.is_bond:
        return known._replace(decision=TOGETHER, decided=now)
    first, second = (store.load_recording(member.recording_id, channels=CHANNELS) for member in (a, b))
    shift_s = clock_shift_s(first, second)
    return (Pair(a.key, b.key, None, "", 0.0) if known is None else known)._replace(shift_s=shift_s, decision=TOGETHER, decided=now)
