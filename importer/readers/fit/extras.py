"""What a FIT file holds beside its records, for each of its activities: sensors of many hertz, beats, the device's own splits.

Conventions: read once for a link, then cut to the activities; all times are those of the file's clock until an activity takes its part,
which counts from its own start. A sample or beat belongs to the activity in whose ``[since, until)`` it lies, but one that is further
than `EDGE_S` away from the activity itself is a fault of a clock: it is dropped and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from importer.readers.fit.clock import Clock
from importer.readers.fit.intervals import NO_PLACE, Intervals, read_intervals
from importer.readers.fit.messages import Messages
from importer.readers.fit.placing import MS_PER_S, Dates
from importer.readers.fit.sensors import NO_TIME, Stream, read_sensors
from importer.readers.fit.splits import BAD, Placed, read_splits, splits_of
from importer.values.activity import FloatArray
from importer.values.sensors import BeatSeries, SensorSeries, Split

#: s; a sensor that is switched on longer before the activity, or off longer behind it, belongs to something else. Assumption.
EDGE_S: Final = 3600.0


class Part(NamedTuple):
    """What belongs to one activity, and what of it was dropped."""

    sensors: tuple[SensorSeries, ...]
    beats: BeatSeries | None
    splits: tuple[Split, ...]
    counts: Mapping[str, int]


class Window(NamedTuple):
    """An activity on the file's clock: its start and length, and the stretch ``[since, until)`` of the file that is its own, s."""

    start: float
    elapsed_s: float
    since: float
    until: float

    def cut(self, t_ms: FloatArray) -> tuple[slice, int]:
        """Give which of the times, (m,) and never falling, belong to the activity, and how many others are its own but too far away."""
        edges = self.start - EDGE_S, self.start + self.elapsed_s + EDGE_S
        owned = np.searchsorted(t_ms, (self.since * MS_PER_S, self.until * MS_PER_S)).tolist()
        first = max(owned[0], int(np.searchsorted(t_ms, edges[0] * MS_PER_S)))
        last = max(min(owned[1], int(np.searchsorted(t_ms, edges[1] * MS_PER_S, side="right"))), first)
        return slice(first, last), owned[1] - owned[0] - (last - first)


class Extras(NamedTuple):
    """What stands beside the records of a link; `counts` says what was dropped before anything could be given to an activity."""

    sensors: tuple[Stream, ...]
    intervals: Intervals | None
    splits: list[Placed]
    counts: Mapping[str, int]

    def part(self, window: Window) -> Part:
        """Give what belongs to one activity."""
        counts: dict[str, int] = {}
        sensors = []
        start_ms = window.start * MS_PER_S
        for stream in self.sensors:
            which, n_far = window.cut(stream.t_ms)
            _count(counts, NO_TIME, n_far)
            if which.stop > which.start:
                x, y, z = (axis[which] for axis in stream.axes)
                sensors.append(SensorSeries(stream.kind, stream.unit, _since(start_ms, stream.t_ms[which]), x, y, z))
        beats = None
        if self.intervals is not None:
            which, n_far = window.cut(self.intervals.t_ms)
            _count(counts, NO_PLACE, n_far)
            if which.stop > which.start:
                beats = BeatSeries(_since(start_ms, self.intervals.t_ms[which]), self.intervals.length_ms[which] / MS_PER_S)
        mine, n_outside = splits_of(self.splits, start=window.start, elapsed_s=window.elapsed_s, since=window.since, until=window.until)
        _count(counts, BAD, n_outside)
        return Part(tuple(sensors), beats, mine, counts)


def read_extras(messages: Messages, clock: Clock) -> Extras:
    """Read what stands beside the records of a link."""
    counts: dict[str, int] = {}
    sensors: tuple[Stream, ...] = ()
    intervals = None
    if messages.blocks:
        sensors = read_sensors(messages, Dates(messages, clock), counts)
        hrv = messages.blocks.get("hrv")
        intervals = None if hrv is None else read_intervals(hrv, clock.t, counts)
    return Extras(sensors, intervals, read_splits(messages, counts), counts)


def _since(start_ms: float, t_ms: FloatArray) -> FloatArray:
    """Give seconds since the start, read-only, which spares the series a copy."""
    t_s: FloatArray = t_ms - start_ms
    t_s /= MS_PER_S
    t_s.flags.writeable = False
    return t_s


def _count(counts: dict[str, int], name: str, n: int) -> None:
    if n:
        counts[name] = counts.get(name, 0) + n
