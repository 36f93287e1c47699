"""Am I building up sensibly? Weeks with their steps, rest between days, and four weeks on a page for those who begin or come back.

Conventions: the newest first; each athlete by himself, accepted and suggested apart. Limits are coaches' rules of thumb (`building`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from importer.reports.forms import spoken
from importer.reports.questions.amounts import athletes_of, many
from importer.reports.questions.answer import Answer, Column, Figure, Form, Mark, Role, Row, Series, Table
from importer.reports.questions.building import (
    BREAK_WEEKS,
    FRESH_DAYS,
    LEAST_STEP_S,
    STEEP,
    VIEW_DAYS,
    Start,
    counted_s,
    day_rows,
    days,
    four_weeks,
    rules,
    weeks,
    without_rest,
)
from importer.reports.questions.drawing import whose
from importer.reports.questions.facts import Facts
from importer.reports.questions.reckoning import counted, nothing, of, percent, told_to

#: a pause after which to begin again with little, days. Source: coaching rule of thumb
_LONG_PAUSE_D: Final = 14
#: weeks of which the headline speaks
_RECENT_WEEKS: Final = 12
_SERIES: Final = (
    Series("backward_accepted_s", "accepted", Role.ACCEPTED),
    Series("backward_suggested_s", "suggested", Role.SUGGESTED),
)
_AMOUNTS: Final = (
    Column("backward_accepted_s", "backward", Form.DURATION),
    Column("n_bouts_accepted", "bouts", Form.COUNT),
    Column("backward_suggested_s", "suggested", Form.DURATION),
    Column("n_bouts_suggested", "bouts suggested", Form.COUNT, is_wide=True),
)


def answer(facts: Facts) -> Answer:
    """Answer with a row for each week."""
    is_all, today = facts.asked.is_all, _today(facts)
    names = athletes_of(facts.bouts)
    week_rows: list[Row] = []
    found_days: list[Row] = []
    found_rules: list[Row] = []
    views: dict[str, Start | None] = {}
    for name in names:
        bouts = of(facts.bouts, athlete=name)
        week_rows += weeks(bouts, today=today, is_all=is_all)
        views[name] = view = four_weeks(days(bouts, is_all=is_all), since=facts.asked.since, today=today)
        if view is not None:
            found_days += day_rows(bouts, view, is_all=is_all)
            found_rules += rules(bouts, view, is_all=is_all) if view.is_start else ()
    week_rows.sort(key=lambda row: row["week_local"], reverse=True)
    tables = [_weeks_table(week_rows, facts), *_days_table(found_days, views, facts), *_rules_table(found_rules, facts)]
    drawn = _chart(found_days, views)
    return Answer(
        name="progress",
        question="Am I building up sensibly?",
        headline=tuple(_headline(facts, week_rows, found_rules, views)),
        tables=(*tables, *(() if drawn is None else (drawn,))),
        figures=tuple(_figures(tables[0], drawn)),
        notes=tuple(_notes(week_rows)) if names else (),
    )


def _today(facts: Facts) -> date:
    """The last day that was asked about: nothing after it is known."""
    today, until = facts.asked.today, facts.asked.until
    return today if until is None else min(today, until)


def _whose(facts: Facts) -> tuple[Column, ...]:
    return (Column("athlete", "athlete"),) if facts.has_several_athletes else ()


def _weeks_table(rows: Sequence[Row], facts: Facts) -> Table:
    columns = (
        Column("week_local", "week of", Form.DAY),
        *_whose(facts),
        Column("n_days", "days", Form.COUNT),
        *_AMOUNTS,
        Column("step_ratio", "step", Form.SHARE),
        Column("mark", "mark"),
    )
    return Table("progress", "Backward time by week, and steps", columns, tuple(rows))


def _days_table(rows: Sequence[Row], views: dict[str, Start | None], facts: Facts) -> tuple[Table, ...]:
    columns = (
        Column("day_local", "day", Form.DAY),
        *_whose(facts),
        Column("day_number", "day no", Form.COUNT, is_wide=True),
        Column("days_since", "days since", Form.COUNT),
        *_AMOUNTS,
        Column("longest_s", "longest", Form.DURATION),
        Column("gaits", "gait"),
        Column("mean_heart_rate_bpm", "heart rate", Form.HEART_RATE, is_wide=True),
    )
    return (Table("progress-four-weeks", _view_title(views), columns, tuple(rows)),) if rows else ()


def _view_title(views: dict[str, Start | None]) -> str:
    told = {view for view in views.values() if view is not None}
    if len(told) != 1:
        return "Four weeks of each"
    view = told.pop()
    return f"{'Four weeks' if view.is_start else 'The last four weeks'}, {view.first} to {view.last}"


def _rules_table(rows: Sequence[Row], facts: Facts) -> tuple[Table, ...]:
    columns = (*_whose(facts), Column("rule", "for beginners"), Column("found", "found"), Column("kept", "kept"))
    return (Table("progress-rules", "A start beside the rules of thumb for beginners", columns, tuple(rows)),) if rows else ()


def _chart(rows: Sequence[Row], views: dict[str, Start | None]) -> Table | None:
    """Give every day of everybody's four weeks, those without any as zeros."""
    known = {(row["athlete"], row["day_local"]): row for row in rows}
    cells: list[Row] = []
    for name, view in views.items():
        if view is not None and of(rows, athlete=name):
            for number in range(VIEW_DAYS):
                day = (view.first + timedelta(days=number)).isoformat()
                row = known.get((name, day))
                cells.append({"athlete": name, "day_local": day, **{one.column: row[one.column] if row else 0.0 for one in _SERIES}})
    columns = (Column("day_local", "day", Form.DAY), *whose(cells), *(Column(one.column, one.title, Form.DURATION) for one in _SERIES))
    cells.sort(key=lambda row: str(row["day_local"]), reverse=True)
    return Table("progress-days", "Backward time by day", columns, tuple(cells), is_for_figure=True) if cells else None


