"""GPX 1.0 and 1.1, as watches, phones and platforms write it: bytes to activities.

Conventions: one activity for each track; its segments are one recording with breaks between them.
Elements are known by local name in the namespace of the root element, under any prefix; of extensions those of Garmin
(TrackPointExtension 1 and 2, PowerExtension), Cluetrust, OsmAnd and Apple are read. A `bearing` says where the runner goes, not faces:
it is ignored, as is every `heading` but OsmAnd's, which is a compass.
Any bytes give activities or a ReadError. Nothing here guesses a direction.

Source: formats seen in real files, see docs/readers.md, "GPX".
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from importer.errors import NotAnActivityError, ReadError
from importer.readers.assemble import Mark, Recorded, build
from importer.readers.cadence import known_factor
from importer.readers.sport_words import sport_of
from importer.readers.xmlstream import Points, Sink, Vocabulary, limit_error, stream
from importer.readers.xmltext import unix_time
from importer.values.activity import Activity, Device, FloatArray, Place

#: channels in the order of the columns 1, 2, ... of a row
CHANNEL_ORDER: Final = (
    "latitude_deg",
    "longitude_deg",
    "altitude_m",
    "heart_rate_bpm",
    "cadence_spm",
    "temperature_degc",
    "speed_mps",
    "course_deg",
    "heading_deg",
    "power_w",
    "distance_m",
    "vertical_speed_mps",
    "gps_accuracy_m",
)
_TIME: Final = 0
_SLOTS: Final = {name: index for index, name in enumerate(CHANNEL_ORDER, start=1)}
#: elements of GPX itself, as children of a point
_CORE: Final = {"time": _TIME, "ele": _SLOTS["altitude_m"]}
#: elements of extensions by local name, in any namespace: vendors copy each other's schemas
_EXTENSIONS: Final = {
    "hr": _SLOTS["heart_rate_bpm"],
    "heartrate": _SLOTS["heart_rate_bpm"],
    "cad": _SLOTS["cadence_spm"],
    "cadence": _SLOTS["cadence_spm"],
    "atemp": _SLOTS["temperature_degc"],
    "temp": _SLOTS["temperature_degc"],
    "speed": _SLOTS["speed_mps"],
    "course": _SLOTS["course_deg"],
    "power": _SLOTS["power_w"],
    "PowerInWatts": _SLOTS["power_w"],
    "hAcc": _SLOTS["gps_accuracy_m"],
}
#: elements that mean this only in the namespace of one vendor (a word of its address or prefix)
_VENDORS: Final = (
    (("cluetrust", "gpxdata"), {"distance": _SLOTS["distance_m"], "verticalSpeed": _SLOTS["vertical_speed_mps"]}),
    (("osmand",), {"heading": _SLOTS["heading_deg"]}),
    (("opentracks",), {"accuracy_horizontal": _SLOTS["gps_accuracy_m"]}),
)

#: tracks and waypoints of one file; and waypoints that stand in tracks, each counted for every track it stands in
MAX_TRACKS: Final = 10_000
MAX_WAYPOINTS: Final = 100_000
MAX_MARKS: Final = 100_000

#: texts by path: of the track they stand in, and of the whole file
_TRACK_TEXTS: Final = {
    "gpx/trk/name": Place.TRACK_NAME,
    "gpx/trk/cmt": Place.TRACK_COMMENT,
    "gpx/trk/desc": Place.TRACK_DESCRIPTION,
    "gpx/trk/type": Place.TRACK_TYPE,
}
_FILE_TEXTS: Final = {
    "gpx/metadata/name": Place.TITLE,
    "gpx/metadata/desc": Place.ACTIVITY_NOTES,
    "gpx/metadata/keywords": Place.ACTIVITY_NOTES,
    "gpx/name": Place.TITLE,
    "gpx/desc": Place.ACTIVITY_NOTES,
    "gpx/keywords": Place.ACTIVITY_NOTES,
}
_WAYPOINT_TEXTS: Final = {f"gpx/wpt/{name}": name for name in ("time", "name", "cmt", "desc")}


def slot(space: str, name: str, root_space: str) -> int | None:
    """Give the column of an element inside a point, None for those that say nothing here."""
    if space == root_space and name in _CORE:
        return _CORE[name]
    for words, names in _VENDORS:
        if name in names and any(word in space for word in words):
            return names[name]
    return _EXTENSIONS.get(name)


VOCABULARY: Final = Vocabulary("gpx", "trkpt", ("lat", "lon"), len(CHANNEL_ORDER) + 1, slot)


@dataclass(slots=True)
class Track:
    """One track while it is read: points ``[first, end)`` of the document, segment starts, texts."""

    first: int
    end: int | None = None
    segments: list[int] = field(default_factory=list)
    texts: list[tuple[Place, str]] = field(default_factory=list)


class Waypoint(NamedTuple):
    """A waypoint's time and words."""

    t_unix_s: float
    text: str


