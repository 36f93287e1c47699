"""The JSON of the command line: a contract. Fields may be added, never renamed.

Conventions: times are UTC with a Z; what is not known is null; numbers are rounded to what a sensor can mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importer.linking.updating import Replaced
    from importer.pipeline import ImportResult
    from importer.store import SegmentRecord, SessionRecord


def result_json(result: ImportResult, *, is_dry: bool = False) -> dict[str, Any]:
    """Give the object of one file."""
    error = result.error
    out: dict[str, Any] = {
        "path": result.path,
        "outcome": str(result.outcome),
        "sha256": result.source.sha256,
        "format": result.source.format or None,
        "batch": result.batch,
        "error": None if error is None else {"code": error.code, "message": error.message, "offset": error.offset},
        "notes": list(result.notes),
        "sessions": [session_json(session) for session in result.sessions],
        "replaced": [replaced_json(one) for one in result.replaced],
        "relabelled": list(result.relabelled),
    }
    if is_dry:
        out["dry_run"] = True
    return out


def replaced_json(one: Replaced) -> dict[str, Any]:
    """Give the object of a session in which a better source took the place of other files."""
    return {
        "session": one.after.id,
        "paths": list(one.paths),
        "sha256": list(one.sha256s),
        "before": session_json(one.before),
        "after": session_json(one.after),
    }


def session_json(session: SessionRecord) -> dict[str, Any]:
    """Give the object of one session; ids are null in a dry run."""
    return {
        "id": session.id or None,
        "start": session.start.strftime("%Y-%m-%dT%H:%M:%S") + _fraction(session.start.microsecond) + "Z",
        "utc_offset_s": session.utc_offset_s,
        "athlete": session.athlete,
        "sport": session.sport,
        "sub_sport": session.sub_sport,
        "environment": str(session.environment),
        "speed_basis": str(session.speed_basis),
        "cadence_basis": str(session.cadence_basis),
        "elapsed_s": _round(session.elapsed_s, 3),
        "timer_s": _round(session.timer_s, 3),
        "distance_m": _round(session.distance_m, 1),
        "possible_duplicate_of": session.possible_duplicate_of,
        "findings": list(session.findings),
        "segments": [segment_json(segment) for segment in session.segments],
    }


def segment_json(segment: SegmentRecord) -> dict[str, Any]:
    """Give the object of one segment."""
    return {
        "id": segment.id or None,
        "start_s": _round(segment.start_s, 3),
        "end_s": _round(segment.end_s, 3),
        "direction": str(segment.direction),
        "gait": None if segment.gait is None else str(segment.gait),
        "basis": str(segment.basis),
        "standing": str(segment.standing),
        "confidence": _round(segment.confidence, 3),
        "distance_m": _round(segment.distance_m, 1),
        "mean_speed_mps": _round(segment.mean_speed_mps, 3),
        "max_speed_mps": _round(segment.max_speed_mps, 3),
        "mean_cadence_spm": _round(segment.mean_cadence_spm, 1),
        "mean_heart_rate_bpm": _round(segment.mean_heart_rate_bpm, 1),
        "ascent_m": _round(segment.ascent_m, 1),
        "grade_ratio": _round(segment.grade_ratio, 4),
        "why": list(segment.why),
        "kind": None if segment.kind is None else str(segment.kind),
        "set_index": segment.set_index,
        "phase": None if segment.phase is None else str(segment.phase),
    }


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _fraction(microsecond: int) -> str:
    return f".{microsecond // 1000:03d}" if microsecond >= 1000 else ""
