"""Pieces of HTML: text that is safe there, tables, data for scripts.

Conventions: everything that comes out of a file passes `text` or `attribute`; nothing here computes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from importer.reports.forms import NUMBERS, cell, heading
from importer.reports.questions.answer import Column, Form, Row, Table
from importer.reports.questions.facts import Units
from importer.reports.words import plain

#: columns that say when a row was, by which the page is filtered
DAYS: Final = ("day_local", "week_local", "month_local", "year_local", "period")
#: those of them that may name a week, and how many letters its Monday has
_WEEKS: Final = ("week_local", "period")
_DAY_LETTERS: Final = 10
#: rows of a table on the page at most; files hold all of them
MOST_ROWS: Final = 500
#: letters from which on a cell is broken into lines
_LONG: Final = 40
#: forms whose zeros stand back, so that the eye finds what there is
_AMOUNTS: Final = frozenset({Form.COUNT, Form.DURATION, Form.DISTANCE, Form.SHARE, Form.ENERGY})


def text(words: str) -> str:
    """Give words as they may stand between tags, commands in backquotes as code."""
    parts = escape(plain(words), quote=False).replace(" %", "\N{NO-BREAK SPACE}%").split("`")
    if len(parts) % 2 == 0:  # a backquote without its other half
        return "`".join(parts)
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def sentence(words: str) -> str:
    """Give a line of an answer as it begins a paragraph: with a capital, but a name stays as it is written."""
    first = words.partition(" ")[0]
    return text(words if first.endswith(":") or "`" in first else words[:1].upper() + words[1:])


def attribute(words: str) -> str:
    """Give words as they may stand between the quotes of an attribute."""
    return escape(plain(words), quote=True)


def island(value: Any) -> str:  # noqa: ANN401 - JSON
    """Give a value as JSON that may stand in a script element: no `<` in it, so no end of it either."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False, ensure_ascii=False).replace("<", "\\u003c")


def day_column(columns: Sequence[str]) -> str | None:
    """Give the column that says when a row was."""
    return next((name for name in DAYS if name in columns), None)


def time_scope(column: str, value: object) -> str:
    """Say whether a row lies on a day (or in a month or year, named by its first letters) or is a week, named by its Monday."""
    return "week" if column in _WEEKS and len(str(value)) == _DAY_LETTERS else "day"


def table_html(table: Table, units: Units, *, most: int = MOST_ROWS, sessions: frozenset[int] = frozenset()) -> str:
    """Write a table.

    Parameters
    ----------
    sessions : numbers of the sessions that have a page in the same file, to be linked.
    """
    rows = table.rows[:most]
    heads = "".join(_head(column, units) for column in table.columns)
    day = day_column([column.name for column in table.columns])
    lines = "".join(_line(row, table.columns, day, units, sessions) for row in rows)
    label = attribute(table.title)
    more = f"<p>The first {most} of {len(table.rows):,} rows.</p>" if len(table.rows) > most else ""
    return (
        f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table><caption>{text(table.title)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>{more}"
    )


def _classes(column: Column, *, is_zero: bool = False, is_long: bool = False) -> str:
    given = {"n": column.form in NUMBERS, "sug": "suggested" in column.name, "z": is_zero, "long": is_long}
    names = [name for name, is_given in given.items() if is_given]
    return f' class="{" ".join(names)}"' if names else ""


def _head(column: Column, units: Units) -> str:
    return f'<th scope="col"{_classes(column)}>{text(heading(column, units))}</th>'


def _line(row: Row, columns: Sequence[Column], day: str | None, units: Units, sessions: frozenset[int]) -> str:
    data = "" if day is None or row.get(day) is None else f' data-{time_scope(day, row[day])}="{attribute(str(row[day]))}"'
    if row.get("environment") is not None:
        data += f' data-place="{attribute(str(row["environment"]))}"'
    if row.get("standing") == "suggested" or row.get("kind") == "suggested":
        data += ' class="sug"'
    cells = "".join(_cell(row, column, units, sessions, is_first=at == 0) for at, column in enumerate(columns))
    return f"<tr{data}>{cells}</tr>"


def _cell(row: Row, column: Column, units: Units, sessions: frozenset[int], *, is_first: bool) -> str:
    value = row.get(column.name)
    words = text(cell(value, column.form, units))
    if column.name == "session_id" and value in sessions:
        words = f'<a href="#session-{value}">{words}</a>'
    elif column.name in ("command", "otherwise") and value:
        words = f"<code>{words}</code>"
    tag = 'th scope="row"' if is_first else "td"
    is_long = column.form is Form.TEXT and len(str(value or "")) > _LONG and column.name not in ("command", "otherwise")
    return f"<{tag}{_classes(column, is_zero=value == 0 and column.form in _AMOUNTS, is_long=is_long)}>{words}</{tag.split()[0]}>"
