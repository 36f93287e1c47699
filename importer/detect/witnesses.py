"""What speaks beside cadence, for a whole stretch: contact time, its loss, heart rate. Measured here, weighed in nats.

Conventions: a stretch is ``[first, last)`` in rows of the grid; nats are log p(seen | backward) - log p(seen | forward),
exactly 0 where a channel is missing, or has not been shown to tell.
Not here, on purpose: step length, vertical ratio and contact share (algebra on the rest), power (a vendor's model of forward running).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.backward import Backward
from importer.detect.conjugate import Estimate
from importer.detect.heart import Seen
from importer.values.grid import Grid

#: FIT activity_type of walking
_WALKING: Final = 6.0


def contact_ratio(grid: Grid, first: int, last: int, *, is_forward: NDArray[np.bool_]) -> Seen | None:
    """Contact time of a stretch over that of forward running at its speed; None where either is missing."""
    if "stance_time_s" not in grid:
        return None
    contact, speed = grid["stance_time_s"], grid["speed_7s_mps"]
    usual = contact_line(grid, is_forward)
    here = contact[first:last]
    has = ~np.isnan(here) & ~np.isnan(speed[first:last])
    if usual is None or has.sum() < cal.CONFIRMED_MIN_S:
        return None
    level, at_mps = usual
    expected = level + cal.CONTACT_SLOPE_S_PER_MPS * (speed[first:last][has] - at_mps)
    away = abs(float(speed[first:last][has].mean()) - at_mps)
    return Seen(float((here[has] / np.maximum(expected, level / 2)).mean()), 0.5 * abs(cal.CONTACT_SLOPE_S_PER_MPS) * away / level)


def contact_line(grid: Grid, is_forward: NDArray[np.bool_]) -> tuple[float, float] | None:
    """Mean contact time, s, and speed, m/s, of forward running; None where too little is there."""
    if "stance_time_s" not in grid:
        return None
    use = is_forward & ~np.isnan(grid["stance_time_s"]) & ~np.isnan(grid["speed_7s_mps"])
    if use.sum() < cal.BASELINE_SECONDS / 4:
        return None
    return float(grid["stance_time_s"][use].mean()), float(grid["speed_7s_mps"][use].mean())


def contact_nats(seen: Seen | None, expected: Backward, *, device: str | None) -> tuple[float, float]:
    """Weigh contact time for backward, and for a drill: only of the device that was found to tell for this runner."""
    if seen is None or expected.contact_ratio is None or device is None or device != expected.contact_device:
        return 0.0, 0.0
    most = cal.MAX_BOUT_NATS / 2
    drill = Estimate(cal.DRILL_CONTACT_RATIO, cal.DRILL_CONTACT_RATIO_SD)
    backward = _weigh(seen, expected.contact_ratio, bout_sd=cal.CONTACT_BOUT_SD, usual=1.0, most=most)
    return backward, _weigh(seen, drill, bout_sd=cal.CONTACT_BOUT_SD, usual=1.0, most=most)


def lost_nats(grid: Grid, first: int, last: int, *, is_forward: NDArray[np.bool_]) -> float:
    """Weigh whether the watch took a running stretch for walking: contact time missing, or activity type walking, where it usually runs."""
    lost = np.zeros(grid.n, dtype=bool)
    told = np.zeros(grid.n, dtype=bool)
    if "stance_time_s" in grid and not np.isnan(grid["stance_time_s"]).all():
        told[:] = True
        lost |= np.isnan(grid["stance_time_s"])
    if "activity_type" in grid:
        kind = grid["activity_type"]
        told |= ~np.isnan(kind)
        lost |= kind == _WALKING
    use = is_forward & told
    if use.sum() < cal.BASELINE_SECONDS / 4 or not told[first:last].any():
        return 0.0
    # a device that loses it forward as well says little; one that keeps it says nothing: most never take a runner for a walker
    forward = max(float(lost[use].mean()), cal.CONTACT_LOST_FORWARD)
    is_lost = float(lost[first:last].mean()) > 0.5
    if not is_lost or forward >= cal.CONTACT_LOST_BACKWARD:
        return 0.0
    return min(cal.CONTACT_LOST_MOST_NATS, math.log(cal.CONTACT_LOST_BACKWARD / forward))


def heart_nats(seen: Seen | None, expected: Backward) -> float:
    """Weigh heart rate."""
    if seen is None:
        return 0.0
    return _weigh(seen, expected.heart_bpm, bout_sd=cal.HEART_BOUT_SD_BPM, usual=0.0, most=cal.HEART_MOST_NATS)


def _weigh(seen: Seen, expected: Estimate, *, bout_sd: float, usual: float, most: float) -> float:
    """Log density of a measured number backward over forward, bounded on both sides."""
    backward = math.hypot(expected.sd, bout_sd, seen.sd)
    forward = math.hypot(bout_sd, seen.sd)
    nats = _log_normal(seen.value, expected.mean, backward) - _log_normal(seen.value, usual, forward)
    # an excess in the wrong direction is no evidence for backward, however wide its curve is
    if (seen.value - usual) * (expected.mean - usual) <= 0:
        nats = min(nats, 0.0)
    return max(-most, min(most, nats))


def _log_normal(x: float, mean: float, sd: float) -> float:
    return -0.5 * ((x - mean) / sd) ** 2 - math.log(sd)
