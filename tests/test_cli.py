"""The command line as a user and as an outside program see it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime

import pytest

from tests.support.fit_samples import Watch, watch_file
from tests.support.program import SAMPLES, objects, retro
from tests.support.runner import Block, record

RESULT_KEYS = {"path", "outcome", "sha256", "format", "batch", "error", "notes", "sessions"}
SESSION_KEYS = {
    "id", "start", "utc_offset_s", "athlete", "sport", "sub_sport", "environment", "speed_basis", "elapsed_s", "timer_s", "distance_m",
    "possible_duplicate_of", "segments",
}  # fmt: skip
SEGMENT_KEYS = {
    "id", "start_s", "end_s", "direction", "gait", "basis", "standing", "confidence", "distance_m", "mean_speed_mps", "max_speed_mps",
    "mean_cadence_spm", "mean_heart_rate_bpm", "why",
}  # fmt: skip
BELT = SAMPLES / "treadmill-belt-blocks.fit"


@pytest.fixture
def db(tmp_path):
    return f"sqlite:///{tmp_path / 'runs.db'}"


def _contents(db):
    with sqlite3.connect(db.removeprefix("sqlite:///")) as con:
        return {
            table: con.execute(f"select * from {table} order by 1, 2").fetchall()
            for table in ("source_file", "session", "recording", "lap", "segment", "stream")
        }


def test_a_file_without_a_command_is_imported(db):
    done = retro(BELT, "--db", db)
    assert done.returncode == 0
    assert "probably backward" in done.stdout
    assert done.stderr == ""


def test_json_keeps_its_contract(db):
    done = retro("import", BELT, "--db", db, "--json")
    (result,) = objects(done)
    assert set(result) >= RESULT_KEYS
    assert (result["outcome"], result["format"], result["error"], result["batch"]) == ("imported", "fit", None, 1)
    (session,) = result["sessions"]
    assert set(session) >= SESSION_KEYS
    assert session["start"] == "2026-03-03T17:05:00Z"
    assert (session["environment"], session["speed_basis"], session["athlete"]) == ("treadmill", "belt", "me")
    at = 0.0
    for segment in session["segments"]:
        assert set(segment) >= SEGMENT_KEYS
        assert segment["start_s"] == at
        assert (segment["confidence"] is None) == (segment["direction"] == "unknown")
        at = segment["end_s"]
    assert at == session["elapsed_s"]


def test_a_folder_gives_one_object_for_each_activity_file_and_a_second_run_changes_nothing(db):
    first, before = objects(retro("import", SAMPLES, "--db", db, "--json")), _contents(db)
    second, after = objects(retro("import", SAMPLES, "--db", db, "--json")), _contents(db)
    files = sorted(str(path) for path in SAMPLES.iterdir() if path.name.endswith((".fit", ".gpx", ".tcx", ".gz")))
    assert [result["path"] for result in first] == files
    assert [result["path"] for result in second] == files
    assert {result["outcome"] for result in first} == {"imported", "skipped"}
    for one, two in zip(first, second, strict=True):
        assert two["outcome"] == {"imported": "known", "skipped": "skipped"}[one["outcome"]]
        assert two["sessions"] == one["sessions"]
        assert two["error"] == one["error"]
    assert before == after


def test_worker_processes_and_the_programs_own_process_give_the_same(tmp_path):
    alone = objects(retro("import", BELT, "--db", f"sqlite:///{tmp_path}/a.db", "--json"))
    boxed = objects(retro("import", BELT, "--db", f"sqlite:///{tmp_path}/b.db", "--json", "--workers", "1"))
    assert alone == boxed


def test_a_dry_run_writes_nothing_and_shows_the_same(db, tmp_path):
    (dry,) = objects(retro("import", BELT, "--db", db, "--dry-run", "--json"))
    assert list(tmp_path.iterdir()) == []
    (real,) = objects(retro("import", BELT, "--db", db, "--json"))
    assert dry["dry_run"] is True
    assert dry["sessions"][0]["id"] is None
    for session in (dry["sessions"][0], real["sessions"][0]):
        session["id"] = None
        for segment in session["segments"]:
            segment["id"] = None
    assert dry["sessions"] == real["sessions"]


def test_the_same_bytes_for_a_second_athlete_are_known_and_say_whose_they_are(db):
    retro("import", BELT, "--db", db, "--athlete", "Ada")
    done = retro("import", BELT, "--db", db, "--athlete", "Ben")
    assert done.returncode == 0
    assert "known: already imported for Ada" in done.stdout


def test_a_lap_rule_tags_the_laps(db):
    (result,) = objects(retro("import", SAMPLES / "lap-toggle.fit", "--db", db, "--laps", "2,4,6", "--json"))
    backward = [s for s in result["sessions"][0]["segments"] if s["direction"] == "backward"]
    assert [(s["basis"], s["standing"]) for s in backward] == [("declared", "accepted")] * 3


def test_strict_refuses_what_is_damaged(db):
    loose = retro("import", SAMPLES / "damaged.fit", "--db", db, "--dry-run", "--json")
    strict = retro("import", SAMPLES / "damaged.fit", "--db", db, "--strict", "--json")
    assert objects(loose)[0]["notes"][0].startswith("truncated")
    assert (strict.returncode, objects(strict)[0]["error"]["code"]) == (3, "truncated")


def test_a_bad_file_in_a_folder_costs_only_itself(db, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(BELT, folder / "b.FIT")
    (folder / "a.fit").write_bytes(b"this is no activity")
    (folder / "c.gpx").write_bytes(b"")
    (folder / "notes.txt").write_text("not looked at", encoding="utf-8")
    done = retro("import", folder, "--db", db, "--json")
    found = {os.path.basename(result["path"]): result for result in objects(done)}  # noqa: PTH119 - a path of the output
    assert done.returncode == 3
    assert {name: result["outcome"] for name, result in found.items()} == {"a.fit": "failed", "b.FIT": "imported", "c.gpx": "failed"}
    assert found["a.fit"]["error"]["code"] == "unknown-format"
    assert found["c.gpx"]["error"]["code"] == "empty-file"


def test_fail_fast_stops_at_the_first_failure(db, tmp_path):
    (tmp_path / "a.fit").write_bytes(b"bad")
    shutil.copy(BELT, tmp_path / "b.fit")
    done = retro("import", tmp_path / "a.fit", tmp_path / "b.fit", "--db", db, "--json", "--fail-fast")
    assert done.returncode == 3
    assert len(objects(done)) == 1


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("nowhere.fit",), 4, "does not exist"),
        (("reprot",), 4, "did you mean `retro-import report`?"),
        (("import",), 2, "Missing argument"),
        (("import", "--laps", "bananas", str(BELT)), 2, "lap"),
        (("show", "7"), 4, "no database here yet"),
        (("show", "99999999999999999999"), 2, "99999999999999999999"),
        (("",), 4, "does not exist"),
        (("x" * 300 + ".fit",), 4, "does not exist"),
        (("import", str(BELT), "--db", ""), 2, "--db"),
        (("explain", "1", "9-3"), 2, "ends before it starts"),
        (("explain", "1", "soon"), 2, "no span"),
        (("report", "bananas"), 2, "bananas"),
        (("import", str(BELT), "--workers", "0"), 2, "--workers"),
    ],
)
def test_wrong_words_get_a_sentence_and_a_status(words, status, says, db):
    done = retro(*words, RETRO_IMPORT_DB=db)
    assert done.returncode == status, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_input_does_not_keep_the_others_back(db):
    done = retro("import", "nowhere.fit", BELT, "--db", db, "--json")
    assert done.returncode == 4
    assert [result["outcome"] for result in objects(done)] == ["imported"]


def test_a_file_that_is_no_database_is_told_so_and_left_alone(tmp_path):
    other = tmp_path / "letters.txt"
    other.write_text("dear diary, " * 100, encoding="utf-8")
    done = retro("import", BELT, "--db", f"sqlite:///{other}")
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert other.read_text(encoding="utf-8").startswith("dear diary")


def test_a_locked_database_is_temporary(db):
    retro("import", BELT, "--db", db)
    with sqlite3.connect(db.removeprefix("sqlite:///"), isolation_level=None) as con:
        con.execute("begin immediate")
        done = retro("import", SAMPLES / "forward-run.fit", "--db", db, RETRO_IMPORT_WAIT_S="0.2")
    assert done.returncode == 5
    assert "Traceback" not in done.stderr


def test_show_explain_and_report_speak_of_the_session(db):
    retro("import", BELT, SAMPLES / "watch-treadmill.fit", "--db", db, "--json")
    shown, explained, told = (retro(*words, "--db", db) for words in (("show", "1"), ("explain", "1", "12:00-14:00"), ("report",)))
    assert shown.returncode == explained.returncode == told.returncode == 0
    assert "backward?" in shown.stdout
    assert "speed by belt" in shown.stdout
    assert "your usual cadence" in explained.stdout
    assert explained.stdout.count("\n12:00-14:00 ") == 2  # in the table, and with its reasons
    assert "2 sessions" in told.stdout
    assert "unknown" in told.stdout
    assert "\x1b[" not in shown.stdout + explained.stdout + told.stdout
    why = retro("explain", "2", "--db", db).stdout
    assert "your watch computed this speed from cadence" in why


def test_the_report_is_also_json_and_csv(db):
    retro("import", BELT, SAMPLES / "workout-steps.fit", "--db", db)
    rows = json.loads(retro("report", "--db", db, "--format", "json").stdout)
    assert [row["backward_accepted_s"] > 0 for row in rows] == [True, False]
    lines = retro("report", "--db", db, "--format", "csv").stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("session_id,athlete,start_utc")
    assert json.loads(retro("report", "--db", db, "--format", "json", "--since", "2026-03-05", "--until", "2026-03-12").stdout) == rows[:1]
    assert json.loads(retro("report", "--db", db, "--format", "json", "--athlete", "nobody").stdout) == []


def test_the_database_is_where_the_option_the_environment_or_the_file_says(tmp_path, db):
    config = tmp_path / "config.toml"
    config.write_text(f"db = 'sqlite:///{tmp_path}/from-file.db'\nathlete = 'Ada'\n", encoding="utf-8")
    environment = {"RETRO_IMPORT_CONFIG": str(config)}
    assert retro("db", "path", **environment).stdout.strip() == str(tmp_path / "from-file.db")
    assert retro("db", "path", **environment, RETRO_IMPORT_DB=db).stdout.strip() == str(tmp_path / "runs.db")
    assert retro("db", "path", "--db", f"sqlite:///{tmp_path}/o.db", **environment).stdout.strip() == str(tmp_path / "o.db")
    (result,) = objects(retro("import", BELT, "--json", **environment))
    assert result["sessions"][0]["athlete"] == "Ada"
    named = retro("db", "path", RETRO_IMPORT_CONFIG=str(tmp_path / "none.toml"))
    assert named.returncode == 2
    assert "RETRO_IMPORT_CONFIG" in named.stderr
    homes = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    assert retro("db", "path", **homes).stdout.strip().endswith("retro-import.db")


@pytest.mark.parametrize("words", [("report",), ("import", BELT), ("db", "path")])
def test_a_slip_of_the_pen_in_the_configuration_is_named(tmp_path, words):
    config = tmp_path / "config.toml"
    config.write_text(f"bd = 'sqlite:///{tmp_path}/runs.db'\n", encoding="utf-8")
    done = retro(*words, RETRO_IMPORT_CONFIG=str(config), XDG_DATA_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"retro-import: {config}: there is no setting 'bd' (known: db, athlete")
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]


def test_the_time_of_the_file_is_kept(tmp_path, db):
    run = tmp_path / "run.fit"
    shutil.copy(BELT, run)
    os.utime(run, (1_772_000_000, 1_772_000_000.25))
    (result,) = objects(retro("import", run, "--db", db, "--json"))
    assert result["outcome"] == "imported"
    with contextlib.closing(sqlite3.connect(tmp_path / "runs.db")) as raw:
        assert raw.execute("SELECT modified_utc FROM source_file").fetchall() == [("2026-02-25T06:13:20.250000Z",)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_pipe_named_like_an_activity_does_not_hang_the_program(db, tmp_path):
    os.mkfifo(tmp_path / "x.fit")
    done = retro("import", tmp_path / "x.fit", "--db", db, "--json")
    assert done.returncode == 3
    assert objects(done)[0]["error"]["code"] == "unreadable"


def test_an_output_that_nobody_reads_is_no_error(db):
    words = [sys.executable, "-m", "importer", "import", str(SAMPLES), "--db", db, "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        stderr = program.stderr.read()
    assert b"Traceback" not in stderr
    assert program.returncode == 0
    assert len(_contents(db)["source_file"]) == 11, "the import goes on in silence"


def test_a_report_that_nobody_reads_is_no_error(db):
    retro("import", BELT, "--db", db)
    words = [sys.executable, "-m", "importer", "report", "--db", db, "--format", "json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        program.stdout.close()
    assert program.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_after_the_file_in_work_and_the_next_run_goes_on(tmp_path, db):
    folder = _many(tmp_path, 60)
    words = [sys.executable, "-m", "importer", "import", str(folder), "--db", db, "--workers", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.readline()
        os.killpg(program.pid, signal.SIGINT)
        told, stderr = program.stdout.read(), program.stderr.read()
    assert program.returncode == 130
    assert "Traceback" not in stderr
    assert "stopped: the next run goes on from here" in told
    stored = _stored(tmp_path / "runs.db")
    assert 1 <= stored < 60
    with contextlib.closing(sqlite3.connect(tmp_path / "runs.db")) as con:
        assert con.execute("select count(*) from import_batch where finished_utc is not null").fetchone()[0] == 1
    done = retro("import", folder, "--db", db)
    assert f"{stored} known" in done.stdout


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_fails_and_is_not_passed_over(tmp_path, db):
    closed = tmp_path / "closed"
    closed.mkdir()
    shutil.copy(BELT, tmp_path / "locked.fit")
    (tmp_path / "locked.fit").chmod(0)
    closed.chmod(0)
    done = retro("import", tmp_path, "--db", db, "--json")
    closed.chmod(0o700)
    assert done.returncode == 3
    assert {result["error"]["code"] for result in objects(done)} == {"unreadable"}


def test_a_lap_rule_for_a_stored_file_says_that_it_was_not_used(db):
    retro("import", SAMPLES / "lap-toggle.fit", "--db", db)
    assert "your lap rule was not used" in retro("import", SAMPLES / "lap-toggle.fit", "--db", db, "--laps", "even").stdout


def test_explain_speaks_of_what_is_stored(db):
    retro("import", SAMPLES / "lap-toggle.fit", "--db", db, "--laps", "2,4,6")
    told = retro("explain", "1", "--db", db).stdout
    assert told.count("by your lap rule") == 7
    beyond = retro("explain", "1", "9:00:00-9:00:10", "--db", db)
    assert beyond.returncode == 2
    assert "starts behind the end" in beyond.stderr


def test_days_at_the_edge_of_the_calendar_are_no_bounds(db):
    retro("import", BELT, "--db", db)
    for words in (("--since", "0001-01-01"), ("--until", "9999-12-31")):
        assert "1 session" in retro("report", "--db", db, *words).stdout


def test_an_archive_is_read_in_a_worker_and_summed_up(tmp_path, db):
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name in ("forward-run.fit", "waypoint-marks.gpx", "settings.fit"):
            out.write(SAMPLES / name, f"activities/{name}")
    done = retro("import", archive, "--db", db)
    assert done.returncode == 0
    assert "3 files: 2 imported, 1 skipped" in done.stdout
    assert f"{archive}!activities/waypoint-marks.gpx: session 2" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="shells differ")
def test_a_limit_of_the_system_on_processor_time_is_no_fault_of_the_files(tmp_path, db):
    shutil.copy(BELT, tmp_path / "a.fit")
    shutil.copy(SAMPLES / "forward-run.fit", tmp_path / "b.fit")
    words = [sys.executable, "-m", "importer", "import", str(tmp_path), "--db", db, "--workers", "1"]
    done = subprocess.run(["bash", "-c", 'ulimit -t 50; exec "$@"', "bash", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_run_leaves_a_batch_that_ended(db):
    retro("import", BELT, SAMPLES / "settings.fit", "--db", db)
    with contextlib.closing(sqlite3.connect(db.removeprefix("sqlite:///"))) as con:
        rows = con.execute("select command, finished_utc is not null from import_batch").fetchall()
    assert rows == [("import", 1)]


def _counts(path):
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as con:
        assert con.execute("pragma integrity_check").fetchone()[0] == "ok"
        return {table: con.execute(f"select count(*) from {table}").fetchone()[0] for table in ("source_file", "session", "stream")}


def _many(tmp_path, n):
    """A folder of short recordings."""
    folder = tmp_path / "in"
    folder.mkdir()
    for i in range(n):
        recording = record([Block(120, 2.5 + i / 40)], seed=i)
        (folder / f"{i:02d}.fit").write_bytes(watch_file(recording, watch=Watch(start=datetime(2026, 4, 1 + i % 28, 6, tzinfo=UTC))))
    return folder


def _stored(path):
    """Sources stored so far, 0 as long as there is no table to ask."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as con:
            return int(con.execute("select count(*) from source_file").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("after", [0, 1, 7, 19, 24])
def test_killed_half_way_the_next_run_completes_it(tmp_path, after):
    folder = _many(tmp_path, 60)
    path = tmp_path / "killed.db"
    words = [sys.executable, "-m", "importer", "import", str(folder), "--db", f"sqlite:///{path}", "--json", "--workers", "1"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as program:
        while program.poll() is None and _stored(path) < after:
            time.sleep(0.001)
        assert program.poll() is None, "the import was over before it was killed: the test has shown nothing"
        os.killpg(program.pid, signal.SIGKILL)
    if path.exists() and path.stat().st_size:
        assert after <= _stored(path) < 60
    assert retro("import", folder, "--db", f"sqlite:///{path}").returncode == 0
    retro("import", folder, "--db", f"sqlite:///{tmp_path}/whole.db")
    assert _counts(path) == _counts(tmp_path / "whole.db")
    assert _counts(path)["source_file"] == 60


def test_the_version_needs_no_heavy_import():
    words = [sys.executable, "-X", "importtime", "-m", "importer", "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert not [name for name in ("numpy", "sqlalchemy", "fitparse", "rich", "alembic") if f" {name}\n" in done.stderr]
