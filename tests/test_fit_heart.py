"""Heart rates out of a strap's memory: placed in time, put where none are, equal to what Garmin's decoder makes of them."""

import struct

import numpy as np
import pytest

from importer.readers.fit import heart, read_fit
from importer.readers.fit.messages import decode
from importer.readers.fit.wire import read_links
from importer.readers.reference import compare, read_fit_reference
from tests.support.fit_writer import FitWriter
from tests.test_fit_activity import T0, file_id, records, session

HR = 132
#: ticks of the strap's clock at the anchor, chosen so that the low 12 bits roll over soon
ANCHOR_TICKS = 5 * 4096 + 4000


def packed(ticks):
    """Pack 12-bit ticks, two in three bytes."""
    pairs = zip(ticks[::2], ticks[1::2], strict=True)
    return b"".join(((a & 0xFFF) | (b & 0xFFF) << 12).to_bytes(3, "little") for a, b in pairs)


def strap(beats, *, at=T0, anchor_bpm=100):
    """A strap's file: an anchor at `at`, then eight beats a message, given as (ticks after the anchor, bpm)."""
    writer = FitWriter()
    file_id(writer)
    writer.define(0, HR, [(253, 4, "uint32"), (9, 4, "uint32"), (0, 2, "uint16"), (6, 1, "uint8")])
    writer.data(0, struct.pack("<IIHB", at, ANCHOR_TICKS, 16384, anchor_bpm))
    writer.define(1, HR, [(6, 8, "uint8"), (10, 12, "byte")])
    for i in range(0, len(beats), 8):
        some = beats[i : i + 8]
        writer.data(1, bytes(bpm for _, bpm in some) + packed([ANCHOR_TICKS + ticks for ticks, _ in some]))
    return writer.to_bytes()


def watch(**fields):
    writer = FitWriter()
    file_id(writer)
    records(writer, 20, **fields)
    session(writer, length=20.0)
    return writer.to_bytes()


def chain(data):
    return [decode(link) for link in read_links(data)]


EVERY_SECOND = [(1024 * (i + 1), 101 + i) for i in range(16)]


def test_beats_are_placed_by_the_anchor_and_twelve_bits_across_their_roll_over():
    found = heart.beats(chain(strap(EVERY_SECOND)))

    assert found.t.tolist() == [T0 + 0.5 + i for i in range(17)]
    assert found.bpm.tolist() == [float(100 + i) for i in range(17)]


def test_a_straps_memory_behind_the_activity_fills_the_samples_that_have_no_heart_rate():
    (activity,) = read_fit(watch(heart_rate=None) + strap(EVERY_SECOND))

    bpm = activity.columns["heart_rate_bpm"]
    # the sample of second i is the mean of the quarters in (i - 1, i]: two of the beat before, two of its own
    assert bpm[1:17].tolist() == [float(100 + i) for i in range(16)]
    assert np.isnan(bpm[0])
    assert np.isnan(bpm[17:]).all()
    assert activity.counts["merged_heart_rates"] == 16
    assert any(note.startswith("heart-rate:") for note in activity.notes)


def test_a_heart_rate_in_the_file_stays():
    (activity,) = read_fit(watch(heart_rate=lambda i: 140 if i < 10 else None) + strap(EVERY_SECOND))

    assert activity.columns["heart_rate_bpm"][:10].tolist() == [140.0] * 10
    assert activity.columns["heart_rate_bpm"][10] == 109.0
    assert activity.counts["merged_heart_rates"] == 7


def test_a_beat_holds_for_five_seconds_only():
    merged = heart.merge(np.arange(0.0, 20.0), None, heart.Beats(np.array([0.0, 15.0]), np.array([100.0, 120.0])))
    assert merged.is_new.tolist() == [True] * 6 + [False] * 14


def test_messages_before_an_anchor_are_passed_over():
    writer = FitWriter()
    file_id(writer)
    writer.define(1, HR, [(6, 8, "uint8"), (10, 12, "byte")])
    writer.data(1, bytes([100] * 8) + packed([ANCHOR_TICKS + 100 * i for i in range(8)]))

    assert len(heart.beats(chain(writer.to_bytes())).t) == 0


def test_missing_heart_rates_of_an_array_leave_the_others_in_their_place():
    beats = [(ticks, 255 if i == 3 else bpm) for i, (ticks, bpm) in enumerate(EVERY_SECOND)]
    found = heart.beats(chain(strap(beats)))

    assert T0 + 4.5 not in found.t
    assert found.bpm[found.t == T0 + 5.5].tolist() == [105.0]


def test_both_readers_merge_the_same():
    data = watch(heart_rate=None) + strap(EVERY_SECOND)

    agreements = compare(read_fit(data), read_fit_reference(data))

    assert [field for field in agreements if field.first_difference] == []
    assert "heart_rate_bpm" in {field.name for field in agreements}


#: files with `hr` messages, and the samples that get their heart rate from them
WITH_HR = {"event_timestamp.fit": 4376, "sample_mulitple_header.fit": 343, "garmin-fr935-cr.fit": 2185}


@pytest.mark.corpus
@pytest.mark.parametrize("name", WITH_HR)
def test_merged_heart_rates_equal_those_of_garmins_decoder(corpus, name):
    sdk = pytest.importorskip("garmin_fit_sdk")
    data = next(corpus.rglob(name)).read_bytes()
    messages, errors = sdk.Decoder(sdk.Stream.from_byte_array(bytearray(data))).read(convert_datetimes_to_dates=False)
    assert errors == []
    links = chain(data)
    found, n_new = heart.beats(links), 0
    theirs = {record["timestamp"]: record.get("heart_rate") for record in messages["record_mesgs"]}
    for link in links:
        if link.n_records:
            t = link.columns["timestamp"]
            merged = heart.merge(t, link.columns.get("heart_rate"), found)
            n_new += int(merged.is_new.sum())
            assert {time: theirs[time] for time in t[merged.is_new]} == dict(zip(t[merged.is_new], merged.bpm[merged.is_new], strict=True))
            # where neither the file nor the strap has one, Garmin's decoder has none either
            assert [time for time in t[np.isnan(merged.bpm)] if theirs[time] is not None] == []
    assert n_new == WITH_HR[name]
