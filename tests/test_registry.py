"""Recognition by content, what is kept, and archives that are opened within limits."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import CorruptFileError, NotAnActivityError, ReadError, TooLargeError, UnknownFormatError
from importer.readers import containers
from importer.readers.containers import Member, unpack
from importer.readers.registry import read_activities, recognise
from importer.readers.sport_words import sport_of
from tests.support.gpx_writer import Point, gpx, track
from tests.support.tcx_writer import TcxLap, Trackpoint, activity, tcx

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
POINTS = [Point(49.0 + i * 2e-5, 8.0, START.replace(second=i)) for i in range(30)]
GPX = gpx(track([POINTS], type="running"))
TCX = tcx(activity([TcxLap(START, 30.0, [[Trackpoint(START.replace(second=i), distance_m=2.5 * i) for i in range(30)]])], start=START))


def zipped(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def one(data: bytes, *, limit_bytes: int = containers.LIMIT_BYTES) -> Member | ReadError:
    (found,) = unpack(data, limit_bytes=limit_bytes)
    return found


def error_of(data: bytes, *, limit_bytes: int = containers.LIMIT_BYTES) -> ReadError:
    found = one(data, limit_bytes=limit_bytes)
    assert isinstance(found, ReadError)
    assert found.remedy
    return found


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (GPX, "gpx"),
        (b"\xef\xbb\xbf" + GPX, "gpx"),
        (b"\n\n<!-- made by hand --><?x y?>" + GPX.split(b"?>\n", 1)[1], "gpx"),
        (GPX.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "gpx"),
        (GPX.replace(b"UTF-8", b"GB18030"), "gpx"),
        (b"<g:gpx xmlns:g='u'/>", "gpx"),
        (TCX, "tcx"),
        (b"\x0e\x20\x54\x08\x00\x00\x00\x00.FIT\x00\x00", "fit"),
        (gzip.compress(GPX), "gzip"),
        (zipped({"a.gpx": GPX}), "zip"),
        (b"", None),
        (b"gpx", None),
        (b"<html><gpx/></html>", None),
        (b"<", None),
    ],
)
def test_the_format_is_told_by_content(data: bytes, kind: str | None):
    assert recognise(data) == kind


@pytest.mark.parametrize(
    ("data", "looks", "code"),
    [
        (b"", "empty", "empty-file"),
        (b"<!DOCTYPE html>\n<html><head>", "an HTML page", "unknown-format"),
        (b"<?xml version='1.0'?><kml xmlns='u'>", "a KML map", "unknown-format"),
        (b"<?xml version='1.0'?><song/>", "an XML file with the root <song>", "unknown-format"),
        (b'{"a": 1}', "JSON", "unknown-format"),
        (b"\x89PNG\r\n\x1a\n....", "a PNG image", "unknown-format"),
        (b"\xff\xd8\xff\xe0....", "a JPEG image", "unknown-format"),
        (b"%PDF-1.7", "a PDF document", "unknown-format"),
        (b"time;speed;cadence\n1;2;3\n", "a table (CSV)", "unknown-format"),
        (b"I ran backwards today.", "plain text", "unknown-format"),
        (b"\x00" * 5000, "zeros", "unknown-format"),
        (b"abc\x00\x01\x02", "a binary file", "unknown-format"),
        (gzip.compress(GPX), "an archive inside an archive", "nested-archive"),
    ],
)
def test_other_content_is_named_with_what_to_do(data: bytes, looks: str, code: str):
    with pytest.raises(UnknownFormatError) as caught:
        read_activities(data)
    assert looks in caught.value.reason
    assert caught.value.code == code
    assert caught.value.remedy


def test_foot_sessions_are_kept_and_others_named():
    def file(*sports: str) -> bytes:
        return gpx("".join(track([POINTS], type=sport) for sport in sports))

    assert [found.sport for found in read_activities(GPX)] == ["running"]
    assert [found.sport for found in read_activities(file("hiking", "whatever"))] == ["hiking", "unknown"]
    (kept,) = read_activities(file("cycling", "running"))
    assert (kept.sport, kept.session_index) == ("running", 1)
    assert kept.notes[-1] == "other-sport: left out of this file: cycling"
    with pytest.raises(NotAnActivityError) as caught:
        read_activities(file("mountain_biking", "open_water_swimming"))
    assert (caught.value.code, caught.value.found) == ("not-foot", "cycling, swimming")


@pytest.mark.parametrize(
    ("word", "sport", "sub_sport"),
    [
        ("running", "running", "unknown"),
        ("treadmill_running", "running", "treadmill"),
        ("Trail Run", "running", "trail"),
        ("9", "running", "unknown"),
        ("Walking", "walking", "unknown"),
        ("Spaziergang", "walking", "unknown"),
        ("Wanderung", "hiking", "unknown"),
        ("Biking", "cycling", "unknown"),
        ("VirtualRide", "cycling", "unknown"),
        ("Other", "unknown", "unknown"),
        ("elliptical", "fitness_equipment", "elliptical"),
        ("cross_country_skiing", "skiing", "unknown"),
        ("", "unknown", "unknown"),
        (None, "unknown", "unknown"),
    ],
)
def test_words_for_sports_are_understood(word: str | None, sport: str, sub_sport: str):
    assert sport_of(word) == (sport, sub_sport)


def test_a_plain_file_is_its_own_only_member():
    assert one(GPX) == Member(None, GPX)


def test_gzip_gives_its_payload_whole_even_in_several_parts_or_with_padding():
    assert one(gzip.compress(GPX)) == Member(None, GPX)
    assert one(gzip.compress(GPX[:500]) + gzip.compress(GPX[500:]) + b"\x00" * 40) == Member(None, GPX)


def test_damaged_gzip_is_told():
    whole = gzip.compress(GPX)
    cut = error_of(whole[:-20])
    assert (type(cut), cut.code) == (CorruptFileError, "truncated")
    assert error_of(whole[:60] + b"\xff\xff\xff" + whole[63:]).code == "corrupt-file"


def test_bombs_are_refused_by_size_and_by_ratio():
    bomb = gzip.compress(b"\x00" * 30_000_000)
    by_ratio = error_of(bomb)
    assert isinstance(by_ratio, TooLargeError)
    assert by_ratio.size_bytes < 10_000_000
    assert error_of(gzip.compress(GPX * 2000), limit_bytes=1_000_000).code == "too-large"
    assert error_of(zipped({"a.gpx": b"\x00" * 30_000_000})).code == "too-large"
    assert error_of(zipped({"a.gpx": GPX}), limit_bytes=1000).code == "too-large"
    assert error_of(zipped({"a.gpx.gz": bomb}, method=zipfile.ZIP_STORED)).code == "too-large"


def test_a_zip_gives_its_activities_by_name_and_passes_over_the_rest():
    members = {
        "export/": b"",
        "export/../../run.GPX": GPX,
        "export/second.tcx.gz": gzip.compress(TCX),
        "__MACOSX/._run.gpx": b"shadow",
        "readme.txt": b"hello",
    }
    found = list(unpack(zipped(members)))
    assert found == [Member("export/../../run.GPX", GPX), Member("export/second.tcx.gz", TCX)]


def test_an_archive_in_an_archive_is_named_and_not_opened():
    run, inner = unpack(zipped({"a.gpx": GPX, "inner.zip": zipped({"b.gpx": GPX})}))
    assert run == Member("a.gpx", GPX)
    assert isinstance(inner, ReadError)
    assert (inner.code, inner.path) == ("nested-archive", "inner.zip")


def test_one_bad_member_costs_one_file():
    data = bytearray(zipped({"a.gpx": GPX, "b.gpx": TCX}, method=zipfile.ZIP_STORED))
    data[data.index(b"<trkpt")] ^= 0xFF
    bad, good = unpack(bytes(data))
    assert isinstance(bad, CorruptFileError)
    assert bad.path == "a.gpx"
    assert good == Member("b.gpx", TCX)


def test_an_encrypted_member_says_so():
    data = bytearray(zipped({"a.gpx": GPX}))
    # the flag of encryption, in the central directory and in the local header
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[data.index(b"PK\x03\x04") + 6] |= 1
    assert (error_of(bytes(data)).code, error_of(bytes(data)).path) == ("encrypted", "a.gpx")


def test_archives_without_activities_or_with_too_many_entries_are_told(monkeypatch: pytest.MonkeyPatch):
    assert error_of(zipped({"readme.txt": b"x"})).code == "not-an-activity"
    assert error_of(zipped({"a.gpx": GPX})[:-10]).code == "corrupt-file"
    monkeypatch.setattr(containers, "LIMIT_MEMBERS", 2)
    assert error_of(zipped({f"{i}.txt": b"x" for i in range(3)})).code == "too-large"
    monkeypatch.setattr(containers, "LIMIT_TOTAL_BYTES", len(GPX) + 10)
    first, second = unpack(zipped({"a.gpx": GPX, "b.gpx": TCX}))
    assert isinstance(first, Member)
    assert isinstance(second, TooLargeError)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([gzip.compress(TCX, mtime=0), zipped({"a.gpx": GPX, "b.tcx.gz": gzip.compress(TCX, mtime=0)})]), st.data())
def test_damaged_archives_end_in_members_or_errors(whole: bytes, data: st.DataObject):
    mutated = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(mutated)))
        mutated[start : start + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    for found in unpack(bytes(mutated)):
        assert isinstance(found, Member | ReadError)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100) | st.sampled_from([b"<gpx", b"<gpx>", b"<?xml ?>", b"<TrainingCenterDatabase/>"]))
def test_any_payload_gives_activities_or_a_read_error(data: bytes):
    with pytest.raises(ReadError) as caught:
        read_activities(data)
    assert caught.value.remedy


@pytest.mark.corpus
def test_every_file_of_the_corpus_is_recognised_as_what_its_name_says(corpus: Path):
    files = [path for path in sorted(corpus.rglob("*")) if path.suffix.lower() in (".fit", ".gpx", ".tcx")]
    other = {path.name: recognise(path.read_bytes()) for path in files if recognise(path.read_bytes()) != path.suffix.lower()[1:]}
    assert len(files) > 400
    assert other == {}