@dataclass(slots=True)
class Document:
    """What stands in a GPX file outside its points."""

    creator: str | None = None
    tracks: list[Track] = field(default_factory=list)
    waypoints: list[Waypoint] = field(default_factory=list)
    texts: list[tuple[Place, str]] = field(default_factory=list)
    n_routes: int = 0
    _waypoint: dict[str, str] = field(default_factory=dict)

    def start(self, path: str, attributes: dict[str, str], n_points: int) -> None:
        """An element opens."""
        if path == "gpx":
            self.creator = attributes.get("creator", "").strip() or None
        elif path == "gpx/trk":
            self.tracks.append(Track(n_points))
        elif path == "gpx/trk/trkseg":
            self.tracks[-1].segments.append(n_points)
        elif path == "gpx/rte":
            self.n_routes += 1
        elif path == "gpx/wpt":
            self._waypoint = {}
        if len(self.tracks) > MAX_TRACKS or len(self.waypoints) > MAX_WAYPOINTS:
            raise limit_error(f"more than {MAX_TRACKS:,} tracks or {MAX_WAYPOINTS:,} waypoints")

    def end(self, path: str, text: str, n_points: int) -> None:
        """An element closes."""
        if path == "gpx/trk":
            self.tracks[-1].end = n_points
        elif path == "gpx/wpt":
            self._close_waypoint()
        elif not text:
            return
        elif path in _TRACK_TEXTS:
            self.tracks[-1].texts.append((_TRACK_TEXTS[path], text))
        elif path in _FILE_TEXTS:
            self.texts.append((_FILE_TEXTS[path], text))
        elif path in _WAYPOINT_TEXTS:
            self._waypoint[_WAYPOINT_TEXTS[path]] = text

    def _close_waypoint(self) -> None:
        words = [self._waypoint[name] for name in ("name", "desc", "cmt") if name in self._waypoint]
        # many writers repeat the name as the description
        text = ": ".join(dict.fromkeys(words))
        self.waypoints.append(Waypoint(unix_time(self._waypoint.get("time", "")), text))


def read_gpx(data: bytes, *, strict: bool = False) -> tuple[Activity, ...]:
    """Read the activities of a GPX file.

    Parameters
    ----------
    strict : refuse a file that breaks off or has bytes behind its end, instead of saving what is whole.

    Raises
    ------
    NotAnActivityError
        Codes ``no-time`` (a drawn or stripped track), ``no-samples`` (an indoor session: GPX cannot hold one),
        ``not-an-activity`` (routes or waypoints only).
    CorruptFileError, TooLargeError, ReadError
    """
    document = Document()

    def make_sink() -> Sink:
        nonlocal document
        document = Document()
        return document

    points, _ = stream(data, VOCABULARY, make_sink)
    if points.damage is not None and strict:
        raise points.damage
    return activities(document, points)


def activities(document: Document, points: Points) -> tuple[Activity, ...]:
    """Give the activities of a document and its points; see `read_gpx` for the errors."""
    notes = points.notes
    if points.damage is not None:
        kind = points.damage.code if points.damage.code == "trailing-bytes" else "truncated"
        notes = (*notes, f"{kind}: {points.damage.reason}; the {len(points):,} points before it were saved")
    waypoints = sorted((waypoint for waypoint in document.waypoints if waypoint.text), key=_when)
    found: list[Activity] = []
    n_marks = 0
    for track in document.tracks:
        if not _is_timed(points, track):
            continue
        recorded = _recorded(document, points, track, waypoints=waypoints, notes=notes)
        n_marks += len(recorded.marks)
        if n_marks > MAX_MARKS:
            raise limit_error(f"more than {MAX_MARKS:,} words in its tracks")
        found += build(recorded, first_index=len(found))
    if not found:
        raise _nothing(document, points)
    return tuple(found)


