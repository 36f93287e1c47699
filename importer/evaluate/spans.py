"""Scores of intervals against intervals: whole events, and seconds.

Conventions
-----------
Spans are ``(start_s, end_s)``, ``[start_s, end_s)``, sorted and disjoint. `reference` is the truth and comes first, `estimate` second.
A score that has no meaning (the precision of nothing) is None and not 0: nothing was claimed, so nothing was wrong.
Swapping reference and estimate swaps precision and recall; the estimate that equals the reference scores 1.

Metrics
-------
`score_events` : an event is found where one estimate begins within a collar of its onset and ends within a collar of its offset; the
matching is optimal, so that one estimate counts once.
`score_seconds` : seconds that both, one or the other claim, exact to the borders.

References
----------
Raffel et al. 2014, ISMIR (mir_eval): validation, optimal matching, one pure function for each metric.
Mesaros, Heittola and Virtanen 2016, Applied Sciences 6:162: event-based scores with collars, segment-based scores.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from importer.evaluate.matching import match

Span = tuple[float, float]

#: how far a border may be off, s: smoothing over 7 s moves one by up to 3.5 s, and devices delay speed and cadence by a second or two
COLLAR_S: Final = 5.0


class Counts(NamedTuple):
    """Events, or seconds: found in both, in the estimate only, in the reference only. Counts of several sessions are added up."""

    hit: float = 0.0
    false: float = 0.0
    missed: float = 0.0

    @property
    def precision(self) -> float | None:
        """Share of the estimate that is true; None where nothing was estimated."""
        return _share(self.hit, self.hit + self.false)

    @property
    def recall(self) -> float | None:
        """Share of the reference that was found; None where there is nothing to find."""
        return _share(self.hit, self.hit + self.missed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two; None where neither claims anything."""
        return _share(2 * self.hit, 2 * self.hit + self.false + self.missed)


def total(counts: Iterable[Counts]) -> Counts:
    """Add up the counts of several sessions."""
    columns = list(zip(*counts, strict=True))
    return Counts(*(math.fsum(column) for column in columns))


def validate(spans: Sequence[Span], what: str) -> None:
    """Raise ValueError unless spans are sorted, disjoint, finite and not empty; the message says the likely mistake."""
    last = -math.inf
    for i, (start_s, end_s) in enumerate(spans):
        if not (math.isfinite(start_s) and math.isfinite(end_s)):
            raise ValueError(f"{what}[{i}]: ({start_s}, {end_s}) is not finite: is a value missing?")
        if end_s <= start_s:
            raise ValueError(f"{what}[{i}]: ends at {end_s} s, not after its start at {start_s} s: are these start and length?")
        if start_s < last:
            raise ValueError(f"{what}[{i}]: starts at {start_s} s, before the end of the one before it ({last} s): sort and join them")
        last = end_s


def join(spans: Iterable[Span]) -> list[Span]:
    """Join spans that touch: what a device cuts at a lap is one event."""
    out: list[Span] = []
    for start_s, end_s in sorted(spans):
        if out and start_s <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end_s))
        else:
            out.append((start_s, end_s))
    return out


def overlap(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Give what two sorted, disjoint lists of spans have in common."""
    out: list[Span] = []
    i = j = 0
    while i < len(spans) and j < len(others):
        start_s, end_s = max(spans[i][0], others[j][0]), min(spans[i][1], others[j][1])
        if start_s < end_s:
            out.append((start_s, end_s))
        if spans[i][1] <= others[j][1]:
            i += 1
        else:
            j += 1
    return out


def length_s(spans: Iterable[Span]) -> float:
    """Seconds in all spans together."""
    return math.fsum(end_s - start_s for start_s, end_s in spans)


def match_events(
    reference: Sequence[Span], estimate: Sequence[Span], *, onset_collar_s: float = COLLAR_S, offset_collar_s: float = COLLAR_S
) -> list[tuple[int, int]]:
    """Pair events whose onsets and offsets lie within the collars: (index in reference, index in estimate), as many as possible."""
    validate(reference, "reference")
    validate(estimate, "estimate")
    onsets = [start_s for start_s, _ in estimate]
    neighbours = []
    for start_s, end_s in reference:
        near = range(bisect_left(onsets, start_s - onset_collar_s), bisect_right(onsets, start_s + onset_collar_s))
        neighbours.append([i for i in near if abs(estimate[i][1] - end_s) <= offset_collar_s])
    found = match(neighbours, n_right=len(estimate))
    return [(i, j) for i, j in enumerate(found) if j is not None]


def score_events(
    reference: Sequence[Span], estimate: Sequence[Span], *, onset_collar_s: float = COLLAR_S, offset_collar_s: float = COLLAR_S
) -> Counts:
    """Count events found, false and missed."""
    n = len(match_events(reference, estimate, onset_collar_s=onset_collar_s, offset_collar_s=offset_collar_s))
    return Counts(n, len(estimate) - n, len(reference) - n)


def score_seconds(reference: Sequence[Span], estimate: Sequence[Span]) -> Counts:
    """Count seconds found, false and missed."""
    validate(reference, "reference")
    validate(estimate, "estimate")
    hit = length_s(overlap(reference, estimate))
    return Counts(hit, max(0.0, length_s(estimate) - hit), max(0.0, length_s(reference) - hit))


def false_seconds_per_hour(counts: Counts, *, total_s: float) -> float | None:
    """Seconds claimed wrongly in an hour of recording; None for no recording."""
    return _share(3600.0 * counts.false, total_s)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
