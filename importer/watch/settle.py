"""When a file has come to rest: pure, its clock an argument.

Conventions: `now_s` is a clock that never goes back (s). A file's own times are compared for equality only, never with a clock, so
that neither a clock that jumps nor a file from the future confuses it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)
S = TypeVar("S")


class _Seen(NamedTuple, Generic[S]):
    stamp: S
    since_s: float


class Settling(Generic[K, S]):
    """The files that are new or have changed, until somebody has taken them.

    Parameters
    ----------
    settle_s : how long a file must look the same (s), from one look at it to another.
    """

    def __init__(self, *, settle_s: float) -> None:
        self._settle_s = settle_s
        self._seen: dict[K, _Seen[S]] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def __contains__(self, key: K) -> bool:
        return key in self._seen

    def keys(self) -> tuple[K, ...]:
        """Give the files that are waited for, in the order in which they came."""
        return tuple(self._seen)

    def see(self, key: K, stamp: S, *, now_s: float) -> bool:
        """Note a look at a file; tell whether it has rested."""
        before = self._seen.get(key)
        if before is None or before.stamp != stamp:
            self._seen[key] = _Seen(stamp, now_s)
            return False
        return now_s > before.since_s and now_s - before.since_s >= self._settle_s

    def due(self, *, now_s: float) -> tuple[K, ...]:
        """Give the files that may have rested by now, in the order in which they came: a second look at them tells."""
        return tuple(key for key, seen in self._seen.items() if now_s > seen.since_s and now_s - seen.since_s >= self._settle_s)

    def due_s(self) -> float | None:
        """Give when the next file may have rested, None where none is waited for."""
        oldest_s = min((seen.since_s for seen in self._seen.values()), default=None)
        return None if oldest_s is None else oldest_s + self._settle_s

    def drop(self, keys: Iterable[K]) -> None:
        """Wait for some files no longer: they are taken, or gone."""
        for key in keys:
            self._seen.pop(key, None)
