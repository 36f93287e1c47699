"""One kind of FIT message as columns: a field of all messages at once, whatever definitions they were written with.

Conventions: a column is (n,) float64 in the file's order, NaN = missing, in the profile's unit (a developer field in its describer's).
Of a field that a definition names twice, the first value that is there counts. A column is decoded when it is asked for, afresh each
time: whoever asks owns it, and what nobody asks for costs nothing.
Nothing here knows what a field is good for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from importer.readers.fit import profile
from importer.readers.fit.layout import NATIVE, DeveloperField, Field, FieldKey, Group, numbers_at_every_byte, present
from importer.values.activity import FloatArray

_TWELVE_BITS: Final = 1 << 12

K = TypeVar("K", str, DeveloperField)


#: one field of one definition: which group, and which of its fields; None stands for the times that messages have in their headers
_Part = tuple[int, Field | None]


class _Unit(NamedTuple):
    """How the numbers of a field become those of the profile: raw / scale - offset."""

    scale: float = 1.0
    offset: float = 0.0
    #: reads a field that is no plain number
    unpack: Callable[[Group, Field], FloatArray] | None = None
    #: whether it is a counter that rolls over
    rolls: bool = False


@dataclass(slots=True)
class _Source:
    """Where a column comes from: in each layer one part of each definition, behind the first those of fields named again."""

    unit: _Unit
    layers: list[list[_Part]] = field(default_factory=list)


class Columns(Mapping[K, FloatArray], Generic[K]):
    """Columns over several groups of one kind of message: name to (n,), decoded afresh at every look.

    Parameters
    ----------
    groups : the messages, by definition.
    """

    __slots__ = ("_groups", "_merged", "_sources")

    def __init__(self, groups: list[Group]) -> None:
        self._groups = groups
        #: of several groups, the positions of all messages in the file's order, and the group of each: (n,)
        self._merged = _merge(groups) if len(groups) > 1 else None
        self._sources: dict[K, _Source] = {}

    def add(self, name: K, part: _Part, unit: _Unit) -> None:
        """Take in a field of a definition; the definitions come one after the other."""
        source = self._sources.get(name)
        if source is None:
            source = self._sources[name] = _Source(unit)
        for layer in source.layers:
            if layer[-1][0] != part[0]:
                layer.append(part)
                return
        source.layers.append([part])

    def __getitem__(self, name: K) -> FloatArray:
        unit, layers = self._sources[name].unit, self._sources[name].layers
        column = self._decoded(layers[0], unit.unpack)
        for layer in layers[1:]:
            np.copyto(column, self._decoded(layer, unit.unpack), where=np.isnan(column))
        if unit.rolls:
            column = unroll(column)
        if unit.scale != 1.0:
            column /= unit.scale
        if unit.offset != 0.0:
            column -= unit.offset
        return column

    def __iter__(self) -> Iterator[K]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)

    def __contains__(self, name: object) -> bool:
        return name in self._sources

    def forget(self) -> None:
        """Let go of the bytes that were gathered; who looks again has them gathered again."""
        for group in self._groups:
            group.forget()

    def _decoded(self, parts: list[_Part], unpack: Callable[[Group, Field], FloatArray] | None) -> FloatArray:
        """Put the parts together in the file's order: (n,), unscaled."""
        if self._merged is None:
            return _unscaled(self._groups[0], parts[0][1], unpack)
        positions, owners = self._merged
        kinds = {
            (field_.type if field_ is not None and field_.n_values == 1 else None, self._groups[which].layout.big_endian)
            for which, field_ in parts
        }
        (type_, is_big), *others = kinds
        if unpack is not None or type_ is None or others:
            column = np.full(len(positions), np.nan)
            for which, field_ in parts:
                column[owners == which] = _unscaled(self._groups[which], field_, unpack)
            return column
        # a number of one type in all definitions: taken from where it stands in the file, -1 where a definition does not have it
        offsets = np.full(len(self._groups), -1)
        for which, field_ in parts:
            offsets[which] = -1 if field_ is None else field_.offset + 1
        everywhere = numbers_at_every_byte(self._groups[0].data, type_, big_endian=is_big)
        of_each = offsets[owners]
        if len(parts) == len(self._groups):
            return present(everywhere[positions + of_each], type_)
        is_absent = of_each < 0
        column = present(everywhere[np.where(is_absent, 0, positions + of_each)], type_)
        column[is_absent] = np.nan
        return column


