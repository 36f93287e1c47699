"""Read what is stored: each function inside the caller's transaction.

Conventions: sessions come newest first, segments and laps in order of time.
Lists of sessions never touch samples.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, select, text

from importer.errors import StoreError
from importer.store import rows
from importer.store.codec import Blob, DamagedStreamError, decode
from importer.store.records import FailureRecord, SegmentRecord, SessionRecord, StoredSource
from importer.store.schema_door import tables
from importer.values.activity import Activity, FloatArray, Lap

#: The time of a view's row, for `since` and `until`.
_CLOCKS: Final = {"v_session": "start_utc", "v_segment": "session_start_utc"}
#: The order of a view's rows.
_ORDERS: Final = {
    "v_session": "start_utc DESC, session_id DESC",
    "v_segment": "session_start_utc DESC, session_id DESC, start_s",
    "v_backward_by_week": "athlete, week_local DESC",
}


@cache
def _sessions() -> Select[Any]:
    session, recording, source, athlete = tables.session, tables.recording, tables.source_file, tables.athlete
    told = ("manufacturer", "product", "serial", "software", "counts", "notes", "pauses", "texts", *rows.PLAIN_RECORDING)
    return (
        select(
            session,
            athlete.c.name.label("athlete"),
            recording.c.id.label("recording_id"),
            *(recording.c[name] for name in told),
            *(source.c[name] for name in rows.PLAIN_SOURCE),
        )
        .join(athlete, athlete.c.id == session.c.athlete_id)
        .join(recording, and_(recording.c.session_id == session.c.id, recording.c.is_primary))
        .join(source, source.c.id == recording.c.source_id)
        .order_by(session.c.start_utc.desc(), session.c.id.desc())
    )


def sessions(
    connection: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    athlete: str | None = None,
    with_segments: bool = False,
) -> tuple[SessionRecord, ...]:
    """Give the sessions that started in ``[since, until)``, newest first."""
    table = tables.session
    rules: list[ColumnElement[bool]] = []
    if since is not None:
        rules.append(table.c.start_utc >= since)
    if until is not None:
        rules.append(table.c.start_utc < until)
    if athlete is not None:
        rules.append(tables.athlete.c.name == rows.clean(athlete))
    return _records(connection, _sessions().where(*rules), {}, with_segments=with_segments)


def session(connection: Connection, session_id: int) -> SessionRecord | None:
    """Give one session with its segments and laps."""
    found = connection.execute(_sessions().where(tables.session.c.id == session_id)).mappings().one_or_none()
    if found is None:
        return None
    segments = _segments(connection, [session_id]).get(session_id, ())
    return rows.session_record(found, segments=segments, laps=_laps(connection, found["recording_id"]))


def _records(connection: Connection, statement: Select[Any], keys: dict[str, Any], *, with_segments: bool) -> tuple[SessionRecord, ...]:
    found = connection.execute(statement, keys).mappings().all()
    segments = _segments(connection, [row["id"] for row in found]) if with_segments and found else {}
    return tuple(rows.session_record(row, segments=segments.get(row["id"], ())) for row in found)


def _segments(connection: Connection, session_ids: list[int]) -> dict[int, tuple[SegmentRecord, ...]]:
    found: dict[int, list[SegmentRecord]] = {}
    for part in _parts(session_ids):
        for row in connection.execute(_segments_of_sessions(), {"key_sessions": part}).mappings():
            found.setdefault(row["session_id"], []).append(rows.segment_record(row))
    return {session_id: tuple(records) for session_id, records in found.items()}


@cache
def _segments_of_sessions() -> Select[Any]:
    table = tables.segment
    return (
        select(table).where(table.c.session_id.in_(bindparam("key_sessions", expanding=True))).order_by(table.c.session_id, table.c.start_s)
    )


def _parts(ids: list[int]) -> Iterable[list[int]]:
    """Cut a list so that no statement has more parameters than a database takes (SQLite: 32,766)."""
    return (ids[start : start + 5000] for start in range(0, len(ids), 5000))


def _laps(connection: Connection, recording_id: int) -> tuple[Lap, ...]:
    table = tables.lap
    statement = select(table).where(table.c.recording_id == recording_id).order_by(table.c.lap_ix)
    return tuple(rows.lap(row) for row in connection.execute(statement).mappings())


def activity(connection: Connection, session_id: int, *, shown: str) -> Activity | None:
    """Give the primary recording of a session, exactly as it was saved.

    Raises
    ------
    StoreError : a stream is damaged.
    """
    table = tables.recording
    found = connection.execute(select(table).where(table.c.session_id == session_id, table.c.is_primary)).mappings().one_or_none()
    if found is None:
        return None
    columns = _streams(connection, found["id"], shown=shown)
    return rows.activity(found, laps=_laps(connection, found["id"]), columns=columns)


def _streams(connection: Connection, recording_id: int, *, shown: str) -> dict[str, FloatArray]:
    table = tables.stream
    statement = select(table).where(table.c.recording_id == recording_id).order_by(table.c.id)
    columns = {}
    for row in connection.execute(statement).mappings():
        try:
            columns[row["channel"]] = decode(Blob(row["codec"], row["n"], row["crc32"], bytes(row["data"])))
        except DamagedStreamError as error:
            raise StoreError(
                f"the stream {row['channel']} of recording {recording_id} is damaged ({error})",
                url=shown,
                remedy="restore the database from a backup, or import the file again",
            ) from error
    return columns


@cache
def _source() -> Select[Any]:
    table, athlete = tables.source_file, tables.athlete
    joined = select(table, athlete.c.name.label("athlete")).join(athlete, athlete.c.id == table.c.athlete_id)
    return joined.where(table.c.sha256 == bindparam("key_sha256"))


@cache
def _sessions_of_source() -> Select[Any]:
    recording = tables.recording.alias("owned")
    owned = select(recording.c.session_id).where(recording.c.source_id == bindparam("key_source"))
    return _sessions().where(tables.session.c.id.in_(owned))


def source(connection: Connection, sha256: str) -> StoredSource | None:
    """Find a stored file by its content, with its sessions and their segments."""
    row = connection.execute(_source(), {"key_sha256": sha256}).mappings().one_or_none()
    if row is None:
        return None
    found = _records(connection, _sessions_of_source(), {"key_source": row["id"]}, with_segments=True)
    return StoredSource(
        id=row["id"],
        sha256=sha256,
        path=row["path"],
        member=row["member"],
        format=row["format"],
        athlete=row["athlete"],
        batch_id=row["batch_id"],
        sessions=found[::-1],  # in the order of the file
    )


def failure(connection: Connection, *, sha256: str | None = None, failure_id: int | None = None) -> FailureRecord | None:
    """Find what is told of a failed or skipped file, by its content or by the row."""
    table, batch = tables.failure, tables.import_batch
    rule = table.c.sha256 == sha256 if failure_id is None else table.c.id == failure_id
    statement = select(table, batch.c.program_version).join(batch, batch.c.id == table.c.batch_id).where(rule)
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else rows.failure_record(row)


def view(
    connection: Connection,
    name: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    athlete: str | None = None,
) -> tuple[dict[str, Any], ...]:
    """Give the rows of a reporting view, newest first, alike on both databases: times as datetime, lists as tuple.

    Raises
    ------
    ValueError : no such view, or it cannot be cut by time.
    """
    if name not in _ORDERS or (name not in _CLOCKS and (since is not None or until is not None)):
        raise ValueError(f"{name}: no view that can be asked so (known: {', '.join(_ORDERS)}; cut by time: {', '.join(_CLOCKS)})")
    utc = tables.session.c.start_utc.type
    asked = {
        f"{_CLOCKS.get(name)} >= :since": bindparam("since", since, type_=utc) if since is not None else None,
        f"{_CLOCKS.get(name)} < :until": bindparam("until", until, type_=utc) if until is not None else None,
        "athlete = :athlete": bindparam("athlete", rows.clean(athlete)) if athlete is not None else None,
    }
    rules = [rule for rule, parameter in asked.items() if parameter is not None]
    where = f" WHERE {' AND '.join(rules)}" if rules else ""
    statement = text(f"SELECT * FROM {name}{where} ORDER BY {_ORDERS[name]}")  # noqa: S608 - names of our own tables above
    statement = statement.bindparams(*(parameter for parameter in asked.values() if parameter is not None))
    return tuple({key: _plain(key, value) for key, value in row.items()} for row in connection.execute(statement).mappings())


def _plain(key: str, value: Any) -> Any:  # noqa: ANN401 - a cell
    if key.endswith("_utc") and value is not None:
        return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)
    if key == "why":
        return tuple(json.loads(value) if isinstance(value, str) else value)
    return value
