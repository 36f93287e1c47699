"""The fast reader against the libraries: fitparse value by value behind the same builder, fitdecode message by message."""

import concurrent.futures
import multiprocessing
import os
import warnings
from collections import Counter
from pathlib import Path

import pytest

from importer.errors import CorruptFileError, ReadError
from importer.readers.fit import read_fit
from importer.readers.fit.layout import NATIVE
from importer.readers.fit.wire import read_links
from importer.readers.reference import Agreement, compare, read_fit_reference
from tests.support.fit_writer import Developer, FitWriter
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


def fit_files(corpus):
    return [path for path in corpus.rglob("*") if path.suffix.lower() == ".fit"]


def in_processes(work, paths):
    """Do the work on every path, the largest first, on all processors."""
    paths = sorted(paths, key=lambda path: -path.stat().st_size)
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        return dict(zip(paths, pool.map(work, paths, chunksize=4), strict=True))


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
    for path, (damage, declined, differing) in in_processes(against_fitparse, fit_files(corpus)).items():
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


def plain(value):
    """Bring the two decoders' ways to hold a value together: bytes and arrays as tuples, nothing but missing ones as None."""
    if isinstance(value, bytes):
        value = tuple(value)
    if isinstance(value, tuple):
        value = tuple(None if isinstance(v, float) and v != v else v for v in value)
        if not value or all(v is None for v in value):
            return None
        return value[0] if len(value) == 1 else value
    if isinstance(value, float) and value != value:
        return None
    return value or None if isinstance(value, str) else value


def against_fitdecode(path: Path) -> list[str]:
    """Compare number, order and raw native values of all messages; give the first differences in words."""
    import fitdecode

    data = path.read_bytes()
    mine = []
    for link in read_links(data):
        found = [
            (position, group.layout.number, {key[1]: plain(value) for key, value in row.items() if key[0] == NATIVE})
            for group in link.groups
            for position, row in zip(group.positions.tolist(), group.rows(), strict=True)
        ]
        mine += [(number, row) for _, number, row in sorted(found, key=lambda entry: entry[0])]
    theirs = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with fitdecode.FitReader(data, check_crc=fitdecode.CrcCheck.DISABLED, keep_raw_chunks=False) as reader:
                for frame in reader:
                    if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                        row: dict[int, object] = {}
                        for field in frame.fields:
                            if field.field_def is not None and not field.field_def.is_dev and plain(field.raw_value) is not None:
                                row.setdefault(field.field_def.def_num, plain(field.raw_value))
                        theirs.append((frame.global_mesg_num, row))
        except (fitdecode.FitError, AssertionError, ValueError):
            pass  # it stops where a file is damaged, not always with its own error; what came before is compared
    differences = [f"{a} against {b}" for a, b in zip(mine, theirs, strict=False) if a != b]
    if len(theirs) > len(mine):
        differences.append(f"{len(mine)} messages against {len(theirs)}")
    return differences[:3]


@pytest.mark.corpus
def test_every_message_and_raw_value_equals_fitdecodes(corpus):
    differing = {path.name: words for path, words in in_processes(against_fitdecode, fit_files(corpus)).items() if words}
    assert differing == {}


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
