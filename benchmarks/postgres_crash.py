"""Crash a PostgreSQL server under importers: ``python -m benchmarks.postgres_crash [--stops N] [--files N] [--seed N]``.

A server of its own is stopped in immediate mode while four importers store the same folder, and started again. Every importer that
was at work must end with status 5; what an importer had told to be stored must be there after the crash; and importing again must
come to exactly what an undisturbed import makes. Exit status 1 where it does not.
Needs initdb and pg_ctl (Debian: package postgresql), and psycopg.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.cluster import Cluster, own_cluster, why_not
from tests.support.importing import Importer, make_folder, run, wait_for_lines, wait_until
from tests.support.sameness import Content, content

N_IMPORTERS: Final = 4
#: all well, or one file of the folder could not be read, which is so
_FINE: Final = (0, 3)
_BUSY: Final = 5


@dataclass(slots=True)
class Tally:
    """What was done and seen."""

    n_stops: int = 0
    n_interrupted: int = 0
    n_acknowledged: int = 0
    n_half_done: int = 0
    n_databases: int = 0

    def __str__(self) -> str:
        return (
            f"{self.n_stops} stops in immediate mode, {self.n_half_done} of them in the middle of the folder; "
            f"{self.n_interrupted} importers were interrupted, all with status {_BUSY}; "
            f"{self.n_acknowledged} acknowledged files checked, none lost; "
            f"{self.n_databases} databases completed: all equal to the undisturbed one"
        )


def crash(n_stops: int, folder: Path, work: Path, cluster: Cluster, *, seed: int, tell: Callable[[str], None] = print) -> Tally:
    """Stop the server `n_stops` times; AssertionError where anything is wrong."""
    chance, tally = random.Random(seed), Tally()
    reference = _complete(folder, cluster.create("undisturbed"))
    while tally.n_stops < n_stops:
        url = cluster.create(f"life_{tally.n_databases}")
        acknowledged: set[str] = set()
        for _ in range(min(3, n_stops - tally.n_stops)):
            acknowledged |= _stop(folder, url, work, cluster, chance, tally, n_stored=len(acknowledged), n_files=len(reference.files))
            found = content(url)
            assert found.stray == ()
            assert acknowledged <= found.files.keys(), "a file that was told to be stored is not there"
            tally.n_half_done += 0 < len(found.files) < len(reference.files)
            tally.n_acknowledged += len(acknowledged)
            if len(found.files) > len(reference.files) - N_IMPORTERS:
                break
        assert _complete(folder, url) == reference, "not what an undisturbed import makes"
        tally.n_databases += 1
        tell(str(tally))
    return tally


def _stop(
    folder: Path, url: str, work: Path, cluster: Cluster, chance: random.Random, tally: Tally, *, n_stored: int, n_files: int
) -> set[str]:
    """Let four importers work, stop the server, and start it again; give what they had told to be stored."""
    importers = [Importer(folder, url, said=work / f"{tally.n_stops}-{i}.out") for i in range(N_IMPORTERS)]
    wait_for_lines(importers, N_IMPORTERS * n_stored + chance.randint(1, 2 * max(1, n_files - n_stored)))
    wait_until(lambda: False, patience_s=chance.uniform(0, 0.02))
    cluster.crash()
    ends = [one.wait() for one in importers]
    cluster.start()
    for one, end in zip(importers, ends, strict=True):
        assert end in (_BUSY, *_FINE), f"status {end}: {one.complaint}"
        if end == _BUSY:
            tally.n_interrupted += 1
            assert one.complaint.startswith("retro-import: postgresql"), one.complaint
            assert one.complaint.count("\n") == 1, one.complaint
    tally.n_stops += _BUSY in ends  # a stop after the work was done shows nothing
    return set().union(*(one.stored() for one in importers))


def _complete(folder: Path, url: str) -> Content:
    """Import all that is left, in peace."""
    for words in (["import", str(folder), "--db", url], ["retag", "--stale", "--db", url]):
        done = run(words)
        assert done.returncode in _FINE, done.stderr
    return content(url)


def main(arguments: list[str] | None = None, *, tell: Callable[[str], None] = print) -> int:
    """Crash and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--stops", type=int, default=20, help="how often the server is stopped (20)")
    parser.add_argument("--files", type=int, default=60, help="files in the folder (60)")
    parser.add_argument("--seed", type=int, default=1, help="of chance (1)")
    asked = parser.parse_args(arguments)
    missing = why_not()
    if missing is not None:
        tell(f"{missing}: nothing was done")
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, own_cluster() as cluster:
        files = make_folder(Path(name) / "files", asked.files)
        try:
            crash(asked.stops, files, Path(name), cluster, seed=asked.seed, tell=tell)
        except AssertionError as error:
            tell(f"FAILED: {error}")
            return 1
    tell(f"took {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
