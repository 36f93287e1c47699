"""Stored sessions judged anew: by what the runner says, and by what his sessions have taught meanwhile.

Conventions: sessions come in order of start, as each may teach the next; samples come from the database, never from a file.
A session is stale where the fingerprint of what is known of it would be another now than the one it was judged by. Any order of
imports ends in the same tags once nothing is stale any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from importer.detect.known import Known, judged_by, known_of, taught_by
from importer.detect.teachers import Window
from importer.errors import DatabaseBusyError, StoreError
from importer.knowledge import known_now
from importer.linking.imports import TRIES, too_busy
from importer.linking.settling import settle, whole
from importer.store.records import JudgedRecord, LabelRecord, Said, SegmentRecord, SessionRecord, lap_word, spans
from importer.values.session import Direction, Normal, Session, Standing

if TYPE_CHECKING:
    from importer.store import Store


@dataclass(frozen=True, slots=True)
class Change:
    """A session before and after it was judged anew; `error` says why it could not be, and then nothing of it changes."""

    before: SessionRecord
    after: SessionRecord
    error: StoreError | None = None

    @property
    def is_change(self) -> bool:
        """Whether its tags, or the reasons for them, are others."""
        return _without_ids(self.before) != _without_ids(self.after) or self.before.findings != self.after.findings


def _without_ids(record: SessionRecord) -> tuple[SegmentRecord, ...]:
    return tuple(replace(segment, id=0) for segment in record.segments)


def stale(store: Store, *, athlete: str | None = None) -> tuple[int, ...]:
    """Give the sessions that would be judged by something else now: of each athlete, in order of start."""
    found = []
    for records in _by_athlete(store, athlete):
        window = Window()
        for record in records:
            if _is_stale(record, window.before(record.start.timestamp())):
                found.append(record.id)
            window.add(record.normal)
    return tuple(found)


def retag(store: Store, *, is_all: bool = False, athlete: str | None = None, is_dry: bool = False, now: datetime) -> Iterator[Change]:
    """Judge stored sessions anew, those that are stale or all.

    Each change is given before it is written: it is written when the next one is asked for, in a transaction of its own, so that
    stopping half-way leaves nothing half done. With `is_dry` nothing is written, and later sessions are judged as if it had been.
    """
    if not is_dry:
        settle(store, athlete=athlete, now=now)
    for records in _by_athlete(store, athlete):
        window = Window()
        for record in records:
            normals = window.before(record.start.timestamp())
            normal = record.normal
            if is_all or _is_stale(record, normals):
                change, judged = _judged(store, record, normals)
                if change is not None:
                    yield change
                if judged is not None:
                    normal = judged.session.normal
                    if not is_dry:
                        store.retag(record.id, judged.session, now=now, recordings=judged.recordings)
            window.add(normal)
    if not is_dry:
        store.forget_baselines()


def _by_athlete(store: Store, athlete: str | None) -> Iterator[Iterator[JudgedRecord]]:
    for _, records in groupby(store.judged(athlete=athlete), key=lambda record: record.athlete):
        yield records


def _is_stale(record: JudgedRecord, normals: Sequence[Normal]) -> bool:
    known = Known(
        taught_by=taught_by(normals),
        labels=spans(record.labels),
        lap_rule=lap_word(record.labels),
        backward_sessions_share=record.backward_sessions_share,
    )
    return record.judged_by != judged_by(known)


class _Judged(NamedTuple):
    """A session judged anew, and the recordings it was made of."""

    session: Session
    recordings: tuple[int, ...]


def _judged(store: Store, record: JudgedRecord, normals: Sequence[Normal]) -> tuple[Change | None, _Judged | None]:
    """Judge a session; the first is None where it was deleted meanwhile, the second where it cannot be judged."""
    from importer.detect.judgement import judge
    from importer.store.preview import judged_preview

    known = known_of(
        normals,
        start=record.start,
        labels=spans(record.labels),
        lap_rule=lap_word(record.labels),
        backward_sessions_share=record.backward_sessions_share,
    )
    before: SessionRecord | None = None
    try:
        before = store.session(record.id)
        activity, recordings = whole(store, record.id)
        session = judge(activity, known)
    except DatabaseBusyError:
        raise
    except StoreError as error:
        return None if before is None else Change(before, before, error), None
    return Change(before, judged_preview(before, session)), _Judged(session, recordings)


def say(store: Store, session_id: int, said: Sequence[Said], *, now: datetime) -> Change:
    """Write down what the runner says about a session, and judge it anew, all or nothing.

    Raises
    ------
    StoreError : there is no such session (code ``no-such-session``), or its samples are damaged.
    """
    return _reconsider(store, session_id, said=said, now=now)


def withdraw(store: Store, session_id: int, bounds: tuple[float, float] | None, *, now: datetime) -> tuple[Change, tuple[LabelRecord, ...]]:
    """Forget what the runner said about a session, and judge it anew, all or nothing.

    With `bounds` (s) only what he said about a stretch that reaches into them; a rule for laps is about the whole session.

    Raises
    ------
    StoreError : there is no such session (code ``no-such-session``), or its samples are damaged.
    """
    gone = tuple(label for label in store.labels(session_id) if _is_about(label, bounds))
    return _reconsider(store, session_id, unsaid={label.id for label in gone}, now=now), gone


def _is_about(label: LabelRecord, bounds: tuple[float, float] | None) -> bool:
    return bounds is None or (label.rule is None and label.start_s < bounds[1] and label.end_s > bounds[0])


def _reconsider(store: Store, session_id: int, *, said: Sequence[Said] = (), unsaid: Collection[int] = (), now: datetime) -> Change:
    from importer.detect.judgement import judge

    for _ in range(TRIES):  # a word is never lost to somebody who links the session meanwhile
        before, (activity, recordings) = store.session(session_id), whole(store, session_id)
        session = judge(activity, known_now(store, session_id, start=before.start, said=said, unsaid=unsaid))
        after = store.retag(session_id, session, said=said, unsaid=unsaid, now=now, recordings=recordings)
        if after is not None:
            return Change(before, after)
    raise too_busy(store)


def chosen(record: SessionRecord, bounds: tuple[float, float] | None) -> tuple[tuple[float, float], ...]:
    """Give the stretches that a bare yes or no is about.

    Without bounds these are all suggestions of the session; with bounds (s), all that is tagged backward there, cut to them.
    """
    backward = [one for one in record.segments if one.direction is Direction.BACKWARD]
    if bounds is None:
        return tuple((one.start_s, one.end_s) for one in backward if one.standing is Standing.SUGGESTED)
    cut = ((max(one.start_s, bounds[0]), min(one.end_s, bounds[1])) for one in backward)
    return tuple((start_s, end_s) for start_s, end_s in cut if start_s < end_s)
