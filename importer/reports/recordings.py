"""The recordings of a session: which file gives what, and what the user has to decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from importer.reports.words import plain

if TYPE_CHECKING:
    from importer.store import SessionRecord
    from importer.store.kin_records import Member

#: channels in the words of people; others are named as they are
_WORDS = {
    "speed_mps": "speed",
    "distance_m": "distance",
    "grade_ratio": "incline",
    "cadence_spm": "cadence",
    "heart_rate_bpm": "heart rate",
}
_PLACES = frozenset({"latitude_deg", "longitude_deg"})


def recording_lines(session: SessionRecord, recordings: Sequence[Member]) -> list[str]:
    """Give a line for each recording of a session of several, and the question that is open about it."""
    lines = []
    if len(recordings) > 1:
        lines.append(f"{len(recordings)} recordings are one session (`retro-import unlink {session.id}` parts them):")
        lines += [plain(f"  {_file(one)}: {_gives(one)}{_clock(one)}") for one in recordings]
    if session.possible_duplicate_of is not None:
        lines.append(question(session.id, session.possible_duplicate_of))
    return lines


def question(session_id: int, other_id: int) -> str:
    """Ask whether two sessions are one, with the commands that answer."""
    answers = f"`retro-import link {other_id} {session_id}` makes them one session, `retro-import keep {session_id}` keeps both"
    return f"session {session_id} may be the same run as session {other_id}: {answers}"


def recordings_json(recordings: Sequence[Member]) -> list[dict[str, Any]]:
    """Give an object for each recording, the primary one first."""
    return [
        {
            "path": one.path,
            "sha256": one.key.sha256,
            "format": one.activity.format,
            "primary": one.is_primary,
            "clock_shift_s": round(one.clock_shift_s, 3),
            "supplies": None if one.supplies is None else list(one.supplies),
        }
        for one in recordings
    ]


def _file(one: Member) -> str:
    device = " ".join(word for word in (one.activity.device.manufacturer, one.activity.device.product) if word)
    return f"{one.path} ({device})" if device else one.path


def _gives(one: Member) -> str:
    names = one.supplies or ()
    words = [_WORDS.get(name, name.rpartition("_")[0].replace("_", " ")) for name in names if name not in _PLACES]
    if _PLACES.intersection(names):
        words.append("places")
    return f"gives {', '.join(words)}" if words else "gives nothing that the others lack"


def _clock(one: Member) -> str:
    seconds = one.clock_shift_s
    return "" if abs(seconds) < 1 else f"; its clock is {abs(seconds):.0f} s {'behind' if seconds > 0 else 'ahead'}"
