"""Messages that hold arrays, often many a second: raw sensors, intervals between beats, a camera's positions.

Conventions: a block holds the messages of one shape: one row for each message in file order, a field is (m, k) float64 in the
profile's unit, NaN = missing; the shapes of a kind need not agree, so that a long message costs no other one its memory.
`place` orders the messages of all blocks of a kind as the file has them. A message of which nothing telling is there is passed over.
Nothing here knows what a field means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.errors import TooLargeError
from importer.readers.fit import profile
from importer.readers.fit.layout import NATIVE, Field, Group, present
from importer.values.activity import FloatArray

_AXES: Final = ("x", "y", "z")
_TIMES: Final = frozenset({"timestamp", "timestamp_ms", "sample_time_offset"})


def _axes(*prefixes: str) -> frozenset[str]:
    return frozenset(f"{prefix}_{axis}" for prefix in prefixes for axis in _AXES)


#: The kinds of messages that are read so, with the fields without which a message says nothing ...
TELLING: Final[Mapping[str, frozenset[str]]] = {
    "hrv": frozenset({"time"}),
    "gps_metadata": frozenset({"heading", "velocity"}),
    "accelerometer_data": _axes("accel", "calibrated_accel", "compressed_calibrated_accel"),
    "gyroscope_data": _axes("gyro", "calibrated_gyro"),
    "magnetometer_data": _axes("mag", "calibrated_mag"),
}
#: ... and all fields of each.
WANTED: Final[Mapping[str, frozenset[str]]] = {name: telling | _TIMES for name, telling in TELLING.items()}
#: values of the longest fields of a kind together. A sample of three axes and a time takes at least eight bytes, so that no honest
#: file of 64 MiB holds more.
MAX_VALUES: Final = 1 << 23


class Block(NamedTuple):
    """The messages of one shape: `place` (m,), `n_records` (m,) how many records stand before each, fields (m, k)."""

    place: NDArray[np.int64]
    n_records: NDArray[np.int64]
    fields: Mapping[str, FloatArray]


class Blocks(Mapping[str, tuple[Block, ...]]):
    """The messages of all kinds in `WANTED` that are there and say something: kind to blocks, decoded afresh at every look.

    Parameters
    ----------
    groups : message name to its messages.
    records : the messages `record`.

    Raises
    ------
    TooLargeError
        More than `MAX_VALUES` of a kind.
    """

    __slots__ = ("_groups", "_records")

    def __init__(self, groups: Mapping[str, Sequence[Group]], records: Sequence[Group]) -> None:
        self._records = records
        self._groups: dict[str, list[Group]] = {}
        for name, telling in TELLING.items():
            mine = [group for group in groups.get(name, ()) if _wanted(group, telling)]
            if mine:
                check_size(name, sum(len(group) * max(field.n_values for _, field in _wanted(group, WANTED[name])) for group in mine))
                self._groups[name] = mine

    def __getitem__(self, name: str) -> tuple[Block, ...]:
        groups = self._groups[name]
        among = np.sort(np.concatenate([np.empty(0, np.uint32), *(group.positions for group in self._records)]))
        return tuple(_block(group, WANTED[name], among) for group in groups)

    def __contains__(self, name: object) -> bool:
        return name in self._groups

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)


def check_size(name: str, n_values: int) -> None:
    """Raise TooLargeError for more values of a kind than a file can honestly hold."""
    if n_values > MAX_VALUES:
        raise TooLargeError(
            f"more than {MAX_VALUES:,} values of {name} in one FIT file",
            size_bytes=n_values,
            limit_bytes=MAX_VALUES,
            remedy="export the activity again in parts, or without its raw sensors",
        )


def _wanted(group: Group, wanted: frozenset[str]) -> list[tuple[profile.FieldProfile, Field]]:
    """Give the fields of a definition that are wanted and hold numbers; of one that is named twice, the first."""
    known = profile.message(group.layout.number).fields
    found: dict[int, tuple[profile.FieldProfile, Field]] = {}
    for field in group.layout.fields:
        described = known.get(field.key[1]) if field.key[0] == NATIVE else None
        if described is not None and described.name in wanted and field.is_number:
            found.setdefault(field.key[1], (described, field))
    return list(found.values())


def _block(group: Group, wanted: frozenset[str], among: NDArray[np.uint32]) -> Block:
    fields = {}
    for described, field in _wanted(group, wanted):
        values = _array(group, field)
        if described.scale != 1.0:
            values /= described.scale
        if described.offset != 0.0:
            values -= described.offset
        fields[described.name] = values
    if group.times is not None:
        fields["timestamp"] = group.times.reshape(-1, 1)
    group.forget()
    return Block(group.positions.astype(np.int64), np.searchsorted(among, group.positions).astype(np.int64), fields)


def _array(group: Group, field: Field) -> FloatArray:
    """Decode all elements of one field: (m, k) float64, unscaled."""
    raw = np.ascontiguousarray(group.bytes_column(field)).view(group.raw(field).dtype)
    return present(raw, field.type)
