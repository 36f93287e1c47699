"""Developer fields: what a file says about the fields that an app or a pod adds to the profile.

Conventions: a field is known by (application id, field number, name), as one app may be installed twice and two apps may use one
name; the description that counts is the last one before the definition that uses it, else the first one behind it.
Nothing here converts a value: units are the describer's words, kept as they stand.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from importer.readers.fit.layout import NATIVE, UNDESCRIBED_TYPE, DeveloperField, FieldKey, Group, Value

K = TypeVar("K")
T = TypeVar("T")

#: fields of message 206 (field_description) and 207 (developer_data_id)
_INDEX, _NUMBER, _BASE_TYPE, _NAME, _SCALE, _OFFSET, _UNITS, _NATIVE_FIELD = 0, 1, 2, 3, 6, 7, 8, 15
_APPLICATION, _ID_INDEX = 1, 3


class Timeline(Generic[K, T]):
    """What was said about a key, and where: looked up by position."""

    __slots__ = ("_said",)

    def __init__(self, entries: Iterable[tuple[int, K, T]]) -> None:
        self._said: dict[K, tuple[list[int], list[T]]] = {}
        for position, key, said in sorted(entries, key=lambda entry: entry[0]):
            positions, words = self._said.setdefault(key, ([], []))
            positions.append(position)
            words.append(said)

    def at(self, key: K, position: int) -> T | None:
        """Give what the last entry before `position` says, else the first entry's, else None."""
        positions, words = self._said.get(key, ([], []))
        return words[max(bisect.bisect_left(positions, position) - 1, 0)] if words else None


def descriptions(described: Iterable[Group], identified: Iterable[Group]) -> Timeline[FieldKey, DeveloperField]:
    """Read all descriptions of a link.

    Parameters
    ----------
    described : groups of message 206.
    identified : groups of message 207.
    """
    applications = Timeline(
        (position, row.get((NATIVE, _ID_INDEX)), row.get((NATIVE, _APPLICATION))) for position, row in _positioned(identified)
    )
    entries = []
    for position, row in _positioned(described):
        index, number = _integer(row, _INDEX), _integer(row, _NUMBER)
        if index is None or number is None:
            continue
        application = applications.at(index, position)
        base_type, scale, offset = _integer(row, _BASE_TYPE), _integer(row, _SCALE), _integer(row, _OFFSET)
        field = DeveloperField(
            application.hex() if isinstance(application, bytes) else "",
            number,
            _text(row, _NAME),
            _text(row, _UNITS),
            _integer(row, _NATIVE_FIELD),
            # one byte, whatever width a file gives it
            base_type if base_type is not None and 0 <= base_type <= 255 else UNDESCRIBED_TYPE,
            # a scale of 0 is an unfilled field, not a division by nothing
            1.0 if scale is None or scale == 0 else float(scale),
            0.0 if offset is None else float(offset),
        )
        entries.append((position, (index, number), field))
    return Timeline(entries)


def bind(keys: Iterable[FieldKey], known: Timeline[FieldKey, DeveloperField], position: int) -> dict[FieldKey, DeveloperField]:
    """Give the description that counts for each developer field of a definition at `position`."""
    return {key: known.at(key, position) or DeveloperField("", key[1], "") for key in keys}


def _positioned(groups: Iterable[Group]) -> Iterator[tuple[int, dict[FieldKey, Value]]]:
    """Give the messages of groups with their positions."""
    for group in groups:
        yield from zip(group.positions.tolist(), group.rows(), strict=True)


def _integer(row: dict[FieldKey, Value], number: int) -> int | None:
    value = row.get((NATIVE, number))
    return value if isinstance(value, int) else None


def _text(row: dict[FieldKey, Value], number: int) -> str:
    value = row.get((NATIVE, number))
    return value if isinstance(value, str) else ""
