"""Hidden Markov smoothing of a sequence. Knows no running.

Conventions: n steps, k states; all inputs are logarithms; ``-inf`` is allowed in the transitions, not in every state of a step.
Source: Rabiner 1989, computed over blocks: the steps inside all blocks are taken together, so that Python loops run
about ``2 * sqrt(n)`` times instead of n.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Posterior(NamedTuple):
    """Result of `smooth`: `p` (n, k) sums to 1 in each row; `log_likelihood` of the whole sequence in nats."""

    p: FloatArray
    log_likelihood: float


def smooth(log_emission: FloatArray, log_transition: FloatArray, log_initial: FloatArray) -> Posterior:
    """Compute the probability of every state at every step given the whole sequence.

    Parameters
    ----------
    log_emission : (n, k) log-likelihood of each step's observation under each state, up to a constant per step.
    log_transition : (k, k), row = from.
    log_initial : (k,).
    """
    n, k = log_emission.shape
    if n == 0:
        return Posterior(np.zeros((0, k)), 0.0)
    peak = log_emission.max(axis=1)
    emission = np.exp(log_emission - peak[:, None])
    transition = np.exp(log_transition)
    alpha, log_scale = _filter(emission, transition, np.exp(log_initial))
    # the same recursion backwards: beta[t] ~ T (e[t+1] * beta[t+1]), hence the filter of the reversed sequence under T transposed
    gamma, _ = _filter(emission[::-1], transition.T, np.ones(k))
    beta = gamma[::-1] / np.maximum(emission, np.finfo(np.float64).tiny)
    p = alpha * beta
    p /= p.sum(axis=1, keepdims=True)
    return Posterior(p, float(log_scale + peak.sum()))


def _filter(emission: FloatArray, transition: FloatArray, initial: FloatArray) -> tuple[FloatArray, float]:
    """Normalised forward probabilities (n, k) and the log of the product of the normalisers."""
    n, k = emission.shape
    length = max(1, math.isqrt(n))
    n_blocks = -(-n // length)
    padded = np.ones((n_blocks * length, k))
    padded[:n] = emission
    steps = padded.reshape(n_blocks, length, k)
    # 1. every block's own map from the state before it to the state at its end, all blocks at once
    maps = np.broadcast_to(np.eye(k), (n_blocks, k, k)).copy()
    for i in range(length):
        maps = (maps @ transition) * steps[:, i, None, :]
        maps /= maps.max(axis=(1, 2), keepdims=True)
    # 2. the state at the start of every block, one block after the other
    entry = np.empty((n_blocks, k))
    first = initial * emission[0]
    entry[0] = first / first.sum()
    state = entry[0]
    for b in range(n_blocks - 1):
        if b == 0:
            state = _walk(state, transition, steps[0, 1:])
        else:
            state = state @ maps[b]
            state = state / state.sum()
        entry[b + 1] = state
    # 3. every step inside every block, all blocks at once
    out = np.empty_like(steps)
    log_scale = math.log(first.sum())
    scale = np.ones((n_blocks, length))
    now = entry.copy()
    for i in range(length):
        nxt = (now @ transition) * steps[:, i]
        if i == 0:
            nxt[0] = entry[0]
        total = nxt.sum(axis=1)
        scale[:, i] = total
        now = nxt / total[:, None]
        out[:, i] = now
    log_scale += float(np.log(scale.reshape(-1)[:n]).sum())
    return out.reshape(-1, k)[:n], log_scale


def _walk(state: FloatArray, transition: FloatArray, emission: FloatArray) -> FloatArray:
    """Filter one block step by step and give the last state: (k,)."""
    for row in emission:
        state = (state @ transition) * row
        state = state / state.sum()
    return state
