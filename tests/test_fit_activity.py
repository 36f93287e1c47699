"""FIT messages to activities, on files made here and on real ones."""

import csv
import math
import struct
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import CorruptFileError, NotAnActivityError, ReadError
from importer.readers.fit import read_fit
from importer.readers.fit.records import unroll
from importer.values.activity import CadenceBasis, Environment, Pause, PauseKind, Place, SpeedBasis, Text
from tests.support.fit_writer import FIT_EPOCH_UNIX_S, Developer, FitWriter, semicircles

T0 = 1_100_000_000
START = datetime.fromtimestamp(T0 + FIT_EPOCH_UNIX_S, UTC)
RUN, WALK, BIKE, FITNESS = 1, 11, 2, 4
STOP_ALL, STARTED = 4, 0


def file_id(writer, *, kind=4, manufacturer=1, product=3992, serial=77):
    writer.message("file_id", type=kind, manufacturer=manufacturer, product=product, serial_number=serial, time_created=T0)


def records(writer, n=60, *, start=T0, **fields):
    """Records of a steady run; `fields` add or replace, callables are asked for each second."""
    for i in range(n):
        values = {"timestamp": start + i, "heart_rate": 140, "cadence": 84, "enhanced_speed": 2.5, "distance": 2.5 * i, **fields}
        values = {name: value(i) if callable(value) else value for name, value in values.items()}
        writer.message("record", **values)


def session(writer, *, start=T0, length=60.0, sport=RUN, sub_sport=0, **fields):
    values = {"timestamp": start + int(length), "start_time": start, "sport": sport, "sub_sport": sub_sport}
    lengths = {"total_elapsed_time": length, "total_timer_time": length, "total_distance": 150.0}
    writer.message("session", **{**values, **lengths, **fields})


def run(**fields):
    writer = FitWriter()
    file_id(writer)
    records(writer, **fields)
    session(writer)
    return writer


def only(data, **options):
    (activity,) = read_fit(data, **options)
    return activity


def test_a_run_becomes_channels_in_si_units():
    activity = only(
        run(
            position_lat=semicircles(50.0),
            position_long=lambda i: semicircles(8.0 + i * 1e-5),
            enhanced_altitude=120.4,
            vertical_oscillation=85.0,
            stance_time=251.0,
            temperature=-3,
            grade=-2.5,
            activity_type=1,
            fractional_cadence=0.5,
        ).to_bytes()
    )
    assert (activity.start, activity.elapsed_s, activity.timer_s, activity.distance_m) == (START, 60.0, 60.0, 150.0)
    assert activity.t_s.tolist() == [float(i) for i in range(60)]
    first = {name: float(column[0]) for name, column in activity.columns.items()}
    assert first == pytest.approx(
        {
            "latitude_deg": 50.0,
            "longitude_deg": 8.0,
            "altitude_m": 120.4,
            "distance_m": 0.0,
            "speed_mps": 2.5,
            "heart_rate_bpm": 140.0,
            "cadence_spm": 169.0,
            "grade_ratio": -0.025,
            "temperature_degc": -3.0,
            "vertical_oscillation_m": 0.085,
            "stance_time_s": 0.251,
            "activity_type": 1.0,
        },
        abs=1e-6,
    )
    assert (activity.cadence_factor, activity.cadence_basis) == (2.0, CadenceBasis.WRITER)
    assert (activity.sport, activity.sub_sport, activity.environment) == ("running", "generic", Environment.OUTDOOR)
    assert activity.speed_basis is SpeedBasis.GPS
    assert (activity.device.manufacturer, activity.device.product, activity.device.serial) == ("garmin", "fr255", 77)
    assert activity.notes == ()
    assert activity.counts == {}


def test_the_enhanced_speed_counts_before_the_legacy_one_and_the_legacy_one_fills_in():
    activity = only(run(enhanced_speed=lambda i: 2.5 if i % 2 else None, speed=2.0).to_bytes())
    assert activity.columns["speed_mps"].tolist() == [2.5 if i % 2 else 2.0 for i in range(60)]


