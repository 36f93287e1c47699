"""The spine: one file in, one outcome for it and for each member of an archive.

    bytes -> payloads -> (known?) -> activities -> tagged sessions -> one transaction

Conventions: a failing file is an outcome, never a crash of the batch; the database decides what is known, by the SHA-256 of the
payload after decompression. `prepare` is the part that touches foreign bytes: it runs in the program for a single file and in
a worker process for a folder (`sandbox`).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from importer.errors import InternalError, ReadError, TooLargeError
from importer.store.records import SourceInfo

if TYPE_CHECKING:
    from importer.detect.laprule import LapRule
    from importer.store import SessionRecord, Store
    from importer.values.session import Session

#: what a folder is walked for, in any case
SUFFIXES: Final = (".fit", ".gpx", ".tcx", ".fit.gz", ".gpx.gz", ".tcx.gz", ".zip")
#: no file on disk larger than this is read, bytes: an export archive of many years
LARGEST_FILE_BYTES: Final = 4 << 30


class Outcome(StrEnum):
    IMPORTED = "imported"
    KNOWN = "known"
    LINKED = "linked"
    SKIPPED = "skipped"
    FAILED = "failed"


class Problem(NamedTuple):
    """Why a file was not stored: a stable code, a sentence with the remedy, the byte where it shows."""

    code: str
    message: str
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one file, or of one member of an archive (path ``a.zip!member``)."""

    source: SourceInfo
    outcome: Outcome
    batch: int | None = None
    error: Problem | None = None
    notes: tuple[str, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()

    @property
    def path(self) -> str:
        """The file as the user named it."""
        return self.source.label


@dataclass(frozen=True, slots=True)
class Options:
    """How files are read and tagged; all of it travels to the worker processes."""

    athlete: str = "me"
    lap_rule: LapRule | None = None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of one activity file after decompression, with what is known before they are decoded."""

    source: SourceInfo
    data: bytes = field(repr=False)


class Prepared(NamedTuple):
    """Sessions ready to be stored, or why there are none."""

    sessions: tuple[Session, ...] = ()
    error: ReadError | None = None


class Preparer(Protocol):
    """Decodes and tags payloads, somewhere. Answers in any order are fine: `result` waits for the one asked for."""

    def submit(self, payload: Payload, options: Options) -> Callable[[], Prepared]: ...

    @property
    def in_flight(self) -> int: ...


class InProcess:
    """Decodes in the program's own process: the quickest start, for a single file."""

    in_flight = 1

    def submit(self, payload: Payload, options: Options) -> Callable[[], Prepared]:
        return lambda: prepare(payload, options)


def load() -> None:
    """Import what `prepare` needs, so that the first file does not wait for it."""
    import importer.detect.tagging
    import importer.readers.fit.activity
    import importer.readers.fit.profile
    import importer.readers.registry  # noqa: F401


def prepare(payload: Payload, options: Options) -> Prepared:
    """Decode and tag one payload. Whatever is wrong with the bytes comes back as `Prepared.error`."""
    from importer.detect.tagging import tag  # numpy: 100 ms that a known file does not need
    from importer.readers.registry import read_activities

    try:
        activities = read_activities(payload.data, strict=options.strict)
        return Prepared(tuple(tag(activity, lap_rule=options.lap_rule) for activity in activities))
    except ReadError as error:
        return Prepared(error=error)
    except Exception as error:  # noqa: BLE001 - a bug of ours costs this file and not the batch; the exit status says that it is one
        reason = f"a fault of this program, not of the file ({type(error).__name__}: {error})"
        return Prepared(error=InternalError(reason, remedy="please report it with the file"))


def walk(paths: Sequence[str | os.PathLike[str]]) -> Iterator[Path]:
    """Give the files to import: a named file as it is, a folder's activity files in the order of their names.

    Links to folders are not followed. A folder that cannot be listed is given itself, so that it fails as `unreadable` and is not
    passed over in silence.
    """
    for path in paths:
        root = Path(path)
        if not os.path.isdir(root):  # noqa: PTH112 - Path.is_dir raises where a folder above may not be entered
            yield root
            continue
        closed: list[OSError] = []
        for folder, folders, names in os.walk(root, onerror=closed.append):
            yield from (Path(closed.pop().filename) for _ in range(len(closed)))
            folders.sort()
            for name in sorted(names):
                if name.casefold().endswith(SUFFIXES):
                    yield Path(folder, name)
        yield from (Path(error.filename) for error in closed)


def import_files(
    files: Sequence[Path] | Iterator[Path],
    store: Store | None,
    *,
    options: Options,
    preparer: Preparer,
    batch_id: int | None = None,
    is_dry: bool = False,
) -> Iterator[ImportResult]:
    """Import files one after the other and give their outcomes in order.

    Decoding runs ahead of storing by as many files as `preparer` takes at once; storing is one transaction for each file.
    With `is_dry`, or without a store, nothing is written.
    """
    waiting: list[Callable[[], ImportResult]] = []
    for path in files:
        for item in payloads(path):
            waiting.append(_begin(item, store, options=options, preparer=preparer, batch_id=batch_id, is_dry=is_dry))
            while len(waiting) > preparer.in_flight:
                yield waiting.pop(0)()
    while waiting:
        yield waiting.pop(0)()


def _begin(
    item: Payload | ImportResult, store: Store | None, *, options: Options, preparer: Preparer, batch_id: int | None, is_dry: bool
) -> Callable[[], ImportResult]:
    """Start work on a payload and give the call that ends it."""
    if isinstance(item, ImportResult):
        failed = item
        return lambda: _keep_failure(failed, store, batch_id=batch_id, is_dry=is_dry)
    payload = item
    known = _known(payload, store, batch_id=batch_id)
    if known is not None:
        if options.lap_rule is not None:
            known = replace(known, notes=(*known.notes, "your lap rule was not used, as the file is stored already"))
        return lambda: known
    prepared = preparer.submit(payload, options)
    return lambda: _store(payload, prepared(), store, options=options, batch_id=batch_id, is_dry=is_dry)


def payloads(path: Path) -> Iterator[Payload | ImportResult]:
    """Read a file once and give what is in it; what cannot be read is a failed result."""
    from importer.readers.containers import unpack

    shown = str(path)
    try:
        data = read_payload(path)
    except ReadError as error:
        yield _refusal(SourceInfo(path=shown, sha256=None), error)
        return
    for member in unpack(data):
        if isinstance(member, ReadError):
            whole = None if member.path else hashlib.sha256(data).hexdigest()
            yield _refusal(SourceInfo(path=shown, member=member.path or None, sha256=whole), member)
        else:
            digest = hashlib.sha256(member.data).hexdigest()
            yield Payload(SourceInfo(path=shown, member=member.name, sha256=digest, size_bytes=len(member.data)), member.data)


def read_payload(path: Path) -> bytes:
    """Read a regular file whole; never hang on a FIFO or device that has the name of one."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise ReadError(f"cannot be opened ({error.strerror})", remedy="check the file and its permissions", code="unreadable") from error
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise ReadError("is no regular file", remedy="name an activity file or a folder of them", code="unreadable")
    with os.fdopen(handle, "rb") as stream:
        if status.st_size > LARGEST_FILE_BYTES:
            raise TooLargeError(
                f"is too large ({status.st_size:,} bytes, at most {LARGEST_FILE_BYTES:,})",
                size_bytes=status.st_size,
                limit_bytes=LARGEST_FILE_BYTES,
                remedy="split the archive",
            )
        try:
            return stream.read()
        except OSError as error:
            raise ReadError(f"cannot be read ({error.strerror})", remedy="check the disk or the share", code="unreadable") from error


def _refusal(source: SourceInfo, error: ReadError) -> ImportResult:
    return ImportResult(
        source=source,
        outcome=Outcome.SKIPPED if error.is_skip else Outcome.FAILED,
        error=Problem(error.code, error.message, getattr(error, "offset", None)),
    )


def _known(payload: Payload, store: Store | None, *, batch_id: int | None) -> ImportResult | None:
    if store is None or payload.source.sha256 is None:
        return None
    found = store.find_source(payload.source.sha256)
    if found is None:
        return None
    label = found.path if found.member is None else f"{found.path}!{found.member}"
    return ImportResult(
        source=replace(payload.source, format=found.format),
        outcome=Outcome.KNOWN,
        batch=batch_id,
        notes=(f"already imported for {found.athlete} as {label}",),
        sessions=found.sessions,
    )


def _store(
    payload: Payload, prepared: Prepared, store: Store | None, *, options: Options, batch_id: int | None, is_dry: bool
) -> ImportResult:
    """Put what was prepared into the database, in one transaction."""
    if prepared.error is not None:
        return _keep_failure(_refusal(payload.source, prepared.error), store, batch_id=batch_id, is_dry=is_dry)
    sessions = prepared.sessions
    source = replace(payload.source, format=sessions[0].activity.format)
    if is_dry or store is None or batch_id is None:
        from importer.store.preview import preview

        records = tuple(preview(source, session, athlete=options.athlete) for session in sessions)
    else:
        saved = store.save(source, sessions, batch_id=batch_id, athlete=options.athlete, now=datetime.now(UTC))
        if not saved.is_new:  # somebody else stored the same bytes since we looked
            known = _known(payload, store, batch_id=batch_id)
            assert known is not None
            return known
        records = saved.sessions
    notes = tuple(note for session in sessions for note in session.activity.notes)
    return ImportResult(source=source, outcome=Outcome.IMPORTED, batch=batch_id, notes=notes, sessions=records)


def _keep_failure(result: ImportResult, store: Store | None, *, batch_id: int | None, is_dry: bool) -> ImportResult:
    """Write down a file that failed or was skipped."""
    result = replace(result, batch=batch_id)
    if not is_dry and store is not None and batch_id is not None and result.error is not None:
        store.record_failure(
            result.source,
            kind="skipped" if result.outcome is Outcome.SKIPPED else "failed",
            code=result.error.code,
            message=result.error.message,
            offset=result.error.offset,
            batch_id=batch_id,
            now=datetime.now(UTC),
        )
    return result
