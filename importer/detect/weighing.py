"""How probable each stretch that stands out is backward, given all of them.

Conventions: four stories may explain the stretches of a session. *Forward*: each stands out by chance, by a hill, by a drill of its own.
*Backward*: several are backward, with an excess of cadence and a speed that belong to the runner. *Drills*: several are drills, of one
kind with its own excess and speed, or each of another. *Burden*: something is pushed or carried.
A set of like stretches is evidence that no single one gives: for backward, and as much for drills of one kind.

A story is a rate of stretches in the session times what they look like. Chance has as many places to strike as the session has
stretches of that length, so that a long or a restless session does not gather suspicion by its length.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from importer.detect import calibration as cal
from importer.detect.backward import Backward
from importer.detect.conjugate import Estimate
from importer.detect.measure import Bout
from importer.detect.mixture import normal
from importer.values.activity import FloatArray
from importer.values.session import Gait

#: what a set may have in common: excess of cadence, and speed as a share of the usual one; the grids of integration
_EXCESS: Final = np.arange(-0.12, 0.4, 0.01)
_SHARE: Final = np.arange(0.25, 1.3, 0.07)


class _Story(NamedTuple):
    """A set of one kind: what its stretches have in common is not known beforehand."""

    excess: Estimate
    share: Estimate
    #: stretches a session may have, each as likely
    rates: tuple[float, ...]


_DRILLS: Final = _Story(
    Estimate(cal.DRILL_EXCESS, cal.DRILL_SPREAD), Estimate(cal.DRILL_SPEED_SHARE, cal.DRILL_SPEED_SHARE_SD), cal.SET_SIZES
)
_WALK_SHARE: Final = Estimate(cal.BACKWARD_WALK_SHARE, cal.BACKWARD_WALK_SHARE_SD)


#: something pushed or carried: steps are shorter at nearly the usual speed, for as long as it lasts
_BURDEN: Final = _Story(
    Estimate(cal.BURDEN_EXCESS, cal.BURDEN_EXCESS_SD), Estimate(cal.BURDEN_SPEED_SHARE, cal.BURDEN_SPEED_SHARE_SD), cal.SET_SIZES
)


class _Group(NamedTuple):
    """The stretches of one gait, (n,) each; a speed that the runner did not choose is NaN."""

    excess: FloatArray
    own_sd: FloatArray
    line_error: float
    share: FloatArray
    #: nats of what was seen beside cadence; and the part of it that drills show as well
    beside: FloatArray
    effort: FloatArray
    #: log of the rate of forward stretches like each, lone drills among them
    log_forward: FloatArray
    #: 1 where it is short enough for a drill, and for a sprint
    is_short: FloatArray
    is_sprint: FloatArray


def weigh(
    bouts: Sequence[Bout], *, session_prior: float, expected: Backward, moving_s: float = cal.USUAL_SESSION_S
) -> tuple[tuple[Bout, ...], float]:
    """Give every bout its probability; and the probability that the session has backward movement at all.

    Parameters
    ----------
    session_prior : that there is some, before any look at the signals.
    expected : what going backward looks like in this runner.
    moving_s : seconds of movement among which the bouts stand out.
    """
    if not bouts:
        return (), session_prior
    within = np.zeros(len(bouts))
    log_backward = log_drills = log_burden = 0.0
    for gait, common in ((Gait.RUN, cal.GAIT_PRIOR_RUN), (Gait.WALK, cal.GAIT_PRIOR_WALK)):
        chosen = [i for i, bout in enumerate(bouts) if bout.gait is gait]
        if not chosen:
            continue
        group = _group([bouts[i] for i in chosen], moving_s=moving_s)
        own = expected.run_excess if gait is Gait.RUN else expected.walk_excess
        share = expected.speed_share if gait is Gait.RUN else _WALK_SHARE
        log_set, each = _set(group, _Story(own, share, cal.SET_SIZES), beside=group.beside)
        # whoever runs backward need not walk backward too
        log_gait = float(np.logaddexp(math.log(common) + log_set, math.log(1 - common)))
        within[chosen] = each * math.exp(math.log(common) + log_set - log_gait)
        log_backward += log_gait
        log_drills += _drills(group)
        log_burden += _set(group, _BURDEN, beside=np.zeros(len(chosen)))[0]
    if 2 * sum(bout.grade_ratio > cal.HILL_GRADE for bout in bouts) > len(bouts):
        log_drills += math.log(cal.DRILL_ON_HILL_RATIO)
    # nobody pushes anything on a belt
    burden = 0.0 if all(bout.speed_share is None for bout in bouts) else cal.BURDEN_SESSION_PRIOR

    def posterior(drills: float) -> float:
        return _posterior(session_prior, log_backward, others=((min(drills, 0.5), log_drills), (burden, log_burden)))

    p_session, p_strict = posterior(expected.drill_prior), posterior(cal.ACCEPT_DRILL_FACTOR * expected.drill_prior)
    weighed = (
        bout._replace(p=p_session * p, p_strict=min(p_session, p_strict) * p) for bout, p in zip(bouts, within.tolist(), strict=True)
    )
    return tuple(weighed), p_session


def _posterior(prior: float, log_ratio: float, *, others: Sequence[tuple[float, float]]) -> float:
    """Probability of the backward story, given its prior and log ratio to plain forward, and those of the `others`."""
    left = 1 - prior
    rest = [math.log(left * share) + ratio for share, ratio in others if share > 0]
    plain = math.log(left * max(1 - sum(share for share, _ in others), 0.1))
    odds = math.log(prior) + log_ratio - float(np.logaddexp.reduce([plain, *rest]))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))


def _group(bouts: Sequence[Bout], *, moving_s: float) -> _Group:
    excess = np.array([bout.excess_ratio for bout in bouts])
    own_sd = np.array([bout.excess_sd for bout in bouts])
    length_s = np.array([float(bout.length_s) for bout in bouts])
    share = np.array([np.nan if bout.speed_share is None else bout.speed_share for bout in bouts])
    error = max(bout.line_error for bout in bouts)
    is_short = (length_s <= cal.DRILL_LONGEST_S).astype(np.float64)
    wide = np.hypot(own_sd, error)
    plain = (1 - cal.FORWARD_TAIL_SHARE) * normal(excess, 0.0, wide) + cal.FORWARD_TAIL_SHARE * normal(excess, 0.0, 2 * wide)
    jog = np.array([np.nan if bout.jog_ratio is None else bout.jog_ratio for bout in bouts])
    jogs = np.where(np.isnan(jog), plain, normal(np.nan_to_num(jog), cal.SLOW_JOG_EXCESS, cal.SLOW_JOG_SPREAD))
    plain = (1 - cal.SLOW_JOG_SHARE) * plain + cal.SLOW_JOG_SHARE * jogs
    places = moving_s / np.maximum(length_s, cal.CHANCE_LENGTH_S)
    by_chance = places * plain * _speed_density(share, Estimate(cal.FORWARD_SPEED_SHARE, cal.FORWARD_SPEED_SHARE_SD))
    lone = np.where(is_short > 0, cal.LONE_DRILLS_SHORT, cal.LONE_DRILLS_LONG)
    lone = lone * normal(excess, cal.DRILL_EXCESS, cal.DRILL_SPREAD) * _speed_density(share, _DRILLS.share)
    beside = np.array([bout.beside_nats for bout in bouts])
    is_sprint = (length_s < cal.MIN_BOUT_S).astype(np.float64)
    effort = np.array([bout.effort_nats for bout in bouts])
    return _Group(excess, own_sd, error, share, beside, effort, np.log(by_chance + lone + 1e-30), is_short, is_sprint)


def _speed_density(share: FloatArray, kind: Estimate) -> FloatArray:
    """Density of a speed share, 1 where the runner did not choose it: (n,)."""
    return np.where(np.isnan(share), 1.0, normal(np.nan_to_num(share), kind.mean, kind.sd))


def _drills(group: _Group) -> float:
    """Log ratio of the story that stretches are drills, of one kind or each of another, to the one that each stands for itself."""
    # side shuffles and skips cost as much as running backward, and watches take them for walking too
    further = group.effort + np.log(np.where(group.is_short > 0, 1.0, cal.LONG_DRILL_RATIO))
    one_kind, _ = _set(group, _DRILLS, beside=further)
    looks = normal(group.excess, cal.DRILL_EXCESS, np.hypot(cal.DRILL_SPREAD, group.own_sd)) * _speed_density(group.share, _DRILLS.share)
    looks = looks * np.exp(further)
    many_kinds = [float(np.log1p(rate * looks * np.exp(-group.log_forward)).sum()) - rate for rate in cal.SET_SIZES]
    return float(np.logaddexp(one_kind, np.logaddexp.reduce(many_kinds) - math.log(len(many_kinds))))


def _set(group: _Group, story: _Story, *, beside: FloatArray) -> tuple[float, FloatArray]:
    """Weigh the story that stretches have something in common, against the one that each stands for itself.

    Parameters
    ----------
    beside : (n,) further nats of each for the story.

    Returns
    -------
    Log of the ratio, and the probability (n,) of each to belong to the set if there is one.
    """
    # every bout shares the error of the session's line; what is its own is left in `own_sd`
    excess_prior = _grid_prior(_EXCESS, story.excess.mean, math.hypot(story.excess.sd, group.line_error))
    if story is not _DRILLS and story is not _BURDEN:
        excess_prior[_EXCESS < cal.SMALLEST_EXCESS] = 0.0
        excess_prior /= excess_prior.sum()
    looks = normal(group.excess[:, None], _EXCESS, group.own_sd[:, None])[:, :, None]
    share_prior = np.ones(1)
    if not np.isnan(group.share).all():
        share_prior = _grid_prior(_SHARE, story.share.mean, story.share.sd)
        # sprints are run harder than the repetitions that the runner's share of speed is about
        hard = 1.0 if story is _DRILLS or story is _BURDEN else 1.0 + (cal.SPRINT_FACTOR - 1.0) * group.is_sprint
        by_speed = normal((np.nan_to_num(group.share) / hard)[:, None], _SHARE, cal.SPEED_SHARE_BOUT_SD)
        looks = looks * np.where(np.isnan(group.share)[:, None], 1.0, by_speed)[:, None, :]
    log_ratio = np.minimum(np.log(np.maximum(looks, 1e-30)) + (beside - group.log_forward)[:, None, None], cal.MAX_SET_NATS)
    prior = np.log(np.maximum(excess_prior[:, None] * share_prior / len(story.rates), 1e-300))
    # what was not seen counts too: a set of ten is improbable where one stretch stands out
    joined = [rate * np.exp(log_ratio) for rate in story.rates]
    log_joint = [np.log1p(one).sum(axis=0) - rate + prior for one, rate in zip(joined, story.rates, strict=True)]
    top = max(float(one.max()) for one in log_joint)
    weights = [np.exp(one - top) for one in log_joint]
    total = sum(float(one.sum()) for one in weights)
    belongs: FloatArray = np.zeros(len(group.excess))
    for one, weight in zip(joined, weights, strict=True):
        belongs += ((one / (1 + one)) * weight).sum(axis=(1, 2)) / total
    return top + math.log(total), belongs


def _grid_prior(grid: FloatArray, mean: float, sd: float) -> FloatArray:
    prior: FloatArray = np.exp(-0.5 * ((grid - mean) / sd) ** 2)
    prior /= prior.sum()
    return prior
