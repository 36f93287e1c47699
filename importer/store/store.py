"""The store: one open database, and everything that may be asked of it.

Conventions: a method is one transaction; a writer waits for the writer before it (`WAIT_S`).
An error is a `StoreError`; `DatabaseBusyError` is the one worth another try.
Nothing above this package sees SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self

from importer import __version__
from importer.store import arrange, connect, load, save
from importer.store.arrange import ArrangeStore, Newcomer
from importer.store.athletes import AthleteStore
from importer.store.history import HistoryStore
from importer.store.kin import KinStore
from importer.store.kin_records import Key, OutdatedPlanError, Plan
from importer.store.labels import LabelStore
from importer.store.records import FailureRecord, SavedSource, SessionRecord, SourceInfo, StoredSource
from importer.store.removal import RemovalStore, forget_tombstones
from importer.store.replace import ReplaceStore
from importer.store.watching import WatchStore
from importer.store.words import WordStore
from importer.values.activity import Activity
from importer.values.session import Session


def open_store(url: str | None = None, *, create: bool = True, read_only: bool = False, wait_s: float = connect.WAIT_S) -> Store:
    """Open the database.

    Parameters
    ----------
    url : ``sqlite:///FILE``, ``postgresql://USER@HOST/NAME`` or a plain path; None is the user's own file, `default_url`.
    create : make the tables where the database is empty or not there.
    read_only : refuse every write; several may read while one writes.
    wait_s : how long to wait for a locked database (seconds).

    Raises
    ------
    NeedsUpgradeError, NewerDatabaseError, DatabaseBusyError, StoreError
    """
    engine = connect.open_engine(url, create=create, read_only=read_only, wait_s=wait_s)
    return Store(engine, wait_s=wait_s)


class Store(HistoryStore, LabelStore, RemovalStore, AthleteStore, KinStore, ArrangeStore, ReplaceStore, WatchStore, WordStore):
    """An open database; use it as a context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection; closing twice does no harm."""
        self._engine.dispose()

    def start_batch(self, *, command: str, now: datetime) -> int:
        """Note that an import begins; give the number of the batch."""
        with self._write() as connection:
            return save.start_batch(connection, command=command, program_version=__version__, now=now)

    def finish_batch(self, batch_id: int, *, counts: Mapping[str, int], now: datetime) -> None:
        """Note how an import ended: outcome to number of files."""
        with self._write() as connection:
            save.finish_batch(connection, batch_id, counts=counts, now=now)

    def find_source(self, sha256: str) -> StoredSource | None:
        """Find a stored file by the SHA-256 of its bytes, with its sessions and their segments."""
        with self._read() as connection:
            return load.source(connection, sha256)

    def find_failure(self, sha256: str) -> FailureRecord | None:
        """Find what is known of a file that failed or was skipped."""
        with self._read() as connection:
            return load.failure(connection, sha256=sha256)

    def save(
        self,
        source: SourceInfo,
        sessions: Sequence[Session],
        *,
        batch_id: int,
        athlete: str,
        now: datetime,
        again: bool = False,
        plan: Plan | None = None,
    ) -> SavedSource:
        """Store a file with its sessions, all or nothing.

        Where the same bytes are stored already nothing is written, and what is stored is given back.
        With `again`, it is forgotten that sessions of the file were deleted.
        `plan` says which sessions of several recordings the file's recordings make; without one each is a session of its own.

        Raises
        ------
        ValueError : no session, or no SHA-256.
        OutdatedPlanError : the database has changed since the plan was made; nothing was written.
        DatabaseBusyError, StoreError
        """
        if not sessions or source.sha256 is None:
            raise ValueError(f"{source.label}: a stored file has a SHA-256 and at least one session")
        packed = [(session, save.pack(session.activity)) for session in sessions]
        with self._write() as connection:
            if plan is not None:
                save.athlete_id(connection, athlete, now=now)  # his row is what other writers wait for
                if not arrange.is_current(connection, plan):
                    raise OutdatedPlanError
            is_new = save.save_source(connection, source, packed, batch_id=batch_id, athlete=athlete, now=now, plan=plan)
            if is_new and plan is not None:
                newcomers = {Key(source.sha256, session.activity.start): Newcomer(session, blobs) for session, blobs in packed}
                arrange.apply(connection, plan, newcomers, now=now)
            if again and is_new:
                forget_tombstones(connection, source.sha256)
            stored = load.source(connection, source.sha256)
        assert stored is not None  # either inserted above, or what the insertion collided with
        return SavedSource(is_new=is_new, source=stored)

    def record_failure(
        self,
        source: SourceInfo,
        *,
        kind: Literal["failed", "skipped"],
        code: str,
        message: str,
        offset: int | None,
        batch_id: int,
        now: datetime,
    ) -> FailureRecord:
        """Remember a file that failed or was skipped; count the attempt where it is known."""
        with self._write() as connection:
            failure_id = save.save_failure(
                connection, source, kind=kind, code=code, message=message, offset=offset, batch_id=batch_id, now=now
            )
            found = load.failure(connection, failure_id=failure_id)
        assert found is not None
        return found

    def sessions(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        athlete: str | None = None,
        with_segments: bool = False,
    ) -> tuple[SessionRecord, ...]:
        """Give the sessions that started in ``[since, until)``, newest first; segments only where asked for."""
        with self._read() as connection:
            return load.sessions(connection, since=since, until=until, athlete=athlete, with_segments=with_segments)

    def session(self, session_id: int) -> SessionRecord:
        """Give one session with its segments and laps.

        Raises
        ------
        StoreError : there is no such session (code ``no-such-session``).
        """
        with self._read() as connection:
            found = load.session(connection, session_id)
        if found is None:
            raise self._no_session(session_id)
        return found

    def load_activity(self, session_id: int) -> Activity:
        """Give the recording behind a session, equal in every bit to what was saved.

        Raises
        ------
        StoreError : there is no such session, or its samples are damaged.
        """
        with self._read() as connection:
            found = load.activity(connection, session_id, shown=self.url)
        if found is None:
            raise self._no_session(session_id)
        return found

    def view(
        self, name: str, *, since: datetime | None = None, until: datetime | None = None, athlete: str | None = None
    ) -> tuple[dict[str, Any], ...]:
        """Give the rows of a reporting view (docs/sql.md), newest first: ``v_session``, ``v_segment``, ``v_backward_by_week``."""
        with self._read() as connection:
            return load.view(connection, name, since=since, until=until, athlete=athlete)
