"""A small TCX writer for tests: laps with notes, track points with the activity extension.

Conventions: plain text assembly, so that a test can write what no library would; texts are escaped; None writes no element.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

TCX_2: Final = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
ACTIVITY_EXTENSION: Final = "http://www.garmin.com/xmlschemas/ActivityExtension/v2"


class Trackpoint(NamedTuple):
    """One track point; `cadence` is the core element, `run_cadence` the extension's."""

    time: datetime | str
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    altitude_m: float | None = None
    distance_m: float | None = None
    heart_rate_bpm: int | None = None
    cadence: int | None = None
    speed_mps: float | None = None
    run_cadence: int | None = None
    watts: int | None = None


class TcxLap(NamedTuple):
    """One lap with its track points, in one or several <Track> elements."""

    start: datetime
    total_s: float
    tracks: Sequence[Sequence[Trackpoint]]
    distance_m: float | None = None
    intensity: str = "Active"
    trigger: str = "Manual"
    notes: str | None = None


def stamp(moment: datetime | str) -> str:
    """Give a moment as TCX writes it, whole seconds in UTC."""
    return moment if isinstance(moment, str) else moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def activity(
    laps: Iterable[TcxLap], *, start: datetime, sport: str = "Running", notes: str | None = None, creator: str | None = None
) -> str:
    """Give an <Activity>; `creator` is the name of a device."""
    device = (
        ""
        if creator is None
        else f'<Creator xsi:type="Device_t"><Name>{escape(creator)}</Name><UnitId>3900000001</UnitId><ProductID>2691</ProductID>'
        "<Version><VersionMajor>9</VersionMajor><VersionMinor>40</VersionMinor></Version></Creator>"
    )
    return (
        f"<Activity Sport={quoteattr(sport)}><Id>{stamp(start)}</Id>\n"
        + "".join(_lap(lap) for lap in laps)
        + ("" if notes is None else f"<Notes>{escape(notes)}</Notes>")
        + device
        + "</Activity>\n"
    )


def tcx(*activities: str) -> bytes:
    """Give a whole document around activities: UTF-8 with a declaration."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<TrainingCenterDatabase xmlns="{TCX_2}" xmlns:ns3="{ACTIVITY_EXTENSION}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        "<Activities>\n" + "".join(activities) + "</Activities>\n</TrainingCenterDatabase>\n"
    ).encode()


def _lap(lap: TcxLap) -> str:
    distance = "" if lap.distance_m is None else f"<DistanceMeters>{lap.distance_m:.2f}</DistanceMeters>"
    notes = "" if lap.notes is None else f"<Notes>{escape(lap.notes)}</Notes>"
    tracks = "".join("<Track>\n" + "".join(_trackpoint(point) for point in points) + "</Track>" for points in lap.tracks)
    return (
        f'<Lap StartTime="{stamp(lap.start)}"><TotalTimeSeconds>{lap.total_s:.1f}</TotalTimeSeconds>{distance}'
        f"<Intensity>{lap.intensity}</Intensity><TriggerMethod>{lap.trigger}</TriggerMethod>{tracks}{notes}</Lap>\n"
    )


def _trackpoint(point: Trackpoint) -> str:
    position = (
        ""
        if point.latitude_deg is None or point.longitude_deg is None
        else f"<Position><LatitudeDegrees>{point.latitude_deg:.7f}</LatitudeDegrees>"
        f"<LongitudeDegrees>{point.longitude_deg:.7f}</LongitudeDegrees></Position>"
    )
    heart = "" if point.heart_rate_bpm is None else f"<HeartRateBpm><Value>{point.heart_rate_bpm}</Value></HeartRateBpm>"
    extension = _cell("ns3:Speed", point.speed_mps) + _cell("ns3:RunCadence", point.run_cadence) + _cell("ns3:Watts", point.watts)
    if extension:
        extension = f"<Extensions><ns3:TPX>{extension}</ns3:TPX></Extensions>"
    return (
        f"<Trackpoint><Time>{stamp(point.time)}</Time>{position}{_cell('AltitudeMeters', point.altitude_m)}"
        f"{_cell('DistanceMeters', point.distance_m)}{heart}{_cell('Cadence', point.cadence)}{extension}</Trackpoint>\n"
    )


def _cell(name: str, value: float | None) -> str:
    return "" if value is None else f"<{name}>{round(value, 3)}</{name}>"
