"""Facing families: a compass on a wrist that swings, over several spreads, with and without a known-forward stretch.

Conventions: the known-forward stretch is the first two minutes of the warm-up, which a workout step calls forward; without it nothing
says which of the two facings is forward. A session went wrong where more than a quarter of its forward seconds are called backward.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from benchmarks.detection.families import BACKWARD, FORWARD, Family
from benchmarks.detection.sessions import make
from importer.detect.tagging import tag
from importer.evaluate.scores import Scores, evaluate
from importer.values.activity import Place, Text
from tests.support.facing_runner import draw_wearer, face
from tests.support.population import draw_athlete

SPREADS_DEG = (20.0, 35.0, 50.0, 65.0)
FAMILIES: tuple[Family, ...] = (BACKWARD[0], BACKWARD[1], BACKWARD[2], BACKWARD[3], FORWARD[0], FORWARD[4])
#: the words of the known-forward stretch, and how long it is, s
_KNOWN = ("Forward easy", 120.0)
#: false seconds over forward seconds from which a session counts as turned round
_TURNED = 0.25


class Judged(NamedTuple):
    """A family at a spread; `is_turned` counts the sessions that came out the wrong way round."""

    family: str
    spread_deg: float
    knows_forward: bool
    is_turned: bool = False


def score_athlete(seed: int) -> dict[Judged, Scores]:
    """Tag one athlete's sessions at every spread."""
    athlete = draw_athlete(seed)
    table: dict[Judged, Scores] = {}
    for family in FAMILIES:
        made = make(family, athlete)
        for spread_deg in SPREADS_DEG:
            seen = face(made.recording, seed=seed, wearer=draw_wearer(seed, swing_sd_deg=spread_deg))
            columns = {**made.activity.columns, "heading_deg": seen.heading_deg, "course_deg": seen.course_deg}
            for knows_forward in (True, False):
                texts = (Text(Place.WORKOUT_STEP, _KNOWN[0], 0.0, _KNOWN[1]),) if knows_forward else ()
                scores = evaluate(made.truth, tag(replace(made.activity, columns=columns, texts=texts)).segments)
                key = Judged(family.name, spread_deg, knows_forward)
                table[key] = scores
                table[key._replace(is_turned=True)] = _only_if_turned(scores)
    return table


def _only_if_turned(scores: Scores) -> Scores:
    """The same scores where a session came out the wrong way round, else those of no session."""
    seconds = scores.found_seconds
    forward_s = scores.scored_s - seconds.hit - seconds.missed
    return replace(scores, n_sessions=int(seconds.false > _TURNED * forward_s), forecasts=())
