"""What a decoder that knows the generator thinks of one piece: its likelihood under every kind of movement.

Conventions: the numbers are the generator's own distributions (families, tests/support/population): what is drawn for the athlete
is not known, what it is drawn from is. Likelihoods are logarithms. A hypothesis is a kind of session; lanes are grid points of what
is unknown about the runner: level of cadence, level of walking, backward ratio.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from benchmarks.detection.blocks import FloatArray, Pieces
from benchmarks.detection.families import DRILLS
from tests.support import population as pop
from tests.support.runner import HEART_DRIFT_BPM_PER_S, HEART_PER_MPS, HEART_PER_PERCENT, HEART_TAU_S, RUN_SPM, SLOPE_GAIN, WALK_SPM

#: white cadence noise with its resolution, spm
WHITE_SD_SPM: Final = math.hypot(2.0, 2.0 / math.sqrt(12.0))
#: slow cadence noise: SD and time constant
SLOW_SD_SPM: Final = 2.0
SLOW_TAU_S: Final = 120.0
#: what a grid of 1.2 spm (slow wander) and 1.6 spm (level) leaves open, spm
GRID_SD_SPM: Final = 0.5
#: no piece is less likely than this: numbers stay above underflow
LEAST_NATS: Final = -60.0
#: between runners: cadence gain with slope, relative for a grade of 1
GRADE_GAIN_SD: Final = 0.15
#: heart rate counts in blocks at least this long, s. Policy
HEART_FROM_S: Final = 60.0
HEART_NOISE_BPM: Final = 1.5
REFERENCE_SPM: Final = RUN_SPM[0] + RUN_SPM[1] * 2.85
#: backward runs up to this length are sprints, s; speeds of sprints and of uphill runs as a share of easy running, with the SD of sessions
SPRINT_S: Final = 13.0
SPRINT_SHARE: Final = (0.88, 0.13)
UPHILL_SHARE: Final = (0.60, 0.085)
#: how well easy speed is known from the warm-up, relative
EASY_SD: Final = 0.04
#: level ground, m/m
FLAT_RATIO: Final = 0.01
#: a block slower than this is a stop, m/s
STOP_MPS: Final = 0.3


class Move(NamedTuple):
    """A kind of movement, and how it differs from plain running (or walking) at the same speed."""

    name: str
    #: cadence against the plain line, and its SD from piece to piece; NaN is one unknown number for all of the session
    ratio: float = 1.0
    ratio_sd: float = 0.0
    heart_bpm: float = 0.0
    #: speed as a share of easy running (walking: of the runner's walking), with the SD from block to block
    speed: float = 1.0
    speed_sd: float = 0.22
    #: SD of that share from session to session
    session_sd: float = 0.0
    #: shortest and longest block of it, s
    shortest_s: float = 0.0
    longest_s: float = math.inf
    is_walk: bool = False
    is_backward: bool = False
    #: never done on a slope
    is_flat: bool = False


FORWARD_RUN: Final = Move("forward run")
FORWARD_WALK: Final = Move("forward walk", speed_sd=0.09, is_walk=True)
STOP: Final = Move("stop")
PUSHING: Final = Move("pushing", math.nan, heart_bpm=6.0, speed=0.90, speed_sd=0.06, shortest_s=200.0, is_flat=True)
#: what the unknown number of pushing is drawn from
PUSHING_RATIO: Final = (1.03, 0.012)
BACKWARD_RUN: Final = Move("backward run", math.nan, heart_bpm=20.0, speed=0.70, speed_sd=0.035, session_sd=0.095, is_backward=True)
BACKWARD_WALK: Final = Move(
    "backward walk", math.nan, heart_bpm=19.0, speed=0.72, speed_sd=0.04, session_sd=0.08, is_walk=True, is_backward=True
)
#: the two halves of forward intervals: recoveries are alike in a session
FAST: Final = Move("fast", speed=1.35, speed_sd=0.1, is_flat=True)
SLOW: Final = Move("slow", speed=0.775, speed_sd=0.045, session_sd=0.08, is_flat=True)
#: several exercises in turns: each block is a new draw
DRILL_MOVES: Final = tuple(
    Move(
        name,
        *kind.cadence_ratio,
        heart_bpm=kind.heart_bpm,
        speed=kind.speed_share,
        speed_sd=kind.speed_share * math.hypot(0.05, EASY_SD),
        longest_s=60.0,
        is_flat=True,
    )
    for name, kind in DRILLS.items()
)
#: one exercise again and again: its ratio is one unknown number of the session, with a little scatter
DRILL_SETS: Final = tuple(
    (
        move._replace(ratio=math.nan, ratio_sd=0.015, speed_sd=0.05 * move.speed, session_sd=EASY_SD * move.speed),
        DRILLS[move.name].cadence_ratio,
    )
    for move in DRILL_MOVES
)
#: share of drill sessions that are a circuit of several exercises
CIRCUIT_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the runner before the session: means and SDs of levels, and what is not known of the slopes of the lines."""

    level_spm: float = REFERENCE_SPM
    level_sd_spm: float = math.hypot(pop.LEVEL_SD_SPM, pop.DAY_SD_SPM)
    walk_spm: float = 0.0
    walk_sd_spm: float = math.hypot(pop.WALK_LEVEL_SD_SPM, 0.4 * pop.DAY_SD_SPM)
    walk_mps: float = pop.WALK_MPS[0]
    walk_mps_sd: float = pop.WALK_MPS[1]
    run_slope: float = RUN_SPM[1]
    run_slope_sd: float = pop.RUN_SLOPE_SD
    walk_slope_sd: float = pop.WALK_SLOPE_SD


