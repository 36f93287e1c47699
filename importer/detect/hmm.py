"""Hidden Markov smoothing of a sequence. Knows no running.

Conventions: n steps, k states; all inputs are logarithms; ``-inf`` is allowed in the transitions, not in every state of a step.
Source: Rabiner 1989, computed over blocks: the steps inside all blocks are taken together, so that Python loops run
about ``2 * sqrt(n)`` times instead of n.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: steps between two rescalings: numbers stay far from underflow as long as no step divides by more than 1e30
_RESCALE_EVERY: Final = 8
#: the least likely a step is taken to be, nats below its likeliest state
_FLOOR_NATS: Final = -60.0


def smooth(log_emission: FloatArray, log_transition: FloatArray, log_initial: FloatArray) -> FloatArray:
    """Compute the probability of every state at every step given the whole sequence.

    Parameters
    ----------
    log_emission : (n, k) log-likelihood of each step's observation under each state, up to a constant per step.
    log_transition : (k, k), row = from.
    log_initial : (k,).

    Returns
    -------
    (n, k), each row sums to 1.
    """
    n, k = log_emission.shape
    if n == 0:
        return np.zeros((0, k))
    emission = np.exp(np.maximum(log_emission - log_emission.max(axis=1, keepdims=True), _FLOOR_NATS))
    transition = np.exp(log_transition)
    alpha = _filter(emission, transition, np.exp(log_initial))
    # the same recursion backwards: beta[t] ~ T (e[t+1] * beta[t+1]), hence the filter of the reversed sequence under T transposed
    beta = _filter(emission[::-1], transition.T, np.ones(k))[::-1] / emission
    p: FloatArray = alpha * beta
    p /= p.sum(axis=1, keepdims=True)
    return p


def _filter(emission: FloatArray, transition: FloatArray, initial: FloatArray) -> FloatArray:
    """Probability of each state at each step given the steps up to it: (n, k), each row sums to 1."""
    n, k = emission.shape
    length = max(1, math.isqrt(n))
    n_blocks = -(-n // length)
    steps = np.ones((length, n_blocks, k))
    whole = n // length
    steps[:, :whole] = emission[: whole * length].reshape(whole, length, k).swapaxes(0, 1)
    steps[: n - whole * length, whole:] = emission[whole * length :, None]
    # 1. every block's own map from the state before it to the state at its end, all blocks at once
    maps = np.broadcast_to(np.eye(k), (n_blocks, k, k))
    for i in range(length):
        maps = (maps @ transition) * steps[i, :, None, :]
        if i % _RESCALE_EVERY == 0:
            maps /= maps.max(axis=(1, 2), keepdims=True)
    # 2. the state before every block, one block after the other
    before = np.empty((n_blocks, k))
    first = initial * emission[0]
    before[0] = first / first.sum()
    for b in range(n_blocks - 1):
        state = _walk(before[0], transition, steps[1:, 0]) if b == 0 else before[b] @ maps[b]
        before[b + 1] = state / state.sum()
    # 3. every step inside every block, all blocks at once
    out = np.empty_like(steps)
    now = before
    for i in range(length):
        now = (now @ transition) * steps[i]
        if i == 0:
            now[0] = before[0]  # the very first step has no step before it
        if i % _RESCALE_EVERY == 0:
            now /= now.max(axis=1, keepdims=True)
        out[i] = now
    rows = out.swapaxes(0, 1).reshape(-1, k)[:n]
    rows /= rows.sum(axis=1, keepdims=True)
    return rows


def _walk(state: FloatArray, transition: FloatArray, emission: FloatArray) -> FloatArray:
    """Filter one block step by step and give the last state: (k,)."""
    for i, row in enumerate(emission):
        state = (state @ transition) * row
        if i % _RESCALE_EVERY == 0:
            state = state / state.max()
    return state
