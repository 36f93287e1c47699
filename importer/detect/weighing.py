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
from collections.abc import Mapping, Sequence

import numpy as np

from importer.detect import calibration as cal
from importer.detect.backward import Backward
from importer.detect.measure import Bout
from importer.detect.mixture import normal
from importer.detect.stories import WALK_SHARE, Group, Kind, backward_set, burdened, drill_density, forward_speed, school
from importer.values.session import Gait


def weigh(
    bouts: Sequence[Bout], *, session_prior: float, expected: Backward, moving_s: Mapping[Gait, float] | None = None
) -> tuple[tuple[Bout, ...], float]:
    """Give every bout its probability; and the probability that the session has backward movement at all.

    Parameters
    ----------
    session_prior : that there is some, before any look at the signals.
    expected : what going backward looks like in this runner.
    moving_s : seconds of movement in each gait, among which its bouts stand out; a usual session where None.
    """
    if not bouts:
        return (), session_prior
    within = np.zeros(len(bouts))
    log_backward = log_drills = log_burden = 0.0
    for gait, common in ((Gait.RUN, cal.GAIT_PRIOR_RUN), (Gait.WALK, cal.GAIT_PRIOR_WALK)):
        # in the order of the session: exercises follow each other
        chosen = sorted((i for i, bout in enumerate(bouts) if bout.gait is gait), key=lambda i: bouts[i].first)
        if not chosen:
            continue
        group = _group(
            [bouts[i] for i in chosen], moving_s=cal.USUAL_SESSION_S if moving_s is None else moving_s[gait], is_walk=gait is Gait.WALK
        )
        own = expected.run_excess if gait is Gait.RUN else expected.walk_excess
        share = expected.speed_share if gait is Gait.RUN else WALK_SHARE
        log_set, each = backward_set(group, Kind(own, share), is_walk=gait is Gait.WALK)
        # whoever runs backward need not walk backward too
        log_gait = float(np.logaddexp(math.log(common) + log_set, math.log(1 - common)))
        within[chosen] = each * math.exp(math.log(common) + log_set - log_gait)
        log_backward += log_gait
        log_drills += school(group, is_walk=gait is Gait.WALK)
        log_burden += burdened(group)
    if 2 * sum(bout.grade_ratio > cal.HILL_GRADE for bout in bouts) > len(bouts):
        log_drills += math.log(cal.DRILL_ON_HILL_RATIO)
    # nobody pushes anything on a belt
    burden = 0.0 if all(bout.speed_share is None for bout in bouts) else cal.BURDEN_SESSION_PRIOR

    def posterior(drills: float) -> float:
        others = ((min(drills, 0.5), log_drills), (burden, log_burden))
        return _posterior(session_prior, log_backward, others=others)

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


def _group(bouts: Sequence[Bout], *, moving_s: float, is_walk: bool) -> Group:
    excess = np.array([bout.excess_ratio for bout in bouts])
    own_sd = np.array([bout.excess_sd for bout in bouts])
    length_s = np.array([float(bout.length_s) for bout in bouts])
    share = np.array([np.nan if bout.speed_share is None else bout.speed_share for bout in bouts])
    error = max(bout.line_error for bout in bouts)
    wide = np.hypot(own_sd, error)
    plain = (1 - cal.FORWARD_TAIL_SHARE) * normal(excess, 0.0, wide) + cal.FORWARD_TAIL_SHARE * normal(excess, 0.0, 2 * wide)
    jog = np.array([np.nan if bout.jog_ratio is None else bout.jog_ratio for bout in bouts])
    jogs = np.where(np.isnan(jog), plain, normal(np.nan_to_num(jog), cal.SLOW_JOG_EXCESS, cal.SLOW_JOG_SPREAD))
    plain = (1 - cal.SLOW_JOG_SHARE) * plain + cal.SLOW_JOG_SHARE * jogs
    over_run = np.where(np.isnan(jog), excess, jog)
    places = np.maximum(moving_s / np.maximum(length_s, cal.CHANCE_LENGTH_S), 1.0)
    by_chance = places * plain * forward_speed(share, is_walk=is_walk)
    lone = np.where(length_s <= cal.DRILL_LONGEST_S, cal.LONE_DRILLS_SHORT, cal.LONE_DRILLS_LONG)
    lone = lone * drill_density(over_run, share, is_walk=is_walk)
    beside = np.array([bout.beside_nats for bout in bouts])
    for_drill = np.array([bout.effort_nats + bout.drill_contact_nats for bout in bouts])
    return Group(excess, own_sd, error, share, beside, for_drill, over_run, np.log(by_chance + lone + 1e-30), length_s)
