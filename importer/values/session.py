"""What is kept of a session: its tagged segments and the reasons for them.

Conventions: segments are sorted, disjoint and cover ``[0, elapsed_s)``; adjacent segments share the number.
`standing` governs backward claims: forward and still segments are accepted, `unknown` has basis ``none`` and no confidence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from importer.values.activity import Activity, Place


class Direction(StrEnum):
    FORWARD = "forward"
    BACKWARD = "backward"
    STILL = "still"
    UNKNOWN = "unknown"


class Gait(StrEnum):
    RUN = "run"
    WALK = "walk"


class Basis(StrEnum):
    """The kind of evidence behind a tag, never mixed silently."""

    MANUAL = "manual"
    DECLARED = "declared"
    FACING = "facing"
    GAIT = "gait"
    NONE = "none"


class Standing(StrEnum):
    ACCEPTED = "accepted"
    SUGGESTED = "suggested"


@dataclass(frozen=True, slots=True)
class Claim:
    """What the runner said about ``[start_s, end_s)``, in which words and where."""

    start_s: float
    end_s: float
    direction: Direction
    basis: Basis
    why: str
    place: Place | None = None


class LabelKind(StrEnum):
    """What the runner did: named a direction, agreed with a suggestion, or denied one."""

    TAG = "tag"
    CONFIRM = "confirm"
    REJECT = "reject"


class Label(NamedTuple):
    """The runner's own word about ``[start_s, end_s)``; it is never overruled.

    `direction` is what a `TAG` says, and None for the other kinds: a confirmed stretch is backward, a rejected one is not.
    Later labels stand over earlier ones where they overlap.
    """

    start_s: float
    end_s: float
    kind: LabelKind
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is normal for a runner going forward: cadence against speed.

    ``cadence = intercept_spm + slope_spm_per_mps * speed`` for running, with `sd_spm` around it.
    `n_minutes` of forward movement in `n_sessions` stand behind it; 0 sessions is the population's prior alone.
    """

    intercept_spm: float
    slope_spm_per_mps: float
    sd_spm: float
    n_minutes: float
    n_sessions: int
    #: sessions that started before this moment were used
    until: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one direction, with its statistics and the reasons in plain words.

    Statistics exclude pauses and are None where nothing was measured. `confidence` is None exactly for `unknown`.
    """

    start_s: float
    end_s: float
    direction: Direction
    basis: Basis
    standing: Standing
    gait: Gait | None = None
    confidence: float | None = None
    distance_m: float | None = None
    mean_speed_mps: float | None = None
    max_speed_mps: float | None = None
    mean_cadence_spm: float | None = None
    mean_heart_rate_bpm: float | None = None
    ascent_m: float | None = None
    grade_ratio: float | None = None
    why: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and math.isfinite(self.end_s) and 0 <= self.start_s < self.end_s):
            raise ValueError(f"Segment: [{self.start_s}, {self.end_s}) is no span")
        if (self.confidence is None) != (self.direction is Direction.UNKNOWN):
            raise ValueError(f"Segment: confidence {self.confidence} does not go with direction {self.direction}")
        if self.confidence is not None and not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"Segment: confidence {self.confidence} is not within [0, 1]")
        if (self.basis is Basis.NONE) != (self.direction is Direction.UNKNOWN):
            raise ValueError(f"Segment: basis {self.basis} does not go with direction {self.direction}")
        if self.standing is Standing.SUGGESTED and self.direction is not Direction.BACKWARD:
            raise ValueError(f"Segment: only a backward segment is ever a suggestion, not {self.direction}")

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """A recording with its tags: what the store keeps and the reports read."""

    activity: Activity
    segments: tuple[Segment, ...]
    #: what was travelled, as the best channel says (the file's total first)
    distance_m: float | None
    #: version of detect/calibration.py that made the tags
    calibration: int
    #: sentences about the whole session: hints found, why nothing could be told
    findings: tuple[str, ...] = ()
    baseline: Baseline | None = None

    def __post_init__(self) -> None:
        check_cover(self.segments, self.activity.elapsed_s)


def check_cover(segments: tuple[Segment, ...], elapsed_s: float) -> None:
    """Raise ValueError unless `segments` are sorted, disjoint and cover ``[0, elapsed_s)``."""
    at = 0.0
    for segment in segments:
        if segment.start_s != at:
            raise ValueError(f"segments: a hole or an overlap at {at} s (next starts at {segment.start_s} s)")
        at = segment.end_s
    if at != elapsed_s:
        raise ValueError(f"segments: end at {at} s, the session at {elapsed_s} s")
