"""Compare what is read with what the well-known libraries read, value by value, and say what is behind each difference.

    python -m benchmarks.exactness [FOLDER]

Conventions: FOLDER is RETRO_CORPUS, or ../shared/corpus beside the checkout. FIT: every field of every message, the raw number and the
profile's value, with fitparse, fitdecode and (where it is installed; it is no dependency, as its licence is not an open one) Garmin's
decoder; classes of difference are those of `tests/support/fit_exact.py`. GPX with gpxpy and lxml, TCX with lxml.
The exit status is 1 where a difference belongs to no class, or a file is not read that fitdecode or gpxpy reads.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support import fit_exact, xml_exact
from tests.support.fit_exact import CLASSES, Comparison, FileResult
from tests.support.fit_oracle import merged_heart_rates, our_merged_heart_rates
from tests.support.processes import files, in_processes
from tests.support.xml_exact import XmlResult

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    folder = parser.parse_args().folder or Path(os.environ.get("RETRO_CORPUS") or ROOT.parent / "shared" / "corpus")
    fit = in_processes(fit_exact.compare_file, files(folder, ".fit"))
    xml = in_processes(xml_exact.compare_file, files(folder, ".gpx", ".tcx"))
    totals = total(fit)
    _print_totals(totals)
    n_beats = _print_heart_rates(files(folder, ".fit")) if "garmin-fit-sdk" in totals else 0
    _print_xml(xml)
    _print_refused(folder, fit, xml)
    wrong = [words for comparison in totals.values() for words in comparison.unexplained]
    wrong += [f"{path}: {words}" for path, result in xml.items() for words in result.differences]
    wrong += not_read(fit, xml)
    print(f"\nwithout an explanation: {len(wrong) + n_beats}")
    for words in wrong[:50]:
        print(f"    {words}")
    sys.exit(bool(wrong) or n_beats > 0)


def total(results: Mapping[Path, FileResult]) -> dict[str, Comparison]:
    """Add up the comparisons of all files, by library."""
    totals: dict[str, Comparison] = {}
    for result in results.values():
        for library, comparison in result.by_library.items():
            totals.setdefault(library, Comparison()).add(comparison)
    return totals


def not_read(fit: Mapping[Path, FileResult], xml: Mapping[Path, XmlResult]) -> list[str]:
    """Name the files that fitdecode or gpxpy reads to the end and the program does not."""
    found = [f"{path}: {r.outcome}" for path, r in fit.items() if not r.is_read and not r.by_library["fitdecode"].stopped]
    return found + [f"{path}: {r.outcome}" for path, r in xml.items() if not r.is_read and not r.refused]


def _print_totals(totals: Mapping[str, Comparison]) -> None:
    print(f"{'FIT':<16} {'files':>6} {'messages':>9} {'raw equal':>10} {'scaled equal':>13} {'classed':>8} {'unexplained':>12}")
    for library, found in totals.items():
        classed, unexplained = sum(found.classes.values()), len(found.unexplained)
        counts = f"{found.n_files:>6} {found.n_messages:>9,} {found.n_raw:>10,} {found.n_scaled:>13,}"
        print(f"{library:<16} {counts} {classed:>8,} {unexplained:>12}")
    print("\nclasses of difference, number of values:")
    for name, words in CLASSES.items():
        counts = ", ".join(f"{library} {found.classes[name]:,}" for library, found in totals.items() if found.classes[name])
        print(f"    {name}: {counts or 'none'}\n        {words}")


def _print_heart_rates(paths: list[Path]) -> int:
    """Compare the heart rates of a strap's memory, which Garmin's decoder merges into the samples; give the number of different ones."""
    n_equal = n_different = n_files = 0
    for path in paths:
        data = path.read_bytes()
        mine = our_merged_heart_rates(data)
        if mine:
            theirs = merged_heart_rates(data)
            n_files += 1
            n_equal += sum(theirs.get(moment) == rate for moment, rate in mine.items())
            n_different += sum(theirs.get(moment) != mine.get(moment) for moment in mine.keys() | theirs.keys())
    print(f"\nheart rates of a strap's memory, garmin-fit-sdk: {n_files} files, {n_equal:,} equal, {n_different} different")
    return n_different


def _print_xml(results: Mapping[Path, XmlResult]) -> None:
    for kind in (".gpx", ".tcx"):
        mine = [result for path, result in results.items() if path.suffix.lower() == kind]
        n_lxml, n_gpxpy = sum(result.n_lxml for result in mine), sum(result.n_gpxpy for result in mine)
        n_different = sum(len(result.differences) for result in mine)
        with_activities = sum(result.n_lxml > 0 for result in mine)
        against = f"lxml {n_lxml:,} values equal" + (f", gpxpy {n_gpxpy:,}" if kind == ".gpx" else "")
        print(f"{kind[1:].upper()}: {len(mine)} files, {with_activities} with activities; {against}; {n_different} different")


def _print_refused(folder: Path, fit: Mapping[Path, FileResult], xml: Mapping[Path, XmlResult]) -> None:
    """Print what a library gives up on, and what the program reads of it."""
    print("\nrefused or left before the end, and what is read here:")
    rows = [
        (path, f"{library}: {reason}" + (f" ({n:,} messages unread)" if n else ""), result.outcome)
        for path, result in fit.items()
        for library, comparison in result.by_library.items()
        for reason, n in comparison.stopped.values()
    ]
    rows += [(path, f"gpxpy: {result.refused}", result.outcome) for path, result in xml.items() if result.refused]
    last = None
    for path, refusal, outcome in sorted(rows):
        if path != last:
            print(f"    {path.relative_to(folder).as_posix()}\n        read here: {outcome}")
        last = path
        print(f"        {refusal[:140]}")


if __name__ == "__main__":
    main()
