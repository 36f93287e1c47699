"""What the import prints: one line for each session, what was found, how sure, and what to do next.

Conventions: the first words of notes (``truncated``, ``derived-speed``) stand in brackets at the end; `show` has the sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from importer.reports.efforts import effort_text, efforts
from importer.reports.words import clock, distance, local_start, place
from importer.values.session import Direction, Standing

if TYPE_CHECKING:
    from importer.pipeline import ImportResult
    from importer.store import SegmentRecord, SessionRecord
    from importer.store.athlete_records import DeviceRule


def result_lines(result: ImportResult) -> Iterator[str]:
    """Give the lines of one file: one, or one for each session of a file that holds several."""
    if result.error is not None:
        yield f"{result.path}: {result.outcome}: {result.error.message} [{result.error.code}]"
    elif result.outcome == "known" and not result.relabelled:
        ids = ", ".join(str(session.id) for session in result.sessions)
        yield f"{result.path}: known: {'; '.join(result.notes)} (session {ids})"
    else:
        lead = {"linked": "linked: ", "known": "judged anew by its labels: "}.get(result.outcome, "")
        for session in result.sessions:
            if result.outcome == "known" and session.id not in result.relabelled:
                continue
            words = list(dict.fromkeys(note.partition(":")[0] for note in session.notes))
            odd = f" [{', '.join(words)}]" if words else ""
            yield f"{result.path}: {lead}{_headline(session, rule=result.rule)}: {_finding(session)}{odd}{_others(result)}"


def _others(result: ImportResult) -> str:
    """Say with what it was linked, and what is to be decided: what has to do with other sessions."""
    told = [note.partition(": ") for note in result.notes]
    linked = [note for word, _, note in told if word == "linked"]
    asked = [note for word, _, note in told if word == "possible-duplicate"]
    return "".join(f"; {note}" for note in (*linked[:1], *asked))


def _headline(session: SessionRecord, *, rule: DeviceRule | None) -> str:
    what = place(str(session.environment), session.sport)
    number = f"session {session.id}, " if session.id else ""
    if rule is not None:  # nobody said whose it is: say how it is known
        number += f"for {rule.athlete} (device rule {rule.id}), "
    return f"{number}{local_start(session.start, session.utc_offset_s)}, {what}, {clock(session.timer_s)}, {distance(session.distance_m)}"


def _finding(session: SessionRecord) -> str:
    """Say what was found; where that is nothing, why, and what would help."""
    found = backward_line(session)
    is_tagged = any(segment.direction is Direction.BACKWARD for segment in session.segments)
    return found if is_tagged or not session.findings else f"{found}: {session.findings[0]}"


def backward_line(session: SessionRecord, *, with_hint: bool = True, n_efforts: int = 2) -> str:
    """Say how much was found, how sure, of what kind, and (`with_hint`) where to look.

    Parameters
    ----------
    n_efforts : sets and blocks that are told one by one; 0 for none.
    """
    amounts = backward_amounts(session)
    if amounts:
        kinds = efforts(session.segments)
        told = [effort_text(effort, is_short=True) for effort in kinds[:n_efforts]]
        if told and len(kinds) > n_efforts:
            told.append(f"{len(kinds) - n_efforts} more")
        look = f": see `retro-import show {session.id}`" if session.id and with_hint else ""
        return "; ".join(amounts) + (f": {'; '.join(told)}" if told else "") + look
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


def backward_amounts(session: SessionRecord) -> list[str]:
    """Say how long and how far backward, and by what: what is accepted, then what is suggested."""
    backward = [segment for segment in session.segments if segment.direction is Direction.BACKWARD]
    accepted = [segment for segment in backward if segment.standing is Standing.ACCEPTED]
    suggested = [segment for segment in backward if segment.standing is Standing.SUGGESTED]
    amounts = []
    if accepted:
        amounts.append(f"backward {_amount(accepted)}, {_bases(accepted)}")
    if suggested:
        least = min(segment.confidence or 0.0 for segment in suggested)
        amounts.append(
            f"probably backward {_amount(suggested)}, by {_bases(suggested)}, {least:.0%} sure{'' if len(suggested) == 1 else ' of each'}"
        )
    return amounts


def _amount(segments: Sequence[SegmentRecord]) -> str:
    seconds = sum(segment.end_s - segment.start_s for segment in segments)
    metres = [segment.distance_m for segment in segments if segment.distance_m is not None]
    return f"{clock(seconds)}, {distance(sum(metres))}" if metres else clock(seconds)


def _bases(segments: Sequence[SegmentRecord]) -> str:
    return ", ".join(sorted({str(segment.basis) for segment in segments}))
