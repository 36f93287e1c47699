"""How far the clocks of two recordings are apart, where the user says that they are of one session.

Conventions: the answer is what is added to the second clock to get the first, s. What the body does is trusted first, then the moments
at which belt and cadence change together, then the clocks themselves.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from importer.identity.compare import CHANNELS as COMPARED
from importer.identity.compare import CLOCK_S, ENOUGH_S, Verdict, compare, on_one_clock
from importer.identity.rules import ZONE_STEP_S, near
from importer.identity.series import shared, steps
from importer.values.activity import Activity

#: what `clock_shift_s` reads of the samples
CHANNELS: Final = (*COMPARED, "speed_mps")
#: correlation at which the sizes of changes go together: backward a slower belt may mean more steps. Assumption.
TOGETHER_R: Final = 0.4
_CHANGES: Final = (("speed_mps", "cadence_spm"), ("cadence_spm", "speed_mps"), ("speed_mps", "speed_mps"), ("cadence_spm", "cadence_spm"))


def clock_shift_s(a: Activity, b: Activity) -> float:
    """Estimate what is added to b's clock to get a's."""
    found = compare(a, b)
    if found.verdict is Verdict.SAME:
        return found.shift_s
    close = near(a, b)
    zone_s = close.zone_s if close is not None else _rough_s(a, b)
    best_r, best_s = TOGETHER_R, 0
    for name, other in _CHANGES:
        first, second = on_one_clock(a, b, name, zone_s, other)
        told = shared(np.abs(steps(first)), np.abs(steps(second)), lags_s=range(-CLOCK_S, CLOCK_S + 1))
        r = np.where((told.n >= ENOUGH_S) & ~np.isnan(told.r), told.r, -1.0)
        if float(r.max()) > best_r:
            best_r, best_s = float(r.max()), int(told.lags_s[int(np.argmax(r))])
    return zone_s + best_s


def _rough_s(a: Activity, b: Activity) -> float:
    """Give 0 where the two overlap as they are, else the nearest difference of zones that makes them, else that of their starts."""
    later_s = (b.start - a.start).total_seconds()
    for shift_s in (0.0, -ZONE_STEP_S * round(later_s / ZONE_STEP_S)):
        if later_s + shift_s < a.elapsed_s and later_s + shift_s + b.elapsed_s > 0:
            return shift_s
    return -later_s
