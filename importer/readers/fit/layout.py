"""How the messages of one FIT definition lie in memory, and how their bytes become numbers.

Conventions: a missing value (the type's "invalid" pattern) is NaN in a column and absent from a row; zero is data.
A column is (n,) float64 in the file's own unscaled unit; a row maps a field number to int, float, str, bytes or a tuple.
A field whose size is no multiple of its type, and a field of an unknown type, is bytes.
Nothing here knows what a field means: that is `profile`.

Source: FIT protocol (developer.garmin.com/fit/protocol).
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.values.activity import FloatArray

#: What a field may hold: an array keeps its order, with None for a missing element.
Value = int | float | str | bytes | tuple[int | float | None, ...]
#: (developer data index, field number); the index of a native field is `NATIVE`.
FieldKey = tuple[int, int]
NATIVE: Final = -1
#: base type of a developer field without a description: bytes
UNDESCRIBED_TYPE: Final = 13


class BaseType(NamedTuple):
    """A FIT base type: `code` is its letter in struct and numpy, `invalid` the pattern for "missing" (None: NaN)."""

    name: str
    code: str
    size_bytes: int
    invalid: int | None


BYTE: Final = BaseType("byte", "s", 1, 0xFF)
ONE_BYTE: Final = BaseType("byte", "B", 1, 0xFF)
STRING: Final = BaseType("string", "s", 1, 0)
#: By the low five bits of the type's identifier, as Garmin's own decoder masks it.
BASE_TYPES: Final[dict[int, BaseType]] = {
    0: BaseType("enum", "B", 1, 0xFF),
    1: BaseType("sint8", "b", 1, 0x7F),
    2: BaseType("uint8", "B", 1, 0xFF),
    3: BaseType("sint16", "h", 2, 0x7FFF),
    4: BaseType("uint16", "H", 2, 0xFFFF),
    5: BaseType("sint32", "i", 4, 0x7FFFFFFF),
    6: BaseType("uint32", "I", 4, 0xFFFFFFFF),
    7: STRING,
    8: BaseType("float32", "f", 4, None),
    9: BaseType("float64", "d", 8, None),
    10: BaseType("uint8z", "B", 1, 0),
    11: BaseType("uint16z", "H", 2, 0),
    12: BaseType("uint32z", "I", 4, 0),
    13: BYTE,
    14: BaseType("sint64", "q", 8, 0x7FFFFFFFFFFFFFFF),
    15: BaseType("uint64", "Q", 8, 0xFFFFFFFFFFFFFFFF),
    16: BaseType("uint64z", "Q", 8, 0),
}
_BY_CODE: Final = tuple(BASE_TYPES.get(code & 0x1F, BYTE) for code in range(256))
_LETTERS: Final = {"b": "i1", "B": "u1", "h": "i2", "H": "u2", "i": "i4", "I": "u4", "q": "i8", "Q": "u8", "f": "f4", "d": "f8"}
#: numpy's types by byte order (little, big) and letter
_NUMPY: Final = tuple({letter: np.dtype(order + name) for letter, name in _LETTERS.items()} for order in "<>")
#: a floating-point value beyond it, infinity included, is missing: no field of any profile means it
LARGEST: Final = 2.0**53


class Field(NamedTuple):
    """One field of a definition; `offset` counts from the message's first byte behind its header."""

    key: FieldKey
    type: BaseType
    offset: int
    size_bytes: int

    @property
    def n_values(self) -> int:
        """Number of elements, 0 for a field of no bytes."""
        return self.size_bytes // self.type.size_bytes

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers, and not a text or bytes."""
        return self.type.code != "s" and self.size_bytes > 0


class DeveloperField(NamedTuple):
    """One developer field: `application` is its UUID as 32 hexadecimal digits, "" where the file does not say."""

    application: str
    number: int
    name: str
    units: str = ""
    native_field: int | None = None
    base_type: int = UNDESCRIBED_TYPE
    scale: float = 1.0
    offset: float = 0.0


class Layout:
    """A definition: global message number, byte order, size, and the fields in the file's order.

    Parameters
    ----------
    definition : the definition's bytes behind its header byte.
    developer_types : base types of the developer fields it may name.

    Notes
    -----
    The fields are parsed when somebody asks: of most messages in a file nobody does.
    """

    __slots__ = ("_definition", "_developer_types", "_fields", "_native_end", "big_endian", "number", "size_bytes")

    def __init__(self, definition: bytes, developer_types: Mapping[FieldKey, int] | None = None) -> None:
        self._definition = definition
        self._developer_types: Mapping[FieldKey, int] = {} if developer_types is None else developer_types
        self._fields: tuple[Field, ...] | None = None
        self._native_end = 5 + 3 * definition[4]
        self.big_endian = definition[1] != 0
        self.number = int.from_bytes(definition[2:4], "big" if self.big_endian else "little")
        self.size_bytes = sum(definition[6 : self._native_end : 3]) + sum(definition[self._native_end + 2 :: 3])

    @property
    def fields(self) -> tuple[Field, ...]:
        """The native fields, then the developer fields."""
        if self._fields is None:
            definition, at, fields = self._definition, 0, []
            for i in (*range(5, self._native_end, 3), *range(self._native_end + 1, len(definition), 3)):
                field_number, size_bytes, code = definition[i : i + 3]
                key = (NATIVE, field_number)
                if i > self._native_end:  # the third byte is no type but the developer's index
                    key = (code, field_number)
                    code = self._developer_types.get(key, UNDESCRIBED_TYPE)
                fields.append(Field(key, _fitting(code, size_bytes), at, size_bytes))
                at += size_bytes
            self._fields = tuple(fields)
        return self._fields

    @property
    def developer_keys(self) -> list[FieldKey]:
        """The keys of the developer fields."""
        definition = self._definition
        return [(definition[i + 2], definition[i]) for i in range(self._native_end + 1, len(definition), 3)]


class Group:
    """All messages of one definition: where they stand, and their values on request.

    Parameters
    ----------
    data : the whole file.
    layout : what their bytes mean.
    positions : (n,) offsets of their header bytes, ascending.
    developer : what is known of the developer fields in `layout`.

    Attributes
    ----------
    times : (n,) timestamps in the file's seconds where the link has compressed timestamp headers, else None.
    """

    __slots__ = ("_even", "data", "developer", "layout", "positions", "times")

    def __init__(
        self, data: bytes, layout: Layout, positions: NDArray[np.uint32], *, developer: Mapping[FieldKey, DeveloperField] | None = None
    ) -> None:
        self.data = data
        self.layout = layout
        self.positions = positions
        self.developer: Mapping[FieldKey, DeveloperField] = {} if developer is None else developer
        self.times: FloatArray | None = None
        self._even: tuple[bytes | NDArray[np.void], int, int] | None = None

    def __len__(self) -> int:
        return len(self.positions)

    def rows(self, wanted: Collection[int] | None = None) -> list[dict[FieldKey, Value]]:
        """Decode the messages one by one, in file order.

        Parameters
        ----------
        wanted : numbers of the native fields to decode, all of them for None; developer fields always come.

        Returns
        -------
        list of dict
            Field key to value; of a field that a definition names twice, the first value that is not missing.
        """
        form, plan = _plan(self.layout, wanted)
        unpack = struct.Struct(form).unpack_from
        rows = []
        for position in self.positions.tolist():
            values = unpack(self.data, position + 1)
            row: dict[FieldKey, Value] = {}
            for key, at, count, type_ in plan:
                value = _value(values[at], type_) if count == 1 else _array(values[at : at + count], type_)
                if value is not None and key not in row:
                    row[key] = value
            rows.append(row)
        return rows

    def column(self, field: Field) -> FloatArray:
        """Decode one field of all messages: (n,) float64, NaN where it is missing or no number.

        Of an array, the first element that is not missing.
        """
        if not field.is_number:
            return np.full(len(self), np.nan)
        column = present(self.raw(field), field.type)
        for i in range(1, field.n_values):
            np.copyto(column, present(self.raw(field, element=i), field.type), where=np.isnan(column))
        return column

    def bytes_column(self, field: Field) -> NDArray[np.uint8]:
        """View the bytes of one field of all messages: (n, size_bytes)."""
        buffer, first, step = self._lying()
        return np.ndarray((len(self), field.size_bytes), np.uint8, buffer, first + field.offset, (step, 1))

    def raw(self, field: Field, *, element: int = 0) -> NDArray[np.generic]:
        """View one number of all messages as the file has it, missing ones as their pattern: (n,)."""
        buffer, first, step = self._lying()
        type_ = _NUMPY[self.layout.big_endian][field.type.code]
        return np.ndarray((len(self),), type_, buffer, first + field.offset + element * field.type.size_bytes, (step,))

    def forget(self) -> None:
        """Let go of the bytes that were gathered for columns."""
        self._even = None

    def _lying(self) -> tuple[bytes | NDArray[np.void], int, int]:
        """Give a buffer that holds the messages in equal steps, the first one's place behind its header byte, and the step."""
        if self._even is None:
            size_bytes, first, n = self.layout.size_bytes, int(self.positions[0]), len(self)
            if int(self.positions[-1]) - first == (n - 1) * (size_bytes + 1):  # as messages never overlap, they lie side by side
                self._even = self.data, first + 1, size_bytes + 1
            else:
                # every byte as the start of a message: a view without a copy, of which the gather takes the true starts
                everywhere: NDArray[np.void] = np.ndarray((len(self.data) - size_bytes,), f"V{size_bytes}", self.data, 1, (1,))
                self._even = everywhere[self.positions], 0, size_bytes
        return self._even


