"""One session in the terminal: headline, segments, findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from importer.reports.lines import backward_line
from importer.reports.table import table_text
from importer.reports.words import clock, distance, local_start, number, pace, place, plain
from importer.values.session import Direction, Standing

if TYPE_CHECKING:
    from importer.store import SegmentRecord, SessionRecord

_HEADER = ("from", "to", "direction", "gait", "sure", "distance", "pace", "spm", "bpm", "why")


def session_text(session: SessionRecord) -> str:
    """Give a session and its segments."""
    about = [
        headline(session),
        f"  {backward_line(session, with_hint=False)}",
        *(f"  {plain(sentence)}" for sentence in (*session.findings, *session.notes)),
    ]
    return "\n".join((*about, "", table_text(_HEADER, [_row(segment) for segment in session.segments], right=(0, 1, 4, 5, 6, 7, 8))))


def headline(session: SessionRecord) -> str:
    """Give the first line: number, start, place, times, distance, device."""
    parts = [
        f"session {session.id}",
        local_start(session.start, session.utc_offset_s),
        place(str(session.environment), session.sport),
        f"{clock(session.elapsed_s)} elapsed, {clock(session.timer_s)} on the timer",
        distance(session.distance_m),
        f"speed by {session.speed_basis}",
    ]
    device = " ".join(word for word in (session.device.manufacturer, session.device.product) if word)
    if device:
        parts.append(device)
    return plain(", ".join(parts))


def _row(segment: SegmentRecord) -> tuple[str, ...]:
    direction = str(segment.direction)
    if segment.direction is Direction.BACKWARD and segment.standing is Standing.SUGGESTED:
        direction = "backward?"
    return (
        clock(segment.start_s),
        clock(segment.end_s),
        direction,
        "" if segment.gait is None else str(segment.gait),
        "" if segment.confidence is None else f"{segment.confidence:.0%}",
        distance(segment.distance_m),
        pace(segment.mean_speed_mps),
        number(segment.mean_cadence_spm),
        number(segment.mean_heart_rate_bpm),
        plain("; ".join(segment.why)),
    )
