"""A small honest FIT writer for tests: definitions, data, both byte orders, compressed headers, developer fields, CRC.

Conventions: two layers. `FitWriter.message` names messages and fields and scales values by the tables below;
`define`, `data`, `compressed` and `raw` write single protocol records, lies included, for hostile files.
None writes the invalid value of the base type. Times are FIT seconds (since 1989-12-31).
Its tables are its own and minimal: the program's profile must not vouch for itself.

Source: FIT protocol (Flexible and Interoperable Data Transfer), file structure and base types.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, NamedTuple

#: 1989-12-31T00:00:00Z in Unix seconds
FIT_EPOCH_UNIX_S: Final = 631_065_600
#: semicircles of one degree
SEMICIRCLES_PER_DEGREE: Final = 2**31 / 180.0

#: base type: number, struct code, size in bytes, invalid value
BASE_TYPES: Final[dict[str, tuple[int, str, int, int]]] = {
    "enum": (0x00, "B", 1, 0xFF),
    "sint8": (0x01, "b", 1, 0x7F),
    "uint8": (0x02, "B", 1, 0xFF),
    "string": (0x07, "s", 1, 0x00),
    "uint8z": (0x0A, "B", 1, 0x00),
    "byte": (0x0D, "B", 1, 0xFF),
    "sint16": (0x83, "h", 2, 0x7FFF),
    "uint16": (0x84, "H", 2, 0xFFFF),
    "uint16z": (0x8B, "H", 2, 0x0000),
    "sint32": (0x85, "i", 4, 0x7FFFFFFF),
    "uint32": (0x86, "I", 4, 0xFFFFFFFF),
    "uint32z": (0x8C, "I", 4, 0x00000000),
    "float32": (0x88, "f", 4, 0xFFFFFFFF),
    "float64": (0x89, "d", 8, 0xFFFFFFFFFFFFFFFF),
    "sint64": (0x8E, "q", 8, 0x7FFFFFFFFFFFFFFF),
    "uint64": (0x8F, "Q", 8, 0xFFFFFFFFFFFFFFFF),
    "uint64z": (0x90, "Q", 8, 0),
}

Value = int | float | str | bytes | Sequence[int | float] | None


class FieldSpec(NamedTuple):
    """Number, base type, scale and offset of a field: raw = (value + offset) * scale."""

    number: int
    base: str
    scale: float = 1.0
    offset: float = 0.0


class Developer(NamedTuple):
    """A developer field of a message: which application's, which of its fields, in which base type."""

    app: int
    number: int
    base: str


def _fields(**specs: tuple[int, str] | tuple[int, str, float] | tuple[int, str, float, float]) -> dict[str, FieldSpec]:
    return {name: FieldSpec(*spec) for name, spec in specs.items()}


