"""Half turns of an angle around an unknown, slowly drifting offset. Knows no running.

Conventions: the angle is ``offset + pi * state + swing``, state 0 or 1; all angles rad; NaN is missing and says nothing.
The swing is a first-order autoregressive process, so that neighbouring seconds are not counted twice, and an abrupt half turn
stands out from it. The offset stands on `N_BINS` bins, fixed within a block of `BLOCK_S` steps and drifting between blocks:
the state's chain runs inside all blocks at once, and Python loops run about ``BLOCK_S + n / BLOCK_S`` times.
State and offset are known only up to a common half turn, unless the caller keeps the offset to one side.
Source: Rabiner 1989 (forward and backward), over the product of state and offset.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect.angles import TURN_RAD
from importer.values.activity import FloatArray

#: bins of the offset, 15 deg each; even, so that half a turn is a whole number of them. Narrower ones find the same (measured)
N_BINS: Final = 24
#: steps within which the offset stands still. Source: it drifts 3.3 deg in 30 s, a quarter of a bin
BLOCK_S: Final = 30
#: blocks worked on together: four hours, some 20 MB
_CHUNK: Final = 480
#: steps between two rescalings
_RESCALE_EVERY: Final = 8
#: steps over which a swing is remembered
_MEMORY_S: Final = 10
BINS_RAD: Final = np.arange(N_BINS) * (TURN_RAD / N_BINS)

#: single precision, in which the weights of steps are held: this is where the time goes
Single = NDArray[np.float32]


class Swing(NamedTuple):
    """How an angle wanders around its middle: `sd_rad` of it, `correlation` from step to step, and how often it points anywhere."""

    sd_rad: float
    correlation: float
    anywhere_share: float


class Turns(NamedTuple):
    """`p` (n,) of state 1 at each step; `offset` (blocks, N_BINS) the probability of each offset in each block."""

    p: FloatArray
    offset: FloatArray


class Seen(NamedTuple):
    """An angle with what stood before it.

    angle_rad, before_rad : (n,) it and the last known one within `_MEMORY_S`; NaN = missing.
    memory : (n,) correlation with the one before, 0 without one.
    error_rad : (n,) standard deviation of its own error, independent from step to step.
    """

    angle_rad: FloatArray
    before_rad: FloatArray
    memory: FloatArray
    error_rad: FloatArray

    def rows(self, first: int, last: int) -> Seen:
        """Give some of its steps."""
        return Seen(*(column[first:last] for column in self))


def look(angle_rad: FloatArray, error_rad: FloatArray, swing: Swing) -> Seen:
    """Put an angle beside the one before it: (n,) each."""
    n = len(angle_rad)
    known = np.flatnonzero(~np.isnan(angle_rad))
    before, memory = np.full(n, np.nan), np.zeros(n)
    if len(known) > 1:
        gap = np.diff(known)
        is_near = gap <= _MEMORY_S
        before[known[1:][is_near]] = angle_rad[known[:-1][is_near]]
        memory[known[1:][is_near]] = swing.correlation ** gap[is_near]
    return Seen(angle_rad, before, memory, np.nan_to_num(error_rad))


class Chain:
    """What every step says of state and offset: the part of the work that no choice of a side changes.

    Parameters
    ----------
    leave : chance to leave state 0 and state 1 at a step.
    drift_rad : standard deviation of the offset's random walk in one step.
    """

    def __init__(self, seen: Seen, swing: Swing, *, leave: tuple[float, float], drift_rad: float) -> None:
        self._seen, self._swing, self._leave = seen, swing, leave
        self._drift = _drift(drift_rad * math.sqrt(BLOCK_S))
        n_blocks = -(-len(seen.angle_rad) // BLOCK_S)
        self._chunks = [(k, min(k + _CHUNK, n_blocks)) for k in range(0, n_blocks, _CHUNK)]
        # long recordings are worked through twice rather than held
        self._held: tuple[Single, Single] | None = None
        if len(self._chunks) == 1:
            self._held = self._steps(*self._chunks[0])
        self._maps = np.concatenate([_block_maps(*self._steps(a, b)) for a, b in self._chunks])

    def offsets(self, *, anchor: tuple[int, FloatArray]) -> FloatArray:
        """Probability of each offset in each block: (blocks, N_BINS). For `anchor` see `turns`."""
        return self._offsets(*_between_blocks(self._maps, self._drift, anchor))

    def _offsets(self, into: FloatArray, out_of: FloatArray) -> FloatArray:
        # the weight of an offset in a block: before it, through it, and after it
        offset = ((into[:, :, None] * self._maps).sum(axis=1) * out_of).sum(axis=1)
        scaled: FloatArray = offset / offset.sum(axis=1, keepdims=True)
        return scaled

    def turns(self, *, anchor: tuple[int, FloatArray]) -> Turns:
        """Compute the probability of state 1 at every step.

        Parameters
        ----------
        anchor : a block and the (N_BINS,) weights that its offset has beforehand: as the two halves of the circle mirror each other,
            one of them must be chosen.
        """
        into, out_of = _between_blocks(self._maps, self._drift, anchor)
        p = [_within_blocks(*self._steps(a, b), into=into[a:b], out_of=out_of[a:b]) for a, b in self._chunks]
        return Turns(np.concatenate(p)[: len(self._seen.angle_rad)], self._offsets(into, out_of))

    def _steps(self, first: int, last: int) -> tuple[Single, Single]:
        if self._held is not None:
            return self._held
        return _steps(self._seen.rows(first * BLOCK_S, last * BLOCK_S), self._swing, self._leave)


def log_ratio(seen: Seen, swing: Swing, offset: FloatArray) -> FloatArray:
    """Log-likelihood of state 1 against state 0 at each step on its own, given each block's offset: (n,), exactly 0 where missing.

    Parameters
    ----------
    offset : (blocks, N_BINS).
    """
    n = len(seen.angle_rad)
    ratio = np.zeros(n)
    for first in range(0, n, _CHUNK * BLOCK_S):
        last = min(first + _CHUNK * BLOCK_S, n)
        weight = np.repeat(offset[first // BLOCK_S : -(-last // BLOCK_S)], BLOCK_S, axis=0)[: last - first]
        part = seen.rows(first, last)._replace(memory=np.zeros(last - first))
        same = _density(_away(part.angle_rad), _spread(part, swing), swing, np.isnan(part.angle_rad))
        ratio[first:last] = np.log((weight * _half_turn(same)).sum(axis=1)) - np.log((weight * same).sum(axis=1))
    return np.where(np.isnan(seen.angle_rad), 0.0, ratio)


def _densities(seen: Seen, swing: Swing) -> tuple[Single, Single]:
    """Density of each step around each middle, after the same state and after the other one: (n, N_BINS) twice, 1 where missing."""
    away, sd = _away(seen.angle_rad), _spread(seen, swing)
    before, memory = _away(np.nan_to_num(seen.before_rad)), seen.memory.astype(np.float32)[:, None]
    turned = before - np.copysign(np.float32(np.pi), before)
    is_missing = np.isnan(seen.angle_rad)
    same, other = (_density(_wrap_single(away - memory * then), sd, swing, is_missing) for then in (before, turned))
    return same, other


def _away(angle_rad: FloatArray) -> Single:
    """Angles against every middle: (n, N_BINS)."""
    return _wrap_single(angle_rad.astype(np.float32)[:, None] - BINS_RAD.astype(np.float32))


def _wrap_single(angle_rad: Single) -> Single:
    """Do as `angles.wrap` does, in single precision."""
    wrapped: Single = angle_rad - np.float32(TURN_RAD) * np.rint(angle_rad * np.float32(1 / TURN_RAD))
    return wrapped


def _spread(seen: Seen, swing: Swing) -> Single:
    """Standard deviation of each step around what the one before lets expect, its own error counted in: (n, 1)."""
    sd = np.sqrt(swing.sd_rad**2 * (1 - seen.memory**2) + seen.error_rad**2 * (1 + seen.memory**2))
    return sd.astype(np.float32)[:, None]


def _density(x: Single, sd: Single, swing: Swing, is_missing: NDArray[np.bool_]) -> Single:
    """Density of a normal distribution wound round the circle, mixed with anywhere; for x within half a turn, sd below 1.5 rad."""
    scale = np.float32(-0.5) / (sd * sd)
    density: Single = np.exp(scale * (x * x)) + np.exp(scale * (np.float32(TURN_RAD) - np.abs(x)) ** 2)
    density *= np.float32((1 - swing.anywhere_share) / math.sqrt(TURN_RAD)) / sd
    density += np.float32(swing.anywhere_share / TURN_RAD)
    density[is_missing] = 1.0
    return density


def _half_turn(by_bin: Single) -> Single:
    """Look at every bin from the other side: (..., N_BINS)."""
    return np.roll(by_bin, -N_BINS // 2, axis=-1)


def _steps(seen: Seen, swing: Swing, leave: tuple[float, float]) -> tuple[Single, Single]:
    """Weights of staying in each state and of entering it, by block and step: (BLOCK_S, blocks, 2, N_BINS) twice."""
    same, other = _densities(seen, swing)
    n = len(same)
    shape = (-(-n // BLOCK_S) * BLOCK_S, 2, N_BINS)
    stay, enter = np.ones(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)  # behind the end nothing changes
    stay[:n, 0], stay[:n, 1] = same * np.float32(1 - leave[0]), _half_turn(same) * np.float32(1 - leave[1])
    enter[:n, 0], enter[:n, 1] = other * np.float32(leave[1]), _half_turn(other) * np.float32(leave[0])
    by_block = (-1, BLOCK_S, 2, N_BINS)
    return stay.reshape(by_block).swapaxes(0, 1), enter.reshape(by_block).swapaxes(0, 1)


def _block_maps(stay: Single, enter: Single) -> Single:
    """Carry the state before each block to the state at its end: (blocks, 2 before, 2 after, N_BINS)."""
    n_blocks = stay.shape[1]
    maps = np.zeros((n_blocks, 2, 2, N_BINS), dtype=np.float32)
    maps[:, 0, 0] = maps[:, 1, 1] = 1.0
    for i in range(BLOCK_S):
        maps = maps * stay[i][:, None] + maps[:, :, ::-1] * enter[i][:, None]
        if i % _RESCALE_EVERY == 0:
            maps /= maps.max(axis=(1, 2, 3), keepdims=True)
    return maps


def _drift(sd_rad: float) -> FloatArray:
    """Chance of every change of the offset from one block to the next: (N_BINS, N_BINS), each row sums to 1."""
    # a chain of jumps to the neighbouring bins has the variance of the walk, however coarse the bins are
    width = TURN_RAD / N_BINS
    jump = min(0.5 * (sd_rad / width) ** 2, 0.25)
    kernel: FloatArray = (1 - 2 * jump) * np.eye(N_BINS) + jump * (np.roll(np.eye(N_BINS), 1, axis=1) + np.roll(np.eye(N_BINS), -1, axis=1))
    return kernel


def _between_blocks(maps: Single, drift: FloatArray, anchor: tuple[int, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Weights of state and offset before and after every block, given all other blocks: (blocks, 2, N_BINS) twice."""
    n_blocks = len(maps)
    at, weights = anchor
    into, out_of = np.ones((n_blocks, 2, N_BINS)), np.ones((n_blocks, 2, N_BINS))
    for k in range(n_blocks):
        if k > 0:
            into[k] = (into[k - 1][:, None] * maps[k - 1]).sum(axis=0) @ drift
        if k == at:
            into[k] = into[k] * weights
        into[k] /= into[k].sum()
    for k in range(n_blocks - 2, -1, -1):
        through = (maps[k + 1] * out_of[k + 1][None]).sum(axis=1)
        if k + 1 == at:
            through = through * weights
        out_of[k] = through @ drift.T
        out_of[k] /= out_of[k].sum()
    return into, out_of


def _within_blocks(stay: Single, enter: Single, *, into: FloatArray, out_of: FloatArray) -> FloatArray:
    """Probability of state 1 at every step of some blocks: (blocks * BLOCK_S,)."""
    n_blocks = stay.shape[1]
    forward = np.empty_like(stay)
    now = into.astype(np.float32)
    for i in range(BLOCK_S):
        now = now * stay[i] + now[:, ::-1] * enter[i]
        now = now / now.max(axis=(1, 2), keepdims=True)
        forward[i] = now
    p = np.empty((BLOCK_S, n_blocks))
    after = out_of.astype(np.float32)
    for i in range(BLOCK_S - 1, -1, -1):
        by_state = (forward[i] * after).sum(axis=-1)
        p[i] = by_state[:, 1] / by_state.sum(axis=1)
        after = after * stay[i] + (after * enter[i])[:, ::-1]
        after = after / after.max(axis=(1, 2), keepdims=True)
    return p.T.reshape(-1)
