"""A session as GPX 1.1: one track, a segment for each part between pauses, waypoints where backward running starts and stops.

Conventions: a point has a position, so that samples without one, and those inside a pause, are left out. Values beside it stand in Garmin's
TrackPointExtension v2 and PowerExtension, distance in Cluetrust's; cadence counts strides. A pair of waypoints is cut to the track:
of a stretch that no point lies in, nothing is said. There are no laps in GPX. The session's start is the file's own time.

Source: GPX 1.1 schema; Garmin's TrackPointExtensionv2.xsd.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from importer import __version__
from importer.errors import UsageError
from importer.exports import wording
from importer.exports.content import Content
from importer.exports.wording import BACKWARD, Phrase
from importer.exports.xml import HEAD, cells, element, stamp
from importer.values.activity import EXPORTER, Activity, FloatArray
from importer.values.session import Direction

_SPACES: Final = (
    'xmlns="http://www.topografix.com/GPX/1/1" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2"'
    ' xmlns:pwr="http://www.garmin.com/xmlschemas/PowerExtension/v1" xmlns:gpxdata="http://www.cluetrust.com/XML/GPXDATA/1/0"'
)
#: elements of Garmin's extension in the order of its schema: channel, factor, digits, lowest and highest value
_GARMIN: Final = (
    ("atemp", "temperature_degc", 1.0, 1, -1e9, 1e9),
    ("hr", "heart_rate_bpm", 1.0, 0, 1, 255),
    ("cad", "cadence_spm", 0.5, 0, 0, 254),
    ("speed", "speed_mps", 1.0, 3, 0, 1e9),
    ("course", "course_deg", 1.0, 2, 0, 360),
)


class _Point(NamedTuple):
    """A waypoint."""

    at_s: float
    name: str
    description: str | None = None


class _Track(NamedTuple):
    """The samples that have a position: their times (m,) and channels (m,)."""

    t_s: FloatArray
    columns: dict[str, FloatArray]


def gpx_bytes(content: Content) -> bytes:
    """Write a session, prepared on `MILLISECOND`, as GPX.

    Raises
    ------
    UsageError : fewer than two samples have a position.
    """
    track = _track(content)
    texts = content.activity.texts
    title = wording.title(texts) or None
    about = "\n\n".join(part for part in (wording.notes(texts), content.listed) if part)
    kind = element("type", _kind(content.activity))
    return "".join(
        (
            HEAD,
            f'<gpx version="1.1" creator="{EXPORTER} {__version__}" {_SPACES}>\n',
            f"<metadata>{element('name', title)}<time>{stamp(content.activity.start)}</time></metadata>\n",
            *(_waypoint(content, track, point) for point in sorted(_waypoints(content, track), key=_when)),
            f"<trk>{element('name', title)}{element('desc', about or None)}{kind}\n",
            *_segments(content, track),
            "</trk>\n</gpx>\n",
        )
    ).encode("utf-8")


def _kind(activity: Activity) -> str | None:
    """Name the sport as Garmin's files do."""
    if activity.sport == "running" and activity.sub_sport in ("trail", "track", "treadmill"):
        return f"{activity.sub_sport}_running"
    return None if activity.sport == "unknown" else activity.sport


def _track(content: Content) -> _Track:
    activity = content.activity
    missing = np.full(len(activity), np.nan)
    latitude, longitude = (activity.columns.get(name, missing) for name in ("latitude_deg", "longitude_deg"))
    kept = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude) & content.is_running())
    if len(kept) < 2:
        raise UsageError(f"GPX cannot hold a session without positions (found {len(kept) or 'none'} to export): choose tcx or fit")
    return _Track(activity.t_s[kept], {name: column[kept] for name, column in activity.columns.items()})


def _when(point: _Point) -> float:
    return point.at_s


def _waypoints(content: Content, track: _Track) -> Iterator[_Point]:
    """Give a pair for each backward stretch and each one that waits for an answer, and the runner's own marks."""
    first, last = float(track.t_s[0]), float(track.t_s[-1])
    for tag in content.tags:
        phrase = content.phrase(tag)
        if tag.direction is not Direction.BACKWARD:
            continue
        inside = track.t_s[(track.t_s >= tag.start_s) & (track.t_s < tag.end_s)]
        if not len(inside):
            continue
        start_s, end_s = max(tag.start_s, first), min(tag.end_s, last)
        if start_s < end_s:
            yield from _pair(phrase, start_s, end_s)
    for at_s, words in wording.waypoints(content.activity.texts):
        if first <= at_s <= last:
            yield _Point(at_s, words)


def _pair(phrase: Phrase, start_s: float, end_s: float) -> tuple[_Point, _Point]:
    if phrase.direction == BACKWARD:
        return _Point(start_s, "backward start", phrase.text), _Point(end_s, "backward stop")
    return _Point(start_s, phrase.text), _Point(end_s, "until here: unconfirmed stretch")


def _waypoint(content: Content, track: _Track, point: _Point) -> str:
    """Write a waypoint at the position of the last sample up to its moment, or of the first one."""
    at = max(int(np.searchsorted(track.t_s, point.at_s, side="right")) - 1, 0)
    return (
        f'<wpt lat="{track.columns["latitude_deg"][at]:.8f}" lon="{track.columns["longitude_deg"][at]:.8f}">'
        f"<time>{stamp(content.moment(point.at_s))}</time>{element('name', point.name)}{element('desc', point.description)}</wpt>\n"
    )


def _segments(content: Content, track: _Track) -> Iterator[str]:
    """Write the points, a segment for each part between pauses."""
    points = _points(content, track)
    ends = np.array([pause.end_s for pause in content.activity.pauses])
    part = np.searchsorted(ends, track.t_s, side="right")
    borders = [0, *(1 + np.flatnonzero(np.diff(part))).tolist(), len(points)]
    for a, b in itertools.pairwise(borders):
        yield f"<trkseg>\n{''.join(points[a:b])}</trkseg>\n"


def _points(content: Content, track: _Track) -> list[str]:
    missing = np.full(len(track.t_s), np.nan)
    columns = track.columns
    garmin = [
        cells(f"gpxtpx:{name}", (columns[channel] * factor).tolist(), digits=digits, low=low, high=high)
        for name, channel, factor, digits, low, high in _GARMIN
        if channel in columns
    ]
    inner = ["".join(row) for row in zip(*garmin, strict=True)] if garmin else [""] * len(track.t_s)
    power = cells("pwr:PowerInWatts", columns.get("power_w", missing).tolist(), digits=0, low=0, high=65_535)
    distance = cells("gpxdata:distance", columns.get("distance_m", missing).tolist(), digits=2)
    altitude = cells("ele", columns.get("altitude_m", missing).tolist(), digits=2)
    moments = [stamp(content.moment(at)) for at in track.t_s.tolist()]
    positions = zip(columns["latitude_deg"].tolist(), columns["longitude_deg"].tolist(), strict=True)
    points = []
    for i, (latitude, longitude) in enumerate(positions):
        more = f"<gpxtpx:TrackPointExtension>{inner[i]}</gpxtpx:TrackPointExtension>" if inner[i] else ""
        more += power[i] + distance[i]
        extensions = f"<extensions>{more}</extensions>" if more else ""
        points.append(f'<trkpt lat="{latitude:.8f}" lon="{longitude:.8f}">{altitude[i]}<time>{moments[i]}</time>{extensions}</trkpt>\n')
    return points
