"""What each piece of gait evidence is worth, one at a time: each test fails if its piece is left out."""

from __future__ import annotations

import numpy as np
import pytest

from importer.detect import calibration as cal
from importer.detect.backward import expected_backward
from importer.detect.baseline import Line, grade_factor, learn_line
from importer.detect.conjugate import Estimate
from importer.detect.evidence import add_gait_evidence, bout_nats, log_ratio
from importer.detect.features import add_features
from importer.detect.measure import Bout
from importer.detect.policy import apply_policy
from importer.detect.resample import resample
from importer.detect.tagging import tag, trace
from importer.values.activity import Activity, Environment, Lap, Pause, PauseKind, Place, SpeedBasis, Text
from importer.values.session import Direction, Gait, Standing
from tests.support.activities import run, seconds_of
from tests.support.runner import Block, Runner

BACK = Direction.BACKWARD
RUNNER = Runner(offset_spm=2.0, ratio_run=1.10, ratio_walk=1.10, day_spm=0.0, heart_rate_bpm=140.0)
SPREAD = 0.022


ANYBODY = expected_backward(None)
RUNNING = Estimate(cal.BACKWARD_EXCESS, cal.BACKWARD_EXCESS_SD_RUN)
WALKING = Estimate(cal.BACKWARD_EXCESS, cal.BACKWARD_EXCESS_SD_WALK)


def _ratio(excess, **options):
    return float(log_ratio(np.array([excess]), np.array([SPREAD]), RUNNING, **options)[0])


def _weight(excess, *, n_s=60, **options):
    return bout_nats(excess=excess, n_s=n_s, **{"spread": SPREAD, "line_error": 0.01, "expected": ANYBODY, **options})


@pytest.mark.parametrize("excess", [-0.4, -0.2, -0.1, -0.05, -0.01])
def test_cadence_below_the_line_never_speaks_for_backward(excess):
    assert _ratio(excess) <= 0
    assert _weight(excess, n_s=120).backward <= 0


@pytest.mark.parametrize("excess", [0.3, 0.5])
def test_cadence_far_above_the_line_is_a_drill(excess):
    assert _ratio(excess) <= 0
    assert _weight(excess).drill > _weight(excess).backward + 1.0


def test_no_excess_is_proof():
    assert max(_ratio(excess) for excess in np.linspace(-0.5, 0.5, 101)) < cal.MAX_BOUT_NATS
    assert _weight(0.1, n_s=400, beside=4.0).backward == cal.MAX_BOUT_NATS


def test_a_bound_on_what_speaks_against_forward_keeps_drill_and_backward_apart():
    free, bound = _weight(0.1, beside=0.0), _weight(0.1, beside=4.0)
    assert bound.backward - bound.drill == pytest.approx(free.backward + 4.0 - free.drill)


def test_a_long_stretch_is_less_likely_a_drill():
    assert _weight(0.11, n_s=300).backward > _weight(0.11, n_s=60).backward + 0.5


def test_slow_jogging_explains_what_looks_like_backward_walking():
    alone = float(log_ratio(np.array([0.12]), np.array([cal.SPREAD_WALK]), WALKING)[0])
    beside = float(log_ratio(np.array([0.12]), np.array([cal.SPREAD_WALK]), WALKING, jog=np.array([-0.07]))[0])
    assert beside < alone - 0.5


def _grid(activity: Activity):
    return add_features(resample(activity), activity)


_FLAT = Line(167.0, cal.RUN_SLOPE_SPM_PER_MPS, np.zeros((2, 2)), SPREAD, 900.0)


def test_nothing_counts_while_the_speed_changes():
    activity = run([Block(100, 2.0), Block(100, 3.5)], seed=1, runner=RUNNER, is_belt=True)
    grid = add_gait_evidence(_grid(activity), _FLAT, ANYBODY)
    assert (grid["is_steady"][98:102] == 0).all()
    assert (grid["run_nats"][98:102] == 0).all()


def test_the_usual_pace_of_walking_speaks_against_backward_and_never_for_it():
    activity = run([Block(120, 1.4, gait=Gait.WALK), Block(120, 1.0, BACK, Gait.WALK)], seed=1, runner=RUNNER)
    grid = _grid(activity)
    plain, paced = (add_gait_evidence(grid, _FLAT, ANYBODY, walk_pace_mps=pace)["walk_nats"] for pace in (None, 1.4))
    assert float(np.median((paced - plain)[20:100])) < -0.2
    assert float(np.median((paced - plain)[140:220])) == 0.0
    assert (paced <= plain).all()