class Habits(NamedTuple):
    """What the warm-up of a session shows: easy speed, and steady heart rate at 2.5 m/s."""

    forward_mps: float
    heart_at_2_5: float


class Lanes(NamedTuple):
    """Grid points of what is unknown of the runner and the day, (lanes,) each, with their log prior weight."""

    level: FloatArray
    walk: FloatArray
    ratio: FloatArray
    #: speed of this day's bouts against what is usual, in SDs of sessions
    share_z: FloatArray
    prior_log: FloatArray


def normal_log(x: FloatArray | float, mean: FloatArray | float, sd: FloatArray | float) -> FloatArray:
    """Logarithm of the normal density."""
    z = (np.asarray(x) - mean) / sd
    out: FloatArray = -0.5 * z * z - np.log(sd) - 0.5 * math.log(2 * math.pi)
    return out


def grade_factor(grade_ratio: float) -> float:
    """Cadence on a slope over cadence on the level."""
    percent = 100.0 * grade_ratio
    return 1.0 + (SLOPE_GAIN[0] * percent if percent >= 0 else -SLOPE_GAIN[1] * percent)


def cadence_log(pieces: Pieces, i: int, move: Move, *, lanes: Lanes, slow: FloatArray, known: Knowledge) -> FloatArray:
    """Log-likelihood of a piece's cadence: (lanes, slow)."""
    v, grade = float(pieces.speed_mps[i]), float(pieces.grade_ratio[i])
    if move.is_walk:
        line = WALK_SPM[0] + WALK_SPM[1] * v + 0.6 * (lanes.level - REFERENCE_SPM) + lanes.walk
        line_sd = known.walk_slope_sd * abs(v - 1.4)
    else:
        line = lanes.level + known.run_slope * (v - 2.85)
        line_sd = known.run_slope_sd * abs(v - 2.85)
    line = line * grade_factor(grade)
    mean = line * (lanes.ratio if math.isnan(move.ratio) else move.ratio)
    sd = np.sqrt(
        WHITE_SD_SPM**2 / pieces.n_s[i]
        + GRID_SD_SPM**2
        + line_sd**2
        + (move.ratio_sd * line) ** 2
        + (GRADE_GAIN_SD * abs(grade) * line) ** 2
    )
    nats = normal_log(float(pieces.cadence_spm[i]), mean[:, None] + slow[None, :], sd[:, None])
    return np.maximum(nats, LEAST_NATS)


def block_log(pieces: Pieces, j: int, move: Move, *, lanes: Lanes, habits: Habits, known: Knowledge, is_belt: bool) -> FloatArray | float:
    """Log-likelihood of what a block has once: its speed, its length, its heart rate: (lanes,), or one number for all."""
    speed, length_s = float(pieces.block_speed_mps[j]), float(pieces.length_s[j])
    grade = float(pieces.grade_ratio[pieces.block == j][0])
    if move.is_flat and abs(grade) > FLAT_RATIO:
        return -math.inf
    if (speed < STOP_MPS) != (move == STOP) or not move.shortest_s <= length_s <= move.longest_s:
        return -math.inf
    if move == STOP:
        return 0.0
    heart = _heart_log(pieces, j, move, speed=speed, heart_at_2_5=habits.heart_at_2_5, grade=grade) if length_s >= HEART_FROM_S else 0.0
    if is_belt and not move.is_walk:  # run both ways at the same speeds
        return heart + float(normal_log(speed, 0.8 * habits.forward_mps, 0.4))
    if is_belt:  # the console's own walking speeds
        return heart + float(normal_log(speed, 1.35, 0.1))
    if move.is_walk:
        mean = known.walk_mps * (move.speed + move.session_sd * lanes.share_z)
        return heart + normal_log(speed, mean, math.hypot(known.walk_mps * move.speed_sd, known.walk_mps_sd))
    usual, session_sd = move.speed, move.session_sd
    if move == BACKWARD_RUN and length_s <= SPRINT_S:
        usual, session_sd = SPRINT_SHARE
    elif move == BACKWARD_RUN and abs(grade) > FLAT_RATIO:
        usual, session_sd = UPHILL_SHARE
    # the density of a speed and not of a share, so that running and walking can be compared
    share = speed / habits.forward_mps
    return heart + normal_log(share, usual + session_sd * lanes.share_z, move.speed_sd) - math.log(habits.forward_mps)


def _heart_log(pieces: Pieces, j: int, move: Move, *, speed: float, heart_at_2_5: float, grade: float) -> float:
    """Log-likelihood of the heart rate at a block's end given that at its start: it follows with one time constant."""
    length_s, at_s = float(pieces.length_s[j]), float(pieces.span_s[j, 0])
    start, end = float(pieces.heart_start_bpm[j]), float(pieces.heart_end_bpm[j])
    steady = heart_at_2_5 + HEART_PER_MPS * (speed - 2.5) + HEART_PER_PERCENT * max(0.0, 100 * grade) + HEART_DRIFT_BPM_PER_S * at_s
    steady = min(195.0, steady + move.heart_bpm)
    left = math.exp(-length_s / HEART_TAU_S)
    mean = steady + (start - steady) * left
    sd_steady = math.hypot(2.0, 3.0 * (speed - 2.5), 0.25 * move.heart_bpm if move.is_backward else 0.0)
    sd_tau = abs(start - steady) * left * length_s / HEART_TAU_S**2 * 8.0
    sd = math.hypot(sd_steady * (1 - left), sd_tau, HEART_NOISE_BPM, HEART_NOISE_BPM * left)
    return float(normal_log(end, mean, sd))
