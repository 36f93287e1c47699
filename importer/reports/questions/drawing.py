"""Rows for figures: accepted and suggested beside each other, a row for each athlete and period, and what a figure says in words.

Conventions: the newest first. A period without a bout is a gap: its cells are None. Athletes are drawn apart, by the column `athlete`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from importer.reports.forms import spoken
from importer.reports.questions.amounts import athletes_of
from importer.reports.questions.answer import Column, Form, Row, Series, Table
from importer.reports.questions.facts import Asked, Period, Units
from importer.reports.questions.periods import filled, period_of
from importer.reports.questions.reckoning import of

STANDINGS: Final = ("accepted", "suggested")
#: months with bouts that make a table by month; fewer are shown by week. Policy
LEAST_MONTHS: Final = 4


def wide_rows(rows: Sequence[Row], names: Iterable[str], by: Period) -> tuple[Row, ...]:
    """Give for each athlete and period, from the first to the last, the named columns of both standings: ``NAME_accepted``.

    Parameters
    ----------
    rows : with `athlete`, `period` and `standing`, no two alike in these.
    """
    names = tuple(names)
    found: list[dict[str, Any]] = []
    for athlete in athletes_of(rows):
        cells = {(row["period"], row["standing"]): row for row in of(rows, athlete=athlete)}
        for period in filled((name for name, _ in cells), by):
            told = {f"{name}_{standing}": cells.get((period.name, standing), {}).get(name) for standing in STANDINGS for name in names}
            found.append({"athlete": athlete, "period": period.name, **told})
    return tuple(sorted(found, key=lambda row: str(row["period"]), reverse=True))


def has_course(rows: Sequence[Row]) -> bool:
    """Say whether there is anything to draw: an athlete with two periods or more."""
    return len(rows) > len(athletes_of(rows))


def period_for(bouts: Sequence[Row], asked: Asked) -> Period:
    """Say what a row stands for: what was asked for; of weeks, months as soon as there are enough of them."""
    if asked.by is Period.WEEK and len({bout["month_local"] for bout in bouts}) >= LEAST_MONTHS:
        return Period.MONTH
    return asked.by


def period_name(bout: Row, by: Period) -> str:
    """Give the name of a bout's period; of a session its start, which sorts by time."""
    return str(bout["session_start_local"])[:16].replace("T", " ") if by is Period.SESSION else period_of(bout, by)


def period_column(by: Period) -> Column:
    """Give the first column of the rows."""
    return Column("period", "week of" if by is Period.WEEK else str(by), Form.DAY)


def whose(rows: Sequence[Row]) -> tuple[Column, ...]:
    """Give the column that tells athletes apart, where there are several."""
    return (Column("athlete", "athlete"),) if len(athletes_of(rows)) > 1 else ()


def has(table: Table, name: str) -> bool:
    """Say whether a column of a table holds anything."""
    return any(row.get(name) is not None for row in table.rows)


def alt_text(table: Table, series: Series, title: str, form: Form, units: Units) -> str:
    """Say the first, the last, the lowest and the highest value of a series, of each athlete."""
    x = table.columns[0].name
    parts = []
    athletes = athletes_of(table.rows)
    for athlete in athletes:
        points = [(row[x], row[series.column]) for row in reversed(of(table.rows, athlete=athlete)) if row[series.column] is not None]
        if points:
            name = f"{athlete} " if len(athletes) > 1 else ""
            parts.append(name + _course(points, lambda value: spoken(value, form, units)))
    return f"{title}, {series.title}: {'; '.join(parts)}."


def _course(points: Sequence[tuple[str, float]], said: Callable[[float], str]) -> str:
    if len(points) == 1:
        return f"{said(points[0][1])} in {points[0][0]}"
    low, high = (pick(value for _, value in points) for pick in (min, max))
    ends = ", ".join(f"{said(value)} in {period}" for period, value in (points[0], points[-1]))
    return f"{ends}, between {said(low)} and {said(high)}"
