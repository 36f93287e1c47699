"""FIT files whose oddity stands beside the samples: raw sensors, beats, the device's own splits, a camera's positions.

Conventions: see `fit_protocol`; every file is a sound run of twenty seconds with something odd before its summary.
"""

from __future__ import annotations

import struct
from typing import Final

from tests.support.fit_writer import Value
from tests.zoo.build_fit import SET, SPLIT, T0, UINT8, UINT16, UINT32, Part, fit_file, good, head, odd, raw, records, says, session
from tests.zoo.case import Case, read

SUFFIX: Final = ".fit"
ACCELEROMETER_DATA, HRV, BASE_SINT16, BASE_BYTE = 165, 78, 0x83, 0x0D


def accelerometer(at: int = 0, x: tuple[int, ...] = (1, 2), **changes: Value) -> Part:
    values: dict[str, Value] = {"timestamp": T0 + at, "timestamp_ms": 0, "sample_time_offset": range(0, 40 * len(x), 40)}
    return says("accelerometer_data", **{**values, "accel_x": x, "accel_y": x, "accel_z": x, **changes})


def calibration(**changes: Value) -> Part:
    values: dict[str, Value] = {"timestamp": T0, "sensor_type": 0, "calibration_factor": 1, "calibration_divisor": 10, "level_shift": 0}
    still: dict[str, Value] = {"offset_cal": (0, 0, 0), "orientation_matrix": (1, 0, 0, 0, 1, 0, 0, 0, 1)}
    return says("three_d_sensor_calibration", **{**values, **still, **changes})


def split(start: int, end: int, **changes: Value) -> Part:
    return says("split", **{"start_time": T0 + start, "end_time": T0 + end, "split_type": 17, **changes})


def beat(*lengths: float) -> Part:
    return says("hrv", time=lengths)


def moving(at: int, east_mps: float) -> Part:
    return says("gps_metadata", timestamp=T0 + at, velocity=(east_mps, 0.0, 0.0))


def seen_by(*camera: Part) -> bytes:
    """Give a run without a course of its own, and what a camera says of it."""
    return fit_file(head(), records(), *camera, session())


