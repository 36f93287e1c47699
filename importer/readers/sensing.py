"""Rows of a sensor, as a reader found them, to the series that an activity keeps.

Conventions: rows come with moments in UTC seconds since 1970, a series counts from its activity's start. Nothing here knows a format.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from importer.readers.recorded import SensorRows
from importer.values.sensors import SensorSeries

#: digits behind the point of a second: below lies the noise of the epoch's large numbers
_MICROSECONDS: Final = 6


def series(rows: SensorRows, start_unix_s: float, *, owns: tuple[float, float]) -> SensorSeries | None:
    """Give the samples of a sensor that lie within ``[owns[0], owns[1])``, in order of their time; None where there are none.

    Parameters
    ----------
    start_unix_s : the activity's start; samples before it have negative times.
    owns : UTC seconds.
    """
    mine = np.flatnonzero((rows.t_unix_s >= owns[0]) & (rows.t_unix_s < owns[1]))
    if not len(mine):
        return None
    t_s = np.round(rows.t_unix_s[mine] - start_unix_s, _MICROSECONDS)
    order = np.argsort(t_s, kind="stable")
    mine = mine[order]
    return SensorSeries(rows.kind, rows.unit, t_s[order], rows.x[mine], rows.y[mine], rows.z[mine])
