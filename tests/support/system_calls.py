"""The system calls of a program, and its death or an error at any of them (strace, Linux alone).

Conventions: a call is found again by its name and its place among the calls of that name, which is the same in every run of the
same work: so a program must run without threads here, and with a fixed hash seed. A call is *state-changing* where it creates, writes,
cuts, syncs, renames or removes something in the watched folder, or writes to standard output, which is what the user believes.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.importing import PATIENCE_S, ROOT, environment

#: what changes the state of files
CHANGING: Final = (
    *("write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate", "openat", "mkdir", "mkdirat"),
    *("unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "fchmod", "fchown"),
)
_LINE: Final = re.compile(r"^\d+ +(\w+)\((.*)$")
_KILLED: Final = "+++ killed by SIGKILL +++"


class Call(NamedTuple):
    """One system call of a run: the `ordinal`-th of its `name`, from 1."""

    name: str
    ordinal: int
    text: str


class Done(NamedTuple):
    """How a traced program ended."""

    status: int
    stdout: str
    stderr: str


def is_there() -> bool:
    """Tell whether programs can be traced and tampered with here."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", "trace=getpid", "-e", "inject=getppid:error=EPERM:when=1", "true"],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


def changing_calls(words: Sequence[str], *, folder: Path, log: Path) -> list[Call]:
    """Run a program to its good end, and give its state-changing calls in their order."""
    done = _trace(words, ["-y", "-e", f"trace={','.join(CHANGING)}"], log=log)
    assert done.status in (0, 3), done.stderr
    return [call for call in _calls(log) if _changes(call, folder)]


def kill_before(call: Call, words: Sequence[str], *, folder: Path, log: Path) -> Done:
    """Run a program and kill it when it asks for this call; AssertionError unless it died then and there."""
    tamper = ["-y", "-e", f"trace={call.name}", "-e", f"inject={call.name}:signal=KILL:when={call.ordinal}"]
    done = _trace(words, tamper, log=log)
    assert done.status == -signal.SIGKILL, f"was not killed, but ended with {done.status}: {call}"
    *_, last = _calls(log)
    assert _KILLED in log.read_text(encoding="utf-8", errors="replace")
    assert (last.ordinal, _place(last, folder)) == (call.ordinal, _place(call, folder)), f"died elsewhere: {last}, not {call}"
    return done


def fail_at(call: Call, error: str, words: Sequence[str], *, folder: Path, log: Path) -> Done:
    """Run a program in which this call fails with this error (``ENOSPC``); AssertionError unless the call was met."""
    tamper = ["-y", "-e", f"trace={call.name}", "-e", f"inject={call.name}:error={error}:when={call.ordinal}"]
    done = _trace(words, tamper, log=log)
    (met,) = [one for one in _calls(log) if "(INJECTED)" in one.text]
    assert _place(met, folder) == _place(call, folder), f"failed elsewhere: {met}, not {call}"
    return done


def _trace(words: Sequence[str], options: Sequence[str], *, log: Path) -> Done:
    # each line with the number of its process (-f); never with --seccomp-bpf, under which nothing is injected
    traced = ["strace", "-f", "-o", str(log), *options, *words]
    done = subprocess.run(traced, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def _calls(log: Path) -> Iterator[Call]:
    seen: Counter[str] = Counter()
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _LINE.match(line)
        if found is not None:
            seen[found[1]] += 1
            yield Call(found[1], seen[found[1]], found[2])


def _changes(call: Call, folder: Path) -> bool:
    if call.name == "openat" and "O_CREAT" not in call.text:
        return False
    return call.text.startswith("1<") or str(folder) in call.text


def _place(call: Call, folder: Path) -> str:
    """Give what a call works on: a file of the folder, or standard output."""
    if call.text.startswith("1<"):
        return "stdout"
    found = re.search(rf'{re.escape(str(folder))}[^>"]*', call.text)
    return re.sub(r"\d{8}T\d{6}Z", "STAMP", found[0]) if found else call.text
