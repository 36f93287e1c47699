"""FIT `record` fields, native and developer's, as the program's channels.

Conventions: a channel comes from the first source that has a value in that second, the enhanced field before the legacy one and
a native field before a developer's; cadence stays as the file says it (per minute), because its unit is decided later.
Developer fields are converted by their *units*, never by the native field they claim to stand for.
Nothing here drops, sorts or judges values: that is `samples.clean`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from importer.readers.fit.layout import DeveloperField
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
    ("gps_accuracy_m", ("gps_accuracy",), 1.0),
    ("activity_type", ("activity_type",), 1.0),
)
#: Developer fields by name: the channel and, by unit, what turns it into the channel's. Names and units compared in lower case.
_SECONDS: Final = {"ms": _S_PER_MS, "milliseconds": _S_PER_MS, "s": 1.0}
_METRES: Final = {"cm": 0.01, "centimeters": 0.01, "mm": _M_PER_MM, "m": 1.0, "meters": 1.0}
_SPEEDS: Final = {"m/s": 1.0, "mps": 1.0, "km/h": 1 / 3.6, "kph": 1 / 3.6}
_GRADES: Final = {"%": _PER_PERCENT, "percent": _PER_PERCENT}
_WATTS: Final = {"w": 1.0, "watts": 1.0, "watt": 1.0}
_ANGLES: Final = {"rad": 180.0 / np.pi, "radians": 180.0 / np.pi, "deg": 1.0, "degrees": 1.0, "degree": 1.0, "°": 1.0}
DEVELOPER_CHANNELS: Final[dict[str, tuple[str, dict[str, float]]]] = {
    "power": ("power_w", _WATTS),
    "rp_power": ("power_w", _WATTS | {"": 1.0}),
    "speed": ("speed_mps", _SPEEDS),
    "distance": ("distance_m", _METRES),
    "elevation": ("altitude_m", {"m": 1.0, "meters": 1.0}),
    "heart rate": ("heart_rate_bpm", {"bpm": 1.0}),
    "ground time": ("stance_time_s", _SECONDS),
    "ground contact time": ("stance_time_s", _SECONDS),
    "stance time": ("stance_time_s", _SECONDS),
    "vertical oscillation": ("vertical_oscillation_m", _METRES),
    "step length": ("step_length_m", _METRES),
    "rs_contacttime_l": ("stance_time_s", _SECONDS | {"": _S_PER_MS}),
    "rs_contacttime_r": ("stance_time_s", _SECONDS | {"": _S_PER_MS}),
    "contacttime": ("stance_time_s", _SECONDS | {"": _S_PER_MS}),
    "rs_power_avg": ("power_w", _WATTS | {"": 1.0}),
    "incline": ("grade_ratio", _GRADES),
    "inclination": ("grade_ratio", _GRADES),
    "grade": ("grade_ratio", _GRADES),
    "treadmill incline": ("grade_ratio", _GRADES),
    "treadmill grade": ("grade_ratio", _GRADES),
    "belt incline": ("grade_ratio", _GRADES),
    "respiration rate": ("respiration_rate_brpm", {"brpm": 1.0, "breaths/min": 1.0, "bpm": 1.0}),
    "retro_dir": ("retro_dir", {"": 1.0}),
}
#: Fields that RunScribe writes without a name or a unit: by application id and number, what they would be called.
#: Of its other numbers (impact, braking, foot strike, pronation) the program has no channel. Source: Runalyze's table.
NAMELESS: Final[dict[tuple[str, int], str]] = {
    ("502092b3b0dd45ad89b3472ab2060ab6", 12): "rs_power_avg",
    ("c1f5c80a5a054e8a97b3fda34e957035", 12): "rs_power_avg",
}
#: Channels in which a zero of a developer field says "no data". Source: Stryd's fields in real files.
_ZERO_IS_MISSING: Final = frozenset({"stance_time_s", "vertical_oscillation_m", "step_length_m", "heart_rate_bpm"})
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
    for field, column in messages.developer.items():
        known = developer_channel(field)
        if known is None:
            continue
        channel, factor = known
        column = column * factor
        if channel in _ZERO_IS_MISSING:
            column = np.where(column == 0, np.nan, column)
        elif channel in ("heading_deg", "course_deg"):
            column = column % 360.0
        native = found.get(channel)
        found[channel] = column if native is None else np.where(np.isnan(native), column, native)
    return found


def raw_cadence(messages: Messages) -> RawCadence | None:
    """Give the cadence as the file says it, with its fraction; None where the file has none."""
    whole, fine, fraction = (messages.columns.get(name) for name in ("cadence", "cadence256", "fractional_cadence"))
    if whole is not None and fraction is not None:
        whole = whole + np.where(np.isnan(fraction), 0.0, fraction)
    native = _first(column for column in (whole, fine) if column is not None)
    if native is not None and not np.isnan(native).all():
        return RawCadence(native, None)
    for field, column in messages.developer.items():
        if field.name.casefold() == "cadence" and not np.isnan(column).all():
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


def developer_channel(field: DeveloperField) -> tuple[str, float] | None:
    """Give the channel a developer field feeds and the factor to its unit; None for a field that feeds none."""
    name = field.name.strip().casefold() or NAMELESS.get((field.application, field.number), "")
    units = field.units.strip().casefold()
    if "heading" in name or "compass" in name:
        factor = _ANGLES.get(units)
        # RawLogger's Pos.Heading and Act.Heading are the course over ground, Sens.Heading is the compass
        channel = "course_deg" if name.startswith(("pos", "act", "gps")) else "heading_deg"
        return None if factor is None else (channel, factor)
    channel, factors = DEVELOPER_CHANNELS.get(name, ("", {}))
    factor = factors.get(units)
    return None if factor is None else (channel, factor)
