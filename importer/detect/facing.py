"""Facing: compass against course. Which way does the runner look while he moves?

Conventions: delta = heading - course; the mounting offset is delta while going forward, drifting slowly; rows are seconds of the grid;
a row without heading or course says nothing.
A recording shows two facings half a turn apart. Which of them is forward the signals do not say: `sides` asks what the runner
declared or confirmed, his earlier sessions, and then, never with certainty, what most sessions are like.
On a treadmill there is no course, and the room stands still: there the heading itself takes the place of delta.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.angles import resultant, spread_of, wrap
from importer.detect.course import find_course
from importer.detect.faced import Facing, FacingSpan
from importer.detect.features import runs_of
from importer.detect.heading import Heading, find_heading
from importer.detect.sides import Side, choose_side
from importer.detect.turns import BINS_RAD, BLOCK_S, N_BINS, Chain, Seen, Swing, Turns, log_ratio, look
from importer.values.activity import Activity, Environment, FloatArray
from importer.values.grid import Grid
from importer.values.session import Baseline, Claim
from importer.values.statistics import median

#: seconds around a row with heading and course that they tell too: the longest hole the grid bridges, halved
_REACH_S = 5
#: lags at which an angle no longer remembers its swing, s
_FAR_LAGS_S = (16, 20, 24)
#: lags over which an axis of a room must stay, s
_ROOM_LAGS_S = (200, 300, 400)
#: lags over which a course turns, s
_TURNING_LAGS_S = (30, 60, 120, 240, 480)


class _Doubts(NamedTuple):
    """What speaks against accepting: a wide spread of heading, and what forbids it altogether, None where nothing does."""

    spread_deg: float
    hindrance: str | None


def find_facing(grid: Grid, activity: Activity, *, claims: tuple[Claim, ...] = (), earlier: Baseline | None = None) -> Facing | None:
    """Compare heading with course, second by second; None where a recording has too little of either.

    Parameters
    ----------
    grid : with the columns of `features.add_features`.
    claims : what the runner declared or confirmed.
    earlier : the runner's history, whose offset (where it has one) was fixed by his own words.
    """
    heading = find_heading(grid, activity)
    if heading is None or activity.environment is Environment.ELLIPTICAL:
        return None
    is_room = activity.environment is Environment.TREADMILL
    found = _delta(grid, heading, is_room=is_room)
    if found is None:
        return None
    delta, error = found
    told_s = int(np.isfinite(delta).sum())
    if told_s < cal.FACING_MIN_S or (not is_room and _is_copy(delta)):
        return None
    swing = _first_guess(delta, error)
    seen = look(delta, error, swing)
    chain = _chain(seen, swing, (1 / cal.FACING_STAY_S, 1 / cal.FACING_STAY_S))
    anchor = _anchor(chain.offsets(anchor=(0, np.ones(N_BINS))))
    turns = chain.turns(anchor=anchor)
    refined = _refined(delta, error, turns)
    if refined is None:
        return None
    swing = refined
    side = choose_side(turns.p, _offset_track(turns.offset), grid, has=np.isfinite(delta), claims=claims, earlier=earlier, is_room=is_room)
    if side.nats < 0:
        anchor = (anchor[0], np.roll(anchor[1], N_BINS // 2))
    seen = look(delta, error, swing)
    turns = _chain(seen, swing, (1 / cal.FACING_FORWARD_S, 1 / cal.FACING_BACKWARD_S)).turns(anchor=anchor)
    return _facing(grid, seen, swing, turns, side=side, told_s=told_s, is_room=is_room)


def _facing(grid: Grid, seen: Seen, swing: Swing, turns: Turns, *, side: Side, told_s: int, is_room: bool) -> Facing:
    sure = 1 / (1 + np.exp(-abs(side.nats)))
    p = sure * turns.p + (1 - sure) * (1 - turns.p)
    has = np.isfinite(seen.angle_rad)
    p = np.where(_is_near(has), p, np.nan)
    offset = sure * turns.offset + (1 - sure) * np.roll(turns.offset, N_BINS // 2, axis=1)
    blocks = np.repeat(_offset_track(turns.offset), BLOCK_S)[: len(has)]
    total = math.hypot(swing.sd_rad, median(seen.error_rad[has]))
    return Facing(
        p_backward=p,
        nats=log_ratio(seen, swing, offset),
        offset_deg=float(np.degrees(np.angle(resultant(blocks[has])))),
        offset_basis=side.basis,
        is_fixed=side.is_fixed,
        spread_deg=math.degrees(total),
        spans=_spans(p, has, grid, turn_p=turns.p, doubts=_Doubts(math.degrees(total), _hindrance(side, is_room=is_room))),
        told_s=told_s,
        is_room=is_room,
        side_nats=abs(side.nats),
    )


def _delta(grid: Grid, heading: Heading, *, is_room: bool) -> tuple[FloatArray, FloatArray] | None:
    """Heading against the course, or against the room, and the course's error: (n,) rad each.

    None where the heading does not follow the course: turning with it must leave delta alone, and change the heading.
    """
    moves = grid["is_moving"] > 0
    seen = np.where(moves, heading.rad, np.nan)
    if is_room:
        return (seen, np.zeros(grid.n)) if _has_axis(seen) else None
    course = find_course(grid)
    delta = wrap(seen - course.rad)
    if heading.can_be_mirrored:
        mirrored = wrap(-seen - course.rad)
        delta = mirrored if _steadiness(mirrored) > _steadiness(delta) else delta
    if _steadiness(np.where(np.isnan(delta), np.nan, seen)) > _steadiness(delta) + cal.COMPASS_FOLLOWS_MARGIN:
        return None
    return delta, np.where(np.isnan(delta), 0.0, course.error_rad)


def _has_axis(heading: FloatArray) -> bool:
    """Tell whether headings keep to one axis of a room for the whole session: someone who runs about in it turns all the time."""
    near, far = (_agreement(2 * heading, *lags) for lags in (_FAR_LAGS_S, _ROOM_LAGS_S))
    return near >= cal.ROOM_AXIS_MIN and far >= cal.ROOM_AXIS_KEPT_RATIO * near


def _steadiness(angle_rad: FloatArray) -> float:
    """How well an angle agrees with itself over the lags within which a way turns, -1 to 1; half turns lower it, whatever the angle."""
    return _agreement(angle_rad, *_TURNING_LAGS_S)


def _agreement(angle_rad: FloatArray, *lags_s: int) -> float:
    """Mean cosine of the change over some lags, 0 where nothing is that far apart."""
    means = []
    for lag_s in lags_s:
        change = angle_rad[lag_s:] - angle_rad[:-lag_s]
        change = change[~np.isnan(change)]
        if len(change):
            means.append(float(np.cos(change).mean()))
    return sum(means) / len(means) if means else 0.0


def _is_copy(delta: FloatArray) -> bool:
    """Tell a "heading" that is the course under another name."""
    return median(np.abs(delta[~np.isnan(delta)])) < math.radians(cal.COPY_OF_COURSE_DEG)


def _first_guess(delta: FloatArray, error: FloatArray) -> Swing:
    """Spread and correlation of the swing from how soon the angle forgets itself; half turns make it look wider at most."""
    return _swing(delta, error, max(_agreement(delta, *_FAR_LAGS_S), 1e-3))


def _refined(delta: FloatArray, error: FloatArray, turns: Turns) -> Swing | None:
    """Spread and correlation of the swing around what was found; None where it points anywhere."""
    middle = np.repeat(_offset_track(turns.offset), BLOCK_S)[: len(delta)]
    away = wrap(delta - middle - np.pi * (turns.p > 0.5))
    length = float(resultant(away).real)
    if np.degrees(spread_of(length)) > cal.SWING_SD_DEG[1]:
        return None
    return _swing(away, error, length)


def _swing(angle_rad: FloatArray, error: FloatArray, length: float) -> Swing:
    """Spread from the length of a mean vector, correlation from how well one sample agrees with the next.

    Notes
    -----
    The difference of two such angles k seconds apart has the variance 2 sd^2 (1 - c^k), hence a mean cosine of exp(-sd^2 (1 - c^k)).
    """
    known = np.flatnonzero(~np.isnan(angle_rad))
    gap_s = int(median(np.diff(known).astype(np.float64)))
    variance = spread_of(length) ** 2
    remembered = 1 + math.log(max(_agreement(angle_rad, gap_s), 1e-3)) / max(variance, 1e-6)
    correlation = min(max(remembered, 0.0) ** (1 / gap_s), cal.SWING_MOST_CORRELATION)
    low, high = (math.radians(degrees) for degrees in cal.SWING_SD_DEG)
    sd = math.sqrt(max(variance - float(np.mean(error[known] ** 2)), 0.0))
    return Swing(min(max(sd, low), high), correlation, cal.LOOK_AWAY_SHARE)


def _anchor(offset: FloatArray) -> tuple[int, FloatArray]:
    """Choose the block whose offset is plainest up to half a turn, and the half circle around one of its two directions."""
    axis = offset @ np.exp(2j * BINS_RAD)
    block = int(np.argmax(np.abs(axis)))
    side = (np.cos(BINS_RAD - np.angle(axis[block]) / 2) > 0).astype(np.float64)
    return block, side


def _chain(seen: Seen, swing: Swing, leave: tuple[float, float]) -> Chain:
    return Chain(seen, swing, leave=leave, drift_rad=math.radians(cal.OFFSET_DRIFT_DEG))


def _offset_track(offset: FloatArray) -> FloatArray:
    """Mean offset of every block: (blocks,) rad."""
    track: FloatArray = np.angle(offset @ np.exp(1j * BINS_RAD))
    return track


def _is_near(has: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows within `_REACH_S` of one that has both: (n,)."""
    total = np.concatenate(([0], np.cumsum(has)))
    rows = np.arange(len(has))
    near: NDArray[np.bool_] = total[np.minimum(rows + _REACH_S + 1, len(has))] > total[np.maximum(rows - _REACH_S, 0)]
    return near


