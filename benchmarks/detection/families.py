"""Families of sessions: how warm-ups, bouts, recoveries and drills are put together.

Conventions: a plan is drawn anew for every athlete and seed: lengths, speeds, recoveries and grades are habits of that day, and the
bouts of a set are alike. Lengths are seconds, speeds m/s. What has no source is an assumption (docs/detection.md).
Nothing here knows the detector.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from importer.values.session import Direction, Gait
from tests.support.population import Athlete
from tests.support.runner import Block, Drill

BACK: Final = Direction.BACKWARD
STILL: Final = Direction.STILL
Plan = list[Block]
Planner = Callable[[Athlete, np.random.Generator], Plan]

#: fastest sprint backward, m/s (the record over 100 m is 7.35 m/s; runners of this population are no sprinters) [A]
FASTEST_BACKWARD_MPS: Final = 4.4


class Where(StrEnum):
    """What records the session."""

    OUTDOOR = "outdoor"
    BELT = "belt"
    WATCH_ON_BELT = "watch on a belt"


class Kind(NamedTuple):
    """One exercise: its speed as a share of easy running, its cadence against plain running (mean, SD), its cost and contact time."""

    speed_share: float
    cadence_ratio: tuple[float, float]
    heart_bpm: float
    stance_ratio: float


#: together they have the mean and spread of the drill component of docs/detection.md, 1.05 +- 0.12 [A]; side shuffle costs
#: what backward running costs [Williford]
DRILLS: Final = {
    "side shuffle": Kind(0.70, (1.10, 0.06), 20.0, 0.90),
    "high knees": Kind(0.45, (1.20, 0.08), 15.0, 0.85),
    "skips": Kind(0.75, (0.88, 0.07), 20.0, 0.95),
    "butt kicks": Kind(0.60, (1.08, 0.05), 12.0, 0.90),
    "strides": Kind(1.55, (1.01, 0.02), 5.0, 0.95),
}


def road(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """Easy, steady and brisk stretches over hills, with a stop and now and then a walk."""
    grades = (0.0, 0.0, 0.0, 0.03, -0.03, 0.06, -0.06)
    plan = [Block(int(rng.integers(200, 500)), athlete.forward_mps * _between(rng, 0.9, 1.0))]
    for _ in range(int(rng.integers(6, 12))):
        speed = athlete.forward_mps * _between(rng, 0.78, 1.2)
        plan.append(Block(int(rng.integers(60, 400)), speed, grade_ratio=float(rng.choice(grades))))
        if rng.random() < 0.15:
            plan.append(Block(int(rng.integers(10, 60)), 0.0, STILL, None))
        if rng.random() < 0.12:
            plan.append(Block(int(rng.integers(30, 120)), athlete.walk_mps * _between(rng, 0.8, 1.1), gait=Gait.WALK))
    return plan


def intervals(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """Fast repetitions with slow recoveries, or running and walking in turns."""
    plan = _warm_up(athlete, rng)
    if rng.random() < 0.3:
        run_s, walk_s = int(rng.integers(60, 300)), int(rng.integers(30, 120))
        for _ in range(int(rng.integers(5, 9))):
            plan += [Block(run_s, _near(rng, athlete.forward_mps, 0.04)), Block(walk_s, _near(rng, athlete.walk_mps, 0.05), gait=Gait.WALK)]
        return plan
    length_s, rest_s = int(rng.integers(20, 200)), int(rng.integers(45, 120))
    fast, slow = _between(rng, 1.2, 1.5), _between(rng, 0.65, 0.9)
    for _ in range(int(rng.integers(5, 11))):
        plan += [Block(length_s, _near(rng, athlete.forward_mps * fast, 0.03)), Block(rest_s, _near(rng, athlete.forward_mps * slow, 0.04))]
    return [*plan, *_cool_down(athlete, rng)]


def stroller(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """A run of which parts are pushed behind a stroller: shorter steps at a slightly lower speed [Brown]."""
    plan = _warm_up(athlete, rng)
    pushed = Drill(cadence_ratio=float(rng.normal(1.03, 0.012)), heart_bpm=6.0, stance_ratio=0.99)
    for _ in range(int(rng.integers(1, 4))):
        speed = athlete.forward_mps * _between(rng, 0.85, 1.0)
        plan += [Block(int(rng.integers(240, 700)), speed * 0.97, drill=pushed), Block(int(rng.integers(120, 300)), speed)]
    return plan


def drills(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """A school of running: a circuit of exercises, or one exercise again and again, with easy ways back."""
    plan = _warm_up(athlete, rng)
    names = list(DRILLS)
    is_circuit = rng.random() < 0.6
    chosen = [str(name) for name in rng.permutation(names)[: int(rng.integers(3, 6))]] if is_circuit else [str(rng.choice(names))]
    own = {name: float(rng.normal(*DRILLS[name].cadence_ratio)) for name in chosen}
    length_s, rest_s = int(rng.integers(10, 41)), int(rng.integers(20, 61))
    walks_back = rng.random() < 0.6
    for name in [name for name in chosen for _ in range(int(rng.integers(2, 4) if is_circuit else rng.integers(5, 11)))]:
        kind = DRILLS[name]
        drill = Drill(own[name] + float(rng.normal(0.0, 0.015)), kind.heart_bpm, kind.stance_ratio)
        speed = max(1.1, _near(rng, athlete.forward_mps * kind.speed_share, 0.05))
        plan.append(Block(max(8, length_s + int(rng.integers(-3, 4))), speed, drill=drill))
        plan.append(_recovery(athlete, rng, rest_s, walks=walks_back))
    return [*plan, *_cool_down(athlete, rng)]


def repetitions(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """Backward repetitions of 20 to 40 s with forward recoveries."""
    return _set(athlete, rng, n=(4, 11), length_s=(20, 41), rest_s=(45, 121), pace=(0.95, 1.15))


def sprints(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """Backward sprints of 6 to 12 s with long recoveries."""
    return _set(athlete, rng, n=(6, 13), length_s=(6, 13), rest_s=(30, 76), pace=(1.15, 1.45), jitter_s=1)


def blocks(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """Continuous backward blocks of 3 to 6 min."""
    return _set(athlete, rng, n=(1, 5), length_s=(180, 361), rest_s=(120, 301), pace=(0.92, 1.05), jitter_s=10)


def walks(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """Backward walks of 1 to 3 min within a run, walking forward between them."""
    plan = _warm_up(athlete, rng)
    length_s, rest_s = int(rng.integers(60, 181)), int(rng.integers(60, 181))
    for _ in range(int(rng.integers(2, 5))):
        plan.append(Block(length_s + int(rng.integers(-8, 9)), _near(rng, athlete.walk_backward_mps, 0.05), BACK, Gait.WALK))
        plan.append(Block(rest_s, _near(rng, athlete.walk_mps, 0.05), gait=Gait.WALK))
    return [*plan, *_cool_down(athlete, rng)]


def uphill(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """Backward up a hill of 4 to 10 percent, forward down again."""
    plan = _warm_up(athlete, rng)
    grade, up_s = _between(rng, 0.04, 0.10), int(rng.integers(30, 91))
    up_mps = max(1.2, athlete.backward_mps * _between(rng, 0.8, 0.95))
    walks_down = rng.random() < 0.4
    down_mps = athlete.walk_mps if walks_down else athlete.forward_mps * _between(rng, 0.8, 1.0)
    down_s = max(10, round(up_s * up_mps / down_mps))
    for _ in range(int(rng.integers(4, 9))):
        plan.append(Block(up_s + int(rng.integers(-2, 3)), _near(rng, up_mps, 0.03), BACK, grade_ratio=grade))
        gait = Gait.WALK if walks_down else Gait.RUN
        plan.append(Block(down_s, _near(rng, down_mps, 0.03), gait=gait, grade_ratio=-grade, along=-1))
    return [*plan, *_cool_down(athlete, rng)]


def belt(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """A treadmill at speeds run both ways: backward blocks of 2 to 4 min at the speed of the forward minutes around them."""
    plan = [Block(60, 1.4, gait=Gait.WALK), Block(int(rng.integers(300, 500)), _belt_step(athlete.forward_mps * 0.85))]
    speeds = [_belt_step(athlete.backward_mps * _between(rng, 0.9, 1.05)) for _ in range(2)]
    plan += [Block(int(rng.integers(90, 240)), speed) for speed in speeds]
    length_s, rest_s = int(rng.integers(100, 240)), int(rng.integers(60, 180))
    for i in range(int(rng.integers(2, 5))):
        speed = speeds[i % 2]
        plan += [Block(length_s, speed, BACK), Block(rest_s, speed)]
    return [*plan, Block(60, 1.3, gait=Gait.WALK)]


def belt_forward(athlete: Athlete, rng: np.random.Generator) -> Plan:
    """A treadmill, forward throughout, at changing speeds."""
    n = int(rng.integers(5, 10))
    runs = [Block(int(rng.integers(90, 400)), _belt_step(athlete.forward_mps * _between(rng, 0.65, 1.25))) for _ in range(n)]
    return [Block(60, 1.4, gait=Gait.WALK), *runs]


class Family(NamedTuple):
    """Sessions of one kind."""

    name: str
    plan: Planner
    where: Where = Where.OUTDOOR


#: nothing is backward in these
FORWARD: Final = (
    Family("forward, road and hills", road),
    Family("forward, intervals", intervals),
    Family("forward, stroller", stroller),
    Family("forward, belt", belt_forward, Where.BELT),
    Family("forward, drills", drills),
)
#: undeclared backward movement, for gait to find
BACKWARD: Final = (
    Family("repetitions of 20-40 s", repetitions),
    Family("sprints of 6-12 s", sprints),
    Family("blocks of 3-6 min", blocks),
    Family("backward walks of 1-3 min", walks),
    Family("uphill repeats", uphill),
    Family("belt, blocks of 2-4 min", belt, Where.BELT),
)
#: the watch computes its speed from cadence: there is nothing to find
WATCH_SPEED: Final = (Family("belt, speed of a watch", belt, Where.WATCH_ON_BELT),)


def _set(
    athlete: Athlete,
    rng: np.random.Generator,
    *,
    n: tuple[int, int],
    length_s: tuple[int, int],
    rest_s: tuple[int, int],
    pace: tuple[float, float],
    jitter_s: int = 3,
) -> Plan:
    """Bouts of like length and speed with like recoveries; every range is ``[from, to)``."""
    plan = _warm_up(athlete, rng)
    length, rest = int(rng.integers(*length_s)), int(rng.integers(*rest_s))
    speed = min(FASTEST_BACKWARD_MPS, athlete.backward_mps * _between(rng, *pace))
    walks = rng.random() < 0.3
    for _ in range(int(rng.integers(*n))):
        bout_s = int(np.clip(length + rng.integers(-jitter_s, jitter_s + 1), length_s[0], length_s[1] - 1))
        plan.append(Block(bout_s, _near(rng, speed, 0.03), BACK))
        plan.append(_recovery(athlete, rng, rest, walks=walks))
    return [*plan, *_cool_down(athlete, rng)]


def _warm_up(athlete: Athlete, rng: np.random.Generator) -> Plan:
    plan = [Block(60, athlete.walk_mps, gait=Gait.WALK)] if rng.random() < 0.3 else []
    return [*plan, Block(int(rng.integers(600, 1000)), _near(rng, athlete.forward_mps * 0.97, 0.04))]


def _cool_down(athlete: Athlete, rng: np.random.Generator) -> Plan:
    return [Block(int(rng.integers(120, 400)), _near(rng, athlete.forward_mps * 0.92, 0.04))]


def _recovery(athlete: Athlete, rng: np.random.Generator, length_s: int, *, walks: bool) -> Block:
    length_s = max(10, length_s + int(rng.integers(-5, 6)))
    if walks:
        return Block(length_s, _near(rng, athlete.walk_mps, 0.05), gait=Gait.WALK)
    return Block(length_s, _near(rng, athlete.forward_mps * 0.87, 0.05))


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _near(rng: np.random.Generator, value: float, relative_sd: float) -> float:
    return value * float(np.clip(rng.normal(1.0, relative_sd), 1.0 - 3 * relative_sd, 1.0 + 3 * relative_sd))


def _belt_step(speed_mps: float) -> float:
    """The nearest speed a console offers: steps of 0.1 km/h."""
    return round(speed_mps * 36.0) / 36.0
