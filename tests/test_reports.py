"""What the reports say in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from importer.reports import words


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (754, "12:34"), (3599.4, "59:59"), (3600, "1:00:00"), (36_061, "10:01:01")]
)
def test_times_are_written_as_spans_are_read(seconds, text):
    assert words.clock(seconds) == text


@pytest.mark.parametrize(("metres", "text"), [(None, "-"), (0.0, "0 m"), (999.4, "999 m"), (999.6, "1.00 km"), (42_195.0, "42.20 km")])
def test_distances_change_to_kilometres_at_one_kilometre(metres, text):
    assert words.distance(metres) == text


@pytest.mark.parametrize(("speed", "text"), [(None, "-"), (0.0, "-"), (2.5, "6:40 /km"), (3.0, "5:33 /km")])
def test_speed_is_told_as_pace(speed, text):
    assert words.pace(speed) == text


@pytest.mark.parametrize(("part", "whole", "text"), [(0, 0, "-"), (0, 10, "0 %"), (1, 200, "0.5 %"), (30, 100, "30 %")])
def test_a_share_of_nothing_is_no_number(part, whole, text):
    assert words.share(part, whole) == text


def test_a_start_is_local_where_the_file_knows_its_zone():
    start = datetime(2026, 5, 3, 23, 12, tzinfo=UTC)
    assert words.local_start(start, 7200) == "Mon 04 May 2026 01:12"
    assert words.local_start(start, None) == "Sun 03 May 2026 23:12 UTC"


@pytest.mark.parametrize(
    ("environment", "sport", "text"),
    [
        ("treadmill", "running", "treadmill running"),
        ("outdoor", "running", "running"),
        ("outdoor", "unknown", "outdoor session"),
        ("unknown", "generic", "session"),
        ("unknown", "trail_running", "trail running"),
    ],
)
def test_the_place_is_told_where_it_says_something(environment, sport, text):
    assert words.place(environment, sport) == text


def test_nothing_out_of_a_file_can_steer_the_terminal():
    assert words.plain("a\x1b[31mb\r\nc\u202ed") == "a?[31mb??c?d"
    assert words.plain("caf\udce9") == "caf?"
