"""Replay power cuts of an import into SQLite: ``python -m benchmarks.power_cut [--files N] [--states N] [--seed N]``.

An import of a folder is recorded once for each setting, call by call; then the power is cut behind every call, in several ways
(`tests.support.power` says what a disk may lose). A state is *corrupt* where SQLite finds damage, a reference leads nowhere or a file
is there in parts; it has *lost* something where a file is missing of which the program had said that it is stored.
The settings of the program may do neither; ``synchronous=OFF`` is there to show that the replay would find it.
Needs strace. Exit status 1 where something was lost, or nothing was found where it must be.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.importing import make_folder, run
from tests.support.power import Disk, Operation, record, write_state
from tests.support.sameness import Content, content, damage_in, has_no_tables
from tests.support.system_calls import is_there

#: the program itself, with settings made behind its own
RECORDED: Final = """
import sys
from sqlalchemy import event
from importer.store import connect, place
pragmas, where = sys.argv.pop(1), sys.argv.pop(1)
made = connect.engine_for
def engine_for(url, **named):
    engine = made(url, **named)
    event.listen(engine, "connect", lambda connection, _: connection.executescript(pragmas))
    return engine
connect.engine_for = engine_for
if where == "network":
    place.is_on_network = lambda path: True
from importer.cli.main import main
main()
"""
#: how many of the states are also imported into, to the end
N_RESUMED: Final = 4
_SHAPE: Final = """
SELECT source_file.sha256, count(DISTINCT recording.id), count(stream.id), sum(stream.n), sum(stream.crc32), sum(length(stream.data)),
    (SELECT count(*) FROM segment JOIN recording AS mine USING (session_id) WHERE mine.source_id = source_file.id)
