"""Which sessions? One by one with their backward time, distance, share and how it is known; what they come to; what needs the eye.

Conventions: accepted and suggested apart; a share is of the time spent moving; the newest session first. The rows have the keys of `KEYS`
in that order, which other programs rely on: one may be added at the end, none renamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from importer.reports.forms import spoken
from importer.reports.questions.amounts import counted_s, many
from importer.reports.questions.answer import Answer, Column, Form, Table
from importer.reports.questions.facts import Asked, Facts
from importer.reports.questions.periods import week_of
from importer.reports.words import plain, share

#: columns of v_session that a row keeps, in the order of the CSV
KEYS: Final = (
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
#: of how many weeks the short figure under the list is
N_WEEKS: Final = 12
NO_SESSIONS: Final = (
    "no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen --since, --until, --athlete, --place and --gait"
)


class Weeks(NamedTuple):
    """Backward seconds of the weeks that end with the newest session's, oldest first, and the Monday of the first and of the last."""

    first: str
    last: str
    seconds: tuple[float, ...]


def answer(facts: Facts) -> Answer:
    """Answer with a row for each session; with a gait, for each that holds some of it."""
    asked = facts.asked
    rows = tuple({name: row[name] for name in KEYS} for row in asked_sessions(facts))
    whose = (Column("athlete", "athlete"),) if facts.has_several_athletes else ()
    columns = (
        Column("session_id", "no", Form.COUNT),
        Column("day_local", "day", Form.DAY),
        *whose,
        Column("sport", "sport"),
        Column("environment", "where"),
        Column("timer_s", "time", Form.DURATION),
        Column("distance_m", "distance", Form.DISTANCE),
        Column("backward_accepted_s", "backward", Form.DURATION),
        Column("backward_accepted_m", "backward distance", Form.DISTANCE, is_wide=True),
        Column("backward_suggested_s", "suggested", Form.DURATION),
        Column("backward_suggested_m", "suggested distance", Form.DISTANCE, is_wide=True),
        Column("backward_bases", "basis"),
    )
    return Answer(
        name="sessions",
        question="Which sessions?",
        headline=(total_line(rows, asked), *needs(facts)) if rows else (NO_SESSIONS, *needs(facts)),
        tables=(Table("sessions", "Sessions", columns, rows),),
    )


def asked_sessions(facts: Facts) -> Sequence[Mapping[str, Any]]:
    """Give the rows of the sessions that were asked for: with a gait, of those that hold some of it."""
    return [row for row in facts.sessions if facts.asked.gait is None or row["backward_bases"]]


#: columns of the list in the terminal, by their number: those of `cells`
HEADER: Final = ("no", "day", "what", "time", "distance", "backward", "suggested", "share", "basis")
RIGHT: Final = (0, 3, 4, 5, 6, 7)


def cells(row: Mapping[str, Any], asked: Asked) -> tuple[str, ...]:
    """Give a session as a row of the list in the terminal."""
    accepted_s, suggested_s, moving_s = row["backward_accepted_s"], row["backward_suggested_s"], row["moving_s"]
    is_untold = not accepted_s and not suggested_s and row["unknown_s"] > 0.5 * moving_s
    return (
        str(row["session_id"]),
        str(row["day_local"]),
        plain(_kind(row["environment"], row["sport"])),
        spoken(row["timer_s"], Form.DURATION, asked.units),
        spoken(row["distance_m"], Form.DISTANCE, asked.units),
        "unknown" if is_untold else _amount(accepted_s, row["backward_accepted_m"], asked),
        _amount(suggested_s, row["backward_suggested_m"], asked),
        share(accepted_s + suggested_s, moving_s) if accepted_s + suggested_s > 0 else "",
        row["backward_bases"],
    )


def _kind(environment: str, sport: str) -> str:
    """Place or sport in one word."""
    short = {"running": "run", "walking": "walk", "hiking": "hike"}.get(sport, sport.replace("_", " "))
    return environment if environment in ("treadmill", "track", "elliptical", "indoor") else short if sport != "unknown" else "session"


def _amount(seconds: float, metres: float, asked: Asked) -> str:
    """Time and way; blank where there is none, so that the eye finds what there is."""
    if seconds <= 0:
        return ""
    return f"{spoken(seconds, Form.DURATION, asked.units)} {spoken(metres, Form.DISTANCE, asked.units)}"


def total_line(rows: Sequence[Mapping[str, Any]], asked: Asked) -> str:
    """Say what the sessions come to: "3 sessions, 1:09:30 moving: 4:00 backward (5.8 %), 7:31 more suggested"."""
    accepted_s, suggested_s, moving_s = (
        sum(row[name] for row in rows) for name in ("backward_accepted_s", "backward_suggested_s", "moving_s")
    )
    counted = accepted_s + suggested_s if asked.is_all else accepted_s
    told, moving, suggested = (spoken(seconds, Form.DURATION, asked.units) for seconds in (counted, moving_s, suggested_s))
    start = f"{many(len(rows), 'session')}, {moving} moving: {told} backward ({share(counted, moving_s)})"
    return f"{start}, {suggested} of it only suggested" if asked.is_all else f"{start}, {suggested} more suggested"


def weeks(rows: Sequence[Mapping[str, Any]], asked: Asked) -> Weeks | None:
    """Give the backward time of the `N_WEEKS` weeks up to the newest session; None without one.

    Parameters
    ----------
    rows : of sessions, with `day_local`.
    """
    if not rows:
        return None
    days = [(date.fromisoformat(row["day_local"]), counted_s(row, asked)) for row in rows]
    last = date.fromisoformat(week_of(max(day for day, _ in days)))
    first = last - timedelta(weeks=N_WEEKS - 1)
    seconds = [0.0] * N_WEEKS
    for day, counted in days:
        if day >= first:
            seconds[(day - first).days // 7] += counted
    return Weeks(first.isoformat(), last.isoformat(), tuple(seconds))


def needs(facts: Facts) -> Iterator[str]:
    """Say what waits for the user, each with the command to type."""
    waiting = [row for row in facts.sessions if row["n_bouts_suggested"]]
    if waiting:
        n = sum(row["n_bouts_suggested"] for row in waiting)
        number = waiting[0]["session_id"]
        one, some = f"`retro-import confirm {number}` or `retro-import reject {number}`", "`retro-import report attention` lists them"
        yield f"{many(n, 'suggestion')} to confirm in {many(len(waiting), 'session')}: {one if len(waiting) == 1 else some}"
    doubles = [row for row in facts.sessions if row["possible_duplicate_of"] is not None]
    if doubles:
        one, other = doubles[0]["session_id"], doubles[0]["possible_duplicate_of"]
        yield f"{many(len(doubles), 'possible duplicate')}: `retro-import link {one} {other}`, or `retro-import keep {one}`"
    if facts.n_failed:
        yield f"{many(facts.n_failed, 'failed file')}: `retro-import status` says why, `retro-import retry` tries again"
