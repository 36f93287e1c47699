"""A table for machines: JSON, CSV and Parquet of the same rows that people see.

Conventions: SI units in full precision, as the rows hold them; every key of the rows, also where no column shows it.
None and NaN are "not measured": null, or an empty field. Times are UTC with a Z. Text ends with the end of a line.
Never rounds and never counts; where the text goes is the caller's.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import os

    from importer.reports.questions.answer import Table

#: first characters by which a spreadsheet takes a text for a formula; the wide ones are read as the narrow ones in Japanese and Chinese
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: a line of one empty field; a blank line would be no row
_NOTHING: Final = '""'


def names_of(table: Table) -> tuple[str, ...]:
    """Give the names that machines get: the keys of the rows in the order in which they first appear, or the columns where no row is."""
    keys: dict[str, None] = dict.fromkeys(key for row in table.rows for key in row)
    return tuple(keys) or tuple(column.name for column in table.columns)


def rows_text(table: Table, format_name: Literal["json", "csv"]) -> str:
    """Write the rows as a JSON list of objects, or as CSV with a header.

    CSV is quoted as RFC 4180 says, and its lines end with a bare line feed.
    A text that a spreadsheet would run as a formula gets an apostrophe in front.

    Raises
    ------
    ValueError : a number is infinite.
    """
    names = names_of(table)
    rows = [{name: _plain(row.get(name)) for name in names} for row in table.rows]
    if format_name == "json":
        return json.dumps(rows, indent=1, allow_nan=False) + "\n"
    lines = [",".join(_quoted(name) for name in names), *(",".join(_quoted(_field(value)) for value in row.values()) for row in rows)]
    return "".join(f"{line or _NOTHING}\n" for line in lines)


def write_parquet(table: Table, path: str | os.PathLike[str], *, about: Mapping[str, str] | None = None) -> None:
    """Write the rows as a Parquet file, whole or not at all; a file that is there is replaced.

    Parameters
    ----------
    about : what else the file's metadata says beside the program, its views and the table's name.

    Raises
    ------
    UsageError : pyarrow is not installed, or the file cannot be written.
    """
    from importer.reports import parquet

    names = names_of(table)
    columns = {name: [row.get(name) for row in table.rows] for name in names}
    parquet.write(columns, path, about={"table": table.name, "title": table.title, **(about or {})})


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell
    """Give a cell as JSON knows it."""
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def time_text(time: datetime) -> str:
    """Write a moment in UTC; milliseconds only where there are any."""
    utc = time.astimezone(UTC)
    fraction = f".{utc.microsecond // 1000:03d}" if utc.microsecond >= 1000 else ""
    return f"{utc:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def _field(value: Any) -> str:  # noqa: ANN401 - a cell
    """Give a cell as the text of a field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isinf(value):
        raise ValueError(f"CSV: a number is infinite ({value})")
    if isinstance(value, int | float):
        return str(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _quoted(field: str) -> str:
    # not by the standard library: with lines that end in a line feed, Python before 3.13 leaves a carriage return without quotes
    return '"{}"'.format(field.replace('"', '""')) if any(mark in field for mark in ',"\r\n') else str(field)