def test_zero_speed_and_zero_cadence_are_data():
    activity = only(run(enhanced_speed=lambda i: 0.0 if i < 5 else 2.5, cadence=lambda i: 0 if i < 5 else 84).to_bytes())
    assert activity.columns["speed_mps"][:6].tolist() == [0.0] * 5 + [2.5]
    assert activity.columns["cadence_spm"][:6].tolist() == [0.0] * 5 + [168.0]


def test_compressed_speed_and_distance_are_unpacked_and_the_distance_rolls_over():
    def packed(i):
        speed, distance = 250, (4000 + 40 * i) % 4096
        return bytes([speed & 0xFF, speed >> 8 | (distance & 0xF) << 4, distance >> 4])

    writer = FitWriter()
    file_id(writer)
    for i in range(10):
        writer.message("record", timestamp=T0 + i, compressed_speed_distance=packed(i))
    session(writer, length=10.0)
    activity = only(writer.to_bytes())
    assert activity.columns["speed_mps"].tolist() == [2.5] * 10
    assert activity.columns["distance_m"].tolist() == [250.0 + 2.5 * i for i in range(10)]


@given(st.lists(st.integers(0, 4095), min_size=1, max_size=50))
def test_unrolling_a_counter_of_small_steps_is_exact(steps):
    true = np.cumsum(np.array(steps, dtype=np.float64))
    assert (unroll(true % 4096) - unroll(true % 4096)[0]).tolist() == (true - true[0]).tolist()


def test_speed_is_derived_from_distance_where_there_is_none_and_that_is_said():
    activity = only(run(enhanced_speed=None).to_bytes())
    assert math.isnan(activity.columns["speed_mps"][0])
    assert activity.columns["speed_mps"][1:].tolist() == pytest.approx([2.5] * 59)
    assert [note.split(":")[0] for note in activity.notes] == ["derived-speed"]


def event(writer, at, kind, *, trigger=0):
    writer.message("event", timestamp=T0 + at, event=0, event_type=kind, data=trigger)


def test_pauses_come_from_timer_events_with_what_caused_them():
    writer = FitWriter()
    file_id(writer)
    event(writer, 0, STARTED)
    records(writer, 100)
    for at, kind, trigger in ((20, STOP_ALL, 0), (25, STARTED, 0), (50, 1, 1), (58, STARTED, 1), (100, STOP_ALL, 0)):
        event(writer, at, kind, trigger=trigger)
    session(writer, length=100.0, total_timer_time=87.0)
    activity = only(writer.to_bytes())
    assert activity.pauses == (Pause(20.0, 25.0, PauseKind.MANUAL), Pause(50.0, 58.0, PauseKind.AUTO))
    assert activity.timer_s == 87.0


def test_a_pause_that_was_never_ended_lasts_to_the_end():
    writer = FitWriter()
    file_id(writer)
    event(writer, 0, STARTED)
    records(writer, 50)
    event(writer, 50, STOP_ALL)
    session(writer, length=80.0, total_timer_time=50.0)
    assert only(writer.to_bytes()).pauses == (Pause(50.0, 80.0, PauseKind.MANUAL),)


def test_without_timer_events_a_hole_in_the_samples_is_a_pause():
    writer = FitWriter()
    file_id(writer)
    records(writer, 20)
    records(writer, 20, start=T0 + 60)
    session(writer, length=80.0)
    assert only(writer.to_bytes()).pauses == (Pause(19.0, 60.0, PauseKind.GAP),)


def workout(writer, *steps):
    writer.message("workout", sport=RUN, num_valid_steps=len(steps), wkt_name="Tuesday", wkt_description="4 x retro")
    for index, (name, notes) in enumerate(steps):
        writer.message("workout_step", message_index=index, wkt_step_name=name, notes=notes, intensity=0)


