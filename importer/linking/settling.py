"""A session as all its recordings tell it; and what was left behind by a removal, put right.

Conventions: sessions are made of what is stored; where a recording went, those it held together part, and another one becomes primary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from importer.errors import DatabaseBusyError, StoreError
from importer.linking.imports import TRIES, too_busy
from importer.linking.plans import arranged, count_groups, flags_of, grouped, is_changed, ordered
from importer.store.kin_records import Key, Kin, Plan, Question

if TYPE_CHECKING:
    from importer.store import Store
    from importer.values.activity import Activity, Text


class Whole(NamedTuple):
    """A stored session as all its recordings tell it, and the numbers of these."""

    activity: Activity
    recordings: tuple[int, ...]


def whole(store: Store, session_id: int, *, texts: Mapping[int, tuple[Text, ...]] = {}) -> Whole:
    """Give a stored session as all its recordings tell it.

    Parameters
    ----------
    texts : what some recordings, by their numbers, say instead of what is stored.

    Raises
    ------
    StoreError : there is no such session, or its samples are damaged.
    """
    members = {member.key: member for member in store.recordings(session_id)}
    if len(members) == 1:
        (only,) = members.values()
        return Whole(_loaded(store, only.recording_id, texts), (only.recording_id,))
    from importer.identity.combine import Part, combine

    mine = [members[key] for key in ordered(tuple(members), members)]
    parts = [Part(_loaded(store, one.recording_id, texts), one.clock_shift_s) for one in mine]
    return Whole(combine(parts).activity, tuple(one.recording_id for one in mine))


def _loaded(store: Store, recording_id: int, texts: Mapping[int, tuple[Text, ...]]) -> Activity:
    activity = store.load_recording(recording_id)
    return replace(activity, texts=texts[recording_id]) if recording_id in texts else activity


def settle(store: Store, *, athlete: str | None = None, now: datetime) -> tuple[int, ...]:
    """Put right which recordings make which session; give the sessions that were written anew.

    After imports and decisions there is nothing to do; after a file or a session was removed there may be.
    """
    written: list[int] = []
    for name, kin in store.entangled().items():
        if athlete is None or name == athlete:
            for key in tuple(_unsettled(kin)):
                try:
                    written.extend(_settle(store, name, key, now=now))
                except DatabaseBusyError:
                    raise
                except StoreError:  # a recording is damaged: the session stays as it is, and judging it anew says why
                    continue
    return tuple(dict.fromkeys(written))


def _unsettled(kin: Kin) -> Iterator[Key]:
    """Give the primary recordings of sessions that are not what their recordings make of them."""
    members = {member.key: member for member in kin.members}
    groups = grouped(members, kin.pairs)
    flags = flags_of(groups, members, kin.pairs)
    n_groups = count_groups(groups, members)
    for group in groups:
        first = group.keys[0]
        other = flags[first]
        repeats = None if other is None else members[other].session_id
        if is_changed(group, members, n_groups, {}) or members[first].repeats != repeats:
            yield first


def _settle(store: Store, athlete: str, key: Key, *, now: datetime) -> tuple[int, ...]:
    for _ in range(TRIES):
        questions = (Question(key, 0.0),)
        found = store.kin(athlete, questions)
        plan = arranged(store, Plan(athlete, questions, found), new={}, pairs=())
        if store.arrange(plan, now=now):
            keys = {one for group in plan.groups for one in group.keys}
            return tuple(member.session_id for member in store.kin(athlete, questions).members if member.key in keys)
    raise too_busy(store)
