"""How fast the FIT reader is, against the libraries that read the same files.

    python -m benchmarks.readers [FOLDER] [--least-kib 50] [--rounds 3] [--without NAME]

Conventions: processor time of this process; the decoders take turns on each file, and of the rounds the median counts; a ratio holds, an
absolute figure does not. Every decoder checks the checksums, is fed the same bytes, and is imported before it is timed.
`retro` does all that `read_fit` does: activities with every channel, lap, pause and text, which the libraries leave to their user;
`retro records` gives every field of `record` as a column, named and scaled, as fitfast's `records` does. A file that one decoder of a
table declines counts for none of it. FOLDER is RETRO_CORPUS, or ../shared/corpus beside the checkout.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from importer.readers.fit import profile, read_fit
from importer.readers.fit.records import developer_columns, native_columns
from importer.readers.fit.wire import read_links
from tests.support.processes import files

ROOT = Path(__file__).resolve().parent.parent
Decoder = Callable[[bytes], object]


def retro_records(data: bytes) -> object:
    number = profile.message_number("record")
    groups = [link.of(number) for link in read_links(data)]
    return [(dict(native_columns(group)), dict(developer_columns(group))) for group in groups]


def fitparse_all(data: bytes) -> None:
    import fitparse

    for _ in fitparse.FitFile(io.BytesIO(data)).get_messages():
        pass


def fitdecode_all(data: bytes) -> None:
    import fitdecode

    with fitdecode.FitReader(io.BytesIO(data), check_crc=fitdecode.CrcCheck.RAISE) as reader:
        for _ in reader:
            pass


def garmin_all(data: bytes) -> None:
    import garmin_fit_sdk

    _, errors = garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_byte_array(bytearray(data))).read()
    if errors:
        raise ValueError(errors[0])


def fitfast_records(data: bytes) -> None:
    importlib.import_module("fitfast").records(data)  # not imported by name: it is no dependency, not even of the checks


#: the decoders of each table, ours first: the others' time over ours is how many times as fast ours is
WHOLE: dict[str, Decoder] = {"retro": read_fit, "fitparse": fitparse_all, "fitdecode": fitdecode_all, "garmin-fit-sdk": garmin_all}
RECORDS: dict[str, Decoder] = {"retro records": retro_records, "fitfast": fitfast_records}
PARTS: dict[str, Decoder] = {"retro links": read_links, "retro records": retro_records, "retro": read_fit}
#: times the rounds where no decoder is slow
FAST_ROUNDS = 5


class Measured(NamedTuple):
    """Median seconds of each decoder, one for each file."""

    seconds: dict[str, list[float]]
    names: list[str]
    n_bytes: int
    declined: int


def measure(paths: list[Path], decoders: dict[str, Decoder], rounds: int) -> Measured:
    """Time all decoders on all files that all of them read."""
    found = Measured({name: [] for name in decoders}, [], 0, 0)
    for path in paths:
        data = path.read_bytes()
        took: dict[str, list[float]] = {name: [] for name in decoders}
        try:
            for _ in range(rounds):
                for name, decode in decoders.items():
                    took[name].append(_seconds(decode, data))
        except Exception:  # noqa: BLE001 - what a library leaks on a file is its own affair: the file counts for none
            found = found._replace(declined=found.declined + 1)
            continue
        found = found._replace(n_bytes=found.n_bytes + len(data))
        found.names.append(path.name)
        for name, seconds in took.items():
            found.seconds[name].append(statistics.median(seconds))
    return found


def report(what: str, found: Measured) -> None:
    """Print one table: how many times as fast the first decoder is as each other."""
    n = len(found.names)
    print(f"\n{what}: {n} files, {found.n_bytes / 1e6:.1f} MB" + (f"; {found.declined} more that not all read" if found.declined else ""))
    for i, (name, seconds) in enumerate(found.seconds.items() if n else ()):
        line = f"    {name:<16} {sum(seconds):8.3f} s {found.n_bytes / sum(seconds) / 1e6:8.2f} MB/s"
        print(line + (f"   {_ratios(found, name)}" if i else ""))


def _ratios(found: Measured, name: str) -> str:
    """Say how many times as fast the first decoder is as another, over all files and file by file."""
    own, theirs = next(iter(found.seconds.values())), found.seconds[name]
    ratios = sorted((b / a, path) for a, b, path in zip(own, theirs, found.names, strict=True))
    median = statistics.median(ratio for ratio, _ in ratios)
    return f"{sum(theirs) / sum(own):6.1f} x; of the files: median {median:.1f} x, least {ratios[0][0]:.2f} x ({ratios[0][1][:32]})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--least-kib", type=float, default=50.0, help="smallest file of the first tables, KiB (default 50)")
    parser.add_argument(
        "--rounds", type=int, default=3, help=f"rounds for each file and decoder (default 3; {FAST_ROUNDS} x for fast ones)"
    )
    parser.add_argument("--without", action="append", default=[], help="leave a decoder out; may be repeated")
    options = parser.parse_args()
    folder = options.folder or Path(os.environ.get("RETRO_CORPUS") or ROOT.parent / "shared" / "corpus")
    paths = files(folder, ".fit")
    large = [path for path in paths if path.stat().st_size >= options.least_kib * 1024]
    sizes = ((f"of at least {options.least_kib:g} KiB", large), ("smaller", sorted(set(paths) - set(large))))
    tables = (("everything", WHOLE, 1), ("record columns", RECORDS, FAST_ROUNDS), ("the parts of it", PARTS, FAST_ROUNDS))
    for what, decoders, more in tables:
        chosen = {name: decode for name, decode in decoders.items() if name not in options.without}
        _warm(chosen, large[0].read_bytes())
        for which, some in sizes:
            report(f"{what}, files {which}", measure(some, chosen, more * options.rounds))


def _warm(decoders: dict[str, Decoder], data: bytes) -> None:
    """Import what the decoders need; leave out those that are not installed."""
    for name, decode in list(decoders.items()):
        try:
            decode(data)
        except ModuleNotFoundError:
            print(f"{name} is not installed")
            del decoders[name]


def _seconds(decode: Decoder, data: bytes) -> float:
    began = time.process_time()
    decode(data)
    return time.process_time() - began


if __name__ == "__main__":
    main()
