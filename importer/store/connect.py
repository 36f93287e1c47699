"""Open a database: engine, settings, creation, version.

Conventions
-----------
SQLite runs in WAL with ``synchronous=FULL`` and foreign keys; on a network file system with a rollback journal and EXTRA.
The driver never begins a transaction by itself: a writer says BEGIN IMMEDIATE, a reader (`READS`) plain BEGIN.
Source: measured; WAL with NORMAL loses acknowledged sessions on a power cut, and a deferred BEGIN locks 97 % of four writers.
A new database is made of today's tables, views and version row in one transaction, without Alembic,
which costs 250 ms to import (measured); a test holds it equal to what the migrations make.
Settings that stay in the file (WAL) are made only after the file has turned out to be ours.
Who only reads opens the file as a writer does and is refused every write (``query_only``): SQLite's own ``mode=ro`` cannot take away
the ``-wal`` and ``-shm`` beside the file when it closes, nor roll back what a killed writer left (measured).
"""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL

from importer.errors import NeedsUpgradeError, NewerDatabaseError, StoreError
from importer.store import place, turn
from importer.store.faults import translated
from importer.store.schema_door import tables

LOG = logging.getLogger(__name__)
#: How long a writer waits for the one before it (seconds).
WAIT_S: Final = 30.0
#: Execution option of a connection that only reads.
READS: Final = "retro_reads"
#: How long PostgreSQL may take to answer a connection (seconds).
_CONNECT_S: Final = 10
#: Key of the advisory lock under which a PostgreSQL schema is created; any constant.
_CREATE_LOCK: Final = 0x5E7120
_VERSION_TABLE: Final = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def engine_for(url: URL, *, read_only: bool = False, wait_s: float = WAIT_S) -> Engine:
    """Give an engine with our settings; nothing is opened yet.

    Raises
    ------
    StoreError : SQLite is too old, or the driver of PostgreSQL is not installed.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, read_only=read_only, wait_s=wait_s)
    # A value in the URL's own `options` (a search path, say) is kept.
    options = f"{url.query.get('options', '')} -c lock_timeout={round(wait_s * 1000)}"
    if read_only:
        options += " -c default_transaction_read_only=on"
    arguments = {"connect_timeout": _CONNECT_S, "options": options}
    try:
        return create_engine(url, connect_args=arguments, hide_parameters=True, pool_pre_ping=True)
    except ImportError as error:
        raise StoreError(
            "the driver for PostgreSQL is not installed", url=place.shown(url), remedy='pip install "retro-import[postgres]"'
        ) from error


def _sqlite_engine(url: URL, *, read_only: bool, wait_s: float) -> Engine:
    if sqlite3.sqlite_version_info < tables.OLDEST_SQLITE:
        oldest = ".".join(map(str, tables.OLDEST_SQLITE))
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} is too old (expected {oldest} or newer)",
            url=place.shown(url),
            remedy="use a newer Python, or PostgreSQL",
        )
    path = place.file_of(url)
    synchronous = "EXTRA" if path is not None and place.is_on_network(path) else "FULL"
    arguments: dict[str, Any] = {"timeout": wait_s, "isolation_level": None, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True)
    log = turn.Log(path)

    if path is not None and read_only:

        @event.listens_for(engine, "do_connect")
        def connect(*_: object) -> sqlite3.Connection:
            raw: sqlite3.Connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, **arguments)
            return raw

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
        connection.executescript(f"PRAGMA foreign_keys=ON; PRAGMA synchronous={synchronous}; PRAGMA fullfsync=ON;")
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = read_only or connection.get_execution_options().get(READS, False)
        if reads:
            connection.exec_driver_sql("BEGIN")
        else:
            raw: Any = connection.connection.driver_connection
            log.shorten(raw, wait_s=wait_s)
            turn.begin(raw, wait_s=wait_s)

    return engine


def prepare(engine: Engine, *, create: bool, read_only: bool, wait_s: float) -> None:
    """Make sure that the database is ours and of today's version; create it where it is empty and `create` is set.

    Raises
    ------
    NeedsUpgradeError, NewerDatabaseError, DatabaseBusyError, StoreError
    """
    shown = place.shown(engine.url)
    with translated(shown, wait_s=wait_s):
        with engine.connect().execution_options(**{READS: True}) as connection, connection.begin():
            revision = find_revision(connection)
            if revision is None:
                check_empty(connection, shown)
        if revision is None and (read_only or not create):
            raise StoreError("the database is empty", url=shown, remedy="import a file first")
        if not read_only:
            journal(engine, wait_s=wait_s)
        if revision is None:
            with engine.begin() as connection:
                revision = _create(connection)
    check_revision(revision, shown)


def find_revision(connection: Connection) -> str | None:
    """Read the schema's version; None in a database without one."""
    ask = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'"
        if connection.dialect.name == "sqlite"
        else "SELECT count(to_regclass('alembic_version'))"
    )
    if not connection.exec_driver_sql(ask).scalar_one():
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if found is None else str(found)


