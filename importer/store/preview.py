"""What would be stored, without a database: the records of a dry run, with the id 0 where there is no row yet."""

from __future__ import annotations

from dataclasses import fields, replace

from importer.store import judged, rows
from importer.store.records import SessionRecord, SourceInfo
from importer.values.session import Session


def preview(source: SourceInfo, session: Session, *, athlete: str) -> SessionRecord:
    """Give the record that saving the session would give."""
    row = {
        **rows.recording_row(session.activity, session_id=0, source_id=0),
        **rows.session_row(session, athlete_id=0),
        **judged.judged_row(session, baseline_id=None),
        "id": 0,
        "possible_duplicate_of": None,
        "athlete": athlete,
        "path": source.path,
        "member": source.member,
        "sha256": source.sha256,
    }
    segments = tuple(rows.segment_record({**segment, "id": 0}) for segment in rows.segment_rows(session.segments, session_id=0))
    return rows.session_record(row, segments=segments, laps=session.activity.laps)


def judged_preview(before: SessionRecord, session: Session) -> SessionRecord:
    """Give the record of a stored session as judging it anew would make it."""
    row = judged.judged_row(session, baseline_id=None)
    names = {field.name for field in fields(SessionRecord)} & row.keys()
    segments = tuple(rows.segment_record({**segment, "id": 0}) for segment in rows.segment_rows(session.segments, session_id=before.id))
    changed = {name: row[name] for name in names if name not in ("baseline_id", "findings")}
    return replace(before, **changed, findings=tuple(row["findings"]), segments=segments)
