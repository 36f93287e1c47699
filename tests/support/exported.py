"""Sessions to export, and what their files say when they are read back.

Conventions: a session is an activity and tags that cover it; times are seconds since its start. `declared` gives what the program's own
reader takes from a file as declared, as spans by direction, neighbours joined.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from importer.detect.declared import read_declared
from importer.exports.content import Tag
from importer.readers.registry import read_activities
from importer.values.activity import Activity, CadenceBasis, Device, Environment, Lap, Pause, PauseKind, Place, SpeedBasis, Text
from importer.values.sensors import BeatSeries, FloatArray
from importer.values.session import Basis, Direction, Gait, Standing

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
SPANS = dict[int, list[tuple[float, float]]]
#: words that a runner may have written anywhere; some name a direction, some deny one, some end one
WORDS = (
    "Backward 1 min",
    "easy",
    "forward jog",
    "no backward today",
    "stop",
    "Retro",
    "my retro shoes",
    'turn <&> "here"',
    "後ろ走り",
    "rw 4x",
    "\x01",
)
_PLACES = (Place.WORKOUT_STEP, Place.LAP_NOTES, Place.WAYPOINT, Place.TITLE, Place.ACTIVITY_NOTES)


class Given(NamedTuple):
    """A session to export."""

    activity: Activity
    tags: tuple[Tag, ...]


def activity(t_s: Sequence[float] | FloatArray, *, elapsed_s: float | None = None, start: datetime = START, **changes: Any) -> Activity:
    """Give a run with a position, a heart rate and a cadence at each of the times."""
    t = np.asarray(t_s, dtype=np.float64)
    along_m = t * 2.5
    columns = {
        "latitude_deg": 49.4875 + along_m / 111_195.0,
        "longitude_deg": np.full(len(t), 8.466),
        "altitude_m": 112.0 + np.round(np.sin(t / 60.0), 1),
        "distance_m": np.round(along_m, 2),
        "speed_mps": np.full(len(t), 2.5),
        "heart_rate_bpm": 140.0 + np.round(t % 7),
        "cadence_spm": 168.0 + t % 3 // 1,
    }
    named: dict[str, Any] = {
        "start": start,
        "t_s": t,
        "columns": columns,
        "elapsed_s": float(t[-1]) if elapsed_s is None else elapsed_s,
        "timer_s": float(t[-1]) if elapsed_s is None else elapsed_s,
        "format": "fit",
        "sport": "running",
        "environment": Environment.OUTDOOR,
        "speed_basis": SpeedBasis.GPS,
        "cadence_basis": CadenceBasis.WRITER,
        "cadence_factor": 2.0,
        "device": Device("garmin", "fr935", 3_900_000_001, "9.40"),
        "utc_offset_s": 7200,
        "utc_offset_basis": "activity",
    }
    return Activity(**{**named, **changes})


def tag(start_s: float, end_s: float, direction: Direction = Direction.BACKWARD, standing: Standing = Standing.ACCEPTED) -> Tag:
    """Give a tag with what goes with its direction."""
    if direction is Direction.UNKNOWN:
        return Tag(start_s, end_s, direction, None, Standing.ACCEPTED, Basis.NONE, None)
    gait = None if direction is Direction.STILL else Gait.RUN
    return Tag(start_s, end_s, direction, gait, standing, Basis.GAIT, 0.97)


def given(borders: Sequence[float], said: str, **changes: Any) -> Given:
    """Give an hour-less session of a sample a second: `said` is a letter for each stretch, f b s(uggested) . (still) ? (unknown)."""
    kinds = {
        "f": (Direction.FORWARD, Standing.ACCEPTED),
        "b": (Direction.BACKWARD, Standing.ACCEPTED),
        "s": (Direction.BACKWARD, Standing.SUGGESTED),
        ".": (Direction.STILL, Standing.ACCEPTED),
        "?": (Direction.UNKNOWN, Standing.ACCEPTED),
    }
    spans = itertools.pairwise([0.0, *borders])
    tags = tuple(tag(a, b, *kinds[letter]) for (a, b), letter in zip(spans, said, strict=True))
    return Given(activity(np.arange(borders[-1] + 1), **changes), tags)


@st.composite
def sessions(draw: st.DrawFn, *, steps_s: Sequence[float] = (1.0, 1.0, 1.0, 0.5, 2.0, 5.0, 7.0, 30.0)) -> Given:
    """Draw a session: even and uneven samples, pauses, laps, tags of every kind, words that lie."""
    steps = draw(st.lists(st.sampled_from(steps_s), min_size=20, max_size=120))
    offset_s = draw(st.sampled_from([0.0, 0.0, 0.25, 3.0]))
    t_s = offset_s + np.concatenate(([0.0], np.cumsum(steps)))
    elapsed_s = float(t_s[-1]) + draw(st.sampled_from([0.0, 0.5, 1.0]))
    cuts = draw(st.lists(st.floats(1.0, elapsed_s - 1.0).map(lambda at: round(at, draw(st.sampled_from([0, 1])))), max_size=8))
    borders = sorted({0.0, elapsed_s, *(cut for cut in cuts if 0.0 < cut < elapsed_s)})
    kinds = draw(st.lists(st.tuples(st.sampled_from(Direction), st.sampled_from(Standing)), min_size=len(borders), max_size=len(borders)))
    tags = tuple(
        tag(a, b, direction, standing if direction is Direction.BACKWARD else Standing.ACCEPTED)
        for (a, b), (direction, standing) in zip(itertools.pairwise(borders), kinds, strict=False)
    )
    pauses = draw(_pauses(t_s))
    made = activity(
        t_s,
        elapsed_s=elapsed_s,
        start=START + timedelta(milliseconds=draw(st.sampled_from([0, 0, 250, 499, 500, 999]))),
        timer_s=elapsed_s - sum(pause.end_s - pause.start_s for pause in pauses),
        pauses=pauses,
        laps=draw(_laps(elapsed_s)),
        texts=draw(_texts(elapsed_s)),
        beats=draw(st.sampled_from([None, BeatSeries(np.arange(1.0, 10.0), np.full(9, 0.99))])),
    )
    return Given(made, tags)


@st.composite
def _pauses(draw: st.DrawFn, t_s: np.ndarray) -> tuple[Pause, ...]:
    """Draw pauses: holes between two samples, and stretches that samples lie in."""
    spans: list[Pause] = []
    for at in sorted(draw(st.sets(st.integers(1, len(t_s) - 3), max_size=3))):
        start_s, end_s = float(t_s[at]), float(t_s[min(at + draw(st.sampled_from([1, 1, 4])), len(t_s) - 1)])
        if end_s - start_s >= 2.0 and (not spans or start_s >= spans[-1].end_s):
            spans.append(Pause(start_s, end_s, draw(st.sampled_from(PauseKind))))
    return tuple(spans)


@st.composite
def _laps(draw: st.DrawFn, elapsed_s: float) -> tuple[Lap, ...]:
    cuts = sorted(draw(st.sets(st.integers(1, max(1, int(elapsed_s) - 1)), max_size=4)))
    borders = [0.0, *map(float, cuts), elapsed_s]
    trigger = draw(st.sampled_from(["manual", "distance", None]))
    return tuple(Lap(a, b, trigger, "active") for a, b in itertools.pairwise(borders)) if draw(st.booleans()) else ()


@st.composite
def _texts(draw: st.DrawFn, elapsed_s: float) -> tuple[Text, ...]:
    found = []
    for place in draw(st.lists(st.sampled_from(_PLACES), max_size=4)):
        words = draw(st.sampled_from(WORDS))
        at = draw(st.floats(0.0, elapsed_s))
        if place in (Place.TITLE, Place.ACTIVITY_NOTES):
            found.append(Text(place, words))
        elif place is Place.WAYPOINT:
            found.append(Text(place, words, at, at))
        else:
            found.append(Text(place, words, at, min(elapsed_s, at + 30.0)))
    return tuple(found)


def expected(tags: Iterable[Tag], *, names_suggested: bool = False) -> SPANS:
    """Give what an export must declare: +1 and -1 to spans."""
    spans: SPANS = {1: [], -1: []}
    for one in tags:
        if one.direction is Direction.FORWARD:
            _join(spans[1], one.start_s, one.end_s)
        elif one.direction is Direction.BACKWARD and (names_suggested or one.standing is Standing.ACCEPTED):
            _join(spans[-1], one.start_s, one.end_s)
    return spans


def read(data: bytes) -> Activity:
    """Read a file of one activity, strictly."""
    (found,) = read_activities(data, strict=True)
    return found


def declared(found: Activity) -> SPANS:
    """Give what the reader takes as declared."""
    spans: SPANS = {1: [], -1: []}
    for claim in read_declared(found).claims:
        _join(spans[-1 if claim.direction is Direction.BACKWARD else 1], claim.start_s, claim.end_s)
    return spans


def apart(a: SPANS, b: SPANS, *, direction: int, until_s: float) -> float:
    """Give how many seconds only one of the two calls this direction, before `until_s`."""
    borders = sorted({0.0, until_s, *(min(at, until_s) for spans in (a, b) for span in spans[direction] for at in span)})
    return sum(
        end - start
        for start, end in itertools.pairwise(borders)
        if _is_in(a[direction], (start + end) / 2) is not _is_in(b[direction], (start + end) / 2)
    )


def _is_in(spans: Iterable[tuple[float, float]], at_s: float) -> bool:
    return any(start <= at_s < end for start, end in spans)


def _join(spans: list[tuple[float, float]], start_s: float, end_s: float) -> None:
    if spans and spans[-1][1] >= start_s:
        start_s, end_s = spans[-1][0], max(end_s, spans.pop()[1])
    spans.append((start_s, end_s))
