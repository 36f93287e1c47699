"""What GPX and TCX call a sport, in the words of the FIT profile.

Conventions: the answer is (sport, sub_sport); ``unknown`` is an answer. Words are matched case-folded, the first row that fits counts.
Nothing here looks at speed: a name is a name.

Source: `trk/type` and `Activity@Sport` of real files; Strava's numeric types.
"""

from __future__ import annotations

import re
from typing import Final

#: Strava's GPX writes its own numbers
_STRAVA: Final = {"1": "ride", "4": "hike", "9": "run", "10": "walk"}

#: pattern to sport and sub-sport; special kinds of running stand before running
_WORDS: Final = tuple(
    (re.compile(pattern), sport, sub_sport)
    for pattern, sport, sub_sport in (
        (r"treadmill|laufband|tapis", "running", "treadmill"),
        (r"virtual.?run", "running", "virtual_activity"),
        (r"indoor.?run", "running", "indoor_running"),
        (r"trail.?run", "running", "trail"),
        (r"track.?run", "running", "track"),
        (r"ellipti|cross.?trainer", "fitness_equipment", "elliptical"),
        (r"\bski|skiing|snowboard|skilauf|langlauf", "skiing", "unknown"),
        (r"ice.?skat|inline|roller", "inline_skating", "unknown"),
        (r"\be?.?bik|cycl|\bride|ride\b|radfahr|radtour|fahrrad|v[ée]lo|bicic|mountainbike", "cycling", "unknown"),
        (r"swim|schwimm|natation|nataci", "swimming", "unknown"),
        (r"\brow|rudern|kayak|canoe|paddl|\bsup\b|sail|surf", "paddling", "unknown"),
        (r"driv|motor|\bcar\b|flight|flying|glid", "driving", "unknown"),
        (r"hik|wander|randonn|senderis|mountaineer|trekking", "hiking", "unknown"),
        (r"walk|spazier|gehen|marche|camina|passeggia", "walking", "unknown"),
        (r"run|jog|lauf|course|correr|carrera|corsa|hardlop", "running", "unknown"),
    )
)


def sport_of(text: str | None) -> tuple[str, str]:
    """Give sport and sub-sport of a writer's word, ``unknown`` for both where it says nothing."""
    word = "" if text is None else text.strip().casefold().replace("_", " ")
    word = _STRAVA.get(word, word)
    if word in ("", "other"):
        return "unknown", "unknown"
    return next(((sport, sub_sport) for pattern, sport, sub_sport in _WORDS if pattern.search(word)), ("unknown", "unknown"))
