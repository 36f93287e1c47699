"""What apps, pods and exercises add to a FIT file: by number and unit, never by the name alone."""

import pytest

from importer.readers.fit import read_fit
from importer.values.activity import Place, Text
from tests.support.fit_writer import Developer, FitWriter
from tests.test_fit_activity import T0, file_id, only, records, session

RUNSCRIBE_LIGHT = bytes.fromhex("502092b3b0dd45ad89b3472ab2060ab6")
RUNSCRIBE_PLUS = bytes.fromhex("c1f5c80a5a054e8a97b3fda34e957035")
UINT16 = 0x84


def with_field(application, number, name, units, value):
    """A run with one developer field."""
    writer = FitWriter()
    file_id(writer)
    writer.message("developer_data_id", application_id=application, developer_data_index=0)
    described = {"field_name": name} if name else {}
    if units:
        described["units"] = units
    writer.message("field_description", developer_data_index=0, field_definition_number=number, fit_base_type_id=UINT16, **described)
    for i in range(30):
        values = {"timestamp": T0 + i, "enhanced_speed": 2.5, "cadence": 84}
        writer.message_with("record", values, developer={Developer(0, number, "uint16"): value})
    session(writer, length=30.0)
    return only(writer.to_bytes()).columns


@pytest.mark.parametrize("application", [RUNSCRIBE_LIGHT, RUNSCRIBE_PLUS])
def test_runscribes_nameless_power_is_known_by_application_and_number(application):
    assert set(with_field(application, 12, "", "", 215)["power_w"]) == {215.0}


def test_a_nameless_field_of_anybody_else_feeds_nothing():
    assert "power_w" not in with_field(bytes(range(16)), 12, "", "", 215)
    assert "power_w" not in with_field(RUNSCRIBE_PLUS, 0, "", "", 215)


@pytest.mark.parametrize(
    ("name", "units", "raw", "channel", "value"),
    [
        ("RS_ContactTime_L", "ms", 250, "stance_time_s", 0.25),
        ("ContactTime", "", 250, "stance_time_s", 0.25),
        ("Ground Time", "Milliseconds", 250, "stance_time_s", 0.25),
        ("Vertical Oscillation", "Centimeters", 7, "vertical_oscillation_m", 0.07),
        ("Elevation", "Meters", 120, "altitude_m", 120.0),
        ("Power", "Watts", 260, "power_w", 260.0),
        ("Treadmill Incline", "%", 3, "grade_ratio", 0.03),
        ("Belt incline", "percent", 3, "grade_ratio", 0.03),
    ],
)
def test_developer_fields_are_converted_by_their_units(name, units, raw, channel, value):
    column = with_field(bytes(range(16)), 3, name, units, raw)[channel]
    assert column == pytest.approx(value)


def test_a_unit_that_nobody_knows_feeds_nothing():
    assert "stance_time_s" not in with_field(bytes(range(16)), 3, "Ground Time", "furlongs", 250)


def with_set(category, subtype, *, start=10, length_ms=20_000):
    writer = FitWriter()
    file_id(writer)
    records(writer, 60)
    writer.define(9, 225, [(254, 4, "uint32"), (0, 4, "uint32"), (6, 4, "uint32"), (7, 4, "uint16"), (8, 4, "uint16")])
    cells = [(T0 + 59, 4), (length_ms, 4), (T0 + start, 4), (category, 2), (0xFFFF, 2), (subtype, 2), (0xFFFF, 2)]
    writer.data(9, b"".join(value.to_bytes(size, "little") for value, size in cells))
    session(writer)
    return writer.to_bytes()


def test_the_one_backward_exercise_of_the_profile_is_a_text_over_its_set():
    assert only(with_set(45, 0)).texts == (Text(Place.WORKOUT_STEP, "sled: backward drag", 10.0, 30.0),)


@pytest.mark.parametrize(("category", "subtype"), [(45, 1), (44, 0), (0xFFFF, 0)])
def test_another_exercise_says_nothing(category, subtype):
    assert only(with_set(category, subtype)).texts == ()


def test_a_set_outside_the_session_says_nothing():
    assert only(with_set(45, 0, start=500)).texts == ()


def test_a_workout_step_may_be_the_backward_exercise():
    writer = FitWriter()
    file_id(writer)
    writer.define(9, 27, [(254, 2, "uint16"), (10, 2, "uint16"), (11, 2, "uint16")])
    writer.data(9, b"".join(value.to_bytes(2, "little") for value in (0, 45, 0)))
    records(writer, 60)
    lap = {"timestamp": T0 + 40, "start_time": T0 + 20, "total_elapsed_time": 20.0, "wkt_step_index": 0}
    writer.message("lap", **lap)
    session(writer)
    assert Text(Place.WORKOUT_STEP, "sled: backward drag", 20.0, 40.0) in only(writer.to_bytes()).texts


def marked(*, with_lap):
    writer = FitWriter()
    file_id(writer)
    records(writer, 60)
    writer.message("event", timestamp=T0 + 15, event=32, event_type=3)
    writer.message("event", timestamp=T0 + 40, event=9, event_type=3)
    if with_lap:
        writer.message("lap", timestamp=T0 + 60, start_time=T0, total_elapsed_time=60.0)
    session(writer)
    (activity,) = read_fit(writer.to_bytes())
    return [(lap.start_s, lap.end_s) for lap in activity.laps]


def test_marks_of_the_runner_are_laps_where_the_file_has_none():
    assert marked(with_lap=False) == [(0.0, 15.0), (15.0, 40.0), (40.0, 60.0)]
    assert marked(with_lap=True) == [(0.0, 60.0)]
