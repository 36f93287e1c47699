"""Work on many files at once, the largest first: what tests and measurements over the corpus share."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def in_processes(work: Callable[[Path], T], paths: Iterable[Path]) -> dict[Path, T]:
    """Do the work on every path on all processors; the result is in the order of size."""
    ordered = sorted(paths, key=lambda path: -path.stat().st_size)
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        return dict(zip(ordered, pool.map(work, ordered, chunksize=4), strict=True))


def files(folder: Path, *suffixes: str) -> list[Path]:
    """Give the files below a folder that have one of the suffixes, in any case."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in suffixes)
