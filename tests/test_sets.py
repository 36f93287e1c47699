"""Backward segments in the sport's terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from importer.detect.sets import name_bouts, phase_of
from importer.values.activity import Activity, Lap
from importer.values.session import Basis, BoutKind, Direction, Gait, Phase, Segment, Standing


def activity(elapsed_s: float, *laps: Lap) -> Activity:
    return Activity(datetime(2026, 5, 3, tzinfo=UTC), np.empty(0), {}, elapsed_s, elapsed_s, "fit", laps=laps)


def backward(start_s: float, end_s: float, *, gait: Gait | None = Gait.RUN, grade: float | None = None) -> Segment:
    return Segment(start_s, end_s, Direction.BACKWARD, Basis.DECLARED, Standing.ACCEPTED, gait, 0.97, grade_ratio=grade)


def session(*lengths_s: float, gait: Gait = Gait.RUN, grade: float | None = None, rest_s: float = 60.0) -> tuple[Segment, ...]:
    """Give bouts of these lengths, twenty forward minutes before and behind them."""
    out = [Segment(0.0, 1200.0, Direction.FORWARD, Basis.GAIT, Standing.ACCEPTED, Gait.RUN, 0.99)]
    for length_s in lengths_s:
        at = out[-1].end_s
        out.append(backward(at, at + length_s, gait=gait, grade=grade))
        out.append(Segment(at + length_s, at + length_s + rest_s, Direction.FORWARD, Basis.GAIT, Standing.ACCEPTED, Gait.RUN, 0.99))
    return (*out[:-1], replace(out[-1], end_s=out[-1].end_s + 1200.0))


def filled(bouts: list[Segment]) -> tuple[Segment, ...]:
    """Give bouts with forward running between and behind them."""
    out: list[Segment] = []
    for bout in bouts:
        if out and out[-1].end_s < bout.start_s:
            out.append(Segment(out[-1].end_s, bout.start_s, Direction.FORWARD, Basis.GAIT, Standing.ACCEPTED, Gait.RUN, 0.99))
        out.append(bout)
    return (*out, Segment(out[-1].end_s, out[-1].end_s + 600, Direction.FORWARD, Basis.GAIT, Standing.ACCEPTED, Gait.RUN, 0.99))


def words(segments: tuple[Segment, ...]) -> list[tuple[BoutKind | None, int | None]]:
    named = name_bouts(segments, activity(segments[-1].end_s))
    return [(one.kind, one.set_index) for one in named if one.direction is Direction.BACKWARD]


def phases(segments: tuple[Segment, ...], whole: Activity) -> list[Phase | None]:
    return [one.phase for one in name_bouts(segments, whole) if one.direction is Direction.BACKWARD]


def test_six_bouts_of_half_a_minute_are_one_set_of_repetitions():
    assert words(session(28, 30, 35, 31, 29, 33)) == [(BoutKind.REPETITION, 1)] * 6


def test_short_runs_are_sprints_and_walks_of_that_length_are_not():
    assert words(session(8, 9, 7)) == [(BoutKind.SPRINT, 1)] * 3
    assert words(session(8, 9, 7, gait=Gait.WALK)) == [(BoutKind.REPETITION, 1)] * 3


def test_one_bout_is_a_block_and_one_sprint_is_a_sprint():
    assert words(session(60)) == [(BoutKind.BLOCK, None)]
    assert words(session(9)) == [(BoutKind.SPRINT, None)]


def test_blocks_of_many_minutes_make_no_set():
    assert words(session(240, 250)) == [(BoutKind.BLOCK, None)] * 2


def test_uphill_is_a_hill_repeat_however_short_and_three_minutes_at_most():
    assert words(session(25, 28, grade=0.06)) == [(BoutKind.HILL_REPEAT, 1)] * 2
    assert words(session(240, grade=0.06)) == [(BoutKind.BLOCK, None)]
    assert words(session(25, 28, grade=-0.06)) == [(BoutKind.REPETITION, 1)] * 2


def test_another_length_or_a_long_rest_begins_another_set():
    assert words(session(20, 22, 90, 95)) == [(BoutKind.REPETITION, 1)] * 2 + [(BoutKind.REPETITION, 2)] * 2
    assert words(session(20, 22, rest_s=301)) == [(BoutKind.BLOCK, None)] * 2


def test_a_set_around_the_border_of_two_kinds_is_not_torn_apart():
    assert words(session(14, 16, 15, 17, 16)) == [(BoutKind.REPETITION, 1)] * 5
    assert words(session(13, 14, 16, 14)) == [(BoutKind.SPRINT, 1)] * 4
    assert words(session(150, 181, 120)) == [(BoutKind.REPETITION, 1)] * 3
    one_is_flatter = [backward(at, at + 25, grade=grade) for at, grade in ((0, 0.035), (85, 0.028), (170, 0.04))]
    assert words(filled(one_is_flatter)) == [(BoutKind.HILL_REPEAT, 1)] * 3


def test_climbs_and_level_repetitions_are_two_sets():
    plan = [backward(85.0 * i, 85.0 * i + 25, grade=0.07 if i < 3 else 0.0) for i in range(6)]
    assert words(filled(plan)) == [(BoutKind.HILL_REPEAT, 1)] * 3 + [(BoutKind.REPETITION, 2)] * 3


def test_a_slope_that_nobody_measured_parts_no_set():
    plan = [backward(85.0 * i, 85.0 * i + 25, grade=grade) for i, grade in enumerate((0.07, None, 0.06))]
    assert words(filled(plan)) == [(BoutKind.HILL_REPEAT, 1)] * 3


def test_segments_that_touch_are_one_bout():
    first = session(30)
    start_s, end_s = first[1].start_s, first[1].end_s
    halves = (first[0], backward(start_s, start_s + 10), backward(start_s + 10, end_s, gait=Gait.WALK), first[2])
    assert words(halves) == [(BoutKind.BLOCK, None)] * 2


def test_the_phase_follows_the_laps_where_they_say_it():
    laps = (Lap(0, 900, intensity="warmup"), Lap(900, 3000, intensity="active"), Lap(3000, 3600, intensity="cooldown"))
    told = activity(3600, *laps)
    assert [phase_of(at, at + 20, told) for at in (850, 1000, 3100)] == [Phase.WARM_UP, Phase.MAIN, Phase.COOL_DOWN]


def test_no_clock_tears_a_set_apart_but_laps_do():
    segments = session(30, 30, 30, 30, 30, 30, rest_s=75)
    total_s = segments[-1].end_s - 1100
    segments = (*segments[:-1], replace(segments[-1], end_s=total_s))
    last = segments[-2]
    assert phase_of(last.start_s, last.end_s, activity(total_s)) is Phase.COOL_DOWN
    assert phases(segments, activity(total_s)) == [Phase.MAIN] * 6
    laps = (Lap(0, last.start_s, intensity="active"), Lap(last.start_s, total_s, intensity="cooldown"))
    assert phases(segments, activity(total_s, *laps)) == [Phase.MAIN] * 5 + [Phase.COOL_DOWN]


def test_the_phase_is_a_fifth_at_either_end_and_fifteen_minutes_at_most():
    hour, day = activity(3600), activity(36_000)
    assert [phase_of(at, at + 20, hour) for at in (600, 1800, 3000)] == [Phase.WARM_UP, Phase.MAIN, Phase.COOL_DOWN]
    assert [phase_of(at, at + 20, day) for at in (880, 900, 35_060, 35_100)] == [Phase.WARM_UP, Phase.MAIN, Phase.MAIN, Phase.COOL_DOWN]


@given(st.lists(st.tuples(st.integers(5, 400), st.integers(1, 600), st.sampled_from(list(Gait))), min_size=1, max_size=12))
def test_every_backward_segment_has_words_and_no_other_one_has(plan):
    out, at = [], 0.0
    for length_s, rest_s, gait in plan:
        out += [backward(at, at + length_s, gait=gait)]
        out += [Segment(at + length_s, at + length_s + rest_s, Direction.STILL, Basis.GAIT, Standing.ACCEPTED, None, 1.0)]
        at += length_s + rest_s
    named = name_bouts(out, activity(at))
    for before, after in zip(out, named, strict=True):
        assert replace(after, kind=None, set_index=None, phase=None) == before
        assert (after.kind is None) == (after.phase is None) == (after.direction is not Direction.BACKWARD)
    numbers = [one.set_index for one in named if one.set_index is not None]
    assert numbers == sorted(numbers)
    assert all(numbers.count(number) >= 2 for number in numbers)
