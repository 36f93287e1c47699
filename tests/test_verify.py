"""`retro-import verify`: two readings of one file, and what the program says about them."""

import gzip
import zipfile

import pytest

from importer.errors import CorruptFileError
from importer.readers.reference import Agreement
from importer.readers.verify import Judgement, judge, verify
from tests.support.fit_writer import Developer, FitWriter
from tests.support.program import SAMPLES, objects, retro
from tests.test_fit_activity import T0, describe, file_id, run, session

GPX = """<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{}</trkseg></trk></gpx>"""


def gpx(n=30, inner=""):
    points = (f'<trkpt lat="50.{i:04}" lon="8.0"><ele>100</ele><time>2026-03-01T10:00:{i:02}Z</time>{inner}</trkpt>' for i in range(n))
    return GPX.format("".join(points)).encode()


def test_a_sound_run_is_equal_in_every_field():
    verdict = verify(run().to_bytes())
    assert (verdict.judgement, verdict.library, verdict.known) == (Judgement.EQUAL, "fitparse", ())
    assert {field.name: (field.n_equal, field.n_total) for field in verdict.fields}["heart_rate_bpm"] == (60, 60)


def test_a_sound_gpx_is_equal_in_every_field():
    verdict = verify(gpx())
    assert (verdict.judgement, verdict.library) == (Judgement.EQUAL, "gpxpy")
    assert {field.name: (field.n_equal, field.n_total) for field in verdict.fields}["altitude_m"] == (30, 30)


def test_tcx_has_no_second_reader():
    verdict = verify((SAMPLES / "track-notes.tcx").read_bytes())
    assert (verdict.judgement, verdict.library, verdict.fields) == (Judgement.READ_ONLY, None, ())


def test_damage_that_the_library_refuses_and_we_salvage_is_named():
    whole = run().to_bytes()
    cut, wrong = verify(whole[:-40]), verify(whole[:-1] + bytes([whole[-1] ^ 1]))
    trailing = verify(whole + b"more")
    assert (cut.judgement, cut.known) == (Judgement.KNOWN, ("truncated",))
    assert (wrong.judgement, wrong.known) == (Judgement.KNOWN, ("crc-bad",))
    assert (trailing.judgement, trailing.known) == (Judgement.KNOWN, ("trailing-bytes",))
    assert isinstance(cut.library_error, CorruptFileError)
    assert {field.name for field in trailing.fields if field.first_difference} == {"counts", "notes"}


def test_a_field_size_that_only_we_read_is_named():
    writer = run()
    writer.define(9, 20, [(253, 4, "uint32"), (3, 3, "uint32")])
    writer.data(9, (T0 + 30).to_bytes(4, "little") + bytes(3))
    verdict = verify(writer.to_bytes())
    assert (verdict.judgement, verdict.known) == (Judgement.KNOWN, ("field-size",))


def test_a_developer_field_that_nobody_describes_is_named():
    writer = FitWriter()
    file_id(writer)
    for i in range(20):
        writer.message_with("record", {"timestamp": T0 + i, "speed": 2.5}, developer={Developer(0, 3, "uint16"): 250})
    session(writer, length=20.0)
    verdict = verify(writer.to_bytes())
    assert (verdict.judgement, verdict.known) == (Judgement.KNOWN, ("undescribed-developer-field",))


def test_a_scaled_developer_field_may_differ_in_its_own_channel_only():
    writer = FitWriter()
    file_id(writer)
    writer.message("developer_data_id", application_id=bytes(range(16)), developer_data_index=0)
    shape = [(0, 1, "uint8"), (1, 1, "uint8"), (2, 1, "uint8"), (3, 12, "string"), (6, 1, "uint8"), (8, 13, "string")]
    writer.define(9, 206, shape)
    writer.data(9, bytes([0, 3, 0x84]) + b"Ground Time\0" + bytes([10]) + b"Milliseconds\0")
    for i in range(20):
        writer.message_with("record", {"timestamp": T0 + i, "speed": 2.5}, developer={Developer(0, 3, "uint16"): 2500})
    session(writer, length=20.0)
    verdict = verify(writer.to_bytes())
    assert (verdict.judgement, verdict.known) == (Judgement.KNOWN, ("developer-scale",))
    assert "stance_time_s" in {field.name for field in verdict.fields if field.first_difference}


def test_a_speed_that_gpxpy_drops_is_named():
    verdict = verify(gpx(inner="<speed>2.5</speed>"))
    assert (verdict.judgement, verdict.known) == (Judgement.KNOWN, ("speed-of-gpx-1.1",))


