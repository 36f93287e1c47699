"""What a runner's earlier sessions teach: the population, then the athlete, then the day.

Conventions: each session comes as a `Normal`, fitted without a look at any other, so that the order of import cannot matter.
A session's level is the athlete's plus a shift of the day; how far days differ is learnt too. Uncertainties are standard deviations.
It is pure: the caller says which sessions started earlier.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from importer.detect import calibration as cal
from importer.detect.conjugate import Estimate, pool, update
from importer.values.session import Baseline, Normal


def learn(normals: Sequence[Normal], *, until: datetime | None = None, backward_sessions_share: float | None = None) -> Baseline:
    """Learn what is normal for a runner.

    Parameters
    ----------
    normals : one of each session, in any order.
    until : only sessions that started before this moment count; all where None.
    backward_sessions_share : how many of his sessions hold backward movement, as the runner says.
    """
    before_s = math.inf if until is None else until.timestamp()
    known = sorted((one for one in normals if one.start_utc_s < before_s), key=lambda one: (one.start_utc_s, one.forward_s))
    return replace(
        _with_backward(_forward(known), known),
        until=until,
        n_confirmed=sum(one.n_confirmed for one in known),
        n_confirmed_sessions=sum(one.n_confirmed > 0 for one in known),
        n_rejected=sum(one.n_rejected for one in known),
        n_rejected_sessions=sum(one.n_rejected > 0 for one in known),
        backward_sessions_share=backward_sessions_share,
    )


def _forward(known: Sequence[Normal]) -> Baseline:
    """What forward movement of the sessions teaches: `known` is sorted by time."""
    ran = [one for one in known if one.cadence_spm is not None]
    slope, level = _slope(ran), _level(ran)
    walk = _walk(known, offset_spm=level.mean - cal.POPULATION_AT_REFERENCE_SPM)
    device = next((one.contact_device for one in reversed(known) if one.contact_time_s is not None), None)
    contact, heart, facing = _contact(known, device=device), _heart(known), _facing(known)
    return Baseline(
        intercept_spm=level.mean - slope.mean * cal.RUN_REFERENCE_SPEED_MPS,
        slope_spm_per_mps=slope.mean,
        sd_spm=_spread(ran) * level.mean,
        n_minutes=sum(one.forward_s for one in ran) / 60,
        n_sessions=len(ran),
        level_sd_spm=level.sd,
        slope_sd_spm_per_mps=slope.sd,
        day_sd_spm=level.spread,
        walk_level_spm=_mean(walk),
        walk_level_sd_spm=_sd(walk),
        contact_time_s=_mean(contact),
        contact_time_sd_s=_sd(contact),
        contact_device=device,
        heart_rate_bpm=_mean(heart),
        heart_rate_sd_bpm=_sd(heart),
        facing_offset_deg=_mean(facing),
        facing_offset_sd_deg=_sd(facing),
    )


def _with_backward(forward: Baseline, known: Sequence[Normal]) -> Baseline:
    """Add what stretches known to be backward teach."""
    run_excess = _backward(known, lambda one: one.run_excess_ratios, prior=_RUN_EXCESS, bout_sd=cal.EXCESS_BOUT_SD)
    walk_excess = _backward(known, lambda one: one.walk_excess_ratios, prior=_WALK_EXCESS, bout_sd=cal.EXCESS_BOUT_SD)
    beats = _backward(known, lambda one: one.heart_excess_bpm, prior=_HEART_EXCESS, bout_sd=cal.HEART_BOUT_SD_BPM)
    share = _backward(known, lambda one: one.speed_shares, prior=_SPEED_SHARE, bout_sd=cal.SPEED_SHARE_BOUT_SD)
    ratio = _contact_ratio(known, device=forward.contact_device)
    return replace(
        forward,
        run_excess_ratio=_mean(run_excess),
        run_excess_sd_ratio=_sd(run_excess),
        walk_excess_ratio=_mean(walk_excess),
        walk_excess_sd_ratio=_sd(walk_excess),
        contact_ratio=_mean(ratio),
        contact_ratio_sd=_sd(ratio),
        heart_excess_bpm=_mean(beats),
        heart_excess_sd_bpm=_sd(beats),
        speed_share=_mean(share),
        speed_share_sd=_sd(share),
    )


_RUN_EXCESS = Estimate(cal.BACKWARD_EXCESS, cal.BACKWARD_EXCESS_SD_RUN, cal.EXCESS_SESSION_SD)
_WALK_EXCESS = Estimate(cal.BACKWARD_EXCESS, cal.BACKWARD_EXCESS_SD_WALK, cal.EXCESS_SESSION_SD)
_HEART_EXCESS = Estimate(cal.HEART_BACKWARD_BPM, cal.HEART_BACKWARD_SD_BPM, cal.HEART_BOUT_SD_BPM)
_SPEED_SHARE = Estimate(cal.BACKWARD_SPEED_SHARE, cal.BACKWARD_SPEED_SHARE_SD, cal.SPEED_SHARE_BOUT_SD)
_CONTACT_RATIO = Estimate(cal.CONTACT_RATIO, cal.CONTACT_RATIO_SD, cal.CONTACT_BOUT_SD)


def _mean(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.mean


def _sd(estimate: Estimate | None) -> float | None:
    """Uncertainty of the number in a session to come."""
    return None if estimate is None else estimate.next_sd


def _pool(seen: Sequence[tuple[float, float]], prior: Estimate) -> Estimate:
    return pool(seen, prior=prior, prior_sessions=cal.DAY_PRIOR_SESSIONS, tail=cal.DAY_TAIL)


def _slope(ran: Sequence[Normal]) -> Estimate:
    """The runner's own slope of cadence over speed: what the sessions' slopes say beside the population's."""
    precision = cal.RUN_SLOPE_SD_SPM_PER_MPS**-2
    total = precision * cal.RUN_SLOPE_SPM_PER_MPS
    for one in ran:
        if one.slope_spm_per_mps is None or one.speed_variance is None or one.cadence_spm is None:
            continue
        noise = _look_variance(one.forward_s, spread=one.spread_ratio, level=one.cadence_spm) / max(one.speed_variance, 1e-6)
        # a session's slope carries its hills and its tiredness too
        weight = 1 / (noise + cal.SESSION_SLOPE_SD_SPM_PER_MPS**2)
        precision += weight
        total += weight * one.slope_spm_per_mps
    return Estimate(total / precision, precision**-0.5)


