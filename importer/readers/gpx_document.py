"""The words of GPX: which element is which column, and what stands outside the points.

Conventions: elements are known by local name in the namespace of the root element, under any prefix; of extensions those of Garmin
(TrackPointExtension 1 and 2, PowerExtension, AccelerationExtension), Cluetrust, OsmAnd, OpenTracks, Apple and SportTracks are known. A
`bearing` says where the runner goes, not faces: it is ignored, as is every `heading` but OsmAnd's, which is a compass. Indices count
the points of the whole document.
Nothing here interprets: `gpx` makes activities of it.

Source: formats seen in real files, see docs/readers.md, "GPX".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from importer.readers.gpx_readings import acceleration_readings, add_acceleration, add_heart_rate, heart_rate_readings
from importer.readers.xmlpoints import Vocabulary, limit_error
from importer.readers.xmlreadings import Readings
from importer.readers.xmltext import unix_time
from importer.values.activity import Place

#: channels in the order of the columns 1, 2, ... of a row; an altitude in an extension counts where the point has no other, distances
#: since the point before where there are none since the start
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
    "extension_altitude_m",
    "step_distance_m",
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
    (
        ("cluetrust", "gpxdata"),
        {
            "distance": _SLOTS["distance_m"],
            "verticalSpeed": _SLOTS["vertical_speed_mps"],
            "altitude": _SLOTS["extension_altitude_m"],
        },
    ),
    (("osmand",), {"heading": _SLOTS["heading_deg"]}),
    (("opentracks",), {"accuracy_horizontal": _SLOTS["gps_accuracy_m"], "distance": _SLOTS["step_distance_m"]}),
)

#: tracks and waypoints of one file
MAX_TRACKS: Final = 10_000
MAX_WAYPOINTS: Final = 100_000

#: texts by path: of the track they stand in, and of the whole file
_TRACK_TEXTS: Final = {
    "gpx/trk/name": Place.TRACK_NAME,
    "gpx/trk/cmt": Place.TRACK_COMMENT,
    "gpx/trk/desc": Place.TRACK_DESCRIPTION,
    "gpx/trk/type": Place.TRACK_TYPE,
}
#: OpenTracks' type in the runner's language, which counts where there is no other
TRANSLATED_TYPE: Final = "typeTranslated"
_FILE_TEXTS: Final = {
    "gpx/metadata/name": Place.TITLE,
    "gpx/metadata/desc": Place.ACTIVITY_NOTES,
    "gpx/metadata/keywords": Place.ACTIVITY_NOTES,
    "gpx/name": Place.TITLE,
    "gpx/desc": Place.ACTIVITY_NOTES,
    "gpx/keywords": Place.ACTIVITY_NOTES,
}
_WAYPOINT_TEXTS: Final = {f"gpx/wpt/{name}": name for name in ("time", "name", "cmt", "desc", "type")}


def slot(space: str, name: str, root_space: str) -> int | None:
    """Give the column of an element inside a point, None for those that say nothing here."""
    if space == root_space and name in _CORE:
        return _CORE[name]
    for words, names in _VENDORS:
        if name in names and any(word in space for word in words):
            return names[name]
    return _EXTENSIONS.get(name)


#: a sample of Garmin's AccelerationExtension
ACCELERATION: Final = "accel"
ACCELERATION_PATH: Final = f"/trkpt/{ACCELERATION}"
#: the end of a path: one of the heart rates that SportTracks and others list beside the track
HEART_RATE: Final = "/activity/heartRateTrack/heartRate"

VOCABULARY: Final = Vocabulary(
    "gpx",
    "trkpt",
    ("lat", "lon"),
    len(CHANNEL_ORDER) + 1,
    slot,
    remarks=frozenset({ACCELERATION}),
    readings=frozenset({ACCELERATION}),
)


@dataclass(slots=True)
class Track:
    """One track while it is read: points ``[first, end)`` of the document, segment starts, texts."""

    first: int
    end: int | None = None
    segments: list[int] = field(default_factory=list)
    texts: list[tuple[Place, str]] = field(default_factory=list)
    translated_type: str | None = None


class Waypoint(NamedTuple):
    """A waypoint's time and words."""

    t_unix_s: float
    text: str


@dataclass(slots=True)
class Document:
    """What stands in a GPX file outside its points."""

    creator: str | None = None
    #: the file's own time, which each writer understands as it likes
    time: str = ""
    tracks: list[Track] = field(default_factory=list)
    waypoints: list[Waypoint] = field(default_factory=list)
    texts: list[tuple[Place, str]] = field(default_factory=list)
    n_routes: int = 0
    accelerations: Readings = field(default_factory=acceleration_readings)
    heart_rates: Readings = field(default_factory=heart_rate_readings)
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
        elif path.endswith(ACCELERATION_PATH):
            add_acceleration(self.accelerations, attributes, n_points)
        elif path.endswith(HEART_RATE):
            add_heart_rate(self.heart_rates, attributes)
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
        elif path == f"gpx/trk/extensions/{TRANSLATED_TYPE}":
            self.tracks[-1].translated_type = text
        elif path == "gpx/metadata/time":
            self.time = text
        elif path in _FILE_TEXTS:
            self.texts.append((_FILE_TEXTS[path], text))
        elif path in _WAYPOINT_TEXTS:
            self._waypoint[_WAYPOINT_TEXTS[path]] = text

    def _close_waypoint(self) -> None:
        found = self._waypoint
        text = waypoint_text(*(found.get(name, "") for name in ("name", "desc", "cmt", "type")))
        self.waypoints.append(Waypoint(unix_time(found.get("time", "")), text))


def waypoint_text(name: str, description: str, comment: str, kind: str) -> str:
    """Give the words of a waypoint: each once, as many writers repeat the name; its type where it has no others."""
    return ": ".join(dict.fromkeys(text for text in (name, description, comment) if text)) or kind
