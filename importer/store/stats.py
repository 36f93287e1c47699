"""``db stats``: how much is in a database, and what takes the room.

Conventions: read in one transaction, and written nowhere; sizes in bytes, None where the database cannot say.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError

from importer.store import connect, place
from importer.store.faults import translated
from importer.store.schema_door import tables

#: Bytes of each table with its indexes. SQLite: the table `dbstat`, which not every build of it has.
_SQLITE_SIZES: Final = "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat AS s JOIN sqlite_master AS m ON m.name = s.name GROUP BY m.tbl_name"
_POSTGRES_SIZES: Final = (
    "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table: its rows, and the bytes it takes with its indexes."""

    name: str
    n_rows: int
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class ChannelSize:
    """The streams of one channel, all recordings together."""

    channel: str
    n_streams: int
    n_values: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class AthleteSize:
    """The sessions of one athlete."""

    athlete: str
    n_sessions: int
    elapsed_s: float
    oldest: datetime | None
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Stats:
    """Everything that ``db stats`` says; `size_bytes` of a SQLite file counts what is still in its ``-wal``."""

    url: str
    version: str
    size_bytes: int | None
    oldest: datetime | None
    newest: datetime | None
    athletes: tuple[AthleteSize, ...]
    tables: tuple[TableSize, ...]
    channels: tuple[ChannelSize, ...]

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON can hold it, times as ISO 8601 in UTC."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def stats(url: str | None = None, *, wait_s: float = connect.WAIT_S) -> Stats:
    """Count what is in a database of today's version.

    Raises
    ------
    NeedsUpgradeError, NewerDatabaseError, DatabaseBusyError, StoreError
    """
    engine = connect.open_engine(url, create=False, read_only=True, wait_s=wait_s)
    shown = place.shown(engine.url)
    try:
        with translated(shown, wait_s=wait_s), engine.connect() as connection, connection.begin():
            athletes = _athletes(connection)
            return Stats(
                url=shown,
                version=tables.REVISIONS[-1],
                size_bytes=_size_bytes(connection, place.file_of(engine.url)),
                oldest=min((one.oldest for one in athletes if one.oldest is not None), default=None),
                newest=max((one.newest for one in athletes if one.newest is not None), default=None),
                athletes=athletes,
                tables=_tables(connection),
                channels=_channels(connection),
            )
    finally:
        engine.dispose()


def _size_bytes(connection: Connection, path: Path | None) -> int | None:
    if path is not None:
        parts = (path, path.with_name(f"{path.name}-wal"))
        return sum(part.stat().st_size for part in parts if part.exists())
    if connection.dialect.name == "postgresql":
        return sum(_table_sizes(connection).values())
    return None


def _table_sizes(connection: Connection) -> dict[str, int]:
    is_sqlite = connection.dialect.name == "sqlite"
    try:
        return {name: int(size) for name, size in connection.exec_driver_sql(_SQLITE_SIZES if is_sqlite else _POSTGRES_SIZES)}
    except OperationalError:
        if is_sqlite:  # built without `dbstat`
            return {}
        raise


def _tables(connection: Connection) -> tuple[TableSize, ...]:
    """Give the tables, those that others refer to first."""
    sizes = _table_sizes(connection)
    return tuple(
        TableSize(table.name, connection.execute(select(func.count()).select_from(table)).scalar_one(), sizes.get(table.name))
        for table in tables.metadata.sorted_tables
    )


def _channels(connection: Connection) -> tuple[ChannelSize, ...]:
    """Give the channels, those that take the most room first."""
    stream = tables.stream
    size = func.sum(func.length(stream.c.data))
    found = connection.execute(
        select(stream.c.channel, func.count(), func.sum(stream.c.n), size)
        .group_by(stream.c.channel)
        .order_by(size.desc(), stream.c.channel)
    )
    return tuple(ChannelSize(channel, *map(int, counts)) for channel, *counts in found)


def _athletes(connection: Connection) -> tuple[AthleteSize, ...]:
    athlete, session = tables.athlete, tables.session
    start = session.c.start_utc
    statement = (
        select(athlete.c.name, func.count(session.c.id), func.sum(session.c.elapsed_s), func.min(start), func.max(start))
        .outerjoin(session, session.c.athlete_id == athlete.c.id)
        .group_by(athlete.c.id)
        .order_by(athlete.c.name)
    )
    return tuple(
        AthleteSize(name, n, float(total or 0), oldest, newest) for name, n, total, oldest, newest in connection.execute(statement)
    )


def _plain(value: Any) -> Any:  # noqa: ANN401 - a field, or several
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
