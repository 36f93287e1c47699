"""Raw sensors of a FIT file: times, calibration, units, and whose they are; fitparse's raw fields are the oracle."""

import io
import struct

import fitparse
import numpy as np
import pytest

from importer.errors import TooLargeError
from importer.readers.fit import blocks, read_fit
from importer.readers.reference import compare, read_fit_reference
from importer.values.sensors import SensorKind
from tests.support.fit_writer import FitWriter
from tests.test_fit_activity import BIKE, RUN, T0, file_id, only, records, session

ACCELEROMETER, GYROSCOPE, COMPASS = 0, 1, 2
IDENTITY = (1, 0, 0, 0, 1, 0, 0, 0, 1)
#: a turn about z: x becomes y, y becomes -x
TURNED = (0, -1, 0, 1, 0, 0, 0, 0, 1)
STEM = {"accelerometer_data": "accel", "gyroscope_data": "gyro", "magnetometer_data": "mag"}
OFFSETS = (0, 40, 80, 120)


def run(*odd, length=20, **options):
    """A run with something beside its records."""
    writer = FitWriter(**options)
    file_id(writer)
    for write in odd:
        write(writer)
    records(writer, length)
    session(writer, length=float(length))
    return writer.to_bytes()


def says(name, **values):
    return lambda writer: writer.message(name, **values)


def sensor(message="accelerometer_data", *, at=0, ms=0, offsets=OFFSETS, family="", x=(1, 2, 3, 4), y=None, z=None, **more):
    """Write one sensor message; `family` is the stem of its axes' names, counts where it is left out."""
    stem = family or STEM[message]
    axes = {f"{stem}_{axis}": values for axis, values in zip("xyz", (x, x if y is None else y, x if z is None else z), strict=True)}
    return says(message, **{"timestamp": T0 + at, "timestamp_ms": ms, "sample_time_offset": offsets, **axes, **more})


def calibration(kind=ACCELEROMETER, *, at=0, factor=2, divisor=1000, level=32768, offset=(10, -20, 30), matrix=IDENTITY):
    return says(
        "three_d_sensor_calibration",
        timestamp=T0 + at,
        sensor_type=kind,
        calibration_factor=factor,
        calibration_divisor=divisor,
        level_shift=level,
        offset_cal=offset,
        orientation_matrix=matrix,
    )


def series(data):
    """The only sensor of a file."""
    (found,) = only(data).sensors
    return found


def test_counts_without_a_calibration_stay_counts_and_times_add_up():
    found = series(run(sensor(at=3, ms=250, x=(100, 101, 102, 103), y=(7, 7, 7, 7), z=(1, 65534, 0, 65535))))
    assert (found.kind, found.unit) == (SensorKind.ACCELEROMETER, "counts")
    assert found.t_s.tolist() == [3.25, 3.29, 3.33, 3.37]
    assert (found.x.tolist(), found.y.tolist(), found.z[:3].tolist()) == ([100, 101, 102, 103], [7] * 4, [1, 65534, 0])
    assert np.isnan(found.z[3])


