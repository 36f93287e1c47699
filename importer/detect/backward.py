"""What going backward is expected to look like: of anybody, or of this runner once stretches are known to be backward.

Conventions: an `Estimate` carries the expected number and its uncertainty in a session to come.
"""

from __future__ import annotations

from typing import NamedTuple

from importer.detect import calibration as cal
from importer.detect.conjugate import Estimate
from importer.values.session import Baseline


class Backward(NamedTuple):
    """Expectations of a backward stretch.

    `run_excess`, `walk_excess` : relative excess of cadence at the same speed. `speed_share` : of the usual forward speed.
    `heart_bpm` : beats above forward at the same speed. `contact_ratio` : contact time over the forward one, None where the device
    has not shown that it tells. `is_own` : learnt from enough confirmed stretches to be accepted (policy).
    """

    run_excess: Estimate
    walk_excess: Estimate
    speed_share: Estimate
    heart_bpm: Estimate
    contact_ratio: Estimate | None = None
    contact_device: str | None = None
    session_prior: float = cal.SESSION_PRIOR
    drill_prior: float = cal.DRILL_SESSION_PRIOR
    is_own: bool = False


def expected_backward(earlier: Baseline | None) -> Backward:
    """Give what is expected: the population's numbers, moved by what the runner confirmed and denied."""
    anybody = Backward(
        run_excess=Estimate(cal.BACKWARD_EXCESS, cal.BACKWARD_EXCESS_SD_RUN),
        walk_excess=Estimate(cal.BACKWARD_EXCESS, cal.BACKWARD_EXCESS_SD_WALK),
        speed_share=Estimate(cal.BACKWARD_SPEED_SHARE, cal.BACKWARD_SPEED_SHARE_SD),
        heart_bpm=Estimate(cal.HEART_BACKWARD_BPM, cal.HEART_BACKWARD_SD_BPM),
    )
    if earlier is None:
        return anybody
    sessions, denied = earlier.n_confirmed_sessions, earlier.n_rejected_sessions
    judged = cal.SESSION_PRIOR_WEIGHT + sessions + denied
    return Backward(
        run_excess=_known(earlier.run_excess_ratio, earlier.run_excess_sd_ratio, anybody.run_excess),
        walk_excess=_known(earlier.walk_excess_ratio, earlier.walk_excess_sd_ratio, anybody.walk_excess),
        speed_share=_known(earlier.speed_share, earlier.speed_share_sd, anybody.speed_share),
        heart_bpm=_known(earlier.heart_excess_bpm, earlier.heart_excess_sd_bpm, anybody.heart_bpm),
        contact_ratio=None if earlier.contact_ratio is None else Estimate(earlier.contact_ratio, earlier.contact_ratio_sd or 0.0),
        contact_device=earlier.contact_device,
        # how often this runner's sessions have either: what nobody judged is not known to be forward
        session_prior=(cal.SESSION_PRIOR_WEIGHT * _usual(earlier.backward_sessions_share) + sessions) / judged,
        drill_prior=(cal.SESSION_PRIOR_WEIGHT * cal.DRILL_SESSION_PRIOR + denied) / judged,
        is_own=earlier.n_confirmed >= cal.ACCEPT_CONFIRMED and sessions >= cal.ACCEPT_SESSIONS,
    )


def _usual(said: float | None) -> float:
    """Give the share of sessions with backward movement, as the runner says; nobody is taken at his word to the last session."""
    least, most = cal.SAID_SESSION_PRIOR
    return cal.SESSION_PRIOR if said is None else min(max(said, least), most)


def _known(mean: float | None, sd: float | None, otherwise: Estimate) -> Estimate:
    return otherwise if mean is None or sd is None else Estimate(mean, sd)