def _figures(table: Table, drawn: Table | None) -> Iterator[Figure]:
    if table.rows:
        yield _bars("progress-weeks", "Backward time by week", table)
    if drawn is not None:
        yield _bars("progress-days", "Backward time by day in the four weeks", drawn)


def _bars(name: str, title: str, table: Table) -> Figure:
    accepted, suggested = (one.column for one in _SERIES)
    x = table.columns[0]
    parts = []
    athletes = athletes_of(table.rows)
    for athlete in athletes:
        rows = of(table.rows, athlete=athlete)
        most = max(rows, key=lambda row: row[accepted] + row[suggested])
        whose_are_they = f"{athlete} " if len(athletes) > 1 else ""
        told = f"most in {most[x.name]}, {most[accepted] / 60:.1f} min accepted and {most[suggested] / 60:.1f} min suggested"
        parts.append(f"{whose_are_they}some accepted in {sum(row[accepted] > 0 for row in rows)} of {len(rows)}, {told}")
    return Figure(name, title, Mark.BARS, table.name, x, _SERIES, Form.DURATION, f"{title}: {'; '.join(parts)}.")


def _headline(facts: Facts, rows: Sequence[Row], found_rules: Sequence[Row], views: dict[str, Start | None]) -> Iterator[str]:
    empty = nothing(facts)
    if empty is not None:
        yield empty
        return
    for name, view in views.items():
        bouts = counted(of(facts.bouts, athlete=name), is_all=facts.asked.is_all)
        if bouts:
            mine = of(rows, athlete=name)
            said = (
                _last(bouts, facts),
                *_steps(mine),
                _rest(bouts, facts),
                *_start(view, of(found_rules, athlete=name), today=_today(facts)),
            )
            yield from told_to(facts, name, said)


def _last(bouts: Sequence[Row], facts: Facts) -> str:
    some, today = days(bouts, is_all=True), _today(facts)
    seconds = counted_s([bout for bout in bouts if bout["day_local"] == some[-1].isoformat()], is_all=True)
    ago, amount = (today - some[-1]).days, spoken(seconds, Form.DURATION, facts.asked.units)
    if today < facts.asked.today:
        return f"last backward on {some[-1]}, {many(ago, 'day')} before {today}: {amount}"
    when = "today" if ago <= 0 else "yesterday" if ago == 1 else f"{ago:,} days ago"
    said = f"last backward {when} ({some[-1]}): {amount}"
    return f"{said}; after so long begin again with one or two repeats, walking first" if ago > _LONG_PAUSE_D else said


def _steps(rows: Sequence[Row]) -> Iterator[str]:
    """Say how steep the newest step was, or how many of the last ones were."""
    recent = [row for row in rows[:_RECENT_WEEKS] if row["step_ratio"] is not None]
    marked = [row for row in recent if row["mark"]]
    if recent and recent[0]["mark"]:
        step = percent(recent[0]["step_ratio"])
        yield f"the week of {recent[0]['week_local']} stood {step} above those before: coaches advise {_advice()} at most"
    if len(recent) > 1:
        n = many(len(recent), "week")
        yield f"{len(marked) or 'none'} of the last {n} went up by more than coaches advise ({_advice()})"


def _advice() -> str:
    return f"{100 * STEEP[0]:.0f} to {100 * STEEP[1]:.0f} %"


def _rest(bouts: Sequence[Row], facts: Facts) -> str:
    today = _today(facts)
    some = [day for day in days(bouts, is_all=True) if 0 <= (today - day).days < VIEW_DAYS]
    if not some:
        return "no backward day in the last four weeks"
    n = without_rest(some)
    rest = "each with rest before it" if n == 0 else f"{n} of them without a day of rest before it"
    return f"{many(len(some), 'backward day')} in the last four weeks" + (f", {rest}" if len(some) > 1 else "")


def _start(view: Start | None, found: Sequence[Row], *, today: date) -> Iterator[str]:
    """Compare a fresh start with the rules; of an old one the table alone does."""
    if view is not None and found and (today - view.first).days < FRESH_DAYS:
        broken = [row["rule"] for row in of(found, kept="no")]
        kept = f"{len(of(found, kept='yes'))} of {len(found)} rules for beginners kept"
        yield f"from {view.first} on: {kept}" + (f"; not: {'; '.join(broken)}" if broken else "")


def _notes(rows: Sequence[Row]) -> Iterator[str]:
    yield (
        f"step: against the mean of those of the {BREAK_WEEKS} weeks before that had any; marked above {_advice()} and "
        f"{LEAST_STEP_S / 60:.0f} min: a coaching rule of thumb, no medical limit, and no study of backward running stands behind it"
    )
    yield (
        "rules for beginners: one or two repeats at first for fear of sore calves, walking first (coaches); twice a week for two weeks "
        "(Uthoff 2019); pain is a reason to stop whatever a table says"
    )
    if any(row["is_running"] for row in rows):
        yield "the newest week is not over yet"
    n_left_out = sum(row["n_left_out"] for row in rows)
    if n_left_out:
        yield f"{many(n_left_out, 'week')} without any left out"
