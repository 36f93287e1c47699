"""An answer in the terminal: what one reads in ten seconds, tables with bars in them, lines of bars, a calendar, notes.

Conventions: a terminal gets lines of its own width and the newest rows; a pipe gets every row and no line is broken. Columns that are wide
go first where room is short, then the bars. The first figure of bars of a table stands in its rows; lines and calendars stand below it.
Several athletes are never drawn as one. Text comes back; the command prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from importer.reports.charts import ASCII, UNICODE, Ink, bar, calendar, spark
from importer.reports.forms import NUMBERS, cell, heading, spoken
from importer.reports.questions.amounts import athletes_of, many
from importer.reports.questions.answer import Answer, Column, Figure, Form, Mark, Row, Table
from importer.reports.questions.facts import Units
from importer.reports.table import PIPE_WIDTH, can_show, gap_width, natural_widths, table_text

#: rows of the first table on a terminal, and of the others
SHOWN_ROWS: Final = 30
_SHOWN_MORE: Final = 12
#: width of a bar: least, most, characters
_LEAST_BAR: Final = 8
_MOST_BAR: Final = 24
#: bars of a line where there is no terminal to say how many, characters
_PIPE_COLUMNS: Final = 80
#: width of the name before a line of bars, characters, at most
_LONGEST_NAME: Final = 24
#: room for the scale behind a line of bars, characters
_SCALE: Final = 26
#: forms whose scale begins at zero, where the least value is so small a part of the most: what hardly changes is seen to change
_FROM_ZERO: Final = frozenset({Form.COUNT, Form.DURATION, Form.DISTANCE, Form.SHARE, Form.ENERGY})
_SMALL: Final = 0.5


class Sheet(NamedTuple):
    """What is written on: the terminal's width (None: a pipe or a file), the units, the characters that can be shown."""

    columns: int | None
    units: Units = Units.METRIC
    ink: Ink = UNICODE

    @property
    def width(self) -> int:
        return PIPE_WIDTH if self.columns is None else self.columns


def shown_ink() -> Ink:
    """Give the characters that stdout can show."""
    return UNICODE if can_show(f"{UNICODE.bars}{UNICODE.levels}{UNICODE.gap}{''.join(UNICODE.fills.values())}") else ASCII


def answer_text(answer: Answer, sheet: Sheet) -> str:
    """Write an answer."""
    blocks = ["\n".join(answer.headline)]
    for table in answer.tables:
        block = list(_table_block(answer, table, sheet))
        if block:
            blocks.append("\n".join(block))
    blocks.append("\n".join(answer.notes))
    return "\n\n".join(block for block in blocks if block)


def _table_block(answer: Answer, table: Table, sheet: Sheet) -> Iterator[str]:
    """Write a table and the figures that are drawn of it; an empty table says nothing."""
    if not table.rows:
        return
    figures = [figure for figure in answer.figures if figure.table == table.name]
    if not table.is_for_figure:
        if table is not answer.tables[0]:
            yield table.title
        inline = next((figure for figure in figures if figure.mark is Mark.BARS), None)
        is_first = inline is next((figure for figure in answer.figures if figure.mark is Mark.BARS), None)
        n_rows = len(table.rows) if sheet.columns is None else SHOWN_ROWS if table is answer.tables[0] else _SHOWN_MORE
        yield from table_lines(table, table.rows[:n_rows], sheet, figure=inline, has_legend=is_first)
        yield from _rest(answer, table, n_rows)
        figures = [figure for figure in figures if figure.mark is not Mark.BARS]
    is_begun = not table.is_for_figure
    for figure in figures:
        lines = list(figure_lines(figure, table, sheet))
        if lines and is_begun:
            yield ""
        yield from lines
        is_begun = is_begun or bool(lines)


def _rest(answer: Answer, table: Table, n_rows: int) -> Iterator[str]:
    """Say that there are more rows, and how to see them: machines get the first table alone."""
    if n_rows < len(table.rows):
        which = "newest" if any(column.form is Form.DAY for column in table.columns[:2]) else "first"
        how = "--format csv" if table is answer.tables[0] else f"-o {answer.name}.txt"
        yield f"the {which} {n_rows} of {many(len(table.rows), 'row')}; all of them: `retro-import report {answer.name} {how}`"


