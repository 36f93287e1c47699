"""What is drawn of a session: some hundreds of points in time and the way on the ground, small enough for a thousand in one page.

Conventions: a segment is cut into cells of one length, so that no cell lies across a border; a cell's value is the mean of its seconds,
None where nothing was measured. The way is in metres east and north of its middle, on a plane. Nothing here draws.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.features import add_features
from importer.detect.resample import resample
from importer.values.activity import Activity, FloatArray
from importer.values.session import Direction, Standing

if TYPE_CHECKING:
    from importer.store import SegmentRecord

#: cells of a session, but every segment has some: the more the finer, and the larger the page
CELLS: Final = 160
LEAST_CELLS: Final = 3
#: points of the way
WAY_POINTS: Final = 160
#: column of the grid, its name in the page, and what a byte of it stands for: from, and how much a step. 255 is missing.
SIGNALS: Final[Mapping[str, tuple[str, float, float]]] = {
    "speed": ("speed_7s_mps", 0.0, 0.03),
    "cadence": ("cadence_7s_spm", 0.0, 1.0),
    "heart_rate": ("heart_rate_bpm", 0.0, 1.0),
    "grade": ("slope_ratio", -0.254, 0.002),
}
_MISSING: Final = 255
#: radius of the earth, m
_EARTH_M: Final = 6_371_000.0
#: steps along the longer side of the way
_WAY_STEPS: Final = 4000
#: a border that should be a whole second is one, s
_ROUNDING_S: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Drawn:
    """A session as it is drawn: `spans` (start_s, end_s, what, number of cells), signals with a value for each cell, and the way.

    `way` holds (t_s, east_m, north_m), (k,) each; None without positions.
    """

    spans: tuple[tuple[float, float, str, int], ...]
    signals: Mapping[str, FloatArray]
    way: tuple[FloatArray, FloatArray, FloatArray] | None


def what_of(segment: SegmentRecord) -> str:
    """Give how a segment is marked: accepted, suggested, forward, still or unknown."""
    if segment.direction is Direction.BACKWARD:
        return "accepted" if segment.standing is Standing.ACCEPTED else "suggested"
    return str(segment.direction)


def drawn(activity: Activity, segments: Sequence[SegmentRecord]) -> Drawn:
    """Cut a session into cells."""
    grid = add_features(resample(activity), activity)
    total_s = sum(one.end_s - one.start_s for one in segments)
    spans = []
    for one in segments:
        length_s = one.end_s - one.start_s
        n_cells = max(LEAST_CELLS, round(CELLS * length_s / total_s))
        spans.append((one.start_s, one.end_s, what_of(one), min(n_cells, max(1, int(length_s)))))
    first, last = _rows(spans, len(grid["is_paused"]))
    is_paused = grid["is_paused"] > 0
    signals = {}
    for name, (column, _, _) in SIGNALS.items():
        values = np.where(is_paused, np.nan, grid.column(column))
        if not np.isnan(values).all():
            signals[name] = _means(values, first, last)
    if "grade" in signals and np.nanmax(np.abs(signals["grade"]), initial=0.0) < cal.HILL_GRADE_RATIO:
        del signals["grade"]  # flat: nothing to see
    return Drawn(tuple(spans), signals, _way(grid.column("latitude_deg"), grid.column("longitude_deg")))


def _rows(spans: Sequence[tuple[float, float, str, int]], n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the first row of each cell and the row behind it."""
    edges = [np.linspace(start_s, end_s, n_cells + 1) for start_s, end_s, _, n_cells in spans]
    first = np.concatenate([np.floor(one[:-1] + _ROUNDING_S) for one in edges] or [np.empty(0)]).astype(np.int64)
    last = np.concatenate([np.floor(one[1:] + _ROUNDING_S) for one in edges] or [np.empty(0)]).astype(np.int64)
    first = np.minimum(first, max(0, n - 1))
    return first, np.minimum(np.maximum(last, first + 1), n)


