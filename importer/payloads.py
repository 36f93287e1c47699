"""Which files there are to import, and the payloads in them: the bytes of single activities after decompression.

Conventions: a file is opened once and read whole; what cannot be read is given as `Unread` in its place and ends nothing. Nothing here
decodes an activity, asks a database, or knows what becomes of a file.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.errors import ReadError, TooLargeError
from importer.store.records import SourceInfo

if TYPE_CHECKING:
    from importer.readers.companions import Beside, Companions, Look

#: what a folder is walked for, in any case
SUFFIXES: Final = (".fit", ".gpx", ".tcx", ".fit.gz", ".gpx.gz", ".tcx.gz", ".zip")
#: no file on disk larger than this is read, bytes: an export archive of many years
LARGEST_FILE_BYTES: Final = 4 << 30


@dataclass(frozen=True, slots=True)
class Payload:
    """The bytes of one activity file after decompression, with what is known before they are decoded.

    `look` tells where to look for what lies beside the file; `beside` is what was found there, once it is needed.
    """

    source: SourceInfo
    data: bytes = field(repr=False)
    look: Look | None = field(default=None, repr=False, compare=False)
    beside: Beside | None = field(default=None, repr=False)

    def with_beside(self) -> Payload:
        """Give the payload with what lies beside the file."""
        return self if self.look is None else replace(self, look=None, beside=self.look.beside(self.data))


class Unread(NamedTuple):
    """A file, or a member of an archive, that could not be read, and why."""

    source: SourceInfo
    error: ReadError


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


def payloads(
    path: Path, *, companions: Companions | None = None, read: Callable[[Path], bytes] | None = None
) -> Iterator[Payload | Unread]:
    """Read a file once and give what is in it; what cannot be read is `Unread`. `companions` finds what lies beside it."""
    from importer.beside import look_beside
    from importer.readers.containers import unpack

    shown = str(path)
    try:
        data = (read or read_payload)(path)
    except ReadError as error:
        yield Unread(SourceInfo(path=shown, sha256=None), error)
        return
    modified = _modified(path)
    for member in unpack(data, look=None if companions is None else look_beside(path, companions)):
        if isinstance(member, ReadError):
            whole = None if member.path else hashlib.sha256(data).hexdigest()
            yield Unread(SourceInfo(path=shown, member=member.path or None, sha256=whole), member)
        else:
            digest = hashlib.sha256(member.data).hexdigest()
            source = SourceInfo(shown, digest, size_bytes=len(member.data), member=member.name, modified=modified)
            yield Payload(source, member.data, member.look if companions is not None else None)


def _modified(path: Path) -> datetime | None:
    """Give the time that the file system has for a file (of a member: for its archive); None where that is no time of a calendar."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None


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
