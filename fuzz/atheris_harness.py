"""The reader's door for atheris, which mutates by what code an input reaches.

    pip install atheris
    python -m fuzz.atheris_harness NEW_FOLDER [FOLDER_OF_SEEDS...] [-max_total_time=600]   (any option of libFuzzer)

Conventions: atheris is no dependency of the program or of its tests; the format is recognised by content, so that one harness serves all
three. atheris writes into the first folder: never name `sample_files` there. Nothing here catches anything but `ReadError`.
"""

from __future__ import annotations

import importlib
import sys

from importer.errors import ReadError


def read_one(data: bytes) -> None:
    """Read one input; every exception but a `ReadError` is a finding."""
    from importer.readers import registry

    try:
        registry.read_activities(data)
    except ReadError:
        return


def main() -> None:
    """Hand this process over to atheris."""
    atheris = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["importer"]):
        # what is to be measured must be imported here: the readers come with their first file only otherwise
        for name in ("registry", "fit", "gpx", "tcx"):
            importlib.import_module(f"importer.readers.{name}")
    atheris.Setup(sys.argv, read_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
