"""Does it move my forward running? Forward pace, cadence and contact time by week, beside the backward time of the weeks before.

Conventions: the newest first; each athlete by himself. What is shown is an association, never a proof, and below `LEAST_WEEKS` nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from importer.reports.questions.amounts import athletes_of
from importer.reports.questions.answer import Answer, Column, Figure, Form, Mark, Role, Row, Series, Table
from importer.reports.questions.association import (
    BEFORE_WEEKS,
    HEART_REACH_BPM,
    LEAST_WEEKS,
    OUTCOMES,
    SPEED_REACH_MPS,
    Middle,
    Outcome,
    associations,
    middle,
    weeks,
)
from importer.reports.questions.drawing import alt_text, has_course
from importer.reports.questions.facts import Facts, Units
from importer.reports.questions.reckoning import of, told_to
from importer.reports.questions.trend import LEAST_INDEPENDENT

_BEFORE: Final = (
    Series("accepted_before_s", "accepted", Role.ACCEPTED),
    Series("suggested_before_s", "suggested", Role.SUGGESTED),
)


def answer(facts: Facts) -> Answer:
    """Answer with a row for each week."""
    sessions = facts.view("v_forward")
    names = athletes_of(sessions)
    rows: list[Row] = []
    found: list[Row] = []
    middles = {}
    for name in names:
        mine = of(sessions, athlete=name)
        by_week = weeks(mine, of(facts.bouts, athlete=name))
        rows += by_week
        middles[name] = middle(mine)
        found += associations(by_week, is_all=facts.asked.is_all)
    rows.sort(key=lambda row: row["week_local"], reverse=True)
    table = _table(rows, facts)
    return Answer(
        name="forward",
        question="Does it move my forward running?",
        headline=tuple(_headline(facts, found, middles)),
        tables=(table, *_associations_table(found, facts)),
        figures=tuple(_figures(table, facts.asked.units)),
        notes=tuple(_notes()) if names else (),
    )


def _whose(facts: Facts) -> tuple[Column, ...]:
    return (Column("athlete", "athlete"),) if facts.has_several_athletes else ()


def _table(rows: Sequence[Row], facts: Facts) -> Table:
    titles = {"equal_heart_speed_mps": "pace", "equal_speed_cadence_spm": "cadence", "equal_speed_contact_s": "contact"}
    columns = (
        Column("week_local", "week of", Form.DAY),
        *_whose(facts),
        Column("n_sessions", "sessions", Form.COUNT),
        *(Column(outcome.column, titles[outcome.column], outcome.form) for outcome in OUTCOMES),
        Column("accepted_before_s", "backward before", Form.DURATION),
        Column("suggested_before_s", "suggested before", Form.DURATION, is_wide=True),
    )
    return Table("forward", "Forward running at equal effort by week, and backward time before", columns, tuple(rows))


def _associations_table(found: Sequence[Row], facts: Facts) -> tuple[Table, ...]:
    rows = [row for row in found if row["correlation"] is not None]
    columns = (
        *_whose(facts),
        Column("title", "what"),
        Column("n_weeks", "weeks", Form.COUNT),
        Column("correlation", "correlation", Form.NUMBER),
        Column("low", "from", Form.NUMBER),
        Column("high", "to", Form.NUMBER),
        Column("without_time", "time taken out", Form.NUMBER, is_wide=True),
    )
    title = f"Rank correlation with the backward time of the {BEFORE_WEEKS} weeks before"
    return (Table("forward-association", title, columns, tuple(rows)),) if rows else ()


def _headline(facts: Facts, found: Sequence[Row], middles: dict[str, Middle]) -> Iterator[str]:
    if not middles:
        yield "no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for"
    for name in middles:
        mine = of(found, athlete=name)
        told = [
            _sentence(row, outcome, middles[name]) for row, outcome in zip(mine, OUTCOMES, strict=True) if row["correlation"] is not None
        ]
        yield from told_to(
            facts, name, (*told, "an association is no proof: weather, training and season act too") if told else [_refusal(mine)]
        )


def _refusal(found: Sequence[Row]) -> str:
    """Say why nothing can be said."""
    n = max(row["n_weeks"] for row in found)
    if n == 0:
        return (
            "nothing to compare yet: it takes forward running whose heart rate, cadence or contact time was measured, after "
            f"{BEFORE_WEEKS} weeks of sessions"
        )
    if n < LEAST_WEEKS:
        return f"{n} weeks can be compared, and fewer than {LEAST_WEEKS} say nothing about backward running and forward running"
    if not any(row["n_weeks_backward"] for row in found):
        return f"nothing to compare: no backward movement that counts before any of the {n} weeks"
    return f"{n} weeks, but they repeat each other so much that they are worth fewer than {LEAST_INDEPENDENT:.0f}: nothing can be said"


def _sentence(row: Row, outcome: Outcome, at: Middle) -> str:
    r, low, high = row["correlation"], row["low"], row["high"]
    level = f" ({at.heart_rate_bpm:.0f} bpm)" if outcome.form is Form.PACE and at.heart_rate_bpm is not None else ""
    numbers = f"rank correlation {r:+.2f}, {low:+.2f} to {high:+.2f}, {row['n_weeks']} weeks"
    if low <= 0 <= high:
        return f"{outcome.title}{level}: no clear association with the backward time before ({numbers})"
    said = f"{outcome.title}{level}: {outcome.more if r > 0 else outcome.less} after weeks with more backward movement ({numbers}"
    without = row["without_time"]
    return f"{said}{'' if without is None else f'; {without:+.2f} with the course of time taken out'})"


def _figures(table: Table, units: Units) -> Iterator[Figure]:
    for outcome in OUTCOMES:
        known = [row for row in table.rows if row[outcome.column] is not None]
        if has_course(known):
            series = Series(outcome.column, "forward", Role.FORWARD)
            title = outcome.title.capitalize()
            name, alt = f"forward-{outcome.column.split('_')[2]}", alt_text(table, series, title, outcome.form, units)
            yield Figure(name, title, Mark.LINE, table.name, table.columns[0], (series,), outcome.form, alt)
    if any(row[one.column] for row in table.rows for one in _BEFORE):
        title = f"Backward time of the {BEFORE_WEEKS} weeks before"
        alt = alt_text(table, _BEFORE[0], title, Form.DURATION, units)
        yield Figure("forward-before", title, Mark.BARS, table.name, table.columns[0], _BEFORE, Form.DURATION, alt)


def _notes() -> Iterator[str]:
    yield (
        f"pace: a session's settled forward speed moved to the runner's middle heart rate, by {HEART_REACH_BPM:.0f} beats at most; "
        f"cadence and contact time: moved to the middle speed, by {SPEED_REACH_MPS:.2f} m/s at most; contact time of the device that "
        "measured it most often"
    )
    yield (
        f"Spearman's rank correlation; its range (95 %, Fisher's z) counts weeks that repeat each other as fewer; from {LEAST_WEEKS} "
        "weeks on; with three measures one may look clear by chance"
    )
    yield f"of the first {BEFORE_WEEKS} weeks it is not known what was before; of --since they are the first ones after it"
    yield "treadmill and road, heat and hills move pace and heart rate: compare one place with --place"
