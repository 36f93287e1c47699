"""What the FIT writer of the tests may write: base types, and the fields of the messages with number, base type and scale.

Conventions: minimal, and the tests' own: the program's profile must not vouch for itself.

Source: FIT protocol, base types; FIT profile.
"""

from __future__ import annotations

from typing import Final, NamedTuple

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


class FieldSpec(NamedTuple):
    """Number, base type, scale and offset of a field: raw = (value + offset) * scale."""

    number: int
    base: str
    scale: float = 1.0
    offset: float = 0.0


def _fields(**specs: tuple[int, str] | tuple[int, str, float] | tuple[int, str, float, float]) -> dict[str, FieldSpec]:
    return {name: FieldSpec(*spec) for name, spec in specs.items()}


_TIME: Final = (253, "uint32")


def _axes(stem: str, first: int, base: str) -> dict[str, FieldSpec]:
    return {f"{stem}_{axis}": FieldSpec(first + i, base) for i, axis in enumerate("xyz")}


def _sensor(stem: str) -> dict[str, FieldSpec]:
    """Give the fields of a sensor of three axes: counts and calibrated values."""
    times = _fields(timestamp=_TIME, timestamp_ms=(0, "uint16"), sample_time_offset=(1, "uint16"))
    return {**times, **_axes(stem, 2, "uint16"), **_axes(f"calibrated_{stem}", 5, "float32")}


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
    # beside the records
    "hrv": (78, _fields(time=(0, "uint16", 1000.0))),
    "gps_metadata": (
        160,
        _fields(
            timestamp=_TIME,
            timestamp_ms=(0, "uint16"),
            enhanced_altitude=(3, "uint32", 5.0, 500.0),
            enhanced_speed=(4, "uint32", 1000.0),
            heading=(5, "uint16", 100.0),
            velocity=(7, "sint16", 100.0),
        ),
    ),
    "timestamp_correlation": (
        162,
        _fields(
            timestamp=_TIME,
            fractional_timestamp=(0, "uint16", 32768.0),
            system_timestamp=(1, "uint32"),
            fractional_system_timestamp=(2, "uint16", 32768.0),
            local_timestamp=(3, "uint32"),
            timestamp_ms=(4, "uint16"),
            system_timestamp_ms=(5, "uint16"),
        ),
    ),
    "gyroscope_data": (164, _sensor("gyro")),
    "accelerometer_data": (165, {**_sensor("accel"), **_axes("compressed_calibrated_accel", 8, "sint16")}),
    "magnetometer_data": (208, _sensor("mag")),
    "three_d_sensor_calibration": (
        167,
        _fields(
            timestamp=_TIME,
            sensor_type=(0, "enum"),
            calibration_factor=(1, "uint32"),
            calibration_divisor=(2, "uint32"),
            level_shift=(3, "uint32"),
            offset_cal=(4, "sint32"),
            orientation_matrix=(5, "sint32", 65535.0),
        ),
    ),
    "set": (
        225,
        _fields(
            timestamp=(254, "uint32"),
            duration=(0, "uint32", 1000.0),
            repetitions=(3, "uint16"),
            set_type=(5, "uint8"),
            start_time=(6, "uint32"),
            category=(7, "uint16"),
            category_subtype=(8, "uint16"),
        ),
    ),
    "split": (
        312,
        _fields(
            timestamp=_TIME,
            split_type=(0, "enum"),
            total_elapsed_time=(1, "uint32", 1000.0),
            total_distance=(3, "uint32", 100.0),
            start_time=(9, "uint32"),
            end_time=(27, "uint32"),
        ),
    ),
}
