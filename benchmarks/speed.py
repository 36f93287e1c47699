"""Print the table of docs/performance.md: ``python benchmarks/speed.py [CORPUS]``.

Everything is measured in one run on one machine, as ratios: a figure in seconds says something about the machine.
The files are the real recordings of CORPUS (RETRO_CORPUS, or ../shared/corpus beside the checkout); without them, generated ones.
Needs fitparse and the project in the environment of the Python that runs it.
"""

from __future__ import annotations

import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FITPARSE = "import sys, fitparse\nfor p in sys.argv[1:]:\n  f = fitparse.FitFile(p)\n  [m.get_values() for m in f.get_messages()]"
PROGRAM = [sys.executable, "-m", "importer"]
N_FILES = 40


def main() -> None:
    """Measure and print."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the program does
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        hour, files, what = _files(work)
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors; {what}\n")
        _startup()
        _hour(work, hour)
        _folder(work, files)
        _tagging(hour)
        _stages(work, hour, files)


def _files(work: Path) -> tuple[Path, list[Path], str]:
    """Give the one-hour file, the folder's files, and where they come from."""
    corpus = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("RETRO_CORPUS") or ROOT.parent / "shared" / "corpus")
    folder = work / "folder"
    folder.mkdir()
    if (corpus / "MANIFEST.csv").is_file():
        found = _one_hertz(corpus)
        hour = min(found, key=lambda item: abs(item[0] - 3600))[1]
        for n_records, path in sorted(found, reverse=True)[:N_FILES]:
            shutil.copy(path, folder / f"{n_records}-{path.stem[:20]}.fit")
        return hour, sorted(folder.iterdir()), f"the {N_FILES} longest one-hertz foot recordings of the corpus"
    sys.path.insert(0, str(ROOT))
    from tests.support.fit_samples import Watch, watch_file
    from tests.support.runner import Block, record

    for i in range(N_FILES):
        recording = record([Block(1200 + 60 * i, 2.5 + i / 50)], seed=i)
        (folder / f"{i:02d}.fit").write_bytes(watch_file(recording, watch=Watch(start=datetime(2026, 1, 1 + i % 28, 6, tzinfo=UTC))))
    return folder / f"{N_FILES - 1:02d}.fit", sorted(folder.iterdir()), f"{N_FILES} generated recordings"


def _one_hertz(corpus: Path) -> list[tuple[int, Path]]:
    with (corpus / "MANIFEST.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [
        (int(row["n_records"]), corpus / row["path"])
        for row in rows
        if row["kind"] == "fit"
        and not row["corrupt"]
        and row["decodes_fitparse"] == "ok"
        and row["sport"] in ("running", "walking")
        and row["n_records"]
        and 0.9 < int(row["n_records"]) / max(1.0, float(row["duration_s"] or 0)) < 1.1
    ]


def _startup() -> None:
    bare, version = _median([sys.executable, "-c", "pass"], 9), _median([*PROGRAM, "--version"], 9)
    print(f"start-up: `retro-import --version` takes {version / bare:.1f} x `python -c pass` ({1000 * version:.0f} ms)")


def _hour(work: Path, hour: Path) -> None:
    peer = _median([sys.executable, "-c", FITPARSE, str(hour)], 5)
    ours = _median([*PROGRAM, "import", str(hour), "--db", f"sqlite:///{work}/hour{{i}}.db"], 5)
    print(f"one hour: start, decode, tag and store into a new database take {ours / peer:.2f} x fitparse's decode alone ({ours:.2f} s)")


def _folder(work: Path, files: Sequence[Path]) -> None:
    peer = _median([sys.executable, "-c", FITPARSE, *map(str, files)], 1)
    for workers in ("1", "2"):
        words = [*PROGRAM, "import", str(files[0].parent), "--db", f"sqlite:///{work}/folder{workers}{{i}}.db", "--workers", workers]
        ours = _median(words, 3)
        plural = "worker" if workers == "1" else "workers"
        ratio = f"{ours / peer:.3f} x fitparse's decode alone ({ours:.2f} s of {peer:.1f} s)"
        print(f"{len(files)} files, {workers} {plural}, start-up included: {ratio}")
    again = _median([*PROGRAM, "import", str(files[0].parent), "--db", f"sqlite:///{work}/folder10.db"], 3)
    print(f"the same folder again, all of it known: {again / peer:.3f} x fitparse ({again:.2f} s)")


