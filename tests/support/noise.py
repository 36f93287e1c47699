"""Reproducible noise: the same numbers for a seed on every platform and with every version of the libraries.

Conventions: series are (n,) float64 in the unit of their `sd`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Noise:
    """Reproducible noise: raw PCG64 integers and exact sums, so that no mathematical library has a say."""

    def __init__(self, seed: int) -> None:
        self._raw = np.random.PCG64(seed)

    def normal(self, n: int) -> FloatArray:
        """Give nearly normal noise of SD 1, (n,): twelve uniform 16-bit integers summed (never beyond 6 SD)."""
        words = self._raw.random_raw(3 * n).reshape(n, 3)
        parts = [(words >> np.uint64(16 * k)) & np.uint64(0xFFFF) for k in range(4)]
        total = sum(part.astype(np.int64).sum(axis=1) for part in parts)
        return (np.asarray(total, dtype=np.float64) - 12 * 32767.5) / 65536.0

    def slow(self, n: int, *, sd: float, tau_s: float) -> FloatArray:
        """Give an AR(1) series of stationary SD `sd` and time constant `tau_s`, (n,)."""
        keep = 1.0 - 1.0 / tau_s
        step = sd * math.sqrt(1.0 - keep * keep)
        out = np.empty(n)
        value = 0.0
        for i, shock in enumerate(self.normal(n)):
            value = keep * value + step * float(shock)
            out[i] = value
        return out
