"""Heading from raw sensors: tilt, arm swing, iron, counts, a flipped acceleration, a disturbed field."""

from __future__ import annotations

import numpy as np
import pytest

from importer.detect import calibration as cal
from importer.detect.angles import resultant, spread_of, wrap
from importer.detect.features import add_features
from importer.detect.heading import find_heading
from importer.detect.iron import find_field
from importer.detect.resample import resample
from importer.values.sensors import SensorKind, SensorSeries
from importer.values.session import Direction
from tests.support.activities import activity_of
from tests.support.facing_runner import Watch, raw_sensors, replaced, true_course
from tests.support.runner import Block, Runner, record

OFFSET_DEG = 40.0
RECORDING = record([Block(420, 2.8)], seed=4, runner=Runner())
TURNING = record([*[Block(40, 2.6), Block(30, 2.2, Direction.BACKWARD)] * 6], seed=5, runner=Runner())
WATCHES = {
    "calibrated": Watch(),
    "iron near it": Watch(iron=(0.3, -0.2, 0.25)),
    "soft iron too": Watch(iron=(0.3, -0.2, 0.25), gain=(1.2, 0.9, 1.0)),
    "counts": Watch(iron=(0.5, 1.0, -0.7), counts_per_gauss=3000.0),
}


def _find(sensors, recording=RECORDING):
    activity = replaced(activity_of(recording), sensors=tuple(sensors))
    heading = find_heading(add_features(resample(activity), activity), activity)
    assert heading is not None
    return heading


def _away(heading, *, mirrored=False):
    """Heading less the true one, rad."""
    found = -heading.rad if mirrored else heading.rad
    return wrap(found - np.radians(true_course(RECORDING)))


@pytest.mark.parametrize("watch", WATCHES.values(), ids=WATCHES)
def test_raw_sensors_follow_the_runner_whatever_iron_is_near(watch):
    heading = _find(raw_sensors(RECORDING, seed=1, offset_deg=OFFSET_DEG, watch=watch))
    away = _away(heading)
    assert np.isfinite(heading.rad).mean() > 0.95
    assert np.degrees(spread_of(abs(resultant(away)))) < 15.0
    assert heading.can_be_mirrored


def test_an_acceleration_counted_downwards_mirrors_the_heading():
    heading = _find(raw_sensors(RECORDING, seed=1, offset_deg=OFFSET_DEG, watch=Watch(is_flipped=True)))
    assert np.degrees(spread_of(abs(resultant(_away(heading, mirrored=True))))) < 15.0
    assert np.degrees(spread_of(abs(resultant(_away(heading))))) > 30.0


def test_the_swing_of_the_arm_shows_in_the_resultant():
    still = _find(raw_sensors(RECORDING, seed=1, offset_deg=OFFSET_DEG, watch=Watch(), swing_deg=2.0))
    wide = _find(raw_sensors(RECORDING, seed=1, offset_deg=OFFSET_DEG, watch=Watch(), swing_deg=60.0))
    assert np.nanmean(still.resultant) > np.nanmean(wide.resultant) + 0.1


def _disturbed(sensors, *, first_s, last_s):
    out = []
    for one in sensors:
        if one.kind is SensorKind.MAGNETOMETER:
            extra = np.where((one.t_s >= first_s) & (one.t_s < last_s), 3.0, 0.0)
            one = SensorSeries(one.kind, one.unit, one.t_s, one.x + extra, one.y, one.z)
        out.append(one)
    return out


def _turning(*, swing_deg, gyroscope_sign=1.0):
    """Sensors of a runner who turns round, and those with a magnet near them for twelve seconds, a turn among them."""
    sensors = raw_sensors(TURNING, seed=1, offset_deg=OFFSET_DEG, watch=Watch(), swing_deg=swing_deg, has_gyroscope=True)
    signed = [
        SensorSeries(one.kind, one.unit, one.t_s, *(gyroscope_sign * column for column in (one.x, one.y, one.z)))
        if one.kind is SensorKind.GYROSCOPE
        else one
        for one in sensors
    ]
    return sensors, _disturbed(signed, first_s=175.0, last_s=187.0)


