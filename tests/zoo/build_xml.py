"""GPX and TCX files of the zoo: a sound run of twenty seconds, and the places where something odd goes into it.

Conventions: one sample a second from `START`; running east at 2.5 m/s, 84 strides a minute.
Never copied from a recording.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.support import tcx_writer
from tests.support.gpx_writer import Point, Waypoint, garmin, gpx, track
from tests.support.tcx_writer import TcxLap, Trackpoint, tcx

START: Final = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
#: a point's extensions: heart rate, cadence in strides, speed
EXTRAS: Final = garmin(hr=150, cad=84, speed=2.5)


def at(t: float) -> datetime:
    """Give a moment of the run."""
    return START + timedelta(seconds=t)


def points(n: int = 20, *, first: int = 0, extras: str = EXTRAS, **changes: Any) -> list[Point]:
    """Give points, all of them with these changes."""
    row = [Point(49.0, 8.0 + 3.4e-5 * t, at(t), 100.0, extras) for t in range(first, first + n)]
    return [point._replace(**changes) for point in row]


def odd_point(**changes: Any) -> bytes:
    """Give a sound run of which the eleventh point is odd."""
    row = points()
    row[10] = row[10]._replace(**changes)
    return run(row)


def run(row: list[Point] | None = None, *, kind: str = "running", waypoints: tuple[Waypoint, ...] = (), **more: Any) -> bytes:
    """Give a document with one track of one segment."""
    return gpx(track([points() if row is None else row], type=kind), waypoints=waypoints, **more)


def edited(data: bytes, *changes: tuple[bytes | str, bytes | str], count: int = -1) -> bytes:
    """Replace texts in a document; each of them must stand in it."""
    for old, new in changes:
        old, new = (text.encode() if isinstance(text, str) else text for text in (old, new))
        assert old in data, old
        data = data.replace(old, new, count)
    return data


def trackpoints(n: int = 20, *, first: int = 0, **changes: Any) -> list[Trackpoint]:
    """Give track points, all of them with these changes."""
    row = [Trackpoint(at(t), 49.0, 8.0 + 3.4e-5 * t, 100.0, 2.5 * t, 150, None, 2.5, 84) for t in range(first, first + n)]
    return [point._replace(**changes) for point in row]


def odd_trackpoint(**changes: Any) -> bytes:
    """Give a sound run of which the eleventh track point is odd."""
    row = trackpoints()
    row[10] = row[10]._replace(**changes)
    return tcx_run(tcx_lap(row))


def tcx_lap(row: list[Trackpoint] | None = None, *, start: float = 0.0, total_s: float = 20.0, **more: Any) -> TcxLap:
    """Give a lap of one track."""
    return TcxLap(at(start), total_s, [trackpoints() if row is None else row], **{"distance_m": 2.5 * total_s, **more})


def tcx_run(*laps: TcxLap, sport: str = "Running", **more: Any) -> bytes:
    """Give a document with one activity."""
    return tcx(tcx_writer.activity(laps or [tcx_lap()], start=START, sport=sport, **more))
