"""Several programs write into one file and others report from it. ``python -m benchmarks.writers`` is the long version."""

from __future__ import annotations

import sqlite3
import threading
import time

import pytest

from benchmarks.writers import percentile, table
from importer.store import open_store, turn
from tests.support.busy_writers import Writing, work
from tests.support.databases import NOW, session, source
from tests.support.sameness import damage


def test_four_writers_and_a_reporter_meet_no_error(tmp_path):
    done = work(tmp_path / "a.db", n_writers=4, n_reporters=1, seconds=8)
    assert done.n_files == len(done.saves_s) >= 20
    assert len(done.reports_s) >= 5
    assert max(done.saves_s) < 8
    assert damage(tmp_path / "a.db") == []


def test_a_writer_asks_quickly_at_first_and_at_least_fifty_times_a_second():
    assert [turn.pause_s(waited_s) for waited_s in (0, 0.001, 0.01, 0.02, 1, 30)] == [0.001, 0.001, 0.01, 0.02, 0.02, 0.02]


def test_a_writer_goes_on_soon_after_the_one_before_has_ended(tmp_path):
    path = tmp_path / "a.db"
    with open_store(str(path), wait_s=20) as store:
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        ended = []

        def end() -> None:
            other.execute("COMMIT")
            ended.append(time.monotonic())

        threading.Timer(1.0, end).start()
        store.start_batch(command="import", now=NOW)
        assert time.monotonic() - ended[0] < 0.5
        other.close()


def test_the_wait_for_other_statements_is_as_before(tmp_path):
    raw = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    turn.begin(raw, wait_s=7)
    assert raw.in_transaction
    assert raw.execute("PRAGMA busy_timeout").fetchone() == (7000,)
    raw.close()


def test_waiting_ends_after_its_time(tmp_path):
    path = tmp_path / "a.db"
    first, second = sqlite3.connect(path, isolation_level=None), sqlite3.connect(path, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        turn.begin(second, wait_s=0.3)
    assert 0.3 <= time.monotonic() - began < 3
    assert second.execute("PRAGMA busy_timeout").fetchone() == (300,)
    first.close()
    second.close()


def test_a_log_that_a_reader_made_long_is_emptied_once_the_reader_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(turn, "_LONG_BYTES", 300_000)
    monkeypatch.setattr(turn, "_SELDOM_S", 0.0)
    path = tmp_path / "a.db"
    log = tmp_path / "a.db-wal"
    with open_store(str(path), wait_s=0.2) as store:
        batch = store.start_batch(command="import", now=NOW)
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM session").fetchone()
        for number in range(8):
            store.save(source(number), [session(seed=number)], batch_id=batch, athlete="me", now=NOW)
        assert log.stat().st_size > 400_000  # the reader was in the way, and nobody failed for it
        assert reader.execute("SELECT count(*) FROM session").fetchone() == (0,)
        reader.close()
        store.save(source(100), [session(seed=100)], batch_id=batch, athlete="me", now=NOW)
        assert log.stat().st_size < 300_000
        assert len(store.sessions()) == 9
    assert damage(path) == []


def test_a_percentile_is_a_time_that_was_measured():
    times = [0.001 * n for n in range(1, 101)]
    assert (percentile(times, 0.5), percentile(times, 0.99), percentile(times, 1.0)) == pytest.approx((0.051, 0.1, 0.1))
    assert percentile([3.0], 0.99) == 3.0


def test_the_table_tells_rate_and_waiting_times():
    lines = table(Writing(2.0, (0.1, 0.3, 0.2), (0.05,), 3, 2_500_000))
    assert lines == [
        "stored: 3, 1.5 a second; ms: p50 200 p99 300 max 300",
        "reports: 1, 0.5 a second; ms: p50 50 p99 50 max 50",
        "largest log: 2.5 MB",
    ]
