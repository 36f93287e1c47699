"""Taking sessions out of the database: a whole import, or one session that must not come back.

Conventions: what the runner said is never removed; it stays without a session and comes home when the file is stored again.
An undone import leaves no trace that keeps its files out; a deleted session leaves a tombstone that does, by its file and its start.
A session of which another file is still stored stays, with that file as its source.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, or_, select, text, update

from importer.store import load
from importer.store.core import Core
from importer.store.records import Removed, SessionRecord, Tombstones
from importer.store.schema_door import tables

_ANY_STONE: Final = text("SELECT 1 FROM tombstone WHERE sha256 = :sha256 LIMIT 1")


class RemovalStore(Core):
    """Undoes imports and deletes sessions."""

    def undo_batch(self, batch_id: int, *, now: datetime) -> Removed | datetime:
        """Take back what one import stored; the time of the undo where that was done before.

        Raises
        ------
        StoreError : there is no such batch (code ``no-such-batch``).
        """
        batch, source = tables.import_batch, tables.source_file
        with self._write() as connection:
            found = connection.execute(select(batch.c.undone_utc).where(batch.c.id == batch_id)).one_or_none()
            if found is None:
                error = self._missing(f"batch {batch_id}", remedy="the import names it, with --json, as `batch`")
                error.code = "no-such-batch"
                raise error
            if found.undone_utc is not None:
                undone: datetime = found.undone_utc
                return undone
            source_ids = connection.scalars(select(source.c.id).where(source.c.batch_id == batch_id)).all()
            removed = _remove_sources(connection, source_ids)
            connection.execute(update(batch).where(batch.c.id == batch_id).values(undone_utc=now))
        return removed

    def delete_session(self, session_id: int, *, now: datetime) -> Removed:
        """Delete a session for good: its files do not bring it back unless they are asked to.

        Raises
        ------
        StoreError : there is no such session (code ``no-such-session``).
        """
        recording, source, session, stone = tables.recording, tables.source_file, tables.session, tables.tombstone
        with self._write() as connection:
            found = load.session(connection, session_id)
            if found is None:
                raise self._no_session(session_id)
            statement = (
                select(source.c.id, source.c.sha256, recording.c.start_utc)
                .join(recording, recording.c.source_id == source.c.id)
                .where(recording.c.session_id == session_id)
            )
            files = connection.execute(statement).all()
            n_labels = _count_labels(connection, session_id)
            connection.execute(delete(session).where(session.c.id == session_id))
            _bury_replaced(connection, [file.id for file in files], found.start, now=now)
            for file in files:
                is_left = connection.execute(select(recording.c.id).where(recording.c.source_id == file.id).limit(1)).first() is not None
                connection.execute(delete(stone).where(stone.c.sha256 == file.sha256, stone.c.session_start_utc == file.start_utc))
                row = {"sha256": file.sha256, "session_start_utc": file.start_utc, "is_whole_file": not is_left, "deleted_utc": now}
                connection.execute(insert(stone), row)
                if not is_left:
                    connection.execute(update(stone).where(stone.c.sha256 == file.sha256).values(is_whole_file=True))
                    connection.execute(delete(source).where(source.c.id == file.id))
            forget_pairs(connection)
        return Removed((found,), len(files), n_labels)

    def tombstones(self, sha256: str) -> Tombstones | None:
        """Give what was deleted of a file; None where nothing was."""
        table = tables.tombstone
        with self._read() as connection:
            if connection.execute(_ANY_STONE, {"sha256": sha256}).first() is None:  # almost always, and quicker than what follows
                return None
            found = connection.execute(select(table).where(table.c.sha256 == sha256).order_by(table.c.session_start_utc)).all()
        return Tombstones(
            tuple(row.session_start_utc for row in found),
            is_whole_file=any(row.is_whole_file for row in found),
            deleted=max(row.deleted_utc for row in found),
        )


def _bury_replaced(connection: Connection, source_ids: Sequence[int], start: datetime, *, now: datetime) -> None:
    """Keep away the files whose place others had taken: without these they would be stored again."""
    source, stone = tables.source_file, tables.tombstone
    shas = connection.scalars(select(source.c.sha256).where(source.c.replaced_by.in_(source_ids))).all()
    for sha256 in shas:
        connection.execute(delete(stone).where(stone.c.sha256 == sha256))
        row = {"sha256": sha256, "session_start_utc": start, "is_whole_file": True, "deleted_utc": now}
        connection.execute(insert(stone), row)
    connection.execute(delete(source).where(source.c.sha256.in_(shas)))


def forget_tombstones(connection: Connection, sha256: str) -> None:
    """Let a file come back whole."""
    connection.execute(delete(tables.tombstone).where(tables.tombstone.c.sha256 == sha256))


def _remove_sources(connection: Connection, source_ids: Sequence[int]) -> Removed:
    """Remove files, and the sessions that no other file tells of."""
    recording, source, session = tables.recording, tables.source_file, tables.session
    records: list[SessionRecord] = []
    for part in load.parts(source_ids):
        touched = set(connection.scalars(select(recording.c.session_id).where(recording.c.source_id.in_(part))))
        records.extend(load.by_ids(connection, touched))
    n_files, n_labels, gone = len(source_ids), 0, []
    for part in load.parts(source_ids):
        n_files += connection.execute(select(func.count()).where(source.c.replaced_by.in_(part), source.c.id.not_in(part))).scalar_one()
        connection.execute(delete(source).where(source.c.id.in_(part)))  # takes the recordings along
    for record in records:
        left = connection.execute(
            select(recording.c.id, recording.c.is_primary).where(recording.c.session_id == record.id).order_by(recording.c.id)
        ).all()
        if not left:
            n_labels += _count_labels(connection, record.id)
            connection.execute(delete(session).where(session.c.id == record.id))
            gone.append(record)
        else:
            if not any(row.is_primary for row in left):
                connection.execute(update(recording).where(recording.c.id == left[0].id).values(is_primary=True))
            connection.execute(update(session).where(session.c.id == record.id).values(judged_by=None))  # stale: `retag` makes it whole
    forget_pairs(connection)
    return Removed(tuple(gone), n_files, n_labels)


def forget_pairs(connection: Connection) -> None:
    """Remove what was found about files that are gone; what the user decided stays."""
    pair, source = tables.pair, tables.source_file
    is_gone = [~select(source.c.id).where(source.c.sha256 == pair.c[name]).exists() for name in ("a_sha256", "b_sha256")]
    connection.execute(delete(pair).where(pair.c.decision.is_(None), or_(*is_gone)))


def _count_labels(connection: Connection, session_id: int) -> int:
    table = tables.label
    return int(connection.execute(select(func.count()).where(table.c.session_id == session_id)).scalar_one())
