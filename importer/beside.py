"""The folder of a file as a shelf of companions: what lies beside it, and in the folder above (`readers.companions`).

Conventions: a name here is an absolute path with ``/`` between its parts. Only names that the program itself makes from the path
of the activity are opened; a name that some table gives is compared and never opened.
This is the only place that looks for files which the user did not name.
"""

from __future__ import annotations

import dataclasses
import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from importer.errors import ReadError
from importer.readers.companions import GARMIN_LIST_SUFFIX, LABELS_SUFFIX, Beside, Companions, Look

if TYPE_CHECKING:
    from importer.values.activity import Activity

#: the folders of an unpacked export of Garmin: the root, the lists of activities
_GARMIN_ROOT: Final = "di_connect"
_GARMIN_LISTS: Final = "DI-Connect-Fitness"
#: how far above an activity the root may be: uploaded files, and a folder for each part of them
_GARMIN_DEPTH: Final = 3
#: folders whose lists are remembered at once
_HELD_FOLDERS: Final = 64


class FolderShelf:
    """The file system."""

    def __init__(self) -> None:
        self._lists: dict[str, tuple[str, ...]] = {}

    def open(self, name: str) -> IO[bytes] | None:
        """Open a regular file, None where there is none of that name; a pipe or a device is refused and not waited for."""
        path = name if Path(name).is_absolute() else f"/{name}"
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return None
            raise
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise ReadError("it is no regular file")
        return os.fdopen(handle, "rb")

    def garmin_lists(self, name: str) -> Sequence[str]:
        """Give the lists of the unpacked export that a file is a part of, in the order of their names."""
        folder = name.rpartition("/")[0]
        if folder not in self._lists:
            if len(self._lists) >= _HELD_FOLDERS:
                self._lists.clear()
            self._lists[folder] = tuple(_lists_above(folder))
        return self._lists[folder]


def look_beside(path: Path, companions: Companions) -> Look:
    """Give the glance at what lies beside a file."""
    return Look(companions, Path(os.path.abspath(path)).as_posix())  # noqa: PTH100 - Path.absolute keeps the dots in a path


def add_beside(activities: tuple[Activity, ...], beside: Beside) -> tuple[Activity, ...]:
    """Give the activities of a file what lies beside it: texts, and notes about what could not be used."""
    from importer.readers.titles import add_words

    activities = add_words(activities, beside.words)
    if beside.labels is not None:
        from importer.detect.sidecar import add_labels

        activities = add_labels(activities, name=beside.labels.name, data=beside.labels.data)
    if not beside.notes:
        return activities
    return tuple(dataclasses.replace(activity, notes=(*activity.notes, *beside.notes)) for activity in activities)


def labelled(path: str) -> tuple[str, ...]:
    """Give the activity files, be they there or not, that a labels file speaks of by its name; none where that is no such name."""
    stem = path.removesuffix(LABELS_SUFFIX)
    return () if stem == path else (stem, f"{stem}.gz")


def labels_of(path: str) -> tuple[str, ...]:
    """Give the labels files, be they there or not, that speak of an activity file by its name."""
    stems = (path, path[:-3]) if path.casefold().endswith(".gz") else (path,)
    return tuple(f"{stem}{LABELS_SUFFIX}" for stem in stems)


def _lists_above(folder: str) -> list[str]:
    """Find the lists of an export by its root's name among the folders above."""
    for _ in range(_GARMIN_DEPTH):
        above, _, name = folder.rpartition("/")
        if name.casefold() == _GARMIN_ROOT:
            try:
                found = sorted(os.listdir(f"{folder}/{_GARMIN_LISTS}"))  # noqa: PTH208 - names, not paths
            except OSError:
                return []
            return [f"{folder}/{_GARMIN_LISTS}/{one}" for one in found if one.casefold().endswith(GARMIN_LIST_SUFFIX)]
        folder = above
    return []