def by_hand(data, message, axis_matrix):
    """Decode all samples of a file through fitparse and calibrate each by the formula of the SDK: (t, x, y, z)."""
    stem = STEM[message]
    found = []
    said = list(fitparse.FitFile(io.BytesIO(data)).get_messages())
    constants = next(m for m in said if m.name == "three_d_sensor_calibration")
    scale = constants.get_raw_value("calibration_factor") / constants.get_raw_value("calibration_divisor")
    level, offset = constants.get_raw_value("level_shift"), constants.get_raw_value("offset_cal")
    for m in said:
        if m.name == message:
            axes = [m.get_raw_value(f"{stem}_{axis}") for axis in "xyz"]
            for i, after_ms in enumerate(m.get_raw_value("sample_time_offset")):
                centred = [axes[j][i] - level - offset[j] for j in range(3)]
                turned = [scale * sum(axis_matrix[3 * row + j] * centred[j] for j in range(3)) for row in range(3)]
                t_s = m.get_raw_value("timestamp") - T0 + (m.get_raw_value("timestamp_ms") + after_ms) / 1000
                found.append((t_s, *turned))
    return np.array(found)


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize(
    ("message", "kind", "unit"),
    [
        ("accelerometer_data", ACCELEROMETER, "g"),
        ("gyroscope_data", GYROSCOPE, "dps"),
        ("magnetometer_data", COMPASS, "gauss"),
    ],
)
def test_calibrated_values_are_those_that_the_formula_gives_on_fitparses_raw_fields(message, kind, unit, big_endian):
    random = np.random.default_rng(7)
    moments = [(t, ms) for t in range(20) for ms in (0, 160, 320)]
    messages = [
        sensor(message, at=t, ms=ms, x=x, y=y, z=z)
        for (t, ms), (x, y, z) in zip(moments, random.integers(0, 65535, (60, 3, 4)).tolist(), strict=True)
    ]
    data = run(calibration(kind, offset=(10, -20, 30), matrix=TURNED), *messages, big_endian=big_endian)
    found, expected = series(data), by_hand(data, message, TURNED)
    assert (found.unit, len(found)) == (unit, 240)
    assert found.t_s == pytest.approx(expected[:, 0], abs=1e-9)
    for values, wanted in zip((found.x, found.y, found.z), expected[:, 1:].T, strict=True):
        assert values == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def test_the_orientation_is_row_by_row_and_an_axis_it_leaves_out_may_be_missing():
    data = run(calibration(level=0, offset=(0, 0, 0), matrix=TURNED), sensor(x=(1000, 1000), y=(500, 500), z=(65535, 9), offsets=(0, 40)))
    found = series(data)
    assert (found.x.tolist(), found.y.tolist()) == ([-1.0, -1.0], [2.0, 2.0])
    assert np.isnan(found.z[0])
    assert found.z[1] == pytest.approx(0.018)


def test_the_last_calibration_before_a_sample_counts_and_the_first_one_for_those_before_it():
    data = run(
        *(sensor(at=t, offsets=(0,), x=(1000,), y=(1000,), z=(1000,)) for t in range(0, 20, 5)),
        calibration(at=12, factor=3, level=0, offset=(0, 0, 0)),
        calibration(at=4, factor=2, level=0, offset=(0, 0, 0)),
    )
    activity = only(data)
    assert activity.sensors[0].x.tolist() == [2.0, 2.0, 2.0, 3.0]
    assert activity.counts == {"samples_before_calibration": 1}


def test_a_calibration_of_another_sensor_or_without_a_divisor_is_none():
    data = run(calibration(GYROSCOPE), calibration(divisor=0), calibration(matrix=(1, 0, 0)), sensor())
    assert series(data).unit == "counts"


@pytest.mark.parametrize(
    ("family", "raw", "unit", "x"),
    [
        ("calibrated_accel", (0.5, -1.25, 1.0, 0.0), "g", [0.5, -1.25, 1.0, 0.0]),
        ("compressed_calibrated_accel", (500, -1250, 1000, 0), "g", [0.5, -1.25, 1.0, 0.0]),
    ],
)
def test_values_that_the_device_calibrated_itself_are_taken_as_they_are(family, raw, unit, x):
    found = series(run(calibration(), sensor(family=family, x=raw)))
    assert (found.unit, found.x.tolist()) == (unit, x)


def test_calibrated_values_count_before_compressed_ones_and_both_before_counts():
    nan = struct.unpack("<f", b"\xff\xff\xff\xff")[0]
    both = {"compressed_calibrated_accel_x": (100, 200, 0x7FFF), "compressed_calibrated_accel_y": (1, 2, 0x7FFF)}
    data = run(
        calibration(level=0, offset=(0, 0, 0)),
        sensor(offsets=(0, 40, 80), x=(1000,) * 3, calibrated_accel_x=(0.75, nan, nan), **both),
    )
    found = series(data)
    assert found.x.tolist() == [0.75, 0.2, 2.0]
    assert np.isnan(found.y[0])
    assert found.y[1:].tolist() == [0.002, 2.0]


def test_counts_that_nothing_calibrates_do_not_mix_with_values_in_units():
    activity = only(run(sensor(family="calibrated_accel", x=(1.0,) * 4), sensor(at=1)))
    assert (activity.sensors[0].unit, len(activity.sensors[0])) == ("g", 4)
    assert activity.counts == {"uncalibrated_samples": 4}


