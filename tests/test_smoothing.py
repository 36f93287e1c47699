"""Where a change is likely, and what that does to the smoothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from importer.detect.features import add_features
from importer.detect.hmm import smooth
from importer.detect.resample import resample
from importer.detect.smoothing import border_rows
from importer.detect.tagging import tag
from importer.values.activity import Lap, Pause
from importer.values.session import Direction
from tests.support.activities import activity_of, run, seconds_of
from tests.support.runner import Block, Runner, record

BACK = Direction.BACKWARD
RUNNER = Runner(offset_spm=2.0, ratio_run=1.10)


def _borders(activity):
    return border_rows(activity, add_features(resample(activity), activity)).tolist()


def test_laps_that_the_runner_pressed_and_pauses_are_borders_and_automatic_laps_are_not():
    laps = (Lap(0.0, 100.0, trigger="manual"), Lap(100.0, 250.0, trigger="distance"), Lap(250.0, 400.0, trigger=None))
    activity = run([Block(400, 2.6)], seed=1, laps=laps, pauses=(Pause(300.0, 310.0),))
    assert _borders(activity) == [100, 250, 300, 310]


def test_a_hop_on_a_belt_at_constant_speed_is_a_border_and_a_stop_is_none():
    activity = run([Block(300, 2.4), Block(200, 2.4, BACK), Block(60, 0.0, Direction.STILL, None)], seed=2, runner=RUNNER, is_belt=True)
    cadence = activity.columns["cadence_spm"].copy()
    cadence[298:302] = 0.0
    hopped = replace(activity, columns={**activity.columns, "cadence_spm": cadence})
    assert _borders(hopped) == [298, 302]
    assert _borders(activity) == []
    outdoors = run([Block(500, 2.4)], seed=2, runner=RUNNER)
    cadence = outdoors.columns["cadence_spm"].copy()
    cadence[298:302] = 0.0
    assert _borders(replace(outdoors, columns={**outdoors.columns, "cadence_spm": cadence})) == []


@pytest.mark.parametrize("seed", range(3))
def test_a_lap_border_holds_the_border_of_a_bout(seed):
    plan = [Block(720, 2.8), *[Block(60, 2.0, BACK), Block(90, 2.5)] * 5]
    recording = record(plan, seed=seed, runner=RUNNER)
    laps = tuple(Lap(float(a), float(b), trigger="manual") for a, b in zip(recording.borders[:-1], recording.borders[1:], strict=True))
    with_laps, without = tag(activity_of(recording, laps=laps)), tag(activity_of(recording))
    truth = {i for span in recording.truth() if span.direction is BACK for i in range(span.start_s, span.end_s)}
    assert len(seconds_of(with_laps, BACK) ^ truth) <= len(seconds_of(without, BACK) ^ truth)
    starts = {int(one.start_s) for one in with_laps.segments if one.direction is BACK}
    assert len(starts & set(recording.borders)) >= len(starts) - 1


def test_a_likelier_change_at_one_step_moves_it_there():
    emission = np.zeros((40, 2))
    emission[:15, 0] = emission[25:, 1] = 1.0
    usual, likely = np.log(np.array([[0.99, 0.01], [0.01, 0.99]])), np.log(np.array([[0.5, 0.5], [0.5, 0.5]]))
    start = np.log(np.array([0.5, 0.5]))
    at = np.arange(40) == 18
    plain, special = smooth(emission, usual, start), smooth(emission, usual, start, special=(at, likely))
    assert special[17, 1] < 0.1 < plain[17, 1]
    assert special[18, 1] > 0.9 > plain[18, 1]


def test_special_steps_equal_the_plain_recursion():
    rng = np.random.default_rng(3)
    n = 37
    emission = np.exp(rng.normal(size=(n, 3)) * 2)
    usual, other = rng.dirichlet(np.ones(3), size=3), rng.dirichlet(np.ones(3), size=3)
    is_special = rng.uniform(size=n) < 0.3
    alpha, beta = np.empty((n, 3)), np.ones((n, 3))
    alpha[0] = emission[0] / 3
    for i in range(1, n):
        alpha[i] = alpha[i - 1] @ (other if is_special[i] else usual) * emission[i]
    for i in range(n - 2, -1, -1):
        beta[i] = (other if is_special[i + 1] else usual) @ (emission[i + 1] * beta[i + 1])
    p = alpha * beta
    found = smooth(np.log(emission), np.log(usual), np.log(np.full(3, 1 / 3)), special=(is_special, np.log(other)))
    np.testing.assert_allclose(found, p / p.sum(axis=1, keepdims=True), atol=1e-9)
