"""Take files that have rested, import them, and note what became of each.

Conventions: a file is read here, once, and its bytes are handed to the import: what is hashed, parsed and stored is what had rested.
What passes by itself (no permission, a busy file, a share that is away) is put off and never counted as a bad file.
A labels file is never imported itself: the activity that it speaks of is read once more, if it is known already.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from importer.beside import labelled, labels_of
from importer.errors import ReadError
from importer.pipeline import ImportResult, Outcome, import_files
from importer.watch import archive, hooks, sd_notify
from importer.watch.complete import is_complete
from importer.watch.events import Event, Tell
from importer.watch.memory import PASSING_CODES, STORED, Memory
from importer.watch.notify import Notices
from importer.watch.scan import Found, Stamp, stamp_at
from importer.watch.settings import Settings
from importer.watch.settle import Settling
from importer.watch.stopping import Stopping
from importer.watch.take import ChangedError, take

if TYPE_CHECKING:
    from importer.store import Store

#: a worker costs as much time to start as this many files take it to read (measured: 0.3 s against 9 ms), twice over
FILES_PER_WORKER: Final = 64
#: what became of an archive is the worst that became of its members
_WORST_FIRST: Final = (Outcome.FAILED, Outcome.IMPORTED, Outcome.LINKED, Outcome.SKIPPED, Outcome.KNOWN)


class Job(NamedTuple):
    """A file to be taken; `is_forced` takes it even where it lacks its end, `labels` is the file because of which it is read again."""

    path: str
    stamp: Stamp
    is_forced: bool = False
    labels: Found | None = None


class _Batch(NamedTuple):
    """A batch that has not ended."""

    store: Store
    id: int
    counts: Counter[str]


class Importing:
    """Imports the files of one turn after the other."""

    def __init__(self, settings: Settings, memory: Memory, settling: Settling[str, Stamp], *, stopping: Stopping, tell: Tell) -> None:
        self._settings = settings
        self._memory = memory
        self._settling = settling
        self._stopping = stopping
        self._tell = tell
        self._jobs: dict[str, Job] = {}
        self._bytes: dict[str, bytes | ReadError] = {}
        self._results: list[ImportResult] = []
        self._batch: _Batch | None = None
        self.notices = Notices(tell=tell)
        self.counts: Counter[str] = Counter()

    def run(self, store: Store, jobs: Sequence[Job], *, until_s: float = float("inf")) -> None:
        """Import files; none is begun after `until_s` of the monotonic clock, nor after a signal.

        Raises
        ------
        StoreError : the database could not be used; what is not noted is taken again.
        """
        self._jobs.clear()
        self._bytes.clear()
        self._results.clear()
        # labels first: an activity that comes with them is judged with them, and takes them along into the archive
        feed = self._feed(sorted(jobs, key=lambda job: not labelled(job.path)), until_s)
        first = next(feed, None)
        if first is not None:
            self._import(store, chain([first], feed), n_jobs=len(jobs))
        self._memory.write(store)

    def _import(self, store: Store, files: Iterator[Path], *, n_jobs: int) -> None:
        from importer.sandbox import Workers

        _, batch_id, counts = self._begun(store)
        with Workers(min(os.cpu_count() or 1, 1 + n_jobs // FILES_PER_WORKER)) as workers:
            self._stopping.before_leaving = workers.kill
            options, hand_over = self._settings.options, self._hand_over
            for result in import_files(files, store, options=options, preparer=workers, batch_id=batch_id, read=hand_over):
                counts[str(result.outcome)] += 1
                self._take_result(result)
                self._memory.write(store, is_all=False)
                sd_notify.alive()
                if self._stopping.is_asked:
                    workers.kill()
                    break
            else:
                self._finish()
        self._stopping.before_leaving = None
        self.counts += counts
        store.finish_batch(batch_id, counts=counts, now=datetime.now(UTC))
        self._batch = None

    def _begun(self, store: Store) -> _Batch:
        """Give the batch; one that was broken off goes on, as a batch for each try in vain would fill a full disk the more."""
        if self._batch is None or self._batch.store is not store:
            self._batch = _Batch(store, store.start_batch(command="watch", now=datetime.now(UTC)), Counter())
        return self._batch

    def _feed(self, jobs: Sequence[Job], until_s: float) -> Iterator[Path]:
        for job in jobs:
            if self._stopping.is_asked or time.monotonic() >= until_s:
                return
            for one in self._meant(job):
                path = Path(one.path)
                data = self._take(one)
                if data is not None:
                    self._jobs[str(path)] = one
                    self._bytes[str(path)] = data
                    yield path

    def _meant(self, job: Job) -> list[Job]:
        """Give the file itself; of a labels file the activities that are known, as all others are read with it when their time comes."""
        names = labelled(job.path)
        if not names:
            return [job]
        labels, found = Found(job.path, job.stamp), []
        for path in names:
            try:
                stamp = stamp_at(path)
            except OSError:  # to be told when it is taken
                continue
            if stamp is not None and self._memory.is_settled(path, stamp):
                found.append(Job(path, stamp, labels=labels))
        if not found:
            self._note_labels(labels)
        return found

    def _note_labels(self, labels: Found) -> None:
        self._memory.note(labels.path, labels.stamp, outcome=str(Outcome.KNOWN), now=datetime.now(UTC))
        self._settling.drop([labels.path])

    def _take(self, job: Job) -> bytes | ReadError | None:
        """Read a file; None where it is not the time for it."""
        try:
            data = take(job.path, job.stamp)
        except ChangedError:
            self._look_again(job.path)
            return None
        except ReadError as error:
            return error
        except FileNotFoundError:
            self._gone(job.path)
            return None
        except OSError as error:
            self._hold(job, code="unreadable", message=f"cannot be read ({error.strerror})")
            return None
        if not job.is_forced and not is_complete(data):
            self._hold(job, code="incomplete", message="lacks its end: it is waited for, and saved as it is after a long rest")
            return None
        return data

    def _hand_over(self, path: Path) -> bytes:
        data = self._bytes.pop(str(path))
        if isinstance(data, ReadError):
            raise data
        return data

    def _look_again(self, path: str) -> None:
        try:
            stamp = stamp_at(path)
        except OSError:
            stamp = None  # the next scan tells
        if stamp is None:
            self._gone(path)
        else:
            self._settling.see(path, stamp, now_s=time.monotonic())

    def _gone(self, path: str) -> None:
        self._settling.drop([path])
        self._memory.forget(path)

    def _hold(self, job: Job, *, code: str, message: str) -> None:
        seen = self._memory.hold(job.path, job.stamp, code=code, message=message, now=datetime.now(UTC))
        self._settling.drop([job.path])
        assert seen.next_try is not None
        again = f"{seen.next_try:%Y-%m-%dT%H:%M:%SZ}"
        facts = {"path": job.path, "code": code, "message": message, "attempts": seen.attempts, "next_try": again}
        # said once: it may be tried for months
        self._tell(Event("waiting", f"{job.path}: {message}, next try {again} [{code}]" if seen.attempts == 1 else "", facts))

    def _take_result(self, result: ImportResult) -> None:
        """Tell a result, and note what became of a file when all of it is told."""
        if self._results and self._results[0].source.path != result.source.path:
            self._finish()
        self._results.append(result)
        self._tell(Event("file", result=result))
        if self._settings.is_notifying and result.outcome in (Outcome.IMPORTED, Outcome.LINKED, Outcome.FAILED):
            self.notices.add(result)
        if self._settings.on_import and result.outcome in (Outcome.IMPORTED, Outcome.LINKED):
            wrong = hooks.run(self._settings.on_import, hooks.facts(result))
            if wrong is not None:
                self._tell(Event("wrong", f"{result.path}: the command of --on-import {wrong}", {"path": result.path, "message": wrong}))
        if result.source.member is None:
            self._finish()

    def _finish(self) -> None:
        """Note what became of the file of the last results."""
        results, self._results = self._results, []
        job = self._jobs.pop(results[0].source.path, None) if results else None
        if job is None:
            return
        error = next((one.error for one in results if one.outcome is Outcome.FAILED), None)
        if error is not None and error.code in PASSING_CODES:
            self._hold(job, code=error.code, message=error.message)
            return
        outcome = next(one for one in _WORST_FIRST if any(result.outcome is one for result in results))
        error = error or next((one.error for one in results if one.error is not None), None)
        sha256 = results[0].source.sha256 if len(results) == 1 else None
        self._memory.note(
            job.path,
            job.stamp,
            outcome=str(outcome),
            now=datetime.now(UTC),
            sha256=sha256,
            code=None if error is None else error.code,
            message="" if error is None else error.message,
        )
        self._settling.drop([job.path])
        if job.labels is not None:
            self._note_labels(job.labels)
        if self._settings.archive is not None and all(str(result.outcome) in STORED for result in results):
            self._archive(job, self._settings.archive, sha256=sha256 or results[0].source.sha256 or "")

    def _archive(self, job: Job, into: str, *, sha256: str) -> None:
        root = self._settings.root_of(job.path)
        assert root is not None
        try:
            place = archive.archive(job.path, job.stamp, root=root, into=into, sha256=sha256)
        except OSError as error:
            self._hold(job, code="not-archived", message=f"is stored, but could not be moved to {into} ({error.strerror})")
            return
        if place is not None:
            self._memory.forget(job.path)
            self._tell(Event("archived", facts={"path": job.path, "to": str(place)}))
            self._archive_labels(job.path, place)

    def _archive_labels(self, path: str, place: Path) -> None:
        """Let the labels that an activity was judged with follow it; those that were written since stay, to be looked at first."""
        prefix = place.name.removesuffix(Path(path).name)
        for name in labels_of(path):
            beside = place.with_name(prefix + Path(name).name)
            try:
                stamp = stamp_at(name)
                if stamp is not None and self._memory.is_settled(name, stamp) and archive.follow(name, beside):
                    self._memory.forget(name)
                    self._tell(Event("archived", facts={"path": name, "to": str(beside)}))
            except OSError as error:
                message = f"could not be moved to {beside.parent} ({error.strerror}): it stays"
                self._tell(Event("wrong", f"{name}: {message}", {"path": name, "message": message}))


def ready(settling: Settling[str, Stamp], *, now: Callable[[], float]) -> list[Job]:
    """Look again at the files that may have rested, and give those that have."""
    jobs = []
    for path in settling.due(now_s=now()):
        try:
            stamp = stamp_at(path)
        except OSError:  # to be told when it is taken
            continue
        if stamp is None:
            settling.drop([path])
        elif settling.see(path, stamp, now_s=now()):
            jobs.append(Job(path, stamp))
    return jobs
