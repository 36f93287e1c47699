"""How fast GPX and TCX are read, against gpxpy with both of its XML libraries, and what it costs in memory.

    python -m benchmarks.xml_readers [FOLDER] [--least-kib 50] [--rounds 3] [--mb 10 20 40]

Conventions: processor time of this process, readers interleaved, the median of `rounds` for each file; a ratio holds, an absolute figure
does not. `retro` is `read_gpx` or `read_tcx`: whole activities; gpxpy only parses. Files are those of FOLDER (RETRO_CORPUS, or
../shared/corpus beside the checkout) above the size; generated ones hold one run, the same values in both formats.
Memory is the peak of a process of its own above what it holds with numpy, our modules and the file's bytes loaded (Linux only).
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import gpxpy
import gpxpy.parser

from importer.errors import ReadError
from importer.readers.gpx import read_gpx
from importer.readers.tcx import read_tcx

ROOT = Path(__file__).resolve().parent.parent
#: points of the run that both formats are compared by
N_POINTS = 30_000
START = datetime(2026, 5, 3, 6, tzinfo=UTC)
READERS: dict[str, Callable[[bytes], Any]] = {"gpx": read_gpx, "tcx": read_tcx}
MEMORY = """
import sys
from pathlib import Path
from importer.readers import gpx, tcx
data = open(sys.argv[1], "rb").read()
def held(name):
    return next(int(line.split()[1]) * 1024 for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
before = held("VmRSS:")
kept = (gpx.read_gpx if sys.argv[1].endswith("gpx") else tcx.read_tcx)(data)
print(held("VmHWM:") - before)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--least-kib", type=float, default=50.0, help="smallest file, KiB (default 50)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds for each file and reader (default 3)")
    parser.add_argument("--mb", type=float, nargs="+", default=[10.0, 20.0, 40.0], help="sizes of generated files, MB (default 10 20 40)")
    options = parser.parse_args()
    folder = options.folder or Path(os.environ.get("RETRO_CORPUS") or ROOT.parent / "shared" / "corpus")
    for kind in READERS:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() == f".{kind}")
        large = [path for path in paths if path.stat().st_size >= options.least_kib * 1024]
        _against_gpxpy(kind, f"of at least {options.least_kib:g} KiB", large, options.rounds)
        _against_gpxpy(kind, "of any smaller size", sorted(set(paths) - set(large)), options.rounds)
    _agreement(folder)
    _each_other(max(options.rounds, 15))
    _generated(options.mb, options.rounds)


def _against_gpxpy(kind: str, what: str, paths: list[Path], rounds: int) -> None:
    """Print time for each point, and for GPX the ratio against gpxpy on the files that it reads."""
    totals: Counter[str] = Counter()
    n_points = n_bytes = n_files = 0
    readers: dict[str, Callable[[bytes], Any]] = {"retro": READERS[kind]}
    if kind == "gpx":
        readers |= {"gpxpy, standard library": _gpxpy_with(ET), **_gpxpy_with_lxml()}
    for path in paths:
        data = path.read_bytes()
        try:
            for read in readers.values():
                read(data)
        except (ReadError, gpxpy.gpx.GPXException, ValueError):
            continue
        spent: dict[str, list[float]] = {name: [] for name in readers}
        for _ in range(rounds):
            for name, read in readers.items():
                spent[name].append(_seconds(read, data))
        totals.update({name: statistics.median(seconds) for name, seconds in spent.items()})
        n_files, n_bytes = n_files + 1, n_bytes + len(data)
        n_points += data.count(b"</trkpt>") + data.count(b"</Trackpoint>")
    print(f"{n_files} {kind.upper()} files {what}, {n_bytes / 1e6:.1f} MB, {n_points:,} points")
    for name, seconds in totals.items():
        ratio = "" if name == "retro" else f"   retro is {seconds / totals['retro']:.1f} times as fast"
        print(f"    {name:<24} {seconds / n_points * 1e6:7.2f} us a point {n_bytes / seconds / 1e6:7.1f} MB/s{ratio}")


def _gpxpy_with(etree: Any) -> Callable[[bytes], Any]:
    """Give gpxpy's parser on one XML library: it takes lxml where it finds it, and cannot be asked otherwise."""

    def read(data: bytes) -> Any:
        vars(gpxpy.parser)["mod_etree"] = etree
        return gpxpy.parse(data)

    return read


def _gpxpy_with_lxml() -> dict[str, Callable[[bytes], Any]]:
    try:
        return {"gpxpy, lxml": _gpxpy_with(importlib.import_module("lxml.etree"))}
    except ImportError:
        return {}


def _agreement(folder: Path) -> None:
    """Print how many values of the folder equal those of an independent parse with lxml."""
    if not _gpxpy_with_lxml():
        return
    sys.path.insert(0, str(ROOT))
    from tests.support.xml_oracle import compare

    equal: Counter[str] = Counter()
    n_files = n_different = 0
    for path in sorted(folder.rglob("*")):
        read = READERS.get(path.suffix.lower()[1:])
        if read is None:
            continue
        data = path.read_bytes()
        try:
            found = compare(data, read(data))
        except ReadError:
            continue
        if found is not None:
            n_files += 1
            equal.update(found.equal)
            n_different += len(found.differences)
    print(f"an independent parse with lxml, {n_files} files: {sum(equal.values()):,} values equal, {n_different} different")
    print("    " + ", ".join(f"{channel} {n:,}" for channel, n in equal.most_common()))