def test_a_disturbed_field_is_missing():
    _, disturbed = _turning(swing_deg=25.0)
    heading = _find([one for one in disturbed if one.kind is not SensorKind.GYROSCOPE], TURNING)
    assert np.flatnonzero(np.isnan(heading.rad)).tolist() == list(range(175, 187))


@pytest.mark.parametrize("swing_deg", [3.0, 25.0], ids=["pod on the chest", "watch on the wrist"])
def test_a_gyroscope_carries_the_heading_over_a_disturbed_field_and_a_turn_in_it(swing_deg):
    sensors, disturbed = _turning(swing_deg=swing_deg)
    carried, undisturbed = _find(disturbed, TURNING), _find(sensors, TURNING)
    assert np.isfinite(carried.rad).all()
    assert np.degrees(np.abs(wrap(carried.rad - undisturbed.rad))[175:187]).max() < 40.0


def test_a_gyroscope_that_says_something_else_is_not_believed():
    _, disturbed = _turning(swing_deg=25.0, gyroscope_sign=-1.0)
    assert np.isnan(_find(disturbed, TURNING).rad[175:187]).all()


def test_a_magnetometer_alone_is_no_compass():
    (magnetometer,) = [one for one in raw_sensors(RECORDING, seed=1, offset_deg=0.0, watch=Watch()) if one.kind is SensorKind.MAGNETOMETER]
    activity = replaced(activity_of(RECORDING), sensors=(magnetometer,))
    assert find_heading(resample(activity), activity) is None


def test_a_compass_channel_is_taken_as_it_is():
    plain = activity_of(RECORDING)
    activity = replaced(plain, columns={**plain.columns, "heading_deg": np.full(len(plain), 350.0)})
    heading = find_heading(resample(activity), activity)
    assert heading is not None
    assert np.degrees(heading.rad) == pytest.approx(-10.0)
    assert not heading.can_be_mirrored


def test_sensors_that_hold_nothing_give_no_heading():
    nothing = np.full(200, np.nan)
    t_s = np.arange(200) / 25.0
    sensors = tuple(
        SensorSeries(kind, unit, t_s, nothing, nothing, nothing)
        for kind, unit in ((SensorKind.ACCELEROMETER, "g"), (SensorKind.MAGNETOMETER, "gauss"))
    )
    activity = replaced(activity_of(RECORDING), sensors=sensors)
    assert find_heading(resample(activity), activity) is None


def _ball(rng, n=3000):
    direction = rng.normal(size=(n, 3))
    return direction / np.sqrt((direction**2).sum(axis=1))[:, None]


def test_the_middle_of_a_sphere_is_found_among_wild_readings():
    rng = np.random.default_rng(1)
    readings = 0.49 * _ball(rng) + (0.8, -0.3, 0.1) + rng.normal(0, 0.005, (3000, 3))
    readings[::20] = rng.uniform(-5, 5, (150, 3))
    field = find_field(readings, is_calibrated=True)
    assert field.centre == pytest.approx([0.8, -0.3, 0.1], abs=0.01)
    assert field.strength == pytest.approx(0.49, abs=0.01)


def test_an_ellipsoid_is_made_round_again():
    rng = np.random.default_rng(2)
    readings = 400.0 * _ball(rng) * (1.25, 0.85, 1.0) + (3000.0, -500.0, 200.0)
    field = find_field(readings, is_calibrated=False)
    assert field.spread_ratio < 0.01
    assert field.centre == pytest.approx([3000.0, -500.0, 200.0], abs=5.0)


def test_a_clean_calibrated_field_is_left_alone():
    field = find_field(0.5 * _ball(np.random.default_rng(3)), is_calibrated=True)
    assert field.centre.tolist() == [0.0, 0.0, 0.0]
    assert cal.EARTH_FIELD_GAUSS[0] < field.strength < cal.EARTH_FIELD_GAUSS[1]
