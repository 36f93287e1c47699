"""What would be stored, without a database: the records of a dry run, all with the id 0."""

from __future__ import annotations

from importer.store import rows
from importer.store.records import SessionRecord, SourceInfo
from importer.values.session import Session


def preview(source: SourceInfo, session: Session, *, athlete: str) -> SessionRecord:
    """Give the record that saving the session would give."""
    row = {
        **rows.recording_row(session.activity, session_id=0, source_id=0),
        **rows.session_row(session, athlete_id=0, baseline_id=None),
        "id": 0,
        "athlete": athlete,
        "path": source.path,
        "member": source.member,
        "sha256": source.sha256,
    }
    segments = tuple(rows.segment_record({**segment, "id": 0}) for segment in rows.segment_rows(session.segments, session_id=0))
    return rows.session_record(row, segments=segments, laps=session.activity.laps)