def lap(writer, start, end, *, step=None, trigger=0):
    writer.message(
        "lap",
        timestamp=T0 + end,
        start_time=T0 + start,
        total_elapsed_time=float(end - start),
        total_timer_time=float(end - start),
        total_distance=2.5 * (end - start),
        intensity=5,
        lap_trigger=trigger,
        wkt_step_index=step,
    )


def test_words_of_workout_steps_stand_over_the_laps_they_were_run_in():
    writer = FitWriter()
    file_id(writer)
    workout(writer, ("warm up", ""), ("RETRO", "backward, hips low"))
    records(writer, 100)
    for span in ((0, 20, 0), (20, 40, 1), (40, 60, 1), (60, 80, 0), (80, 100, 1)):
        lap(writer, span[0], span[1], step=span[2])
    session(writer, length=100.0, sport_profile_name="Retro run")
    activity = only(writer.to_bytes())
    steps = [text for text in activity.texts if text.place is Place.WORKOUT_STEP]
    assert steps == [
        Text(Place.WORKOUT_STEP, "warm up", 0.0, 20.0),
        Text(Place.WORKOUT_STEP, "RETRO", 20.0, 60.0),
        Text(Place.WORKOUT_STEP, "backward, hips low", 20.0, 60.0),
        Text(Place.WORKOUT_STEP, "warm up", 60.0, 80.0),
        Text(Place.WORKOUT_STEP, "RETRO", 80.0, 100.0),
        Text(Place.WORKOUT_STEP, "backward, hips low", 80.0, 100.0),
    ]
    assert {text.place: text.text for text in activity.texts if text.place is not Place.WORKOUT_STEP} == {
        Place.PROFILE_NAME: "Retro run",
        Place.WORKOUT_NAME: "Tuesday",
        Place.WORKOUT_DESCRIPTION: "4 x retro",
    }
    first = activity.laps[0]
    assert (first.start_s, first.end_s, first.trigger, first.intensity, first.step_index) == (0.0, 20.0, "manual", "interval", 0)


def test_words_of_steps_that_no_lap_points_at_speak_of_the_whole_workout():
    writer = FitWriter()
    file_id(writer)
    workout(writer, ("RETRO", ""))
    records(writer)
    lap(writer, 0, 60)
    session(writer)
    texts = only(writer.to_bytes()).texts
    assert Text(Place.WORKOUT_DESCRIPTION, "RETRO") in texts
    assert not [text for text in texts if text.place is Place.WORKOUT_STEP]


def describe(writer, index, number, base, name, units, app=b"\x01" * 16):
    writer.message("developer_data_id", application_id=app, developer_data_index=index)
    writer.message(
        "field_description", developer_data_index=index, field_definition_number=number, fit_base_type_id=base, field_name=name, units=units
    )


@pytest.mark.parametrize(
    ("name", "units", "base", "raw", "channel", "value"),
    [
        ("Ground Time", "Milliseconds", "uint16", 251, "stance_time_s", 0.251),
        ("Ground Time", "Milliseconds", "uint16", 0, "stance_time_s", math.nan),
        ("Vertical Oscillation", "Centimeters", "float32", 6.25, "vertical_oscillation_m", 0.0625),
        ("Power", "Watts", "uint16", 250, "power_w", 250.0),
        ("Power", "kW", "uint16", 250, "power_w", None),
        ("retro_dir", "", "sint8", -1, "retro_dir", -1.0),
        ("retro_dir", "", "sint8", 0, "retro_dir", 0.0),
        ("Sens.Heading", "rad", "float32", -math.pi / 2, "heading_deg", 270.0),
        ("Sens.Heading", "deg", "float32", 359.5, "heading_deg", 359.5),
        ("Pos.Heading", "rad", "float32", math.pi, "course_deg", 180.0),
        ("Treadmill Incline", "%", "float32", 4.0, "grade_ratio", 0.04),
    ],
)
def test_developer_fields_are_converted_by_their_units(name, units, base, raw, channel, value):
    codes = {"uint16": 0x84, "float32": 0x88, "sint8": 0x01}
    writer = FitWriter()
    file_id(writer)
    describe(writer, 0, 3, codes[base], name, units)
    for i in range(20):
        writer.message_with("record", {"timestamp": T0 + i, "heart_rate": 140}, developer={Developer(0, 3, base): raw})
    session(writer, length=20.0)
    columns = only(writer.to_bytes()).columns
    if value is None or math.isnan(value):
        assert channel not in columns
    else:
        assert columns[channel].tolist() == pytest.approx([value] * 20, rel=1e-6)


