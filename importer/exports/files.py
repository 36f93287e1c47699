"""A file that appears whole under its name, or not at all.

Conventions: it is written beside its place under a name that begins with a dot and ends in ``.partial``, then renamed.
A file that is there is replaced only where the user says so.
"""

from __future__ import annotations

import os
from pathlib import Path

from importer.errors import UsageError


def write_whole(target: Path, data: bytes, *, is_replacing: bool = False) -> None:
    """Write a file.

    Raises
    ------
    UsageError : something is there already, or it cannot be written.
    """
    check_free(target, is_replacing=is_replacing)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror or error}): choose another place with -o") from error
    finally:
        partial.unlink(missing_ok=True)


def check_free(target: Path, *, is_replacing: bool) -> None:
    """Raise UsageError where a file is there that must stay, or something that is no file."""
    if target.exists() and not target.is_file():
        raise UsageError(f"{target}: is no file: name another one with -o")
    if target.exists() and not is_replacing:
        raise UsageError(f"{target}: is there already: name another file with -o, or replace it with --force")
