"""Who only reads writes nothing, leaves nothing behind, and sees what a killed writer had committed."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from importer.errors import StoreError
from importer.store import open_store
from tests.support.databases import NOW, session, source
from tests.support.program import retro

KILLED_WRITER = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("UPDATE athlete SET name = 'Ada'")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE athlete SET name = 'Bo'")
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def path(tmp_path):
    with open_store(str(tmp_path / "a.db")) as store:
        batch = store.start_batch(command="import", now=NOW)
        store.save(source(), [session()], batch_id=batch, athlete="me", now=NOW)
    return tmp_path / "a.db"


@pytest.mark.parametrize("words", [("report",), ("show", "1"), ("explain", "1"), ("athlete", "list"), ("db", "check"), ("db", "stats")])
def test_a_command_that_reads_leaves_the_folder_as_it_was(path, words):
    before = path.read_bytes()
    done = retro(*words, "--db", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["a.db"]


def test_a_reader_sees_what_a_killed_writer_had_committed_and_nothing_more(path):
    killed = subprocess.run([sys.executable, "-c", KILLED_WRITER, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (path.parent / "a.db-wal").stat().st_size > 0
    with open_store(str(path), read_only=True) as store:
        assert [athlete.name for athlete in store.athletes()] == ["Ada"]
    assert [one.name for one in path.parent.iterdir()] == ["a.db"]


def test_a_reader_does_not_take_the_log_away_from_a_writer(path):
    with open_store(str(path)) as writer:
        writer.start_batch(command="import", now=NOW)
        with open_store(str(path), read_only=True) as reader:
            assert len(reader.sessions()) == 1
        assert (path.parent / "a.db-wal").exists()
        assert writer.start_batch(command="import", now=NOW) == 3


def test_nothing_can_be_written_by_a_reader(path):
    with open_store(str(path), read_only=True) as store:
        with pytest.raises(StoreError, match="cannot be written"):
            store.start_batch(command="import", now=NOW)
        with pytest.raises(StoreError, match="cannot be written"):
            store.delete_session(1, now=NOW)
        assert len(store.sessions()) == 1
