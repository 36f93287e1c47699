"""Speed, cadence and step length of bouts summed up, and how they change over the weeks.

Conventions: bouts are rows of `told`. Means are weighted by time, a comparison is made over the bouts that have both sides, and what was
not measured is None. A trend is relative: the change in 30 days as a share of the middle value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from importer.reports.questions.amounts import grouped
from importer.reports.questions.answer import Row
from importer.reports.questions.drawing import period_name
from importer.reports.questions.facts import Period
from importer.reports.questions.reckoning import mean, ratio
from importer.reports.questions.same_speed import compared, has_own_slope
from importer.reports.questions.trend import Estimate, slope

#: gaits in words, in the order in which they are told
GAITS: Final = {"run": "running", "walk": "walking"}
#: weeks with the gait that make a trend, and how far back it looks, weeks. Policy
TREND_WEEKS: Final = 8
TREND_REACH_WEEKS: Final = 104
#: a month in days
_MONTH_D: Final = 30.0


class Measure(NamedTuple):
    """What a trend follows: the mean of one column, or of one over another."""

    title: str
    part: str
    whole: str | None = None


MEASURES: Final = {
    "speed": Measure("speed", "speed_mps"),
    "share": Measure("share of forward speed", "speed_mps", "usual_mps"),
    "cadence": Measure("cadence against forward", "cadence_spm", "same_speed_spm"),
    "step": Measure("step length", "step_m"),
}


def told(bout: Row, by: Period) -> Row:
    """Give of a row of `v_bout` what the rows are made of."""
    kept = {name: bout[name] for name in ("athlete", "gait", "standing", "week_local", "session_id")}
    return {**kept, "period": period_name(bout, by), "has_own_slope": has_own_slope(bout), **compared(bout)}


def summed(bouts: Sequence[Row]) -> dict[str, Any]:
    """Give the means of some bouts and what they are beside forward."""
    cadence, step = ratio(bouts, "cadence_spm", "same_speed_spm"), ratio(bouts, "step_m", "same_speed_step_m")
    return {
        "n_bouts": len(bouts),
        "duration_s": sum(bout["duration_s"] for bout in bouts),
        "mean_speed_mps": mean(bouts, "speed_mps"),
        "forward_speed_mps": mean(bouts, "usual_mps", where="speed_mps"),
        "speed_share": ratio(bouts, "speed_mps", "usual_mps"),
        "mean_cadence_spm": mean(bouts, "cadence_spm"),
        "forward_cadence_spm": mean(bouts, "same_speed_spm", where="cadence_spm"),
        "cadence_excess_ratio": None if cadence is None else cadence - 1.0,
        "step_length_m": mean(bouts, "step_m"),
        "forward_step_length_m": mean(bouts, "same_speed_step_m", where="step_m"),
        "step_excess_ratio": None if step is None else step - 1.0,
    }


def trends(bouts: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Give the trend of each measure in each gait of each athlete, where there are weeks enough."""
    for (athlete, gait), mine in sorted(grouped([bout for bout in bouts if bout["gait"] is not None], "athlete", "gait").items()):
        weeks = sorted(grouped(mine, "week_local").items())[-TREND_REACH_WEEKS:]
        for name, (title, part, whole) in MEASURES.items():
            points = [(week, mean(rows, part) if whole is None else ratio(rows, part, whole)) for (week,), rows in weeks]
            found = relative_trend([(week, value) for week, value in points if value is not None])
            if found is not None:
                what = {"athlete": athlete, "gait": gait, "measure": name, "title": title}
                yield {**what, "change_ratio": found.value, "low_ratio": found.low, "high_ratio": found.high, "n_weeks": found.n}


def estimate_of(trend: Row) -> Estimate:
    """Give the numbers of a row of `trends`."""
    return Estimate(trend["change_ratio"], trend["low_ratio"], trend["high_ratio"], trend["n_weeks"])


def relative_trend(points: Sequence[tuple[str, float]]) -> Estimate | None:
    """Give the change in 30 days as a share of the middle value; None below `TREND_WEEKS` points.

    Parameters
    ----------
    points : Monday and value of each week that has one, in order of time.
    """
    days = [float(date.fromisoformat(week).toordinal()) for week, _ in points]
    values = [value for _, value in points]
    found = slope(days, values, least=TREND_WEEKS)
    level = sorted(values)[len(values) // 2] if values else 0.0
    if found is None or level <= 0:
        return None
    scale = _MONTH_D / level
    return Estimate(found.value * scale, found.low * scale, found.high * scale, found.n)
