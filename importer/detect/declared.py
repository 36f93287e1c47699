"""What the runner said about direction: labels file, lap rule, developer field, workout steps, lap notes, waypoints, titles.

Conventions: a claim is a span ``[start_s, end_s)`` of the session; claims are sorted, disjoint, inside ``[0, elapsed_s)``.
Where two sources speak of the same second the stronger one counts: the labels file beside the activity, the lap rule given for
it, the developer field ``retro_dir``, workout step, lap notes, waypoints, and last the lap rule that is kept for the athlete.
Words about the whole session are hints: they raise the prior and never tag a second. A text that names both directions,
or denies one, claims nothing.
Nothing here looks at speed or cadence, and nothing decides what a claim is worth.

Source: docs/lexicon.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from importer.detect.claims import add_weaker, claim, counted, joined, short
from importer.detect.lapclaims import claims_of_laps
from importer.detect.laprule import LapRule
from importer.detect.lexicon import Finding, Said, find_direction
from importer.detect.sidecar import claims_of_sidecar
from importer.detect.waypoints import claims_of_waypoints
from importer.values.activity import Activity, FloatArray, Place, Text
from importer.values.session import Claim, Direction

#: A developer field must hold a direction this long (s); shorter is a slip of the button. Assumption.
MIN_FIELD_S: Final = 3.0
#: A sample of the developer field stands until the next one, at most this long (s): the gap rule of the grid.
MAX_GAP_S: Final = 10.0

_DIRECTIONS: Final = {Said.BACKWARD: Direction.BACKWARD, Said.FORWARD: Direction.FORWARD, Said.MIXED: Direction.BACKWARD}
#: places whose texts speak of a span or a moment
_MARKED: Final = (Place.WORKOUT_STEP, Place.LAP_NOTES, Place.WAYPOINT)


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
    lap_rule : the laps the user named as backward, for this file or once for all of an athlete's; None without a rule.
    """
    notes: list[str] = []
    is_kept = lap_rule is not None and lap_rule.is_kept
    # the laps of an export were cut by this program and by no thumb
    is_meant = not (is_kept and activity.device.is_export)
    by_rule = claims_of_laps(activity.laps, lap_rule, notes) if lap_rule is not None and is_meant else []
    sources = (
        claims_of_sidecar(activity, notes),
        [] if is_kept else by_rule,
        _from_field(activity, notes),
        _from_spans(activity.texts, Place.WORKOUT_STEP),
        _from_spans(activity.texts, Place.LAP_NOTES),
        claims_of_waypoints(activity, notes),
        by_rule if is_kept else [],
    )
    claims: list[Claim] = []
    for source in sources:
        claims = add_weaker(claims, source, elapsed_s=activity.elapsed_s, notes=notes)
    return Declared(tuple(joined(claims)), tuple(_hints(activity, claims)), tuple(dict.fromkeys(notes)))


def _from_field(activity: Activity, notes: list[str]) -> list[Claim]:
    """Claim the stretches in which the developer field says +1 or -1."""
    field = activity.columns.get("retro_dir")
    if field is None:
        return []
    known = np.isfinite(field)
    spans = list(_runs(activity.t_s[known], field[known], activity.elapsed_s))
    claims = [
        claim(
            start_s,
            end_s,
            is_backward=value < 0,
            why=f'developer field "retro_dir" says {"backward" if value < 0 else "forward"}',
            place=None,
        )
        for start_s, end_s, value in spans
        if end_s - start_s >= MIN_FIELD_S
    ]
    if len(claims) < len(spans):
        n_slips = counted(len(spans) - len(claims), "stretch", "stretches")
        notes.append(f'developer field "retro_dir": {n_slips} under {MIN_FIELD_S:.0f} s not used')
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
        claim(start_s, end_s, is_backward=finding.said is Said.BACKWARD, why=f'{place.value} "{short(words)}"', place=place)
        for (start_s, end_s), (finding, words) in sorted(decided.items(), key=lambda item: item[0])
        if finding.said in (Said.BACKWARD, Said.FORWARD)
    ]


def _hints(activity: Activity, claims: list[Claim]) -> Iterator[Hint]:
    """Yield words about the session, and words of a span or a point from which nothing could be claimed."""
    claiming = {one.place for one in claims if one.direction is Direction.BACKWARD}
    seen = set()
    for text in activity.texts:
        finding = None if text.place is Place.SIDECAR else find_direction(text.text)
        if finding is None or finding.said is Said.DENIED or (text.place, text.text) in seen:
            continue
        if _is_claimed(text, finding, claiming):
            continue
        seen.add((text.place, text.text))
        yield Hint(_DIRECTIONS[finding.said], text.place, text.text, finding.strong)


def _is_claimed(text: Text, finding: Finding, claiming: set[Place | None]) -> bool:
    """Say whether a text has already said all it can as a claim."""
    if text.start_s is None or text.place not in _MARKED:
        return False
    return text.place in claiming if text.place is Place.WAYPOINT else finding.said is not Said.MIXED