_TIME: Final = (253, "uint32")
#: message: number and fields, only what the tests write
MESSAGES: Final[dict[str, tuple[int, dict[str, FieldSpec]]]] = {
    "file_id": (
        0,
        _fields(
            type=(0, "enum"), manufacturer=(1, "uint16"), product=(2, "uint16"), serial_number=(3, "uint32z"), time_created=(4, "uint32")
        ),
    ),
    "file_creator": (49, _fields(software_version=(0, "uint16"))),
    "user_profile": (3, _fields(message_index=(254, "uint16"), gender=(1, "enum"), height=(3, "uint8", 100.0), weight=(4, "uint16", 10.0))),
    "sport": (12, _fields(sport=(0, "enum"), sub_sport=(1, "enum"), name=(3, "string"))),
    "session": (
        18,
        _fields(
            message_index=(254, "uint16"),
            timestamp=_TIME,
            event=(0, "enum"),
            event_type=(1, "enum"),
            start_time=(2, "uint32"),
            sport=(5, "enum"),
            sub_sport=(6, "enum"),
            total_elapsed_time=(7, "uint32", 1000.0),
            total_timer_time=(8, "uint32", 1000.0),
            total_distance=(9, "uint32", 100.0),
            total_cycles=(10, "uint32"),
            avg_speed=(14, "uint16", 1000.0),
            avg_heart_rate=(16, "uint8"),
            avg_cadence=(18, "uint8"),
            total_ascent=(22, "uint16"),
            first_lap_index=(25, "uint16"),
            num_laps=(26, "uint16"),
            trigger=(28, "enum"),
            sport_profile_name=(110, "string"),
        ),
    ),
    "lap": (
        19,
        _fields(
            message_index=(254, "uint16"),
            timestamp=_TIME,
            event=(0, "enum"),
            event_type=(1, "enum"),
            start_time=(2, "uint32"),
            total_elapsed_time=(7, "uint32", 1000.0),
            total_timer_time=(8, "uint32", 1000.0),
            total_distance=(9, "uint32", 100.0),
            intensity=(23, "enum"),
            lap_trigger=(24, "enum"),
            sport=(25, "enum"),
            wkt_step_index=(71, "uint16"),
        ),
    ),
    "record": (
        20,
        _fields(
            timestamp=_TIME,
            position_lat=(0, "sint32"),
            position_long=(1, "sint32"),
            altitude=(2, "uint16", 5.0, 500.0),
            heart_rate=(3, "uint8"),
            cadence=(4, "uint8"),
            distance=(5, "uint32", 100.0),
            speed=(6, "uint16", 1000.0),
            power=(7, "uint16"),
            compressed_speed_distance=(8, "byte"),
            grade=(9, "sint16", 100.0),
            temperature=(13, "sint8"),
            vertical_oscillation=(39, "uint16", 10.0),
            stance_time=(41, "uint16", 10.0),
            activity_type=(42, "enum"),
            fractional_cadence=(53, "uint8", 128.0),
            enhanced_speed=(73, "uint32", 1000.0),
            enhanced_altitude=(78, "uint32", 5.0, 500.0),
        ),
    ),
    "event": (21, _fields(timestamp=_TIME, event=(0, "enum"), event_type=(1, "enum"), data=(3, "uint32"), event_group=(4, "uint8"))),
    "device_info": (
        23,
        _fields(
            timestamp=_TIME,
            device_index=(0, "uint8"),
            device_type=(1, "uint8"),
            manufacturer=(2, "uint16"),
            serial_number=(3, "uint32z"),
            product=(4, "uint16"),
            software_version=(5, "uint16", 100.0),
            source_type=(25, "enum"),
            product_name=(27, "string"),
        ),
    ),
    "workout": (
        26,
        _fields(sport=(4, "enum"), num_valid_steps=(6, "uint16"), wkt_name=(8, "string"), wkt_description=(17, "string")),
    ),
    "workout_step": (
        27,
        _fields(
            message_index=(254, "uint16"),
            wkt_step_name=(0, "string"),
            duration_type=(1, "enum"),
            duration_value=(2, "uint32"),
            target_type=(3, "enum"),
            target_value=(4, "uint32"),
            intensity=(7, "enum"),
            notes=(8, "string"),
        ),
    ),
    "activity": (
        34,
        _fields(
            timestamp=_TIME,
            total_timer_time=(0, "uint32", 1000.0),
            num_sessions=(1, "uint16"),
            type=(2, "enum"),
            event=(3, "enum"),
            event_type=(4, "enum"),
            local_timestamp=(5, "uint32"),
        ),
    ),
    "field_description": (
        206,
        _fields(
            developer_data_index=(0, "uint8"),
            field_definition_number=(1, "uint8"),
            fit_base_type_id=(2, "uint8"),
            field_name=(3, "string"),
            units=(8, "string"),
            native_mesg_num=(14, "uint16"),
            native_field_num=(15, "uint8"),
        ),
    ),
    "developer_data_id": (
        207,
        _fields(developer_id=(0, "byte"), application_id=(1, "byte"), developer_data_index=(3, "uint8"), application_version=(4, "uint32")),
    ),
}


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
