"""Many processes that store sessions in one SQLite file, and some that report from it meanwhile.

Conventions: every process is one of its own (``python -m tests.support.busy_writers write|report URL NUMBER SECONDS``), starts at a word on
its standard input, and answers with one JSON line. A session is ten minutes of seven channels, sensors and segments; no two are alike
in their file and their start. A time is measured from the call to its return: packing, waiting for the writers before, commit.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

from importer.store import open_store
from tests.support.databases import NOW, START, session, source
from tests.support.importing import PATIENCE_S, ROOT, environment

#: sessions of different writers start years apart
_APART: Final = timedelta(days=1000)


class Writing(NamedTuple):
    """What writers and reporters came to; times in seconds."""

    seconds: float
    saves_s: tuple[float, ...]
    reports_s: tuple[float, ...]
    n_files: int
    largest_wal_bytes: int


def work(database: Path, *, n_writers: int, n_reporters: int, seconds: float) -> Writing:
    """Let everybody work for some seconds; AssertionError where a process met an error."""
    url = f"sqlite:///{database}"
    kinds = ["write"] * n_writers + ["report"] * n_reporters
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.busy_writers", kind, url, str(number), str(seconds)],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, kind in enumerate(kinds)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n", child.communicate()[1]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    with ThreadPoolExecutor(1) as aside:  # beside reading: an answer may be longer than a pipe holds
        largest = aside.submit(_watch, database, children)
        ends = [child.communicate(timeout=PATIENCE_S + seconds) for child in children]
    assert [error for _, error in ends] == [""] * len(children)
    assert [child.returncode for child in children] == [0] * len(children)
    times = [json.loads(said) for said, _ in ends]
    saves = tuple(one for took in times[:n_writers] for one in took)
    reports = tuple(one for took in times[n_writers:] for one in took)
    with open_store(url, read_only=True) as store:
        n_files = len(store.sessions())
    return Writing(seconds, saves, reports, n_files, largest.result())


def _watch(database: Path, children: list[subprocess.Popen[str]]) -> int:
    """Look at the size of the log until everybody has ended; give the largest."""
    log, largest = database.with_name(database.name + "-wal"), 0
    while any(child.poll() is None for child in children):
        if log.exists():
            largest = max(largest, log.stat().st_size)
        time.sleep(0.1)
    return largest


def _write(url: str, number: int, seconds: float) -> list[float]:
    model = session()
    took: list[float] = []
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        _wait_for_the_word()
        end = time.monotonic() + seconds
        while (began := time.monotonic()) < end:
            start = START + number * _APART + len(took) * timedelta(hours=1)
            one = replace(model, activity=replace(model.activity, start=start))
            began = time.monotonic()
            saved = store.save(source(number * 10_000_000 + len(took)), [one], batch_id=batch, athlete=f"runner {number}", now=NOW)
            took.append(time.monotonic() - began)
            assert saved.is_new
    return took


def _report(url: str, seconds: float) -> list[float]:
    """Ask for the weeks and for the newest sessions, again and again; no report may know less than the one before."""
    took: list[float] = []
    known = 0
    with open_store(url) as store:
        pass
    with open_store(url, read_only=True) as store:
        _wait_for_the_word()
        end = time.monotonic() + seconds
        while (began := time.monotonic()) < end:
            weeks = store.view("v_backward_by_week")
            sessions = store.sessions(since=START, until=START + timedelta(days=7), with_segments=True)
            took.append(time.monotonic() - began)
            assert all(len(one.segments) == 5 for one in sessions), "a session was seen in parts"
            assert len(weeks) >= known, "a report knows less than the one before"
            known = len(weeks)
    return took


def _wait_for_the_word() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


def main(kind: str, url: str, number: str, seconds: str) -> None:
    """Work as one of the processes."""
    print(json.dumps(_write(url, int(number), float(seconds)) if kind == "write" else _report(url, float(seconds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
