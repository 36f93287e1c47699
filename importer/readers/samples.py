"""The cleaning every reader shares: irregular, dirty samples in, strictly increasing ones and counts out.

Conventions: times are UTC seconds since 1970; a column is (n,) float64 with NaN for missing; a count is made for
everything that is dropped, merged or set to missing, and only what happened is counted.
Nothing here interpolates, smooths or knows a format.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.values.activity import FloatArray, Pause, PauseKind
from importer.values.channels import CHANNELS
from importer.values.statistics import median

#: s; a longer hole separates two recordings (a FR225 of the corpus has one of 20 days). Source: measurement.
JUMP_S: Final = 6 * 3600.0
#: s; without timer events a hole longer than this is a pause.
GAP_PAUSE_S: Final = 10.0
#: ... and longer than this many median intervals, as smart recording writes every 5 to 8 s. Source: measurement.
GAP_PAUSE_INTERVALS: Final = 5.0
#: s since 1970; from 1970 to 2200: beyond it a time is a fault, and later arithmetic would leave what a datetime can hold.
TIME_RANGE_S: Final = (0.0, 7_258_118_400.0)
#: deg; both coordinates within it are "no position" as several exporters write it (0, 0 or -8e-8).
NULL_ISLAND_DEG: Final = 1e-6


class CleanSamples(NamedTuple):
    """Samples as the rest of the program may rely on them: `t_unix_s` (n,) strictly increasing, columns (n,)."""

    t_unix_s: FloatArray
    columns: dict[str, FloatArray]
    counts: dict[str, int]


def clean(t_unix_s: FloatArray, columns: Mapping[str, FloatArray]) -> CleanSamples:
    """Drop impossible times, sort, merge samples of one time, and turn impossible values into missing ones.

    Parameters
    ----------
    t_unix_s : (n,) UTC seconds, in any order, NaN where the time is missing.
    columns : channel name to (n,) values in the channel's unit; not changed.

    Returns
    -------
    CleanSamples
        Counts are ``bad_time`` (samples dropped), ``inversions`` (steps back in time, sorted stably),
        ``duplicate_seconds`` (samples merged into another of the same time; for each column the last value that is
        not missing stays), ``bad_coord`` (positions dropped) and ``bad_<channel>`` (values outside the channel's range).
    """
    counts: dict[str, int] = {}
    t = np.asarray(t_unix_s, dtype=np.float64)
    in_range = (t >= TIME_RANGE_S[0]) & (t <= TIME_RANGE_S[1])
    order: NDArray[np.intp] | None = None
    if not in_range.all():
        order = np.flatnonzero(in_range)
        counts["bad_time"] = len(t) - len(order)
        t = t[order]
    steps = np.diff(t)
    inversions = int(np.count_nonzero(steps < 0))
    if inversions:
        counts["inversions"] = inversions
        sorting = np.argsort(t, kind="stable")
        order = sorting if order is None else order[sorting]
        t = t[sorting]
        steps = np.diff(t)
    kept = {name: (np.asarray(values, dtype=np.float64) if order is None else values[order]) for name, values in columns.items()}
    kept = _within_range(kept, counts)
    n_same = int(np.count_nonzero(steps == 0))
    if n_same:
        counts["duplicate_seconds"] = n_same
        starts = np.flatnonzero(np.concatenate(([True], steps > 0)))
        kept = {name: _last_present(values, starts) for name, values in kept.items()}
        t = t[starts]
    return CleanSamples(t, kept, counts)


def split_at_jumps(t_unix_s: FloatArray) -> list[slice]:
    """Give the slices between holes longer than `JUMP_S`: one slice for an ordinary recording, none for no samples."""
    if not len(t_unix_s):
        return []
    borders = [0, *(np.flatnonzero(np.diff(t_unix_s) > JUMP_S) + 1).tolist(), len(t_unix_s)]
    return [slice(a, b) for a, b in itertools.pairwise(borders)]


def gap_pauses(t_s: FloatArray) -> tuple[Pause, ...]:
    """Give the holes that stand for pauses where the file has no timer events.

    Parameters
    ----------
    t_s : (n,) strictly increasing, seconds.
    """
    if len(t_s) < 2:
        return ()
    steps = np.diff(t_s)
    limit_s = max(GAP_PAUSE_S, GAP_PAUSE_INTERVALS * median(steps))
    return tuple(Pause(float(t_s[i]), float(t_s[i + 1]), PauseKind.GAP) for i in np.flatnonzero(steps > limit_s))


def _within_range(columns: dict[str, FloatArray], counts: dict[str, int]) -> dict[str, FloatArray]:
    """Turn values outside their channel's range into NaN, positions as pairs; count into `counts`."""
    kept = {}
    for name, values in columns.items():
        channel = CHANNELS[name]
        # a comparison with NaN is False, so that "outside" leaves missing values alone
        outside = (values < channel.low) | (values > channel.high)
        n_bad = int(np.count_nonzero(outside))
        if n_bad:
            values = np.where(outside, np.nan, values)
            if name not in ("latitude_deg", "longitude_deg"):
                counts[f"bad_{name}"] = n_bad
        kept[name] = values
    if "latitude_deg" in kept and "longitude_deg" in kept:
        latitude, longitude = kept["latitude_deg"], kept["longitude_deg"]
        unusable = np.isnan(latitude) | np.isnan(longitude) | ((abs(latitude) < NULL_ISLAND_DEG) & (abs(longitude) < NULL_ISLAND_DEG))
        stated = ~(np.isnan(columns["latitude_deg"]) & np.isnan(columns["longitude_deg"]))
        n_bad = int(np.count_nonzero(unusable & stated))
        if n_bad:
            counts["bad_coord"] = n_bad
            kept["latitude_deg"] = np.where(unusable, np.nan, latitude)
            kept["longitude_deg"] = np.where(unusable, np.nan, longitude)
    return kept


def _last_present(values: FloatArray, starts: NDArray[np.intp]) -> FloatArray:
    """Give for each group ``[starts[i], starts[i + 1])`` its last value that is not NaN: (len(starts),)."""
    present = np.where(np.isnan(values), -1, np.arange(len(values)))
    last = np.maximum.reduceat(present, starts)
    return np.where(last >= starts, values[last], np.nan)
