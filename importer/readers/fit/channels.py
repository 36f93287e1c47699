"""FIT `record` fields, native and developer's, as the program's channels.

Conventions: a channel comes from the first source that has a value in that second, the enhanced field before the legacy one and
a native field before a developer's; cadence stays as the file says it (per minute), because its unit is decided later.
What a developer field feeds is said in `developer_channels`; of a value for each foot the mean counts.
Nothing here drops, sorts or judges values: that is `samples.clean`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from importer.readers.fit.developer_channels import ZERO_IS_MISSING, developer_channel
from importer.readers.fit.messages import Messages
from importer.readers.fit.profile import DEG_PER_SEMICIRCLE
from importer.values.activity import FloatArray

_PER_PERCENT: Final = 0.01
_M_PER_MM: Final = 0.001
_S_PER_MS: Final = 0.001
#: Channel, the `record` fields that feed it (the best first) and what turns the profile's unit into the channel's.
NATIVE_CHANNELS: Final[tuple[tuple[str, tuple[str, ...], float], ...]] = (
    ("latitude_deg", ("position_lat",), DEG_PER_SEMICIRCLE),
    ("longitude_deg", ("position_long",), DEG_PER_SEMICIRCLE),
    ("altitude_m", ("enhanced_altitude", "altitude"), 1.0),
    ("distance_m", ("distance", "compressed_distance"), 1.0),
    ("speed_mps", ("enhanced_speed", "speed", "compressed_speed"), 1.0),
    ("heart_rate_bpm", ("heart_rate",), 1.0),
    ("power_w", ("power",), 1.0),
    ("grade_ratio", ("grade",), _PER_PERCENT),
    ("vertical_speed_mps", ("vertical_speed",), 1.0),
    ("temperature_degc", ("temperature",), 1.0),
    ("vertical_oscillation_m", ("vertical_oscillation",), _M_PER_MM),
    ("stance_time_s", ("stance_time",), _S_PER_MS),
    ("stance_time_ratio", ("stance_time_percent",), _PER_PERCENT),
    ("stance_balance_ratio", ("stance_time_balance",), _PER_PERCENT),
    ("vertical_ratio", ("vertical_ratio",), _PER_PERCENT),
    ("step_length_m", ("step_length",), _M_PER_MM),
    ("respiration_rate_brpm", ("enhanced_respiration_rate", "respiration_rate"), 1.0),
    ("core_temperature_degc", ("core_temperature",), 1.0),
    ("gps_accuracy_m", ("gps_accuracy",), 1.0),
    ("activity_type", ("activity_type",), 1.0),
)
#: What a cadence's unit says it counts: the factor to steps per minute.
_CADENCE_UNITS: Final = {"rpm": 2.0, "strides/min": 2.0, "spm": 1.0, "steps/min": 1.0}


class RawCadence(NamedTuple):
    """Cadence per minute as the file has it, (n,), and the factor that its unit names, if it does."""

    per_min: FloatArray
    units_factor: float | None


def channels(messages: Messages) -> dict[str, FloatArray]:
    """Convert all records to channels, cadence excepted: channel to (n,)."""
    found: dict[str, FloatArray] = {}
    for channel, names, factor in NATIVE_CHANNELS:
        column = _first(messages.columns[name] for name in names if name in messages.columns)
        if column is not None:
            found[channel] = column if factor == 1.0 else column * factor
    for channel, columns in _developer_columns(messages).items():
        for column in columns:
            native = found.get(channel)
            found[channel] = column if native is None else np.where(np.isnan(native), column, native)
    return found


def _developer_columns(messages: Messages) -> dict[str, list[FloatArray]]:
    """Convert the developer fields: channel to columns (n,) in the order of the fields; two feet of one app are one column."""
    sources: dict[tuple[str, object], list[FloatArray]] = {}
    for field in messages.developer:
        fed = developer_channel(field)
        if fed is None:
            continue
        column = messages.developer[field] * fed.factor
        if fed.channel in ZERO_IS_MISSING:
            column = np.where(column == 0, np.nan, column)
        elif fed.channel in ("heading_deg", "course_deg"):
            column = column % 360.0
        sources.setdefault((fed.channel, field.application if fed.is_one_foot else field), []).append(column)
    found: dict[str, list[FloatArray]] = {}
    for (channel, _), columns in sources.items():
        found.setdefault(channel, []).append(_mean(columns))
    return found


def raw_cadence(messages: Messages) -> RawCadence | None:
    """Give the cadence as the file says it, with its fraction; None where the file has none."""
    whole, fine, fraction = (messages.columns.get(name) for name in ("cadence", "cadence256", "fractional_cadence"))
    if whole is not None and fraction is not None:
        whole = whole + np.where(np.isnan(fraction), 0.0, fraction)
    native = _first(column for column in (whole, fine) if column is not None)
    if native is not None and not np.isnan(native).all():
        return RawCadence(native, None)
    for field in messages.developer:
        if field.name.casefold() == "cadence" and not np.isnan(column := messages.developer[field]).all():
            return RawCadence(column, _CADENCE_UNITS.get(field.units.casefold()))
    return None


def derived_speed(t_s: FloatArray, distance_m: FloatArray) -> FloatArray:
    """Derive speed from the distance covered since the sample before that has one: (n,) m/s, the first one missing.

    Parameters
    ----------
    t_s : (n,) strictly increasing.
    distance_m : (n,) cumulative; a step back is missing.
    """
    speed = np.full(len(t_s), np.nan)
    present = np.flatnonzero(~np.isnan(distance_m))
    if len(present) > 1:
        step_m = np.diff(distance_m[present])
        speed[present[1:]] = np.where(step_m >= 0, step_m / np.diff(t_s[present]), np.nan)
    return speed


def _first(columns: Iterable[FloatArray]) -> FloatArray | None:
    """Coalesce columns: in each row the first value that is not missing; None without columns."""
    found: FloatArray | None = None
    for column in columns:
        if found is None:
            found = column
        elif np.isnan(found).any():
            found = np.where(np.isnan(found), column, found)
    return found


def _mean(columns: Sequence[FloatArray]) -> FloatArray:
    """Give in each row the mean of what is there: the left foot and the right one, or the only one."""
    if len(columns) == 1:
        return columns[0]
    stacked = np.array(columns)
    is_there = ~np.isnan(stacked)
    n = is_there.sum(axis=0)
    mean: FloatArray = np.where(n > 0, np.where(is_there, stacked, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)
    return mean
