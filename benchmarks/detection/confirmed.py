"""What the program accepts of gait, once the runner has confirmed bouts in two earlier sessions.

Conventions: the runner confirms every backward stretch of those two sessions, border for border. Only accepted seconds are of
interest: their precision at a prevalence of sessions with backward movement of 10 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from benchmarks.detection.families import BACKWARD, FORWARD
from benchmarks.detection.pools import SHARES
from benchmarks.detection.sessions import TODAY, Made, forward_history, make
from importer.detect.history import learn
from importer.detect.tagging import tag
from importer.evaluate.scores import Scores, evaluate
from importer.values.session import Direction, Label, LabelKind, Normal
from tests.support.population import draw_athlete

#: the sessions with confirmed bouts: repetitions, and blocks on a belt
_TAUGHT = (BACKWARD[0], BACKWARD[5])


def score_athlete(seed: int) -> dict[str, Scores]:
    """Tag one athlete's session of every family after forward sessions and two with confirmed bouts."""
    athlete = draw_athlete(seed)
    normals = [tag(made.activity).normal for made in forward_history(athlete)]
    taught = [make(family, athlete, start=TODAY - timedelta(days=i + 1), round_=50 + i) for i, family in enumerate(_TAUGHT)]
    normals += [_confirmed(made) for made in taught]
    baseline = learn([normal for normal in normals if normal is not None])
    sessions = [make(family, athlete) for family in (*BACKWARD, *FORWARD)]
    return {made.family.name: evaluate(made.truth, tag(made.activity, baseline=baseline).segments) for made in sessions}


def _confirmed(made: Made) -> Normal | None:
    """What a session teaches whose backward stretches the runner has confirmed."""
    labels = [Label(one.start_s, one.end_s, LabelKind.CONFIRM) for one in made.truth if one.direction is Direction.BACKWARD]
    return tag(made.activity, labels=labels).normal


def precision_at_prevalence(scores: Mapping[str, Scores]) -> float | None:
    """Precision of accepted seconds where each family is as common as its sessions are; None where nothing is accepted."""
    hit = sum(SHARES[name] * one.accepted_seconds.hit / one.n_sessions for name, one in scores.items())
    false = sum(SHARES[name] * one.accepted_seconds.false / one.n_sessions for name, one in scores.items())
    return hit / (hit + false) if hit + false > 0 else None
