"""How does backward stand against forward, over time? And the habit: on which days, how many in a row.

Conventions: the ratio is forward seconds for each backward second that counts (accepted; with ``--standing all`` suggested too), None
where there is none. A day is one of the runner's own clock. A streak is a run of days, or of weeks, each with backward time that counts;
it is current while it reaches yesterday or last week.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from importer.reports.forms import spoken
from importer.reports.questions.amount import amount_rows
from importer.reports.questions.amounts import athletes_of, counted_s, grouped, many, totals
from importer.reports.questions.answer import Answer, Column, Figure, Form, Mark, Role, Series, Table
from importer.reports.questions.facts import Asked, Facts, Period
from importer.reports.questions.periods import COLUMNS, week_of

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
#: how long the view of the habit reaches back, days
_LATELY: Final = 28


class Streak(NamedTuple):
    """The current and the longest run of days or weeks, and the last day or Monday of the longest; None where there was none."""

    current: int
    longest: int
    last: date | None


def answer(facts: Facts) -> Answer:
    """Answer with a row for each period, the calendar of days, and the streaks of each athlete."""
    by = Period.WEEK if facts.asked.by is Period.SESSION else facts.asked.by
    rows = [row | _ratio(row, facts.asked) for row in amount_rows(facts, by)]
    days = day_rows(facts)
    habits = habit_rows(facts, days)
    whose = (Column("athlete", "athlete"),) if facts.has_several_athletes else ()
    tables = (_periods_table(rows, by, whose), _days_table(days, whose), _habit_table(habits, whose))
    return Answer(
        name="balance",
        question="How does it stand against forward running?",
        headline=tuple(_headline(facts, habits)),
        tables=tables if rows else tables[:1],
        figures=_figures(tables, facts) if rows else (),
        notes=_notes(facts) if rows else (),
    )


def day_rows(facts: Facts) -> list[dict[str, Any]]:
    """Give a row for each athlete and day with a session, the newest first."""
    sessions = grouped(facts.sessions, "athlete", "day_local")
    rows = [{"day_local": day, "athlete": athlete} | totals(some) for (athlete, day), some in sessions.items()]
    return sorted(rows, key=lambda row: str(row["day_local"]), reverse=True)


def habit_rows(facts: Facts, days: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the streaks of each athlete, from the rows of `day_rows`."""
    return [_habit(athlete, some, facts.asked) for (athlete,), some in sorted(grouped(days, "athlete").items())]


def _habit(athlete: str, rows: Sequence[Mapping[str, Any]], asked: Asked) -> dict[str, Any]:
    counted = {date.fromisoformat(row["day_local"]): counted_s(row, asked) for row in rows if counted_s(row, asked) > 0}
    today = asked.today if asked.until is None else min(asked.today, asked.until)
    by_day = streak(counted, today=today, step=_DAY)
    monday = date.fromisoformat(week_of(today))
    by_week = streak({date.fromisoformat(week_of(day)) for day in counted}, today=monday, step=_WEEK)
    lately = [day for day in counted if today - _LATELY * _DAY < day <= today]
    return {
        "athlete": athlete,
        "n_days": len(counted),
        "mean_day_s": sum(counted.values()) / len(counted) if counted else None,
        "n_days_lately": len(lately),
        "current_days": by_day.current,
        "longest_days": by_day.longest,
        "longest_days_until": None if by_day.last is None else by_day.last.isoformat(),
        "current_weeks": by_week.current,
        "longest_weeks": by_week.longest,
        "longest_weeks_until": None if by_week.last is None else by_week.last.isoformat(),
    }


def streak(days: Collection[date], *, today: date, step: timedelta) -> Streak:
    """Find the runs of dates that follow each other by `step`; the newest of the longest ones counts."""
    longest, last, length, before = 0, None, 0, None
    for day in sorted(days):
        length = length + 1 if before is not None and day - before == step else 1
        before = day
        if length >= longest:
            longest, last = length, day
    # today, or this week, may still come; what lies in the future is a wrong clock
    at, current = (today if today in days else today - step), 0
    while at in days:
        at, current = at - step, current + 1
    return Streak(current, longest, last)


def _ratio(row: Mapping[str, Any], asked: Asked) -> dict[str, float | None]:
    """Compare forward with backward time, and give the share of backward in both."""
    backward_s = counted_s(row, asked)
    both_s = backward_s + row["forward_s"]
    return {
        "forward_per_backward": row["forward_s"] / backward_s if backward_s else None,
        "backward_of_directed_share": backward_s / both_s if both_s else None,
    }


def _periods_table(rows: Sequence[Mapping[str, Any]], by: Period, whose: tuple[Column, ...]) -> Table:
    columns = (
        Column(COLUMNS[by], "week of" if by is Period.WEEK else str(by), Form.DAY),
        *whose,
        Column("forward_s", "forward", Form.DURATION),
        Column("backward_accepted_s", "backward", Form.DURATION),
        Column("backward_suggested_s", "suggested", Form.DURATION),
        Column("unknown_s", "unknown", Form.DURATION, is_wide=True),
        Column("forward_per_backward", "forward : 1", Form.NUMBER),
        Column("backward_of_directed_share", "share", Form.SHARE),
    )
    return Table("balance", f"Forward and backward by {by}", columns, tuple(rows))


