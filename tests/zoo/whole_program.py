"""What a folder holds besides files that can be read: the odd inhabitants that only the whole program meets.

Conventions: a row puts something into a folder; the outcome is (outcome, code) as the command prints it, None for what it passes over.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from tests.zoo.containers import fit_run, gpx_run


class Place(NamedTuple):
    """One inhabitant: its name, what it is, how it gets there, and what becomes of it."""

    name: str
    what: str
    make: Callable[[Path], object]
    outcome: tuple[str, str | None] | None


IMPORTED: Final = ("imported", None)


# fmt: off
PLACES: Final = (
    Place("RUN.FIT", "a suffix in capitals", lambda path: path.write_bytes(fit_run(9100)), IMPORTED),
    Place("Rückwärts 🏃 倒走.gpx", "a name of three scripts", lambda path: path.write_bytes(gpx_run(9200)), IMPORTED),
    Place(" .fit", "a name of one blank", lambda path: path.write_bytes(fit_run(9300)), IMPORTED),
    Place("-rf.fit", "a name like an option", lambda path: path.write_bytes(fit_run(9400)), IMPORTED),
    Place("two\nlines.fit", "a name with a line end", lambda path: path.write_bytes(fit_run(9500)), IMPORTED),
    Place("gpx-called.fit", "a GPX file that is called .fit", lambda path: path.write_bytes(gpx_run(9600)), IMPORTED),
    Place("fit-called.tcx", "a FIT file that is called .tcx", lambda path: path.write_bytes(fit_run(9700)), IMPORTED),
    Place("pipe.fit", "a pipe nobody writes into", os.mkfifo, ("failed", "unreadable")),
    Place("nowhere.fit", "a link to nothing", lambda path: path.symlink_to("not-there.fit"), ("failed", "unreadable")),
    Place("device.fit", "a link to a device without end", lambda path: path.symlink_to("/dev/zero"), ("failed", "unreadable")),
    Place("circle.fit", "a link to itself", lambda path: path.symlink_to("circle.fit"), ("failed", "unreadable")),
    Place("notes.txt", "a file of another suffix", lambda path: path.write_text("no activity"), None),
    Place(".DS_Store", "what macOS leaves", lambda path: path.write_bytes(b"\0\0\0\1Bud1"), None),
    Place("run.fit.part", "a download under way", lambda path: path.write_bytes(fit_run(9800)[:100]), None),
    Place("empty", "an empty folder", lambda path: path.mkdir(), None),
)
# fmt: on
