"""The words of TCX: which element is which column, and what stands outside the points.

Conventions: elements are known by local name under any prefix; indices count the points of the whole document.
Nothing here interprets: `tcx` makes activities of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from importer.readers.xmlpoints import Vocabulary, limit_error
from importer.readers.xmltext import number, unix_time

#: what the columns 1, 2, ... of a row hold: channels, and the two places of cadence
COLUMNS: Final = (
    "latitude_deg",
    "longitude_deg",
    "altitude_m",
    "distance_m",
    "heart_rate_bpm",
    "cadence_spm",
    "run_cadence",
    "speed_mps",
    "power_w",
)
_SLOTS: Final = {name: index for index, name in enumerate(COLUMNS, start=1)}
_ELEMENTS: Final = {
    "Time": 0,
    "LatitudeDegrees": _SLOTS["latitude_deg"],
    "LongitudeDegrees": _SLOTS["longitude_deg"],
    "AltitudeMeters": _SLOTS["altitude_m"],
    "DistanceMeters": _SLOTS["distance_m"],
    # the only Value inside a point is the heart rate's
    "Value": _SLOTS["heart_rate_bpm"],
    "Cadence": _SLOTS["cadence_spm"],
    "RunCadence": _SLOTS["run_cadence"],
    "Speed": _SLOTS["speed_mps"],
    "Watts": _SLOTS["power_w"],
}

#: activities and laps of one file
MAX_ACTIVITIES: Final = 10_000
MAX_LAPS: Final = 100_000


def slot(_space: str, name: str, _root_space: str) -> int | None:
    """Give the column of an element inside a point, None for those that say nothing here."""
    return _ELEMENTS.get(name)


VOCABULARY: Final = Vocabulary(
    "TrainingCenterDatabase", "Trackpoint", None, len(COLUMNS) + 1, slot, remarks=frozenset({"TPX", "RunCadence"})
)


@dataclass(slots=True)
class TcxLap:
    """One lap while it is read: points ``[first, ...)`` of the document."""

    first: int
    start_unix_s: float
    tracks: list[int] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def number_of(self, name: str) -> float | None:
        """Give a number of the lap, None where it is missing, unreadable or negative."""
        value = number(self.texts.get(name, ""))
        return value if math.isfinite(value) and value >= 0.0 else None


@dataclass(slots=True)
class TcxActivity:
    """One activity while it is read: points ``[first, end)`` of the document."""

    first: int
    sport: str
    end: int | None = None
    laps: list[TcxLap] = field(default_factory=list)
    #: texts by path below the activity
    texts: dict[str, str] = field(default_factory=dict)
    #: what its points name as the sensor of their cadence, in lower case: ``footpod``, ``bike``
    sensors: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Document:
    """What stands in a TCX file outside its points."""

    activities: list[TcxActivity] = field(default_factory=list)
    #: name of the program that wrote the file
    author: str = ""
    #: what else the file holds
    others: set[str] = field(default_factory=set)
    n_laps: int = 0

    def start(self, path: str, attributes: dict[str, str], n_points: int) -> None:
        """An element opens."""
        below = _below(path, "Activity")
        if below == "Activity":
            self.activities.append(TcxActivity(n_points, attributes.get("Sport", "")))
        elif below == "Activity/Lap":
            self.n_laps += 1
            self.activities[-1].laps.append(TcxLap(n_points, unix_time(attributes.get("StartTime", ""))))
        elif below == "Activity/Lap/Track" and self.activities[-1].laps:
            self.activities[-1].laps[-1].tracks.append(n_points)
        elif below.startswith("Activity/Lap/Track/Trackpoint/"):
            self.activities[-1].sensors.add(attributes.get("CadenceSensor", "").casefold())
        elif path.count("/") == 2:
            self.others.add(path.rpartition("/")[2])
        if self.n_laps > MAX_LAPS or len(self.activities) > MAX_ACTIVITIES:
            raise limit_error(f"more than {MAX_ACTIVITIES:,} activities or {MAX_LAPS:,} laps")

    def end(self, path: str, text: str, n_points: int) -> None:
        """An element closes."""
        below = _below(path, "Activity")
        if below == "Activity":
            self.activities[-1].end = n_points
        elif not text:
            return
        elif below.startswith("Activity/Lap/"):
            if self.activities[-1].laps:
                self.activities[-1].laps[-1].texts[below.removeprefix("Activity/Lap/")] = text
        elif below:
            self.activities[-1].texts[below] = text
        elif path.endswith("/Author/Name"):
            self.author = text


def _below(path: str, name: str) -> str:
    """Give the path from the element `name` on, "" where it is not on the path."""
    parts = path.split("/")
    return "/".join(parts[parts.index(name) :]) if name in parts else ""
