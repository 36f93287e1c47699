"""What speaks beside cadence: contact time, its loss, heart rate; and that each is silent where it should be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect import calibration as cal
from importer.detect.backward import expected_backward
from importer.detect.conjugate import Estimate
from importer.detect.features import add_features
from importer.detect.heart import Seen, heart_excess
from importer.detect.resample import resample
from importer.detect.tagging import trace
from importer.detect.witnesses import contact_nats, contact_ratio, heart_nats, lost_nats
from importer.values.activity import CadenceBasis, SpeedBasis
from importer.values.session import Direction
from tests.support.activities import run
from tests.support.runner import Block, Runner

BACK = Direction.BACKWARD
ANYBODY = expected_backward(None)
PROVEN = ANYBODY._replace(contact_ratio=Estimate(0.83, 0.03), contact_device="maker watch")
RUNNER = Runner(offset_spm=2.0, heart_rate_bpm=140.0)
PLAN = [Block(700, 2.7), Block(180, 1.9, BACK), Block(300, 2.7)]
FIRST, LAST = 700, 880


def _grid(plan=PLAN, **columns):
    activity = run(plan, seed=1, runner=RUNNER)
    activity = replace(activity, columns={**activity.columns, **columns})
    grid = add_features(resample(activity), activity)
    is_forward = (grid["is_steady"] > 0) & ((np.arange(grid.n) < FIRST) | (np.arange(grid.n) >= LAST))
    return grid, is_forward


def _contact(ratio):
    """Contact time that grows as speed falls, as forward running's does, and the ratio on top of it in the backward stretch."""
    rows = np.arange(1180)
    slower_mps = 2.7 - 1.9
    return np.where((rows >= FIRST) & (rows < LAST), (0.28 - cal.CONTACT_SLOPE_S_PER_MPS * slower_mps) * ratio, 0.28)


def test_heart_rate_shows_what_backward_running_costs_beyond_speed():
    grid, is_forward = _grid()
    seen = heart_excess(grid, FIRST, LAST, is_forward=is_forward)
    assert seen is not None
    assert seen.value == pytest.approx(20.0, abs=2.5 * seen.sd)
    assert heart_nats(seen, ANYBODY) > 0.5


def test_heart_rate_of_forward_running_at_the_same_speed_speaks_against():
    grid, is_forward = _grid([Block(700, 2.7), Block(180, 1.9), Block(300, 2.7)])
    assert heart_nats(heart_excess(grid, FIRST, LAST, is_forward=is_forward), ANYBODY) < -0.3


def test_heart_rate_says_nothing_of_a_short_stretch():
    grid, is_forward = _grid()
    assert heart_excess(grid, FIRST, FIRST + cal.HEART_MIN_STRETCH_S - 1, is_forward=is_forward) is None
    assert heart_nats(None, ANYBODY) == 0.0


@given(st.floats(-100, 150), st.floats(0.1, 60))
@settings(max_examples=60, deadline=None)
def test_heart_rate_is_never_proof(value, sd):
    assert abs(heart_nats(Seen(value, sd), ANYBODY)) <= cal.HEART_MOST_NATS


def test_contact_time_speaks_only_for_the_device_that_was_found_to_tell():
    grid, is_forward = _grid(stance_time_s=_contact(0.82))
    seen = contact_ratio(grid, FIRST, LAST, is_forward=is_forward)
    assert seen is not None
    assert contact_nats(seen, PROVEN, device="maker watch")[0] > 1.5
    assert contact_nats(seen, PROVEN, device="another") == (0.0, 0.0)
    assert contact_nats(seen, ANYBODY, device="maker watch") == (0.0, 0.0)


def test_contact_time_that_does_not_fall_speaks_against():
    grid, is_forward = _grid(stance_time_s=_contact(1.0))
    assert contact_nats(contact_ratio(grid, FIRST, LAST, is_forward=is_forward), PROVEN, device="maker watch")[0] < -1.0


def test_a_watch_that_takes_the_runner_for_a_walker_is_a_hint():
    rows = np.arange(1180)
    inside = (rows >= FIRST) & (rows < LAST)
    lost, is_forward = _grid(stance_time_s=np.where(inside, np.nan, 0.28))
    assert 0.5 < lost_nats(lost, FIRST, LAST, is_forward=is_forward) <= cal.CONTACT_LOST_MOST_NATS
    kind, is_forward = _grid(activity_type=np.where(inside, 6.0, 1.0))
    assert lost_nats(kind, FIRST, LAST, is_forward=is_forward) > 0.5
    often, is_forward = _grid(activity_type=np.where(rows % 2 == 0, 6.0, 1.0))
    assert lost_nats(often, FIRST, LAST, is_forward=is_forward) == 0.0
    kept, is_forward = _grid(stance_time_s=np.full(1180, 0.28))
    assert lost_nats(kept, FIRST, LAST, is_forward=is_forward) == 0.0


def test_what_is_missing_says_exactly_nothing():
    grid, is_forward = _grid(heart_rate_bpm=np.full(1180, np.nan))
    assert heart_excess(grid, FIRST, LAST, is_forward=is_forward) is None
    assert contact_ratio(grid, FIRST, LAST, is_forward=is_forward) is None
    assert lost_nats(grid, FIRST, LAST, is_forward=is_forward) == 0.0


_NANS = st.lists(st.integers(0, 899), max_size=300)


@given(_NANS, _NANS, st.integers(0, 50))
@settings(max_examples=25, deadline=None)
def test_a_second_without_its_inputs_gives_exactly_zero_nats(no_speed, no_cadence, seed):
    activity = run([Block(650, 2.8), Block(150, 2.0, BACK), Block(100, 2.6)], seed=seed, runner=RUNNER)
    columns = {name: values.copy() for name, values in activity.columns.items()}
    columns["speed_mps"][no_speed] = np.nan
    columns["cadence_spm"][no_cadence] = np.nan
    grid = trace(replace(activity, columns=columns)).found.grid
    missing = np.isnan(grid["speed_7s_mps"]) | np.isnan(grid["cadence_7s_spm"])
    assert (grid["run_nats"][missing] == 0.0).all()
    assert (grid["walk_nats"][missing] == 0.0).all()
    assert (grid["sprint_nats"][np.isnan(grid["speed_mps"]) | np.isnan(grid["cadence_spm"])] == 0.0).all()


@pytest.mark.parametrize(
    "changes", [{"speed_basis": SpeedBasis.WATCH_MODEL}, {"cadence_basis": CadenceBasis.UNKNOWN}, {"speed_basis": SpeedBasis.UNKNOWN}]
)
@given(st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_a_speed_or_a_cadence_that_is_no_measurement_moves_no_probability(changes, seed):
    found = trace(run(PLAN, seed=seed, runner=RUNNER, **changes)).found
    assert found.bouts == ()
    assert found.grid["p_backward_run"].max() == 0.0
    assert found.grid["p_backward_walk"].max() == 0.0
    assert found.grid["p_sprint"].max() == 0.0


def test_power_and_derived_channels_change_nothing():
    activity = run(PLAN, seed=3, runner=RUNNER)
    rng = np.random.default_rng(3)
    n = len(activity)
    extra = {
        "power_w": rng.uniform(100, 400, n),
        "step_length_m": rng.uniform(0.6, 1.3, n),
        "stance_time_ratio": rng.uniform(0.2, 0.5, n),
        "vertical_ratio": rng.uniform(0.05, 0.12, n),
    }
    richer = trace(replace(activity, columns={**activity.columns, **extra}))
    assert richer.session.segments == trace(activity).session.segments
