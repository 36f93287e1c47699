"""A session as TCX: a lap for each stretch, whose notes say what is known of it; a track for each part between pauses.

Conventions: the elements and their order are those of TrainingCenterDatabase v2 with ActivityExtension v2. Cadence counts strides.
What the schema demands and nobody measured is 0: calories, and the distance of a lap without any. Samples inside a pause are left out.
The recording device is named without its serial number.

Source: Garmin's schemas TrainingCenterDatabasev2.xsd and ActivityExtensionv2.xsd.
"""

from __future__ import annotations

import itertools
from typing import Final
from xml.sax.saxutils import escape

import numpy as np

from importer import __version__
from importer.errors import UsageError
from importer.exports import wording
from importer.exports.content import Content, Piece
from importer.exports.figures import Figures, Measure
from importer.exports.xml import HEAD, cells, element, number, stamp
from importer.values.activity import EXPORTER, Activity, FloatArray, SpeedBasis

_TCX: Final = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
_EXTENSION: Final = "http://www.garmin.com/xmlschemas/ActivityExtension/v2"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_SPORTS: Final = {"running": "Running", "cycling": "Biking"}
_TRIGGERS: Final = {"manual": "Manual", "distance": "Distance", "time": "Time", "location": "Location", "heartrate": "HeartRate"}
_MOST_STRIDES: Final = 254


def tcx_bytes(content: Content) -> bytes:
    """Write a session, prepared on `MILLISECOND`, as TCX.

    Raises
    ------
    UsageError : the session has no length, so that there is no lap for its sample.
    """
    activity = content.activity
    if not content.pieces:
        raise UsageError(f"TCX cannot hold a session without a lap (found {activity.elapsed_s:g} s of it): choose fit, csv or json")
    words = "\n\n".join(part for part in (wording.title(activity.texts), wording.notes(activity.texts), content.listed) if part)
    return "".join(
        (
            HEAD,
            f'<TrainingCenterDatabase xmlns="{_TCX}" xmlns:ns3="{_EXTENSION}" xmlns:xsi="{_XSI}"><Activities>\n',
            f'<Activity Sport="{_SPORTS.get(activity.sport, "Other")}"><Id>{stamp(activity.start)}</Id>\n',
            *_laps(content),
            element("Notes", words or None),
            _device(activity),
            "</Activity></Activities>\n",
            _author(),
            "</TrainingCenterDatabase>\n",
        )
    ).encode("utf-8")


def _laps(content: Content) -> list[str]:
    """Write the pieces, each with the samples in it."""
    activity = content.activity
    measure = Measure(activity)
    kept = np.flatnonzero(content.is_running())
    t_s = activity.t_s[kept]
    points = _points(content, t_s, {name: column[kept] for name, column in activity.columns.items()})
    ends = np.array([pause.end_s for pause in activity.pauses])
    part = np.searchsorted(ends, t_s, side="right")
    laps = []
    for i, piece in enumerate(content.pieces):
        first, last = np.searchsorted(t_s, (piece.start_s, piece.end_s)).tolist()
        if i == len(content.pieces) - 1:
            last = len(t_s)
        borders = [first, *(first + 1 + np.flatnonzero(np.diff(part[first:last]))).tolist(), last]
        tracks = [f"<Track>\n{''.join(points[a:b])}</Track>" for a, b in itertools.pairwise(borders) if a < b]
        laps.append(_lap(content, piece, measure.figures(piece.start_s, piece.end_s), "".join(tracks)))
    return laps


def _lap(content: Content, piece: Piece, figures: Figures, tracks: str) -> str:
    trigger = _TRIGGERS.get(piece.ended_by or "manual", "Manual") if piece.is_lap_end else "Time"
    intensity = "Resting" if piece.intensity in ("rest", "resting", "recovery") else "Active"
    has_laps = len(content.activity.laps) > 1 and piece.lap is not None
    notes = wording.with_words(piece.phrase, f"lap {piece.lap} of the recording" if has_laps else "", piece.words)
    return (
        f'<Lap StartTime="{stamp(content.moment(piece.start_s))}"><TotalTimeSeconds>{number(figures.timer_s, 3)}</TotalTimeSeconds>'
        f"<DistanceMeters>{number(figures.distance_m or 0.0, 2)}</DistanceMeters>"
        f"{_number('MaximumSpeed', figures.max_speed_mps, 3)}<Calories>0</Calories>"
        f"{_heart('AverageHeartRateBpm', figures.mean_heart_rate_bpm)}{_heart('MaximumHeartRateBpm', figures.max_heart_rate_bpm)}"
        f"<Intensity>{intensity}</Intensity><TriggerMethod>{trigger}</TriggerMethod>{tracks}{element('Notes', notes)}{_lx(figures)}</Lap>\n"
    )


