"""Exact smoothing of a short chain whose states are a kind of movement and a slow wander, for many runners (lanes) at once.

Conventions: m pieces, k kinds, l lanes, s grid points of the wander; logarithms come in, probabilities go out.
``tables[i]`` (k, k) and ``kernels[i]`` (s, s) lead from piece i - 1 to piece i, row = from; their first entries are not used.
Source: Rabiner 1989. tests/test_bound.py compares it with the sum over all paths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_TINY = 1e-300


class Filtered(NamedTuple):
    """The forward pass: (m, k, l, s) states given the past, likelihoods up to a factor, log evidence of every lane (l,)."""

    alpha: FloatArray
    likely: FloatArray
    lane_log: FloatArray

    @property
    def evidence(self) -> float:
        """Logarithm of the evidence, lanes summed up."""
        top = float(self.lane_log.max())
        return top + math.log(float(np.exp(self.lane_log - top).sum()))


def filter_chain(
    log_likelihood: FloatArray, *, start: FloatArray, tables: Sequence[FloatArray], kernels: Sequence[FloatArray], prior_log: FloatArray
) -> Filtered:
    """Go forward.

    Parameters
    ----------
    log_likelihood : (m, k, l, s) of each piece.
    start : (k, s) before the first piece.
    prior_log : (l,) of the lanes.
    """
    m, k, n_lanes, s = log_likelihood.shape
    top = log_likelihood.max(axis=(1, 3))
    likely = np.exp(log_likelihood - top[:, None, :, None])
    alpha = np.empty_like(likely)
    lane_log = prior_log + top.sum(axis=0)
    before: FloatArray = np.broadcast_to(start[:, None, :], (k, n_lanes, s))
    for i in range(m):
        if i:
            before = _step(alpha[i - 1], tables[i], kernels[i])
        now = before * likely[i]
        total = np.maximum(now.sum(axis=(0, 2)), _TINY)
        lane_log = lane_log + np.log(total)
        alpha[i] = now / total[None, :, None]
    return Filtered(alpha, likely, lane_log)


def smooth_chain(found: Filtered, *, tables: Sequence[FloatArray], kernels: Sequence[FloatArray]) -> FloatArray:
    """Go back: the probability of every kind of movement in every piece, lanes weighed by their evidence: (m, k)."""
    m, k, _, _ = found.alpha.shape
    lane = np.exp(found.lane_log - found.lane_log.max())
    lane /= lane.sum()
    beta = np.ones_like(found.alpha[0])
    p = np.empty((m, k))
    for i in range(m - 1, -1, -1):
        both = found.alpha[i] * beta
        both /= np.maximum(both.sum(axis=(0, 2), keepdims=True), _TINY)
        p[i] = both.sum(axis=2) @ lane
        if i:
            beta = _step(beta * found.likely[i], tables[i].T, kernels[i].T)
            beta /= np.maximum(beta.max(axis=(0, 2), keepdims=True), _TINY)
    return p


def _step(state: FloatArray, table: FloatArray, kernel: FloatArray) -> FloatArray:
    """One step of kinds and wander, both as one large product: (k, l, s)."""
    k, n_lanes, s = state.shape
    moved: FloatArray = (table.T @ state.reshape(k, -1)).reshape(-1, s) @ kernel
    return moved.reshape(k, n_lanes, s)
