"""What GPX keeps beside the values of its points: Garmin's raw acceleration, and heart rates in a list of their own.

Conventions: moments in UTC seconds since 1970; axes (m,) in g, in the sensor's own frame. An acceleration stands in a point, its offset
counts milliseconds from the point's time. A heart rate of the list goes to the samples that have none: those at its moment and up to
`HOLDS_S` behind it; where no moment fits and there are as many as points, the first belongs to the first point and so on.
Nothing here replaces a heart rate that a point has.

Source: Garmin's AccelerationExtension 1 as VIRB Edit and others write it; `st:heartRateTrack` (SportTracks' namespace) as SpoQ, KeyMaze
and QuickRoute write it, read by its times (QuickRoute) or its order (Runalyze).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.readers.recorded import SensorRows
from importer.readers.xmlreadings import Readings
from importer.readers.xmltext import MISSING, moments, numbers
from importer.values.activity import FloatArray
from importer.values.sensors import CALIBRATED_UNIT, SensorKind

#: s; for so long a heart rate speaks of what follows it, as with those of a strap's memory in FIT
HOLDS_S: Final = 5.0
#: ms; a sample farther from its point than this is not that point's. Assumption: points are written once a second or so.
FARTHEST_MS: Final = 60_000.0
#: g; beyond it no sensor that is worn measures. Assumption: the widest ranges on sale end at 200.
MOST_G: Final = 200.0
_MS_PER_S: Final = 1000.0


def acceleration_readings() -> Readings:
    """Make room for accelerations: number of points before theirs, offset, x, y, z."""
    return Readings(*[numbers] * 5)


def heart_rate_readings() -> Readings:
    """Make room for heart rates: moment and beats a minute."""
    return Readings(moments, numbers)


def add_acceleration(readings: Readings, attributes: dict[str, str], n_points: int) -> None:
    """Take one ``accel`` of the point that follows `n_points` others."""
    readings.add(str(n_points), *(attributes.get(name, MISSING) for name in ("offset", "x", "y", "z")))


def add_heart_rate(readings: Readings, attributes: dict[str, str]) -> None:
    """Take one ``heartRate`` of a list."""
    readings.add(attributes.get("time", ""), attributes.get("bpm", MISSING))


class Hearts(NamedTuple):
    """Heart rates of all points, (n,), and which of them came from the list, (n,)."""

    bpm: FloatArray
    is_new: NDArray[np.bool_]


def with_heart_rates(readings: Readings, t_unix_s: FloatArray, bpm: FloatArray) -> Hearts:
    """Give the points without a heart rate that of the list.

    Parameters
    ----------
    t_unix_s, bpm : (n,) times and heart rates of the points, NaN = missing; zero is no heart rate.
    """
    if not len(readings):
        return Hearts(bpm, np.zeros(len(bpm), dtype=np.bool_))
    at_unix_s, heard = readings.columns()
    heard = np.where(heard > 0.0, heard, np.nan)
    found = _by_time(at_unix_s, heard, t_unix_s)
    if np.isnan(found).all() and len(heard) == len(bpm):
        found = heard
    is_new = (np.isnan(bpm) | (bpm == 0.0)) & ~np.isnan(found)
    return Hearts(np.where(is_new, found, bpm), is_new)


def _by_time(at_unix_s: FloatArray, heard: FloatArray, t_unix_s: FloatArray) -> FloatArray:
    """Give for each point the last heart rate at its time or before, (n,), NaN where that is too old or the point has no time."""
    usable = np.flatnonzero(np.isfinite(at_unix_s) & np.isfinite(heard))
    order = usable[np.argsort(at_unix_s[usable], kind="stable")]
    place = np.searchsorted(at_unix_s[order], t_unix_s, side="right") - 1
    found = np.full(len(t_unix_s), np.nan)
    # NaN is sorted behind all others and is never within reach of the last
    points = np.flatnonzero((place >= 0) & np.isfinite(t_unix_s))
    before = order[place[points]]
    is_near = t_unix_s[points] - at_unix_s[before] <= HOLDS_S
    found[points[is_near]] = heard[before[is_near]]
    return found


def acceleration(readings: Readings, t_unix_s: FloatArray, part: slice) -> tuple[SensorRows | None, dict[str, int]]:
    """Give the accelerations of the points in `part` and what was odd about them, None where there are none.

    Parameters
    ----------
    t_unix_s : (n,) times of all points of the document.
    """
    if not len(readings):
        return None, {}
    index, offset_ms, *axes = readings.columns()
    # a document that breaks off within a point leaves readings of a point that is not there: they are behind all parts
    first, end = np.searchsorted(index, (part.start, part.stop))
    point = index[first:end].astype(np.intp)
    offset_ms = offset_ms[first:end]
    x, y, z = (axis[first:end] for axis in axes)
    is_bad = (abs(x) > MOST_G) | (abs(y) > MOST_G) | (abs(z) > MOST_G)
    x, y, z = (np.where(abs(axis) > MOST_G, np.nan, axis) for axis in (x, y, z))
    at_unix_s = t_unix_s[point] + np.where(np.isnan(offset_ms), 0.0, offset_ms) / _MS_PER_S
    is_placed = np.isfinite(at_unix_s) & ~(abs(offset_ms) > FARTHEST_MS)
    is_said = ~(np.isnan(x) & np.isnan(y) & np.isnan(z))
    counts = {"bad_accelerometer": int(np.count_nonzero(is_bad)), "bad_sensor_time": int(np.count_nonzero(is_said & ~is_placed))}
    kept = is_placed & is_said
    rows = SensorRows(SensorKind.ACCELEROMETER, CALIBRATED_UNIT[SensorKind.ACCELEROMETER], at_unix_s[kept], x[kept], y[kept], z[kept])
    return (rows if len(rows.t_unix_s) else None), {name: n for name, n in counts.items() if n}
