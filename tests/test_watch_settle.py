"""What the watcher decides without a file system: when a file has rested, whether its bytes are all there, what is known."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer import __version__
from importer.store.watch_records import Remembered
from importer.watch.complete import is_complete
from importer.watch.memory import Memory, wait_after
from importer.watch.scan import Scanner, Stamp, is_candidate, is_foreign, stamp_at
from importer.watch.settle import Settling
from tests.support.program import SAMPLES

NOW = datetime(2026, 5, 1, tzinfo=UTC)
GPX = b'<?xml version="1.0"?>\n<gpx version="1.1"><trk><trkseg/></trk></gpx>\n'
TCX = b"<TrainingCenterDatabase><Activities/></TrainingCenterDatabase>"
FIT = (SAMPLES / "forward-run.fit").read_bytes()

#: looks at one file: what it looked like, and how long after the look before
LOOKS = st.lists(st.tuples(st.integers(0, 2), st.floats(0, 10)), max_size=30)


@settings(deadline=None)
@given(LOOKS, st.floats(0, 10))
def test_a_file_has_rested_when_two_looks_so_far_apart_saw_the_same_and_none_between_saw_another(looks, settle_s):
    settling = Settling[str, int](settle_s=settle_s)
    past: list[tuple[int, float]] = []
    now_s = 0.0
    for stamp, step_s in looks:
        now_s += step_s
        has_rested = settling.see("a.fit", stamp, now_s=now_s)
        same = []
        for other, at_s in reversed(past):
            if other != stamp:
                break
            same.append(at_s)
        assert has_rested == bool(same and now_s > same[-1] and now_s - same[-1] >= settle_s)
        past.append((stamp, now_s))


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=3), st.floats(0, 10), max_size=5), st.floats(0, 10), st.floats(0, 30))
def test_the_next_look_is_due_when_the_file_that_came_first_may_have_rested(came, settle_s, now_s):
    settling = Settling[str, int](settle_s=settle_s)
    for key, at_s in came.items():
        settling.see(key, 1, now_s=at_s)
    assert settling.due_s() == (min(came.values()) + settle_s if came else None)
    assert set(settling.due(now_s=now_s)) == {key for key, at_s in came.items() if now_s > at_s and now_s - at_s >= settle_s}
    settling.drop(came)
    assert len(settling) == 0


@pytest.mark.parametrize("whole", [FIT, GPX, TCX, gzip.compress(GPX), b"\xef\xbb\xbf" + GPX], ids=["fit", "gpx", "tcx", "gz", "bom"])
def test_a_file_is_complete_with_its_last_byte_and_lacks_its_end_without_the_last_tenth(whole):
    assert is_complete(whole)
    assert [kept for kept in (0, 5, len(whole) // 3, len(whole) * 9 // 10) if is_complete(whole[:kept])] == []


def test_every_beginning_of_a_fit_file_lacks_its_end():
    assert not any(is_complete(FIT[:n]) for n in range(0, len(FIT) - 2, 97))


def test_an_archive_is_complete_with_its_list_of_members():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("a.gpx", GPX)
    assert is_complete(buffer.getvalue())
    assert not is_complete(buffer.getvalue()[:-30])


@pytest.mark.parametrize("data", [b"no activity", b"<html></html>", b"\x1f\x8bnot gzip", b"\x00" * 20])
def test_what_is_no_activity_file_is_not_waited_for(data):
    assert is_complete(data)


@pytest.mark.parametrize("name", ["a.fit", "A.FIT", "b.gpx.gz", "c.Zip", "d e.tcx", "läuft.fit", "-.fit", "QZ-2026.fit"])
def test_activity_files_are_candidates_in_any_case(name):
    assert is_candidate(name)


@pytest.mark.parametrize(
    "name",
    ["a.fit.part", "a.fit.tmp", "a.fit.crdownload", ".a.fit", "._a.fit", "~a.fit", ".syncthing.a.fit.tmp", "a.txt", "0QZ-backup-1.fit"],
)
def test_hidden_and_unfinished_files_are_no_candidates(name):
    assert not is_candidate(name)


def test_folders_of_sync_clients_and_file_servers_are_left_alone():
    assert [name for name in ("@eaDir", ".stversions", "__MACOSX", "$RECYCLE.BIN", "2026", "My runs") if not is_foreign(name)] == [
        "2026",
        "My runs",
    ]


def test_the_wait_doubles_from_a_minute_to_an_hour_and_stays_there():
    assert [wait_after(n) // timedelta(minutes=1) for n in (1, 2, 3, 6, 7, 8, 10_000)] == [1, 2, 4, 32, 60, 60, 60]


def remembered(outcome, *, version=__version__, stamp="1:2:3:4"):
    return Remembered("/a.fit", stamp, outcome, None, version, 0, NOW)


@pytest.mark.parametrize(
    ("row", "is_known"),
    [
        (remembered("imported"), True),
        (remembered("imported", version="0.0.1"), True),
        (remembered("failed"), True),
        (remembered("failed", version="0.0.1"), False),
        (remembered("skipped", version="0.0.1"), False),
        (remembered("waiting", version="0.0.1"), True),
        (remembered("imported", stamp="1:2:3:5"), False),
        (remembered("imported", stamp="of another version"), False),
    ],
)
def test_a_file_is_known_while_its_stamp_and_what_could_read_it_stay(row, is_known):
    memory = Memory()
    memory.load([row])
    assert memory.is_known("/a.fit", Stamp(1, 2, 3, 4, device=99)) == is_known


def test_a_file_that_waits_counts_its_tries_until_it_changes():
    memory, one, other = Memory(), Stamp(1, 2, 3, 4, 5), Stamp(2, 2, 3, 4, 5)
    tries = [
        memory.hold("/a.fit", stamp, code="unreadable", message="", now=NOW + timedelta(hours=n))
        for n, stamp in enumerate((one, one, other))
    ]
    assert [(seen.attempts, seen.first) for seen in tries] == [(1, NOW), (2, NOW), (1, NOW + timedelta(hours=2))]
    assert tries[1].next_try == NOW + timedelta(hours=1, minutes=2)


def looked(scanner, root, now_s, *, is_full=False):
    look = scanner.look(str(root), now_s=now_s, is_full=is_full)
    return look.n_files, sorted(found.path.rpartition("/")[2] for found in look.found)


def test_a_quick_scan_lists_a_folder_again_when_its_own_time_changed_or_is_fresh(tmp_path):
    known: dict[str, Stamp | None] = {}
    scanner = Scanner(lambda path, stamp: known.get(path) == stamp)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.fit").write_bytes(b"1")
    assert looked(scanner, tmp_path, 0.0) == (1, ["a.fit"])
    assert looked(scanner, tmp_path, 3.9) == (1, ["a.fit"])  # its time may be coarse
    assert looked(scanner, tmp_path, 4.0) == (1, [])  # not listed: nothing came or went
    (tmp_path / "in" / "b.fit").write_bytes(b"2")
    assert looked(scanner, tmp_path, 5.0) == (2, ["a.fit", "b.fit"])
    known = {str(path): stamp_at(str(path)) for path in (tmp_path / "in").iterdir()}
    assert looked(scanner, tmp_path, 20.0, is_full=True) == (2, [])
    with (tmp_path / "in" / "a.fit").open("ab") as grown:
        grown.write(b"more")
    assert looked(scanner, tmp_path, 30.0) == (2, [])
    assert looked(scanner, tmp_path, 31.0, is_full=True) == (2, ["a.fit"])


def test_links_to_files_are_followed_and_links_to_folders_are_not(tmp_path):
    root = tmp_path / "in"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "a.fit").write_bytes(b"1")
    (root / "link.fit").symlink_to(root / "deep" / "a.fit")
    (root / "nowhere.fit").symlink_to(root / "missing")
    (root / "itself.fit").symlink_to(root / "itself.fit")
    (root / "deep" / "up").symlink_to(root)
    (root / "folder.fit").mkdir()
    look = Scanner(lambda path, stamp: False).look(str(root), now_s=0.0, is_full=True)
    assert sorted(found.path for found in look.found) == [f"{root}/deep/a.fit", f"{root}/link.fit"]
    assert [said.partition(":")[0] for said in look.wrong] == [f"{root}/itself.fit"]


def test_a_root_that_is_not_there_is_away(tmp_path):
    look = Scanner(lambda path, stamp: False).look(str(tmp_path / "gone"), now_s=0.0, is_full=True)
    assert (look.is_away, look.n_files, look.found) == (True, 0, [])
