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
    ("number", "channel"), [(2, "foot_strike_type"), (8, "foot_strike_type"), (3, "pronation_deg"), (9, "pronation_deg")]
)
def test_runscribes_nameless_feet_are_known_by_application_and_number(number, channel):
    assert set(with_field(RUNSCRIBE_PLUS, number, "", "", 14)[channel]) == {14.0}


@pytest.mark.parametrize("number", [0, 1, 6, 7])
def test_runscribes_nameless_shocks_feed_nothing_as_its_versions_have_swapped_them(number):
    columns = with_field(RUNSCRIBE_PLUS, number, "", "", 14)
    assert not {"impact_g", "braking_g"} & set(columns)


def with_feet(left, right, *, name="RS_FootStrike", units="", is_one_app=True):
    """A run with one value of each foot, None for a foot that the file does not name."""
    writer = FitWriter()
    file_id(writer)
    fields = []
    for number, (foot, value) in enumerate((("L", left), ("R", right))):
        if value is not None:
            app = 0 if is_one_app else number
            writer.message("developer_data_id", application_id=bytes([app] * 16), developer_data_index=app)
            described = {"developer_data_index": app, "field_definition_number": number, "fit_base_type_id": UINT16}
            writer.message("field_description", **described, field_name=f"{name}_{foot}", units=units)
            fields.append((Developer(app, number, "uint16"), value))
    for i in range(30):
        writer.message_with("record", {"timestamp": T0 + i, "enhanced_speed": 2.5}, developer={field: value(i) for field, value in fields})
    session(writer, length=30.0)
    return only(writer.to_bytes()).columns


def test_of_two_feet_the_mean_counts_and_of_one_the_one_that_is_there():
    both = with_feet(lambda i: 4 if i != 7 else None, lambda i: 15 if i != 9 else None)["foot_strike_type"]
    assert both.tolist() == [15.0 if i == 7 else 4.0 if i == 9 else 9.5 for i in range(30)]
    assert with_feet(None, lambda _: 15)["foot_strike_type"].tolist() == [15.0] * 30
    assert with_feet(lambda _: 230, lambda _: 250, name="RS_ContactTime")["stance_time_s"] == pytest.approx([0.24] * 30)


def test_the_feet_of_two_apps_are_not_mixed():
    column = with_feet(lambda i: 4 if i else None, lambda _: 15, is_one_app=False)["foot_strike_type"]
    assert column.tolist() == [15.0] + [4.0] * 29


def test_a_foot_strike_of_zero_is_a_pod_that_nobody_hears():
    column = with_feet(lambda i: 0 if i < 10 else 4, None)["foot_strike_type"]
    assert column.tolist() == pytest.approx([float("nan")] * 10 + [4.0] * 20, nan_ok=True)
    assert "foot_strike_type" not in with_feet(lambda _: 0, lambda _: 0)


def test_the_native_core_temperature_counts_before_the_apps():
    writer = FitWriter()
    file_id(writer)
    writer.define(5, 20, [(253, 4, "uint32"), (139, 2, "uint16")])
    for i in range(30):
        writer.data(5, (T0 + i).to_bytes(4, "little") + (3712 + i).to_bytes(2, "little"))
    session(writer, length=30.0)
    assert only(writer.to_bytes()).columns["core_temperature_degc"] == pytest.approx([37.12 + 0.01 * i for i in range(30)])


@pytest.mark.parametrize(
    ("name", "units", "raw", "channel", "value"),
    [
        ("RS_Impact_GS_L", "", 9, "impact_g", 9.0),
        ("ImpactGs", "G", 9, "impact_g", 9.0),
        ("BG_R", "G", 5, "braking_g", 5.0),
        ("RS_Braking_GS_R", "", 5, "braking_g", 5.0),
        ("FS", "", 14, "foot_strike_type", 14.0),
        ("Pronation_L", "°", 12, "pronation_deg", 12.0),
        ("FlightRatio", "%", 25, "flight_ratio", 0.25),
        ("RS_Flight_R", "", 25, "flight_ratio", 0.25),
        ("GCT_L", "ms", 250, "stance_time_s", 0.25),
        ("Form Power", "Watts", 62, "form_power_w", 62.0),
        ("Air Power", "Watts", 7, "air_power_w", 7.0),
        ("Leg Spring Stiffness", "kN/m", 10, "leg_spring_stiffness_kn_per_m", 10.0),
        ("core_temperature", "°C", 38, "core_temperature_degc", 38.0),
        ("skin_temperature", "C", 33, "skin_temperature_degc", 33.0),
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
