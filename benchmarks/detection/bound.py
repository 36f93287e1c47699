"""The bound: how well a decoder does that knows the generator, under the same policy.

It is told the borders of the blocks, the slopes, the distributions that runners, days and families are drawn from, and what earlier
sessions taught; it is not told which runner this is, nor what any block is. Given those, the posterior of every block is computed
exactly on a grid: forward and backward over the blocks of a session, kinds of movement following each other as in the families,
cadence wandering slowly (nine grid points), and an integral over the runner's level, walking level, backward ratio and pace of the day;
sessions of every kind (plain, intervals, stroller, drills, backward running, backward walking) are weighed against each other as often
as they are (`pools.SHARES`).

It is a bound for cadence, speed, slope and (from a minute on) heart rate, and borders cost it nothing. It falls short of the best
possible where it approximates: what is unknown of the slopes of a runner's lines counts as new for every piece, and walking speed as new
for every block. Contact time is left out, as the policy does until labels have shown that it counts.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from benchmarks.detection.blocks import FloatArray, Pieces, cut
from benchmarks.detection.bound_model import (
    BACKWARD_RUN,
    BACKWARD_WALK,
    CIRCUIT_SHARE,
    DRILL_MOVES,
    DRILL_SETS,
    FAST,
    FORWARD_RUN,
    FORWARD_WALK,
    PUSHING,
    PUSHING_RATIO,
    SLOW,
    SLOW_SD_SPM,
    SLOW_TAU_S,
    STOP,
    STOP_MPS,
    Habits,
    Knowledge,
    Lanes,
    Move,
    block_log,
    cadence_log,
)
from benchmarks.detection.chain import Filtered, filter_chain, smooth_chain
from benchmarks.detection.families import Where
from benchmarks.detection.pools import SHARES
from benchmarks.detection.sessions import Made
from importer.values.session import Basis, Direction, Gait, Segment, Standing
from tests.support import population as pop
from tests.support.runner import HEART_PER_MPS, HEART_TAU_S

#: policy of the program
SUGGEST_P, MIN_BOUT_S, MIN_SET_BOUT_S, SET_SIZE, ALIKE, BELT_STEP = 0.8, 15.0, 5.0, 3, 1.6, 0.05
#: grids in SDs: slow wander, level, backward ratio, walking level, speed of the day's bouts
_SLOW_GRID: Final = np.linspace(-2.4, 2.4, 9)
_LEVEL_GRID: Final = np.linspace(-2.0, 2.0, 5)
_WALK_GRID: Final = np.linspace(-2.4, 2.4, 5)
#: where walking is only the recovery
_WALK_GRID_ROUGH: Final = np.linspace(-1.8, 1.8, 3)
_RATIO_GRID: Final = np.linspace(-2.5, 2.5, 11)
_SHARE_GRID: Final = np.linspace(-2.4, 2.4, 9)
#: the same for a first look; a kind of session that falls this far behind in it, nats, is not looked at again
_COARSE: Final = (np.linspace(-1.0, 1.0, 3), np.zeros(1), np.linspace(-2.0, 2.0, 5), np.linspace(-1.8, 1.8, 5))
_HOPELESS_NATS: Final = 40.0
#: how well a warm-up says the level, spm
_LEVEL_SD_SPM: Final = 1.6
#: a kind of session less probable than this changes nothing
_NEGLIGIBLE: Final = 1e-6
#: backward movement begins after the warm-up of the families: out of doors and on a belt, s
_WARM_UP_S: Final = {False: 590.0, True: 420.0}


class Hypothesis(NamedTuple):
    """A kind of session: what follows what, and how common it is."""

    prior: float
    moves: tuple[Move, ...]
    #: (k, k) from one block to the next
    chance: FloatArray
    #: what the one unknown ratio of cadence is drawn from, mean and SD; None where bouts have nothing in common
    ratio: tuple[float, float] | None = None


def _table(moves: tuple[Move, ...], rest: dict[Move, float], bouts: tuple[Move, ...], share: float) -> FloatArray:
    """After a bout comes rest; after rest a bout with `share`, else another rest."""
    chance = np.zeros((len(moves), len(moves)))
    for i, before in enumerate(moves):
        for k, after in enumerate(moves):
            if after in bouts:
                chance[i, k] = 0.0 if before in bouts else share / max(len(bouts), 1)
            else:
                chance[i, k] = rest[after] * (1.0 if before in bouts else 1.0 - share)
    return chance


def _hypotheses(*, is_belt: bool) -> tuple[Hypothesis, ...]:
    rest = {FORWARD_RUN: 0.68, FORWARD_WALK: 0.28, STOP: 0.04}
    plain = (FORWARD_RUN, FORWARD_WALK, STOP)
    turns, fast = (*plain, FAST, SLOW), {FORWARD_RUN: 0.15, FORWARD_WALK: 0.04, STOP: 0.01, FAST: 0.8}
    run, walk, drill = (*plain, BACKWARD_RUN), (*plain, BACKWARD_WALK), (*plain, *DRILL_MOVES)
    if is_belt:
        usual = {FORWARD_RUN: 0.9, FORWARD_WALK: 0.09, STOP: 0.01}
        return (
            Hypothesis(_share("forward, belt"), plain, _table(plain, usual, (), 0.0)),
            Hypothesis(_share("belt, blocks of 2-4 min"), run, _table(run, usual, (BACKWARD_RUN,), 0.5), pop.RATIO_RUN),
        )
    ran = ("repetitions of 20-40 s", "sprints of 6-12 s", "blocks of 3-6 min", "uphill repeats")
    return (
        # three in ten sessions of intervals are run and walked in turns
        Hypothesis(
            _share("forward, road and hills") + 0.3 * _share("forward, intervals"),
            plain,
            _table(plain, {FORWARD_RUN: 0.75, FORWARD_WALK: 0.2, STOP: 0.05}, (), 0.0),
        ),
        Hypothesis(0.7 * _share("forward, intervals"), turns, _table(turns, fast, (SLOW,), 0.8), (1.0, 0.0)),
        Hypothesis(_share("forward, stroller"), (*plain, PUSHING), _table((*plain, PUSHING), rest, (PUSHING,), 0.8), PUSHING_RATIO),
        Hypothesis(_share("forward, drills") * CIRCUIT_SHARE, drill, _table(drill, rest, DRILL_MOVES, 0.8)),
        *(
            Hypothesis(
                _share("forward, drills") * (1 - CIRCUIT_SHARE) / len(DRILL_SETS),
                (*plain, move),
                _table((*plain, move), rest, (move,), 0.8),
                ratio,
            )
            for move, ratio in DRILL_SETS
        ),
        Hypothesis(_share(*ran), run, _table(run, rest, (BACKWARD_RUN,), 0.8), pop.RATIO_RUN),
        Hypothesis(_share("backward walks of 1-3 min"), walk, _table(walk, rest, (BACKWARD_WALK,), 0.6), pop.RATIO_WALK),
    )


def _share(*names: str) -> float:
    """How common sessions of these families are."""
    return sum(SHARES[name] for name in names)


def posterior(made: Made, known: Knowledge) -> tuple[Pieces, FloatArray]:
    """Probability of backward movement of every block: (k,)."""
    is_belt = made.family.where is not Where.OUTDOOR
    pieces = cut(made)
    hypotheses = _hypotheses(is_belt=is_belt)
    first = [_filter(pieces, one, _chain(pieces, one), known, is_belt=is_belt, is_coarse=True).evidence for one in hypotheses]
    hypotheses = tuple(one for one, evidence in zip(hypotheses, first, strict=True) if evidence > max(first) - _HOPELESS_NATS)
    chains = [_chain(pieces, one) for one in hypotheses]
    found = [_filter(pieces, one, chain, known, is_belt=is_belt) for one, chain in zip(hypotheses, chains, strict=True)]
    weights = np.array([math.log(one.prior) + each.evidence for one, each in zip(hypotheses, found, strict=True)])
    shares = np.exp(weights - weights.max())
    p_block = np.zeros(len(pieces.length_s))
    for hypothesis, chain, each, share in zip(hypotheses, chains, found, shares / shares.sum(), strict=True):
        is_back = np.array([move.is_backward for move in hypothesis.moves])
        if is_back.any() and share > _NEGLIGIBLE:
            p = smooth_chain(each, tables=chain.tables, kernels=chain.kernels)[:, is_back].sum(axis=1)
            # all pieces of a block are the same movement: any of them will do
            p_block += share * p[pieces.is_first]
    return pieces, np.clip(p_block, 0.0, 1.0)


def _lanes(pieces: Pieces, hypothesis: Hypothesis, known: Knowledge, *, is_coarse: bool) -> Lanes:
    """Lay a grid over what is unknown of the runner and the day."""
    early = (pieces.middle_s < 590) & (pieces.cadence_spm > 140) & (pieces.speed_mps > 1.7)
    seen = (pieces.cadence_spm - known.run_slope * (pieces.speed_mps - 2.85))[early]
    # the grid is put where the warm-up says the level is; what it weighs there is the prior
    centre = known.level_spm
    if len(seen):
        share = known.level_sd_spm**2 / (known.level_sd_spm**2 + _LEVEL_SD_SPM**2)
        centre += share * (float(np.mean(seen)) - known.level_spm)
    mean, spread = hypothesis.ratio or (1.0, 0.0)
    walks = bool(((pieces.cadence_spm < 140) & (pieces.speed_mps > STOP_MPS)).any())
    levels, walk_levels, ratios, shares = _COARSE if is_coarse else (_LEVEL_GRID, _WALK_GRID, _RATIO_GRID, _SHARE_GRID)
    nothing = np.zeros(1)
    if spread and not is_coarse and BACKWARD_WALK not in hypothesis.moves:
        walk_levels = _WALK_GRID_ROUGH
    axes = (levels, walk_levels if walks else nothing, ratios if spread else nothing, shares if hypothesis.ratio is not None else nothing)
    level_z, walk_z, ratio_z, share_z = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    level = centre + _LEVEL_SD_SPM * level_z
    prior_log = -0.5 * ((level - known.level_spm) / known.level_sd_spm) ** 2 - math.log(known.level_sd_spm)
    for z, axis in zip((walk_z, ratio_z, share_z), axes[1:], strict=True):
        prior_log = prior_log - 0.5 * z**2 - math.log(float(np.exp(-0.5 * axis**2).sum()))
    return Lanes(level, known.walk_spm + known.walk_sd_spm * walk_z, mean + spread * ratio_z, share_z, prior_log)


class _Chain(NamedTuple):
    """How pieces follow each other: inside a block the movement stays."""

    start: FloatArray
    tables: list[FloatArray]
    kernels: list[FloatArray]


def _chain(pieces: Pieces, hypothesis: Hypothesis) -> _Chain:
    n_moves = len(hypothesis.moves)
    first = np.array([0.0 if move.is_backward else 1.0 for move in hypothesis.moves])
    start = (first / first.sum())[:, None] * _gauss(_SLOW_GRID)[None, :]
    tables = [hypothesis.chance if is_first else np.eye(n_moves) for is_first in pieces.is_first]
    gaps_s = np.diff(pieces.middle_s, prepend=pieces.middle_s[0])
    return _Chain(start, tables, [_kernel(float(gap_s)) for gap_s in gaps_s])


def _filter(pieces: Pieces, hypothesis: Hypothesis, chain: _Chain, known: Knowledge, *, is_belt: bool, is_coarse: bool = False) -> Filtered:
    """Forward pass of a hypothesis over all lanes."""
    lanes = _lanes(pieces, hypothesis, known, is_coarse=is_coarse)
    slow = SLOW_SD_SPM * _SLOW_GRID
    habits = _habits(pieces)
    m = len(pieces.block)
    n_pieces = np.bincount(pieces.block)
    nats = np.empty((m, len(hypothesis.moves), len(lanes.level), len(slow)))
    for k, move in enumerate(hypothesis.moves):
        for i in range(m):
            j = int(pieces.block[i])
            once = block_log(pieces, j, move, lanes=lanes, habits=habits, known=known, is_belt=is_belt)
            if move.is_backward and pieces.span_s[j, 0] < _WARM_UP_S[is_belt]:
                once = -math.inf
            # shared out over the pieces of the block, so that no kind of movement gets far ahead before it counts
            nats[i, k] = np.reshape(once / n_pieces[j], (-1, 1))
            if move != STOP and np.isfinite(once).all():
                nats[i, k] += cadence_log(pieces, i, move, lanes=lanes, slow=slow, known=known)
    return filter_chain(nats, start=chain.start, tables=chain.tables, kernels=chain.kernels, prior_log=lanes.prior_log)


def _habits(pieces: Pieces) -> Habits:
    """Easy speed, m/s, and steady heart rate at 2.5 m/s, from the warm-up (the longer of the first two blocks)."""
    j = int(np.argmax(pieces.length_s[:2])) if pieces.block_speed_mps[0] > STOP_MPS else 1
    speed = float(pieces.block_speed_mps[j])
    left = math.exp(-float(pieces.length_s[j]) / HEART_TAU_S)
    steady = (float(pieces.heart_end_bpm[j]) - float(pieces.heart_start_bpm[j]) * left) / (1 - left)
    return Habits(max(speed / 0.96, 1.8), steady - HEART_PER_MPS * (speed - 2.5))


def _kernel(gap_s: float) -> FloatArray:
    """Slow wander over a gap on its grid: rows sum to 1."""
    keep = math.exp(-gap_s / SLOW_TAU_S)
    sd = max(math.sqrt(1 - keep * keep), 0.35)
    z = (_SLOW_GRID[None, :] - keep * _SLOW_GRID[:, None]) / sd
    weight = np.exp(-0.5 * z * z)
    return weight / weight.sum(axis=1, keepdims=True)


def _gauss(z: FloatArray) -> FloatArray:
    weight: FloatArray = np.exp(-0.5 * z * z)
    return weight / weight.sum()


def decide(made: Made, known: Knowledge) -> tuple[Segment, ...]:
    """Give the bound's tags under the program's policy."""
    pieces, p = posterior(made, known)
    chosen = [j for j in range(len(p)) if p[j] >= SUGGEST_P and _is_allowed(pieces, j, p, is_belt=made.family.where is not Where.OUTDOOR)]
    segments = []
    for j, (start_s, end_s) in enumerate(pieces.span_s.tolist()):
        direction = Direction.BACKWARD if j in chosen else Direction.FORWARD if p[j] <= 1 - SUGGEST_P else Direction.UNKNOWN
        is_unknown = direction is Direction.UNKNOWN
        confidence = None if is_unknown else float(p[j] if direction is Direction.BACKWARD else 1 - p[j])
        standing = Standing.SUGGESTED if direction is Direction.BACKWARD else Standing.ACCEPTED
        segments.append(Segment(start_s, end_s, direction, Basis.NONE if is_unknown else Basis.GAIT, standing, Gait.RUN, confidence))
    return tuple(segments)


def _is_allowed(pieces: Pieces, j: int, p: FloatArray, *, is_belt: bool) -> bool:
    """Policy: long enough or one of a set; on a belt a step of cadence against forward running at the same speed."""
    length = float(pieces.length_s[j])
    alike = sum(1 for k in np.flatnonzero(p >= SUGGEST_P) if max(length, pieces.length_s[k]) <= ALIKE * min(length, pieces.length_s[k]))
    if length < MIN_SET_BOUT_S or (length < MIN_BOUT_S and alike < SET_SIZE):
        return False
    if not is_belt:
        return True
    here = pieces.block == j
    same = (p[pieces.block] < 1 - SUGGEST_P) & (abs(pieces.speed_mps - pieces.block_speed_mps[j]) < 0.1)
    return bool(same.any() and pieces.cadence_spm[here].mean() / pieces.cadence_spm[same].mean() - 1 >= BELT_STEP)
