"""How much? Backward time, distance, bouts and their share of all moving time, by session, week, month or year.

Conventions: the newest first; each athlete by himself. Periods without a session are zeros, and of a long time without any only the first
and the last one stands here: `n_left_out` of a row says how many behind it are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from importer.reports.forms import spoken
from importer.reports.questions.amounts import amount_sentence, athletes_of, counted_s, grouped, totals
from importer.reports.questions.answer import Answer, Column, Figure, Form, Mark, Role, Series, Table
from importer.reports.questions.facts import Facts, Period
from importer.reports.questions.periods import COLUMNS, filled

_BACKWARD: Final = (
    Column("n_sessions", "sessions", Form.COUNT, is_wide=True),
    Column("n_sessions_backward", "with backward", Form.COUNT, is_wide=True),
    Column("n_bouts_accepted", "bouts", Form.COUNT),
    Column("backward_accepted_s", "backward", Form.DURATION),
    Column("backward_accepted_m", "distance", Form.DISTANCE),
    Column("backward_accepted_share", "share", Form.SHARE),
    Column("n_bouts_suggested", "bouts suggested", Form.COUNT, is_wide=True),
    Column("backward_suggested_s", "suggested", Form.DURATION),
    Column("backward_suggested_m", "suggested distance", Form.DISTANCE, is_wide=True),
    Column("backward_suggested_share", "suggested share", Form.SHARE, is_wide=True),
    Column("unknown_s", "unknown", Form.DURATION, is_wide=True),
    Column("moving_s", "moving", Form.DURATION),
)
#: what the first column of a row is called
_TITLES: Final = {Period.SESSION: "no", Period.WEEK: "week of", Period.MONTH: "month", Period.YEAR: "year"}
#: athletes of whom the headline speaks one by one
_MOST_ATHLETES: Final = 4


def answer(facts: Facts) -> Answer:
    """Answer with a row for each period."""
    by = facts.asked.by
    rows = amount_rows(facts, by)
    table = Table("amount", f"Backward movement by {by}", _columns(facts), tuple(rows))
    return Answer(
        name="amount",
        question="How much?",
        headline=tuple(_headline(facts, rows)),
        tables=(table,),
        figures=_figures(facts, table) if rows else (),
        notes=tuple(_notes(facts, rows)),
    )


def amount_rows(facts: Facts, by: Period) -> list[dict[str, Any]]:
    """Give a row for each athlete and period, the newest first; for each session by `Period.SESSION`."""
    if by is Period.SESSION:
        names = ("session_id", "day_local", "athlete")
        return [{name: row[name] for name in names} | {"n_left_out": 0} | totals([row]) for row in facts.sessions]
    name = COLUMNS[by]
    sessions = grouped(facts.sessions, "athlete", name)
    rows = [
        {name: period.name, "athlete": athlete, "n_left_out": period.n_left_out} | totals(sessions.get((athlete, period.name), ()))
        for athlete in athletes_of(facts.sessions)
        for period in filled((at for whose, at in sessions if whose == athlete), by)
    ]
    return sorted(rows, key=lambda row: str(row[name]), reverse=True)


def _columns(facts: Facts) -> tuple[Column, ...]:
    by = facts.asked.by
    first = Column(COLUMNS[by], _TITLES[by], Form.COUNT if by is Period.SESSION else Form.DAY)
    day = (Column("day_local", "day", Form.DAY),) if by is Period.SESSION else ()
    # a session is one session: counting it says nothing
    counts = ("n_sessions", "n_sessions_backward") if by is Period.SESSION else ()
    whose = (Column("athlete", "athlete"),) if facts.has_several_athletes else ()
    shown = ("backward_suggested_share",) if facts.asked.is_all else ()
    columns = (column._replace(is_wide=column.is_wide and column.name not in shown) for column in _BACKWARD if column.name not in counts)
    return (first, *day, *whose, *columns)


def _figures(facts: Facts, table: Table) -> tuple[Figure, ...]:
    by = facts.asked.by
    x = Column("day_local", "day", Form.DAY) if by is Period.SESSION else table.columns[0]
    most = max(table.rows, key=lambda row: counted_s(row, facts.asked))
    sums = totals(facts.sessions)
    said = (
        f"{spoken(sums['backward_accepted_s'], Form.DURATION, facts.asked.units)} accepted and "
        f"{spoken(sums['backward_suggested_s'], Form.DURATION, facts.asked.units)} suggested from {table.rows[-1][x.name]} to "
        f"{table.rows[0][x.name]}, most of it in {most[x.name]}"
    )
    series = (Series("backward_accepted_s", "accepted", Role.ACCEPTED), Series("backward_suggested_s", "suggested", Role.SUGGESTED))
    shares = (Series("backward_accepted_share", "accepted share", Role.ACCEPTED),)
    return (
        Figure("amount", f"Backward time by {by}", Mark.BARS, table.name, x, series, Form.DURATION, f"Bars of backward time: {said}."),
        Figure(
            "share",
            f"Share of moving time by {by}",
            Mark.LINE,
            table.name,
            x,
            shares,
            Form.SHARE,
            f"A line of the share of accepted backward time in all time spent moving, from {table.rows[-1][x.name]} to"
            f" {table.rows[0][x.name]}; the last known value is {_last_share(facts, table)}.",
        ),
    )


def _last_share(facts: Facts, table: Table) -> str:
    known = (row["backward_accepted_share"] for row in table.rows if row["backward_accepted_share"] is not None)
    return spoken(next(known, None), Form.SHARE, facts.asked.units)


def _headline(facts: Facts, rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for"
        return
    athletes = athletes_of(facts.sessions)
    for athlete in athletes[:_MOST_ATHLETES]:
        whose = f"{athlete}: " if facts.has_several_athletes else ""
        yield whose + amount_sentence(totals(row for row in facts.sessions if row["athlete"] == athlete), facts.asked)
        best = _best([row for row in rows if row["athlete"] == athlete], facts)
        if best is not None:
            yield whose + best
    if len(athletes) > _MOST_ATHLETES:
        yield f"{len(athletes) - _MOST_ATHLETES} more athletes: name one with --athlete"


def _best(rows: list[dict[str, Any]], facts: Facts) -> str | None:
    """Say which period had most, and what the newest one has."""
    by, asked = facts.asked.by, facts.asked
    if len(rows) < 2 or not any(counted_s(row, asked) for row in rows):
        return None
    most, newest = max(rows, key=lambda row: counted_s(row, asked)), rows[0]
    told = f"most in {_named(most, by)}: {spoken(counted_s(most, asked), Form.DURATION, asked.units)}"
    if newest is most:
        return f"{told}, the newest"
    return f"{told}; the newest, {_named(newest, by)}: {spoken(counted_s(newest, asked), Form.DURATION, asked.units)}"


def _named(row: Mapping[str, Any], by: Period) -> str:
    at = row[COLUMNS[by]]
    return f"session {at} of {row['day_local']}" if by is Period.SESSION else f"the week of {at}" if by is Period.WEEK else str(at)


def _notes(facts: Facts, rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    yield "share: of all time spent moving, forward, backward and unknown; a suggestion counts when you confirm it"
    unknown_s = math.fsum(row["unknown_s"] for row in rows)
    if unknown_s:
        told = spoken(unknown_s, Form.DURATION, facts.asked.units)
        yield f"{told} of the moving time cannot be told, and may hold backward running: `retro-import report attention` says why"
    if facts.asked.gait is not None:
        yield f"only backward {'running' if facts.asked.gait == 'run' else 'walking'}; moving time is all of the sessions'"
    if any(row["backward_accepted_m"] is None or row["backward_suggested_m"] is None for row in rows):
        yield "distance -: it was not measured"
    n_left_out = sum(row["n_left_out"] for row in rows)
    if n_left_out:
        yield f"{n_left_out} {facts.asked.by}s without a session are left out where more than 8 follow each other"
