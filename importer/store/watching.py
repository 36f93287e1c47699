"""The watcher's tables: a cache of the paths seen, the folders watched, and what went wrong.

Conventions: a path is a key as text that both databases can hold (`rows.clean`). Losing these rows costs reading files again, never
a session: what is stored is decided by the SHA-256 of the bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, delete, false, func, or_, select

from importer.store import rows
from importer.store.core import Core
from importer.store.records import FailureRecord
from importer.store.save import dialect_insert
from importer.store.schema_door import tables
from importer.store.watch_records import LONGEST_WAIT, WAITING, Remembered, SeenPath, Troubles, WatchedFolder


class WatchStore(Core):
    """Keeps what a watcher knows."""

    def remembered(self, roots: Sequence[str]) -> tuple[Remembered, ...]:
        """Give what is remembered of the files below some folders."""
        table = tables.seen_path
        columns = [table.c[name] for name in ("path", "stamp", "outcome", "code", "program_version", "attempts", "first_utc")]
        with self._read() as connection:
            found = connection.execute(select(*columns).where(_is_below_any(table.c.path, roots)))
            return tuple(Remembered(*row) for row in found)

    def remember(self, seen: Sequence[SeenPath]) -> None:
        """Keep what became of some paths, in one transaction."""
        if not seen:
            return
        table = tables.seen_path
        with self._write() as connection:
            statement = dialect_insert(connection.dialect.name)(table)
            names = [column.name for column in table.columns if column.name not in ("id", "path")]
            new = {name: statement.excluded[name] for name in names}
            connection.execute(statement.on_conflict_do_update(index_elements=["path"], set_=new), [_seen_row(one) for one in seen])

    def forget_paths(self, paths: Iterable[str]) -> None:
        """Forget what is remembered of some paths."""
        table = tables.seen_path
        keys = [{"key": rows.clean(path)} for path in paths]
        if keys:
            with self._write() as connection:
                connection.execute(delete(table).where(table.c.path == bindparam("key")), keys)

    def due_paths(self, roots: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Give the paths below some folders whose next try has come."""
        table = tables.seen_path
        # a next try that lies further ahead was written by a clock that was wrong
        is_due = or_(table.c.next_try_utc <= now, table.c.next_try_utc > now + LONGEST_WAIT)
        with self._read() as connection:
            return tuple(
                connection.scalars(select(table.c.path).where(is_due, _is_below_any(table.c.path, roots)).order_by(table.c.next_try_utc))
            )

    def unchecked_paths(self, roots: Sequence[str], *, before: datetime, at_most: int) -> tuple[str, ...]:
        """Give the paths below some folders whose bytes were last read before a time, oldest first."""
        table = tables.seen_path
        is_old = table.c.checked_utc < before
        statement = select(table.c.path).where(is_old, _is_below_any(table.c.path, roots)).order_by(table.c.checked_utc).limit(at_most)
        with self._read() as connection:
            return tuple(connection.scalars(statement))

    def beat(self, folders: Sequence[WatchedFolder]) -> None:
        """Say how the watched folders are."""
        table = tables.watched_folder
        with self._write() as connection:
            statement = dialect_insert(connection.dialect.name)(table)
            names = [column.name for column in table.columns if column.name not in ("id", "root")]
            new = {name: statement.excluded[name] for name in names}
            # a folder that is away has not been looked through: its last scan stays what it was
            new["scanned_utc"] = func.coalesce(statement.excluded.scanned_utc, table.c.scanned_utc)
            connection.execute(statement.on_conflict_do_update(index_elements=["root"], set_=new), [_folder_row(one) for one in folders])

    def watched_folders(self) -> tuple[WatchedFolder, ...]:
        """Give every folder that is or was watched."""
        table = tables.watched_folder
        with self._read() as connection:
            found = connection.execute(select(table).order_by(table.c.root)).mappings().all()
        return tuple(WatchedFolder(**{field: row[column] for field, column in _FOLDER.items()}) for row in found)

    def forget_folder(self, root: str) -> bool:
        """Forget that a folder was watched; False where it was not."""
        with self._write() as connection:
            done = connection.execute(delete(tables.watched_folder).where(tables.watched_folder.c.root == rows.clean(root)))
            return bool(done.rowcount)

    def troubles(self, *, below: str | None = None) -> Troubles:
        """Give what is not stored though it was tried; `below` a path narrows it to that file or folder."""
        seen, failed, batch = tables.seen_path, tables.failure, tables.import_batch
        waits = select(seen).where(seen.c.outcome == WAITING).order_by(seen.c.path)
        fails = (
            select(failed, batch.c.program_version)
            .join(batch, batch.c.id == failed.c.batch_id)
            .where(failed.c.kind == "failed")
            .order_by(failed.c.path)
        )
        if below is not None:
            waits = waits.where(or_(seen.c.path == rows.clean(below), _is_below(seen.c.path, below)))
            members = _starts_with(failed.c.path, f"{below}!")
            fails = fails.where(or_(failed.c.path == rows.clean(below), members, _is_below(failed.c.path, below)))
        with self._read() as connection:
            waiting = tuple(
                SeenPath(**{field: row[column] for field, column in _SEEN.items()}) for row in connection.execute(waits).mappings()
            )
            return Troubles(waiting, tuple(rows.failure_record(row) for row in connection.execute(fails).mappings()))

    def n_failed(self) -> int:
        """Count the files that failed."""
        failed = tables.failure
        with self._read() as connection:
            return int(connection.execute(select(func.count()).select_from(failed).where(failed.c.kind == "failed")).scalar_one())

    def forget_failure(self, record: FailureRecord) -> None:
        """Forget a file that failed: it is not there any more."""
        with self._write() as connection:
            connection.execute(delete(tables.failure).where(tables.failure.c.id == record.id))


#: field of the record -> column
_SEEN: Final = {
    **{name: name for name in ("path", "stamp", "sha256", "outcome", "code", "message", "program_version", "attempts")},
    "next_try": "next_try_utc",
    "first": "first_utc",
    "checked": "checked_utc",
}
_FOLDER: Final = {
    **{name: name for name in ("root", "state", "said", "every_s", "settle_s", "n_files", "n_waiting")},
    "started": "started_utc",
    "beat": "beat_utc",
    "scanned": "scanned_utc",
}


def _seen_row(seen: SeenPath) -> dict[str, Any]:
    row = {_SEEN[field]: value for field, value in asdict(seen).items()}
    return {**row, "path": rows.clean(seen.path), "message": rows.clean_or_none(seen.message)}


def _folder_row(folder: WatchedFolder) -> dict[str, Any]:
    row = {_FOLDER[field]: value for field, value in asdict(folder).items()}
    return {**row, "root": rows.clean(folder.root), "said": rows.clean_or_none(folder.said)}


def _is_below(column: ColumnElement[str], folder: str) -> ColumnElement[bool]:
    return _starts_with(column, folder.rstrip(os.sep) + os.sep)


def _is_below_any(column: ColumnElement[str], folders: Sequence[str]) -> ColumnElement[bool]:
    return or_(false(), *(_is_below(column, folder) for folder in folders))


def _starts_with(column: ColumnElement[str], start: str) -> ColumnElement[bool]:
    """Compare the first letters; LIKE would need escapes, and SQLite's takes a for A."""
    text = rows.clean(start)
    return func.substr(column, 1, len(text)) == text
