"""What a schedule is, and the mark by which its files are known: pure, no file is touched.

Conventions: every file that is written carries a mark with the hash of the rest of it. A file without the mark is somebody else's, one
with another hash was edited: neither is ever overwritten or removed.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from importer.errors import RetroImportError, UsageError

#: raised when what the mark covers is computed in another way
_MARK_VERSION: Final = 1
_MARK: Final = re.compile(r"retro-import schedule (\d+) sha256:([0-9a-f]{64})")
#: lines at the head of a file in which the mark is looked for
_MARK_WITHIN_LINES: Final = 4
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,40}")


class ScheduleError(RetroImportError):
    """A schedule could not be installed or removed."""

    code = "schedule"
    exit_status = 1


class Kind(StrEnum):
    """Who starts the watcher."""

    SYSTEMD = "systemd"
    LAUNCHD = "launchd"
    TASK_SCHEDULER = "task-scheduler"
    CRON = "cron"


class Standing(StrEnum):
    """Whose a file is."""

    ABSENT = "absent"
    OURS = "ours"
    EDITED = "edited"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is to run, and how.

    Parameters
    ----------
    program : the words that start the program, the first an absolute path.
    words : the words after it, ``watch`` first; paths in them are absolute.
    every_min : run ``watch --once`` each so many minutes; None keeps a watcher running.
    writable : absolute paths of the folders that it may write to.
    seen : absolute paths of everything that it must be able to see.
    environment : variables that it needs; never a secret.
    is_networked : its database or its hook may need the network.
    """

    name: str
    program: tuple[str, ...]
    words: tuple[str, ...]
    every_min: int | None = None
    writable: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    is_networked: bool = False

    def __post_init__(self) -> None:
        check_name(self.name)
        for word in (*self.command, *self.writable, *self.seen, *self.environment.values()):
            _check_word(word)

    @property
    def command(self) -> tuple[str, ...]:
        """Every word of the command."""
        return (*self.program, *self.words)


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A file that a service manager reads.

    Parameters
    ----------
    text : with its mark.
    encoding : as that service manager wants it.
    """

    name: str
    text: str
    encoding: str = "utf-8"


def check_name(name: str) -> None:
    """Raise UsageError where a name cannot be part of a file's or a service's name everywhere."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"--name: {name!r} is no name (expected a to z, 0 to 9 and -, a letter first): choose another one")


def marked(text: str) -> str:
    """Put the mark on the first line of a text, behind the declaration where it is XML."""
    mark = f"retro-import schedule {_MARK_VERSION} sha256:{_hash(text)}"
    if not text.startswith("<?xml"):
        return f"# {mark}\n{text}"
    declaration, _, rest = text.partition("\n")
    return f"{declaration}\n<!-- {mark} -->\n{rest}"


def standing(text: str) -> Standing:
    """Tell whose a text is, by its mark."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines[:_MARK_WITHIN_LINES]):
        found = _MARK.search(line)
        if found is not None:
            is_same = found[2] == _hash("".join(lines[:number] + lines[number + 1 :]))
            return Standing.OURS if is_same else Standing.EDITED
    return Standing.FOREIGN


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check_word(word: str) -> None:
    """Refuse what no service manager can be told: one line would become two; bytes that are no UTF-8 stand as surrogates (Cs)."""
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in word):
        raise UsageError(f"{word!a}: a schedule cannot name this (it holds control or invalid characters): rename it")
