"""Course: the direction in which a runner moves over ground, and how sure it is.

Conventions: radians clockwise from north, (n,) a second; NaN where there is none, where the runner is too slow for one, and around a
sharp turn of the way, where course and heading follow with different lags.
Nothing here knows which way the runner faces.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.angles import wrap
from importer.values.activity import FloatArray
from importer.values.grid import Grid

#: metres of one degree of latitude on a sphere of the mean radius of WGS 84
_METRES_PER_DEG: Final = 111_194.93


class Course(NamedTuple):
    """Direction of travel and its standard deviation, rad: (n,) each, NaN together."""

    rad: FloatArray
    error_rad: FloatArray


def find_course(grid: Grid) -> Course:
    """Take the course that the receiver measured, and derive it from positions where it measured none.

    Notes
    -----
    Error = atan(noise of velocity across the way / speed).
    Source: the table of course accuracy in docs/detection.md.
    """
    measured = np.radians(grid.column("course_deg"))
    derived, derived_mps = _from_positions(grid)
    speed = grid.column("speed_mps")
    speed = np.where(np.isnan(speed), derived_mps, speed)
    is_measured = ~np.isnan(measured)
    course = np.where(is_measured, measured, derived)
    noise_mps = np.where(is_measured, cal.DOPPLER_CROSS_SD_MPS, cal.POSITION_CROSS_SD_MPS)
    with np.errstate(invalid="ignore"):
        error = np.arctan2(noise_mps, speed)
        is_bad = ~(speed >= cal.COURSE_MIN_SPEED_MPS) | np.isnan(course) | _near_sharp_turns(course)
    return Course(np.where(is_bad, np.nan, wrap(course)), np.where(is_bad, np.nan, error))


def _from_positions(grid: Grid) -> tuple[FloatArray, FloatArray]:
    """Direction and speed (m/s) of the straight line between two positions around each second: (n,) each.

    NaN where the line is much shorter than the device says the way was: a turn lies in between.
    """
    n, half = grid.n, cal.COURSE_WINDOW_S // 2
    course, speed_mps = np.full(n, np.nan), np.full(n, np.nan)
    latitude, longitude = grid.column("latitude_deg"), grid.column("longitude_deg")
    if n <= 2 * half:
        return course, speed_mps
    north = (latitude[2 * half :] - latitude[: -2 * half]) * _METRES_PER_DEG
    east = _wrap_deg(longitude[2 * half :] - longitude[: -2 * half]) * _METRES_PER_DEG * np.cos(np.radians(latitude[half:-half]))
    line_mps = np.hypot(north, east) / (2 * half)
    with np.errstate(invalid="ignore"):
        is_straight = ~(line_mps < cal.COURSE_STRAIGHT_SHARE * grid.column("speed_mps")[half:-half])
    course[half:-half] = np.where(is_straight, np.arctan2(east, north), np.nan)
    speed_mps[half:-half] = np.where(is_straight, line_mps, np.nan)
    return course, speed_mps


def _wrap_deg(angle_deg: FloatArray) -> FloatArray:
    """Bring differences of longitude into [-180, 180)."""
    wrapped: FloatArray = (angle_deg + 180.0) % 360.0 - 180.0
    return wrapped


def _near_sharp_turns(course: FloatArray) -> NDArray[np.bool_]:
    """Tell the seconds around which the course swings too quickly: (n,)."""
    is_near = np.zeros(len(course), dtype=bool)
    for lag in (1, 2, 3):
        with np.errstate(invalid="ignore"):
            turns = np.flatnonzero(np.abs(wrap(course[lag:] - course[:-lag])) > np.radians(cal.SHARP_TURN_DEG))
        for at in range(-cal.SHARP_TURN_MARGIN_S, lag + cal.SHARP_TURN_MARGIN_S + 1):
            rows = turns + at
            is_near[rows[(rows >= 0) & (rows < len(course))]] = True
    return is_near
