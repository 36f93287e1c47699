"""Column types that make SQLite and PostgreSQL behave alike.

Conventions: a SQLite table is STRICT, so everything ends as INTEGER, REAL, TEXT or BLOB there;
PostgreSQL gets its own type (``timestamptz``, ``boolean``, ``jsonb``, ``double precision``, ``bigint``).
Its types are imported where they are used: its dialect costs 60 ms (measured), which SQLite users need not pay.
Nothing here knows a table.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import REAL, BigInteger, Boolean, Dialect, Double, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

BIG: Final[TypeEngine[int]] = BigInteger().with_variant(Integer(), "sqlite")
NUMBER: Final[TypeEngine[float]] = Double().with_variant(REAL(), "sqlite")


class Utc(TypeDecorator[datetime]):
    """An aware UTC moment: ISO 8601 text of fixed width on SQLite, so that it sorts by time; ``timestamptz`` on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import TIMESTAMP

            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored ({value!r})")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.astimezone(UTC)


class Flag(TypeDecorator[bool]):
    """A truth value: 0 or 1 on SQLite, ``boolean`` on PostgreSQL."""

    impl = Integer
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Boolean() if dialect.name == "postgresql" else Integer())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> object:  # noqa: FBT001 - SQLAlchemy's signature
        return value if value is None or dialect.name == "postgresql" else int(value)

    def process_result_value(self, value: object, dialect: Dialect) -> bool | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else bool(value)


class Json(TypeDecorator[Any]):
    """A list or an object: JSON text on SQLite, ``jsonb`` on PostgreSQL; None is NULL, and NaN is refused."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB

            return dialect.type_descriptor(JSONB(none_as_null=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: object, dialect: Dialect) -> object:
        if value is None or dialect.name == "postgresql":
            return value
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: object, dialect: Dialect) -> object:
        return json.loads(value) if isinstance(value, str) and dialect.name != "postgresql" else value
