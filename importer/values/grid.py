"""One row per second: what the detector works on.

Conventions: row i stands for ``[start + i, start + i + 1)``; a column is (n,) float64 and read-only; NaN is missing.
`n_samples` counts the real samples behind each second (0 where a value was interpolated or is missing).
Features, log-likelihood ratios (``_nats``) and posteriors (``p_``) are columns too, so that any moment of the path
can be dumped, plotted and compared the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from importer.values.activity import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Per-second columns of one session.

    Parameters
    ----------
    start : aware UTC, the left border of row 0.
    n : number of rows (seconds).
    columns : name to (n,) float64.
    """

    start: datetime
    n: int
    columns: Mapping[str, FloatArray]

    def __post_init__(self) -> None:
        columns = {}
        for name, values in self.columns.items():
            array = np.asarray(values, dtype=np.float64)
            if array.shape != (self.n,):
                raise ValueError(f"Grid.columns[{name!r}]: shape {array.shape}, expected ({self.n},)")
            if array.flags.writeable:
                array = array.view()
                array.flags.writeable = False
            columns[name] = array
        object.__setattr__(self, "columns", columns)

    def __getitem__(self, name: str) -> FloatArray:
        return self.columns[name]

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def column(self, name: str) -> FloatArray:
        """Give a column, all NaN where the session does not have it: (n,)."""
        found = self.columns.get(name)
        return np.full(self.n, np.nan) if found is None else found

    def with_columns(self, **columns: FloatArray) -> Grid:
        """Give a richer grid; a name that exists is replaced."""
        return Grid(self.start, self.n, {**self.columns, **columns})
