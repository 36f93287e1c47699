"""Compass against course on the synthetic runner: what facing finds, what it accepts, and when it says nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect.faced import OffsetBasis
from importer.detect.facing import find_facing
from importer.detect.features import add_features
from importer.detect.resample import resample
from importer.detect.tagging import tag, trace
from importer.values.activity import Environment, Place, SpeedBasis, Text
from importer.values.session import Baseline, Basis, Direction, Gait, Label, LabelKind, Standing
from tests.support.activities import seconds_of, true_seconds
from tests.support.facing_runner import Watch, Wearer, draw_wearer, face, facing_activity, raw_sensors, replaced
from tests.support.present import present
from tests.support.runner import Block, Runner, record

BACK = Direction.BACKWARD
RUNNER = Runner(offset_spm=2.0, ratio_run=1.10)
REPETITIONS = [Block(720, 2.8), *[Block(30, 2.0, BACK), Block(75, 2.5)] * 6]
BLOCKS = [Block(720, 2.8), *[Block(240, 2.0, BACK), Block(300, 2.7)] * 2]
FORWARD = [Block(1200, 2.7), Block(60, 1.4, gait=Gait.WALK), Block(600, 2.9)]
BELT = [Block(600, 2.4), *[Block(120, 2.4, BACK), Block(120, 2.4)] * 3]
WARM_UP = (Text(Place.WORKOUT_STEP, "Forward warm up", 0.0, 120.0),)


def _session(plan, *, seed, swing_sd_deg=35.0, on_belt=False, **changes):
    recording = record(plan, seed=seed, runner=RUNNER, on_belt=on_belt)
    wearer = draw_wearer(seed, swing_sd_deg=swing_sd_deg)
    activity = facing_activity(recording, face(recording, seed=seed, wearer=wearer, on_belt=on_belt), is_belt=on_belt, **changes)
    return recording, activity, wearer


def _facing(activity, **known):
    return find_facing(add_features(resample(activity), activity), activity, **known)


def _f1(found: set[int], truth: set[int]) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


def _away_deg(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)


@pytest.mark.parametrize(("swing_sd_deg", "least"), [(20.0, 0.99), (35.0, 0.97), (65.0, 0.85)])
@pytest.mark.parametrize("plan", [REPETITIONS, BLOCKS], ids=["repetitions", "blocks"])
def test_backward_stretches_are_found_and_accepted_after_a_known_forward_stretch(plan, swing_sd_deg, least):
    found, truth = set(), set()
    for seed in range(4):
        recording, activity, wearer = _session(plan, seed=seed, swing_sd_deg=swing_sd_deg, texts=WARM_UP)
        result = trace(activity)
        assert result.found.facing is not None
        assert result.found.facing.offset_basis is OffsetBasis.DECLARED
        assert _away_deg(result.found.facing.offset_deg, wearer.offset_deg) < 45.0
        shift = 100_000 * seed
        found |= {shift + i for i in seconds_of(result.session, BACK, basis=Basis.FACING)}
        truth |= {shift + i for i in true_seconds(recording, BACK)}
        accepted = seconds_of(result.session, BACK, standing=Standing.ACCEPTED)
        assert len(accepted) > 0.5 * len(true_seconds(recording, BACK))
    assert _f1(found, truth) >= least


@pytest.mark.parametrize("seed", range(4))
def test_without_a_known_forward_stretch_facing_only_suggests(seed):
    recording, activity, _ = _session(REPETITIONS, seed=seed)
    session = tag(activity)
    assert _f1(seconds_of(session, BACK, standing=Standing.SUGGESTED), true_seconds(recording, BACK)) >= 0.97
    assert not seconds_of(session, BACK, standing=Standing.ACCEPTED)
    assert all(s.confidence is None or s.confidence <= 0.96 for s in session.segments if s.basis is Basis.FACING)
    assert any("two opposite facings" in finding for finding in session.findings)


@pytest.mark.parametrize("swing_sd_deg", [20.0, 35.0, 50.0])
def test_a_forward_run_has_no_backward_second(swing_sd_deg):
    for seed in range(4):
        for texts in ((), WARM_UP):
            _, activity, _ = _session(FORWARD, seed=seed, swing_sd_deg=swing_sd_deg, texts=texts)
            session = tag(activity)
            assert not seconds_of(session, BACK)
            assert len(seconds_of(session, Direction.FORWARD, basis=Basis.FACING)) > 1500


@pytest.mark.parametrize("seed", [26, 27, 32, 124, 153])
def test_what_chance_makes_of_a_wide_swing_is_not_accepted(seed):
    _, activity, _ = _session(FORWARD, seed=seed, swing_sd_deg=65.0, texts=WARM_UP)
    assert not seconds_of(tag(activity), BACK, standing=Standing.ACCEPTED)


@pytest.mark.parametrize("seed", [8, 19])
def test_with_a_wide_swing_a_lone_stretch_must_be_surer_than_one_of_three(seed):
    def doubts(n, swing_sd_deg):
        plan = [Block(720, 2.8), *[Block(14, 2.2, BACK), Block(75, 2.6)] * n, Block(525, 2.6)]
        _, activity, _ = _session(plan, seed=seed, swing_sd_deg=swing_sd_deg, texts=WARM_UP)
        return [span.doubt for span in present(trace(activity).found.facing).spans]

    assert doubts(1, 30.0) == [None]
    assert "and fewer than 3 stretches are sure" in present(doubts(1, 55.0)[0])
    assert doubts(6, 55.0).count(None) >= 3


def test_the_course_may_come_from_positions():
    recording = record(REPETITIONS, seed=3, runner=RUNNER)
    seen = face(recording, seed=3, wearer=Wearer(200.0, 35.0))
    activity = facing_activity(recording, seen, has_course=False, texts=WARM_UP)
    assert "course_deg" not in activity.columns
    assert _f1(seconds_of(tag(activity), BACK, standing=Standing.ACCEPTED), true_seconds(recording, BACK)) >= 0.97


@pytest.mark.parametrize("watch", [Watch(), Watch(iron=(0.5, 1.0, -0.7), counts_per_gauss=3000.0, is_flipped=True)], ids=["clean", "odd"])
def test_raw_sensors_tell_from_the_bytes_of_the_field_to_the_tag(watch):
    recording = record(REPETITIONS, seed=5, runner=RUNNER)
    plain = facing_activity(recording, face(recording, seed=5, wearer=Wearer(0.0, 35.0)), texts=WARM_UP)
    columns = {name: column for name, column in plain.columns.items() if name != "heading_deg"}
    sensors = raw_sensors(recording, seed=5, offset_deg=70.0, watch=watch, swing_deg=40.0)
    session = tag(replaced(plain, columns=columns, sensors=sensors))
    assert _f1(seconds_of(session, BACK, basis=Basis.FACING, standing=Standing.ACCEPTED), true_seconds(recording, BACK)) >= 0.97


def test_the_reason_names_the_compass_and_what_fixed_it():
    _, activity, _ = _session(REPETITIONS, seed=6, texts=WARM_UP)
    first = next(s for s in tag(activity).segments if s.direction is BACK)
    assert first.why[0].startswith("your compass points opposite to your way for ")
    assert "declared" in first.why[1]


def test_a_declared_span_is_never_overruled_by_facing():
    step = (*WARM_UP, Text(Place.WORKOUT_STEP, "Backward", 400.0, 430.0), Text(Place.WORKOUT_STEP, "Forward", 720.0, 750.0))
    _, activity, _ = _session(REPETITIONS, seed=7, texts=step)
    by_start = {s.start_s: s for s in tag(activity).segments}
    assert (by_start[400.0].direction, by_start[400.0].basis, by_start[400.0].end_s) == (BACK, Basis.DECLARED, 430.0)
    assert (by_start[720.0].direction, by_start[720.0].basis) == (Direction.FORWARD, Basis.DECLARED)


def test_one_confirmed_block_fixes_the_offset_and_is_taught_to_later_sessions():
    recording, activity, wearer = _session(BLOCKS, seed=8)
    suggestion = next(s for s in tag(activity).segments if s.direction is BACK)
    session = tag(activity, labels=(Label(suggestion.start_s, suggestion.end_s, LabelKind.CONFIRM),))
    others = true_seconds(recording, BACK) - set(range(int(suggestion.start_s), int(suggestion.end_s)))
    assert _f1(seconds_of(session, BACK, basis=Basis.FACING, standing=Standing.ACCEPTED), others) >= 0.97
    assert session.normal is not None
    assert session.normal.facing_offset_deg is not None
    assert _away_deg(session.normal.facing_offset_deg, wearer.offset_deg) < 30.0


def test_a_majority_teaches_no_offset():
    _, activity, _ = _session(BLOCKS, seed=8)
    session = tag(activity)
    assert session.normal is not None
    assert session.normal.facing_offset_deg is None


def _baseline(offset_deg):
    return Baseline(150.0, 6.0, 3.0, 200.0, 4, facing_offset_deg=offset_deg, facing_offset_sd_deg=15.0)


def test_the_runners_history_fixes_the_offset_even_of_a_session_run_mostly_backward():
    plan = [Block(100, 2.6), *[Block(200, 1.9, BACK), Block(60, 2.6)] * 4]
    recording, activity, wearer = _session(plan, seed=9)
    facing = _facing(activity, earlier=_baseline(wearer.offset_deg))
    assert facing is not None
    assert (facing.offset_basis, facing.is_fixed) == (OffsetBasis.HISTORY, True)
    found = {i for span in facing.spans if span.doubt is None for i in range(span.first, span.last)}
    assert _f1(found, true_seconds(recording, BACK)) >= 0.97


def test_a_history_that_contradicts_all_else_fixes_nothing():
    _, activity, wearer = _session(REPETITIONS, seed=10)
    facing = _facing(activity, earlier=_baseline(wearer.offset_deg + 180.0))
    assert facing is not None
    assert not facing.is_fixed


def test_what_the_runner_said_counts_more_than_his_history_and_does_not_depend_on_it():
    _, activity, wearer = _session(BLOCKS, seed=11, texts=WARM_UP)
    alone = trace(activity).session
    misled = trace(activity, baseline=_baseline(wearer.offset_deg + 180.0)).session
    assert seconds_of(alone, BACK, basis=Basis.FACING) == seconds_of(misled, BACK, basis=Basis.FACING)
    assert alone.normal is not None
    assert misled.normal is not None
    assert alone.normal.facing_offset_deg == misled.normal.facing_offset_deg


@pytest.mark.parametrize("speed_basis", [SpeedBasis.BELT, SpeedBasis.WATCH_MODEL])
@pytest.mark.parametrize("texts", [(), WARM_UP], ids=["no word", "known forward"])
def test_half_turns_on_a_treadmill_are_only_suggested(speed_basis, texts):
    recording, activity, _ = _session(BELT, seed=12, on_belt=True, speed_basis=speed_basis, texts=texts)
    session = tag(activity)
    assert _f1(seconds_of(session, BACK, standing=Standing.SUGGESTED), true_seconds(recording, BACK)) >= 0.97
    assert not seconds_of(session, BACK, standing=Standing.ACCEPTED)


def test_a_treadmill_profile_used_in_the_open_says_nothing():
    recording = record(FORWARD, seed=13, runner=RUNNER)
    seen = face(recording, seed=13, wearer=Wearer(10.0, 30.0))
    assert _facing(facing_activity(recording, seen, environment=Environment.TREADMILL)) is None


def test_an_elliptical_has_no_facing():
    _, activity, _ = _session(BELT, seed=12, on_belt=True, environment=Environment.ELLIPTICAL)
    assert _facing(activity) is None


def test_what_is_no_compass_says_nothing():
    recording = record(REPETITIONS, seed=14, runner=RUNNER)
    seen = face(recording, seed=14, wearer=Wearer(30.0, 35.0))
    rng = np.random.default_rng(1)
    fakes = {
        "stuck": rng.normal(80.0, 3.0, len(recording)) % 360.0,
        "at random": rng.uniform(0.0, 360.0, len(recording)),
        "the course again": seen.course_deg,
    }
    for name, heading_deg in fakes.items():
        assert _facing(facing_activity(recording, seen._replace(heading_deg=heading_deg))) is None, name


def test_an_arm_that_swings_all_round_says_nothing():
    _, activity, _ = _session(REPETITIONS, seed=15, swing_sd_deg=110.0)
    assert _facing(activity) is None


def test_seconds_without_heading_or_course_say_exactly_nothing():
    recording = record(REPETITIONS, seed=16, runner=RUNNER)
    seen = face(recording, seed=16, wearer=Wearer(30.0, 35.0))
    heading, course = seen.heading_deg.copy(), seen.course_deg.copy()
    heading[300:340] = np.nan
    course[400:440] = np.nan
    facing = _facing(facing_activity(recording, seen._replace(heading_deg=heading, course_deg=course)))
    assert facing is not None
    assert np.abs(facing.nats[300:340]).max() == 0.0
    assert np.abs(facing.nats[400:440]).max() == 0.0
    assert np.isnan(facing.p_backward[310:330]).all()
    assert np.abs(facing.nats[200:300]).min() > 0.0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.0, 359.9))
def test_turning_the_watch_on_the_wrist_changes_nothing_but_the_offset(seed, turn_deg):
    recording = record(REPETITIONS[:9], seed=17, runner=RUNNER)
    seen = face(recording, seed=seed, wearer=Wearer(0.0, 35.0))
    turned = seen._replace(heading_deg=(seen.heading_deg + turn_deg) % 360.0)
    as_worn, otherwise = (_facing(facing_activity(recording, one)) for one in (seen, turned))
    assert as_worn is not None
    assert otherwise is not None
    borders, others = (np.array([(s.first, s.last) for s in one.spans]) for one in (as_worn, otherwise))
    assert borders.shape == others.shape
    assert np.abs(borders - others).max() <= 1  # bins of the offset may move a border that hangs in the balance
    assert _away_deg(otherwise.offset_deg, as_worn.offset_deg + turn_deg) < 7.5


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.integers(0, 1_000), st.floats(0.0, 1.0), st.sampled_from([0.0, 5.0, 60.0, 1000.0]))
def test_any_heading_gives_probabilities_and_segments_that_cover(n, seed, present, swing_deg):
    rng = np.random.default_rng(seed)
    recording = record([Block(n, 2.6)], seed=seed, runner=RUNNER)
    seen = face(recording, seed=seed, wearer=Wearer(30.0, 35.0))
    heading = (seen.course_deg + swing_deg * rng.normal(size=n)) % 360.0
    activity = facing_activity(recording, seen._replace(heading_deg=np.where(rng.random(n) < present, heading, np.nan)))
    result = trace(activity)  # a session whose segments do not cover it cannot be built
    facing = result.found.facing
    if facing is not None:
        p = facing.p_backward[~np.isnan(facing.p_backward)]
        assert ((p >= 0) & (p <= 1)).all()
        assert np.isfinite(facing.nats).all()
        assert not any(s.standing is Standing.ACCEPTED for s in result.session.segments if s.direction is BACK)


@pytest.mark.parametrize("every_s", [3, 5, 7])
def test_sparse_recordings_still_tell(every_s):
    recording, activity, _ = _session(BLOCKS, seed=21, texts=WARM_UP)
    columns = {name: column[::every_s] for name, column in activity.columns.items()}
    session = tag(replaced(activity, t_s=activity.t_s[::every_s], columns=columns))
    assert _f1(seconds_of(session, BACK, basis=Basis.FACING), true_seconds(recording, BACK)) >= 0.93


def test_a_recording_without_a_compass_is_tagged_as_before():
    _, activity, _ = _session(REPETITIONS, seed=19)
    columns = {name: column for name, column in activity.columns.items() if name != "heading_deg"}
    result = trace(replace(activity, columns=columns))
    assert result.found.facing is None
    assert not any(s.basis is Basis.FACING for s in result.session.segments)
    assert (result.found.labels.facing == -1).all()
