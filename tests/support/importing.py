"""Importers as processes that can be killed, and the files they import.

Conventions: an importer says on standard output, one JSON object a line, what it has stored; a line that was written
whole is an acknowledgement. Standard output is a file, so that nothing is lost with the process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tests.support.fit_samples import Watch, watch_file
from tests.support.runner import Block, record

ROOT: Final = Path(__file__).resolve().parent.parent.parent
#: the program, from this checkout
PROGRAM: Final = (sys.executable, "-m", "importer")
#: how long anything here may take before it counts as hanging, s
PATIENCE_S: Final = 180.0
_DAY_ONE: Final = datetime(2026, 1, 1, 6, tzinfo=UTC)
_MARK: Final = "TEST_MARK"


def make_folder(folder: Path, n_files: int, *, length_s: int = 60) -> Path:
    """Write runs of a minute or so, one a day, and one file that cannot be read."""
    folder.mkdir(parents=True)
    for i in range(n_files):
        recording = record([Block(length_s + i % 7, 2.5 + i / 100)], seed=i)
        (folder / f"{i:03d}.fit").write_bytes(watch_file(recording, watch=Watch(start=_DAY_ONE + timedelta(days=i))))
    (folder / f"{n_files // 2:03d}-broken.fit").write_bytes(b"\x0e\x20\x8b\x08\x40\x00\x00\x00.FIT and no more")
    return folder


def environment(**more: str) -> dict[str, str]:
    """Give a clean environment for the program."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("RETRO_", "COVERAGE", "PG"))}
    path = os.pathsep.join(filter(None, (str(ROOT), clean.get("PYTHONPATH"))))  # the workers, too, are of this checkout
    return {**clean, "PYTHONPATH": path, "PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", **more}


def run(words: Sequence[str | Path], *, program: Sequence[str] = PROGRAM, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(
        [*program, *map(str, words)], cwd=ROOT, env=environment(**more), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


class Importer:
    """One process that imports a folder."""

    def __init__(self, folder: Path, url: str, *, said: Path, **more: str) -> None:
        self._mark = uuid.uuid4().hex
        self._said, self._complained = said, said.with_suffix(".err")
        words = [*PROGRAM, "import", str(folder), "--db", url, "--json", "--workers", "1"]
        with said.open("wb") as out, self._complained.open("wb") as err:
            self._process = subprocess.Popen(
                words, cwd=ROOT, env=environment(**{_MARK: self._mark}, **more), stdout=out, stderr=err, start_new_session=True
            )

    @property
    def n_said(self) -> int:
        """Number of files whose outcome was told."""
        return self._said.read_bytes().count(b"\n")

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> int:
        """Kill the importer itself by signal 9, not its workers; give its status: -9 where it was still at work."""
        if self.is_running:
            self._process.send_signal(signal.SIGKILL)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end; give its status."""
        return self._process.wait(timeout=PATIENCE_S)

    def lines(self) -> list[dict[str, Any]]:
        """Give what was told in whole lines."""
        return [json.loads(line) for line in self._said.read_bytes().split(b"\n")[:-1]]

    def stored(self) -> set[str]:
        """Give the SHA-256 of every file that was said to be in the database."""
        return {line["sha256"] for line in self.lines() if line["outcome"] in ("imported", "known", "linked")}

    @property
    def complaint(self) -> str:
        return self._complained.read_text(encoding="utf-8", errors="replace")

    def orphans(self, *, within_s: float = 10.0) -> list[int]:
        """Give the processes of a dead importer that go on living; its workers have some seconds to notice (Linux alone)."""
        mark = f"{_MARK}={self._mark}".encode()
        alive: list[int] = []
        wait_until(lambda: not alive_with(mark, into=alive), patience_s=within_s)
        return alive


def alive_with(mark: bytes, *, into: list[int]) -> list[int]:
    """Find the living processes whose environment holds `mark`."""
    into.clear()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = mark in (entry / "environ").read_bytes()
        except OSError:  # it has just ended, or is another user's
            continue
        if is_ours:
            into.append(int(entry.name))
    return into


def wait_until(is_so: Callable[[], bool], *, patience_s: float = PATIENCE_S, every_s: float = 0.002) -> bool:
    """Look every two milliseconds, or less often where a look costs something; give False where patience ran out."""
    end = time.monotonic() + patience_s
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(every_s)
    return True


def wait_for_lines(importers: Iterable[Importer], n: int) -> None:
    """Wait until `n` outcomes were told, or everybody has ended."""
    running = list(importers)
    wait_until(lambda: sum(one.n_said for one in running) >= n or not any(one.is_running for one in running))