def _days_table(rows: Sequence[Mapping[str, Any]], whose: tuple[Column, ...]) -> Table:
    columns = (
        Column("day_local", "day", Form.DAY),
        *whose,
        Column("n_sessions", "sessions", Form.COUNT),
        Column("n_bouts_accepted", "bouts", Form.COUNT),
        Column("backward_accepted_s", "backward", Form.DURATION),
        Column("backward_suggested_s", "suggested", Form.DURATION),
    )
    return Table("days", "Day by day", columns, tuple(rows), is_for_figure=True)


def _habit_table(rows: Sequence[Mapping[str, Any]], whose: tuple[Column, ...]) -> Table:
    columns = (
        *whose,
        Column("n_days", "days", Form.COUNT),
        Column("mean_day_s", "a day", Form.DURATION),
        Column("n_days_lately", f"of the last {_LATELY}", Form.COUNT),
        Column("current_days", "days in a row", Form.COUNT),
        Column("longest_days", "most days", Form.COUNT),
        Column("longest_days_until", "until", Form.DAY, is_wide=True),
        Column("current_weeks", "weeks in a row", Form.COUNT),
        Column("longest_weeks", "most weeks", Form.COUNT),
        Column("longest_weeks_until", "until week of", Form.DAY, is_wide=True),
    )
    return Table("habit", "The habit: days with backward movement", columns, tuple(rows))


def _figures(tables: Sequence[Table], facts: Facts) -> tuple[Figure, ...]:
    periods, days, _ = tables
    x = periods.columns[0]
    known = [row for row in periods.rows if row["backward_of_directed_share"] is not None]
    now = spoken(known[0]["backward_of_directed_share"], Form.SHARE, facts.asked.units) if known else "not known"
    backward = [row for row in days.rows if counted_s(row, facts.asked) > 0]
    calendar = (
        f"A calendar: {many(len(backward), 'day')} with backward movement, the last one {backward[0]['day_local']}."
        if backward
        else "A calendar without backward movement."
    )
    return (
        Figure(
            "habit",
            "The habit, day by day",
            Mark.CALENDAR,
            "days",
            days.columns[0],
            (Series("backward_accepted_s", "accepted", Role.ACCEPTED), Series("backward_suggested_s", "suggested", Role.SUGGESTED)),
            Form.DURATION,
            calendar,
        ),
        Figure(
            "balance",
            "Share of backward in all forward and backward time",
            Mark.LINE,
            "balance",
            x,
            (Series("backward_of_directed_share", "backward", Role.ACCEPTED),),
            Form.SHARE,
            f"A line of the share of backward time in all time with a known direction; in {periods.rows[0][x.name]} it was {now}.",
        ),
    )


def _headline(facts: Facts, habits: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not facts.sessions:
        yield "no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for"
        return
    for athlete in athletes_of(facts.sessions):
        mine = totals(row for row in facts.sessions if row["athlete"] == athlete)
        habit = next(row for row in habits if row["athlete"] == athlete)
        whose = f"{athlete}: " if facts.has_several_athletes else ""
        yield whose + _balance_sentence(mine, facts.asked)
        if habit["n_days"]:
            yield whose + _habit_sentence(habit, facts.asked)


def _balance_sentence(row: Mapping[str, Any], asked: Asked) -> str:
    backward_s, forward_s = counted_s(row, asked), row["forward_s"]
    forward = f"{spoken(forward_s, Form.DURATION, asked.units)} forward"
    if not backward_s:
        waiting = row["backward_suggested_s"]
        more = f"; {spoken(waiting, Form.DURATION, asked.units)} suggested and not confirmed" if waiting else ""
        return f"nothing backward that counts, {forward}{more}"
    said = f"{spoken(backward_s, Form.DURATION, asked.units)} backward, {forward}"
    return f"{said}: 1 to {spoken(forward_s / backward_s, Form.NUMBER, asked.units)}" if forward_s else said


def _habit_sentence(habit: Mapping[str, Any], asked: Asked) -> str:
    usual = spoken(habit["mean_day_s"], Form.DURATION, asked.units)
    said = f"backward on {many(habit['n_days'], 'day')}, {usual} a day; {habit['n_days_lately']} of the last {_LATELY} days"
    runs = (f"{many(habit[f'current_{unit}s'], unit)} now, most {habit[f'longest_{unit}s']}" for unit in ("day", "week"))
    return f"{said}; in a row: {'; '.join(runs)}"


def _notes(facts: Facts) -> tuple[str, ...]:
    counted = "accepted and suggested" if facts.asked.is_all else "accepted"
    return (
        f"backward is {counted} time; unknown time is in neither; forward : 1 is forward time for each second of backward time",
        "days and weeks are those of your own clock where the file knows it; a streak holds until a whole day, or week, is left out",
    )
