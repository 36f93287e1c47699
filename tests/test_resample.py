"""Irregular samples to one row per second."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.detect.resample import LONGEST_BRIDGE_S, resample
from importer.values.activity import Activity, Pause

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)


def _activity(t_s, *, pauses=(), **columns):
    t_s = np.array(t_s, dtype=float)
    end = float(t_s[-1]) + 1 if len(t_s) else 0.0
    return Activity(
        start=START,
        t_s=t_s,
        columns={name: np.array(values, dtype=float) for name, values in columns.items()},
        elapsed_s=end,
        timer_s=end,
        format="fit",
        pauses=pauses,
    )


@given(st.lists(st.floats(0, 14), min_size=1, max_size=50))
def test_resampling_a_one_hertz_activity_is_the_identity(values):
    grid = resample(_activity(range(len(values)), speed_mps=values))
    np.testing.assert_array_equal(grid["speed_mps"], values)
    np.testing.assert_array_equal(grid["n_samples"], 1.0)


@given(st.lists(st.integers(1, 20), min_size=2, max_size=30), st.integers(0, 100))
def test_resampling_commutes_with_a_whole_shift_of_the_start(steps, shift):
    t_s = np.cumsum([0, *steps])
    values = np.arange(len(t_s)) % 7
    plain, shifted = resample(_activity(t_s, speed_mps=values)), resample(_activity(t_s + shift, speed_mps=values))
    np.testing.assert_array_equal(plain["speed_mps"], shifted["speed_mps"][shift:])


def test_a_short_gap_is_bridged_in_a_straight_line():
    grid = resample(_activity([0, 5], speed_mps=[1.0, 2.0]))
    np.testing.assert_allclose(grid["speed_mps"], [1.0, 1.2, 1.4, 1.6, 1.8, 2.0])
    assert grid["n_samples"].tolist() == [1, 0, 0, 0, 0, 1]


def test_a_gap_longer_than_ten_seconds_stays_missing():
    gap = LONGEST_BRIDGE_S + 1
    grid = resample(_activity([0, gap], speed_mps=[1.0, 2.0]))
    assert np.isnan(grid["speed_mps"][1:gap]).all()


def test_a_pause_stays_missing_and_is_never_bridged():
    grid = resample(_activity([0, 1, 2, 6, 7], pauses=(Pause(3.0, 6.0),), speed_mps=[1, 1, 1, 3, 3]))
    assert np.isnan(grid["speed_mps"][3:6]).all()
    assert grid["is_paused"].tolist() == [0, 0, 0, 1, 1, 1, 0, 0]


def test_samples_of_one_second_are_averaged():
    grid = resample(_activity([0.0, 0.5, 1.0], speed_mps=[1.0, 2.0, 4.0]))
    assert grid["speed_mps"].tolist() == [1.5, 4.0]


def test_codes_are_never_interpolated():
    grid = resample(_activity([0, 4], activity_type=[1.0, 6.0]))
    assert np.isnan(grid["activity_type"][1:4]).all()


def test_zeros_are_data():
    assert resample(_activity([0, 1, 2], speed_mps=[0.0, 0.0, 0.0]))["speed_mps"].tolist() == [0.0, 0.0, 0.0]


def test_a_recording_of_years_is_no_session_of_a_person():
    assert resample(_activity([0, 3e8], speed_mps=[1.0, 1.0])).n == 0


def test_an_activity_without_samples_gives_an_empty_grid():
    grid = resample(_activity([]))
    assert grid.n == 0
    assert grid.column("speed_mps").shape == (0,)


@pytest.mark.parametrize("start_s", [0.0, 0.4, 0.9])
def test_fractions_of_a_second_fall_into_their_row(start_s):
    assert resample(_activity([start_s, start_s + 1], speed_mps=[2.0, 3.0]))["speed_mps"].tolist() == [2.0, 3.0]
