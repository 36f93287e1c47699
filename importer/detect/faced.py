"""What facing found, and how it is put over gait: where compass and course tell, they count more than cadence does.

Conventions: columns are (n,); direction codes are the caller's. `told` is the index of the span of `Facing` that decided a row,
`FORWARD_TOLD` where it was forward, and `UNTOLD` where facing said nothing. Standing still is left as it is.
Nothing here computes a facing: most recordings have no compass, and never load what does.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.features import runs_of
from importer.values.activity import Activity, FloatArray
from importer.values.grid import Grid
from importer.values.sensors import SensorKind
from importer.values.session import Standing

UNTOLD: Final = -1
FORWARD_TOLD: Final = -2


class OffsetBasis(StrEnum):
    """What says which facing is forward, the strongest first."""

    CONFIRMED = "confirmed"  # the runner's own labels
    DECLARED = "declared"
    HISTORY = "history"
    MAJORITY = "majority"


_KNOWN_BY: Final = {
    OffsetBasis.CONFIRMED: "how your watch points when you go forward is known from what you confirmed",
    OffsetBasis.DECLARED: "how your watch points when you go forward is known from what you declared",
    OffsetBasis.HISTORY: "how your watch points when you go forward is known from your earlier sessions",
}


class FacingSpan(NamedTuple):
    """A stretch that is more likely backward than not, ``[first, last)`` in rows.

    `p` is the mean over it; `doubt` says why it is not accepted, None where it is; one that is `is_weak` is not even suggested.
    """

    first: int
    last: int
    p: float
    doubt: str | None
    is_weak: bool = False

    @property
    def length_s(self) -> int:
        return self.last - self.first


class Facing(NamedTuple):
    """What compass and course say.

    p_backward : (n,), NaN in rows that they do not tell.
    nats : (n,) log p(delta | backward) - log p(delta | forward) of each second on its own, 0 where one of the two is missing.
    offset_deg : angle from course to heading while going forward, [-180, 180).
    offset_basis : what says which of the two facings is forward; `is_fixed` where the runner himself or his history does.
    spread_deg : standard deviation of delta around its middle, swing of the arm above all.
    told_s : seconds with both.
    is_room : there was no course, and the heading was taken against the room.
    side_nats : log odds of this way round against the other.
    """

    p_backward: FloatArray
    nats: FloatArray
    offset_deg: float
    offset_basis: OffsetBasis
    is_fixed: bool
    spread_deg: float
    spans: tuple[FacingSpan, ...]
    told_s: int
    is_room: bool
    side_nats: float


class Codes(NamedTuple):
    """The caller's codes of directions."""

    unknown: int
    forward: int
    backward: int
    still: int


class Faced(NamedTuple):
    """Columns after facing was put over them."""

    direction: NDArray[np.int8]
    p: FloatArray
    bout: NDArray[np.int64]
    told: NDArray[np.int64]


def has_compass(grid: Grid, activity: Activity) -> bool:
    """Tell at once that most recordings have no heading at all."""
    return "heading_deg" in grid or any(one.kind is SensorKind.MAGNETOMETER for one in activity.sensors)


def put_over(direction: NDArray[np.int8], p: FloatArray, bout: NDArray[np.int64], *, facing: Facing, codes: Codes) -> Faced:
    """Let facing decide the rows that it tells.

    Parameters
    ----------
    direction, p, bout : what gait said; the probability is that of the direction.
    """
    direction, p, bout = direction.copy(), p.copy(), bout.copy()
    told = np.full(len(p), UNTOLD, dtype=np.int64)
    moves = direction != codes.still
    with np.errstate(invalid="ignore"):
        ahead = runs_of((facing.p_backward <= 0.5) & moves)
    for first, last in ahead:
        if facing.p_backward[first:last].mean() <= cal.FORWARD_P:
            direction[first:last], told[first:last], bout[first:last] = codes.forward, FORWARD_TOLD, -1
            p[first:last] = 1 - facing.p_backward[first:last]
    for i, span in enumerate(facing.spans):
        rows = np.arange(span.first, span.last)[moves[span.first : span.last]]
        direction[rows], told[rows], bout[rows] = (codes.unknown if span.is_weak else codes.backward), i, -1
        p[rows] = np.nan if span.is_weak else span.p
    _settle(direction, told, codes)
    return Faced(direction, p, bout, told)


def _settle(direction: NDArray[np.int8], told: NDArray[np.int64], codes: Codes) -> None:
    """Give every stretch of forward movement one reason, the one behind most of it: a receiver's short holes are not worth a border."""
    for first, last in runs_of((direction == codes.forward) & (told < 0)):
        is_told = (told[first:last] == FORWARD_TOLD).mean() > 0.5
        told[first:last] = FORWARD_TOLD if is_told else UNTOLD


def standing_of(facing: Facing, told: int) -> Standing:
    """Standing of a backward segment that facing decided."""
    return Standing.ACCEPTED if facing.spans[told].doubt is None else Standing.SUGGESTED


def reasons(facing: Facing, told: int) -> list[str]:
    """Say in plain words why facing decided a segment so."""
    if told == FORWARD_TOLD:
        return ["you face the same way as for most of the time" if facing.is_room else "your compass points along your way"]
    span = facing.spans[told]
    seen = "you turned half round against the room" if facing.is_room else "your compass points opposite to your way"
    if span.is_weak:
        return [f"{seen}, with probability {span.p:.0%} only: your heading swings by {facing.spread_deg:.0f}° from second to second"]
    if span.doubt is None:
        return [f"{seen} for {span.length_s} s", _KNOWN_BY[facing.offset_basis]]
    return [f"{seen} for {span.length_s} s", f"not accepted: {span.doubt}"]


def finding(facing: Facing) -> str | None:
    """Tell the runner what would fix the offset, where suggestions wait for it."""
    if facing.is_fixed or facing.is_room or all(span.is_weak for span in facing.spans):
        return None
    return (
        "your compass shows two opposite facings, and which of them is forward is taken from what most sessions are like: "
        "confirm or reject one suggestion, or name a workout step of a minute or more, and it is known"
    )
