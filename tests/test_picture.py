"""The picture of a session in plain text."""

from __future__ import annotations

import numpy as np
import pytest

from importer.reports.picture import ASCII, UNICODE, Row, picture_text
from importer.values.session import Direction, Standing
from tests.test_efforts import segment

N = 3600
FORWARD = segment(0, 1800, Direction.FORWARD)
SPRINT = segment(1800, 1808)
REST = segment(1808, N, Direction.FORWARD)


def signal(values, **more):
    return Row("cadence", np.asarray(values, dtype=float), "spm", 0, more.pop("least_span", 1.0), **more)


def draw(rows, segments, *, columns=80, style=UNICODE, start_s=0.0, end_s=float(N)):
    return picture_text(rows, segments, start_s=start_s, end_s=end_s, columns=columns, style=style).splitlines()


def bars(line, columns=80):
    return line[11 : 11 + columns - 26]


def test_a_sprint_of_eight_seconds_is_seen_in_an_hour():
    cadence = np.full(N, 165.0)
    cadence[1800:1808] = 195.0
    first, direction, _, legend = draw([signal(cadence, bounds=(160.0, 200.0))], [FORWARD, SPRINT, REST])
    at = direction.index("█")
    assert direction.count("█") == 1
    assert (first[at], first[at - 1], first[at + 1]) == ("▇", "▂", "▂")
    assert legend.split("  ")[-1] == "█ backward"


@pytest.mark.parametrize("columns", [46, 80, 120, 400])
def test_no_line_is_longer_than_the_terminal_and_all_signals_have_one_width(columns):
    rows = [signal(np.linspace(100, 200, N)), Row("over usual", np.linspace(-5, 5, N), "% spm", 0, 1.0, (-5.0, 15.0))]
    lines = draw(rows, [FORWARD, SPRINT, REST], columns=columns)
    assert max(map(len, lines)) <= columns
    width = len(lines[2]) - 11
    assert width == min(columns - 26, 120)
    assert all(line[11 + width] == " " for line in lines[:2])


def test_bars_rise_with_the_signal_and_missing_seconds_are_blank():
    values = np.linspace(100, 200, N)
    values[: N // 2] = np.nan
    (line, *_) = draw([signal(values)], [segment(0, N, Direction.FORWARD)])
    drawn = bars(line)
    assert set(drawn[:27]) == {" "}
    assert list(drawn[27:]) == sorted(drawn[27:])
    assert {drawn[27], drawn[-1]} == {"▁", "█"}


def test_a_signal_without_any_value_is_left_out():
    assert len(draw([signal(np.full(N, np.nan))], [FORWARD, SPRINT, REST])) == 3


def test_a_quiet_signal_is_not_blown_up():
    noise = 165 + 0.5 * np.sin(np.arange(N) / 50)
    (line, *_) = draw([signal(noise, least_span=16.0)], [segment(0, N, Direction.FORWARD)])
    assert set(bars(line)) <= {"▄", "▅"}
    assert line.endswith("157–173 spm")


def test_every_direction_has_its_mark():
    whole = [
        segment(0, 720, Direction.STILL, gait=None),
        segment(720, 1440, Direction.FORWARD),
        segment(1440, 2160, Direction.UNKNOWN, gait=None),
        segment(2160, 2880, standing=Standing.SUGGESTED),
        segment(2880, 3600),
    ]
    direction, _, legend = draw([], whole, columns=76)
    assert direction[11:] == "·" * 10 + "─" * 10 + "?" * 10 + "▒" * 10 + "█" * 10
    assert legend.strip() == "· standing  ─ forward  ? unknown  ▒ backward?  █ backward"


def test_ascii_is_ascii_and_has_the_same_shape():
    rows = [signal(np.linspace(100, 200, N))]
    fine, plain = (draw(rows, [FORWARD, SPRINT, REST], style=style) for style in (UNICODE, ASCII))
    assert "".join(plain).isascii()
    assert [len(line) for line in plain] == [len(line) for line in fine]
    assert len(set(UNICODE.bars)) == len(set(ASCII.bars)) == 8
    assert len(set(ASCII.marks)) == len(set(UNICODE.marks)) == 6


def test_the_axis_tells_the_time_below_its_mark():
    _, axis, _ = draw([], [FORWARD, SPRINT, REST], columns=86)
    assert axis.split() == ["╵0:00", "╵10:00", "╵20:00", "╵30:00", "╵40:00", "╵50:00"]
    assert [i - 11 for i, mark in enumerate(axis) if mark == "╵"] == [0, 10, 20, 30, 40, 50]


def test_a_stretch_of_seconds_is_drawn_too():
    direction, axis, _ = draw([], [FORWARD, SPRINT, REST], start_s=1795.0, end_s=1813.0, columns=80)
    assert direction[11:].strip("─") == "█" * 24
    assert axis.split()[0] == "╵30:00"
