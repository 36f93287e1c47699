"""`export` as a runner uses it: a real process, a real database, files that other programs open."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import gpxpy
import numpy as np
import pytest

from importer.exports.session import Options, export_session
from importer.readers.registry import read_activities
from importer.store import open_store
from importer.values.activity import SpeedBasis
from importer.values.session import Direction
from tests.support import exported
from tests.support.fit_samples import Watch, belt_file, watch_file
from tests.support.program import SAMPLES, objects, retro
from tests.support.runner import Block, Runner, modelled_speed, record

NAMES = ("outdoor-repetitions.fit", "workout-steps.fit", "watch-treadmill.fit", "waypoint-marks.gpx")


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    """Give a database with four sessions: suggested, declared, without positions, from a GPX."""
    url = f"sqlite:///{tmp_path_factory.mktemp('db')}/a.db"
    for number, name in enumerate(NAMES, 1):
        (told,) = objects(retro("import", SAMPLES / name, "--db", url, "--json"))
        assert told["sessions"][0]["id"] == number
    return url


def backward(path: Path) -> list[tuple[float, float]]:
    (activity,) = read_activities(path.read_bytes(), strict=True)
    return exported.declared(activity)[-1]


@pytest.mark.parametrize("name", ["fit", "tcx", "gpx"])
def test_a_session_is_written_and_says_where(db, tmp_path, name):
    done = retro("export", "2", "-o", tmp_path / f"run.{name}", "--db", db)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(f"session 2 is written to {tmp_path}/run.{name} (")
    assert backward(tmp_path / f"run.{name}") == [(480, 540), (630, 690), (780, 840), (930, 990)]
    assert [path.name for path in tmp_path.iterdir()] == [f"run.{name}"]


def test_bytes_go_to_a_pipe_and_notes_beside_it(db):
    done = retro("export", "1", "--format", "gpx", "--db", db)

    assert done.returncode == 0
    assert len(gpxpy.parse(done.stdout).tracks) == 1
    assert done.stderr == (
        "note: 6 suggestions are not named as backward: answer with `confirm` or `reject` first, or name them with --standing all\n"
    )


def test_suggestions_are_named_only_on_demand_and_that_is_said(db, tmp_path):
    path = tmp_path / "run.fit"
    assert retro("export", "1", "-o", path, "--db", db).returncode == 0
    assert backward(path) == []
    done = retro("export", "1", "-o", path, "--db", db, "--standing", "all", "--force")

    assert len(backward(path)) == 6
    assert "6 suggestions are named as backward, as you asked: whoever reads the file takes them for facts" in done.stderr


def test_on_a_terminal_the_file_is_named_after_the_session(db, tmp_path):
    leader, follower = pytest.importorskip("pty").openpty()
    words = [sys.executable, "-m", "importer", "export", "2", "--format", "tcx", "--db", db]
    environment = {**os.environ, "PYTHONPATH": str(SAMPLES.parent)}
    done = subprocess.run(words, cwd=tmp_path, stdout=follower, stderr=subprocess.PIPE, text=True, env=environment, timeout=120)
    os.close(follower)
    os.close(leader)

    assert done.returncode == 0
    assert "session 2 is written to retro-session-2.tcx" in done.stderr
    assert (tmp_path / "retro-session-2.tcx").stat().st_size > 100_000


def test_a_file_is_replaced_only_by_force(db, tmp_path):
    path = tmp_path / "run.tcx"
    path.write_text("mine")
    refused = retro("export", "2", "-o", path, "--db", db)

    assert (refused.returncode, path.read_text()) == (2, "mine")
    assert "is there already: name another file with -o, or replace it with --force" in refused.stderr
    assert retro("export", "2", "-o", path, "--db", db, "--force").returncode == 0
    assert path.stat().st_size > 100_000


def test_a_link_to_nowhere_is_a_file_that_is_there(db, tmp_path):
    path = tmp_path / "run.tcx"
    path.symlink_to(tmp_path / "elsewhere")
    refused = retro("export", "2", "-o", path, "--db", db)

    assert (refused.returncode, path.is_symlink(), path.exists()) == (2, True, False)
    assert "is there already" in refused.stderr


def test_a_long_name_that_the_disk_can_hold_is_no_hindrance(db, tmp_path):
    path = tmp_path / f"{'n' * 250}.tcx"

    assert retro("export", "2", "-o", path, "--db", db).returncode == 0
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_stdout_nothing_is_written_and_that_is_said(db):
    command = f"exec {sys.executable} -m importer export 2 --format fit --db {db} >&-"
    environment = {**os.environ, "PYTHONPATH": str(SAMPLES.parent)}
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, env=environment, timeout=120)

    assert (done.returncode, "there is no stdout to write to" in done.stderr) == (2, True)


def test_a_folder_takes_the_file_under_the_name_of_the_session(db, tmp_path):
    assert retro("export", "2", "--format", "fit", "-o", tmp_path, "--db", db).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["retro-session-2.fit"]


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["export"], 2, "needs the number of a session, or --all"),
        (["export", "2"], 2, "needs a format: --format tcx|gpx|fit|csv|json|parquet"),
        (["export", "2", "-o", "run.kml"], 2, "needs a format"),
        (["export", "99", "--format", "tcx"], 4, "no session 99"),
        (["export", "3", "--format", "gpx"], 2, "GPX cannot hold a session without positions"),
        (["export", "2", "--format", "gpx", "--no-position"], 2, "GPX cannot hold a session without positions"),
        (["export", "2", "--format", "tcx", "--hide-start", "-5"], 2, "--hide-start"),
        (["export", "2", "--all", "-o", "x"], 2, "takes no SESSION"),
        (["export", "--all", "--format", "csv", "-o", "x"], 2, "is written as parquet"),
        (["export", "--all"], 2, "needs a folder to write to"),
        (["export", "2", "--format", "tcx", "--athlete", "me"], 2, "--athlete goes with --all"),
        (["export", "2", "--format", "tcx", "--hide-start", "nan"], 2, "nan is no distance"),
        (["export", "--all", "-o", "-"], 2, "which stdout cannot hold"),
        (["export", "2", "--format", "tcx", "-o", "/nowhere/run.tcx"], 2, "there is no folder /nowhere"),
        (["export", "2", "--format", "tcx", "-o", "/nowhere/"], 2, "there is no such folder"),
        (["export", "2", "-o", f"{SAMPLES}/workout-steps.fit/run.tcx"], 2, "there is no folder"),
        (["export", "2", "-o", f"{SAMPLES}/{'n' * 300}.tcx"], 2, "cannot be written (File name too long)"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_status(db, words, status, sentence):
    done = retro(*words, "--db", db)

    assert (done.returncode, done.stdout) == (status, "")
    assert sentence in done.stderr


def test_a_table_has_a_row_for_each_sample_with_what_is_known_of_it(db):
    text = retro("export", "1", "--format", "csv", "--db", db).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    known = json.loads(retro("export", "1", "--format", "json", "--db", db, "--standing", "all").stdout)

    assert len(rows) == len(known) == 1578
    assert rows[0]["time_utc"] == "2026-03-07T07:30:00Z"
    assert {"t_s", "lap_ix", "latitude_deg", "cadence_spm", "direction", "gait", "standing", "basis", "confidence"} <= set(rows[0])
    # a suggestion has no direction unless it is asked for, and its standing is told either way
    assert {(row["direction"], row["standing"]) for row in rows} == {("forward", "accepted"), ("", "suggested")}
    assert {(row["direction"], row["standing"]) for row in known} == {("forward", "accepted"), ("backward", "suggested")}
    assert [row["standing"] for row in rows] == [row["standing"] for row in known]


def test_parquet_holds_the_same_rows(db, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert retro("export", "1", "-o", tmp_path / "a.parquet", "--db", db).returncode == 0
    known = json.loads(retro("export", "1", "--format", "json", "--db", db).stdout)
    rows = parquet.read_table(tmp_path / "a.parquet").to_pylist()

    assert [row["t_s"] for row in rows] == [row["t_s"] for row in known]
    assert [row["standing"] for row in rows] == [row["standing"] for row in known]
    assert rows[0].keys() == known[0].keys()


def test_privacy_is_said_and_kept(db, tmp_path):
    path = tmp_path / "run.tcx"
    done = retro("export", "2", "-o", path, "--db", db, "--hide-start", "300")

    assert "within 300 m of the start and the end are left out, with their altitude, course and compass" in done.stderr
    assert "your own words (title, notes) are in the file and may name a place: leave them out with --no-text" in done.stderr
    assert "Tuesday set" in path.read_text()
    assert path.read_text().count("<Position>") < 1000
    done = retro("export", "2", "-o", path, "--db", db, "--no-position", "--no-text", "--force")
    assert "all positions are left out (1,260 samples), with altitude, course and compass" in done.stderr
    assert "words" not in done.stderr
    assert "Tuesday set" not in path.read_text()
    assert "<Position>" not in path.read_text()
    assert backward(path) == [(480, 540), (630, 690), (780, 840), (930, 990)]


def test_two_recordings_of_one_run_are_written_as_one(tmp_path):
    runner = Runner()
    run = record([Block(300, 2.5), Block(60, 2.0, Direction.BACKWARD), Block(240, 2.5)], seed=5, runner=runner, on_belt=True)
    start = datetime(2026, 3, 3, 17, 5, tzinfo=UTC)
    (tmp_path / "belt.fit").write_bytes(belt_file(run, start=start, title="Belt"))
    watch = Watch(start=start, speed_mps=modelled_speed(run, runner=runner))
    (tmp_path / "watch.fit").write_bytes(watch_file(run, watch=watch))
    url = f"sqlite:///{tmp_path}/a.db"
    retro("import", tmp_path / "belt.fit", tmp_path / "watch.fit", "--db", url)
    retro("link", "1", "2", "--db", url)
    with open_store(url, read_only=True) as store:
        (session,) = store.sessions()
        assert len(store.recordings(session.id)) == 2
        (found,) = read_activities(export_session(store, session.id, "fit").data)

    assert found.speed_basis is SpeedBasis.BELT
    # the belt's speed, and the watch's cadence in whole strides
    assert np.abs(found.columns["speed_mps"] - run.speed_mps).max() < 0.01
    assert (found.columns["cadence_spm"] % 2 == 0).all()


def test_a_dataset_of_all_is_written(db, tmp_path):
    pytest.importorskip("pyarrow")
    done = retro("export", "--all", "-o", tmp_path / "all", "--db", db)

    assert done.returncode == 0
    assert "4 sessions" in done.stderr
    assert (tmp_path / "all" / "retro-import.json").is_file()


def test_an_export_that_comes_back_is_another_recording_and_never_the_first(db, tmp_path):
    url = f"sqlite:///{tmp_path}/b.db"
    retro("import", SAMPLES / "outdoor-repetitions.fit", "--db", url)
    before = objects(retro("show", "1", "--db", url, "--json"))[0]["segments"]
    for name in ("fit", "tcx", "gpx"):
        retro("export", "1", "--format", name, "-o", tmp_path, "--db", url, "--force")
        (told,) = objects(retro("import", tmp_path / f"retro-session-1.{name}", "--db", url, "--json"))
        assert told["outcome"] == "linked"
    (shown,) = objects(retro("show", "1", "--db", url, "--json"))

    assert Path(shown["recordings"][0]["path"]).name == "outdoor-repetitions.fit"
    spans = [
        [(segment["start_s"], segment["end_s"], segment["standing"]) for segment in segments if segment["direction"] == "backward"]
        for segments in (before, shown["segments"])
    ]
    assert spans[0] == spans[1]
    assert {standing for _, _, standing in spans[1]} == {"suggested"}
    # what an earlier export wrote is no words of the runner's
    with open_store(url, read_only=True) as store:
        data = export_session(store, 1, "tcx", Options(names_suggested=True)).data
    assert b"unconfirmed" not in data.lower()
