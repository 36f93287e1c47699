"""Watchers over real mounts: a disk that is full, and a folder into which the other side of an overlay writes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.importing import wait_until
from tests.support.program import retro
from tests.support.sameness import damage
from tests.support.watching import Watching, rows, run_bytes, stored, write

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux") or shutil.which("mount") is None, reason="mounts as Linux does")


@contextmanager
def mounted(place: Path, *words: str) -> Iterator[Path]:
    """Mount something; skip where this machine, or this user, may not."""
    place.mkdir()
    done = subprocess.run(["mount", *words, str(place)], capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        pytest.skip(f"no mount here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], timeout=30, check=True)


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def test_a_watcher_waits_for_room_on_a_full_disk_says_so_once_and_stores_nothing_in_parts(inbox, tmp_path):
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", "size=900k", "tmpfs") as disk:
        db = disk / "runs.db"
        with Watching(inbox, db=db, said=tmp_path / "said") as watching:
            write(inbox / "0.fit", run_bytes(0))
            watching.wait_for(1, "imported")
            for number in range(1, 8):
                write(inbox / f"{number}.fit", run_bytes(number, length_s=1800))
            watching.wait_for_event("paused")
            paused = retro("status", "--db", f"sqlite:///{db}")
            facts = json.loads(retro("status", "--json", "--db", f"sqlite:///{db}").stdout)
            assert set(stored(db)) == {event["sha256"] for event in watching.files("imported")}
            assert damage(db) == []
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            watching.wait_for(8, "imported")
            watching.wait_for_event("resumed")
            assert wait_until(lambda: rows(db, "SELECT state FROM watched_folder") == [("watching",)], every_s=0.05)
            assert watching.end() == 0
        assert (len(set(stored(db))), len(stored(db))) == (8, 8)
        assert damage(db) == []
        assert rows(db, "SELECT count(*) FROM failure") == [(0,)]
        assert rows(db, "SELECT count(*) FROM import_batch WHERE finished_utc IS NULL") == [(0,)]
    assert paused.returncode == 7
    assert "the disk of the database is full" in paused.stdout
    assert (facts["folders"][0]["state"], "the disk is full" in facts["folders"][0]["message"]) == ("paused", True)
    assert facts["free_bytes"] < 1 << 20
    assert watching.complaint.count("the disk is full") == len(watching.events("resumed")) == 1


def test_the_workers_need_no_room_for_files_of_their_own(inbox, tmp_path):
    write(inbox / "0.fit", run_bytes(0))
    with mounted(tmp_path / "tmp", "-t", "tmpfs", "-o", "size=4k", "tmpfs") as full:
        (full / "brim").write_bytes(b"x" * 4096)
        with Watching(inbox, db=tmp_path / "runs.db", said=tmp_path / "said", TMPDIR=str(full)) as watching:
            watching.wait_for(1, "imported")
            assert watching.end() == 0
    assert watching.complaint == ""


@pytest.mark.parametrize("side", ["upper", "lower"])
def test_files_that_the_other_side_of_an_overlay_writes_are_found(tmp_path, side):
    sides = {name: tmp_path / name for name in ("lower", "upper", "work")}
    for folder in sides.values():
        (folder / "runs").mkdir(parents=True)
    shutil.rmtree(sides["work"] / "runs")
    options = f"lowerdir={sides['lower']},upperdir={sides['upper']},workdir={sides['work']}"
    with (
        mounted(tmp_path / "merged", "-t", "overlay", "-o", options, "overlay") as merged,
        Watching(merged, db=tmp_path / "runs.db", said=tmp_path / "said") as watching,
    ):
        write(merged / "runs" / "0.fit", run_bytes(0))
        watching.wait_for(1, "imported")
        for number in range(1, 6):
            write(sides[side] / "runs" / f"{number}.fit", run_bytes(number))
            write(sides[side] / f"fresh{number}" / f"{number}.fit", run_bytes(10 + number))
        assert wait_until(lambda: len(watching.files("imported")) == 11), watching.events()
        assert watching.end() == 0
    assert watching.complaint == ""
