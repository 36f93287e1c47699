"""Declared families: the same sessions, told by the runner in many ways and languages; and words that only look like it.

Conventions: a declared span is found where an accepted backward segment has its borders within a second; a false friend fires where
anything is accepted as backward in a forward session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from benchmarks.detection.families import BACKWARD, FORWARD
from benchmarks.detection.sessions import Made, make
from importer.detect.laprule import LapRule, parse_lap_rule
from importer.detect.tagging import tag
from importer.evaluate.spans import join, score_events
from importer.values.activity import Activity, Lap, Place, Text
from importer.values.session import Basis, Direction, Standing
from tests.support.population import draw_athlete

#: how runners of some languages name a backward stretch; forward ones, and ones that say nothing of direction
WORDS: Final = (
    "Backward 1 min", "BWD", "retro run 30s", "rückwärts 200 m", "3 min Retrolauf", "à reculons", "course arrière", "hacia atrás 1 min",
    "de costas", "corsa all'indietro", "achteruit lopen", "springa baklänges", "baklengs", "baglæns løb", "juoksu takaperin", "bieg tyłem",
    "běh pozpátku", "futás háttal", "бег спиной вперед", "geri geri koşu", "後ろ向き走", "倒跑 30 秒", "뒤로 달리기",
    "lari mundur", "chạy lùi",
)  # fmt: skip
OTHERS: Final = ("Forward easy", "vorwärts", "Recovery", "Jog", "Easy 2 min", "récupération")
#: words that mislead
FALSE_FRIENDS: Final = (
    "backwards compatible shoes", "ran the loop backwards", "Rolle rückwärts", "no backward today", "Retro Park run", "Backyard ultra",
    "felt like running backwards", "looked backwards at the hill", "one step backward", "arm circles backward", "reverse route",
    "faire marche arrière", "Hausrunde rückwärts", "backward leg swings", "counting backwards from 100", "vuelta atrás al coche",
)  # fmt: skip
#: how far a border may be off, s
_COLLAR_S: Final = 1.0
#: blocks longer than this may be cut by an automatic lap, s, and how often they are
_AUTOLAP_FROM_S: Final = 60.0
_AUTOLAP_SHARE: Final = 0.4


class Told(NamedTuple):
    """An activity with what the runner said of it."""

    activity: Activity
    lap_rule: LapRule | None = None


class Counted(NamedTuple):
    """Declared spans, those found, and segments that nobody declared."""

    spans: int
    found: int
    false: int


def _borders(made: Made) -> list[tuple[float, float, bool]]:
    borders = made.recording.borders
    directions = [block.direction is Direction.BACKWARD for block in made.recording.plan]
    return [(float(a), float(b), back) for a, b, back in zip(borders[:-1], borders[1:], directions, strict=True)]


def _words(made: Made, rng: np.random.Generator, place: Place) -> list[Text]:
    """Words for every block; an automatic lap cuts some of them in two."""
    back, other = str(rng.choice(WORDS)), str(rng.choice(OTHERS))
    texts = []
    for start_s, end_s, is_back in _borders(made):
        edges = [start_s, end_s]
        if end_s - start_s > _AUTOLAP_FROM_S and rng.random() < _AUTOLAP_SHARE:
            edges.insert(1, start_s + round((end_s - start_s) * 0.4))
        texts += [Text(place, back if is_back else other, a, b) for a, b in pairwise(edges)]
    return texts


def by_steps(made: Made, rng: np.random.Generator) -> Told:
    """Names of workout steps."""
    return Told(replace(made.activity, texts=tuple(_words(made, rng, Place.WORKOUT_STEP))))


def by_lap_notes(made: Made, rng: np.random.Generator) -> Told:
    """Notes of laps."""
    return Told(replace(made.activity, texts=tuple(_words(made, rng, Place.LAP_NOTES))))


def by_waypoints(made: Made, rng: np.random.Generator) -> Told:
    """Pairs of waypoints."""
    start, stop = (("backward start", "backward stop"), ("Anfang rückwärts", "Ende rückwärts"), ("BWD on", "BWD off"))[int(rng.integers(3))]
    texts = []
    for start_s, end_s, is_back in _borders(made):
        if is_back:
            texts += [Text(Place.WAYPOINT, start, start_s, start_s), Text(Place.WAYPOINT, stop, end_s, end_s)]
    return Told(replace(made.activity, texts=tuple(texts)))


def by_field(made: Made, rng: np.random.Generator) -> Told:  # noqa: ARG001 - one shape of all ways
    """The developer field."""
    field = np.concatenate([np.full(int(b - a), -1.0 if back else 1.0) for a, b, back in _borders(made)])
    return Told(replace(made.activity, columns={**made.activity.columns, "retro_dir": field[made.activity.t_s.astype(int)]}))


def by_lap_rule(made: Made, rng: np.random.Generator) -> Told:  # noqa: ARG001 - one shape of all ways
    """Laps pressed at every turn, and a rule that names them."""
    laps = tuple(Lap(a, b, trigger="manual") for a, b, _ in _borders(made))
    rule = ",".join(str(i) for i, (_, _, back) in enumerate(_borders(made), 1) if back)
    return Told(replace(made.activity, laps=laps), parse_lap_rule(rule))


WAYS: Final[dict[str, Callable[[Made, np.random.Generator], Told]]] = {
    "workout steps": by_steps,
    "lap notes": by_lap_notes,
    "waypoints": by_waypoints,
    "developer field": by_field,
    "lap rule": by_lap_rule,
}


def count(seed: int) -> dict[str, Counted]:
    """Tell one athlete's sessions in every way; and a forward session with each place for misleading words."""
    athlete, rng = draw_athlete(seed), np.random.default_rng([seed, 11])
    counts: dict[str, Counted] = {}
    for name, tell in WAYS.items():
        made = make(BACKWARD[int(rng.integers(len(BACKWARD)))], athlete)
        counts[name] = _count(made, tell(made, rng))
    made = make(FORWARD[int(rng.integers(len(FORWARD)))], athlete)
    texts = [Text(place, str(rng.choice(FALSE_FRIENDS)), a, b) for place in _SPAN_PLACES for a, b, _ in _borders(made)]
    texts += [Text(place, str(rng.choice(FALSE_FRIENDS))) for place in (Place.TITLE, Place.ACTIVITY_NOTES, Place.TRACK_NAME)]
    counts["false friends"] = _count(made, Told(replace(made.activity, texts=tuple(texts))))
    return counts


_SPAN_PLACES: Final = (Place.WORKOUT_STEP, Place.LAP_NOTES)


def _count(made: Made, told: Told) -> Counted:
    session = tag(told.activity, lap_rule=told.lap_rule)
    claimed = join(
        (one.start_s, one.end_s)
        for one in session.segments
        if one.direction is Direction.BACKWARD and one.standing is Standing.ACCEPTED and one.basis is Basis.DECLARED
    )
    true = join((a, b) for a, b, back in _borders(made) if back)
    events = score_events(true, claimed, onset_collar_s=_COLLAR_S, offset_collar_s=_COLLAR_S)
    return Counted(len(true), int(events.hit), int(events.false))
