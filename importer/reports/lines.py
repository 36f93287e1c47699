"""What the import prints: a line for each file, and one below it for what a tired runner should know or do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from importer.reports.words import clock, distance, local_start, place
from importer.values.session import Direction, Standing

if TYPE_CHECKING:
    from importer.pipeline import ImportResult
    from importer.store import SegmentRecord, SessionRecord

#: notes beyond this many are told by `show`
_MOST_NOTES = 2


def result_lines(result: ImportResult) -> Iterator[str]:
    """Give the lines of one file."""
    if result.error is not None:
        yield f"{result.path}: {result.outcome}: {result.error.message} [{result.error.code}]"
        return
    if result.outcome == "known":
        ids = ", ".join(str(session.id) for session in result.sessions)
        yield f"{result.path}: known: {result.notes[0]} (session {ids})"
        return
    for session in result.sessions:
        yield f"{result.path}: {_headline(session)}"
        yield f"    {backward_line(session)}"
        for sentence in session.findings[:_MOST_NOTES]:
            yield f"    {sentence}"
    for note in result.notes[:_MOST_NOTES]:
        yield f"    note: {note}"


def _headline(session: SessionRecord) -> str:
    what = place(str(session.environment), session.sport)
    number = f"session {session.id}, " if session.id else "not stored, "
    return f"{number}{local_start(session.start, session.utc_offset_s)}, {what}, {clock(session.timer_s)}, {distance(session.distance_m)}"


def backward_line(session: SessionRecord) -> str:
    """Say what was found, how sure, and what to do next."""
    backward = [segment for segment in session.segments if segment.direction is Direction.BACKWARD]
    accepted = [segment for segment in backward if segment.standing is Standing.ACCEPTED]
    suggested = [segment for segment in backward if segment.standing is Standing.SUGGESTED]
    parts = []
    if accepted:
        parts.append(f"backward {_amount(accepted)}, {_bases(accepted)}")
    if suggested:
        least = min(segment.confidence or 0.0 for segment in suggested)
        parts.append(
            f"probably backward {_amount(suggested)}, by {_bases(suggested)}, {least:.0%} sure{'' if len(suggested) == 1 else ' of each'}"
        )
    if parts:
        look = f": see `retro-import show {session.id}`" if session.id else ""
        return "; ".join(parts) + look
    moving = [segment for segment in session.segments if segment.direction is not Direction.STILL]
    unknown_s = sum(segment.end_s - segment.start_s for segment in moving if segment.direction is Direction.UNKNOWN)
    moving_s = sum(segment.end_s - segment.start_s for segment in moving)
    if moving_s and unknown_s > 0.5 * moving_s:
        return "direction unknown"
    if unknown_s >= 1:
        return f"no backward running found; {clock(unknown_s)} unknown"
    return "no backward running found"


def _amount(segments: Sequence[SegmentRecord]) -> str:
    seconds = sum(segment.end_s - segment.start_s for segment in segments)
    metres = [segment.distance_m for segment in segments if segment.distance_m is not None]
    way = f", {distance(sum(metres))}" if metres else ""
    return f"{clock(seconds)} in {len(segments)} {'bout' if len(segments) == 1 else 'bouts'}{way}"


def _bases(segments: Sequence[SegmentRecord]) -> str:
    return ", ".join(sorted({str(segment.basis) for segment in segments}))
