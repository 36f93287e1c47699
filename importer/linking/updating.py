"""``import --update``: a better source of the same recording takes the place of the one that is stored.

Conventions: only what holds all that the other one says may replace it (`identity.cover`), so that nothing is lost; two devices never
replace each other. The session keeps its number, title and notes, and what was said of it. What cannot be replaced stays linked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from importer.linking.imports import TRIES, too_busy
from importer.linking.plans import arranged
from importer.store.kin_records import Kin, Member, Plan, Question

if TYPE_CHECKING:
    from importer.store import SessionRecord, Store
    from importer.values.activity import Activity, Text


class Replaced(NamedTuple):
    """A session before and after a better source took the place of files; `paths` and `sha256s` name these."""

    before: SessionRecord
    after: SessionRecord
    paths: tuple[str, ...]
    sha256s: tuple[str, ...]


class Updated(NamedTuple):
    """What became of an update: the sessions that changed, and why other files were kept, a sentence for each."""

    replaced: tuple[Replaced, ...] = ()
    kept: tuple[str, ...] = ()


def update(store: Store, sha256: str, session_ids: Sequence[int], *, before: Mapping[int, SessionRecord] = {}, now: datetime) -> Updated:
    """Let the recordings of a stored file take the place of others of their sessions, where nothing is lost by it.

    Parameters
    ----------
    before : the sessions as they were before the file was stored; those that are not there are told as they are now.

    Raises
    ------
    DatabaseBusyError : others wrote all the time.
    """
    replaced: list[Replaced] = []
    kept: list[str] = []
    for session_id in session_ids:
        for _ in range(TRIES):
            done = _update(store, sha256, session_id, now=now)
            if done is not None:
                replaced.extend(one._replace(before=before.get(session_id, one.before)) for one in done.replaced)
                kept.extend(done.kept)
                break
        else:
            raise too_busy(store)
    return Updated(tuple(replaced), tuple(kept))


def near(store: Store, starts: Sequence[datetime], *, athlete: str) -> dict[int, SessionRecord]:
    """Give the stored sessions that those of a file may be, as they are now."""
    from importer.identity.rules import FARTHEST_S

    reach = timedelta(seconds=FARTHEST_S)
    found = (store.sessions(since=start - reach, until=start + reach, athlete=athlete, with_segments=True) for start in starts)
    return {session.id: session for sessions in found for session in sessions}


def _update(store: Store, sha256: str, session_id: int, *, now: datetime) -> Updated | None:
    """Update one session; None where somebody changed it meanwhile."""
    members = store.recordings(session_id)
    mine = next((member for member in members if member.key.sha256 == sha256), None)
    if mine is None or len(members) == 1:
        return Updated()
    own = store.load_recording(mine.recording_id)
    replaced, texts, kept = [], list(own.texts), []
    for member in members:
        if member.key == mine.key:
            continue
        other = store.load_recording(member.recording_id)
        why = _why_not(own, other, from_s=_from_s(mine, member))
        if why is None:
            replaced.append(member)
            texts = _with(texts, other, from_s=_from_s(mine, member), end_s=own.elapsed_s)
        else:
            kept.append(f"not-replaced: {member.path} stays beside it: {why}")
    if not replaced:
        return Updated(kept=tuple(kept))
    before = store.session(session_id)
    store.adopt(mine, replaced, texts=texts)
    if not store.replace(_plan(store, before.athlete, mine, replaced), mine, replaced, now=now):
        return None
    paths, shas = tuple(one.path for one in replaced), tuple(one.key.sha256 for one in replaced)
    return Updated((Replaced(before, store.session(session_id), paths, shas),), tuple(kept))


def _from_s(mine: Member, other: Member) -> float:
    """Give the start of a recording on the clock of another one, s."""
    return (other.key.start - mine.key.start).total_seconds() + other.clock_shift_s - mine.clock_shift_s


def _why_not(own: Activity, other: Activity, *, from_s: float) -> str | None:
    """Say why a recording may not take the place of another one; None where it may."""
    from importer.identity.cover import losses
    from importer.identity.rules import is_poorer

    lost = losses(own, other, from_s=from_s)
    if lost:
        return f"this file lacks of it: {', '.join(lost)}"
    return "it is the better source" if is_poorer(own, other) else None


def _with(texts: Sequence[Text], other: Activity, *, from_s: float, end_s: float) -> list[Text]:
    """Add the words of another recording that are not there yet, on the clock of the first: its own title stands first, as it is known."""
    moved = []
    for text in other.texts:
        if text.start_s is not None and text.end_s is not None:
            text = text._replace(start_s=min(end_s, max(0.0, text.start_s + from_s)), end_s=min(end_s, max(0.0, text.end_s + from_s)))
        moved.append(text)
    known = {(text.place, text.text.strip().casefold(), text.start_s is None) for text in moved}
    return [*moved, *(text for text in texts if (text.place, text.text.strip().casefold(), text.start_s is None) not in known)]


def _plan(store: Store, athlete: str, mine: Member, replaced: Sequence[Member]) -> Plan:
    """Plan the session without the recordings that go."""
    questions = (Question(mine.key, 0.0),)
    found = store.kin(athlete, questions)
    gone = {member.key for member in replaced}
    left = tuple(member for member in found.members if member.key not in gone)
    pairs = tuple(pair for pair in found.pairs if pair.a not in gone and pair.b not in gone)
    plan = arranged(store, Plan(athlete, questions, Kin(left, pairs)), new={}, pairs=(), again=mine.key)
    return plan._replace(found=found)
