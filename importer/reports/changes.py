"""What judging a session anew changes, as lines and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from importer.reports.as_json import session_json
from importer.reports.lines import backward_line
from importer.reports.words import clock, local_start, plain
from importer.values.session import Label, LabelKind, LapWord

if TYPE_CHECKING:
    from importer.retag import Change
    from importer.store import SessionRecord
    from importer.store.records import LabelRecord, Said


def change_line(change: Change) -> str:
    """Give one line: what the session said of backward movement, and what it says now."""
    which = f"session {change.before.id}, {local_start(change.before.start, change.before.utc_offset_s)}"
    if change.error is not None:
        return plain(f"{which}: cannot be judged anew: {change.error}")
    was, now = (backward_line(record, with_hint=False) for record in (change.before, change.after))
    if was != now:
        return plain(f"{which}: was: {was}; now: {now}")
    return plain(f"{which}: {now}{' (borders, numbers or reasons changed)' if change.is_change else ''}")


def change_json(change: Change, *, is_dry: bool = False) -> dict[str, Any]:
    """Give the object of one session."""
    error = change.error
    out = {
        "session": change.before.id,
        "changed": error is None and change.is_change,
        "error": None if error is None else {"code": error.code, "message": str(error)},
        "before": session_json(change.before),
        "after": session_json(change.after),
    }
    return {**out, "dry_run": True} if is_dry else out


def said_line(said: Said) -> str:
    """Repeat what the runner said."""
    if isinstance(said, Label):
        what = {"confirm": "backward, confirmed", "reject": "not backward"}.get(said.kind.value, str(said.direction))
        return f"{clock(said.start_s)}-{clock(said.end_s)}: {what}"
    return plain(f"laps run backward: {said.text}")


def label_line(label: LabelRecord) -> str:
    """Repeat what the runner once said."""
    return said_line(_said(label))


def label_json(label: LabelRecord) -> dict[str, Any]:
    """Give the object of a label that was stored."""
    return said_json(_said(label))


def _said(label: LabelRecord) -> Said:
    if label.rule is not None:
        return LapWord(label.rule)
    return Label(label.start_s, label.end_s, LabelKind(label.kind), label.direction)


def said_json(said: Said) -> dict[str, Any]:
    """Give the object of one label."""
    if isinstance(said, Label):
        direction = None if said.direction is None else str(said.direction)
        return {"start_s": said.start_s, "end_s": said.end_s, "kind": str(said.kind), "direction": direction}
    return {"start_s": None, "end_s": None, "kind": "laps", "direction": None, "rule": said.text}


def removed_line(session: SessionRecord) -> str:
    """Name a session that was taken out."""
    return plain(f"session {session.id}, {local_start(session.start, session.utc_offset_s)}, {session.athlete}: {session.path}")
