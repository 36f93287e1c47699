"""What a session holds of backward movement, in the sport's terms: "6 repetitions of 28-35 s backward (running, 2.0 m/s)".

Conventions: a *bout* is one or more backward segments that touch; an *effort* is a set of bouts, or blocks of one phase, or a bout
that stands alone. It is read from stored segments alone: kinds, sets and phases were given when the session was judged
(`detect/sets.py`). Durations are whole seconds, from 100 s on minutes and seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.detect.sets import middle_of
from importer.reports.words import clock
from importer.values.session import BoutKind, Direction, Gait, Phase, Standing

if TYPE_CHECKING:
    from importer.store import SegmentRecord

#: bouts, and recoveries, whose lengths differ by no more than this are given as one number, s
_SAME_S: Final = 3.0
#: slope from which a set of hill repeats tells its grade
_LEAST_GRADE: Final = 0.005
_NAMES: Final = {
    BoutKind.SPRINT: ("sprint", "sprints"),
    BoutKind.REPETITION: ("repetition", "repetitions"),
    BoutKind.HILL_REPEAT: ("hill repeat", "hill repeats"),
    BoutKind.BLOCK: ("block", "blocks"),
}
_BOUTS: Final = ("bout", "bouts")
_PHASES: Final = {Phase.WARM_UP: "in the warm-up", Phase.MAIN: "in the main part", Phase.COOL_DOWN: "in the cool-down"}
_GAITS: Final = {Gait.RUN: "running", Gait.WALK: "walking"}
#: how one recovers: the direction or gait that fills most of it
_RECOVERIES: Final = {"run": "running", "walk": "walking", "still": "standing"}


class Effort(NamedTuple):
    """Bouts that belong together; statistics are None where nothing was measured.

    `lengths_s` of each bout; `recoveries_s` between them, filled mostly by `recovery`: run, walk or still (None: it is not known).
    `n_suggested` counts the bouts of which any part waits for a yes. `phase` is None where the bouts lie in several.
    """

    kind: BoutKind | None
    gait: Gait | None
    phase: Phase | None
    segments: tuple[SegmentRecord, ...]
    lengths_s: tuple[float, ...]
    recoveries_s: tuple[float, ...]
    recovery: str | None
    n_suggested: int
    speed_mps: float | None
    grade_ratio: float | None

    @property
    def n_bouts(self) -> int:
        return len(self.lengths_s)


def efforts(segments: Sequence[SegmentRecord]) -> tuple[Effort, ...]:
    """Give the efforts of a session in order of time."""
    found: list[Effort] = []
    for _, group in groupby(_bouts(segments), key=_key):
        found.append(_effort(tuple(group), segments))
    return tuple(found)


def place_in_set(segments: Sequence[SegmentRecord]) -> dict[float, tuple[int, int]]:
    """Give by the start of each backward segment, s, the number of its bout and how many its effort has."""
    return {
        segment.start_s: (number, effort.n_bouts)
        for effort in efforts(segments)
        for number, bout in enumerate(_bouts(effort.segments), start=1)
        for segment in bout
    }


def effort_text(effort: Effort, *, is_short: bool = False) -> str:
    """Say one effort: "6 repetitions of 28-35 s backward (running, 2.0 m/s), recoveries 75 s running, in the main part".

    Parameters
    ----------
    is_short : leave out the word "backward", where the sentence before it says it.
    """
    n = effort.n_bouts
    one, many = _NAMES.get(effort.kind, _BOUTS) if effort.kind is not None else _BOUTS
    what = f"{n} {many} of {_span(effort.lengths_s)}" if n > 1 else f"one {one} of {_span(effort.lengths_s)}"
    parts = [what if is_short else f"{what} backward"]
    how = _how(effort)
    if how:
        parts[0] += f" ({', '.join(how)})"
    if effort.recoveries_s:
        way = f" {_RECOVERIES[effort.recovery]}" if effort.recovery is not None else ""
        parts.append(f"{'recoveries' if n > 2 else 'recovery'} {_span(effort.recoveries_s)}{way}")
    if effort.phase is not None:
        parts.append(_PHASES[effort.phase])
    if 0 < effort.n_suggested < n:
        parts.append(f"{effort.n_suggested} of them only suggested")
    return ", ".join(parts)


def _how(effort: Effort) -> list[str]:
    how = [] if effort.gait is None else [_GAITS[effort.gait]]
    if effort.speed_mps is not None:
        how.append(f"{effort.speed_mps:.1f} m/s")
    if effort.kind is BoutKind.HILL_REPEAT and effort.grade_ratio is not None and effort.grade_ratio >= _LEAST_GRADE:
        how.append(f"{100 * effort.grade_ratio:.0f} % uphill")
    return how


def length_text(seconds: float) -> str:
    """A duration as runners say it: 35 s, 2:30."""
    return f"{seconds:.0f} s" if round(seconds) < 100 else clock(seconds)


_Bout = tuple["SegmentRecord", ...]


def _bouts(segments: Sequence[SegmentRecord]) -> list[_Bout]:
    """Join backward segments that touch."""
    bouts: list[list[SegmentRecord]] = []
    for segment in segments:
        if segment.direction is not Direction.BACKWARD:
            continue
        if bouts and abs(bouts[-1][-1].end_s - segment.start_s) < 1e-3:
            bouts[-1].append(segment)
        else:
            bouts.append([segment])
    return [tuple(bout) for bout in bouts]


def _key(bout: _Bout) -> tuple[object, ...]:
    """What bouts of one effort share; a lone sprint never joins another one, blocks of one phase do."""
    first = bout[0]
    if first.set_index is not None:
        return (first.set_index,)
    return (first.kind, _gait(bout), first.phase) if first.kind is BoutKind.BLOCK else (first.start_s, first.end_s)


def _effort(bouts: tuple[_Bout, ...], segments: Sequence[SegmentRecord]) -> Effort:
    parts = tuple(segment for bout in bouts for segment in bout)
    phases = {segment.phase for segment in parts}
    gaps = [(a[-1].end_s, b[0].start_s) for a, b in pairwise(bouts)]
    grades = [segment.grade_ratio for segment in parts if segment.grade_ratio is not None]
    return Effort(
        kind=parts[0].kind,
        gait=_gait(parts),
        phase=parts[0].phase if len(phases) == 1 else None,
        segments=parts,
        lengths_s=tuple(bout[-1].end_s - bout[0].start_s for bout in bouts),
        recoveries_s=tuple(end_s - start_s for start_s, end_s in gaps),
        recovery=_recovery(gaps, segments),
        n_suggested=sum(any(segment.standing is Standing.SUGGESTED for segment in bout) for bout in bouts),
        speed_mps=_speed(parts),
        grade_ratio=middle_of(grades) if grades else None,
    )


def _gait(parts: Sequence[SegmentRecord]) -> Gait | None:
    """The gait of most of the time."""
    seconds = {gait: sum(one.end_s - one.start_s for one in parts if one.gait is gait) for gait in (Gait.RUN, Gait.WALK)}
    longest = max(seconds, key=lambda gait: seconds[gait])
    return longest if seconds[longest] > 0 else None


def _speed(parts: Sequence[SegmentRecord]) -> float | None:
    known = [(one.mean_speed_mps, one.end_s - one.start_s) for one in parts if one.mean_speed_mps is not None]
    total_s = sum(seconds for _, seconds in known)
    return sum(speed * seconds for speed, seconds in known) / total_s if total_s > 0 else None


def _recovery(gaps: Sequence[tuple[float, float]], segments: Sequence[SegmentRecord]) -> str | None:
    """What fills most of the recoveries; None where that is not known."""
    seconds: dict[str | None, float] = {}
    for start_s, end_s in gaps:
        for one in segments:
            shared_s = min(one.end_s, end_s) - max(one.start_s, start_s)
            if shared_s > 0:
                way = "still" if one.direction is Direction.STILL else None if one.gait is None else str(one.gait)
                seconds[way] = seconds.get(way, 0.0) + shared_s
    return max(seconds, key=lambda way: seconds[way]) if seconds else None


def _span(lengths_s: Sequence[float]) -> str:
    """One length where all are alike, else the shortest and the longest: 28-35 s."""
    low, high = min(lengths_s), max(lengths_s)
    if high - low <= _SAME_S:
        return length_text(middle_of(lengths_s))
    if round(high) < 100:
        return f"{low:.0f}-{high:.0f} s"
    return f"{clock(low)}-{clock(high)}"