def native_columns(groups: list[Group], wanted: Collection[str] | None = None) -> Columns[str]:
    """Give the fields of one kind of message that are numbers.

    Parameters
    ----------
    groups : all messages of one global number, by definition.
    wanted : the fields' names in the profile; None for all, those that the profile does not have as ``unknown_<number>``.

    Returns
    -------
    Columns
        ``timestamp`` comes from the messages' headers too.
        `compressed_speed_distance` becomes ``compressed_speed`` and ``compressed_distance``.
    """
    columns: Columns[str] = Columns(groups)
    named = _Names(groups[0].layout.number if groups else 0, wanted)
    for which, group in enumerate(groups):
        for field_ in group.layout.fields:
            name, unit = named[field_.key]
            if not name:
                continue
            if field_.is_number:
                columns.add(name, (which, field_), unit)
            elif name == "compressed_speed_distance" and field_.size_bytes == 3:
                columns.add("compressed_speed", (which, field_), _COMPRESSED_SPEED)
                columns.add("compressed_distance", (which, field_), _COMPRESSED_DISTANCE)
        if group.times is not None:
            columns.add("timestamp", (which, None), _AS_IT_IS)
    return columns


class _Names(dict[FieldKey, tuple[str, _Unit]]):
    """What a message's fields are called, "" for those that nobody wants: looked up once, as some files have a hundred definitions."""

    def __init__(self, number: int, wanted: Collection[str] | None) -> None:
        super().__init__()
        self._known = profile.message(number).fields
        self._wanted = wanted

    def __missing__(self, key: FieldKey) -> tuple[str, _Unit]:
        described = self._known.get(key[1])
        found = (f"unknown_{key[1]}", _AS_IT_IS) if described is None else (described.name, _Unit(described.scale, described.offset))
        if key[0] != NATIVE or (self._wanted is not None and (described is None or found[0] not in self._wanted)):
            found = "", _AS_IT_IS
        self[key] = found
        return found


def developer_columns(groups: list[Group]) -> Columns[DeveloperField]:
    """Give the developer fields of one kind of message that are numbers."""
    columns: Columns[DeveloperField] = Columns(groups)
    for which, group in enumerate(groups):
        for field_ in group.layout.fields:
            described = group.developer.get(field_.key)
            if described is not None and field_.is_number:
                columns.add(described, (which, field_), _Unit(described.scale, described.offset))
    return columns


def unroll(rolling: FloatArray) -> FloatArray:
    """Undo the roll-over of a 12-bit counter: (n,) counts 0 to 4095, NaN = missing, give a count that never falls."""
    counted = rolling.copy()
    present_ = ~np.isnan(rolling)
    if present_.any():
        values = rolling[present_]
        counted[present_] = values[0] + np.concatenate(([0.0], np.cumsum(np.diff(values) % _TWELVE_BITS)))
    return counted


def _merge(groups: list[Group]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """Give the positions of all messages, ascending, and the group of each: (n,)."""
    positions = np.concatenate([group.positions for group in groups])
    order = np.argsort(positions)
    owners = np.repeat(np.arange(len(groups), dtype=np.uint16), [len(group) for group in groups])
    return positions[order], owners[order]


def _unscaled(group: Group, field_: Field | None, unpack: Callable[[Group, Field], FloatArray] | None) -> FloatArray:
    if field_ is None:
        assert group.times is not None
        return group.times.copy()
    return group.column(field_) if unpack is None else unpack(group, field_)


def _compressed_speed(group: Group, field_: Field) -> FloatArray:
    """Unpack the first 12 bits."""
    packed = group.bytes_column(field_)
    low, middle, _ = packed.astype(np.float64).T
    return np.where((packed == 0xFF).all(axis=1), np.nan, low + middle % 16 * 256)


def _compressed_distance(group: Group, field_: Field) -> FloatArray:
    """Unpack the last 12 bits."""
    packed = group.bytes_column(field_)
    _, middle, high = packed.astype(np.float64).T
    return np.where((packed == 0xFF).all(axis=1), np.nan, middle // 16 + high * 16)


_AS_IT_IS: Final = _Unit()
#: Source: FIT profile, record.compressed_speed_distance: 12 bits of 1/100 m/s, 12 bits of 1/16 m that roll over.
_COMPRESSED_SPEED: Final = _Unit(scale=100.0, unpack=_compressed_speed)
_COMPRESSED_DISTANCE: Final = _Unit(scale=16.0, unpack=_compressed_distance, rolls=True)