def test_all_three_sensors_stand_beside_each_other_in_one_order():
    data = run(sensor("magnetometer_data"), sensor("gyroscope_data"), sensor(), calibration(COMPASS))
    assert [(s.kind, s.unit) for s in only(data).sensors] == [
        (SensorKind.ACCELEROMETER, "counts"),
        (SensorKind.GYROSCOPE, "counts"),
        (SensorKind.MAGNETOMETER, "gauss"),
    ]


def test_samples_come_in_the_order_of_their_time_and_those_of_one_time_in_that_of_the_file():
    data = run(
        sensor(at=5, offsets=(0, 40), x=(3, 4)),
        sensor(at=4, offsets=(0, 1000), x=(1, 2)),
        sensor(at=5, offsets=(0,), x=(9,)),
    )
    found = series(data)
    assert (found.t_s.tolist(), found.x.tolist()) == ([4.0, 5.0, 5.0, 5.0, 5.04], [1, 3, 2, 9, 4])


@pytest.mark.parametrize(
    ("offsets", "x", "expected", "counts"),
    [
        ((0, 40, 80, 120), (1, 2), [1, 2], {}),  # times without samples are filling
        ((0, 40), (1, 2, 3, 4), [1, 2], {"bad_sensor_time": 2}),
        ((0, 65535, 80), (1, 2, 3), [1, 3], {"bad_sensor_time": 1}),
        ((0, 40, 80), (1, 65535, 3), [1, 3], {}),  # a sample without any axis is filling
        ((0, 40), (65535, 65535), None, {}),
    ],
)
def test_samples_and_times_of_unequal_number(offsets, x, expected, counts):
    activity = only(run(sensor(offsets=offsets, x=x)))
    assert [s.x.tolist() for s in activity.sensors] == ([] if expected is None else [expected])
    assert activity.counts == counts


def test_a_message_of_one_sample_needs_no_offset_and_one_of_several_does():
    fields = dict.fromkeys(("accel_x", "accel_y", "accel_z"), (5,))
    one = only(run(says("accelerometer_data", timestamp=T0 + 2, **fields)))
    assert (one.sensors[0].t_s.tolist(), one.counts) == ([2.0], {})
    two = only(run(says("accelerometer_data", timestamp=T0 + 2, **dict.fromkeys(fields, (5, 6)))))
    assert (two.sensors, two.counts) == ((), {"bad_sensor_time": 2})


def test_seconds_since_switching_on_become_dates_by_the_correlation_before_them():
    def correlation(system, at, ms=0):
        return says("timestamp_correlation", timestamp=T0 + at, timestamp_ms=ms, system_timestamp=system, system_timestamp_ms=0)

    data = run(
        correlation(1000, 0, 500),
        correlation(1010, 12),
        *(says("gyroscope_data", timestamp=t, timestamp_ms=100, gyro_x=(t,), gyro_y=(0,), gyro_z=(0,)) for t in (990, 1001, 1011)),
    )
    found = series(data)
    assert (found.t_s.tolist(), found.x.tolist()) == ([-9.4, 1.6, 13.1], [990, 1001, 1011])


def test_a_correlation_may_have_its_fractions_in_parts_of_32768():
    pair = says("timestamp_correlation", timestamp=T0, fractional_timestamp=0.25, system_timestamp=100, fractional_system_timestamp=0.5)
    data = run(pair, says("accelerometer_data", timestamp=101, accel_x=(1,), accel_y=(1,), accel_z=(1,)))
    assert series(data).t_s.tolist() == [0.75]


def test_seconds_since_switching_on_without_a_correlation_are_counted():
    activity = only(run(says("gyroscope_data", timestamp=990, gyro_x=(1,), gyro_y=(1,), gyro_z=(1,))))
    assert (activity.sensors, activity.counts) == ((), {"bad_sensor_time": 1})


def test_in_a_file_that_counts_from_switching_on_the_sensors_do_too():
    writer = FitWriter()
    writer.message("file_id", type=4, manufacturer=1)
    for i in range(20):
        writer.message("record", timestamp=1000 + i, heart_rate=140)
    writer.message("accelerometer_data", timestamp=1003, timestamp_ms=500, accel_x=(1,), accel_y=(2,), accel_z=(3,))
    writer.message("activity", timestamp=1020, local_timestamp=T0 + 20)
    assert series(writer.to_bytes()).t_s.tolist() == [3.5]


