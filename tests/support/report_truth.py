"""What reports should say, added up from the stored segments by brute force: nothing of the program's views and questions is used.

Conventions: a record is a session as `Store.sessions(with_segments=True)` gives it; days are those of its own clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, timedelta
from itertools import pairwise
from typing import Any

from importer.reports.questions.facts import Asked, Period
from importer.store import SessionRecord, Store
from importer.values.session import Direction, Gait, Standing


def day_of(record: SessionRecord) -> date:
    return (record.start.astimezone(UTC).replace(tzinfo=None) + timedelta(seconds=record.utc_offset_s or 0)).date()


def period_of(record: SessionRecord, by: Period) -> str:
    day = day_of(record)
    monday = day - timedelta(days=day.weekday())
    return {"session": str(record.id), "week": str(monday), "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[by]


def wanted(store: Store, asked: Asked) -> list[SessionRecord]:
    return [
        record
        for record in store.sessions(with_segments=True)
        if (asked.since is None or day_of(record) >= asked.since)
        and (asked.until is None or day_of(record) <= asked.until)
        and (asked.athlete is None or record.athlete == asked.athlete)
        and (asked.place is None or record.environment == asked.place)
    ]


def added(records: Sequence[SessionRecord], gait: str | None) -> dict[str, Any]:
    segments = [(record, one) for record in records for one in record.segments]
    moving_s = sum(one.end_s - one.start_s for _, one in segments if one.direction is not Direction.STILL)
    out: dict[str, Any] = {"n_sessions": len(records), "moving_s": moving_s}
    for direction in (Direction.FORWARD, Direction.UNKNOWN):
        out[f"{direction}_s"] = sum(one.end_s - one.start_s for _, one in segments if one.direction is direction)
    for standing in Standing:
        mine = [
            (record.id, one)
            for record, one in segments
            if one.direction is Direction.BACKWARD and one.standing is standing and (gait is None or one.gait == gait)
        ]
        seconds, metres = sum(one.end_s - one.start_s for _, one in mine), [one.distance_m for _, one in mine if one.distance_m is not None]
        out[f"n_bouts_{standing}"] = len(mine)
        out[f"backward_{standing}_s"] = seconds
        out[f"backward_{standing}_m"] = sum(metres) if metres or not mine else None
        out[f"backward_{standing}_share"] = seconds / moving_s if moving_s else None
        if standing is Standing.ACCEPTED:
            out["n_sessions_backward"] = len({session_id for session_id, _ in mine})
    return out


def by_period(records: Sequence[SessionRecord], by: Period) -> dict[tuple[str, str], list[SessionRecord]]:
    found = defaultdict(list)
    for record in records:
        found[record.athlete, period_of(record, by)].append(record)
    return found


def bouts_of(record: SessionRecord) -> list[list[Any]]:
    """Give the runs of backward segments that follow each other without another between."""
    bouts: list[list[Any]] = []
    before = None
    for one in record.segments:
        if one.direction is Direction.BACKWARD:
            if before is not None and before.direction is Direction.BACKWARD:
                bouts[-1].append(one)
            else:
                bouts.append([one])
        before = one
    return bouts


def sets_of(record: SessionRecord) -> list[list[list[Any]]]:
    sets: dict[object, list[list[Any]]] = {}
    for bout in bouts_of(record):
        number = bout[0].set_index
        sets.setdefault(f"alone at {bout[0].start_s}" if number is None else number, []).append(bout)
    return list(sets.values())


def told_of_set(record: SessionRecord, bouts: list[list[Any]]) -> dict[str, Any]:
    parts = [one for bout in bouts for one in bout]
    by_gait = {gait: sum(one.end_s - one.start_s for one in parts if one.gait is gait) for gait in Gait}
    gait = None if not any(by_gait.values()) else Gait.RUN if by_gait[Gait.RUN] >= by_gait[Gait.WALK] else Gait.WALK
    phases = {one.phase for one in parts}
    recoveries = [b[0].start_s - a[-1].end_s for a, b in pairwise(bouts)]
    graded = [(one.grade_ratio, one.end_s - one.start_s) for one in parts if one.grade_ratio is not None]
    out = {
        "session_id": record.id,
        "athlete": record.athlete,
        "environment": str(record.environment),
        "kind": str(parts[0].kind),
        "gait": gait,
        "phase": str(*phases) if len(phases) == 1 else None,
        "n_bouts": len(bouts),
        "n_bouts_suggested": sum(any(one.standing is Standing.SUGGESTED for one in bout) for bout in bouts),
        "shortest_s": min(bout[-1].end_s - bout[0].start_s for bout in bouts),
        "longest_s": max(bout[-1].end_s - bout[0].start_s for bout in bouts),
        "shortest_recovery_s": min(recoveries, default=None),
        "longest_recovery_s": max(recoveries, default=None),
        "grade_ratio": sum(grade * s for grade, s in graded) / sum(s for _, s in graded) if graded else None,
    }
    for standing in Standing:
        some = [one for one in parts if one.standing is standing]
        metres = [one.distance_m for one in some if one.distance_m is not None]
        out[f"backward_{standing}_s"] = sum(one.end_s - one.start_s for one in some)
        out[f"backward_{standing}_m"] = sum(metres) if metres or not some else None
    return out
