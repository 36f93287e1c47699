"""Write sessions and failures: each function inside the caller's one transaction.

Conventions: the file's SHA-256 is inserted first, and its UNIQUE constraint decides whether anything is written at all.
What is costly (packing the samples) happens before the transaction, in `pack`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Table, and_, bindparam, delete, insert, or_, select, text, update
from sqlalchemy.sql.dml import ReturningInsert

from importer.store import judged, labels, rows
from importer.store.codec import Blob, encode
from importer.store.kin_records import Key, Plan
from importer.store.records import SourceInfo, lap_word
from importer.store.schema_door import tables
from importer.values.activity import Activity
from importer.values.sensors import to_streams
from importer.values.session import Baseline, Session

#: The streams of one recording, in the order of the activity's columns.
Packed = Mapping[str, Blob]


def pack(activity: Activity) -> Packed:
    """Encode the samples of an activity, its times first, and behind them its sensors and beats."""
    columns = {rows.TIME: activity.t_s, **activity.columns, **to_streams(activity.sensors, activity.beats)}
    return {name: encode(column) for name, column in columns.items()}


def save_source(
    connection: Connection,
    source: SourceInfo,
    sessions: Sequence[tuple[Session, Packed]],
    *,
    batch_id: int,
    athlete: str,
    now: datetime,
    plan: Plan | None = None,
) -> bool:
    """Store a file and its sessions; give False, and write nothing, where the same bytes are there already.

    What `plan` makes part of a session of several recordings is left to `arrange.apply`.
    """
    row = rows.source_row(source, athlete_id=athlete_id(connection, athlete, now=now), batch_id=batch_id, now=now)
    source_id = connection.execute(_insert_or_skip(connection.dialect.name, tables.source_file), row).scalar()
    if source_id is None:
        return False
    forget_failures(connection, source)
    for session, packed in sessions:
        if plan is None or not plan.joins(Key(row["sha256"], session.activity.start)):
            _save_session(connection, session, packed, source_id=source_id, row=row)
    return True


def _save_session(connection: Connection, session: Session, packed: Packed, *, source_id: int, row: rows.Row) -> None:
    """Store a session of the file whose row of `source_file` is given."""
    activity, athlete_id, sha256, now = session.activity, row["athlete_id"], row["sha256"], row["imported_utc"]
    baseline_id = None if session.baseline is None else baseline_id_of(connection, session.baseline, athlete_id=athlete_id)
    judged_row = judged.judged_row(session, baseline_id=baseline_id)
    session_id = _insert(connection, tables.session, {**rows.session_row(session, athlete_id=athlete_id), **judged_row})
    add_recording(connection, activity, packed, session_id=session_id, source_id=source_id, is_primary=True)
    if session.segments:
        connection.execute(_insert_many(tables.segment), rows.segment_rows(session.segments, session_id=session_id))
    labels.bring_home(connection, session_id, athlete_id=athlete_id, sha256=sha256, start=activity.start)
    if session.lap_rule is not None and session.lap_rule != lap_word(labels.of_session(connection, session_id)):
        labels.add(connection, session_id, [session.lap_rule], now=now)


def add_session(connection: Connection, row: Mapping[str, Any]) -> int:
    """Add a row of `session`; give its number."""
    return _insert(connection, tables.session, row)


def add_recording(connection: Connection, activity: Activity, packed: Packed, *, session_id: int, source_id: int, is_primary: bool) -> int:
    """Add a recording to a session, with its samples and laps; give its number."""
    row = {**rows.recording_row(activity, session_id=session_id, source_id=source_id), "is_primary": is_primary}
    recording_id = _insert(connection, tables.recording, row)
    streams = [{"recording_id": recording_id, "channel": name, **blob._asdict()} for name, blob in packed.items()]
    connection.execute(_insert_many(tables.stream), streams)
    if activity.laps:
        connection.execute(_insert_many(tables.lap), rows.lap_rows(activity, recording_id=recording_id))
    return recording_id


def athlete_id(connection: Connection, name: str, *, now: datetime) -> int:
    """Find an athlete by name, or add one."""
    row = {"name": rows.clean(name), "created_utc": now}
    found = connection.execute(_find(tables.athlete, ("name",)), row).scalar()
    if found is None:
        connection.execute(_insert_or_skip(connection.dialect.name, tables.athlete), row)
        found = connection.execute(_find(tables.athlete, ("name",)), row).scalar_one()
    return int(found)


def baseline_id_of(connection: Connection, baseline: Baseline, *, athlete_id: int) -> int:
    """Find the row of a baseline, or add it: sessions judged by the same numbers share one."""
    if baseline.id is not None:
        return baseline.id
    row = judged.baseline_row(baseline, athlete_id=athlete_id)
    added = connection.execute(_insert_or_skip(connection.dialect.name, tables.baseline), row).scalar()
    found = connection.execute(_find(tables.baseline, ("athlete_id", "digest")), row).scalar_one() if added is None else added
    return int(found)


def save_failure(
    connection: Connection,
    source: SourceInfo,
    *,
    kind: str,
    code: str,
    message: str,
    offset: int | None,
    batch_id: int,
    now: datetime,
) -> int:
    """Count one more attempt at a file that failed or was skipped; give the row's id.

    The key is the content's SHA-256, or the path where the bytes could not be read.
    """
    table = tables.failure
    said: dict[str, Any] = {
        "path": rows.clean(source.label),
        "kind": kind,
        "code": code,
        "message": rows.clean(message),
        "offset_bytes": offset,
        "batch_id": batch_id,
        "last_utc": now,
    }
    if source.sha256 is not None:  # the bytes can be read now: what was known of the path alone is over
        connection.execute(delete(table).where(table.c.sha256.is_(None), table.c.path == said["path"]))
    first = dialect_insert(connection.dialect.name)(table).values(**said, sha256=source.sha256, attempts=1, first_utc=now)
    key = {"index_elements": ["path"], "index_where": text("sha256 IS NULL")} if source.sha256 is None else {"index_elements": ["sha256"]}
    statement = first.on_conflict_do_update(**key, set_={**said, "attempts": table.c.attempts + 1}).returning(table.c.id)
    return int(connection.execute(statement).scalar_one())


def forget_failures(connection: Connection, source: SourceInfo) -> None:
    """Remove what is told of a file's failures, as it is stored now."""
    connection.execute(_delete_failures(), {"key_sha256": source.sha256, "key_path": rows.clean(source.label)})


