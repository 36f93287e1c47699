"""Backward walks that cadence hardly shows: pace and heart rate together find them, neither does alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from importer.detect.backward import expected_backward
from importer.detect.features import add_features
from importer.detect.paces import slow_walks, telling_walks
from importer.detect.resample import resample
from importer.detect.tagging import tag, trace
from importer.values.activity import SpeedBasis
from importer.values.session import Basis, Direction, Gait, Label, LabelKind, Standing
from tests.support.activities import run
from tests.support.runner import Block, Runner

BACK, WALK = Direction.BACKWARD, Gait.WALK
#: steps are hardly quicker backward
RUNNER = Runner(heart_rate_bpm=140.0, ratio_walk=1.035)


def _turns(direction: Direction, n: int = 4) -> list[Block]:
    return [Block(700, 2.7), *[Block(120, 1.0, direction, WALK), Block(100, 1.4, gait=WALK)] * n, Block(240, 2.6)]


SLOW = [(700 + 220 * i, 820 + 220 * i) for i in range(4)]


def _backward_s(activity) -> float:
    return sum(one.duration_s for one in tag(activity).segments if one.direction is BACK)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_slow_walks_in_which_the_heart_works_harder_are_suggested(seed):
    session = tag(run(_turns(BACK), seed=seed, runner=RUNNER))
    found = [one for one in session.segments if one.direction is BACK]
    assert all(one.basis is Basis.GAIT and one.standing is Standing.SUGGESTED and one.gait is WALK for one in found)
    inside = sum(max(0.0, min(one.end_s, last) - max(one.start_s, first)) for one in found for first, last in SLOW)
    assert inside > 0.75 * 480
    assert sum(one.duration_s for one in found) - inside < 60


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_strolls_are_not_backward(seed):
    assert _backward_s(run(_turns(Direction.FORWARD), seed=seed, runner=RUNNER)) == 0


def test_pace_alone_is_not_enough():
    activity = run(_turns(BACK), seed=1, runner=RUNNER)
    columns = {name: values for name, values in activity.columns.items() if name != "heart_rate_bpm"}
    assert _backward_s(replace(activity, columns=columns)) < 0.5 * _backward_s(activity)


def test_a_strap_that_sends_nothing_is_as_none_at_all():
    activity = run(_turns(Direction.FORWARD), seed=1, runner=RUNNER)
    lost = activity.columns["heart_rate_bpm"].copy()
    lost[600:] = np.nan
    without = replace(activity, columns={name: values for name, values in activity.columns.items() if name != "heart_rate_bpm"})
    with_gap = replace(activity, columns={**activity.columns, "heart_rate_bpm": lost})
    one, other = ([(seg.start_s, seg.end_s, seg.direction, seg.confidence) for seg in tag(each).segments] for each in (with_gap, without))
    assert one == other


def test_confirming_one_walk_does_not_lose_its_siblings():
    activity = run(_turns(BACK), seed=2, runner=RUNNER)
    label = Label(float(SLOW[1][0]), float(SLOW[1][1]), LabelKind.TAG, BACK)
    seen = trace(activity, labels=(label,))
    hearts = [bout.heart.value for bout in seen.found.bouts if bout.heart is not None]
    assert len(hearts) >= 3
    assert min(hearts) > 12.0
    assert sum(one.duration_s for one in seen.session.segments if one.direction is BACK and one.basis is Basis.GAIT) > 0.75 * 360


def test_a_slow_walk_with_a_calm_heart_is_a_stroll():
    for direction, n in ((BACK, 4), (Direction.FORWARD, 0)):
        activity = run(_turns(direction), seed=3, runner=RUNNER)
        grid = add_features(resample(activity), activity)
        is_free = np.ones(grid.n, dtype=bool)
        is_forward = is_free.copy()
        for first, last in SLOW:
            is_forward[first:last] = False
        found = telling_walks(grid, is_forward=is_forward, is_free=is_free, known=(), expected=expected_backward(None))
        assert len(found) == n


def test_a_stuck_receiver_is_no_walk():
    activity = run(_turns(BACK), seed=1, runner=RUNNER)
    stuck = replace(
        activity, columns={**activity.columns, "speed_mps": np.zeros(len(activity)), "cadence_spm": np.full(len(activity), 104.0)}
    )
    grid = add_features(resample(stuck), stuck)
    assert slow_walks(grid, is_free=np.ones(grid.n, dtype=bool)) == []


def test_nobody_chooses_a_pace_on_a_belt():
    outdoors = run(_turns(BACK), seed=1, runner=RUNNER)
    assert _backward_s(replace(outdoors, speed_basis=SpeedBasis.BELT)) < _backward_s(outdoors)


def test_two_paces_are_told_apart_by_the_session_itself():
    for share in (0.6, 0.72, 0.8):
        plan = [Block(700, 2.7), *[Block(120, 1.5 * share, gait=WALK), Block(100, 1.5, gait=WALK)] * 4]
        activity = run(plan, seed=2, runner=RUNNER)
        grid = add_features(resample(activity), activity)
        found = slow_walks(grid, is_free=np.ones(grid.n, dtype=bool))
        inside = sum(max(0, min(last, y) - max(first, x)) for first, last in found for x, y in SLOW)
        assert inside > 0.85 * 480
        assert sum(last - first for first, last in found) - inside < 60


def test_what_was_declared_is_left_out():
    activity = run(_turns(BACK), seed=1, runner=RUNNER)
    grid = add_features(resample(activity), activity)
    is_free = np.ones(grid.n, dtype=bool)
    is_free[SLOW[1][0] : SLOW[1][1]] = False
    assert all(last <= SLOW[1][0] or first >= SLOW[1][1] for first, last in slow_walks(grid, is_free=is_free))


def test_a_run_without_walking_has_no_slow_walks():
    activity = run([Block(900, 2.7), Block(300, 2.0)], seed=1, runner=RUNNER)
    grid = add_features(resample(activity), activity)
    assert slow_walks(grid, is_free=np.ones(grid.n, dtype=bool)) == []


def test_what_may_be_backward_does_not_teach_the_forward_line():
    found = [bout.excess_ratio for seed in (1, 2, 3) for bout in trace(run(_turns(BACK), seed=seed, runner=RUNNER)).found.bouts]
    assert np.median(found) == pytest.approx(0.035, abs=0.012)
