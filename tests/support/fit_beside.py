"""A FIT run that holds all that can stand beside its samples: sensors raw and calibrated, beats, splits, sets, a camera's positions.

Conventions: as little of each as shows its shape; times since switching on, a correlation, and two calibrations included.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tests.support.fit_writer import FitWriter, Value, fit_time, semicircles

START: Final = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
#: s
LENGTH_S: Final = 12
#: seconds since switching on, at the start
SWITCHED_ON: Final = 500


def beside_file() -> bytes:
    """Give the file."""
    fit, start = FitWriter(), fit_time(START)
    fit.message("file_id", type=4, manufacturer=1, product=2691, serial_number=3_900_000_001, time_created=start)
    fit.message("timestamp_correlation", timestamp=start, timestamp_ms=0, system_timestamp=SWITCHED_ON, system_timestamp_ms=0)
    for at, factor in ((0, 2), (6, 3)):
        _calibration(fit, start + at, factor)
    for t in range(LENGTH_S):
        _second(fit, t, start)
    fit.message("set", timestamp=start + 9, duration=5.5, repetitions=8, set_type=1, start_time=start + 2, category=(45, 0xFFFF))
    fit.message("split", split_type=17, total_elapsed_time=8.0, total_distance=20.0, start_time=start, end_time=start + 8)
    fit.message("split", split_type=18, total_elapsed_time=4.0, start_time=start + 8)
    length: dict[str, Value] = {"total_elapsed_time": float(LENGTH_S), "total_timer_time": float(LENGTH_S), "total_distance": 30.0}
    fit.message_with("session", {"timestamp": start + LENGTH_S, "start_time": start, "sport": 1, "sub_sport": 0, **length})
    return fit.to_bytes()


def _calibration(fit: FitWriter, at: int, factor: int) -> None:
    fit.message(
        "three_d_sensor_calibration",
        timestamp=at,
        sensor_type=0,
        calibration_factor=factor,
        calibration_divisor=1000,
        level_shift=32768,
        offset_cal=(12, -7, 30),
        orientation_matrix=(0, -1, 0, 1, 0, 0, 0, 0, 1),
    )


def _second(fit: FitWriter, t: int, start: int) -> None:
    """Write one second: a record, two beats, four samples of each sensor, two positions of the camera."""
    fit.message(
        "record",
        timestamp=start + t,
        position_lat=semicircles(49.0),
        position_long=semicircles(8.0 + 3.4e-5 * t),
        heart_rate=150,
        cadence=84,
        distance=2.5 * t,
        speed=2.5,
    )
    fit.message("hrv", time=(0.4, 0.412 + 0.001 * t, 65.535))
    counts = [[32768 + 100 * t + 10 * i + axis for i in range(4)] for axis in range(3)]
    offsets = (0, 250, 500, 750)
    axes: dict[str, Value] = {f"accel_{name}": values for name, values in zip("xyz", counts, strict=True)}
    fit.message_with("accelerometer_data", {"timestamp": start + t, "timestamp_ms": 3, "sample_time_offset": offsets, **axes})
    turns: dict[str, Value] = {f"calibrated_gyro_{name}": (0.5 * t, -1.0, 2.0, 0.0) for name in "xyz"}
    fit.message_with("gyroscope_data", {"timestamp": SWITCHED_ON + t, "timestamp_ms": 7, "sample_time_offset": offsets, **turns})
    fit.message("magnetometer_data", timestamp=start + t, timestamp_ms=0, mag_x=(100 + t,), mag_y=(200,), mag_z=(300,))
    for part_ms in (0, 500):
        fit.message("gps_metadata", timestamp=start + t, timestamp_ms=part_ms, heading=90.0, velocity=(2.5, 0.0, 0.0))
