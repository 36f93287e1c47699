"""The worker process: decodes and tags payloads that a parent sends, one after the other.

Run as ``python -m importer.worker``. It reads pickled ``(payload, options)`` from standard input, each behind its length, and
answers with a pickled `Prepared` on standard output. Between the two it may put a `Question`, whose answer comes the same way.
Its memory, processor time and open files are limited; it writes no file and
knows no database. When standard input ends, so does it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import struct
import sys
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from importer.detect.known import Known
    from importer.knowledge import Lesson, Question
    from importer.values.activity import Device
    from importer.values.session import Normal

#: length of a message, little-endian, bytes
LENGTH: Final = struct.Struct("<Q")
#: address space of a worker, bytes. Source: the largest honest file needs 200 MB, a hostile one is stopped here
MEMORY_BYTES: Final = 1 << 30
#: processor time for one file, s
CPU_S: Final = 60


def send(stream: IO[bytes], message: object) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> object:
    """Read one message; EOFError where the other side is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 - both ends are this program


def limit() -> None:
    """Bound memory and files, where the platform can."""
    try:
        import resource
    except ImportError:  # Windows has none: the parent's wall clock is the only limit there
        return
    for what, amount in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, hard = resource.getrlimit(what)
        soft = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        try:
            resource.setrlimit(what, (soft, hard))
        except (ValueError, OSError):  # macOS refuses some of them
            continue


def limit_cpu() -> None:
    """Allow the next file `CPU_S` of processor time."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + CPU_S
    with contextlib.suppress(ValueError, OSError):  # the system's own limit may be lower
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


class _Parent:
    """The program that has the database, to be asked."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._requests = requests
        self._answers = answers

    def __call__(self, starts: Sequence[datetime], devices: Sequence[Device], /) -> tuple[Known, ...]:
        from importer.knowledge import Question

        return self._asked(Question(tuple(starts), tuple(devices)))

    def again(self, normals: Sequence[Normal | None], /) -> tuple[Known, ...]:
        from importer.knowledge import Lesson

        return self._asked(Lesson(tuple(normals)))

    def _asked(self, question: Question | Lesson) -> tuple[Known, ...]:
        send(self._answers, question)
        known = receive(self._requests)
        assert isinstance(known, tuple)
        return known


def main() -> None:
    """Answer until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes standard input
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    from importer.errors import CorruptFileError
    from importer.payloads import Payload
    from importer.pipeline import Options, Prepared, load, prepare

    ask = _Parent(requests, answers)
    load()
    gc.freeze()  # what is loaded stays; collecting it again and again for every file costs more than a file
    gc.set_threshold(100_000)
    limit()
    while True:
        try:
            message = receive(requests)
        except EOFError:
            return
        assert isinstance(message, tuple)
        payload, options = message
        assert isinstance(payload, Payload)
        assert isinstance(options, Options)
        limit_cpu()
        try:
            prepared = prepare(payload, options, ask)
        except MemoryError:
            prepared = Prepared(
                error=CorruptFileError(
                    f"needs more than {MEMORY_BYTES >> 20} MiB to read",
                    remedy="the file is damaged or hostile: export it again",
                    code="too-costly",
                )
            )
        send(answers, prepared)


if __name__ == "__main__":
    main()
