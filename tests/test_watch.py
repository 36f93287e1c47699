"""Folders under a watcher, with real processes: nothing missed, nothing twice, nothing harmed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from importer.watch.stopping import GRACE_S
from tests.support.importing import PATIENCE_S, wait_until
from tests.support.program import retro
from tests.support.watching import Gate, Watching, change, once, other_file_system, rows, run_bytes, stored, told, write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and FIFOs")


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def db(tmp_path):
    return tmp_path / "runs.db"


@pytest.fixture
def said(tmp_path):
    return tmp_path / "said"


def test_one_round_imports_what_is_there_and_the_next_reads_nothing_again(inbox, db):
    for number in range(3):
        write(inbox / f"{number}.fit", run_bytes(number))
    first = once(inbox, db)
    before = rows(db, "SELECT path, checked_utc FROM seen_path ORDER BY path")
    second = once(inbox, db)
    assert (first.returncode, second.returncode) == (0, 0)
    assert [(Path(event["path"]).name, event["outcome"], len(event["sessions"])) for event in told(first)] == [
        (f"{number}.fit", "imported", 1) for number in range(3)
    ]
    assert told(second) == []
    assert rows(db, "SELECT path, checked_utc FROM seen_path ORDER BY path") == before
    assert rows(db, "SELECT command, json_extract(counts, '$.imported') FROM import_batch") == [("watch", 3)]


def test_whatever_way_files_come_each_is_stored_once(inbox, db, said, tmp_path):
    runs = [run_bytes(number) for number in range(7)]
    with Watching(inbox, db=db, said=said) as watching:
        watching.wait_for_event("started")
        write(inbox / "renamed.fit", runs[0])
        write(inbox / "a" / "b" / "c" / "NESTED.FIT", runs[1])
        write(tmp_path / "side" / "moved in.fit", runs[2])
        (tmp_path / "side").rename(inbox / "side")
        with (inbox / "slow.fit").open("wb") as slow:
            for part in range(6):
                slow.write(runs[3][len(runs[3]) * part // 6 : len(runs[3]) * (part + 1) // 6])
                slow.flush()
                time.sleep(0.2)
        write(tmp_path / "elsewhere.fit", runs[4])
        (inbox / "link.fit").symlink_to(tmp_path / "elsewhere.fit")
        os.mkfifo(inbox / "pipe.fit")
        for name in (".hidden.fit", "x.fit.part", "~x.fit", "@eaDir/x.fit"):
            write(inbox / name, runs[5])
        shutil.copy(inbox / "renamed.fit", inbox / "copy.fit")
        watching.wait_for(5, "imported")
        watching.wait_for(1, "known")
        write(inbox / "renamed.fit", runs[6])
        watching.wait_for(6, "imported")
        assert watching.end() == 0
        counts = Counter((Path(event["path"]).name, event["sha256"]) for event in watching.files("imported", "known"))
    assert max(counts.values()) == 1
    assert len(stored(db)) == len(set(stored(db))) == 6
    assert watching.events("wrong") == []
    assert sorted(path.name for path in inbox.rglob("*") if not path.is_dir()) == sorted(
        [
            "renamed.fit",
            "NESTED.FIT",
            "moved in.fit",
            "slow.fit",
            "link.fit",
            "pipe.fit",
            "copy.fit",
            ".hidden.fit",
            "x.fit",
            "x.fit.part",
            "~x.fit",
        ]
    )


def test_a_file_that_lacks_its_end_is_waited_for_and_saved_after_a_long_rest(inbox, db):
    whole = run_bytes(1, length_s=600)
    write(inbox / "half.fit", whole[: len(whole) // 2])
    done = once(inbox, db)
    (waiting,) = told(done, "waiting")
    assert (waiting["code"], waiting["attempts"], told(done)) == ("incomplete", 1, [])
    assert told(once(inbox, db), "waiting") == []  # it is not read again before its time
    change(db, "UPDATE seen_path SET next_try_utc = '2026-01-01T00:00:00.000000Z'")
    (saved,) = told(once(inbox, db))
    assert saved["outcome"] == "imported"
    assert any(note.startswith("truncated") for note in saved["notes"])
    assert rows(db, "SELECT outcome, next_try_utc FROM seen_path") == [("imported", None)]


def test_a_file_that_grows_to_its_end_is_stored_whole(inbox, db):
    whole = run_bytes(1, length_s=600)
    write(inbox / "a.fit", whole[:2000])
    assert told(once(inbox, db)) == []
    write(inbox / "a.fit", whole)
    (event,) = told(once(inbox, db))
    assert (event["outcome"], event["notes"]) == ("imported", [])
    assert len(stored(db)) == 1


def test_a_damaged_file_is_tried_once_and_again_by_retry_alone(inbox, db):
    url = f"sqlite:///{db}"
    write(inbox / "bad.fit", b"no activity file at all")
    assert [once(inbox, db).returncode for _ in range(3)] == [3, 0, 0]
    status = json.loads(retro("status", "--json", "--db", url).stdout)
    (failed,) = status["failed"]
    assert (failed["path"], failed["code"], failed["attempts"]) == (str(inbox / "bad.fit"), "unknown-format", 1)
    assert retro("retry", inbox, "--db", url).returncode == 3
    assert retro("retry", inbox.parent / "other", "--db", url).stdout == "nothing to try again\n"
    assert rows(db, "SELECT attempts FROM failure") == [(2,)]
    write(inbox / "bad.fit", run_bytes(1))
    assert [event["outcome"] for event in told(once(inbox, db))] == ["imported"]
    (inbox / "bad.fit").unlink()
    assert retro("retry", "--db", url).stdout == "nothing to try again\n"
    assert rows(db, "SELECT count(*) FROM failure") == [(0,)]


def test_another_version_of_the_program_tries_a_damaged_file_again(inbox, db):
    write(inbox / "bad.fit", b"no activity file at all")
    once(inbox, db)
    change(db, "UPDATE seen_path SET program_version = '0.0.1'")
    assert [event["outcome"] for event in told(once(inbox, db))] == ["failed"]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that opens and cannot be read")
def test_a_file_that_cannot_be_read_is_put_off_and_is_no_bad_file(inbox, db):
    (inbox / "busy.fit").symlink_to("/proc/1/mem" if os.getuid() == 0 else "/proc/self/mem")
    done = once(inbox, db)
    status = json.loads(retro("status", "--json", "--db", f"sqlite:///{db}").stdout)
    assert done.returncode == 0
    assert [(event["code"], event["attempts"]) for event in told(done, "waiting")] == [("unreadable", 1)]
    assert [(one["code"], one["attempts"]) for one in status["waiting"]] == [("unreadable", 1)]
    assert status["failed"] == []


def test_a_folder_that_goes_away_and_comes_back_is_watched_again(inbox, db, said, tmp_path):
    with Watching(inbox, db=db, said=said) as watching:
        write(inbox / "0.fit", run_bytes(0))
        watching.wait_for(1)
        inbox.rename(tmp_path / "unmounted")
        watching.wait_for_event("away")
        assert wait_until(lambda: rows(db, "SELECT state FROM watched_folder") == [("away",)], every_s=0.02)
        (folder,) = json.loads(retro("status", "--json", "--db", f"sqlite:///{db}").stdout)["folders"]
        (tmp_path / "unmounted").rename(inbox)
        write(inbox / "1.fit", run_bytes(1))
        watching.wait_for(2)
        assert watching.end() == 0
    assert folder["state"] == "away"
    assert [event["outcome"] for event in watching.files()] == ["imported", "imported"]
    assert len(watching.events("away")) == len(watching.events("back")) == 1
    assert len(stored(db)) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits another process")
def test_a_full_disk_pauses_the_watcher_and_it_goes_on_by_itself(inbox, db, said):
    import resource

    with Watching(inbox, db=db, said=said) as watching:
        write(inbox / "0.fit", run_bytes(0))
        watching.wait_for(1)
        # no file may grow: what a full disk is to SQLite
        resource.prlimit(watching.process.pid, resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
        for number in range(1, 4):
            write(inbox / f"{number}.fit", run_bytes(number))
        assert wait_until(lambda: "paused, and going on by itself" in watching.complaint, every_s=0.02), watching.complaint
        resource.prlimit(watching.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        watching.wait_for(4, "imported")
        watching.wait_for_event("resumed")
        assert watching.end() == 0
    assert rows(db, "SELECT count(*) FROM failure") == [(0,)]
    assert rows(db, "PRAGMA integrity_check") == [("ok",)]
    assert watching.complaint.count("paused, and going on") == 1
    assert watching.complaint.count("going on\n") == 1


def test_a_database_that_is_taken_away_is_made_anew_with_all_that_is_there(inbox, db, said, tmp_path):
    with Watching(inbox, db=db, said=said) as watching:
        write(inbox / "0.fit", run_bytes(0))
        watching.wait_for(1)
        for path in tmp_path.glob("runs.db*"):
            path.unlink()
        watching.wait_for(2, "imported")
        assert watching.end() == 0
    assert len(stored(db)) == 1


@pytest.fixture
def gate(tmp_path):
    made = Gate(tmp_path / "gate")
    yield made
    made.open()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_the_watcher_after_the_file_in_work(inbox, db, said, gate, number, status):
    for run in range(8):
        write(inbox / f"{run}.fit", run_bytes(run))
    with Watching(inbox, db=db, said=said, words=gate.words) as watching:
        gate.wait()
        watching.process.send_signal(number)
        gate.open()
        assert watching.process.wait(PATIENCE_S) == status
    assert len(watching.files("imported")) == 1
    assert len(stored(db)) == 1  # what is stored was told, and nothing is there in parts
    assert rows(db, "SELECT state FROM watched_folder") == [("stopped",)]
    assert rows(db, "SELECT count(*) FROM import_batch WHERE finished_utc IS NULL") == [(0,)]
    assert watching.complaint == ""


def test_a_second_signal_ends_the_watcher_at_once_and_leaves_nothing_in_parts(inbox, db, said, gate):
    for run in range(8):
        write(inbox / f"{run}.fit", run_bytes(run))
    with Watching(inbox, db=db, said=said, words=gate.words) as watching:
        gate.wait()
        begun_s = time.monotonic()
        while watching.process.poll() is None:  # two that come at once may be one to a process
            watching.process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
        assert time.monotonic() - begun_s < GRACE_S
        assert watching.process.returncode == 0
    assert stored(db) == [event["sha256"] for event in watching.files("imported")]
    assert len(stored(db)) == 1
    assert rows(db, "PRAGMA integrity_check") == [("ok",)]


def test_two_watchers_and_an_import_at_once_store_every_file_once(inbox, db, said, tmp_path):
    runs = [run_bytes(number) for number in range(12)]
    with Watching(inbox, db=db, said=said) as one, Watching(inbox, db=db, said=tmp_path / "two") as two:
        for number, data in enumerate(runs):
            write(inbox / f"{number}.fit", data)
        assert retro("import", inbox, "--db", f"sqlite:///{db}").returncode == 0
        one.wait_for(12)
        two.wait_for(12)
        assert (one.end(), two.end()) == (0, 0)
    assert len(stored(db)) == len(set(stored(db))) == 12
    assert {event["outcome"] for event in (*one.files(), *two.files())} <= {"imported", "known"}
    assert one.events("wrong") == two.events("wrong") == []


def test_status_tells_a_monitor_when_a_watcher_is_stale(inbox, db, said):
    url = f"sqlite:///{db}"
    write(inbox / "0.fit", run_bytes(0))
    with Watching(inbox, db=db, said=said, every_s=10.0) as watching:  # stale after half a minute, however busy the machine
        watching.wait_for(1)
        alive = retro("status", "--db", url)
        watching.process.kill()
        watching.process.wait()
    assert alive.returncode == 0
    assert f"{inbox}: watching, looked through" in alive.stdout
    change(db, "UPDATE watched_folder SET scanned_utc = '2026-01-01T00:00:00.000000Z'")
    stale = retro("status", "--json", "--db", url)
    assert stale.returncode == 7
    assert [(folder["root"], folder["is_stale"], folder["n_files"]) for folder in json.loads(stale.stdout)["folders"]] == [
        (str(inbox), True, 1)
    ]
    assert retro("status", "--forget", inbox, "--db", url).returncode == 0
    assert retro("status", "--db", url).stdout.startswith("no folder is watched")


def test_the_command_for_an_import_gets_facts_and_no_shell(inbox, db, tmp_path):
    note = tmp_path / "note"
    facts = "'|'.join(os.environ['RETRO_IMPORT_' + n] for n in ('PATH', 'OUTCOME', 'SESSIONS'))"
    script = f"import os, sys; open(sys.argv[1], 'a').write({facts} + '\\n')"
    name = "$(touch owned); x.fit"
    write(inbox / name, run_bytes(1))
    write(inbox / "bad.fit", b"nothing")
    done = once(inbox, db, "--on-import", f'{sys.executable} -c "{script}" "{note}"')
    assert done.returncode == 3
    assert note.read_text() == f"{inbox / name}|imported|1\n"
    assert once(inbox, db, "--on-import", "false").stdout == ""


def test_a_command_that_fails_is_said_and_stops_nothing(inbox, db):
    for number in range(2):
        write(inbox / f"{number}.fit", run_bytes(number))
    done = once(inbox, db, "--on-import", "/no/such/program")
    assert done.returncode == 0
    assert done.stderr.count("the command of --on-import could not be started") == 2
    assert len(stored(db)) == 2


@pytest.fixture(params=["the same", "another"])
def archive(request, tmp_path):
    folder = tmp_path / "archive" if request.param == "the same" else other_file_system(tmp_path)
    if folder is None:
        pytest.skip("no other file system that may be written here")
    yield folder
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def test_stored_files_move_to_the_archive_and_nothing_there_is_replaced(inbox, db, archive):
    runs = [run_bytes(number) for number in range(3)]
    write(inbox / "2026" / "a.fit", runs[0])
    write(inbox / "bad.fit", b"nothing")
    once(inbox, db)  # stored before anybody asked for an archive
    write(inbox / "b.fit", runs[1])
    write(archive / "b.fit", b"something else")
    done = once(inbox, db, "--archive", archive)
    assert len(told(done, "archived")) == 2
    assert (archive / "2026" / "a.fit").read_bytes() == runs[0]
    assert (archive / "b.fit").read_bytes() == b"something else"
    assert [path.read_bytes() for path in archive.glob("*-b.fit")] == [runs[1]]
    write(inbox / "2026" / "a.fit", runs[0])  # a crash between the two halves of a move leaves both
    once(inbox, db, "--archive", archive)
    assert [path.name for path in inbox.rglob("*.fit")] == ["bad.fit"]
    assert len([path for path in archive.rglob("*") if path.is_file()]) == 3
    assert rows(db, "SELECT path FROM seen_path") == [(str(inbox / "bad.fit"),)]


def test_an_archive_that_would_be_watched_is_refused_or_left_out(inbox, db):
    write(inbox / "a.fit", run_bytes(0))
    assert once(inbox, db, "--archive", inbox).returncode == 2
    assert once(inbox, db, "--archive", inbox.parent).returncode == 2
    assert [event["outcome"] for event in told(once(inbox, db, "--archive", inbox / "done"))] == ["imported"]
    assert (inbox / "done" / "a.fit").exists()
    assert told(once(inbox, db, "--archive", inbox / "done")) == []


def test_the_service_manager_hears_that_the_watcher_is_ready_alive_and_ending(inbox, db, said, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE_S)
        with Watching(inbox, db=db, said=said, NOTIFY_SOCKET=str(tmp_path / "notify")) as watching:
            heard = [manager.recv(1000)]
            while not {b"READY=1", b"WATCHDOG=1"} <= set(heard):
                heard.append(manager.recv(1000))
            assert watching.end() == 0
        manager.settimeout(1)
        while b"STOPPING=1" not in heard:
            heard.append(manager.recv(1000))
    assert heard.index(b"READY=1") < heard.index(b"WATCHDOG=1") < heard.index(b"STOPPING=1")


@pytest.mark.parametrize("words", [("--every", "0"), ("--settle", "-1"), ("--on-import", "'"), ("--on-import", " ")])
def test_wrong_options_are_refused(inbox, db, words):
    assert once(inbox, db, *words).returncode == 2


def test_a_file_is_no_folder_to_watch_and_a_missing_folder_ends_one_round_with_status_4(inbox, db):
    write(inbox / "a.fit", run_bytes(0))
    assert once(inbox / "a.fit", db).returncode == 2
    assert once(inbox / "missing", db).returncode == 4
