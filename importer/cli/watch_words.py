"""What the user says about a watcher: made whole and checked alike where it starts now and where it is scheduled.

Conventions: UsageError names the option, what is wrong, and what to do.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence

from importer.errors import UsageError


def watched_folders(folders: Sequence[str]) -> tuple[str, ...]:
    """Give the folders, absolute, each once; one that is not there yet is waited for."""
    for folder in folders:
        if not folder or (os.path.exists(folder) and not os.path.isdir(folder)):  # noqa: PTH110, PTH112 - as a folder is walked
            raise UsageError(f"{folder or '(an empty name)'}: is no folder: name the folder that the files come into")
    return tuple(dict.fromkeys(os.path.abspath(folder) for folder in folders))  # noqa: PTH100 - `resolve` would follow links


def archive_folder(archive: str | None, roots: Sequence[str]) -> str | None:
    """Give the archive, absolute; one whose files would be found again is refused."""
    if archive is None:
        return None
    place = os.path.realpath(archive)
    for root in roots:
        real = os.path.realpath(root)
        if place == real or real.startswith(place.rstrip(os.sep) + os.sep):
            raise UsageError(f"--archive: {place} is or holds the watched folder {root}: choose a folder beside it")
    return place


def hook_words(command: str | None) -> tuple[str, ...]:
    """Give the words of the command of ``--on-import``, none where there is none."""
    if command is None:
        return ()
    try:
        words = tuple(shlex.split(command, posix=os.name == "posix"))
    except ValueError as error:
        raise UsageError(f"--on-import: {command!r} cannot be split into words ({error}): correct the quotes") from error
    if not words:
        raise UsageError("--on-import: is empty: name a command, or leave the option out")
    return words
