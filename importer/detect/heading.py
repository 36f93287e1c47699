"""Heading: the direction in which the device points, from a compass the file holds or from its raw sensors.

Conventions: radians clockwise from magnetic north, (n,) a second; NaN = missing. A device is worn anyhow, so that a heading is good up
to a constant: the mounting offset, which `facing` estimates. `resultant` is the length of the mean vector within the second, 1 where
the device did not turn in it: an arm swings.
Raw sensors leave one more thing open: whether acceleration is counted upwards or downwards. A wrong guess mirrors the heading
(`can_be_mirrored`); the course tells, where it turns.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from importer.detect import calibration as cal
from importer.detect.angles import mean_by_row, wrap
from importer.detect.iron import find_field
from importer.values.activity import Activity, FloatArray
from importer.values.grid import Grid
from importer.values.sensors import CALIBRATED_UNIT, SensorKind, SensorSeries

#: readings of a magnetometer that make a field: less than a minute at 1 Hz tells nothing anyway
_MIN_READINGS: Final = 60
#: seconds of both sensors that must agree before a gyroscope is believed, and how much (correlation). Assumption
_GYRO_MIN_S: Final = 60
_GYRO_MIN_CORRELATION: Final = 0.5


class Heading(NamedTuple):
    """Direction of the device, rad (n,), and how well each second agrees with itself (n,)."""

    rad: FloatArray
    resultant: FloatArray
    can_be_mirrored: bool


def find_heading(grid: Grid, activity: Activity) -> Heading | None:
    """Take the compass channel or the raw sensors, whichever tells more seconds; None without either."""
    compass = np.radians(grid.column("heading_deg"))
    raw = _from_sensors(activity, grid.n) if activity.sensors else None
    n_compass = int(np.isfinite(compass).sum())
    if raw is not None and int(np.isfinite(raw.rad).sum()) > n_compass:
        return raw
    if n_compass == 0:
        return None
    return Heading(wrap(compass), np.where(np.isnan(compass), np.nan, 1.0), can_be_mirrored=False)


def _from_sensors(activity: Activity, n: int) -> Heading | None:
    """Tilt-compensated heading of the device's levellest axis; None where the sensors do not make one."""
    series = {one.kind: one for one in activity.sensors}
    magnetometer, accelerometer = series.get(SensorKind.MAGNETOMETER), series.get(SensorKind.ACCELEROMETER)
    if magnetometer is None or accelerometer is None:
        return None
    t_s, readings = _known(magnetometer)
    force_t_s, force = _known(accelerometer)
    if len(t_s) < _MIN_READINGS or len(force_t_s) < _MIN_READINGS:
        return None
    up = _up(force_t_s, force, t_s)
    is_calibrated = magnetometer.unit == CALIBRATED_UNIT[SensorKind.MAGNETOMETER]
    found = find_field(readings, is_calibrated=is_calibrated)
    field = found.apply(readings)
    strength = np.sqrt((field**2).sum(axis=1))
    angle = _level_heading(field, up)
    angle[np.abs(strength / found.strength - 1) > cal.FIELD_TOLERANCE_RATIO] = np.nan
    rad, length = mean_by_row(angle, np.floor(t_s), n)
    rad[~(length >= cal.HEADING_MIN_RESULTANT)] = np.nan
    gyroscope = series.get(SensorKind.GYROSCOPE)
    if gyroscope is not None:
        rad = _carried(rad, _turned(gyroscope, force_t_s, force, n))
    return Heading(rad, length, can_be_mirrored=True)


def _known(series: SensorSeries) -> tuple[FloatArray, FloatArray]:
    """Times (m,) and readings (m, 3) without what is missing."""
    readings = np.column_stack((series.x, series.y, series.z))
    is_known = ~np.isnan(readings).any(axis=1)
    return series.t_s[is_known], readings[is_known]


def _up(force_t_s: FloatArray, force: FloatArray, at_s: FloatArray) -> FloatArray:
    """Unit vector of the mean acceleration around each moment, in the device's frame: (m, 3), NaN where none was measured."""
    half = cal.GRAVITY_WINDOW_S / 2
    first, last = np.searchsorted(force_t_s, at_s - half, side="left"), np.searchsorted(force_t_s, at_s + half, side="right")
    total = np.concatenate((np.zeros((1, 3)), np.cumsum(force, axis=0)))
    mean = total[last] - total[first]
    length = np.sqrt((mean**2).sum(axis=1))
    length[(last == first) | (length == 0)] = np.nan
    unit: FloatArray = mean / length[:, None]
    return unit


def _level_heading(field: FloatArray, up: FloatArray) -> FloatArray:
    """Heading of the device axis that is level most of the time: (m,)."""
    axis = int(np.argmin(np.nan_to_num(np.abs(up)).sum(axis=0)))
    north = field - (field * up).sum(axis=1)[:, None] * up
    east = np.cross(north, up)
    heading: FloatArray = np.arctan2(east[:, axis], north[:, axis])
    return heading


def _turned(gyroscope: SensorSeries, force_t_s: FloatArray, force: FloatArray, n: int) -> FloatArray:
    """How far the device turned about the vertical from the second before, clockwise, rad: (n,), NaN where not measured.

    Both are means of their second, as headings are: an arm that swings is somewhere else at every border.
    """
    t_s, rate = _known(gyroscope)
    if len(t_s) < _MIN_READINGS:
        return np.full(n, np.nan)
    clockwise = -np.radians((rate * _up(force_t_s, force, t_s)).sum(axis=1))
    gap_s = np.minimum(np.diff(t_s, prepend=t_s[0]), 1.0)
    angle = np.cumsum(np.nan_to_num(clockwise) * gap_s)
    row = np.floor(t_s)
    use = np.isfinite(clockwise) & (row >= 0) & (row < n)
    where = row[use].astype(np.int64)
    count = np.bincount(where, minlength=n)
    mean = np.full(n, np.nan)
    np.divide(np.bincount(where, weights=angle[use], minlength=n), count, out=mean, where=count > 0)
    return np.diff(mean, prepend=np.nan)


def _carried(heading: FloatArray, step: FloatArray) -> FloatArray:
    """Carry a heading over seconds of disturbed field by what a gyroscope says, where the two agree elsewhere: (n,)."""
    seen = wrap(np.diff(heading, prepend=np.nan))
    both = np.isfinite(seen) & np.isfinite(step)
    if both.sum() < _GYRO_MIN_S or not _correlation(seen[both], step[both]) > _GYRO_MIN_CORRELATION:
        return heading
    bias = float((step[both] - seen[both]).mean())
    turned = np.cumsum(np.nan_to_num(step - bias))
    is_broken = np.cumsum(np.isnan(step))
    known = np.flatnonzero(np.isfinite(heading))
    out = heading.copy()
    gap = np.diff(known)
    for at in np.flatnonzero((gap > 1) & (gap <= cal.GYRO_BRIDGE_S)):
        a, b = int(known[at]), int(known[at + 1])
        if is_broken[b] == is_broken[a]:
            rows = np.arange(a + 1, b)
            left_over = wrap(heading[b] - heading[a] - (turned[b] - turned[a]))
            out[rows] = wrap(heading[a] + turned[rows] - turned[a] + left_over * (rows - a) / (b - a))
    return out


def _correlation(a: FloatArray, b: FloatArray) -> float:
    """Correlation of two columns, 0 where one of them is constant."""
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0
