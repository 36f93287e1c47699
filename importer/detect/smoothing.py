"""Running put into the generic smoother: five states, their emissions and how they follow each other.

Conventions: states in the order of `STATES`; a row without evidence leaves the state to its neighbours.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from importer.detect import calibration as cal
from importer.detect.hmm import smooth
from importer.values.activity import FloatArray
from importer.values.grid import Grid

#: forward run, forward walk, backward run, backward walk, still
STATES: Final = ("forward_run", "forward_walk", "backward_run", "backward_walk", "still")


def add_posteriors(grid: Grid, *, is_direction_told: bool) -> Grid:
    """Add `p_<state>` for every state of `STATES`: each row of them sums to 1.

    Where `is_direction_told` is false only gait and standstill are told apart, and no backward state has any weight.
    """
    if grid.n == 0:
        return grid.with_columns(**{f"p_{state}": np.zeros(0) for state in STATES})
    p = smooth(_emission(grid), _transition(is_direction_told), _initial(is_direction_told))
    return grid.with_columns(**{f"p_{state}": p[:, i].copy() for i, state in enumerate(STATES)})


def _emission(grid: Grid) -> FloatArray:
    """Log-likelihood of each row under each state, against forward running: (n, 5)."""
    run = np.minimum(grid["gait_nats"], 0.0)
    walk = np.minimum(-grid["gait_nats"], 0.0)
    # a second of standing or moving is plain to see: it counts whole, and a missing one not at all
    stands = -cal.MAX_SECOND_NATS * (grid["is_still"] > 0)
    moves = -cal.MAX_SECOND_NATS * (grid["is_moving"] > 0)
    out: FloatArray = np.stack(
        (run + stands, walk + stands, run + stands + grid["run_nats"], walk + stands + grid["walk_nats"], moves), axis=1
    )
    return out


def _transition(is_direction_told: bool) -> FloatArray:  # noqa: FBT001 - one private flag
    """Log of the (5, 5) chances from second to second."""
    gait, still = 1 / cal.GAIT_LENGTH_S, 1 / cal.STILL_LENGTH_S
    turn = 1 / cal.FORWARD_LENGTH_S if is_direction_told else 0.0
    end = 1 / cal.BOUT_LENGTH_S
    same, other, backward, stop = cal.BOUT_END_SHARES
    back = cal.START_BACKWARD_SHARE if is_direction_told else 0.0
    chance = np.array(
        [
            [0.0, gait / 2, turn, turn * cal.TURN_WITH_GAIT_SHARE, gait / 2],
            [gait / 2, 0.0, turn * cal.TURN_WITH_GAIT_SHARE, turn, gait / 2],
            [end * same, end * other, 0.0, end * backward, end * stop],
            [end * other, end * same, end * backward, 0.0, end * stop],
            [still * (0.5 - back), still * (0.5 - back), still * back, still * back, 0.0],
        ]
    )
    np.fill_diagonal(chance, 1 - chance.sum(axis=1))
    with np.errstate(divide="ignore"):
        logs: FloatArray = np.log(chance)
    return logs


def _initial(is_direction_told: bool) -> FloatArray:  # noqa: FBT001 - one private flag
    run, walk, still, back = cal.FIRST_STATE_SHARES
    shares = (run, walk, back, back, still) if is_direction_told else (run + back, walk + back, 0.0, 0.0, still)
    with np.errstate(divide="ignore"):
        logs: FloatArray = np.log(np.array(shares))
    return logs
