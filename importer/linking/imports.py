"""A file comes in: what is another recording of a stored session becomes part of it; what may be is told to the user.

Conventions: nothing is dropped and nothing is deleted. Storing and linking are one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.errors import DatabaseBusyError
from importer.linking.plans import keys_of, plan_of
from importer.store.kin_records import Key, Member, OutdatedPlanError, Pair, Plan

if TYPE_CHECKING:
    from importer.store import SavedSource, SourceInfo, Store
    from importer.values.session import Session

#: how often a plan is made again while others write. Assumption: each try loses only to another writer's success.
TRIES: Final = 20
#: The first words of the notes.
LINKED: Final = "linked"
POSSIBLE: Final = "possible-duplicate"


class Linked(NamedTuple):
    """What became of a file.

    `saved` is None in a dry run. `sessions` are as they are now, or would be. `is_linked` says that each of the file's recordings became
    part of a session that was there before; `notes` are for the user.
    """

    saved: SavedSource | None
    sessions: tuple[Session, ...]
    is_linked: bool = False
    notes: tuple[str, ...] = ()


def save(
    store: Store, source: SourceInfo, sessions: Sequence[Session], *, batch_id: int, athlete: str, now: datetime, again: bool = False
) -> Linked:
    """Store a file, and link its recordings with those of stored sessions, all or nothing.

    Raises
    ------
    DatabaseBusyError : others wrote all the time.
    """
    for _ in range(TRIES):
        plan = plan_of(store, source, sessions, athlete=athlete)
        try:
            saved = store.save(source, sessions, batch_id=batch_id, athlete=athlete, now=now, again=again, plan=plan)
        except OutdatedPlanError:
            continue
        if not saved.is_new or not (plan.pairs or plan.groups):
            return Linked(saved, tuple(sessions))
        keys = keys_of(source, sessions)
        found = {member.key: member for member in store.kin(athlete, plan.questions).members}
        return Linked(saved, _whole(plan, keys, sessions), _is_linked(plan, keys), _notes(plan, keys, found))
    raise too_busy(store)


def preview(store: Store, source: SourceInfo, sessions: Sequence[Session], *, athlete: str) -> Linked:
    """Say what `save` would do, and write nothing."""
    plan = plan_of(store, source, sessions, athlete=athlete)
    keys = keys_of(source, sessions)
    found = {member.key: member for member in plan.found.members}
    return Linked(None, _whole(plan, keys, sessions), _is_linked(plan, keys), _notes(plan, keys, found))


def too_busy(store: Store) -> DatabaseBusyError:
    """Give the error for a database that others change all the time."""
    reason = "other programs change the same sessions all the time"
    return DatabaseBusyError(reason, url=store.url, remedy="try again when they have finished")


def _whole(plan: Plan, keys: Sequence[Key], sessions: Sequence[Session]) -> tuple[Session, ...]:
    whole = {key: group.session for group in plan.groups for key in group.keys}
    return tuple(whole.get(key, session) for key, session in zip(keys, sessions, strict=True))


def _is_linked(plan: Plan, keys: Sequence[Key]) -> bool:
    stored = {member.key for member in plan.found.members}
    return all(any(key in group.keys and not stored.isdisjoint(group.keys) for group in plan.groups) for key in keys)


def _notes(plan: Plan, keys: Sequence[Key], found: dict[Key, Member]) -> tuple[str, ...]:
    """Tell with what a file's recordings were linked and why, and what the user has to decide."""
    notes = []
    for key in keys:
        group = next((group for group in plan.groups if key in group.keys), None)
        mates = () if group is None else tuple(one for one in group.keys if one != key)
        notes += [_linked_note(pair, key, found) for pair in plan.pairs if pair.is_bond and _mate(pair, key) in mates]
        notes += [_open_note(pair, key, found) for pair in plan.pairs if pair.is_open and _mate(pair, key) in found]
    return tuple(dict.fromkeys(notes))


def _mate(pair: Pair, key: Key) -> Key | None:
    return pair.b if pair.a == key else pair.a if pair.b == key else None


def _linked_note(pair: Pair, key: Key, found: dict[Key, Member]) -> str:
    mate = _mate(pair, key)
    assert mate is not None  # chosen so
    other = found[mate]
    why = "you said so" if pair.decision is not None else pair.reason
    undo = f" (`retro-import unlink {other.session_id}` parts them)"
    return f"{LINKED}: another recording of session {other.session_id}, as {other.path}: {why}{undo}"


def _open_note(pair: Pair, key: Key, found: dict[Key, Member]) -> str:
    mate = _mate(pair, key)
    assert mate is not None  # chosen so
    other, own = found[mate], found.get(key)
    said = f"{POSSIBLE}: may be the same run as session {other.session_id} ({other.path}): {pair.reason}"
    if own is None:  # a dry run has no number yet
        return said
    one, two = sorted((other.session_id, own.session_id))
    return f"{said}: `retro-import link {one} {two}` makes them one session, `retro-import keep {own.session_id}` keeps both"