def check_revision(found: str, shown: str) -> None:
    """Raise unless the schema is today's."""
    known = tables.REVISIONS[-1]
    if found == known:
        return
    if found in tables.REVISIONS:
        raise NeedsUpgradeError(
            f"the database is of an older version (found {found}, expected {known})",
            found=found,
            known=known,
            url=shown,
            remedy=f"{place.backup_advice(shown)}run: retro-import db upgrade",
        )
    raise NewerDatabaseError(
        f"the database is of a newer version (found {found}, known up to {known})",
        found=found,
        known=known,
        url=shown,
        remedy="install a newer retro-import",
    )


def check_empty(connection: Connection, shown: str) -> None:
    """Refuse to build our tables into another program's SQLite file."""
    if connection.dialect.name != "sqlite":
        return
    other = connection.exec_driver_sql("SELECT name FROM sqlite_master LIMIT 1").scalar()
    if other is not None:
        raise StoreError(
            f"the file is another program's database (it has a table {other!r})", url=shown, remedy="choose another file with --db"
        )


def lock_schema(connection: Connection) -> None:
    """Keep others from creating or upgrading until the end of the transaction; a SQLite writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CREATE_LOCK})")


def _create(connection: Connection) -> str:
    """Create everything in the caller's transaction, unless another process has just done so; give the version."""
    lock_schema(connection)
    found = find_revision(connection)
    if found is not None:
        return found
    tables.metadata.create_all(connection, checkfirst=False)
    for statement in tables.views(connection.dialect.name).values():
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(_VERSION_TABLE)
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": tables.REVISIONS[-1]})
    return tables.REVISIONS[-1]


def journal(engine: Engine, *, wait_s: float) -> None:
    """Put a SQLite file into WAL, or out of it on a network file system."""
    path = place.file_of(engine.url)
    if path is None:
        return
    on_network = place.is_on_network(path)
    wanted = "delete" if on_network else "wal"
    if on_network:
        LOG.warning("%s lies on a network file system: slower but safer settings are used; a local disk is better", path)
    with closing(engine.raw_connection()) as pooled:
        raw: Any = pooled.driver_connection
        if raw.execute("PRAGMA journal_mode").fetchone()[0] != wanted:
            _switch_journal(raw, wanted, deadline=time.monotonic() + wait_s)


def _switch_journal(raw: sqlite3.Connection, wanted: str, *, deadline: float) -> None:
    """Switch the mode; SQLite does not wait here by itself when two programs open a new file at once."""
    while True:
        try:
            raw.execute(f"PRAGMA journal_mode={wanted}").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def open_engine(url: str | None, *, create: bool, read_only: bool, wait_s: float) -> Engine:
    """Open and check a database; create it where it is not there yet."""
    parsed = place.parse(place.default_url() if url is None else url)
    path: Path | None = place.file_of(parsed)
    if path is not None:
        if url is None and create and not read_only:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                why = f"the folder {path.parent} cannot be made ({error.strerror})"
                raise StoreError(why, url=place.shown(parsed), remedy="choose another place with --db") from error
        place.check_folder(path, create=create and not read_only, shown_url=place.shown(parsed))
    engine = engine_for(parsed, read_only=read_only, wait_s=wait_s)
    try:
        prepare(engine, create=create, read_only=read_only, wait_s=wait_s)
    except BaseException:
        engine.dispose()  # an open file must not outlive the error: Windows could not remove it
        raise
    return engine