def _number(name: str, value: float | None, digits: int) -> str:
    return element(name, None if value is None else number(value, digits))


def _heart(name: str, bpm: float | None) -> str:
    return "" if bpm is None or not 1 <= round(bpm) <= 255 else f"<{name}><Value>{round(bpm)}</Value></{name}>"


def _lx(figures: Figures) -> str:
    """Write the averages that only the extension has places for."""
    strides = [None if spm is None or spm / 2 > _MOST_STRIDES else spm / 2 for spm in (figures.mean_cadence_spm, figures.max_cadence_spm)]
    found = (
        _number("ns3:AvgSpeed", figures.mean_speed_mps, 3)
        + _number("ns3:AvgRunCadence", strides[0], 0)
        + _number("ns3:MaxRunCadence", strides[1], 0)
        + _number("ns3:AvgWatts", figures.mean_power_w, 0)
        + _number("ns3:MaxWatts", figures.max_power_w, 0)
    )
    return f"<Extensions><ns3:LX>{found}</ns3:LX></Extensions>" if found else ""


def _points(content: Content, t_s: FloatArray, columns: dict[str, FloatArray]) -> list[str]:
    """Write every track point."""
    missing = np.full(len(t_s), np.nan)

    def values(name: str) -> list[float]:
        found: list[float] = columns.get(name, missing).tolist()
        return found

    moments = [stamp(content.moment(at)) for at in t_s.tolist()]
    latitudes = cells("LatitudeDegrees", values("latitude_deg"), digits=8, low=-90, high=90)
    longitudes = cells("LongitudeDegrees", values("longitude_deg"), digits=8, low=-180, high=180)
    altitudes = cells("AltitudeMeters", values("altitude_m"), digits=2)
    distances = cells("DistanceMeters", values("distance_m"), digits=2)
    hearts = cells("Value", values("heart_rate_bpm"), digits=0, low=1, high=255)
    speeds = cells("ns3:Speed", values("speed_mps"), digits=3)
    cadences = cells("ns3:RunCadence", (columns.get("cadence_spm", missing) / 2.0).tolist(), digits=0, low=0, high=_MOST_STRIDES)
    watts = cells("ns3:Watts", values("power_w"), digits=0, low=0, high=65_535)
    sensor = ' CadenceSensor="Footpod"' if content.activity.speed_basis is SpeedBasis.FOOTPOD else ""
    points = []
    for i, moment in enumerate(moments):
        position = f"<Position>{latitudes[i]}{longitudes[i]}</Position>" if latitudes[i] and longitudes[i] else ""
        heart = f"<HeartRateBpm>{hearts[i]}</HeartRateBpm>" if hearts[i] else ""
        more = speeds[i] + cadences[i] + watts[i]
        extension = f"<Extensions><ns3:TPX{sensor}>{more}</ns3:TPX></Extensions>" if more else ""
        points.append(f"<Trackpoint><Time>{moment}</Time>{position}{altitudes[i]}{distances[i]}{heart}{extension}</Trackpoint>\n")
    return points


def _device(activity: Activity) -> str:
    """Name what recorded the session; the schema demands the numbers, which are nobody's business."""
    product = wording.written(activity.device.product or "")
    if not product:
        return ""
    return (
        f'<Creator xsi:type="Device_t"><Name>{escape(product)}</Name><UnitId>0</UnitId><ProductID>0</ProductID>'
        "<Version><VersionMajor>0</VersionMajor><VersionMinor>0</VersionMinor></Version></Creator>"
    )


def _author() -> str:
    major, minor = (*__version__.split("."), "0")[:2]
    return (
        f'<Author xsi:type="Application_t"><Name>{EXPORTER}</Name><Build><Version>'
        f"<VersionMajor>{major}</VersionMajor><VersionMinor>{minor}</VersionMinor></Version></Build>"
        "<LangID>en</LangID><PartNumber>000-00000-00</PartNumber></Author>"
    )
