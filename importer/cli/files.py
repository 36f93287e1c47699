"""Where ``-o FILE`` writes: whole or not at all, in place of a file that stands there.

Conventions: a new file appears beside its place under a name of its own and is renamed when all is written, so that nobody ever reads a
half of it. What is no regular file (a pipe, ``/dev/stdout``) is written to directly. Folders are never made.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from importer.errors import UsageError


def check_place(path: Path) -> None:
    """See that a file can be put there, before the work for it is done.

    Raises
    ------
    UsageError : its folder is not there, or a folder stands in its place.
    """
    # not pathlib's: a name that is too long is an error there
    if os.path.isdir(path):  # noqa: PTH112
        raise UsageError(f"{path}: is a folder (expected a file): add a name to it")
    if not os.path.isdir(path.absolute().parent):  # noqa: PTH112
        raise UsageError(f"{path}: there is no folder {path.absolute().parent}: make it, or choose another place")


def check_free(path: Path) -> None:
    """See that no file is there, which would be lost.

    Raises
    ------
    UsageError : one is, or a link to one.
    """
    # what is neither file nor folder (a pipe, /dev/stdout) keeps nothing that could be lost
    is_dangling = os.path.lexists(path) and not os.path.exists(path)  # noqa: PTH110 - as above
    if is_dangling or os.path.isfile(path):  # noqa: PTH113
        raise UsageError(f"{path}: is there already: name another file with -o, or replace it with --force")


def write_file(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all.

    Raises
    ------
    UsageError : it cannot be written.
    """
    check_place(path)
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except BrokenPipeError:  # the reader of a pipe went away: nothing is wrong
        raise
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error}): choose another place") from error


def _replace(path: Path, data: bytes) -> None:
    """Write beside the place, then take it; a file that stands there lends its permissions."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    """Give the permissions that new files go without; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
