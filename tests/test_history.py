"""What sessions teach about their runner, one at a time and together."""

from __future__ import annotations

import dataclasses
import json
import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from importer.detect import calibration as cal
from importer.detect.history import learn
from importer.detect.tagging import tag
from importer.values.activity import Device, Place, SpeedBasis, Text
from importer.values.session import Direction, Label, LabelKind, Normal, Standing
from tests.support.activities import activity_of, run, seconds_of, true_seconds
from tests.support.present import present
from tests.support.runner import Block, Runner, record

BACK = Direction.BACKWARD
START = datetime(2026, 3, 1, 7, tzinfo=UTC)
RUNNER = Runner(offset_spm=12.0, ratio_run=1.09, ratio_walk=1.10, day_spm=0.0, heart_rate_bpm=140.0)
PLAN = [Block(500, 2.7), Block(400, 3.1), Block(400, 2.4), Block(200, 2.9)]
REPETITIONS = [Block(720, 2.8), *[Block(45, 1.9, BACK), Block(75, 2.5)] * 4]


def _session(plan, seed, *, day=0.0, labels=(), baseline=None, at=0):
    activity = run(plan, seed=seed, runner=RUNNER._replace(day_spm=day), start=START + timedelta(days=at))
    return tag(activity, labels=labels, baseline=baseline)


def _normal(plan, seed, **known):
    return present(_session(plan, seed, **known).normal)


@pytest.fixture(scope="module")
def forward_normals():
    return [_normal(PLAN, 100 + i, day=day, at=i) for i, day in enumerate((-3.0, 2.0, 4.0, -1.0, 0.0))]


def _labels(plan, kind=LabelKind.CONFIRM):
    spans = record(plan, seed=0, runner=RUNNER).truth()
    return tuple(Label(float(span.start_s), float(span.end_s), kind) for span in spans if span.direction is BACK)


def test_without_sessions_the_population_stands():
    nobody = learn(())
    assert nobody.n_sessions == 0
    assert (nobody.intercept_spm, nobody.slope_spm_per_mps) == (cal.RUN_INTERCEPT_SPM, cal.RUN_SLOPE_SPM_PER_MPS)
    assert nobody.level_sd_spm == cal.RUN_BETWEEN_SD_SPM


def test_sessions_pull_the_line_to_the_runner_and_make_it_surer(forward_normals):
    levels, errors = [], []
    for n in (1, 3, 5):
        known = learn(forward_normals[:n])
        levels.append(known.intercept_spm + known.slope_spm_per_mps * cal.RUN_REFERENCE_SPEED_MPS)
        errors.append(present(known.level_sd_spm))
    assert levels[-1] == pytest.approx(cal.POPULATION_AT_REFERENCE_SPM + 12.0, abs=2.5)
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 2.5


def test_days_that_differ_widen_the_days(forward_normals):
    def spread(shift_spm):
        moved = [dataclasses.replace(one, cadence_spm=one.cadence_spm + shift_spm * (-1) ** i) for i, one in enumerate(forward_normals)]
        return learn(moved).day_sd_spm

    assert spread(8.0) > spread(0.0) + 1.5


def test_one_odd_session_hardly_moves_the_line(forward_normals):
    odd = dataclasses.replace(forward_normals[2], cadence_spm=forward_normals[2].cadence_spm * 0.75)
    sane, shaken = learn(forward_normals), learn([*forward_normals[:2], odd, *forward_normals[3:]])
    at = cal.RUN_REFERENCE_SPEED_MPS
    moved = (shaken.intercept_spm + at * shaken.slope_spm_per_mps) - (sane.intercept_spm + at * sane.slope_spm_per_mps)
    assert abs(moved) < 4.0


def test_only_sessions_that_started_earlier_count(forward_normals):
    until = START + timedelta(days=2)
    assert learn(forward_normals, until=until) == learn(forward_normals[:2], until=until)
    assert learn(forward_normals, until=START).n_sessions == 0


def test_the_order_of_sessions_does_not_matter(forward_normals):
    shuffled = list(forward_normals)
    random.Random(1).shuffle(shuffled)
    assert learn(shuffled) == learn(forward_normals)


def test_what_a_session_teaches_does_not_depend_on_the_sessions_before_it(forward_normals):
    known = learn(forward_normals)
    assert _normal(REPETITIONS, 7, baseline=known) == _normal(REPETITIONS, 7)


def test_a_normal_survives_json():
    normal = _normal(REPETITIONS, 8, labels=_labels(REPETITIONS))
    assert Normal(**json.loads(json.dumps(dataclasses.asdict(normal)))) == normal


