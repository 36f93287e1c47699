"""A writer's turn: several programs write into one SQLite file, one after the other.

Conventions: SQLite has no queue; who finds the file locked asks again later. SQLite itself asks the more seldom the longer it has
waited, at last ten times a second, so that under many writers the late ones overtake the early ones. Here the pause stays short.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Final

#: first and longest pause between two questions, s. Shorter ones keep the processors from those who have the file (measured).
_FIRST_S: Final = 0.001
_LONGEST_S: Final = 0.02
#: a log of this length is emptied, bytes; SQLite itself begins to copy it back at 4 MB
_LONG_BYTES: Final = 64 << 20
#: how often that is tried, and how long the others are waited for, s
_SELDOM_S: Final = 2.0
_PATIENCE_S: Final = 0.5


def begin(raw: sqlite3.Connection, *, wait_s: float) -> None:
    """Begin a transaction that writes; wait for the writers before, at most `wait_s`.

    Raises
    ------
    sqlite3.OperationalError : SQLITE_BUSY where that was not enough.
    """
    began = time.monotonic()
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                waited_s = time.monotonic() - began
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or waited_s >= wait_s:
                    raise
                time.sleep(min(pause_s(waited_s), wait_s - waited_s))
            else:
                return
    finally:
        raw.execute(f"PRAGMA busy_timeout={round(1000 * wait_s)}")


def pause_s(waited_s: float) -> float:
    """Give the pause before the next question of a writer that has waited for so long, s."""
    return min(_LONGEST_S, max(_FIRST_S, waited_s))


class Log:
    """The log of a SQLite file (``-wal``), kept from growing without end.

    SQLite starts it anew only in a moment without readers and writers, which does not come while many programs are at work: it grew
    to 1.2 GB in two minutes of 16 writers (measured). Waiting for that moment costs a writer some milliseconds now and then.
    """

    def __init__(self, database: Path | None) -> None:
        self._path = None if database is None else database.with_name(f"{database.name}-wal")
        self._next_s = 0.0

    def shorten(self, raw: sqlite3.Connection, *, wait_s: float) -> None:
        """Empty the log where it has become long; where others are in the way, leave it to the next time."""
        if self._path is None or time.monotonic() < self._next_s:
            return
        try:
            length_bytes = self._path.stat().st_size
        except OSError:  # there is none: on a network share, or before the first write
            return
        if length_bytes > _LONG_BYTES:
            self._next_s = time.monotonic() + _SELDOM_S
            raw.execute(f"PRAGMA busy_timeout={round(1000 * min(_PATIENCE_S, wait_s))}")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
