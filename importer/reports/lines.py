"""What the import prints: one line for each session, what was found, how sure, and what to do next.

Conventions: the first words of notes (``truncated``, ``derived-speed``) stand in brackets at the end; `show` has the sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from importer.reports.words import clock, distance, local_start, place
from importer.values.session import Direction, Standing

if TYPE_CHECKING:
    from importer.pipeline import ImportResult
    from importer.store import SegmentRecord, SessionRecord


def result_lines(result: ImportResult) -> Iterator[str]:
    """Give the lines of one file: one, or one for each session of a file that holds several."""
    if result.error is not None:
        yield f"{result.path}: {result.outcome}: {result.error.message} [{result.error.code}]"
    elif result.outcome == "known":
        ids = ", ".join(str(session.id) for session in result.sessions)
        yield f"{result.path}: known: {'; '.join(result.notes)} (session {ids})"
    else:
        for session in result.sessions:
            words = list(dict.fromkeys(note.partition(":")[0] for note in session.notes))
            odd = f" [{', '.join(words)}]" if words else ""
            yield f"{result.path}: {_headline(session)}: {_finding(session)}{odd}"


def _headline(session: SessionRecord) -> str:
    what = place(str(session.environment), session.sport)
    number = f"session {session.id}, " if session.id else ""
    return f"{number}{local_start(session.start, session.utc_offset_s)}, {what}, {clock(session.timer_s)}, {distance(session.distance_m)}"


def _finding(session: SessionRecord) -> str:
    """Say what was found; where that is nothing, why, and what would help."""
    found = backward_line(session)
    is_tagged = any(segment.direction is Direction.BACKWARD for segment in session.segments)
    return found if is_tagged or not session.findings else f"{found}: {session.findings[0]}"


def backward_line(session: SessionRecord, *, with_hint: bool = True) -> str:
    """Say what was found, how sure, and (`with_hint`) where to look."""
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
        look = f": see `retro-import show {session.id}`" if session.id and with_hint else ""
        return "; ".join(parts) + look
    moving = [segment for segment in session.segments if segment.direction is not Direction.STILL]
    if not moving:
        return "no movement"
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
