"""Which earlier sessions teach what is normal in one: a window over time, and every session that showed backward movement.

Conventions: sessions are sorted by start; only those that started strictly earlier count, so that the order of import does not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from importer.values.session import Normal

#: The latest sessions that teach a runner's forward movement. Assumption: two months to a year of training; shoes and form change.
N_RECENT: Final = 50
#: The latest sessions with known backward movement; they are rare, so that they reach further back. Assumption.
N_LESSONS: Final = 50


class Window:
    """The teachers of a runner's next session, while his sessions come in order of start."""

    def __init__(self) -> None:
        self._recent: deque[Normal] = deque(maxlen=N_RECENT)
        self._lessons: deque[Normal] = deque(maxlen=N_LESSONS)
        #: of the same start as the last one: none of them started before another
        self._waiting: list[Normal] = []

    def before(self, start_utc_s: float) -> tuple[Normal, ...]:
        """Give what teaches a session of this start, in order of start. Starts are asked for in order."""
        if self._waiting and self._waiting[0].start_utc_s < start_utc_s:
            for normal in sorted(self._waiting, key=repr):
                self._recent.append(normal)
                if normal.is_lesson:
                    self._lessons.append(normal)
            self._waiting.clear()
        both = {id(normal): normal for normal in (*self._lessons, *self._recent)}
        return tuple(sorted(both.values(), key=lambda one: one.start_utc_s))

    def add(self, normal: Normal | None) -> None:
        """Let a session teach those that start later; None teaches nothing. Starts come in order."""
        if normal is None:
            return
        if self._waiting and self._waiting[0].start_utc_s < normal.start_utc_s:
            self.before(normal.start_utc_s)
        self._waiting.append(normal)


def joined(normals: Sequence[Normal], more: Sequence[Normal], *, start_utc_s: float) -> tuple[Normal, ...]:
    """Give what teaches a session, of what the database says and of what it does not know yet; in order of start."""
    new = [normal for normal in more if normal.start_utc_s < start_utc_s]
    if not new:
        return tuple(normals)
    window = Window()
    for normal in sorted((*normals, *new), key=lambda one: one.start_utc_s):
        window.add(normal)
    return window.before(start_utc_s)
