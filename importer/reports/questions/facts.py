"""What a report is made of: rows of the views, cut by what was asked. Read once, shared by the questions.

Conventions: days are those of the runner's own clock, as ``YYYY-MM-DD``; `since` and `until` are both included.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from importer.reports.questions.energy import FACTOR

if TYPE_CHECKING:
    from importer.store import Store

Rows = tuple[dict[str, Any], ...]
#: years outside these are no bounds: every recording lies between
_EARLIEST_YEAR: Final = 1900
_LATEST_YEAR: Final = 9000


class Units(StrEnum):
    METRIC = "metric"
    IMPERIAL = "imperial"


class Period(StrEnum):
    """What a row of the report `amount` stands for."""

    SESSION = "session"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for.

    `place` is an environment (treadmill, track, outdoor, indoor, elliptical), `gait` run or walk.
    `is_all` counts suggestions as if they were accepted, in headlines and sums; they stay marked as suggestions.
    """

    since: date | None = None
    until: date | None = None
    athlete: str | None = None
    place: str | None = None
    gait: str | None = None
    is_all: bool = False
    units: Units = Units.METRIC
    by: Period = Period.WEEK
    #: cost of running backward over forward, per metre
    energy_factor: float = FACTOR
    #: today on the clock of whoever asks
    today: date = field(default_factory=date.today)


class Facts:
    """The rows that the questions read, newest first.

    A gait cuts bouts, sets, and what a session says of backward movement: its backward time, bouts and evidence are then those of that gait
    alone. Moving, forward and unknown time have no gait, and stay. All other limits cut sessions and their bouts alike.
    """

    def __init__(self, store: Store, asked: Asked) -> None:
        self._store = store
        self.asked = asked

    @cached_property
    def sessions(self) -> Rows:
        """Rows of `v_session`."""
        rows = self.view("v_session")
        return rows if self.asked.gait is None else _of_gait(rows, self.bouts)

    @cached_property
    def bouts(self) -> Rows:
        """Rows of `v_bout`: one for each backward segment, suggested ones too."""
        gait = self.asked.gait
        return tuple(row for row in self.view("v_bout") if gait is None or row["gait"] == gait)

    @cached_property
    def sets(self) -> Rows:
        """Rows of `v_backward_set`, one for each set of bouts and each bout that stands alone; its gait is that of most of its time."""
        gait = self.asked.gait
        return tuple(row for row in self.view("v_backward_set") if gait is None or row["gait"] == gait)

    @cached_property
    def has_several_athletes(self) -> bool:
        return self.asked.athlete is None and self._store.has_several_athletes()

    @cached_property
    def n_failed(self) -> int:
        """How many files failed, whatever the days and athletes that were asked for: a file that failed has neither."""
        return self._store.n_failed()

    @cached_property
    def waiting(self) -> Rows:
        """Rows of `v_attention`: what waits for the user. Files that failed have neither day nor athlete, and are always there."""
        asked = self.asked
        days = (None if asked.since is None else asked.since.isoformat(), None if asked.until is None else asked.until.isoformat())

        def is_mine(row: Mapping[str, Any]) -> bool:
            if row["kind"] == "failed":
                return True
            if row["kind"] == "suggested" and asked.gait not in (None, row["gait"]):
                return False
            return asked.athlete in (None, row["athlete"]) and _is_asked(row, days, asked.place)

        return tuple(row for row in self.whole_view("v_attention") if is_mine(row))

    @cached_property
    def stale(self) -> frozenset[int]:
        """Numbers of the sessions that would be judged by something else now, of all days: 0.2 s for a thousand sessions (measured)."""
        from importer.retag import stale

        return frozenset(stale(self._store, athlete=self.asked.athlete))

    def view(self, name: str) -> Rows:
        """Give the rows of a view that has `day_local`, `athlete` and `environment`, cut by days, athlete and place."""
        asked = self.asked
        # a day somewhere on earth may begin 14 hours before and end 12 hours after the same day in UTC
        first = None if asked.since is None or asked.since.year < _EARLIEST_YEAR else _midnight(asked.since) - timedelta(hours=14)
        last = None if asked.until is None or asked.until.year > _LATEST_YEAR else _midnight(asked.until) + timedelta(hours=36)
        days = (None if asked.since is None else asked.since.isoformat(), None if asked.until is None else asked.until.isoformat())
        return tuple(
            row for row in self._store.view(name, since=first, until=last, athlete=asked.athlete) if _is_asked(row, days, asked.place)
        )

    def whole_view(self, name: str) -> Rows:
        """Give the rows of a view that knows no day: failures, profiles."""
        return self._store.view(name)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _is_asked(row: Mapping[str, Any], days: tuple[str | None, str | None], place: str | None) -> bool:
    day, (first, last) = row["day_local"], days
    return (first is None or day >= first) and (last is None or day <= last) and (place is None or row["environment"] == place)


def _of_gait(sessions: Rows, bouts: Rows) -> Rows:
    """Give sessions whose backward columns are those of the given bouts alone."""
    mine: dict[int, list[Mapping[str, Any]]] = {}
    for bout in bouts:
        mine.setdefault(bout["session_id"], []).append(bout)
    return tuple({**row, **_backward(mine.get(row["session_id"], ()), row["moving_s"])} for row in sessions)


def _backward(bouts: Sequence[Mapping[str, Any]], moving_s: float) -> dict[str, Any]:
    """Give the columns of `v_session` that speak of backward movement, of some of its bouts."""
    found: dict[str, Any] = {}
    for standing in ("accepted", "suggested"):
        some = [bout for bout in bouts if bout["standing"] == standing]
        seconds = math.fsum(bout["duration_s"] for bout in some)
        found[f"backward_{standing}_s"] = seconds
        found[f"backward_{standing}_m"] = math.fsum(bout["distance_m"] for bout in some if bout["distance_m"] is not None)
        found[f"backward_{standing}_share"] = seconds / moving_s if moving_s else None
        found[f"n_bouts_{standing}"] = len(some)
        found[f"n_bouts_{standing}_measured"] = sum(bout["distance_m"] is not None for bout in some)
    bases = {bout["basis"] for bout in bouts}
    found["backward_bases"] = ", ".join(basis for basis in ("manual", "declared", "facing", "gait") if basis in bases)
    found["longest_bout_s"] = max((bout["duration_s"] for bout in bouts), default=None)
    return found
