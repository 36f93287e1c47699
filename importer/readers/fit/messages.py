"""The messages of one FIT file with names and units: what the builder of activities works on.

Conventions: the small messages are rows (name to value, missing ones absent), `record` is columns ((n,) float64, NaN = missing);
values are physical in the profile's own units; times are FIT seconds; enumerations are names where the profile has one.
The fast reader and the reference reader both make `Messages`, so that all behind it is shared and the two can be compared.
Nothing here interprets: that is `activity`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from importer.readers.fit import profile
from importer.readers.fit.blocks import Block, Blocks
from importer.readers.fit.integrity import Integrity
from importer.readers.fit.layout import LARGEST, NATIVE, DeveloperField, Group, Value
from importer.readers.fit.records import Columns, developer_columns, native_columns
from importer.readers.fit.wire import Link
from importer.values.activity import FloatArray

#: The messages that are read as rows, with the fields that matter of each.
WANTED: Final[Mapping[str, frozenset[str]]] = {
    "file_id": frozenset({"type", "manufacturer", "product", "serial_number", "time_created", "product_name"}),
    "file_creator": frozenset({"software_version"}),
    "activity": frozenset({"timestamp", "local_timestamp", "total_timer_time", "num_sessions"}),
    "session": frozenset(
        {
            "timestamp", "start_time", "sport", "sub_sport", "total_elapsed_time", "total_timer_time", "total_distance",
            "total_cycles", "sport_profile_name",
        }
    ),
    "lap": frozenset(
        {
            "timestamp", "start_time", "total_elapsed_time", "total_timer_time", "total_distance", "intensity", "lap_trigger",
            "wkt_step_index", "message_index", "sport",
        }
    ),
    "event": frozenset({"timestamp", "event", "event_type", "data"}),
    "device_info": frozenset(
        {
            "timestamp", "device_index", "device_type", "manufacturer", "product", "serial_number", "software_version", "product_name",
            "source_type",
        }
    ),
    "device_used": frozenset({"timestamp", "speed"}),
    "workout": frozenset({"wkt_name", "wkt_description"}),
    "workout_step": frozenset({"message_index", "wkt_step_name", "notes", "intensity", "exercise_category", "exercise_name"}),
    "sport": frozenset({"name", "sport", "sub_sport"}),
    "hr": frozenset({"timestamp", "fractional_timestamp", "filtered_bpm", "event_timestamp", "event_timestamp_12"}),
    "set": frozenset({"timestamp", "start_time", "duration", "category", "category_subtype", "set_type", "repetitions"}),
    "split": frozenset({"timestamp", "start_time", "end_time", "total_elapsed_time", "total_distance", "split_type"}),
    "three_d_sensor_calibration": frozenset(
        {
            "timestamp", "sensor_type", "calibration_factor", "calibration_divisor", "level_shift", "offset_cal", "orientation_matrix",
        }
    ),
    "timestamp_correlation": frozenset(
        {
            "timestamp", "system_timestamp", "local_timestamp", "fractional_timestamp", "fractional_system_timestamp", "timestamp_ms",
            "system_timestamp_ms",
        }
    ),
}  # fmt: skip
#: The fields of `record` that become columns; `compressed_speed` and `compressed_distance` are unpacked from field 8.
RECORD_FIELDS: Final = frozenset(
    {
        "timestamp", "position_lat", "position_long", "altitude", "enhanced_altitude", "heart_rate", "cadence", "fractional_cadence",
        "cadence256", "distance", "speed", "enhanced_speed", "power", "grade", "vertical_speed", "temperature", "vertical_oscillation",
        "stance_time", "stance_time_percent", "stance_time_balance", "vertical_ratio", "step_length", "respiration_rate",
        "enhanced_respiration_rate", "gps_accuracy", "activity_type", "compressed_speed_distance",
        "core_temperature",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One small message."""

    fields: Mapping[str, Value]
    developer: Mapping[DeveloperField, Value]

    def number(self, name: str) -> float | None:
        """Give a finite number, None where the field is missing, a name or several values."""
        value = self.fields.get(name)
        if isinstance(value, tuple):
            value = next((v for v in value if v is not None), None)
        return float(value) if isinstance(value, int | float) and abs(value) < LARGEST else None

    def integer(self, name: str) -> int | None:
        """Give a whole number."""
        value = self.number(name)
        return None if value is None else int(value)

    def text(self, name: str) -> str | None:
        """Give a text or the name of an enumeration's value; None for a number and for blanks."""
        value = self.fields.get(name)
        return value.strip() or None if isinstance(value, str) else None


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """One FIT file of a chain.

    Parameters
    ----------
    rows : message name to its messages in file order.
    n_records : number of `record` messages.
    columns : field name to (n_records,), in file order; the fast reader decodes it when it is asked for.
    developer : developer field to (n_records,), in the describer's units; likewise.
    blocks : message name to its messages that hold arrays, see `blocks`; likewise.
    """

    rows: Mapping[str, list[Row]]
    n_records: int
    columns: Mapping[str, FloatArray]
    developer: Mapping[DeveloperField, FloatArray]
    integrity: Integrity = Integrity.OK
    fault: str = ""
    fault_offset: int | None = None
    n_messages: int = 0
    #: message name to number of messages, for saying what a file is
    census: Mapping[str, int] = field(default_factory=dict)
    blocks: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)

    def forget_columns(self) -> None:
        """Let go of what decoding columns has gathered: as much memory as the records have in the file."""
        for columns in (self.columns, self.developer):
            if isinstance(columns, Columns):
                columns.forget()

    def of(self, name: str) -> list[Row]:
        """Give the messages of one name."""
        return self.rows.get(name, [])


