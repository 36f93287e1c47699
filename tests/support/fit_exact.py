"""How far two readings of a FIT file agree, value by value, and what is behind each difference.

Conventions: readings are those of `fit_oracle`; a difference belongs to a class of `CLASSES` where its cause shows in the field itself,
and is `unexplained` otherwise. A library that gives up is compared as far as it comes.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from importer.errors import ReadError
from importer.readers.fit import profile, read_fit
from importer.values.activity import Activity
from tests.support.fit_oracle import LIBRARIES, Key, Message, ours

#: What each class of difference means.
CLASSES: Final[Mapping[str, str]] = {
    "newer-profile": "a field that our profile lacks: the library scales or names it, here it stays the number in the file",
    "older-profile": "a field or a scale that our overlay has and the library's profile lacks",
    "value-name": "the two profiles name a value differently, or one of them has no name for it",
    "names-in-array": "an array of an enumeration: the library names its elements, here they stay numbers",
    "subfield": "a field whose meaning hangs on another field: the library resolves that, here the program does where it needs it",
    "named-twice": "one message names a field twice: the library keeps the last value, here the first that is there counts",
    "text-array": "zeros within a text: the library reads on behind them, here the text ends",
    "developer-missing": 'a developer field\'s pattern for "missing": the library hands it on as a number',
}


@dataclass(slots=True)
class Comparison:
    """What came out of comparing files with one library."""

    n_files: int = 0
    n_messages: int = 0
    n_raw: int = 0
    n_scaled: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    unexplained: list[str] = field(default_factory=list)
    #: why the library gave up, and how many messages it did not reach, by file
    stopped: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, other: Comparison) -> None:
        """Take in the comparison of further files."""
        for one in dataclasses.fields(self):
            mine, more = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, Counter | dict):
                mine.update(more)
            else:
                setattr(self, one.name, mine + more)


class FileResult(NamedTuple):
    """How one file compares with every library that is here, and what the program makes of it."""

    by_library: dict[str, Comparison]
    outcome: str
    #: whether it gives activities, or is rightly said to hold none
    is_read: bool


def compare_file(path: Path) -> FileResult:
    """Compare the reading of one file with that of every library that is here."""
    data = path.read_bytes()
    outcome, is_read = outcome_of(read_fit, data)
    mine = ours(data)
    found = {}
    for library in LIBRARIES:
        try:
            found[library] = compare(library, data, mine, str(path))
        except ModuleNotFoundError:
            continue
    return FileResult(found, outcome, is_read)


def outcome_of(read: Callable[[bytes], tuple[Activity, ...]], data: bytes) -> tuple[str, bool]:
    """Say in words what the program reads from a file, and whether it reads it: what is no activity is read and refused."""
    try:
        activities = read(data)
    except ReadError as error:
        return f"{error.code}: {error.reason}", error.is_skip
    n_samples = sum(map(len, activities))
    minutes = sum(activity.elapsed_s for activity in activities) / 60.0
    notes = dict.fromkeys(note.partition(":")[0] for activity in activities for note in activity.notes)
    return f"{n_samples:,} samples, {minutes:.0f} min ({', '.join(notes) or 'no note'})", True


def compare(library: str, data: bytes, mine: list[Message], name: str = "") -> Comparison:
    """Compare message by message, in the file's order."""
    found = Comparison(n_files=1)
    reading = LIBRARIES[library](data)
    try:
        for message in mine:
            other = next(reading, None)
            if other is None or other.number != message.number:
                said = "the end" if other is None else f"message {other.number}"
                found.unexplained.append(f"{name}: message {found.n_messages} is {message.number} here, {said} there")
                return found
            found.n_messages += 1
            _compare_message(found, message, other, name)
        if next(reading, None) is not None:
            found.unexplained.append(f"{name}: the library finds more than {len(mine)} messages")
    except ModuleNotFoundError:
        raise
    except Exception as error:  # noqa: BLE001 - the libraries leak IndexError, AssertionError and more where a file is damaged
        found.stopped[name] = str(error) or type(error).__name__, len(mine) - found.n_messages
    return found


def _compare_message(found: Comparison, mine: Message, theirs: Message, name: str) -> None:
    for key in mine.raw.keys() | theirs.raw.keys():
        here, there = mine.raw.get(key), theirs.raw.get(key)
        if here == there:
            found.n_raw += 1
            physical, other = mine.scaled[key], theirs.scaled[key]
            if physical == other:
                found.n_scaled += 1
                continue
            cause = _of_scaled(mine.number, key, there, physical, other, is_subfield=key in theirs.special)
        else:
            physical, other = here, there
            cause = _of_raw(key, here, there, is_repeated=key in mine.repeated)
        if cause:
            found.classes[cause] += 1
        else:
            known = profile.message(mine.number).name
            found.unexplained.append(f"{name}: {known}, field {key}: {physical!r} here, {other!r} there (raw {here!r}, {there!r})")


def _of_raw(key: Key, here: Any, there: Any, *, is_repeated: bool) -> str:
    """Name the cause of two different raw values, "" for none."""
    if is_repeated:
        return "named-twice"
    if isinstance(there, tuple) and any(isinstance(element, str) for element in there) and here == there[0]:
        return "text-array"
    if isinstance(key, tuple) and _is_missing_there(here, there):
        return "developer-missing"
    return ""


def _is_missing_there(here: Any, there: Any) -> bool:
    """Tell whether the library's value is ours with the patterns for "missing" left in it."""
    patterns = {2**bits - 1 - sign for bits in (8, 16, 32, 64) for sign in (0, 2 ** (bits - 1))} | {0}
    ours_, theirs = (value if isinstance(value, tuple) else (value,) for value in (here, there))
    if here is None:
        return all(element in patterns for element in theirs)
    return len(ours_) == len(theirs) and all(a == b or (a is None and b in patterns) for a, b in zip(ours_, theirs, strict=True))


def _of_scaled(number: int, key: Key, raw: Any, here: Any, there: Any, *, is_subfield: bool) -> str:
    """Name the cause of two different values of one number in the file, "" for none."""
    known = profile.message(number).fields.get(key) if isinstance(key, int) else None
    if is_subfield:
        return "subfield"
    if isinstance(there, tuple) and any(isinstance(element, str) for element in there):
        return "names-in-array" if known is not None else "newer-profile"
    if known is None:
        return "newer-profile" if here == raw else ""
    if known.values and (isinstance(here, str) or isinstance(there, str)):
        return "value-name"
    return "older-profile" if there == raw else ""
