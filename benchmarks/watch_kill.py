"""Kill watchers at random while files arrive: ``python -m benchmarks.watch_kill [--kills N] [--seed N]``.

Prints what was done after every database; exit status 1 where a file was lost, stored twice or in parts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.support.watch_kills import kill_watchers


def main(arguments: list[str] | None = None, *, tell: Callable[[str], None] = print) -> int:
    """Kill and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=500, help="watchers that must die (500)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is left to chance (1)")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as work:
        try:
            kill_watchers(asked.kills, Path(work), seed=asked.seed, tell=tell)
        except AssertionError as error:
            tell(f"FAILED: {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
