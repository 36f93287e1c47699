"""Does it rise, and do two things go together? A slope and a rank correlation, each with its range, or nothing from too little.

Conventions: plain numbers in, in order of time; the interval is the middle 95 %. Nothing here says why: two things that rise with the
season go together without any cause.

References
----------
Sen 1968 (slope by the median of all pairs, interval by Kendall's variance); Fieller, Hartley & Pearson 1957 (interval of Spearman's
correlation through Fisher's z); Bartlett 1935 (independent pairs in two series that repeat themselves).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Final, NamedTuple

#: standard deviations of a normal distribution that hold 95 % of it
_Z: Final = 1.959964
#: variance of Fisher's z of a rank correlation, times n - 3. Source: Fieller, Hartley & Pearson 1957
_FIELLER: Final = 1.06
#: independent pairs below which a correlation has no interval worth telling. Policy
LEAST_INDEPENDENT: Final = 6.0


class Estimate(NamedTuple):
    """A number and the interval that holds it with 95 %; `n` points stand behind it."""

    value: float
    low: float
    high: float
    n: int

    @property
    def is_clear(self) -> bool:
        """Whether zero lies outside the interval."""
        return self.low > 0 or self.high < 0


def slope(x: Sequence[float], y: Sequence[float], *, least: int) -> Estimate | None:
    """Give the Theil-Sen slope of y over x, in units of y for one of x; None below `least` points, or where x never changes.

    Half of the points may be anything without moving it much.
    """
    n = len(x)
    if n < max(least, 3):
        return None
    slopes = sorted((y[j] - y[i]) / (x[j] - x[i]) for i in range(n) for j in range(i + 1, n) if x[j] != x[i])
    if not slopes:
        return None
    reach = _Z * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = max(0, round((len(slopes) - reach) / 2) - 1)
    high = min(len(slopes) - 1, round((len(slopes) + reach) / 2))
    return Estimate(_middle(slopes), slopes[low], slopes[high], n)


def correlation(x: Sequence[float], y: Sequence[float], *, least: int) -> Estimate | None:
    """Give Spearman's rank correlation with its interval; None below `least` pairs, where one never changes, or where both drift.

    Neighbouring weeks repeat each other, so the interval counts independent pairs only: ``n (1 - ab) / (1 + ab)``, where a and b tell
    how much each series repeats its last value.
    """
    n = len(x)
    if n < max(least, 4):
        return None
    a, b = ranks(x), ranks(y)
    r = _pearson(a, b)
    if r is None:
        return None
    r = max(-1.0, min(1.0, r))
    repeats = max(0.0, (_pearson(a[:-1], a[1:]) or 0.0) * (_pearson(b[:-1], b[1:]) or 0.0))
    independent = n * (1 - repeats) / (1 + repeats)
    if independent < LEAST_INDEPENDENT:
        return None
    z = math.atanh(max(-0.999999, min(0.999999, r)))
    reach = _Z * math.sqrt(_FIELLER / (independent - 3))
    return Estimate(r, min(r, math.tanh(z - reach)), max(r, math.tanh(z + reach)), n)


def ranks(values: Sequence[float]) -> list[float]:
    """Give each value its rank from 1 on; equal ones share the mean of theirs."""
    found = [0.0] * len(values)
    order = sorted(range(len(values)), key=lambda i: values[i])
    done = 0
    for _, same in groupby(order, key=lambda i: values[i]):
        group = list(same)
        for i in group:
            found[i] = done + (len(group) + 1) / 2
        done += len(group)
    return found


def _pearson(a: Sequence[float], b: Sequence[float]) -> float | None:
    mid_a, mid_b = sum(a) / len(a), sum(b) / len(b)
    spread = math.sqrt(sum((one - mid_a) ** 2 for one in a) * sum((one - mid_b) ** 2 for one in b))
    return sum((p - mid_a) * (q - mid_b) for p, q in zip(a, b, strict=True)) / spread if spread > 0 else None


def _middle(ordered: Sequence[float]) -> float:
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def partial(x: Sequence[float], y: Sequence[float], t: Sequence[float]) -> float | None:
    """Give the rank correlation of x and y with that of either and t taken out; None where any of them never changes or repeats t."""
    pairs = [_pearson(ranks(a), ranks(b)) for a, b in ((x, y), (x, t), (y, t))]
    xy, xt, yt = pairs
    if xy is None or xt is None or yt is None:
        return None
    left = math.sqrt(max(0.0, (1 - xt**2) * (1 - yt**2)))
    return (xy - xt * yt) / left if left > 1e-9 else None
