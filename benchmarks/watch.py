"""What watching costs: ``python -m benchmarks.watch [burst|idle]... [--files N] [--known N] [--seconds S]``.

burst: N files appear at once; how long until all are stored, and that each is stored once.
idle: processor time of a watcher at its own interval over a folder of N known files in which nothing happens.
An hour of arrivals is `benchmarks.soak`.

Conventions: figures are of the watcher's own process, from /proc (Linux alone); its workers come and go with the files. `idle` writes
what is remembered of the files into the database itself: importing them would take longer than all the rest. Exit status 1 where a file
was missed or stored twice.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from importer import __version__
from importer.store import open_store
from importer.store.watch_records import SeenPath
from importer.watch.scan import stamp_at
from tests.support.importing import wait_until
from tests.support.watching import Watching, rows, run_bytes, stored, write

#: files in one folder
_A_FOLDER = 250
#: how long a watcher has to do what it does once at its start, s
_START_S = 30.0
#: longest wait for a stored file, s
_PATIENCE_S = 7200.0


def processor_s(pid: int) -> float:
    """Give the processor time of a process, s."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """Give the memory that a process holds, MB."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def n_open(pid: int) -> int:
    """Count the files that a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def burst(work: Path, *, n_files: int, tell: Callable[[str], None]) -> bool:
    """Let files appear at once."""
    inbox, db = work / "in", work / "a.db"
    inbox.mkdir()
    with Watching(inbox, db=db, said=work / "said", every_s=10.0) as watching:
        watching.wait_for_event("started")
        for number in range(n_files):
            write(work / "side" / f"{number // _A_FOLDER}" / f"{number}.fit", run_bytes(number))
        begun_s = time.monotonic()
        (work / "side").rename(inbox / "side")
        wait_until(lambda: n_stored(db) >= n_files or _slept(1), patience_s=_PATIENCE_S)
        took_s = time.monotonic() - begun_s
        wait_until(lambda: watching.process.poll() is not None, patience_s=15)
        pid = watching.process.pid
        held = f"{memory_mb(pid):.0f} MB, {n_open(pid)} open files"
        tell(f"burst: {n_files:,} files stored in {took_s:.0f} s, {n_files / took_s:.0f} a second; {held}")
        status = watching.end()
    return status == 0 and len(stored(db)) == len(set(stored(db))) == n_files


def idle(work: Path, *, n_known: int, seconds: float, tell: Callable[[str], None]) -> bool:
    """Watch a folder in which nothing happens."""
    inbox, db = work / "in", work / "a.db"
    now = datetime.now(UTC)
    seen = []
    for number in range(n_known):
        path = inbox / f"{number // _A_FOLDER}" / f"{number}.fit"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        stamp = stamp_at(str(path))
        assert stamp is not None
        seen.append(SeenPath(str(path), stamp.text, "imported", __version__, first=now, checked=now))
    with open_store(str(db)) as store:
        store.remember(seen)
    with Watching(inbox, db=db, said=work / "said", every_s=10.0) as watching:
        time.sleep(_START_S)
        pid, used_s = watching.process.pid, processor_s(watching.process.pid)
        time.sleep(seconds)
        used_s = processor_s(pid) - used_s
        tell(
            f"idle: {n_known:,} known files: {100 * used_s / seconds:.2f} % of one processor over {seconds:.0f} s; {memory_mb(pid):.0f} MB"
        )
        status = watching.end()
    return status == 0 and not watching.files() and rows(db, "SELECT n_files FROM watched_folder") == [(n_known,)]


def n_stored(db: Path) -> int:
    """Count the files that a database holds."""
    return int(rows(db, "SELECT count(*) FROM source_file")[0][0])


def _slept(seconds: float) -> bool:
    """Sleep; looking all the time would take the processor from what is measured."""
    time.sleep(seconds)
    return False


def main(arguments: list[str] | None = None, *, tell: Callable[[str], None] = print) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", nargs="*", choices=["burst", "idle"], help="what to measure (burst and idle)")
    parser.add_argument("--files", type=int, default=20_000, help="files that appear (20,000)")
    parser.add_argument("--known", type=int, default=100_000, help="files that are known (100,000)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long idle lasts (60)")
    asked = parser.parse_args(arguments)
    tell(f"{os.cpu_count()} processors")
    is_well = True
    for what in asked.what or ["burst", "idle"]:
        with tempfile.TemporaryDirectory() as name:
            work = Path(name)
            if what == "burst":
                is_well &= burst(work, n_files=asked.files, tell=tell)
            else:
                is_well &= idle(work, n_known=asked.known, seconds=asked.seconds, tell=tell)
    if not is_well:
        tell("FAILED: a file was missed, or stored twice")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