@pytest.mark.parametrize(("units", "raw", "factor"), [("RPM", 84, 2.0), ("SPM", 168, 1.0)])
def test_a_developers_cadence_counts_what_its_units_say(units, raw, factor):
    writer = FitWriter()
    file_id(writer, manufacturer=255)
    describe(writer, 0, 2, 0x02, "Cadence", units)
    for i in range(20):
        writer.message_with("record", {"timestamp": T0 + i, "enhanced_speed": 2.5}, developer={Developer(0, 2, "uint8"): raw})
    session(writer, length=20.0)
    activity = only(writer.to_bytes())
    assert (activity.cadence_factor, activity.cadence_basis) == (factor, CadenceBasis.UNITS)
    assert activity.columns["cadence_spm"].tolist() == [168.0] * 20


def test_cadence_nobody_can_read_stays_as_it_is_and_is_said_to_be_unknown():
    writer = FitWriter()
    file_id(writer, manufacturer=255)
    records(writer, cadence=120, enhanced_speed=2.4)
    session(writer)
    activity = only(writer.to_bytes())
    assert activity.cadence_basis is CadenceBasis.UNKNOWN
    assert activity.columns["cadence_spm"].tolist() == [120.0] * 60
    assert [note.split(":")[0] for note in activity.notes] == ["cadence-unit"]


def test_qz_on_a_treadmill_has_the_belts_speed_no_serial_and_no_false_time_zone():
    writer = FitWriter()
    file_id(writer, manufacturer=1, serial=12345)
    records(writer, cadence=164)
    session(writer, sub_sport=1)
    writer.message("activity", timestamp=T0 + 60, num_sessions=1, local_timestamp=T0 + 60 + 3600)
    activity = only(writer.to_bytes())
    assert (activity.environment, activity.speed_basis) == (Environment.TREADMILL, SpeedBasis.BELT)
    assert activity.device.serial is None
    assert activity.cadence_factor == 1.0
    assert (activity.utc_offset_s, activity.utc_offset_basis) == (None, "none")


def test_a_watch_on_a_treadmill_models_its_speed_and_a_footpod_measures_it():
    plain = FitWriter()
    file_id(plain)
    records(plain)
    session(plain, sub_sport=1)
    assert only(plain.to_bytes()).speed_basis is SpeedBasis.WATCH_MODEL
    pod = FitWriter()
    file_id(pod)
    pod.message("device_info", timestamp=T0, device_index=3, device_type=124, manufacturer=95, source_type=1)
    pod.define(7, 22, [(253, 4, "uint32"), (0, 1, "uint8")])
    pod.data(7, struct.pack("<IB", T0, 3))
    records(pod)
    session(pod, sub_sport=1)
    assert only(pod.to_bytes()).speed_basis is SpeedBasis.FOOTPOD


@pytest.mark.parametrize(
    ("difference_s", "offset_s"), [(7200, 7200), (-12600, -12600), (3630, 3600), (20, 0), (200, None), (15 * 3600, None), (-(10**8), None)]
)
def test_only_an_offset_that_a_time_zone_can_have_is_believed(difference_s, offset_s):
    writer = run()
    writer.message("activity", timestamp=T0 + 60, num_sessions=1, local_timestamp=T0 + 60 + difference_s)
    activity = only(writer.to_bytes())
    assert (activity.utc_offset_s, activity.utc_offset_basis) == ((offset_s, "activity") if offset_s is not None else (None, "none"))


