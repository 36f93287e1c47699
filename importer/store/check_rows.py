"""What is wrong with a database's shape and rows, asked in SQL: the part of ``db check`` that reads no samples.

Conventions: a fault names its table and the rows' numbers; what is sound gives nothing.
Every rule of `schema.tables` is asked again: a database that was edited by hand, restored in part or damaged on its disk may break
what it once refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    Table,
    TextClause,
    UniqueConstraint,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.engine.reflection import Inspector

from importer.store.schema_door import tables

#: How many rows of one fault are named.
_NAMED: Final = 5
#: The fixed form of a time on SQLite (`schema.columns.Utc`), as GLOB takes it.
_TIME: Final = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]Z"
_UTC: Final = type(tables.session.c.start_utc.type)
_JSON: Final = type(tables.session.c.findings.type)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written.

    Parameters
    ----------
    kind : schema, rule, integrity, constraint, reference, value, orphan, session, recording or stream.
    table : where it is, "" for the whole file.
    rows : numbers of the rows, the first few.
    message : what is wrong, in a sentence without the table's name.
    """

    kind: str
    table: str
    rows: tuple[int, ...]
    message: str

    def __str__(self) -> str:
        numbers = ", ".join(map(str, self.rows))
        where = " ".join(word for word in (self.table, numbers) if word)
        return f"{where}: {self.message}" if where else self.message


def shape_faults(connection: Connection) -> Iterator[Fault]:
    """Give what is wrong with the file and with the shape of the tables; after kind ``schema`` their rows cannot be read."""
    yield from _integrity(connection)
    inspector = inspect(connection)
    for name in tables.views(connection.dialect.name).keys() - set(inspector.get_view_names()):
        yield Fault("rule", name, (), "the view is missing")
    there = set(inspector.get_table_names())
    for table in tables.metadata.sorted_tables:
        if table.name in there:
            yield from _shape(inspector, table)
        else:
            yield Fault("schema", table.name, (), "the table is missing")


def row_faults(connection: Connection) -> Iterator[Fault]:
    """Give every row that breaks a rule."""
    for table in tables.metadata.sorted_tables:
        yield from _constraints(connection, table)
        yield from _references(connection, table)
        if connection.dialect.name == "sqlite":
            yield from _values(connection, table)
    yield from _orphans(connection)


def _integrity(connection: Connection) -> Iterator[Fault]:
    """Let SQLite check its own file: pages, indexes, types, NOT NULL and UNIQUE; PostgreSQL has no such question."""
    if connection.dialect.name == "sqlite":
        for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if said != "ok":
                yield Fault("integrity", "", (), f"SQLite says: {said}")


def _shape(inspector: Inspector, table: Table) -> Iterator[Fault]:
    """Look for what is missing of a table; what somebody added is his own affair."""

    def names(parts: Sequence[Any]) -> set[str]:
        return {str(part["name"]) for part in parts}

    def ours(kind: type[Any]) -> set[str]:
        return {str(one.name) for one in table.constraints if isinstance(one, kind)}

    columns = {column.name for column in table.columns} - names(inspector.get_columns(table.name))
    yield from (Fault("schema", table.name, (), f"the column {name} is missing") for name in sorted(columns))
    missing = (
        {str(index.name) for index in table.indexes} - names(inspector.get_indexes(table.name)),
        ours(CheckConstraint) - names(inspector.get_check_constraints(table.name)),
        ours(ForeignKeyConstraint) - names(inspector.get_foreign_keys(table.name)),
        ours(UniqueConstraint) - names(inspector.get_unique_constraints(table.name)),
    )
    for part in missing:
        yield from (Fault("rule", table.name, (), f"{name} is missing") for name in sorted(part))


def _constraints(connection: Connection, table: Table) -> Iterator[Fault]:
    for rule in sorted((one for one in table.constraints if isinstance(one, CheckConstraint)), key=lambda rule: str(rule.name)):
        yield from _found(connection, "constraint", table, text(f"NOT ({rule.sqltext})"), f"breaks the rule {rule.name}")


def _references(connection: Connection, table: Table) -> Iterator[Fault]:
    for column in sorted(table.columns, key=lambda column: column.name):
        for key in column.foreign_keys:
            parent = key.column.table.alias("parent")
            is_there = select(parent.c.id).where(parent.c.id == column).exists()
            said = f"{column.name} names a row of {key.column.table.name} that is not there"
            yield from _found(connection, "reference", table, column.is_not(None) & ~is_there, said)


def _values(connection: Connection, table: Table) -> Iterator[Fault]:
    """Check what SQLite takes for text and we do not: times and JSON."""
    for column in table.columns:
        if isinstance(column.type, _UTC):
            yield from _found(connection, "value", table, text(f"{column.name} NOT GLOB '{_TIME}'"), f"{column.name} is no time")
        elif isinstance(column.type, _JSON):
            yield from _found(
                connection,
                "value",
                table,
                text(f"{column.name} IS NOT NULL AND NOT json_valid({column.name})"),
                f"{column.name} is no JSON",
            )


def _orphans(connection: Connection) -> Iterator[Fault]:
    """Find what nothing leads to any more, or what leads nowhere."""
    session, recording, source, stream = tables.session, tables.recording, tables.source_file, tables.stream
    primary = select(recording.c.id).where(recording.c.session_id == session.c.id, recording.c.is_primary).exists()
    yield from _found(connection, "orphan", session, ~primary, "has no primary recording")
    kept = select(recording.c.id).where(recording.c.source_id == source.c.id).exists()
    is_lost = ~kept & source.c.replaced_by.is_(None)
    yield from _found(connection, "orphan", source, is_lost, "holds no session, and would not be imported again")
    times = select(stream.c.id).where(stream.c.recording_id == recording.c.id, stream.c.channel == "t_s").exists()
    yield from _found(connection, "orphan", recording, ~times, "has no samples")


def _found(connection: Connection, kind: str, table: Table, rule: ColumnElement[bool] | TextClause, message: str) -> Iterator[Fault]:
    """Give one fault for all rows that a rule finds."""
    n = connection.execute(select(func.count()).select_from(table).where(rule)).scalar_one()
    if n:
        rows = tuple(connection.scalars(select(table.c.id).where(rule).order_by(table.c.id).limit(_NAMED)))
        more = f" ({n} rows)" if n > len(rows) else ""
        yield Fault(kind, table.name, rows, message + more)
