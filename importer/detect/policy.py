"""What is said of a probable stretch: accepted, suggested, or why not (design: detection policy).

Conventions: a `doubt` is a sentence that forbids a suggestion, None where nothing does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from importer.detect import calibration as cal
from importer.detect.measure import Bout
from importer.values.grid import Grid


def apply_policy(bouts: Sequence[Bout], grid: Grid, *, needs_belt_step: bool, is_own: bool = False) -> tuple[Bout, ...]:
    """Say of every probable bout whether anything forbids to suggest it, and whether it may be accepted.

    Parameters
    ----------
    needs_belt_step : a belt of unknown incline: only a step of cadence at its constant speed tells.
    is_own : the runner's own backward gait has been learnt from enough confirmed stretches.
    """
    probable = [bout for bout in bouts if bout.p >= cal.SUGGEST_P]
    judged = []
    for bout in bouts:
        if bout.p >= cal.SUGGEST_P:
            doubt = _doubt(bout, grid, probable, needs_belt_step=needs_belt_step)
            bout = bout._replace(doubt=doubt, is_accepted=is_own and doubt is None and bout.p_strict >= cal.ACCEPT_P)
        judged.append(bout)
    return tuple(judged)


def alike(bout: Bout, others: Sequence[Bout]) -> int:
    """Count the bouts of a like length and gait, the bout itself among them."""
    return sum(
        other.gait == bout.gait and max(other.length_s, bout.length_s) <= cal.SET_LENGTH_FACTOR * min(other.length_s, bout.length_s)
        for other in others
    )


def _doubt(bout: Bout, grid: Grid, probable: Sequence[Bout], *, needs_belt_step: bool) -> str | None:
    if bout.length_s < cal.MIN_SET_BOUT_S or (bout.length_s < cal.MIN_BOUT_S and alike(bout, probable) < cal.SET_SIZE):
        return f"only {bout.length_s} s long and not one of a set"
    if needs_belt_step:
        if bout.belt_step_ratio is None:
            return "no forward running at the same belt speed near it, and the incline is unknown"
        if bout.belt_step_ratio < cal.BELT_STEP_RATIO:
            return "cadence did not step at constant belt speed, and the incline is unknown"
        return None
    if np.isnan(grid["slope_ratio"][bout.first : bout.last]).mean() > 0.5:
        return "the slope here is unknown"
    return None
