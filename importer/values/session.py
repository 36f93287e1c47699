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


class BoutKind(StrEnum):
    """What a backward bout is in the sport's terms."""

    SPRINT = "sprint"
    REPETITION = "repetition"
    HILL_REPEAT = "hill-repeat"
    BLOCK = "block"


class Phase(StrEnum):
    """Where in the session a bout lies."""

    WARM_UP = "warm-up"
    MAIN = "main"
    COOL_DOWN = "cool-down"


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


class LapWord(NamedTuple):
    """The runner's rule for laps, as he wrote it: given for this recording, or (`is_kept`) for all of his."""

    text: str
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Normal:
    """What one session says about its runner, fitted without a look at any other session.

    Every field is a number, a text, None or a tuple of numbers, so that ``Normal(**json)`` gives back what `dataclasses.asdict` gave.
    Cadence is on the level: the grade is taken out. Ratios compare a stretch with this session's own forward movement.
    """

    #: start of the session, seconds since 1970-01-01 UTC
    start_utc_s: float
    #: steady forward running behind the line, s; its mean speed and cadence, the variance of its speed, and the slope through it
    forward_s: float = 0.0
    speed_mps: float | None = None
    cadence_spm: float | None = None
    speed_variance: float | None = None
    slope_spm_per_mps: float | None = None
    #: relative spread of cadence around the line
    spread_ratio: float | None = None
    #: the same for forward walking
    walk_s: float = 0.0
    walk_speed_mps: float | None = None
    walk_cadence_spm: float | None = None
    #: ground contact time of forward running, s, at a mean speed, by which device
    contact_n_s: float = 0.0
    contact_speed_mps: float | None = None
    contact_time_s: float | None = None
    contact_device: str | None = None
    #: settled heart rate of forward running at a mean speed
    heart_n_s: float = 0.0
    heart_speed_mps: float | None = None
    heart_rate_bpm: float | None = None
    #: relative uncertainty of the line itself: it is in every excess below
    line_error_ratio: float | None = None
    #: cadence of each stretch known to be backward over the forward one expected there, minus 1
    run_excess_ratios: tuple[float, ...] = ()
    walk_excess_ratios: tuple[float, ...] = ()
    #: its contact time over the forward one, its beats above the forward ones, its speed over the usual forward speed
    contact_ratios: tuple[float, ...] = ()
    heart_excess_bpm: tuple[float, ...] = ()
    speed_shares: tuple[float, ...] = ()
    #: stretches that the runner himself confirmed or tagged as backward, and that he denied
    n_confirmed: int = 0
    n_rejected: int = 0
    #: angle from course to heading while going forward, and the seconds that told it
    facing_offset_deg: float | None = None
    facing_n_s: float = 0.0

    def __post_init__(self) -> None:
        for name in ("run_excess_ratios", "walk_excess_ratios", "contact_ratios", "heart_excess_bpm", "speed_shares"):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    @property
    def is_lesson(self) -> bool:
        """Whether the session teaches anything of backward movement: a known stretch, or a word of the runner's."""
        told = (self.run_excess_ratios, self.walk_excess_ratios, self.contact_ratios, self.heart_excess_bpm, self.speed_shares)
        return bool(self.n_confirmed or self.n_rejected or any(told))


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is normal for a runner, from the sessions before this one.

    ``cadence = intercept_spm + slope_spm_per_mps * speed`` for running forward, with `sd_spm` around it within a session.
    `n_minutes` of forward movement in `n_sessions` stand behind it; 0 sessions is the population's prior alone.
    Every ``_sd`` is what is not known of the number before it; None is not known at all, or not more than of anybody.
    """

    intercept_spm: float
    slope_spm_per_mps: float
    sd_spm: float
    n_minutes: float
    n_sessions: int
    #: sessions that started before this moment were used
    until: datetime | None = None
    id: int | None = None
    #: uncertainty of the line at the reference speed and of its slope; how far a day moves it
    level_sd_spm: float | None = None
    slope_sd_spm_per_mps: float | None = None
    day_sd_spm: float | None = None
    #: walking cadence at the reference speed of walking
    walk_level_spm: float | None = None
    walk_level_sd_spm: float | None = None
    #: contact time at the reference speed, by which device
    contact_time_s: float | None = None
    contact_time_sd_s: float | None = None
    contact_device: str | None = None
    #: heart rate at the reference speed of heart rate
    heart_rate_bpm: float | None = None
    heart_rate_sd_bpm: float | None = None
    #: the runner's own backward gait: relative excess of cadence at the same speed, running and walking
    run_excess_ratio: float | None = None
    run_excess_sd_ratio: float | None = None
    walk_excess_ratio: float | None = None
    walk_excess_sd_ratio: float | None = None
    #: backward over forward contact time with `contact_device`: None where no known backward stretch has shown that it counts
    contact_ratio: float | None = None
    contact_ratio_sd: float | None = None
    #: beats that backward running costs this runner at the same speed
    heart_excess_bpm: float | None = None
    heart_excess_sd_bpm: float | None = None
    #: backward speed over the usual forward speed of the same session
    speed_share: float | None = None
    speed_share_sd: float | None = None
    #: stretches the runner confirmed, in how many sessions, and denied
    n_confirmed: int = 0
    n_confirmed_sessions: int = 0
    n_rejected: int = 0
    n_rejected_sessions: int = 0
    #: angle from course to heading while going forward
    facing_offset_deg: float | None = None
    facing_offset_sd_deg: float | None = None
    #: share of all sessions that hold backward movement, as the runner himself says; None where he does not
    backward_sessions_share: float | None = None


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
    #: of backward segments, and None of others: the kind of its bout, the number of its set (from 1; None: it stands alone), its phase
    kind: BoutKind | None = None
    set_index: int | None = None
    phase: Phase | None = None

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
    #: what this session teaches about its runner
    normal: Normal | None = None
    #: the runner's rule for the laps
    lap_rule: LapWord | None = None
    #: fingerprint of all that the tags depend on beside the recording; None where it was not kept
    judged_by: str | None = None

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
