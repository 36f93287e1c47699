"""Look through folders for activity files.

Conventions: links to files are followed, links to folders are not, so that nothing is walked twice or for ever. Hidden names, and the
names that sync clients, browsers and QZ give to unfinished files, are left alone. Nothing is opened: a FIFO or a device of that name
cannot hang a scan. Labels files are found like activities, but they are not counted as such.
A full scan asks for every file; a quick one lists only folders whose own time has changed since they were listed, which misses only
files that were written in place. The time of a folder may be coarse, so that it must have rested for `REST_S` before it is believed.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from importer.beside import labelled
from importer.payloads import SUFFIXES

#: folders of sync clients, file servers and operating systems that hold copies, never originals
FOREIGN_FOLDERS: Final = frozenset({"@eadir", "__macosx", "$recycle.bin", "system volume information", "lost+found", "#recycle"})
#: names of files that are not finished, in small letters
_UNFINISHED: Final = ("~", "unconfirmed ")
#: what QZ saves in turns while a run goes on; the run itself gets a name of its own at its end. Source: qdomyos-zwift, homeform::backup
_QZ_BACKUP: Final = re.compile(r"\d?qz-backup-")
#: how long the time of a folder must not have changed before it is believed, s. Source: FAT keeps 2 s, twice that
REST_S: Final = 4.0
#: no folder lies deeper: below it nothing is looked at
DEEPEST: Final = 64


class Stamp(NamedTuple):
    """What tells that a file is the same as before, without reading it; times in nanoseconds."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int

    @property
    def text(self) -> str:
        """The part that outlives a remount: a device has another number each time it is plugged in."""
        return f"{self.size_bytes}:{self.mtime_ns}:{self.ctime_ns}:{self.inode}"


class Found(NamedTuple):
    """A file that is not known as it is."""

    path: str
    stamp: Stamp


@dataclass(slots=True)
class Look:
    """What a scan saw below one root; `wrong` are folders that could not be listed."""

    root: str
    is_away: bool = False
    n_files: int = 0
    found: list[Found] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class _Folder(NamedTuple):
    """A folder as it was listed; `since_s` is when this time of it was first seen."""

    mtime_ns: int
    since_s: float
    n_files: int
    folders: tuple[str, ...]


def stamp_of(status: os.stat_result) -> Stamp:
    """Give the stamp of a file."""
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


def stamp_at(path: str) -> Stamp | None:
    """Give the stamp of the regular file at a path, None where there is none.

    Raises
    ------
    OSError : it cannot be said, for the moment.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - one of many, and a path object costs more than the call
    except (FileNotFoundError, NotADirectoryError):
        return None
    return stamp_of(status) if stat.S_ISREG(status.st_mode) else None


def is_candidate(name: str) -> bool:
    """Tell by its name whether a file may be a finished activity file."""
    folded = name.casefold()
    return folded.endswith(SUFFIXES) and not folded.startswith((".", *_UNFINISHED)) and not _QZ_BACKUP.match(folded)


def is_labels(name: str) -> bool:
    """Tell by its name whether a file may hold the labels of an activity file."""
    return any(is_candidate(one) for one in labelled(name))


def is_foreign(name: str) -> bool:
    """Tell whether a folder is hidden, or belongs to another program."""
    return name.startswith(".") or name.casefold() in FOREIGN_FOLDERS


class Scanner:
    """Looks through folders again and again.

    Parameters
    ----------
    is_known : whether the file of a path and stamp needs no attention.
    besides : folders that are not looked into (the archive).
    """

    def __init__(self, is_known: Callable[[str, Stamp], bool], *, besides: Iterable[str] = ()) -> None:
        self._is_known = is_known
        self._besides = frozenset(besides)
        self._folders: dict[str, _Folder] = {}

    def look(self, root: str, *, now_s: float, is_full: bool) -> Look:
        """Look through a folder and all below it.

        Parameters
        ----------
        now_s : a clock that never goes back (s).
        """
        look = Look(root)
        heap = [(root, 0)]
        while heap:
            folder, depth = heap.pop()
            try:
                below = self._enter(folder, look, now_s=now_s, is_full=is_full)
            except OSError as error:
                self._folders.pop(folder, None)
                is_gone = isinstance(error, FileNotFoundError | NotADirectoryError)
                if folder == root:
                    look.is_away = True
                if folder == root or not is_gone:  # a folder inside may go at any moment
                    look.wrong.append(f"{folder}: cannot be listed ({error.strerror})")
                continue
            if depth < DEEPEST:
                heap.extend((name, depth + 1) for name in below)
        return look

    def _enter(self, folder: str, look: Look, *, now_s: float, is_full: bool) -> tuple[str, ...]:
        """Look at the files of one folder; give its folders."""
        mtime_ns = os.stat(folder).st_mtime_ns  # noqa: PTH116 - as above; before the listing, so that what comes later is seen later
        before = self._folders.get(folder)
        is_same = before is not None and before.mtime_ns == mtime_ns
        if before is not None and is_same and not is_full and now_s - before.since_s >= REST_S:
            look.n_files += before.n_files
            return before.folders
        since_s = before.since_s if before is not None and is_same else now_s
        n_before = look.n_files
        folders = self._list(folder, look)
        self._folders[folder] = _Folder(mtime_ns, since_s, look.n_files - n_before, folders)
        return folders

    def _list(self, folder: str, look: Look) -> tuple[str, ...]:
        folders = []
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                try:
                    is_activity = is_candidate(name)
                    if is_activity or is_labels(name):
                        status = entry.stat()
                        if stat.S_ISREG(status.st_mode):
                            look.n_files += is_activity
                            # Windows leaves inode and device out of a listing: reading a file looks again
                            stamp = stamp_of(status if os.name != "nt" else os.stat(entry.path))  # noqa: PTH116
                            if not self._is_known(entry.path, stamp):
                                look.found.append(Found(entry.path, stamp))
                            continue
                    if entry.is_dir(follow_symlinks=False) and not is_foreign(name) and entry.path not in self._besides:
                        folders.append(entry.path)
                except OSError as error:
                    if not isinstance(error, FileNotFoundError):  # gone since, or a link that leads nowhere
                        look.wrong.append(f"{entry.path}: cannot be looked at ({error.strerror})")
        return tuple(sorted(folders, reverse=True))
