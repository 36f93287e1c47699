"""What a report costs, question by question, against importing the libraries: the "Reports" part of docs/performance.md.

    python -m benchmarks.reports [--sessions 10000] [--rounds 9]

Conventions: whole commands with their start-up, into a pipe, where every row is written (a terminal shows thirty). What is compared takes
turns, and of the rounds the median counts: wall time, and processor time, which other work on the machine disturbs less. A ratio holds, an
absolute figure does not. Bytecode is in place, of the program and of the libraries, as it is once something is installed. The sessions are
generated: years of three runners, of which only rows count.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from importer.reports.questions import QUESTIONS
from importer.store import open_store
from tests.support.many_sessions import ten_thousand

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES: Final = [sys.executable, "-c", "import sqlalchemy, rich"]
#: of the plain `report`, in times of `LIBRARIES`
MOST: Final = 3.0


class Took(NamedTuple):
    """What a command took, s."""

    wall_s: float
    processor_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=10_000, help="stored sessions (default 10,000)")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each measurement (default 9)")
    options = parser.parse_args()
    names = ("sessions", *(name for name in QUESTIONS if name != "sessions"))
    took: dict[str, list[Took]] = {name: [] for name in ("libraries", *names)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        with open_store(str(path)) as store:
            ten_thousand(store, options.sessions)
            n_bouts = len(store.view("v_bout"))
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder) / "bytecode")
        for i in range(options.rounds + 1):
            for name, some in took.items():
                report = [sys.executable, "-m", "importer", "report", name, "--db", str(path)]
                one = _took(LIBRARIES if name == "libraries" else report, environment)
                if i:  # the first round writes the bytecode
                    some.append(one)
    version = platform.python_version()
    print(f"Python {version}; {options.sessions:,} sessions, {n_bouts:,} backward bouts; median of {options.rounds} rounds\n")
    print(f"{'':<12}{'wall':>9}{'processor':>12}{'x libraries: wall':>20}{'processor':>12}")
    base = _median(took["libraries"])
    for name, some in took.items():
        mine = _median(some)
        told = f"{name:<12}{1000 * mine.wall_s:>6.0f} ms{1000 * mine.processor_s:>9.0f} ms"
        print(f"{told}{mine.wall_s / base.wall_s:>20.2f}{mine.processor_s / base.processor_s:>12.2f}")
    ratio = _median(took["sessions"]).processor_s / base.processor_s
    print(f"\n`report`: {ratio:.2f} x `python -c 'import sqlalchemy, rich'` (at most {MOST:.0f}), processor time, start-up included")


def _took(words: Sequence[str], environment: Mapping[str, str]) -> Took:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True, cwd=ROOT, env=environment)
    wall_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _median(some: Sequence[Took]) -> Took:
    return Took(statistics.median(one.wall_s for one in some), statistics.median(one.processor_s for one in some))


if __name__ == "__main__":
    main()
