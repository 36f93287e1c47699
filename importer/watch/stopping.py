"""End gently: a first signal ends the watcher after the file in work, a second one at once.

Conventions: SIGTERM and SIGHUP end with status 0, as a service should; SIGINT (Ctrl-C) with 130, as shells have it. A file that takes
longer than `GRACE_S` is left as it is: what is not committed is rolled back by the database, and read again at the next start.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

#: how long the file in work may take after a signal, s; service managers wait longer (systemd: 90 s)
GRACE_S: Final = 25
#: how long a sleep may be before it looks for a signal, s
_SLICE_S: Final = 0.25


class Stopping:
    """Whether the watcher was told to end, and how it sleeps until then."""

    def __init__(self) -> None:
        self.is_asked = False
        self.status = 0
        #: called before the program is left at once
        self.before_leaving: Callable[[], None] | None = None

    def sleep(self, seconds: float, *, each: Callable[[], None] = lambda: None) -> None:
        """Sleep, but no longer than to a signal; `each` is called now and then."""
        end_s = time.monotonic() + seconds
        while not self.is_asked:
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                return
            each()
            time.sleep(min(left_s, _SLICE_S))

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals that end a program; one that is ignored (``nohup``) stays so."""
        names = [name for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
        before: dict[int, Any] = {}
        for name in names:
            number = getattr(signal, name)
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, self._stop)
        try:
            yield
        finally:
            if hasattr(signal, "SIGALRM"):
                signal.alarm(0)
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if self.is_asked:
            self._leave()
        self.is_asked = True
        self.status = 130 if number == signal.SIGINT else 0
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, lambda _number, _frame: self._leave())
            signal.alarm(GRACE_S)

    def _leave(self) -> None:
        """End now. It runs in the main thread, which alone writes to the database: nothing is written any more."""
        if self.before_leaving is not None:
            self.before_leaving()
        os._exit(self.status)
