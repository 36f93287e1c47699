"""What one recording says, before anybody interprets it.

Conventions: `start` is aware UTC; spans are ``[start_s, end_s)`` in seconds since `start` on the elapsed clock,
pauses included; arrays are float64 and read-only; NaN is missing and the only "missing"; zeros are data.
Nothing here reads, writes or guesses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.values.channels import CHANNELS
from importer.values.sensors import BeatSeries, SensorSeries, Split

FloatArray = NDArray[np.float64]
#: how this program calls itself in the files that it exports
EXPORTER: Final = "retro-import"


class Environment(StrEnum):
    """Where the session took place."""

    TREADMILL = "treadmill"
    INDOOR = "indoor"
    TRACK = "track"
    OUTDOOR = "outdoor"
    ELLIPTICAL = "elliptical"
    UNKNOWN = "unknown"


class SpeedBasis(StrEnum):
    """What supplied the speed: only `BELT`, `GPS` and `FOOTPOD` are independent of cadence."""

    BELT = "belt"
    GPS = "gps"
    FOOTPOD = "footpod"
    WATCH_MODEL = "watch-model"
    UNKNOWN = "unknown"


class CadenceBasis(StrEnum):
    """How the cadence unit (strides or steps) was decided; `UNKNOWN` forbids classification."""

    WRITER = "writer"  # the writer is known to use one unit
    UNITS = "units"  # the field names its own unit
    CYCLES = "total-cycles"  # the session's count of cycles settles it
    MEDIAN = "median"  # the median lies where only one unit is possible
    STEP_LENGTH = "step-length"  # only one unit gives a possible step length
    UNKNOWN = "unknown"
    NONE = "none"  # the file has no cadence


class Place(StrEnum):
    """Where a text stood, in the file or beside it, the strongest for direction first."""

    SIDECAR = "labels file"  # "run.fit.labels.csv: backward", over the span of its line
    WORKOUT_STEP = "workout step"
    LAP_NOTES = "lap notes"
    WAYPOINT = "waypoint"
    TRACK_NAME = "track name"
    TRACK_COMMENT = "track comment"
    TRACK_DESCRIPTION = "track description"
    TRACK_TYPE = "track type"
    PROFILE_NAME = "activity profile"
    SPORT_NAME = "sport name"
    WORKOUT_NAME = "workout name"
    WORKOUT_DESCRIPTION = "workout description"
    TITLE = "title"
    ACTIVITY_NOTES = "activity notes"
    FILE_NAME = "file name"


class PauseKind(StrEnum):
    """Why a stretch is a pause."""

    MANUAL = "manual"
    AUTO = "auto"
    GAP = "gap"  # no timer events: a hole in the samples


class Pause(NamedTuple):
    """A stretch in which the timer stood still, ``[start_s, end_s)``."""

    start_s: float
    end_s: float
    kind: PauseKind = PauseKind.MANUAL


class Text(NamedTuple):
    """Words of the runner.

    `start_s` and `end_s` are both None for words about the whole session, equal for a point mark (a waypoint).
    """

    place: Place
    text: str
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Lap:
    """One lap as the device wrote it, ``[start_s, end_s)``."""

    start_s: float
    end_s: float
    #: FIT lap_trigger name (``manual``, ``distance``, ...) or None; Garmin Connect's TCX calls all of them manual.
    trigger: str | None = None
    intensity: str | None = None
    #: index of the workout step that was running
    step_index: int | None = None
    distance_m: float | None = None
    timer_s: float | None = None

    def __post_init__(self) -> None:
        _check_span(self.start_s, self.end_s, "lap")


@dataclass(frozen=True, slots=True)
class Device:
    """Who wrote the recording. None is unknown; worthless serial numbers are None."""

    manufacturer: str | None = None
    product: str | None = None
    serial: int | None = None
    software: str | None = None

    @property
    def is_export(self) -> bool:
        """Whether this program wrote the file, as a copy of what it knew."""
        return self.product is not None and self.product.startswith(EXPORTER)


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """One recording of one session.

    Parameters
    ----------
    start : aware UTC start of the session.
    t_s : (n,) seconds since `start`, strictly increasing, not negative.
    columns : channel name (see `CHANNELS`) to (n,) float64; NaN = missing.
    elapsed_s : length on the elapsed clock, at least the last sample's time.
    timer_s : length without pauses.
    distance_m : the file's own total, None where it states none.
    cadence_factor : what the file's cadence was multiplied by to get steps per minute; None without cadence.
    utc_offset_s : local minus UTC, None where the file does not say; `utc_offset_basis` says what said so.
    counts : what was odd and how often (``bad_time``, ``bad_coord``, ``inversions``, ``duplicate_seconds``, ...).
    notes : sentences for the user about what was odd.
    """

    start: datetime
    t_s: FloatArray
    columns: Mapping[str, FloatArray]
    elapsed_s: float
    timer_s: float
    format: str
    sport: str = "unknown"
    sub_sport: str = "unknown"
    environment: Environment = Environment.UNKNOWN
    speed_basis: SpeedBasis = SpeedBasis.UNKNOWN
    cadence_basis: CadenceBasis = CadenceBasis.NONE
    cadence_factor: float | None = None
    distance_m: float | None = None
    laps: tuple[Lap, ...] = ()
    pauses: tuple[Pause, ...] = ()
    texts: tuple[Text, ...] = ()
    device: Device = field(default_factory=Device)
    utc_offset_s: int | None = None
    utc_offset_basis: str = "none"
    #: position of this session in its file
    session_index: int = 0
    #: sensors of many hertz, at most one of each kind
    sensors: tuple[SensorSeries, ...] = ()
    beats: BeatSeries | None = None
    #: stretches as the device itself cut them, in order of their start
    splits: tuple[Split, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.start.utcoffset() != timedelta(0):
            raise ValueError(f"Activity.start: not aware UTC ({self.start!r})")
        t_s = _column(self.t_s, "t_s")
        n = len(t_s)
        if n and (not math.isfinite(t_s[0]) or t_s[0] < 0 or not math.isfinite(t_s[-1]) or not bool(np.all(t_s[1:] > t_s[:-1]))):
            raise ValueError("Activity.t_s: not finite, not negative and strictly increasing")
        columns = {}
        for name, values in self.columns.items():
            if name not in CHANNELS:
                raise ValueError(f"Activity.columns: no channel of the name {name!r}")
            column = _column(values, name)
            if len(column) != n:
                raise ValueError(f"Activity.columns[{name!r}]: {len(column)} values for {n} samples")
            columns[name] = column
        if not (math.isfinite(self.elapsed_s) and math.isfinite(self.timer_s)):
            raise ValueError(f"Activity: lengths are not finite ({self.elapsed_s}, {self.timer_s})")
        if not 0 <= self.timer_s <= self.elapsed_s:
            raise ValueError(f"Activity: timer_s {self.timer_s} is not within [0, elapsed_s {self.elapsed_s}]")
        if n and t_s[-1] > self.elapsed_s:
            raise ValueError(f"Activity: a sample at {t_s[-1]} s lies behind the end at {self.elapsed_s} s")
        _check_disjoint(self.pauses, "pauses")
        if len({series.kind for series in self.sensors}) != len(self.sensors):
            raise ValueError("Activity.sensors: more than one series of a kind")
        for split in self.splits:
            _check_span(split.start_s, split.end_s, "split")
        object.__setattr__(self, "t_s", t_s)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "counts", dict(self.counts))

    def __len__(self) -> int:
        return len(self.t_s)


def _column(values: FloatArray, name: str) -> FloatArray:
    """Give a read-only 1-D float64 array; copy only where the caller could still write into it."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions, expected 1")
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


def _check_span(start_s: float, end_s: float, what: str) -> None:
    if not (math.isfinite(start_s) and math.isfinite(end_s) and start_s <= end_s):
        raise ValueError(f"{what}: [{start_s}, {end_s}) is no span")


def _check_disjoint(spans: tuple[Pause, ...], what: str) -> None:
    last = -math.inf
    for span in spans:
        _check_span(span.start_s, span.end_s, what)
        if span.start_s < last:
            raise ValueError(f"{what}: not sorted and disjoint at {span.start_s} s")
        last = span.end_s
