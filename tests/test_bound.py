"""The generative benchmark: its sessions are what they say, and its bound is the exact posterior."""

from __future__ import annotations

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.detection import bound
from benchmarks.detection.blocks import cut
from benchmarks.detection.bound_model import Knowledge
from benchmarks.detection.chain import filter_chain, smooth_chain
from benchmarks.detection.families import BACKWARD, FORWARD, Family
from benchmarks.detection.known import learn_exactly
from benchmarks.detection.pools import SHARES
from benchmarks.detection.sessions import TODAY, forward_history, make
from importer.evaluate.scores import evaluate
from importer.values.activity import SpeedBasis
from importer.values.session import Direction, Gait
from tests.support.device import TYPE_WALKING, Device, watch_activity
from tests.support.population import draw_athlete
from tests.support.runner import Block, Drill, Runner, record

BACK = Direction.BACKWARD


def test_the_chain_equals_the_sum_over_all_paths():
    rng = np.random.default_rng(1)
    m, k, lanes, s = 4, 3, 2, 2
    nats = rng.normal(0, 2, (m, k, lanes, s))
    start = rng.dirichlet(np.ones(k * s)).reshape(k, s)
    tables = [rng.dirichlet(np.ones(k), size=k) for _ in range(m)]
    kernels = [rng.dirichlet(np.ones(s), size=s) for _ in range(m)]
    prior_log = np.log(np.array([0.3, 0.7]))
    found = filter_chain(nats, start=start, tables=tables, kernels=kernels, prior_log=prior_log)
    p = smooth_chain(found, tables=tables, kernels=kernels)
    total, share = 0.0, np.zeros((m, k))
    for lane in range(lanes):
        for path in itertools.product(itertools.product(range(k), range(s)), repeat=m):
            weight = math.exp(prior_log[lane]) * start[path[0]]
            for i, (kind, wander) in enumerate(path):
                if i:
                    weight *= tables[i][path[i - 1][0], kind] * kernels[i][path[i - 1][1], wander]
                weight *= math.exp(nats[i, kind, lane, wander])
            total += weight
            for i, (kind, _) in enumerate(path):
                share[i, kind] += weight
    assert found.evidence == pytest.approx(math.log(total), abs=1e-9)
    np.testing.assert_allclose(p, share / total, atol=1e-12)


def test_the_same_athlete_and_family_give_the_same_session_and_others_another():
    athlete = draw_athlete(3)
    first, again, later, other = (
        make(BACKWARD[0], athlete),
        make(BACKWARD[0], athlete),
        make(BACKWARD[0], athlete, round_=1),
        make(BACKWARD[0], draw_athlete(4)),
    )
    assert np.array_equal(first.activity.columns["cadence_spm"], again.activity.columns["cadence_spm"])
    assert first.recording.plan == again.recording.plan
    assert first.recording.plan != later.recording.plan
    assert first.recording.plan != other.recording.plan


@pytest.mark.parametrize(
    ("family", "shortest_s", "longest_s"), [(0, 20, 40), (1, 6, 12), (2, 180, 360), (3, 52, 188), (4, 28, 92), (5, 100, 240)]
)
def test_backward_bouts_have_the_lengths_their_family_says(family: int, shortest_s: int, longest_s: int):
    for seed in range(20):
        lengths = [block.duration_s for block in make(BACKWARD[family], draw_athlete(seed)).recording.plan if block.direction is BACK]
        assert lengths
        assert shortest_s <= min(lengths) <= max(lengths) <= longest_s


@pytest.mark.parametrize("family", FORWARD, ids=lambda family: family.name)
def test_nothing_is_backward_in_a_forward_family(family: Family):
    for seed in range(10):
        assert {span.direction for span in make(family, draw_athlete(seed)).truth} <= {Direction.FORWARD, Direction.STILL}


def test_every_family_has_its_share_and_the_shares_are_all_sessions():
    assert set(SHARES) == {family.name for family in (*BACKWARD, *FORWARD)}
    assert sum(SHARES.values()) == pytest.approx(1.0)
    assert sum(SHARES[family.name] for family in BACKWARD) == pytest.approx(0.1)


def test_a_history_is_forward_and_lies_before_the_judged_session():
    history = forward_history(draw_athlete(5))
    assert 4 <= len(history) <= 6
    starts = [made.activity.start for made in history]
    assert starts == sorted(starts)
    assert starts[-1] < TODAY
    assert all(span.direction is not BACK for made in history for span in made.truth)


def test_a_drill_moves_cadence_heart_rate_and_contact_time_and_stays_forward():
    drill = Drill(cadence_ratio=1.12, heart_bpm=20.0, stance_ratio=0.9)
    plan = [Block(600, 2.0), Block(600, 2.0, drill=drill)]
    recording = record(plan, seed=2, runner=Runner(), on_belt=True)
    assert recording.cadence_spm[620:].mean() / recording.cadence_spm[60:600].mean() == pytest.approx(1.12, abs=0.015)
    assert recording.heart_rate_bpm[1100:].mean() - recording.heart_rate_bpm[500:600].mean() == pytest.approx(20.0, abs=4.0)
    stance = watch_activity(recording, Device(has_dynamics=True), seed=2).columns["stance_time_s"]
    assert np.nanmean(stance[620:]) / np.nanmean(stance[60:600]) == pytest.approx(0.9, abs=0.01)
    assert {span.direction for span in recording.truth()} == {Direction.FORWARD}


