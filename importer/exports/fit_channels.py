"""The program's channels as fields of FIT's `record`, native ones and ours.

Conventions: a field takes the channel times its factor, in the profile's unit; what the profile has no field for goes into a developer
field whose name and unit our reader knows. FIT counts strides, and their fraction in a field of its own.
Columns are (n,) float64, NaN = missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from importer.exports.fit_writer import SEMICIRCLES_PER_DEG, Developer
from importer.values.activity import FloatArray

#: channel to field and factor
NATIVE: Final[dict[str, tuple[str, float]]] = {
    "latitude_deg": ("position_lat", SEMICIRCLES_PER_DEG),
    "longitude_deg": ("position_long", SEMICIRCLES_PER_DEG),
    "altitude_m": ("enhanced_altitude", 1.0),
    "distance_m": ("distance", 1.0),
    "speed_mps": ("enhanced_speed", 1.0),
    "heart_rate_bpm": ("heart_rate", 1.0),
    "power_w": ("power", 1.0),
    "grade_ratio": ("grade", 100.0),
    "vertical_speed_mps": ("vertical_speed", 1.0),
    "temperature_degc": ("temperature", 1.0),
    "vertical_oscillation_m": ("vertical_oscillation", 1000.0),
    "stance_time_s": ("stance_time", 1000.0),
    "stance_time_ratio": ("stance_time_percent", 100.0),
    "stance_balance_ratio": ("stance_time_balance", 100.0),
    "vertical_ratio": ("vertical_ratio", 100.0),
    "step_length_m": ("step_length", 1000.0),
    "respiration_rate_brpm": ("enhanced_respiration_rate", 1.0),
    "core_temperature_degc": ("core_temperature", 1.0),
    "gps_accuracy_m": ("gps_accuracy", 1.0),
    "activity_type": ("activity_type", 1.0),
}


class Added(NamedTuple):
    """A developer field of ours: number, base type, name, unit, and the factor from the channel's unit."""

    number: int
    base: str
    name: str
    units: str
    factor: float = 1.0

    @property
    def field(self) -> Developer:
        """The field as the writer takes it."""
        return Developer(0, self.number, self.base)


#: +1 forward, -1 backward, 0 neither or not known
DIRECTION: Final = Added(0, "sint8", "retro_dir", "")
#: of laps: the number of the recording's own lap
RECORDED_LAP: Final = Added(1, "uint16", "recorded_lap", "")
#: channel to developer field
ADDED: Final[dict[str, Added]] = {
    "form_power_w": Added(2, "float32", "Form Power", "Watts"),
    "air_power_w": Added(3, "float32", "Air Power", "Watts"),
    "leg_spring_stiffness_kn_per_m": Added(4, "float32", "Leg Spring Stiffness", "kN/m"),
    "impact_g": Added(5, "float32", "impactgs", "g"),
    "braking_g": Added(6, "float32", "brakinggs", "g"),
    "foot_strike_type": Added(7, "float32", "fs", ""),
    "pronation_deg": Added(8, "float32", "pronation", "deg"),
    "flight_ratio": Added(9, "float32", "flightratio", "%", 100.0),
    "skin_temperature_degc": Added(10, "float32", "skin_temperature", "C"),
    "heading_deg": Added(11, "float32", "heading", "degrees"),
    "course_deg": Added(12, "float32", "gps_heading", "degrees"),
}


def native_columns(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Give the native fields, in the profile's units."""
    found = {NATIVE[name][0]: column * NATIVE[name][1] for name, column in columns.items() if name in NATIVE}
    if "cadence_spm" in columns:
        # the fraction counts 128ths; whole strides and fraction are cut together, so that their sum is the value
        parts = np.rint(columns["cadence_spm"] / 2.0 * 128.0)
        found["cadence"] = np.floor(parts / 128.0)
        if (parts[np.isfinite(parts)] % 128.0 != 0).any():
            found["fractional_cadence"] = (parts % 128.0) / 128.0
    return found


def added_columns(columns: Mapping[str, FloatArray]) -> dict[Added, FloatArray]:
    """Give the developer fields, in their own units."""
    return {ADDED[name]: column * ADDED[name].factor for name, column in columns.items() if name in ADDED}
