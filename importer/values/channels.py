"""The table of channels: every column an activity may carry.

Conventions: the unit is part of the name; cadence is always steps per minute;
the plausible range is closed, and a reader turns what lies outside into NaN and counts it.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Channel(NamedTuple):
    """One measured column."""

    name: str
    unit: str
    #: ``rate`` and ``cumulative`` may be interpolated over a short gap; ``angle`` and ``code`` never are
    kind: str
    low: float
    high: float
    meaning: str


CHANNELS: Final[dict[str, Channel]] = {
    channel.name: channel
    for channel in (
        Channel("latitude_deg", "deg", "angle", -90.0, 90.0, "position, WGS 84"),
        Channel("longitude_deg", "deg", "angle", -180.0, 180.0, "position, WGS 84"),
        Channel("altitude_m", "m", "rate", -500.0, 9000.0, "altitude above sea level"),
        Channel("distance_m", "m", "cumulative", 0.0, 1e6, "distance since the start, as the device counts it"),
        Channel("speed_mps", "m/s", "rate", 0.0, 15.0, "speed, unsigned: no format has a negative one"),
        Channel("cadence_spm", "steps/min", "rate", 0.0, 350.0, "steps of both feet per minute"),
        Channel("heart_rate_bpm", "bpm", "rate", 20.0, 250.0, "heart rate"),
        Channel("power_w", "W", "rate", 0.0, 3000.0, "running power, a vendor's model"),
        Channel("grade_ratio", "m/m", "rate", -0.6, 0.6, "slope in the direction of travel; belt incline on a treadmill"),
        Channel("vertical_speed_mps", "m/s", "rate", -20.0, 20.0, "climb rate"),
        Channel("temperature_degc", "degC", "rate", -50.0, 70.0, "temperature at the device"),
        Channel("vertical_oscillation_m", "m", "rate", 0.0, 0.5, "vertical oscillation of the torso"),
        Channel("stance_time_s", "s", "rate", 0.0, 1.5, "ground contact time of one step"),
        Channel("stance_time_ratio", "1", "rate", 0.0, 1.0, "share of a stride on the ground (derived by the device)"),
        Channel("stance_balance_ratio", "1", "rate", 0.0, 1.0, "left share of ground contact time"),
        Channel("vertical_ratio", "1", "rate", 0.0, 0.5, "vertical oscillation over step length (derived by the device)"),
        Channel("step_length_m", "m", "rate", 0.0, 4.0, "step length (derived by the device)"),
        Channel("form_power_w", "W", "rate", 0.0, 1000.0, "power without moving forward, Stryd's model"),
        Channel("air_power_w", "W", "rate", 0.0, 1000.0, "power against the wind, Stryd's model"),
        Channel("leg_spring_stiffness_kn_per_m", "kN/m", "rate", 0.0, 100.0, "leg spring stiffness, Stryd's model"),
        Channel("impact_g", "g", "rate", 0.0, 32.0, "peak vertical shock of a foot at contact (RunScribe), mean of both feet"),
        Channel("braking_g", "g", "rate", 0.0, 32.0, "peak horizontal shock of a foot at contact (RunScribe), mean of both feet"),
        Channel("foot_strike_type", "1", "rate", 1.0, 16.0, "where a foot lands: 1 heel to 16 toes (RunScribe), mean of both feet"),
        Channel("pronation_deg", "deg", "rate", -60.0, 60.0, "pronation from contact to its maximum (RunScribe), mean of both feet"),
        Channel("flight_ratio", "1", "rate", -1.0, 1.0, "share of a step in the air, below 0 in walking (RunScribe), mean of both feet"),
        Channel("core_temperature_degc", "degC", "rate", 25.0, 45.0, "temperature of the body's core, a sensor's estimate"),
        Channel("skin_temperature_degc", "degC", "rate", 0.0, 50.0, "temperature of the skin"),
        Channel("respiration_rate_brpm", "breaths/min", "rate", 0.0, 120.0, "respiration rate"),
        Channel("course_deg", "deg", "angle", 0.0, 360.0, "direction of travel over ground"),
        Channel("heading_deg", "deg", "angle", 0.0, 360.0, "direction the device faces, from a compass"),
        Channel("gps_accuracy_m", "m", "rate", 0.0, 10000.0, "horizontal accuracy the receiver claims"),
        Channel("activity_type", "code", "code", 0.0, 254.0, "FIT activity_type: 1 running, 6 walking, ..."),
        Channel("retro_dir", "code", "code", -1.0, 1.0, "developer field: +1 forward, -1 backward, 0 unknown"),
    )
}
