"""GPX 1.0 and 1.1, as watches, phones and platforms write it: bytes to activities.

Conventions: one activity for each track; its segments are one recording with breaks between them.
What is read from a point and from the rest is a table in `gpx_document`.
Any bytes give activities or a ReadError. Nothing here guesses a direction.

Source: formats seen in real files, see docs/readers.md, "GPX".
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

import numpy as np

from importer.errors import NotAnActivityError, ReadError
from importer.readers.assemble import build
from importer.readers.cadence import known_factor
from importer.readers.gpx_document import CHANNEL_ORDER, VOCABULARY, Document, Track, Waypoint
from importer.readers.gpx_readings import Hearts, acceleration, with_heart_rates
from importer.readers.recorded import Mark, Recorded
from importer.readers.sport_words import sport_of
from importer.readers.xmlpass import Sink
from importer.readers.xmlpoints import Points, limit_error
from importer.readers.xmlstream import stream
from importer.readers.xmltext import unix_time
from importer.values.activity import Activity, Device, FloatArray, Place
from importer.values.channels import CHANNELS

_HEART_RATE: Final = CHANNEL_ORDER.index("heart_rate_bpm")
#: waypoints that stand in tracks, each counted for every track it stands in
MAX_MARKS: Final = 100_000


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

    points = stream(data, VOCABULARY, make_sink)
    if points.damage is not None and strict:
        raise points.damage
    return activities(document, points)


def activities(document: Document, points: Points) -> tuple[Activity, ...]:
    """Give the activities of a document and its points; see `read_gpx` for the errors."""
    notes = points.notes
    if points.damage is not None:
        kind = points.damage.code if points.damage.code == "trailing-bytes" else "truncated"
        notes = (*notes, f"{kind}: {points.damage.reason}; the {len(points):,} points before it were saved")
    hearts = with_heart_rates(document.heart_rates, points.t_unix_s, points.columns[_HEART_RATE])
    waypoints = sorted((waypoint for waypoint in document.waypoints if waypoint.text), key=_when)
    found: list[Activity] = []
    n_marks = 0
    for track in document.tracks:
        if not _is_timed(points, track):
            continue
        recorded = _recorded(document, points, track, hearts=hearts, waypoints=waypoints, notes=notes)
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


def _recorded(
    document: Document, points: Points, track: Track, *, hearts: Hearts, waypoints: Sequence[Waypoint], notes: tuple[str, ...]
) -> Recorded:
    """Cut one track out of the points of its document."""
    part = slice(track.first, len(points) if track.end is None else track.end)
    t_unix_s = points.t_unix_s[part]
    columns = {name: column[part] for name, column in zip(CHANNEL_ORDER, points.columns, strict=True)}
    columns["heart_rate_bpm"] = hearts.bpm[part]
    columns["altitude_m"] = _first_present(columns["altitude_m"], columns.pop("extension_altitude_m"))
    columns["distance_m"] = _distance(columns["distance_m"], columns.pop("step_distance_m"))
    words, kind = _words(track)
    sport, sub_sport = sport_of(kind)
    marks, n_outside = _waypoint_marks(waypoints, t_unix_s)
    sensor, counts = acceleration(document.accelerations, points.t_unix_s, part)
    device = Device(product=document.creator)
    n_hearts = int(np.count_nonzero(hearts.is_new[part]))
    if n_hearts:
        notes = (*notes, f"heart-rate: {n_hearts:,} samples got theirs from the list beside the track, as they have none themselves")
    texts = [Mark(place, text) for place, text in [*words, *document.texts]]
    return Recorded(
        format="gpx",
        t_unix_s=t_unix_s,
        zone_s=points.zone_s[part],
        columns={name: column for name, column in columns.items() if not np.isnan(column).all()},
        breaks=tuple(first - track.first for first in track.segments if track.first < first < part.stop),
        sport=sport,
        sub_sport=sub_sport,
        device=device,
        writer_factor=known_factor("gpx", document.creator),
        start_unix_s=_start(document, device),
        marks=(*texts, *marks),
        sensors=() if sensor is None else (sensor,),
        counts=counts | {name: n for name, n in (("waypoints_outside", n_outside), ("merged_heart_rates", n_hearts)) if n},
        notes=notes,
    )


def _start(document: Document, device: Device) -> float | None:
    """Give the start of the session that an export of this program tells; the time of other files may be anything."""
    stated = unix_time(document.time) if device.is_export else math.nan
    return stated if math.isfinite(stated) else None


def _words(track: Track) -> tuple[list[tuple[Place, str]], str | None]:
    """Give the words of a track and its type: the one in the runner's language where there is no other."""
    kind = next((text for place, text in track.texts if place is Place.TRACK_TYPE), None)
    if kind is None and track.translated_type is not None:
        return [*track.texts, (Place.TRACK_TYPE, track.translated_type)], track.translated_type
    return track.texts, kind


def _first_present(values: FloatArray, others: FloatArray) -> FloatArray:
    """Give the values, and where one is missing the other, (n,)."""
    return values if np.isnan(others).all() else np.where(np.isnan(values), others, values)


def _distance(since_start_m: FloatArray, steps_m: FloatArray) -> FloatArray:
    """Give the distance since the start, (n,): the file's own, or else the sum of its steps."""
    if not np.isnan(since_start_m).all() or np.isnan(steps_m).all():
        return since_start_m
    # what is no length is no step: it makes a gap in the sum, and is missing itself
    steps_m = np.where((steps_m >= 0.0) & (steps_m <= CHANNELS["distance_m"].high), steps_m, np.nan)
    return np.where(np.isnan(steps_m), np.nan, np.nancumsum(steps_m))


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
