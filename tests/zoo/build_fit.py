"""FIT files of the zoo: a sound run of twenty seconds, and the places where something odd goes into it.

Conventions: a part is a function that writes into a file; times are seconds since `START`; the run is at 2.5 m/s and 84 strides a minute.
Never copied from a recording.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tests.support.fit_writer import BASE_TYPES, Developer, FitWriter, Value, fit_time, semicircles

START: Final = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
T0: Final = fit_time(START)
RECORD, SESSION, EVENT, HR, SET, SPLIT = 20, 18, 21, 132, 225, 312
FLOAT32, FLOAT64, UINT64, UINT32, UINT16, UINT8, STRING, BYTE = 0x88, 0x89, 0x8F, 0x86, 0x84, 0x02, 0x07, 0x0D
RUNNING, CYCLING, TRANSITION, FITNESS_EQUIPMENT, SWIMMING, WALKING = 1, 2, 3, 4, 5, 11
TREADMILL, ELLIPTICAL, VIRTUAL = 1, 15, 58

Part = Callable[[FitWriter], object]


def fit_file(*parts: Part, big_endian: bool = False, **lies: Any) -> bytes:
    """Give a file of these parts; `lies` are those of `FitWriter.to_bytes`."""
    writer = FitWriter(big_endian=big_endian)
    for part in parts:
        part(writer)
    return writer.to_bytes(**lies)


def says(name: str, **values: Value) -> Part:
    """Write one message."""
    return lambda writer: writer.message_with(name, values)


def head(**changes: Value) -> Part:
    """Write who made the file."""
    return says("file_id", **{"type": 4, "manufacturer": 1, "product": 2691, "serial_number": 3_900_000_001, "time_created": T0, **changes})


def records(times: Iterable[int] = range(20), **changes: Value | Callable[[int], Value]) -> Part:
    """Write samples: running east; a change is a value or a function of the time, `...=None` leaves the field in but missing."""

    def write(writer: FitWriter) -> None:
        for t in times:
            row: dict[str, Any] = {
                "timestamp": T0 + t,
                "position_lat": semicircles(49.0),
                "position_long": semicircles(8.0 + 3.4e-5 * t),
                "heart_rate": 150,
                "cadence": 84,
                "distance": 2.5 * max(t, 0),
                "speed": 2.5,
                **changes,
            }
            writer.message_with("record", {name: value(t) if callable(value) else value for name, value in row.items()})

    return write


def only(times: Iterable[int] = range(20), /, **columns: Value | Callable[[int], Value]) -> Part:
    """Write samples with these fields and no others, and their times where none are given."""

    def write(writer: FitWriter) -> None:
        for t in times:
            row = {"timestamp": T0 + t, **{name: value(t) if callable(value) else value for name, value in columns.items()}}
            writer.message_with("record", row)

    return write


def session(start: int = 0, length: float = 20.0, **changes: Value) -> Part:
    """Write a summary."""
    values: dict[str, Value] = {
        "timestamp": T0 + start + int(length),
        "start_time": T0 + start,
        "sport": RUNNING,
        "sub_sport": 0,
        "total_elapsed_time": length,
        "total_timer_time": length,
        "total_distance": 2.5 * length,
    }
    return says("session", **{**values, **changes})


def lap(start: int, length: float, **changes: Value) -> Part:
    """Write a lap."""
    values: dict[str, Value] = {"timestamp": T0 + start + int(length), "start_time": T0 + start, "total_elapsed_time": length}
    return says("lap", **{**values, "total_timer_time": length, **changes})


def timer(t: int, event_type: int, data: int = 0) -> Part:
    """Write the timer's start (0), stop (1) or stop of all (4); data 1 is an automatic one."""
    return says("event", timestamp=T0 + t, event=0, event_type=event_type, data=data)


def good(*odd: Part, n: int = 20, **lies: Any) -> bytes:
    """Give a sound run with something odd between its samples and its summary."""
    return fit_file(head(), records(range(n)), *odd, session(length=float(n)), **lies)


def indoors(
    *odd: Part, sub_sport: int = TREADMILL, maker: dict[str, Value] | None = None, **columns: Value | Callable[[int], Value]
) -> bytes:
    """Give a run without positions: heart rate, and these columns."""
    return fit_file(
        head(**(maker or {})), *odd, only(range(20), **{"heart_rate": 150, **columns}), session(sub_sport=sub_sport, total_distance=None)
    )


def definition(
    number: int,
    fields: Sequence[tuple[int, int, int]],
    *,
    developer: Sequence[tuple[int, int, int]] = (),
    local: int = 15,
    reserved: int = 0,
    architecture: int = 0,
) -> bytes:
    """Give a definition's bytes: fields are (number, size, code of the base type), whatever they are."""
    order = ">" if architecture else "<"
    out = bytes([0x40 | (0x20 if developer else 0) | local, reserved, architecture]) + struct.pack(order + "HB", number, len(fields))
    out += b"".join(map(bytes, fields))
    return out + (bytes([len(developer)]) + b"".join(map(bytes, developer)) if developer else b"")


def odd(number: int, fields: Sequence[tuple[int, int, int]], payload: bytes, *, at: int | None = None, **more: Any) -> Part:
    """Write one message as raw as can be; `at` puts a sound time before its fields."""
    if at is not None:
        fields, payload = [(253, 4, UINT32), *fields], struct.pack("<I", T0 + at) + payload
    local = more.get("local", 15)
    return lambda writer: writer.raw(definition(number, fields, **more) + bytes([local]) + payload)


def odd_time(code: int, payload: bytes) -> Part:
    """Write a sample whose time is of another type."""
    return odd(RECORD, [(253, len(payload), code), (3, 1, UINT8)], payload + b"\x96")


def raw(payload: bytes) -> Part:
    """Write bytes as they are."""
    return lambda writer: writer.raw(payload)


def developed(
    *fields: tuple[str, str, str, float],
    application: bytes = bytes(range(16)),
    has_identity: bool = True,
) -> Part:
    """Write twenty samples with developer fields (name, units, base type, value) besides heart rate and speed."""

    def write(writer: FitWriter) -> None:
        if has_identity:
            writer.message("developer_data_id", application_id=application, developer_data_index=0)
        for number, (name, units, base, _) in enumerate(fields):
            words: dict[str, Value] = {
                "developer_data_index": 0,
                "field_definition_number": number,
                "fit_base_type_id": BASE_TYPES[base][0],
                "field_name": name,
                "units": units,
            }
            writer.message_with("field_description", words)
        values = {Developer(0, number, base): value for number, (_, _, base, value) in enumerate(fields)}
        for t in range(20):
            writer.message_with("record", {"timestamp": T0 + t, "heart_rate": 150, "speed": 2.5}, developer=values)

    return write


def kind(type_: int, *parts: Part) -> bytes:
    """Give a sound file that is no activity."""
    return fit_file(head(type=type_), *parts)
