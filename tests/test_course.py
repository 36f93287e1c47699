"""Course from Doppler and from positions, and where there is none."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from importer.detect import calibration as cal
from importer.detect.course import find_course
from importer.values.grid import Grid
from tests.support.facing_runner import true_course
from tests.support.runner import Block, Runner, record

METRES_PER_DEG = 111_194.93


def _grid(n, **columns):
    return Grid(datetime(2026, 5, 3, tzinfo=UTC), n, columns)


def _straight(n, *, course_deg, speed_mps, longitude_deg=8.0):
    way = np.arange(n) * speed_mps
    north, east = way * np.cos(np.radians(course_deg)), way * np.sin(np.radians(course_deg))
    longitude = longitude_deg + east / (METRES_PER_DEG * np.cos(np.radians(49.0)))
    return {
        "latitude_deg": 49.0 + north / METRES_PER_DEG,
        "longitude_deg": (longitude + 180.0) % 360.0 - 180.0,
        "speed_mps": np.full(n, speed_mps),
    }


@pytest.mark.parametrize("course_deg", [0.0, 45.0, 90.0, 200.0, 315.0])
def test_positions_on_a_line_give_its_course(course_deg):
    course = find_course(_grid(30, **_straight(30, course_deg=course_deg, speed_mps=2.5)))
    middle = np.degrees(course.rad[2:-2]) % 360.0
    assert np.abs((middle - course_deg + 180.0) % 360.0 - 180.0).max() < 0.1
    assert np.isnan(course.rad[:2]).all()


def test_a_course_crosses_the_date_line():
    course = find_course(_grid(30, **_straight(30, course_deg=90.0, speed_mps=3.0, longitude_deg=179.9997)))
    assert np.degrees(course.rad[2:-2]) == pytest.approx(90.0, abs=0.1)


def test_a_curve_is_followed_without_a_lag():
    recording = record([Block(600, 2.8)], seed=3, runner=Runner())
    columns = {"latitude_deg": recording.latitude_deg, "longitude_deg": recording.longitude_deg, "speed_mps": recording.speed_mps}
    course = find_course(_grid(600, **columns))
    away = (np.degrees(course.rad) - true_course(recording) + 180.0) % 360.0 - 180.0
    assert abs(np.nanmean(away[10:])) < 1.0
    assert np.nanstd(away[10:]) < 12.0


def test_what_the_receiver_measured_counts_before_positions():
    columns = _straight(20, course_deg=90.0, speed_mps=2.0)
    measured = np.full(20, 80.0)
    measured[10:] = np.nan
    course = find_course(_grid(20, **columns, course_deg=measured))
    assert np.degrees(course.rad[3:9]) == pytest.approx(80.0)
    assert np.degrees(course.rad[12:17]) == pytest.approx(90.0, abs=0.1)
    assert course.error_rad[5] == pytest.approx(np.arctan(cal.DOPPLER_CROSS_SD_MPS / 2.0))
    assert course.error_rad[14] == pytest.approx(np.arctan(cal.POSITION_CROSS_SD_MPS / 2.0))


def test_the_error_grows_as_the_runner_slows_down_and_a_crawl_has_no_course():
    speed = np.array([4.0, 2.0, 1.0, 0.6, 0.4, 0.0, np.nan])
    course = find_course(_grid(7, course_deg=np.full(7, 10.0), speed_mps=speed))
    assert np.all(np.diff(course.error_rad[:4]) > 0)
    assert np.isnan(course.rad[4:]).all()
    assert np.isnan(course.error_rad[4:]).all()


def test_seconds_around_a_sharp_turn_have_no_course():
    measured = np.where(np.arange(60) < 30, 10.0, 190.0)
    course = find_course(_grid(60, course_deg=measured, speed_mps=np.full(60, 2.5)))
    missing = np.flatnonzero(np.isnan(course.rad))
    assert {29, 30} <= set(missing.tolist())
    assert missing.min() >= 30 - cal.SHARP_TURN_MARGIN_S - 3
    assert missing.max() <= 30 + cal.SHARP_TURN_MARGIN_S + 3


def test_a_recording_without_positions_has_no_course():
    course = find_course(_grid(3, speed_mps=np.full(3, 2.0)))
    assert np.isnan(course.rad).all()
