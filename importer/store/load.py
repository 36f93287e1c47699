"""Read what is stored: each function inside the caller's transaction.

Conventions: sessions come newest first, segments and laps in order of time.
Lists of sessions never touch samples.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
_CLOCKS: Final = {
    "v_session": "start_utc",
    "v_segment": "session_start_utc",
    "v_bout": "session_start_utc",
    "v_backward_set": "session_start_utc",
    "v_label": "session_start_utc",
    "v_forward": "start_utc",
}
#: The order of a view's rows.
_ORDERS: Final = {
    "v_session": "start_utc DESC, session_id DESC",
    "v_segment": "session_start_utc DESC, session_id DESC, start_s",
    "v_bout": "session_start_utc DESC, session_id DESC, start_s",
    "v_backward_by_week": "athlete, week_local DESC",
    "v_backward_by_month": "athlete, month_local DESC",
    "v_backward_by_year": "athlete, year_local DESC",
    "v_backward_day": "athlete, day_local DESC",
    "v_backward_set": "session_start_utc DESC, session_id DESC, start_s",
    "v_backward_kind": "athlete, kind, gait, environment, phase",
    "v_label": "session_start_utc DESC, start_s, label_id",
    "v_athlete_profile": "athlete, since_utc DESC",
    "v_forward": "start_utc DESC, session_id DESC",
    "v_finding": "session_id DESC, finding_index",
    "v_attention": "kind, session_start_utc DESC, session_id DESC, start_s, path",
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


def by_ids(connection: Connection, session_ids: Iterable[int]) -> tuple[SessionRecord, ...]:
    """Give sessions by their numbers, newest first within every few thousand; what is not there is left out."""
    return tuple(
        record
        for part in parts(sorted(session_ids))
        for record in _records(connection, _sessions().where(tables.session.c.id.in_(part)), {}, with_segments=False)
    )


def _records(connection: Connection, statement: Select[Any], keys: dict[str, Any], *, with_segments: bool) -> tuple[SessionRecord, ...]:
    found = connection.execute(statement, keys).mappings().all()
    segments = _segments(connection, [row["id"] for row in found]) if with_segments and found else {}
    return tuple(rows.session_record(row, segments=segments.get(row["id"], ())) for row in found)


def _segments(connection: Connection, session_ids: list[int]) -> dict[int, tuple[SegmentRecord, ...]]:
    found: dict[int, list[SegmentRecord]] = {}
    for part in parts(session_ids):
        for row in connection.execute(_segments_of_sessions(), {"key_sessions": part}).mappings():
            found.setdefault(row["session_id"], []).append(rows.segment_record(row))
    return {session_id: tuple(records) for session_id, records in found.items()}


@cache
def _segments_of_sessions() -> Select[Any]:
    table = tables.segment
    return (
        select(table).where(table.c.session_id.in_(bindparam("key_sessions", expanding=True))).order_by(table.c.session_id, table.c.start_s)
    )


def parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
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
    StoreError : a stream is damaged, or one of several that belong together is gone.
    """
    table = tables.recording
    found = connection.execute(select(table.c.id).where(table.c.session_id == session_id, table.c.is_primary)).scalar()
    return None if found is None else recording(connection, found, shown=shown)


def recording(connection: Connection, recording_id: int, *, shown: str, channels: Sequence[str] | None = None) -> Activity | None:
    """Give a recording, exactly as it was saved; with `channels`, only these of its samples, and no laps.

    Raises
    ------
    StoreError : a stream is damaged, or one of several that belong together is gone.
    """
    table = tables.recording
    found = connection.execute(select(table).where(table.c.id == recording_id)).mappings().one_or_none()
    if found is None:
        return None
    columns = _streams(connection, recording_id, shown=shown, channels=channels)
    try:
        return rows.activity(found, laps=_laps(connection, recording_id) if channels is None else (), columns=columns)
    except ValueError as error:
        raise _damaged(f"the streams of recording {recording_id} do not go together ({error})", shown) from error


def _streams(connection: Connection, recording_id: int, *, shown: str, channels: Sequence[str] | None = None) -> dict[str, FloatArray]:
    table = tables.stream
    statement = select(table).where(table.c.recording_id == recording_id).order_by(table.c.id)
    if channels is not None:
        statement = statement.where(table.c.channel.in_((rows.TIME, *channels)))
    columns = {}
    for row in connection.execute(statement).mappings():
        try:
            columns[row["channel"]] = unpacked(row)
        except DamagedStreamError as error:
            raise _damaged(f"the stream {row['channel']} of recording {recording_id} is damaged ({error})", shown) from error
    return columns


def unpacked(row: rows.Found) -> FloatArray:
    """Unpack a row of `stream`.

    Raises
    ------
    DamagedStreamError : it is not what was written.
    """
    try:
        return decode(Blob(row["codec"], row["n"], row["crc32"], bytes(row["data"])))
    except TypeError as error:  # a damaged page may give NULL for any of them
        raise DamagedStreamError("a part of the stream is missing") from error


def _damaged(reason: str, shown: str) -> StoreError:
    return StoreError(reason, url=shown, remedy="restore the database from a backup, or import the file again")


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
    better = row["replaced_by"]
    found = _records(connection, _sessions_of_source(), {"key_source": row["id"] if better is None else better}, with_segments=True)
    return StoredSource(
        id=row["id"],
        sha256=sha256,
        path=row["path"],
        member=row["member"],
        format=row["format"],
        athlete=row["athlete"],
        batch_id=row["batch_id"],
        sessions=found[::-1],  # in the order of the file
        replaced_by=None if better is None else _label_of(connection, better),
    )


def _label_of(connection: Connection, source_id: int) -> str:
    """Name a file: ``a.zip!member``."""
    table = tables.source_file
    found = connection.execute(select(table.c.path, table.c.member).where(table.c.id == source_id)).one()
    return str(found.path if found.member is None else f"{found.path}!{found.member}")


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
    found = connection.execute(statement)
    names = tuple(found.keys())
    rows_found = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for name in names:  # column by column: asking each cell what it is costs more than reading it
        if name.endswith("_utc") or name == "why":
            for row in rows_found:
                row[name] = _plain(row[name], is_time=name != "why")
    return tuple(rows_found)


def _plain(value: Any, *, is_time: bool) -> Any:  # noqa: ANN401 - a cell
    if value is None:
        return None
    if is_time:
        return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)
    return tuple(json.loads(value) if isinstance(value, str) else value)
