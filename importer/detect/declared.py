"""What the runner said about direction: lap rule, developer field, workout steps, lap notes, waypoints, titles.

Conventions: a claim is a span ``[start_s, end_s)`` of the session; claims are sorted, disjoint, inside ``[0, elapsed_s)``.
Where two sources speak of the same second the stronger one counts: the user's lap rule, then the developer field
``retro_dir``, then workout step, lap notes, waypoints. Words about the whole session are hints: they raise the prior
and never tag a second. A text that names both directions, or denies one, claims nothing.
Nothing here looks at speed or cadence, and nothing decides what a claim is worth.

Source: docs/lexicon.md.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from importer.detect.laprule import LapRule, backward_laps, highest_missing_lap
from importer.detect.lexicon import Finding, Mark, Said, find_direction, find_mark
from importer.values.activity import Activity, FloatArray, Lap, Place, Text
from importer.values.session import Basis, Claim, Direction

#: A developer field must hold a direction this long (s); shorter is a slip of the button. Assumption.
MIN_FIELD_S: Final = 3.0
#: A sample of the developer field stands until the next one, at most this long (s): the gap rule of the grid.
MAX_GAP_S: Final = 10.0

_DIRECTIONS: Final = {Said.BACKWARD: Direction.BACKWARD, Said.FORWARD: Direction.FORWARD, Said.MIXED: Direction.BACKWARD}
_PARTS: Final = r"(?i)[,;/|&+\n]|\s(?:then|and|dann|und|puis|et|y|luego|e|poi|och|og|i|a|и)\s"


class Hint(NamedTuple):
    """Words about the whole session: it contains this direction, nobody says where."""

    direction: Direction
    place: Place
    text: str
    strong: bool


class Declared(NamedTuple):
    """All that the runner said: spans, hints, and sentences about what could not be used."""

    claims: tuple[Claim, ...]
    hints: tuple[Hint, ...]
    notes: tuple[str, ...]


def read_declared(activity: Activity, *, lap_rule: LapRule | None = None) -> Declared:
    """Collect what the runner declared about direction.

    Parameters
    ----------
    activity : the recording; texts with a span speak of that span, texts without one of the session.
    lap_rule : the laps the user named as backward, None without a rule.
    """
    notes: list[str] = []
    sources = (
        _from_lap_rule(activity.laps, lap_rule, notes),
        _from_field(activity, notes),
        _from_spans(activity.texts, Place.WORKOUT_STEP),
        _from_spans(activity.texts, Place.LAP_NOTES),
        _from_waypoints(activity, notes),
    )
    claims: list[Claim] = []
    for source in sources:
        claims = _add(claims, source, activity.elapsed_s, notes)
    return Declared(tuple(_joined(claims)), tuple(_hints(activity, claims)), tuple(dict.fromkeys(notes)))


def _from_lap_rule(laps: tuple[Lap, ...], rule: LapRule | None, notes: list[str]) -> list[Claim]:
    """Claim every lap: backward where the rule names it, forward elsewhere."""
    if rule is None:
        return []
    if not laps:
        notes.append(f'your lap rule "{rule.text}" was not used: the file has no laps')
        return []
    missing = highest_missing_lap(rule, len(laps))
    if missing is not None:
        notes.append(f'your lap rule "{rule.text}" names lap {missing}, but the file has {_count(len(laps), "lap")}')
    backward = backward_laps(rule, len(laps))
    if not backward:
        notes.append(f'your lap rule "{rule.text}" was not used: it names none of the {_count(len(laps), "lap")} of the file')
        return []
    return [
        _claim(lap.start_s, lap.end_s, number in backward, why=f"lap {number} by your lap rule", place=None)
        for number, lap in enumerate(laps, 1)
    ]


def _from_field(activity: Activity, notes: list[str]) -> list[Claim]:
    """Claim the stretches in which the developer field says +1 or -1."""
    field = activity.columns.get("retro_dir")
    if field is None:
        return []
    known = np.isfinite(field)
    spans = list(_runs(activity.t_s[known], field[known], activity.elapsed_s))
    claims = [
        _claim(start_s, end_s, value < 0, why=f'developer field "retro_dir" says {"backward" if value < 0 else "forward"}', place=None)
        for start_s, end_s, value in spans
        if end_s - start_s >= MIN_FIELD_S
    ]
    if len(claims) < len(spans):
        short = _count(len(spans) - len(claims), "stretch", "stretches")
        notes.append(f'developer field "retro_dir": {short} under {MIN_FIELD_S:.0f} s not used')
    return claims


def _runs(t_s: FloatArray, values: FloatArray, elapsed_s: float) -> Iterator[tuple[float, float, float]]:
    """Yield (start_s, end_s, value) of every run of one value, +1 or -1; a gap ends a run a second after its last sample."""
    if not len(t_s):
        return
    step_s = np.diff(t_s, append=elapsed_s)
    end_s = t_s + np.where(step_s <= MAX_GAP_S, step_s, 1.0)
    is_last = np.append((values[1:] != values[:-1]) | (step_s[:-1] > MAX_GAP_S), True)
    first = 0
    for last in np.flatnonzero(is_last).tolist():
        if abs(values[last]) == 1.0:
            yield float(t_s[first]), float(end_s[last]), float(values[last])
        first = last + 1


def _from_spans(texts: tuple[Text, ...], place: Place) -> list[Claim]:
    """Claim the spans whose text names one direction; of several texts about a span the first that speaks of direction decides."""
    decided: dict[tuple[float, float], tuple[Finding, str]] = {}
    for text in texts:
        if text.place is place and text.start_s is not None and text.end_s is not None and text.start_s < text.end_s:
            finding = find_direction(text.text)
            if finding is not None:
                decided.setdefault((text.start_s, text.end_s), (finding, text.text))
    return [
        _claim(start_s, end_s, finding.said is Said.BACKWARD, why=f'{place.value} "{_short(words)}"', place=place)
        for (start_s, end_s), (finding, words) in sorted(decided.items(), key=lambda item: item[0])
        if finding.said in (Said.BACKWARD, Said.FORWARD)
    ]


class _Mark(NamedTuple):
    """One waypoint, or one part of it: what is said at a moment.

    `is_backward` is None where it ends whatever was open: a bare "stop", or both directions in one breath.
    """

    at_s: float
    is_backward: bool | None
    mark: Mark | None
    text: str


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


def _from_waypoints(activity: Activity, notes: list[str]) -> list[Claim]:
    """Claim from each mark to the next one that ends it.

    A start lasts until its stop, until a mark of the other direction, or to the end of the session. A mark without
    "start" or "stop" ("backward") counts only where a later mark of direction ends it: alone it may name a place.
    """
    claims: list[Claim] = []
    opened: _Mark | None = None
    for mark in _marks(activity):
        is_stop = mark.mark is Mark.STOP or mark.is_backward is None
        if opened is not None and _is_end(mark, opened):
            claims.append(_between(opened, mark.at_s, f' to "{_short(mark.text)}"'))
            opened = None
        elif opened is None and is_stop and mark.is_backward is not None:
            notes.append(f'waypoint "{_short(mark.text)}" has no start before it')
        if not is_stop and (opened is None or (opened.mark is None and mark.mark is Mark.START)):
            opened = mark
    if opened is not None and opened.mark is Mark.START:
        notes.append(f'waypoint "{_short(opened.text)}" has no stop after it: taken to the end of the session')
        claims.append(_between(opened, activity.elapsed_s, " to the end"))
    return claims


def _is_end(mark: _Mark, opened: _Mark) -> bool:
    """Say whether a mark ends what another has opened; a bare "stop" ends only what a "start" has opened."""
    if mark.is_backward is None:
        return mark.mark is not Mark.STOP or opened.mark is Mark.START
    is_same = mark.is_backward is opened.is_backward
    return is_same if mark.mark is Mark.STOP else not is_same


def _between(opened: _Mark, end_s: float, until: str) -> Claim:
    why = f'waypoints "{_short(opened.text)}"{until}'
    return _claim(opened.at_s, end_s, opened.is_backward is True, why=why, place=Place.WAYPOINT)


def _hints(activity: Activity, claims: list[Claim]) -> Iterator[Hint]:
    """Yield words about the session, and words of a span or a point from which nothing could be claimed."""
    claiming = {claim.place for claim in claims if claim.direction is Direction.BACKWARD}
    seen = set()
    for text in activity.texts:
        finding = find_direction(text.text)
        if finding is None or finding.said is Said.DENIED or (text.place, text.text) in seen:
            continue
        if _is_claimed(text, finding, claiming):
            continue
        seen.add((text.place, text.text))
        yield Hint(_DIRECTIONS[finding.said], text.place, text.text, finding.strong)


def _is_claimed(text: Text, finding: Finding, claiming: set[Place | None]) -> bool:
    """Say whether a text has already said all it can as a claim."""
    if text.start_s is None or text.place not in (Place.WORKOUT_STEP, Place.LAP_NOTES, Place.WAYPOINT):
        return False
    return text.place in claiming if text.place is Place.WAYPOINT else finding.said is not Said.MIXED


def _add(stronger: list[Claim], weaker: Iterable[Claim], elapsed_s: float, notes: list[str]) -> list[Claim]:
    """Add what weaker claims say about the seconds that are still free; both lists and the result are sorted and disjoint."""
    added: list[Claim] = []
    conflicts: list[str] = []
    at_s, first = 0.0, 0
    for claim in sorted(weaker, key=lambda one: one.start_s):
        at_s, end_s = max(claim.start_s, at_s), min(claim.end_s, elapsed_s)
        while first < len(stronger) and stronger[first].end_s <= at_s:
            first += 1
        for other in itertools.islice(stronger, first, None):
            if other.start_s >= end_s:
                break
            if other.direction is not claim.direction:
                conflicts.append(f"{claim.why} says {claim.direction.value}, but {other.why} says {other.direction.value} and counts")
            if other.start_s > at_s:
                added.append(_span(claim, at_s, other.start_s))
            at_s = other.end_s
        if at_s < end_s:
            added.append(_span(claim, at_s, end_s))
            at_s = end_s
    if conflicts:
        notes.append(conflicts[0] if len(conflicts) == 1 else f"{conflicts[0]} (and {len(conflicts) - 1} more like it)")
    return sorted([*stronger, *added], key=lambda one: one.start_s)


def _joined(claims: list[Claim]) -> Iterator[Claim]:
    """Join neighbours that say the same for the same reason: automatic laps cut one workout step into several."""
    held: Claim | None = None
    for claim in claims:
        if held is not None and held.end_s == claim.start_s and held.why == claim.why and held.direction is claim.direction:
            held = _span(held, held.start_s, claim.end_s)
            continue
        if held is not None:
            yield held
        held = claim
    if held is not None:
        yield held


def _claim(start_s: float, end_s: float, is_backward: bool, *, why: str, place: Place | None) -> Claim:  # noqa: FBT001 - private
    return Claim(start_s, end_s, Direction.BACKWARD if is_backward else Direction.FORWARD, Basis.DECLARED, why, place)


def _span(claim: Claim, start_s: float, end_s: float) -> Claim:
    return Claim(start_s, end_s, claim.direction, claim.basis, claim.why, claim.place)


def _short(text: str, limit: int = 60) -> str:
    words = " ".join(text.split())
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"
