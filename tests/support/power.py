"""Power cuts: what a program wrote is recorded, and every state that a disk may be in after a cut is made again.

Conventions: the model is that of a disk behind a journalling file system (ext4, xfs).

- A write lasts once its file is synced. Until then it may be lost, also when a later one is not, and a part of it: sectors of 512 bytes.
- Where a lost write made the file longer, the file may be longer all the same, and zero there.
- Names (a file made, renamed, removed) change in their order, and last once their folder, or the last named file, is synced.
- What was told on standard output before the cut is what the user believes.

SQLite's shared memory (``-shm``) is not replayed: it is made anew from the log.
"""

from __future__ import annotations

import itertools
import random
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.importing import PATIENCE_S, ROOT, environment

SECTOR_BYTES: Final = 512
#: calls that are recorded; a program that used another one to write would be noticed, as its files would not come out right
_CALLS: Final = "openat,pwrite64,write,fsync,fdatasync,ftruncate,unlink,rename"
_LINE: Final = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
_UNFINISHED: Final = " <unfinished ...>"
_RESUMED: Final = re.compile(r"<\.\.\. \w+ resumed>(.*)$")
_FD: Final = re.compile(r"^(\d+)<([^>]*)>")
_STRING: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class Operation(NamedTuple):
    """One thing that was done to a file: ``create write cut sync unlink rename told``."""

    kind: str
    name: str
    data: bytes = b""
    offset: int = 0


def record(words: Sequence[str], *, folder: Path, names: Sequence[str], log: Path, told: Path) -> list[Operation]:
    """Run a program and give what it did to the named files of a folder, and what it told, in order.

    Parameters
    ----------
    names : of the files in `folder`.
    told : a file that becomes its standard output.
    """
    watched = [option for path in (told, folder, *(folder / name for name in names)) for option in ("-P", str(path))]
    traced = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-o", str(log), "-e", f"trace={_CALLS}", *watched, *words]
    with told.open("wb") as out:
        done = subprocess.run(traced, cwd=ROOT, env=environment(), stdout=out, stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False)
    assert done.returncode in (0, 3), done.stderr.decode(errors="replace")
    return [
        operation
        for line in _whole_lines(log.read_text(encoding="ascii"))
        if (operation := _operation(line, folder=str(folder), told=str(told))) is not None
    ]


def _whole_lines(log: str) -> Iterator[str]:
    """Put together what strace tells in two parts, because another process did something meanwhile."""
    begun: dict[str, str] = {}
    for line in log.splitlines():
        process, _, rest = line.partition(" ")
        if rest.endswith(_UNFINISHED):
            begun[process] = line.removesuffix(_UNFINISHED)
        elif (resumed := _RESUMED.match(rest.strip())) is not None:
            yield begun.pop(process) + resumed[1]
        else:
            yield line


def _operation(line: str, *, folder: str, told: str) -> Operation | None:
    found = _LINE.match(line)
    if found is None or int(found[3]) < 0:
        return None
    call, rest = found[1], found[2]
    strings = [bytes.fromhex(text.replace("\\x", "")) for text in _STRING.findall(rest)]
    if call == "openat":
        name = strings[0].decode()
        assert "O_TRUNC" not in rest or not name.startswith(folder), line
        return Operation("create", Path(name).name) if "O_CREAT" in rest and name.startswith(folder) else None
    if call in ("unlink", "rename"):
        first, *more = [Path(text.decode()).name for text in strings]
        return Operation(call, first, (more[0] if more else "").encode())
    handle = _FD.match(rest)
    assert handle is not None, line
    path = bytes.fromhex(handle[2].replace("\\x", "")).decode() if handle[2].startswith("\\x") else handle[2]
    name = "" if path == folder else Path(path).name
    if path == told:
        return Operation("told", name, strings[0][: int(found[3])])
    if not path.startswith(folder):
        return None
    if call in ("fsync", "fdatasync"):
        return Operation("sync", name)
    last = int(rest.rsplit(", ", 1)[1])
    if call == "ftruncate":
        return Operation("cut", name, offset=last)
    assert call == "pwrite64", line
    return Operation("write", name, strings[0][: int(found[3])], last)


@dataclass(slots=True)
class _File:
    """What of a file is on the disk for sure, and what may be."""

    lasting: bytearray = field(default_factory=bytearray)
    pending: list[Operation] = field(default_factory=list)


