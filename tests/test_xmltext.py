"""Texts into numbers and times: the fast way and the careful way agree."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.readers.xmltext import number, numbers, parse_time, times

MOMENTS = st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31))  # noqa: DTZ001  hypothesis wants naive bounds


@settings(deadline=None)
@given(st.lists(MOMENTS, min_size=1, max_size=20), st.booleans())
def test_times_read_together_are_the_times_read_one_by_one(moments: list[datetime], has_milliseconds: bool):
    moments = [moment.replace(microsecond=moment.microsecond // 1000 * 1000 if has_milliseconds else 0, tzinfo=UTC) for moment in moments]
    texts = [moment.isoformat(timespec="milliseconds" if has_milliseconds else "seconds").replace("+00:00", "Z") for moment in moments]
    expected = [(moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() for moment in moments]
    # leading blanks are what pretty-printed files give; one odd time makes all of them be read one by one
    together, zones = times([f"\n    {text}" for text in texts])
    one_by_one, _ = times([*texts, "never"])
    assert together.tolist() == one_by_one[:-1].tolist() == expected
    assert zones.tolist() == [0.0] * len(texts)
    assert math.isnan(one_by_one[-1])


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:60:00Z",
     "2026-01-01T00:00:60Z", "0000-01-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:0xZ", "２０２６-01-01T00:00:00Z"],
)  # fmt: skip
def test_what_is_no_moment_is_missing_and_harms_no_other(text: str):
    assert parse_time(text) is None
    t_unix_s, zone_s = times(["2026-01-01T00:00:00Z", text])
    assert np.isnan(t_unix_s).tolist() == [False, True]
    assert zone_s[0] == 0.0
    assert math.isnan(zone_s[1])


def test_zones_are_kept_and_naive_times_have_none():
    t_unix_s, zone_s = times(["1970-01-01T02:00:00+02:00", "1970-01-01T00:00:01", "1970-01-01t00:00:02z", " 1970-01-01T00:00:03.5Z "])
    assert t_unix_s.tolist() == [0.0, 1.0, 2.0, 3.5]
    assert zone_s[[0, 2, 3]].tolist() == [7200.0, 0.0, 0.0]
    assert math.isnan(zone_s[1])


def test_numbers_are_missing_when_empty_and_infinite_when_unreadable():
    texts = ["1.5", " 2 \n", "", "nan", "1_0", "fast", "1e999", "-3"]
    values = numbers(texts)
    assert values[[0, 1, 7]].tolist() == [1.5, 2.0, -3.0]
    assert np.isnan(values[[2, 3]]).all()
    assert np.isinf(values[[4, 5, 6]]).all()
    assert numbers(["1_0", "2"]).tolist() == [math.inf, 2.0]
    assert np.isnan(numbers(["nan", "nan"])).all()
    assert number("1_0") == math.inf


def test_two_times_in_one_text_are_not_two_times():
    assert np.isnan(times(["2026-01-01T00:00:00Z 2026-01-01T00:00:01Z", ""])[0]).all()
