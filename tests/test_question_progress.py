"""Building up: weeks, steps, rest and starts against a recomputation by brute force, and what is said of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.reports.questions import ask
from importer.reports.questions.answer import Answer, Mark
from importer.reports.questions.building import VIEW_DAYS, Start, days, four_weeks, rules, without_rest
from importer.reports.questions.facts import Asked, Facts
from importer.values.session import Gait, Standing
from tests.support.filled import Told, backward_parts, counts, filled, near, parted
from tests.support.many_sessions import Part, SessionSpec, backward, session_specs

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TODAY = date(2026, 4, 1)
FORWARD = Part(900.0)


def session(*parts: Part, days: float = 0, **changes: Any) -> SessionSpec:
    return SessionSpec(MONDAY + timedelta(days=days), (FORWARD, *parts), **changes)


def answered(*specs: SessionSpec, **asked: Any) -> Answer:
    with filled(specs) as store:
        return ask("progress", Facts(store, Asked(**{"today": TODAY, **asked})))


def weekly(*minutes: float, **changes: Any) -> list[SessionSpec]:
    """Give a session on each Monday with so many backward minutes; none where it is 0."""
    return [session(backward(60.0 * some), days=7 * week, **changes) for week, some in enumerate(minutes) if some]


# by brute force


def brute_step(parts: list[Told], week: str, asked: Asked) -> tuple[float | None, float | None]:
    """Give the mean of the weeks before that had any, and the step from it."""
    at = date.fromisoformat(week)

    def seconds(monday: date) -> float:
        return sum(told.part.duration_s for told in parts if told.week == str(monday) and counts(told.part, asked))

    before = [seconds(at - timedelta(weeks=back)) for back in (1, 2, 3, 4)]
    some = [one for one in before if one]
    if not some or not seconds(at):
        return None, None
    level = sum(some) / len(some)
    return level, seconds(at) / level - 1


@given(session_specs(), st.booleans(), st.sampled_from([None, "run"]), st.sampled_from([None, "me"]))
@settings(max_examples=40, deadline=None)
def test_every_week_is_what_the_segments_say(specs, is_all, gait, athlete):
    asked = Asked(is_all=is_all, gait=gait, athlete=athlete, today=date(2026, 6, 1))
    with filled(specs) as store:
        answer = ask("progress", Facts(store, asked))
    parts = backward_parts(specs, asked)
    rows = {(row["athlete"], row["week_local"]): row for row in answer.rows}
    assert len(rows) == len(answer.rows)
    groups = parted(parts, lambda told: (told.spec.athlete, told.week))
    assert set(groups) <= set(rows)
    for key, row in rows.items():
        group = groups.get(key, [])
        for standing in Standing:
            some = [told.part for told in group if told.part.standing is standing]
            assert row[f"n_bouts_{standing}"] == len(some)
            assert row[f"backward_{standing}_s"] == near(sum(part.duration_s for part in some))
        assert row["n_days"] == len({told.day for told in group if counts(told.part, asked)})
        assert row["n_sessions"] == len({id(told.spec) for told in group})
        mine = [told for told in parts if told.spec.athlete == key[0]]
        level, step = brute_step(mine, key[1], asked)
        assert (row["from_s"], row["step_ratio"]) == (near(level), near(step))
        if step is not None and level is not None:
            is_step = step * level >= 120 - 1e-9
            assert row["mark"] == (
                "more than +20 %" if is_step and step - 1e-9 > 0.2 else "more than +10 %" if is_step and step - 1e-9 > 0.1 else ""
            )
    for name in {told.spec.athlete for told in parts}:
        newest = next(row for row in answer.rows if row["athlete"] == name)
        assert newest["week_local"] == "2026-06-01"


@given(session_specs(), st.booleans())
@settings(max_examples=15, deadline=None)
def test_the_four_weeks_hold_every_day_of_theirs_and_no_other(specs, is_all):
    since = date(2024, 12, 23)
    asked = Asked(is_all=is_all, since=since, today=date(2026, 6, 1))
    with filled(specs) as store:
        answer = ask("progress", Facts(store, asked))
    inside = [told for told in backward_parts(specs, asked) if told.day < since + timedelta(days=VIEW_DAYS)]
    rows = answer.table("progress-four-weeks").rows if inside else ()
    truth = parted(inside, lambda told: (told.spec.athlete, str(told.day)))
    assert {(row["athlete"], row["day_local"]) for row in rows} == set(truth)
    for row in rows:
        group = truth[row["athlete"], row["day_local"]]
        assert row["backward_accepted_s"] == near(sum(told.part.duration_s for told in group if told.part.standing is Standing.ACCEPTED))
        counted = [told.part.duration_s for told in group if counts(told.part, asked)]
        assert row["longest_s"] == (max(counted) if counted else None)
        assert row["day_number"] == (group[0].day - since).days + 1


# steps


@pytest.mark.parametrize(
    ("minutes", "marks"),
    [
        ((20, 22), ("", "start")),
        ((20, 23), ("more than +10 %", "start")),
        ((20, 24.5), ("more than +20 %", "start")),
        ((1, 2.9), ("", "start")),  # less than two minutes more
        ((20, 10), ("", "start")),
    ],
)
def test_a_steep_week_is_marked(minutes, marks):
    answer = answered(*weekly(*minutes), today=date(2026, 3, 8) + timedelta(weeks=len(minutes) - 1))
    found = tuple(row["mark"] for row in answer.rows)
    assert found == marks


def test_a_week_of_rest_is_no_step_and_hides_none():
    answer = answered(*weekly(20, 0, 0, 21), today=date(2026, 3, 24))
    assert [(row["step_ratio"], row["mark"]) for row in answer.rows] == [(near(0.05), ""), (None, ""), (None, ""), (None, "start")]


def test_after_four_weeks_without_any_it_is_a_new_start():
    answer = answered(*weekly(20, 0, 0, 0, 0, 5), today=date(2026, 4, 7))
    assert answer.rows[0]["mark"] == "start again"
    assert answer.rows[0]["step_ratio"] is None


def test_a_steep_newest_week_is_said_first_and_as_a_rule_of_thumb():
    answer = answered(*weekly(10, 15), today=date(2026, 3, 10))
    assert answer.headline[:2] == (
        "last backward yesterday (2026-03-09): 15:00",
        "the week of 2026-03-09 stood 50 % above those before: coaches advise 10 to 20 % at most",
    )
    assert "a coaching rule of thumb, no medical limit" in answer.notes[0]


def test_an_even_build_up_is_said_too():
    said = answered(*weekly(10, 10, 10.5, 11), today=date(2026, 3, 24)).headline
    assert "none of the last 3 weeks went up by more than coaches advise (10 to 20 %)" in said


def test_long_times_without_any_are_folded():
    answer = answered(session(backward(60.0)), session(backward(60.0), days=700), today=date(2028, 2, 1))
    assert len(answer.rows) < 12
    assert sum(row["n_left_out"] for row in answer.rows) + len(answer.rows) == 101
    assert any("weeks without any left out" in note for note in answer.notes)


# days


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 3, 2), "last backward today (2026-03-02): 1:00"),
        (date(2026, 3, 3), "last backward yesterday (2026-03-02): 1:00"),
        (date(2026, 3, 9), "last backward 7 days ago (2026-03-02): 1:00"),
        (
            date(2026, 3, 17),
            "last backward 15 days ago (2026-03-02): 1:00; after so long begin again with one or two repeats, walking first",
        ),
    ],
)
def test_days_since_the_last_time_are_told(today, said):
    assert answered(session(backward(60.0)), today=today).headline[0] == said


def test_with_an_end_in_the_past_nothing_is_said_about_today():
    said = answered(session(backward(60.0)), until=date(2026, 3, 22)).headline[0]
    assert said == "last backward on 2026-03-02, 20 days before 2026-03-22: 1:00"


def test_days_without_rest_are_counted():
    some = [date(2026, 3, day) for day in (2, 3, 4, 6, 9, 10)]
    assert without_rest(some) == 3
    assert without_rest([]) == 0
    said = answered(*(session(backward(60.0), days=day) for day in (0, 1, 2, 4)), today=date(2026, 3, 7)).headline
    assert "4 backward days in the last four weeks, 2 of them without a day of rest before it" in said


def test_only_what_counts_makes_a_day():
    bouts = [{"day_local": "2026-03-02", "standing": "suggested"}, {"day_local": "2026-03-05", "standing": "accepted"}]
    assert days(bouts, is_all=False) == [date(2026, 3, 5)]
    assert days(bouts, is_all=True) == [date(2026, 3, 2), date(2026, 3, 5)]


# four weeks on a page


D = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("offsets", "today", "view"),
    [
        ((0,), 0, Start(D, is_start=True)),
        ((0, 20), 55, Start(D, is_start=True)),
        ((0, 20, 40), 56, Start(D + timedelta(days=29), is_start=False)),
        ((0, 28, 30), 40, Start(D, is_start=True)),  # four weeks between, not more
        ((0, 29, 30), 40, Start(D + timedelta(days=29), is_start=True)),  # came back
        ((), 40, None),
    ],
)
def test_the_four_weeks_are_those_of_a_start_or_a_return_else_the_last_ones(offsets, today, view):
    some = [D + timedelta(days=offset) for offset in offsets]
    assert four_weeks(some, since=None, today=D + timedelta(days=today)) == view


def test_since_begins_the_four_weeks():
    assert four_weeks([D], since=date(2026, 2, 3), today=TODAY) == Start(date(2026, 2, 3), is_start=True)
    answer = answered(*(session(backward(60.0), days=day) for day in (0, 30)), since=date(2026, 3, 2))
    table = answer.table("progress-four-weeks")
    assert table.title == "Four weeks, 2026-03-02 to 2026-03-29"
    assert [row["day_local"] for row in table.rows] == ["2026-03-02"]


def test_an_old_start_is_told_by_its_table_alone():
    specs = [session(backward(60.0), days=day) for day in range(0, 90, 20)]
    old = answered(*specs, since=date(2026, 3, 1), today=date(2026, 5, 30))
    assert old.table("progress-rules").rows
    assert not any("rules for beginners" in said for said in old.headline)
    assert "The last four weeks, 2026-05-03 to 2026-05-30" in [table.title for table in answered(*specs, today=date(2026, 5, 30)).tables]


def test_a_beginner_who_walks_first_and_rests_keeps_the_rules():
    walk = backward(60.0, 1.0, gait=Gait.WALK)
    specs = [session(walk, walk), session(walk, backward(60.0), days=3), session(backward(60.0), days=7)]
    answer = answered(*specs, today=date(2026, 3, 10))
    assert [row["kept"] for row in answer.table("progress-rules").rows] == ["yes"] * 5
    assert answer.headline[-1] == "from 2026-03-02 on: 5 of 5 rules for beginners kept"


def test_a_beginner_who_does_too_much_is_told_what():
    specs = [session(*[backward(120.0)] * 3), *(session(backward(60.0), days=day) for day in (1, 3, 5, 7))]
    answer = answered(*specs, today=date(2026, 3, 10))
    assert [(row["found"], row["kept"]) for row in answer.table("progress-rules").rows] == [
        ("3", "no"),
        ("ran at once", "no"),
        ("6.0 min", "no"),
        ("1 without", "no"),
        ("5 days", "no"),
    ]
    assert answer.headline[-1].startswith("from 2026-03-02 on: 0 of 5 rules for beginners kept; not: one or two repeats on the first day")


def test_a_gait_that_nobody_knows_keeps_no_rule_and_breaks_none():
    view = Start(date(2026, 3, 2), is_start=True)
    row = {
        "athlete": "me",
        "day_local": "2026-03-02",
        "standing": "accepted",
        "duration_s": 60.0,
        "session_start_local": "",
        "start_s": 0.0,
    }
    found = list(rules([{**row, "gait": None}], view, is_all=False))
    assert [one["kept"] for one in found] == ["yes", "not known", "yes", "yes", "yes"]
    assert list(rules([{**row, "gait": None, "standing": "suggested"}], view, is_all=False)) == []


# the whole


def test_the_figures_have_a_bar_for_each_week_and_each_of_the_28_days():
    answer = answered(*weekly(10, 11), session(backward(30.0, standing=Standing.SUGGESTED), days=8), today=date(2026, 3, 10))
    by_week, by_day = answer.figures
    assert (by_week.mark, by_day.mark) == (Mark.BARS, Mark.BARS)
    assert by_week.table == "progress"
    chart = answer.table(by_day.table)
    assert chart.is_for_figure
    assert len(chart.rows) == VIEW_DAYS
    assert (chart.rows[-1]["day_local"], chart.rows[-1]["backward_accepted_s"]) == ("2026-03-02", 600.0)
    assert sum(row["backward_suggested_s"] for row in chart.rows) == 30.0
    assert by_week.alt == ("Backward time by week: some accepted in 2 of 2, most in 2026-03-09, 11.0 min accepted and 0.5 min suggested.")


def test_an_empty_database_only_suggestions_and_several_athletes_make_sense():
    assert answered().headline == ("no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for",)
    assert answered(session()).headline == ("no backward movement in 1 session",)
    only = answered(session(backward(60.0, standing=Standing.SUGGESTED)))
    assert len(only.headline) == 1
    assert only.headline[0].startswith("nothing accepted yet, 1 stretch is only suggested")
    assert [table.name for table in only.tables] == ["progress"]
    both = answered(*weekly(10, 12), *weekly(5, athlete="Ada"))
    assert {said.partition(":")[0] for said in both.headline} == {"Ada", "me"}
    days = both.table("progress-days").rows
    assert sum(row["backward_accepted_s"] for row in days if row["athlete"] == "Ada") == 300.0
    assert "Ada some accepted in 1 of 28" in both.figures[1].alt
    assert {row["backward_accepted_s"] for row in both.rows if row["athlete"] == "Ada"} == {0.0, 300.0}
