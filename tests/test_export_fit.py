"""FIT files as others read them: Garmin's own decoder, fitdecode and fitparse, and a table of fields that agrees with the profile."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import UTC, datetime

import fitdecode
import fitparse
import numpy as np
import pytest
from hypothesis import given

from importer.detect.declared import read_declared
from importer.detect.laprule import parse_lap_rule
from importer.errors import UsageError
from importer.exports.fit_channels import ADDED, NATIVE
from importer.exports.fit_fields import BASES, MESSAGES
from importer.exports.fit_writer import LONGEST_TEXT, Developer, FitWriter, samples_of
from importer.readers.fit import profile
from importer.readers.fit.developer_channels import developer_channel
from importer.readers.fit.layout import DeveloperField
from importer.readers.registry import read_activities
from importer.values.activity import CadenceBasis, Device, Lap, Pause, PauseKind, Place, Text
from importer.values.channels import CHANNELS
from importer.values.sensors import BeatSeries
from importer.values.session import Direction
from tests.support import exported, fit_exact, fit_oracle, fit_tables
from tests.support.exported import declared, read
from tests.test_exports import QUICK, written


def everything() -> bytes:
    """Write a session that has a value in every channel, pauses, laps, words and beats."""
    session = exported.given(
        [60, 90, 150, 200],
        "fbs.",
        pauses=(Pause(100, 110, PauseKind.AUTO),),
        timer_s=190.0,
        laps=(Lap(0, 80, "manual", "warmup"), Lap(80, 200, "distance", "rest")),
        texts=(Text(Place.TITLE, "Dienstag – 火"), Text(Place.ACTIVITY_NOTES, "x" * 300), Text(Place.LAP_NOTES, "schnell", 60, 90)),
        beats=BeatSeries(np.arange(0.5, 150.0, 0.8), np.full(187, 0.8)),
    )
    columns = {name: np.linspace(max(channel.low, -30.0), min(channel.high, 60.0), 201) for name, channel in CHANNELS.items()}
    columns |= dict(session.activity.columns)
    del columns["retro_dir"]
    return written(replace(session.activity, columns=columns), session.tags, "fit")


@pytest.mark.parametrize("library", fit_oracle.LIBRARIES)
def test_every_value_is_what_other_decoders_read(library):
    pytest.importorskip(library.replace("-", "_"))
    data = everything()
    found = fit_exact.compare(library, data, fit_oracle.ours(data))

    assert found.unexplained == []
    assert found.stopped == {}
    assert found.n_raw > 4000
    assert set(found.classes) <= {"older-profile", "newer-profile", "subfield", "value-name"}


@QUICK
@given(session=exported.sessions())
def test_no_decoder_finds_fault_with_a_file(session):
    data = written(session.activity, session.tags, "fit")
    with fitdecode.FitReader(data, check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE) as reader:
        n = sum(isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record" for frame in reader)

    assert n == len(read(data))
    assert sum(1 for _ in fitparse.FitFile(data, check_crc=True).get_messages("record")) == n


def test_garmins_decoder_finds_it_whole():
    garmin = pytest.importorskip("garmin_fit_sdk")
    assert garmin.Decoder(garmin.Stream.from_byte_array(bytearray(everything()))).check_integrity()
    messages, errors = garmin.Decoder(garmin.Stream.from_byte_array(bytearray(everything()))).read()

    assert errors == []
    assert messages["session_mesgs"][0]["num_laps"] == len(messages["lap_mesgs"]) == 5
    assert [step["wkt_step_name"] for step in messages["workout_step_mesgs"]] == ["Forward run", "Backward run", "Unconfirmed", "Standing"]
    assert messages["workout_step_mesgs"][1]["notes"] == "backward run, accepted (gait, confidence 97 %); schnell"
    assert messages["file_id_mesgs"][0]["type"] == "activity"
    assert {event["event_type"] for event in messages["event_mesgs"]} == {"start", "stop_all"}


def test_messages_stand_in_the_order_of_time():
    rows = [row for row in fit_oracle.ours(everything()) if row.number in (20, 21, 19, 18)]
    times = [row.scaled[253] for row in rows]

    assert times == sorted(times)
    assert rows[0].number == 21
    assert [row.number for row in rows][-3:] == [21, 19, 18]


def test_every_channel_that_fit_can_hold_comes_back():
    columns = {
        name: np.full(40, 0.4 * channel.low + 0.6 * min(channel.high, 100.0)) for name, channel in CHANNELS.items() if name != "retro_dir"
    }
    columns["latitude_deg"], columns["longitude_deg"] = np.full(40, 49.4), np.full(40, 8.4)
    columns["activity_type"] = np.full(40, 1.0)
    activity = exported.activity(np.arange(40.0), columns=columns)
    found = read(written(activity, (exported.tag(0, 39),), "fit"))

    assert set(found.columns) == set(CHANNELS)
    for name, column in columns.items():
        assert found.columns[name][0] == pytest.approx(
            column[0], abs=0.51 if name.endswith(("_bpm", "_w", "_degc", "gps_accuracy_m")) else 0.11
        )
    assert set(NATIVE) | set(ADDED) | {"cadence_spm", "retro_dir"} == set(CHANNELS)


def test_a_half_stride_is_kept():
    activity = exported.activity(np.arange(60.0))
    columns = dict(activity.columns, cadence_spm=np.full(60, 171.0))

    data = written(exported.activity(np.arange(60.0), columns=columns), (exported.tag(0, 59),), "fit")
    # whoever does not know the writer is told by the count of strides that the cadence counts them
    (nameless,) = read_activities(data.replace(b"retro-import", b"other-writer"))

    for found, basis in ((read(data), CadenceBasis.WRITER), (nameless, CadenceBasis.CYCLES)):
        assert np.array_equal(found.columns["cadence_spm"], np.full(60, 171.0))
        assert found.cadence_basis is basis


def test_beats_come_back_with_their_intervals():
    found = read(everything())

    assert found.beats is not None
    assert len(found.beats.interval_s) == 187
    assert np.allclose(found.beats.interval_s, 0.8)
    assert np.abs(found.beats.t_s - np.arange(0.5, 150.0, 0.8)).max() < 1.0


def test_zone_device_and_kind_of_pause_come_back():
    found = read(everything())

    assert (found.utc_offset_s, found.utc_offset_basis) == (7200, "activity")
    assert found.pauses == (Pause(100, 110, PauseKind.AUTO),)
    # the file is ours: we do not write in the name of the watch's maker
    assert found.device == Device("development", "retro-import", None, None)
    assert b"garmin fr935" in everything()


def test_a_date_that_fit_cannot_hold_is_refused():
    activity = exported.activity(np.arange(60.0), start=datetime(1990, 1, 1, tzinfo=UTC))
    with pytest.raises(UsageError, match="1990-01-01"):
        written(activity, (exported.tag(0, 59),), "fit")


def test_a_text_is_cut_at_a_whole_character():
    fit = FitWriter()
    fit.message("workout", {"wkt_name": "火" * 200})
    (row,) = fit_oracle.ours(fit.to_bytes())
    text = row.raw[8]

    assert text == "火" * 83 + "…"
    assert len(text.encode()) < LONGEST_TEXT


def test_more_definitions_than_local_numbers_replace_the_oldest():
    fit = FitWriter()
    for n in itertools.chain(range(1, 40), range(1, 40)):
        fit.message("workout", {"wkt_name": "x" * n})

    assert [len(row.raw[8]) for row in fit_oracle.ours(fit.to_bytes())] == [*range(1, 40), *range(1, 40)]


def test_a_value_that_a_field_cannot_hold_is_missing():
    fit = FitWriter()
    field = Developer(0, 0, "sint8")
    columns = {"timestamp": np.arange(4) + 1e9, "heart_rate": np.array([0.0, 255.0, math.nan, 254.4])}
    rows = samples_of("record", columns, {field: np.array([-1.0, 127.0, math.inf, -129.0])})
    fit.samples(rows, 0, 4)

    assert [row.raw.get(3) for row in fit_oracle.ours(fit.to_bytes())] == [0, None, None, 254]
    cells = rows.cells[:, -1].view(np.int8).tolist()
    assert cells == [-1, 127, 127, 127]


@pytest.mark.parametrize("name", MESSAGES)
def test_the_table_of_fields_agrees_with_the_profile(name):
    number, fields = MESSAGES[name]
    known = profile.message(number)

    assert known.name == name
    for field_name, field in fields.items():
        told = known.fields.get(field.number)
        if (name, field_name) in (("device_info", "product_name"), ("event", "data"), ("hrv", "time")) and told is None:
            continue
        assert told is not None, field_name
        assert (told.name, told.scale, told.offset) == (field_name, field.scale, field.offset)
        assert told.type == field.base or field.base in ("enum", "uint8", "uint16", "uint32", "byte"), field_name


def test_the_base_types_agree_with_those_of_the_tests():
    for name, base in BASES.items():
        number, code, size, invalid = fit_tables.BASE_TYPES[name]
        assert (base.number, base.invalid) == (number, invalid)
        assert np.dtype(base.dtype).itemsize == size, code


@pytest.mark.parametrize("channel", ADDED)
def test_our_reader_knows_every_developer_field(channel):
    added = ADDED[channel]
    fed = developer_channel(DeveloperField("", added.number, added.name, added.units))

    assert fed is not None
    assert fed.channel == channel
    assert fed.factor * added.factor == pytest.approx(1.0)


def test_the_field_and_the_steps_say_the_same():
    data = written(*exported.given([60, 90, 150], "fbf"), "fit")
    found = read(data)
    without = replace(found, columns={name: column for name, column in found.columns.items() if name != "retro_dir"})

    assert declared(without) == declared(found) == {1: [(0, 60), (90, 150)], -1: [(60, 90)]}


def test_a_kept_lap_rule_is_no_rule_for_the_laps_of_an_export():
    session = exported.given([60, 90, 150, 200], "f?fs")
    found = read(written(session.activity, session.tags, "fit"))
    kept = parse_lap_rule("even")._replace(is_kept=True)

    assert {claim.direction for claim in read_declared(found, lap_rule=kept).claims} == {Direction.FORWARD}
    # a rule that is typed for this very file is the user's own word
    assert Direction.BACKWARD in {claim.direction for claim in read_declared(found, lap_rule=parse_lap_rule("even")).claims}