def _spans(p: FloatArray, has: NDArray[np.bool_], grid: Grid, *, turn_p: FloatArray, doubts: _Doubts) -> tuple[FacingSpan, ...]:
    """Stretches run backward, with their standing by the policy.

    Parameters
    ----------
    p : (n,) probability of backward, the side's doubt in it.
    turn_p : (n,) the same were the side certain.
    """
    is_wide = doubts.spread_deg > cal.WIDE_SWING_SD_DEG
    with np.errstate(invalid="ignore"):
        is_probable = p >= cal.FACING_SUGGEST_P
        is_fast = has & (grid.column("speed_mps") > cal.FACING_ACCEPT_SPEED_MPS)
        is_sure = is_fast & (p >= (cal.FACING_WIDE_ACCEPT_P if is_wide else cal.FACING_ACCEPT_P))
        runs = runs_of(p > 0.5)
    is_surest = is_sure & (turn_p >= cal.FACING_LONE_ACCEPT_P)
    n_sure = sum(_longest(is_sure[first:last]) >= cal.FACING_ACCEPT_S for first, last in runs)
    needs_more = is_wide and n_sure < cal.SET_SIZE
    spans = []
    for first, last in runs:
        is_weak = _longest(is_probable[first:last]) < cal.FACING_SUGGEST_S
        doubt = None
        if is_weak:
            doubt = f"not probable enough for {cal.FACING_SUGGEST_S} s"
        elif doubts.hindrance is not None:
            doubt = doubts.hindrance
        elif _longest(is_sure[first:last]) < cal.FACING_ACCEPT_S:
            doubt = f"not sure for {cal.FACING_ACCEPT_S} s above {cal.FACING_ACCEPT_SPEED_MPS} m/s"
        elif needs_more and _longest(is_surest[first:last]) < cal.FACING_ACCEPT_S:
            doubt = f"your heading swings by {doubts.spread_deg:.0f}°, and fewer than {cal.SET_SIZE} stretches are sure"
        spans.append(FacingSpan(first, last, float(p[first:last].mean()), doubt, is_weak))
    return tuple(spans)


def _hindrance(side: Side, *, is_room: bool) -> str | None:
    """Say why nothing in this session can be accepted by facing; None where it can."""
    if not side.is_fixed:
        return "nothing that you said shows which way you face when you go forward"
    return "without a course, a half turn against the room is only suggested" if is_room else None


def _longest(flags: NDArray[np.bool_]) -> int:
    """Length of the longest run of True."""
    return max((last - first for first, last in runs_of(flags)), default=0)
