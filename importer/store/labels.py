"""What the runner said: kept beside the sessions, so that it outlives them.

Conventions: a label belongs to a file by its SHA-256 and to a moment by the start of its session; `session_id` is where it is now.
When a session goes, its labels stay without one. When a file is stored, its own labels come home to it, and so do those that have
no session, start within `NEAR` of it and whose own file is not stored: the same run from another source.
Spans are kept as they were said, on the clock of the file, and given in seconds since the start of the session that has them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, TextClause, and_, bindparam, delete, func, insert, or_, select, text

from importer.store import rows
from importer.store.core import Core
from importer.store.kin_records import Key
from importer.store.records import LabelRecord, Said
from importer.store.schema_door import tables
from importer.values.session import Direction, Label

#: Two recordings of one athlete that start within this are one run. Assumption: exports round the start to the second.
NEAR: Final = timedelta(seconds=1)


class LabelStore(Core):
    """Reads and writes what the runner said."""

    def labels(self, session_id: int) -> tuple[LabelRecord, ...]:
        """Give the labels of a session in the order in which they were said."""
        with self._read() as connection:
            return of_session(connection, session_id)


def of_session(connection: Connection, session_id: int) -> tuple[LabelRecord, ...]:
    """Give the labels that a session has."""
    return _records(connection, _select(tables.label.c.session_id == bindparam("key_session")), {"key_session": session_id})


def attached(connection: Connection) -> tuple[LabelRecord, ...]:
    """Give the labels of all stored sessions."""
    return _records(connection, _select(tables.label.c.session_id.is_not(None)), {})


def coming(connection: Connection, *, athlete_id: int, sha256: str, start: datetime) -> tuple[LabelRecord, ...]:
    """Give the labels that will come home to a session once it is stored."""
    return _records(connection, _select_coming(), _coming_keys(athlete_id, sha256, start), start=start)


def bring_home(connection: Connection, session_id: int, *, athlete_id: int, sha256: str, start: datetime) -> None:
    """Attach to a session that was just stored the labels that wait for it."""
    connection.execute(_bring_home(), {**_coming_keys(athlete_id, sha256, start), "key_session": session_id})


def add(connection: Connection, session_id: int, said: Sequence[Said], *, now: datetime) -> None:
    """Write down what the runner said about a session."""
    if not said:
        return
    session, recording, source = tables.session, tables.recording, tables.source_file
    statement = (
        select(session.c.athlete_id, session.c.start_utc, source.c.sha256)
        .join(recording, and_(recording.c.session_id == session.c.id, recording.c.is_primary))
        .join(source, source.c.id == recording.c.source_id)
        .where(session.c.id == session_id)
    )
    found = connection.execute(statement).mappings().one()
    anchor = {
        "athlete_id": found["athlete_id"],
        "session_id": session_id,
        "sha256": found["sha256"],
        "session_start_utc": found["start_utc"],
        "said_utc": now,
    }
    connection.execute(insert(tables.label), [{**anchor, **_said_row(one)} for one in said])


def take_back(connection: Connection, session_id: int, label_ids: Collection[int]) -> None:
    """Forget labels of a session."""
    for label_id in label_ids:
        connection.execute(delete(tables.label).where(tables.label.c.id == label_id, tables.label.c.session_id == session_id))


def _said_row(said: Said) -> dict[str, Any]:
    if isinstance(said, Label):
        direction = None if said.direction is None else said.direction.value
        return {"start_s": said.start_s, "end_s": said.end_s, "kind": said.kind.value, "direction": direction, "rule": None}
    # a rule is about the whole session; its span only says that it is one
    kind = "laps-kept" if said.is_kept else "laps"
    return {"start_s": 0.0, "end_s": 1.0, "kind": kind, "direction": None, "rule": rows.clean(said.text)}


def together(
    connection: Connection,
    session_ids: Sequence[int],
    *,
    coming: Sequence[Key],
    athlete: str,
    start: datetime,
    shifts_s: Mapping[str, float],
) -> tuple[LabelRecord, ...]:
    """Give the labels that a session of several recordings would have; see `KinStore.labels_of`."""
    athlete_id = connection.execute(select(tables.athlete.c.id).where(tables.athlete.c.name == rows.clean(athlete))).scalar()
    found = {row["id"]: row for row in connection.execute(_select(tables.label.c.session_id.in_(session_ids))).mappings()}
    for key in coming:
        keys = _coming_keys(athlete_id or 0, key.sha256, key.start)
        found |= {row["id"]: row for row in connection.execute(_select_coming(), keys).mappings()}
    ordered = sorted(found.values(), key=lambda row: (row["said_utc"], row["id"]))
    return tuple(_record(row, start=start, clock_shift_s=shifts_s.get(row["sha256"], 0.0)) for row in ordered)


def _records(
    connection: Connection, statement: Select[Any], keys: dict[str, Any], *, start: datetime | None = None
) -> tuple[LabelRecord, ...]:
    return tuple(_record(row, start=start) for row in connection.execute(statement, keys).mappings())


def _record(row: rows.Found, *, start: datetime | None, clock_shift_s: float | None = None) -> LabelRecord:
    """Move the span to the clock of the session that has it, or will."""
    start = row["current_start_utc"] if start is None else start
    shift_s = 0.0 if start is None else (row["session_start_utc"] - start).total_seconds()
    shift_s += row["clock_shift_s"] if clock_shift_s is None else clock_shift_s
    return LabelRecord(
        id=row["id"],
        session_id=row["session_id"],
        start_s=row["start_s"] + shift_s,
        end_s=row["end_s"] + shift_s,
        kind=row["kind"],
        direction=None if row["direction"] is None else Direction(row["direction"]),
        rule=row["rule"],
        said=row["said_utc"],
        sha256=row["sha256"],
    )


def _select(rule: ColumnElement[bool]) -> Select[Any]:
    label, session, source, recording = tables.label, tables.session, tables.source_file.alias("said_of"), tables.recording
    is_its_own = and_(recording.c.source_id == source.c.id, recording.c.session_id == label.c.session_id)
    return (
        select(
            label,
            session.c.start_utc.label("current_start_utc"),
            # said on the clock of one recording, and given on that of its session
            func.coalesce(recording.c.clock_shift_s, 0.0).label("clock_shift_s"),
        )
        .outerjoin(session, session.c.id == label.c.session_id)
        .outerjoin(source, source.c.sha256 == label.c.sha256)
        .outerjoin(recording, is_its_own)
        .where(rule)
        .order_by(label.c.said_utc, label.c.id)
    )


def _coming_rule() -> ColumnElement[bool]:
    label, source = tables.label, tables.source_file
    is_homeless = and_(label.c.session_id.is_(None), ~select(source.c.id).where(source.c.sha256 == label.c.sha256).exists())
    return and_(
        label.c.athlete_id == bindparam("key_athlete"),
        label.c.session_start_utc.between(
            bindparam("key_from", type_=label.c.session_start_utc.type), bindparam("key_to", type_=label.c.session_start_utc.type)
        ),
        or_(label.c.sha256 == bindparam("key_sha256"), is_homeless),
    )


def _coming_keys(athlete_id: int, sha256: str, start: datetime) -> dict[str, Any]:
    return {"key_athlete": athlete_id, "key_sha256": sha256, "key_from": start - NEAR, "key_to": start + NEAR}


@cache
def _select_coming() -> Select[Any]:
    return _select(_coming_rule())


@cache
def _bring_home() -> TextClause:
    """`_coming_rule` in plain SQL: it runs for every session that is stored, and building an UPDATE costs more than running it."""
    moved = text(
        "UPDATE label SET session_id = :key_session WHERE athlete_id = :key_athlete"
        " AND session_start_utc BETWEEN :key_from AND :key_to AND (sha256 = :key_sha256 OR (session_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM source_file WHERE source_file.sha256 = label.sha256)))"
    )
    utc = tables.label.c.session_start_utc.type
    return moved.bindparams(bindparam("key_from", type_=utc), bindparam("key_to", type_=utc))
