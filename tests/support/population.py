"""Athletes: who runs, on which days, with which device. Every number that a person could differ in is drawn anew.

Conventions: units stand in the names; a seed gives one athlete and its days for ever.
Spreads without a source are assumptions, marked [A]; docs/detection.md lists the sources of the others.
Nothing here imports the program's detectors.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from tests.support.device import Device, draw_device
from tests.support.runner import HEART_PER_MPS, HEART_TAU_S, RUN_SPM, SLOPE_GAIN, WALK_SPM, Runner

#: between runners: level of cadence, spm [de Ruiter]; backward over forward cadence (mean, SD) running and walking [A]
LEVEL_SD_SPM: Final = 8.0
RATIO_RUN: Final = (1.10, 0.035)
RATIO_WALK: Final = (1.10, 0.05)
#: between runners: slopes of the two lines, spm per m/s, and level of the walking line, spm [A]
RUN_SLOPE_SD: Final = 1.5
WALK_SLOPE_SD: Final = 3.0
WALK_LEVEL_SD_SPM: Final = 3.0
#: between days, spm [Craib]
DAY_SD_SPM: Final = 3.3
#: forward speed of easy running, m/s, and backward speed as a share of it, with limits [A; Sterzing for the mean]
FORWARD_MPS: Final = (2.85, 0.35)
BACKWARD_SHARE: Final = (0.68, 0.08)
BACKWARD_SHARE_LIMITS: Final = (0.5, 0.9)
#: forward walking speed, and backward walking speed as a share of it, m/s [A; KU-HAR and Laufer for the order]
WALK_MPS: Final = (1.4, 0.12)
WALK_BACKWARD_SHARE: Final = (0.72, 0.08)


class Athlete(NamedTuple):
    """A person with habits and a watch; `runner` has no day yet."""

    seed: int
    runner: Runner
    forward_mps: float
    #: speed of an unhurried backward run
    backward_mps: float
    walk_mps: float
    walk_backward_mps: float
    device: Device
    #: presses the lap button at every turn
    presses_lap: bool


def draw_athlete(seed: int) -> Athlete:
    """Draw an athlete."""
    rng = np.random.default_rng([seed, 1])
    runner = Runner(
        offset_spm=float(rng.normal(0.0, LEVEL_SD_SPM)),
        ratio_run=float(rng.normal(*RATIO_RUN)),
        ratio_walk=float(rng.normal(*RATIO_WALK)),
        heart_rate_bpm=float(np.clip(rng.normal(142.0, 12.0), 115.0, 168.0)),
        run_slope=float(rng.normal(RUN_SPM[1], RUN_SLOPE_SD)),
        walk_slope=float(rng.normal(WALK_SPM[1], WALK_SLOPE_SD)),
        walk_spm=float(rng.normal(0.0, WALK_LEVEL_SD_SPM)),
        slope_gain=(float(max(0.0, rng.normal(SLOPE_GAIN[0], 0.0015))), float(max(0.0, rng.normal(SLOPE_GAIN[1], 0.001)))),
        slow_spm=float(rng.uniform(1.5, 2.5)),
        white_spm=float(rng.uniform(1.5, 2.5)),
        heart_tau_s=float(rng.normal(HEART_TAU_S, 8.0)),
        heart_per_mps=float(rng.normal(HEART_PER_MPS, 3.0)),
        heart_backward_ratio=float(np.clip(rng.normal(1.0, 0.25), 0.3, 1.7)),
    )
    forward_mps = float(np.clip(rng.normal(*FORWARD_MPS), 2.0, 4.0))
    share = float(np.clip(rng.normal(*BACKWARD_SHARE), *BACKWARD_SHARE_LIMITS))
    walk_mps = float(np.clip(rng.normal(*WALK_MPS), 1.0, 1.8))
    return Athlete(
        seed=seed,
        runner=runner,
        forward_mps=forward_mps,
        backward_mps=max(1.3, share * forward_mps),
        walk_mps=walk_mps,
        walk_backward_mps=walk_mps * float(np.clip(rng.normal(*WALK_BACKWARD_SHARE), 0.5, 0.95)),
        device=draw_device(rng),
        presses_lap=bool(rng.random() < 0.3),
    )


def on_a_day(athlete: Athlete, *, rng: np.random.Generator) -> Runner:
    """Give the athlete's runner on another day."""
    return athlete.runner._replace(day_spm=float(rng.normal(0.0, DAY_SD_SPM)))
