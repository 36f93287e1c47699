"""What keeping a session costs, against reading its file with fitparse: the "Store" part of docs/performance.md.

    python -m benchmarks.store [CORPUS] [--rounds 5] [--sessions 10000]

Conventions: wall time, so that waiting for the disk counts; what is compared takes turns, and of the rounds the median counts.
A ratio holds, an absolute figure does not. The files are the real one-hertz foot recordings of half an hour and more in CORPUS
(RETRO_CORPUS, or ../shared/corpus beside the checkout); without them, generated ones.
The report is asked of generated sessions: only rows count for it, and no folder of real ones is that large.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from importer.detect.judgement import judge
from importer.detect.known import known_of
from importer.detect.resample import resample
from importer.readers.registry import read_activities
from importer.store import SourceInfo, Store, open_store
from importer.values.session import Direction, Session
from tests.support.fit_samples import Watch, watch_file
from tests.support.runner import Block, record

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 1, 1, tzinfo=UTC)
#: half an hour, s
LONG_S = 1800
N_GENERATED = 20
#: one-hertz: samples for each second of the recording
ONE_HERTZ = (0.9, 1.1)
#: `retro-import report` with this SQLAlchemy
REPORT = [sys.executable, "-m", "importer", "report", "--db"]
LIBRARY = [sys.executable, "-c", "import sqlalchemy"]


class Kept(NamedTuple):
    """A file, and the sessions in it."""

    name: str
    data: bytes
    sessions: tuple[Session, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measurement (default 5)")
    parser.add_argument("--sessions", type=int, default=10_000, help="stored sessions that the report is asked of (default 10,000)")
    options = parser.parse_args()
    corpus = options.corpus or Path(os.environ.get("RETRO_CORPUS") or ROOT.parent / "shared" / "corpus")
    real = (corpus / "MANIFEST.csv").is_file()
    files = list(_kept(_real(corpus) if real else _generated()))
    n_bytes = sum(len(file.data) for file in files)
    what = "real" if real else "generated"
    print(f"{len(files)} {what} one-hertz files of half an hour and more, {n_bytes / 1e6:.2f} MB; median of {options.rounds} rounds\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _sizes(folder, files, n_bytes=n_bytes)
        _speeds(folder, files, rounds=options.rounds)
        _report(folder, n=options.sessions, rounds=options.rounds)


def _real(corpus: Path) -> Iterator[tuple[str, bytes]]:
    with (corpus / "MANIFEST.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        is_whole = row["kind"] == "fit" and not row["corrupt"] and row["decodes_fitparse"] == "ok"
        if is_whole and row["sport"] in ("running", "walking", "hiking") and row["n_records"] and float(row["duration_s"] or 0) >= LONG_S:
            least, most = (bound * float(row["duration_s"]) for bound in ONE_HERTZ)
            if least <= int(row["n_records"]) <= most:
                yield Path(row["path"]).name, (corpus / row["path"]).read_bytes()


def _generated() -> Iterator[tuple[str, bytes]]:
    for i in range(N_GENERATED):
        recording = record([Block(LONG_S + 120 * i, 2.5 + i / 50)], seed=i)
        yield f"generated {i}", watch_file(recording, watch=Watch(start=NOW + timedelta(days=i)))


def _kept(files: Iterator[tuple[str, bytes]]) -> Iterator[Kept]:
    """Decode and judge, each as a first session; the same bytes once."""
    seen: set[bytes] = set()
    for name, data in files:
        if data not in seen:
            seen.add(data)
            yield Kept(name, data, tuple(judge(one, known_of((), start=one.start)) for one in read_activities(data)))


def _sizes(folder: Path, files: Sequence[Kept], *, n_bytes: int) -> None:
    path, empty = folder / "size.db", folder / "empty.db"
    open_store(str(empty)).close()
    with open_store(str(path)) as store:
        batch_id = store.start_batch(command="benchmark", now=NOW)
        for file in files:
            _save(store, file, batch_id=batch_id)
    net_bytes = path.stat().st_size - empty.stat().st_size
    print(
        f"size: the database less an empty one ({empty.stat().st_size / 1024:.0f} KiB) is {net_bytes / n_bytes:.0%}"
        f" of its files ({net_bytes / 1e6:.2f} MB; at most 60 %)"
    )


def _save(store: Store, file: Kept, *, batch_id: int, copy: str = "") -> tuple[int, ...]:
    """Store a file's sessions; each `copy` counts as another file."""
    source = SourceInfo(file.name, hashlib.sha256(file.data + copy.encode()).hexdigest(), len(file.data), "fit")
    saved = store.save(source, file.sessions, batch_id=batch_id, athlete="me", now=NOW)
    assert saved.is_new
    return tuple(session.id for session in saved.sessions)


