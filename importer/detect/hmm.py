"""Hidden Markov smoothing of a sequence. Knows no running.

Conventions: n steps, k states; all inputs are logarithms; ``-inf`` is allowed in the transitions, not in every state of a step.
Source: Rabiner 1989, computed over blocks: the steps inside all blocks are taken together, so that Python loops run
about ``2 * sqrt(n)`` times instead of n.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: steps between two rescalings: numbers stay far from underflow as long as no step divides by more than 1e30
_RESCALE_EVERY: Final = 8
#: the least likely a step is taken to be, nats below its likeliest state
_FLOOR_NATS: Final = -60.0


def smooth(
    log_emission: FloatArray,
    log_transition: FloatArray,
    log_initial: FloatArray,
    *,
    special: tuple[NDArray[np.bool_], FloatArray] | None = None,
) -> FloatArray:
    """Compute the probability of every state at every step given the whole sequence.

    Parameters
    ----------
    log_emission : (n, k) log-likelihood of each step's observation under each state, up to a constant per step.
    log_transition : (k, k), row = from.
    log_initial : (k,).
    special : steps (n,) that are entered by another transition (k, k), given with them.

    Returns
    -------
    (n, k), each row sums to 1.
    """
    n, k = log_emission.shape
    if n == 0:
        return np.zeros((0, k))
    emission = np.exp(np.maximum(log_emission - log_emission.max(axis=1, keepdims=True), _FLOOR_NATS))
    transition = np.exp(log_transition)
    is_special = np.zeros(n, dtype=bool) if special is None else special[0]
    other = transition if special is None else np.exp(special[1])
    alpha = _filter(emission, transition, np.exp(log_initial), is_special=is_special, other=other)
    # the same recursion backwards: beta[t] ~ T (e[t+1] * beta[t+1]), hence the filter of the reversed sequence under T transposed;
    # the step from t to t + 1 is special where t + 1 is
    reverse = np.concatenate(([False], is_special[:0:-1]))
    beta = _filter(emission[::-1], transition.T, np.ones(k), is_special=reverse, other=other.T)[::-1] / emission
    p: FloatArray = alpha * beta
    p /= p.sum(axis=1, keepdims=True)
    return p


def _filter(
    emission: FloatArray, transition: FloatArray, initial: FloatArray, *, is_special: NDArray[np.bool_], other: FloatArray
) -> FloatArray:
    """Probability of each state at each step given the steps up to it: (n, k), each row sums to 1."""
    n, k = emission.shape
    length = max(1, math.isqrt(n))
    n_blocks = -(-n // length)
    steps = _blocks(emission, np.ones((length, n_blocks, k)))
    odd = _blocks(is_special[:, None], np.zeros((length, n_blocks, 1), dtype=bool))[:, :, 0]
    # 1. every block's own map from the state before it to the state at its end, all blocks at once
    maps = np.broadcast_to(np.eye(k), (n_blocks, k, k))
    for i in range(length):
        moved = maps @ transition
        if odd[i].any():
            moved[odd[i]] = maps[odd[i]] @ other
        maps = moved * steps[i, :, None, :]
        if i % _RESCALE_EVERY == 0:
            maps /= maps.max(axis=(1, 2), keepdims=True)
    # 2. the state before every block, one block after the other
    before = np.empty((n_blocks, k))
    first = initial * emission[0]
    before[0] = first / first.sum()
    for b in range(n_blocks - 1):
        state = before[b] @ maps[b] if b else _walk(before[0], transition, steps[1:, 0], is_special=odd[1:, 0], other=other)
        before[b + 1] = state / state.sum()
    # 3. every step inside every block, all blocks at once
    out = np.empty_like(steps)
    now = before
    for i in range(length):
        moved = now @ transition
        if odd[i].any():
            moved[odd[i]] = now[odd[i]] @ other
        now = moved * steps[i]
        if i == 0:
            now[0] = before[0]  # the very first step has no step before it
        if i % _RESCALE_EVERY == 0:
            now /= now.max(axis=1, keepdims=True)
        out[i] = now
    rows = out.swapaxes(0, 1).reshape(-1, k)[:n]
    rows /= rows.sum(axis=1, keepdims=True)
    return rows


def _blocks(values: NDArray[Any], out: NDArray[Any]) -> NDArray[Any]:
    """Put (n, k) rows into ``(length, n_blocks, k)``, block after block; what is left over keeps the values of `out`."""
    n, k = values.shape
    length = len(out)
    whole = n // length
    out[:, :whole] = values[: whole * length].reshape(whole, length, k).swapaxes(0, 1)
    out[: n - whole * length, whole:] = values[whole * length :, None]
    return out


def _walk(
    state: FloatArray, transition: FloatArray, emission: FloatArray, *, is_special: NDArray[np.bool_], other: FloatArray
) -> FloatArray:
    """Filter one block step by step and give the last state: (k,)."""
    for i, row in enumerate(emission):
        state = (state @ (other if is_special[i] else transition)) * row
        if i % _RESCALE_EVERY == 0:
            state = state / state.max()
    return state
