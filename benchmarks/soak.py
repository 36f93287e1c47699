"""An hour with one watcher: ``python -m benchmarks.soak [--minutes M] [--files N] [--seed N]``.

Files arrive at random moments, all in all evenly, in ever new folders; the watcher keeps its own interval (10 s) and rest (5 s). Prints
a table, a line for each twelfth of the time: what the watcher holds, what it takes of a processor, and how large its database is; then how
long files waited, and whether each is stored exactly once.

Conventions: figures are of the watcher's own process, from /proc (Linux alone); its workers come and go with the files. How long a file
waited counts from its last byte to the line that tells of it. What grows is measured from the third line on, or the first import: before
it the watcher still loads what it needs. Exit status 1 where a file was missed or stored twice, the database is damaged, or open files or
threads grew.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.watch import memory_mb, n_open, processor_s
from tests.support.sameness import damage
from tests.support.watching import Watching, rows, run_bytes, stored, write

#: lines of the table
_LINES: Final = 12
#: lines before the watcher has loaded all that it needs
_WARM: Final = 2
#: files in one folder
_A_FOLDER: Final = 250
#: the watcher's own, s
_EVERY_S: Final = 10.0
_SETTLE_S: Final = 5.0
#: longest wait for the last files, s
_PATIENCE_S: Final = 1800.0


class Sample(NamedTuple):
    """What a watcher held at a moment; `used_s` is its processor time since it began."""

    at_s: float
    n_arrived: int
    n_told: int
    memory_mb: float
    n_open: int
    n_threads: int
    used_s: float
    database_mb: float


class Listener:
    """Reads on and on what a watcher tells, and notes when a file was told of."""

    def __init__(self, said: Path) -> None:
        self._stream = said.open("rb")
        self._rest = b""
        #: name of a file -> moment (s)
        self.told_s: dict[str, float] = {}

    def listen(self) -> None:
        """Take in what is new."""
        *lines, self._rest = (self._rest + self._stream.read()).split(b"\n")
        now_s = time.monotonic()
        for event in map(json.loads, lines):
            if event["event"] == "file" and event["outcome"] == "imported":
                self.told_s[Path(event["path"]).name] = now_s

    def close(self) -> None:
        """Listen no more."""
        self._stream.close()


def soak(work: Path, *, n_files: int, seconds: float, seed: int, tell: Callable[[str], None]) -> bool:
    """Let files arrive and watch the watcher; tell whether all is well."""
    inbox, db = work / "in", work / "runs.db"
    inbox.mkdir()
    chance = random.Random(seed)
    arrivals_s = sorted(chance.uniform(0, seconds) for _ in range(n_files))
    samples: list[Sample] = []
    arrived_s: dict[str, float] = {}
    with Watching(inbox, db=db, said=work / "said", words=("--settle", str(_SETTLE_S)), every_s=_EVERY_S) as watching:
        watching.wait_for_event("started")
        listener, begun_s = Listener(work / "said"), time.monotonic()
        tell("minutes  arrived    told  memory MB  open files  threads  processor %  database MB")
        for number, at_s in enumerate([*arrivals_s, seconds]):
            while (now_s := time.monotonic() - begun_s) < at_s:
                listener.listen()
                if now_s >= seconds * (len(samples) + 1) / _LINES:
                    samples.append(_sample(watching.process.pid, db, now_s, n_arrived=number, n_told=len(listener.told_s)))
                    tell(_line(samples))
                time.sleep(min(0.1, max(0.0, at_s - now_s)))
            if number < n_files:
                name = f"{number}.fit"
                write(inbox / f"{number // _A_FOLDER}" / name, run_bytes(number))
                arrived_s[name] = time.monotonic()
        end_s = time.monotonic() + _PATIENCE_S
        while len(listener.told_s) < n_files and time.monotonic() < end_s and watching.process.poll() is None:
            listener.listen()
            time.sleep(0.1)
        samples.append(_sample(watching.process.pid, db, time.monotonic() - begun_s, n_arrived=n_files, n_told=len(listener.told_s)))
        tell(_line(samples))
        listener.close()
        status = watching.end()
    return _is_well(db, samples, arrived_s, listener.told_s, tell=tell) and status == 0


def _sample(pid: int, db: Path, at_s: float, *, n_arrived: int, n_told: int) -> Sample:
    n_threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    size_bytes = sum(path.stat().st_size for path in db.parent.glob(f"{db.name}*"))
    return Sample(at_s, n_arrived, n_told, memory_mb(pid), n_open(pid), n_threads, processor_s(pid), size_bytes / 1e6)


def _line(samples: list[Sample]) -> str:
    one, before = samples[-1], samples[-2] if len(samples) > 1 else Sample(0, 0, 0, 0, 0, 0, 0, 0)
    share = 100 * (one.used_s - before.used_s) / max(one.at_s - before.at_s, 1e-9)
    counts = f"{one.at_s / 60:7.1f}  {one.n_arrived:7,}  {one.n_told:6,}"
    return f"{counts}  {one.memory_mb:9.1f}  {one.n_open:10}  {one.n_threads:7}  {share:11.1f}  {one.database_mb:11.1f}"


def _is_well(
    db: Path, samples: list[Sample], arrived_s: dict[str, float], told_s: dict[str, float], *, tell: Callable[[str], None]
) -> bool:
    """Tell how long files waited, what grew, and whether all are there once."""
    waits_s = sorted(told_s[name] - at_s for name, at_s in arrived_s.items() if name in told_s)
    if waits_s:
        slow = waits_s[int(0.99 * (len(waits_s) - 1))]
        tell(f"from a file's arrival to the line about it: median {statistics.median(waits_s):.1f} s, 99 of 100 within {slow:.1f} s")
        tell(f"longest {waits_s[-1]:.1f} s; interval, rest and a second are {_EVERY_S + _SETTLE_S + 1:.0f} s, and a turn behind others")
    warm, last = next((one for one in samples[_WARM:] if one.n_told), samples[-1]), samples[-1]
    more_mb, n_more = last.memory_mb - warm.memory_mb, last.n_told - warm.n_told
    tell(f"since minute {warm.at_s / 60:.1f}: open files {last.n_open - warm.n_open:+}, threads {last.n_threads - warm.n_threads:+}")
    tell(f"memory {more_mb:+.1f} MB for {n_more:,} files more, {1e3 * more_mb / max(n_more, 1):.2f} kB each")
    found, damaged = stored(db), damage(db)
    failed = rows(db, "SELECT count(*) FROM failure")[0][0]
    n_twice = len(found) - len(set(found))
    tell(f"{len(arrived_s):,} files arrived, {len(set(found)):,} are stored, {n_twice} twice, {failed} failed")
    tell(f"the database is {damaged or 'sound'}")
    is_once = len(found) == len(set(found)) == len(arrived_s) and not failed and not damaged
    return is_once and last.n_open <= warm.n_open + 2 and last.n_threads <= warm.n_threads + 2


def main(arguments: list[str] | None = None, *, tell: Callable[[str], None] = print) -> int:
    """Soak and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0, help="how long files arrive (60)")
    parser.add_argument("--files", type=int, default=20_000, help="files that arrive (20,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of arrival (1)")
    asked = parser.parse_args(arguments)
    tell(f"{os.cpu_count()} processors; {asked.files:,} files in {asked.minutes:g} minutes, interval {_EVERY_S:g} s, rest {_SETTLE_S:g} s")
    with tempfile.TemporaryDirectory() as name:
        is_well = soak(Path(name), n_files=asked.files, seconds=60 * asked.minutes, seed=asked.seed, tell=tell)
    if not is_well:
        tell("FAILED: a file was missed or stored twice, or something grew")
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
