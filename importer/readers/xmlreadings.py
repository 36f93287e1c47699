"""Readings that stand in attributes of an XML activity file: texts in, float64 columns out, in batches.

Conventions: a row is one text for each column, `MISSING` where there is none; how a column's texts become numbers is its converter's
business (`xmltext.numbers`, `xmltext.moments`). Nothing here knows an element or a channel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from importer.readers.xmlpoints import BATCH, limit_error
from importer.values.activity import FloatArray

#: rows of one kind in a document: more than five hours at 100 Hz
MAX_READINGS: Final = 2_000_000

Converter = Callable[[Sequence[str]], FloatArray]


class Readings:
    """Rows of texts while they gather."""

    def __init__(self, *converters: Converter) -> None:
        self._converters = converters
        self._rows: list[tuple[str, ...]] = []
        self._parts: list[list[FloatArray]] = [[] for _ in converters]
        self._n_converted = 0

    def __len__(self) -> int:
        return self._n_converted + len(self._rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Readings):
            return NotImplemented
        return [column.tobytes() for column in self.columns()] == [column.tobytes() for column in other.columns()]

    __hash__ = None  # type: ignore[assignment]  # it grows

    def add(self, *texts: str) -> None:
        """Add a row, one text for each column."""
        if len(self) >= MAX_READINGS:
            raise limit_error(f"more than {MAX_READINGS:,} readings of a sensor")
        self._rows.append(texts)
        if len(self._rows) == BATCH:
            self._convert()

    def columns(self) -> list[FloatArray]:
        """Give the columns, (m,) each."""
        self._convert()
        for parts in self._parts:
            if len(parts) != 1:
                parts[:] = [np.concatenate(parts) if parts else np.empty(0)]
        return [parts[0] for parts in self._parts]

    def _convert(self) -> None:
        if not self._rows:
            return
        for parts, convert, texts in zip(self._parts, self._converters, zip(*self._rows, strict=True), strict=True):
            parts.append(convert(texts))
        self._n_converted += len(self._rows)
        self._rows.clear()