FROM source_file LEFT JOIN recording ON recording.source_id = source_file.id LEFT JOIN stream ON stream.recording_id = recording.id
GROUP BY source_file.id
"""

Shapes = dict[str, tuple[int, ...]]


class Setting(NamedTuple):
    """How SQLite is set, and whether that must hold."""

    name: str
    pragmas: str
    where: str = "here"
    is_ours: bool = True


SETTINGS: Final = (
    Setting("as shipped (WAL, FULL)", ""),
    Setting("WAL, FULL, a checkpoint every 20 pages", "PRAGMA wal_autocheckpoint=20"),
    Setting("on a network share (DELETE, EXTRA)", "", "network"),
    Setting("WAL, NORMAL: must lose", "PRAGMA synchronous=NORMAL", is_ours=False),
    Setting("WAL, OFF: must lose and corrupt", "PRAGMA wal_autocheckpoint=20; PRAGMA synchronous=OFF", is_ours=False),
)


@dataclass(slots=True)
class Tally:
    """What was found in the states of one recording."""

    n_calls: int = 0
    n_states: int = 0
    n_corrupt: int = 0
    n_lost: int = 0
    most_lost: int = 0
    n_resumed: int = 0


def replay(setting: Setting, files: Path, work: Path, *, n_states: int, seed: int = 1, n_resumed: int = N_RESUMED) -> Tally:
    """Record an import of `files` and judge the states after a cut behind each of its calls.

    Parameters
    ----------
    n_states : random states for each call; two more are always looked at.
    n_resumed : of the states are imported into, to the end; of settings that may lose something, none is.
    """
    recorded, state_folder = work / "recorded", work / "state"
    for folder in (recorded, state_folder):
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    operations = _record(setting, files, recorded, log=work / "calls.log", told=work / "told.json")
    shapes, reference = _sound(recorded / "a.db"), _settled(recorded / "a.db")
    assert shapes
    tally, chance, disk = Tally(n_calls=len(operations)), random.Random(seed), Disk()
    resumed = set(chance.sample(range(len(operations)), n_resumed)) if setting.is_ours else set()
    for i, operation in enumerate(operations):
        disk.do(operation)
        told = _told(disk.told)
        for state in disk.states(n_states, chance):
            write_state(state, state_folder)
            _judge(state_folder / "a.db", tally, told=told, shapes=shapes)
        if i in resumed:
            tally.n_resumed += _resumes(state_folder / "a.db", files, reference)
    return tally


def _record(setting: Setting, files: Path, folder: Path, *, log: Path, told: Path) -> list[Operation]:
    program = [sys.executable, "-c", RECORDED, setting.pragmas, setting.where]
    words = [*program, "import", str(files), "--db", f"sqlite:///{folder / 'a.db'}", "--json", "--workers", "1"]
    operations = record(words, folder=folder, names=("a.db", "a.db-wal", "a.db-journal", "a.db-shm"), log=log, told=told)
    disk = Disk()
    for operation in operations:
        disk.do(operation)
    *_, whole = (*disk.states(0, random.Random(0)),)
    assert whole["a.db"] == (folder / "a.db").read_bytes(), "the recording does not make what the program made"
    return operations


def _judge(database: Path, tally: Tally, *, told: set[str], shapes: Shapes) -> None:
    tally.n_states += 1
    try:
        found = _sound(database) if database.exists() else {}
    except sqlite3.DatabaseError:
        found = None
    if found is None or any(shapes[sha256] != shape for sha256, shape in found.items()):
        tally.n_corrupt += 1
        return
    n_lost = len(told - found.keys())
    tally.n_lost += n_lost > 0
    tally.most_lost = max(tally.most_lost, n_lost)


def _sound(database: Path) -> Shapes | None:
    """Give the shapes of the files in a database, None where it is damaged."""
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA synchronous=OFF")  # no need to wait for the disk: the state is looked at once
        if has_no_tables(opened):
            return {}
        return None if damage_in(opened) else _shapes(opened)


def _shapes(opened: sqlite3.Connection) -> Shapes:
    """Give the stored files by their SHA-256, with counts and sums of all that belongs to them."""
    return {sha256: tuple(numbers) for sha256, *numbers in opened.execute(_SHAPE)}


def _told(said: bytes) -> set[str]:
    """Give the files that were told to be stored, in whole lines."""
    lines = (json.loads(line) for line in said.split(b"\n")[:-1])
    return {line["sha256"] for line in lines if line["outcome"] == "imported"}


def _settled(database: Path) -> Content:
    """Give the content once everything was judged anew, in which the order of the import does not show any more."""
    assert run(["retag", "--stale", "--db", f"sqlite:///{database}"]).returncode == 0
    return content(f"sqlite:///{database}")


def _resumes(database: Path, files: Path, reference: Content) -> bool:
    """Import into a database that lost its power; AssertionError unless that makes what an undisturbed import makes."""
    done = run(["import", files, "--db", f"sqlite:///{database}", "--workers", "1"])
    assert done.returncode in (0, 3), done.stderr
    assert _settled(database) == reference, "an import behind a power cut makes something else"
    return True


def main(arguments: list[str] | None = None, *, tell: Callable[[str], None] = print) -> int:
    """Replay every setting; exit status 1 where one is not as it must be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=15, help="files to import (15)")
    parser.add_argument("--states", type=int, default=6, help="random states behind each call (6)")
    parser.add_argument("--seed", type=int, default=1, help="of chance (1)")
    asked = parser.parse_args(arguments)
    if not is_there():
        tell("strace is not here, or may not trace: nothing was done")
        return 2
    n_wrong = 0
    tell(
        f"SQLite {sqlite3.sqlite_version}, Python {sys.version.split()[0]}; {asked.files} files of a minute, and one that cannot be read\n"
    )
    tell(f"{'setting':<40} {'calls':>6} {'states':>7} {'corrupt':>8} {'lost':>6} {'most':>5} {'resumed':>8} {'s':>6}")
    memory = Path("/dev/shm")  # noqa: S108 - a disk in memory, where there is one: thousands of states are written
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        files = make_folder(Path(name) / "files", asked.files)
        for setting in SETTINGS:
            began = time.monotonic()
            tally = replay(setting, files, Path(name) / "work", n_states=asked.states, seed=asked.seed)
            is_sound = tally.n_corrupt == tally.n_lost == 0
            n_wrong += is_sound != setting.is_ours
            numbers = f"{tally.n_calls:>6} {tally.n_states:>7} {tally.n_corrupt:>8} {tally.n_lost:>6} {tally.most_lost:>5}"
            mark = "" if is_sound == setting.is_ours else "  <- NOT AS IT MUST BE"
            tell(f"{setting.name:<40} {numbers} {tally.n_resumed:>8} {time.monotonic() - began:>6.0f}{mark}")
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
