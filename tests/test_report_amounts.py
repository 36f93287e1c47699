"""How much, what kind, how it stands against forward: gaps, missing distances, suggestions, athletes, gaits, streaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from importer.reports.questions import ask, balance, kinds
from importer.reports.questions.facts import Asked, Facts, Period
from importer.values.activity import Environment
from importer.values.session import Direction, Gait, Standing
from tests.support.many_sessions import Part, SessionSpec, backward, copied_store

TODAY = date(2026, 1, 7)


def of(day: str, *parts: Part, **changes: Any) -> SessionSpec:
    return SessionSpec(datetime.fromisoformat(f"{day}T12:00+00:00"), parts, utc_offset_s=0, **changes)


RUN = Part(600.0)


def answered(question: str, specs: Sequence[SessionSpec], **asked: Any) -> Any:
    with copied_store(specs) as store:
        return ask(question, Facts(store, Asked(**{"today": TODAY, **asked})))


def test_weeks_without_a_session_are_zeros_and_long_gaps_are_folded():
    specs = [of("2024-01-03", RUN, backward(60.0)), of("2024-01-24", RUN), of("2026-01-01", RUN)]
    answer = answered("amount", specs)
    weeks = [(row["week_local"], row["n_sessions"], row["n_left_out"]) for row in answer.rows]
    assert weeks == [
        ("2025-12-29", 1, 0),
        ("2025-12-22", 0, 0),
        ("2024-01-29", 0, 98),
        ("2024-01-22", 1, 0),
        ("2024-01-15", 0, 0),
        ("2024-01-08", 0, 0),
        ("2024-01-01", 1, 0),
    ]
    assert [row["backward_accepted_s"] for row in answer.rows] == [0, 0, 0, 0, 0, 0, 60]
    assert any("98 weeks" in note for note in answer.notes)


def test_a_gap_of_centuries_makes_no_long_table():
    answer = answered("amount", [of("1990-01-01", RUN), of("2026-01-01", RUN)])
    assert len(answer.rows) == 4
    assert sum(row["n_left_out"] for row in answer.rows) + len(answer.rows) == 1879


def test_a_distance_that_nobody_measured_is_no_zero():
    lost, seen = of("2026-01-01", RUN, backward(60.0, None)), of("2026-01-02", RUN, backward(60.0, 2.0))
    answer = answered("amount", [lost, seen], by=Period.SESSION)
    assert [row["backward_accepted_m"] for row in answer.rows] == [120.0, None]
    (both,) = answered("amount", [lost, seen]).rows
    assert both["backward_accepted_m"] == 120.0
    assert any("was not measured" in note for note in answer.notes)


def test_suggestions_are_counted_only_where_all_is_asked_for():
    specs = [of("2026-01-01", RUN, backward(60.0, standing=Standing.SUGGESTED), RUN)]
    answer = answered("amount", specs)
    assert answer.headline == ("nothing accepted yet; 1:00 suggested in 1 bout in 21:00 moving",)
    every = answered("amount", specs, is_all=True)
    assert every.headline == ("1:00 backward (105 m) in 1 bout, 4.8 % of 21:00 moving; 1:00 of it is only suggested",)
    assert every.rows[0]["backward_accepted_s"] == 0
    wide = {column.name for column in every.tables[0].columns if column.is_wide}
    assert "backward_suggested_share" not in wide


def test_time_that_cannot_be_told_is_no_proof_of_forward():
    lost = Part(600.0, Direction.UNKNOWN, None)
    answer = answered("amount", [of("2026-01-01", RUN, lost)])
    assert answer.headline == ("no backward movement found in 1 session, 20:00 moving",)
    assert [note.split(",")[0] for note in answer.notes[1:]] == ["10:00 of the moving time cannot be told"]
    assert answer.rows[0]["unknown_s"] == 600.0


def test_athletes_are_told_apart():
    specs = [of("2026-01-01", RUN, backward(60.0)), of("2026-01-01", RUN, backward(90.0), athlete="Ada")]
    answer = answered("amount", specs)
    assert [(row["athlete"], row["backward_accepted_s"]) for row in answer.rows] == [("Ada", 90.0), ("me", 60.0)]
    assert [line.split(":")[0] for line in answer.headline] == ["Ada", "me"]
    assert "athlete" in [column.name for column in answer.tables[0].columns]


def test_a_gait_leaves_moving_time_as_it_is_and_counts_its_bouts_alone():
    specs = [of("2026-01-01", RUN, backward(60.0), RUN, backward(30.0, gait=Gait.WALK))]
    (row,) = answered("amount", specs, gait="walk").rows
    assert (row["backward_accepted_s"], row["n_bouts_accepted"], row["moving_s"]) == (30.0, 1, 1290.0)
    listed = answered("sessions", specs, gait="walk").rows
    assert [one["backward_accepted_s"] for one in listed] == [30.0]
    assert answered("sessions", [*specs, of("2026-01-02", RUN, backward(30.0))], gait="walk").rows == listed


def test_kinds_are_told_in_the_words_of_the_sport():
    hill = backward(30.0, 1.5, grade_ratio=0.06)
    repetition = backward(45.0)
    rest = Part(90.0)
    specs = [
        of("2026-01-01", RUN, hill, rest, hill, rest, hill, RUN),
        of("2026-01-03", RUN, repetition, rest, repetition._replace(duration_s=60.0), RUN, environment=Environment.TREADMILL),
        of("2026-01-05", RUN, backward(240.0, 1.0, gait=Gait.WALK, standing=Standing.SUGGESTED), RUN),
    ]
    answer = answered("kinds", specs)
    (told,) = answer.headline
    assert told.split("; ") == [
        "1 block walking suggested: of 4:00",
        "2 repetitions running: of 45-60 s, recoveries 90 s",
        "3 hill repeats running up 6.0 %: of 30 s, recoveries 90 s",
    ]
    assert answer.figures[0].alt == (
        "Bars of backward time, accepted: blocks, walking 0:00; repetitions, running 1:45; hill repeats, running 1:30."
    )
    assert {figure.x.name for figure in answer.figures} == {"label", "phase_text", "environment"}
    assert [row["what"] for row in answer.table("sets").rows] == ["1 block", "2 repetitions", "3 hill repeats"]
    assert {row["environment"]: row["backward_accepted_s"] for row in answer.table("places").rows} == {"outdoor": 90.0, "treadmill": 105.0}
    assert answered("kinds", specs, is_all=True).headline[0].startswith("1 block walking, 1 of them only suggested: of 4:00;")


@pytest.mark.parametrize(
    ("low_s", "high_s", "text"), [(35.0, 36.0, "36 s"), (28.0, 35.0, "28-35 s"), (45.0, 150.0, "45 s-2:30"), (None, None, None)]
)
def test_a_range_of_lengths_is_short(low_s, high_s, text):
    assert kinds.span_text(low_s, high_s) == text


def test_a_streak_holds_until_a_whole_day_is_left_out():
    days = [date(2026, 1, day) for day in (1, 2, 3, 6, 7)]

    def found(today: date) -> tuple[int, int]:
        streak = balance.streak(days, today=today, step=timedelta(days=1))
        return streak.current, streak.longest

    assert found(date(2026, 1, 7)) == (2, 3)
    assert found(date(2026, 1, 8)) == (2, 3)
    assert found(date(2026, 1, 9)) == (0, 3)
    assert balance.streak([], today=date(2026, 1, 9), step=timedelta(days=1)) == (0, 0, None)


def test_balance_compares_forward_with_what_counts():
    specs = [of("2026-01-05", RUN, backward(60.0)), of("2026-01-06", RUN, backward(60.0, standing=Standing.SUGGESTED))]
    answer = answered("balance", specs)
    assert answer.headline == (
        "1:00 backward, 20:00 forward: 1 to 20",
        "backward on 1 day, 1:00 a day; 1 of the last 28 days; in a row: 0 days now, most 1; 1 week now, most 1",
    )
    every = answered("balance", specs, is_all=True)
    assert every.rows[0]["forward_per_backward"] == 10.0
    assert "in a row: 2 days now, most 2" in every.headline[1]


@pytest.mark.parametrize("question", ["amount", "kinds", "balance", "sessions"])
def test_a_database_without_sessions_has_an_answer(question):
    answer = answered(question, [])
    assert len(answer.headline) == 1
    assert len(answer.rows) == 0
    assert answer.figures == ()
