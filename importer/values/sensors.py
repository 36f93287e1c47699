"""What a recording holds beside one row per moment: sensors of many hertz, beats, splits.

Conventions: times are seconds since the activity's start on the elapsed clock; arrays are (m,) float64 and read-only;
NaN is missing; axes are the sensor's own. Nothing here reads, writes or guesses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class SensorKind(StrEnum):
    ACCELEROMETER = "accelerometer"
    GYROSCOPE = "gyroscope"
    MAGNETOMETER = "magnetometer"


#: unit of a calibrated sensor; one without calibration is in ``counts``. Source: FIT profile, messages 164, 165, 208.
CALIBRATED_UNIT: Final = {SensorKind.ACCELEROMETER: "g", SensorKind.GYROSCOPE: "dps", SensorKind.MAGNETOMETER: "gauss"}
COUNTS: Final = "counts"
_AXES: Final = ("x", "y", "z")
_BEAT: Final = "beat"


@dataclass(frozen=True, slots=True, eq=False)
class SensorSeries:
    """The samples of one three-axis sensor.

    Parameters
    ----------
    kind : which sensor.
    unit : `CALIBRATED_UNIT` of its kind, or `COUNTS` where the file holds no calibration for it.
    t_s : (m,) seconds since the activity's start, never falling; below zero where the sensor was switched on earlier.
    x, y, z : (m,) each, in the sensor's own frame; NaN = missing.
    """

    kind: SensorKind
    unit: str
    t_s: FloatArray
    x: FloatArray
    y: FloatArray
    z: FloatArray

    def __post_init__(self) -> None:
        if self.unit not in (CALIBRATED_UNIT[self.kind], COUNTS):
            raise ValueError(f"SensorSeries: unit {self.unit!r} does not go with {self.kind}")
        for name in ("t_s", "x", "y", "z"):
            object.__setattr__(self, name, _frozen(getattr(self, name), name))
        if not len(self.t_s) == len(self.x) == len(self.y) == len(self.z):
            raise ValueError(f"SensorSeries: {len(self.t_s)} times for {len(self.x)}, {len(self.y)} and {len(self.z)} values")
        check_times(self.t_s, "SensorSeries.t_s")

    def __len__(self) -> int:
        return len(self.t_s)


@dataclass(frozen=True, slots=True, eq=False)
class BeatSeries:
    """Intervals between heart beats (RR), in order.

    Parameters
    ----------
    t_s : (m,) when the interval ended, seconds since the activity's start, never falling.
    interval_s : (m,) its length.
    """

    t_s: FloatArray
    interval_s: FloatArray

    def __post_init__(self) -> None:
        for name in ("t_s", "interval_s"):
            object.__setattr__(self, name, _frozen(getattr(self, name), name))
        if len(self.t_s) != len(self.interval_s):
            raise ValueError(f"BeatSeries: {len(self.t_s)} times for {len(self.interval_s)} intervals")
        check_times(self.t_s, "BeatSeries.t_s")

    def __len__(self) -> int:
        return len(self.t_s)


class Split(NamedTuple):
    """A stretch as the device itself cut it, ``[start_s, end_s)``: FIT `split` (``rwd_walk``, ``interval_active``) or `set`.

    `kind` is the device's word; it never says a direction of travel.
    """

    start_s: float
    end_s: float
    kind: str
    #: ``split`` or ``set``
    source: str
    distance_m: float | None = None
    repetitions: int | None = None


def to_streams(sensors: Sequence[SensorSeries], beats: BeatSeries | None) -> dict[str, FloatArray]:
    """Give all series as named columns, (m,) each: ``accelerometer.t_s``, ``accelerometer.x_g``, ..., ``beat.interval_s``."""
    streams: dict[str, FloatArray] = {}
    for series in sensors:
        streams[f"{series.kind}.t_s"] = series.t_s
        for axis, values in zip(_AXES, (series.x, series.y, series.z), strict=True):
            streams[f"{series.kind}.{axis}_{series.unit}"] = values
    if beats is not None:
        streams |= {f"{_BEAT}.t_s": beats.t_s, f"{_BEAT}.interval_s": beats.interval_s}
    return streams


def is_stream(name: str) -> bool:
    """Tell whether a column of this name is part of a series, and no channel of the samples."""
    return "." in name


def from_streams(streams: Mapping[str, FloatArray]) -> tuple[tuple[SensorSeries, ...], BeatSeries | None]:
    """Give the series that `to_streams` made columns of, in the order of their first columns; channels of the samples are passed over.

    Raises
    ------
    ValueError
        A column of a series is missing or has another length.
    """
    parts: dict[str, dict[str, FloatArray]] = {}
    for name, values in streams.items():
        if is_stream(name):
            owner, _, field = name.partition(".")
            parts.setdefault(owner, {})[field] = values
    beat = parts.pop(_BEAT, None)
    try:
        sensors = tuple(_series(SensorKind(owner), fields) for owner, fields in parts.items())
        return sensors, None if beat is None else BeatSeries(beat["t_s"], beat["interval_s"])
    except KeyError as missing:
        raise ValueError(f"a series without its column {missing}") from missing


def _series(kind: SensorKind, fields: Mapping[str, FloatArray]) -> SensorSeries:
    unit = next((name.partition("_")[2] for name in fields if name != "t_s"), "")
    return SensorSeries(kind, unit, fields["t_s"], *(fields[f"{axis}_{unit}"] for axis in _AXES))


def check_times(t_s: FloatArray, what: str) -> None:
    """Raise ValueError unless times are finite and never fall."""
    if len(t_s) and (not bool(np.isfinite(t_s).all()) or bool((t_s[1:] < t_s[:-1]).any())):
        raise ValueError(f"{what}: not finite and in order")


def _frozen(values: FloatArray, name: str) -> FloatArray:
    """Give a read-only 1-D float64 array; copy only where the caller could still write into it."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name}: {array.ndim} dimensions, expected 1")
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array
