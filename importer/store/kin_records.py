"""Recordings of one athlete that may be one session, what is known of every two of them, and what becomes of them.

Conventions: a recording is known by its file and its start (`Key`); the smaller key of a pair is `a`. Knows no database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from importer.values.activity import Activity
from importer.values.session import Session

#: Words of `Pair`.
SAME, CANDIDATE, TOGETHER, APART = "same", "candidate", "together", "apart"


class Key(NamedTuple):
    """A recording: the SHA-256 of its file, and its own start."""

    sha256: str
    start: datetime


class Pair(NamedTuple):
    """What is known of two recordings.

    `verdict` is same, candidate, or None where the program found nothing; `decision` together, apart, or None where the user said
    nothing. `shift_s` is added to b's clock to get a's.
    """

    a: Key
    b: Key
    verdict: str | None
    reason: str
    shift_s: float
    decision: str | None = None
    decided: datetime | None = None

    @property
    def is_bond(self) -> bool:
        """Whether both are one session, as far as these two go."""
        return self.decision == TOGETHER or (self.decision is None and self.verdict == SAME)

    @property
    def is_open(self) -> bool:
        """Whether the user has to decide."""
        return self.decision is None and self.verdict == CANDIDATE


@dataclass(frozen=True, slots=True)
class Member:
    """A recording and its place in the database; its `activity` is without samples unless it is not stored yet (numbers 0)."""

    key: Key
    activity: Activity = field(repr=False, compare=False)
    #: streams of samples, times included
    n_channels: int
    n_samples: int
    recording_id: int = 0
    session_id: int = 0
    is_primary: bool = False
    clock_shift_s: float = 0.0
    supplies: tuple[str, ...] | None = None
    path: str = ""
    #: the session that its session may repeat
    repeats: int | None = None


class Kin(NamedTuple):
    """Recordings that have to do with each other, directly or by others, in the order of their keys, and their pairs."""

    members: tuple[Member, ...] = ()
    pairs: tuple[Pair, ...] = ()


class OutdatedPlanError(Exception):
    """Somebody else has changed what a plan was made of: make another one."""


class Question(NamedTuple):
    """A recording whose kin is asked for: those that start within `reach_s`, and those that are paired with any of them."""

    key: Key
    reach_s: float


class Group(NamedTuple):
    """A session to be: its recordings, the primary one first, what is added to their clocks, what each gives, and the judged whole."""

    keys: tuple[Key, ...]
    shifts_s: Mapping[Key, float]
    supplies: Mapping[Key, tuple[str, ...] | None]
    session: Session


class Plan(NamedTuple):
    """What is to be written, and what it was made of: where `found` is not what the database says any more, it is worthless.

    `pairs` are those that are new or changed, `groups` the sessions whose recordings are, and `flags` says by their primary recordings
    which session may repeat which other one.
    """

    athlete: str
    questions: tuple[Question, ...]
    found: Kin
    pairs: tuple[Pair, ...] = ()
    groups: tuple[Group, ...] = ()
    flags: Mapping[Key, Key | None] = {}

    def joins(self, key: Key) -> bool:
        """Whether a recording becomes part of a session of several."""
        return any(key in group.keys for group in self.groups)


def pair_of(one: Key, other: Key, pairs: Sequence[Pair]) -> Pair | None:
    """Find the pair of two recordings."""
    keys = {one, other}
    return next((pair for pair in pairs if {pair.a, pair.b} == keys), None)
