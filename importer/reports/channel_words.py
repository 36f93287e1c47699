"""What each kind of evidence had to go by in a session, in plain words; why one is silent, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from importer.detect import calibration as cal
from importer.detect.account import Accountant, Channel, contact_counts
from importer.detect.faced import OffsetBasis, has_compass
from importer.values.activity import SpeedBasis
from importer.values.session import Direction

if TYPE_CHECKING:
    from importer.detect.faced import Facing
    from importer.detect.tagging import Trace
    from importer.values.activity import Activity

_OFFSET_BY: Final = {
    OffsetBasis.CONFIRMED: "what you confirmed",
    OffsetBasis.DECLARED: "what you declared",
    OffsetBasis.HISTORY: "your earlier sessions",
    OffsetBasis.MAJORITY: "what most sessions are like",
}


def channel_sentences(seen: Trace, activity: Activity, accountant: Accountant) -> Iterator[tuple[Channel, str]]:
    """Give a sentence for each kind of evidence, those that decide alone first."""
    yield Channel.WORDS, _words(seen)
    yield Channel.FACING, _facing(seen, activity)
    yield Channel.CADENCE, _cadence(seen, activity, accountant)
    if seen.found.cannot_tell is not None:
        return
    yield Channel.PRIOR, _prior(seen, accountant)
    yield Channel.SPEED, _speed(activity, accountant)
    yield Channel.HEART_RATE, _heart(seen, accountant)
    yield Channel.CONTACT_TIME, _contact(seen, activity, accountant)
    yield Channel.SET, _set(seen)


def _words(seen: Trace) -> str:
    claims = seen.declared.claims
    hints = "; ".join(f'{hint.place} "{hint.text}" speaks of {hint.direction} movement' for hint in seen.declared.hints)
    if not claims and hints:
        return f"{hints}: of the whole session, so they tag no second"
    if not claims:
        return "none: nothing that you said or wrote names a direction"
    n = {way: sum(claim.direction is way for claim in claims) for way in (Direction.BACKWARD, Direction.FORWARD, Direction.UNKNOWN)}
    parts = [f"{count} {way}" for way, count in n.items() if count]
    told = f"{' and '.join(parts)} {'stretch' if len(claims) == 1 else 'stretches'} by your own word, which decides alone"
    return f"{told}; {hints}" if hints else told


def _facing(seen: Trace, activity: Activity) -> str:
    facing: Facing | None = seen.found.facing
    if facing is None:
        if has_compass(seen.found.grid, activity):
            return "silent: the compass says nothing here (too little of it, no course beside it, or it does not follow the way)"
        return "silent: no compass in this recording"
    against = "against the room" if facing.is_room else "against your course"
    return (
        f"compass {against} for {facing.told_s / 60:.0f} min, swinging by {facing.spread_deg:.0f} degrees;"
        f" which way is forward is known from {_OFFSET_BY[facing.offset_basis]}; where it tells, it decides instead of gait"
    )


def _cadence(seen: Trace, activity: Activity, accountant: Accountant) -> str:
    found = seen.found
    if found.cannot_tell is not None:
        return f"silent: {found.cannot_tell}"
    line, baseline = found.line, seen.session.baseline
    sentence = f"your usual cadence here is {line.at_reference_spm:.0f} spm at {cal.RUN_REFERENCE_SPEED_MPS:.2f} m/s running"
    sentence += f" and {line.slope_spm_per_mps:+.1f} spm for each m/s, learnt from {line.forward_s / 60:.0f} min of this session"
    n_earlier = 0 if baseline is None else baseline.n_sessions
    sentence += f" and {n_earlier} earlier {'one' if n_earlier == 1 else 'ones'}" if n_earlier else " and the average runner"
    sentence += f"; going backward should lift it by about {accountant.expected.run_excess.mean:.0%}"
    if activity.cadence_factor is not None and activity.cadence_factor != 1:
        sentence += f" (the file counts strides: times {activity.cadence_factor:g}, known by: {activity.cadence_basis})"
    return sentence


def _prior(seen: Trace, accountant: Accountant) -> str:
    hints = [hint for hint in seen.declared.hints if hint.direction is Direction.BACKWARD]
    of = "sessions with such words" if hints else "sessions without a word about it"
    return (
        f"{accountant.prior:.0%} of {of} hold backward movement that no span declares; after a look at all of this one"
        f" {seen.found.p_session:.0%}; a single stretch must also be told from chance, hills and drills"
    )


def _speed(activity: Activity, accountant: Accountant) -> str:
    if activity.speed_basis is SpeedBasis.BELT:
        return "silent: on a belt you do not choose it from step to step"
    return f"people run backward at about {accountant.expected.speed_share.mean:.0%} of their forward speed"


def _heart(seen: Trace, accountant: Accountant) -> str:
    if "heart_rate_bpm" not in seen.found.grid:
        return "silent: not in this recording"
    least, beats = cal.HEART_MIN_STRETCH_S, accountant.expected.heart_bpm.mean
    return f"counts from {least} s on: backward costs about {beats:.0f} bpm more at the same speed, and the heart follows slowly"


def _contact(seen: Trace, activity: Activity, accountant: Accountant) -> str:
    if "stance_time_s" not in seen.found.grid:
        return "silent: not in this recording"
    expected = accountant.expected.contact_ratio
    if expected is not None and contact_counts(seen.session.baseline, activity):
        return f"counts: with this watch it falls to {expected.mean:.0%} of your forward one"
    return f"silent: it must first have fallen in {cal.CONTACT_PROOF_BOUTS} stretches that you confirmed, with this watch"


def _set(seen: Trace) -> str:
    n = len(seen.found.bouts)
    if n == 0:
        return "no stretch stood out" + (" beside those that you named" if seen.declared.claims else "")
    return f"{n} {'stretch' if n == 1 else 'stretches'} stood out; alike ones speak for each other"
