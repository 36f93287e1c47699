"""Accelerometer, gyroscope and magnetometer of a FIT file: messages of up to some dozens of samples to one series of each kind.

Conventions: a sample's time is its message's `timestamp` plus `timestamp_ms` plus its own `sample_time_offset`; its value is the
calibrated one, else the compressed one, else the raw count brought to units (`sensor_calibration`). A sensor that the file never
calibrates stays in counts.
Axes are (m,) float64 in the sensor's frame behind the calibration's orientation, NaN = missing; times are ms on the file's clock.
A sample without any axis is filling and passed over; one without a time is dropped and counted. Nothing here knows sessions.

Source: FIT profile, messages 162, 164, 165 and 208.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.readers.fit.blocks import Block
from importer.readers.fit.messages import Messages
from importer.readers.fit.placing import Dates, sent_ms
from importer.readers.fit.sensor_calibration import Axes, Calibrations, read_calibrations
from importer.values.activity import FloatArray
from importer.values.sensors import CALIBRATED_UNIT, COUNTS, SensorKind

#: message, stem of its fields' names, and what `three_d_sensor_calibration.sensor_type` calls it
_SOURCES: Final = (
    (SensorKind.ACCELEROMETER, "accelerometer_data", "accel", "accelerometer"),
    (SensorKind.GYROSCOPE, "gyroscope_data", "gyro", "gyroscope"),
    (SensorKind.MAGNETOMETER, "magnetometer_data", "mag", "compass"),
)
_AXES: Final = ("x", "y", "z")
#: thousandths of g. Source: FIT profile, compressed_calibrated_accel_x.
_PER_MILLI: Final = 1000.0
#: names of counts, for the notes of an activity
NO_TIME: Final = "bad_sensor_time"
UNCALIBRATED: Final = "uncalibrated_samples"
BEFORE_CALIBRATION: Final = "samples_before_calibration"


class Stream(NamedTuple):
    """One sensor of a link, in order of time: `t_ms` (m,) and three axes (m,) each."""

    kind: SensorKind
    unit: str
    t_ms: FloatArray
    axes: Axes


class _Samples(NamedTuple):
    """Samples as they lie in the file: `place` (m,) orders them, `is_raw` (m,) marks those in counts."""

    t_ms: FloatArray
    place: NDArray[np.uint32]
    axes: Axes
    is_raw: NDArray[np.bool_]


def read_sensors(messages: Messages, dates: Dates, counts: dict[str, int]) -> tuple[Stream, ...]:
    """Give the sensors of a link that have samples.

    Parameters
    ----------
    dates : turns the messages' times into those of the clock.
    counts : gets what was dropped or odd.
    """
    found = []
    for kind, message, stem, sensor_type in _SOURCES:
        if message in messages.blocks:
            samples = _in_time(_joined([_flat(block, stem) for block in messages.blocks[message]]), dates, counts)
            stream = _calibrated(kind, samples, read_calibrations(messages, sensor_type, dates), counts)
            if len(stream.t_ms):
                for axis in stream.axes:
                    axis.flags.writeable = False  # activities take views of it, not copies
                found.append(stream)
    return tuple(found)


def _flat(block: Block, stem: str) -> _Samples:
    """Give the samples of a block one behind the other, without those of which no axis is there."""
    raw, known = _family(block, stem), _family(block, f"calibrated_{stem}")
    packed = _family(block, f"compressed_calibrated_{stem}")
    n_each = max(axes[0].shape[1] for axes in (raw, known, packed) if axes is not None)
    t_ms = _offsets(block, n_each)
    t_ms += sent_ms(block)  # in place: these arrays decide how much memory a file takes
    (x, y, z), is_raw = _best(raw, known, packed, t_ms.shape)
    place = np.repeat(block.place.astype(np.uint32), n_each)
    samples = _Samples(t_ms.ravel(), place, (x.ravel(), y.ravel(), z.ravel()), is_raw.ravel())
    is_there = ~(np.isnan(samples.axes[0]) & np.isnan(samples.axes[1]) & np.isnan(samples.axes[2]))
    return samples if is_there.all() else _taken(samples, is_there)


def _family(block: Block, stem: str) -> Axes | None:
    """Give the three axes of one family of fields, (m, k) each, as wide as the widest; None where none of them is there."""
    fields = [block.fields.get(f"{stem}_{axis}") for axis in _AXES]
    width = max((field.shape[1] for field in fields if field is not None), default=0)
    if not width:
        return None
    n = len(block.place)
    x, y, z = (np.full((n, width), np.nan) if field is None else _wide(field, width) for field in fields)
    return x, y, z


def _best(raw: Axes | None, known: Axes | None, packed: Axes | None, shape: tuple[int, int]) -> tuple[Axes, NDArray[np.bool_]]:
    """Give for each sample the best family that has any axis of it: axes (m, k), and which of them are counts."""
    scaled = None if packed is None else (packed[0] / _PER_MILLI, packed[1] / _PER_MILLI, packed[2] / _PER_MILLI)
    best: Axes | None = None
    for family in (known, scaled, raw):
        if family is None:
            continue
        x, y, z = (_wide(axis, shape[1]) for axis in family)
        if best is None:
            best, is_raw = (x, y, z), np.full(shape, family is raw)
        else:
            is_missing = np.isnan(best[0]) & np.isnan(best[1]) & np.isnan(best[2])
            best = np.where(is_missing, x, best[0]), np.where(is_missing, y, best[1]), np.where(is_missing, z, best[2])
            is_raw = is_raw | (is_missing if family is raw else False)
    assert best is not None
    return best, is_raw


def _wide(values: FloatArray, width: int) -> FloatArray:
    """Fill the rows of (m, k) up with missing values to (m, width)."""
    n, k = values.shape
    return values if k == width else np.concatenate((values, np.full((n, width - k), np.nan)), axis=1)


def _offsets(block: Block, width: int) -> FloatArray:
    """Give the samples' times behind their message's, (m, width) ms; the one sample of a message without offsets has none."""
    offsets = block.fields.get("sample_time_offset")
    if offsets is None:
        return np.zeros((len(block.place), 1)) if width == 1 else np.full((len(block.place), width), np.nan)
    return _wide(offsets[:, :width], width)


def _joined(parts: Sequence[_Samples]) -> _Samples:
    if len(parts) == 1:
        return parts[0]
    x, y, z = (np.concatenate([part.axes[i] for part in parts]) for i in range(3))
    t_ms, place, is_raw = (np.concatenate(columns) for columns in zip(*((p.t_ms, p.place, p.is_raw) for p in parts), strict=True))
    return _Samples(t_ms, place, (x, y, z), is_raw)


def _in_time(samples: _Samples, dates: Dates, counts: dict[str, int]) -> _Samples:
    """Bring the samples onto the clock and into order; those of one time stay in the file's order."""
    t_ms = dates.of(samples.t_ms)
    has_time = np.isfinite(t_ms)
    n_bad = len(t_ms) - int(np.count_nonzero(has_time))
    if n_bad:
        counts[NO_TIME] = counts.get(NO_TIME, 0) + n_bad
        samples, t_ms = _taken(samples, has_time), t_ms[has_time]
    samples = samples._replace(t_ms=t_ms)
    place = samples.place
    if (t_ms[1:] < t_ms[:-1]).any() or ((t_ms[1:] == t_ms[:-1]) & (place[1:] < place[:-1])).any():
        return _taken(samples, np.lexsort((samples.place, t_ms)))
    return samples


def _taken(samples: _Samples, which: NDArray[np.bool_] | NDArray[np.intp]) -> _Samples:
    x, y, z = (axis[which] for axis in samples.axes)
    return _Samples(samples.t_ms[which], samples.place[which], (x, y, z), samples.is_raw[which])


def _calibrated(kind: SensorKind, samples: _Samples, calibrations: Calibrations, counts: dict[str, int]) -> Stream:
    """Bring counts to units where the file says how; counts beside values in units, without a calibration, are dropped and counted."""
    n_raw = int(np.count_nonzero(samples.is_raw))
    if n_raw and not calibrations:
        if n_raw == len(samples.is_raw):
            return Stream(kind, COUNTS, samples.t_ms, samples.axes)
        counts[UNCALIBRATED] = counts.get(UNCALIBRATED, 0) + n_raw
        samples = _taken(samples, ~samples.is_raw)
    elif n_raw:
        n_early = calibrations.apply(samples.t_ms, samples.axes, samples.is_raw)
        if n_early:
            counts[BEFORE_CALIBRATION] = counts.get(BEFORE_CALIBRATION, 0) + n_early
    return Stream(kind, CALIBRATED_UNIT[kind], samples.t_ms, samples.axes)
