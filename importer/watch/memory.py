"""What is known of the files in the folders: a cache of the table `seen_path`, and what is still to be written to it.

Conventions: what a crash loses of it costs reading some files again, which are then found to be known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from importer import __version__
from importer.store.watch_records import LONGEST_WAIT, WAITING, Remembered, SeenPath
from importer.watch.scan import Stamp
from importer.watch.settings import SALVAGE_AFTER

if TYPE_CHECKING:
    from importer.store import Store

#: the bytes are in the database
STORED: Final = frozenset({"imported", "known", "linked"})
#: not the file's fault: tried again by itself, for ever
PASSING_CODES: Final = frozenset({"unreadable", "no-worker"})
#: code of a file that lacks its end
INCOMPLETE: Final = "incomplete"
#: wait before the second try; each later one is twice as long
FIRST_WAIT: Final = timedelta(minutes=1)
#: rows that are written at once
_BATCH_ROWS: Final = 200


def _short(parts: tuple[int, ...]) -> int:
    """Give a stamp without the device as one number, an eighth of its memory: two stamps have the same one once in 10^18 times."""
    return hash(parts)


def wait_after(attempts: int) -> timedelta:
    """Give how long to wait after a number of vain tries: 1, 2, 4 ... minutes, at most an hour."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 10)), LONGEST_WAIT)


class Memory:
    """Knows which files need no attention as they are.

    Parameters
    ----------
    is_archiving : also look at files that are stored: they are to be moved.
    """

    def __init__(self, *, is_archiving: bool = False) -> None:
        self._is_archiving = is_archiving
        self._known: dict[str, int] = {}
        self._waiting: dict[str, Remembered] = {}
        self._unwritten: dict[str, SeenPath] = {}
        self._gone: set[str] = set()

    def clear(self) -> None:
        """Know nothing: the database is another one."""
        self._known.clear()
        self._waiting.clear()
        self._unwritten.clear()
        self._gone.clear()

    def load(self, rows: Iterable[Remembered]) -> None:
        """Take over what an earlier watcher has written."""
        for row in rows:
            if row.outcome in STORED and self._is_archiving:
                continue
            if row.outcome not in STORED and row.outcome != WAITING and row.program_version != __version__:
                continue  # this program may read what that one could not
            try:
                self._known[row.path] = _short(tuple(int(part) for part in row.stamp.split(":")))
            except ValueError:  # written by another version: read it again
                continue
            if row.outcome == WAITING:
                self._waiting[row.path] = row

    def is_known(self, path: str, stamp: Stamp) -> bool:
        """Tell whether the file needs no attention."""
        return self._known.get(path) == _short(stamp[:4])

    def is_settled(self, path: str, stamp: Stamp) -> bool:
        """Tell whether it is written down for good what became of the file."""
        return self.is_known(path, stamp) and path not in self._waiting

    def waiting(self) -> Sequence[str]:
        """Give the paths that are tried again by themselves."""
        return tuple(self._waiting)

    def lacks_its_end(self, path: str, stamp: Stamp) -> bool:
        """Tell whether the file was found without its end, and is still the same."""
        row = self._waiting.get(path)
        return row is not None and row.code == INCOMPLETE and row.stamp == stamp.text

    def note(
        self, path: str, stamp: Stamp, *, outcome: str, now: datetime, sha256: str | None = None, code: str | None = None, message: str = ""
    ) -> None:
        """Note what became of a file, for good."""
        self._waiting.pop(path, None)
        self._put(
            SeenPath(path, stamp.text, outcome, __version__, first=now, checked=now, sha256=sha256, code=code, message=message), stamp
        )

    def hold(self, path: str, stamp: Stamp, *, code: str, message: str, now: datetime) -> SeenPath:
        """Note that a file cannot be taken for the moment; give when it is tried again."""
        before = self._waiting.get(path)
        is_same = before is not None and before.code == code and before.stamp == stamp.text
        attempts = before.attempts + 1 if before is not None and is_same else 1
        first = before.first if before is not None and is_same else now
        wait = SALVAGE_AFTER if code == INCOMPLETE else wait_after(attempts)
        seen = SeenPath(
            path,
            stamp.text,
            WAITING,
            __version__,
            first=first,
            checked=now,
            code=code,
            message=message,
            attempts=attempts,
            next_try=now + wait,
        )
        self._waiting[path] = Remembered(path, stamp.text, WAITING, code, __version__, attempts, first)
        self._put(seen, stamp)
        return seen

    def forget(self, path: str) -> None:
        """Note that a file is not there any more."""
        self._known.pop(path, None)
        self._waiting.pop(path, None)
        self._unwritten.pop(path, None)
        self._gone.add(path)

    def write(self, store: Store, *, is_all: bool = True) -> None:
        """Write what is new to the database; without `is_all` only where it is much."""
        if not is_all and len(self._unwritten) + len(self._gone) < _BATCH_ROWS:
            return
        store.forget_paths(self._gone)
        self._gone.clear()
        store.remember(tuple(self._unwritten.values()))
        self._unwritten.clear()

    def _put(self, seen: SeenPath, stamp: Stamp) -> None:
        self._known[seen.path] = _short(stamp[:4])
        self._gone.discard(seen.path)
        self._unwritten[seen.path] = seen