def _means(values: FloatArray, first: NDArray[np.int64], last: NDArray[np.int64]) -> FloatArray:
    is_there = ~np.isnan(values)
    total = np.concatenate(([0.0], np.cumsum(np.where(is_there, values, 0.0))))
    count = np.concatenate(([0], np.cumsum(is_there)))
    n = count[last] - count[first]
    means = np.full(len(first), np.nan)
    np.divide(total[last] - total[first], n, out=means, where=n > 0)
    return means


def _way(latitude_deg: FloatArray, longitude_deg: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Give points of the way, evenly spread over the seconds that have a position."""
    rows = np.flatnonzero(~np.isnan(latitude_deg) & ~np.isnan(longitude_deg))
    if len(rows) < 2:
        return None
    rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(WAY_POINTS, len(rows))).round().astype(np.int64))]
    latitude, longitude = np.radians(latitude_deg[rows]), np.unwrap(np.radians(longitude_deg[rows]))
    middle_lat, middle_lon = (float(one.min() + one.max()) / 2 for one in (latitude, longitude))
    east_m: FloatArray = _EARTH_M * (longitude - middle_lon) * math.cos(middle_lat)
    north_m: FloatArray = _EARTH_M * (latitude - middle_lat)
    t_s: FloatArray = rows.astype(np.float64) + 0.5
    return t_s, east_m, north_m


def packed(session: Drawn) -> dict[str, Any]:
    """Give what session.js unpacks (`unpacked` is the same in Python, for tests): bytes in base64."""
    out: dict[str, Any] = {
        "spans": [[round(start_s, 1), round(end_s, 1), what, n_cells] for start_s, end_s, what, n_cells in session.spans],
        "signals": {},
    }
    for name, values in session.signals.items():
        _, low, step = SIGNALS[name]
        codes = np.where(np.isnan(values), _MISSING, np.clip(np.round((np.nan_to_num(values) - low) / step), 0, _MISSING - 1))
        out["signals"][name] = {"low": low, "step": step, "bytes": _text(codes.astype(np.uint8))}
    if session.way is not None:
        t_s, east_m, north_m = session.way
        longest_m = max(np.ptp(east_m), np.ptp(north_m), 1.0)
        step_m = float(longest_m / _WAY_STEPS)
        out["way"] = {
            "step": round(step_m, 6),
            "t": _text(np.diff(t_s.round().astype(np.int64), prepend=0).clip(0, 65535).astype("<u2")),
            "east": _text(np.round(east_m / step_m).astype("<i2")),
            "north": _text(np.round(north_m / step_m).astype("<i2")),
        }
    return out


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(values.tobytes()).decode("ascii")


def points(session: Drawn) -> list[dict[str, Any]]:
    """Give a row for each cell, as the figures take them: the middle of the cell, s, its span's number, and the signals."""
    rows: list[dict[str, Any]] = []
    for number, (start_s, end_s, what, n_cells) in enumerate(session.spans):
        width_s = (end_s - start_s) / n_cells
        for i in range(n_cells):
            at = len(rows)
            row: dict[str, Any] = {"t": start_s + (i + 0.5) * width_s, "span": number, "what": what}
            for name, values in session.signals.items():
                value = float(values[at])
                row[name] = None if np.isnan(value) else value
            rows.append(row)
    return rows


def way_points(session: Drawn) -> list[dict[str, Any]]:
    """Give a row for each point of the way, in order; a point where the marking changes ends one part and begins the next."""
    if session.way is None:
        return []
    rows: list[dict[str, Any]] = []
    ends = np.array([end_s for _, end_s, _, _ in session.spans])
    for t_s, east_m, north_m in zip(*(column.tolist() for column in session.way), strict=True):
        number = min(int(np.searchsorted(ends, t_s, side="right")), len(ends) - 1)
        what = session.spans[number][2]
        here = {"t": t_s, "east": east_m, "north": north_m}
        if rows and rows[-1]["what"] != what:
            rows.append({**here, "what": rows[-1]["what"], "part": rows[-1]["part"]})
        part = rows[-1]["part"] + (rows[-1]["what"] != what) if rows else 0
        rows.append({**here, "what": what, "part": part})
    return rows
