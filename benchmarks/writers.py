"""Let many processes store into one SQLite file: ``python -m benchmarks.writers [--writers N] [--reporters N] [--seconds S]``.

Prints how many sessions were stored in a second, how long one had to wait, and what reports cost meanwhile.
Exit status 1 where a process met an error, or a session is missing.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.busy_writers import Writing, work
from tests.support.sameness import damage


def percentile(times_s: Sequence[float], share: float) -> float:
    """Give the time that this share of all does not exceed, s."""
    ordered = sorted(times_s)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(done: Writing) -> list[str]:
    """Give the lines to print."""
    lines = []
    for what, times in (("stored", done.saves_s), ("reports", done.reports_s)):
        if times:
            spread = " ".join(
                f"{name} {1000 * percentile(times, share):.0f}" for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
            )
            lines.append(f"{what}: {len(times):,}, {len(times) / done.seconds:.1f} a second; ms: {spread}")
    return [*lines, f"largest log: {done.largest_wal_bytes / 1e6:.1f} MB"]


def main(arguments: list[str] | None = None, *, tell: Callable[[str], None] = print) -> int:
    """Work and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--writers", type=int, default=16, help="processes that store (16)")
    parser.add_argument("--reporters", type=int, default=2, help="processes that report (2)")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long (120)")
    asked = parser.parse_args(arguments)
    machine = f"SQLite {sqlite3.sqlite_version}, {os.cpu_count()} processors"
    tell(f"{machine}; {asked.writers} writers, {asked.reporters} reporters, {asked.seconds:g} s")
    with tempfile.TemporaryDirectory() as name:
        database = Path(name) / "a.db"
        try:
            done = work(database, n_writers=asked.writers, n_reporters=asked.reporters, seconds=asked.seconds)
        except AssertionError as error:
            tell(f"FAILED: {error}")
            return 1
        for line in table(done):
            tell(line)
        n_missing, found = len(done.saves_s) - done.n_files, damage(database)
        tell(f"0 errors; {n_missing} sessions missing or doubled; integrity: {', '.join(found) or 'ok'}")
    return 1 if n_missing or found else 0


if __name__ == "__main__":
    sys.exit(main())
