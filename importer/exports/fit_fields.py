"""The FIT messages that an export writes: numbers, base types, scales and offsets of their fields. Data only.

Conventions: raw = (value + offset) * scale, in the profile's units; a time is FIT seconds.
A test holds the table against the reader's profile.

Source: FIT protocol, base types; FIT profile.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Base(NamedTuple):
    """A base type: its number, its numpy type, and the raw value that says "missing"."""

    number: int
    dtype: str
    invalid: int


class Field(NamedTuple):
    """A field of a message."""

    number: int
    base: str
    scale: float = 1.0
    offset: float = 0.0


BASES: Final[dict[str, Base]] = {
    "enum": Base(0x00, "u1", 0xFF),
    "sint8": Base(0x01, "i1", 0x7F),
    "uint8": Base(0x02, "u1", 0xFF),
    "string": Base(0x07, "u1", 0x00),
    "byte": Base(0x0D, "u1", 0xFF),
    "sint16": Base(0x83, "<i2", 0x7FFF),
    "uint16": Base(0x84, "<u2", 0xFFFF),
    "sint32": Base(0x85, "<i4", 0x7FFFFFFF),
    "uint32": Base(0x86, "<u4", 0xFFFFFFFF),
    "float32": Base(0x88, "<f4", 0xFFFFFFFF),
}

_TIMESTAMP: Final = Field(253, "uint32")
_INDEX: Final = Field(254, "uint16")

MESSAGES: Final[dict[str, tuple[int, dict[str, Field]]]] = {
    "file_id": (
        0,
        {
            "type": Field(0, "enum"),
            "manufacturer": Field(1, "uint16"),
            "product": Field(2, "uint16"),
            "time_created": Field(4, "uint32"),
            "product_name": Field(8, "string"),
        },
    ),
    "developer_data_id": (
        207,
        {"application_id": Field(1, "byte"), "manufacturer_id": Field(2, "uint16"), "developer_data_index": Field(3, "uint8")},
    ),
    "field_description": (
        206,
        {
            "developer_data_index": Field(0, "uint8"),
            "field_definition_number": Field(1, "uint8"),
            "fit_base_type_id": Field(2, "uint8"),
            "field_name": Field(3, "string"),
            "units": Field(8, "string"),
        },
    ),
    "device_info": (
        23,
        {
            "timestamp": _TIMESTAMP,
            "device_index": Field(0, "uint8"),
            "device_type": Field(1, "uint8"),
            "manufacturer": Field(2, "uint16"),
            "source_type": Field(25, "enum"),
            "product_name": Field(27, "string"),
        },
    ),
    "device_used": (22, {"timestamp": _TIMESTAMP, "speed": Field(0, "uint8")}),
    "workout": (
        26,
        {
            "sport": Field(4, "enum"),
            "num_valid_steps": Field(6, "uint16"),
            "wkt_name": Field(8, "string"),
            "wkt_description": Field(17, "string"),
        },
    ),
    "workout_step": (
        27,
        {
            "message_index": _INDEX,
            "wkt_step_name": Field(0, "string"),
            "duration_type": Field(1, "enum"),
            "target_type": Field(3, "enum"),
            "intensity": Field(7, "enum"),
            "notes": Field(8, "string"),
        },
    ),
    "event": (
        21,
        {"timestamp": _TIMESTAMP, "event": Field(0, "enum"), "event_type": Field(1, "enum"), "data": Field(3, "uint32")},
    ),
    "hrv": (78, {"time": Field(0, "uint16", 1000)}),
    "record": (
        20,
        {
            "timestamp": _TIMESTAMP,
            "position_lat": Field(0, "sint32"),
            "position_long": Field(1, "sint32"),
            "heart_rate": Field(3, "uint8"),
            "cadence": Field(4, "uint8"),
            "distance": Field(5, "uint32", 100),
            "power": Field(7, "uint16"),
            "grade": Field(9, "sint16", 100),
            "temperature": Field(13, "sint8"),
            "gps_accuracy": Field(31, "uint8"),
            "vertical_speed": Field(32, "sint16", 1000),
            "vertical_oscillation": Field(39, "uint16", 10),
            "stance_time_percent": Field(40, "uint16", 100),
            "stance_time": Field(41, "uint16", 10),
            "activity_type": Field(42, "enum"),
            "fractional_cadence": Field(53, "uint8", 128),
            "enhanced_speed": Field(73, "uint32", 1000),
            "enhanced_altitude": Field(78, "uint32", 5, 500),
            "vertical_ratio": Field(83, "uint16", 100),
            "stance_time_balance": Field(84, "uint16", 100),
            "step_length": Field(85, "uint16", 10),
            "enhanced_respiration_rate": Field(108, "uint16", 100),
            "core_temperature": Field(139, "uint16", 100),
        },
    ),
    "lap": (
        19,
        {
            "message_index": _INDEX,
            "timestamp": _TIMESTAMP,
            "event": Field(0, "enum"),
            "event_type": Field(1, "enum"),
            "start_time": Field(2, "uint32"),
            "total_elapsed_time": Field(7, "uint32", 1000),
            "total_timer_time": Field(8, "uint32", 1000),
            "total_distance": Field(9, "uint32", 100),
            "avg_heart_rate": Field(15, "uint8"),
            "max_heart_rate": Field(16, "uint8"),
            "avg_cadence": Field(17, "uint8"),
            "max_cadence": Field(18, "uint8"),
            "avg_power": Field(19, "uint16"),
            "max_power": Field(20, "uint16"),
            "intensity": Field(23, "enum"),
            "lap_trigger": Field(24, "enum"),
            "sport": Field(25, "enum"),
            "sub_sport": Field(39, "enum"),
            "wkt_step_index": Field(71, "uint16"),
            "enhanced_avg_speed": Field(110, "uint32", 1000),
            "enhanced_max_speed": Field(111, "uint32", 1000),
        },
    ),
    "session": (
        18,
        {
            "message_index": _INDEX,
            "timestamp": _TIMESTAMP,
            "event": Field(0, "enum"),
            "event_type": Field(1, "enum"),
            "start_time": Field(2, "uint32"),
            "sport": Field(5, "enum"),
            "sub_sport": Field(6, "enum"),
            "total_elapsed_time": Field(7, "uint32", 1000),
            "total_timer_time": Field(8, "uint32", 1000),
            "total_distance": Field(9, "uint32", 100),
            "total_cycles": Field(10, "uint32"),
            "avg_heart_rate": Field(16, "uint8"),
            "max_heart_rate": Field(17, "uint8"),
            "avg_cadence": Field(18, "uint8"),
            "max_cadence": Field(19, "uint8"),
            "avg_power": Field(20, "uint16"),
            "max_power": Field(21, "uint16"),
            "first_lap_index": Field(25, "uint16"),
            "num_laps": Field(26, "uint16"),
            "trigger": Field(28, "enum"),
            "enhanced_avg_speed": Field(124, "uint32", 1000),
            "enhanced_max_speed": Field(125, "uint32", 1000),
        },
    ),
    "activity": (
        34,
        {
            "timestamp": _TIMESTAMP,
            "total_timer_time": Field(0, "uint32", 1000),
            "num_sessions": Field(1, "uint16"),
            "type": Field(2, "enum"),
            "event": Field(3, "enum"),
            "event_type": Field(4, "enum"),
            "local_timestamp": Field(5, "uint32"),
        },
    ),
}
