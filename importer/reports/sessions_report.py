"""How much backward running, session by session: the rows of the view v_session.

Conventions: accepted and suggested apart; a share is of the time spent moving; the newest session first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from importer.reports.table import table_text
from importer.reports.words import clock, distance, plain, share

if TYPE_CHECKING:
    from importer.store import Store

#: columns of v_session that this report keeps, in the order of the CSV
COLUMNS: Final = (
    "session_id",
    "athlete",
    "start_utc",
    "start_local",
    "day_local",
    "sport",
    "environment",
    "speed_basis",
    "distance_m",
    "elapsed_s",
    "timer_s",
    "moving_s",
    "backward_accepted_s",
    "backward_accepted_m",
    "backward_suggested_s",
    "backward_suggested_m",
    "forward_s",
    "forward_m",
    "unknown_s",
    "n_bouts_accepted",
    "n_bouts_suggested",
    "backward_bases",
    "path",
)

#: years outside these are no bounds: every recording lies between
_EARLIEST_YEAR: Final = 1900
_LATEST_YEAR: Final = 9000


def session_rows(
    store: Store, *, since: datetime | None = None, until: datetime | None = None, athlete: str | None = None
) -> list[dict[str, Any]]:
    """Give a row for each session.

    Parameters
    ----------
    since, until : days on the runner's own clock, both included; naive midnights.
    """
    # a day somewhere on earth may begin 14 hours before and end 12 hours after the same day in UTC
    first = None if since is None or since.year < _EARLIEST_YEAR else since.replace(tzinfo=UTC) - timedelta(hours=14)
    last = None if until is None or until.year > _LATEST_YEAR else until.replace(tzinfo=UTC) + timedelta(hours=36)
    days = [(None if day is None else day.strftime("%Y-%m-%d")) for day in (since, until)]
    return [
        {name: row[name] for name in COLUMNS} | {"start_utc": f"{row['start_utc']:%Y-%m-%dT%H:%M:%SZ}"}
        for row in store.view("v_session", since=first, until=last, athlete=athlete)
        if (days[0] is None or row["day_local"] >= days[0]) and (days[1] is None or row["day_local"] <= days[1])
    ]


def sessions_text(rows: Sequence[dict[str, Any]], *, has_names: bool = False) -> str:
    """Give the sessions as a table, and what they come to; with `has_names`, say whose each is."""
    if not rows:
        return "no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen --since, --until and --athlete"
    header: tuple[str, ...] = ("no", "day", "what", "time", "distance", "backward", "suggested", "share", "basis")
    cells = [_row(row) for row in rows]
    if has_names:  # last, so that the columns before it stand where they always do
        header, cells = (*header, "athlete"), [(*row, plain(str(rows[i]["athlete"]))) for i, row in enumerate(cells)]
    table = table_text(header, cells, right=(0, 3, 4, 5, 6, 7))
    accepted, suggested, moving = (sum(row[name] for row in rows) for name in ("backward_accepted_s", "backward_suggested_s", "moving_s"))
    n = f"{len(rows)} {'session' if len(rows) == 1 else 'sessions'}"
    total = f"{n}, {clock(moving)} moving: {clock(accepted)} backward ({share(accepted, moving)})"
    return f"{table}\n{total}, {clock(suggested)} more suggested"


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    accepted_s, suggested_s, moving_s = row["backward_accepted_s"], row["backward_suggested_s"], row["moving_s"]
    is_untold = not accepted_s and not suggested_s and row["unknown_s"] > 0.5 * moving_s
    return (
        str(row["session_id"]),
        str(row["day_local"]),
        plain(_kind(row["environment"], row["sport"])),
        clock(row["timer_s"]),
        distance(row["distance_m"]),
        "unknown" if is_untold else _amount(accepted_s, row["backward_accepted_m"]),
        _amount(suggested_s, row["backward_suggested_m"]),
        share(accepted_s + suggested_s, moving_s) if accepted_s + suggested_s > 0 else "",
        row["backward_bases"],
    )


def _kind(environment: str, sport: str) -> str:
    """Place or sport in one word."""
    short = {"running": "run", "walking": "walk", "hiking": "hike"}.get(sport, sport.replace("_", " "))
    return environment if environment in ("treadmill", "track", "elliptical", "indoor") else short if sport != "unknown" else "session"


def _amount(seconds: float, metres: float) -> str:
    """Time and way; blank where there is none, so that the eye finds what there is."""
    return f"{clock(seconds)} {distance(metres)}" if seconds > 0 else ""
