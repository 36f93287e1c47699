"""Does one recording hold all that another one of the same session says? Only then may it take its place.

Conventions: both are recordings of one session, the other one is moved to the clock of the first by `from_s`. A copy in another format
rounds, so values may differ by `TOLERANCES`; a channel that the first one lacks, or has more rarely, is a loss.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from importer.identity.rules import is_exact
from importer.values.activity import Activity, FloatArray

#: what no two bodies and no two places share, and by how much a copy in another format may be off. Assumption: TCX and GPX write whole
#: strides and whole beats, and seven digits of a degree
TOLERANCES: Final = {"heart_rate_bpm": 1.0, "cadence_spm": 2.0, "latitude_deg": 2e-5, "longitude_deg": 4e-5}
#: share of values that must agree. Source: formats.md 5.3, for times and points
AGREE_SHARE: Final = 0.95
#: share of the samples that must have their like, and how near in time, s. Assumption: an export drops the odd sample, and rounds
COVER_SHARE: Final = 0.99
NEAR_S: Final = 1.0
#: values that must be compared before two are copies of each other, where no serial number tells. Assumption: half a minute
FEWEST: Final = 30


def losses(first: Activity, other: Activity, *, from_s: float) -> tuple[str, ...]:
    """Say what would be lost if the first recording stood for the other one; nothing where all of it is there.

    Parameters
    ----------
    from_s : seconds on the first one's clock at which the other one starts.
    """
    found = [*_channels(first, other, from_s=from_s), *_marks(first, other)]
    if not found and not is_exact(first, other) and _n_compared(first, other, from_s=from_s) < FEWEST:
        found.append("nothing in both to tell that one is a copy of the other")
    return tuple(found)


def _channels(first: Activity, other: Activity, *, from_s: float) -> list[str]:
    found = []
    for name, values in other.columns.items():
        is_there = np.isfinite(values)
        if not is_there.any():
            continue
        rows, is_near = _beside(first, name, other.t_s[is_there] + from_s)
        words = name.rpartition("_")[0].replace("_", " ")
        if np.mean(is_near) < COVER_SHARE:
            lost = f"{1 - np.mean(is_near):.0%} of the {words}" if is_near.any() else words
            found.append(lost)
        elif name in TOLERANCES:
            apart = np.abs(first.columns[name][rows] - values[is_there])[is_near]
            if np.mean(apart <= TOLERANCES[name]) < AGREE_SHARE:
                found.append(f"{words} is another")
    return found


def _beside(
    first: Activity, name: str, at_s: FloatArray
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Give the row of the first recording that is nearest to each moment and has the channel, and whether it is near: (n,) each."""
    column = first.columns.get(name)
    told = np.flatnonzero(np.isfinite(column)) if column is not None else np.empty(0, dtype=np.int64)
    if not len(told):
        return np.zeros(len(at_s), dtype=np.int64), np.zeros(len(at_s), dtype=np.bool_)
    times = first.t_s[told]
    after = np.clip(np.searchsorted(times, at_s), 0, len(times) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(np.abs(times[before] - at_s) < np.abs(times[after] - at_s), before, after)
    return told[nearest], np.abs(times[nearest] - at_s) <= NEAR_S + 1e-6


def _n_compared(first: Activity, other: Activity, *, from_s: float) -> int:
    return max(
        (
            int(_beside(first, name, other.t_s[np.isfinite(other.columns[name])] + from_s)[1].sum())
            for name in TOLERANCES
            if name in other.columns
        ),
        default=0,
    )


def _marks(first: Activity, other: Activity) -> list[str]:
    """Name what stands beside the samples and is not there."""
    found = []
    if len(other.laps) > max(1, len(first.laps)):
        found.append(f"{len(other.laps)} laps")
    if len(other.splits) > len(first.splits):
        found.append(f"{len(other.splits)} splits")
    kinds = {series.kind for series in other.sensors if len(series.t_s)} - {series.kind for series in first.sensors if len(series.t_s)}
    found += sorted(str(kind) for kind in kinds)
    if other.beats is not None and first.beats is None:
        found.append("heart beats")
    return found
