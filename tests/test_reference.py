"""The fast reader against fitparse behind the same builder: every field and sample of every activity (messages: test_exact_corpus)."""

from collections import Counter
from pathlib import Path

import pytest

from importer.errors import CorruptFileError, ReadError
from importer.readers.fit import read_fit
from importer.readers.fit.wire import read_links
from importer.readers.reference import Agreement, compare, read_fit_reference
from tests.support.fit_writer import Developer, FitWriter
from tests.support.processes import files, in_processes
from tests.test_fit_activity import T0, describe, file_id, records, run, session

#: What fitparse declines and the fast reader saves, by what it says. docs/readers.md explains each.
DECLINED = {
    "Tried to read": "cut off or never finished",
    "CRC Mismatch": "wrong checksum",
    "Invalid field size": "a field size that is no multiple of its type",
    "invalid local message type": "a message without a definition",
}
#: Fields in which the two readings of a file may differ, by the file's damage.
DIFFERING = {"trailing-bytes": {"counts", "notes"}}


def outcome(reader, data):
    try:
        return reader(data)
    except ReadError as error:
        return error


def against_fitparse(path: Path) -> tuple[str, str, list[Agreement]]:
    """Give the file's damage, what fitparse declines it for, and the fields that differ."""
    data = path.read_bytes()
    fast, slow = outcome(read_fit, data), outcome(read_fit_reference, data)
    damage = " ".join(sorted({link.integrity.value for link in read_links(data)} - {"ok"}))
    if isinstance(slow, ReadError):
        same = isinstance(fast, ReadError) and fast.code == slow.code
        return damage, "" if same else slow.reason, []
    if isinstance(fast, ReadError):
        return damage, "", [Agreement("activities", 0, len(slow), f"{fast} against {len(slow)} activities")]
    return damage, "", [field for field in compare(fast, slow) if field.first_difference]


@pytest.mark.corpus
def test_the_fast_reader_equals_fitparse_on_every_field_of_every_corpus_file(corpus):
    seen: Counter[str] = Counter()
    for path, (damage, declined, differing) in in_processes(against_fitparse, files(corpus, ".fit")).items():
        if declined:
            reasons = [words for words in DECLINED if words in declined]
            assert reasons, f"{path.name}: fitparse declines it for something new: {declined}"
            seen[reasons[0]] += 1
            continue
        allowed = set().union(*(DIFFERING.get(word, set()) for word in damage.split()))
        assert {field.name for field in differing} <= allowed, (path.name, differing)
        seen["equal" if not differing else damage] += 1
    assert set(seen) == {*DECLINED, "equal", "trailing-bytes"}
    assert seen["equal"] >= 270


def test_the_reference_reads_what_the_fast_reader_reads():
    writer = FitWriter()
    file_id(writer)
    describe(writer, 0, 3, 0x84, "Ground Time", "Milliseconds")
    for i in range(30):
        values = {"timestamp": T0 + i, "speed": 2.5, "heart_rate": 140 if i % 3 else None, "cadence": 80, "fractional_cadence": 0.5}
        writer.message_with("record", values, developer={Developer(0, 3, "uint16"): 250 + i})
    session(writer, length=30.0, sport_profile_name="Retro")
    data = writer.to_bytes()
    agreements = compare(read_fit(data), read_fit_reference(data))
    assert [field for field in agreements if field.first_difference] == []
    counted = {field.name: (field.n_equal, field.n_total) for field in agreements}
    assert counted["stance_time_s"] == (30, 30)
    assert counted["texts"] == (1, 1)


def test_a_difference_is_found_counted_and_shown():
    fast = read_fit(run().to_bytes())
    slower = read_fit(run(heart_rate=lambda i: 141 if i in (7, 9) else 140).to_bytes())
    (field,) = [field for field in compare(fast, slower) if field.first_difference]
    assert (field.name, field.n_equal, field.n_total) == ("heart_rate_bpm", 58, 60)
    assert field.first_difference == "activity 0, sample 7: 140.0 against 141.0"


def test_another_number_of_activities_or_samples_is_a_difference():
    fast = read_fit(run().to_bytes())
    assert compare(fast, ())[0] == Agreement("activities", 0, 1, "activity 0: 1 against 0")
    shorter = FitWriter()
    file_id(shorter)
    records(shorter, 59)
    session(shorter)
    found = {field.name: field for field in compare(fast, read_fit(shorter.to_bytes()))}
    assert (found["t_s"].n_equal, found["t_s"].n_total) == (59, 60)
    assert "60 values against 59" in found["heart_rate_bpm"].first_difference


def test_developer_fields_of_one_file_do_not_leak_into_the_next():
    first = FitWriter()
    file_id(first)
    describe(first, 0, 3, 0x84, "Ground Time", "Milliseconds")
    first.message_with("record", {"timestamp": T0}, developer={Developer(0, 3, "uint16"): 250})
    undescribed = FitWriter()
    file_id(undescribed)
    undescribed.message_with("record", {"timestamp": T0}, developer={Developer(0, 3, "uint16"): 250})
    read_fit_reference(first.to_bytes())
    with pytest.raises(CorruptFileError, match="fitparse declines"):
        read_fit_reference(undescribed.to_bytes())


@pytest.mark.parametrize("cut", [5, 13, 30, 200])
def test_whatever_fitparse_leaks_becomes_our_error(cut):
    with pytest.raises(ReadError):
        read_fit_reference(run().to_bytes()[:cut])


def test_a_timestamp_that_is_a_text_is_our_error_in_one_reader_and_a_lost_sample_in_the_other():
    writer = run()
    writer.define(9, 20, [(253, 4, "string")])
    writer.data(9, b"now\0")
    with pytest.raises(CorruptFileError):
        read_fit_reference(writer.to_bytes())
    (activity,) = read_fit(writer.to_bytes())
    assert activity.counts == {"bad_time": 1}
    assert len(activity) == 60
