"""Which channel a developer field of `record` feeds: what Stryd, RunScribe, CORE, RawLogger and treadmill programs write.

Conventions: a field is known by its name and converted by its *units*, never by the native field it claims to stand for; names and units
are compared in lower case; a unit that is not known feeds nothing. A name that ends in ``_l`` or ``_r`` is that of one foot.
Nothing here touches a value.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from importer.readers.fit.layout import DeveloperField

_UNITLESS: Final = {"": 1.0}
_SECONDS: Final = {"ms": 0.001, "milliseconds": 0.001, "s": 1.0}
#: RunScribe's apps name no unit where they mean milliseconds
_CONTACT: Final = _SECONDS | {"": 0.001}
_METRES: Final = {"cm": 0.01, "centimeters": 0.01, "mm": 0.001, "m": 1.0, "meters": 1.0}
_SPEEDS: Final = {"m/s": 1.0, "mps": 1.0, "km/h": 1 / 3.6, "kph": 1 / 3.6}
_PERCENT: Final = {"%": 0.01, "percent": 0.01}
_WATTS: Final = {"w": 1.0, "watts": 1.0, "watt": 1.0}
_ANGLES: Final = {"rad": 180.0 / math.pi, "radians": 180.0 / math.pi, "deg": 1.0, "degrees": 1.0, "degree": 1.0, "°": 1.0}
_GRAVITIES: Final = {"g": 1.0, "gs": 1.0} | _UNITLESS
_CELSIUS: Final = {"c": 1.0, "°c": 1.0, "degc": 1.0, "deg c": 1.0, "celsius": 1.0, "degrees celsius": 1.0}
#: RunScribe's degrees
_PRONATION: Final = {"°": 1.0, "d": 1.0, "deg": 1.0, "degrees": 1.0} | _UNITLESS
_FLIGHT: Final = _PERCENT | {"": 0.01}
#: Developer fields by name, without the foot: the channel and, by unit, what turns it into the channel's.
#: Source: fields of real files; RunScribe's from the source of its Connect IQ apps.
DEVELOPER_CHANNELS: Final[dict[str, tuple[str, dict[str, float]]]] = {
    "power": ("power_w", _WATTS),
    "rp_power": ("power_w", _WATTS | _UNITLESS),
    "speed": ("speed_mps", _SPEEDS),
    "distance": ("distance_m", _METRES),
    "elevation": ("altitude_m", {"m": 1.0, "meters": 1.0}),
    "heart rate": ("heart_rate_bpm", {"bpm": 1.0}),
    "ground time": ("stance_time_s", _SECONDS),
    "ground contact time": ("stance_time_s", _SECONDS),
    "stance time": ("stance_time_s", _SECONDS),
    "vertical oscillation": ("vertical_oscillation_m", _METRES),
    "step length": ("step_length_m", _METRES),
    "form power": ("form_power_w", _WATTS),
    "air power": ("air_power_w", _WATTS),
    "leg spring stiffness": ("leg_spring_stiffness_kn_per_m", {"kn/m": 1.0}),
    "rs_contacttime": ("stance_time_s", _CONTACT),
    "contacttime": ("stance_time_s", _CONTACT),
    "gct": ("stance_time_s", _SECONDS),
    "rs_power_avg": ("power_w", _WATTS | _UNITLESS),
    "rs_impact_gs": ("impact_g", _GRAVITIES),
    "impactgs": ("impact_g", _GRAVITIES),
    "ig": ("impact_g", _GRAVITIES),
    "rs_braking_gs": ("braking_g", _GRAVITIES),
    "brakinggs": ("braking_g", _GRAVITIES),
    "bg": ("braking_g", _GRAVITIES),
    "rs_footstrike": ("foot_strike_type", _UNITLESS),
    "fs": ("foot_strike_type", _UNITLESS),
    "rs_pronation": ("pronation_deg", _PRONATION),
    "pronation": ("pronation_deg", _PRONATION),
    "rs_flight": ("flight_ratio", _FLIGHT),
    "flightratio": ("flight_ratio", _FLIGHT),
    "incline": ("grade_ratio", _PERCENT),
    "inclination": ("grade_ratio", _PERCENT),
    "grade": ("grade_ratio", _PERCENT),
    "treadmill incline": ("grade_ratio", _PERCENT),
    "treadmill grade": ("grade_ratio", _PERCENT),
    "belt incline": ("grade_ratio", _PERCENT),
    "respiration rate": ("respiration_rate_brpm", {"brpm": 1.0, "breaths/min": 1.0, "bpm": 1.0}),
    "core_temperature": ("core_temperature_degc", _CELSIUS),
    "core temperature": ("core_temperature_degc", _CELSIUS),
    "skin_temperature": ("skin_temperature_degc", _CELSIUS),
    "skin temperature": ("skin_temperature_degc", _CELSIUS),
    "retro_dir": ("retro_dir", _UNITLESS),
}
_RUNSCRIBE: Final = ("502092b3b0dd45ad89b3472ab2060ab6", "c1f5c80a5a054e8a97b3fda34e957035")
#: Fields that RunScribe writes without a name or a unit: by application id and number, what they would be called. Impact and braking
#: (0, 1, 6, 7) are left out, as its versions have swapped them. Source: Runalyze's table and the app's own resources, where they agree.
NAMELESS: Final[dict[tuple[str, int], str]] = {
    (application, number): name
    for application in _RUNSCRIBE
    for number, name in (
        (2, "rs_footstrike_l"),
        (3, "rs_pronation_l"),
        (8, "rs_footstrike_r"),
        (9, "rs_pronation_r"),
        (12, "rs_power_avg"),
    )
}
#: Channels in which a zero of a developer field says "no data". Source: Stryd's fields in real files; RunScribe's app writes zeros
#: in all of its fields while it hears no pod; CORE's sensor while it has no estimate.
ZERO_IS_MISSING: Final = frozenset(
    {
        "stance_time_s", "vertical_oscillation_m", "step_length_m", "heart_rate_bpm", "form_power_w", "leg_spring_stiffness_kn_per_m",
        "impact_g", "braking_g", "foot_strike_type", "pronation_deg", "flight_ratio", "core_temperature_degc", "skin_temperature_degc",
    }
)  # fmt: skip


class Fed(NamedTuple):
    """The channel that a field feeds, the factor to its unit, and whether it is that of one foot only."""

    channel: str
    factor: float
    is_one_foot: bool = False


def developer_channel(field: DeveloperField) -> Fed | None:
    """Give what a developer field feeds; None for a field that feeds nothing."""
    name = field.name.strip().casefold() or NAMELESS.get((field.application, field.number), "")
    units = field.units.strip().casefold()
    if "heading" in name or "compass" in name:
        factor = _ANGLES.get(units)
        # RawLogger's Pos.Heading and Act.Heading are the course over ground, Sens.Heading is the compass
        channel = "course_deg" if name.startswith(("pos", "act", "gps")) else "heading_deg"
        return None if factor is None else Fed(channel, factor)
    is_one_foot = name.endswith(("_l", "_r"))
    channel, factors = DEVELOPER_CHANNELS.get(name[:-2] if is_one_foot else name, ("", {}))
    factor = factors.get(units)
    return None if factor is None else Fed(channel, factor, is_one_foot)
