"""The points of an XML activity file while they gather: texts in batches, then float64 columns.

Conventions: column 0 is the time; missing is NaN, unreadable is infinity (which no channel allows, so that the cleaning counts it);
a column that no point has takes no memory (`xmltext.repeated`).
Nothing here knows an element, a sport or a channel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from importer.errors import CorruptFileError, ReadError, TooLargeError
from importer.readers.xmltext import MISSING, numbers, repeated, times
from importer.values.activity import FloatArray

#: points of a whole document, all tracks together
MAX_POINTS: Final = 5_000_000
#: points turned into columns at once: few enough to stay young for the garbage collector
BATCH: Final = 1024


class Vocabulary(NamedTuple):
    """The words of a format.

    `slot` gives the column of an element inside a point from (namespace, local name, root's namespace), None for others;
    column 0 is the time, and the point's two attributes follow it, where it has any.
    """

    root: str
    point: str
    attributes: tuple[str, str] | None
    n_slots: int
    slot: Callable[[str, str, str], int | None]
    #: local names of elements inside points whose attributes the sink wants to see; of points that are alike, one counts
    remarks: frozenset[str] = frozenset()
    #: ... and of those the ones that count in every point, so that no point behind the first of them is read by its shape
    readings: frozenset[str] = frozenset()


class Points(NamedTuple):
    """All points of a document in its order: times (n,), zones (n,) as `times` gives them, columns (n,)."""

    t_unix_s: FloatArray
    zone_s: FloatArray
    #: column 1.. of the vocabulary
    columns: list[FloatArray]
    #: None for a sound document, else what is wrong and from which byte on
    damage: CorruptFileError | None
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.t_unix_s)


class PointColumns:
    """Texts of points in, columns out."""

    def __init__(self, n_slots: int) -> None:
        #: rows of texts, one for each point, `n_slots` long; whoever fills it calls `drain` at `BATCH` rows
        self.rows: list[list[str]] = []
        self._texts: list[list[str]] = [[] for _ in range(n_slots)]
        self._columns: list[list[FloatArray]] = [[] for _ in range(n_slots)]
        self._zones: list[FloatArray] = []
        self._n_drained = 0
        self._may_underscore = False

    def __len__(self) -> int:
        return self._n_drained + len(self.rows)

    def add(self, n: int, texts: Mapping[int, Sequence[str]]) -> None:
        """Add `n` points at once: slot to the texts of that slot, (n,), without underscores; slots without texts are missing."""
        self.drain()
        self._count(n)
        for slot, column in enumerate(self._texts):
            column.extend(texts[slot] if slot in texts else (MISSING,) * n)
        if len(self._texts[0]) >= BATCH:
            self._convert()

    def drain(self) -> None:
        """Take the rows, and turn them into columns where they are a batch."""
        if not self.rows:
            return
        self._count(len(self.rows))
        self._may_underscore = True
        for column, texts in zip(self._texts, zip(*self.rows, strict=True), strict=True):
            column.extend(texts)
        self.rows.clear()
        if len(self._texts[0]) >= BATCH:
            self._convert()

    def finish(self) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
        """Give times, zones and columns of all points."""
        self.drain()
        self._convert()
        zone_s = _joined(self._zones, self._n_drained)
        return _joined(self._columns[0], self._n_drained), zone_s, [_joined(parts, self._n_drained) for parts in self._columns[1:]]

    def _count(self, n: int) -> None:
        self._n_drained += n
        if self._n_drained > MAX_POINTS:
            raise TooLargeError(
                f"the file has more than {MAX_POINTS:,} points",
                size_bytes=self._n_drained,
                limit_bytes=MAX_POINTS,
                remedy="split it, or export the activities one by one",
            )

    def _convert(self) -> None:
        if not self._texts[0]:
            return
        t_unix_s, zone_s = times(self._texts[0])
        self._columns[0].append(t_unix_s)
        self._zones.append(zone_s)
        for parts, texts in zip(self._columns[1:], self._texts[1:], strict=True):
            parts.append(numbers(texts, may_underscore=self._may_underscore))
        for texts in self._texts:
            texts.clear()
        self._may_underscore = False


def _joined(parts: list[FloatArray], n: int) -> FloatArray:
    """Give one column of its batches and forget them; a value that all batches repeat (`xmltext.repeated`) stays one value."""
    if n == 0:
        return np.empty(0)
    if all(part.strides == (0,) for part in parts):
        value, *others = (float(part[0]) for part in parts)
        if all(other == value or (math.isnan(other) and math.isnan(value)) for other in others):
            return repeated(value, n)
    column = np.concatenate(parts)
    parts.clear()
    return column


def limit_error(what: str) -> ReadError:
    """Give the error for a document over one of the limits."""
    return ReadError(f"the XML is no ordinary activity file: {what}", code="xml-limit", remedy="export the activity again")
