"""Iron near a magnetometer: where the middle of its readings lies, and how strong the field is around it.

Conventions: readings are (m, 3) in any unit, without NaN; a fit is judged by the spread of strength it leaves, relative to the strength.
The readings of one recording are all there is: what the wearer never turned through cannot be seen, and stays as it was read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from importer.detect import calibration as cal
from importer.values.activity import FloatArray
from importer.values.statistics import median

#: readings that a fit looks at, spread evenly: more of them change nothing
_ENOUGH: Final = 4000
#: rounds of leaving out what lies off the fit, and how far off, in median deviations
_ROUNDS: Final = 4
_OFF: Final = 4.0
#: a direction through which readings move less than this share of the widest one cannot show where the middle is
_BLIND_RATIO: Final = 0.05
#: an ellipsoid must be seen from all sides (share of the widest direction), be nearly round, and fit so much better
_ELLIPSOID_MIN_RATIO: Final = 0.3
_ELLIPSOID_MOST_RATIO: Final = 1.5
_ELLIPSOID_GAIN: Final = 0.8


#: readings to centre and gain, (3,) each
Fit = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


class Field(NamedTuple):
    """A field without iron: ``(reading - centre) * gain`` has the length `strength`, give or take `spread_ratio` of it."""

    centre: FloatArray
    gain: FloatArray
    strength: float
    spread_ratio: float

    def apply(self, readings: FloatArray) -> FloatArray:
        """Take the iron out of readings: (m, 3)."""
        cleared: FloatArray = (readings - self.centre) * self.gain
        return cleared


def find_field(readings: FloatArray, *, is_calibrated: bool) -> Field:
    """Take calibrated readings as they are where their strength is steady and of this Earth; fit a sphere or an ellipsoid otherwise."""
    some = readings[:: max(1, len(readings) // _ENOUGH)]
    as_read = _judge(some, np.zeros(3), np.ones(3))
    is_earth = cal.EARTH_FIELD_GAUSS[0] <= as_read.strength <= cal.EARTH_FIELD_GAUSS[1]
    if is_calibrated and is_earth and as_read.spread_ratio <= cal.IRON_SPREAD_RATIO:
        return as_read
    sphere = _robust(some, _sphere)
    best = sphere if not is_calibrated or sphere.spread_ratio < as_read.spread_ratio else as_read
    deviation = some.std(axis=0)
    if deviation.min() > _ELLIPSOID_MIN_RATIO * deviation.max():
        ellipsoid = _robust(some, _ellipsoid)
        is_round = ellipsoid.gain.max() < _ELLIPSOID_MOST_RATIO * ellipsoid.gain.min()
        if is_round and ellipsoid.spread_ratio < _ELLIPSOID_GAIN * best.spread_ratio:
            best = ellipsoid
    return best


def _judge(readings: FloatArray, centre: FloatArray, gain: FloatArray) -> Field:
    strength = np.sqrt((((readings - centre) * gain) ** 2).sum(axis=1))
    middle = median(strength)
    # 1.4826 median deviations are a standard deviation of normal noise
    return Field(centre, gain, middle, 1.4826 * median(np.abs(strength - middle)) / middle if middle > 0 else np.inf)


def _robust(readings: FloatArray, fit: Fit) -> Field:
    """Fit, leave out what lies far off, and fit again."""
    use = np.ones(len(readings), dtype=bool)
    field = _judge(readings, *fit(readings))
    for _ in range(_ROUNDS):
        strength = np.sqrt((field.apply(readings) ** 2).sum(axis=1))
        off = np.abs(strength - field.strength)
        use = off <= _OFF * max(median(off), 1e-6 * field.strength)
        if use.sum() < len(readings) // 2:
            break
        field = _judge(readings, *fit(readings[use]))
    return field


def _sphere(readings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least squares of ``|m|^2 = 2 m.c + k``; along directions without movement the middle stays at the mean."""
    mean = readings.mean(axis=0)
    away = readings - mean
    _, axes = np.linalg.eigh(away.T @ away)
    along = away @ axes
    seen = along.std(axis=0) > _BLIND_RATIO * along.std(axis=0).max()
    left = np.column_stack((2 * along[:, seen], np.ones(len(away))))
    solution = np.linalg.lstsq(left, (away**2).sum(axis=1), rcond=None)[0]
    return mean + axes[:, seen] @ solution[:-1], np.ones(3)


def _ellipsoid(readings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least squares of an ellipsoid along the sensor's own axes; a sphere where none fits."""
    mean, scale = readings.mean(axis=0), readings.std(axis=0).max()
    away = (readings - mean) / scale
    solution = np.linalg.lstsq(np.column_stack((away**2, 2 * away)), np.ones(len(away)), rcond=None)[0]
    square, linear = solution[:3], solution[3:]
    if square.min() <= 0:
        return _sphere(readings)
    gain = np.sqrt(square / square.mean())
    return mean - scale * linear / square, gain