def _is_timed(points: Points, track: Track) -> bool:
    """Say whether most points of a track have a time: a drawn route with a time at both ends is no recording."""
    usable = np.isfinite(points.t_unix_s[track.first : track.end])
    return 2 * int(np.count_nonzero(usable)) > len(usable)


def _recorded(document: Document, points: Points, track: Track, *, waypoints: Sequence[Waypoint], notes: tuple[str, ...]) -> Recorded:
    """Cut one track out of the points of its document."""
    part = slice(track.first, len(points) if track.end is None else track.end)
    t_unix_s = points.t_unix_s[part]
    columns = {name: column[part] for name, column in zip(CHANNEL_ORDER, points.columns, strict=True)}
    kind = next((text for place, text in track.texts if place is Place.TRACK_TYPE), None)
    sport, sub_sport = sport_of(kind)
    marks, n_outside = _waypoint_marks(waypoints, t_unix_s)
    texts = [Mark(place, text) for place, text in [*track.texts, *document.texts]]
    return Recorded(
        format="gpx",
        t_unix_s=t_unix_s,
        zone_s=points.zone_s[part],
        columns={name: column for name, column in columns.items() if not np.isnan(column).all()},
        breaks=tuple(first - track.first for first in track.segments if track.first < first < part.stop),
        sport=sport,
        sub_sport=sub_sport,
        device=Device(product=document.creator),
        writer_factor=known_factor("gpx", document.creator),
        marks=(*texts, *marks),
        counts={"waypoints_outside": n_outside} if n_outside else {},
        notes=notes,
    )


def _when(waypoint: Waypoint) -> float:
    """Give the time to sort by, a waypoint without one last."""
    return math.inf if math.isnan(waypoint.t_unix_s) else waypoint.t_unix_s


def _waypoint_marks(waypoints: Sequence[Waypoint], t_unix_s: FloatArray) -> tuple[list[Mark], int]:
    """Give the waypoints, sorted, that lie within the track as point marks, and the number of the others."""
    usable = t_unix_s[np.isfinite(t_unix_s)]
    if not len(usable):
        return [], 0
    first = bisect_left(waypoints, float(usable.min()), key=_when)
    end = bisect_right(waypoints, float(usable.max()), key=_when)
    marks = [Mark(Place.WAYPOINT, point.text, point.t_unix_s, point.t_unix_s) for point in waypoints[first:end]]
    return marks, len(waypoints) - len(marks)


def _nothing(document: Document, points: Points) -> ReadError:
    """Say why there is no activity in the document."""
    if points.damage is not None and not len(points):
        return points.damage
    if document.tracks and not len(points):
        return NotAnActivityError(
            "the GPX file has a track without points, as indoor sessions are exported",
            found="an empty track",
            code="no-samples",
            remedy="export the activity as FIT (Original) or TCX, since GPX cannot hold a run without positions",
        )
    if document.tracks:
        n_timed = int(np.count_nonzero(np.isfinite(points.t_unix_s)))
        if any(_is_timed(points, track) for track in document.tracks):
            return NotAnActivityError(
                f"the GPX file has {n_timed} point(s) with a time, too few for an activity",
                found="single points",
                code="no-samples",
                remedy="export the whole activity, as FIT (Original) where you can",
            )
        return NotAnActivityError(
            f"{len(points) - n_timed:,} of {len(points):,} points in the GPX file have no usable time",
            found="a track without times",
            code="no-time",
            remedy="export the recorded activity (FIT, TCX or GPX with times), not the route",
        )
    counts = (f"{document.n_routes} route(s)", document.n_routes), (f"{len(document.waypoints)} waypoint(s)", len(document.waypoints))
    found = " and ".join(words for words, n in counts if n) or "nothing"
    return NotAnActivityError(
        f"the GPX file holds no track ({found})", found=found, remedy="export the recorded activity instead of the planned route"
    )
