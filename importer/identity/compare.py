"""Two recordings of one athlete: the same session, perhaps, or two.

Conventions: start and length make candidates (`rules.near`); only what two bodies or two places cannot share makes them the same:
the same points, the same irregular times, or a heart rate or a cadence that go together second by second, changes of pace left out.
Level, slow course and changes of pace prove nothing: who runs side by side shares them, and every device writes once a second.
Every verdict has a reason in plain words. `compare` takes the two in a fixed order; the caller has one (the smaller key first).

Source: formats.md, "Duplicates & identity", 5.3, for the levels; benchmarks/identity.py for the thresholds of what goes together.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.identity.rules import is_copy, is_exact, near
from importer.identity.series import beside, fine, on_seconds, shared
from importer.values.activity import Activity, CadenceBasis, FloatArray

#: what `compare` reads of the samples; others need not be loaded
CHANNELS: Final = ("latitude_deg", "longitude_deg", "heart_rate_bpm", "cadence_spm")
#: how far the clocks of two devices in one zone may be apart beside what their starts say, s. Assumption: devices set by hand.
CLOCK_S: Final = 240
#: a clock shifted by hours is the work of an export, and otherwise right to within this, s
EXPORT_S: Final = 61
#: what is quicker than this is the body's own, s: a heart takes a minute to follow a change of pace, steps a few seconds. Assumption.
FINE_S: Final = {"heart_rate_bpm": 15, "cadence_spm": 31}
#: correlation of the quick parts that only one body has. Measured on the pairs of benchmarks/identity.py, at the best shift of clocks:
#: hearts of two at most 0.24, one strap with two receivers at least 0.96 (on real files 0.77); steps of two at most 0.21, of one body with
#: two sensors at least 0.37. An optical sensor's heart rate (0.14 to 0.32) proves nothing.
SAME_R: Final = {"heart_rate_bpm": 0.5, "cadence_spm": 0.3}
#: and at least so many standard errors, of which the smoothing devices leave every fourth second its own. Assumption.
SAME_SIGMA: Final = 5.0
SECONDS_PER_FACT: Final = 4.0
#: below this they have nothing to do with each other, where enough seconds are told. Assumption.
OTHER_R: Final = 0.2
ENOUGH_S: Final = 300
#: median difference of the same heart and of the same steps, beats and steps a minute. Source: formats.md 5.3.
SAME_LEVEL: Final = {"heart_rate_bpm": 3.0, "cadence_spm": 4.0}
#: median difference beyond which it is another body. Assumption: twice what is the same, and a little.
OTHER_LEVEL: Final = {"heart_rate_bpm": 7.0, "cadence_spm": 9.0}
#: lags that the heart and the steps may disagree by, s: optical sensors and smoothing are late. Assumption.
LAG_SLACK_S: Final = 12
#: points within this are the same ones, m: formats round to 0.01 m (FIT) to 0.11 m (GPX, six digits); in this share of the seconds
SAME_POINT_M: Final = 0.5
SAME_POINTS_SHARE: Final = 0.95
#: a way over this many metres at least, so that standing still is no proof. Assumption.
SHORTEST_WAY_M: Final = 100.0
#: points that must be the same at least. Assumption: two receivers differ by metres, so that ten by chance are impossible.
FEWEST_POINTS: Final = 10
#: who is farther apart than this nine tenths of the time was somewhere else, m. Assumption: clocks 30 s apart, and poor reception.
SAME_PATH_M: Final = 200.0
#: the same sample times. Source: formats.md 5.3; but only where the device itself chose them, and of so many. Assumption.
SAME_TIMES_SHARE: Final = 0.95
REGULAR_SHARE: Final = 0.9
FEWEST_TIMES: Final = 30
#: exports move a clock by a second, so these lags are tried for values that must be the same, s
COPY_LAGS_S: Final = (0, 1, -1, 2, -2)
_METRES_PER_DEGREE: Final = 111_195.0


class Verdict(StrEnum):
    SAME = "same"
    CANDIDATE = "candidate"
    DIFFERENT = "different"


class Likeness(NamedTuple):
    """What two recordings have to do with each other, why, and what is added to the second clock to get the first, s."""

    verdict: Verdict
    reason: str
    shift_s: float = 0.0


class _Told(NamedTuple):
    """What a channel says: that both are one body (`is_same`) or two (`is_other`), at which lag, in which words."""

    words: str
    is_same: bool = False
    is_other: bool = False
    lag_s: int = 0


def compare(a: Activity, b: Activity) -> Likeness:
    """Judge two recordings of one athlete; they need the channels of `CHANNELS` alone."""
    if is_exact(a, b):
        device = " ".join(word for word in (a.device.manufacturer, a.device.product) if word) or "the same device"
        return Likeness(Verdict.SAME, f"one recording of {device}, serial {a.device.serial}, from the same second on")
    if is_copy(a, b) and not any(one.is_other for one in _told(a, b, zone_s=0.0)):
        return Likeness(Verdict.SAME, "one is an export of this program, and both start in the same second")
    close = near(a, b)
    if close is None:
        return Likeness(Verdict.DIFFERENT, "start, length or sport do not go together")
    copied = _copied(a, b, zone_s=close.zone_s)
    if copied is not None:
        return copied
    if close.zone_s and _has_places(a) and _has_places(b):
        return Likeness(Verdict.DIFFERENT, "the points are not the same")
    told = _told(a, b, zone_s=close.zone_s)
    return _judged(told, zone_s=close.zone_s)


def _judged(told: list[_Told], *, zone_s: float) -> Likeness:
    """Weigh what the channels say. A channel that contradicts makes a question of what another one proves."""
    words = "; ".join(one.words for one in told) or "there is no heart rate, cadence or place in both to compare"
    same = [one for one in told if one.is_same]
    is_other = any(one.is_other for one in told)
    if same and not is_other and max(one.lag_s for one in same) - min(one.lag_s for one in same) <= LAG_SLACK_S:
        shift_s = float(same[-1].lag_s) + zone_s
        return Likeness(Verdict.SAME, words + _clock_words(shift_s), shift_s)
    if not same and (is_other or (zone_s and told)):
        return Likeness(Verdict.DIFFERENT, words)
    at = "at the same time" if not zone_s else f"{_hours(zone_s)} apart, as a clock of another zone would be,"
    return Likeness(Verdict.CANDIDATE, f"{at} and about as long, but {words}", zone_s + (same[-1].lag_s if same else 0))


def _clock_words(shift_s: float) -> str:
    if abs(shift_s) < 1:
        return ""
    return f"; clocks {_hours(shift_s)} apart" if abs(shift_s) >= 3600 else f"; clocks {abs(shift_s):.0f} s apart"


def _hours(seconds: float) -> str:
    minutes = round(abs(seconds) / 60)
    return f"{minutes // 60}:{minutes % 60:02d} h"


def _copied(a: Activity, b: Activity, *, zone_s: float) -> Likeness | None:
    """Say whether one is a copy of the other: the same points, or sample times that no other device would choose."""
    for lag_s in COPY_LAGS_S:
        shift_s = zone_s + lag_s
        rows_a, rows_b = _same_moments(a, b, shift_s)
        share = len(rows_a) / max(len(a), len(b), 1)
        if share >= SAME_TIMES_SHARE and len(rows_a) >= FEWEST_TIMES and _is_irregular(a) and _is_irregular(b):
            return Likeness(Verdict.SAME, f"{len(rows_a)} irregular sample times are the same" + _clock_words(shift_s), shift_s)
        north_m, east_m, apart_m = _ways(a, b, rows_a, rows_b)
        way_m = float(np.sum(np.hypot(np.diff(north_m), np.diff(east_m))))
        if len(apart_m) >= FEWEST_POINTS and way_m >= SHORTEST_WAY_M and float(np.mean(apart_m <= SAME_POINT_M)) >= SAME_POINTS_SHARE:
            return Likeness(Verdict.SAME, f"{len(apart_m)} points are the same" + _clock_words(shift_s), shift_s)
    return None


def _same_moments(a: Activity, b: Activity, shift_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the samples of both that fall into the same second: rows (m,) of each."""
    times_a = np.rint(a.t_s).astype(np.int64)
    times_b = np.rint(b.t_s + (b.start - a.start).total_seconds() + shift_s).astype(np.int64)
    _, rows_a, rows_b = np.intersect1d(times_a, times_b, return_indices=True)
    return rows_a, rows_b


