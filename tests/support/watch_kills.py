"""Watchers of one folder and one SQLite file, killed by signal 9 at random moments while files arrive.

Conventions: a *life* is one database and one folder. In each round one to three watchers run, files arrive in it in several ways, and
all watchers are killed; the last watcher is left in peace. Only a process whose end says "signal 9" counts as killed. Files that a
killed watcher said were stored must be stored; at the end every file is stored exactly once and nothing is there in parts.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.importing import PATIENCE_S, wait_until
from tests.support.sameness import content, copy_database, damage, is_new
from tests.support.watching import Watching, rows, run_bytes, stored, write

#: files that arrive in a round, at most
_FILES_A_ROUND: Final = 4
#: quicker than the watcher's own, so that a round is short, s
_EVERY_S: Final = 0.1


@dataclass(slots=True)
class Tally:
    """What was done and seen; the kills are counted by whether the watcher was at work."""

    n_lives: int = 0
    n_killed: int = 0
    n_at_work: int = 0
    n_files: int = 0
    n_acknowledged: int = 0

    def __str__(self) -> str:
        return (
            f"{self.n_killed} kills, {self.n_at_work} of them in the middle of an import; {self.n_files} files arrived, "
            f"each stored exactly once; {self.n_acknowledged} acknowledged before a kill, none lost; {self.n_lives} databases sound"
        )


def kill_watchers(n_kills: int, work: Path, *, seed: int, tell: Callable[[str], None] = print) -> Tally:
    """Kill watchers until `n_kills` have died, checking after every round; AssertionError where anything is wrong."""
    tally, chance = Tally(), random.Random(seed)
    while tally.n_killed < n_kills:
        life = work / "life"
        shutil.rmtree(life, ignore_errors=True)
        (life / "in").mkdir(parents=True)
        arrived: set[str] = set()
        for number in range(chance.randint(3, 8)):
            _round(life, chance, tally, number=number, arrived=arrived)
            if tally.n_killed >= n_kills:
                break
        _complete(life, tally, arrived=arrived)
        tell(str(tally))
    return tally


def _round(life: Path, chance: random.Random, tally: Tally, *, number: int, arrived: set[str]) -> None:
    database = life / "a.db"
    watchers = [
        Watching(life / "in", db=database, said=life / f"{number}-{i}", every_s=_EVERY_S, RETRO_IMPORT_WAIT_S="60")
        for i in range(chance.randint(1, 3))
    ]
    for _ in range(chance.randint(1, _FILES_A_ROUND)):
        _arrive(life, chance, arrived)
        time.sleep(chance.uniform(0, 0.1))
    if chance.random() < 0.8:  # else while the program and the database come into being
        wait_until(lambda: any(watching.n_said > 1 for watching in watchers), patience_s=20)
    time.sleep(chance.uniform(0, 0.4))
    for watching in watchers:
        watching.process.kill()
        tally.n_killed += watching.process.wait(PATIENCE_S) == -signal.SIGKILL
        assert "Traceback" not in watching.complaint, watching.complaint
    _check(life, tally, {event["sha256"] for watching in watchers for event in watching.files("imported", "known")})


def _arrive(life: Path, chance: random.Random, arrived: set[str]) -> None:
    """Let a file appear: renamed into place, in a folder of its own, in two pieces, or once more under another name."""
    folder, data = life / "in", run_bytes(len(arrived))
    arrived.add(hashlib.sha256(data).hexdigest())
    name = f"{len(arrived):03}.fit"
    way = chance.randrange(4)
    if way == 0:
        write(folder / f"new{len(arrived)}" / name, data)
    elif way == 1:
        with (folder / name).open("wb") as stream:
            stream.write(data[: len(data) // 2])
            stream.flush()
            time.sleep(0.05)
            stream.write(data[len(data) // 2 :])
    else:
        write(folder / name, data)
    if way == 3:
        write(folder / f"again-{name}", data)


def _check(life: Path, tally: Tally, acknowledged: set[str]) -> None:
    """Look at a copy, so that the next watcher itself has to recover the database."""
    tally.n_acknowledged += len(acknowledged)
    database = life / "a.db"
    copy = copy_database(database, life / "copy") if database.exists() else database
    if is_new(copy):
        assert not acknowledged
        return
    assert damage(copy) == []
    found = content(f"sqlite:///{copy}")
    assert found.stray == ()
    assert acknowledged <= found.files.keys(), "a file that was told to be stored is not there"


def _complete(life: Path, tally: Tally, *, arrived: set[str]) -> None:
    """Let one watcher finish in peace, and look at everything."""
    database = life / "a.db"
    with Watching(life / "in", db=database, said=life / "last", every_s=_EVERY_S) as last:
        last.wait_for_event("started")
        wait_until(lambda: set(stored(database)) == arrived, every_s=0.05)
        assert last.end() == 0, last.complaint
    assert stored(database) == sorted(arrived), "not exactly once each"
    assert damage(database) == []
    assert content(f"sqlite:///{database}").stray == ()
    assert rows(database, "SELECT count(*) FROM failure") == [(0,)]
    tally.n_at_work += rows(database, "SELECT count(*) FROM import_batch WHERE finished_utc IS NULL")[0][0]
    tally.n_files += len(arrived)
    tally.n_lives += 1
