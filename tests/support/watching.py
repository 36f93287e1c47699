"""Watchers as real processes, over real folders; and what a database says that they did."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests.support.fit_samples import Watch, watch_file
from tests.support.importing import PATIENCE_S, PROGRAM, ROOT, environment, wait_until
from tests.support.program import objects, retro
from tests.support.runner import Block, record

#: quick enough for a test, and many times slower than a scan, s
EVERY_S: Final = 0.2
SETTLE_S: Final = 0.3
#: from one look at what a watcher has told to the next, s: a test that looks all the time takes the processor from it
_LOOK_S: Final = 0.02
_DAY_ONE: Final = datetime(2026, 1, 1, 6, tzinfo=UTC)


def run_bytes(number: int, *, length_s: int = 60) -> bytes:
    """Give the file of a run of a minute, another one for each number, a day apart."""
    recording = record([Block(length_s, 2.5 + number % 50 / 100)], seed=number % 50)
    return watch_file(recording, watch=Watch(start=_DAY_ONE + timedelta(days=number)))


def write(path: Path, data: bytes) -> Path:
    """Put a file into place as a careful program does: under a name that nobody looks at, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(data)
    half.rename(path)
    return path


def _heed_signals() -> None:
    """Undo what a parent such as nohup, or a shell's background, has set: they ignore these two, and a child inherits that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Watching:
    """One watcher; ended by SIGTERM where nobody ended it before."""

    def __init__(self, *folders: Path, db: Path, said: Path, words: tuple[str, ...] = (), every_s: float = EVERY_S, **more: str) -> None:
        self.said = said
        self.db = db
        command = [*PROGRAM, "watch", *map(str, folders), "--db", f"sqlite:///{db}", "--json"]
        command += ["--every", str(every_s), "--settle", str(SETTLE_S), *words]
        with said.open("wb") as out, said.with_suffix(".err").open("wb") as err:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(**more),
                stdout=out,
                stderr=err,
                preexec_fn=_heed_signals,  # noqa: PLW1509 - it calls nothing that a thread may hold
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill() if kind is not None else self.process.terminate()
        self.process.wait(PATIENCE_S)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and give the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def events(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Give what was told in whole lines, of one kind or all."""
        told = [json.loads(line) for line in self.said.read_bytes().split(b"\n")[:-1]]
        return [event for event in told if kind in (None, event["event"])]

    def files(self, *outcomes: str) -> list[dict[str, Any]]:
        """Give the events about files, of some outcomes or all."""
        return [event for event in self.events("file") if not outcomes or event["outcome"] in outcomes]

    @property
    def n_said(self) -> int:
        """Number of events that were told."""
        return self.said.read_bytes().count(b"\n")

    def wait_for(self, n: int, *outcomes: str) -> None:
        """Wait for a number of files."""
        assert wait_until(lambda: len(self.files(*outcomes)) >= n, every_s=_LOOK_S), (self.events(), self.complaint)

    def wait_for_event(self, kind: str, n: int = 1) -> None:
        """Wait for something else to be told."""
        assert wait_until(lambda: len(self.events(kind)) >= n, every_s=_LOOK_S), (self.events(), self.complaint)

    @property
    def complaint(self) -> str:
        return self.said.with_suffix(".err").read_text(encoding="utf-8", errors="replace")


class Gate:
    """A command for ``--on-import`` that holds the watcher behind each stored file until the gate is opened."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        script = 'touch "$1/reached"; while [ ! -e "$1/open" ] && [ -d "$1" ]; do sleep 0.05; done'
        self.words = ("--on-import", shlex.join(("sh", "-c", script, "gate", str(folder))))

    def wait(self) -> None:
        """Wait until the watcher stands before the gate."""
        assert wait_until((self._folder / "reached").exists, every_s=_LOOK_S)

    def open(self) -> None:
        """Let it pass."""
        (self._folder / "open").touch()


def once(inbox: Path, db: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Let a watcher look once."""
    return retro("watch", inbox, "--once", "--settle", "0.1", "--json", "--db", f"sqlite:///{db}", *words, **environment)


def told(done: subprocess.CompletedProcess[str], kind: str = "file") -> list[dict[str, Any]]:
    """Give the events of one kind."""
    return [event for event in objects(done) if event["event"] == kind]


def rows(db: Path, question: str) -> list[tuple[Any, ...]]:
    """Ask a database."""
    with closing(sqlite3.connect(db, timeout=30)) as opened:
        return opened.execute(question).fetchall()


def change(db: Path, statement: str) -> None:
    """Change a database."""
    with closing(sqlite3.connect(db, timeout=30)) as opened, opened:
        opened.execute(statement)


def stored(db: Path) -> list[str]:
    """Give the SHA-256 of every stored file, sorted; each stands there once for each session that it gave."""
    question = "SELECT f.sha256 FROM source_file f LEFT JOIN recording r ON r.source_id = f.id LEFT JOIN session s ON s.id = r.session_id"
    return sorted(sha256 for (sha256,) in rows(db, question))


def other_file_system(near: Path) -> Path | None:
    """Give a folder on another file system, None where this machine has none that may be written."""
    memory = Path("/dev/shm")  # noqa: S108 - wanted for being another one
    if not (memory.is_dir() and os.access(memory, os.W_OK)) or memory.stat().st_dev == near.stat().st_dev:
        return None
    folder = memory / f"retro-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