def _is_irregular(one: Activity) -> bool:
    """Say whether a device chose its sample times by itself; once a second, or every fifth, is everybody's."""
    steps = np.rint(np.diff(one.t_s))
    return len(steps) > 0 and float(np.max(np.bincount(steps.astype(np.int64).clip(0, 1000)))) < REGULAR_SHARE * len(steps)


def _ways(a: Activity, b: Activity, rows_a: NDArray[np.int64], rows_b: NDArray[np.int64]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the way of the first one, metres north and east, and how far the second one is from it, m: (m,) each; empty without places."""
    if not (_has_places(a) and _has_places(b)):
        return np.empty(0), np.empty(0), np.empty(0)
    latitude, longitude = a.columns["latitude_deg"][rows_a], a.columns["longitude_deg"][rows_a]
    other_latitude, other_longitude = b.columns["latitude_deg"][rows_b], b.columns["longitude_deg"][rows_b]
    is_there = ~np.isnan(latitude + longitude + other_latitude + other_longitude)
    narrow = np.cos(np.radians(latitude[is_there]))
    north_m = (latitude * _METRES_PER_DEGREE)[is_there]
    east_m = longitude[is_there] * _METRES_PER_DEGREE * narrow
    other_east_m = other_longitude[is_there] * _METRES_PER_DEGREE * narrow
    return north_m, east_m, np.hypot(north_m - (other_latitude * _METRES_PER_DEGREE)[is_there], east_m - other_east_m)


def _has_places(one: Activity) -> bool:
    return "latitude_deg" in one.columns and "longitude_deg" in one.columns


def on_one_clock(a: Activity, b: Activity, name: str, shift_s: float, other: str | None = None) -> tuple[FloatArray, FloatArray]:
    """Give a channel of both (of b `other`, where given) on seconds of the first clock: (n,) each; row 0 is the earlier start."""
    later_s = (b.start - a.start).total_seconds() + shift_s
    first_s = min(0.0, later_s)
    n = int(max(a.elapsed_s, later_s + b.elapsed_s) - first_s) + 1
    return on_seconds(a, name, clock_s=-first_s, n=n), on_seconds(b, other or name, clock_s=later_s - first_s, n=n)


def _told(a: Activity, b: Activity, *, zone_s: float) -> list[_Told]:
    """Give what each channel that both have says: places, heart, steps."""
    reach_s = EXPORT_S if zone_s else CLOCK_S
    told = [_place(a, b)] if not zone_s else []
    told.append(_channel(a, b, "heart_rate_bpm", "heart rates", zone_s=zone_s, reach_s=reach_s))
    is_known = CadenceBasis.UNKNOWN not in (a.cadence_basis, b.cadence_basis)
    told.append(_channel(a, b, "cadence_spm", "cadences", zone_s=zone_s, reach_s=reach_s, has_level=is_known))
    return [one for one in told if one is not None]


def _place(a: Activity, b: Activity) -> _Told | None:
    """Say whether the two were somewhere else at the same time; being together proves nothing."""
    *_, apart_m = _ways(a, b, *_same_moments(a, b, 0.0))
    if len(apart_m) < FEWEST_TIMES:
        return None
    median_m = float(np.median(apart_m))
    return _Told(f"places are {median_m:.0f} m apart as a median", is_other=float(np.percentile(apart_m, 10)) > SAME_PATH_M)


def _channel(a: Activity, b: Activity, name: str, words: str, *, zone_s: float, reach_s: int, has_level: bool = True) -> _Told | None:
    """Say whether a channel of both comes from one body; None where it is not in both."""
    one, other = on_one_clock(a, b, name, zone_s)
    found = shared(fine(one, window_s=FINE_S[name]), fine(other, window_s=FINE_S[name]), lags_s=range(-reach_s, reach_s + 1))
    is_told = (found.n >= ENOUGH_S) & ~np.isnan(found.r)
    if not is_told.any():
        return None
    best = int(np.argmax(np.where(is_told, found.r, -1.0)))
    r, n, lag_s = float(found.r[best]), float(found.n[best]), int(found.lags_s[best])
    level = float(np.median(np.abs(np.subtract(*beside(one, other, lag_s)))))
    is_same = r >= max(SAME_R[name], SAME_SIGMA / math.sqrt(n / SECONDS_PER_FACT)) and (level <= SAME_LEVEL[name] or not has_level)
    is_other = r < OTHER_R and level > OTHER_LEVEL[name] and has_level
    goes = "go" if is_same else "do not go"
    sentence = f"{words} {goes} together second by second (r {r:.2f}, {level:.0f} apart as a median)"
    return _Told(sentence, is_same=is_same, is_other=is_other, lag_s=lag_s)
