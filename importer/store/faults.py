"""What a driver says, as our errors.

Conventions: only what a user can act on is told apart: busy, unreachable or full (temporary), damaged, no database,
not permitted. The rest is a `StoreError` with the driver's own first line.
A statement's parameters are never shown.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError

from importer.errors import DatabaseBusyError, StoreError
from importer.store import place

#: Primary SQLite result codes that pass by themselves: what to say, and what to do.
_TEMPORARY: Final = {
    sqlite3.SQLITE_BUSY: ("the database is locked by another program", "try again when it has finished"),
    sqlite3.SQLITE_LOCKED: ("the database is locked by another program", "try again when it has finished"),
    sqlite3.SQLITE_PROTOCOL: ("the database is locked by another program", "try again when it has finished"),
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space and try again"),
    sqlite3.SQLITE_IOERR: ("the disk or the network share does not answer", "see that it is there and try again"),
}
_PERMANENT: Final = {
    sqlite3.SQLITE_NOTADB: ("the file is no SQLite database", "choose another file with --db"),
    sqlite3.SQLITE_CORRUPT: ("the database file is damaged", "restore it from a backup, or start a new one with --db"),
    sqlite3.SQLITE_CANTOPEN: ("the database file cannot be opened", "check that you may write it and its folder"),
    sqlite3.SQLITE_READONLY: ("the database cannot be written", "check that you may write the file and its folder"),
    sqlite3.SQLITE_PERM: ("the database cannot be written", "check that you may write the file and its folder"),
    sqlite3.SQLITE_AUTH: ("the database cannot be written", "check that you may write the file and its folder"),
}
#: PostgreSQL's classes of errors that pass by themselves.
#: Source: postgresql.org/docs/current/errcodes-appendix.html (08 connection, 40 rollback, 53 resources, 55P03 lock, 57P operator).
_PASSING: Final = ("08", "40", "53", "55P03", "57P")
#: Names of the driver's errors (PEP 249, and psycopg's for a slow server) that come without a code where no server answered.
_CONNECTION: Final = ("OperationalError", "InterfaceError", "ConnectionTimeout")
#: A refused connection carries no code, only these words.
_REFUSED: Final = ("does not exist", "authentication failed", "no password supplied", "permission denied", "no pg_hba.conf entry")


@contextmanager
def translated(url: str, *, wait_s: float) -> Iterator[None]:
    """Turn the driver's errors into ours.

    Parameters
    ----------
    url : the database, without its password.
    wait_s : how long a locked database was waited for, for the message.
    """
    try:
        yield
    except DBAPIError as error:
        raise our_error(error.orig, url=url, wait_s=wait_s) from error
    except sqlite3.Error as error:  # from a PRAGMA, which SQLAlchemy does not wrap
        raise our_error(error, url=url, wait_s=wait_s) from error


def our_error(error: BaseException | None, *, url: str, wait_s: float) -> StoreError:
    """Choose the error that says what the user can do."""
    said = str(error).strip()
    line = said.splitlines()[0] if said else type(error).__name__
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        primary = code & 0xFF  # the higher bits say which kind of it
        if primary in _TEMPORARY:
            reason, remedy = _TEMPORARY[primary]
            return DatabaseBusyError(reason, url=url, remedy=remedy, waited_s=wait_s if primary == sqlite3.SQLITE_BUSY else None)
        if primary == sqlite3.SQLITE_CANTOPEN and _is_permitted(url):  # the disk is full, or away, or too many files are open
            remedy = "see that its disk is there and not full, and try again"
            return DatabaseBusyError("the database file cannot be opened at the moment", url=url, remedy=remedy)
        reason, remedy = _PERMANENT.get(primary, (line, ""))
        return StoreError(reason, url=url, remedy=remedy)
    state = str(getattr(error, "sqlstate", None) or "")
    if state.startswith(_PASSING):
        waited_s = wait_s if state == "55P03" else None
        return DatabaseBusyError(f"the database is busy ({line})", url=url, remedy="try again in a moment", waited_s=waited_s)
    if not state and type(error).__name__ in _CONNECTION and not any(word in said for word in _REFUSED):
        return DatabaseBusyError(f"the database cannot be reached ({line})", url=url, remedy="see that its server runs and try again")
    return StoreError(line, url=url)


def _is_permitted(url: str) -> bool:
    """Tell whether nothing but the moment is in the way of opening a SQLite file: SQLite does not say why it could not."""
    path = place.file_of(place.parse(url))
    if path is None or not os.access(path.parent, os.R_OK | os.W_OK | os.X_OK):
        return False
    return os.access(path, os.R_OK | os.W_OK) if path.exists() else True