def _speeds(folder: Path, files: Sequence[Kept], *, rounds: int) -> None:
    """Time fitparse, storing and loading on every file."""
    took: dict[str, list[float]] = {"fitparse": [], "store": [], "load": []}
    with open_store(str(folder / "speed.db")) as store:
        batch_id = store.start_batch(command="benchmark", now=NOW)
        ids = {file.name: _save(store, file, batch_id=batch_id) for file in files}
        for file in files:
            rows: dict[str, list[float]] = {name: [] for name in took}
            for i in range(rounds):
                rows["fitparse"].append(_seconds(_fitparse, file.data))
                rows["store"].append(_seconds(partial(_save, store, file, batch_id=batch_id, copy=str(i))))
                rows["load"].append(_seconds(_load, store, ids[file.name]))
            for name, seconds in rows.items():
                took[name].append(statistics.median(seconds))
    ratios = [own / peer for own, peer in zip(took["store"], took["fitparse"], strict=True)]
    total = sum(took["store"]) / sum(took["fitparse"])
    print(
        f"storing a file's sessions, rows and samples: {total:.3f} of fitparse's decode of it, most {max(ratios):.3f} (at most 0.2);"
        f" {1000 * statistics.median(took['store']):.1f} ms"
    )
    faster = [peer / own for peer, own in zip(took["fitparse"], took["load"], strict=True)]
    total = sum(took["fitparse"]) / sum(took["load"])
    print(
        f"loading a session's grid: {total:.0f} times as fast as fitparse's decode of its file, least {min(faster):.0f} (at least 10);"
        f" {1000 * statistics.median(took['load']):.1f} ms"
    )


def _load(store: Store, session_ids: Sequence[int]) -> None:
    for session_id in session_ids:
        resample(store.load_activity(session_id))


def _fitparse(data: bytes) -> None:
    import fitparse

    for message in fitparse.FitFile(data).get_messages():
        message.get_values()


def _seconds(work: Callable[..., object], *arguments: object) -> float:
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def _report(folder: Path, *, n: int, rounds: int) -> None:
    """Fill a database, and time the whole command against the import of the library it needs."""
    path = folder / "report.db"
    kinds = [_run(seed) for seed in range(8)]
    with open_store(str(path)) as store:
        batch_id = store.start_batch(command="benchmark", now=NOW)
        for i in range(n):
            kind = kinds[i % len(kinds)]
            moved = replace(kind, activity=replace(kind.activity, start=NOW - timedelta(hours=9 * i)))
            store.save(SourceInfo(f"{i}.fit", f"{i:064x}", 1, "fit"), [moved], batch_id=batch_id, athlete="me", now=NOW)
    took: dict[str, list[float]] = {"report": [], "library": []}
    for _ in range(2 * rounds + 1):
        took["library"].append(_seconds(_run_program, LIBRARY))
        took["report"].append(_seconds(_run_program, [*REPORT, str(path)]))
    ours, library = statistics.median(took["report"]), statistics.median(took["library"])
    print(
        f"a report over {n:,} sessions: {ours / library:.2f} x `python -c 'import sqlalchemy'` (at most 3);"
        f" {1000 * ours:.0f} ms, start-up included"
    )


def _run(seed: int) -> Session:
    """Give a judged treadmill run with backward repetitions."""
    recording = record([Block(600, 2.8), *[Block(60, 1.8, Direction.BACKWARD), Block(90, 2.6)] * 4, Block(300, 2.8)], seed=seed)
    (activity,) = read_activities(watch_file(recording, watch=Watch(start=NOW)))
    return judge(activity, known_of((), start=NOW))


def _run_program(words: Sequence[str]) -> None:
    subprocess.run(words, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