def test_each_session_has_its_own_samples_and_what_lies_hours_away_is_counted():
    writer = FitWriter()
    file_id(writer)
    records(writer, 40)
    for t in (-5, 0, 19, 20, 39, 45, 50_000):
        sensor(at=t, offsets=(0, 500), x=(t + 100,) * 2 if t < 1000 else (1, 1))(writer)
    session(writer, length=20.0, sport=BIKE)
    session(writer, start=T0 + 20, length=20.0, sport=RUN)
    first, second = read_fit(writer.to_bytes())
    assert first.sensors[0].t_s.tolist() == [-5.0, -4.5, 0.0, 0.5, 19.0, 19.5]
    assert second.sensors[0].t_s.tolist() == [0.0, 0.5, 19.0, 19.5, 25.0, 25.5]
    assert (first.counts, second.counts) == ({}, {"bad_sensor_time": 2})


def test_a_recording_that_jumps_over_hours_shares_its_sensors_between_its_pieces():
    hours = 8 * 3600
    writer = FitWriter()
    file_id(writer)
    records(writer, 20)
    records(writer, 20, start=T0 + hours)
    for t in (1, 30, hours // 2, hours - 2, hours + 3):
        sensor(at=t, offsets=(0,), x=(t % 1000,))(writer)
    session(writer, length=hours + 20.0)
    early, late = read_fit(writer.to_bytes())
    assert early.sensors[0].t_s.tolist() == [1.0, 30.0]
    assert late.sensors[0].t_s.tolist() == [-2.0, 3.0]
    assert (early.counts, late.counts) == ({"bad_sensor_time": 1}, {})


def test_more_samples_than_a_file_can_honestly_hold_are_refused(monkeypatch):
    monkeypatch.setattr(blocks, "MAX_VALUES", 11)
    with pytest.raises(TooLargeError, match="accelerometer_data"):
        read_fit(run(sensor(), sensor(at=1), sensor(at=2)))
    with pytest.raises(TooLargeError, match="accelerometer_data"):
        read_fit_reference(run(sensor(), sensor(at=1), sensor(at=2)))


def test_the_reference_reader_gives_the_same_sensors():
    nan = struct.unpack("<f", b"\xff\xff\xff\xff")[0]
    data = run(
        calibration(matrix=TURNED),
        calibration(GYROSCOPE, at=9),
        *(sensor(at=t, ms=7 * t, x=(t, 2, 65535, 4), y=(5, 6, 7, 8)) for t in range(18)),
        *(sensor(at=t, offsets=(0, 500), x=(1, t + 1)) for t in range(18)),
        *(sensor("gyroscope_data", at=t, offsets=(0,), x=(t * 1000,)) for t in range(18)),
        *(sensor("magnetometer_data", at=t, family="calibrated_mag", offsets=(3, 4), x=(0.5 * t, nan)) for t in range(18)),
    )
    found = compare(read_fit(data), read_fit_reference(data))
    assert [field for field in found if field.first_difference] == []
    assert {field.name: field.n_total for field in found if "." in field.name} == {
        "accelerometer.t_s": 108, "accelerometer.x_g": 108, "accelerometer.y_g": 108, "accelerometer.z_g": 108,
        "gyroscope.t_s": 18, "gyroscope.x_dps": 18, "gyroscope.y_dps": 18, "gyroscope.z_dps": 18,
        "magnetometer.t_s": 18, "magnetometer.x_gauss": 18, "magnetometer.y_gauss": 18, "magnetometer.z_gauss": 18,
    }  # fmt: skip


def test_a_difference_in_a_sensor_is_found():
    one, other = read_fit(run(sensor(x=(1, 2, 3, 4)))), read_fit(run(sensor(x=(1, 2, 3, 5), y=(1, 2, 3, 4), z=(1, 2, 3, 4))))
    (field,) = [field for field in compare(one, other) if field.first_difference]
    assert (field.name, field.n_equal, field.n_total) == ("accelerometer.x_counts", 3, 4)
