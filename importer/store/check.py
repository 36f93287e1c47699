"""``db check``: is everything in the database as it was written?

Holds the walk over sessions and samples; `check_rows` asks what SQL alone can answer.

Conventions: reads in one transaction and writes nothing; other programs may import meanwhile.
Every stream is unpacked, so that each flipped bit of it is found by its check sum. A fault never hides the ones behind it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from importer.store import check_rows, connect, load, place, rows
from importer.store.check_rows import Fault
from importer.store.codec import DamagedStreamError
from importer.store.faults import translated
from importer.store.records import SessionRecord
from importer.store.schema_door import tables
from importer.values.activity import FloatArray

#: What our own values raise where a row is not what was written.
_UNFIT: Final = (ValueError, LookupError, TypeError)
#: And the database where it cannot read the row at all, or has none or several where an index says one.
_UNREADABLE: Final = (SQLAlchemyError, *_UNFIT)
#: Told now and then: how many of how many recordings are read.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what was found."""

    url: str
    version: str
    n_sessions: int
    n_recordings: int
    n_streams: int
    n_values: int
    faults: tuple[Fault, ...]

    @property
    def is_well(self) -> bool:
        return not self.faults


def check(url: str | None = None, *, wait_s: float = connect.WAIT_S, progress: Progress | None = None) -> Checked:
    """Look at everything in a database of today's version.

    Raises
    ------
    NeedsUpgradeError, NewerDatabaseError, DatabaseBusyError
    StoreError : it cannot be read at all.
    """
    engine = connect.open_engine(url, create=False, read_only=True, wait_s=wait_s)
    shown = place.shown(engine.url)
    try:
        with translated(shown, wait_s=wait_s), engine.connect() as connection, connection.begin():
            walk = _Walk(connection, progress)
            found = tuple(walk.faults())
    finally:
        engine.dispose()
    return Checked(shown, tables.REVISIONS[-1], walk.n_sessions, walk.n_recordings, walk.n_streams, walk.n_values, found)


class _Walk:
    """One pass over a database; counts what it has seen."""

    def __init__(self, connection: Connection, progress: Progress | None) -> None:
        self._connection = connection
        self._progress = progress
        self.n_sessions = self.n_recordings = self.n_streams = self.n_values = 0

    def faults(self) -> Iterator[Fault]:
        for part in (check_rows.shape_faults, check_rows.row_faults, self._sessions, self._recordings):
            is_readable = True
            try:
                for fault in part(self._connection):
                    is_readable &= fault.kind != "schema"
                    yield fault
            except SQLAlchemyError as error:
                self._only_on_sqlite(error)
                yield Fault("integrity", "", (), f"SQLite cannot read on ({_line(error)})")
            if not is_readable:
                return

    def _only_on_sqlite(self, error: BaseException) -> None:
        """Raise an error of a server again: its transaction is over, and nothing more can be asked."""
        if isinstance(error, DBAPIError) and self._connection.dialect.name != "sqlite":
            raise error

    def _ids(self, name: str) -> list[int]:
        table = tables.metadata.tables[name]
        return list(self._connection.scalars(select(table.c.id).order_by(table.c.id)))

    def _sessions(self, connection: Connection) -> Iterator[Fault]:
        """Check that every session can be read, that its segments cover it, and that its sums are theirs."""
        for session_id in self._ids("session"):
            self.n_sessions += 1
            try:
                record = load.session(connection, session_id)
            except _UNREADABLE as error:
                self._only_on_sqlite(error)
                yield Fault("session", "session", (session_id,), f"cannot be read ({_line(error)})")
                continue
            if record is not None:  # one without a primary recording is told by `check_rows`
                yield from _session_faults(record, _row(connection, "session", session_id))

    def _recordings(self, connection: Connection) -> Iterator[Fault]:
        """Unpack every stream, and see that those of a recording go together."""
        ids = self._ids("recording")
        for recording_id in ids:
            yield from self._recording(connection, recording_id)
            self.n_recordings += 1
            if self._progress is not None:
                self._progress(self.n_recordings, len(ids))

    def _recording(self, connection: Connection, recording_id: int) -> Iterator[Fault]:
        try:
            row = _row(connection, "recording", recording_id)
            session_id = row["session_id"]
        except _UNREADABLE as error:
            self._only_on_sqlite(error)
            yield Fault("recording", "recording", (recording_id,), f"cannot be read ({_line(error)})")
            return
        columns: dict[str, FloatArray] = {}
        is_whole = True
        for stream_id, said in self._unpacked(connection, recording_id, columns):
            is_whole = False
            yield Fault("stream", "stream", (stream_id,), f"{said}; it is of recording {recording_id}, session {session_id}")
        if not is_whole or rows.TIME not in columns:
            return
        if len(columns[rows.TIME]) != row["n_samples"]:
            said = f"has {len(columns[rows.TIME])} samples, expected {row['n_samples']}"
            yield Fault("recording", "recording", (recording_id,), f"{said}; it is of session {session_id}")
            return
        try:
            rows.activity(row, laps=(), columns=columns)
        except _UNFIT as error:
            yield Fault("recording", "recording", (recording_id,), f"does not go together ({_line(error)}); it is of session {session_id}")

    def _unpacked(self, connection: Connection, recording_id: int, columns: dict[str, FloatArray]) -> Iterator[tuple[int, str]]:
        """Fill `columns` with the streams that are sound; give the number of every other one, and what is wrong with it."""
        for stream_id, row in self._streams(connection, recording_id):
            self.n_streams += 1
            if isinstance(row, str):
                yield stream_id, row
                continue
            try:
                column = load.unpacked(row)
            except DamagedStreamError as error:
                yield stream_id, f"{row['channel']}: {error}"
            else:
                columns[row["channel"]] = column
                self.n_values += len(column)

    def _streams(self, connection: Connection, recording_id: int) -> Iterator[tuple[int, rows.Found | str]]:
        """Give the rows of a recording's streams: all at once, or where that fails one by one with what is wrong."""
        table = tables.stream
        of_recording = table.c.recording_id == recording_id
        try:
            found = connection.execute(select(table).where(of_recording).order_by(table.c.id)).mappings().all()
        except SQLAlchemyError as error:
            self._only_on_sqlite(error)
        else:
            yield from ((row["id"], row) for row in found)
            return
        for stream_id in connection.scalars(select(table.c.id).where(of_recording).order_by(table.c.id)).all():
            try:
                yield stream_id, _row(connection, "stream", stream_id)
            except SQLAlchemyError as error:
                yield stream_id, f"cannot be read ({_line(error)})"


def _row(connection: Connection, name: str, row_id: int) -> rows.Found:
    table = tables.metadata.tables[name]
    return connection.execute(select(table).where(table.c.id == row_id)).mappings().one()


def _session_faults(record: SessionRecord, row: rows.Found) -> Iterator[Fault]:
    starts_s, ends_s = ([getattr(segment, name) for segment in record.segments] for name in ("start_s", "end_s"))
    if [0.0, *ends_s] != [*starts_s, record.elapsed_s]:
        yield Fault("session", "session", (record.id,), "its segments leave a hole, overlap, or do not end with it")
    for name, total in rows.totals(record.segments).items():
        if not math.isclose(row[name], total, rel_tol=1e-9, abs_tol=1e-6):
            yield Fault("session", "session", (record.id,), f"{name} is {row[name]:g}, its segments come to {total:g}")


def _line(error: BaseException) -> str:
    """Give the first line of what an error says, without the statement behind it."""
    said = str(getattr(error, "orig", None) or error)
    return said.splitlines()[0] if said else type(error).__name__
