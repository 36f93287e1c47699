"""Move stored files into another folder: after the commit, and safe to repeat.

Conventions: a file keeps its place below the watched folder. Nothing in the archive is ever replaced: a file of that name with other
bytes makes the new one take a name of its own. A crash leaves the file in one place or in both, never in none; where it is in both,
the next scan finds it known and takes the first away.
"""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
from pathlib import Path
from typing import Final

from importer.watch.scan import Stamp, stamp_at

#: a file system that cannot give a file a second name, or is another one
_NO_LINK: Final = frozenset({errno.EXDEV, errno.EPERM, errno.EACCES, errno.EMLINK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})


def archive(path: str, stamp: Stamp, *, root: str, into: str, sha256: str) -> Path | None:
    """Move a file; give where it is now, None where it changed since it was stored, or is a link: then it stays.

    Raises
    ------
    OSError : it could not be moved; it is where it was.
    """
    if Path(path).is_symlink() or stamp_at(path) != stamp:
        return None
    wanted = Path(into) / Path(path).relative_to(root)
    wanted.parent.mkdir(parents=True, exist_ok=True)
    for place in (wanted, wanted.with_name(f"{sha256[:12]}-{wanted.name}")):
        if _put(Path(path), place):
            Path(path).unlink()
            return place
    raise FileExistsError(errno.EEXIST, "two other files of that name are there", str(wanted))


def follow(path: str, place: Path) -> bool:
    """Move a file that belongs to one in the archive to a place beside it; False where another file is there: then it stays.

    Raises
    ------
    OSError : it could not be moved; it is where it was.
    """
    if not _put(Path(path), place):
        return False
    Path(path).unlink()
    return True


def _put(path: Path, place: Path) -> bool:
    """Make a file be in a place too, for good; False where another file is there."""
    if place.exists():
        return _is_same(path, place)
    try:
        os.link(path, place)
    except FileExistsError:
        return _is_same(path, place)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        return _copy(path, place)
    _sync(place.parent)
    return True


def _copy(path: Path, place: Path) -> bool:
    """Copy under a hidden name first: half a file never has the name of a whole one."""
    half = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        shutil.copy2(path, half)
        with half.open("rb+") as stream:
            os.fsync(stream.fileno())
        if place.exists():
            return _is_same(path, place)
        half.replace(place)
    finally:
        half.unlink(missing_ok=True)
    _sync(place.parent)
    return _is_same(path, place)


def _is_same(path: Path, place: Path) -> bool:
    return place.is_file() and filecmp.cmp(path, place, shallow=False)


def _sync(folder: Path) -> None:
    """Make a new name outlive a power cut, before the old one is taken away."""
    if os.name != "posix":  # Windows opens no folder
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
