"""Watchers that are killed while files arrive lose nothing and store nothing twice; `benchmarks/watch_kill.py` does it 500 times."""

from __future__ import annotations

import sys

import pytest

from tests.support.watch_kills import kill_watchers


@pytest.mark.skipif(sys.platform == "win32", reason="kills processes by signal")
def test_twenty_kills_leave_every_file_stored_exactly_once(tmp_path):
    tally = kill_watchers(20, tmp_path, seed=6)
    assert tally.n_killed >= 20
    assert tally.n_files > 0
    assert tally.n_acknowledged > 0
