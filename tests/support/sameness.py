"""What a database holds, whatever way it came there: the same content is equal, in any order of import, on SQLite and PostgreSQL.

Conventions: numbers of rows and the times at which the program did something are left out; everything else counts, samples included.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, select

from importer.store import connect, place
from importer.store.schema_door import tables

#: times at which the program did something, and numbers of other rows under another name
_PASSING: Final = frozenset(("created_utc", "imported_utc", "first_utc", "last_utc", "attempts", "possible_duplicate_of", "said_utc"))

Row = dict[str, Any]


class Content(NamedTuple):
    """Everything that counts.

    Parameters
    ----------
    files : SHA-256 to the file and its recordings, each with its session, segments, laps and samples.
    failures : SHA-256 or path of a file that was not stored, and why.
    stray : rows that belong to nothing: a session without a recording, a recording without samples or segments.
    """

    files: Mapping[str, Any]
    failures: Mapping[str, Any]
    stray: tuple[str, ...]


def content(url: str) -> Content:
    """Read a whole database."""
    parsed = place.parse(url)
    engine = connect.engine_for(parsed)
    try:
        with engine.connect().execution_options(**{connect.READS: True}) as connection, connection.begin():
            rows = {
                table.name: [dict(row) for row in connection.execute(select(table).order_by(*_order(table))).mappings()]
                for table in tables.metadata.sorted_tables
            }
    finally:
        engine.dispose()
    return _content(rows)


def _order(table: Table) -> list[Any]:
    """Give an order that does not depend on the numbers of rows, as far as the table has one."""
    return [table.c[name] for name in ("sha256", "start_utc", "session_ix", "start_s", "lap_ix", "channel") if name in table.c]


def _content(rows: Mapping[str, list[Row]]) -> Content:
    sessions = {row["id"]: row for row in rows["session"]}
    of_session, of_recording = _children(rows["segment"], "session_id"), _children(rows["lap"], "recording_id")
    streams = _children(rows["stream"], "recording_id")
    files: dict[str, Any] = {row["sha256"]: {**_plain(row), "recordings": []} for row in rows["source_file"]}
    names = {row["id"]: row["sha256"] for row in rows["source_file"]}
    athletes = {row["id"]: row["name"] for row in rows["athlete"]}
    stray = [f"session {number}" for number in sessions.keys() - {row["session_id"] for row in rows["recording"]}]
    for row in rows["recording"]:
        if not streams[row["id"]] or not of_session[row["session_id"]]:
            stray.append(f"recording {row['id']}")
        session = sessions[row["session_id"]]
        files[names[row["source_id"]]]["recordings"].append(
            {
                **_plain(row),
                "athlete": athletes[session["athlete_id"]],
                "session": _plain(session),
                "segments": [_plain(one) for one in of_session[row["session_id"]]],
                "laps": [_plain(one) for one in of_recording[row["id"]]],
                "streams": {one["channel"]: _plain(one) for one in streams[row["id"]]},
            }
        )
    stray += [f"file {sha256}" for sha256, file in files.items() if not file["recordings"]]
    failures = {row["sha256"] or row["path"]: _plain(row) for row in rows["failure"]}
    return Content(files, failures, tuple(sorted(stray)))


def _children(rows: list[Row], name: str) -> defaultdict[Any, list[Row]]:
    found: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def _plain(row: Row) -> Row:
    """Leave out what another way of importing would change; samples become their digest."""
    return {
        name: hashlib.sha256(cell).hexdigest() if isinstance(cell, bytes) else cell
        for name, cell in row.items()
        if name != "id" and not name.endswith("_id") and name not in _PASSING
    }


def copy_database(path: Path, folder: Path) -> Path:
    """Copy a SQLite database that nobody has open, with what is beside it, into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for suffix in ("", "-wal", "-journal"):  # without -shm: SQLite makes it from the other ones
        part = path.with_name(path.name + suffix)
        if part.exists():
            shutil.copy(part, folder / part.name)
    return folder / path.name


def damage(path: Path) -> list[str]:
    """Give what SQLite finds wrong with a database file, and references that lead nowhere; nothing where all is well."""
    with closing(sqlite3.connect(path)) as database:
        return damage_in(database)


def damage_in(database: sqlite3.Connection) -> list[str]:
    """Give what is wrong with an open database."""
    try:
        found = [row[0] for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [f"{row[0]} refers to nothing" for row in database.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]


def is_new(path: Path) -> bool:
    """Tell whether there are no tables yet: a database that was about to be made."""
    if not path.exists():
        return True
    with closing(sqlite3.connect(path)) as database:
        return has_no_tables(database)


def has_no_tables(database: sqlite3.Connection) -> bool:
    return not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
