"""Messages that hold arrays, as fitparse decodes them, in the blocks that the builder of activities takes.

Conventions: those of `fit.blocks`; here a block holds the messages of one shape, whatever definitions they were written with.
Only raw values are taken from fitparse, and scaled by the program's profile.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from importer.readers.fit import profile
from importer.readers.fit.blocks import TELLING, WANTED, Block, check_size
from importer.readers.fit.layout import LARGEST
from importer.readers.fit.wire import TIMESTAMP


class Field(Protocol):
    """What the program uses of fitparse's FieldData, which is untyped."""

    field: Any
    field_def: Any
    field_type: str
    parent_field: Any
    name: str
    type: Any
    base_type: Any
    value: object
    raw_value: object


class Arrays(NamedTuple):
    """A message that holds arrays: its number in the file, the records before it, and its fields."""

    place: int
    n_records: int
    fields: Mapping[str, tuple[float, ...]]


def arrays(fields: Iterable[Field], known: profile.MessageProfile) -> dict[str, tuple[float, ...]]:
    """Give the arrays of a message by name, in the profile's unit, NaN for what is missing."""
    found: dict[str, tuple[float, ...]] = {}
    for field in fields:
        number = TIMESTAMP if field.field_def is None and field.name == "timestamp" else None
        number = field.field_def.def_num if field.field_def is not None and field.field_type != "devfield" else number
        described = None if number is None else known.fields.get(number)
        if described is not None and described.name in WANTED[known.name]:
            raw = field.raw_value if isinstance(field.raw_value, tuple) else (field.raw_value,)
            values = (math.nan if not isinstance(v, int | float) or not abs(v) < LARGEST else float(v) for v in raw)
            found.setdefault(described.name, tuple(v / described.scale - described.offset for v in values))
    return found


def blocks(name: str, messages: Sequence[Arrays]) -> tuple[Block, ...]:
    """Put the messages of one kind that say something into blocks of one shape."""
    shapes: dict[tuple[tuple[str, int], ...], list[Arrays]] = {}
    for message in messages:
        if TELLING[name] & message.fields.keys():
            shape = tuple(sorted((field, len(values)) for field, values in message.fields.items()))
            shapes.setdefault(shape, []).append(message)
    check_size(name, sum(len(alike) * max(width for _, width in shape) for shape, alike in shapes.items()))
    return tuple(
        Block(
            np.array([message.place for message in alike], dtype=np.int64),
            np.array([message.n_records for message in alike], dtype=np.int64),
            {field: np.array([message.fields[field] for message in alike], dtype=np.float64) for field, _ in shape},
        )
        for shape, alike in shapes.items()
    )
