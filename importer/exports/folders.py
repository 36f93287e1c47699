"""A folder that appears whole under its name, or not at all.

Conventions: it is written beside its place under a name that begins with a dot and ends in ``.partial``, then renamed. A folder
that stands there already is replaced only where all that is in it is the program's own: what the user keeps is never deleted.
"""

from __future__ import annotations

import glob
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Final
from uuid import uuid4

from importer.errors import UsageError

#: a partial folder of this age was left behind by a run that was killed, seconds
_STALE_S: Final = 86_400.0
#: what file managers leave wherever they look
_OF_THE_SYSTEM: Final = frozenset((".DS_Store", "Thumbs.db", "desktop.ini"))


@contextmanager
def whole_folder(target: Path, *, is_ours: Callable[[PurePath], bool]) -> Iterator[Path]:
    """Give a new folder to write in, and put it in place once all is written.

    Parameters
    ----------
    is_ours : tells of a file, by its path within the folder, whether an earlier run wrote it.

    Raises
    ------
    UsageError : something else stands there, or it cannot be written.
    """
    target = target.absolute()
    partial = target.with_name(f".{target.name}.{uuid4().hex[:8]}.partial")
    try:
        check_place(target, is_ours=is_ours)
        target.parent.mkdir(parents=True, exist_ok=True)
        _forget_stale(target)
        partial.mkdir()
        yield partial
        check_place(target, is_ours=is_ours)  # hours may have gone by
        _replace(target, partial)
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else str(error)
        raise UsageError(f"{target}: cannot be written ({said}): choose another place") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_place(target: Path, *, is_ours: Callable[[PurePath], bool]) -> None:
    """Raise UsageError unless nothing stands there, or a folder of files of ours alone, or an empty one."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UsageError(f"{target}: is no folder: name a new folder")
    for path in target.rglob("*"):
        inside = path.relative_to(target)
        if not path.is_dir() and path.name not in _OF_THE_SYSTEM and not is_ours(inside):
            raise UsageError(f"{target}: holds what no export wrote ({inside}): name a new folder, or move it away")


def _replace(target: Path, partial: Path) -> None:
    """Rename; for a moment between two renames there is nothing at the place."""
    if not target.exists():
        partial.rename(target)
        return
    older = partial.with_suffix(".older.partial")
    target.rename(older)
    try:
        partial.rename(target)
    except OSError:
        older.rename(target)
        raise
    shutil.rmtree(older, ignore_errors=True)


def _forget_stale(target: Path) -> None:
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.partial"):
        if time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)
