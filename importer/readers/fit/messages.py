"""The messages of one FIT file with names and units: what the builder of activities works on.

Conventions: the small messages are rows (name to value, missing ones absent), `record` is columns ((n,) float64, NaN = missing);
values are physical in the profile's own units; times are FIT seconds; enumerations are names where the profile has one.
The fast reader and the reference reader both make `Messages`, so that all behind it is shared and the two can be compared.
Nothing here interprets: that is `activity`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from importer.readers.fit import profile
from importer.readers.fit.integrity import Integrity
from importer.readers.fit.layout import LARGEST, NATIVE, DeveloperField, Group, Value
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
    "set": frozenset({"timestamp", "start_time", "duration", "category", "category_subtype"}),
    "timestamp_correlation": frozenset({"timestamp", "system_timestamp", "local_timestamp"}),
}  # fmt: skip
#: The fields of `record` that become columns; `compressed_speed` and `compressed_distance` are unpacked from field 8.
RECORD_FIELDS: Final = frozenset(
    {
        "timestamp", "position_lat", "position_long", "altitude", "enhanced_altitude", "heart_rate", "cadence", "fractional_cadence",
        "cadence256", "distance", "speed", "enhanced_speed", "power", "grade", "vertical_speed", "temperature", "vertical_oscillation",
        "stance_time", "stance_time_percent", "stance_time_balance", "vertical_ratio", "step_length", "respiration_rate",
        "enhanced_respiration_rate", "gps_accuracy", "activity_type", "compressed_speed_distance",
    }
)  # fmt: skip
#: Source: FIT profile, record.compressed_speed_distance: 12 bits of 1/100 m/s, 12 bits of 1/16 m that roll over.
_SPEED_SCALE: Final = 100.0
_DISTANCE_SCALE: Final = 16.0
_TWELVE_BITS: Final = 1 << 12
#: global number of the message `record`
_RECORD: Final = 20

K = TypeVar("K")


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
    columns : field name to (n_records,), in file order.
    developer : developer field to (n_records,), in the describer's units.
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
    places = _places(records)
    return Messages(
        rows={name: _rows(of_name[name], wanted) for name, wanted in WANTED.items() if name in of_name},
        n_records=sum(map(len, records)),
        columns=_native_columns(records, places),
        developer=_developer_columns(records, places),
        integrity=link.integrity,
        fault=link.fault,
        fault_offset=link.fault_offset,
        n_messages=link.n_messages,
        census=census,
    )


def physical(value: Value, known: profile.FieldProfile) -> Value:
    """Give the name of an enumeration's value, or the number in the profile's unit."""
    if isinstance(value, int | float):
        if known.values:
            return known.values.get(int(value), value)
        return value if known.scale == 1.0 and known.offset == 0.0 else value / known.scale - known.offset
    if isinstance(value, tuple) and not known.values and (known.scale != 1.0 or known.offset != 0.0):
        return tuple(None if v is None else v / known.scale - known.offset for v in value)
    return value


def unroll(rolling: FloatArray) -> FloatArray:
    """Undo the roll-over of a 12-bit counter: (n,) counts 0 to 4095, NaN = missing, give a count that never falls."""
    counted = rolling.copy()
    present = ~np.isnan(rolling)
    if present.any():
        values = rolling[present]
        counted[present] = values[0] + np.concatenate(([0.0], np.cumsum(np.diff(values) % _TWELVE_BITS)))
    return counted


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


def _places(groups: list[Group]) -> list[NDArray[np.intp]] | None:
    """Give for each group the rows of its messages in the merged file order; None for a single group."""
    if len(groups) < 2:
        return None
    order = np.argsort(np.concatenate([group.positions for group in groups]), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return np.split(rank, np.cumsum([len(group) for group in groups])[:-1])


def _native_columns(groups: list[Group], places: list[NDArray[np.intp]] | None) -> dict[str, FloatArray]:
    """Decode the wanted fields of `record`: name to (n,)."""
    known = profile.message(_RECORD).fields
    columns: _Columns[str] = _Columns(groups, places)
    for which, group in enumerate(groups):
        for field_ in group.layout.fields:
            described = known.get(field_.key[1]) if field_.key[0] == NATIVE else None
            if described is None or described.name not in RECORD_FIELDS:
                continue
            if described.name == "compressed_speed_distance":
                if field_.size_bytes == 3:
                    speed, distance = _compressed(group.bytes_column(field_))
                    columns.add("compressed_speed", which, speed)
                    columns.add("compressed_distance", which, distance)
                continue
            column = group.column(field_)
            if described.scale != 1.0:
                column /= described.scale
            if described.offset != 0.0:
                column -= described.offset
            columns.add(described.name, which, column)
        if group.times is not None:
            columns.add("timestamp", which, group.times)
    if "compressed_distance" in columns.found:
        columns.found["compressed_distance"] = unroll(columns.found["compressed_distance"]) / _DISTANCE_SCALE
    return columns.found


def _developer_columns(groups: list[Group], places: list[NDArray[np.intp]] | None) -> dict[DeveloperField, FloatArray]:
    """Decode the developer fields of `record` that are numbers: (n,) each."""
    columns: _Columns[DeveloperField] = _Columns(groups, places)
    for which, group in enumerate(groups):
        for field_ in group.layout.fields:
            described = group.developer.get(field_.key)
            if described is None or field_.type.code == "s":
                continue
            column = group.column(field_)
            if described.scale != 1.0 or described.offset != 0.0:
                column = column / described.scale - described.offset
            columns.add(described, which, column)
    return columns.found


class _Columns(Generic[K]):
    """Columns over all groups, put together from columns of each."""

    __slots__ = ("found", "n", "places")

    def __init__(self, groups: list[Group], places: list[NDArray[np.intp]] | None) -> None:
        self.n = sum(map(len, groups))
        self.places = places
        self.found: dict[K, FloatArray] = {}

    def add(self, name: K, which: int, column: FloatArray) -> None:
        """Take the values of group `which`; those of a field named before in the same message stay."""
        whole = self.found.get(name)
        if self.places is None:
            self.found[name] = column if whole is None else np.where(np.isnan(whole), column, whole)
            return
        if whole is None:
            whole = self.found[name] = np.full(self.n, np.nan)
        place = self.places[which]
        before = whole[place]
        whole[place] = np.where(np.isnan(before), column, before)


def _compressed(packed: NDArray[np.uint8]) -> tuple[FloatArray, FloatArray]:
    """Unpack field 8 of `record`, (n, 3) bytes: speed in m/s and the rolling count of 1/16 m, (n,) each."""
    missing = (packed == 0xFF).all(axis=1)
    low, middle, high = packed.astype(np.float64).T
    speed = np.where(missing, np.nan, (low + middle % 16 * 256) / _SPEED_SCALE)
    return speed, np.where(missing, np.nan, middle // 16 + high * 16)
