"""What lies beside an activity and speaks of it: its labels file, and the tables of an account's export.

    run.fit.labels.csv               the labels of run.fit, also of run.fit.gz
    activities.csv                   Strava's titles, in the folder of the activity or the one above
    *_summarizedActivities.json      Garmin's titles, anywhere in the export

Conventions: a `Shelf` is a folder on disk or an archive; names on it are parted by ``/`` and are never made into paths here.
Nothing is looked for before it is asked for, and a table is read once for all the activities that it speaks of. A companion that
cannot be read costs a note and no activity.
Nothing here knows what a word means, and nothing here opens a file by itself.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from contextlib import closing
from typing import Final, NamedTuple, Protocol

from importer.errors import ReadError, TooLargeError
from importer.readers.startpeek import possible_starts
from importer.readers.titles import Words, file_key, read_garmin_list, read_strava_table

LABELS_SUFFIX: Final = ".labels.csv"
STRAVA_TABLE: Final = "activities.csv"
GARMIN_LIST_SUFFIX: Final = "summarizedactivities.json"
#: bytes of a labels file, of Strava's table (10,000 activities with long descriptions have 20 MB), and of all of Garmin's lists
LIMIT_LABELS_BYTES: Final = 1 << 20
LIMIT_TABLE_BYTES: Final = 64 << 20
LIMIT_LISTS_BYTES: Final = 1 << 30
#: Garmin's lists that are read, of 1000 activities each
LIMIT_LISTS: Final = 100
#: how far the first bytes of a file may be off its start, s: local time taken for UTC, and a night beyond it
PEEK_WINDOW_S: Final = 36 * 3600.0
#: activities of a list that are sent along with one file: a runner begins a few in three days
_LIMIT_NEAR: Final = 1000
#: folders whose tables are held at once
_HELD_FOLDERS: Final = 64


class Labels(NamedTuple):
    """A labels file: its name without the folder, and its bytes."""

    name: str
    data: bytes


class Beside(NamedTuple):
    """All that was found beside one activity."""

    words: tuple[Words, ...] = ()
    labels: Labels | None = None
    notes: tuple[str, ...] = ()


class Stream(Protocol):
    """A companion that is open for reading."""

    def read(self, n: int, /) -> bytes: ...

    def close(self) -> None: ...


class Shelf(Protocol):
    """Where companions lie."""

    def open(self, name: str) -> Stream | None:
        """Open a file for reading, None where there is none. ReadError and OSError where it cannot be opened."""

    def garmin_lists(self, name: str) -> Sequence[str]:
        """Give the names of Garmin's lists of the export that an activity is a part of."""


class _Table(NamedTuple):
    """Strava's table of a folder by the keys of its files, or a note why it could not be read."""

    by_file: dict[str, Words]
    note: str | None = None


class _Lists(NamedTuple):
    """Garmin's lists of one export, in the order in which the activities began."""

    starts_unix_s: list[float]
    words: list[Words]
    notes: tuple[str, ...] = ()


