"""Forward running week by week at equal effort and equal speed, beside the backward time of the weeks before, and whether they go together.

Conventions: rows are those of one athlete, of `v_forward` and `v_bout`. A week's own backward time is not before it. What goes together is
told by ranks (`trend.correlation`); nothing here can say why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from importer.detect.calibration import CONTACT_SLOPE_S_PER_MPS, HEART_PER_MPS, RUN_SLOPE_SPM_PER_MPS
from importer.reports.questions.amounts import grouped
from importer.reports.questions.answer import Form, Row
from importer.reports.questions.facts import Period
from importer.reports.questions.periods import filled
from importer.reports.questions.same_speed import has_own_slope
from importer.reports.questions.trend import correlation, partial

#: weeks of backward time that may show in a week's forward running. Policy: as long as a block of training
BEFORE_WEEKS: Final = 4
#: weeks with both that are compared; below, nothing is said. Policy: with 12 independent ones only a correlation of 0.6 is told from none
LEAST_WEEKS: Final = 12
#: how far a session may stand from the athlete's middle one, beats/min and m/s. Assumption: what is moved further is no measurement
HEART_REACH_BPM: Final = 20.0
SPEED_REACH_MPS: Final = 0.75


class Outcome(NamedTuple):
    """A measure of forward running: its column, title and form, and the words for more and less of it."""

    column: str
    title: str
    form: Form
    more: str
    less: str


OUTCOMES: Final = (
    Outcome("equal_heart_speed_mps", "forward pace at equal heart rate", Form.PACE, "faster", "slower"),
    Outcome("equal_speed_cadence_spm", "forward cadence at equal speed", Form.CADENCE, "quicker", "slower"),
    Outcome("equal_speed_contact_s", "contact time at equal speed", Form.CONTACT_TIME, "longer", "shorter"),
)


class Middle(NamedTuple):
    """An athlete's middle session, which the others are compared at; None where nothing was measured."""

    heart_rate_bpm: float | None
    speed_mps: float | None
    contact_speed_mps: float | None
    device: tuple[Any, Any] | None


def middle(sessions: Sequence[Row]) -> Middle:
    """Give the middle heart rate and speeds, and the device that measured most contact times: devices disagree about these."""
    devices = [_device(row) for row in sessions if row["contact_time_s"] is not None]
    device = max(sorted(set(devices), key=str), key=devices.count) if devices else None
    return Middle(
        _median([row["heart_rate_bpm"] for row in sessions if _told(row, "heart_rate_bpm", "heart_speed_mps")]),
        _median([row["forward_speed_mps"] for row in sessions if _told(row, "forward_speed_mps", "forward_cadence_spm")]),
        _median([row["contact_speed_mps"] for row in sessions if row["contact_time_s"] is not None and _device(row) == device]),
        device,
    )


def _device(row: Row) -> tuple[Any, Any]:
    return row["manufacturer"], row["product"]


def _told(row: Row, *names: str) -> bool:
    return all(row[name] is not None for name in names)


def _median(values: Sequence[float]) -> float | None:
    ordered, half = sorted(values), len(values) // 2
    return None if not values else ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def equal_heart_speed_mps(row: Row, at: Middle) -> float | None:
    """Give the speed that a session's forward running would have had at the middle heart rate."""
    if at.heart_rate_bpm is None or not _told(row, "heart_rate_bpm", "heart_speed_mps"):
        return None
    step = at.heart_rate_bpm - row["heart_rate_bpm"]
    return row["heart_speed_mps"] + step / HEART_PER_MPS if abs(step) <= HEART_REACH_BPM else None


def equal_speed_cadence_spm(row: Row, at: Middle) -> float | None:
    """Give the cadence that a session's forward running would have had at the middle speed."""
    if at.speed_mps is None or not _told(row, "forward_speed_mps", "forward_cadence_spm"):
        return None
    step = at.speed_mps - row["forward_speed_mps"]
    slope = row["forward_slope_spm_per_mps"] if has_own_slope(row) else RUN_SLOPE_SPM_PER_MPS
    return row["forward_cadence_spm"] + slope * step if abs(step) <= SPEED_REACH_MPS else None


