"""Scores of the program on the gait families: first sessions, and sessions of athletes with a history, those beside the bound.

Conventions: an athlete is one unit of work, with all families and the history that they share.
"""

from __future__ import annotations

from typing import NamedTuple

from benchmarks.detection import bound
from benchmarks.detection.families import BACKWARD, FORWARD, WATCH_SPEED
from benchmarks.detection.known import learn_exactly
from benchmarks.detection.sessions import forward_history, make
from importer.detect.history import learn
from importer.detect.tagging import tag
from importer.evaluate.scores import Scores, evaluate
from tests.support.population import draw_athlete

FAMILIES = (*BACKWARD, *FORWARD, *WATCH_SPEED)


class Judged(NamedTuple):
    """Who judged which family, with or without a history."""

    family: str
    has_history: bool
    is_bound: bool = False


def score_athlete(seed: int) -> dict[Judged, Scores]:
    """Tag one athlete's session of every family, as a first session and after a history of forward ones."""
    athlete = draw_athlete(seed)
    history = forward_history(athlete)
    normals = [tag(made.activity).normal for made in history]
    baseline = learn([normal for normal in normals if normal is not None])
    known = learn_exactly(history)
    table: dict[Judged, Scores] = {}
    for family in FAMILIES:
        made = make(family, athlete)
        for has_history in (False, True):
            session = tag(made.activity, baseline=baseline if has_history else None)
            table[Judged(family.name, has_history)] = evaluate(made.truth, session.segments)
        if family not in WATCH_SPEED:  # cadence says nothing of speed there: no decoder can know
            table[Judged(family.name, has_history=True, is_bound=True)] = evaluate(made.truth, bound.decide(made, known))
    return table
