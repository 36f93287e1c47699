"""One tree of errors.

    RetroImportError            code, exit_status
    ├── UsageError
    ├── ReadError               path, reason, remedy
    │   ├── UnknownFormatError
    │   ├── CorruptFileError    offset (bytes) if known
    │   ├── NotAnActivityError  found (what the file is)
    │   ├── TooLargeError       size_bytes, limit_bytes
    │   └── InternalError       a fault of this program met by a file
    ├── TruthFileError          path, line, reason, remedy
    └── StoreError              url without its password, reason, remedy
        ├── NotThereError
        ├── NewerDatabaseError  found, known
        ├── NeedsUpgradeError   found, known
        └── DatabaseBusyError   waited_s

Conventions: an error carries facts as attributes, and its sentence is made from them:
``WHERE: what is wrong (found, expected): what to do``.
`code` is stable and documented in docs/errors.md; `exit_status` is the command line's.
Nothing here prints, logs or knows a third-party library.
"""

from __future__ import annotations

from typing import ClassVar


class RetroImportError(Exception):
    """Base of everything this program raises on purpose."""

    code: str = "error"
    exit_status: ClassVar[int] = 1


class UsageError(RetroImportError):
    """The user asked for something that cannot be done: exit status 2."""

    code = "usage"
    exit_status = 2


class ReadError(RetroImportError):
    """A file could not be turned into activities.

    Parameters
    ----------
    reason : what is wrong, with what was found and expected.
    remedy : what the user can do about it.
    path : the file, "" while unknown (a reader sees bytes; the caller adds the path).
    code : the stable code, the class's own unless given.
    """

    code = "unreadable"
    exit_status = 3
    #: True where the file is sound but holds nothing for us: the outcome is ``skipped``.
    is_skip: ClassVar[bool] = False

    def __init__(self, reason: str, *, remedy: str = "", path: str = "", code: str | None = None) -> None:
        self.reason = reason
        self.remedy = remedy
        self.path = path
        self.code = code if code is not None else type(self).code
        super().__init__(reason)

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.message}"

    @property
    def message(self) -> str:
        """The sentence without the path: what is wrong, and what to do."""
        return f"{self.reason}: {self.remedy}" if self.remedy else self.reason

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.args, self.__dict__.copy()))


class UnknownFormatError(ReadError):
    """The content is of no format this program reads."""

    code = "unknown-format"


class CorruptFileError(ReadError):
    """The file is damaged; `offset` is the byte where it shows, if known."""

    code = "corrupt-file"

    def __init__(self, reason: str, *, remedy: str = "", path: str = "", code: str | None = None, offset: int | None = None) -> None:
        super().__init__(reason, remedy=remedy, path=path, code=code)
        self.offset = offset


class NotAnActivityError(ReadError):
    """A sound file that holds no foot activity; `found` says what it is."""

    code = "not-an-activity"
    is_skip = True

    def __init__(self, reason: str, *, found: str = "", remedy: str = "", path: str = "", code: str | None = None) -> None:
        super().__init__(reason, remedy=remedy, path=path, code=code)
        self.found = found


class TooLargeError(ReadError):
    """A file, or what it unpacks to, is over a limit."""

    code = "too-large"

    def __init__(
        self, reason: str, *, size_bytes: int, limit_bytes: int, remedy: str = "", path: str = "", code: str | None = None
    ) -> None:
        super().__init__(reason, remedy=remedy, path=path, code=code)
        self.size_bytes = size_bytes
        self.limit_bytes = limit_bytes


class InternalError(ReadError):
    """A fault of this program, not of the file: it costs the file, not the batch, and shows in the exit status."""

    code = "internal-error"
    exit_status = 1


class TruthFileError(RetroImportError):
    """A truth file cannot be used; `line` is the line where it shows, from 1, None where it is about the file."""

    code = "truth-file"
    exit_status = 3

    def __init__(self, reason: str, *, path: str = "", line: int | None = None, remedy: str = "") -> None:
        self.reason = reason
        self.path = path
        self.line = line
        self.remedy = remedy
        super().__init__(reason)

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line is not None else self.path
        where = f"{place}: " if place else ""
        return f"{where}{self.reason}: {self.remedy}" if self.remedy else f"{where}{self.reason}"


class StoreError(RetroImportError):
    """The database could not be used; `url` never holds a password."""

    code = "database"

    def __init__(self, reason: str, *, url: str = "", remedy: str = "") -> None:
        self.reason = reason
        self.url = url
        self.remedy = remedy
        super().__init__(reason)

    def __str__(self) -> str:
        where = f"{self.url}: " if self.url else ""
        what = f": {self.remedy}" if self.remedy else ""
        return f"{where}{self.reason}{what}"


class NotThereError(StoreError):
    """What was named is not in the database, or there is no database yet: exit status 4."""

    code = "no-database"
    exit_status = 4


class NewerDatabaseError(StoreError):
    """The database was written by a newer program."""

    code = "newer-database"
    exit_status = 6

    def __init__(self, reason: str, *, found: str, known: str, url: str = "", remedy: str = "") -> None:
        super().__init__(reason, url=url, remedy=remedy)
        self.found = found
        self.known = known


class NeedsUpgradeError(StoreError):
    """The database was written by an older program and is not upgraded yet."""

    code = "needs-upgrade"
    exit_status = 6

    def __init__(self, reason: str, *, found: str, known: str, url: str = "", remedy: str = "") -> None:
        super().__init__(reason, url=url, remedy=remedy)
        self.found = found
        self.known = known


class DatabaseBusyError(StoreError):
    """The database is locked or unreachable: trying again may help."""

    code = "database-busy"
    exit_status = 5

    def __init__(self, reason: str, *, waited_s: float | None = None, url: str = "", remedy: str = "") -> None:
        super().__init__(reason, url=url, remedy=remedy)
        self.waited_s = waited_s


def _rebuild(kind: type[ReadError], args: tuple[object, ...], state: dict[str, object]) -> ReadError:
    """Unpickle a ReadError: keyword-only constructors are beyond the default protocol."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
