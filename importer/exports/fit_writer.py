"""Bytes of a FIT file: definitions, messages, samples as columns, header and check sums.

Conventions: little-endian, protocol 2.0, a header of 14 bytes; a value that is missing, or that its field cannot hold, is the base type's
invalid value; a field that a small message does not have is left out of its definition. Texts are UTF-8, cut at whole characters.
Writes what it is told and knows no session; the writer of the tests (tests/support) is another one, so that neither vouches for itself.

Source: FIT protocol (Flexible and Interoperable Data Transfer), file structure.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from fastcrc import crc16

from importer.exports.fit_fields import BASES, MESSAGES, Field
from importer.values.activity import FloatArray

#: s; FIT counts from 1989-12-31T00:00:00 UTC
EPOCH_UNIX_S: Final = 631_065_600
SEMICIRCLES_PER_DEG: Final = 2**31 / 180.0
#: bytes of a text with its closing zero; a field's size is one byte
LONGEST_TEXT: Final = 255
#: local numbers that one definition each may hold
_LOCALS: Final = 16
#: protocol and profile version that the header names
_PROTOCOL, _PROFILE = 0x20, 2132

Value = int | float | str | bytes | None


class Developer(NamedTuple):
    """A developer field: its index, its number and its base type; the values are unscaled."""

    app: int
    number: int
    base: str


class Samples(NamedTuple):
    """Messages of one definition, ready to be written: the definition's key, and the bytes of each, (n, size)."""

    key: tuple[object, ...]
    cells: np.ndarray[tuple[int, int], np.dtype[np.uint8]]


class FitWriter:
    """Collects messages; `to_bytes` gives the file."""

    def __init__(self) -> None:
        self._body = bytearray()
        #: definitions in force, the oldest first: key to local number
        self._locals: dict[tuple[object, ...], int] = {}

    def message(self, name: str, values: Mapping[str, Value], *, developer: Mapping[Developer, Value] = MappingProxyType({})) -> None:
        """Write one message; what is None is left out."""
        number, fields = MESSAGES[name]
        cells = [(fields[key], _cell(fields[key], value)) for key, value in values.items() if value is not None]
        extra = [(field, _cell(Field(field.number, field.base), value)) for field, value in developer.items() if value is not None]
        key = (
            number,
            tuple((field.number, len(cell), field.base) for field, cell in cells),
            tuple((field.number, len(cell), field.app) for field, cell in extra),
        )
        self._body += bytes([self._define(key)]) + b"".join(cell for _, cell in [*cells, *extra])

    def samples(self, samples: Samples, first: int, last: int) -> None:
        """Write the samples ``[first, last)``."""
        if first < last:
            local = self._define(samples.key)
            part = samples.cells[first:last].copy()
            part[:, 0] = local
            self._body += part.tobytes()

    def _define(self, key: tuple[object, ...]) -> int:
        """Give the local number of a definition, written first where it is not in force."""
        local = self._locals.get(key)
        if local is None:
            local = len(self._locals) if len(self._locals) < _LOCALS else self._locals.pop(next(iter(self._locals)))
            self._locals[key] = local
            self._body += definition(local, key)
        return local

    def to_bytes(self) -> bytes:
        """Give the whole file."""
        header = struct.pack("<BBHI4s", 14, _PROTOCOL, _PROFILE, len(self._body), b".FIT")
        whole = header + struct.pack("<H", crc16.arc(header)) + bytes(self._body)
        return whole + struct.pack("<H", crc16.arc(whole))


def samples_of(name: str, columns: Mapping[str, FloatArray], developer: Mapping[Developer, FloatArray]) -> Samples:
    """Turn columns, (n,) each in the profile's units, NaN = missing, into messages of one definition."""
    number, fields = MESSAGES[name]
    native = [(fields[key], column) for key, column in columns.items()]
    added = [(field, column) for field, column in developer.items()]
    parts = [_raw(field, column) for field, column in native]
    parts += [_raw(Field(field.number, field.base), column) for field, column in added]
    n = len(parts[0])
    cells = np.concatenate([np.zeros((n, 1), dtype=np.uint8), *parts], axis=1)
    key = (
        number,
        tuple((field.number, _size(field.base), field.base) for field, _ in native),
        tuple((field.number, _size(field.base), field.app) for field, _ in added),
    )
    return Samples(key, cells)


def definition(local: int, key: tuple[object, ...]) -> bytes:
    """Give the definition message of ``(message, ((field, size, base type), ...), ((developer field, size, index), ...))``."""
    number, fields, developer = key
    assert isinstance(number, int)
    assert isinstance(fields, tuple)
    assert isinstance(developer, tuple)
    out = bytes([0x40 | (0x20 if developer else 0) | local, 0, 0]) + struct.pack("<HB", number, len(fields))
    out += b"".join(bytes([field, size, BASES[base].number]) for field, size, base in fields)
    return out + (bytes([len(developer), *(byte for triple in developer for byte in triple)]) if developer else b"")


def _size(base: str) -> int:
    return np.dtype(BASES[base].dtype).itemsize


def _cell(field: Field, value: Value) -> bytes:
    """Give the bytes of one value."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bytes):
        return value
    return _raw(field, np.array([value], dtype=np.float64)).tobytes()


def _text(text: str) -> bytes:
    """Give a text with its closing zero, at most `LONGEST_TEXT` bytes of whole characters."""
    encoded = text.encode("utf-8")
    if len(encoded) >= LONGEST_TEXT:
        encoded = encoded[: LONGEST_TEXT - 4].decode("utf-8", "ignore").encode("utf-8") + "…".encode()
    return encoded + b"\0"


def _raw(field: Field, values: FloatArray) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Give the bytes of values, (n, size): scaled, invalid where missing or out of what the field can hold."""
    base = BASES[field.base]
    if field.base == "float32":
        raw = values.astype(base.dtype)
        raw.view("<u4")[np.isnan(values)] = base.invalid
        return raw.view(np.uint8).reshape(len(values), raw.itemsize)
    held = np.iinfo(base.dtype)
    scaled = np.rint((values + field.offset) * field.scale)
    with np.errstate(invalid="ignore"):
        is_held = (scaled >= held.min) & (scaled <= held.max) & (scaled != base.invalid)
    raw = np.where(is_held, scaled, base.invalid).astype(base.dtype)
    return raw.view(np.uint8).reshape(len(values), raw.itemsize)
