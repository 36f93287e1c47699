"""The cleaning that every reader shares."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.readers.samples import JUMP_S, clean, gap_pauses, split_at_jumps
from importer.values.activity import Pause, PauseKind

NAN = math.nan


def test_clean_samples_stay_as_they_are_and_count_nothing():
    t = np.array([10.0, 11.0, 12.5])
    cleaned = clean(t, {"heart_rate_bpm": np.array([90.0, NAN, 92.0])})
    assert cleaned.t_unix_s.tolist() == [10.0, 11.0, 12.5]
    np.testing.assert_array_equal(cleaned.columns["heart_rate_bpm"], [90.0, NAN, 92.0])
    assert cleaned.counts == {}


def test_a_sample_without_a_possible_time_is_dropped_and_counted():
    t = np.array([NAN, 10.0, math.inf, -1.0, 1e12, 11.0])
    cleaned = clean(t, {"power_w": np.arange(6.0)})
    assert cleaned.t_unix_s.tolist() == [10.0, 11.0]
    assert cleaned.columns["power_w"].tolist() == [1.0, 5.0]
    assert cleaned.counts == {"bad_time": 4}


def test_a_step_back_in_time_is_sorted_and_counted():
    cleaned = clean(np.array([10.0, 12.0, 11.0, 13.0]), {"power_w": np.array([0.0, 2.0, 1.0, 3.0])})
    assert cleaned.columns["power_w"].tolist() == [0.0, 1.0, 2.0, 3.0]
    assert cleaned.counts == {"inversions": 1}


def test_samples_of_one_second_are_merged_and_the_last_value_that_is_there_stays():
    t = np.array([10.0, 10.0, 10.0, 11.0])
    columns = {"heart_rate_bpm": np.array([90.0, 91.0, NAN, 99.0]), "power_w": np.array([NAN, NAN, NAN, 5.0])}
    cleaned = clean(t, columns)
    np.testing.assert_array_equal(cleaned.columns["heart_rate_bpm"], [91.0, 99.0])
    np.testing.assert_array_equal(cleaned.columns["power_w"], [NAN, 5.0])
    assert cleaned.counts == {"duplicate_seconds": 2}


def test_an_impossible_value_does_not_win_over_a_possible_one_of_the_same_second():
    cleaned = clean(np.array([10.0, 10.0]), {"heart_rate_bpm": np.array([90.0, 300.0])})
    assert cleaned.columns["heart_rate_bpm"].tolist() == [90.0]
    assert cleaned.counts == {"bad_heart_rate_bpm": 1, "duplicate_seconds": 1}


def test_values_outside_a_channels_range_become_missing_and_zero_is_data():
    cleaned = clean(np.array([1.0, 2.0, 3.0]), {"speed_mps": np.array([0.0, -1.0, math.inf])})
    np.testing.assert_array_equal(cleaned.columns["speed_mps"], [0.0, NAN, NAN])
    assert cleaned.counts == {"bad_speed_mps": 2}


@pytest.mark.parametrize("position", [(0.0, 0.0), (-8e-8, 1e-7), (91.0, 10.0), (50.0, 181.0), (50.0, NAN), (NAN, 8.0), (math.inf, 8.0)])
def test_a_position_is_kept_or_dropped_as_a_pair(position):
    columns = {"latitude_deg": np.array([50.0, position[0], NAN]), "longitude_deg": np.array([8.0, position[1], NAN])}
    cleaned = clean(np.array([1.0, 2.0, 3.0]), columns)
    np.testing.assert_array_equal(cleaned.columns["latitude_deg"], [50.0, NAN, NAN])
    np.testing.assert_array_equal(cleaned.columns["longitude_deg"], [8.0, NAN, NAN])
    assert cleaned.counts["bad_coord"] == 1


def test_a_place_on_the_equator_or_the_prime_meridian_is_a_place():
    columns = {"latitude_deg": np.array([0.0, 51.5]), "longitude_deg": np.array([32.6, 0.0])}
    assert clean(np.array([1.0, 2.0]), columns).counts == {}


def test_the_callers_arrays_are_not_changed():
    values = np.array([300.0, 90.0])
    clean(np.array([2.0, 1.0]), {"heart_rate_bpm": values})
    assert values.tolist() == [300.0, 90.0]


@given(st.lists(st.tuples(st.one_of(st.floats(), st.integers(0, 20).map(float)), st.one_of(st.floats(), st.floats(0, 20))), max_size=60))
def test_any_samples_come_out_strictly_increasing_and_every_sample_is_accounted_for(samples):
    t = np.array([time for time, _ in samples], dtype=np.float64)
    cleaned = clean(t, {"speed_mps": np.array([value for _, value in samples], dtype=np.float64)})
    assert bool(np.all(np.diff(cleaned.t_unix_s) > 0))
    assert len(cleaned.t_unix_s) + cleaned.counts.get("bad_time", 0) + cleaned.counts.get("duplicate_seconds", 0) == len(samples)
    kept = cleaned.columns["speed_mps"]
    assert len(kept) == len(cleaned.t_unix_s)
    assert bool(np.all(np.isnan(kept) | ((kept >= 0) & (kept <= 15))))


@given(st.lists(st.integers(0, 10**6), max_size=40), st.integers(1, 10**6))
def test_cleaning_commutes_with_a_shift_of_the_clock(times, shift_s):
    t = np.array(times, dtype=np.float64)
    values = {"power_w": np.arange(float(len(t)))}
    once, shifted = clean(t, values), clean(t + shift_s, values)
    assert (once.t_unix_s + shift_s).tolist() == shifted.t_unix_s.tolist()
    assert once.columns["power_w"].tolist() == shifted.columns["power_w"].tolist()
    assert once.counts == shifted.counts


def test_a_hole_of_more_than_six_hours_splits_the_recording():
    t = np.array([0.0, 1.0, 2.0 + JUMP_S, 3.0 + JUMP_S])
    assert split_at_jumps(t) == [slice(0, 2), slice(2, 4)]
    assert split_at_jumps(np.array([0.0, JUMP_S])) == [slice(0, 2)]
    assert split_at_jumps(np.empty(0)) == []


def test_a_hole_is_a_pause_only_where_the_recording_is_denser():
    assert gap_pauses(np.array([0.0, 1, 2, 3, 13.5, 14.5])) == (Pause(3.0, 13.5, PauseKind.GAP),)
    assert gap_pauses(np.array([0.0, 1, 2, 3, 13, 14])) == ()
    assert gap_pauses(np.array([0.0, 8, 16, 24, 56, 64])) == ()
    assert gap_pauses(np.array([0.0, 8, 16, 24, 65, 73])) == (Pause(24.0, 65.0, PauseKind.GAP),)
    assert gap_pauses(np.array([5.0])) == ()
