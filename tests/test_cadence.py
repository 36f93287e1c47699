"""Strides or steps: the order of the evidence, and the honest "unknown"."""

import math

import numpy as np
import pytest

from importer.readers.cadence import CadenceVerdict, decide_cadence, known_factor
from importer.values.activity import CadenceBasis

N = 60


def judge(raw, speed, **known):
    return decide_cadence(np.full(N, float(raw)), np.full(N, float(speed)), **known)


@pytest.mark.parametrize(
    ("file_format", "words", "factor"),
    [
        ("fit", ("garmin", "fr955"), 2.0),
        ("fit", ("Suunto",), 2.0),
        ("fit", ("qdomyos", "garmin"), None),  # QZ in Garmin's name hands on what the belt sent
        ("fit", ("development",), None),
        ("fit", (None, None), None),
        ("gpx", ("OpenTracks",), 1.0),
        ("gpx", ("Garmin Connect",), 2.0),
        ("gpx", ("StravaGPX",), None),
        ("tcx", ("Garmin Connect API",), 2.0),
    ],
)
def test_known_writers_have_a_factor(file_format, words, factor):
    assert known_factor(file_format, *words) == factor


def test_the_writer_counts_before_the_median():
    assert judge(125, 2.0, writer_factor=2.0) == CadenceVerdict(2.0, CadenceBasis.WRITER)


def test_a_writer_who_would_mean_three_hundred_steps_a_minute_is_not_believed():
    assert judge(165, 2.8, writer_factor=2.0) == CadenceVerdict(1.0, CadenceBasis.MEDIAN)


def test_the_units_count_after_the_writer():
    assert judge(82, 2.5, units_factor=2.0) == CadenceVerdict(2.0, CadenceBasis.UNITS)
    assert judge(164, 2.5, units_factor=1.0) == CadenceVerdict(1.0, CadenceBasis.UNITS)
    assert judge(82, 2.5, writer_factor=2.0, units_factor=1.0).basis is CadenceBasis.WRITER


def test_the_count_of_cycles_settles_strides_and_steps():
    assert judge(120, 2.0, strides_per_min=118.0) == CadenceVerdict(2.0, CadenceBasis.CYCLES)
    assert judge(160, 2.5, strides_per_min=81.0) == CadenceVerdict(1.0, CadenceBasis.CYCLES)


def test_a_count_of_cycles_that_fits_neither_is_passed_over():
    assert judge(85, 2.8, strides_per_min=10.0).basis is CadenceBasis.MEDIAN


def test_the_median_tells_where_only_one_unit_is_possible():
    assert judge(168, 2.8) == CadenceVerdict(1.0, CadenceBasis.MEDIAN)
    assert judge(84, 2.8) == CadenceVerdict(2.0, CadenceBasis.MEDIAN)


def test_standing_seconds_do_not_pull_the_median():
    raw = np.concatenate([np.zeros(100), np.full(N, 84.0)])
    speed = np.concatenate([np.zeros(100), np.full(N, 2.8)])
    assert decide_cadence(raw, speed) == CadenceVerdict(2.0, CadenceBasis.MEDIAN)


def test_step_length_tells_a_walkers_steps_from_a_sprinters_strides():
    assert judge(120, 1.35) == CadenceVerdict(1.0, CadenceBasis.STEP_LENGTH)
    assert judge(120, 4.5) == CadenceVerdict(2.0, CadenceBasis.STEP_LENGTH)


def test_where_both_units_give_possible_steps_nothing_is_claimed():
    assert judge(120, 2.4) == CadenceVerdict(None, CadenceBasis.UNKNOWN)
    assert judge(105, 1.5) == CadenceVerdict(None, CadenceBasis.UNKNOWN)  # 105 steps of a walk, or 210 short steps backward


def test_without_speed_only_a_median_that_no_strides_reach_tells():
    assert judge(170, math.nan) == CadenceVerdict(1.0, CadenceBasis.MEDIAN)
    assert judge(85, math.nan) == CadenceVerdict(None, CadenceBasis.UNKNOWN)


def test_a_handful_of_samples_tells_nothing():
    assert decide_cadence(np.full(3, 84.0), np.full(3, 2.8)) == CadenceVerdict(None, CadenceBasis.UNKNOWN)


def test_no_cadence_is_none_and_only_zeros_are_as_good_as_what_is_known_of_the_writer():
    assert judge(math.nan, 2.0, writer_factor=2.0) == CadenceVerdict(None, CadenceBasis.NONE)
    assert judge(0, 0.0) == CadenceVerdict(None, CadenceBasis.UNKNOWN)
    assert judge(0, 0.0, writer_factor=2.0) == CadenceVerdict(2.0, CadenceBasis.WRITER)
    assert judge(0, 0.0, units_factor=1.0) == CadenceVerdict(1.0, CadenceBasis.UNITS)
