"""The real negatives: every forward run and walk of the corpus, and what the program claims of them.

Conventions: none of the recordings says that it holds backward movement, so all of them are taken as forward. They are judged as first
sessions, and together: how many seconds are called backward for every hour in which a direction was told at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from importer.detect.tagging import tag
from importer.errors import ReadError
from importer.readers.containers import unpack
from importer.readers.registry import read_activities
from importer.values.activity import Activity
from importer.values.session import Direction, Session, Standing

ROOT = Path(__file__).resolve().parent.parent.parent


def folder() -> Path | None:
    """Find the corpus: RETRO_CORPUS, else beside the project."""
    path = Path(os.environ.get("RETRO_CORPUS") or ROOT.parent / "shared" / "corpus")
    return path if (path / "MANIFEST.csv").is_file() else None


def activities(path: Path) -> Iterator[Activity]:
    """Give every activity of the corpus that can be read."""
    for file in sorted(path.rglob("*")):
        if file.suffix.casefold() not in (".fit", ".gpx", ".tcx"):
            continue
        for member in unpack(file.read_bytes()):
            if isinstance(member, ReadError):
                continue
            try:
                yield from read_activities(member.data)
            except ReadError:
                continue


def report() -> str:
    """Say in a line what is claimed of real recordings."""
    path = folder()
    if path is None:
        return "corpus: not here (RETRO_CORPUS names it)"
    n, elapsed_s, told_s, unknown_s, accepted_s, suggested_s = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    for activity in activities(path):
        session = tag(activity)
        n += 1
        elapsed_s += activity.elapsed_s
        accepted_s += _seconds(session, Direction.BACKWARD, Standing.ACCEPTED)
        suggested_s += _seconds(session, Direction.BACKWARD, Standing.SUGGESTED)
        told_s += _seconds(session, Direction.FORWARD, Standing.ACCEPTED)
        unknown_s += _seconds(session, Direction.UNKNOWN, Standing.ACCEPTED)
    told_h = (told_s + accepted_s + suggested_s) / 3600
    return (
        f"corpus: {n} sessions, {elapsed_s / 3600:.0f} h; {told_h:.1f} h told, {unknown_s / 3600:.0f} h unknown; "
        f"accepted backward {accepted_s:.0f} s, suggested {suggested_s:.0f} s: {suggested_s / told_h:.1f} s an hour told"
    )


def _seconds(session: Session, direction: Direction, standing: Standing) -> float:
    return sum(one.duration_s for one in session.segments if one.direction is direction and one.standing is standing)
