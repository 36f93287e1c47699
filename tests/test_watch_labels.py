"""Labels files under a watcher: whenever they come, and however often the watcher looks, the run is judged with them once."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from importer.watch.scan import is_labels
from tests.support.program import retro
from tests.support.watching import Watching, once, rows, run_bytes, told, write

LABELS = b"10,40,backward\n"


def backward(event):
    return [
        (one["start_s"], one["end_s"], one["basis"])
        for session in event["sessions"]
        for one in session["segments"]
        if one["direction"] == "backward"
    ]


def kept(db: Path) -> list[tuple[object, ...]]:
    """Give all that labels have to do with."""
    with closing(sqlite3.connect(db)) as opened:
        question = (
            "SELECT r.texts, r.notes, s.judged_by, s.findings, s.normal, g.start_s, g.end_s, g.direction, g.basis, g.standing, g.why"
            " FROM recording r JOIN session s ON s.id = r.session_id JOIN segment g ON g.session_id = s.id ORDER BY g.start_s"
        )
        return opened.execute(question).fetchall()


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def test_labels_that_come_after_their_run_judge_it_anew_once(inbox, tmp_path):
    db = tmp_path / "runs.db"
    with Watching(inbox, db=db, said=tmp_path / "said") as watching:
        write(inbox / "run.fit", run_bytes(1))
        watching.wait_for(1, "imported")
        write(inbox / "run.fit.labels.csv", LABELS)
        watching.wait_for(1, "known")
        write(inbox / "another.fit", run_bytes(2))  # so many turns later nothing more is told of the first
        watching.wait_for(2, "imported")
        assert watching.end() == 0
    (event,) = watching.files("known")
    assert event["notes"][1] == "run.fit.labels.csv is new or changed: was judged anew"
    assert event["relabelled"] == [event["sessions"][0]["id"]]
    assert backward(event) == [(10.0, 40.0, "declared")]
    assert told(once(inbox, db)) == []
    assert rows(db, "SELECT n_files FROM watched_folder") == [(2,)]


def test_labels_that_come_later_leave_what_labels_that_come_first_leave(inbox, tmp_path):
    write(inbox / "run.fit", run_bytes(1))
    once(inbox, tmp_path / "later.db")
    write(inbox / "run.fit.labels.csv", b"10,99,backward\nnonsense\n")
    assert [event["outcome"] for event in told(once(inbox, tmp_path / "later.db"))] == ["known"]
    assert [event["outcome"] for event in told(once(inbox, tmp_path / "first.db"))] == ["imported"]
    assert kept(tmp_path / "later.db") == kept(tmp_path / "first.db")
    assert "cut off" in str(kept(tmp_path / "first.db"))


def test_labels_that_change_replace_their_spans_and_labels_that_go_take_nothing_away(inbox, tmp_path):
    db = tmp_path / "runs.db"
    write(inbox / "run.fit.gz", gzip.compress(run_bytes(1), mtime=0))
    labels = write(inbox / "run.fit.labels.csv", LABELS)
    (first,) = told(once(inbox, db))
    write(labels, b"0,20,backward\n")
    (second,) = told(once(inbox, db))
    labels.unlink()
    assert [backward(first), backward(second)] == [[(10.0, 40.0, "declared")], [(0.0, 20.0, "declared")]]
    assert told(once(inbox, db)) == []
    write(labels, b"0,20,backward  # the same spans\n")
    (third,) = told(once(inbox, db))
    assert (third["relabelled"], backward(third)) == ([], backward(second))


def test_what_the_runner_tagged_himself_stands_over_labels_that_come_later(inbox, tmp_path):
    db = tmp_path / "runs.db"
    write(inbox / "run.fit", run_bytes(1))
    once(inbox, db)
    assert retro("tag", "1", "0:10-0:20", "forward", "--db", db).returncode == 0
    write(inbox / "run.fit.labels.csv", LABELS)
    (event,) = told(once(inbox, db))
    assert backward(event) == [(20.0, 40.0, "declared")]


def test_labels_without_their_run_wait_for_it_in_silence(inbox, tmp_path):
    db = tmp_path / "runs.db"
    write(inbox / "run.fit.labels.csv", LABELS)
    done = once(inbox, db)
    assert (done.returncode, told(done), rows(db, "SELECT n_files FROM watched_folder")) == (0, [], [(0,)])
    write(inbox / "run.fit", run_bytes(1))
    (event,) = told(once(inbox, db))
    assert (event["outcome"], backward(event)) == ("imported", [(10.0, 40.0, "declared")])


def test_labels_follow_their_run_into_the_archive(inbox, tmp_path):
    db, archive = tmp_path / "runs.db", tmp_path / "archive"
    write(inbox / "run.fit.gz", gzip.compress(run_bytes(1), mtime=0))
    write(inbox / "run.fit.labels.csv", LABELS)
    write(archive / "run.fit.gz", b"something else")
    done = once(inbox, db, "--archive", archive)
    assert [backward(event) for event in told(done)] == [[(10.0, 40.0, "declared")]]
    assert list(inbox.iterdir()) == []
    assert sorted(path.name.partition("-")[2] for path in archive.glob("*-*")) == ["run.fit.gz", "run.fit.labels.csv"]
    assert [event["path"] for event in told(done, "archived")] == [str(inbox / "run.fit.gz"), str(inbox / "run.fit.labels.csv")]
    assert told(once(inbox, db, "--archive", archive)) == []


@pytest.mark.parametrize("name", ["run.fit.labels.csv", "RUN.FIT.gz.labels.csv", "a b.gpx.labels.csv"])
def test_labels_are_found_by_the_name_of_their_run(name):
    assert is_labels(name)


@pytest.mark.parametrize("name", ["labels.csv", "run.labels.csv", "run.fit", ".run.fit.labels.csv", "~run.fit.labels.csv", "run.fit.csv"])
def test_other_tables_are_left_alone(name):
    assert not is_labels(name)
