"""Physics per second: what holds for people who walk slowly, too."""

from __future__ import annotations

import numpy as np
import pytest

from importer.detect import calibration as cal
from importer.detect.features import add_features
from importer.detect.measure import usual_speeds
from importer.detect.resample import resample
from importer.detect.tagging import trace
from importer.values.session import Gait
from tests.support.activities import run
from tests.support.runner import Block, Runner

#: so few steps that slow running has the cadence of walking
SLOW_FEET = Runner(offset_spm=-32.0)


def _slope(plan):
    activity = run(plan, seed=3)
    return add_features(resample(activity), activity)["slope_ratio"]


@pytest.mark.parametrize("speed_mps", [0.6, 0.75, 1.4, 2.8])
@pytest.mark.parametrize("grade_ratio", [0.0, 0.06])
def test_a_slope_is_known_at_any_pace(speed_mps, grade_ratio):
    gait = Gait.WALK if speed_mps < 1.6 else Gait.RUN
    slope = _slope([Block(300, speed_mps, gait=gait, grade_ratio=grade_ratio)])[60:240]
    assert not np.isnan(slope).any()
    assert float(np.median(slope)) == pytest.approx(grade_ratio, abs=0.012)


def test_who_hardly_gets_on_has_no_slope():
    assert np.isnan(_slope([Block(300, 0.35, gait=Gait.WALK)])[60:240]).all()


def test_a_brisk_pace_is_judged_by_the_short_window():
    slope = _slope([Block(120, 2.8), Block(120, 2.8, grade_ratio=0.08)])
    half = cal.GRADE_WINDOW_S // 2 + cal.ALTITUDE_WINDOW_S
    assert abs(float(slope[120 - half - 2])) < 0.01
    assert float(slope[120 + half + 2]) > 0.065


def test_the_slow_run_of_somebody_with_few_steps_is_not_his_usual_walk():
    plan = [Block(900, 2.3), *[Block(60, 1.4, gait=Gait.WALK), Block(120, 2.3)] * 3]
    found = trace(run(plan, seed=5, runner=SLOW_FEET)).found
    ran = found.grid["speed_7s_mps"] > 2.0
    assert float((found.grid["p_forward_walk"][ran] > 0.5).mean()) > 0.5
    assert usual_speeds(found.grid)[Gait.WALK] == pytest.approx(1.4, abs=0.1)
