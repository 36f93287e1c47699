"""A row of the zoo, and what the program makes of one.

Conventions: an outcome is the code of a refusal, or what was read (`Read`), or, for an archive, one of these for each of its members
in order. Everything in it is exact: a note or a count that nobody expects is a difference.
Nothing here knows a format.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from importer.beside import add_beside
from importer.errors import ReadError
from importer.readers.containers import Member, unpack
from importer.readers.registry import read_activities
from importer.values.activity import Activity
from importer.values.sensors import SensorKind

NO_FACTS: Mapping[str, object] = MappingProxyType({})
#: codes of files that are sound but hold nothing to tag: the program calls them skipped, all others failed
SKIPS = frozenset({"not-an-activity", "not-foot", "no-samples", "no-time"})


class Read(NamedTuple):
    """What was read.

    `samples` are those of all sessions; `notes` the first words of all notes; `counts` what was odd and how often, where a
    position in the file stands for itself (``salvaged_at_byte``); `facts` are attributes of the first session (see `fact`).
    """

    samples: int
    notes: str
    sessions: int
    counts: str
    facts: Mapping[str, object]


Outcome = str | Read
Members = tuple[tuple[str, Outcome], ...]


class Case(NamedTuple):
    """One file: its name, what it is in one line, its bytes, what becomes of it, and under ``--strict`` where that differs."""

    name: str
    what: str
    build: Callable[[], bytes]
    outcome: Outcome | Members
    strict: Outcome | None = None

    def expected(self, *, strict: bool = False) -> Members:
        """Give the outcome of each member; a file that is no archive is its own member, without a name."""
        outcome = self.strict if strict and self.strict is not None else self.outcome
        return (("", outcome),) if isinstance(outcome, str | Read) else outcome


def read(samples: int, notes: str = "", *, sessions: int = 1, counts: str = "", **facts: object) -> Read:
    """Say what is read of a file: see `Read`."""
    return Read(samples, notes, sessions, counts, facts or NO_FACTS)


def seen(data: bytes, expected: Members, *, strict: bool = False) -> Members:
    """Give what the program makes of a file, with the facts that are expected of it."""
    found = []
    for i, member in enumerate(unpack(data)):
        wanted = expected[i][1] if i < len(expected) else ""
        facts = wanted.facts if isinstance(wanted, Read) else NO_FACTS
        if isinstance(member, Member):
            found.append((member.name or "", _outcome(member, facts, strict=strict)))
        else:
            found.append((member.path, member.code))
    return tuple(found)


def _outcome(member: Member, facts: Mapping[str, object], *, strict: bool) -> Outcome:
    try:
        activities = read_activities(member.data, strict=strict)
        if member.look is not None:
            activities = add_beside(activities, member.look.beside(member.data))
    except ReadError as error:
        # a refusal that does not say what is wrong and what to do is none
        return error.code if error.reason and error.remedy else f"{error.code} without a remedy"
    return summary(activities, facts)


def summary(activities: Sequence[Activity], facts: Mapping[str, object]) -> Read:
    """Boil activities down to what a row says."""
    notes = dict.fromkeys(note for activity in activities for note in activity.notes)
    counts: dict[str, int] = {}
    for activity in activities:
        for name, count in activity.counts.items():
            counts[name] = max(count, counts.get(name, 0))
    return Read(
        samples=sum(map(len, activities)),
        notes=" ".join(note.partition(":")[0] for note in notes),
        sessions=len(activities),
        counts=", ".join(name if name.endswith("_at_byte") else f"{name} {counts[name]}" for name in sorted(counts)),
        facts={name: fact(activities[0], name) for name in facts} or NO_FACTS,
    )


def fact(activity: Activity, name: str) -> object:
    """Give one fact of a session.

    An attribute by its name, times as text; ``n_<channel>`` values present, ``n_<sensor>`` samples, ``unit_<sensor>``,
    ``first_``, ``last_`` and ``most_<channel>`` to 3 digits (None without any); ``beats`` their number;
    ``laps`` and ``pauses`` as (start, end), ``splits`` with their kind; ``texts`` as words; ``serial``, ``maker``,
    ``product`` of the device.
    """
    if name in ("laps", "pauses"):
        return [(span[0], span[1]) for span in activity.pauses] if name == "pauses" else [(lap.start_s, lap.end_s) for lap in activity.laps]
    if name == "texts":
        return [text.text for text in activity.texts]
    if name in ("serial", "product"):
        return getattr(activity.device, name)
    if name == "maker":
        return activity.device.manufacturer
    kind, _, channel = name.partition("_")
    if name == "beats":
        return 0 if activity.beats is None else len(activity.beats)
    if name == "splits":
        return [(split.start_s, split.end_s, split.kind) for split in activity.splits]
    if kind == "unit" and channel in tuple(SensorKind):
        return next((series.unit for series in activity.sensors if series.kind == channel), None)
    if kind == "n" and channel in tuple(SensorKind):
        return sum(len(series) for series in activity.sensors if series.kind == channel)
    if kind in ("n", "first", "last", "most"):
        column = activity.columns.get(channel, np.empty(0))
        values = column[np.isfinite(column)]
        if kind == "n":
            return len(values)
        if not len(values):
            return None
        return round(float({"first": values[0], "last": values[-1], "most": values.max()}[kind]), 3)
    value = getattr(activity, name)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value
