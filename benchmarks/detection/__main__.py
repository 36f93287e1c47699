"""Print the tables of docs/detection.md: ``python -m benchmarks.detection [--quick] [--seed S] [--athletes N] [--only PART]``.

Whoever works on the detector looks at other athletes than those that docs/detection.md is about: ``--seed 1``, 2, 3, ...
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from benchmarks.detection import confirmed, corpus, declared, facing, gait, hearts, tables
from benchmarks.detection.pools import score_all

#: seed of the athletes that docs/detection.md is about; none of them was looked at while the detector was built
HELD_OUT_SEED: Final = 11_000_000
#: first athletes of two development seeds are this far apart
_STRIDE: Final = 10_000


def main() -> None:
    """Measure and print."""
    given = _arguments()
    n = given.athletes or (12 if given.quick else 240)
    first = HELD_OUT_SEED if given.seed is None else given.seed * _STRIDE
    what = "held-out draws" if given.seed is None else f"development draws, seed {given.seed}"
    print(f"{n} athletes ({what}), each with one session of every family; every one is another runner with another watch")
    for name in given.only or PARTS:
        if name in ("corpus", "hearts") and given.quick and not given.only:
            continue
        began = time.perf_counter()
        text = PARTS[name](range(first, first + n), given.workers)
        print(f"\n{text}\n({name}: {time.perf_counter() - began:.0f} s)", flush=True)


def _gait(seeds: Sequence[int], n_workers: int) -> str:
    table = score_all(gait.score_athlete, seeds, n_workers=n_workers)
    parts = [
        "first session of each, nobody said a word",
        tables.gait_table(table, has_history=False),
        "\nafter four to six forward sessions",
        tables.gait_table(table, has_history=True),
        "\nconfidence after four to six forward sessions, one session in ten with backward movement",
        tables.calibration_table(table, has_history=True),
    ]
    return "\n".join(parts)


def _confirmed(seeds: Sequence[int], n_workers: int) -> str:
    scores = score_all(confirmed.score_athlete, seeds, n_workers=n_workers)
    return f"after confirmed bouts in two sessions\n{tables.confirmed_table(scores)}"


def _facing(seeds: Sequence[int], n_workers: int) -> str:
    table = score_all(facing.score_athlete, seeds, n_workers=n_workers)
    parts = []
    for knows_forward in (True, False):
        known = "two minutes are known to be forward" if knows_forward else "nothing is known to be forward"
        parts.append(
            f"compass and course, {known}: F1 by the spread of the arm's swing\n{tables.facing_table(table, knows_forward=knows_forward)}"
        )
    return "\n\n".join(parts)


def _declared(seeds: Sequence[int], n_workers: int) -> str:
    with ProcessPoolExecutor(n_workers) as workers:
        counts = list(workers.map(declared.count, seeds))
    total = {name: declared.Counted(*(sum(column) for column in zip(*(one[name] for one in counts), strict=True))) for name in counts[0]}
    return f"declared in words and marks: borders within 1 s\n{tables.declared_table(total)}"


def _corpus(seeds: Sequence[int], n_workers: int) -> str:  # noqa: ARG001 - one shape of all parts
    return corpus.report()


def _hearts(seeds: Sequence[int], n_workers: int) -> str:  # noqa: ARG001 - one shape of all parts
    return hearts.report()


PARTS: Final[dict[str, Callable[[Sequence[int], int], str]]] = {
    "gait": _gait,
    "confirmed": _confirmed,
    "facing": _facing,
    "declared": _declared,
    "corpus": _corpus,
    "hearts": _hearts,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=__doc__)
    parser.add_argument("--athletes", type=int, metavar="N", help="athletes, each with one session of every family (default 240)")
    parser.add_argument("--seed", type=int, metavar="S", help="development draws 0, 1, 2, ... (default: the held-out draws)")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default 2)")
    parser.add_argument("--quick", action="store_true", help="12 athletes, and no real recordings")
    parser.add_argument("--only", action="append", choices=[*PARTS], help="only this part; may be given again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
