"""How backward running builds up: weeks and their steps, days and their rest, the first four weeks and the rules for them.

Conventions: weeks begin on Monday, days are those of the runner's own clock; all rows are of one athlete. What counts are the accepted
bouts, with `is_all` the suggested ones too. The limits here are coaches' rules of thumb: no study gives a dose that is safe, and nothing
here is medical advice.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Final, NamedTuple

from importer.reports.questions.amounts import grouped, known_sum
from importer.reports.questions.answer import Row
from importer.reports.questions.facts import Period
from importer.reports.questions.periods import filled, week_of
from importer.reports.questions.reckoning import counted, mean

#: steps from week to week that are marked. Source: coaching rule of thumb, 10 to 20 % a week; no study of backward running
STEEP: Final = (0.10, 0.20)
#: a smaller step than this is none, s: from one minute to two is no burden. Policy
LEAST_STEP_S: Final = 120.0
#: weeks without any after which the next one is a new start. Policy
BREAK_WEEKS: Final = 4
#: days of the view for beginners and for those who come back; how long after the start it is shown. Policy
VIEW_DAYS: Final = 28
FRESH_DAYS: Final = 56
#: bouts and time on the first day. Source: coaching rule, one or two repeats at first, for fear of sore calves; a few minutes
FIRST_BOUTS: Final = 2
FIRST_DAY_S: Final = 300.0
#: days with backward running in the first two weeks. Source: Uthoff 2019, summarised: twice a week for about two weeks
FIRST_FORTNIGHT_DAYS: Final = 4


class Start(NamedTuple):
    """Four weeks to look at: the first ones since a start or a return, or simply the last ones."""

    first: date
    is_start: bool

    @property
    def last(self) -> date:
        return self.first + timedelta(days=VIEW_DAYS - 1)


def amounts(bouts: Sequence[Row]) -> dict[str, Any]:
    """Give time and bouts of some days, accepted and suggested apart."""
    found: dict[str, Any] = {"n_sessions": len({bout["session_id"] for bout in bouts})}
    for standing in ("accepted", "suggested"):
        some = [bout for bout in bouts if bout["standing"] == standing]
        found[f"n_bouts_{standing}"] = len(some)
        found[f"backward_{standing}_s"] = math.fsum(bout["duration_s"] for bout in some)
        found[f"backward_{standing}_m"] = known_sum([bout["distance_m"] for bout in some])
    return found


def counted_s(bouts: Sequence[Row], *, is_all: bool) -> float:
    """Give the seconds that count."""
    return math.fsum(bout["duration_s"] for bout in counted(bouts, is_all=is_all))


def weeks(bouts: Sequence[Row], *, today: date, is_all: bool) -> list[dict[str, Any]]:
    """Give a row for each week up to today's, the newest first, with its step; of long times without any only both ends.

    `step_ratio` compares with `from_s`, the mean of those of the four weeks before that had any: a week of rest makes no step steeper.
    Where none had, and in a week without any, both are None.
    """
    if not bouts:
        return []
    by_week = {week: mine for (week,), mine in grouped(bouts, "week_local").items()}
    seconds = {week: counted_s(mine, is_all=is_all) for week, mine in by_week.items()}
    rows = []
    for period in filled({*by_week, max(week_of(today), *by_week)}, Period.WEEK):
        week, mine = period.name, by_week.get(period.name, [])
        from_s = _before(week, seconds)
        step = seconds[week] / from_s - 1.0 if from_s is not None and seconds.get(week, 0.0) > 0 else None
        rows.append(
            {
                "athlete": bouts[0]["athlete"],
                "week_local": week,
                "n_days": len({bout["day_local"] for bout in counted(mine, is_all=is_all)}),
                **amounts(mine),
                "from_s": None if step is None else from_s,
                "step_ratio": step,
                "mark": _mark(seconds.get(week, 0.0), from_s, is_first=all(one >= week for one, s in seconds.items() if s > 0)),
                "is_running": week == week_of(today),
                "n_left_out": period.n_left_out,
            }
        )
    return rows[::-1]


def _before(week: str, seconds: dict[str, float]) -> float | None:
    """Give the mean time of those of the four weeks before that had any."""
    at = date.fromisoformat(week)
    before = [seconds.get((at - timedelta(days=7 * back)).isoformat(), 0.0) for back in range(1, BREAK_WEEKS + 1)]
    some = [one for one in before if one > 0]
    return math.fsum(some) / len(some) if some else None


def _mark(now_s: float, from_s: float | None, *, is_first: bool) -> str:
    if now_s <= 0:
        return ""
    if from_s is None:
        return "start" if is_first else "start again"
    step = now_s / from_s - 1.0 - 1e-9  # 22 min after 20 are 10 % more, and no more
    if step <= STEEP[0] or now_s - from_s < LEAST_STEP_S:
        return ""
    return f"more than +{100 * STEEP[1 if step > STEEP[1] else 0]:.0f} %"


def days(bouts: Sequence[Row], *, is_all: bool) -> list[date]:
    """Give the days that count, in order of time."""
    return sorted({date.fromisoformat(bout["day_local"]) for bout in counted(bouts, is_all=is_all)})


def without_rest(some: Sequence[date]) -> int:
    """Count the days that follow another one without a day of rest between."""
    return sum((after - before).days == 1 for before, after in pairwise(some))


def four_weeks(some: Sequence[date], *, since: date | None, today: date) -> Start | None:
    """Say which four weeks to look at: from `since` on, from a start of the last eight weeks on, else the last four.

    A start is the first day ever, or after four weeks without any.
    """
    if since is not None:
        return Start(since, is_start=True)
    if not some:
        return None
    start = next((after for before, after in reversed(list(pairwise(some))) if (after - before).days > 7 * BREAK_WEEKS), some[0])
    if (today - start).days < FRESH_DAYS:
        return Start(start, is_start=True)
    return Start(today - timedelta(days=VIEW_DAYS - 1), is_start=False)


def day_rows(bouts: Sequence[Row], view: Start, *, is_all: bool) -> list[dict[str, Any]]:
    """Give a row for each day of the four weeks with backward movement, the newest first; of suggestions alone only time and bouts."""
    rows, last = [], None
    for (day,), mine in sorted(grouped(bouts, "day_local").items()):
        at = date.fromisoformat(day)
        if view.first <= at <= view.last:
            some = counted(mine, is_all=is_all)
            gaits = sorted({bout["gait"] for bout in some if bout["gait"] is not None}, reverse=True)
            rows.append(
                {
                    "athlete": mine[0]["athlete"],
                    "day_local": day,
                    "day_number": (at - view.first).days + 1,
                    "days_since": None if last is None else (at - last).days,
                    **amounts(mine),
                    "longest_s": max((bout["duration_s"] for bout in some), default=None),
                    "gaits": ", ".join(gaits) or None,
                    "mean_heart_rate_bpm": mean(some, "mean_heart_rate_bpm"),
                }
            )
        if counted(mine, is_all=is_all):
            last = at
    return rows[::-1]


def rules(bouts: Sequence[Row], view: Start, *, is_all: bool) -> Iterator[dict[str, Any]]:
    """Compare a start with the rules for beginners: what was done, and whether that keeps to the rule ("not known" where it is not)."""
    mine = [bout for bout in counted(bouts, is_all=is_all) if view.first <= date.fromisoformat(bout["day_local"]) <= view.last]
    if not mine:
        return
    some = days(mine, is_all=is_all)
    first = [bout for bout in mine if bout["day_local"] == some[0].isoformat()]
    opening = min(first, key=lambda bout: (bout["session_start_local"], bout["start_s"]))["gait"]
    fortnight = [day for day in some if (day - some[0]).days < 14]
    first_s = math.fsum(bout["duration_s"] for bout in first)
    told = (
        (f"one or two repeats on the first day ({FIRST_BOUTS} bouts)", f"{len(first)}", len(first) <= FIRST_BOUTS),
        (
            "walk before you run",
            {"walk": "walked first", "run": "ran at once"}.get(opening, "-"),
            None if opening is None else opening == "walk",
        ),
        (f"a few minutes on the first day (up to {FIRST_DAY_S / 60:.0f})", f"{first_s / 60:.1f} min", first_s <= FIRST_DAY_S),
        ("a day of rest between, in the first two weeks", f"{without_rest(fortnight)} without", without_rest(fortnight) == 0),
        ("twice a week, in the first two weeks", f"{len(fortnight)} days", len(fortnight) <= FIRST_FORTNIGHT_DAYS),
    )
    for rule, found, is_kept in told:
        yield {
            "athlete": mine[0]["athlete"],
            "rule": rule,
            "found": found,
            "kept": "not known" if is_kept is None else "yes" if is_kept else "no",
        }