@pytest.mark.parametrize("summary_first", [False, True])
def test_a_multisport_file_gives_every_session_its_own_samples_laps_and_pauses(summary_first):
    writer = FitWriter()
    file_id(writer)

    def summaries():
        for start, end, sport in ((0, 40, BIKE), (40, 50, 3), (50, 110, RUN)):
            session(writer, start=T0 + start, length=float(end - start), sport=sport)
            lap(writer, start, end)

    if summary_first:
        summaries()
    records(writer, 70)
    event(writer, 70, STOP_ALL)
    event(writer, 80, STARTED)
    records(writer, 30, start=T0 + 80)
    if not summary_first:
        summaries()
    activities = read_fit(writer.to_bytes())
    assert [(a.sport, len(a), len(a.laps), a.session_index) for a in activities] == [
        ("cycling", 40, 1, 0),
        ("transition", 10, 1, 1),
        ("running", 50, 1, 2),
    ]
    assert activities[2].start == START + timedelta(seconds=50)
    assert activities[2].t_s[0] == 0.0
    assert activities[2].pauses == (Pause(20.0, 30.0, PauseKind.MANUAL),)


def test_a_file_without_a_session_is_read_as_one_and_says_so():
    writer = FitWriter()
    file_id(writer)
    writer.message_with("sport", {"sport": RUN, "sub_sport": 0, "name": "Retro"})
    records(writer)
    activity = only(writer.to_bytes())
    assert (activity.sport, activity.elapsed_s, len(activity)) == ("running", 59.0, 60)
    assert Text(Place.SPORT_NAME, "Retro") in activity.texts
    assert [note.split(":")[0] for note in activity.notes] == ["no-session"]


def test_a_session_without_samples_is_kept_by_its_length():
    writer = FitWriter()
    file_id(writer)
    session(writer, sub_sport=1, length=1800.0)
    activity = only(writer.to_bytes())
    assert (len(activity), activity.elapsed_s, activity.distance_m) == (0, 1800.0, 150.0)
    assert [note.split(":")[0] for note in activity.notes] == ["no-samples"]


def test_lengths_that_contradict_the_samples_give_way():
    writer = FitWriter()
    file_id(writer)
    records(writer)
    session(writer, length=30.0, total_timer_time=500.0)
    activity = only(writer.to_bytes())
    assert (activity.elapsed_s, activity.timer_s) == (59.0, 59.0)
    assert [note.split(":")[0] for note in activity.notes] == ["timer"]


def test_a_jump_of_more_than_six_hours_gives_two_activities_and_a_splinter_is_left_out():
    writer = FitWriter()
    file_id(writer)
    records(writer)
    records(writer, 50, start=T0 + 30_000)
    records(writer, 2, start=T0 + 2_000_000)
    session(writer)
    first, second = read_fit(writer.to_bytes())
    assert (len(first), len(second), second.start - first.start) == (60, 50, timedelta(seconds=30_000))
    assert first.counts["bad_time"] == 2
    assert {note.split(":")[0] for note in first.notes} == {"jump"}


def test_a_watch_that_counts_from_switching_on_takes_its_date_from_local_time():
    writer = FitWriter()
    file_id(writer)
    records(writer, start=17_000_000)
    session(writer, start=17_000_000)
    writer.message("activity", timestamp=17_000_060, local_timestamp=T0)
    activity = only(writer.to_bytes())
    assert activity.start == START - timedelta(seconds=60)
    assert [note.split(":")[0] for note in activity.notes] == ["clock"]


def test_a_file_without_any_date_is_skipped_with_its_code():
    writer = FitWriter()
    file_id(writer)
    records(writer, start=17_000_000)
    session(writer, start=17_000_000)
    with pytest.raises(NotAnActivityError) as caught:
        read_fit(writer.to_bytes())
    assert caught.value.code == "no-time"


