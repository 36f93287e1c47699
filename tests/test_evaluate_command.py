"""``retro-import evaluate`` as a user runs it: real processes over the sample files and over broken ones."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from tests.support.program import SAMPLES, objects, retro


def truth_seconds(name: str) -> float:
    with (SAMPLES / name).open(newline="") as rows:
        return sum(float(row["end_s"]) - float(row["start_s"]) for row in csv.DictReader(rows) if row["direction"] == "backward")


def test_the_sample_files_are_scored_and_added_up():
    done = retro("evaluate", "--json", SAMPLES)
    assert done.returncode == 0, done.stderr
    *files, total = objects(done)
    assert len(files) == len(list(SAMPLES.glob("*.truth.csv"))) == total["n_files"]
    assert total["path"] is None
    for one in files:
        seconds = one["found"]["seconds"]
        stem = Path(one["path"]).name.split(".", 1)[0]
        assert seconds["hit"] + seconds["missed"] == pytest.approx(truth_seconds(f"{stem}.truth.csv"), abs=1e-6)
    for kind in ("hit", "false", "missed"):
        assert total["found"]["seconds"][kind] == pytest.approx(sum(one["found"]["seconds"][kind] for one in files))
    scores = {Path(one["path"]).name: one for one in files}
    assert scores["workout-steps.fit"]["accepted"]["seconds"]["f1"] == 1.0
    assert scores["forward-run.fit"]["false_s_per_h"] == 0.0
    assert scores["watch-treadmill.fit"]["found"]["seconds"]["precision"] is None
    assert "1 file without truth passed over" in done.stderr


def test_a_table_has_a_line_for_each_file_and_one_for_all():
    done = retro("evaluate", SAMPLES / "workout-steps.fit", SAMPLES / "track-notes.tcx")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines if line.startswith("all")] == [["all", "2"]]
    assert sum("4 of 4" in line or "2 of 2" in line for line in lines) == 2
    assert any(line.startswith("confidence: Brier 0.") for line in lines)


def test_a_lap_rule_is_taken_at_its_word():
    plain, (told, _) = (
        objects(retro("evaluate", "--json", SAMPLES / "lap-toggle.fit"))[0],
        objects(retro("evaluate", "--json", "--laps", "2,4,6", SAMPLES / "lap-toggle.fit")),
    )
    assert plain["accepted"]["seconds"]["hit"] == 0.0
    assert told["accepted"]["seconds"]["f1"] == 1.0
    assert told["accepted"]["seconds"]["hit"] == truth_seconds("lap-toggle.truth.csv")


def test_with_a_history_only_earlier_files_teach(tmp_path: Path):
    early, late = SAMPLES / "treadmill-belt-blocks.fit", SAMPLES / "lap-toggle.fit"
    alone = objects(retro("evaluate", "--json", early))[0]
    both = objects(retro("evaluate", "--json", "--history", late, early))
    assert [Path(one["path"]).name for one in both[:2]] == [late.name, early.name]
    # nothing is earlier than the first session: it is judged as it is alone
    assert {**both[1], "path": None} == {**alone, "path": None}


def test_a_collar_of_nothing_finds_only_exact_borders():
    exact = objects(retro("evaluate", "--json", "--collar", "0", SAMPLES / "workout-steps.fit"))[0]
    assert exact["accepted"]["events"]["f1"] == 1.0
    rough = objects(retro("evaluate", "--json", "--collar", "0", SAMPLES / "outdoor-repetitions.fit"))[0]
    usual = objects(retro("evaluate", "--json", SAMPLES / "outdoor-repetitions.fit"))[0]
    assert rough["found"]["events"]["hit"] < usual["found"]["events"]["hit"]


def test_a_bad_truth_file_costs_its_file_and_says_the_line(tmp_path: Path):
    for name in ("workout-steps.fit", "workout-steps.truth.csv", "track-notes.tcx"):
        shutil.copy(SAMPLES / name, tmp_path)
    (tmp_path / "track-notes.truth.csv").write_text("start_s,end_s,direction\n0,480,forward\n470,570,backward\n")
    done = retro("evaluate", "--json", tmp_path)
    assert done.returncode == 3
    assert "track-notes.truth.csv:3: starts at 470 s" in done.stderr
    assert [Path(one["path"]).name for one in objects(done)[:-1]] == ["workout-steps.fit"]


def test_what_is_not_there_is_exit_status_four(tmp_path: Path):
    done = retro("evaluate", SAMPLES / "settings.fit", tmp_path / "gone.fit")
    assert done.returncode == 4
    assert "settings.fit: has no truth beside it: write settings.truth.csv" in done.stderr
    assert "gone.fit: does not exist" in done.stderr
    assert done.stdout == ""
    assert retro("evaluate", tmp_path).returncode == 4


def test_a_file_that_is_no_activity_is_exit_status_three(tmp_path: Path):
    (tmp_path / "run.fit").write_bytes(b"no activity at all")
    (tmp_path / "run.truth.csv").write_text("start_s,end_s,direction\n0,480,forward\n")
    done = retro("evaluate", tmp_path / "run.fit")
    assert done.returncode == 3
    assert str(tmp_path / "run.fit") in done.stderr


def test_a_packed_file_finds_its_truth_beside_it(tmp_path: Path):
    done = retro("evaluate", "--json", SAMPLES / "retro-walk.gpx.gz")
    assert done.returncode == 0, done.stderr
    found = objects(done)[0]["found"]["seconds"]
    assert found["hit"] + found["missed"] == truth_seconds("retro-walk.truth.csv")


def test_wrong_usage_is_exit_status_two():
    assert retro("evaluate").returncode == 2
    assert retro("evaluate", "--collar", "-1", SAMPLES / "workout-steps.fit").returncode == 2
    assert retro("evaluate", "--laps", "two", SAMPLES / "lap-toggle.fit").returncode == 2
