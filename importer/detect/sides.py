"""Which of two facings is forward: the runner's words, his history, and what most sessions are like.

Conventions: a candidate calls some rows backward (`p`) and has an offset; its mirror image calls them forward and has the offset plus
half a turn. `nats` is the log odds of the candidate against its mirror image; the signals of direction themselves say nothing of it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.angles import wrap
from importer.detect.faced import OffsetBasis
from importer.detect.turns import BLOCK_S
from importer.values.activity import FloatArray
from importer.values.grid import Grid
from importer.values.session import Baseline, Basis, Claim, Direction
from importer.values.statistics import median


class Side(NamedTuple):
    """Log odds of a candidate, what decided, and whether the policy counts that as fixed."""

    nats: float
    basis: OffsetBasis
    is_fixed: bool


def choose_side(
    p: FloatArray,
    offset_rad: FloatArray,
    grid: Grid,
    *,
    has: NDArray[np.bool_],
    claims: tuple[Claim, ...],
    earlier: Baseline | None,
    is_room: bool,
) -> Side:
    """Weigh a candidate against its mirror image.

    Parameters
    ----------
    p : (n,) probability that a row is backward, were the candidate right.
    offset_rad : (blocks,) its offset.
    has : (n,) rows with heading and course.
    is_room : headings are against a room, where no history counts.
    """
    confirmed, confirmed_s = _known(p, has, [claim for claim in claims if claim.basis is Basis.MANUAL])
    declared, declared_s = _known(p, has, [claim for claim in claims if claim.basis is Basis.DECLARED])
    own = _limited(confirmed + declared)
    enough = math.log(cal.FACING_ACCEPT_P / (1 - cal.FACING_ACCEPT_P))
    if abs(own) >= enough and confirmed_s + declared_s >= cal.FACING_KNOWN_S:
        # the runner's own words stand alone: then no other session has a part in what this one teaches
        return Side(own, OffsetBasis.CONFIRMED if abs(confirmed) >= enough else OffsetBasis.DECLARED, is_fixed=True)
    history = 0.0 if is_room else _by_history(offset_rad, has, earlier)
    nats = _limited(own + history + _by_custom(p, has, grid, is_room=is_room))
    if history * nats > 0 and abs(history) >= abs(own) and abs(history) > math.log(cal.FACING_SUGGEST_P / (1 - cal.FACING_SUGGEST_P)):
        return Side(nats, OffsetBasis.HISTORY, is_fixed=abs(nats) >= enough)
    if own * nats > 0:
        return Side(nats, OffsetBasis.CONFIRMED if abs(confirmed) > abs(declared) else OffsetBasis.DECLARED, is_fixed=False)
    return Side(nats, OffsetBasis.MAJORITY, is_fixed=False)


def _limited(nats: float) -> float:
    return max(-cal.FACING_MOST_NATS, min(cal.FACING_MOST_NATS, nats))


def _known(p: FloatArray, has: NDArray[np.bool_], claims: list[Claim]) -> tuple[float, int]:
    """What the runner's own words say, and for how many seconds they were seen."""
    nats, seconds = 0.0, 0
    for claim in claims:
        if claim.direction not in (Direction.FORWARD, Direction.BACKWARD):
            continue
        margin = min(cal.FACING_KNOWN_MARGIN_S, (claim.end_s - claim.start_s) / 4)
        rows = slice(max(0, math.ceil(claim.start_s + margin)), max(0, math.floor(claim.end_s - margin)))
        agrees = p[rows][has[rows]] if claim.direction is Direction.BACKWARD else 1 - p[rows][has[rows]]
        nats += cal.FACING_KNOWN_NATS / 10 * float((2 * agrees - 1).sum())
        seconds += len(agrees)
    return _limited(nats), seconds


def _by_history(offset_rad: FloatArray, has: NDArray[np.bool_], earlier: Baseline | None) -> float:
    """What the offset of earlier sessions says: the watch is worn as always, or in any other way."""
    if earlier is None or earlier.facing_offset_deg is None:
        return 0.0
    by_row = np.repeat(offset_rad, BLOCK_S)[: len(has)]
    middle = np.angle(np.exp(1j * by_row[has]).mean())
    sd = math.radians(max(earlier.facing_offset_sd_deg or 0.0, cal.FACING_DAY_SD_DEG))
    away = wrap(np.array([middle, middle + np.pi]) - math.radians(earlier.facing_offset_deg))
    as_always = np.exp(-0.5 * (away / sd) ** 2) / (sd * math.sqrt(2 * math.pi))
    density = (1 - cal.FACING_OTHER_WEAR_SHARE) * as_always + cal.FACING_OTHER_WEAR_SHARE / (2 * math.pi)
    return float(np.log(density[0] / density[1]))


def _by_custom(p: FloatArray, has: NDArray[np.bool_], grid: Grid, *, is_room: bool) -> float:
    """What most sessions are like: they start forward, most of them is forward, and backward is slower; never quite sure."""
    is_back = p[has] > 0.5
    first = is_back[: cal.FACING_KNOWN_S]
    nats = cal.FACING_FIRST_MINUTE_NATS * float(1 - 2 * first.mean()) + cal.FACING_MAJORITY_NATS * float(1 - 2 * is_back.mean())
    speed = grid.column("speed_mps")[has]
    back, ahead = speed[is_back & (speed > 0)], speed[~is_back & (speed > 0)]
    if not is_room and len(back) >= cal.FACING_SUGGEST_S and len(ahead) >= cal.FACING_SUGGEST_S:
        share = math.log(median(back) / median(ahead)) / math.log(cal.BACKWARD_SPEED_SHARE)
        nats += cal.FACING_SPEED_NATS * max(-1.0, min(1.0, share))
    most = math.log(cal.FACING_UNFIXED_P / (1 - cal.FACING_UNFIXED_P))
    return max(-most, min(most, nats))
