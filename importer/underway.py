"""What files teach that are read already and not stored yet, in the order of a run.

Several files are judged at once, and each is taught by those that started before it. What a session teaches is known before it is judged,
so that the next file need not wait until the one before it is stored.

Conventions: every file takes a turn in the order of the run. It says what it teaches, hears what the others teach that are under way, and
leaves once it is stored, or failed. Whoever is late is not waited for long: then sessions are stale, and `retag` puts them right.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

from importer.values.session import Normal

#: how long a file waits for those before it to be read, s. Assumption: an honest file is read in less than a second.
PATIENCE_S: Final = 5.0


class Underway:
    """The files under way."""

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self.changed = threading.Condition()
        self.patience_s = patience_s
        #: number of a turn to whose it is and what it teaches; None until that is known
        self.turns: dict[int, tuple[str, tuple[Normal, ...]] | None] = {}
        self._n = 0

    def enter(self) -> Turn:
        """Take the next turn."""
        with self.changed:
            self._n += 1
            self.turns[self._n] = None
            return Turn(self, self._n)


class Turn:
    """The turn of one file."""

    def __init__(self, underway: Underway, number: int) -> None:
        self._underway = underway
        self._number = number

    def post(self, athlete: str, normals: Sequence[Normal]) -> None:
        """Say what the file teaches."""
        with self._underway.changed:
            if self._number in self._underway.turns:
                self._underway.turns[self._number] = (athlete, tuple(normals))
                self._underway.changed.notify_all()

    def heard(self, athlete: str) -> tuple[Normal, ...]:
        """Give what all files under way teach of an athlete, this one among them; those before it are waited for."""
        with self._underway.changed:
            self._underway.changed.wait_for(self._is_next, timeout=self._underway.patience_s)
            told = [turn for turn in self._underway.turns.values() if turn is not None]
        return tuple(normal for whose, normals in told if whose == athlete for normal in normals)

    def leave(self) -> None:
        """Say that the file is stored, or will not be."""
        with self._underway.changed:
            self._underway.turns.pop(self._number, None)
            self._underway.changed.notify_all()

    def _is_next(self) -> bool:
        return all(told is not None for number, told in self._underway.turns.items() if number < self._number)
