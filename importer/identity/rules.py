"""What two recordings say of themselves: the same recording, possibly the same session, or certainly not.

Conventions: recordings are of one athlete; only what stands beside the samples is looked at, so that this costs nothing.
Distance is no criterion: indoors two devices differ by a tenth and more.

Source: formats.md, "Duplicates & identity" (measured on real files), where no other is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from importer.values.activity import Activity, Environment, SpeedBasis

#: two devices are switched on within this, s
START_S: Final = 180.0
#: a clock of another zone is off by multiples of this, s, by at most this many of them (14 hours)
ZONE_STEP_S: Final = 900.0
ZONE_STEPS: Final = 56
#: and within this of the multiple, s
ZONE_SLACK_S: Final = 60.0
#: then both last equally long, as a share: a shifted clock is the work of an export, which keeps the length
ZONE_LENGTH_SHARE: Final = 0.02
#: seconds in common over the shorter length
OVERLAP_SHARE: Final = 0.8
#: difference of the lengths over the longer one, elapsed to elapsed or timer to timer
LENGTH_SHARE: Final = 0.1
#: starts of one recording in two formats, s. Assumption: exports round to the second.
SAME_START_S: Final = 1.0
#: how far apart the starts of two recordings of one session can be, s
FARTHEST_S: Final = ZONE_STEP_S * ZONE_STEPS + START_S
#: a recording that lasts less than this share of the longest one of its session was cut short. Assumption.
WHOLE_SHARE: Final = 0.9

#: the best format first
_FORMATS: Final = {"fit": 0, "tcx": 2, "gpx": 3}
_RE_ENCODED: Final = 1
#: manufacturers of FIT files that no device wrote. Source: FIT profile, manufacturer.
_PLATFORMS: Final = frozenset({"strava", "trainingpeaks", "golden_cheetah", "runalyze", "0"})


class Near(NamedTuple):
    """Two recordings that may be one session: what to add to the second one's clock by their starts' zones, s, 0 in one zone."""

    zone_s: float


def is_exact(a: Activity, b: Activity) -> bool:
    """Say whether one device wrote both as one recording: its usable serial number, and the start.

    Maker, product and place in the file must not contradict where both formats tell them alike. A serial of 32 bits and a start to the
    second leave no room for chance.
    """
    if a.device.serial is None or a.device.serial != b.device.serial or abs((a.start - b.start).total_seconds()) > SAME_START_S:
        return False
    if a.format != b.format:
        return True
    makers = ((a.device.manufacturer, b.device.manufacturer), (a.device.product, b.device.product))
    return a.session_index == b.session_index and all(one == other for one, other in makers)


def is_copy(a: Activity, b: Activity) -> bool:
    """Say whether one is an export of this program, which says of itself that it is a copy, and the other may be what it was made of.

    They start in the same second, and the copy is no longer: a format may have no place for the last samples, or for those between.
    """
    if a.device.is_export and not b.device.is_export:
        a, b = b, a
    is_same_start = abs((a.start - b.start).total_seconds()) <= SAME_START_S
    return b.device.is_export and is_same_start and b.elapsed_s <= a.elapsed_s + SAME_START_S


def near(a: Activity, b: Activity) -> Near | None:
    """Say whether start, length and sport allow that both are one session; None where they do not."""
    if (a.environment is Environment.ELLIPTICAL) != (b.environment is Environment.ELLIPTICAL):
        return None
    later_s = (b.start - a.start).total_seconds()
    zone_s = -ZONE_STEP_S * round(later_s / ZONE_STEP_S)
    if abs(later_s) <= START_S:
        zone_s = 0.0
    elif abs(zone_s) > ZONE_STEP_S * ZONE_STEPS or abs(later_s + zone_s) > ZONE_SLACK_S or not _close(a, b, "elapsed_s", ZONE_LENGTH_SHARE):
        return None
    if not (_close(a, b, "elapsed_s", LENGTH_SHARE) or _close(a, b, "timer_s", LENGTH_SHARE)):
        return None
    return Near(zone_s) if _overlap_share(a, b, later_s + zone_s) >= OVERLAP_SHARE else None


def _close(a: Activity, b: Activity, name: str, share: float) -> bool:
    one, other = getattr(a, name), getattr(b, name)
    return bool(abs(one - other) <= share * max(one, other))


def _overlap_share(a: Activity, b: Activity, later_s: float) -> float:
    shorter_s = min(a.elapsed_s, b.elapsed_s)
    common_s = min(a.elapsed_s, later_s + b.elapsed_s) - max(0.0, later_s)
    return common_s / shorter_s if shorter_s > 0 else 0.0


class Richness(NamedTuple):
    """How much a recording is worth beside others of its session: the smallest is the primary one."""

    is_cut_short: bool
    format: int
    is_belt: bool
    minus_n_channels: int
    minus_n_samples: int
    start: datetime
    key: tuple[object, ...]


class Weighed(NamedTuple):
    """A recording with what its worth is judged by; `key` tells it from every other one."""

    key: tuple[object, ...]
    activity: Activity
    n_channels: int
    n_samples: int


def by_richness(recordings: Sequence[Weighed]) -> list[int]:
    """Order the recordings of a session, the primary one first: positions in `recordings`.

    A device's own FIT file comes before one that a platform wrote, then TCX, then GPX; a whole recording before one that was cut short;
    of two equals a watch before a belt, which knows the body less.
    """
    longest_s = max((one.activity.elapsed_s for one in recordings), default=0.0)
    worth = [_richness(one, longest_s) for one in recordings]
    return sorted(range(len(recordings)), key=lambda i: worth[i])


def is_poorer(one: Activity, other: Activity) -> bool:
    """Say whether a recording is cut short, or of a poorer format, beside another one of its session."""
    longest_s = max(one.elapsed_s, other.elapsed_s)
    mine, theirs = (_richness(Weighed((), activity, 0, 0), longest_s) for activity in (one, other))
    return (mine.is_cut_short, mine.format) > (theirs.is_cut_short, theirs.format)


def _richness(one: Weighed, longest_s: float) -> Richness:
    activity = one.activity
    rank = _FORMATS.get(activity.format, len(_FORMATS) + 1)
    if rank == 0 and (activity.device.manufacturer is None or activity.device.manufacturer in _PLATFORMS):
        rank = _RE_ENCODED
    if activity.device.is_export:
        rank = len(_FORMATS) + 2  # a copy of what is known already, whatever it adds
    return Richness(
        is_cut_short=activity.elapsed_s < WHOLE_SHARE * longest_s,
        format=rank,
        is_belt=activity.speed_basis is SpeedBasis.BELT,
        minus_n_channels=-one.n_channels,
        minus_n_samples=-one.n_samples,
        start=activity.start,
        key=one.key,
    )
