"""A synthetic runner: a plan of blocks in, per-second truth and channels out.

Conventions: row i stands for ``[i, i + 1)`` seconds since the start; channels are (n,) float64 in the unit of their name;
cadence is steps per minute; grade is in the direction of travel.
The same seed gives the same recording on every platform: noise is made from raw PCG64 integers by exact arithmetic,
and the writers quantise what remains.
Nothing here imports the program's readers or detectors: the generator must not know who judges it.

Source: the generative model of docs/detection.md; an [A] there is an assumption here too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.values.session import Direction, Gait
from tests.support.noise import Noise

FloatArray = NDArray[np.float64]

#: forward running cadence at 0 m/s and its slope, spm and spm per m/s (N = 256 runners)
RUN_SPM: Final = (150.0, 6.01)
#: the same for walking [A]
WALK_SPM: Final = (71.0, 34.0)
#: speeds around which the lines of different runners turn, running and walking, m/s [A]
PIVOT_MPS: Final = (2.85, 1.4)
#: cadence gain for one percent of slope, uphill and downhill
SLOPE_GAIN: Final = (0.0057, 0.0023)
#: heart rate: time constant (s), gain per m/s, extra beats for backward running and walking, for one percent uphill, drift per hour
HEART_TAU_S: Final = 57.0
HEART_PER_MPS: Final = 24.2
HEART_BACKWARD_BPM: Final = {Gait.RUN: 20.0, Gait.WALK: 19.0}
HEART_PER_PERCENT: Final = 2.6
HEART_DRIFT_BPM_PER_S: Final = 8.0 / 3600.0
#: metres of one degree of latitude, sphere of WGS 84's mean radius
METRES_PER_DEGREE: Final = 111_194.93


class Drill(NamedTuple):
    """What makes a forward block another movement than running or walking: a skip, a side shuffle, high knees, a stroller pushed.

    Ratios are against plain forward movement at the same speed; `heart_bpm` is added to the steady heart rate.
    """

    cadence_ratio: float = 1.0
    heart_bpm: float = 0.0
    stance_ratio: float = 1.0


#: plain running or walking
PLAIN: Final = Drill()


class Block(NamedTuple):
    """One stretch of the plan.

    `along` is +1 away from the start and -1 back towards it; a paused block stops the timer and is not recorded.
    """

    duration_s: int
    speed_mps: float
    direction: Direction = Direction.FORWARD
    gait: Gait | None = Gait.RUN
    grade_ratio: float = 0.0
    along: int = 1
    is_paused: bool = False
    drill: Drill = PLAIN


class Runner(NamedTuple):
    """What differs between runners and days."""

    #: personal cadence offset, spm; SD 8 between runners
    offset_spm: float = 0.0
    #: backward over forward cadence at the same speed, running (SD 0.035) and walking (SD 0.05)
    ratio_run: float = 1.10
    ratio_walk: float = 1.10
    #: offset of the day, spm; SD 3.3
    day_spm: float = 0.0
    #: steady heart rate at 2.5 m/s forward; SD 12
    heart_rate_bpm: float = 142.0
    #: spm per m/s around `PIVOT_MPS`, running and walking
    run_slope: float = RUN_SPM[1]
    walk_slope: float = WALK_SPM[1]
    #: the walking line above or below the population's beside what `offset_spm` does to it, spm
    walk_spm: float = 0.0
    #: cadence gain for one percent of slope, uphill and downhill
    slope_gain: tuple[float, float] = SLOPE_GAIN
    #: cadence noise: SD of its slow and its white part, spm
    slow_spm: float = 2.0
    white_spm: float = 2.0
    heart_tau_s: float = HEART_TAU_S
    heart_per_mps: float = HEART_PER_MPS
    #: extra beats of backward running as a share of the population's
    heart_backward_ratio: float = 1.0

    def forward_spm(self, gait: Gait, speed_mps: float) -> float:
        """Cadence of plain forward movement on the level, without the day's offset, spm."""
        if gait is Gait.RUN:
            return (RUN_SPM[0] - (self.run_slope - RUN_SPM[1]) * PIVOT_MPS[0]) + self.run_slope * speed_mps + self.offset_spm
        level = WALK_SPM[0] - (self.walk_slope - WALK_SPM[1]) * PIVOT_MPS[1] + self.walk_spm
        return level + self.walk_slope * speed_mps + self.offset_spm * 0.6


