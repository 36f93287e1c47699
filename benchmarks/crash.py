"""Kill the program, everywhere: ``python -m benchmarks.crash [--kills N] [--files N] [--seed N] [--only DEED] [--errors] [--no-calls]``.

First, importers of one folder into one SQLite file die by signal 9 at random moments (`tests.support.random_kills`). Then every
command that changes the database is run once for each of its state-changing system calls and killed right before it
(`tests.support.call_kills`); with ``--errors`` each of these calls also fails, once with a full disk and once with a broken one.
Every kill is asserted to have happened, and every end to be whole. Exit status 1 where one is not.
The second part needs strace.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.support.call_kills import Cutter, deeds
from tests.support.importing import make_folder
from tests.support.random_kills import kill_at_random
from tests.support.system_calls import is_there

#: a full disk, and one that does not answer
ERRORS: Final = ("ENOSPC", "EIO")


def at_calls(work: Path, *, only: str | None, with_errors: bool, tell: Callable[[str], None] = print) -> int:
    """Cut every deed off at every call; give the number of cuts."""
    n_cuts = 0
    tell(f"{'deed':<14} {'cut off by':<12} {'cuts':>5} {'not done':>9} {'done':>5} {'told so':>8} {'s':>6}")
    for name, deed in deeds(work).items():
        if only not in (None, name):
            continue
        cutter = Cutter(deed, work)
        for what in ("kill", *(ERRORS if with_errors else ())):
            began = time.monotonic()
            cuts = cutter.kills() if what == "kill" else cutter.failures(what)
            n_done, n_told = sum(cut.is_done for cut in cuts), sum(cut.status == 0 for cut in cuts)
            took_s = time.monotonic() - began
            tell(f"{name:<14} {what:<12} {len(cuts):>5} {len(cuts) - n_done:>9} {n_done:>5} {n_told:>8} {took_s:>6.0f}")
            n_cuts += len(cuts)
    return n_cuts


def main(arguments: list[str] | None = None, *, tell: Callable[[str], None] = print) -> int:
    """Kill and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000, help="random kills (1000)")
    parser.add_argument("--files", type=int, default=24, help="files in the folder of the random kills (24)")
    parser.add_argument("--seed", type=int, default=1, help="of chance (1)")
    parser.add_argument("--only", help="one deed: first import, import, undo, delete or migration")
    parser.add_argument("--errors", action="store_true", help="also let every call fail")
    parser.add_argument("--no-calls", action="store_true", help="random kills alone")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        try:
            if asked.kills:
                began = time.monotonic()
                tally = kill_at_random(asked.kills, make_folder(work / "in", asked.files), work, seed=asked.seed, tell=lambda _: None)
                tell(f"{tally}\ntook {time.monotonic() - began:.0f} s\n")
            if not asked.no_calls and not is_there():
                tell("strace is not here, or may not trace: nothing was killed at its system calls")
                return 2
            if not asked.no_calls:
                tell(f"{at_calls(work, only=asked.only, with_errors=asked.errors, tell=tell)} cuts, every one of them whole in the end")
        except AssertionError as error:
            tell(f"FAILED: {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
