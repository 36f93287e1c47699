"""The synthetic runner with a compass on the wrist: headings of a known truth, and the raw sensors that would make them.

Conventions: headings and courses are degrees clockwise from north, (n,) a second; raw sensors are 25 Hz in the device's frame, x along the
forearm, y across it, z out of the display; acceleration at rest points upwards (or downwards, on request), 1 g long.
The same seed gives the same recording. Nothing here imports the program's readers or detectors.

Source: the generative model of docs/detection.md: delta = offset + 180 if backward + N(0, 15) + swing AR(0.75) + course + drift.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.values.activity import Activity
from importer.values.channels import CHANNELS
from importer.values.sensors import COUNTS, SensorKind, SensorSeries
from importer.values.session import Direction
from tests.support.activities import activity_of
from tests.support.noise import Noise
from tests.support.runner import Recording

FloatArray = NDArray[np.float64]

#: white part of a heading, deg; correlation of the swing from second to second; drift, deg per square root of a second
WHITE_SD_DEG: Final = 15.0
SWING_CORRELATION: Final = 0.75
DRIFT_DEG: Final = 0.6
#: noise of velocity across the way, m/s
CROSS_SD_MPS: Final = 0.2
#: the Earth's field in middle Europe: strength, gauss, and its dip below the horizon, deg
FIELD_GAUSS: Final = 0.49
DIP_DEG: Final = 65.0
RATE_HZ: Final = 25


class Wearer(NamedTuple):
    """How a watch is worn: angle from course to heading, and how far the arm swings (SD, deg)."""

    offset_deg: float = 40.0
    swing_sd_deg: float = 35.0


class Facing(NamedTuple):
    """What a perfect compass and receiver would write: (n,) deg each."""

    heading_deg: FloatArray
    course_deg: FloatArray


def draw_wearer(seed: int, *, swing_sd_deg: float) -> Wearer:
    """Draw a way to wear a watch: any offset is as likely as any other."""
    return Wearer(float(np.random.default_rng(7000 + seed).uniform(0.0, 360.0)), swing_sd_deg)


def face(recording: Recording, *, seed: int, wearer: Wearer, on_belt: bool = False) -> Facing:
    """Give headings and courses of a recording; a belt has no course, and its runner faces one wall of the room or the other."""
    n = len(recording)
    noise = Noise(900_000 + seed)
    course = np.full(n, 70.0) if on_belt else true_course(recording)
    offset = wearer.offset_deg + DRIFT_DEG * np.cumsum(noise.normal(n))
    swing = noise.slow(n, sd=wearer.swing_sd_deg, tau_s=1.0 / (1.0 - SWING_CORRELATION))
    heading = course + offset + 180.0 * is_backward(recording) + WHITE_SD_DEG * noise.normal(n) + swing
    error = np.degrees(np.arctan2(CROSS_SD_MPS * noise.normal(n), np.maximum(recording.speed_mps, 0.05)))
    measured = np.full(n, np.nan) if on_belt else (course + error) % 360.0
    return Facing(heading % 360.0, np.where(recording.speed_mps > 0.1, measured, np.nan))


def is_backward(recording: Recording) -> FloatArray:
    """Give 1 in every second that is backward in truth: (n,)."""
    rows = [block.direction is Direction.BACKWARD for block in recording.plan for _ in range(block.duration_s)]
    return np.array(rows, dtype=np.float64)


def true_course(recording: Recording, *, loop_m: float = 2600.0) -> FloatArray:
    """Direction of the circle that the synthetic runner runs on, deg, (n,); it is turned round where a block goes back."""
    along = np.array([float(block.along) for block in recording.plan for _ in range(block.duration_s)])
    way_m = np.cumsum(recording.speed_mps * along)
    course: FloatArray = (90.0 - np.degrees(way_m * 2.0 * math.pi / loop_m) + np.where(along < 0, 180.0, 0.0)) % 360.0
    return course


def facing_activity(recording: Recording, facing: Facing, *, is_belt: bool = False, has_course: bool = True, **changes: object) -> Activity:
    """Give the activity of a device that writes a compass heading, and the course unless it is to be found from positions."""
    plain = activity_of(recording, is_belt=is_belt, **changes)
    rows = np.array(recording.seconds)
    columns = dict(plain.columns)
    columns["heading_deg"] = np.round(facing.heading_deg[rows], 1)
    if has_course and not is_belt:
        columns["course_deg"] = np.round(facing.course_deg[rows], 1)
    elif not is_belt:
        columns["latitude_deg"], columns["longitude_deg"] = recording.latitude_deg[rows], recording.longitude_deg[rows]
    return replaced(plain, columns=columns)


def replaced(activity: Activity, **changes: object) -> Activity:
    """Give an activity with some fields replaced."""
    fields = {name: getattr(activity, name) for name in activity.__slots__}
    assert set(fields.get("columns", {})) <= set(CHANNELS)
    return Activity(**{**fields, **changes})


class Watch(NamedTuple):
    """Faults of raw sensors.

    `iron` is added to every reading of the magnetometer (gauss), `gain` multiplies it axis by axis, and `counts` makes integers of it;
    `is_flipped` counts acceleration downwards.
    """

    iron: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    counts_per_gauss: float | None = None
    is_flipped: bool = False


def raw_sensors(
    recording: Recording, *, seed: int, offset_deg: float, watch: Watch, swing_deg: float = 25.0, has_gyroscope: bool = False
) -> tuple[SensorSeries, ...]:
    """Give what a watch on the wrist of a running person measures, 25 times a second; with little swing, a pod on the chest."""
    n = len(recording) * RATE_HZ
    t_s = np.arange(n) / RATE_HZ
    noise = Noise(800_000 + seed)
    second = np.minimum(t_s.astype(np.int64), len(recording) - 1)
    facing = np.unwrap(np.radians(true_course(recording))) + np.pi * is_backward(recording)
    facing = np.interp(t_s, np.arange(len(recording)) + 0.5, facing)
    moves = (recording.cadence_spm[second] > 0).astype(np.float64)
    stride = 2.0 * np.pi * np.cumsum(recording.cadence_spm[second]) / 120.0 / RATE_HZ
    yaw = facing + math.radians(offset_deg) + moves * math.radians(swing_deg) * (np.sin(stride) + 0.2 * noise.slow(n, sd=1.0, tau_s=40.0))
    pitch = math.radians(-12.0) + moves * math.radians(0.7 * swing_deg) * np.sin(stride + 0.6)
    roll = math.radians(25.0) + moves * math.radians(0.4 * swing_deg) * np.sin(stride - 0.4)
    turn = _rotation(yaw, pitch, roll)
    dip = math.radians(DIP_DEG)
    field = _into_device(turn, FIELD_GAUSS * np.array([0.0, math.cos(dip), -math.sin(dip)]))
    field = field + 0.004 * noise.normal(3 * n).reshape(n, 3)
    reading = field * np.array(watch.gain) + np.array(watch.iron)
    unit = "gauss"
    if watch.counts_per_gauss is not None:
        reading, unit = np.round(reading * watch.counts_per_gauss), COUNTS
    bounce = np.zeros((n, 3))
    bounce[:, 2] = moves * 1.2 * np.sin(2.0 * stride) + 0.05 * noise.normal(n)
    force = np.einsum("nij,ni->nj", turn, bounce + np.array([0.0, 0.0, 1.0])) * (-1.0 if watch.is_flipped else 1.0)
    series = [_series(SensorKind.ACCELEROMETER, "g", t_s, force), _series(SensorKind.MAGNETOMETER, unit, t_s, reading)]
    if has_gyroscope:
        series.append(_series(SensorKind.GYROSCOPE, "dps", t_s, _rates(turn) * (-1.0 if watch.is_flipped else 1.0)))
    return tuple(series)


def _series(kind: SensorKind, unit: str, t_s: FloatArray, values: FloatArray) -> SensorSeries:
    return SensorSeries(kind, unit, t_s, values[:, 0], values[:, 1], values[:, 2])


def _rotation(yaw: FloatArray, pitch: FloatArray, roll: FloatArray) -> FloatArray:
    """Device axes as columns in the world (east, north, up): (n, 3, 3). Yaw is a heading: clockwise, x points along it."""
    heading = np.stack((np.stack((np.sin(yaw), -np.cos(yaw), 0 * yaw), -1), np.stack((np.cos(yaw), np.sin(yaw), 0 * yaw), -1)), 1)
    level = np.concatenate((heading, np.tile([[[0.0, 0.0, 1.0]]], (len(yaw), 1, 1))), axis=1)
    c, s, o, i = np.cos(pitch), np.sin(pitch), 0 * pitch, 0 * pitch + 1.0
    tilt = np.stack((np.stack((c, o, s), -1), np.stack((o, i, o), -1), np.stack((-s, o, c), -1)), 1)
    c, s = np.cos(roll), np.sin(roll)
    bank = np.stack((np.stack((i, o, o), -1), np.stack((o, c, -s), -1), np.stack((o, s, c), -1)), 1)
    rotation: FloatArray = level @ tilt @ bank
    return rotation


def _into_device(turn: FloatArray, vector: FloatArray) -> FloatArray:
    """A vector of the world as the device sees it: (n, 3)."""
    seen: FloatArray = np.einsum("nij,i->nj", turn, vector)
    return seen


def _rates(turn: FloatArray) -> FloatArray:
    """Angular velocity in the device's frame, deg/s: (n, 3), from one orientation to the next."""
    step = np.einsum("nji,njk->nik", turn[:-1], turn[1:])
    rates = np.stack((step[:, 2, 1] - step[:, 1, 2], step[:, 0, 2] - step[:, 2, 0], step[:, 1, 0] - step[:, 0, 1]), -1) / 2.0
    padded: FloatArray = np.degrees(np.concatenate((rates, rates[-1:]))) * RATE_HZ
    return padded