def test_contact_time_falls_backward_and_is_off_by_the_devices_bias():
    plan = [Block(600, 2.0), Block(600, 2.0, BACK)]
    recording = record(plan, seed=3, runner=Runner())
    steps_s = []
    for bias_s in (0.0, 0.04):
        device = Device(has_dynamics=True, stance_s=0.28, stance_ratio=0.83, stance_bias_s=bias_s)
        stance = watch_activity(recording, device, seed=3).columns["stance_time_s"]
        steps_s.append(float(np.nanmean(stance[620:]) - np.nanmean(stance[60:600])))
    # 0.28 s at 2.5 m/s is 0.295 s at 2.0 m/s; it wanders by 4 ms over a minute
    assert steps_s[0] == pytest.approx(0.295 * (0.83 - 1.0), abs=0.008)
    assert steps_s[1] - steps_s[0] == pytest.approx(0.04, abs=0.0005)


def test_a_watch_that_takes_backward_running_for_walking_writes_no_contact_time_there():
    recording = record([Block(600, 2.0), Block(600, 2.0, BACK)], seed=4, runner=Runner())
    columns = watch_activity(recording, Device(has_dynamics=True, flicker_share=0.5), seed=4).columns
    walks = columns["activity_type"] == TYPE_WALKING
    assert np.array_equal(walks, np.isnan(columns["stance_time_s"]))
    assert walks[:600].mean() < 0.05
    assert 0.3 < walks[600:].mean() < 0.7


def test_gps_speed_is_off_and_smoothed_and_a_belts_is_exact():
    recording = record([Block(600, 2.5), Block(300, 3.5)], seed=5, runner=Runner(), on_belt=True)
    device = Device(speed_sd_mps=0.15, speed_window_s=6)
    belt = watch_activity(recording, device, seed=5, is_belt=True)
    outdoors = watch_activity(recording, device, seed=5)
    assert (belt.speed_basis, outdoors.speed_basis) == (SpeedBasis.BELT, SpeedBasis.GPS)
    np.testing.assert_allclose(belt.columns["speed_mps"], recording.speed_mps, atol=0.0005)
    error = outdoors.columns["speed_mps"][30:590] - 2.5
    assert 0.08 < error.std() < 0.25


def test_the_bound_sees_borders_and_slopes_and_no_direction():
    made = make(BACKWARD[4], draw_athlete(6))
    pieces = cut(made)
    assert pieces.span_s[:, 0].tolist() == made.recording.borders[:-1]
    assert pieces.n_s.max() <= 60
    assert sorted(set(np.round(pieces.grade_ratio, 9))) == sorted({round(block.grade_ratio, 9) for block in made.recording.plan})
    assert not any(value is made.recording.plan for value in (getattr(pieces, name) for name in pieces.__slots__))


@pytest.mark.parametrize("family", [0, 2, 3, 4, 5])
def test_the_bound_finds_a_plain_backward_session(family: int):
    athlete = draw_athlete(7)
    athlete = athlete._replace(runner=athlete.runner._replace(ratio_run=1.10, ratio_walk=1.12))
    made = make(BACKWARD[family], athlete)
    _, p = bound.posterior(made, learn_exactly(forward_history(athlete)))
    is_back = np.array([block.direction is BACK for block in made.recording.plan])
    assert p[is_back].min() > 0.5
    assert p[~is_back].max() < 0.2


def test_the_bound_leaves_forward_sessions_alone():
    for seed in range(3):
        for family in FORWARD[:4]:
            made = make(family, draw_athlete(seed))
            scores = evaluate(made.truth, bound.decide(made, Knowledge()))
            assert scores.found_seconds.false == 0.0, (seed, family.name)


def test_the_bound_keeps_to_the_policy_on_a_belt():
    """Without a step of 5 % in cadence nothing is suggested there, however sure heart rate and set are."""
    athlete = draw_athlete(8)
    made = make(BACKWARD[5], athlete._replace(runner=athlete.runner._replace(ratio_run=1.03)))
    assert evaluate(made.truth, bound.decide(made, Knowledge())).found_seconds.hit == 0.0


def test_the_program_prints_its_tables():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.detection", "--athletes", "1", "--seed", "3", "--workers", "1", "--only", "declared"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = {line[:28].strip(): line[28:].split() for line in done.stdout.splitlines() if line[28:].split()[-1:] == ["0"]}
    assert {"workout steps", "lap notes", "waypoints", "developer field", "lap rule", "false friends"} <= set(rows)
    assert all(spans == found for spans, found, _ in rows.values())


def test_walkers_walk():
    made = make(BACKWARD[3], draw_athlete(9))
    assert {span.gait for span in made.truth if span.direction is BACK} == {Gait.WALK}
