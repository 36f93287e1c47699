"""Columns as Parquet: the only door to pyarrow, which is the extra `parquet` (a wheel of 50 MB).

Conventions: a column's name tells its type (`kind_of`), so that files of one dataset agree whatever they happen to hold; units are in the
names. Times are microseconds in UTC. What was not measured is null, never NaN.
A file appears whole under its name, or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from numpy.typing import NDArray

from importer import __version__
from importer.errors import UsageError
from importer.values.channels import CHANNELS

if TYPE_CHECKING:
    from types import TracebackType

    import pyarrow as pa
    import pyarrow.parquet as pq

#: the cells of a column
Column = Sequence[Any] | NDArray[Any]

#: edition of the reporting views (`v_version`) whose names the columns carry
VIEWS_VERSION: Final = 2
#: rows of a row group: what readers work on at a time, and what is held in memory before it is written
ROWS_AT_ONCE: Final = 131_072


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    TEXTS = "texts"
    COUNT = "count"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
    DAY = "day"


#: columns whose name does not end in a unit
_KINDS: Final = {
    "calibration": Kind.COUNT,
    "confidence": Kind.NUMBER,
    "month": Kind.COUNT,
    "possible_duplicate_of": Kind.COUNT,
    "utc_offset_s": Kind.COUNT,
    "why": Kind.TEXTS,
    "year": Kind.COUNT,
}
#: ends of names that are units, or what has none
_NUMBERS: Final = frozenset(("bpm", "brpm", "deg", "degc", "g", "kcal", "kg", "m", "mps", "ratio", "s", "share", "spm", "w"))
_COUNTS: Final = frozenset(("id", "ix", "index", "version"))


def kind_of(name: str) -> Kind:
    """Tell what a column of this name holds; text where the name says nothing else."""
    last = name.rpartition("_")[2]
    if name in _KINDS:
        return _KINDS[name]
    if name in CHANNELS or ("_" in name and last in _NUMBERS):
        return Kind.NUMBER
    if name.startswith("n_") or last in _COUNTS:
        return Kind.COUNT
    if name.startswith(("is_", "has_")):
        return Kind.FLAG
    return Kind.TIME if last == "utc" else Kind.TEXT


def schema_of(kinds: Mapping[str, Kind], *, about: Mapping[str, str]) -> pa.Schema:
    """Give the schema of columns; its metadata say who wrote it and what `about` adds.

    Raises
    ------
    UsageError : pyarrow is not installed.
    """
    arrow, _ = library()
    types = {
        Kind.TEXT: arrow.string(),
        Kind.TEXTS: arrow.list_(arrow.string()),
        Kind.COUNT: arrow.int64(),
        Kind.NUMBER: arrow.float64(),
        Kind.FLAG: arrow.bool_(),
        Kind.TIME: arrow.timestamp("us", tz="UTC"),
        Kind.DAY: arrow.date32(),
    }
    metadata = {"program": f"retro-import {__version__}", "views_version": str(VIEWS_VERSION), **about}
    return arrow.schema([(name, types[kind]) for name, kind in kinds.items()], metadata=metadata)


def table_of(columns: Mapping[str, Column], schema: pa.Schema) -> pa.Table:
    """Give columns of one length as the schema says; None and NaN are null, and a column that is not there is null throughout."""
    arrow, _ = library()
    n = len(next(iter(columns.values()), ()))
    arrays = [
        arrow.array(columns[field.name], type=field.type, from_pandas=True) if field.name in columns else arrow.nulls(n, field.type)
        for field in schema
    ]
    return arrow.Table.from_arrays(arrays, schema=schema)


def kind_of_values(name: str, values: Column) -> Kind:
    """Tell what a column holds by its values, and by its name where they leave it open."""
    told = [value for value in values if value is not None]
    named = kind_of(name)
    if not told:
        return named
    if all(isinstance(value, bool) for value in told):
        return Kind.FLAG
    if all(isinstance(value, int) for value in told):
        return Kind.NUMBER if named is Kind.NUMBER else Kind.COUNT
    for kind, classes in _CLASSES.items():
        if all(isinstance(value, classes) for value in told):
            return kind
    raise TypeError(f"{name}: values of several kinds ({', '.join(sorted({type(value).__name__ for value in told}))})")


#: what else a cell of a report may be; a datetime is a date too
_CLASSES: Final = {
    Kind.NUMBER: (int, float),
    Kind.TEXT: (str,),
    Kind.TIME: (datetime,),
    Kind.DAY: (date,),
    Kind.TEXTS: (list, tuple),
}


def write(columns: Mapping[str, Column], path: str | os.PathLike[str], *, about: Mapping[str, str]) -> None:
    """Write columns as a file of their own; one that is there is replaced.

    Raises
    ------
    UsageError : pyarrow is not installed, or the file cannot be written.
    """
    kinds = {name: kind_of_values(name, values) for name, values in columns.items()}
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        with ParquetFile(partial, about=about, kinds=kinds) as file:
            file.add(columns)
        partial.replace(target)
    except OSError as error:
        raise UsageError(
            f"{target}: cannot be written ({os.strerror(error.errno) if error.errno else error}): choose another place"
        ) from error
    finally:
        partial.unlink(missing_ok=True)


class ParquetFile:
    """A new file that grows by columns; it is made by the first of them, in row groups that are read at once.

    Parameters
    ----------
    names : the columns of the file; those of the first addition where None.
    kinds : what columns hold, where their names do not tell.
    """

    def __init__(
        self, path: Path, *, about: Mapping[str, str], names: Sequence[str] | None = None, kinds: Mapping[str, Kind] | None = None
    ) -> None:
        self.path = path
        self.n_rows = 0
        self._names, self._kinds, self._about = names, kinds or {}, about
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def add(self, columns: Mapping[str, Column]) -> None:
        """Add rows; they are written once they are many."""
        if self._writer is None:
            _, parquet = library()
            kinds = {name: self._kinds.get(name) or kind_of(name) for name in self._names or columns}
            self._writer = parquet.ParquetWriter(self.path, schema_of(kinds, about=self._about), compression="zstd")
        table = table_of(columns, self._writer.schema)
        self._waiting.append(table)
        self.n_rows += table.num_rows
        if sum(one.num_rows for one in self._waiting) >= ROWS_AT_ONCE:
            self._write()

    def _write(self) -> None:
        if self._writer is not None and self._waiting:
            arrow, _ = library()
            self._writer.write_table(arrow.concat_tables(self._waiting))
            self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._writer is not None:
            if error is None:
                self._write()
            self._writer.close()


def library() -> tuple[Any, Any]:
    """Give pyarrow and its Parquet.

    Raises
    ------
    UsageError : it is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise UsageError(
            "Parquet: the library pyarrow is not installed: install it with `pip install 'retro-import[parquet]'`, or choose csv or json"
        ) from error
    return pa, pq
