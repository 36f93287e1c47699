"""What the fuzzer starts from: the sample files, and real recordings where there are any.

Conventions: seeds come in the order of their names, so that one number makes one input on one machine; long files are cut to
their ends. Real recordings are RETRO_CORPUS, or ../shared/corpus beside the checkout. Nothing here writes.
"""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fuzz import fit_mutator, xml_mutator

FORMATS: Final = ("fit", "gpx", "tcx")
_ROOT: Final = Path(__file__).resolve().parent.parent
#: bytes; of longer XML files only the beginning is a seed
_LONGEST_XML: Final = 300_000

Maker = Callable[[random.Random], bytes]


def payloads(kind: str, *, with_corpus: bool = True) -> list[bytes]:
    """Give the files of a format, decompressed, samples first."""
    folders = [_ROOT / "sample_files"]
    if with_corpus:
        folders.append(Path(os.environ.get("RETRO_CORPUS") or _ROOT.parent / "shared" / "corpus"))
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.name.lower()
            if name.endswith(f".{kind}"):
                found.append(path.read_bytes())
            elif name.endswith(f".{kind}.gz"):
                found.append(gzip.decompress(path.read_bytes()))
    return found


def maker(kind: str, *, with_corpus: bool = True) -> Maker:
    """Give the function that makes a mutated file of a format out of chance."""
    files = payloads(kind, with_corpus=with_corpus)
    if kind == "fit":
        parsed = [items for data in files if (items := fit_mutator.shortened(fit_mutator.parse(data)))]
        return lambda rng: fit_mutator.mutate(rng, parsed)
    texts = [tokens for data in files if len(tokens := xml_mutator.parse(data[:_LONGEST_XML].decode("utf-8", "replace"))) > 1]
    return lambda rng: xml_mutator.mutate(rng, texts)


def chance(seed: int, kind: str, index: int) -> random.Random:
    """Give the chance that makes input number `index` of a run."""
    return random.Random(f"{seed}:{kind}:{index}")  # noqa: S311 - inputs must be repeatable, not secret