class Companions:
    """Finds companions on a shelf.

    Parameters
    ----------
    outer, name : the companions of the shelf on which this one, an archive, lies under `name`: its export's lists may lie there.
    """

    def __init__(self, shelf: Shelf, *, outer: Companions | None = None, name: str = "") -> None:
        self._shelf = shelf
        self._outer = outer
        self._name = name
        self._tables: dict[str, _Table | None] = {}
        self._lists: dict[tuple[str, ...], _Lists] = {}

    def labels(self, name: str) -> tuple[Labels | None, tuple[str, ...]]:
        """Give the labels file of an activity, and a note where it could not be read."""
        stems = (name, name[:-3]) if name.casefold().endswith(".gz") else (name,)
        for stem in stems:
            shown = f"{stem.rpartition('/')[2]}{LABELS_SUFFIX}"
            data, problem = self._read(f"{stem}{LABELS_SUFFIX}", LIMIT_LABELS_BYTES)
            if problem is not None:
                return None, (f"labels: {shown} was not used: {problem}",)
            if data is not None:
                return Labels(shown, data), ()
        return None, ()

    def words(self, name: str, data: bytes) -> tuple[tuple[Words, ...], tuple[str, ...]]:
        """Give what exports say about an activity, and notes about what could not be read.

        Parameters
        ----------
        name : of the activity on the shelf.
        data : its bytes, the first of which say when it may have begun.

        Returns
        -------
        The words of Strava's table; else those of Garmin's lists about activities that began within `PEEK_WINDOW_S`: which of
        them are meant is known when the activity is read (`titles.add_words`).
        """
        notes: list[str] = []
        folder = name.rpartition("/")[0]
        for place in dict.fromkeys((folder, folder.rpartition("/")[0])):
            table = self._table(place)
            if table is not None:
                notes += () if table.note is None else (table.note,)
                found = table.by_file.get(file_key(name))
                if found is not None:
                    return (found,), tuple(notes)
        lists = self._garmin(name)
        return _near(lists, data), (*notes, *lists.notes)

    def _table(self, folder: str) -> _Table | None:
        """Give Strava's table of a folder, None where there is none; it is read once."""
        if folder not in self._tables:
            if len(self._tables) >= _HELD_FOLDERS:
                self._tables.clear()
            data, problem = self._read(f"{folder}/{STRAVA_TABLE}" if folder else STRAVA_TABLE, LIMIT_TABLE_BYTES)
            table: _Table | None = None
            if data is not None and problem is None:
                try:
                    table = _Table(read_strava_table(data))
                except ReadError as error:
                    problem = error.reason
            self._tables[folder] = table if problem is None else _Table({}, f"titles: {STRAVA_TABLE} was not used: {problem}")
        return self._tables[folder]

    def _garmin(self, name: str) -> _Lists:
        """Give the lists of the export that an activity is a part of; they are read once."""
        names = tuple(self._shelf.garmin_lists(name)[:LIMIT_LISTS])
        if not names:
            return _Lists([], []) if self._outer is None else self._outer._garmin(self._name)
        if names not in self._lists:
            if len(self._lists) >= _HELD_FOLDERS:
                self._lists.clear()
            found: list[Words] = []
            notes: list[str] = []
            left_bytes = LIMIT_LISTS_BYTES
            for one in names:
                try:
                    stream = self._shelf.open(one)
                    if stream is not None:
                        with closing(stream):
                            capped = _Capped(stream, left_bytes)
                            found += read_garmin_list(capped)
                            left_bytes = capped.left_bytes
                except (ReadError, OSError) as error:
                    notes.append(f"titles: {one.rpartition('/')[2]} was not used: {_problem(error)}")
            found.sort(key=_start)
            self._lists[names] = _Lists([_start(words) for words in found], found, tuple(notes))
        return self._lists[names]

    def _read(self, name: str, limit_bytes: int) -> tuple[bytes | None, str | None]:
        """Read a file whole: its bytes, None where there is none, and what is wrong with it."""
        try:
            stream = self._shelf.open(name)
            if stream is None:
                return None, None
            with closing(stream):
                data = _Capped(stream, limit_bytes).read(limit_bytes + 1)
        except (ReadError, OSError) as error:
            return None, _problem(error)
        return data, None


class Look(NamedTuple):
    """A glance at what lies beside one activity, for when it is needed."""

    companions: Companions
    name: str

    def labels(self) -> Labels | None:
        """Give the labels file, None where there is none to be read."""
        return self.companions.labels(self.name)[0]

    def beside(self, data: bytes) -> Beside:
        """Give all that lies beside the activity whose bytes these are."""
        labels, label_notes = self.companions.labels(self.name)
        words, word_notes = self.companions.words(self.name, data)
        return Beside(words, labels, (*label_notes, *word_notes))


class _Capped:
    """The reading side of a stream, up to a limit."""

    def __init__(self, stream: Stream, limit_bytes: int) -> None:
        self._stream = stream
        self._limit_bytes = limit_bytes
        self.left_bytes = limit_bytes

    def read(self, n: int, /) -> bytes:
        """Read up to `n` bytes; TooLargeError where more than the limit come."""
        data = self._stream.read(n)
        self.left_bytes -= len(data)
        if self.left_bytes < 0:
            reason = f"it has more than {self._limit_bytes:,} bytes"
            raise TooLargeError(reason, size_bytes=self._limit_bytes - self.left_bytes, limit_bytes=self._limit_bytes)
        return data


def _near(lists: _Lists, data: bytes) -> tuple[Words, ...]:
    """Give the words about activities that began when this one may have begun."""
    if not lists.words:
        return ()
    found: dict[int, Words] = {}
    for at in possible_starts(data):
        first = bisect_left(lists.starts_unix_s, at - PEEK_WINDOW_S)
        last = bisect_right(lists.starts_unix_s, at + PEEK_WINDOW_S)
        found.update((i, lists.words[i]) for i in range(first, min(last, first + _LIMIT_NEAR)))
    return tuple(found.values())


def _start(words: Words) -> float:
    return words.start_unix_s or 0.0


def _problem(error: ReadError | OSError) -> str:
    return error.reason if isinstance(error, ReadError) else f"it cannot be read ({error.strerror})"
