"""Does confidence mean what it says? Scores of probabilities against what came true.

Conventions
-----------
A forecast is ``(p, is_true, weight)``: a probability within [0, 1], what came true, and how much it counts (here seconds).
Weights are not negative. A score of no weight at all is None.

Metrics
-------
`brier` : mean of (p - truth)², 0 is perfect, 0.25 is a coin that knows it is one.
`expected_calibration_error` : mean distance between what was said and what came true, over bins of like p.
`reliability` : the table behind it.

References
----------
Brier 1950, Monthly Weather Review 78:1. Naeini, Cooper and Hauskrecht 2015, AAAI: expected calibration error.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

#: bins of equal width over [0, 1]
N_BINS: Final = 10


class Forecast(NamedTuple):
    """What was said, what came true, and how many seconds it stands for."""

    p: float
    is_true: bool
    weight: float = 1.0


class Bin(NamedTuple):
    """One row of the reliability table: forecasts with ``low <= p < high`` (the last bin has 1 too)."""

    low: float
    high: float
    weight: float
    #: mean of what was said, and the share that came true
    said: float
    came_true: float


def validate(forecasts: Iterable[Forecast]) -> None:
    """Raise ValueError unless every probability lies within [0, 1] and no weight is negative."""
    for i, forecast in enumerate(forecasts):
        if not 0.0 <= forecast.p <= 1.0:
            raise ValueError(f"forecasts[{i}]: p is {forecast.p}, not within [0, 1]: are these percent or nats?")
        if not (forecast.weight >= 0.0 and math.isfinite(forecast.weight)):
            raise ValueError(f"forecasts[{i}]: weight is {forecast.weight}: is its end before its start?")


def brier(forecasts: Sequence[Forecast]) -> float | None:
    """Mean squared distance between what was said and what came true."""
    validate(forecasts)
    total = math.fsum(one.weight for one in forecasts)
    return math.fsum(one.weight * (one.p - one.is_true) ** 2 for one in forecasts) / total if total > 0 else None


def reliability(forecasts: Sequence[Forecast], *, n_bins: int = N_BINS) -> list[Bin]:
    """Give the bins that have any weight, in order."""
    validate(forecasts)
    held: dict[int, list[Forecast]] = {}
    for one in forecasts:
        held.setdefault(min(int(one.p * n_bins), n_bins - 1), []).append(one)
    rows = []
    for i, members in sorted(held.items()):
        weight = math.fsum(one.weight for one in members)
        if weight > 0:
            said = math.fsum(one.weight * one.p for one in members) / weight
            came_true = math.fsum(one.weight for one in members if one.is_true) / weight
            rows.append(Bin(i / n_bins, (i + 1) / n_bins, weight, said, came_true))
    return rows


def expected_calibration_error(forecasts: Sequence[Forecast], *, n_bins: int = N_BINS) -> float | None:
    """Mean over the bins of how far what was said lies from what came true, by weight."""
    rows = reliability(forecasts, n_bins=n_bins)
    total = math.fsum(row.weight for row in rows)
    return math.fsum(row.weight * abs(row.said - row.came_true) for row in rows) / total if total > 0 else None
