"""Conjugate updates of normal distributions: what several sessions say of one number. Knows no running.

Conventions: a prior and a posterior are an `Estimate`; `sd` is the uncertainty of the mean, `spread` how far it moves from session
to session.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

#: rounds of reweighing; the means settle within three
_ROUNDS: Final = 8


class Estimate(NamedTuple):
    """A number, its standard deviation, and how far sessions scatter around it."""

    mean: float
    sd: float
    spread: float = 0.0

    @property
    def next_sd(self) -> float:
        """Standard deviation of the number in a session to come."""
        return math.hypot(self.sd, self.spread)


def pool(seen: Sequence[tuple[float, float]], *, prior: Estimate, prior_sessions: float, tail: float) -> Estimate:
    """Estimate a person's mean from sessions that each saw it, shifted by the day.

    Parameters
    ----------
    seen : value and variance of each session.
    prior : of the person's mean; its `spread` is how far days are expected to differ.
    prior_sessions : how many sessions' worth that expectation is.
    tail : degrees of freedom of Student's t: a session far off weighs less.

    Notes
    -----
    The variance of days is the mean of a scaled inverse chi-squared distribution, reweighed until it settles.
    """
    day = prior.spread**2
    mean, variance = prior.mean, prior.sd**2
    weights = [1.0] * len(seen)
    for _ in range(_ROUNDS if seen else 0):
        precisions = [weight / (day + noise) for weight, (_, noise) in zip(weights, seen, strict=True)]
        variance = 1 / (prior.sd**-2 + sum(precisions))
        mean = variance * (prior.mean * prior.sd**-2 + sum(p * value for p, (value, _) in zip(precisions, seen, strict=True)))
        squares = [(value - mean) ** 2 + variance for value, _ in seen]
        weights = [(tail + 1) / (tail + square / (day + noise)) for square, (_, noise) in zip(squares, seen, strict=True)]
        beyond = sum(max(weight * square - noise, 0.0) for weight, square, (_, noise) in zip(weights, squares, seen, strict=True))
        day = (prior_sessions * prior.spread**2 + beyond) / (prior_sessions + len(seen))
    return Estimate(mean, math.sqrt(variance), math.sqrt(day))


def update(sessions: Sequence[tuple[Sequence[float], float]], *, prior: Estimate, bout_sd: float) -> Estimate:
    """Update a mean by sessions of several values each.

    Parameters
    ----------
    sessions : the values of each session, and the standard deviation of what they have in common.
    bout_sd : standard deviation of one value within its session.
    """
    precision = prior.sd**-2
    total = precision * prior.mean
    for values, shared_sd in sessions:
        weight = 1 / (bout_sd**2 / len(values) + shared_sd**2)
        precision += weight
        total += weight * sum(values) / len(values)
    return Estimate(total / precision, precision**-0.5, prior.spread)
