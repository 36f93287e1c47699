"""Work for several processes, one athlete at a time, and how common each family is.

Conventions: a unit of work is one athlete's seed; its results come back as `Scores` by name and are added up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Final, TypeVar

from benchmarks.detection.families import BACKWARD, FORWARD
from importer.evaluate.probability import Forecast
from importer.evaluate.scores import Scores, pool

Key = TypeVar("Key", bound=Hashable)

#: shares of sessions: with backward movement (the issue's prevalence), with drills, and all the others alike. Assumption
PREVALENCE: Final = 0.10
DRILLS: Final = 0.10
SHARES: Final = {
    **{family.name: PREVALENCE / len(BACKWARD) for family in BACKWARD},
    **{family.name: (1 - PREVALENCE - DRILLS) / (len(FORWARD) - 1) for family in FORWARD[:-1]},
    FORWARD[-1].name: DRILLS,
}


def score_all(score: Callable[[int], Mapping[Key, Scores]], seeds: Iterable[int], *, n_workers: int) -> dict[Key, Scores]:
    """Score many athletes and add up, name by name."""
    seeds = list(seeds)
    if n_workers == 1:
        tables = [score(seed) for seed in seeds]
    else:
        with ProcessPoolExecutor(n_workers) as workers:
            tables = list(workers.map(score, seeds))
    return {key: pool([table[key] for table in tables]) for key in tables[0]}


def at_prevalence(scores: Mapping[str, Scores]) -> list[Forecast]:
    """Give the forecasts of all families, each as common as its sessions are."""
    return [
        one._replace(weight=one.weight * share / scores[name].n_sessions)
        for name, share in SHARES.items()
        if name in scores
        for one in scores[name].forecasts
    ]


def without_forecasts(scores: Scores) -> Scores:
    """Drop what only calibration needs."""
    return replace(scores, forecasts=())