def decode(link: Link) -> Messages:
    """Name and scale what one link holds."""
    of_name: dict[str, list[Group]] = {}
    census: dict[str, int] = {}
    for group in link.groups:
        name = profile.message(group.layout.number).name
        of_name.setdefault(name, []).append(group)
        census[name] = census.get(name, 0) + len(group)
    records = of_name.get("record", [])
    return Messages(
        rows={name: _rows(of_name[name], wanted) for name, wanted in WANTED.items() if name in of_name},
        n_records=sum(map(len, records)),
        columns=native_columns(records, RECORD_FIELDS),
        developer=developer_columns(records),
        integrity=link.integrity,
        fault=link.fault,
        fault_offset=link.fault_offset,
        n_messages=link.n_messages,
        census=census,
        blocks=Blocks(of_name, records),
    )


def physical(value: Value, known: profile.FieldProfile) -> Value:
    """Give the name of an enumeration's value, or the number in the profile's unit."""
    if isinstance(value, int | float):
        # a weight has both: a scale, and a number that stands for "calculating"
        name = known.values.get(int(value)) if known.values and math.isfinite(value) else None
        if name is not None:
            return name
        return value if known.scale == 1.0 and known.offset == 0.0 else value / known.scale - known.offset
    if isinstance(value, tuple) and (known.scale != 1.0 or known.offset != 0.0):
        return tuple(None if v is None else v / known.scale - known.offset for v in value)
    return value


def _rows(groups: list[Group], wanted: frozenset[str]) -> list[Row]:
    """Decode small messages in file order."""
    found: list[tuple[int, Row]] = []
    for group in groups:
        names = profile.message(group.layout.number).fields
        for position, raw in zip(group.positions.tolist(), group.rows(profile.field_numbers(group.layout.number, wanted)), strict=True):
            fields: dict[str, Value] = {}
            told: dict[DeveloperField, Value] = {}
            for key, value in raw.items():
                if key[0] == NATIVE:
                    field_profile = names[key[1]]
                    fields[field_profile.name] = physical(value, field_profile)
                else:
                    described = group.developer[key]
                    told[described] = _described(value, described)
            found.append((position, Row(fields, told)))
    if len(groups) > 1:
        found.sort(key=lambda entry: entry[0])
    return [row for _, row in found]


def _described(value: Value, described: DeveloperField) -> Value:
    """Give a developer field's value in the unit its description names."""
    if isinstance(value, int | float) and (described.scale != 1.0 or described.offset != 0.0):
        return value / described.scale - described.offset
    return value
