"""Stretches weighed against each other and against the session: what a set tells, what chance does, what labels change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect import calibration as cal
from importer.detect.backward import expected_backward
from importer.detect.history import learn
from importer.detect.measure import Bout
from importer.detect.policy import apply_policy
from importer.detect.weighing import weigh
from importer.values.grid import Grid
from importer.values.session import Gait, Normal
from tests.support.activities import run
from tests.support.runner import Block

ANYBODY = expected_backward(None)


def _bout(first, length, excess=0.1, **changes):
    fields = {"excess_sd": 0.015, "speed_share": 0.68, "line_error": 0.004, **changes}
    return Bout(first, first + length, fields.pop("gait", Gait.RUN), 4.0, excess, 182.0, 165.0, 2.0, None, **fields)


def _weigh(bouts, *, prior=cal.SESSION_PRIOR, expected=ANYBODY, moving_s=3000.0, walking_s=None):
    moving = {Gait.RUN: moving_s, Gait.WALK: moving_s if walking_s is None else walking_s}
    return weigh(bouts, session_prior=prior, expected=expected, moving_s=moving)


def test_no_stretch_leaves_the_prior():
    assert _weigh([], prior=0.07) == ((), 0.07)


def test_blocks_that_agree_speak_for_each_other():
    alone, together = _weigh([_bout(0, 200, 0.06)]), _weigh([_bout(i, 200, 0.06) for i in (0, 500, 1000)])
    assert together[1] > alone[1] + 0.2
    assert min(bout.p for bout in together[0]) > alone[0][0].p + 0.2


def test_stretches_of_one_excess_are_a_set_and_scattered_ones_are_drills():
    one = _weigh([_bout(100 * i, 30, 0.1) for i in range(6)])[1]
    many = _weigh([_bout(100 * i, 30, excess) for i, excess in enumerate((0.02, 0.05, 0.08, 0.14, 0.19, 0.25))])[1]
    assert one > 3 * many


def test_exercises_in_turns_are_a_school_of_running():
    one = [_bout(100 * i, 30, 0.11) for i in range(6)]
    turns = [_bout(100 * i, 30, excess, speed_share=share) for i, (excess, share) in enumerate([(0.1, 0.7)] * 3 + [(0.2, 0.47)] * 3)]
    assert _weigh(turns)[1] < 0.5 < cal.SUGGEST_P < _weigh(one)[1]


def test_exercises_are_taken_in_the_order_of_the_session():
    turns = [_bout(100 * i, 30, excess, speed_share=share) for i, (excess, share) in enumerate([(0.1, 0.7)] * 3 + [(0.2, 0.47)] * 3)]
    assert _weigh([turns[i] for i in (3, 0, 4, 1, 5, 2)])[1] == pytest.approx(_weigh(turns)[1], abs=1e-9)


def test_quick_slow_steps_are_high_knees_and_not_backward_running():
    knees = [_bout(100 * i, 25, 0.2, speed_share=0.45) for i in range(6)]
    backward = [_bout(100 * i, 25, 0.1, speed_share=0.8) for i in range(6)]
    assert _weigh(knees)[1] < 0.4 < cal.SUGGEST_P < _weigh(backward)[1]


def test_a_set_of_longer_stretches_is_rather_no_school():
    assert _weigh([_bout(200 * i, 60, 0.14) for i in range(4)])[1] > _weigh([_bout(200 * i, 30, 0.14) for i in range(4)])[1] + 0.05


def test_a_long_stretch_among_short_ones_is_several_of_them():
    short = [_bout(200 * i, 32) for i in range(3)]
    found, _ = _weigh([*short, _bout(700, 130)])
    blocks, _ = _weigh([_bout(400 * i, 130) for i in range(4)])
    assert found[-1].p_strict < cal.ACCEPT_P - 0.1 < blocks[-1].p_strict


def test_contact_time_that_drills_show_too_does_not_tell_them_apart():
    both = _weigh([_bout(100 * i, 30, beside_nats=1.5, drill_contact_nats=1.5) for i in range(4)])[1]
    alone = _weigh([_bout(100 * i, 30, beside_nats=1.5) for i in range(4)])[1]
    assert both < alone - 0.05


def test_walks_stand_out_among_the_walks_of_a_session_and_not_among_its_runs():
    walks = [_bout(300 * i, 100, 0.1, gait=Gait.WALK, excess_sd=0.02, line_error=0.015, speed_share=0.8, jog_ratio=-0.24) for i in range(2)]
    assert _weigh(walks, walking_s=500.0)[1] > _weigh(walks, walking_s=3000.0)[1] + 0.2


def test_a_walk_that_is_slower_than_all_others_speaks_for_itself_and_one_at_their_pace_is_forward():
    def at(share):
        more = {"gait": Gait.WALK, "excess_sd": 0.025, "line_error": 0.015, "jog_ratio": -0.24}
        return _weigh([_bout(300 * i, 100, 0.08, speed_share=share, **more) for i in range(3)])[1]

    assert at(1.0) < cal.FORWARD_P < cal.SUGGEST_P < at(0.72)


def test_skips_at_a_walking_cadence_are_drills():
    skips = [_bout(200 * i, 30, 0.14, gait=Gait.WALK, excess_sd=0.03, speed_share=0.95, jog_ratio=-0.13) for i in range(4)]
    walks = [_bout(200 * i, 30, 0.14, gait=Gait.WALK, excess_sd=0.03, speed_share=0.7, jog_ratio=-0.28) for i in range(4)]
    assert _weigh(skips)[1] < cal.FORWARD_P < cal.SUGGEST_P < _weigh(walks)[1]


def test_a_burden_is_kept_for_minutes():
    short, long = ([_bout(600 * i, length, 0.06, excess_sd=0.01, speed_share=0.82) for i in range(5)] for length in (35, 300))
    assert _weigh(short)[1] > _weigh(long)[1] + 0.2


def test_stretches_of_one_speed_are_a_set():
    one = _weigh([_bout(100 * i, 30, speed_share=0.68) for i in range(5)])[1]
    many = _weigh([_bout(100 * i, 30, speed_share=share) for i, share in enumerate((0.4, 0.55, 0.68, 0.95, 1.2))])[1]
    assert one > many + 0.1


def test_a_long_block_that_costs_beats_is_no_drill():
    (long,), _ = _weigh([_bout(0, 240, beside_nats=2.0, effort_nats=2.0)])
    (short,), _ = _weigh([_bout(0, 40, beside_nats=2.0, effort_nats=2.0)])
    assert long.p > 0.8 > short.p


def test_a_stroller_pushed_for_long_is_no_backward_running():
    pushed = [_bout(1000 * i, 400, 0.045, excess_sd=0.008, speed_share=0.92) for i in range(3)]
    backward = [_bout(1000 * i, 400, 0.1, excess_sd=0.008, speed_share=0.68) for i in range(3)]
    assert _weigh(pushed)[1] < cal.SUGGEST_P < _weigh(backward)[1]


def test_faster_than_ones_own_forward_running_is_not_backward():
    assert _weigh([_bout(0, 240, speed_share=1.3)])[1] < 0.1 * _weigh([_bout(0, 240)])[1]


def test_chance_strikes_more_often_in_a_longer_session():
    bouts = [_bout(0, 60, 0.05), _bout(300, 60, 0.05)]
    assert _weigh(bouts, moving_s=30_000.0)[1] < _weigh(bouts, moving_s=2000.0)[1]


def test_a_restless_session_does_not_gather_suspicion_by_its_number_of_bumps():
    bumps = [_bout(100 * i, 40, 0.09, excess_sd=0.045, speed_share=1.1) for i in range(25)]
    found, p_session = _weigh(bumps)
    assert p_session < 2 * cal.SESSION_PRIOR
    assert max(bout.p for bout in found) < cal.FORWARD_P


def test_backward_running_does_not_make_every_walk_backward():
    blocks = [_bout(i, 200) for i in (0, 500, 1000)]
    walk = _bout(1500, 40, 0.05, gait=Gait.WALK, excess_sd=0.04, speed_share=0.95)
    (*run_bouts, walked), _ = _weigh([*blocks, walk])
    assert min(bout.p for bout in run_bouts) > 0.9
    assert walked.p < 0.5


@given(
    st.lists(
        st.tuples(
            st.floats(-0.4, 0.6), st.floats(0.01, 0.1), st.one_of(st.none(), st.floats(0.1, 3.0)), st.integers(5, 900), st.booleans()
        ),
        max_size=12,
    ),
    st.floats(0.01, 0.9),
)
@settings(max_examples=60, deadline=None)
def test_probabilities_are_probabilities_and_order_does_not_matter(stretches, prior):
    bouts = [
        _bout(1000 * i, length, excess, excess_sd=sd, speed_share=share, gait=Gait.WALK if is_walk else Gait.RUN)
        for i, (excess, sd, share, length, is_walk) in enumerate(stretches)
    ]
    found, p_session = _weigh(bouts, prior=prior)
    assert 0.0 <= p_session <= 1.0
    assert all(0.0 <= bout.p <= p_session + 1e-9 for bout in found)
    turned, again = _weigh(bouts[::-1], prior=prior)
    assert again == pytest.approx(p_session, abs=1e-9)
    assert [bout.p for bout in turned[::-1]] == pytest.approx([bout.p for bout in found], abs=1e-9)


def _taught(n_sessions, n_bouts, excess=0.06):
    normals = [Normal(float(i), 1800.0, 2.8, 170.0, 0.1, 6.0, 0.014) for i in range(4)]
    lessons = [
        Normal(100.0 + i, 1500.0, 2.8, 170.0, 0.1, 6.0, 0.014, line_error_ratio=0.005, run_excess_ratios=(excess,) * n_bouts,
               speed_shares=(0.68,) * n_bouts, n_confirmed=n_bouts)
        for i in range(n_sessions)
    ]  # fmt: skip
    return learn([*normals, *lessons])


def test_a_small_excess_that_the_runner_confirmed_is_known_again():
    bouts = [_bout(100 * i, 35, 0.06) for i in range(5)]
    assert _weigh(bouts, expected=expected_backward(_taught(2, 3)))[1] > 0.9 > _weigh(bouts)[1]


def test_a_denied_stretch_makes_the_next_one_doubtful():
    denied = learn([Normal(float(i), 1800.0, 2.8, 170.0, 0.1, 6.0, 0.014, n_rejected=3) for i in range(4)])
    bouts = [_bout(100 * i, 35) for i in range(5)]
    assert _weigh(bouts, expected=expected_backward(denied))[1] < _weigh(bouts)[1] - 0.1


@pytest.fixture
def flat_grid():
    n = len(run([Block(600, 2.6)], seed=5))
    return Grid(run([Block(1, 2.6)], seed=5).start, n, {"slope_ratio": np.zeros(n)})


@pytest.mark.parametrize(
    ("n_sessions", "n_bouts", "is_accepted"), [(0, 0, False), (1, 4, False), (2, 1, False), (2, 2, True), (3, 1, True), (2, 5, True)]
)
def test_gait_is_accepted_after_three_confirmed_bouts_in_two_sessions(flat_grid, n_sessions, n_bouts, is_accepted):
    expected = expected_backward(_taught(n_sessions, n_bouts, 0.1))
    assert expected.is_own is is_accepted
    (bout,) = apply_policy([_bout(100, 100, p=0.99, p_strict=0.97)], flat_grid, needs_belt_step=False, is_own=expected.is_own)
    assert bout.is_accepted is is_accepted


def test_what_drills_could_explain_is_suggested_and_not_accepted(flat_grid):
    bouts = [_bout(100, 100, p=0.99, p_strict=0.9), _bout(300, 100, p=0.99, p_strict=0.96)]
    doubtful, sure = apply_policy(bouts, flat_grid, needs_belt_step=False, is_own=True)
    assert (doubtful.is_accepted, doubtful.doubt, sure.is_accepted) == (False, None, True)
