"""What values refuse, and what they keep."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.values.activity import Activity, Lap, Pause
from importer.values.channels import CHANNELS
from importer.values.grid import Grid
from importer.values.session import Basis, Direction, Segment, Session, Standing, check_cover
from importer.values.statistics import median

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)


def _activity(**changes):
    fields = {"start": START, "t_s": np.arange(3.0), "columns": {}, "elapsed_s": 3.0, "timer_s": 3.0, "format": "fit"}
    return Activity(**{**fields, **changes})


def _segment(start_s=0.0, end_s=3.0, direction=Direction.FORWARD, **changes):
    fields = {"basis": Basis.GAIT, "standing": Standing.ACCEPTED, "confidence": 0.9}
    return Segment(start_s, end_s, direction, **{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": datetime(2026, 5, 3)}, "not aware UTC"),  # noqa: DTZ001 - naive on purpose
        ({"start": datetime(2026, 5, 3, tzinfo=timezone(timedelta(hours=2)))}, "not aware UTC"),
        ({"t_s": np.array([0.0, 1.0, 1.0])}, "strictly increasing"),
        ({"t_s": np.array([0.0, 2.0, 1.0])}, "strictly increasing"),
        ({"t_s": np.array([-1.0, 1.0, 2.0])}, "strictly increasing"),
        ({"t_s": np.array([0.0, np.nan, 2.0])}, "strictly increasing"),
        ({"t_s": np.array([0.0, 1.0, np.inf]), "elapsed_s": 9.0}, "strictly increasing"),
        ({"t_s": np.zeros((3, 1))}, "dimensions"),
        ({"columns": {"velocity": np.zeros(3)}}, "no channel"),
        ({"columns": {"speed_mps": np.zeros(2)}}, "2 values for 3 samples"),
        ({"elapsed_s": 1.0, "timer_s": 1.0}, "behind the end"),
        ({"timer_s": 4.0}, "not within"),
        ({"elapsed_s": np.inf}, "not finite"),
        ({"pauses": (Pause(1.0, 2.0), Pause(1.5, 2.5))}, "not sorted and disjoint"),
        ({"pauses": (Pause(2.0, 1.0),)}, "is no span"),
    ],
)
def test_an_impossible_activity_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        _activity(**changes)


def test_a_lap_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="is no span"):
        Lap(5.0, 4.0)


def test_columns_cannot_be_written_and_do_not_follow_the_callers_array():
    mine = np.array([1.0, 0.0, 3.0])
    activity = _activity(columns={"speed_mps": mine})
    mine[0] = 9.0
    assert activity.columns["speed_mps"].tolist() == [1.0, 0.0, 3.0]
    with pytest.raises(ValueError, match="read-only"):
        activity.columns["speed_mps"][0] = 2.0


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), min_size=3, max_size=3))
def test_values_of_a_channel_travel_bit_for_bit(values):
    kept = _activity(columns={"speed_mps": np.array(values)}).columns["speed_mps"]
    assert kept.tobytes() == np.array(values).tobytes()


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=40))
def test_any_increasing_times_are_accepted(steps):
    t_s = np.cumsum(steps)
    t_s = np.unique(t_s)
    assert len(_activity(t_s=t_s, elapsed_s=float(t_s[-1]), timer_s=0.0)) == len(t_s)


def test_every_channel_carries_its_unit_in_its_name():
    endings = ("_deg", "_m", "_mps", "_spm", "_bpm", "_w", "_ratio", "_degc", "_s", "_brpm", "_type", "_dir", "_g", "_kn_per_m")
    assert all(name.endswith(endings) and channel.name == name and channel.low < channel.high for name, channel in CHANNELS.items())


def test_a_grid_refuses_a_column_of_another_length():
    with pytest.raises(ValueError, match="expected"):
        Grid(START, 3, {"speed_mps": np.zeros(4)})


def test_a_richer_grid_leaves_the_poorer_one_alone():
    grid = Grid(START, 2, {"speed_mps": np.ones(2)})
    richer = grid.with_columns(p_backward_run=np.zeros(2))
    assert "p_backward_run" in richer
    assert "p_backward_run" not in grid


@pytest.mark.parametrize(
    "changes",
    [
        {"start_s": 3.0},
        {"start_s": -1.0},
        {"end_s": float("inf")},
        {"confidence": None},
        {"confidence": 1.5},
        {"basis": Basis.NONE},
        {"standing": Standing.SUGGESTED},
        {"direction": Direction.UNKNOWN},
    ],
)
def test_an_impossible_segment_is_refused(changes):
    with pytest.raises(ValueError, match="Segment"):
        _segment(**changes)


def test_an_unknown_segment_has_no_basis_and_no_confidence():
    assert _segment(direction=Direction.UNKNOWN, basis=Basis.NONE, confidence=None).confidence is None


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.data())
def test_segments_must_cover_the_session_without_hole_or_overlap(lengths, data):
    borders = [0.0, *np.cumsum(lengths).astype(float).tolist()]
    segments = tuple(_segment(a, b) for a, b in itertools.pairwise(borders))
    check_cover(segments, borders[-1])
    i = data.draw(st.integers(0, len(segments) - 1))
    moved = replace(segments[i], end_s=segments[i].end_s + 0.5)
    with pytest.raises(ValueError, match="segments"):
        check_cover((*segments[:i], moved, *segments[i + 1 :]), borders[-1])


def test_a_session_refuses_segments_that_do_not_cover_it():
    with pytest.raises(ValueError, match="end at"):
        Session(_activity(), (_segment(0.0, 2.0),), distance_m=None, calibration=1)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_the_median_is_numpys(values):
    assert median(np.array(values)) == pytest.approx(float(np.median(values)), rel=1e-12, abs=1e-300)
