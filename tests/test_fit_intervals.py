"""Intervals between beats: which are kept, and where in time they are put."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.readers.fit import read_fit
from importer.readers.fit.intervals import LAG_S, _drifting, _steady
from importer.readers.reference import compare, read_fit_reference
from tests.support.fit_writer import FitWriter
from tests.support.present import present
from tests.test_fit_activity import BIKE, RUN, T0, file_id, only, records, session

INVALID = 65.535


def run(plan, *, length=60):
    """A run of records and, behind the record of a second, its `hrv` messages: second -> intervals of each message."""
    writer = FitWriter()
    file_id(writer)
    for at in range(-1, length):
        if at >= 0:
            records(writer, 1, start=T0 + at)
        for intervals in plan.get(at, ()):
            writer.message("hrv", time=intervals)
    session(writer, length=float(length))
    return writer.to_bytes()


def every_second(seconds, intervals=(0.4, 0.6)):
    return {at: [intervals] for at in seconds}


def test_intervals_are_those_of_the_file_and_filling_is_left_out():
    beats = only(run({5: [(0.412, 0.398, INVALID, INVALID, INVALID)], 6: [(0.401,)]})).beats
    assert beats.interval_s.tolist() == [0.412, 0.398, 0.401]


def test_a_steady_heart_keeps_its_intervals_between_the_beats():
    beats = only(run(every_second(range(60)))).beats
    assert len(beats) == 120
    assert np.diff(beats.t_s) == pytest.approx(beats.interval_s[1:], abs=1e-9)
    # each message stands behind the record of its second
    ends = beats.t_s[1::2]
    assert np.all(np.abs(ends - np.arange(60)) <= LAG_S)


def test_lost_beats_leave_a_hole_where_they_were_lost():
    beats = only(run(every_second([*range(20), *range(40, 60)]))).beats
    steps = np.diff(beats.t_s)
    assert int(np.argmax(steps)) == 39
    assert 18.0 <= steps[39] <= 21.0
    assert np.delete(steps, 39) == pytest.approx(np.delete(beats.interval_s[1:], 39), abs=1e-9)


def test_beats_that_are_counted_twice_do_not_run_ahead_of_the_records():
    beats = only(run(every_second(range(60), (0.5, 0.5, 0.5, 0.5)))).beats
    assert beats.interval_s.sum() == 120.0
    assert beats.t_s[-1] <= 60.0 + LAG_S
    assert np.all(np.diff(beats.t_s) >= 0)


def test_beats_before_the_first_and_behind_the_last_record_reach_beyond_them():
    beats = only(run({-1: [(0.8, 0.8, 0.8)], 59: [(0.5,), *[(1.0,)] * 7]})).beats
    assert beats.t_s[2] <= 0.0
    assert np.diff(beats.t_s[:3]) == pytest.approx([0.8, 0.8])
    assert np.diff(beats.t_s[3:]) == pytest.approx([1.0] * 7)
    assert abs(beats.t_s[-1] - 66.0) <= LAG_S


def test_one_record_twenty_days_ahead_does_not_carry_the_beats_away():
    writer = FitWriter()
    file_id(writer)
    for at in range(60):
        records(writer, 1, start=T0 + at)
        if at == 30:
            records(writer, 1, start=T0 + 20 * 86_400)
        writer.message("hrv", time=(0.4, 0.6))
    session(writer, length=60.0)
    beats = only(writer.to_bytes()).beats
    assert len(beats) == 120
    assert np.all(np.abs(beats.t_s[1::2] - np.arange(60)) <= LAG_S)


def test_a_record_without_a_time_is_no_record_for_the_beats():
    writer = FitWriter()
    file_id(writer)
    for at in range(30):
        records(writer, 1, start=T0 + at)
        records(writer, 1, timestamp=None)
        writer.message("hrv", time=(1.0,))
    session(writer, length=30.0)
    beats = only(writer.to_bytes()).beats
    assert np.all(np.abs(beats.t_s - np.arange(30)) <= LAG_S)


@pytest.mark.parametrize(
    ("plan", "counts"),
    [({}, {}), ({3: [(INVALID,) * 5]}, {}), ({3: [(0.0, 0.0)]}, {"bad_beat": 2})],
)
def test_a_file_without_a_single_interval_has_no_beats(plan, counts):
    activity = only(run(plan))
    assert (activity.beats, activity.counts) == (None, counts)


def test_intervals_without_any_record_have_no_place_and_are_counted():
    writer = FitWriter()
    file_id(writer)
    writer.message("hrv", time=(0.5, 0.5))
    session(writer, length=60.0)
    activity = only(writer.to_bytes())
    assert (activity.beats, activity.counts) == (None, {"bad_beat_time": 2})


def test_each_session_has_its_own_beats():
    writer = FitWriter()
    file_id(writer)
    for at in range(40):
        records(writer, 1, start=T0 + at)
        writer.message("hrv", time=(1.0,))
    session(writer, length=20.0, sport=BIKE)
    session(writer, start=T0 + 20, length=20.0, sport=RUN)
    first, second = read_fit(writer.to_bytes())
    beats_of_first, beats_of_second = present(first.beats), present(second.beats)
    assert len(beats_of_first) + len(beats_of_second) == 40
    assert abs(len(beats_of_first) - 20) <= 1
    assert 0.0 <= beats_of_second.t_s[0] < 1.0


def test_messages_of_several_lengths_stay_in_the_files_order_in_both_readers():
    lengths = itertools.cycle([(0.41,), (0.42, 0.43), (0.44, 0.45, 0.46, 0.47, INVALID), (0.48, 0.49)])
    data = run({at: [next(lengths)] for at in range(60)})
    beats = only(data).beats
    assert beats.interval_s[:9].tolist() == [0.41, 0.42, 0.43, 0.44, 0.45, 0.46, 0.47, 0.48, 0.49]
    found = {field.name: field for field in compare(read_fit(data), read_fit_reference(data))}
    assert [field for field in found.values() if field.first_difference] == []
    assert (found["beat.t_s"].n_total, found["beat.interval_s"].n_equal) == (135, 135)


BOUND = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(BOUND, BOUND, st.booleans(), st.booleans()), min_size=1, max_size=70))
@settings(max_examples=200, deadline=None)
def test_the_drift_is_the_clip_of_the_clip_before_it(rows):
    low = np.array([-math.inf if open_low else min(a, b) for a, b, open_low, _ in rows])
    high = np.array([math.inf if open_high else max(a, b) for a, b, _, open_high in rows])
    if not (np.isfinite(low[0]) or np.isfinite(high[0])):
        low[0] = 0.0
    finite = [bound for bound in (low[0], high[0]) if math.isfinite(bound)]
    value = sum(finite) / len(finite)
    expected = [value := min(max(value, a), b) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    assert _drifting(low, high).tolist() == expected


@given(st.lists(st.integers(0, 1000), max_size=50))
def test_steady_times_never_fall_and_times_in_order_are_left_alone(times):
    t = np.array(times, dtype=np.float64)
    assert np.all(np.diff(_steady(t)) >= 0) or len(t) < 3
    assert _steady(np.sort(t)).tolist() == sorted(times)