def table_lines(table: Table, rows: Sequence[Row], sheet: Sheet, *, figure: Figure | None, has_legend: bool) -> Iterator[str]:
    """Write rows of a table, with the bars of `figure` where there is room."""
    columns = list(table.columns)
    wanted = 0 if figure is None else _LEAST_BAR + gap_width(sheet.width)
    while True:
        header = [heading(column, sheet.units) for column in columns]
        cells = [[cell(row.get(column.name), column.form, sheet.units) for column in columns] for row in rows]
        widths = natural_widths(header, cells)
        room = sheet.width - sum(widths) - gap_width(sheet.width) * (len(widths) - 1)
        wide = [at for at, column in enumerate(columns) if column.is_wide]
        if room >= wanted or not wide:
            break
        del columns[wide[-1]]
    right = [at for at, column in enumerate(columns) if column.form in NUMBERS]
    if figure is not None and room >= wanted:
        header.append("")
        bars = _bars(rows, figure, width=min(_MOST_BAR, room - gap_width(sheet.width)), ink=sheet.ink)
        cells = [[*line, drawn] for line, drawn in zip(cells, bars, strict=True)]
    yield table_text(header, list(_with_gaps(rows, cells, sheet.ink)), right=right, width=sheet.width)
    if has_legend and figure is not None and len(header) > len(columns) and len(figure.series) > 1:
        yield "   ".join(f"{sheet.ink.fills[series.role]} {series.title}" for series in figure.series)


def _with_gaps(rows: Sequence[Row], cells: Sequence[Sequence[str]], ink: Ink) -> Iterator[Sequence[str]]:
    """Mark where periods are left out; the newest row comes first."""
    for row, line in zip(rows, cells, strict=True):
        if row.get("n_left_out"):
            yield [ink.gap, *[""] * (len(line) - 1)]
        yield line


def _bars(rows: Sequence[Row], figure: Figure, *, width: int, ink: Ink) -> list[str]:
    parts = [[(str(series.role), row.get(series.column)) for series in figure.series] for row in rows]
    most = max(sum(value or 0.0 for _, value in part) for part in parts)
    return [bar(part, most=most, width=width, ink=ink) for part in parts]


def figure_lines(figure: Figure, table: Table, sheet: Sheet) -> Iterator[str]:
    """Draw a figure below its table, once for each athlete."""
    athletes = athletes_of(table.rows) if all("athlete" in row for row in table.rows) else []
    if len(athletes) < 2:
        yield from _drawn(figure, figure.title, table.rows, sheet)
        return
    is_begun = False
    for athlete in athletes:
        lines = list(_drawn(figure, f"{figure.title}: {athlete}", [row for row in table.rows if row["athlete"] == athlete], sheet))
        if lines and is_begun:
            yield ""
        yield from lines
        is_begun = is_begun or bool(lines)


def _drawn(figure: Figure, title: str, rows: Sequence[Row], sheet: Sheet) -> Iterator[str]:
    if figure.mark is Mark.CALENDAR:
        yield title
        yield from calendar(_days(figure, rows), ink=sheet.ink)
        return
    in_time = sorted(rows, key=lambda row: str(row[figure.x.name])) if figure.x.form is Form.DAY else list(rows)
    names = [series.title for series in figure.series]
    width = min(_LONGEST_NAME, max(map(len, names)))
    n = max(_LEAST_BAR, (sheet.columns or _PIPE_COLUMNS) - width - 4 - _SCALE)
    shown = in_time[-n:]
    known = [row for row in shown if any(row.get(series.column) is not None for series in figure.series)]
    if len(known) < 2:  # one value is no line, and stands in the table
        return
    yield f"{title}, {_told(known[0], figure.x, sheet)} to {_told(known[-1], figure.x, sheet)}"
    for series in figure.series:
        values = [row.get(series.column) for row in shown]
        drawn = spark(values, ink=sheet.ink, is_from_zero=_is_from_zero(values, figure.form))
        yield f"  {series.title[:width]:<{width}} {drawn} {_scale(values, figure.form, sheet)}".rstrip()


def _is_from_zero(values: Sequence[float | None], form: Form) -> bool:
    known = [value for value in values if value is not None]
    return form in _FROM_ZERO and bool(known) and min(known) <= _SMALL * max(known)


def _told(row: Row, column: Column, sheet: Sheet) -> str:
    return cell(row[column.name], column.form, sheet.units)


def _scale(values: Sequence[float | None], form: Form, sheet: Sheet) -> str:
    """Say the least, the most and the newest value."""
    known = [value for value in values if value is not None]
    if not known:
        return "not measured"
    low, high = cell(min(known), form, sheet.units), spoken(max(known), form, sheet.units)
    if form is Form.SHARE:
        low = low.removesuffix(" %")
    return high if min(known) == max(known) else f"{low}{sheet.ink.dash}{high}"


def _days(figure: Figure, rows: Sequence[Row]) -> dict[date, tuple[float, float]]:
    """Give what a calendar shows: the first series and the second, which is the weaker one."""
    names = [series.column for series in figure.series]
    return {
        date.fromisoformat(row[figure.x.name]): (float(row[names[0]] or 0.0), float(row[names[1]] or 0.0) if len(names) > 1 else 0.0)
        for row in rows
    }
