"""Names, scales and units: fitparse's tables, and what the overlay adds to them."""

import subprocess
import sys

import fitdecode.profile
import fitparse.profile
import pytest

from importer.readers.fit import overlay, profile


def test_fitparse_names_and_scales_the_fields_it_knows():
    record = profile.message(20)
    assert record.name == "record"
    speed = record.fields[73]
    assert (speed.name, speed.scale, speed.offset, speed.units) == ("enhanced_speed", 1000.0, 0.0, "m/s")
    altitude = record.fields[2]
    assert (altitude.scale, altitude.offset) == (5.0, 500.0)


@pytest.mark.parametrize(
    ("number", "name", "field", "field_name", "scale"),
    [
        (312, "split", 0, "split_type", 1.0),
        (313, "split_summary", 3, "num_splits", 1.0),
        (22, "device_used", 0, "speed", 1.0),
        (18, "session", 110, "sport_profile_name", 1.0),
        (26, "workout", 17, "wkt_description", 1.0),
        (20, "record", 108, "enhanced_respiration_rate", 100.0),
        (21, "event", 15, "start_timestamp", 1.0),
    ],
)
def test_the_overlay_names_what_fitparse_lacks(number, name, field, field_name, scale):
    known = profile.message(number)
    assert known.name == name
    assert (known.fields[field].name, known.fields[field].scale) == (field_name, scale)
    assert profile.message_number(name) == number


@pytest.mark.parametrize(
    ("kind", "number", "name"),
    [
        ("intensity", 4, "recovery"),
        ("intensity", 0, "active"),
        ("sport", 62, "hiit"),
        ("sport", 1, "running"),
        ("sub_sport", 124, "rucking"),
        ("manufacturer", 294, "coros"),
        ("split_type", 17, "rwd_run"),
    ],
)
def test_numbers_have_names_from_both_tables(kind, number, name):
    assert profile.values(kind)[number] == name


def test_the_overlay_adds_to_fitparse_and_never_contradicts_it():
    for kind in overlay.VALUES:
        known = fitparse.profile.FIELD_TYPES.get(kind)
        for number, name in (known.values or {}).items() if known is not None else ():
            assert profile.values(kind)[number] == name
    for number in overlay.MESSAGES:
        assert number not in fitparse.profile.MESSAGE_TYPES


def test_the_overlay_agrees_with_a_newer_profile():
    for message, number, name, _, scale, offset, _ in overlay.FIELDS:
        theirs = fitdecode.profile.MESSAGE_TYPES.get(profile.message_number(message))
        field = None if theirs is None else theirs.fields.get(number)
        if field is not None:
            assert (field.name, field.scale or 1, field.offset or 0) == (name, scale, offset), (message, number)
    for kind, words in overlay.VALUES.items():
        pairs = words.split()
        theirs = fitdecode.profile.FIELD_TYPES[kind].enum
        for digits, name in zip(pairs[::2], pairs[1::2], strict=True):
            assert theirs.get(int(digits), name) == name, (kind, digits)


def test_an_unknown_message_has_a_name_and_no_fields():
    assert profile.message(65280) == profile.MessageProfile(65280, "unknown_65280", {})


def test_fitparses_own_tables_are_not_written_to():
    before = len(fitparse.profile.MESSAGE_TYPES), len(fitparse.profile.FIELD_TYPES["sport"].values)
    profile.message(312)
    profile.values("sport")
    assert (len(fitparse.profile.MESSAGE_TYPES), len(fitparse.profile.FIELD_TYPES["sport"].values)) == before
    assert 312 not in fitparse.profile.MESSAGE_TYPES


def test_importing_the_reader_does_not_import_fitparse():
    code = "import sys, importer.readers.fit; sys.exit('fitparse' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
