"""All scores of a tagged session against its truth, and of many sessions together.

Conventions: backward is what is looked for. Only seconds that the truth covers with a direction other than ``unknown`` are scored.
`accepted` counts what the program accepts, `found` what it accepts or suggests.
A forecast is one stretch that the program calls forward or backward, with the probability of backward that it claims there; standing
still and ``unknown`` are no forecast, and neither is movement that the truth calls still.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from importer.evaluate.probability import Forecast, brier, expected_calibration_error
from importer.evaluate.spans import (
    COLLAR_S,
    Counts,
    Span,
    false_seconds_per_hour,
    join,
    length_s,
    overlap,
    score_events,
    score_seconds,
    total,
)
from importer.evaluate.truth import TrueSpan
from importer.values.session import Direction, Segment, Standing

_MOVING = (Direction.FORWARD, Direction.BACKWARD)


@dataclass(frozen=True, slots=True)
class Scores:
    """Counts that can be added up, and the scores they give."""

    #: seconds that the truth covers, in how many sessions
    scored_s: float
    n_sessions: int
    accepted_events: Counts
    accepted_seconds: Counts
    found_events: Counts
    found_seconds: Counts
    #: backward seconds that were missed and called unknown
    unknown_s: float
    forecasts: tuple[Forecast, ...]

    @property
    def false_s_per_h(self) -> float | None:
        """Seconds accepted or suggested wrongly in an hour of recording."""
        return false_seconds_per_hour(self.found_seconds, total_s=self.scored_s)

    @property
    def brier(self) -> float | None:
        """Brier score of the claimed probability of backward."""
        return brier(self.forecasts)

    @property
    def ece(self) -> float | None:
        """Expected calibration error of the claimed probability of backward."""
        return expected_calibration_error(self.forecasts)


def evaluate(truth: Sequence[TrueSpan], segments: Sequence[Segment], *, collar_s: float = COLLAR_S) -> Scores:
    """Score the segments of one session.

    Parameters
    ----------
    truth : what was done; seconds outside are not scored.
    segments : as tagged.
    collar_s : how far the onset and the offset of an event may be off.
    """
    scored = join((span.start_s, span.end_s) for span in truth if span.direction is not Direction.UNKNOWN)
    real = join((span.start_s, span.end_s) for span in truth if span.direction is Direction.BACKWARD)
    found = overlap(_claimed(segments, Direction.BACKWARD), scored)
    accepted = overlap(_claimed([one for one in segments if one.standing is Standing.ACCEPTED], Direction.BACKWARD), scored)
    return Scores(
        scored_s=length_s(scored),
        n_sessions=1,
        accepted_events=score_events(real, accepted, onset_collar_s=collar_s, offset_collar_s=collar_s),
        accepted_seconds=score_seconds(real, accepted),
        found_events=score_events(real, found, onset_collar_s=collar_s, offset_collar_s=collar_s),
        found_seconds=score_seconds(real, found),
        unknown_s=length_s(overlap(_claimed(segments, Direction.UNKNOWN), real)),
        forecasts=tuple(_forecasts(truth, segments)),
    )


def pool(scores: Sequence[Scores]) -> Scores:
    """Add up the counts of several sessions: every second counts the same, whatever session it is of."""
    return Scores(
        scored_s=math.fsum(one.scored_s for one in scores),
        n_sessions=sum(one.n_sessions for one in scores),
        accepted_events=total(one.accepted_events for one in scores),
        accepted_seconds=total(one.accepted_seconds for one in scores),
        found_events=total(one.found_events for one in scores),
        found_seconds=total(one.found_seconds for one in scores),
        unknown_s=math.fsum(one.unknown_s for one in scores),
        forecasts=tuple(forecast for one in scores for forecast in one.forecasts),
    )


def _claimed(segments: Sequence[Segment], direction: Direction) -> list[Span]:
    """Give the spans of a direction, touching ones joined."""
    return join((one.start_s, one.end_s) for one in segments if one.direction is direction)


def _forecasts(truth: Sequence[TrueSpan], segments: Sequence[Segment]) -> list[Forecast]:
    """Give each stretch in which the program says forward or backward and the truth does too."""
    moving = [span for span in truth if span.direction in _MOVING]
    told = [one for one in segments if one.direction in _MOVING and one.confidence is not None]
    out: list[Forecast] = []
    first = 0
    for segment in told:
        assert segment.confidence is not None
        p = segment.confidence if segment.direction is Direction.BACKWARD else 1.0 - segment.confidence
        while first < len(moving) and moving[first].end_s <= segment.start_s:
            first += 1
        for span in moving[first:]:
            if span.start_s >= segment.end_s:
                break
            weight = min(span.end_s, segment.end_s) - max(span.start_s, segment.start_s)
            out.append(Forecast(p, span.direction is Direction.BACKWARD, weight))
    return out
