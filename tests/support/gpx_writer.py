"""A small GPX writer for tests: points, segments, tracks, waypoints, the extensions of Garmin and others.

Conventions: plain text assembly, so that a test can write what no library would; texts are escaped, numbers are given as text or formatted.
Never used by the program: its own export is another writer, so that neither vouches for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

GPX_11: Final = "http://www.topografix.com/GPX/1/1"
GPX_10: Final = "http://www.topografix.com/GPX/1/0"
ACCELERATION: Final = "http://www.garmin.com/xmlschemas/AccelerationExtension/v1"
SPORT_TRACKS: Final = "urn:uuid:D0EB2ED5-49B6-44e3-B13C-CF15BE7DD7DD"
TRACK_POINT: Final = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1"


class Point(NamedTuple):
    """One track point; `extras` is the inner XML of its extensions."""

    latitude_deg: float | str
    longitude_deg: float | str
    time: datetime | str | None = None
    elevation_m: float | None = None
    extras: str = ""
    #: child elements written straight into the point (GPX 1.0's speed and course)
    inner: str = ""


class Waypoint(NamedTuple):
    """A waypoint with its words."""

    latitude_deg: float
    longitude_deg: float
    time: datetime | str | None = None
    name: str | None = None
    desc: str | None = None


def stamp(moment: datetime | str) -> str:
    """Give a moment as GPX writes it, whole seconds in UTC."""
    return moment if isinstance(moment, str) else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def garmin(**values: float | None) -> str:
    """Give a TrackPointExtension with the values that are not None, e.g. ``garmin(hr=150, cad=84)``."""
    cells = "".join(f"<gpxtpx:{name}>{value:g}</gpxtpx:{name}>" for name, value in values.items() if value is not None)
    return f"<gpxtpx:TrackPointExtension>{cells}</gpxtpx:TrackPointExtension>"


def acceleration(samples: Iterable[tuple[object, object, object, object]]) -> str:
    """Give an AccelerationExtension: offset in ms from the point, and three axes in g, of each sample."""
    cells = "".join(f'<gpxacc:accel offset="{offset}" x="{x}" y="{y}" z="{z}"/>' for offset, x, y, z in samples)
    return f'<gpxacc:AccelerationExtension xmlns:gpxacc="{ACCELERATION}">{cells}</gpxacc:AccelerationExtension>'


def heart_rate_track(rates: Iterable[tuple[datetime | str, object]]) -> str:
    """Give the extensions of a document that list heart rates beside the track, each with its moment."""
    cells = "".join(f'<st:heartRate time="{stamp(time)}" bpm="{bpm}"/>\n' for time, bpm in rates)
    track = f"<st:heartRateTrack>{cells}</st:heartRateTrack>"
    return f'<extensions><st:activity xmlns:st="{SPORT_TRACKS}" id="1">{track}</st:activity></extensions>\n'


def track(segments: Iterable[Sequence[Point]], **texts: str) -> str:
    """Give a <trk> of segments, with texts such as ``name`` and ``type`` before them."""
    head = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in texts.items())
    return f"<trk>{head}" + "".join(_segment(points) for points in segments) + "</trk>\n"


def gpx(
    body: str, *, creator: str = "tests of a reader", version: str = "1.1", metadata: str = "", waypoints: Iterable[Waypoint] = ()
) -> bytes:
    """Give a whole document around tracks: UTF-8 with a declaration."""
    namespace = GPX_10 if version == "1.0" else GPX_11
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<gpx version="{version}" creator={quoteattr(creator)} xmlns="{namespace}" xmlns:gpxtpx="{TRACK_POINT}">\n'
        + (f"<metadata>{metadata}</metadata>\n" if metadata else "")
        + "".join(_waypoint(waypoint) for waypoint in waypoints)
        + body
        + "</gpx>\n"
    ).encode()


def _segment(points: Sequence[Point]) -> str:
    return "<trkseg>\n" + "".join(_point(point) for point in points) + "</trkseg>"


def _point(point: Point) -> str:
    elevation = "" if point.elevation_m is None else f"<ele>{point.elevation_m:.1f}</ele>"
    time = "" if point.time is None else f"<time>{stamp(point.time)}</time>"
    extras = f"<extensions>{point.extras}</extensions>" if point.extras else ""
    position = f'lat="{_degrees(point.latitude_deg)}" lon="{_degrees(point.longitude_deg)}"'
    return f"<trkpt {position}>{elevation}{time}{point.inner}{extras}</trkpt>\n"


def _waypoint(waypoint: Waypoint) -> str:
    cells = "".join(
        f"<{tag}>{escape(text)}</{tag}>"
        for tag, text in (
            ("time", None if waypoint.time is None else stamp(waypoint.time)),
            ("name", waypoint.name),
            ("desc", waypoint.desc),
        )
        if text is not None
    )
    return f'<wpt lat="{_degrees(waypoint.latitude_deg)}" lon="{_degrees(waypoint.longitude_deg)}">{cells}</wpt>\n'


def _degrees(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.7f}"
