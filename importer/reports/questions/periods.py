"""Weeks, months and years of the runner's own clock: which one a row belongs to, and those between without anything.

Conventions: a week is named by its Monday (``2026-05-04``), a month ``2026-05``, a year ``2026``: these sort by time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from importer.reports.questions.facts import Period

#: column of `v_session` and of `v_bout` that names the period
COLUMNS: Final = {
    Period.SESSION: "session_id",
    Period.WEEK: "week_local",
    Period.MONTH: "month_local",
    Period.YEAR: "year_local",
}
#: as many periods without anything are shown one by one; of a longer time only its first and its last
_LONGEST_GAP: Final = 8


class Filled(NamedTuple):
    """A period, and how many empty ones behind it are left out."""

    name: str
    n_left_out: int = 0


def period_of(row: Mapping[str, Any], by: Period) -> str:
    """Give the name of the period that a row of `v_session` or `v_bout` lies in."""
    return str(row[COLUMNS[by]])


def filled(names: Iterable[str], by: Period) -> list[Filled]:
    """Give the periods from the first to the last of `names`, oldest first, with those between them.

    Of a gap of more than `_LONGEST_GAP` only both ends are given; the first end says how many are left out behind it.
    Sessions have nothing between them.
    """
    known = sorted(set(names))
    if by is Period.SESSION:
        return [Filled(name) for name in known]
    out: list[Filled] = []
    for i, name in enumerate(known):
        between = _between(known[i - 1], name, by) if i else []
        if len(between) > _LONGEST_GAP:
            out += [Filled(between[0], len(between) - 2), Filled(between[-1])]
        else:
            out += map(Filled, between)
        out.append(Filled(name))
    return out


def _between(first: str, last: str, by: Period) -> list[str]:
    """Give the periods after the first and before the last."""
    found = []
    name = following(first, by)
    while name < last:
        found.append(name)
        name = following(name, by)
    return found


def following(name: str, by: Period) -> str:
    """Give the period after another one."""
    if by is Period.YEAR:
        return f"{int(name) + 1:04d}"
    if by is Period.MONTH:
        year, month = int(name[:4]), int(name[5:])
        return f"{year + 1:04d}-01" if month == 12 else f"{year:04d}-{month + 1:02d}"
    return (date.fromisoformat(name) + timedelta(days=7)).isoformat()


def week_of(day: date) -> str:
    """Give the Monday of a day's week."""
    return (day - timedelta(days=day.weekday())).isoformat()
