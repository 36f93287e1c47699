"""Importers of one folder into one SQLite file, killed by signal 9 at random moments.

Conventions: a *life* is one database: some rounds of one to three importers of which some or all are killed, and then one importer
that is left in peace. Only a process whose end says "signal 9" counts as killed; the batch it left open says that it was at work.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.support.importing import Importer, run, wait_for_lines, wait_until
from tests.support.sameness import Content, content, copy_database, damage, is_new

KILLED: Final = -9
#: ends of an importer that may be: all well, or some files could not be read, which is so of one file of the folder
_FINE: Final = (0, 3)


@dataclass(slots=True)
class Tally:
    """What was done and seen."""

    n_lives: int = 0
    n_killed: int = 0
    #: had begun a batch and not ended it
    n_at_work: int = 0
    #: after a round some files were stored and some were not
    n_half_done: int = 0
    n_acknowledged: int = 0
    n_survivors: int = 0

    def __str__(self) -> str:
        return (
            f"{self.n_killed} kills, {self.n_at_work} of them at work; {self.n_half_done} databases left half done; "
            f"{self.n_survivors} importers lived on beside a killed one; {self.n_acknowledged} acknowledged files checked; "
            f"{self.n_lives} databases completed: all equal to the undisturbed one"
        )


def kill_at_random(n_kills: int, folder: Path, work: Path, *, seed: int, tell: Callable[[str], None] = print) -> Tally:
    """Kill importers of `folder` until `n_kills` have died, checking after every round; AssertionError where anything is wrong."""
    reference = _undisturbed(folder, work)
    tally, chance = Tally(), random.Random(seed)
    while tally.n_killed < n_kills:
        life = work / "life"
        shutil.rmtree(life, ignore_errors=True)
        life.mkdir()
        for number in range(chance.randint(2, 5)):
            _round(folder, life, chance, tally, number=number, reference=reference)
            if tally.n_killed >= n_kills:
                break
        _complete(folder, life, tally, reference=reference)
        tell(str(tally))
    return tally


def _undisturbed(folder: Path, work: Path) -> Content:
    url = f"sqlite:///{work / 'reference.db'}"
    assert run(["import", folder, "--db", url]).returncode in _FINE
    assert run(["retag", "--stale", "--db", url]).returncode == 0
    reference = content(url)
    assert len(reference.files) + len(reference.failures) == len(list(folder.iterdir()))
    assert not reference.stray
    return reference


def _round(folder: Path, life: Path, chance: random.Random, tally: Tally, *, number: int, reference: Content) -> None:
    """Let some importers work, kill some of them, and look at what they leave."""
    database = life / "a.db"
    importers = [
        Importer(folder, f"sqlite:///{database}", said=life / f"{number}-{i}.out", RETRO_IMPORT_WAIT_S="60")
        for i in range(chance.randint(1, 3))
    ]
    if chance.random() < 0.25:  # also while the program and the database come into being
        wait_until(lambda: not any(one.is_running for one in importers), patience_s=chance.uniform(0.1, 1.5))
    else:
        wait_for_lines(importers, chance.randint(1, len(reference.files)))
        wait_until(lambda: False, patience_s=chance.uniform(0, 0.03))
    victims = importers if chance.random() < 0.7 else chance.sample(importers, chance.randint(1, len(importers)))
    ends = {one: one.kill() for one in victims}
    for one in importers:
        if one not in ends:
            assert one.wait() in _FINE, one.complaint
            tally.n_survivors += 1
        assert one.wait() in (KILLED, *_FINE), one.complaint
        assert one.complaint == ""
        assert not one.orphans()
    tally.n_killed += sum(end == KILLED for end in ends.values())
    acknowledged = set().union(*(one.stored() for one in importers))
    tally.n_acknowledged += len(acknowledged)
    n_stored = _check(database, life, acknowledged=acknowledged, reference=reference)
    tally.n_half_done += 0 < n_stored < len(reference.files)


def _check(database: Path, life: Path, *, acknowledged: set[str], reference: Content) -> int:
    """Look at a copy, so that the next importer itself has to recover the database; give the number of stored files."""
    copy = copy_database(database, life / "copy") if database.exists() else database
    if is_new(copy):
        assert not acknowledged
        return 0
    assert damage(copy) == []
    found = content(f"sqlite:///{copy}")
    assert found.stray == ()
    assert acknowledged <= found.files.keys(), "a file that was told to be stored is not there"
    for sha256, file in found.files.items():
        assert _recorded(file) == _recorded(reference.files[sha256]), "a file is there in parts"
    return len(found.files)


def _recorded(file: Mapping[str, Any]) -> list[Any]:
    """Give what a file says: its judgement depends on what else is stored, until everything is judged anew."""
    return [(one["streams"], one["laps"], one["start_utc"], one["n_samples"], one["texts"]) for one in file["recordings"]]


def _complete(folder: Path, life: Path, tally: Tally, *, reference: Content) -> None:
    """Import what is left, in peace; compare with the undisturbed database."""
    database = life / "a.db"
    url = f"sqlite:///{database}"
    last = Importer(folder, url, said=life / "last.out")
    assert last.wait() in _FINE, last.complaint
    assert last.stored() == reference.files.keys()
    assert run(["retag", "--stale", "--db", url]).returncode == 0
    assert damage(database) == []
    assert content(url) == reference, "not what an undisturbed import makes"
    with closing(sqlite3.connect(database)) as opened:
        tally.n_at_work += opened.execute("SELECT count(*) FROM import_batch WHERE finished_utc IS NULL").fetchone()[0]
    tally.n_lives += 1
