"""What GPX and TCX hand over of one recording, before it is cleaned.

Conventions: moments in UTC seconds since 1970, columns in file order, NaN for missing.
Nothing here computes: `assemble` makes activities of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from importer.values.activity import Device, Environment, FloatArray, Place, SpeedBasis
from importer.values.sensors import SensorKind


class Mark(NamedTuple):
    """Words with the stretch they stand at, UTC seconds; None and None for the whole recording."""

    place: Place
    text: str
    start_unix_s: float | None = None
    end_unix_s: float | None = None


class LapRow(NamedTuple):
    """One lap, UTC seconds."""

    start_unix_s: float
    end_unix_s: float
    trigger: str | None = None
    intensity: str | None = None
    distance_m: float | None = None
    timer_s: float | None = None


class SensorRows(NamedTuple):
    """The samples of one sensor: UTC seconds (m,) in file order, all of them finite, and its axes (m,) each, NaN = missing."""

    kind: SensorKind
    unit: str
    t_unix_s: FloatArray
    x: FloatArray
    y: FloatArray
    z: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """One recording as a reader found it.

    Parameters
    ----------
    t_unix_s : (n,) in file order, NaN where the time is missing or unreadable.
    zone_s : (n,) local minus UTC of each time as written, NaN for a time without a zone.
    columns : channel to (n,); ``cadence_spm`` holds the raw cadence, whose unit is decided here.
    breaks : indices of samples before which the file says that recording was interrupted.
    start_unix_s, timer_s : what the file states, None where it does not.
    indoor_speed : what supplies the speed where there are no positions.
    """

    format: str
    t_unix_s: FloatArray
    zone_s: FloatArray
    columns: Mapping[str, FloatArray]
    breaks: tuple[int, ...] = ()
    sport: str = "unknown"
    sub_sport: str = "unknown"
    device: Device = field(default_factory=Device)
    writer_factor: float | None = None
    start_unix_s: float | None = None
    timer_s: float | None = None
    distance_m: float | None = None
    indoor_speed: SpeedBasis = SpeedBasis.UNKNOWN
    indoor_environment: Environment = Environment.UNKNOWN
    laps: tuple[LapRow, ...] = ()
    marks: tuple[Mark, ...] = ()
    sensors: tuple[SensorRows, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
