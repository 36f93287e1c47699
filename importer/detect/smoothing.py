"""Running put into the generic smoother: five states, their emissions and how they follow each other.

Conventions: states in the order of `STATES`; a row without evidence leaves the state to its neighbours.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.features import shift, window_mean
from importer.detect.hmm import smooth
from importer.values.activity import Activity, FloatArray, SpeedBasis
from importer.values.grid import Grid

#: forward run, forward walk, backward run, backward walk, still
STATES: Final = ("forward_run", "forward_walk", "backward_run", "backward_walk", "still")

#: FIT lap triggers that the watch pulls by itself. Source: FIT profile, lap_trigger
AUTOMATIC_LAPS: Final = frozenset(
    {"time", "distance", "position_start", "position_lap", "position_waypoint", "position_marked", "session_end"}
)


def border_rows(activity: Activity, grid: Grid) -> NDArray[np.int64]:
    """Rows at which a change is likely: laps that the runner pressed, workout steps, pauses, hops on a belt: sorted.

    A lap that the watch makes by itself, every kilometre, says nothing.
    """
    at_s = [edge for lap in activity.laps if lap.trigger not in AUTOMATIC_LAPS for edge in (lap.start_s, lap.end_s)]
    at_s += [edge for pause in activity.pauses for edge in (pause.start_s, pause.end_s)]
    rows = np.round(np.array(at_s, dtype=np.float64)).astype(np.int64)
    if activity.speed_basis is SpeedBasis.BELT:
        rows = np.concatenate((rows, _hops(grid)))
    rows = np.unique(rows)
    return rows[(rows > 0) & (rows < grid.n)]


def _hops(grid: Grid) -> NDArray[np.int64]:
    """Rows at which the feet leave a belt that goes on at its speed, to turn round: cadence is gone for some seconds."""
    speed, cadence = grid.column("speed_mps"), grid.column("cadence_spm")
    usual = window_mean(cadence, window_s=cal.NEIGHBOUR_WINDOW_S)
    lag = cal.SPEED_CHANGE_LAG_S
    with np.errstate(invalid="ignore"):
        is_constant = np.abs(shift(speed, -lag) - shift(speed, lag)) <= cal.SAME_BELT_SPEED_MPS
        is_gone = is_constant & (speed > cal.STILL_SPEED_MPS) & (cadence < cal.HOP_RATIO * usual)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], is_gone.astype(np.int8), [0]))))
    first, last = edges[::2], edges[1::2]
    is_short = last - first <= cal.HOP_LONGEST_S
    return np.concatenate((first[is_short], last[is_short]))


def add_posteriors(grid: Grid, *, is_direction_told: bool, borders: NDArray[np.int64] | None = None) -> Grid:
    """Add `p_<state>` for every state of `STATES`: each row of them sums to 1.

    At `borders` a turn is as likely as not to be near: within `LAP_REACH_S` its chance is `LAP_TURN_CHANCE`.
    Where `is_direction_told` is false only gait and standstill are told apart, and no backward state has any weight.
    """
    if grid.n == 0:
        return grid.with_columns(p_sprint=np.zeros(0), **{f"p_{state}": np.zeros(0) for state in STATES})
    turn = 1 / cal.FORWARD_LENGTH_S if is_direction_told else 0.0
    usual = _transition(is_direction_told, turn=turn, end=1 / cal.BOUT_LENGTH_S)
    special = None
    if is_direction_told and borders is not None and len(borders):
        near = np.zeros(grid.n, dtype=bool)
        for away in range(-cal.LAP_REACH_S, cal.LAP_REACH_S + 1):
            near[np.clip(borders + away, 0, grid.n - 1)] = True
        special = (near, _transition(is_direction_told, turn=cal.LAP_TURN_CHANCE, end=cal.LAP_TURN_CHANCE))
    p = smooth(_emission(grid, is_direction_told=is_direction_told), usual, _initial(is_direction_told), special=special)
    grid = grid.with_columns(**{f"p_{state}": p[:, i].copy() for i, state in enumerate(STATES)})
    return grid.with_columns(p_sprint=_sprints(grid) if is_direction_told else np.zeros(grid.n))


def _sprints(grid: Grid) -> FloatArray:
    """Probability of a short backward bout in each row, from hardly smoothed evidence: (n,)."""
    chance = np.array([[1 - 1 / cal.SPRINT_EVERY_S, 1 / cal.SPRINT_EVERY_S], [1 / cal.SPRINT_LENGTH_S, 1 - 1 / cal.SPRINT_LENGTH_S]])
    emission = np.stack((np.zeros(grid.n), grid["sprint_nats"]), axis=1)
    p: FloatArray = smooth(emission, np.log(chance), np.log(np.array([0.99, 0.01])))[:, 1]
    return p


def _emission(grid: Grid, *, is_direction_told: bool) -> FloatArray:
    """Log-likelihood of each row under each state, against forward running: (n, 5)."""
    none = np.full(grid.n, -cal.MAX_SECOND_NATS)
    back_run, back_walk = (grid["run_nats"], grid["walk_nats"]) if is_direction_told else (none, none)
    run = np.minimum(grid["gait_nats"], 0.0)
    walk = np.minimum(-grid["gait_nats"], 0.0)
    # a second of standing or moving is plain to see: it counts whole, and a missing one not at all
    stands = -cal.MAX_SECOND_NATS * (grid["is_still"] > 0)
    moves = -cal.MAX_SECOND_NATS * (grid["is_moving"] > 0)
    out: FloatArray = np.stack((run + stands, walk + stands, run + stands + back_run, walk + stands + back_walk, moves), axis=1)
    return out


def _transition(is_direction_told: bool, *, turn: float, end: float) -> FloatArray:  # noqa: FBT001 - one private flag
    """Log of the (5, 5) chances from second to second."""
    gait, still = 1 / cal.GAIT_LENGTH_S, 1 / cal.STILL_LENGTH_S
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