class Interval(NamedTuple):
    """One row of the truth, ``[start_s, end_s)``."""

    start_s: int
    end_s: int
    direction: Direction
    gait: Gait | None


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What a perfect device would write, second by second."""

    plan: tuple[Block, ...]
    #: (n,) of bool: the timer runs
    is_recorded: NDArray[np.bool_]
    speed_mps: FloatArray
    cadence_spm: FloatArray
    heart_rate_bpm: FloatArray
    distance_m: FloatArray
    altitude_m: FloatArray
    grade_ratio: FloatArray
    latitude_deg: FloatArray
    longitude_deg: FloatArray

    def __len__(self) -> int:
        return len(self.speed_mps)

    @property
    def seconds(self) -> list[int]:
        """Seconds at which the device writes a sample."""
        return [int(i) for i in np.flatnonzero(self.is_recorded)]

    @property
    def borders(self) -> list[int]:
        """Seconds at which a block starts, and the end: (len(plan) + 1,)."""
        return [0, *(int(at) for at in np.cumsum([block.duration_s for block in self.plan]))]

    def truth(self, *, end_s: int | None = None) -> list[Interval]:
        """Give the plan as intervals, equal neighbours merged, cut at `end_s`."""
        end_s = len(self) if end_s is None else end_s
        rows: list[Interval] = []
        for start, stop, block in zip(self.borders[:-1], self.borders[1:], self.plan, strict=True):
            stop = min(stop, end_s)
            if stop <= start:
                break
            if rows and rows[-1][2:] == (block.direction, block.gait):
                rows[-1] = rows[-1]._replace(end_s=stop)
            else:
                rows.append(Interval(start, stop, block.direction, block.gait))
        return rows


def draw_runner(seed: int) -> Runner:
    """Draw a runner and a day from the population of docs/detection.md."""
    a, run, walk, day, heart = (float(x) for x in Noise(seed).normal(5))
    return Runner(8.0 * a, 1.10 + 0.035 * run, 1.10 + 0.05 * walk, 3.3 * day, 142.0 + 12.0 * heart)


def record(
    plan: Sequence[Block],
    *,
    seed: int,
    runner: Runner | None = None,
    on_belt: bool = False,
    start_deg: tuple[float, float] = (49.4875, 8.4660),
    altitude_m: float = 112.0,
    loop_m: float = 2600.0,
) -> Recording:
    """Run the plan.

    Parameters
    ----------
    plan : blocks in order.
    seed : of the noise; without a `runner` of the runner too.
    runner : who runs.
    on_belt : the speed is a belt's: exact ramps, no noise, no position.
    start_deg : latitude and longitude of the start.
    loop_m : length of the circle that is run; a hill is an arc of it.
    """
    runner = draw_runner(seed) if runner is None else runner
    noise = Noise(seed)
    blocks = [block for block in plan for _ in range(block.duration_s)]
    n = len(blocks)
    speed = _speed(blocks, noise=noise, on_belt=on_belt)
    cadence = _cadence(blocks, speed, runner=runner, noise=noise)
    heart = _heart_rate(blocks, speed, runner=runner, noise=noise)
    is_recorded = np.array([not block.is_paused for block in blocks], dtype=np.bool_)
    grade = np.array([block.grade_ratio for block in blocks])
    along_m = np.cumsum(speed * np.array([float(block.along) for block in blocks]))
    climbed_m = np.cumsum(speed * grade)
    if on_belt:
        latitude = longitude = np.full(n, np.nan)
    else:
        latitude, longitude = _positions(along_m, start_deg=start_deg, loop_m=loop_m, noise=noise)
        climbed_m = climbed_m + noise.slow(n, sd=0.3, tau_s=60.0)
    return Recording(
        plan=tuple(plan),
        is_recorded=is_recorded,
        speed_mps=speed,
        cadence_spm=cadence,
        heart_rate_bpm=heart,
        distance_m=np.cumsum(speed),
        altitude_m=altitude_m + climbed_m,
        grade_ratio=grade,
        latitude_deg=latitude,
        longitude_deg=longitude,
    )


def modelled_speed(recording: Recording, *, runner: Runner) -> FloatArray:
    """Give the speed a watch on a treadmill would invent from cadence, calibrated forward, m/s (n,).

    It moves with cadence alone, so that backward stretches come out too fast and no contrast is left to find.
    """
    running = (recording.cadence_spm - RUN_SPM[0] - runner.offset_spm - runner.day_spm) / (RUN_SPM[1] * 3.0) + 1.6
    walking = (recording.cadence_spm - WALK_SPM[0] - 0.6 * runner.offset_spm) / WALK_SPM[1]
    speed = np.where(recording.cadence_spm >= 138.0, running, walking)
    return np.where(recording.cadence_spm > 0.0, np.clip(speed, 0.3, 6.0), 0.0)


def _speed(blocks: Sequence[Block], *, noise: Noise, on_belt: bool) -> FloatArray:
    """True speed: a belt ramps at 0.25 m/s², a runner approaches the pace within seconds and wavers."""
    n = len(blocks)
    waver = noise.slow(n, sd=0.07, tau_s=12.0)
    out = np.empty(n)
    value = 0.0
    for i, block in enumerate(blocks):
        if on_belt:
            value += min(0.25, max(-0.25, block.speed_mps - value))
            out[i] = value
        else:
            value += (block.speed_mps - value) * 0.45
            if block.speed_mps == 0.0 and value < 0.2:
                value = 0.0
            out[i] = 0.0 if value == 0.0 else max(0.05, value + float(waver[i]) * min(1.0, value))
    return out


def _cadence(blocks: Sequence[Block], speed: FloatArray, *, runner: Runner, noise: Noise) -> FloatArray:
    n = len(blocks)
    slow, white = noise.slow(n, sd=runner.slow_spm, tau_s=120.0), noise.normal(n)
    out = np.empty(n)
    value: float | None = None
    for i, block in enumerate(blocks):
        if block.gait is None or speed[i] < 0.2:
            out[i], value = 0.0, None
            continue
        ratio = block.drill.cadence_ratio
        if block.direction is Direction.BACKWARD:
            ratio = runner.ratio_run if block.gait is Gait.RUN else runner.ratio_walk
        target = ratio * runner.forward_spm(block.gait, float(speed[i]))
        percent = 100.0 * block.grade_ratio
        target *= 1.0 + (runner.slope_gain[0] * percent if percent >= 0.0 else -runner.slope_gain[1] * percent)
        value = target if value is None else value + (target - value) * 0.5
        out[i] = value + runner.day_spm + float(slow[i]) + runner.white_spm * float(white[i])
    return out


def _heart_rate(blocks: Sequence[Block], speed: FloatArray, *, runner: Runner, noise: Noise) -> FloatArray:
    wobble = noise.slow(len(blocks), sd=1.5, tau_s=15.0)
    out = np.empty(len(blocks))
    value = 88.0
    for i, block in enumerate(blocks):
        steady = runner.heart_rate_bpm + runner.heart_per_mps * (float(speed[i]) - 2.5) + HEART_DRIFT_BPM_PER_S * i
        steady += HEART_PER_PERCENT * max(0.0, 100.0 * block.grade_ratio) + block.drill.heart_bpm
        if block.direction is Direction.BACKWARD and block.gait is not None:
            steady += HEART_BACKWARD_BPM[block.gait] * runner.heart_backward_ratio
        value += (min(195.0, steady) - value) / runner.heart_tau_s
        out[i] = value + float(wobble[i])
    return out


def _positions(along_m: FloatArray, *, start_deg: tuple[float, float], loop_m: float, noise: Noise) -> tuple[FloatArray, FloatArray]:
    """Place the run on a circle through the start, with the slow error of a receiver (1 m, a minute)."""
    n = len(along_m)
    radius = loop_m / (2.0 * math.pi)
    east = np.array([radius * math.sin(s / radius) for s in along_m]) + noise.slow(n, sd=1.0, tau_s=60.0)
    north = np.array([radius * (1.0 - math.cos(s / radius)) for s in along_m]) + noise.slow(n, sd=1.0, tau_s=60.0)
    latitude = start_deg[0] + north / METRES_PER_DEGREE
    longitude = start_deg[1] + east / (METRES_PER_DEGREE * math.cos(math.radians(start_deg[0])))
    return latitude, longitude