def test_confirmed_stretches_teach_the_runners_own_backward_gait(forward_normals):
    taught = [_normal(REPETITIONS, 20 + i, labels=_labels(REPETITIONS), at=10 + i) for i in range(2)]
    assert [len(one.run_excess_ratios) for one in taught] == [4, 4]
    assert np.mean([one.run_excess_ratios for one in taught]) == pytest.approx(0.09, abs=0.015)
    known = learn([*forward_normals, *taught])
    assert (known.n_confirmed, known.n_confirmed_sessions, known.n_rejected) == (8, 2, 0)
    assert known.run_excess_ratio == pytest.approx(0.09, abs=0.012)
    assert present(known.run_excess_sd_ratio) < 0.5 * cal.BACKWARD_EXCESS_SD_RUN
    assert known.speed_share == pytest.approx(1.9 / 2.7, abs=0.06)


def test_a_declared_stretch_teaches_but_is_not_confirmed():
    words = tuple(Text(Place.WORKOUT_STEP, "Backward", label.start_s, label.end_s) for label in _labels(REPETITIONS))
    normal = present(tag(run(REPETITIONS, seed=9, runner=RUNNER, texts=words)).normal)
    assert len(normal.run_excess_ratios) == 4
    assert normal.n_confirmed == 0


def test_a_denied_stretch_is_counted_and_forward():
    session = _session(REPETITIONS, 10, labels=_labels(REPETITIONS, LabelKind.REJECT))
    normal = present(session.normal)
    assert normal.n_rejected == 4
    assert normal.run_excess_ratios == ()
    assert not seconds_of(session, BACK)


def test_after_confirmations_the_same_gait_is_accepted(forward_normals):
    taught = [_normal(REPETITIONS, 30 + i, labels=_labels(REPETITIONS), at=10 + i) for i in range(2)]
    plan = [Block(720, 2.8), *[Block(200, 1.9, BACK), Block(150, 2.5)] * 3]
    recording = record(plan, seed=40, runner=RUNNER)
    activity = activity_of(recording, start=START + timedelta(days=30))
    accepted = seconds_of(tag(activity, baseline=learn([*forward_normals, *taught])), BACK, standing=Standing.ACCEPTED)
    truth = true_seconds(recording, BACK)
    assert 2 * len(accepted & truth) / (len(accepted) + len(truth)) > 0.95
    assert not seconds_of(tag(activity, baseline=learn(forward_normals)), BACK, standing=Standing.ACCEPTED)


def test_a_session_run_mostly_backward_is_read_by_a_known_runners_line(forward_normals):
    plan = [Block(300, 2.7), *[Block(300, 1.9, BACK), Block(60, 2.5)] * 4]
    recording = record(plan, seed=41, runner=RUNNER)
    session = tag(activity_of(recording), baseline=learn(forward_normals))
    truth = true_seconds(recording, BACK)
    found = seconds_of(session, BACK)
    assert 2 * len(found & truth) / (len(found) + len(truth)) > 0.9


def test_a_known_runner_needs_no_ten_minutes(forward_normals):
    plan = [Block(240, 2.7), Block(240, 1.9, BACK), Block(100, 2.7)]
    known = tag(run(plan, seed=42, runner=RUNNER), baseline=learn(forward_normals))
    assert not any("10 are needed" in finding for finding in known.findings)
    assert len(seconds_of(known, Direction.FORWARD)) > 200


def test_the_first_session_says_that_it_leans_on_the_average_runner(forward_normals):
    first = _session(PLAN, 43)
    assert any("average runner" in finding for finding in first.findings)
    assert not any("average runner" in finding for finding in _session(PLAN, 43, baseline=learn(forward_normals)).findings)


def test_speed_that_is_computed_from_cadence_teaches_nothing():
    activity = run(REPETITIONS, seed=44, runner=RUNNER, speed_basis=SpeedBasis.WATCH_MODEL)
    normal = present(tag(activity, labels=_labels(REPETITIONS)).normal)
    assert normal == Normal(start_utc_s=normal.start_utc_s)


def _with_contact(plan, seed, *, ratio):
    recording = record(plan, seed=seed, runner=RUNNER)
    rows = np.array([block.direction is BACK for block in plan for _ in range(block.duration_s)])
    contact = (0.28 - 0.04 * (recording.speed_mps - 2.8)) * np.where(rows, ratio, 1.0)
    activity = activity_of(recording, device=Device(manufacturer="maker", product="watch"))
    return dataclasses.replace(activity, columns={**activity.columns, "stance_time_s": np.round(contact, 3)})


@pytest.mark.parametrize(("ratio", "is_valid"), [(0.83, True), (1.0, False), (1.1, False)])
def test_contact_time_counts_only_where_it_was_found_to_tell(ratio, is_valid):
    labels = _labels(REPETITIONS)
    normals = [present(tag(_with_contact(REPETITIONS, 50 + i, ratio=ratio), labels=labels).normal) for i in range(2)]
    known = learn(normals)
    assert known.contact_device == "maker watch"
    assert (known.contact_ratio is not None) is is_valid
    if is_valid:
        assert known.contact_ratio == pytest.approx(0.83, abs=0.02)