def test_without_a_cadence_the_pace_says_exactly_nothing():
    activity = run([Block(120, 1.4, gait=Gait.WALK)], seed=1, runner=RUNNER)
    grid = _grid(activity).with_columns(cadence_7s_spm=np.full(120, np.nan))
    assert set(add_gait_evidence(grid, _FLAT, ANYBODY, walk_pace_mps=1.0)["walk_nats"].tolist()) == {0.0}


def test_no_speed_outside_the_plausible_ones_speaks_for_backward():
    activity = run([Block(200, 5.5)], seed=2, runner=RUNNER, is_belt=True)
    fast = Line(120.0, cal.RUN_SLOPE_SPM_PER_MPS, np.zeros((2, 2)), SPREAD, 900.0)
    grid = add_gait_evidence(_grid(activity), fast, ANYBODY)
    assert grid["run_nats"][60:180].max() < 0


def test_a_climb_raises_the_cadence_that_is_expected():
    assert grade_factor(np.array([0.07]))[0] == pytest.approx(1.04, abs=0.001)
    assert grade_factor(np.array([-0.07]))[0] > 1.0
    assert grade_factor(np.array([np.nan]))[0] == 1.0


def test_the_line_is_learnt_without_the_stretches_declared_backward():
    activity = run([Block(300, 2.6), Block(900, 2.6, BACK)], seed=3, runner=RUNNER, is_belt=True)
    grid = _grid(activity)
    told = learn_line(grid, is_excluded=np.arange(grid.n) >= 300)
    untold = learn_line(grid)
    assert untold.at_reference_spm > told.at_reference_spm + 8
    assert told.at_reference_spm == pytest.approx(169.0, abs=4.0)


def _bout(first, last, *, p=0.0, nats=4.0, step=None):
    return Bout(first, last, Gait.RUN, nats, 0.1, 182.0, 165.0, 2.4, step, p=p)


def test_words_about_the_session_make_the_same_stretch_more_likely():
    quiet = trace(run([Block(800, 2.8), Block(45, 2.1, BACK), Block(500, 2.7)], seed=4, runner=RUNNER))
    for words in ("Retro run", "Rückwärtslauf am Kanal"):
        told = trace(
            run([Block(800, 2.8), Block(45, 2.1, BACK), Block(500, 2.7)], seed=4, runner=RUNNER, texts=(Text(Place.TITLE, words),))
        )
        assert told.found.p_session > quiet.found.p_session + 0.02


@pytest.fixture
def flat_grid():
    return _grid(run([Block(600, 2.6)], seed=5, runner=RUNNER)).with_columns(slope_ratio=np.zeros(600))


def test_a_short_stretch_needs_a_set(flat_grid):
    short = [_bout(i, i + 8, p=0.9) for i in (100, 200, 300)]
    assert {bout.doubt for bout in apply_policy(short, flat_grid, needs_belt_step=False)} == {None}
    assert all("not one of a set" in str(bout.doubt) for bout in apply_policy(short[:2], flat_grid, needs_belt_step=False))
    unlike = [short[0], short[1]._replace(last=short[1].first + 40), short[2]._replace(last=short[2].first + 60)]
    assert apply_policy(unlike, flat_grid, needs_belt_step=False)[0].doubt is not None


def test_a_belt_without_incline_needs_a_step_of_cadence(flat_grid):
    found = apply_policy([_bout(100, 200, p=0.9, step=step) for step in (None, 0.03, 0.09)], flat_grid, needs_belt_step=True)
    assert [bout.doubt is None for bout in found] == [False, False, True]


def test_an_unknown_slope_forbids_a_suggestion(flat_grid):
    unknown = flat_grid.with_columns(slope_ratio=np.where(np.arange(600) < 130, 0.0, np.nan))
    (found,) = apply_policy([_bout(100, 200, p=0.9)], unknown, needs_belt_step=False)
    assert found.doubt == "the slope here is unknown"


def test_a_doubtful_stretch_is_unknown_and_says_what_it_saw():
    session = tag(run([Block(800, 2.8), Block(150, 2.5, BACK), Block(500, 2.7)], seed=8, runner=RUNNER._replace(ratio_run=1.08)))
    middle = [segment for segment in session.segments if segment.start_s < 900 < segment.end_s]
    assert middle[0].direction is Direction.UNKNOWN
    assert "where your forward one is" in middle[0].why[0]


