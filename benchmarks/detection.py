"""Print the tables of docs/detection.md: ``python -m benchmarks.detection [N_RUNNERS]``.

The generative runner of tests/support draws a new person for every seed, so that nothing can be tuned to one of them. Scores are of
whole seconds, accepted and suggested together. The real recordings of the corpus are all taken as forward: none of their texts says
anything else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from importer.detect.tagging import tag
from importer.errors import ReadError
from importer.readers.containers import unpack
from importer.readers.registry import read_activities
from importer.values.session import Direction, Gait, Standing
from tests.support.activities import run, seconds_of, true_seconds
from tests.support.runner import Block, record

ROOT = Path(__file__).resolve().parent.parent
BACK = Direction.BACKWARD
Plan = list[Block]


def _belt(rng: np.random.Generator) -> Plan:
    plan = [Block(60, 1.4, gait=Gait.WALK), Block(300, 2.2), Block(400, 2.5)]
    for i in range(3):
        speed = (2.2, 2.5)[i % 2]
        plan += [Block(int(rng.integers(100, 200)), speed, BACK), Block(120, speed)]
    return plan


def _bouts(
    n: int, shortest_s: int, longest_s: int, speed_mps: float, rest_s: int, rest_mps: float = 2.5
) -> Callable[[np.random.Generator], Plan]:
    def plan(rng: np.random.Generator) -> Plan:
        out = [Block(720, 2.8)]
        for _ in range(n):
            out += [Block(int(rng.integers(shortest_s, longest_s + 1)), speed_mps, BACK), Block(rest_s, rest_mps)]
        return [*out, Block(200, 2.7)]

    return plan


def _walks(rng: np.random.Generator) -> Plan:
    plan = [Block(720, 2.8)]
    for _ in range(3):
        plan += [Block(int(rng.integers(60, 180)), 1.1, BACK, Gait.WALK), Block(120, 1.5, gait=Gait.WALK)]
    return [*plan, Block(300, 2.7)]


def _uphill(rng: np.random.Generator) -> Plan:  # noqa: ARG001 - one shape of all plans
    plan = [Block(720, 2.7)]
    for _ in range(5):
        plan += [Block(60, 1.8, BACK, grade_ratio=0.06), Block(50, 2.5, grade_ratio=-0.06, along=-1)]
    return [*plan, Block(120, 2.6)]


def _road(rng: np.random.Generator) -> Plan:
    grades = (0.0, 0.0, 0.03, -0.03, 0.06, -0.06)
    blocks = [Block(int(rng.integers(60, 400)), float(rng.uniform(2.2, 3.4)), grade_ratio=float(rng.choice(grades))) for _ in range(12)]
    return [Block(300, 2.7), Block(30, 0.0, Direction.STILL, None), *blocks]


def _intervals(rng: np.random.Generator) -> Plan:
    plan = [Block(700, 2.6)]
    for _ in range(8):
        plan += [Block(int(rng.integers(60, 200)), float(rng.uniform(3.6, 4.4))), Block(90, float(rng.uniform(1.8, 2.4)))]
    return plan


FAMILIES: dict[str, tuple[Callable[[np.random.Generator], Plan], bool]] = {
    "belt, blocks of 2-3 min": (_belt, True),
    "repetitions of 20-40 s": (_bouts(6, 20, 40, 2.0, 75), False),
    "sprints of 6-12 s": (_bouts(8, 6, 12, 2.4, 45), False),
    "blocks of 3-6 min": (_bouts(2, 180, 360, 2.0, 300, 2.7), False),
    "one block of 2-5 min": (_bouts(1, 120, 300, 2.0, 400, 2.7), False),
    "backward walks of 1-3 min": (_walks, False),
    "uphill repeats": (_uphill, False),
    "forward, road and hills": (_road, False),
    "forward, intervals": (_intervals, False),
}


def main() -> None:
    """Measure and print."""
    n_runners = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    print(f"{n_runners} runners a family, first session of each, no word about direction\n")
    print(f"{'family':<28}{'precision':>10}{'recall':>8}{'F1':>6}{'false s/h':>11}{'of the missed, unknown':>24}")
    for name, (plan, is_belt) in FAMILIES.items():
        print(f"{name:<28}" + _score(plan, is_belt=is_belt, n_runners=n_runners))
    corpus = Path(os.environ.get("RETRO_CORPUS") or ROOT.parent / "shared" / "corpus")
    if (corpus / "MANIFEST.csv").is_file():
        print("\n" + _real(corpus))


def _score(plan: Callable[[np.random.Generator], Plan], *, is_belt: bool, n_runners: int) -> str:
    hit = false = missed = unknown = 0
    hours = 0.0
    for seed in range(n_runners):
        blocks = plan(np.random.default_rng(seed))
        recording = record(blocks, seed=1000 + seed, on_belt=is_belt)
        session = tag(run(blocks, seed=1000 + seed, is_belt=is_belt))
        truth, found = true_seconds(recording, BACK), seconds_of(session, BACK)
        hit, false, missed = hit + len(truth & found), false + len(found - truth), missed + len(truth - found)
        unknown += len((truth - found) & seconds_of(session, Direction.UNKNOWN))
        hours += len(recording) / 3600
    if not hit + missed:
        return f"{'-':>10}{'-':>8}{'-':>6}{false / hours:>11.1f}{'-':>24}"
    precision, recall = hit / max(hit + false, 1), hit / (hit + missed)
    f1 = 2 * hit / (2 * hit + false + missed)
    return f"{precision:>10.2f}{recall:>8.2f}{f1:>6.2f}{false / hours:>11.1f}{unknown / max(missed, 1):>24.0%}"


def _real(corpus: Path) -> str:
    """Count what is claimed of real recordings."""
    accepted = suggested = forward = unknown = elapsed = 0.0
    n = 0
    for path in sorted(corpus.rglob("*")):
        if path.suffix.casefold() not in (".fit", ".gpx", ".tcx"):
            continue
        for member in unpack(path.read_bytes()):
            if isinstance(member, ReadError):
                continue
            try:
                activities = read_activities(member.data)
            except ReadError:
                continue
            for activity in activities:
                session = tag(activity)
                n += 1
                elapsed += activity.elapsed_s
                accepted += len(seconds_of(session, BACK, standing=Standing.ACCEPTED))
                suggested += len(seconds_of(session, BACK, standing=Standing.SUGGESTED))
                forward += len(seconds_of(session, Direction.FORWARD))
                unknown += len(seconds_of(session, Direction.UNKNOWN))
    told = (forward + suggested) / 3600
    return (
        f"corpus: {n} sessions, {elapsed / 3600:.0f} h; {told:.1f} h told, {unknown / 3600:.0f} h unknown; "
        f"accepted backward {accepted:.0f} s, suggested {suggested:.0f} s: {suggested / told:.1f} s an hour told"
    )


if __name__ == "__main__":
    main()
