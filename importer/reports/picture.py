"""A small picture of a session in plain text: rows of bars over one axis of time, the tags below.

Conventions: a cell is one character wide and stands for `(end - start) / width` seconds. Where any second of a cell is backward the
cell is drawn as backward and its bars are of those seconds alone, so that a sprint of 8 s is seen in an hour; else the direction of
most of its seconds counts. Bars reach from the 5th to the 99th hundredth of what is shown; lower values stand on the ground, missing
ones are blank. No colour, and pure ASCII on request.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.reports.words import clock
from importer.values.session import Direction, Standing

if TYPE_CHECKING:
    from importer.store import SegmentRecord
    from importer.values.activity import FloatArray

#: characters left of the bars and right of them
_LABEL: Final = 11
_SCALE: Final = 15
_NARROWEST: Final = 20
_WIDEST: Final = 120
#: hundredths between which bars are spread
_LOW, _HIGH = 5.0, 99.0
#: least number of cells between two marks of the time axis
_TICK_CELLS: Final = 9
_TICKS_S: Final = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
#: codes of the row of tags, the later the more worth seeing
_MARKS: Final = ("none", "still", "forward", "unknown", "suggested", "accepted")


class Row(NamedTuple):
    """A signal: what it is called, one value a second, its unit, digits of its scale, and the least span of a scale.

    `bounds` fixes the scale.
    """

    name: str
    values: FloatArray
    unit: str
    digits: int
    least_span: float
    bounds: tuple[float, float] | None = None


class Style(NamedTuple):
    """The characters of a picture: bars from low to high, and a mark for each of `_MARKS`."""

    bars: str
    marks: str
    tick: str
    dash: str


UNICODE: Final = Style("▁▂▃▄▅▆▇█", " ·─?▒█", "╵", "–")
ASCII: Final = Style("_.-~=+*#", " .-?o@", "'", "-")


def picture_text(
    rows: Sequence[Row], segments: Sequence[SegmentRecord], *, start_s: float, end_s: float, columns: int, style: Style = UNICODE
) -> str:
    """Draw ``[start_s, end_s)``.

    Parameters
    ----------
    rows : signals, (n,) one value a second since the session's start; those without any value there are left out.
    columns : width of the whole picture, characters.
    """
    width = max(_NARROWEST, min(_WIDEST, columns - _LABEL - _SCALE))
    # a border of a cell that should be a whole second is one: rounding must not reach into the next second
    edges = np.round(np.linspace(start_s, end_s, width + 1), 6)
    marks = _marks(segments, edges)
    is_backward = marks >= _MARKS.index("suggested")
    backward = [(one.start_s, one.end_s) for one in segments if one.direction is Direction.BACKWARD]
    lines = []
    for row in rows:
        cells = _cells(row.values, edges, is_backward, backward)
        if not np.isnan(cells).all():
            lines.append(_signal(row, cells, style))
    lines.append(f"{'direction':<{_LABEL}}{''.join(style.marks[mark] for mark in marks)}".rstrip())
    lines.append(_axis(start_s, end_s, width, style))
    lines.append(f"{'':<{_LABEL}}{_legend(marks, style)}")
    return "\n".join(lines)


def _marks(segments: Sequence[SegmentRecord], edges: FloatArray) -> NDArray[np.int64]:
    """Give the code of each cell: (width,)."""
    share = np.zeros((len(_MARKS), len(edges) - 1))
    for one in segments:
        shared = np.minimum(edges[1:], one.end_s) - np.maximum(edges[:-1], one.start_s)
        share[_MARKS.index(_mark(one))] += np.maximum(shared, 0.0)
    codes: NDArray[np.int64] = share.argmax(axis=0)
    codes[share.sum(axis=0) <= 0] = 0
    for code in (_MARKS.index("suggested"), _MARKS.index("accepted")):
        codes[share[code] > 0] = code
    return codes


def _mark(segment: SegmentRecord) -> str:
    if segment.direction is Direction.BACKWARD:
        return "accepted" if segment.standing is Standing.ACCEPTED else "suggested"
    return str(segment.direction)


def _signal(row: Row, values: FloatArray, style: Style) -> str:
    """Draw one value a cell, some of them missing, with the ends of its scale."""
    low, high = row.bounds or _scale(values[~np.isnan(values)], row.least_span)
    top = len(style.bars) - 1
    levels = np.clip(np.round((values - low) / (high - low) * top), 0, top)
    bars = "".join(" " if np.isnan(level) else style.bars[int(level)] for level in levels)
    scale = f"{low:.{row.digits}f}{' to ' if low < 0 else style.dash}{high:.{row.digits}f}"
    return f"{row.name:<{_LABEL}}{bars} {scale} {row.unit}".rstrip()


def _cells(values: FloatArray, edges: FloatArray, is_backward: NDArray[np.bool_], backward: Sequence[tuple[float, float]]) -> FloatArray:
    """Mean of each cell, over its backward seconds where it is drawn as backward and over the others elsewhere: (width,)."""
    chosen = np.zeros(len(values), dtype=bool)
    for start_s, end_s in backward:
        chosen[round(start_s) : round(end_s)] = True
    out = np.full(len(edges) - 1, np.nan)
    for i, (left, right) in enumerate(pairwise(edges.tolist())):
        rows = slice(int(left), max(int(left) + 1, int(np.ceil(right))))
        here, mine = values[rows], chosen[rows] == is_backward[i]
        here = here[mine] if mine.any() else here
        here = here[~np.isnan(here)]
        if len(here):
            out[i] = here.mean()
    return out


def _scale(known: FloatArray, least_span: float) -> tuple[float, float]:
    low, high = (float(edge) for edge in np.percentile(known, (_LOW, _HIGH)))
    short = least_span - (high - low)
    if short > 0:
        low, high = low - short / 2, high + short / 2
    return low, high


def _axis(start_s: float, end_s: float, width: int, style: Style) -> str:
    """Marks of the time, with their times beside them."""
    cell_s = (end_s - start_s) / width
    step_s = next((tick for tick in _TICKS_S if tick >= _TICK_CELLS * cell_s), _TICKS_S[-1])
    first = -(-start_s // step_s) * step_s
    line = ""
    at_s = first
    while at_s < end_s:
        column = _LABEL + int((at_s - start_s) / cell_s)
        if column >= len(line):
            line = f"{line:<{column}}{style.tick}{clock(at_s)} "
        at_s += step_s
    return line.rstrip()


def _legend(marks: NDArray[np.int64], style: Style) -> str:
    """Explain the marks that are there."""
    words = {"still": "standing", "forward": "forward", "unknown": "unknown", "suggested": "backward?", "accepted": "backward"}
    seen = set(marks.tolist())
    return "  ".join(f"{style.marks[code]} {words[name]}" for code, name in enumerate(_MARKS) if code in seen and name in words)