def test_a_track_is_flat_without_an_altimeter():
    activity = run([Block(720, 2.8), *[Block(35, 2.0, BACK), Block(75, 2.5)] * 6], seed=9, runner=RUNNER, environment=Environment.TRACK)
    columns = {name: values for name, values in activity.columns.items() if name != "altitude_m"}
    bare = Activity(**{**{name: getattr(activity, name) for name in activity.__slots__}, "columns": columns})
    assert len(seconds_of(tag(bare), BACK)) > 150


def test_a_ride_is_neither_running_nor_walking():
    activity = run([Block(720, 2.7), Block(400, 2.7)], seed=10, runner=RUNNER)
    speed, cadence = activity.columns["speed_mps"].copy(), activity.columns["cadence_spm"].copy()
    speed[800:1100], cadence[800:1100] = 13.0, 90.0
    ridden = Activity(
        **{
            **{name: getattr(activity, name) for name in activity.__slots__},
            "columns": {**activity.columns, "speed_mps": speed, "cadence_spm": cadence},
        }
    )
    session = tag(ridden)
    assert set(range(820, 1080)) <= seconds_of(session, Direction.UNKNOWN)
    assert any("neither running nor walking" in segment.why[0] for segment in session.segments)


def test_a_hole_in_the_samples_is_a_pause_only_where_the_distance_stood_still():
    activity = run([Block(900, 2.7)], seed=11, runner=RUNNER)
    keep = np.r_[0:300, 420:900]
    hole = (Pause(300.0, 420.0, PauseKind.GAP),)

    def cut(distance):
        columns = {name: values[keep] for name, values in activity.columns.items()} | {"distance_m": distance}
        return Activity(
            **{
                **{name: getattr(activity, name) for name in activity.__slots__},
                "t_s": activity.t_s[keep],
                "columns": columns,
                "pauses": hole,
            }
        )

    went_on = activity.columns["distance_m"][keep]
    stood = np.where(keep < 300, went_on, went_on - 120 * 2.7)
    assert [s.direction for s in tag(cut(went_on)).segments if s.start_s == 300.0] == [Direction.UNKNOWN]
    (pause,) = [s for s in tag(cut(stood)).segments if s.start_s == 300.0]
    assert (pause.direction, pause.confidence) == (Direction.STILL, cal.GAP_IS_PAUSE_P)


def test_an_odometer_that_jumps_moves_no_runner():
    activity = run([Block(900, 2.7)], seed=12, runner=RUNNER)
    distance = activity.columns["distance_m"].copy()
    distance[500:] += 3000.0
    jumped = Activity(
        **{**{name: getattr(activity, name) for name in activity.__slots__}, "columns": {**activity.columns, "distance_m": distance}}
    )
    assert sum(segment.distance_m or 0.0 for segment in tag(jumped).segments) == pytest.approx(2430, abs=30)


def test_statistics_hold_heart_rate_climb_and_grade():
    session = tag(
        run(
            [Block(700, 2.7), Block(200, 2.5, grade_ratio=0.06)],
            seed=13,
            runner=RUNNER,
            texts=(Text(Place.WORKOUT_STEP, "backward", 700.0, 900.0),),
        )
    )
    (up,) = [segment for segment in session.segments if segment.direction is BACK]
    assert up.grade_ratio == pytest.approx(0.06, abs=0.01)
    assert up.ascent_m == pytest.approx(0.06 * 500, rel=0.15)
    assert up.mean_heart_rate_bpm is not None
    assert 100 < up.mean_heart_rate_bpm < 200


def test_a_thousand_declared_spans_and_pauses_cost_little():
    n = 3000
    texts = tuple(Text(Place.WORKOUT_STEP, "backward" if i % 2 else "forward", 4.0 * i, 4.0 * i + 4.0) for i in range(n))
    pauses = tuple(Pause(4.0 * i + 1.5, 4.0 * i + 2.0) for i in range(n))
    activity = run([Block(4 * n, 2.6)], seed=14, runner=RUNNER, texts=texts, pauses=pauses)
    session = tag(activity)
    assert len(session.segments) >= 3 * n - 2


def test_a_lap_rule_that_covers_everything_needs_no_advice():
    from importer.detect.laprule import parse_lap_rule

    laps = (Lap(0.0, 300.0), Lap(300.0, 500.0))
    session = tag(run([Block(500, 2.6)], seed=15, laps=laps, speed_basis=SpeedBasis.WATCH_MODEL), lap_rule=parse_lap_rule("2"))
    assert session.findings == ()
    assert seconds_of(session, BACK, standing=Standing.ACCEPTED) == set(range(300, 500))
