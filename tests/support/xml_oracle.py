"""A second reading of GPX and TCX, by lxml and nothing of ours: point by point, element by element, for comparison only.

Conventions: a moment is in whole milliseconds since 1970; for each moment of a track the last value that is not missing counts, as in the
program; what a channel cannot hold is missing. lxml is imported here and nowhere else, and only when it is asked for.
"""

from __future__ import annotations

import importlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from importer.values.activity import Activity
from importer.values.channels import CHANNELS

#: what is compared, with the local names of its elements in each format
GPX_NAMES: Final = {
    "altitude_m": ("ele",),
    "heart_rate_bpm": ("hr", "heartrate"),
    "cadence_spm": ("cad", "cadence"),
    "speed_mps": ("speed",),
    "distance_m": ("{http://www.cluetrust.com/XML/GPXDATA/1/0}distance",),
}
TCX_NAMES: Final = {
    "latitude_deg": ("LatitudeDegrees",),
    "longitude_deg": ("LongitudeDegrees",),
    "altitude_m": ("AltitudeMeters",),
    "heart_rate_bpm": ("Value",),
    "cadence_spm": ("Cadence", "RunCadence"),
    "speed_mps": ("Speed",),
    "distance_m": ("DistanceMeters",),
}
Moments = dict[int, dict[str, float]]


class Comparison(NamedTuple):
    """How many values are equal by channel (``time`` among them), and the first few that are not."""

    equal: Counter[str]
    differences: list[str]


def compare(data: bytes, activities: Sequence[Activity]) -> Comparison | None:
    """Compare the activities of a file with what lxml finds in it; None where lxml refuses the file."""
    etree = importlib.import_module("lxml.etree")
    try:
        root = etree.fromstring(data.strip(), parser=etree.XMLParser(huge_tree=True, resolve_entities=False))
    except etree.XMLSyntaxError:
        return None
    is_gpx = _local(root) == "gpx"
    recordings = [_moments(points) for points in (_gpx_tracks(root) if is_gpx else _tcx_activities(root))]
    found = Comparison(Counter(), [])
    for activity in activities:
        candidates = [_compared(activity, recording) for recording in recordings if _milliseconds(activity, 0) in recording]
        if not candidates:
            found.differences.append(f"{activity.start}: no recording of lxml starts there or goes through it")
            continue
        best = min(candidates, key=lambda candidate: len(candidate.differences))
        found.equal.update(best.equal)
        found.differences.extend(best.differences[:3])
    return found


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _gpx_tracks(root: Any) -> Iterator[list[dict[str, float]]]:
    for track in root.iter("{*}trk"):
        yield [
            _point(point, GPX_NAMES, "time") | _numbers({"latitude_deg": point.get("lat"), "longitude_deg": point.get("lon")})
            for point in track.iter("{*}trkpt")
        ]


def _tcx_activities(root: Any) -> Iterator[list[dict[str, float]]]:
    for activity in root.iter("{*}Activity"):
        yield [_point(point, TCX_NAMES, "Time") for point in activity.iter("{*}Trackpoint")]


def _point(point: Any, names: Mapping[str, tuple[str, ...]], time: str) -> dict[str, float]:
    """Give the time (milliseconds) and the numbers of one point; of several elements of one name the last counts."""
    texts: dict[str, str | None] = {}
    for element in point.iterdescendants(tag="{*}*"):
        for channel, known in names.items():
            # RunCadence stands behind Cadence and wins, as both are in the order of the schema
            if _local(element) in known or str(element.tag) in known:
                texts[channel] = element.text
    values = _numbers(texts)
    stamp = (point.findtext("{*}" + time) or "").strip()
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return values
    if len(stamp) > len("2026-01-01"):
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        values["time"] = round(aware.timestamp() * 1000.0)
    return values


def _numbers(texts: Mapping[str, str | None]) -> dict[str, float]:
    """Give the numbers that their channels can hold."""
    values = {}
    for channel, text in texts.items():
        try:
            value = float(text or "")
        except ValueError:
            continue
        is_heart_of_zero = channel == "heart_rate_bpm" and value == 0.0
        if CHANNELS[channel].low <= value <= CHANNELS[channel].high and not is_heart_of_zero:
            values[channel] = value
    return values


def _moments(points: Sequence[Mapping[str, float]]) -> Moments:
    moments: Moments = {}
    for point in points:
        if "time" in point:
            values = dict(point)
            latitude, longitude = values.get("latitude_deg"), values.get("longitude_deg")
            if latitude is None or longitude is None or (abs(latitude) < 1e-6 and abs(longitude) < 1e-6):
                values.pop("latitude_deg", None)
                values.pop("longitude_deg", None)
            moments.setdefault(int(values.pop("time")), {}).update(values)
    return moments


def _milliseconds(activity: Activity, i: int) -> int:
    return round(activity.start.timestamp() * 1000.0 + float(activity.t_s[i]) * 1000.0)


def _compared(activity: Activity, recording: Moments) -> Comparison:
    """Compare every sample of an activity; a speed or distance that the program derived or added up is no value of the file."""
    derived = {"derived-speed": "speed_mps", "lap-distance": "distance_m"}
    skipped = {channel for note in activity.notes for word, channel in derived.items() if note.startswith(word)}
    found = Comparison(Counter(), [])
    for i in range(len(activity)):
        moment = _milliseconds(activity, i)
        values = recording.get(moment)
        if values is None:
            found.differences.append(f"{moment}: lxml has no such moment")
            continue
        found.equal["time"] += 1
        for channel in TCX_NAMES.keys() - skipped:
            ours = float(activity.columns[channel][i]) if channel in activity.columns else math.nan
            theirs = values.get(channel, math.nan)
            if channel == "cadence_spm" and activity.cadence_factor is not None:
                theirs *= activity.cadence_factor
                theirs = math.nan if theirs > CHANNELS[channel].high else theirs
            if ours == theirs:
                found.equal[channel] += 1
            elif not (math.isnan(ours) and math.isnan(theirs)):
                found.differences.append(f"{moment}, {channel}: {ours} against {theirs}")
    return found
