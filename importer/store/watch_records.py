"""What a watcher keeps in the database: the paths that it has seen, the folders that it watches, what went wrong.

Conventions: times are aware UTC; None is "not known". Knows no database, so that importing it is cheap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from importer.store.records import FailureRecord

#: outcome of a path that is tried again by itself: what is in its way may pass
WAITING: Final = "waiting"
#: the longest time from one try to the next
LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SeenPath:
    """What became of a file at a path.

    Parameters
    ----------
    stamp : size, times and inode of the file as it was read; only compared for equality.
    outcome : as in an import, or ``waiting``.
    attempts : times that it was tried in vain.
    next_try : when it is tried again by itself; None where only other bytes or another program would help.
    first : since when it is as it is.
    """

    path: str
    stamp: str
    outcome: str
    program_version: str
    first: datetime
    checked: datetime
    sha256: str | None = None
    code: str | None = None
    message: str | None = None
    attempts: int = 0
    next_try: datetime | None = None


class Remembered(NamedTuple):
    """The part of a `SeenPath` that a watcher holds in memory; it may have a hundred thousand of them."""

    path: str
    stamp: str
    outcome: str
    code: str | None
    program_version: str
    attempts: int
    first: datetime


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """What a watcher says of a folder.

    Parameters
    ----------
    state : watching, away (the folder is not there), paused (the database is), stopped.
    said : what is wrong, for people.
    every_s : interval of the full scans (s); None where a timer runs the program.
    scanned : when the last full scan ended.
    """

    root: str
    state: str
    said: str | None
    every_s: float | None
    settle_s: float
    started: datetime
    beat: datetime
    scanned: datetime | None
    n_files: int
    n_waiting: int


class Troubles(NamedTuple):
    """What is not stored: paths that are tried again by themselves, and files that are damaged."""

    waiting: tuple[SeenPath, ...]
    failed: tuple[FailureRecord, ...]
