"""Truth files: what a runner really did, as a table of spans.

Conventions: CSV in UTF-8 with a header; the columns ``start_s``, ``end_s`` (seconds since the session's start, pauses included) and
``direction`` (forward, backward, still, unknown) must be there, ``gait`` (run, walk or nothing) may; others are passed over.
Rows are sorted and disjoint, ``[start_s, end_s)``. What no row covers is not known and not scored.
Nothing here opens a file.
"""

from __future__ import annotations

import csv
import math
from typing import NamedTuple

from importer.errors import TruthFileError
from importer.values.session import Direction, Gait

_REQUIRED = ("start_s", "end_s", "direction")
_EXAMPLE = "the first line is start_s,end_s,direction,gait and a row is 720,750,backward,run"


class TrueSpan(NamedTuple):
    """What was done in ``[start_s, end_s)``."""

    start_s: float
    end_s: float
    direction: Direction
    gait: Gait | None = None


def parse_truth(text: str, *, path: str = "") -> tuple[TrueSpan, ...]:
    """Read a truth file.

    Raises
    ------
    TruthFileError
        With the line where it shows.
    """
    rows = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    header: list[str] | None = None
    spans: list[TrueSpan] = []
    try:
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                _check_header(header, path, rows.line_num)
            else:
                spans.append(_span(dict(zip(header, cells, strict=False)), spans, path, rows.line_num))
    except csv.Error as error:
        raise TruthFileError(f"is no CSV ({error})", path=path, line=rows.line_num, remedy=_EXAMPLE) from error
    if header is None:
        raise TruthFileError("is empty", path=path, line=1, remedy=_EXAMPLE)
    return tuple(spans)


def _check_header(header: list[str], path: str, line: int) -> None:
    missing = [name for name in _REQUIRED if name not in header]
    if missing:
        raise TruthFileError(f"no column {', '.join(missing)} (found {', '.join(header)})", path=path, line=line, remedy=_EXAMPLE)


def _span(row: dict[str, str], before: list[TrueSpan], path: str, line: int) -> TrueSpan:
    """Read one row and see that it follows the one before it."""
    start_s, end_s = (_number(row.get(name, ""), name, path, line) for name in ("start_s", "end_s"))
    if not 0 <= start_s < end_s:
        reason = f"[{start_s:g}, {end_s:g}) is no span"
        raise TruthFileError(reason, path=path, line=line, remedy="give seconds since the start, the start before the end")
    if before and start_s < before[-1].end_s:
        reason = f"starts at {start_s:g} s, before the end of the row above ({before[-1].end_s:g} s)"
        raise TruthFileError(reason, path=path, line=line, remedy="sort the rows and let none overlap")
    said, gait = row.get("direction", "").strip(), row.get("gait", "").strip()
    if said not in set(Direction):
        reason = f"direction is {said!r} (expected {', '.join(Direction)})"
        raise TruthFileError(reason, path=path, line=line, remedy="correct the row")
    if gait and gait not in set(Gait):
        raise TruthFileError(f"gait is {gait!r} (expected {', '.join(Gait)} or nothing)", path=path, line=line, remedy="correct the row")
    return TrueSpan(start_s, end_s, Direction(said), Gait(gait) if gait else None)


def _number(text: str, name: str, path: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise TruthFileError(f"{name} is {text!r} (expected seconds)", path=path, line=line, remedy=_EXAMPLE)
    return value
