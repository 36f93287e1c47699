"""Bring a database to today's version.

Conventions: one transaction for the whole upgrade, on both databases; a copy of a SQLite file is made before it
(``VACUUM INTO``), beside the file. Going back is not offered: the copy is the way back.
Imported only for an upgrade: Alembic costs 250 ms to import (measured).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

from importer.errors import StoreError
from importer.store import connect, place
from importer.store.faults import translated
from importer.store.schema_door import tables


@dataclass(frozen=True, slots=True)
class Status:
    """The version of a database: `found` is None where it is empty."""

    url: str
    found: str | None
    known: str

    @property
    def is_current(self) -> bool:
        return self.found == self.known


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade did; `backup` is the copy made before it, None where there was nothing to copy."""

    before: Status
    backup: Path | None


def status(url: str | None = None, *, wait_s: float = connect.WAIT_S) -> Status:
    """Read the version of a database, whatever it is.

    Raises
    ------
    DatabaseBusyError, StoreError
    """
    with _engine(url, create=False, wait_s=wait_s) as engine:
        return _status(engine)


def upgrade(url: str | None = None, *, now: datetime, wait_s: float = connect.WAIT_S) -> Upgrade:
    """Bring a database to today's version; an empty one gets everything.

    Raises
    ------
    NewerDatabaseError : a newer program wrote it.
    DatabaseBusyError, StoreError
    """
    with _engine(url, create=True, wait_s=wait_s) as engine:
        before = _status(engine)
        if before.found is not None and before.found not in tables.REVISIONS:
            connect.check_revision(before.found, before.url)
        if before.is_current:
            return Upgrade(before, None)
        backup = _migrate(engine, before, now=now)
        connect.journal(engine, wait_s=wait_s)
        return Upgrade(before, backup)


@contextmanager
def _engine(url: str | None, *, create: bool, wait_s: float) -> Iterator[Engine]:
    parsed = place.parse(place.default_url() if url is None else url)
    path = place.file_of(parsed)
    if path is not None:
        place.check_folder(path, create=create, shown_url=place.shown(parsed))
    engine = connect.engine_for(parsed, wait_s=wait_s)
    try:
        with translated(place.shown(parsed), wait_s=wait_s):
            yield engine
    finally:
        engine.dispose()


def _status(engine: Engine) -> Status:
    with engine.connect().execution_options(**{connect.READS: True}) as connection, connection.begin():
        found = connect.find_revision(connection)
        if found is None:
            connect.check_empty(connection, place.shown(engine.url))
    return Status(place.shown(engine.url), found, tables.REVISIONS[-1])


def _back_up(engine: Engine, before: Status, *, now: datetime) -> Path | None:
    """Copy a SQLite file, under the caller's lock; PostgreSQL has tools of its own for that.

    A copy has its name only once it is whole and on the disk: a power cut must not leave something that looks like one.
    """
    path = place.file_of(engine.url)
    if path is None or before.found is None:
        return None
    copy = path.with_name(f"{path.name}.before-{before.known}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    part = path.with_name(f"{path.name}.before-{before.known}.part")
    for debris in (part, part.with_name(f"{part.name}-journal")):  # of an upgrade that was killed
        debris.unlink(missing_ok=True)
    with closing(engine.raw_connection()) as pooled:
        raw: Any = pooled.driver_connection
        raw.execute("VACUUM INTO ?", (str(part),))
    _sync(part)
    part.replace(copy)
    _sync(copy.parent)
    return copy


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk; Windows does the latter by itself."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _migrate(engine: Engine, before: Status, *, now: datetime) -> Path | None:
    """Copy and upgrade as the only writer; give the copy, None where nothing was there or another program has just upgraded it."""
    config = Config()
    config.set_main_option("script_location", str(tables.FOLDER / "migrations").replace("%", "%%"))
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if is_sqlite:  # rebuilding a table must not delete what refers to it; this is possible outside a transaction alone
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")  # until the engine is disposed of, which the caller does
        with connection.begin():
            connect.lock_schema(connection)
            if connect.find_revision(connection) == before.known:
                return None
            backup = _back_up(engine, before, now=now)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if is_sqlite:
                _check_references(connection)
    return backup


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables_hit = ", ".join(sorted({str(row[0]) for row in broken}))
        raise StoreError(
            f"the upgrade would leave {len(broken)} rows that refer to nothing (in {tables_hit}); nothing was changed",
            url=place.shown(connection.engine.url),
            remedy="report this as a bug, with the version of the program",
        )
