"""Heart rate of stretches fitted together: what each costs, whatever stands beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect import calibration as cal
from importer.detect.features import add_features
from importer.detect.heart import _delayed, heart_excess, heart_excesses
from importer.detect.resample import resample
from importer.values.session import Direction, Gait
from tests.support.activities import run
from tests.support.runner import Block, Runner

BACK, WALK = Direction.BACKWARD, Gait.WALK
#: nineteen beats more for every backward walk
RUNNER = Runner(heart_rate_bpm=140.0)
#: walks backward and forward in turns, after a run: none settles before the next begins
PLAN = [Block(700, 2.7), *[Block(100, 1.0, BACK, WALK), Block(90, 1.4, gait=WALK)] * 4, Block(240, 2.6)]
BACKWARD = [(700 + 190 * i, 800 + 190 * i) for i in range(4)]
FORWARD = [(800 + 190 * i, 890 + 190 * i) for i in range(4)]


def _grid(plan=PLAN, **columns):
    activity = run(plan, seed=4, runner=RUNNER)
    activity = replace(activity, columns={**activity.columns, **columns})
    grid = add_features(resample(activity), activity)
    is_forward = grid["is_moving"] > 0
    for first, last in BACKWARD:
        is_forward[first:last] = False
    return grid, is_forward


def test_walks_in_turns_show_what_each_costs():
    grid, is_forward = _grid()
    for seen in heart_excesses(grid, BACKWARD, is_forward=is_forward):
        assert seen is not None
        assert seen.sd < 8.0
        assert seen.value == pytest.approx(19.0, abs=2.5 * seen.sd)


def test_a_forward_walk_between_them_costs_nothing():
    grid, is_forward = _grid()
    for walk in FORWARD:
        seen = heart_excesses(grid, [walk, *BACKWARD], is_forward=is_forward)[0]
        assert seen is not None
        assert abs(seen.value) < 2.5 * seen.sd


def test_the_beats_of_a_walk_that_nobody_fits_are_taken_for_its_neighbours():
    grid, is_forward = _grid()
    every = heart_excesses(grid, BACKWARD, is_forward=is_forward)[3]
    is_forward[BACKWARD[2][0] : BACKWARD[2][1]] = True
    without = heart_excesses(grid, [*BACKWARD[:2], BACKWARD[3]], is_forward=is_forward)[2]
    assert every is not None
    assert without is not None
    assert without.value < every.value - 4.0


def test_a_short_stretch_is_not_told_and_does_not_disturb_a_long_one():
    grid, is_forward = _grid()
    first = BACKWARD[3][0]
    short = (first, first + cal.HEART_MIN_STRETCH_S - 1)
    told = heart_excesses(grid, [short, *BACKWARD[:3]], is_forward=is_forward)
    assert told[0] is None
    for seen in told[1:]:
        assert seen is not None
        assert seen.value == pytest.approx(19.0, abs=2.5 * seen.sd)


def test_the_order_of_stretches_does_not_matter():
    grid, is_forward = _grid()
    one, other = heart_excesses(grid, BACKWARD, is_forward=is_forward), heart_excesses(grid, BACKWARD[::-1], is_forward=is_forward)
    assert one == other[::-1]


def test_a_heart_that_wanders_is_measured_less_surely():
    grid, is_forward = _grid()
    calm = heart_excess(grid, *BACKWARD[1], is_forward=is_forward)
    beats = grid["heart_rate_bpm"] + 12.0 * np.sin(np.arange(grid.n) / 9.0)
    wild = heart_excess(grid.with_columns(heart_rate_bpm=beats), *BACKWARD[1], is_forward=is_forward)
    assert calm is not None
    assert wild is not None
    assert wild.sd > 1.5 * calm.sd


def test_without_heart_rate_or_forward_movement_nothing_is_told():
    grid, is_forward = _grid(heart_rate_bpm=np.full(1700, np.nan))
    assert heart_excesses(grid, BACKWARD, is_forward=is_forward) == [None] * 4
    grid, is_forward = _grid()
    assert heart_excesses(grid, BACKWARD, is_forward=np.zeros_like(is_forward)) == [None] * 4


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=1400))
@settings(max_examples=40, deadline=None)
def test_a_delayed_cause_follows_step_by_step(values):
    cause = np.array(values)
    keep = float(np.exp(-1 / cal.HEART_TAU_S))
    slow, expected = cause[0], []
    for one in values:
        slow = keep * slow + (1 - keep) * one
        expected.append(slow)
    assert np.allclose(_delayed(cause), expected, atol=1e-9)


def test_standing_in_a_pause_is_no_running():
    pause = Block(120, 0.0, Direction.STILL, None, is_paused=True)
    for direction, beats in ((BACK, 19.0), (Direction.FORWARD, 0.0)):
        grid, is_forward = _grid([Block(700, 2.7), pause, Block(120, 1.0, direction, WALK), Block(200, 1.4, gait=WALK)])
        is_forward[820:940] = False
        seen = heart_excess(grid, 820, 940, is_forward=is_forward)
        assert seen is not None
        assert seen.value == pytest.approx(beats, abs=2.0 * seen.sd)


def test_a_long_school_of_walks_is_told_to_its_end():
    n = 40
    grid, is_forward = _grid([Block(600, 2.7), *[Block(60, 1.0, BACK, WALK), Block(60, 1.4, gait=WALK)] * n, Block(200, 2.6)])
    stretches = [(600 + 120 * i, 660 + 120 * i) for i in range(n)]
    for first, last in stretches:
        is_forward[first:last] = False
    values = np.array([seen.value for seen in heart_excesses(grid, stretches, is_forward=is_forward) if seen is not None])
    assert len(values) == n
    assert abs(values[25:].mean() - values[:20].mean()) < 4.0
    assert values.mean() == pytest.approx(19.0, abs=4.0)


def test_what_the_runner_called_backward_takes_its_beats_away():
    grid, is_forward = _grid()
    every = heart_excesses(grid, BACKWARD, is_forward=is_forward)
    three = heart_excesses(grid, [BACKWARD[0], *BACKWARD[2:]], is_forward=is_forward, known=[BACKWARD[1]])
    assert [seen.value for seen in three if seen] == pytest.approx([seen.value for seen in (every[0], *every[2:]) if seen], abs=1e-6)


def test_a_recording_that_begins_backward_has_not_gone_on_so_for_long():
    plan = [Block(150, 1.0, BACK, WALK), *[Block(120, 1.4, gait=WALK)] * 4]
    grid, is_forward = _grid(plan)
    is_forward[:150] = False
    seen = heart_excess(grid, 0, 150, is_forward=is_forward)
    assert seen is not None
    assert seen.value == pytest.approx(19.0, abs=2.5 * seen.sd)
