"""Values <-> columns of what a session was judged by, and of what it teaches.

Conventions: `Normal` and `Baseline` are kept as JSON with the names of their fields; a number that is none becomes null.
Pure: no database here.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from importer.store.rows import Found, Row, clean, number, totals
from importer.values.session import Baseline, Normal, Session


def judged_row(session: Session, *, baseline_id: int | None) -> Row:
    """Give the columns that another judgement of the same recording changes."""
    return {
        **totals(session.segments),
        "calibration": session.calibration,
        "baseline_id": baseline_id,
        "judged_by": session.judged_by,
        "normal": None if session.normal is None else _content(session.normal),
        "is_lesson": session.normal is not None and session.normal.is_lesson,
        "findings": [clean(finding) for finding in session.findings],
    }


def _content(value: Normal | Baseline) -> Row:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(cell: Any) -> Any:  # noqa: ANN401 - a number, a text, a time, None, or several numbers
    """Give a value as JSON can hold it."""
    if isinstance(cell, tuple | list):
        return [one for one in map(_plain, cell) if one is not None]
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat()
    return number(cell) if isinstance(cell, float) else clean(cell) if isinstance(cell, str) else cell


def normal(content: Found | None) -> Normal | None:
    """Read what a session teaches; None where a program that counted other things wrote it."""
    if content is None or not content.keys() <= {field.name for field in fields(Normal)}:
        return None
    try:
        return Normal(**content)
    except TypeError:  # a field without a default is not there
        return None


def baseline_row(baseline: Baseline, *, athlete_id: int) -> Row:
    content = {name: cell for name, cell in _content(baseline).items() if name != "id"}
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return {
        "athlete_id": athlete_id,
        "digest": hashlib.sha256(text.encode()).hexdigest(),
        "n_sessions": baseline.n_sessions,
        "until_utc": baseline.until,
        "content": content,
    }


def baseline(row: Found) -> Baseline:
    known = {field.name for field in fields(Baseline)}
    content = {name: cell for name, cell in row["content"].items() if name in known}
    return Baseline(**{**content, "until": row["until_utc"], "id": row["id"]})
