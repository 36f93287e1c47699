"""What linking two recordings of one session can do: false merges, missed links, and what is left to the user.

    python -m benchmarks.identity [--pairs N] [--first SEED]

Every family of tests/support/pairs.py is drawn N times with new runners each, and each pair is judged in both orders. A false merge is
two sessions linked; a missed link is one session not linked, where anything in the two recordings could prove that it is one. The hard
families hold nothing that could: there the question put to the user is the right answer, and silence is a fault.

Exit status 1 where there is a false merge, more than 2 % of missed links, or a hard pair without a question.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from importer.identity.compare import Verdict, compare
from tests.support.pairs import FAMILIES, Family

#: thresholds were chosen on seeds below 1000; these are others
FIRST_SEED = 20_000
MOST_MISSED_SHARE = 0.02


class Row(NamedTuple):
    """What became of the pairs of a family; `ms` is the median time of one comparison."""

    family: Family
    n: int
    verdicts: Counter[Verdict]
    is_one: bool
    ms: float


def judge(family: Family, seeds: Sequence[int]) -> Row:
    """Judge every pair of a family, in both orders."""
    verdicts: Counter[Verdict] = Counter()
    times = []
    is_one = False
    for seed in seeds:
        a, b, is_one = family.make(seed)
        begun = time.perf_counter()
        found = compare(a, b).verdict
        times.append(time.perf_counter() - begun)
        if compare(b, a).verdict is not found:
            raise AssertionError(f"{family.name}, seed {seed}: the verdict depends on the order")
        verdicts[found] += 1
    return Row(family, len(seeds), verdicts, is_one, 1e3 * sorted(times)[len(times) // 2])


def table(rows: Sequence[Row]) -> str:
    """Print the rows as a table."""
    lines = ["| pairs | truth | n | linked | asked | two | ms |", "|---|---|---:|---:|---:|---:|---:|"]
    for row in rows:
        counts = " | ".join(str(row.verdicts[one]) for one in (Verdict.SAME, Verdict.CANDIDATE, Verdict.DIFFERENT))
        truth = ("one, nothing proves it" if row.family.is_hard else "one") if row.is_one else "two"
        lines.append(f"| {row.family.name} | {truth} | {row.n} | {counts} | {row.ms:.1f} |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument("--pairs", type=int, default=40, metavar="N", help="pairs of every family (default 40)")
    parser.add_argument("--first", type=int, default=FIRST_SEED, metavar="SEED", help=f"seed of the first pair (default {FIRST_SEED})")
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.pairs)
    rows = [judge(family, seeds) for family in FAMILIES]
    two = [row for row in rows if not row.is_one]
    one = [row for row in rows if row.is_one and not row.family.is_hard]
    hard = [row for row in rows if row.family.is_hard]
    n_false, n_two = sum(row.verdicts[Verdict.SAME] for row in two), sum(row.n for row in two)
    n_missed, n_one = sum(row.n - row.verdicts[Verdict.SAME] for row in one), sum(row.n for row in one)
    n_silent = sum(row.verdicts[Verdict.DIFFERENT] for row in hard)
    print(table(rows))
    print(f"\nfalse merges: {n_false} of {n_two}")
    print(f"missed links: {n_missed} of {n_one} ({n_missed / n_one:.1%})")
    print(f"hard pairs without a question: {n_silent} of {sum(row.n for row in hard)}")
    return int(n_false > 0 or n_missed > MOST_MISSED_SHARE * n_one or n_silent > 0)


if __name__ == "__main__":
    sys.exit(main())