def equal_speed_contact_s(row: Row, at: Middle) -> float | None:
    """Give the contact time that a session's forward running would have had at the middle speed; of one device only."""
    if at.contact_speed_mps is None or not _told(row, "contact_time_s", "contact_speed_mps") or _device(row) != at.device:
        return None
    step = at.contact_speed_mps - row["contact_speed_mps"]
    return row["contact_time_s"] + CONTACT_SLOPE_S_PER_MPS * step if abs(step) <= SPEED_REACH_MPS else None


_AT_EQUAL: Final[dict[str, Callable[[Row, Middle], float | None]]] = {
    "equal_heart_speed_mps": equal_heart_speed_mps,
    "equal_speed_cadence_spm": equal_speed_cadence_spm,
    "equal_speed_contact_s": equal_speed_contact_s,
}


def weeks(sessions: Sequence[Row], bouts: Sequence[Row]) -> list[dict[str, Any]]:
    """Give a row for each week with a session, the newest first; of long times without one only both ends.

    `accepted_before_s` and its like are None in the first weeks, of which nobody knows what was before.
    """
    if not sessions:
        return []
    at = middle(sessions)
    by_week = {week: mine for (week,), mine in grouped(sessions, "week_local").items()}
    backward = {standing: _seconds(bouts, standing) for standing in ("accepted", "suggested")}
    first = date.fromisoformat(min(by_week)) + timedelta(weeks=BEFORE_WEEKS)
    rows = []
    for period in filled(by_week, Period.WEEK):
        week, mine = date.fromisoformat(period.name), by_week.get(period.name, [])
        row: dict[str, Any] = {"athlete": sessions[0]["athlete"], "week_local": period.name, "n_sessions": len(mine)}
        for name, of_session in _AT_EQUAL.items():
            row[name] = _mean([(of_session(one, at), one["forward_run_s"]) for one in mine])
        for standing, seconds in backward.items():
            before = [(week - timedelta(weeks=back)).isoformat() for back in range(1, BEFORE_WEEKS + 1)]
            row[f"{standing}_before_s"] = math.fsum(seconds.get(one, 0.0) for one in before) if week >= first else None
        rows.append({**row, "n_left_out": period.n_left_out})
    return rows[::-1]


def _seconds(bouts: Sequence[Row], standing: str) -> dict[str, float]:
    some = [bout for bout in bouts if bout["standing"] == standing]
    return {week: math.fsum(bout["duration_s"] for bout in mine) for (week,), mine in grouped(some, "week_local").items()}


def _mean(pairs: Sequence[tuple[float | None, float | None]]) -> float | None:
    """Give the mean weighted by seconds of forward running."""
    known = [(value, seconds) for value, seconds in pairs if value is not None and seconds]
    total_s = math.fsum(seconds for _, seconds in known)
    return math.fsum(value * seconds for value, seconds in known) / total_s if total_s > 0 else None


def associations(rows: Sequence[Row], *, is_all: bool) -> Iterator[dict[str, Any]]:
    """Say of each outcome whether it goes with the backward time before; `correlation` is None where too little is known."""
    for outcome in OUTCOMES:
        points = [
            (_before(row, is_all=is_all), row[outcome.column], float(date.fromisoformat(row["week_local"]).toordinal()))
            for row in reversed(rows)
            if row[outcome.column] is not None and row["accepted_before_s"] is not None
        ]
        x, y, t = ([point[i] for point in points] for i in range(3))
        found = correlation(x, y, least=LEAST_WEEKS)
        yield {
            "athlete": rows[0]["athlete"],
            "outcome": outcome.column,
            "title": outcome.title,
            "n_weeks": len(points),
            "n_weeks_backward": sum(one > 0 for one in x),
            "correlation": None if found is None else found.value,
            "low": None if found is None else found.low,
            "high": None if found is None else found.high,
            "without_time": None if found is None else partial(x, y, t),
        }


def _before(row: Row, *, is_all: bool) -> float:
    return float(row["accepted_before_s"] + (row["suggested_before_s"] if is_all else 0.0))
