"""An open database: the connection, transactions, and errors that are ours.

Conventions: a method of the store is one transaction; a writer waits for the writer before it (`WAIT_S`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from importer.errors import NotThereError
from importer.store import connect, place
from importer.store.faults import translated


class Core:
    """What every part of the store stands on."""

    def __init__(self, engine: Engine, *, wait_s: float) -> None:
        #: for people: never with a password
        self.url: str = place.shown(engine.url)
        #: the file of a SQLite database
        self.path: Path | None = place.file_of(engine.url)
        self._engine = engine
        self._wait_s = wait_s

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with translated(self.url, wait_s=self._wait_s), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with translated(self.url, wait_s=self._wait_s), self._engine.connect() as connection:
            connection = connection.execution_options(**{connect.READS: True})
            with connection.begin():
                yield connection

    def _missing(self, what: str, *, remedy: str) -> NotThereError:
        """Give the error for a number or a name that is not there; the caller sets its code."""
        return NotThereError(f"there is no {what}", url=self.url, remedy=remedy)

    def _no_athlete(self, name: str) -> NotThereError:
        error = self._missing(f"athlete {name!r}", remedy="add one with: retro-import athlete add NAME")
        error.code = "no-such-athlete"
        return error

    def _no_session(self, session_id: int) -> NotThereError:
        error = self._missing(f"session {session_id}", remedy="list them with: retro-import report")
        error.code = "no-such-session"
        return error