def _tagging(hour: Path) -> None:
    """Print what judging an hour costs beside fitparse's decode of its file, and how the cost grows: processor time, one warm process."""
    import fitparse

    sys.path.insert(0, str(ROOT))
    from importer.detect.tagging import tag
    from importer.readers.registry import read_activities
    from importer.values.session import Direction
    from tests.support.activities import run
    from tests.support.runner import Block

    def decode() -> None:
        for message in fitparse.FitFile(str(hour)).get_messages():
            message.get_values()

    (activity,) = read_activities(hour.read_bytes())
    peer, ours = _busy(decode, 3), _busy(partial(tag, activity), 15)
    ratio = f"{ours / peer:.4f} x fitparse's decode of its file ({1000 * ours:.1f} ms of {1000 * peer:.0f} ms)"
    print(f"judging the hour ({activity.elapsed_s / 60:.0f} min): {ratio}")
    plan = [Block(720, 2.8), *[Block(35, 1.9, Direction.BACKWARD), Block(75, 2.5)] * 26, Block(20, 2.5)]
    lengths = {n: run(plan * n, seed=n) for n in (1, 2, 4)}
    costs = {n: _busy(partial(tag, one), 9) for n, one in lengths.items()}
    print("judging generated repetitions: " + ", ".join(f"{n} h {1000 * costs[n]:.1f} ms" for n in costs))


def _busy(work: Callable[[], object], n: int) -> float:
    """Median processor time of a piece of work, s."""
    took = []
    for _ in range(n):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return statistics.median(took)


def _median(words: Sequence[str], n: int) -> float:
    """Median wall time of a command, s; ``{i}`` in its words is the number of the run."""
    took = []
    for i in range(n):
        began = time.perf_counter()
        subprocess.run([word.replace("{i}", str(i)) for word in words], stdout=subprocess.DEVNULL, check=True)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _stages(work: Path, hour: Path, files: Sequence[Path]) -> None:
    """Print what one more file costs, by stage, in one warm process."""
    from importer.detect.classify import classify
    from importer.detect.declared import read_declared
    from importer.detect.features import add_features
    from importer.detect.resample import resample
    from importer.detect.tagging import tag
    from importer.payloads import Payload, payloads
    from importer.readers.registry import read_activities
    from importer.store import open_store

    print("\nwhat one more file costs, ms, median of 7 (warm process):")
    print(f"{'':>24}{'read':>8}{'decode':>8}{'resample':>10}{'tag':>8}{'store':>8}")
    with open_store(f"sqlite:///{work}/stages.db") as store:
        batch_id = store.start_batch(command="benchmark", now=datetime.now(UTC))
        for label, paths in (("the hour", [hour]), (f"mean of the {len(files)}", files)):
            took: dict[str, list[float]] = {name: [] for name in ("read", "decode", "resample", "tag", "store")}
            for turn in range(7):
                sums = dict.fromkeys(took, 0.0)
                for path in paths:
                    clock = _Clock(sums)
                    (payload,) = payloads(path)
                    assert isinstance(payload, Payload)
                    clock.lap("read")
                    activities = read_activities(payload.data)
                    clock.lap("decode")
                    grids = [add_features(resample(activity), activity) for activity in activities]
                    clock.lap("resample")
                    for activity, grid in zip(activities, grids, strict=True):
                        classify(grid, activity, declared=read_declared(activity))
                    clock.lap("tag")
                    sessions = tuple(tag(activity) for activity in activities)
                    clock.lap()
                    source = replace(payload.source, sha256=f"{turn}{payload.source.sha256}"[:64], format="fit")
                    store.save(source, sessions, batch_id=batch_id, athlete="me", now=datetime.now(UTC))
                    clock.lap("store")
                for name, total in sums.items():
                    took[name].append(1000 * total / len(paths))
            print(f"{label:>24}" + "".join(f"{statistics.median(took[name]):>{10 if name == 'resample' else 8}.1f}" for name in took))


class _Clock:
    """Adds the time since its last call to a stage."""

    def __init__(self, sums: dict[str, float]) -> None:
        self._sums = sums
        self._last = time.perf_counter()

    def lap(self, stage: str | None = None) -> None:
        now = time.perf_counter()
        if stage is not None:
            self._sums[stage] += now - self._last
        self._last = now


if __name__ == "__main__":
    main()
