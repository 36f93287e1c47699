"""Put very many mutated files through the reader's door, and fail on anything but activities or a `ReadError`.

    python -m fuzz.run --seconds 60 | --inputs 100000 [--seed 1] [--format fit] [--workers N] [--save FOLDER]

Conventions: input number i of a seed and a format is always the same where the seeds are the same; times are processor seconds;
exit status 1 and the input in FOLDER for any other exception, more than 2 s, more than 500 MB, or a reader that died.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fuzz.child import MEMORY_LIMIT_BYTES
from fuzz.seeds import FORMATS, Maker, chance, maker

#: processor time of one input above which it is a failure, s
SLOW_S: Final = 2.0
#: inputs a child is asked for at once
BATCH: Final = 1000
_ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Tally:
    """What came out of the inputs of one format; several threads add to it under `lock`."""

    kind: str
    seed: int
    n_inputs: int = 0
    n_bytes: int = 0
    next_index: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    slowest: int = 0
    peak_bytes: int = 0
    #: what was found: name to number of the first input and what to say
    findings: dict[str, tuple[int, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, most: int | None) -> tuple[int, int]:
        """Give out the next inputs: first and number, which is 0 at the end."""
        with self.lock:
            first = self.next_index
            count = BATCH if most is None else min(BATCH, most - first)
            self.next_index += count
            return first, count

    def add(self, answer: dict[str, Any]) -> None:
        """Count a child's answer."""
        with self.lock:
            codes: dict[str, int] = answer["codes"]
            self.codes.update(codes)
            self.n_inputs += sum(codes.values())
            self.n_bytes += answer["bytes"]
            self.peak_bytes = max(self.peak_bytes, answer["peak_bytes"])
            if answer["slowest_s"] > self.slowest_s:
                self.slowest_s, self.slowest = answer["slowest_s"], answer["slowest"]
            for name, (index, trace) in answer["bugs"].items():
                self.findings.setdefault(name, (index, trace))
            if answer["slowest_s"] > SLOW_S:
                self.findings.setdefault("slow", (answer["slowest"], f"{answer['slowest_s']:.1f} s of processor time"))
            if answer["hungry"] is not None:
                self.findings.setdefault("memory", (answer["hungry"], f"{answer['peak_bytes'] / 1e6:.0f} MB"))

    def died(self, index: int, status: int) -> None:
        """Note that an input killed its reader."""
        with self.lock:
            self.n_inputs += 1
            self.codes["killed"] += 1
            self.findings.setdefault("killed", (index, f"the reader ended with status {status}"))


class Child:
    """One child process, replaced when an input kills it."""

    def __init__(self, tally: Tally, state: Path) -> None:
        self.tally = tally
        self.state = state
        state.write_bytes(bytes(8))
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        words = [sys.executable, "-m", "fuzz.child", self.tally.kind, str(self.tally.seed), str(self.state)]
        return subprocess.Popen(  # noqa: S603 - our own module
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the parent, which then reports what was done
        )

    def ask(self, first: int, count: int) -> None:
        """Have inputs read; go on behind one that kills the child."""
        end = first + count
        while first < end:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            try:
                self.process.stdin.write(f"{first} {end - first}\n")
                self.process.stdin.flush()
                line = self.process.stdout.readline()
            except BrokenPipeError:
                line = ""
            if line:
                self.tally.add(json.loads(line))
                return
            self.close()
            first = int.from_bytes(self.state.read_bytes(), "little")
            self.tally.died(first, self.process.returncode)
            first += 1
            self.process = self._start()

    def close(self) -> None:
        """End the process and wait for it."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait()


def fuzz(kind: str, *, seed: int, n_inputs: int | None, seconds: float | None, n_workers: int) -> Tally:
    """Put inputs of one format through the reader, until so many are through or the time is over."""
    tally = Tally(kind, seed)
    ends_at = None if seconds is None else time.monotonic() + seconds
    is_stopped = threading.Event()

    def work(state: Path) -> None:
        child = Child(tally, state)
        while not is_stopped.is_set() and (ends_at is None or time.monotonic() < ends_at):
            first, count = tally.take(n_inputs)
            if count <= 0:
                break
            child.ask(first, count)
        child.close()

    with tempfile.TemporaryDirectory() as folder:
        threads = [threading.Thread(target=work, args=(Path(folder) / f"{i}.state",)) for i in range(n_workers)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            sys.stdout.write(f"{kind}: stopped, waiting for what is under way\n")
            is_stopped.set()
            for thread in threads:
                thread.join()
    return tally


def report(tally: Tally, took_s: float) -> str:
    """Say what a run showed, in lines."""
    n = max(tally.n_inputs, 1)
    pace = f"{tally.n_bytes / 1e6:,.0f} MB, {took_s:,.0f} s, {tally.n_inputs / took_s:,.0f} inputs/s"
    slowest = f"slowest: input {tally.slowest:,}, {tally.slowest_s * 1000:.0f} ms of processor time (limit {SLOW_S * 1000:.0f})"
    peak = f"peak memory {tally.peak_bytes / 1e6:.0f} MB (limit {MEMORY_LIMIT_BYTES / 1e6:.0f})"
    lines = [f"{tally.kind}: {tally.n_inputs:,} inputs of seed {tally.seed}, {pace}", f"  {slowest}; {peak}"]
    lines += [f"  {count / n:7.2%}  {count:>9,}  {code}" for code, count in tally.codes.most_common()]
    lines += [f"  FOUND {name}: input {index:,}\n{what}" for name, (index, what) in tally.findings.items()]
    return "\n".join(lines)


def save(tally: Tally, folder: Path, make: Maker) -> list[Path]:
    """Write the inputs that were found to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index, _ in tally.findings.values():
        path = folder / f"{tally.kind}-{tally.seed}-{index}.{tally.kind}"
        path.write_bytes(make(chance(tally.seed, tally.kind, index)))
        paths.append(path)
    return paths


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; give its exit status."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.run", description="Put mutated files through the reader's door.")
    amount = parser.add_mutually_exclusive_group(required=True)
    amount.add_argument("--seconds", type=float, help="how long, for each format")
    amount.add_argument("--inputs", type=int, help="how many, of each format")
    parser.add_argument("--seed", type=int, default=1, help="which inputs (default 1)")
    parser.add_argument("--format", choices=FORMATS, action="append", help="which format; may be repeated (default: all)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: one for each processor)")
    parser.add_argument("--save", type=Path, default=Path("fuzz-findings"), help="folder for inputs that fail (default fuzz-findings)")
    options = parser.parse_args(arguments)
    status = 0
    for kind in options.format or FORMATS:
        began = time.monotonic()
        tally = fuzz(kind, seed=options.seed, n_inputs=options.inputs, seconds=options.seconds, n_workers=options.workers)
        sys.stdout.write(report(tally, time.monotonic() - began) + "\n")
        if tally.findings:
            status = 1
            sys.stdout.writelines(f"  saved {path}\n" for path in save(tally, options.save, maker(kind)))
        sys.stdout.flush()
    return status


if __name__ == "__main__":
    sys.exit(main())