def start_batch(connection: Connection, *, command: str, program_version: str, now: datetime) -> int:
    row = {"command": rows.clean(command), "program_version": program_version, "started_utc": now}
    return _insert(connection, tables.import_batch, row)


def finish_batch(connection: Connection, batch_id: int, *, counts: Mapping[str, int], now: datetime) -> None:
    table = tables.import_batch
    connection.execute(update(table).where(table.c.id == batch_id).values(finished_utc=now, counts=dict(counts)))


def _insert(connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
    return int(connection.execute(_insert_one(table), row).scalar_one())


# Statements are built once: building one of 30 columns costs more than running it (0.4 against 0.1 ms, measured).


@cache
def _insert_one(table: Table) -> ReturningInsert[Any]:
    return insert(table).returning(table.c.id)


@cache
def _insert_many(table: Table) -> Insert:
    return insert(table)


@cache
def _insert_or_skip(dialect: str, table: Table) -> ReturningInsert[Any]:
    """Insert one row and give its id, or no row where a unique one is there already."""
    statement: ReturningInsert[Any] = dialect_insert(dialect)(table).on_conflict_do_nothing().returning(table.c.id)
    return statement


@cache
def _delete_failures() -> Delete:
    table = tables.failure
    by_path = and_(table.c.sha256.is_(None), table.c.path == bindparam("key_path"))
    return delete(table).where(or_(table.c.sha256 == bindparam("key_sha256"), by_path))


@cache
def _find(table: Table, names: tuple[str, ...]) -> Select[Any]:
    """Select the id of the row in which these columns equal the parameters of their names; NULL equals NULL."""
    rules = (table.c[name].is_not_distinct_from(bindparam(name, type_=table.c[name].type)) for name in names)
    return select(table.c.id).where(*rules)


def dialect_insert(dialect: str) -> Any:  # noqa: ANN401 - two classes without a common base
    """Give the INSERT that knows ON CONFLICT."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert
