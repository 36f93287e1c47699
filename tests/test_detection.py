"""The detector as a whole, on the synthetic runner: what it finds, what it leaves alone, what it says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect import calibration as cal
from importer.detect.laprule import parse_lap_rule
from importer.detect.tagging import tag, trace
from importer.values.activity import Activity, CadenceBasis, Environment, Lap, Pause, PauseKind, Place, SpeedBasis, Text
from importer.values.session import Basis, Direction, Gait, Standing
from tests.support.activities import activity_of, run, seconds_of, true_seconds
from tests.support.runner import Block, Drill, Runner, record

BACK, STILL = Direction.BACKWARD, Direction.STILL
RUNNER = Runner(offset_spm=2.0, ratio_run=1.10, ratio_walk=1.10, day_spm=0.0, heart_rate_bpm=140.0)
BELT_BLOCKS = [Block(700, 2.4), *[Block(150, 2.4, BACK), Block(120, 2.4)] * 3]
REPETITIONS = [Block(720, 2.8), *[Block(35, 2.0, BACK), Block(75, 2.5)] * 6]
FORWARD = [Block(400, 2.7), Block(90, 2.4, grade_ratio=0.05), Block(90, 2.9, grade_ratio=-0.05), Block(600, 2.8)]


def _f1(found: set[int], truth: set[int]) -> float:
    return 2 * len(found & truth) / (len(found) + len(truth))


@pytest.mark.parametrize("seed", range(5))
def test_backward_blocks_on_a_belt_are_suggested_and_never_accepted(seed):
    recording = record(BELT_BLOCKS, seed=seed, runner=RUNNER, on_belt=True)
    session = tag(activity_of(recording, is_belt=True))
    assert _f1(seconds_of(session, BACK, standing=Standing.SUGGESTED), true_seconds(recording, BACK)) > 0.9
    assert not seconds_of(session, BACK, standing=Standing.ACCEPTED)


@pytest.mark.parametrize("seed", range(5))
def test_backward_repetitions_out_of_doors_are_suggested(seed):
    recording = record(REPETITIONS, seed=seed, runner=RUNNER)
    assert _f1(seconds_of(tag(activity_of(recording)), BACK), true_seconds(recording, BACK)) > 0.8


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_found_in_a_forward_run_over_hills(seed):
    session = tag(run(FORWARD, seed=seed))
    assert not seconds_of(session, BACK)
    assert len(seconds_of(session, Direction.FORWARD)) > 1000


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"speed_basis": SpeedBasis.WATCH_MODEL}, "your watch computed this speed from cadence"),
        ({"speed_basis": SpeedBasis.UNKNOWN}, "nothing says how this speed was measured"),
        ({"cadence_basis": CadenceBasis.UNKNOWN}, "steps or strides"),
        ({"environment": Environment.ELLIPTICAL}, "on an elliptical"),
    ],
)
def test_what_cannot_tell_stays_unknown_and_says_why(changes, says):
    session = tag(run(BELT_BLOCKS, seed=1, runner=RUNNER, is_belt=True, **changes))
    assert {segment.direction for segment in session.segments} <= {Direction.UNKNOWN, STILL}
    assert any(says in finding for finding in session.findings)
    assert all(segment.basis is Basis.NONE and segment.confidence is None for segment in session.segments if segment.direction is not STILL)


def _without(activity: Activity, *channels: str) -> Activity:
    columns = {name: values for name, values in activity.columns.items() if name not in channels}
    return Activity(**{**{name: getattr(activity, name) for name in activity.__slots__}, "columns": columns})


@pytest.mark.parametrize(("channel", "says"), [("cadence_spm", "no cadence"), ("speed_mps", "no speed")])
def test_a_missing_channel_gives_exactly_zero_nats(channel, says):
    found = trace(_without(run(REPETITIONS, seed=2, runner=RUNNER), channel)).found
    for name in ("run_nats", "walk_nats"):
        assert np.abs(found.grid[name]).max() == 0.0
    assert found.cannot_tell is not None
    assert says in found.cannot_tell


def test_ten_minutes_forward_are_needed_to_know_the_runner():
    session = tag(run([Block(300, 2.4), Block(120, 2.4, BACK), Block(120, 2.4)], seed=3, runner=RUNNER, is_belt=True))
    assert not seconds_of(session, BACK)
    assert any("10 are needed" in finding for finding in session.findings)


def test_a_single_short_stretch_is_not_suggested_without_a_word():
    session = tag(run([Block(800, 2.8), Block(10, 2.0, BACK), Block(600, 2.7)], seed=4, runner=RUNNER))
    assert not seconds_of(session, BACK)


def test_words_about_the_session_raise_the_prior_and_tag_no_second():
    plan = [Block(1300, 2.7)]
    title = (Text(Place.TITLE, "Retro run"),)
    session = tag(run(plan, seed=5, texts=title))
    assert not seconds_of(session, BACK)
    assert any("Retro run" in finding for finding in session.findings)
    quiet, told = trace(run(REPETITIONS, seed=6, runner=RUNNER)), trace(run(REPETITIONS, seed=6, runner=RUNNER, texts=title))
    assert told.found.p_session >= quiet.found.p_session


def test_a_declared_step_is_accepted_to_the_second_whatever_the_signals_say():
    step = (Text(Place.WORKOUT_STEP, "Backward 1 min", 700.5, 760.25),)
    session = tag(run([Block(1300, 2.7)], seed=7, texts=step))
    (found,) = [segment for segment in session.segments if segment.direction is BACK]
    assert (found.start_s, found.end_s, found.basis, found.standing) == (700.5, 760.25, Basis.DECLARED, Standing.ACCEPTED)
    assert found.gait is Gait.RUN
    assert "Backward 1 min" in found.why[0]


def test_a_lap_rule_is_accepted():
    laps = tuple(Lap(float(a), float(b), trigger="manual") for a, b in ((0, 700), (700, 780), (780, 1300)))
    session = tag(run([Block(1300, 2.7)], seed=8, laps=laps), lap_rule=parse_lap_rule("2"))
    assert seconds_of(session, BACK, standing=Standing.ACCEPTED) == set(range(700, 780))


def test_pauses_are_still_and_cut_a_declared_span():
    step = (Text(Place.WORKOUT_STEP, "Backward", 600.0, 700.0),)
    session = tag(run([Block(620, 2.7), Block(30, 0.0, STILL, None, is_paused=True), Block(500, 2.7)], seed=9, texts=step))
    around = [(s.start_s, s.end_s, s.direction) for s in session.segments if 600 <= s.start_s < 700]
    assert around == [(600.0, 620.0, BACK), (620.0, 650.0, STILL), (650.0, 700.0, BACK)]
    assert [s.distance_m for s in session.segments if s.start_s == 620.0] == [None]


def test_standing_at_a_light_is_still():
    session = tag(run([Block(300, 2.7), Block(40, 0.0, STILL, None), Block(700, 2.7)], seed=10))
    assert len(seconds_of(session, STILL) & set(range(300, 340))) > 30


def test_every_segment_of_movement_says_why():
    for segment in tag(run(REPETITIONS, seed=11, runner=RUNNER)).segments:
        assert segment.why


def test_statistics_are_those_of_the_samples():
    activity = run([Block(900, 2.5)], seed=12, is_belt=True)
    session = tag(activity)
    moving = [segment for segment in session.segments if segment.direction is not STILL]
    total = sum(segment.distance_m or 0.0 for segment in session.segments)
    assert total == pytest.approx(float(activity.columns["distance_m"][-1] - activity.columns["distance_m"][0]), abs=3.0)
    assert moving[-1].mean_cadence_spm == pytest.approx(float(activity.columns["cadence_spm"][100:].mean()), rel=0.02)
    assert max(segment.max_speed_mps or 0.0 for segment in moving) == activity.columns["speed_mps"].max()


def test_moving_the_start_of_the_clock_moves_nothing_else():
    activity = run(REPETITIONS, seed=13, runner=RUNNER)
    later = Activity(**{**{name: getattr(activity, name) for name in activity.__slots__}, "start": activity.start + timedelta(days=90)})
    assert tag(activity).segments == tag(later).segments


_CHANNELS = st.sampled_from([("speed_mps", "cadence_spm"), ("speed_mps",), ("cadence_spm", "altitude_m"), ("distance_m",), ()])


@given(
    st.lists(st.floats(0.1, 40), max_size=60),
    _CHANNELS,
    st.lists(st.tuples(st.floats(0, 900), st.floats(0, 200)), max_size=3),
    st.lists(st.tuples(st.floats(-50, 900), st.floats(0, 300), st.sampled_from(["backward", "forward", "backwards start"])), max_size=4),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=150, deadline=None)
def test_any_activity_gives_segments_that_cover_it_and_never_overrule_a_declaration(steps, channels, pauses, spans, seed):
    rng = np.random.default_rng(seed)
    t_s = np.cumsum(steps) if steps else np.zeros(0)
    t_s = np.unique(t_s)
    end = float(t_s[-1]) + float(rng.uniform(0, 30)) if len(t_s) else 100.0
    columns = {name: rng.uniform(0, 200 if name == "cadence_spm" else 4, len(t_s)) for name in channels}
    for values in columns.values():
        values[rng.uniform(size=len(values)) < 0.2] = np.nan
    kept, at = [], 0.0
    for start, length in sorted(pauses):
        if start >= at and start + length <= end:
            kept.append(Pause(start, start + length, PauseKind.MANUAL))
            at = start + length
    texts = tuple(Text(Place.WORKOUT_STEP, words, start, start + length) for start, length, words in spans)
    activity = Activity(
        start=run([Block(1, 1.0)], seed=0).start,
        t_s=t_s,
        columns=columns,
        elapsed_s=end,
        timer_s=end,
        format="fit",
        environment=Environment.OUTDOOR,
        speed_basis=SpeedBasis.GPS,
        cadence_basis=CadenceBasis.WRITER,
        pauses=tuple(kept),
        texts=texts,
    )
    result = trace(activity)  # Session itself checks that the segments cover the activity
    for claim in result.declared.claims:
        for segment in result.session.segments:
            overlap = min(segment.end_s, claim.end_s) - max(segment.start_s, claim.start_s)
            if overlap > 0.01:
                assert segment.direction in (claim.direction, STILL)
    assert not seconds_of(result.session, BACK, basis=Basis.GAIT, standing=Standing.ACCEPTED)


_BLOCKS = st.builds(
    Block,
    st.integers(1, 200),
    st.floats(0.8, 4.5),
    st.sampled_from([BACK, Direction.FORWARD]),
    st.sampled_from([Gait.RUN, Gait.WALK]),
    st.sampled_from([0.0, 0.0, 0.05, -0.05]),
    along=st.just(1),
    is_paused=st.booleans(),
    drill=st.builds(Drill, st.floats(0.7, 1.4), st.floats(0.0, 25.0), st.floats(0.8, 1.1)),
)


@given(st.lists(_BLOCKS, min_size=1, max_size=12), st.integers(0, 10_000), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_plan_of_a_runner_is_tagged_without_a_hole(blocks, seed, is_belt):
    plan = [Block(700, 2.7), *blocks]
    session = tag(run(plan, seed=seed, is_belt=is_belt))
    assert session.segments[-1].end_s == session.activity.elapsed_s
    assert not seconds_of(session, BACK, standing=Standing.ACCEPTED)


def test_every_number_of_the_calibration_says_where_it_comes_from():
    comment: list[str] = []
    is_after_number = False
    for line in Path(cal.__file__).read_text(encoding="utf-8").splitlines():
        if line.startswith("#:"):
            comment = [line] if is_after_number else [*comment, line]
            is_after_number = False
        elif ": Final" in line and not line.startswith("VERSION"):
            assert any(word in " ".join(comment) for word in ("Source:", "ssumption", "Policy")), line
            is_after_number = True
