"""Small charts of characters: a bar in a line of a table, a line of bars, a calendar.

Conventions: a missing value is a blank; a zero is drawn as zero. Where a scale begins at zero, what is more than nothing is seen: a bar has
one cell at least, and a line of bars one step. No colour, and pure ASCII on request. Text comes back; nothing is computed but places.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

#: columns of a calendar: one for each week, a year of them
CALENDAR_WEEKS: Final = 53
#: characters before the cells of a calendar
_LABEL: Final = 4
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Ink(NamedTuple):
    """The characters of the charts: bars from low to high, fills of the parts of a bar by their role, cells of a calendar."""

    bars: str
    fills: Mapping[str, str]
    levels: str
    suggested: str
    nothing: str
    dash: str
    gap: str


UNICODE: Final = Ink(
    "▁▂▃▄▅▆▇█",
    {"accepted": "█", "suggested": "▒", "forward": "─", "unknown": "?", "run": "█", "walk": "▒"},
    "▃▅▆█",
    "▒",
    "·",
    "–",
    "⋮",
)
ASCII: Final = Ink(
    "_.-~=+*#",
    {"accepted": "#", "suggested": ":", "forward": "-", "unknown": "?", "run": "#", "walk": ":"},
    "-=+#",
    "?",
    ".",
    "-",
    ":",
)


def bar(parts: Sequence[tuple[str, float | None]], *, most: float, width: int, ink: Ink) -> str:
    """Draw the parts of a bar behind each other: (role, value) each.

    Parameters
    ----------
    most : the value whose bar is as wide as there is room.
    width : characters.
    """
    known = [(role, value) for role, value in parts if value is not None and value > 0]
    total = math.fsum(value for _, value in known)
    if not known or most <= 0:
        return ""
    n_cells = max(len(known), round(min(1.0, total / most) * width))
    drawn, at, before = "", 0, 0.0
    for i, (role, value) in enumerate(known):
        before += value
        # each part is seen, and leaves room for those behind it
        end = min(max(round(before / total * n_cells), at + 1), n_cells - (len(known) - 1 - i))
        drawn += ink.fills[role] * (end - at)
        at = end
    return drawn


def spark(values: Sequence[float | None], *, ink: Ink, is_from_zero: bool) -> str:
    """Draw a line of bars, a character for each value; `is_from_zero` begins the scale at zero, else at the least value."""
    known = [value for value in values if value is not None]
    if not known:
        return " " * len(values)
    low, high = (0.0 if is_from_zero and min(known) >= 0 else min(known)), max(known)
    top = len(ink.bars) - 1
    if high <= low:
        return "".join(" " if value is None else ink.bars[0 if is_from_zero else top // 2] for value in values)

    def level(value: float) -> int:
        at = round((value - low) / (high - low) * top)
        return max(at, 1) if is_from_zero and value > 0 else at

    return "".join(" " if value is None else ink.bars[level(value)] for value in values)


def calendar(days: Mapping[date, tuple[float, float]], *, ink: Ink, n_weeks: int = CALENDAR_WEEKS) -> list[str]:
    """Draw the last weeks of some days: a column for each week, a line for each day of the week.

    Parameters
    ----------
    days : those with a session, not empty; accepted and suggested seconds of each.
    """
    last = max(days)
    monday = last - timedelta(days=last.weekday())
    first = max(min(days) - timedelta(days=min(days).weekday()), monday - timedelta(weeks=n_weeks - 1))
    mondays = [first + timedelta(weeks=i) for i in range((monday - first).days // 7 + 1)]
    shown = [accepted_s for day, (accepted_s, _) in days.items() if day >= first]
    most = max(shown, default=0.0)
    lines = [_month_line(mondays)]
    for weekday, name in enumerate(_DAYS):
        cells = (_cell(days.get(start + timedelta(days=weekday)), most=most, ink=ink) for start in mondays)
        lines.append(f"{name} {''.join(cells)}".rstrip())
    lines.append(_legend(days, first, ink))
    return lines


def _cell(seconds: tuple[float, float] | None, *, most: float, ink: Ink) -> str:
    """Draw a day: blank without a session, by its quarter of the most that a day has, or as a suggestion alone."""
    if seconds is None:
        return " "
    accepted_s, suggested_s = seconds
    if accepted_s > 0:
        return ink.levels[min(len(ink.levels) - 1, math.ceil(accepted_s / most * len(ink.levels)) - 1)]
    return ink.suggested if suggested_s > 0 else ink.nothing


def _month_line(mondays: Sequence[date]) -> str:
    """Name a month above the week that its first day lies in, and the first week where the next name leaves room for it."""
    sundays = [monday + timedelta(days=6) for monday in mondays]
    starts = [i for i, sunday in enumerate(sundays) if sunday.day <= 7]
    if not starts or starts[0] > len(_MONTHS[0]):
        starts = [0, *starts]
    line = ""
    for i in starts:
        if len(line) <= _LABEL + i:
            line = f"{line:<{_LABEL + i}}{_MONTHS[sundays[i].month - 1]} "
    return line.rstrip()


def _legend(days: Mapping[date, tuple[float, float]], first: date, ink: Ink) -> str:
    """Explain the cells that are there."""
    shown = [seconds for day, seconds in days.items() if day >= first]
    parts = []
    if any(accepted_s > 0 for accepted_s, _ in shown):
        parts.append(f"{ink.levels[0]}{ink.dash}{ink.levels[-1]} backward, by how much")
    if any(suggested_s > 0 and not accepted_s for accepted_s, suggested_s in shown):
        parts.append(f"{ink.suggested} only suggested")
    if any(not accepted_s and not suggested_s for accepted_s, suggested_s in shown):
        parts.append(f"{ink.nothing} a session without")
    return " " * _LABEL + "   ".join(parts)