def test_a_number_for_which_gpxpy_refuses_the_file_is_named():
    verdict = verify(gpx().replace(b"<ele>100</ele>", b"<ele>high</ele>", 1))
    assert (verdict.judgement, verdict.known) == (Judgement.KNOWN, ("bad-number",))


def test_two_readers_that_find_no_activity_agree():
    verdict = verify((SAMPLES / "settings.fit").read_bytes())
    assert verdict.judgement is Judgement.SKIPPED
    assert verdict.judgement.is_fine


@pytest.mark.parametrize("data", [b"", b"hello", run().to_bytes()[:40]])
def test_what_nobody_reads_is_unreadable(data):
    verdict = verify(data)
    assert verdict.judgement is Judgement.UNREADABLE
    assert not verdict.judgement.is_fine
    assert verdict.error is not None


def test_a_difference_without_a_cause_is_one():
    """A record whose time is a text: one reader declines the file, the other loses a sample."""
    writer = run()
    describe(writer, 0, 3, 0x84, "Ground Time", "Milliseconds")
    writer.define(9, 20, [(253, 4, "string")])
    writer.data(9, b"now\0")
    verdict = verify(writer.to_bytes())
    assert verdict.judgement is Judgement.DIFFERENT
    assert not verdict.judgement.is_fine


def test_a_cause_explains_its_own_fields_and_no_others():
    fields = [Agreement("counts", 0, 1, "x"), Agreement("t_s", 60, 60, "")]
    known = {"trailing-bytes": frozenset({"counts", "notes"}), "developer-scale": frozenset({"power_w"})}
    assert judge(fields, known) == (Judgement.KNOWN, ("trailing-bytes",))
    assert judge([*fields, Agreement("speed_mps", 59, 60, "y")], known) == (Judgement.DIFFERENT, ("trailing-bytes",))
    assert judge(fields, {}) == (Judgement.DIFFERENT, ())
    assert judge(fields[1:], known) == (Judgement.EQUAL, ())


def test_people_get_a_table_and_status_0():
    done = retro("verify", SAMPLES / "workout-steps.fit")
    assert done.returncode == 0
    assert "values equal fitparse's" in done.stdout
    assert "heart_rate_bpm  " in done.stdout
    assert done.stderr == ""


def test_programs_get_one_object_for_each_file_and_member(tmp_path):
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.write(SAMPLES / "forward-run.fit", "runs/forward-run.fit")
        out.writestr("broken.gpx", '<?xml version="1.0"?><gpx version="1.1"><trk>')
    packed = tmp_path / "belt.fit.gz"
    packed.write_bytes(gzip.compress((SAMPLES / "treadmill-belt-blocks.fit").read_bytes()))
    done = retro("verify", archive, packed, SAMPLES / "track-notes.tcx", SAMPLES / "damaged.fit", "--json")
    found = {one["path"]: one for one in objects(done)}
    assert {path: one["judgement"] for path, one in found.items()} == {
        f"{archive}!runs/forward-run.fit": "equal",
        f"{archive}!broken.gpx": "unreadable",
        str(packed): "equal",
        str(SAMPLES / "track-notes.tcx"): "read-only",
        str(SAMPLES / "damaged.fit"): "known-difference",
    }
    assert done.returncode == 3
    keys = {"path", "judgement", "format", "library", "known", "error", "library_error", "fields"}
    assert {frozenset(one) for one in found.values()} == {frozenset(keys)}
    assert set(found[str(packed)]["fields"][0]) == {"name", "n_equal", "n_total", "first_difference"}
    assert found[f"{archive}!broken.gpx"]["error"]["code"] == "truncated"
    assert found[str(SAMPLES / "damaged.fit")]["known"] == ["truncated"]


def test_a_missing_file_is_status_4_and_the_others_are_verified(tmp_path):
    done = retro("verify", tmp_path / "none.fit", SAMPLES / "settings.fit")
    assert done.returncode == 4
    assert "none.fit: does not exist" in done.stderr
    assert "both readers agree" in done.stdout


def test_an_empty_file_and_a_damaged_archive_are_status_3(tmp_path):
    empty, archive = tmp_path / "a.fit", tmp_path / "a.zip"
    empty.write_bytes(b"")
    archive.write_bytes(b"PK\x03\x04nothing")
    assert retro("verify", empty).returncode == 3
    done = retro("verify", archive, "--json")
    assert done.returncode == 3
    assert objects(done)[0]["error"]["code"] == "corrupt-file"


def test_verifying_writes_nothing(tmp_path):
    done = retro("verify", SAMPLES / "settings.fit", RETRO_IMPORT_DB=f"sqlite:///{tmp_path / 'runs.db'}")
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []
