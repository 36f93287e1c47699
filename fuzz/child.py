"""The fuzzer's child process: makes inputs and puts them through the reader's door, within limits.

Run by `fuzz.run` as ``python -m fuzz.child KIND SEED STATE``. It reads ``first count`` lines and answers each with a JSON object. Before
each input its number goes into the file STATE, so that the parent knows what killed it. It needs POSIX (limits, timers).
Nothing here decides what is a failure of the run.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Final

from fuzz.seeds import chance, maker
from importer.errors import ReadError
from importer.readers import registry

#: address space of a child, bytes: twice what an input may cost, as the libraries themselves need some
MEMORY_BYTES: Final = 1 << 30
#: peak memory of a process above which an input is a failure, bytes
MEMORY_LIMIT_BYTES: Final = 500_000_000
#: processor time of one input after which the child is killed, s
KILLED_AFTER_S: Final = 20.0


def peak_bytes() -> int:
    """Give the most memory this process ever held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def limit() -> None:
    """Bound this process's memory."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def arm(seconds: float) -> None:
    """Have the system end this process after so much processor time, 0 for never: the signal needs no Python to work."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def outcome(data: bytes) -> tuple[str, str]:
    """Read one input: how it ended (``activities`` or an error's code), and the trace of an error that is a bug."""
    try:
        registry.read_activities(data)
    except ReadError as error:
        return error.code, ""
    except Exception as error:  # noqa: BLE001 - every other exception is what the fuzzer looks for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}", traceback.format_exc()
    return "activities", ""


def main() -> None:
    """Answer requests until standard input ends."""
    kind, seed, state = sys.argv[1], int(sys.argv[2]), os.open(sys.argv[3], os.O_RDWR)
    make = maker(kind)
    outcome(make(chance(seed, kind, 0)))  # the readers are imported with their first file
    limit()
    for line in sys.stdin:
        first, count = map(int, line.split())
        codes: Counter[str] = Counter()
        slowest_s, slowest, n_bytes = 0.0, first, 0
        bugs: dict[str, tuple[int, str]] = {}
        hungry: int | None = None
        for index in range(first, first + count):
            os.pwrite(state, index.to_bytes(8, "little"), 0)
            data = make(chance(seed, kind, index))
            n_bytes += len(data)
            before_bytes = peak_bytes()
            arm(KILLED_AFTER_S)
            began = time.process_time()
            code, trace = outcome(data)
            took_s = time.process_time() - began
            arm(0)
            codes[code] += 1
            if trace:
                bugs.setdefault(code, (index, trace))
            if took_s > slowest_s:
                slowest_s, slowest = took_s, index
            if hungry is None and peak_bytes() > max(before_bytes, MEMORY_LIMIT_BYTES):
                hungry = index
        answer = {
            "codes": codes,
            "slowest_s": slowest_s,
            "slowest": slowest,
            "bytes": n_bytes,
            "bugs": bugs,
            "peak_bytes": peak_bytes(),
            "hungry": hungry,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
