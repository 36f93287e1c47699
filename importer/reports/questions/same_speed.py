"""What would forward have been at the same speed? Cadence, step length and heart rate of a bout beside its own session's forward movement.

Conventions: a bout is a row of `v_bout`. Only a speed that was measured counts: one that a watch computed from cadence would compare
cadence with itself. The session's own forward line is used, and only near the speeds that taught it: `RUN_REACH_MPS` and its like.
What cannot be compared is None, never a guess.
"""

from __future__ import annotations

from typing import Any, Final

from importer.detect import calibration as cal
from importer.reports.questions.answer import Row

#: where a speed comes from that was measured on its own
MEASURED: Final = ("belt", "gps", "footpod")
#: how far from the session's mean forward speed its line is believed, running and walking, m/s.
#: Assumption: the slope's spread between runners (2 spm for each m/s) makes 3 spm there, a fifth of what backward running adds
RUN_REACH_MPS: Final = 1.5
WALK_REACH_MPS: Final = 0.6
#: the same for heart rate, m/s. Assumption: the gain is known to a fifth (calibration), which makes 6 bpm there
HEART_REACH_MPS: Final = 1.2
#: slopes beyond these are noise of a session run at one speed: the population's is used then, spm for each m/s.
#: Source: two spreads of the slope between runners and sessions (calibration)
_SLOPE_SD: Final = (cal.RUN_SLOPE_SD_SPM_PER_MPS**2 + cal.SESSION_SLOPE_SD_SPM_PER_MPS**2) ** 0.5
OWN_SLOPES: Final = (cal.RUN_SLOPE_SPM_PER_MPS - 2 * _SLOPE_SD, cal.RUN_SLOPE_SPM_PER_MPS + 2 * _SLOPE_SD)


def speed_mps(bout: Row) -> float | None:
    """Give the speed of a bout where it was measured."""
    return _moving(bout["mean_speed_mps"]) if bout["speed_basis"] in MEASURED else None


def _moving(value: float | None) -> float | None:
    """Leave out a zero: who moves has a speed and a cadence, so the sensor has lost them."""
    return value if value is not None and value > 0 else None


def has_own_slope(bout: Row) -> bool:
    """Say whether the session's own slope of cadence over speed can be used."""
    slope = bout["forward_slope_spm_per_mps"]
    return slope is not None and OWN_SLOPES[0] <= slope <= OWN_SLOPES[1]


def forward_cadence_spm(bout: Row) -> float | None:
    """Give the cadence that going forward would have at the bout's speed and grade, steps/min.

    None where the session has no forward movement in that gait, or none at a speed near this one.
    """
    speed, is_walk = speed_mps(bout), bout["gait"] == "walk"
    names = ("walk_speed_mps", "walk_cadence_spm") if is_walk else ("forward_speed_mps", "forward_cadence_spm")
    at_mps, at_spm = (bout[name] for name in names)
    reach = WALK_REACH_MPS if is_walk else RUN_REACH_MPS
    if speed is None or bout["gait"] is None or at_mps is None or at_spm is None or abs(speed - at_mps) > reach:
        return None
    slope = cal.WALK_SLOPE_SPM_PER_MPS if is_walk else cal.RUN_SLOPE_SPM_PER_MPS
    if not is_walk and has_own_slope(bout):
        slope = bout["forward_slope_spm_per_mps"]
    return float((at_spm + slope * (speed - at_mps)) * _grade_factor(bout["grade_ratio"]))


def _grade_factor(grade: float | None) -> float:
    """Cadence on a slope over cadence on the level, as detection has it."""
    if grade is None:
        return 1.0
    return 1.0 + (cal.UPHILL_CADENCE_PER_GRADE * grade if grade > 0 else -cal.DOWNHILL_CADENCE_PER_GRADE * grade)


def step_length_m(speed: float | None, cadence_spm: float | None) -> float | None:
    """Give the length of one step, m."""
    return None if speed is None or cadence_spm is None else 60.0 * speed / cadence_spm


def has_heart_rate(bout: Row) -> bool:
    """Say whether a bout is long enough for its heart rate to mean something, and has one."""
    return bout["mean_heart_rate_bpm"] is not None and bout["duration_s"] >= cal.HEART_MIN_BOUT_S


def forward_heart_rate_bpm(bout: Row) -> float | None:
    """Give the settled heart rate that running forward on the level would have at the bout's speed, beats/min.

    None for walking (what is known of a session is its running), on a slope of `HILL_GRADE` and more, and far from the speeds that
    taught it.
    """
    speed, at_mps, at_bpm = speed_mps(bout), bout["heart_speed_mps"], bout["heart_rate_bpm"]
    if speed is None or bout["gait"] != "run" or at_mps is None or at_bpm is None or abs(speed - at_mps) > HEART_REACH_MPS:
        return None
    if bout["grade_ratio"] is not None and abs(bout["grade_ratio"]) >= cal.HILL_GRADE:
        return None
    return float(at_bpm + cal.HEART_PER_MPS * (speed - at_mps))


def compared(bout: Row) -> dict[str, Any]:
    """Give what a bout says beside forward movement: each value None where it was not measured or cannot be compared."""
    speed, cadence = speed_mps(bout), _moving(bout["mean_cadence_spm"])
    expected = None if cadence is None else forward_cadence_spm(bout)
    return {
        "duration_s": bout["duration_s"],
        "speed_mps": speed,
        "usual_mps": None if speed is None else _moving(bout["forward_gait_mps"]),
        "cadence_spm": cadence,
        "same_speed_spm": expected,
        "step_m": step_length_m(speed, cadence),
        "same_speed_step_m": step_length_m(speed, expected),
    }
