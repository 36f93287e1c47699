"""A small honest FIT writer for tests: definitions, data, both byte orders, compressed headers, developer fields, CRC.

Conventions: two layers. `FitWriter.message` names messages and fields and scales values by `fit_tables`;
`define`, `data`, `compressed` and `raw` write single protocol records, lies included, for hostile files.
None writes the invalid value of the base type. Times are FIT seconds (since 1989-12-31).

Source: FIT protocol (Flexible and Interoperable Data Transfer), file structure and base types.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from tests.support.fit_tables import BASE_TYPES, MESSAGES, FieldSpec

__all__ = ["BASE_TYPES", "FIT_EPOCH_UNIX_S", "MESSAGES", "Developer", "FitWriter", "Value", "crc16", "fit_time", "semicircles"]

#: 1989-12-31T00:00:00Z in Unix seconds
FIT_EPOCH_UNIX_S: Final = 631_065_600
#: semicircles of one degree
SEMICIRCLES_PER_DEGREE: Final = 2**31 / 180.0

Value = int | float | str | bytes | Sequence[int | float] | None


class Developer(NamedTuple):
    """A developer field of a message: which application's, which of its fields, in which base type."""

    app: int
    number: int
    base: str


def fit_time(moment: datetime) -> int:
    """Give FIT seconds of an aware moment."""
    return int(moment.astimezone(UTC).timestamp()) - FIT_EPOCH_UNIX_S


def semicircles(degrees: float) -> int:
    """Give semicircles of an angle in degrees."""
    return round(degrees * SEMICIRCLES_PER_DEGREE)


def crc16(data: bytes, *, start: int = 0) -> int:
    """Give CRC-16/ARC, the protocol's, by a table of its own."""
    crc = start
    for byte in data:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def _crc_entry(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


_CRC_TABLE: Final = [_crc_entry(value) for value in range(256)]


class FitWriter:
    """Collects the records of one FIT file; `to_bytes` adds header and CRC."""

    def __init__(self, *, big_endian: bool = False) -> None:
        self.body = bytearray()
        self._big_endian = big_endian
        #: layout of each definition in force, oldest first: key to local number
        self._locals: dict[object, int] = {}

    @property
    def size_bytes(self) -> int:
        """Bytes of records so far, without header and CRC."""
        return len(self.body)

    def message(self, name: str, **values: Value) -> None:
        """Write one message by name, with a definition first where none of this layout is in force."""
        self.message_with(name, values)

    def message_with(self, name: str, values: Mapping[str, Value], *, developer: Mapping[Developer, Value] = MappingProxyType({})) -> None:
        """Write one message from a mapping, with developer fields behind its own."""
        number, specs = MESSAGES[name]
        cells = [(specs[field], _encode(specs[field], value, big_endian=self._big_endian)) for field, value in values.items()]
        extra = [(dev, _encode(FieldSpec(dev.number, dev.base), value, big_endian=self._big_endian)) for dev, value in developer.items()]
        fields = [(spec.number, len(cell), spec.base) for spec, cell in cells]
        dev_fields = [(dev.number, len(cell), dev.app) for dev, cell in extra]
        key = (number, tuple(fields), tuple(dev_fields))
        local = self._locals.get(key)
        if local is None:
            local = len(self._locals)
            if local == 16:
                oldest = next(iter(self._locals))
                local = self._locals.pop(oldest)
            self._locals[key] = local
            self.define(local, number, fields, dev_fields=dev_fields)
        self.data(local, b"".join(cell for _, cell in [*cells, *extra]))

    def define(
        self,
        local: int,
        number: int,
        fields: Sequence[tuple[int, int, str]],
        *,
        dev_fields: Sequence[tuple[int, int, int]] = (),
        big_endian: bool | None = None,
    ) -> None:
        """Write a definition: fields are (number, size in bytes, base type), developer fields (number, size, index)."""
        big = self._big_endian if big_endian is None else big_endian
        self.body += bytes([0x40 | (0x20 if dev_fields else 0) | local, 0, int(big)])
        self.body += struct.pack(">HB" if big else "<HB", number, len(fields))
        for field, size, base in fields:
            self.body += bytes([field, size, BASE_TYPES[base][0]])
        if dev_fields:
            self.body += bytes([len(dev_fields)])
            for dev in dev_fields:
                self.body += bytes(dev)

    def data(self, local: int, payload: bytes) -> None:
        """Write a data record with a normal header."""
        self.body += bytes([local]) + payload

    def compressed(self, local: int, time_offset_s: int, payload: bytes) -> None:
        """Write a data record with a compressed timestamp header (local 0..3, offset 0..31)."""
        self.body += bytes([0x80 | (local << 5) | (time_offset_s & 0x1F)]) + payload

    def raw(self, payload: bytes) -> None:
        """Write bytes as they are."""
        self.body += payload

    def to_bytes(
        self, *, header_size: int = 14, has_header_crc: bool = True, size_bytes: int | None = None, crc: int | None = None
    ) -> bytes:
        """Give the file; `size_bytes` and `crc` tell lies on demand."""
        size = len(self.body) if size_bytes is None else size_bytes
        header = struct.pack("<BBHI4s", header_size, 0x20, 2132, size, b".FIT")
        if header_size == 14:
            header += struct.pack("<H", crc16(header) if has_header_crc else 0)
        whole = header + bytes(self.body)
        return whole + struct.pack("<H", crc16(whole) if crc is None else crc)


def _encode(spec: FieldSpec, value: Value, *, big_endian: bool) -> bytes:
    """Turn a value into the bytes of its field."""
    _, code, size, invalid = BASE_TYPES[spec.base]
    if spec.base == "string":
        text = b"" if value is None else value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[arg-type]
        return text + b"\0"
    if isinstance(value, bytes):
        return value
    order = ">" if big_endian else "<"
    if value is None:
        return invalid.to_bytes(size, "big" if big_endian else "little")
    cells = value if isinstance(value, Sequence) else [value]
    if code in "fd":
        return b"".join(struct.pack(order + code, cell) for cell in cells)
    if spec.scale != 1.0:
        cells = [round((float(cell) + spec.offset) * spec.scale) for cell in cells]
    return b"".join(struct.pack(order + code, int(cell)) for cell in cells)
