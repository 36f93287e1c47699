"""What stretches that stand out may have in common: a set of one kind, or a circuit of several kinds in turns.

Conventions: excess and speed share of a set are not known beforehand and are integrated out on a grid, (E,) by (S,); where the runner
did not choose the speed, S is 1. A story is weighed against the one that each stretch stands for itself: logarithms of ratios.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from importer.detect import calibration as cal
from importer.detect.conjugate import Estimate
from importer.detect.mixture import normal
from importer.values.activity import FloatArray

#: what a set may have in common: excess of cadence, and speed as a share of the usual one; the grids of integration
_EXCESS: Final = np.arange(-0.20, 0.4, 0.01)
_SHARE: Final = np.arange(0.25, 1.8, 0.07)


class Kind(NamedTuple):
    """A kind of movement: its excess of cadence, its speed as a share of the usual one, how common it is among its like."""

    excess: Estimate
    share: Estimate
    weight: float = 1.0


class Group(NamedTuple):
    """The stretches of one gait, (n,) each; a speed that the runner did not choose is NaN."""

    excess: FloatArray
    own_sd: FloatArray
    line_error: float
    share: FloatArray
    #: nats of what was seen beside cadence, for backward and for drills
    beside: FloatArray
    for_drill: FloatArray
    #: excess over the running line, which drills are about
    over_run: FloatArray
    #: log of the rate of forward stretches like each, lone drills among them
    log_forward: FloatArray
    length_s: FloatArray


#: exercises of a school of running
DRILLS: Final = tuple(Kind(Estimate(*excess), Estimate(*share), weight) for weight, excess, share in cal.DRILL_KINDS)
#: the same where a stretch has the cadence of walking
WALK_DRILLS: Final = tuple(kind._replace(share=Estimate(*cal.DRILL_WALK_SHARE)) for kind in DRILLS)
#: speed of backward walking as a share of the usual forward walk
WALK_SHARE: Final = Estimate(cal.BACKWARD_WALK_SHARE, cal.BACKWARD_WALK_SHARE_SD)
#: something pushed or carried: steps are shorter at nearly the usual speed, for as long as it lasts
BURDEN: Final = (Kind(Estimate(cal.BURDEN_EXCESS, cal.BURDEN_EXCESS_SD), Estimate(cal.BURDEN_SPEED_SHARE, cal.BURDEN_SPEED_SHARE_SD)),)


def drill_density(over_run: FloatArray, share: FloatArray, *, is_walk: bool) -> FloatArray:
    """Density of what any drill looks like: (n,)."""
    density: FloatArray = np.zeros(len(over_run))
    for kind in WALK_DRILLS if is_walk else DRILLS:
        density += kind.weight * normal(over_run, kind.excess.mean, kind.excess.sd) * speed_density(share, kind.share)
    return density


def speed_density(share: FloatArray, kind: Estimate) -> FloatArray:
    """Density of a speed share, 1 where the runner did not choose it: (n,)."""
    return np.where(np.isnan(share), 1.0, normal(np.nan_to_num(share), kind.mean, kind.sd))


def forward_speed(share: FloatArray, *, is_walk: bool) -> FloatArray:
    """Density of the speed share of forward movement, 1 where the runner did not choose it: (n,). Most walks go at one pace."""
    wide = speed_density(share, Estimate(cal.FORWARD_SPEED_SHARE, cal.FORWARD_SPEED_SHARE_SD))
    if not is_walk:
        return wide
    steady = speed_density(share, Estimate(cal.FORWARD_SPEED_SHARE, cal.WALK_SPEED_SHARE_SD))
    return (1 - cal.WALK_STROLL_SHARE) * steady + cal.WALK_STROLL_SHARE * wide


def backward_set(group: Group, kind: Kind, *, is_walk: bool) -> tuple[float, FloatArray]:
    """Weigh a set of backward stretches: log of the ratio, and the probability (n,) of each to belong to the set if there is one."""
    least = cal.SMALLEST_WALK_EXCESS if is_walk else cal.SMALLEST_EXCESS
    # sprints are run harder than the repetitions that the runner's share of speed is about
    hard = np.where(group.length_s < cal.MIN_BOUT_S, cal.SPRINT_FACTOR, 1.0)
    log_ratio = _log_ratio(group, beside=group.beside, share=group.share / hard, excess=group.excess)
    prior = _prior(group, (kind,), least_excess=least, most_share=cal.MOST_SPEED_SHARE)
    # what was not seen counts too: a set of ten is improbable where one stretch stands out
    joined = [rate * np.exp(log_ratio) for rate in cal.SET_SIZES]
    log_joint = [np.log1p(one).sum(axis=0) - rate + prior for one, rate in zip(joined, cal.SET_SIZES, strict=True)]
    top = max(float(one.max()) for one in log_joint)
    weights = [np.exp(one - top) for one in log_joint]
    total = sum(float(one.sum()) for one in weights)
    belongs: FloatArray = np.zeros(len(group.excess))
    for one, weight in zip(joined, weights, strict=True):
        belongs += ((one / (1 + one)) * weight).sum(axis=(1, 2)) / total
    return top + math.log(total / len(cal.SET_SIZES)), belongs


def burdened(group: Group) -> float:
    """Weigh the story that something was pushed or carried in some stretches."""
    habit = math.log(cal.BURDEN_SHORT_RATIO) if float(np.median(group.length_s)) <= cal.DRILL_LONGEST_S else 0.0
    log_ratio = _log_ratio(group, beside=np.zeros(len(group.excess)), share=group.share, excess=group.excess)
    return habit + _one_kind(log_ratio, _prior(group, BURDEN))


def school(group: Group, *, is_walk: bool) -> float:
    """Weigh the story that stretches are drills: one exercise again and again, or a circuit of several, each a few times in turn."""
    usual_s = float(np.median(group.length_s))
    # a long stretch among short ones may be several of them without a gap
    is_long = (group.length_s > cal.DRILL_LONGEST_S) & (usual_s > cal.DRILL_LONGEST_S)
    further = group.for_drill + np.log(np.where(is_long, cal.LONG_DRILL_RATIO, 1.0))
    log_ratio = _log_ratio(group, beside=further, share=group.share, excess=group.over_run)
    prior = _prior(group, WALK_DRILLS if is_walk else DRILLS)
    circuit = math.log(cal.CIRCUIT_SHARE) + _circuit(log_ratio, prior)
    # the stretches of a set are of like length: how long they are counts once
    habit = math.log(cal.LONGER_SCHOOL_RATIO) if usual_s > cal.DRILL_USUAL_S else 0.0
    return habit + float(np.logaddexp(math.log(1 - cal.CIRCUIT_SHARE) + _one_kind(log_ratio, prior), circuit))


def _one_kind(log_ratio: FloatArray, prior: FloatArray) -> float:
    """All in the set share excess and speed."""
    joint = [np.log1p(rate * np.exp(log_ratio)).sum(axis=0) - rate + prior for rate in cal.SET_SIZES]
    return _log_mean([float(_log_sum(one.reshape(1, -1))[0]) for one in joint])


def _circuit(log_ratio: FloatArray, prior: FloatArray) -> float:
    """Exercises in turns: stretches in a row share excess and speed until the next exercise, summed over all borders between them."""
    n = len(log_ratio)
    stay, change = math.log(1 - cal.DRILL_CHANGE_SHARE), math.log(cal.DRILL_CHANGE_SHARE)
    stories = []
    for rate in cal.SET_SIZES:
        seen = np.log1p(rate * np.exp(log_ratio)).reshape(n, -1)
        total = np.concatenate((np.zeros((1, seen.shape[1])), np.cumsum(seen, axis=0)))
        # runs[d][i]: stretches i to i + d are one exercise
        runs = [_log_sum(total[d + 1 :] - total[: n - d] + prior.ravel()) + d * stay for d in range(min(n, cal.DRILL_MOST_TURNS))]
        upto = np.full(n + 1, -np.inf)
        upto[0] = 0.0
        for end in range(1, n + 1):
            upto[end] = np.logaddexp.reduce([upto[end - 1 - d] + runs[d][end - 1 - d] for d in range(min(end, len(runs)))]) + change
        stories.append(float(upto[n]) - change - rate)
    return _log_mean(stories)


def _log_ratio(group: Group, *, beside: FloatArray, share: FloatArray, excess: FloatArray) -> FloatArray:
    """How much better each stretch fits each excess and speed than it stands for itself: (n, E, S)."""
    # every stretch shares the error of the session's line; what is its own is left in `own_sd`
    looks = normal(excess[:, None], _EXCESS, group.own_sd[:, None])[:, :, None]
    if not np.isnan(share).all():
        by_speed = normal(np.nan_to_num(share)[:, None], _SHARE, cal.SPEED_SHARE_BOUT_SD)
        looks = looks * np.where(np.isnan(share)[:, None], 1.0, by_speed)[:, None, :]
    nats: FloatArray = np.minimum(np.log(np.maximum(looks, 1e-30)) + (beside - group.log_forward)[:, None, None], cal.MAX_SET_NATS)
    return nats


def _prior(group: Group, kinds: Sequence[Kind], *, least_excess: float = -1.0, most_share: float = math.inf) -> FloatArray:
    """Log of the chance of each excess and speed that a set may have: (E, S)."""
    prior = np.zeros((1, 1))
    for kind in kinds:
        excess = np.exp(-0.5 * ((_EXCESS - kind.excess.mean) / math.hypot(kind.excess.sd, group.line_error)) ** 2)
        excess[least_excess > _EXCESS] = 0.0
        share = np.ones(1)
        if not np.isnan(group.share).all():
            share = np.exp(-0.5 * ((_SHARE - kind.share.mean) / kind.share.sd) ** 2)
            share[most_share < _SHARE] = 0.0
        prior = prior + kind.weight * (excess / excess.sum())[:, None] * (share / share.sum())
    logs: FloatArray = np.log(np.maximum(prior, 1e-300))
    return logs


def _log_sum(logs: FloatArray) -> FloatArray:
    """Log of the sum of each row; `logaddexp.reduce` takes four times as long: (rows,)."""
    top = logs.max(axis=1)
    out: FloatArray = top + np.log(np.exp(logs - top[:, None]).sum(axis=1))
    return out


def _log_mean(logs: Sequence[float]) -> float:
    return float(np.logaddexp.reduce(logs)) - math.log(len(logs))
