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
#: rows of a table on the page at most; files hold all of them
MOST_ROWS: Final = 500
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


def _classes(column: Column, *, is_zero: bool = False) -> str:
    names = [*(["n"] if column.form in NUMBERS else []), *(["sug"] if "suggested" in column.name else []), *(["z"] if is_zero else [])]
    return f' class="{" ".join(names)}"' if names else ""


def _head(column: Column, units: Units) -> str:
    return f'<th scope="col"{_classes(column)}>{text(heading(column, units))}</th>'


def _line(row: Row, columns: Sequence[Column], day: str | None, units: Units, sessions: frozenset[int]) -> str:
    data = "" if day is None or row.get(day) is None else f' data-day="{attribute(str(row[day]))}"'
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
    return f"<{tag}{_classes(column, is_zero=value == 0 and column.form in _AMOUNTS)}>{words}</{tag.split()[0]}>"
