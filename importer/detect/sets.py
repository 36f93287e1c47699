"""Backward segments in the sport's terms: sprints, repetitions, hill repeats, blocks; their sets; where in the session they lie.

Conventions: a *bout* is one or more backward segments that touch each other; every segment of it gets the same words.
A *set* is two or more bouts of one gait, of like length and slope, with recoveries between them; its kind is that of its middle
bout, so that one of 14 s among others of 16 s stays a repetition. Sets are numbered from 1 in order of time; a bout that stands
alone, and a block, has no number. Nothing here decides about directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from importer.detect import calibration as cal
from importer.values.activity import Activity
from importer.values.session import BoutKind, Direction, Gait, Phase, Segment

#: s; backward segments closer than this touch. Segments share their borders; a float may be off by less than this
_TOUCH_S = 0.5
#: FIT and TCX lap intensities that say where in the session a lap lies
_PHASES = {"warmup": Phase.WARM_UP, "cooldown": Phase.COOL_DOWN}


class _Bout(NamedTuple):
    """Backward segments ``[first, last)`` of a session that touch, with what decides their kind."""

    first: int
    last: int
    start_s: float
    end_s: float
    gait: Gait | None
    grade_ratio: float | None

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


def name_bouts(segments: Sequence[Segment], activity: Activity) -> tuple[Segment, ...]:
    """Give every backward segment its kind, its set and its phase; other segments come back as they are."""
    out = list(segments)
    n_sets = 0
    for group in _groups(_bouts(segments)):
        kind = _kind(group)
        is_set = len(group) > 1 and kind is not BoutKind.BLOCK
        n_sets += is_set
        for bout in group:
            phase = _phase(bout, group if is_set else [bout], activity)
            for at in range(bout.first, bout.last):
                out[at] = replace(segments[at], kind=kind, set_index=n_sets if is_set else None, phase=phase)
    return tuple(out)


def _phase(bout: _Bout, group: Sequence[_Bout], activity: Activity) -> Phase:
    """The phase of one bout: as its own lap says, else that of its whole set, which no clock should tear apart."""
    if {lap.intensity for lap in activity.laps} & _PHASES.keys():
        return phase_of(bout.start_s, bout.end_s, activity)
    return phase_of(group[0].start_s, group[-1].end_s, activity)


def phase_of(start_s: float, end_s: float, activity: Activity) -> Phase:
    """Tell where in the session ``[start_s, end_s)`` lies: as its lap says, else by time.

    Notes
    -----
    By time, the warm-up is the first and the cool-down the last `EDGE_SHARE` of the session, `EDGE_LONGEST_S` at most.
    """
    middle_s = (start_s + end_s) / 2
    said = {lap.intensity for lap in activity.laps}
    if said & _PHASES.keys():
        lap = next((lap for lap in activity.laps if lap.start_s <= middle_s < lap.end_s), None)
        return Phase.MAIN if lap is None or lap.intensity is None else _PHASES.get(lap.intensity, Phase.MAIN)
    edge_s = min(cal.EDGE_SHARE * activity.elapsed_s, cal.EDGE_LONGEST_S)
    if middle_s < edge_s:
        return Phase.WARM_UP
    return Phase.COOL_DOWN if middle_s >= activity.elapsed_s - edge_s else Phase.MAIN


def _bouts(segments: Sequence[Segment]) -> list[_Bout]:
    bouts: list[_Bout] = []
    for i, segment in enumerate(segments):
        if segment.direction is not Direction.BACKWARD:
            continue
        one = _Bout(i, i + 1, segment.start_s, segment.end_s, segment.gait, segment.grade_ratio)
        before = bouts[-1] if bouts else None
        if before is None or before.last != i or segment.start_s - before.end_s > _TOUCH_S:
            bouts.append(one)
            continue
        longer = one if one.length_s > before.length_s else before
        bouts[-1] = longer._replace(first=before.first, last=one.last, start_s=before.start_s, end_s=one.end_s)
    return bouts


def _groups(bouts: Sequence[_Bout]) -> list[list[_Bout]]:
    """Group bouts that may be one set, in order of time."""
    groups: list[list[_Bout]] = []
    for bout in bouts:
        if groups and _belongs(bout, groups[-1]):
            groups[-1].append(bout)
        else:
            groups.append([bout])
    return groups


def _belongs(bout: _Bout, group: Sequence[_Bout]) -> bool:
    """Whether a bout continues a group: same gait, like length and slope, not too long after it."""
    if bout.gait is not group[0].gait or bout.start_s - group[-1].end_s > cal.LONGEST_RECOVERY_S:
        return False
    usual_s = middle_of([other.length_s for other in group])
    if max(bout.length_s, usual_s) > cal.SET_LENGTH_FACTOR * min(bout.length_s, usual_s):
        return False
    grade = _grade(group)
    return grade is None or bout.grade_ratio is None or abs(bout.grade_ratio - grade) <= cal.HILL_GRADE_RATIO


def _kind(group: Sequence[_Bout]) -> BoutKind:
    """What a group is, by its middle length and slope; one bout alone that is neither a sprint nor up a hill is a block."""
    length_s, grade = middle_of([bout.length_s for bout in group]), _grade(group)
    if length_s > cal.LONGEST_REPETITION_S:
        return BoutKind.BLOCK
    if grade is not None and grade >= cal.HILL_GRADE_RATIO:
        return BoutKind.HILL_REPEAT
    if group[0].gait is not Gait.WALK and length_s <= cal.LONGEST_SPRINT_S:
        return BoutKind.SPRINT
    return BoutKind.REPETITION if len(group) > 1 else BoutKind.BLOCK


def _grade(group: Sequence[_Bout]) -> float | None:
    known = [bout.grade_ratio for bout in group if bout.grade_ratio is not None]
    return middle_of(known) if known else None


def middle_of(values: Sequence[float]) -> float:
    """Median of a few numbers, without an array."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