def _each_other(rounds: int) -> None:
    """Print what a point of one and the same run costs in both formats: medians of interleaved rounds."""
    runs = {kind: _run(kind, N_POINTS) for kind in READERS}
    spent: dict[str, list[float]] = {kind: [] for kind in READERS}
    for _ in range(rounds):
        for kind, read in READERS.items():
            spent[kind].append(_seconds(read, runs[kind]) / N_POINTS * 1e6)
    print(f"one run of {N_POINTS:,} points in both formats, median and best of {rounds} interleaved rounds")
    for kind, times_us in spent.items():
        length = len(runs[kind]) / N_POINTS
        middle = statistics.median(times_us)
        point = f"{middle:.2f} us a point (best {min(times_us):.2f})"
        print(f"    {kind}  {point}, {length:.0f} bytes a point, {middle / length * 1e3:.2f} ns a byte")
    by_point = statistics.median(tcx / gpx for gpx, tcx in zip(spent["gpx"], spent["tcx"], strict=True))
    by_byte = by_point * len(runs["gpx"]) / len(runs["tcx"])
    print(f"    tcx takes {by_point:.2f} x the time of gpx for a point, {by_byte:.2f} x for a byte (median of the rounds' ratios)")


def _generated(sizes_mb: list[float], rounds: int) -> None:
    print("generated runs: position, altitude, time, heart rate, cadence, speed and distance in every point")
    for kind, read in READERS.items():
        for size_mb in sizes_mb:
            data = _run(kind, int(size_mb * 1e6 / len(_run(kind, 1000)) * 1000))
            n_points = len(read(data)[0])
            seconds = statistics.median(_seconds(read, data) for _ in range(rounds))
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"run.{kind}"
                path.write_bytes(data)
                told = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True, cwd=ROOT)
            peak_bytes = int(told.stdout)
            speed = f"{seconds:.3f} s, {seconds / n_points * 1e6:.2f} us a point"
            print(
                f"    {kind} {len(data) / 1e6:5.1f} MB {n_points:>8,} points: {speed}, {peak_bytes / 1e6:.0f} MB of memory above the bytes"
            )


def _run(kind: str, n_points: int) -> bytes:
    """Give a file of so many points."""
    head, point, tail = _PARTS[kind]
    parts = [head]
    for i in range(n_points):
        stamp = (START + timedelta(seconds=i)).strftime("%Y-%m-%dT%H:%M:%SZ")
        wave = math.sin(i / 50)
        parts.append(
            point.format(
                lat=47 + 1e-6 * i,
                lon=8 + wave / 1000,
                ele=400 + 5 * wave,
                time=stamp,
                hr=140 + i % 30,
                cad=82 + i % 7,
                v=3 + wave,
                d=3.0 * i,
            )
        )
    return "".join([*parts, tail]).encode()


_GPX_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Garmin Connect" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:t="http://www.garmin.com/xmlschemas/TrackPointExtension/v2" xmlns:d="http://www.cluetrust.com/XML/GPXDATA/1/0"><trk><trkseg>
"""
_GPX_POINT = """<trkpt lat="{lat:.7f}" lon="{lon:.7f}">
  <ele>{ele:.1f}</ele>
  <time>{time}</time>
  <extensions>
    <t:TrackPointExtension>
      <t:hr>{hr}</t:hr>
      <t:cad>{cad}</t:cad>
      <t:speed>{v:.3f}</t:speed>
    </t:TrackPointExtension>
    <d:distance>{d:.2f}</d:distance>
  </extensions>
</trkpt>
"""
_TCX_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
 xmlns:x="http://www.garmin.com/xmlschemas/ActivityExtension/v2"><Activities><Activity Sport="Running"><Id>2026-05-03T06:00:00Z</Id>
<Lap StartTime="2026-05-03T06:00:00Z"><Track>
"""
_TCX_POINT = """<Trackpoint>
  <Time>{time}</Time>
  <Position>
    <LatitudeDegrees>{lat:.7f}</LatitudeDegrees>
    <LongitudeDegrees>{lon:.7f}</LongitudeDegrees>
  </Position>
  <AltitudeMeters>{ele:.1f}</AltitudeMeters>
  <DistanceMeters>{d:.2f}</DistanceMeters>
  <HeartRateBpm>
    <Value>{hr}</Value>
  </HeartRateBpm>
  <Extensions>
    <x:TPX>
      <x:Speed>{v:.3f}</x:Speed>
      <x:RunCadence>{cad}</x:RunCadence>
    </x:TPX>
  </Extensions>
</Trackpoint>
"""
_PARTS = {
    "gpx": (_GPX_HEAD, _GPX_POINT, "</trkseg></trk></gpx>\n"),
    "tcx": (_TCX_HEAD, _TCX_POINT, "</Track></Lap></Activity></Activities></TrainingCenterDatabase>\n"),
}


def _seconds(read: Callable[[bytes], Any], data: bytes) -> float:
    began = time.process_time()
    read(data)
    return time.process_time() - began


if __name__ == "__main__":
    main()