# fmt: off
CASES: Final = (
    # sensors
    Case("sensor-before-its-calibration", "two samples, then the calibration that is for them",
         lambda: good(accelerometer(), calibration(timestamp=T0 + 5)),
         read(20, counts="samples_before_calibration 2", n_accelerometer=2, unit_accelerometer="g")),
    Case("sensor-of-no-samples", "a message whose arrays have no element",
         lambda: good(odd(ACCELEROMETER_DATA, [(0, 2, UINT16), (1, 0, UINT16), (2, 0, UINT16)], b"\0\0", at=0)),
         read(20, n_accelerometer=0)),
    Case("sensor-of-filling", "a message full of the invalid pattern", lambda: good(accelerometer(x=(65535, 65535))),
         read(20, n_accelerometer=0)),
    Case("sensor-more-times-than-samples", "four times for two samples",
         lambda: good(accelerometer(sample_time_offset=(0, 40, 80, 120))), read(20, n_accelerometer=2)),
    Case("sensor-more-samples-than-times", "one time for two samples: the second one stands nowhere",
         lambda: good(accelerometer(sample_time_offset=(0,))), read(20, counts="bad_sensor_time 1", n_accelerometer=1)),
    Case("sensor-in-counts", "no calibration at all", lambda: good(accelerometer()),
         read(20, n_accelerometer=2, unit_accelerometer="counts")),
    Case("sensor-divided-by-zero", "a calibration with a divisor of 0 is none",
         lambda: good(calibration(calibration_divisor=0), accelerometer()),
         read(20, n_accelerometer=2, unit_accelerometer="counts")),
    Case("sensor-half-calibrated", "a matrix of two numbers is none", lambda: good(calibration(orientation_matrix=(1, 0)), accelerometer()),
         read(20, n_accelerometer=2, unit_accelerometer="counts")),
    Case("sensor-without-a-time", "samples of no time", lambda: good(accelerometer(timestamp=None)),
         read(20, counts="bad_sensor_time 2", n_accelerometer=0)),
    Case("sensor-since-switching-on", "seconds since switching on, and nothing that says when that was",
         lambda: good(accelerometer(timestamp=1000)), read(20, counts="bad_sensor_time 2", n_accelerometer=0)),
    Case("sensor-of-yesterday", "samples a day before the run", lambda: good(accelerometer(-86_400)),
         read(20, counts="bad_sensor_time 2", n_accelerometer=0)),
    Case("sensor-warming-up", "samples a minute before the run are its own", lambda: good(accelerometer(-60)), read(20, n_accelerometer=2)),
    Case("sensor-of-negative-milliseconds", "milliseconds and offsets below zero, in another type",
         lambda: good(odd(ACCELEROMETER_DATA, [(0, 2, BASE_SINT16), (1, 4, BASE_SINT16), (2, 4, UINT16)],
             struct.pack("<hhhHH", -500, 0, -100, 7, 8), at=5)),
         read(20, n_accelerometer=2)),
    Case("sensor-of-bytes", "axes of bytes are no numbers",
         lambda: good(odd(ACCELEROMETER_DATA, [(0, 2, UINT16), (2, 4, BASE_BYTE)], bytes(6), at=0)), read(20, n_accelerometer=0)),
    Case("sensor-axes-of-unequal-length", "three values of x, one of y, none of z",
         lambda: good(odd(ACCELEROMETER_DATA, [(1, 6, UINT16), (2, 6, UINT16), (3, 2, UINT16)],
             struct.pack("<7H", 0, 40, 80, 1, 2, 3, 4), at=0)),
         read(20, n_accelerometer=3)),
    Case("sensor-without-a-session", "sensors of a file without samples and sessions",
         lambda: fit_file(head(), accelerometer()), "no-samples"),
    Case("sensor-with-a-summary-only", "sensors and a summary, without samples",
         lambda: fit_file(head(), accelerometer(5), session()), read(0, "no-samples", n_accelerometer=2)),
    # beats
    Case("hrv-all-invalid", "intervals of the invalid pattern", lambda: good(beat(65.535, 65.535)), read(20, beats=0)),
    Case("hrv-of-zero", "intervals of no length", lambda: good(beat(0.0, 0.4)), read(20, counts="bad_beat 1", beats=1)),
    Case("hrv-faster-than-time", "an hour of beats within twenty seconds: those far behind the run are left out",
         lambda: fit_file(head(), records(range(10)), *[beat(*[60.0] * 5)] * 24, records(range(10, 20)), session()), read(20, beats=120)),
    Case("hrv-hours-behind", "three hours of beats behind the last sample",
         lambda: good(*[beat(*[60.0] * 5)] * 36), read(20, counts="bad_beat_time 115", beats=65)),
    Case("hrv-without-samples", "beats and a summary, without samples",
         lambda: fit_file(head(), beat(0.4), session()), read(0, "no-samples", counts="bad_beat_time 1", beats=0)),
    Case("hrv-of-text", "intervals that are a text", lambda: good(odd(HRV, [(0, 4, 0x07)], b"fast")), read(20, beats=0)),
    # splits and sets
    Case("split-backward-in-time", "a split that ends before it starts", lambda: good(split(15, 5)),
         read(20, counts="bad_split 1", splits=[])),
    Case("split-of-no-length", "a split of a moment", lambda: good(split(5, 5)), read(20, splits=[(5.0, 5.0, "rwd_run")])),
    Case("split-beyond-the-run", "a split that outlasts its run", lambda: good(split(-5, 500)), read(20, splits=[(0.0, 20.0, "rwd_run")])),
    Case("split-of-a-later-profile", "a type without a name", lambda: good(split(0, 20, split_type=200)),
         read(20, splits=[(0.0, 20.0, "split_type 200")])),
    Case("split-overlapping", "two splits over each other", lambda: good(split(5, 20, split_type=18), split(0, 10)),
         read(20, splits=[(0.0, 10.0, "rwd_run"), (5.0, 20.0, "rwd_walk")])),
    Case("split-1989", "a split at the second 0", lambda: good(split(-T0, 10 - T0)), read(20, counts="bad_split 1", splits=[])),
    Case("split-type-of-text", "a type that is a text",
         lambda: good(odd(SPLIT, [(0, 4, 0x07), (9, 4, UINT32), (27, 4, UINT32)], b"run\0" + struct.pack("<II", T0, T0 + 9))),
         read(20, splits=[(0.0, 9.0, "run")])),
    Case("set-of-many-categories", "a set with an array of categories, of which one is there",
         lambda: good(odd(SET, [(0, 4, UINT32), (5, 1, UINT8), (6, 4, UINT32), (7, 6, UINT16)],
             struct.pack("<IBIHHH", 5000, 1, T0 + 2, 0xFFFF, 28, 0xFFFF))),
         read(20, splits=[(2.0, 7.0, "active squat")])),
    # a camera's positions
    Case("gps-heading", "a camera's heading is where it goes", lambda: seen_by(says("gps_metadata", timestamp=T0 + 5, heading=90.0)),
         read(20, n_course_deg=3, first_course_deg=90.0)),
    Case("gps-velocity", "a velocity to the west and a standstill",
         lambda: seen_by(moving(5, -2.0), moving(15, 0.1)),
         read(20, n_course_deg=3, first_course_deg=270.0)),
    Case("gps-empty", "a watch writes neither heading nor velocity",
         lambda: seen_by(says("gps_metadata", timestamp=T0 + 5, enhanced_speed=2.5)), read(20, n_course_deg=0)),
    Case("correlations-many", "ten clocks in one file",
         lambda: good(*(says("timestamp_correlation", timestamp=T0 + t, system_timestamp=1000 + 2 * t) for t in range(10)),
             accelerometer(timestamp=1004)),
         read(20, n_accelerometer=2)),
    Case("sensor-cut-off", "the file breaks off within a sensor's message",
         lambda: fit_file(head(), records(), session(), accelerometer(), raw(b"\x01"), size_bytes=None)[:-20],
         read(20, "truncated", counts="salvaged_at_byte", n_accelerometer=0), strict="truncated"),
)
# fmt: on
