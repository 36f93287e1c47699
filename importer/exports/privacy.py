"""Where a session begins and ends, taken out of it: for exports that others see.

Conventions: with a position goes what would lead back to it: altitude, course, compass and the receiver's accuracy. Distance, speed and
all of the body stay. A hidden value is NaN; times and the number of samples stay as they are.
Nothing here touches the runner's own words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from importer.values.activity import Activity, FloatArray

#: what tells a place, or leads to one: course and compass with the speed lead back to the door, and altitude names the hill
PLACE: Final = ("latitude_deg", "longitude_deg", "altitude_m", "course_deg", "heading_deg", "gps_accuracy_m")
#: s; the first fix after switching on may be streets away, so that all positions of this long are taken for the start, and for the end
SETTLING_S: Final = 10.0
#: samples; fewer outside in a row are a slip of the receiver, and nobody has left
FEWEST_OUTSIDE: Final = 3
#: m; mean radius of WGS 84
EARTH_M: Final = 6_371_008.8


class Private(NamedTuple):
    """A recording without what was to be hidden, and how many samples lost a position."""

    activity: Activity
    n_hidden: int


def private(activity: Activity, *, no_position: bool = False, hide_start_m: float | None = None) -> Private:
    """Take all positions out of a recording, or those around its start and its end.

    Parameters
    ----------
    hide_start_m : m; positions go from the start on until the runner has left this distance from start and end, and from the moment
        when he comes back into it for the last time. None and 0 hide nothing.
    """
    columns = activity.columns
    if no_position:
        is_hidden = np.ones(len(activity), dtype=bool)
    elif hide_start_m and "latitude_deg" in columns and "longitude_deg" in columns:
        is_hidden = near_ends(activity, hide_start_m)
    else:
        return Private(activity, 0)
    n_hidden = int(np.count_nonzero(np.isfinite(columns["latitude_deg"]) & is_hidden)) if "latitude_deg" in columns else 0
    return Private(replace(activity, columns=hidden(columns, is_hidden)), n_hidden)


def near_ends(activity: Activity, radius_m: float) -> NDArray[np.bool_]:
    """Say of each sample whether it lies before the runner first left the surroundings of start and end, or after the last return: (n,).

    All is hidden where he never left them.
    """
    latitude, longitude = activity.columns["latitude_deg"], activity.columns["longitude_deg"]
    known = np.flatnonzero(np.isfinite(latitude) & np.isfinite(longitude))
    is_hidden = np.ones(len(activity), dtype=bool)
    if not len(known):
        return is_hidden
    t_s, latitude, longitude = activity.t_s[known], latitude[known], longitude[known]
    is_end = (t_s <= t_s[0] + SETTLING_S) | (t_s >= t_s[-1] - SETTLING_S)
    is_outside = np.ones(len(known), dtype=bool)
    for i in np.flatnonzero(is_end).tolist():
        is_outside &= metres_from(latitude[i], longitude[i], latitude, longitude) > radius_m
    away = np.flatnonzero(_lasting(is_outside))
    if len(away):
        is_hidden[known[away[0]] : known[away[-1]] + 1] = False
    return is_hidden


def hidden(columns: Mapping[str, FloatArray], is_hidden: NDArray[np.bool_]) -> dict[str, FloatArray]:
    """Give columns without `PLACE` where it is hidden; a channel of which nothing is left is left out."""
    kept = {name: np.where(is_hidden, np.nan, column) if name in PLACE else column for name, column in columns.items()}
    return {name: column for name, column in kept.items() if name not in PLACE or bool(np.isfinite(column).any())}


def metres_from(latitude_deg: float, longitude_deg: float, latitudes_deg: FloatArray, longitudes_deg: FloatArray) -> FloatArray:
    """Give the great-circle distance from one point to others, (n,) m."""
    here, there = np.radians(latitude_deg), np.radians(latitudes_deg)
    north, east = (there - here) / 2.0, np.radians(longitudes_deg - longitude_deg) / 2.0
    chord = np.sin(north) ** 2 + np.cos(here) * np.cos(there) * np.sin(east) ** 2
    metres: FloatArray = 2.0 * EARTH_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return metres


def _lasting(is_outside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Leave out runs of fewer than `FEWEST_OUTSIDE` samples outside: (n,)."""
    borders = np.flatnonzero(np.diff(np.concatenate(([False], is_outside, [False])).astype(np.int8)))
    lasting = np.zeros_like(is_outside)
    for first, end in zip(borders[::2].tolist(), borders[1::2].tolist(), strict=True):
        if end - first >= FEWEST_OUTSIDE:
            lasting[first:end] = True
    return lasting