def _fitting(code: int, size_bytes: int) -> BaseType:
    """Give the type of a field, bytes where its size is no multiple of the type (COROS writes such)."""
    type_ = _BY_CODE[code]
    if type_ is BYTE or size_bytes % type_.size_bytes:
        return ONE_BYTE if size_bytes == 1 else BYTE
    return type_


def _plan(layout: Layout, wanted: Collection[int] | None) -> tuple[str, list[tuple[FieldKey, int, int, BaseType]]]:
    """Give the struct format of a message, and for each wanted field its key, first place, number of places and type."""
    form = [">" if layout.big_endian else "<"]
    plan = []
    at = 0
    for key, type_, _, size_bytes in layout.fields:
        if not size_bytes:
            continue
        if wanted is not None and key[0] == NATIVE and key[1] not in wanted:
            form.append(f"{size_bytes}x")
            continue
        count = 1 if type_.code == "s" else size_bytes // type_.size_bytes
        form.append(f"{size_bytes}s" if type_.code == "s" else f"{count}{type_.code}")
        plan.append((key, at, count, type_))
        at += count
    return "".join(form), plan


def _value(value: int | float | bytes, type_: BaseType) -> Value | None:
    """Give one unpacked value, None where it is missing."""
    if not isinstance(value, bytes):
        return None if value == type_.invalid or value != value else value  # only NaN differs from itself
    if type_ is STRING:
        return value.split(b"\0", 1)[0].decode("utf-8", "replace") or None
    return None if value.count(0xFF) == len(value) else value


def _array(values: tuple[int | float, ...], type_: BaseType) -> Value | None:
    """Give an unpacked array, None where all its elements are missing."""
    array = tuple(None if value == type_.invalid or value != value else value for value in values)
    return None if array.count(None) == len(array) else array


def numbers_at_every_byte(data: bytes, type_: BaseType, *, big_endian: bool) -> NDArray[np.generic]:
    """View the number that would stand at each byte, without a copy: whoever knows where the true ones stand takes those."""
    return np.ndarray((len(data) - type_.size_bytes + 1,), _NUMPY[big_endian][type_.code], data, 0, (1,))


def present(raw: NDArray[np.generic], type_: BaseType) -> FloatArray:
    """Turn raw numbers into float64, missing ones into NaN: (n,)."""
    with np.errstate(invalid="ignore"):  # numpy warns of a signalling NaN, which is missing like any other
        column = raw.astype(np.float64)
    missing = ~(np.abs(column) < LARGEST) if type_.invalid is None else raw == type_.invalid
    if missing.any():
        column[missing] = np.nan
    return column
