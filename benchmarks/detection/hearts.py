"""How far heart rate strays from the model in forward movement: stretches of real recordings, drawn by the clock.

Conventions: a stretch of `LENGTH_S` every `EVERY_S` of each recording with speed, cadence and heart rate in which direction can be told;
none of them is known to be backward. What is left after the error of measuring is `HEART_BOUT_SD_BPM` of the calibration.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from benchmarks.detection.corpus import activities, folder
from importer.detect.baseline import forward_share
from importer.detect.heart import Seen, heart_excess
from importer.detect.tagging import trace
from importer.values.activity import Activity

LENGTH_S: Final = 90
EVERY_S: Final = 300
#: rows at either end that are left out: the fit looks before and behind
_MARGIN_S: Final = 400
_NEEDS: Final = ("heart_rate_bpm", "cadence_spm", "speed_mps")


def report() -> str:
    """Say in a line how far heart rate strays."""
    path = folder()
    if path is None:
        return "heart rate: no corpus here (RETRO_CORPUS names it)"
    found = [seen for seen in map(_strays, activities(path)) if seen]
    all_seen = [one for seen in found for one in seen]
    if not all_seen:
        return "heart rate: no recording of the corpus tells it"
    values = np.array([one.value for one in all_seen])
    sd, error = float(values.std()), float(np.median([one.sd for one in all_seen]))
    low, high = np.percentile(values, [5, 95])
    return (
        f"heart rate: {len(values)} forward stretches of {LENGTH_S} s in {len(found)} real recordings: mean {values.mean():+.1f} bpm, "
        f"SD {sd:.1f}, 5 to 95 % {low:+.0f} to {high:+.0f}; the error of measuring is {error:.1f}, "
        f"which leaves {math.sqrt(max(sd**2 - error**2, 0.0)):.1f}"
    )


def _strays(activity: Activity) -> list[Seen]:
    """Give the excess of stretches of one recording."""
    if any(name not in activity.columns for name in _NEEDS):
        return []
    found = trace(activity, baseline=None).found
    grid = found.grid
    if found.cannot_tell is not None or grid.n < 2 * _MARGIN_S:
        return []
    is_forward = (forward_share(grid, found.line) > 0.5) | (forward_share(grid, found.line, is_walk=True) > 0.5)
    seen = []
    for first in range(_MARGIN_S, grid.n - _MARGIN_S, EVERY_S):
        rows = slice(first, first + LENGTH_S)
        if grid["is_moving"][rows].mean() > 0.95 and is_forward[rows].mean() > 0.7:
            seen.append(heart_excess(grid, first, first + LENGTH_S, is_forward=is_forward))
    return [one for one in seen if one is not None]
