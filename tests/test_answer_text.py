"""Answers in the terminal: words, tables with bars, lines of bars, calendars; at 80 columns, in a pipe, and in plain ASCII."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.reports import charts
from importer.reports.answer_text import SHOWN_ROWS, Sheet, answer_text
from importer.reports.charts import ASCII, UNICODE
from importer.reports.forms import cell, heading, spoken
from importer.reports.questions.answer import Answer, Column, Figure, Form, Mark, Role, Series, Table
from importer.reports.questions.facts import Period, Units
from importer.reports.questions.periods import filled, following
from importer.reports.table import can_show

METRIC, IMPERIAL = Units.METRIC, Units.IMPERIAL
WEEK = Column("week_local", "week of", Form.DAY)
SERIES = (Series("backward_accepted_s", "accepted", Role.ACCEPTED), Series("backward_suggested_s", "suggested", Role.SUGGESTED))


@pytest.mark.parametrize(
    ("value", "form", "metric", "imperial"),
    [
        (754.0, Form.DURATION, "12:34", "12:34"),
        (480.6, Form.DISTANCE, "481 m", "0.30 mi"),
        (302.0, Form.DISTANCE, "302 m", "330 yd"),
        (42_195.0, Form.DISTANCE, "42.20 km", "26.22 mi"),
        (0.84, Form.LENGTH, "0.84 m", "2.8 ft"),
        (2.5, Form.SPEED, "2.50 m/s", "5.6 mph"),
        (2.5, Form.PACE, "6:40 /km", "10:44 /mi"),
        (0.0, Form.PACE, "-", "-"),
        (168.4, Form.CADENCE, "168 spm", "168 spm"),
        (141.0, Form.HEART_RATE, "141 bpm", "141 bpm"),
        (0.245, Form.CONTACT_TIME, "245 ms", "245 ms"),
        (0.058, Form.SHARE, "5.8 %", "5.8 %"),
        (12.4, Form.ENERGY, "12 kcal", "12 kcal"),
        (15.94, Form.NUMBER, "15.9", "15.9"),
        (12_345.6, Form.NUMBER, "12,346", "12,346"),
        (10_000, Form.COUNT, "10,000", "10,000"),
        ("caf\x1b[0m", Form.TEXT, "caf?[0m", "caf?[0m"),
        (True, Form.TEXT, "yes", "yes"),
        (None, Form.SPEED, "-", "-"),
    ],
)
def test_a_value_is_told_in_the_units_that_were_asked_for(value, form, metric, imperial):
    assert (spoken(value, form, METRIC), spoken(value, form, IMPERIAL)) == (metric, imperial)


def test_a_column_names_its_unit_once():
    assert heading(Column("v", "speed", Form.SPEED), METRIC) == "speed m/s"
    assert heading(Column("v", "speed", Form.SPEED), IMPERIAL) == "speed mph"
    assert heading(Column("v", "pace", Form.PACE), IMPERIAL) == "pace /mi"
    assert heading(Column("v", "cadence, spm", Form.CADENCE), METRIC) == "cadence, spm"
    assert heading(Column("v", "time", Form.DURATION), METRIC) == "time"
    assert cell(2.5, Form.SPEED, METRIC) == "2.50"
    assert cell(10_000, Form.COUNT, METRIC) == "10000", "it may be the number of a session"
    assert [cell(value, Form.NUMBER, METRIC) for value in (4.0, 15.94, 120.0)] == ["4.00", "15.9", "120"]


# periods


@pytest.mark.parametrize(
    ("name", "by", "after"),
    [
        ("2025-12-29", Period.WEEK, "2026-01-05"),
        ("2025-12", Period.MONTH, "2026-01"),
        ("2026-01", Period.MONTH, "2026-02"),
        ("1999", Period.YEAR, "2000"),
    ],
)
def test_one_period_follows_another(name, by, after):
    assert following(name, by) == after


@given(st.sets(st.dates(date(2020, 1, 1), date(2022, 1, 1)), min_size=1))
def test_the_periods_are_all_there_is_from_the_first_to_the_last(days):
    names = {(day - timedelta(days=day.weekday())).isoformat() for day in days}
    periods = filled(names, Period.WEEK)
    told = [period.name for period in periods]
    assert names <= set(told)
    assert told == sorted(told)
    n_weeks = (date.fromisoformat(max(names)) - date.fromisoformat(min(names))).days // 7 + 1
    assert len(told) + sum(period.n_left_out for period in periods) == n_weeks


# charts


@given(
    st.lists(st.tuples(st.sampled_from(list(UNICODE.fills)), st.none() | st.floats(0, 1e6)), max_size=4),
    st.floats(0, 1e6),
    st.integers(8, 40),
)
def test_a_bar_keeps_to_its_room_and_shows_every_part(parts, most, width):
    most = max(most, sum(value or 0.0 for _, value in parts))
    drawn = charts.bar(parts, most=most, width=width, ink=UNICODE)
    assert len(drawn) <= width
    assert all(UNICODE.fills[role] in drawn for role, value in parts if value)


def test_a_bar_is_as_long_as_its_value():
    def drawn(*values: float) -> str:
        return charts.bar(list(zip(("accepted", "suggested"), values, strict=False)), most=10.0, width=20, ink=ASCII)

    assert drawn(10.0) == "#" * 20
    assert drawn(5.0, 5.0) == "#" * 10 + ":" * 10
    assert drawn(0.001) == "#"
    assert drawn(0.0, 2.5) == ":" * 5
    assert drawn(0.0, 0.0) == ""


@given(st.lists(st.none() | st.floats(0, 1e6), max_size=60), st.booleans())
def test_a_line_of_bars_has_one_for_each_value_and_a_blank_for_what_is_missing(values, is_from_zero):
    drawn = charts.spark(values, ink=UNICODE, is_from_zero=is_from_zero)
    assert len(drawn) == len(values)
    assert [mark == " " for mark in drawn] == [value is None for value in values]


def test_a_line_of_bars_tells_nothing_from_little():
    assert charts.spark([0.0, 1.0, 50.0, 100.0, None, 100.0], ink=UNICODE, is_from_zero=True) == "▁▂▅█ █"
    assert charts.spark([100.0, 101.0, 102.0], ink=UNICODE, is_from_zero=False) == "▁▅█"
    assert charts.spark([0.0, 0.0], ink=UNICODE, is_from_zero=True) == "▁▁"


def test_a_calendar_has_a_column_for_each_week():
    days = {
        date(2026, 1, 26): (60.0, 0.0),
        date(2026, 1, 31): (0.0, 30.0),
        date(2026, 2, 1): (0.0, 0.0),
        date(2026, 2, 3): (240.0, 60.0),
        date(2026, 2, 15): (180.0, 0.0),
    }
    assert charts.calendar(days, ink=ASCII) == [
        "    Feb",
        "Mon -",
        "Tue  #",
        "Wed",
        "Thu",
        "Fri",
        "Sat ?",
        "Sun . +",
        "    --# backward, by how much   ? only suggested   . a session without",
    ]


def test_a_calendar_shows_a_year_at_most():
    days = {date(2020, 1, 1) + timedelta(days=i): (60.0, 0.0) for i in range(1200)}
    lines = charts.calendar(days, ink=UNICODE)
    assert max(map(len, lines)) <= 80
    assert [len(line) for line in lines[1:8]].count(57) >= 2
    assert lines[0].split() == ["May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr"]


# whole answers


def answer(n: int = 3, **changes: object) -> Answer:
    rows = tuple(
        {
            "week_local": str(date(2026, 3, 2) - timedelta(weeks=i)),
            "n_sessions": 2,
            "backward_accepted_s": 60.0 * i,
            "backward_suggested_s": 30.0,
            "share": None if i == 1 else 0.01 * i,
        }
        for i in range(n)
    )
    columns = (
        WEEK,
        Column("n_sessions", "sessions", Form.COUNT, is_wide=True),
        Column("backward_accepted_s", "backward", Form.DURATION),
        Column("backward_suggested_s", "suggested", Form.DURATION),
    )
    table = Table("amount", "By week", columns, rows)
    figures = (
        Figure("amount", "Time", Mark.BARS, "amount", WEEK, SERIES, Form.DURATION, "bars"),
        Figure("share", "Share by week", Mark.LINE, "amount", WEEK, (Series("share", "share", Role.ACCEPTED),), Form.SHARE, "line"),
    )
    return replace(Answer("amount", "How much?", ("3:00 backward",), (table,), figures, ("a note",)), **changes)  # type: ignore[arg-type]


def test_an_answer_is_words_a_table_with_bars_lines_and_notes():
    text = answer_text(answer(), Sheet(60))
    assert text.splitlines() == [
        "3:00 backward",
        "",
        "week of    sessions backward suggested",
        "────────────────────────────────────────────────────────────",
        "2026-03-02        2     0:00      0:30 ▒▒▒▒",
        "2026-02-23        2     1:00      0:30 █████████▒▒▒▒",
        "2026-02-16        2     2:00      0:30 █████████████████▒▒▒▒",
        "█ accepted   ▒ suggested",
        "",
        "Share by week, 2026-02-16 to 2026-03-02",
        "  share █ ▁ 0–2.0 %",
        "",
        "a note",
    ]


def test_what_is_wide_goes_first_and_then_the_bars():
    assert "sessions" not in answer_text(answer(), Sheet(46))
    assert "████" in answer_text(answer(), Sheet(46))
    assert "█" not in answer_text(answer(), Sheet(34)).split("Share")[0]
    assert "sessions" in answer_text(answer(), Sheet(None))


@pytest.mark.parametrize("columns", [34, 46, 60, 80, 120])
def test_no_line_of_a_table_is_wider_than_the_terminal(columns):
    table = answer_text(answer(), Sheet(columns)).split("Share")[0]
    assert max(map(len, table.splitlines())) <= columns


def test_a_terminal_gets_the_newest_rows_and_a_pipe_all():
    text = answer_text(answer(SHOWN_ROWS + 5), Sheet(80))
    assert f"the newest {SHOWN_ROWS} of {SHOWN_ROWS + 5} rows; all of them: `retro-import report amount --format csv`" in text
    table = text.split("the newest")[0]
    assert str(date(2026, 3, 2) - timedelta(weeks=SHOWN_ROWS - 1)) in table
    assert str(date(2026, 3, 2) - timedelta(weeks=SHOWN_ROWS)) not in table
    assert text.count("\n2025") + text.count("\n2026") == SHOWN_ROWS
    assert answer_text(answer(SHOWN_ROWS + 5), Sheet(None)).count("\n202") == SHOWN_ROWS + 5


def test_a_fold_in_the_weeks_is_seen():
    (table,) = answer().tables
    rows = (table.rows[0], {**table.rows[1], "n_left_out": 40}, table.rows[2])
    lines = answer_text(answer(tables=(replace(table, rows=rows),)), Sheet(80)).splitlines()
    assert [line.split(" ")[0] for line in lines[4:8]] == ["2026-03-02", "⋮", "2026-02-23", "2026-02-16"]


def test_the_numbers_of_a_figure_are_drawn_and_not_listed():
    (table,) = answer().tables
    text = answer_text(answer(tables=(replace(table, is_for_figure=True),)), Sheet(80))
    assert "2026-02-23" not in text
    assert "  accepted  █▅▁ 0:00–2:00" in text
    assert "  share █ ▁ 0–2.0 %" in text


def test_athletes_are_never_drawn_as_one():
    (table,) = answer().tables
    rows = tuple({**row, "athlete": name} for row in table.rows for name in ("Ada", "me"))
    text = answer_text(answer(tables=(replace(table, rows=rows),)), Sheet(80))
    assert "Share by week: Ada, 2026-02-16 to 2026-03-02\n  share █ ▁ 0–2.0 %" in text
    assert "Share by week: me, 2026-02-16 to 2026-03-02\n  share █ ▁ 0–2.0 %" in text


def test_what_was_never_measured_is_no_figure():
    (table,) = answer().tables
    rows = tuple({**row, "share": None} for row in table.rows)
    assert "Share" not in answer_text(answer(tables=(replace(table, rows=rows),)), Sheet(80))


def test_one_value_is_no_line():
    (table,) = answer().tables
    text = answer_text(answer(tables=(replace(table, rows=table.rows[2:]),)), Sheet(80))
    assert "Share" not in text
    assert "\n\n\n" not in text


def test_an_empty_table_is_left_out():
    (table,) = answer().tables
    assert answer_text(answer(tables=(replace(table, rows=()),)), Sheet(80)) == "3:00 backward\n\na note"


def test_plain_ascii_is_enough():
    (table,) = answer().tables
    rows = ({**table.rows[0], "n_left_out": 40}, *table.rows[1:])
    text = answer_text(answer(tables=(replace(table, rows=rows),)), Sheet(80, ink=ASCII))
    assert text.replace("─", "").isascii()


@pytest.mark.parametrize(
    ("encoding", "is_shown"), [("utf-8", True), ("ascii", True), ("cp1252", False), ("latin-1", False), ("nonsense", False)]
)
def test_bars_are_drawn_where_stdout_has_them(monkeypatch, encoding, is_shown):
    class Stdout:
        pass

    stdout = Stdout()
    stdout.encoding = encoding  # type: ignore[attr-defined]
    monkeypatch.setattr("sys.stdout", stdout)
    assert can_show("█") is is_shown
