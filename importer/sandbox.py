"""Worker processes for a folder: a file that hangs, eats memory or kills its reader costs itself and nothing else.

Conventions: one thread in this program for each worker process; the thread asks, waits at most `WALL_S`, and replaces a worker
that died. A plain child process is used on every platform (no fork, no shared memory), as its cost is one start of the interpreter.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final

from importer.errors import CorruptFileError, InternalError, StoreError
from importer.knowledge import Ask, Lesson, Question
from importer.payloads import Payload
from importer.pipeline import Options, Prepared
from importer.worker import receive, send

#: wall clock for one file, s
WALL_S: Final = 120.0
#: files after which a worker is replaced, so that a leak in a library cannot grow
RECYCLE_AFTER: Final = 500


class Workers:
    """A pool of worker processes; use as a context manager."""

    def __init__(self, n: int, *, wall_s: float = WALL_S) -> None:
        self._n = n
        self._wall_s = wall_s
        self._threads = ThreadPoolExecutor(n, thread_name_prefix="retro-import")
        self._mine = threading.local()
        # the first worker loads its libraries while this program loads the database's
        self._ready: list[_Worker] = [_Worker()]
        self._all: set[_Worker] = set(self._ready)

    @property
    def in_flight(self) -> int:
        """Payloads that are worth being under way: one in work and one waiting for each worker."""
        return 2 * self._n

    def submit(self, payload: Payload, options: Options, ask: Ask) -> Callable[[], Prepared]:
        return self._threads.submit(self._ask, payload, options, ask).result

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for worker in tuple(self._all):
            if kind is not None or worker in self._ready:
                worker.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in tuple(self._all):
            worker.close()

    def kill(self) -> None:
        """End every worker at once: what it read is lost, and the program must not store what comes back."""
        for worker in tuple(self._all):
            worker.kill()

    def _ask(self, payload: Payload, options: Options, ask: Ask) -> Prepared:
        worker: _Worker | None = getattr(self._mine, "worker", None)
        if worker is None or worker.n_answered >= RECYCLE_AFTER or worker.is_dead:
            if worker is not None:
                self._drop(worker)
            try:
                worker = self._mine.worker = self._take()
            except OSError as error:
                self._mine.worker = None
                remedy = "close other programs, or try again with fewer --workers"
                reason = f"no worker process could be started ({error.strerror})"
                return Prepared(error=InternalError(reason, remedy=remedy, code="no-worker"))
        try:
            answer = worker.ask(payload, options, ask, wall_s=self._wall_s)
        except StoreError:  # it waits for an answer that will not come
            worker.kill()
            self._drop(worker)
            self._mine.worker = None
            raise
        if isinstance(answer, Prepared):
            return answer
        self._drop(worker)
        self._mine.worker = None
        return Prepared(error=CorruptFileError(answer, remedy="the file is damaged or hostile: export it again", code="too-costly"))

    def _take(self) -> _Worker:
        """Give the worker that was started ahead, or a new one."""
        try:
            worker = self._ready.pop()
        except IndexError:
            worker = _Worker()
        self._all.add(worker)
        return worker

    def _drop(self, worker: _Worker) -> None:
        self._all.discard(worker)
        worker.close()


class _Worker:
    """One process and the pipes to it."""

    def __init__(self) -> None:
        # the child must find the same packages, however this program found them, and nothing of the folder it runs in
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "importer.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            # not in the terminal's group: Ctrl-C is for this program, which then lets its workers end
            process_group=0 if os.name == "posix" else None,
        )
        self.n_answered = 0
        self._is_busy = False
        self._is_late = False

    @property
    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def ask(self, payload: Payload, options: Options, ask: Ask, *, wall_s: float) -> Prepared | str:
        """Give the worker's answer, or why there is none; what it asks itself is answered by `ask`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        clock = threading.Timer(wall_s, self._expire)
        clock.daemon = True
        self._is_busy = True
        clock.start()
        try:
            send(self._process.stdin, (payload, options))
            answer = receive(self._process.stdout)
            while isinstance(answer, Question | Lesson):
                known = ask(*answer) if isinstance(answer, Question) else ask.again(*answer)
                send(self._process.stdin, known)
                answer = receive(self._process.stdout)
        except (EOFError, OSError):
            status = self._process.wait()
            return f"took longer than {wall_s:.0f} s to read" if self._is_late else f"killed its reader (status {status})"
        finally:
            self._is_busy = False
            clock.cancel()
        assert isinstance(answer, Prepared)
        self.n_answered += 1
        return answer

    def _expire(self) -> None:
        if self._is_busy:
            self._is_late = True
            self._process.kill()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """End the process and wait for it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # a dead worker's pipe has unsent bytes
                    continue
        self._process.wait()
