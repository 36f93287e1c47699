"""Speed where a file has none: from its distance, or else from its positions.

Conventions: times in seconds, columns (n,) float64, NaN for missing; a speed belongs to the step that leads to its sample.
Nothing here smooths: that is for whoever knows what the speed is for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.readers.samples import gap_pauses
from importer.values.activity import FloatArray
from importer.values.channels import CHANNELS

#: m, mean radius of the earth. Source: WGS 84.
EARTH_RADIUS_M: Final = 6_371_008.8
#: s; over a longer step a derived speed says nothing of the moment
LONGEST_STEP_S: Final = 60.0


def derived_speed(t_s: FloatArray, columns: Mapping[str, FloatArray]) -> tuple[FloatArray | None, str]:
    """Give (n,) speed over the step that leads to each sample, from the distance or else the positions; NaN across holes."""
    distance = columns.get("distance_m")
    # a distance that never grows is no measurement: some programs write zeros
    if distance is not None and np.isfinite(distance).any() and np.nanmax(distance) > np.nanmin(distance):
        at = np.flatnonzero(np.isfinite(distance))
        return _rate(t_s, at, np.diff(distance[at])), "its distance"
    if "latitude_deg" not in columns or "longitude_deg" not in columns:
        return None, ""
    latitude, longitude = columns["latitude_deg"], columns["longitude_deg"]
    at = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    if len(at) < 2:
        return None, ""
    return _rate(t_s, at, haversine_m(latitude[at], longitude[at])), "its positions"


def haversine_m(latitude_deg: FloatArray, longitude_deg: FloatArray) -> FloatArray:
    """Give the great-circle distance between neighbours, (n - 1,), across the antimeridian too."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    half = np.sin(np.diff(latitude) / 2.0) ** 2 + np.cos(latitude[:-1]) * np.cos(latitude[1:]) * np.sin(np.diff(longitude) / 2.0) ** 2
    return np.asarray(2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def _rate(t_s: FloatArray, at: NDArray[np.intp], steps_m: FloatArray) -> FloatArray:
    intervals_s = np.diff(t_s[at])
    speed = steps_m / intervals_s
    shortest_hole_s = min((pause.end_s - pause.start_s for pause in gap_pauses(t_s[at])), default=math.inf)
    speed[(intervals_s >= shortest_hole_s) | (intervals_s > LONGEST_STEP_S)] = np.nan
    channel = CHANNELS["speed_mps"]
    speed[(speed < channel.low) | (speed > channel.high)] = np.nan
    out = np.full(len(t_s), np.nan)
    out[at[1:]] = speed
    out[at[0]] = speed[0]
    return out
