"""What a runner's sessions teach, by what each was judged, and judging one anew.

Conventions: a session is taught by sessions of the same athlete that started strictly earlier. What a session teaches is kept in
memory once read: it changes only together with `judged_by`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Final

from sqlalchemy import Connection, Engine, TextClause, bindparam, delete, insert, select, text, update

from importer.store import judged, labels, load, profiles, rows, save
from importer.store.core import Core
from importer.store.records import JudgedRecord, LabelRecord, Past, RecordedWords, Said, SessionRecord
from importer.store.schema_door import tables
from importer.store.words import rewrite
from importer.values.session import Baseline, Normal, Session

#: what so many sessions teach is kept at hand, a kilobyte each: some athletes' recent sessions. A watcher lives for months.
_MOST_NORMALS: Final = 1024


class HistoryStore(Core):
    """Reads what is known of a session beside its recording, and replaces its tags."""

    def __init__(self, engine: Engine, *, wait_s: float) -> None:
        super().__init__(engine, wait_s=wait_s)
        self._normals: dict[tuple[int, str | None], Normal | None] = {}

    def past(self, athlete: str, *, start: datetime, sha256: str, n_recent: int, n_lessons: int) -> Past:
        """Give what is known of a session that is not stored yet.

        Parameters
        ----------
        start : of the session.
        sha256 : of its file.
        n_recent, n_lessons : how many of the latest sessions teach, and how many of those with backward movement.
        """
        keys = {"athlete": rows.clean(athlete), "start": start, "earliest": start - labels.NEAR, "latest": start + labels.NEAR}
        with self._read() as connection:
            found = connection.execute(_athlete(), keys).one_or_none()
            if found is None:
                return Past()
            said = labels.coming(connection, athlete_id=found.id, sha256=sha256, start=start) if found.n_near else ()
            normals = self._earlier(connection, found.id, start, n_recent=n_recent, n_lessons=n_lessons)
        return Past(normals, said, found.lap_rule, found.share)

    def past_of(self, session_id: int, *, n_recent: int, n_lessons: int) -> Past:
        """Give what is known of a stored session.

        Raises
        ------
        StoreError : there is no such session (code ``no-such-session``).
        """
        table = tables.session
        with self._read() as connection:
            found = connection.execute(select(table.c.athlete_id, table.c.start_utc).where(table.c.id == session_id)).one_or_none()
            if found is None:
                raise self._no_session(session_id)
            said = labels.of_session(connection, session_id)
            normals = self._earlier(connection, found.athlete_id, found.start_utc, n_recent=n_recent, n_lessons=n_lessons)
            share = profiles.share_at(profiles.shares(connection), found.athlete_id, found.start_utc)
        return Past(normals, said, backward_sessions_share=share)

    def judged(self, *, athlete: str | None = None) -> tuple[JudgedRecord, ...]:
        """Give by what every session was judged: of each athlete, in order of start."""
        session, whose = tables.session, tables.athlete
        statement = (
            select(session.c.id, session.c.athlete_id, session.c.start_utc, session.c.judged_by, session.c.normal, whose.c.name)
            .join(whose, whose.c.id == session.c.athlete_id)
            .order_by(session.c.athlete_id, session.c.start_utc, session.c.elapsed_s, session.c.id)
        )
        if athlete is not None:
            statement = statement.where(whose.c.name == rows.clean(athlete))
        with self._read() as connection:
            said: dict[int | None, list[LabelRecord]] = {}
            for record in labels.attached(connection):
                said.setdefault(record.session_id, []).append(record)
            told = profiles.shares(connection)
            return tuple(
                JudgedRecord(
                    row.id,
                    row.name,
                    row.start_utc,
                    row.judged_by,
                    judged.normal(row.normal),
                    tuple(said.get(row.id, ())),
                    profiles.share_at(told, row.athlete_id, row.start_utc),
                )
                for row in connection.execute(statement)
            )

    def has_later(self, session_id: int) -> bool:
        """Say whether a session of the same athlete started after this one."""
        with self._read() as connection:
            return connection.execute(_LATER, {"session": session_id}).first() is not None

    def retag(
        self,
        session_id: int,
        session: Session,
        *,
        said: Sequence[Said] = (),
        unsaid: Collection[int] = (),
        words: Sequence[RecordedWords] = (),
        now: datetime,
        recordings: Collection[int] | None = None,
    ) -> SessionRecord | None:
        """Give a stored session the tags of a new judgement, and write down what the runner said about it, all or nothing.

        `unsaid` are the numbers of labels that he takes back; `words` is what some of its recordings say from now on. Segments that are
        the same keep their numbers. Gives None, and writes nothing, where the session is gone, or where `recordings` are given and are
        not those it has now.
        """
        table = tables.session
        with self._write() as connection:
            found = connection.execute(select(table.c.athlete_id).where(table.c.id == session_id)).scalar()
            if found is None or (recordings is not None and not _has(connection, session_id, recordings)):
                return None
            labels.add(connection, session_id, said, now=now)
            labels.take_back(connection, session_id, unsaid)
            rewrite(connection, words)
            baseline = session.baseline
            baseline_id = None if baseline is None else save.baseline_id_of(connection, baseline, athlete_id=found)
            # what it is of its recordings too: one of them may have been taken out
            row = {**rows.session_row(session, athlete_id=found), **judged.judged_row(session, baseline_id=baseline_id)}
            connection.execute(update(table).where(table.c.id == session_id).values(**row))
            replace_segments(connection, session_id, rows.segment_rows(session.segments, session_id=session_id))
            return load.session(connection, session_id)

    def forget_baselines(self) -> None:
        """Remove the baselines by which no session is judged any more."""
        used = select(tables.session.c.id).where(tables.session.c.baseline_id == tables.baseline.c.id).exists()
        with self._write() as connection:
            connection.execute(delete(tables.baseline).where(~used))

    def baseline(self, baseline_id: int) -> Baseline | None:
        """Give what was normal for a runner when a session was judged."""
        with self._read() as connection:
            found = connection.execute(select(tables.baseline).where(tables.baseline.c.id == baseline_id)).mappings().one_or_none()
        return None if found is None else judged.baseline(found)

    def _earlier(self, connection: Connection, athlete_id: int, start: datetime, *, n_recent: int, n_lessons: int) -> tuple[Normal, ...]:
        """Give what the sessions before a moment teach, in order of start."""
        keys = {"athlete": athlete_id, "start": start, "n_recent": n_recent, "n_lessons": n_lessons}
        normals = []
        for row in connection.execute(_teachers(), keys):
            key = (row.id, row.judged_by)
            if row.judged_by is None or key not in self._normals:
                self._normals[key] = judged.normal(json.loads(row.normal))
            normals.append(self._normals[key])
        for key in list(self._normals)[: max(0, len(self._normals) - _MOST_NORMALS)]:  # the oldest first
            del self._normals[key]
        return tuple(normal for normal in normals if normal is not None)


def _has(connection: Connection, session_id: int, recordings: Collection[int]) -> bool:
    table = tables.recording
    return set(connection.scalars(select(table.c.id).where(table.c.session_id == session_id))) == set(recordings)


def replace_segments(connection: Connection, session_id: int, new: list[rows.Row]) -> None:
    """Write the segments of a session; where they are the same, they keep their numbers."""
    table = tables.segment
    statement = select(table).where(table.c.session_id == session_id).order_by(table.c.start_s)
    old = [{name: row[name] for name in row if name != "id"} for row in connection.execute(statement).mappings()]
    if old == new:
        return
    connection.execute(delete(table).where(table.c.session_id == session_id))
    if new:
        connection.execute(insert(table), new)


# In plain SQL: the program asks these once for a file, and building one of SQLAlchemy's costs more than running it.


@cache
def _athlete() -> TextClause:
    """An athlete, the rule kept for him, his share of sessions with backward movement, and whether any label of his is near a moment."""
    asked = text(
        "SELECT id, lap_rule, (SELECT count(*) FROM label WHERE athlete_id = athlete.id"
        " AND session_start_utc BETWEEN :earliest AND :latest) AS n_near,"
        " (SELECT backward_sessions_share FROM athlete_profile WHERE athlete_id = athlete.id AND backward_sessions_share IS NOT NULL"
        " AND since_utc <= :start ORDER BY since_utc DESC LIMIT 1) AS share FROM athlete WHERE name = :athlete"
    )
    return asked.bindparams(*(bindparam(name, type_=_UTC) for name in ("start", "earliest", "latest")))


@cache
def _teachers() -> TextClause:
    """The latest sessions of an athlete before a moment that teach something, and the latest of those with backward movement."""
    latest = (
        "SELECT id FROM session WHERE athlete_id = :athlete AND start_utc < :start AND normal IS NOT NULL{more}"
        " ORDER BY start_utc DESC, elapsed_s DESC, id DESC LIMIT :{n}"
    )
    recent, lessons = latest.format(more="", n="n_recent"), latest.format(more=" AND is_lesson", n="n_lessons")
    asked = text(
        "SELECT id, judged_by, CAST(normal AS text) AS normal FROM session"  # noqa: S608 - our own words
        f" WHERE id IN ({recent}) OR id IN ({lessons}) ORDER BY start_utc, elapsed_s, id"
    )
    return asked.bindparams(bindparam("start", type_=_UTC))


_UTC: Final = tables.session.c.start_utc.type
_LATER: Final = text(
    "SELECT 1 FROM session AS later JOIN session AS this ON this.athlete_id = later.athlete_id AND later.start_utc > this.start_utc"
    " WHERE this.id = :session LIMIT 1"
)
