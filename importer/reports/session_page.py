"""One session in the terminal: headline, what was run backward in the sport's terms, segments, findings."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from importer.reports.efforts import effort_text, efforts, place_in_set
from importer.reports.lines import backward_amounts, backward_line
from importer.reports.table import table_text
from importer.reports.words import clock, distance, local_start, number, pace, place, plain
from importer.values.session import Direction, Gait, Standing

if TYPE_CHECKING:
    from importer.store import SegmentRecord, SessionRecord

_HEADER: Final = ("from", "to", "direction", "gait", "what", "sure", "distance", "pace", "spm", "bpm", "why")
_RIGHT: Final = (0, 1, 5, 6, 7, 8, 9)
#: narrower terminals leave the reasons to `explain`, characters
_ROOM_FOR_WHY: Final = 120


def session_text(session: SessionRecord) -> str:
    """Give a session and its segments."""
    about = [
        headline(session),
        *(f"  {sentence}" for sentence in _backward(session)),
        *(f"  {plain(sentence)}" for sentence in (*session.findings, *session.notes)),
    ]
    places = place_in_set(session.segments)
    rows = [_row(segment, places.get(segment.start_s)) for segment in session.segments]
    n_columns = len(_HEADER) if _has_room() else len(_HEADER) - 1
    table = table_text(_HEADER[:n_columns], [row[:n_columns] for row in rows], right=_RIGHT)
    return "\n".join((*about, "", table, *_next_steps(session)))


def headline(session: SessionRecord) -> str:
    """Give the first line: number, start, place, times, distance, device."""
    parts = [
        f"session {session.id}",
        session.athlete,
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


def _backward(session: SessionRecord) -> list[str]:
    """How much backward, of what kind, and how it compares with the forward running of the session."""
    if not backward_amounts(session):
        return [backward_line(session, with_hint=False)]
    return [
        backward_line(session, with_hint=False, n_efforts=0),
        *(effort_text(effort) for effort in efforts(session.segments)),
        *_comparison(session.segments),
    ]


def _comparison(segments: Sequence[SegmentRecord]) -> list[str]:
    """Backward against forward running: speed and cadence; nothing where either is missing."""
    means = {}
    for direction in (Direction.FORWARD, Direction.BACKWARD):
        chosen = [one for one in segments if one.direction is direction and one.gait is Gait.RUN]
        means[direction] = [_mean(chosen, name) for name in ("mean_speed_mps", "mean_cadence_spm")]
    (forward_mps, forward_spm), (backward_mps, backward_spm) = means[Direction.FORWARD], means[Direction.BACKWARD]
    words = []
    if forward_mps and backward_mps:
        words.append(f"at {100 * backward_mps / forward_mps:.0f} % of your forward speed")
    if forward_spm and backward_spm:
        words.append(f"{backward_spm:.0f} spm, forward {forward_spm:.0f}")
    return [f"running backward: {', '.join(words)}"] if words else []


def _mean(segments: Sequence[SegmentRecord], name: str) -> float | None:
    known = [(getattr(one, name), one.end_s - one.start_s) for one in segments if getattr(one, name) is not None]
    total_s = sum(seconds for _, seconds in known)
    return sum(value * seconds for value, seconds in known) / total_s if total_s > 0 else None


def _next_steps(session: SessionRecord) -> list[str]:
    """What can be done about it: answer the suggestions, see the evidence."""
    n = sum(one.standing is Standing.SUGGESTED for one in session.segments)
    if n == 0 or not session.id:
        return []
    it = "it was so" if n == 1 else "they are right"
    answer = f"`retro-import confirm {session.id}` if {it}, `retro-import reject {session.id}` if not"
    return ["", f"backward? is a suggestion: {answer}; the evidence: `retro-import explain {session.id}`"]


def _has_room() -> bool:
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return not is_terminal or shutil.get_terminal_size().columns >= _ROOM_FOR_WHY


def _row(segment: SegmentRecord, at: tuple[int, int] | None) -> tuple[str, ...]:
    direction = str(segment.direction)
    if segment.direction is Direction.BACKWARD and segment.standing is Standing.SUGGESTED:
        direction = "backward?"
    what = "" if segment.kind is None else str(segment.kind).replace("-", " ")
    if what and at is not None and at[1] > 1:
        what += f" {at[0]}/{at[1]}"
    return (
        clock(segment.start_s),
        clock(segment.end_s),
        direction,
        "" if segment.gait is None else str(segment.gait),
        what,
        "" if segment.confidence is None else f"{segment.confidence:.0%}",
        distance(segment.distance_m),
        pace(segment.mean_speed_mps),
        number(segment.mean_cadence_spm),
        number(segment.mean_heart_rate_bpm),
        plain("; ".join(segment.why)),
    )
