"""Titles and descriptions from an account's export: Strava's ``activities.csv`` and Garmin's ``*_summarizedActivities.json``.

Conventions: what is read here are words of the runner about a whole activity, `Words`; Strava names the file they belong to,
Garmin the moment it began. Column names play no part where they are translated: Strava writes them in the runner's language,
but has kept its first five columns since 2019. What cannot be read raises a `ReadError`, which costs titles and no activity.
Nothing here opens a file, and no number of these tables is used: the recordings say it better.

Source: headings of exports from 2019 to 2025 in public issues of export readers (English and German), and what public readers
of Garmin's export expect.
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import io
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from importer.errors import CorruptFileError

if TYPE_CHECKING:
    from importer.values.activity import Activity

#: rows of a table that are read: one is an activity
LIMIT_ROWS: Final = 100_000
#: characters of one text that are kept; the XML readers have the same limit
LIMIT_CHARS: Final = 10_000
#: an activity of Garmin's list is the one that began so far from it, s: watches write whole seconds, and some start their file early
SAME_START_S: Final = 10.0

_FILE_SUFFIXES: Final = (".fit", ".gpx", ".tcx", ".fit.gz", ".gpx.gz", ".tcx.gz")
#: places of Strava's columns; every export since 2019 begins so. The private note is the second before the file's name, in those that
#: have it, which have at least twelve columns before that name
_NAME, _DESCRIPTION, _NOTE_BEFORE_FILE, _FIRST_FILE_COLUMN_WITH_NOTE = 2, 4, 2, 12
_HEADINGS: Final = {"name": ("activity name", "name"), "description": ("activity description", "description")}
_NOTE_HEADING: Final = "activity private note"
_FILE_HEADING: Final = "filename"

#: Garmin's list is read in pieces of so many bytes, and one activity of it may have so many characters: with its splits it has 100,000
_LIST: Final = "summarizedActivitiesExport"
_OPENING: Final = rf'[\s,\[\]}}]*(?:\{{\s*"{_LIST}"\s*:\s*\[[\s,\[\]}}]*)?'
_LONGEST_OPENING_CHARS: Final = 256
_PIECE_BYTES: Final = 1 << 20
_LIMIT_ITEM_CHARS: Final = 4 << 20


class Reading(Protocol):
    """Anything that bytes are read from."""

    def read(self, n: int, /) -> bytes: ...


class Words(NamedTuple):
    """What an export says about one activity; `start_unix_s` is None where its file is known by name."""

    title: str = ""
    notes: tuple[str, ...] = ()
    start_unix_s: float | None = None


def file_key(name: str) -> str:
    """Give what two names of one file have in common, however it was unpacked: ``activities/12.fit.gz`` and ``12.fit`` are one."""
    return name.replace("\\", "/").rpartition("/")[2].casefold().removesuffix(".gz")


def read_strava_table(data: bytes) -> dict[str, Words]:
    """Read ``activities.csv``: the words of each row by the key of the file it names.

    A table without names of files is another program's, and gives nothing. Two rows that name one file speak of neither.

    Raises
    ------
    CorruptFileError
        It is no table of comma-separated values.
    """
    found: dict[str, Words] = {}
    twice: set[str] = set()
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig", "replace"), newline=""))
    try:
        headings = [cell.strip().casefold() for cell in next(rows, [])]
        file_column = headings.index(_FILE_HEADING) if _FILE_HEADING in headings else None
        for cells in itertools.islice(rows, LIMIT_ROWS):
            if file_column is None:
                file_column = next((i for i in range(_DESCRIPTION + 1, len(cells)) if _is_file(cells[i])), None)
            if file_column is None or not _is_file(_at(cells, file_column)):
                continue
            key = file_key(_at(cells, file_column))
            if key in found:
                twice.add(key)
            found[key] = _strava_words(cells, headings, file_column)
    except csv.Error as error:
        raise CorruptFileError(f"is no table of comma-separated values ({error})") from error
    return {key: words for key, words in found.items() if key not in twice and (words.title or words.notes)}


def _is_file(cell: str) -> bool:
    return cell.strip().casefold().endswith(_FILE_SUFFIXES)


def _strava_words(cells: Sequence[str], headings: Sequence[str], file_column: int) -> Words:
    """Give the words of one row: by the names of the columns where they are English, else by their places."""
    if not set(_HEADINGS["name"]).isdisjoint(headings):
        title, description = (_by_name(cells, headings, names) for names in _HEADINGS.values())
        note = _by_name(cells, headings, (_NOTE_HEADING,))
    else:
        title, description = (_at(cells, i) if i < file_column else "" for i in (_NAME, _DESCRIPTION))
        note = _at(cells, file_column - _NOTE_BEFORE_FILE) if file_column >= _FIRST_FILE_COLUMN_WITH_NOTE else ""
    return Words(title, tuple(dict.fromkeys(text for text in (description, note) if text)))


def _by_name(cells: Sequence[str], headings: Sequence[str], names: Iterable[str]) -> str:
    return next((_at(cells, headings.index(name)) for name in names if name in headings), "")


def _at(cells: Sequence[str], i: int) -> str:
    return cells[i].strip()[:LIMIT_CHARS] if i < len(cells) else ""


def read_garmin_list(stream: Reading) -> list[Words]:
    """Read a ``*_summarizedActivities.json``, an activity at a time: such a list may have a hundred megabytes.

    Raises
    ------
    CorruptFileError
        It is no JSON, or breaks off; and whatever `stream` raises.
    """
    items = itertools.islice(_items(stream), LIMIT_ROWS)
    return [words for item in items if (words := _garmin_words(item)) is not None]


def _items(stream: Reading) -> Iterator[object]:
    """Yield the activities of ``[{"summarizedActivitiesExport": [{...}, {...}]}]``, or of a bare list of them."""
    decoder = json.JSONDecoder()
    to_text = codecs.getincrementaldecoder("utf-8-sig")("replace")
    opening = re.compile(_OPENING)
    held, at, is_end = "", 0, False
    while True:
        head = opening.match(held, at)
        at = head.end() if head is not None else at
        if at < len(held) and (is_end or len(held) - at > _LONGEST_OPENING_CHARS):
            try:
                item, at = decoder.raw_decode(held, at)
            except (ValueError, RecursionError) as error:
                # it may go on in the next piece
                if is_end or len(held) - at > _LIMIT_ITEM_CHARS or isinstance(error, RecursionError):
                    raise CorruptFileError("is no list of activities in JSON, or breaks off") from error
            else:
                inner = item.get(_LIST) if isinstance(item, dict) else None
                yield from inner if isinstance(inner, list) else (item,)
                continue
        elif is_end:
            return
        piece = stream.read(_PIECE_BYTES)
        is_end = not piece
        held, at = held[at:] + to_text.decode(piece, final=is_end), 0


def _garmin_words(item: object) -> Words | None:
    """Give the words of one activity, None where it has none or no start."""
    if not isinstance(item, dict):
        return None
    start_unix_s = next(
        (at for name in ("startTimeGmt", "startTimeGMT", "beginTimestamp") if (at := _unix_s(item.get(name))) is not None), None
    )
    title, description = (_text(item.get("name") or item.get("activityName")), _text(item.get("description")))
    if start_unix_s is None or not (title or description):
        return None
    return Words(title, (description,) if description else (), start_unix_s)


def _text(value: object) -> str:
    return value.strip()[:LIMIT_CHARS] if isinstance(value, str) else ""


def _unix_s(value: object) -> float | None:
    """Read milliseconds since 1970, or ISO 8601 in UTC."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value / 1000 if 0 < value < 1e14 else None
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()


def add_words(activities: tuple[Activity, ...], said: Sequence[Words]) -> tuple[Activity, ...]:
    """Give activities the words an export has for them: those that name the file, and those that began when they began."""
    from importer.values.activity import Place, Text  # numpy: a known file does not come here

    def of(activity: Activity) -> Iterator[Text]:
        start_unix_s = activity.start.timestamp()
        mine = [words for words in said if words.start_unix_s is None or abs(words.start_unix_s - start_unix_s) <= SAME_START_S]
        for words in sorted(mine, key=lambda one: abs((one.start_unix_s or start_unix_s) - start_unix_s))[:1]:
            if words.title:
                yield Text(Place.TITLE, words.title)
            yield from (Text(Place.ACTIVITY_NOTES, note) for note in words.notes)

    if not said:
        return activities
    return tuple(dataclasses.replace(activity, texts=tuple(dict.fromkeys((*activity.texts, *of(activity))))) for activity in activities)