class Disk:
    """A folder on a disk that may lose its power."""

    def __init__(self, start: dict[str, bytes] | None = None) -> None:
        self._files = {name: _File(bytearray(data)) for name, data in (start or {}).items()}
        #: names that last, and changes of names that may not
        self._names = dict(self._files)
        self._pending_names: list[tuple[str, str, str, _File]] = []
        #: everything that was told so far
        self.told = b""

    def do(self, operation: Operation) -> None:
        """Let the program do one thing."""
        kind, name = operation.kind, operation.name
        if kind == "told":
            self.told += operation.data
        elif kind == "sync":
            self._sync(name)
        elif kind == "create":
            if name not in self._files:
                self._files[name] = _File()
                self._pending_names.append((kind, name, "", self._files[name]))
        elif kind in ("unlink", "rename"):
            moved = self._files.pop(name)
            self._pending_names.append((kind, name, operation.data.decode(), moved))
            if kind == "rename":
                self._files[operation.data.decode()] = moved
        elif name in self._files:  # what is written to a file without a name is lost anyway
            self._files[name].pending.append(operation)

    def _sync(self, name: str) -> None:
        if not name:  # the folder
            self._settle(len(self._pending_names))
        elif name in self._files:
            file = self._files[name]
            for operation in file.pending:
                _apply(file.lasting, operation)
            file.pending.clear()
            touched = [i for i, (*_, one) in enumerate(self._pending_names) if one is file]
            self._settle(touched[-1] + 1 if touched else 0)

    def _settle(self, n: int) -> None:
        self._names = _renamed(self._names, self._pending_names[:n])
        del self._pending_names[:n]

    @property
    def is_certain(self) -> bool:
        """Tell whether a cut now leaves but one state."""
        return not self._pending_names and not any(file.pending for file in self._files.values())

    def states(self, n: int, chance: random.Random) -> Iterator[dict[str, bytes]]:
        """Give states after a cut at this moment, name to bytes: nothing more than what lasts, everything, and `n` random ones."""
        yield self._state(n_names=0, keep=None, chance=chance)
        if self.is_certain:
            return
        yield self._state(n_names=len(self._pending_names), keep=1.0, chance=chance)
        for _ in range(n):
            yield self._state(n_names=chance.randint(0, len(self._pending_names)), keep=chance.choice((0.1, 0.5, 0.9, 0.98)), chance=chance)

    def _state(self, *, n_names: int, keep: float | None, chance: random.Random) -> dict[str, bytes]:
        """Make a state: the first `n_names` changes of names, and each pending write with the probability `keep` (None: none at all)."""
        names = _renamed(self._names, self._pending_names[:n_names])
        state = {}
        for name, file in names.items():
            data = bytearray(file.lasting)
            if keep is not None:
                for operation in file.pending:
                    _apply_by_chance(data, operation, keep=keep, chance=chance)
            state[name] = bytes(data)
        return state


def _renamed(names: dict[str, _File], changes: Sequence[tuple[str, str, str, _File]]) -> dict[str, _File]:
    names = dict(names)
    for kind, name, target, file in changes:
        if kind == "create":
            names[name] = file
            continue
        names.pop(name, None)
        if kind == "rename":
            names[target] = file
    return names


def _apply(data: bytearray, operation: Operation) -> None:
    if operation.kind == "cut":
        _lengthen(data, operation.offset)
        del data[operation.offset :]
        return
    _lengthen(data, operation.offset)
    data[operation.offset : operation.offset + len(operation.data)] = operation.data


def _apply_by_chance(data: bytearray, operation: Operation, *, keep: float, chance: random.Random) -> None:
    """Do a pending operation wholly, in part or not at all."""
    lot = chance.random()
    if lot < keep:
        _apply(data, operation)
    elif operation.kind == "write" and lot < keep + (1 - keep) / 3:
        first = -operation.offset % SECTOR_BYTES  # a torn write is torn where a sector of the disk ends
        borders = [0, *range(first, len(operation.data), SECTOR_BYTES), len(operation.data)]
        for start, end in itertools.pairwise(borders):
            if end > start and chance.random() < 0.5:
                _apply(data, Operation("write", operation.name, operation.data[start:end], operation.offset + start))
    elif operation.kind == "write" and lot < keep + (1 - keep) / 2:
        _lengthen(data, operation.offset + len(operation.data))


def _lengthen(data: bytearray, length: int) -> None:
    data.extend(bytes(max(0, length - len(data))))


def write_state(state: dict[str, bytes], folder: Path) -> None:
    """Put a state into an empty folder."""
    for old in folder.iterdir():
        old.unlink()
    for name, data in state.items():
        if not name.endswith("-shm"):
            (folder / name).write_bytes(data)
