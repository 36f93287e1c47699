"""What earlier sessions teach a decoder that knows the generator: the posterior of a runner's lines.

Conventions: the history is forward; levels are spm at the reference speed. What is not learnt here stays as the population has it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from benchmarks.detection.blocks import FloatArray, cut
from benchmarks.detection.bound_model import SLOW_SD_SPM, Knowledge
from benchmarks.detection.families import Where
from benchmarks.detection.sessions import Made
from tests.support import population as pop
from tests.support.runner import RUN_SPM, WALK_SPM

#: what four to six sessions leave open of the slope of walking, spm per m/s
_LEARNT_WALK_SLOPE_SD: Final = 2.0


def learn_exactly(history: Sequence[Made]) -> Knowledge:
    """Say what forward sessions teach: levels by their means, with the day's shift left open; and the pace of walking."""
    known = Knowledge()
    levels: list[float] = []
    walks: list[float] = []
    paces: list[float] = []
    slopes: list[tuple[float, float]] = []
    for made in history:
        pieces = cut(made)
        is_long = pieces.n_s > 20
        runs = (pieces.cadence_spm > 140) & (pieces.speed_mps > 1.7) & is_long & (abs(pieces.grade_ratio) < 0.01)
        if not runs.any():
            continue
        levels.append(float((pieces.cadence_spm - RUN_SPM[1] * (pieces.speed_mps - 2.85))[runs].mean()))
        slopes.append(_slope(pieces.speed_mps[runs], pieces.cadence_spm[runs]))
        on_foot = (pieces.cadence_spm > 80) & (pieces.cadence_spm < 132) & (pieces.speed_mps > 0.8) & is_long
        if on_foot.any():
            line = WALK_SPM[0] + WALK_SPM[1] * pieces.speed_mps + 0.6 * (levels[-1] - known.level_spm)
            walks.append(float((pieces.cadence_spm - line)[on_foot].mean()))
            paces += pieces.speed_mps[on_foot].tolist() if made.family.where is Where.OUTDOOR else []
    if levels:
        mean, sd = _update(known.level_spm, pop.LEVEL_SD_SPM, levels, math.hypot(pop.DAY_SD_SPM, 1.0))
        precision = pop.RUN_SLOPE_SD**-2 + sum(weight for _, weight in slopes)
        slope = (RUN_SPM[1] * pop.RUN_SLOPE_SD**-2 + sum(slope * weight for slope, weight in slopes)) / precision
        level_sd = math.hypot(sd, pop.DAY_SD_SPM)
        known = replace(known, level_spm=mean, level_sd_spm=level_sd, run_slope=slope, run_slope_sd=precision**-0.5)
    if walks:
        mean, sd = _update(known.walk_spm, known.walk_sd_spm, walks, 2.5)
        known = replace(known, walk_spm=mean, walk_sd_spm=math.hypot(sd, 0.4 * pop.DAY_SD_SPM), walk_slope_sd=_LEARNT_WALK_SLOPE_SD)
    if paces:
        mean, sd = _update(*pop.WALK_MPS, paces, 0.1)
        known = replace(known, walk_mps=mean, walk_mps_sd=sd)
    return known


def _slope(speed_mps: FloatArray, cadence_spm: FloatArray) -> tuple[float, float]:
    """Slope of cadence over speed in a session, and its weight (inverse variance): the slow wander is what disturbs it."""
    x = speed_mps - speed_mps.mean()
    spread = float(x @ x)
    return float(x @ cadence_spm) / max(spread, 1e-9), spread / (2.0 * SLOW_SD_SPM**2)


def _update(mean: float, sd: float, seen: Sequence[float], noise_sd: float) -> tuple[float, float]:
    """Posterior mean and SD of a normal mean."""
    precision = sd**-2 + len(seen) * noise_sd**-2
    return (mean * sd**-2 + sum(seen) * noise_sd**-2) / precision, precision**-0.5
