"""How fast, how quick the feet: against a recomputation by brute force, and what is said where something is missing."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect import calibration as cal
from importer.reports.questions import ask
from importer.reports.questions.answer import Answer, Mark, Role
from importer.reports.questions.facts import Asked, Facts, Period, Units
from importer.reports.questions.reckoning import more_or_less, percent
from importer.reports.questions.same_speed import (
    OWN_SLOPES,
    RUN_REACH_MPS,
    WALK_REACH_MPS,
    forward_cadence_spm,
    step_length_m,
)
from importer.reports.questions.speed import USUAL_SHARE
from importer.reports.questions.speed_sums import TREND_WEEKS, relative_trend
from importer.values.activity import SpeedBasis
from importer.values.session import Direction, Gait, Standing
from tests.support.filled import Told, backward_parts, filled, near, parted, weighted
from tests.support.many_sessions import Part, SessionSpec, backward, normal_of, session_specs

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FORWARD = Part(900.0, speed_mps=2.8, cadence_spm=167.0)
MEASURED = (SpeedBasis.BELT, SpeedBasis.GPS, SpeedBasis.FOOTPOD)


def session(*parts: Part, days: float = 0, **changes: Any) -> SessionSpec:
    spec = SessionSpec(START + timedelta(days=days), parts, **changes)
    return spec._replace(normal=normal_of(spec))


def answered(*specs: SessionSpec, **asked: Any) -> Answer:
    with filled(specs) as store:
        return ask("speed", Facts(store, Asked(**asked)))


# by brute force


def forward_there(told: Told) -> float | None:
    """The cadence of forward movement at the speed of a part, from the description of its session."""
    part, normal = told.part, told.spec.normal
    if normal is None or part.speed_mps is None:
        return None
    slope: float | None
    if part.gait is Gait.WALK:
        at, spm, slope, reach = normal.walk_speed_mps, normal.walk_cadence_spm, cal.WALK_SLOPE_SPM_PER_MPS, 0.6
    else:
        at, spm, slope, reach = normal.speed_mps, normal.cadence_spm, normal.slope_spm_per_mps, 1.5
        usual = cal.RUN_SLOPE_SPM_PER_MPS
        spread = math.hypot(cal.RUN_SLOPE_SD_SPM_PER_MPS, cal.SESSION_SLOPE_SD_SPM_PER_MPS)
        slope = usual if slope is None or abs(slope - usual) > 2 * spread else slope
    if at is None or spm is None or abs(part.speed_mps - at) > reach:
        return None
    grade = part.grade_ratio or 0.0
    return (spm + slope * (part.speed_mps - at)) * (
        1 + cal.UPHILL_CADENCE_PER_GRADE * grade if grade > 0 else 1 - cal.DOWNHILL_CADENCE_PER_GRADE * grade
    )


def usual(told: Told) -> float | None:
    parts = [one for one in told.spec.parts if one.direction is Direction.FORWARD and one.gait is told.part.gait]
    return weighted((one.speed_mps, one.duration_s) for one in parts) or None


def brute(group: list[Told]) -> dict[str, Any]:
    rows = []
    for told in group:
        is_measured = told.spec.speed_basis in MEASURED
        speed = told.part.speed_mps if is_measured and told.part.speed_mps else None
        there = forward_there(told) if speed is not None else None
        rows.append((told.part.duration_s, speed, usual(told) if speed is not None else None, told.part.cadence_spm, there))

    def mean(i: int, *, also: int) -> float | None:
        return weighted((row[i], row[0]) for row in rows if row[also] is not None)

    def over(top: float | None, bottom: float | None) -> float | None:
        return None if top is None or bottom is None else top / bottom

    steps = [(s, 60 * v / c if v and c else None, 60 * v / f if v and c and f else None) for s, v, _, c, f in rows]
    step = weighted((one, s) for s, one, _ in steps)
    matched = weighted((one, s) for s, one, other in steps if other)
    forward_step = weighted((other, s) for s, one, other in steps if one)
    cadence = over(mean(3, also=4), weighted((row[4], row[0]) for row in rows if row[3] is not None))
    return {
        "n_bouts": len(rows),
        "duration_s": near(sum(row[0] for row in rows)),
        "mean_speed_mps": near(mean(1, also=1)),
        "speed_share": near(over(mean(1, also=2), mean(2, also=1))),
        "mean_cadence_spm": near(mean(3, also=3)),
        "cadence_excess_ratio": None if cadence is None else near(cadence - 1),
        "step_length_m": near(step),
        "forward_step_length_m": near(forward_step),
        "step_excess_ratio": None if matched is None or forward_step is None else near(matched / forward_step - 1),
    }


@given(
    session_specs(),
    st.booleans(),
    st.sampled_from([None, "run", "walk"]),
    st.sampled_from([None, "me"]),
    st.sampled_from([None, "outdoor"]),
)
@settings(max_examples=40, deadline=None)
def test_every_row_is_what_the_segments_say(specs, is_all, gait, athlete, place):
    asked = Asked(is_all=is_all, gait=gait, athlete=athlete, place=place)
    with filled(specs) as store:
        answer = ask("speed", Facts(store, asked))
    parts = [told for told in backward_parts(specs, asked) if told.part.gait is not None]
    months = {told.month for told in backward_parts(specs, asked)}
    groups = parted(
        parts,
        lambda told: (told.spec.athlete, told.month if len(months) >= 4 else told.week, str(told.part.gait), str(told.part.standing)),
    )
    rows = {(row["athlete"], row["period"], row["gait"], row["standing"]): row for row in answer.rows}
    assert set(rows) == set(groups)
    assert len(rows) == len(answer.rows)
    for key, group in groups.items():
        truth = brute(group)
        assert {name: rows[key][name] for name in truth} == truth
    periods = [row["period"] for row in answer.rows]
    assert periods == sorted(periods, reverse=True)


# what is compared


def bout(**changes: Any) -> dict[str, Any]:
    return {
        "gait": "run",
        "speed_basis": "gps",
        "mean_speed_mps": 2.0,
        "forward_speed_mps": 3.0,
        "forward_cadence_spm": 170.0,
        "forward_slope_spm_per_mps": 8.0,
        "walk_speed_mps": 1.5,
        "walk_cadence_spm": 118.0,
        "grade_ratio": None,
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 162.0),
        ({"forward_slope_spm_per_mps": None}, 170 - cal.RUN_SLOPE_SPM_PER_MPS),
        ({"forward_slope_spm_per_mps": OWN_SLOPES[1] + 0.1}, 170 - cal.RUN_SLOPE_SPM_PER_MPS),
        ({"forward_slope_spm_per_mps": -3.0}, 170 - cal.RUN_SLOPE_SPM_PER_MPS),
        ({"forward_slope_spm_per_mps": 0.0}, 170.0),
        ({"grade_ratio": 0.1}, 162 * (1 + 0.1 * cal.UPHILL_CADENCE_PER_GRADE)),
        ({"grade_ratio": -0.1}, 162 * (1 + 0.1 * cal.DOWNHILL_CADENCE_PER_GRADE)),
        ({"grade_ratio": 0.0}, 162.0),
        ({"mean_speed_mps": 3.0 - RUN_REACH_MPS}, 170 - 8 * RUN_REACH_MPS),
        ({"mean_speed_mps": 3.0 - RUN_REACH_MPS - 0.01}, None),
        ({"gait": "walk", "mean_speed_mps": 1.0}, 118 - cal.WALK_SLOPE_SPM_PER_MPS * 0.5),
        ({"gait": "walk", "mean_speed_mps": 1.5 - WALK_REACH_MPS - 0.01}, None),
        ({"gait": "walk", "mean_speed_mps": 1.0, "walk_cadence_spm": None}, None),
        ({"gait": None}, None),
        ({"speed_basis": "watch-model"}, None),
        ({"speed_basis": "unknown"}, None),
        ({"mean_speed_mps": None}, None),
        ({"mean_speed_mps": 0.0}, None),
        ({"forward_cadence_spm": None}, None),
    ],
)
def test_forward_at_the_same_speed_is_the_sessions_own_line_near_its_speeds(changes, expected):
    assert forward_cadence_spm(bout(**changes)) == near(expected)


def test_a_step_is_the_way_of_half_a_stride():
    assert step_length_m(2.0, 180.0) == pytest.approx(2 / 3)
    assert step_length_m(2.0, None) is None
    assert step_length_m(None, 180.0) is None


def test_a_comparison_is_made_over_the_bouts_that_have_both_sides():
    slow = backward(120.0, 1.0, cadence_spm=100.0)  # so far below 2.8 m/s that the line does not reach it
    alone, both = answered(session(FORWARD, backward(60.0, 1.96))), answered(session(FORWARD, backward(60.0, 1.96), slow))
    for name in ("cadence_excess_ratio", "step_excess_ratio", "forward_cadence_spm", "forward_step_length_m"):
        assert both.rows[0][name] == near(alone.rows[0][name])
    assert both.rows[0]["mean_cadence_spm"] == near((180 + 2 * 100) / 3)


# what is said


def test_the_headline_says_where_one_stands_and_how_quick_the_feet_are():
    (said,) = answered(session(FORWARD, backward(60.0, 1.96, cadence_spm=178.0))).headline
    assert said == (
        "running backward: 1.96 m/s (8:30 /km), 70 % of your forward speed, within the usual 60 to 80 %; "
        "178 spm, 10 % quicker than forward at the same speed; steps of 0.66 m, 9 % shorter"
    )


@pytest.mark.parametrize(("share", "word"), [(0.5, "below"), (0.85, "above"), (USUAL_SHARE[0] + 0.01, "within")])
def test_a_share_is_told_beside_the_usual_one(share, word):
    (said,) = answered(session(FORWARD, backward(60.0, 2.8 * share))).headline
    assert f", {word} the usual 60 to 80 %" in said


def test_the_headline_speaks_the_units_that_were_asked_for():
    (said,) = answered(session(FORWARD, backward(60.0, 1.96)), units=Units.IMPERIAL).headline
    assert "4.4 mph (13:41 /mi)" in said
    assert "ft" in said


def test_walking_is_told_apart_and_has_no_usual_share():
    walk = Part(900.0, gait=Gait.WALK, speed_mps=1.5, cadence_spm=118.0)
    slow = backward(60.0, 1.0, gait=Gait.WALK, cadence_spm=110.0)
    said = answered(session(FORWARD, walk, slow, backward(60.0, 1.96))).headline
    assert len(said) == 2
    assert said[1].startswith("walking backward: 1.00 m/s (16:40 /km), 67 % of your forward speed; 110 spm, 9 % quicker")


def test_a_watch_that_computes_speed_from_cadence_is_not_believed():
    answer = answered(session(FORWARD, backward(60.0, 1.96), speed_basis=SpeedBasis.WATCH_MODEL))
    assert answer.rows[0]["mean_speed_mps"] is None
    assert answer.rows[0]["mean_cadence_spm"] == 180.0
    assert answer.headline == ("running backward: no speed was measured in 1 bout; 180 spm",)
    assert any("a watch alone computes it from cadence" in note for note in answer.notes)


def test_a_session_without_forward_running_says_that_there_is_nothing_to_compare_with():
    (said,) = answered(session(backward(60.0, 1.96))).headline
    assert said.startswith("running backward: 1.96 m/s (8:30 /km), with no forward running in the same sessions to compare with; 180 spm;")


def test_suggestions_do_not_count_until_they_are_asked_for():
    specs = [session(FORWARD, backward(60.0, 1.96, standing=Standing.SUGGESTED))]
    silent, loud = answered(*specs), answered(*specs, is_all=True)
    assert silent.headline[0] == (
        "nothing accepted yet, 1 stretch is only suggested: see `retro-import report attention`, or count them with --standing all"
    )
    assert silent.headline[1].startswith("suggested running backward: 1.96 m/s")
    assert loud.headline[0].startswith("running backward: 1.96 m/s")
    assert [row["standing"] for row in loud.rows] == ["suggested"]


def test_an_empty_database_and_one_without_backward_running_say_so():
    assert answered().headline == ("no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for",)
    assert answered(session(FORWARD)).headline == ("no backward movement in 1 session",)
    assert answered().rows == ()
    assert answered(session(FORWARD)).figures == ()


def test_athletes_are_never_mixed():
    specs = [session(FORWARD, backward(60.0, 1.4), days=7 * i, athlete="Ada") for i in range(2)]
    specs += [session(FORWARD, backward(60.0, 2.1), days=7 * i) for i in range(2)]
    both, one = answered(*specs), answered(*specs, athlete="Ada")
    assert [said.partition(" m/s")[0] for said in both.headline] == ["Ada: running backward: 1.40", "me: running backward: 2.10"]
    assert both.tables[0].columns[1].name == "athlete"
    assert [row["speed_share_accepted"] for row in both.table("speed-run").rows if row["athlete"] == "Ada"] == [near(0.5)] * 2
    assert both.figures[0].alt == (
        "Running backward: speed as a share of forward, accepted: Ada 50 % in 2026-03-02, 50 % in 2026-03-09, between 50 % and 50 %; "
        "me 75 % in 2026-03-02, 75 % in 2026-03-09, between 75 % and 75 %."
    )
    assert {row["mean_speed_mps"] for row in one.rows} == {1.4}
    assert one.figures


def test_few_months_are_told_by_week_and_more_by_month():
    by_week = answered(*(session(FORWARD, backward(60.0), days=21 * i) for i in range(4)))
    by_month = answered(*(session(FORWARD, backward(60.0), days=31 * i) for i in range(4)))
    assert [row["period"] for row in by_week.rows] == ["2026-05-04", "2026-04-13", "2026-03-23", "2026-03-02"]
    assert [row["period"] for row in by_month.rows] == ["2026-06", "2026-05", "2026-04", "2026-03"]


@pytest.mark.parametrize(
    ("by", "periods", "title"),
    [
        (Period.YEAR, ["2026"], "year"),
        (Period.MONTH, ["2026-04", "2026-03"], "month"),
        (Period.SESSION, ["2026-04-06 10:00", "2026-03-09 10:00", "2026-03-02 10:00"], "session"),
    ],
)
def test_another_period_can_be_asked_for(by, periods, title):
    answer = answered(*(session(FORWARD, backward(60.0), days=day) for day in (0, 7, 35)), by=by)
    assert [row["period"] for row in answer.rows] == periods
    assert answer.tables[0].columns[0].title == title


def test_the_figures_draw_a_gap_where_a_week_has_nothing_and_tell_their_numbers():
    specs = [session(FORWARD, backward(60.0, speed), days=7 * week) for week, speed in ((0, 1.82), (1, 1.96), (3, 1.9))]
    specs.append(session(FORWARD, backward(60.0, 1.4, standing=Standing.SUGGESTED), days=14))
    answer = answered(*specs)
    share = answer.figures[0]
    chart = answer.table(share.table)
    assert (share.mark, share.form.value, [one.role for one in share.series]) == (Mark.LINE, "share", [Role.ACCEPTED, Role.SUGGESTED])
    assert [row["period"] for row in chart.rows] == ["2026-03-23", "2026-03-16", "2026-03-09", "2026-03-02"]
    assert [row["speed_share_accepted"] for row in chart.rows] == [near(1.9 / 2.8), None, near(0.7), near(0.65)]
    assert [row["speed_share_suggested"] for row in chart.rows] == [None, near(0.5), None, None]
    assert share.alt == (
        "Running backward: speed as a share of forward, accepted: 65 % in 2026-03-02, 68 % in 2026-03-23, between 65 % and 70 %."
    )
    assert [one.role for one in answer.figures[1].series] == [Role.ACCEPTED, Role.SUGGESTED, Role.FORWARD]
    for figure in answer.figures:
        columns = {column.name for column in answer.table(figure.table).columns}
        assert {figure.x.name, *(one.column for one in figure.series)} <= columns


# change over time


def test_a_trend_is_told_from_eight_weeks_on_and_relative_to_the_level():
    specs = [session(FORWARD, backward(60.0, 1.6 + 0.02 * week), days=7 * week) for week in range(TREND_WEEKS)]
    assert [table.name for table in answered(*specs[1:]).tables] == ["speed", "speed-run"]
    answer = answered(*specs)
    found = {row["measure"]: row for row in answer.table("speed-trend").rows}
    assert found["speed"]["change_ratio"] == near(30 * 0.02 / 7 / 1.68)
    assert found["share"]["n_weeks"] == TREND_WEEKS
    assert "change in 30 days: speed +5.1 % (+5.1 % to +5.1 %, 8 weeks); share of forward speed +5.1 %" in answer.headline[1]


def test_a_trend_leaves_out_suggestions_unless_they_count():
    specs = [
        session(FORWARD, backward(60.0, 1.6, standing=Standing.SUGGESTED if week % 2 else Standing.ACCEPTED), days=7 * week)
        for week in range(TREND_WEEKS + 2)
    ]
    assert "speed-trend" not in [table.name for table in answered(*specs).tables]
    assert answered(*specs, is_all=True).table("speed-trend").rows[0]["n_weeks"] == TREND_WEEKS + 2


def test_the_same_every_week_is_no_change():
    weeks = [(str(date(2026, 1, 5) + timedelta(weeks=i)), 0.7) for i in range(10)]
    found = relative_trend(weeks)
    assert found is not None
    assert (found.value, found.is_clear) == (0.0, False)
    assert relative_trend(weeks[:7]) is None
    assert relative_trend([]) is None


def test_shares_are_written_as_people_do():
    assert [percent(value) for value in (0.0, 0.084, -0.001, 1.25)] == ["0 %", "8 %", "0 %", "125 %"]
    assert [percent(value, is_signed=True, digits=1) for value in (0.084, -0.0123, 0.0004)] == ["+8.4 %", "-1.2 %", "0.0 %"]
    assert [more_or_less(value, "more", "less") for value in (0.08, -0.03, 0.004)] == ["8 % more", "3 % less", "neither more nor less"]
