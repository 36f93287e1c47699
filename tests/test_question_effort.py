"""How hard: heart rate and energy against a recomputation by brute force, and what is said where something is missing."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect import calibration as cal
from importer.reports.questions import ask
from importer.reports.questions.answer import Answer, Mark, Role
from importer.reports.questions.effort_sums import risen_share
from importer.reports.questions.energy import ASSUMED_WEIGHT_KG, FACTOR, FACTOR_RANGE, NOT_FOR_ADDING, a_minute, energy
from importer.reports.questions.facts import Asked, Facts
from importer.reports.questions.reckoning import profile_at
from importer.reports.questions.same_speed import HEART_REACH_MPS, forward_heart_rate_bpm
from importer.values.activity import SpeedBasis
from importer.values.session import Gait, Standing
from tests.support.databases import NOW
from tests.support.filled import Told, backward_parts, filled, near, parted, weighted
from tests.support.many_sessions import Part, SessionSpec, backward, normal_of, session_specs

START = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
FORWARD = Part(900.0, speed_mps=2.8, cadence_spm=167.0, heart_rate_bpm=140.0)
MEASURED = (SpeedBasis.BELT, SpeedBasis.GPS, SpeedBasis.FOOTPOD)
KCAL = ("backward_kcal", "extra_kcal", "low_kcal", "high_kcal")


def session(*parts: Part, days: float = 0, **changes: Any) -> SessionSpec:
    spec = SessionSpec(START + timedelta(days=days), parts, **changes)
    return spec._replace(normal=normal_of(spec))


def answered(*specs: SessionSpec, weights: tuple[tuple[float, float | None], ...] = (), **asked: Any) -> Answer:
    """Answer; `weights` gives the weight of `me` from so many days after `START` on, or always."""
    with filled(specs) as store:
        for weight, days in weights:
            since = None if days is None else START + timedelta(days=days)
            store.set_profile("me", {"weight_kg": weight}, since=since, now=NOW)
        return ask("effort", Facts(store, Asked(**asked)))


# by brute force


def brute(group: list[Told], factor: float, weight: float | None) -> dict[str, Any]:
    hearts = []
    ways = []
    for spec, part, _ in group:
        is_measured, normal = spec.speed_basis in MEASURED and part.speed_mps is not None, spec.normal
        there = None
        flat = part.grade_ratio is None or abs(part.grade_ratio) < 0.03
        told = normal is not None and normal.heart_rate_bpm is not None and normal.heart_speed_mps is not None
        if told and is_measured and part.speed_mps and flat and part.gait is Gait.RUN:
            step = part.speed_mps - normal.heart_speed_mps  # type: ignore[union-attr, operator] # told says that they are there
            there = normal.heart_rate_bpm + cal.HEART_PER_MPS * step if abs(step) <= 1.2 else None  # type: ignore[union-attr, operator] # as above
        if part.duration_s >= 60 and part.heart_rate_bpm is not None:
            hearts.append((part.duration_s, part.heart_rate_bpm, there))
        if part.gait is Gait.RUN and is_measured:
            ways.append(part.speed_mps * part.duration_s)  # type: ignore[operator] # is_measured says that it is there
    alone, beside = (weighted((row[i], row[0]) for row in hearts if row[2] is not None) for i in (1, 2))
    kcal = (weight or 70.0) * sum(ways) * 4.0 / 4184.0
    amounts = dict(zip(KCAL, (kcal * k for k in (factor, factor - 1, 0.15, 0.35)), strict=True))
    return {
        "n_bouts": len(group),
        "n_heart_bouts": len(hearts),
        "mean_heart_rate_bpm": near(weighted((row[1], row[0]) for row in hearts)),
        "forward_heart_rate_bpm": near(beside),
        "heart_excess_bpm": None if alone is None or beside is None else near(alone - beside),
        "run_m": near(sum(ways)) if ways else None,
        **{name: near(value) if ways else None for name, value in amounts.items()},
    }


@given(session_specs(), st.booleans(), st.sampled_from([None, "run"]), st.sampled_from([1.2, 1.3]), st.sampled_from([None, 58.0]))
@settings(max_examples=40, deadline=None)
def test_every_row_is_what_the_segments_say(specs, is_all, gait, factor, weight):
    asked = Asked(is_all=is_all, gait=gait, energy_factor=factor)
    with filled(specs) as store:
        if weight is not None and any(spec.athlete == "me" for spec in specs):
            store.set_profile("me", {"weight_kg": weight}, since=None, now=NOW)
        answer = ask("effort", Facts(store, asked))
    parts = backward_parts(specs, asked)
    is_monthly = len({told.month for told in parts}) >= 4
    groups = parted(
        parts,
        lambda told: (
            told.spec.athlete,
            told.month if is_monthly else told.week,
            None if told.part.gait is None else str(told.part.gait),
            str(told.part.standing),
        ),
    )
    rows = {(row["athlete"], row["period"], row["gait"], row["standing"]): row for row in answer.rows}
    assert set(rows) == set(groups)
    for key, group in groups.items():
        truth = brute(group, factor, weight if key[0] == "me" else None)
        assert {name: rows[key][name] for name in truth} == truth
    assert NOT_FOR_ADDING in answer.notes or not parts


# heart rate


def bout(**changes: Any) -> dict[str, Any]:
    row = {"gait": "run", "speed_basis": "gps", "mean_speed_mps": 2.0, "heart_speed_mps": 3.0, "heart_rate_bpm": 150.0, "grade_ratio": None}
    return {**row, **changes}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, 150 - cal.HEART_PER_MPS),
        ({"mean_speed_mps": 3.0}, 150.0),
        ({"grade_ratio": 0.029}, 150 - cal.HEART_PER_MPS),
        ({"grade_ratio": 0.03}, None),
        ({"grade_ratio": -0.05}, None),
        ({"mean_speed_mps": 3.0 - HEART_REACH_MPS - 0.01}, None),
        ({"gait": "walk"}, None),
        ({"gait": None}, None),
        ({"speed_basis": "watch-model"}, None),
        ({"heart_rate_bpm": None}, None),
        ({"mean_speed_mps": None}, None),
    ],
)
def test_forward_heart_rate_at_the_same_speed_is_the_settled_one_moved_by_the_gain(changes, expected):
    assert forward_heart_rate_bpm(bout(**changes)) == near(expected)


@pytest.mark.parametrize("duration_s", [60.0, 150.0, 900.0])
def test_the_share_of_the_rise_is_the_mean_of_a_slow_rise(duration_s):
    seconds = [(i + 0.5) * duration_s / 10_000 for i in range(10_000)]
    assert risen_share(duration_s) == pytest.approx(sum(1 - math.exp(-s / cal.HEART_TAU_S) for s in seconds) / 10_000, rel=1e-4)


def test_heart_rate_is_told_beside_forward_and_where_it_is_missing():
    parts = (FORWARD, backward(90.0, 2.0, heart_rate_bpm=150.0), backward(120.0, 2.0), backward(30.0, 2.0, heart_rate_bpm=99.0))
    said = answered(session(*parts)).headline[0]
    assert said == "heart rate: 150 bpm in 1 bout of a minute and more (not measured in 1 more), 29 above forward at the same speed"


def test_bouts_that_cannot_be_compared_are_counted():
    parts = (FORWARD, backward(60.0, 2.0, heart_rate_bpm=150.0), backward(60.0, 1.0, heart_rate_bpm=130.0))
    said = answered(session(*parts)).headline[0]
    assert said == "heart rate: 140 bpm in 2 bouts of a minute and more, 29 above forward at the same speed in the 1 that can be compared"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (backward(59.0, heart_rate_bpm=150.0), "no bout lasted a minute, and of shorter ones it says nothing, as the heart follows slowly"),
        (backward(60.0), "not measured in the one bout of a minute and more"),
    ],
)
def test_short_bouts_and_a_missing_strap_are_said_plainly(part, said):
    assert answered(session(FORWARD, part)).headline[0] == f"heart rate: {said}"


def test_walking_has_a_heart_rate_of_its_own_and_is_not_compared():
    walk = backward(120.0, 1.0, gait=Gait.WALK, heart_rate_bpm=120.0)
    both = answered(session(FORWARD, walk, backward(60.0, 2.0, heart_rate_bpm=150.0)))
    alone = answered(session(FORWARD, walk))
    assert both.headline[0].startswith("heart rate: 150 bpm in 1 bout")
    assert both.headline[1] == "heart rate, walking: 120 bpm in 1 bout of a minute and more; walking is not compared with forward"
    assert alone.headline == (
        "heart rate, walking: 120 bpm in 1 bout of a minute and more; walking is not compared with forward",
        "energy: nothing was run backward over a measured way, so there is no estimate",
    )


def test_longer_bouts_are_told_apart():
    parts = [
        backward(duration_s, 2.0, heart_rate_bpm=bpm) for duration_s, bpm in ((60.0, 140.0), (119.0, 142.0), (120.0, 150.0), (600.0, 160.0))
    ]
    rows = answered(session(FORWARD, *parts)).table("effort-length").rows
    assert [(row["length"], row["n_heart_bouts"]) for row in rows] == [("1 to 2 min", 2), ("2 to 5 min", 1), ("5 min and more", 1)]
    assert rows[1]["heart_excess_bpm"] == near(150 - (140 - cal.HEART_PER_MPS * 0.8))
    assert rows[2]["risen_share"] == near(risen_share(600.0))


def test_the_share_of_the_maximum_is_that_of_its_day():
    with filled([session(FORWARD, backward(60.0, heart_rate_bpm=150.0), days=days) for days in (0, 21)]) as store:
        store.set_profile("me", {"max_heart_rate_bpm": 200.0}, since=None, now=NOW)
        store.set_profile("me", {"max_heart_rate_bpm": 187.5}, since=START + timedelta(days=10), now=NOW)
        rows = ask("effort", Facts(store, Asked())).rows
    assert [row["max_heart_rate_share"] for row in rows] == [0.8, 0.75]


# energy


def test_a_kilometre_backward_costs_what_the_studies_say():
    found = energy(1000.0, weight_kg=70.0)
    assert found.extra_kcal == pytest.approx(20, abs=0.1)
    assert [found.low_kcal, found.high_kcal] == pytest.approx([10, 23.4], abs=0.1)
    assert found.backward_kcal == pytest.approx(found.extra_kcal / 0.3 * 1.3)
    assert a_minute(0.7) == pytest.approx(0.91)


@given(st.floats(0, 1e5), st.floats(20, 400), st.floats(1.0, 2.0))
def test_energy_grows_with_way_and_weight_and_its_range_with_neither_factor(way_m, weight_kg, factor):
    one, two = energy(way_m, weight_kg=weight_kg, factor=factor), energy(2 * way_m, weight_kg=weight_kg, factor=factor)
    assert two == pytest.approx([2 * value for value in one])
    assert one.low_kcal <= one.high_kcal
    assert one[2:] == energy(way_m, weight_kg=weight_kg)[2:]
    assert one.extra_kcal == pytest.approx(one.backward_kcal * (factor - 1) / factor)
    assert FACTOR_RANGE[0] < FACTOR < FACTOR_RANGE[1]


def test_a_weight_holds_from_its_day_on_and_what_was_assumed_is_said():
    specs = [session(FORWARD, backward(500.0, 2.0), days=days) for days in (0, 20, 40)]
    unknown, known = answered(*specs), answered(*specs, weights=((60.0, None), (66.0, 30.0)))
    assert "for 70 kg as your weight is not known (`retro-import athlete set me --weight 70`)" in unknown.headline[1]
    assert known.headline[1].endswith("for 60 to 66 kg")
    assert [row["weight_kg"] for row in known.rows] == [66.0, 60.0, 60.0]
    assert [row["extra_kcal"] for row in unknown.rows] == [near(0.3 * ASSUMED_WEIGHT_KG * 1000 * 4 / 4184)] * 3


def test_the_name_of_the_athlete_can_be_pasted():
    said = answered(session(FORWARD, backward(60.0), athlete="Ada L")).headline[1]
    assert "`retro-import athlete set 'Ada L' --weight 70`" in said


def test_the_popular_factor_can_be_asked_for():
    said = answered(session(FORWARD, backward(500.0, 2.1)), energy_factor=1.2).headline
    assert said[2] == "that is 20 % more over the same way; a minute at your 75 % of forward speed takes 10 % less than a minute forward"


def test_a_way_that_nothing_measured_has_no_energy():
    answer = answered(
        session(FORWARD, backward(60.0, None), backward(60.0)), session(FORWARD, backward(60.0), speed_basis=SpeedBasis.WATCH_MODEL)
    )
    assert answer.rows[0]["run_m"] == near(105.0)
    assert "2 bouts run over a way that nothing measured: left out of the energy" in answer.notes


def test_a_profile_speaks_from_its_moment_on():
    profiles = [
        {"athlete": "me", "since_utc": START, "until_utc": START + timedelta(days=5), "weight_kg": 70.0},
        {"athlete": "Ada", "since_utc": START, "until_utc": None, "weight_kg": 50.0},
    ]

    def at(days: float, athlete: str = "me") -> float | None:
        return profile_at(profiles, {"athlete": athlete, "session_start_utc": START + timedelta(days=days)}, "weight_kg")

    assert [at(-1), at(0), at(4.9), at(5)] == [None, 70.0, 70.0, None]
    assert at(9, "Ada") == 50.0


# the whole


def test_accepted_and_suggested_stay_apart_and_figures_follow():
    specs = [session(FORWARD, backward(90.0, 2.0, heart_rate_bpm=150.0), days=7 * week) for week in range(2)]
    specs.append(session(FORWARD, backward(90.0, 2.0, heart_rate_bpm=155.0, standing=Standing.SUGGESTED), days=7))
    answer = answered(*specs)
    assert [(row["period"], row["standing"], row["mean_heart_rate_bpm"]) for row in answer.rows] == [
        ("2026-03-09", "accepted", 150.0),
        ("2026-03-09", "suggested", 155.0),
        ("2026-03-02", "accepted", 150.0),
    ]
    heart, cost = answer.figures
    assert (heart.mark, [one.role for one in heart.series]) == (Mark.LINE, [Role.ACCEPTED, Role.SUGGESTED, Role.FORWARD])
    assert (cost.mark, cost.low, cost.high) == (Mark.BARS, "low_kcal_accepted", "high_kcal_accepted")
    assert "150 bpm in 2026-03-02" in heart.alt
    assert answer.headline[0].startswith("heart rate: 150 bpm in 2 bouts")
    assert answered(*specs, is_all=True).headline[0].startswith("heart rate: 152 bpm in 3 bouts")


def test_an_empty_database_only_suggestions_and_several_athletes_make_sense():
    assert answered().headline == ("no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for",)
    assert answered(session(FORWARD)).headline == ("no backward movement in 1 session",)
    (only,) = answered(session(FORWARD, backward(60.0, standing=Standing.SUGGESTED))).headline
    assert only.startswith("nothing accepted yet, 1 stretch is only suggested")
    both = answered(*(session(FORWARD, backward(60.0), athlete=name, days=7 * week) for name in ("me", "Ada") for week in (0, 1)))
    assert [said.partition(":")[0] for said in both.headline] == ["Ada"] * 3 + ["me"] * 3
    assert {row["athlete"] for row in both.table("effort-chart").rows} == {"Ada", "me"}
    assert len(both.table("effort-chart").rows) == 4
