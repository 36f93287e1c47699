"""Print what hostile files cost: ``python -m benchmarks.hostile``.

Each file of `tests/zoo/costly.py` is read in a process of its own, through the door that every file goes through:
processor time from the bytes to the activities or the refusal, and the most memory that the process ever had,
the interpreter and its libraries included.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from tests.zoo.case import Case
from tests.zoo.costly import COSTLY

ROOT: Final = Path(__file__).resolve().parent.parent
#: what a valid but hostile file may cost
LIMIT_S: Final = 1.0
LIMIT_MB: Final = 200.0
_CHILD: Final = """
import json, resource, sys, time
from pathlib import Path
from importer.errors import ReadError
from importer.readers import containers, registry
from importer.readers.fit import read_fit
from importer.readers.gpx import read_gpx
from importer.readers.tcx import read_tcx
from importer.readers.fit import profile
data = Path(sys.argv[1]).read_bytes()
began = time.process_time()
n = 0
for member in containers.unpack(data):
    try:
        if isinstance(member, containers.Member):
            n += len(registry.read_activities(member.data))
    except ReadError:
        pass
spent = time.process_time() - began
status = Path("/proc/self/status")
if status.exists():  # what getrusage calls the peak there is inherited from the parent
    peak = 1024 * int(status.read_text().partition("VmHWM:")[2].split()[0])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([spent, peak / 1e6, n]))
"""


class Cost(NamedTuple):
    """What one file costs: its size, processor time, memory at most, and how many sessions it gave."""

    size_bytes: int
    cpu_s: float
    peak_mb: float
    n_sessions: int


def measure(case: Case, folder: Path) -> Cost:
    """Read a file of the zoo in a process of its own."""
    path = folder / "hostile"
    path.write_bytes(case.build())
    done = subprocess.run([sys.executable, "-c", _CHILD, str(path)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    cpu_s, peak_mb, n_sessions = json.loads(done.stdout)
    return Cost(path.stat().st_size, cpu_s, peak_mb, n_sessions)


def main() -> int:
    """Measure and print; exit status 1 where a file costs more than it may."""
    n_over = 0
    print(f"{'file':<32} {'bytes':>11} {'s':>7} {'MB':>6}  what it is")
    with tempfile.TemporaryDirectory() as folder:
        for case in COSTLY:
            cost = measure(case, Path(folder))
            is_over = cost.cpu_s > LIMIT_S or cost.peak_mb > LIMIT_MB
            n_over += is_over
            mark = "  <- TOO MUCH" if is_over else ""
            print(f"{case.name:<32} {cost.size_bytes:>11,} {cost.cpu_s:>7.3f} {cost.peak_mb:>6.0f}  {case.what}{mark}")
    print(f"{len(COSTLY)} files, {n_over} above {LIMIT_S:g} s or {LIMIT_MB:g} MB")
    return 1 if n_over else 0


if __name__ == "__main__":
    sys.exit(main())
