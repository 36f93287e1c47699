"""The device's own stretches: `split` and `set`, with its words, cut to their session."""

import pytest

from importer.readers.fit import read_fit
from importer.readers.reference import compare, read_fit_reference
from importer.values.sensors import Split
from tests.support.fit_writer import FitWriter
from tests.test_fit_activity import BIKE, RUN, T0, file_id, only, records, session

RWD_RUN, RWD_WALK, ACTIVE, REST, SLED, SQUAT = 17, 18, 1, 0, 45, 28


def run(*odd, length=60):
    writer = FitWriter()
    file_id(writer)
    records(writer, length)
    for name, values in odd:
        writer.message(name, **values)
    session(writer, length=float(length))
    return writer.to_bytes()


def split(start, end, kind=RWD_RUN, **more):
    return "split", {"start_time": T0 + start, "end_time": T0 + end, "split_type": kind, **more}


def strength(start, length, kind=ACTIVE, **more):
    return "set", {"start_time": T0 + start, "duration": float(length), "set_type": kind, **more}


def test_splits_and_sets_come_in_the_order_of_their_start_with_the_devices_words():
    data = run(
        split(30, 60, RWD_WALK),
        split(0, 30, total_distance=75.25),
        strength(10, 20.5, category=(SLED, 0xFFFF), repetitions=8),
        strength(40, 5, REST),
    )
    assert only(data).splits == (
        Split(0.0, 30.0, "rwd_run", "split", 75.25, None),
        Split(10.0, 30.5, "active sled", "set", None, 8),
        Split(30.0, 60.0, "rwd_walk", "split", None, None),
        Split(40.0, 45.0, "rest", "set", None, None),
    )


@pytest.mark.parametrize(
    ("odd", "kind"),
    [
        (split(0, 9, 77), "split_type 77"),
        (split(0, 9, None), "unknown"),
        (strength(0, 9, category=(SQUAT,)), "active squat"),
        (strength(0, 9, category=(999,)), "active category 999"),
        (strength(0, 9, None), "unknown"),
    ],
)
def test_a_word_that_the_profile_lacks_is_its_number(odd, kind):
    assert [one.kind for one in only(run(odd)).splits] == [kind]


def test_a_split_ends_by_its_end_else_by_its_length_else_when_it_was_written():
    ends = ({"end_time": T0 + 10}, {"total_elapsed_time": 12.5}, {"timestamp": T0 + 15})
    found = [only(run(("split", {"start_time": T0 + 5, "split_type": RWD_RUN, **end}))).splits for end in ends]
    assert [(one.start_s, one.end_s) for (one,) in found] == [(5.0, 10.0), (5.0, 17.5), (5.0, 15.0)]


@pytest.mark.parametrize(
    "odd",
    [
        split(30, 10),  # ends before it starts
        ("split", {"end_time": T0 + 10, "split_type": RWD_RUN}),
        ("split", {"start_time": T0 + 10, "split_type": RWD_RUN}),
        ("set", {"set_type": ACTIVE}),
        split(90, 95),  # behind the session's end
        split(-50, -20),  # before its start
        ("split", {"start_time": 0, "end_time": 10, "split_type": RWD_RUN}),
    ],
)
def test_a_split_that_cannot_be_placed_is_counted(odd):
    activity = only(run(odd, split(1, 2)))
    assert [(one.start_s, one.end_s) for one in activity.splits] == [(1.0, 2.0)]
    assert activity.counts == {"bad_split": 1}


def test_a_split_is_cut_to_its_session():
    assert [(one.start_s, one.end_s) for one in only(run(split(-5, 70), split(61, 61))).splits] == [(0.0, 60.0), (60.0, 60.0)]


def test_each_session_has_the_splits_that_start_in_it():
    writer = FitWriter()
    file_id(writer)
    records(writer, 40)
    for name, values in (split(0, 20), split(20, 30), split(25, 90)):
        writer.message(name, **values)
    session(writer, length=20.0, sport=BIKE)
    session(writer, start=T0 + 20, length=20.0, sport=RUN)
    first, second = read_fit(writer.to_bytes())
    assert [(one.start_s, one.end_s) for one in first.splits] == [(0.0, 20.0)]
    assert [(one.start_s, one.end_s) for one in second.splits] == [(0.0, 10.0), (5.0, 20.0)]


def test_fitparse_reads_the_same_splits():
    data = run(
        split(0, 30, total_distance=75.25), split(30, 60, 99), strength(5, 9, category=(SLED,), category_subtype=(0,), repetitions=3)
    )
    found = {field.name: field for field in compare(read_fit(data), read_fit_reference(data))}
    assert [field for field in found.values() if field.first_difference] == []
    assert found["splits"].n_total == 1
