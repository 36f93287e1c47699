"""Does it move forward running: weeks against a recomputation by brute force, and what is said of what goes together."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect import calibration as cal
from importer.reports.questions import ask
from importer.reports.questions.answer import Answer, Mark, Role
from importer.reports.questions.association import BEFORE_WEEKS, LEAST_WEEKS, equal_speed_contact_s, middle
from importer.reports.questions.facts import Asked, Facts
from importer.values.session import Normal, Standing
from tests.support.filled import backward_parts, day_of, filled, is_asked, near, parted, weighted
from tests.support.many_sessions import Part, SessionSpec, backward, session_specs

MONDAY = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
#: heart rate and speed of three sessions; the last one is further from the middle one than anybody compares
FAR = ((140.0, 2.8), (140.0, 2.8), (160.1, 3.56))


def answered(*specs: SessionSpec, **asked: Any) -> Answer:
    with filled(specs) as store:
        return ask("forward", Facts(store, Asked(**asked)))


def session(week: float, *parts: Part, athlete: str = "me", **normal: Any) -> SessionSpec:
    """Give a session whose forward running is described by its normal."""
    start = MONDAY + timedelta(weeks=week)
    named: dict[str, Any] = {"forward_s": 900.0, "heart_n_s": 600.0, "heart_speed_mps": 2.8, "heart_rate_bpm": 140.0, **normal}
    return SessionSpec(start, (Part(900.0), *parts), athlete, normal=Normal(start_utc_s=start.timestamp(), **named))


# by brute force


def median(values: list[float]) -> float | None:
    ordered = sorted(values)
    return (ordered[len(ordered) // 2] + ordered[(len(ordered) - 1) // 2]) / 2 if ordered else None


def normals(specs: list[SessionSpec]) -> list[Normal]:
    return [spec.normal for spec in specs if spec.normal is not None]


def brute_pace(specs: list[SessionSpec], at: float | None) -> float | None:
    pairs = []
    for normal in normals(specs):
        if at is not None and normal.heart_rate_bpm is not None and normal.heart_speed_mps is not None:
            step = at - normal.heart_rate_bpm
            pairs.append((normal.heart_speed_mps + step / cal.HEART_PER_MPS if abs(step) <= 20 else None, normal.forward_s))
    return weighted(pairs)


def brute_cadence(specs: list[SessionSpec], at: float | None) -> float | None:
    pairs = []
    for normal in normals(specs):
        if at is not None and normal.speed_mps is not None and normal.cadence_spm is not None:
            slope = normal.slope_spm_per_mps
            usual = cal.RUN_SLOPE_SPM_PER_MPS
            spread = math.hypot(cal.RUN_SLOPE_SD_SPM_PER_MPS, cal.SESSION_SLOPE_SD_SPM_PER_MPS)
            slope = usual if slope is None or abs(slope - usual) > 2 * spread else slope
            step = at - normal.speed_mps
            pairs.append((normal.cadence_spm + slope * step if abs(step) <= 0.75 else None, normal.forward_s))
    return weighted(pairs)


@given(session_specs(max_size=12), st.booleans(), st.sampled_from([None, "me"]), st.sampled_from([None, "run"]))
@settings(max_examples=40, deadline=None)
def test_every_week_is_what_the_sessions_say(specs, is_all, athlete, gait):
    asked = Asked(is_all=is_all, athlete=athlete, gait=gait)
    with filled(specs) as store:
        answer = ask("forward", Facts(store, asked))
    parts = backward_parts(specs, asked)
    mine = parted([spec for spec in specs if is_asked(spec, asked)], lambda spec: spec.athlete)
    weeks = {}
    for name, some in mine.items():
        at_bpm = median([n.heart_rate_bpm for n in normals(some) if n.heart_rate_bpm is not None and n.heart_speed_mps is not None])
        at_mps = median([n.speed_mps for n in normals(some) if n.speed_mps is not None and n.cadence_spm is not None])
        by_week = parted(some, lambda spec: str(day_of(spec) - timedelta(days=day_of(spec).weekday())))
        for week, of_week in by_week.items():
            weeks[name, week] = (of_week, at_bpm, at_mps, min(by_week))
    rows = {(row["athlete"], row["week_local"]): row for row in answer.rows}
    assert set(weeks) <= set(rows)
    for key, (of_week, at_bpm, at_mps, first) in weeks.items():
        row, monday = rows[key], date.fromisoformat(key[1])
        assert row["n_sessions"] == len(of_week)
        assert row["equal_heart_speed_mps"] == near(brute_pace(of_week, at_bpm))
        assert row["equal_speed_cadence_spm"] == near(brute_cadence(of_week, at_mps))
        assert row["equal_speed_contact_s"] is None
        for standing in Standing:
            before = [
                told.part.duration_s
                for told in parts
                if told.spec.athlete == key[0] and told.part.standing is standing and monday - timedelta(weeks=4) <= told.day < monday
            ]
            is_known = monday >= date.fromisoformat(first) + timedelta(weeks=4)
            assert row[f"{standing}_before_s"] == (near(sum(before)) if is_known else None)
    for key in set(rows) - set(weeks):
        assert rows[key]["n_sessions"] == 0
        assert rows[key]["equal_heart_speed_mps"] is None


# at equal effort and speed


def test_the_middle_session_is_what_the_others_are_compared_at():
    specs = [session(week, heart_rate_bpm=bpm) for week, bpm in enumerate((130.0, 140.0, 150.0))]
    rows = answered(*specs).rows
    assert [row["equal_heart_speed_mps"] for row in rows] == [
        near(2.8 - 10 / cal.HEART_PER_MPS),
        near(2.8),
        near(2.8 + 10 / cal.HEART_PER_MPS),
    ]


def test_a_session_far_from_the_middle_is_left_out():
    specs = [session(week, heart_rate_bpm=bpm, speed_mps=speed, cadence_spm=170.0) for week, (bpm, speed) in enumerate(FAR)]
    rows = answered(*specs).rows
    assert [row["equal_heart_speed_mps"] is None for row in rows] == [True, False, False]
    assert [row["equal_speed_cadence_spm"] is None for row in rows] == [True, False, False]


def test_contact_times_of_another_device_are_not_compared():
    rows: list[dict[str, Any]] = [
        {"manufacturer": "garmin", "product": product, "contact_time_s": 0.25, "contact_speed_mps": 3.0} for product in ("a", "b", "b")
    ]
    others = {"heart_rate_bpm": None, "heart_speed_mps": None, "forward_speed_mps": None, "forward_cadence_spm": None}
    assert middle([{**row, **others} for row in rows]).device == ("garmin", "b")
    assert middle([{**row, **others, "contact_time_s": None} for row in rows]).device is None

    at = middle([{**row, **others} for row in rows])
    assert [equal_speed_contact_s(row, at) for row in rows] == [None, 0.25, 0.25]


def test_a_longer_run_weighs_more_in_its_week():
    specs = [session(0, forward_s=1800.0, heart_rate_bpm=140.0), session(0.5, forward_s=600.0, heart_rate_bpm=148.0)]
    (row,) = answered(*specs).rows
    assert row["equal_heart_speed_mps"] == near((3 * (2.8 + 4 / cal.HEART_PER_MPS) + (2.8 - 4 / cal.HEART_PER_MPS)) / 4)


def test_contact_time_is_moved_to_the_middle_speed():
    specs = [session(week, contact_time_s=0.26, contact_speed_mps=speed) for week, speed in enumerate((2.5, 2.6, 2.7))]
    rows = answered(*specs).rows
    assert [row["equal_speed_contact_s"] for row in rows] == [near(0.26 + step * cal.CONTACT_SLOPE_S_PER_MPS) for step in (-0.1, 0.0, 0.1)]


# what goes together


def training(n: int, *, effect: float, seed: int = 1, **changes: Any) -> list[SessionSpec]:
    """Give a session a week: backward minutes up and down at random, and heart rates that follow the four weeks before by `effect`."""
    rng, minutes, specs = random.Random(seed), [0.0] * BEFORE_WEEKS, []
    for week in range(n):
        beats = 145.0 - effect * sum(minutes[-BEFORE_WEEKS:]) + rng.gauss(0, 2)
        minutes.append(float(rng.choice([0, 0, 0, 12, 24])))
        parts = (backward(60.0 * minutes[-1]),) if minutes[-1] else ()
        specs.append(session(week, *parts, heart_rate_bpm=beats, **changes))
    return specs


def test_what_goes_together_is_told_as_an_association():
    answer = answered(*training(60, effect=0.4))
    (row,) = answer.table("forward-association").rows
    assert row["outcome"] == "equal_heart_speed_mps"
    assert row["correlation"] > 0.5
    assert row["low"] > 0
    assert row["n_weeks"] == 60 - BEFORE_WEEKS
    assert "faster after weeks with more backward movement (rank correlation +0." in answer.headline[0]
    assert "with the course of time taken out" in answer.headline[0]
    assert answer.headline[-1] == "an association is no proof: weather, training and season act too"


def test_what_does_not_go_together_is_told_as_no_association():
    answer = answered(*training(60, effect=0.0, seed=4))
    assert "no clear association with the backward time before (rank correlation" in answer.headline[0]


@pytest.mark.parametrize("n", [BEFORE_WEEKS + LEAST_WEEKS - 1, BEFORE_WEEKS + LEAST_WEEKS + 8])
def test_below_a_number_of_weeks_nothing_is_said(n):
    answer = answered(*training(n, effect=0.4))
    is_enough = n - BEFORE_WEEKS >= LEAST_WEEKS
    assert ("forward-association" in [table.name for table in answer.tables]) == is_enough
    if not is_enough:
        assert answer.headline == (
            f"{LEAST_WEEKS - 1} weeks can be compared, and fewer than {LEAST_WEEKS} say nothing about backward running and forward running",
        )


def test_weeks_without_any_backward_movement_say_nothing():
    specs = [replace_parts(spec) for spec in training(30, effect=0.4)]
    assert answered(*specs).headline == ("nothing to compare: no backward movement that counts before any of the 26 weeks",)


def replace_parts(spec: SessionSpec) -> SessionSpec:
    return spec._replace(parts=(Part(900.0),))


def test_suggestions_do_not_count_until_they_are_asked_for():
    specs = [
        spec._replace(parts=tuple(part._replace(standing=Standing.SUGGESTED) if i else part for i, part in enumerate(spec.parts)))
        for spec in training(60, effect=0.4)
    ]
    assert answered(*specs).headline[0].startswith("nothing to compare: no backward movement that counts")
    assert "faster after weeks" in answered(*specs, is_all=True).headline[0]


def test_a_steady_rise_of_both_is_not_taken_for_many_weeks():
    specs = [session(week, backward(60.0 + 30 * week), heart_rate_bpm=150.0 - week / 4) for week in range(40)]
    (said,) = answered(*specs).headline
    assert said.startswith("36 weeks, but they repeat each other so much that they are worth fewer than 6")


def test_a_missing_heart_rate_leaves_the_cadence():
    specs = training(40, effect=0.4, heart_speed_mps=None, speed_mps=2.8, cadence_spm=168.0)
    specs = [
        spec._replace(normal=replace(spec.normal, cadence_spm=160.0 + i % 7)) for i, spec in enumerate(specs) if spec.normal is not None
    ]
    answer = answered(*specs)
    assert [row["title"] for row in answer.table("forward-association").rows] == ["forward cadence at equal speed"]
    assert [figure.name for figure in answer.figures] == ["forward-cadence", "forward-before"]


def test_an_empty_database_one_session_and_several_athletes_make_sense():
    assert answered().headline == ("no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for",)
    assert answered(session(0)).headline[0].startswith("nothing to compare yet: it takes forward running")
    both = answered(session(0), session(1), session(0, athlete="Ada"))
    assert [said.partition(":")[0] for said in both.headline] == ["Ada", "me"]
    assert [figure.name for figure in both.figures] == ["forward-speed"]
    assert both.figures[0].alt.count("2026-01-05") == 2


def test_the_figures_stand_beside_the_backward_time_before():
    answer = answered(*training(20, effect=0.4))
    pace, before = answer.figures
    assert (pace.mark, pace.form.value, [one.role for one in pace.series]) == (Mark.LINE, "pace", [Role.FORWARD])
    assert (before.mark, [one.role for one in before.series]) == (Mark.BARS, [Role.ACCEPTED, Role.SUGGESTED])
    assert {pace.table, before.table} == {"forward"}
    assert pace.alt.startswith("Forward pace at equal heart rate, forward: ")
