"""The loop of the watcher: scan, let settle, import, say how it is.

Conventions: waiting is by a clock that never goes back; the database's times are the calendar's. Whatever passes by itself (the folder
or the database is away, the disk is full) is said once and waited for; nothing is lost meanwhile, as the next scan sees it all again.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from importer.errors import DatabaseBusyError, StoreError
from importer.store.watch_records import WatchedFolder
from importer.watch import sd_notify
from importer.watch.events import Event, Tell
from importer.watch.importing import Importing, Job, ready
from importer.watch.memory import Memory
from importer.watch.scan import Look, Scanner, Stamp, stamp_at
from importer.watch.settings import READ_AGAIN_AFTER, SCAN_SHARE, Settings
from importer.watch.settle import Settling
from importer.watch.stopping import Stopping

if TYPE_CHECKING:
    from importer.store import Store

#: first and longest wait for a database that is away, s
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
#: files that are read again although they look the same, and how often, s: a hundred thousand take a day and a half
_READ_AGAIN_FILES: Final = 50
_READ_AGAIN_EVERY_S: Final = 60.0


class Watcher:
    """Watches folders until it is told to end.

    Parameters
    ----------
    open_store : opens the database; it is opened anew where its file was replaced.
    tell : takes what happens.
    """

    def __init__(self, settings: Settings, open_store: Callable[[], Store], *, stopping: Stopping, tell: Tell) -> None:
        self._settings = settings
        self._open_store = open_store
        self._stopping = stopping
        self._tell = tell
        self._store: Store | None = None
        self._file: Stamp | None = None
        self._memory = Memory(is_archiving=settings.archive is not None)
        besides = () if settings.archive is None else (settings.archive,)
        self._scanner = Scanner(self._memory.is_known, besides=besides)
        self._settling: Settling[str, Stamp] = Settling(settle_s=settings.settle_s)
        self._importing = Importing(settings, self._memory, self._settling, stopping=stopping, tell=tell)
        self._looks: dict[str, Look] = {}
        self._started = datetime.now(UTC)
        self._scanned: datetime | None = None
        self._scan_cost_s = 0.0
        self._next_scan_s = self._next_full_s = self._next_reread_s = 0.0
        self._said_wrong: frozenset[str] = frozenset()
        #: what is in the way of storing, None where nothing is
        self._paused: str | None = None

    def watch(self) -> int:
        """Watch until a signal; give the exit status."""
        self._tell(Event("started", facts={"roots": list(self._settings.roots), "every_s": self._settings.every_s}))
        pause_s = _FIRST_PAUSE_S
        try:
            while not self._stopping.is_asked:
                try:
                    self._turn(self._opened())
                except StoreError as error:
                    if error.exit_status == 6 or (self._file is None and error.exit_status != 5):
                        raise
                    self._pause(error)
                    self._stopping.sleep(pause_s, each=sd_notify.alive)
                    pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                    continue
                if self._paused is not None:  # a whole turn has passed, in which the files that rest were tried
                    pause_s = _FIRST_PAUSE_S
                    self._resume()
                self._importing.notices.show(now_s=time.monotonic())
                self._rest()
            self._end()
        finally:
            self._close()
        return self._stopping.status

    def once(self) -> int:
        """Look once, wait until what is new has rested, import it; give the exit status."""
        try:
            store = self._opened()
            self._scan()
            jobs = self._due(store)
            if len(self._settling):
                # a moment more: what was seen last must have rested too
                self._stopping.sleep(self._settings.settle_s + 0.01, each=sd_notify.alive)
            jobs += ready(self._settling, now=time.monotonic)
            self._importing.run(store, jobs)
            self._beat(store, is_once=True)
            self._importing.notices.show(now_s=time.monotonic())
        finally:
            self._close()
        if self._stopping.is_asked:
            return self._stopping.status
        counts, is_away = self._importing.counts, any(look.is_away for look in self._looks.values())
        return 4 if is_away else 3 if counts["failed"] else 0

    def _pause(self, error: StoreError) -> None:
        """Say once what is in the way, and in the database where it can be written: a full disk has room for a few bytes as a rule."""
        if self._paused == str(error):
            return
        self._paused = str(error)
        sd_notify.status(f"paused: {self._paused}")
        self._tell(Event("paused", f"paused, and going on by itself: {self._paused}", {"message": self._paused}))
        is_locked = isinstance(error, DatabaseBusyError) and error.waited_s is not None
        if not is_locked:
            self._try_to_beat()

    def _resume(self) -> None:
        self._paused = None
        self._tell(Event("resumed", "the database takes files again: going on"))
        self._try_to_beat()

    def _try_to_beat(self) -> None:
        if self._store is not None:
            with contextlib.suppress(StoreError):
                self._beat(self._store)

    def _turn(self, store: Store) -> None:
        """Look, and import what has rested.

        Raises
        ------
        StoreError : the database could not be used.
        """
        begun_s = time.monotonic()
        jobs: list[Job] = []
        is_scanned = begun_s >= self._next_scan_s
        if is_scanned:
            self._next_scan_s = begun_s + self._settings.every_s
            self._scan()
            jobs = self._due(store)
        jobs += ready(self._settling, now=time.monotonic)
        if is_scanned:
            self._beat(store)
        if jobs:
            # what is left is taken in the next turn: a burst must not keep the watcher from looking
            self._importing.run(store, jobs, until_s=begun_s + max(self._settings.every_s, 1.0))

    def _rest(self) -> None:
        """Sleep to the next scan, or until the next file may have rested."""
        due_s = self._settling.due_s()
        until_s = self._next_scan_s if due_s is None else min(self._next_scan_s, due_s + 0.01)
        self._stopping.sleep(until_s - time.monotonic(), each=sd_notify.alive)

    def _scan(self) -> None:
        now_s = time.monotonic()
        is_full = now_s >= self._next_full_s
        used_s = time.process_time()
        for root in self._settings.roots:
            look = self._scanner.look(root, now_s=now_s, is_full=is_full)
            self._tell_change(look)
            self._looks[root] = look
            for found in sorted(look.found):
                self._settling.see(found.path, found.stamp, now_s=now_s)
            look.found = []
        if is_full:
            self._scan_cost_s = time.process_time() - used_s
            # a little early: the next scan comes at the interval, not before
            self._next_full_s = now_s + 0.9 * self._full_every_s
            self._scanned = datetime.now(UTC)
        wrong = frozenset(said for look in self._looks.values() if not look.is_away for said in look.wrong)
        for said in sorted(wrong - self._said_wrong):
            self._tell(Event("wrong", said, {"message": said}))
        self._said_wrong = wrong

    @property
    def _full_every_s(self) -> float:
        """Give the interval of the full scans: as asked for, or what keeps them below their share of a processor."""
        return max(self._settings.every_s, self._scan_cost_s / SCAN_SHARE)

    def _tell_change(self, look: Look) -> None:
        before = self._looks.get(look.root)
        was_away = before is not None and before.is_away
        if look.is_away and not was_away:
            why = look.wrong[0] if look.wrong else look.root
            self._tell(Event("away", f"{why}: waiting for it to come back", {"root": look.root}))
        elif was_away and not look.is_away:
            self._tell(Event("back", f"{look.root}: is back", {"root": look.root}))

    def _due(self, store: Store) -> list[Job]:
        """Give the files whose next try has come, and some that were not read for long."""
        now, now_s = datetime.now(UTC), time.monotonic()
        roots = [root for root, look in self._looks.items() if not look.is_away]
        paths = list(store.due_paths(roots, now=now))
        if now_s >= self._next_reread_s:
            self._next_reread_s = now_s + _READ_AGAIN_EVERY_S
            paths += store.unchecked_paths(roots, before=now - READ_AGAIN_AFTER, at_most=_READ_AGAIN_FILES)
        jobs = []
        for path in dict.fromkeys(paths):
            try:
                stamp = stamp_at(path)
            except OSError:
                continue
            if stamp is None:
                self._memory.forget(path)
            elif self._memory.is_known(path, stamp):
                jobs.append(Job(path, stamp, is_forced=self._memory.lacks_its_end(path, stamp)))
        if not jobs:
            self._memory.write(store)
        return jobs

    def _beat(self, store: Store, *, state: str | None = None, is_once: bool = False) -> None:
        """Say in the database how the folders are."""
        now = datetime.now(UTC)
        every_s = None if is_once else self._full_every_s
        waiting = [self._settings.root_of(path) for path in (*self._settling.keys(), *self._memory.waiting())]
        folders = [
            WatchedFolder(
                root=root,
                state=state or ("away" if look.is_away else "watching" if self._paused is None else "paused"),
                said=look.wrong[0] if look.wrong else self._paused,
                every_s=every_s,
                settle_s=self._settings.settle_s,
                started=self._started,
                beat=now,
                scanned=None if look.is_away else self._scanned,
                n_files=look.n_files,
                n_waiting=waiting.count(root),
            )
            for root, look in self._looks.items()
        ]
        store.beat(folders)
        sd_notify.status(f"{sum(one.n_files for one in folders)} files, {len(waiting)} waiting")

    def _opened(self) -> Store:
        """Give the open database; where its file was taken away or replaced, open the new one: SQLite would go on with the old."""
        path = None if self._store is None else self._store.path
        if self._store is not None and path is not None:
            found = stamp_at(str(path))
            if found is None or self._file is None or (found.inode, found.device) != (self._file.inode, self._file.device):
                self._close()
                self._memory.clear()
                self._next_full_s = self._next_scan_s = 0.0
        if self._store is None:
            store = self._open_store()
            self._store = store
            self._file = Stamp(0, 0, 0, 0, 0) if store.path is None else stamp_at(str(store.path))
            self._memory.load(store.remembered(self._settings.roots))
            sd_notify.ready()
        return self._store

    def _end(self) -> None:
        """Write what is not written; where the database cannot, the next start reads some files again."""
        sd_notify.stopping()
        self._tell(Event("stopped"))
        if self._store is None:
            return
        try:
            self._memory.write(self._store)
            self._beat(self._store, state="stopped")
        except StoreError as error:
            self._tell(Event("wrong", str(error), {"message": str(error)}))

    def _close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()
