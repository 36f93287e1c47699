"""Tables for a terminal: aligned, without colour codes, never folded in a pipe. Text comes back; the command prints it.

Conventions: what does not fit is broken between words in the columns that are aligned left, the widest first; no character is lost.
A database may hold ten thousand sessions: a cell costs a microsecond, where rich's own tables take 60 (measured).
"""

from __future__ import annotations

import codecs
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final

#: width of a table where there is no terminal to say one, characters
PIPE_WIDTH: Final = 240
#: width from which columns are set apart by more than a blank, characters
_ROOMY_WIDTH: Final = 100
#: narrower than this no column is made by breaking words, characters
_LEAST_WIDTH: Final = 6


def table_text(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = (), width: int | None = None) -> str:
    """Give an aligned table, as wide as the terminal.

    Parameters
    ----------
    right : numbers of the columns that are aligned right; these are never broken.
    width : characters, for what goes elsewhere than to stdout; `PIPE_WIDTH` breaks nothing that is usual.
    """
    if width is None:
        is_terminal = sys.stdout is not None and sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if is_terminal else PIPE_WIDTH
    gap = " " * gap_width(width)
    columns = [list(column) for column in zip(header, *rows, strict=True)]
    natural = [max(map(_width, column)) for column in columns]
    widths = _fitted(columns, natural, room=width - len(gap) * (len(columns) - 1), right=right)
    has_breaks = widths != natural or any("\n" in cell for column in columns for cell in column)
    if has_breaks:
        columns = _broken(columns, widths)
    padded = [[_pad(cell, widths[i], i in right) for cell in column] for i, column in enumerate(columns)]
    lines = [gap.join(cells).rstrip() for cells in zip(*padded, strict=True)]
    n_header = max(len(_lines(name, widths[i])) for i, name in enumerate(header)) if has_breaks else 1
    rule = ("─" if can_show("─") else "-") * (sum(widths) + len(gap) * (len(widths) - 1))
    return "\n".join((*lines[:n_header], rule, *lines[n_header:]))


def gap_width(width: int) -> int:
    """Give the number of blanks between the columns of a table."""
    return 3 if width >= _ROOMY_WIDTH else 1


def can_show(text: str) -> bool:
    """Tell whether stdout has these characters; one that claims ASCII has those of UTF-8, as click writes to it."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode("utf-8" if codecs.lookup(encoding).name == "ascii" else encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def natural_widths(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[int]:
    """Give the width of each column where nothing is broken."""
    return [max(map(_width, column)) for column in zip(header, *rows, strict=True)]


def _width(text: str) -> int:
    """Count the places that a text takes on a terminal: Chinese letters take two; of several lines the longest counts."""
    if "\n" in text:
        return max(map(_width, text.split("\n")))
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _pad(text: str, width: int, is_right: bool) -> str:  # noqa: FBT001 - called for every cell
    blanks = " " * (width - (len(text) if text.isascii() else _width(text)))
    return blanks + text if is_right else text + blanks


def _fitted(columns: Sequence[Sequence[str]], natural: Sequence[int], *, room: int, right: Sequence[int]) -> list[int]:
    """Take from the widest columns that may be broken until all fit: between words, or inside them where that is enough."""
    widths = list(natural)
    if sum(widths) <= room:
        return widths
    words = [width if i in right else min(width, max(map(_longest_word, columns[i]))) for i, width in enumerate(natural)]
    letters = [width if i in right else min(width, _LEAST_WIDTH) for i, width in enumerate(natural)]
    floors = letters if sum(words) > room >= sum(letters) else words
    while sum(widths) > room and widths != floors:
        i = max(range(len(widths)), key=lambda i: (widths[i] > floors[i], widths[i]))
        widths[i] -= 1
    return widths


def _longest_word(cell: str) -> int:
    return max(map(_width, cell.split()), default=0)


def _broken(columns: Sequence[Sequence[str]], widths: Sequence[int]) -> list[list[str]]:
    """Give every row as many lines as its longest cell needs."""
    broken: list[list[str]] = [[] for _ in columns]
    for row in zip(*columns, strict=True):
        cells = [_lines(cell, widths[i]) for i, cell in enumerate(row)]
        for line in zip_longest(*cells, fillvalue=""):
            for column, text in zip(broken, line, strict=True):
                column.append(text)
    return broken


def _lines(cell: str, width: int) -> list[str]:
    """Break a cell; a line of wide letters is broken as if each took two places."""
    lines = []
    for line in cell.split("\n"):
        room = width if line.isascii() or _width(line) == len(line) else max(1, width // 2)
        lines.extend([line] if _width(line) <= width else textwrap.wrap(line, room, break_on_hyphens=False))
    return lines or [""]
