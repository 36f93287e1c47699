"""What each kind of evidence said: the account must be that of the judgement itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect.account import GAIT_CHANNELS, Account, Accountant, Channel
from importer.detect.tagging import Trace, trace
from importer.values.activity import Activity, Place, SpeedBasis, Text
from importer.values.session import Baseline, Direction, Gait, Label, LabelKind
from tests.support.activities import run
from tests.support.facing_runner import draw_wearer, face, facing_activity
from tests.support.present import present
from tests.support.runner import Block, Drill, Runner, record
from tests.support.training import activity as training_day

BACK = Direction.BACKWARD
RUNNER = Runner(offset_spm=2.0, ratio_run=1.11)
SET = [Block(720, 2.8), *[Block(35, 1.9, BACK), Block(75, 2.5)] * 6, Block(120, 2.6)]
LONE = [Block(900, 2.8), Block(35, 1.9, BACK), Block(600, 2.6)]
LONG = [Block(900, 2.8), *[Block(150, 2.0, BACK), Block(150, 2.6)] * 3]


def opened(activity: Activity, **known: Any) -> tuple[Trace, Accountant]:
    seen = trace(activity, **known)
    return seen, Accountant(seen)


def total(account: Account) -> float:
    return math.fsum(account.nats[channel] for channel in GAIT_CHANNELS)


def odds(p: float) -> float:
    return math.log(p / (1 - p))


@pytest.mark.parametrize("plan", [SET, LONE, LONG], ids=["set", "lone", "long"])
@pytest.mark.parametrize("seed", [3, 4])
def test_the_channels_add_up_to_the_probability_of_the_judgement(plan, seed):
    seen, accountant = opened(run(plan, seed=seed, runner=RUNNER))
    assert seen.found.bouts
    for bout in seen.found.bouts:
        account = accountant.account(bout.first, bout.last)
        assert account.p_gait == pytest.approx(bout.p, rel=1e-9)
        assert total(account) == pytest.approx(odds(bout.p), abs=1e-9)


def test_a_set_says_what_no_stretch_of_it_says_alone():
    (_, in_set), (_, alone) = (opened(run(plan, seed=3, runner=RUNNER)) for plan in (SET, LONE))
    first, only = in_set.account(720, 755), alone.account(900, 935)
    assert first.nats[Channel.SET] > 2.0
    assert only.nats[Channel.SET] == 0.0
    assert present(first.p_gait) > 0.8 > present(only.p_gait)
    assert first.nats[Channel.CADENCE] == pytest.approx(only.nats[Channel.CADENCE], abs=1.5)


def test_forward_stretches_speak_against_backward():
    _, accountant = opened(run(SET, seed=3, runner=RUNNER))
    account = accountant.account(0, 700)
    assert account.nats[Channel.CADENCE] < -2.0
    assert present(account.p_gait) < 0.001
    assert account.expected_spm == pytest.approx(account.cadence_spm, rel=0.02)


def test_heart_rate_speaks_of_long_stretches_only():
    (_, long), (_, short) = (opened(run(plan, seed=3, runner=RUNNER)) for plan in (LONG, SET))
    assert long.account(900, 1050).heart_excess_bpm == pytest.approx(20.0, abs=8.0)
    assert long.account(900, 1050).nats[Channel.HEART_RATE] > 0.3
    assert short.account(720, 755).nats[Channel.HEART_RATE] == 0.0
    assert short.account(720, 755).heart_excess_bpm is None


@pytest.mark.parametrize(
    ("dropped", "changes"),
    [("cadence_spm", {}), ("speed_mps", {}), (None, {"speed_basis": SpeedBasis.WATCH_MODEL})],
    ids=["no cadence", "no speed", "a watch's own speed"],
)
def test_where_gait_cannot_tell_every_channel_says_exactly_nothing(dropped, changes):
    activity = run(SET, seed=3, runner=RUNNER, **changes)
    columns = {name: values for name, values in activity.columns.items() if name not in (dropped, "distance_m")}
    fields = {name: getattr(activity, name) for name in activity.__slots__}
    seen, accountant = opened(Activity(**{**fields, "columns": columns}))
    assert seen.found.cannot_tell is not None
    for span in ((0, 700), (720, 755), (720, 720)):
        account = accountant.account(*span)
        assert set(account.nats.values()) == {0.0}
        assert account.p_gait is None
        assert account.p_facing is None


def test_missing_heart_rate_says_exactly_nothing():
    activity = run(LONG, seed=3, runner=RUNNER)
    columns = {name: values for name, values in activity.columns.items() if name != "heart_rate_bpm"}
    fields = {name: getattr(activity, name) for name in activity.__slots__}
    _, accountant = opened(Activity(**{**fields, "columns": columns}))
    account = accountant.account(900, 1050)
    assert account.nats[Channel.HEART_RATE] == account.nats[Channel.CONTACT_TIME] == account.nats[Channel.WALKING] == 0.0


def test_words_weigh_what_they_are_taken_for_and_gait_is_told_beside_them():
    labels = tuple(Label(720.0 + 110 * i, 755.0 + 110 * i, LabelKind.CONFIRM) for i in range(6))
    seen, accountant = opened(run(SET, seed=3, runner=RUNNER), labels=labels)
    assert not seen.found.bouts
    account = accountant.account(720, 755)
    assert account.nats[Channel.WORDS] == pytest.approx(odds(0.97))
    assert present(account.p_gait) > 0.8  # the six that were confirmed are weighed as the set that they are
    rejected = Accountant(trace(run(SET, seed=3), labels=(Label(0.0, 100.0, LabelKind.REJECT),)))
    assert rejected.account(0, 100).nats[Channel.WORDS] == pytest.approx(-odds(0.97))
    assert rejected.account(0, 220).nats[Channel.WORDS] == 0.0


def test_a_title_raises_the_prior_by_what_it_is_worth():
    plain, titled = (opened(run(LONE, seed=3, runner=RUNNER, texts=texts))[1] for texts in ((), (Text(Place.TITLE, "Retro run"),)))
    assert (plain.prior, titled.prior) == (0.05, 0.9)
    gain = titled.account(900, 935).nats[Channel.PRIOR] - plain.account(900, 935).nats[Channel.PRIOR]
    assert 0 < gain <= odds(0.9) - odds(0.05) + 1e-9


def test_the_runners_own_history_is_the_one_that_is_told():
    activity = training_day(3)
    own = Baseline(169.0, 6.0, 3.0, 90.0, 6, level_sd_spm=1.0, day_sd_spm=3.0, run_excess_ratio=0.16, run_excess_sd_ratio=0.01)
    (_, anybody), (_, runner) = opened(activity), opened(activity, baseline=own)
    assert anybody.expected.run_excess.mean == pytest.approx(0.10)
    assert runner.expected.run_excess.mean == pytest.approx(0.16)
    first = (720, 755)
    assert runner.account(*first).nats[Channel.CADENCE] < anybody.account(*first).nats[Channel.CADENCE]


def test_facing_is_told_apart_from_gait():
    recording = record([Block(720, 2.8), *[Block(30, 2.0, BACK), Block(75, 2.5)] * 6], seed=5, runner=RUNNER)
    watch = face(recording, seed=5, wearer=draw_wearer(5, swing_sd_deg=20.0))
    seen, accountant = opened(facing_activity(recording, watch, texts=(Text(Place.WORKOUT_STEP, "Forward warm up", 0.0, 120.0),)))
    account = accountant.account(722, 748)
    assert present(account.p_facing) > 0.99
    assert account.nats[Channel.FACING] > 4.0
    assert total(account) == pytest.approx(odds(present(account.p_gait)), abs=1e-6)
    assert accountant.account(200, 600).nats[Channel.FACING] < -4.0
    assert seen.found.facing is not None


def test_a_stretch_nobody_tagged_can_be_asked_about():
    _, accountant = opened(run(SET, seed=3, runner=RUNNER))
    asked = accountant.account(735, 745, with_others=True)
    assert (asked.first, asked.last) == (735, 745)
    assert asked.nats[Channel.SET] > 0.0
    assert accountant.account(735, 737).p_gait is None  # too short for a bout


def test_what_stood_out_and_was_left_forward_is_told_the_most_probable_first():
    skips = Block(40, 2.4, drill=Drill(cadence_ratio=1.06))
    plan = [Block(720, 2.8), skips, Block(300, 2.8), skips, Block(600, 2.8)]
    n_left = 0
    for seed in range(4):
        seen, accountant = opened(run(plan, seed=seed, runner=RUNNER))
        left = accountant.left_forward()
        n_told = len(set(np.unique(seen.found.labels.bout).tolist()) - {-1})
        assert [bout.p for bout in left] == sorted((bout.p for bout in left), reverse=True)
        assert all(bout.p <= 0.2 for bout in left)
        assert len(left) + n_told == len(seen.found.bouts)
        n_left += len(left)
    assert n_left > 0


@settings(deadline=None, max_examples=12)
@given(st.lists(st.tuples(st.integers(20, 150), st.sampled_from([BACK, Direction.FORWARD]), st.sampled_from(list(Gait))), max_size=6))
def test_any_span_of_any_session_has_a_finite_account(plan):
    blocks = [Block(700, 2.7), *(Block(s, 1.9 if gait is Gait.RUN else 1.1, way, gait) for s, way, gait in plan)]
    seen, accountant = opened(run(blocks, seed=7, runner=RUNNER))
    for first in range(0, seen.found.grid.n, 137):
        account = accountant.account(first, min(first + 60, seen.found.grid.n), with_others=True)
        assert all(math.isfinite(nats) for nats in account.nats.values())
        if account.p_gait is not None:
            assert 0.0 <= account.p_gait <= 1.0
            assert odds(min(max(account.p_gait, 1e-9), 1 - 1e-9)) == pytest.approx(total(account), abs=0.01)