def _level(ran: Sequence[Normal]) -> Estimate:
    """Running cadence at the reference speed."""
    slope = _slope(ran)
    seen = []
    for one in ran:
        if one.cadence_spm is not None and one.speed_mps is not None:
            away = one.speed_mps - cal.RUN_REFERENCE_SPEED_MPS
            noise = _look_variance(one.forward_s, spread=one.spread_ratio, level=one.cadence_spm) + (slope.sd * away) ** 2
            seen.append((one.cadence_spm - slope.mean * away, noise))
    usual = cal.POPULATION_AT_REFERENCE_SPM
    return _pool(seen, Estimate(usual, cal.RUN_BETWEEN_SD_SPM, cal.SPREAD_OTHER_DAYS * usual))


def _spread(ran: Sequence[Normal]) -> float:
    """Relative spread of cadence within a session: the middle of the sessions'."""
    spreads = sorted(one.spread_ratio for one in ran if one.spread_ratio is not None)
    return spreads[len(spreads) // 2] if spreads else cal.SPREAD_SAME_SESSION


def _look_variance(n_s: float, *, spread: float | None, level: float) -> float:
    """Variance of a session's mean: neighbouring seconds repeat each other."""
    wide = cal.SPREAD_SAME_SESSION if spread is None else spread
    return (wide * level) ** 2 / max(n_s * cal.LOOKS_PER_SECOND, 1.0)


def _walk(known: Sequence[Normal], *, offset_spm: float) -> Estimate | None:
    """Walking cadence at its reference speed: a share of the running offset stands behind it."""
    expected = cal.WALK_AT_REFERENCE_SPM + cal.WALK_OFFSET_SHARE * offset_spm
    seen = []
    for one in known:
        if one.walk_cadence_spm is not None and one.walk_speed_mps is not None:
            level = one.walk_cadence_spm + cal.WALK_SLOPE_SPM_PER_MPS * (cal.WALK_REFERENCE_SPEED_MPS - one.walk_speed_mps)
            seen.append((level, _look_variance(one.walk_s, spread=cal.SPREAD_WALK, level=level)))
    return _pool(seen, Estimate(expected, cal.SPREAD_WALK * expected, cal.SPREAD_OTHER_DAYS * expected)) if seen else None


def _contact(known: Sequence[Normal], *, device: str | None) -> Estimate | None:
    """Contact time at the reference speed, as one device measures it."""
    seen = []
    for one in known:
        if device is not None and one.contact_device == device and one.contact_time_s is not None and one.contact_speed_mps is not None:
            level = one.contact_time_s - cal.CONTACT_SLOPE_S_PER_MPS * (one.contact_speed_mps - cal.RUN_REFERENCE_SPEED_MPS)
            seen.append((level, cal.CONTACT_DAY_SD_S**2 / 4))
    return _pool(seen, Estimate(cal.CONTACT_TIME_S, cal.CONTACT_BETWEEN_SD_S, cal.CONTACT_DAY_SD_S)) if seen else None


def _contact_ratio(known: Sequence[Normal], *, device: str | None) -> Estimate | None:
    """How a device's contact time changes when its owner runs backward; None until known stretches have shown that it does."""
    shown = [(one.contact_ratios, cal.CONTACT_BOUT_SD / 2) for one in known if one.contact_ratios and one.contact_device == device]
    if device is None or sum(len(values) for values, _ in shown) < cal.CONTACT_PROOF_BOUTS:
        return None
    ratio = update(shown, prior=_CONTACT_RATIO, bout_sd=cal.CONTACT_BOUT_SD)
    return ratio if ratio.mean + cal.CONTACT_PROOF_SD * ratio.sd < 1.0 else None


def _heart(known: Sequence[Normal]) -> Estimate | None:
    """Settled heart rate at its reference speed."""
    seen = [
        (one.heart_rate_bpm - cal.HEART_PER_MPS * (one.heart_speed_mps - cal.HEART_REFERENCE_SPEED_MPS), 1.0)
        for one in known
        if one.heart_rate_bpm is not None and one.heart_speed_mps is not None
    ]
    return _pool(seen, Estimate(cal.HEART_RATE_BPM, cal.HEART_BETWEEN_SD_BPM, cal.HEART_DAY_SD_BPM)) if seen else None


def _backward(known: Sequence[Normal], pick: Callable[[Normal], tuple[float, ...]], *, prior: Estimate, bout_sd: float) -> Estimate | None:
    """The runner's own backward gait, from stretches known to be backward; None without any."""
    relative = prior in (_RUN_EXCESS, _WALK_EXCESS)
    told = [(pick(one), math.hypot(prior.spread, (one.line_error_ratio or 0.0) if relative else 0.0)) for one in known if pick(one)]
    return update(told, prior=prior, bout_sd=bout_sd) if told else None


def _facing(known: Sequence[Normal]) -> Estimate | None:
    """The angle between course and heading: a mean on the circle, weighed by the seconds behind each session."""
    told = [
        (math.radians(one.facing_offset_deg), min(one.facing_n_s, cal.BASELINE_SECONDS))
        for one in known
        if one.facing_offset_deg is not None and one.facing_n_s > 0
    ]
    if not told:
        return None
    east = sum(weight * math.sin(angle) for angle, weight in told)
    north = sum(weight * math.cos(angle) for angle, weight in told)
    length = min(math.hypot(east, north) / sum(weight for _, weight in told), 1.0)
    spread = math.sqrt(-2 * math.log(max(length, 1e-6)))
    return Estimate(math.degrees(math.atan2(east, north)) % 360.0, cal.FACING_OFFSET_SD_DEG, math.degrees(spread))
