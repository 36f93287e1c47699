"""How fast the FIT reader is, against the libraries that read the same files.

    python -m benchmarks.readers [FOLDER] [--least-kib 50] [--rounds 3] [--without NAME]

Conventions: processor time of this process, decoders interleaved, the best of `rounds` for each file; a ratio holds, an absolute figure
does not. `retro wire` finds and checks every message, `retro messages` names and scales what the program needs of them, `retro activity`
does all that `read_fit` does: it is the line to compare. FOLDER is RETRO_CORPUS, or ../shared/corpus beside the checkout.
Each decoder is fed the same bytes; a file that one of them declines counts for none.
"""

from __future__ import annotations

import argparse
import io
import os
import time
from collections.abc import Callable
from pathlib import Path

from importer.readers.fit import read_fit
from importer.readers.fit.messages import decode
from importer.readers.fit.wire import read_links


def fitparse_all(data: bytes) -> None:
    import fitparse

    for _ in fitparse.FitFile(io.BytesIO(data)).get_messages():
        pass


def fitdecode_all(data: bytes) -> None:
    import fitdecode

    with fitdecode.FitReader(io.BytesIO(data)) as reader:
        for _ in reader:
            pass


def garmin_all(data: bytes) -> None:
    import garmin_fit_sdk

    _, errors = garmin_fit_sdk.Decoder(garmin_fit_sdk.Stream.from_byte_array(bytearray(data))).read()
    if errors:
        raise ValueError(errors[0])


DECODERS: dict[str, Callable[[bytes], object]] = {
    "retro wire": read_links,
    "retro messages": lambda data: [decode(link) for link in read_links(data)],
    "retro activity": read_fit,
    "fitparse": fitparse_all,
    "fitdecode": fitdecode_all,
    "garmin-fit-sdk": garmin_all,
}


def seconds(decode_all: Callable[[bytes], object], data: bytes) -> float:
    began = time.process_time()
    decode_all(data)
    return time.process_time() - began


def measure(paths: list[Path], decoders: dict[str, Callable[[bytes], object]], rounds: int) -> tuple[dict[str, float], int, int]:
    """Give for each decoder the sum of its best times, the number of files and of bytes that all of them read."""
    totals = dict.fromkeys(decoders, 0.0)
    n_files = n_bytes = 0
    for path in paths:
        data = path.read_bytes()
        try:
            best = {name: min(seconds(one, data) for _ in range(rounds)) for name, one in decoders.items()}
        except Exception as error:  # noqa: BLE001 - what a library leaks on a file is its own affair: the file counts for none
            print(f"left out: {path.name}: {type(error).__name__}: {str(error)[:80]}")
            continue
        n_files += 1
        n_bytes += len(data)
        for name, best_s in best.items():
            totals[name] += best_s
    return totals, n_files, n_bytes


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure FIT decoders on real files.")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--least-kib", type=float, default=50.0, help="smallest file, KiB (default 50)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds for each file and decoder (default 3)")
    parser.add_argument("--without", action="append", default=[], help="leave a decoder out; may be repeated")
    options = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    folder = options.folder or Path(os.environ.get("RETRO_CORPUS") or root.parent / "shared" / "corpus")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".fit" and path.stat().st_size >= options.least_kib * 1024)
    decoders = {name: one for name, one in DECODERS.items() if name not in options.without}
    for one in decoders.values():  # imports are not decoding
        one(paths[0].read_bytes())
    totals, n_files, n_bytes = measure(paths, decoders, options.rounds)
    print(f"{n_files} files of at least {options.least_kib:g} KiB, {n_bytes / 1e6:.1f} MB, best of {options.rounds}")
    print(f"{'decoder':<16} {'seconds':>9} {'MB/s':>8} {'x fitparse':>11} {'x garmin':>9}")
    for name, total_s in totals.items():
        against = [f"{totals[other] / total_s:.1f}" if other in totals else "-" for other in ("fitparse", "garmin-fit-sdk")]
        print(f"{name:<16} {total_s:9.3f} {n_bytes / total_s / 1e6:8.2f} {against[0]:>11} {against[1]:>9}")


if __name__ == "__main__":
    main()
