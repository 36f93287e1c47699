"""Stored segments in the sport's terms, in words."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.detect.tagging import tag
from importer.reports.efforts import effort_text, efforts, length_text, place_in_set
from importer.reports.lines import backward_line
from importer.store import SegmentRecord, SessionRecord, SourceInfo
from importer.store.preview import preview
from importer.values.session import Basis, BoutKind, Direction, Gait, Phase, Standing
from tests.support.activities import run
from tests.support.runner import Block

NOTHING = {field.name: None for field in fields(SegmentRecord)}


def segment(start_s: float, end_s: float, direction: Direction = Direction.BACKWARD, **more: Any) -> SegmentRecord:
    plain: dict[str, Any] = {
        "id": 1,
        "direction": direction,
        "gait": Gait.RUN,
        "basis": Basis.GAIT,
        "standing": Standing.ACCEPTED,
        "confidence": 0.95,
    }
    return SegmentRecord(**{**NOTHING, **plain, "start_s": start_s, "end_s": end_s, "why": (), **more})


def repetitions(*lengths_s: float, rest_s: float = 75.0, **more: Any) -> tuple[SegmentRecord, ...]:
    """Give a set of backward stretches of these lengths, forward running between and around them."""
    words: dict[str, Any] = {"kind": BoutKind.REPETITION, "set_index": 1, "phase": Phase.MAIN, "mean_speed_mps": 2.0, **more}
    out = [segment(0.0, 600.0, Direction.FORWARD)]
    for length_s in lengths_s:
        at = out[-1].end_s
        out += [segment(at, at + length_s, **words), segment(at + length_s, at + length_s + rest_s, Direction.FORWARD)]
    return tuple(out)


def said(segments: tuple[SegmentRecord, ...]) -> list[str]:
    return [effort_text(effort) for effort in efforts(segments)]


def test_a_set_is_told_in_one_sentence():
    assert said(repetitions(28, 30, 35, 31, 29, 33)) == [
        "6 repetitions of 28-35 s backward (running, 2.0 m/s), recoveries 75 s running, in the main part"
    ]


def test_hill_repeats_tell_their_grade_and_how_one_comes_down():
    plan = list(repetitions(60, 61, 62, kind=BoutKind.HILL_REPEAT, grade_ratio=0.06, mean_speed_mps=1.83))
    plan = [one if one.direction is Direction.BACKWARD or one.start_s == 0 else _walked(one) for one in plan]
    assert said(tuple(plan)) == [
        "3 hill repeats of 61 s backward (running, 1.8 m/s, 6 % uphill), recoveries 75 s walking, in the main part"
    ]


def _walked(one: SegmentRecord) -> SegmentRecord:
    return segment(one.start_s, one.end_s, Direction.FORWARD, gait=Gait.WALK)


def test_one_block_has_no_recovery():
    (told,) = said((segment(60, 300, kind=BoutKind.BLOCK, gait=Gait.WALK, phase=Phase.WARM_UP, mean_speed_mps=1.04),))
    assert told == "one block of 4:00 backward (walking, 1.0 m/s), in the warm-up"


def test_two_standing_recoveries_and_sprints_without_a_speed():
    words: dict[str, Any] = {"kind": BoutKind.SPRINT, "set_index": 1, "phase": Phase.COOL_DOWN}
    rest = segment(9, 39, Direction.STILL, gait=None)
    plan = (segment(0, 9, **words), rest, segment(39, 47, **words))
    assert said(plan) == ["2 sprints of 8 s backward (running), recovery 30 s standing, in the cool-down"]


def test_what_only_waits_for_a_yes_is_counted():
    plan = list(repetitions(30, 30, 30))
    plan[1] = segment(plan[1].start_s, plan[1].end_s, kind=BoutKind.REPETITION, set_index=1, phase=Phase.MAIN, standing=Standing.SUGGESTED)
    (told,) = said(tuple(plan))
    assert told.endswith("1 of them only suggested")


def test_phases_that_differ_are_left_out():
    plan = list(repetitions(30, 30))
    plan[1] = segment(plan[1].start_s, plan[1].end_s, kind=BoutKind.REPETITION, set_index=1, phase=Phase.WARM_UP)
    (effort,) = efforts(tuple(plan))
    assert effort.phase is None
    assert "part" not in effort_text(effort)


def test_halves_that_touch_are_one_bout():
    words: dict[str, Any] = {"kind": BoutKind.BLOCK, "phase": Phase.MAIN}
    (effort,) = efforts((segment(0, 30, **words), segment(30, 40, gait=Gait.WALK, **words)))
    assert (effort.lengths_s, effort.recoveries_s, effort.gait) == ((40.0,), (), Gait.RUN)


def test_each_stretch_knows_its_place_in_the_set():
    plan = repetitions(30, 30, 30)
    starts = [one.start_s for one in plan if one.direction is Direction.BACKWARD]
    assert place_in_set(plan) == dict(zip(starts, [(1, 3), (2, 3), (3, 3)], strict=True))


def test_two_sets_and_a_lone_sprint_are_three_efforts():
    first = repetitions(30, 30)
    second = [
        segment(2000, 2090, kind=BoutKind.REPETITION, set_index=2, phase=Phase.MAIN),
        segment(2150, 2240, kind=BoutKind.REPETITION, set_index=2, phase=Phase.MAIN),
        segment(2600, 2608, kind=BoutKind.SPRINT, phase=Phase.COOL_DOWN),
    ]
    told = efforts((*first, *second))
    assert [(effort.kind, effort.n_bouts) for effort in told] == [(BoutKind.REPETITION, 2), (BoutKind.REPETITION, 2), (BoutKind.SPRINT, 1)]


def record_with(segments: tuple[SegmentRecord, ...]) -> SessionRecord:
    record = preview(SourceInfo("a.fit", "0" * 64), tag(run([Block(60, 2.5)], seed=1)), athlete="me")
    return replace(record, id=7, segments=segments)


def test_the_line_of_an_import_tells_what_counts_and_what_waits_and_two_efforts():
    sure = repetitions(30, 30, 30, distance_m=60.0, basis=Basis.DECLARED)
    words: dict[str, Any] = {"kind": BoutKind.BLOCK, "standing": Standing.SUGGESTED}
    open_ = (
        segment(2000, 2240, phase=Phase.MAIN, confidence=0.81, **words),
        segment(2400, 2640, phase=Phase.COOL_DOWN, confidence=0.91, **words),
    )
    record = record_with((*sure, *open_))
    assert backward_line(record) == (
        "backward 1:30, 180 m, declared; probably backward 8:00, by gait, 81% sure of each: 3 repetitions of 30 s (running, 2.0 m/s),"
        " recoveries 75 s running, in the main part; one block of 4:00 (running), in the main part; 1 more: see `retro-import show 7`"
    )
    assert backward_line(record, with_hint=False, n_efforts=0).endswith("81% sure of each")


def test_a_line_without_backward_movement_says_what_is_unknown():
    forward, unknown = segment(0, 600, Direction.FORWARD), segment(600, 700, Direction.UNKNOWN, gait=None)
    assert backward_line(record_with((forward,))) == "no backward running found"
    assert backward_line(record_with((forward, unknown))) == "no backward running found; 1:40 unknown"
    assert backward_line(record_with((unknown,))) == "direction unknown"
    assert backward_line(record_with((segment(0, 60, Direction.STILL, gait=None),))) == "no movement"


@pytest.mark.parametrize(("seconds", "text"), [(8.4, "8 s"), (99.4, "99 s"), (99.6, "1:40"), (150, "2:30"), (3700, "1:01:40")])
def test_lengths_are_said_as_runners_say_them(seconds, text):
    assert length_text(seconds) == text


@given(st.lists(st.tuples(st.integers(5, 300), st.integers(0, 400), st.sampled_from([None, 1, 2])), min_size=1, max_size=10))
def test_every_backward_second_belongs_to_one_effort(plan):
    out, at = [], 0.0
    for length_s, rest_s, number in plan:
        out.append(segment(at, at + length_s, kind=BoutKind.REPETITION if number else BoutKind.BLOCK, set_index=number, phase=Phase.MAIN))
        at += length_s
        if rest_s:
            out.append(segment(at, at + rest_s, Direction.FORWARD))
            at += rest_s
    found = efforts(out)
    backward = [one for one in out if one.direction is Direction.BACKWARD]
    assert [one for effort in found for one in effort.segments] == backward
    assert sum(sum(effort.lengths_s) for effort in found) == sum(one.end_s - one.start_s for one in backward)
    assert all(len(effort.recoveries_s) == effort.n_bouts - 1 for effort in found)