@pytest.mark.parametrize(
    ("kind", "words"), [(2, "settings"), (5, "workout"), (6, "course"), (32, "monitoring"), (34, "segment"), (10, "totals")]
)
def test_a_sound_file_of_another_kind_is_skipped_with_what_it_is(kind, words):
    writer = FitWriter()
    file_id(writer, kind=kind)
    with pytest.raises(NotAnActivityError, match=words) as caught:
        read_fit(writer.to_bytes())
    assert (caught.value.code, caught.value.remedy != "") == ("not-an-activity", True)
    assert words in caught.value.found


def test_an_activity_of_nothing_is_skipped_as_without_samples():
    writer = FitWriter()
    file_id(writer)
    with pytest.raises(NotAnActivityError) as caught:
        read_fit(writer.to_bytes())
    assert caught.value.code == "no-samples"


@pytest.mark.parametrize(
    ("damage", "note", "code"),
    [
        (lambda data: data[:-40], "truncated", "truncated"),
        (lambda data: data[:-2] + b"\1\2", "crc-bad", "crc-bad"),
        (lambda data: data + b"\0" * 50, "trailing-bytes", "trailing-bytes"),
    ],
)
def test_a_damaged_file_is_saved_with_a_note_and_refused_under_strict(damage, note, code):
    data = damage(run().to_bytes())
    activity = only(data)
    assert [entry.split(":")[0] for entry in activity.notes if not entry.startswith("no-session")] == [note]
    assert len(activity) >= 58
    with pytest.raises(CorruptFileError) as caught:
        read_fit(data, strict=True)
    assert caught.value.code == code


def test_damage_that_leaves_nothing_is_corrupt_and_says_where():
    with pytest.raises(CorruptFileError) as caught:
        read_fit(run().to_bytes()[:30])
    assert caught.value.offset is not None


def test_a_chained_file_keeps_its_good_part():
    settings_file = FitWriter()
    file_id(settings_file, kind=2)
    (activity,) = read_fit(run().to_bytes() + settings_file.to_bytes())
    assert len(activity) == 60
    (activity,) = read_fit(run().to_bytes() + settings_file.to_bytes()[:20])
    assert activity.notes[0].startswith("truncated")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=12), st.booleans())
def test_a_file_changed_anywhere_gives_activities_or_our_errors(at, noise, insert):
    data = bytearray(run(position_lat=semicircles(50.0), position_long=semicircles(8.0)).to_bytes())
    at %= len(data)
    data[at : at if insert else at + len(noise)] = noise
    try:
        read_fit(bytes(data))
    except ReadError:
        return


@pytest.mark.corpus
def test_every_sound_foot_file_of_the_corpus_is_read(corpus):
    rows = [row for row in csv.DictReader((corpus / "MANIFEST.csv").read_text(encoding="utf-8").splitlines()) if row["kind"] == "fit"]
    foot = [
        row
        for row in rows
        if not row["corrupt"]
        and row["decodes_fitdecode"] == "ok"
        and int(row["n_records"] or 0) > 20
        and {"running", "walking", "hiking"} & set(row["sport"].split("|"))
    ]
    assert len(foot) > 140
    for row in foot:
        activities = read_fit((corpus / row["path"]).read_bytes())
        assert any(activity.sport in ("running", "walking", "hiking") and len(activity) > 20 for activity in activities), row["path"]


@pytest.mark.corpus
def test_what_is_unread_in_the_corpus_has_a_code_and_a_remedy(corpus):
    refused: dict[str, list[ReadError]] = {}
    for path in sorted(corpus.rglob("*")):
        if path.suffix.lower() != ".fit":
            continue
        try:
            read_fit(path.read_bytes())
        except ReadError as error:
            refused.setdefault(error.code, []).append(error)
    assert {code: len(errors) for code, errors in refused.items()} == {"not-an-activity": 16, "no-time": 3}
    assert all(error.remedy and error.reason for errors in refused.values() for error in errors)
