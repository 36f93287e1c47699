"""Waypoints in pairs to claims: "backward start" and "backward stop" say what lies between them.

Conventions: a waypoint is a text at a moment, in seconds since the session's start; several parts of one text are several marks.
Nothing here decides what a claim is worth: waypoints are the weakest words that can tag (`importer.detect.declared`).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from importer.detect.claims import claim, short
from importer.detect.lexicon import Mark, Said, find_direction, find_mark
from importer.values.activity import Activity, Place
from importer.values.session import Claim

_PARTS: Final = r"(?i)[,;/|&+\n]|\s(?:then|and|dann|und|puis|et|y|luego|e|poi|och|og|i|a|и)\s"


class _Mark(NamedTuple):
    """One waypoint, or one part of it: what is said at a moment.

    `is_backward` is None where it ends whatever was open: a bare "stop", or both directions in one breath.
    """

    at_s: float
    is_backward: bool | None
    mark: Mark | None
    text: str


def claims_of_waypoints(activity: Activity, notes: list[str]) -> list[Claim]:
    """Claim from each mark to the next one that ends it.

    A start lasts until its stop, until a mark of the other direction, or to the end of the session. A mark without
    "start" or "stop" ("backward") counts only where a later mark of direction ends it: alone it may name a place.
    """
    claims: list[Claim] = []
    opened: _Mark | None = None
    for mark in _marks(activity):
        is_stop = mark.mark is Mark.STOP or mark.is_backward is None
        if opened is not None and _is_end(mark, opened):
            claims.append(_between(opened, mark.at_s, f' to "{short(mark.text)}"'))
            opened = None
        elif opened is None and is_stop and mark.is_backward is not None:
            notes.append(f'waypoint "{short(mark.text)}" has no start before it')
        if not is_stop and (opened is None or (opened.mark is None and mark.mark is Mark.START)):
            opened = mark
    if opened is not None and opened.mark is Mark.START:
        notes.append(f'waypoint "{short(opened.text)}" has no stop after it: taken to the end of the session')
        claims.append(_between(opened, activity.elapsed_s, " to the end"))
    return claims


def _marks(activity: Activity) -> list[_Mark]:
    """Read the waypoints in order of time; "backward stop, forward start" is two marks."""
    marks: dict[tuple[float, bool | None, Mark | None], str] = {}
    for text in activity.texts:
        if text.place is not Place.WAYPOINT or text.start_s is None:
            continue
        if find_direction(text.text) is None:
            if find_mark(text.text, is_alone=True) is Mark.STOP:
                marks[text.start_s, None, Mark.STOP] = text.text
            continue
        for part in re.split(_PARTS, text.text):
            finding = find_direction(part)
            if finding is not None and finding.said is not Said.DENIED:
                is_backward = None if finding.said is Said.MIXED else finding.said is Said.BACKWARD
                marks.setdefault((text.start_s, is_backward, find_mark(part)), part.strip())
    return sorted((_Mark(*key, said) for key, said in marks.items()), key=lambda mark: (mark.at_s, mark.mark is not Mark.STOP))


def _is_end(mark: _Mark, opened: _Mark) -> bool:
    """Say whether a mark ends what another has opened; a bare "stop" ends only what a "start" has opened."""
    if mark.is_backward is None:
        return mark.mark is not Mark.STOP or opened.mark is Mark.START
    is_same = mark.is_backward is opened.is_backward
    return is_same if mark.mark is Mark.STOP else not is_same


def _between(opened: _Mark, end_s: float, until: str) -> Claim:
    why = f'waypoints "{short(opened.text)}"{until}'
    return claim(opened.at_s, end_s, is_backward=opened.is_backward is True, why=why, place=Place.WAYPOINT)
