"""What each kind of evidence said of a stretch, in nats: the account behind a judgement, drawn up by the judgement's own functions.

Conventions: a nat is a natural logarithm of odds. The kinds of evidence are put into the scale one after another, in the order of
`Channel`; what a channel says is by how much it moves the log odds of "backward" then, so that they add up to those of gait's
probability, and what is missing says exactly 0. Cadence is what `evidence.bout_nats` gives it; what is left of the first step is the
prior. Words and facing do not add to gait: each of them decides alone (docs/detection.md). Nothing here changes a tag.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from importer.detect import calibration as cal
from importer.detect.backward import Backward, expected_backward
from importer.detect.classify import session_prior
from importer.detect.evidence import bout_nats
from importer.detect.faced import Facing
from importer.detect.heart import Seen, Span, heart_excesses
from importer.detect.measure import Bout, measure, moving_seconds, usual_speeds
from importer.detect.normal import device_name
from importer.detect.tagging import Trace
from importer.detect.weighing import weigh
from importer.detect.witnesses import contact_ratio, heart_nats
from importer.values.activity import Activity
from importer.values.session import Baseline, Claim, Direction, Gait
from importer.values.statistics import median

#: log odds beyond this are not told apart, nats: one in half a billion
_MOST: Final = 20.0
#: a stretch and a bout that share this much of both are the same
_SAME_SHARE: Final = 0.5


class Channel(StrEnum):
    """A kind of evidence, in the order in which it is weighed."""

    PRIOR = "prior"  # how rare backward movement is beside chance, hills and drills that look like it
    CADENCE = "cadence"
    SPEED = "speed"
    HEART_RATE = "heart_rate"
    WALKING = "taken_for_walking"  # the watch lost its running signals
    CONTACT_TIME = "contact_time"
    SET = "set"  # the other stretches of the session
    FACING = "facing"
    WORDS = "words"


#: the channels that add up to gait's log odds
GAIT_CHANNELS: Final = tuple(Channel)[: tuple(Channel).index(Channel.FACING)]


class Account(NamedTuple):
    """What was seen in ``[first, last)`` (rows) and what it weighs.

    `nats` holds every channel. `p_gait` is the probability that gait alone gives to backward, None where it cannot tell or measured
    nothing; `p_facing` the same of compass and course. `excess_ratio` is of cadence over `expected_spm`, the forward one at that speed
    and grade; `heart_excess_bpm` and `contact_ratio` compare with forward movement at that speed, heart rate once settled.
    """

    first: int
    last: int
    nats: Mapping[Channel, float]
    p_gait: float | None = None
    p_facing: float | None = None
    gait: Gait | None = None
    speed_mps: float | None = None
    cadence_spm: float | None = None
    expected_spm: float | None = None
    excess_ratio: float | None = None
    grade_ratio: float | None = None
    heart_excess_bpm: float | None = None
    contact_ratio: float | None = None

    @property
    def length_s(self) -> int:
        return self.last - self.first


class Accountant:
    """Draws up accounts of one traced session."""

    def __init__(self, seen: Trace) -> None:
        found = seen.found
        self._seen = seen
        self._grid = found.grid
        self._bouts = found.bouts
        self.expected: Backward = expected_backward(seen.session.baseline)
        self.prior = session_prior(seen.declared, usual=self.expected.session_prior)
        self._moving_s = moving_seconds(found.grid)
        self._spans = tuple((bout.first, bout.last) for bout in found.bouts)
        self._usual_mps = {} if found.view is None or found.view.is_belt else usual_speeds(found.grid, self._spans)
        self._measured: dict[Span, Bout | None] = {}

    def account(self, first: int, last: int, *, with_others: bool = False) -> Account:
        """Give the account of the rows ``[first, last)``, or of the bout that covers most of them.

        Parameters
        ----------
        with_others : weigh a stretch that did not stand out together with those that did; else it stands alone.
        """
        # the runner's words and the compass have borders of their own: only gait speaks of the whole bout
        words, p_facing = self._words(first, last), _p_facing(self._seen.found.facing, first, last)
        bout = self._bout_at(first, last)
        if bout is not None:
            first, last = bout.first, bout.last
        nats = dict.fromkeys(Channel, 0.0)
        nats |= {Channel.WORDS: words, Channel.FACING: 0.0 if p_facing is None else _log_odds(p_facing)}
        plain = Account(
            first,
            last,
            nats,
            p_facing=p_facing,
            speed_mps=self._middle("speed_7s_mps", first, last),
            cadence_spm=self._middle("cadence_7s_spm", first, last),
            grade_ratio=self._middle("slope_ratio", first, last),
        )
        stretch = bout or self._measure(first, last)
        if stretch is None:
            return plain
        heart, contact = stretch.heart, self._contact(stretch)
        gait_nats, p_gait = self._weighed(stretch, is_alone=bout is None and not with_others and words <= 0)
        return plain._replace(
            nats=nats | gait_nats,
            p_gait=p_gait,
            gait=stretch.gait,
            speed_mps=stretch.speed_mps,
            cadence_spm=stretch.cadence_spm,
            expected_spm=stretch.expected_spm,
            excess_ratio=stretch.excess_ratio,
            heart_excess_bpm=None if heart is None else heart.value,
            contact_ratio=None if contact is None else contact.value,
        )

    def rows(self, start_s: float, end_s: float) -> tuple[int, int]:
        """Give the rows whose middle lies in ``[start_s, end_s)``, s."""
        first, last = (min(math.ceil(edge - 0.5), self._grid.n) for edge in (start_s, end_s))
        return first, last

    def left_forward(self) -> tuple[Bout, ...]:
        """Give the stretches that stood out and were judged forward all the same, the most probable first."""
        told = set(np.unique(self._seen.found.labels.bout).tolist())
        return tuple(sorted((bout for i, bout in enumerate(self._bouts) if i not in told), key=lambda bout: -bout.p))

    def _bout_at(self, first: int, last: int) -> Bout | None:
        for bout in self._bouts:
            shared = min(bout.last, last) - max(bout.first, first)
            if shared > _SAME_SHARE * max(bout.length_s, last - first):
                return bout
        return None

    def _measure(self, first: int, last: int) -> Bout | None:
        """Measure a stretch that did not stand out; None where gait cannot tell, or it is too short for a bout."""
        view = self._seen.found.view
        if view is None or last - first < cal.MIN_SET_BOUT_S:
            return None
        if (first, last) not in self._measured:
            others = [span for span in (*self._spans, *view.known) if span[1] <= first or span[0] >= last]
            heart = heart_excesses(self._grid, [(first, last)], is_forward=view.goes_forward, known=others)[0]
            self._measured[first, last] = measure(self._grid, view, first, last, usual_mps=self._usual_mps, heart=heart)
        return self._measured[first, last]

    def _weighed(self, stretch: Bout, *, is_alone: bool) -> tuple[dict[Channel, float], float]:
        """Put one kind of evidence after another into the scale."""
        heart_part = heart_nats(stretch.heart, self.expected)
        one = stretch._replace(speed_share=None, beside_nats=0.0, effort_nats=0.0, drill_contact_nats=0.0)
        at, cadence = self._odds(one), self._cadence(stretch)
        nats = {Channel.PRIOR: at - cadence, Channel.CADENCE: cadence}
        steps = (
            (Channel.SPEED, one._replace(speed_share=stretch.speed_share)),
            (Channel.HEART_RATE, stretch._replace(beside_nats=heart_part, effort_nats=heart_part, drill_contact_nats=0.0)),
            (Channel.WALKING, stretch._replace(beside_nats=stretch.effort_nats, drill_contact_nats=0.0)),
            (Channel.CONTACT_TIME, stretch),
        )
        for channel, more in steps:
            if more != one:  # what changes nothing says exactly nothing
                now = self._odds(more)
                nats[channel], one, at = now - at, more, now
        if not is_alone:
            now = self._odds(stretch, others=self._others(stretch))
            nats[Channel.SET], at = now - at, now
        return nats, 1 / (1 + math.exp(-at))

    def _cadence(self, stretch: Bout) -> float:
        return bout_nats(
            excess=stretch.excess_ratio,
            n_s=stretch.length_s,
            spread=stretch.excess_sd,
            line_error=stretch.line_error,
            expected=self.expected,
            jog=stretch.jog_ratio,
        ).backward

    def _others(self, stretch: Bout) -> list[Bout]:
        """The other stretches of the session that stand out, and those that the runner called backward."""
        claims = (claim for claim in self._seen.declared.claims if claim.direction is Direction.BACKWARD)
        spans = [] if self._bout_at(stretch.first, stretch.last) else [(round(one.start_s), round(one.end_s)) for one in claims]
        said = (self._measure(first, min(last, self._grid.n)) for first, last in spans)
        bouts = (*self._bouts, *(one for one in said if one is not None))
        return [bout for bout in bouts if bout.last <= stretch.first or bout.first >= stretch.last]

    def _odds(self, stretch: Bout, *, others: Sequence[Bout] = ()) -> float:
        weighed, _ = weigh((stretch, *others), session_prior=self.prior, expected=self.expected, moving_s=self._moving_s)
        return _log_odds(weighed[0].p)

    def _contact(self, stretch: Bout) -> Seen | None:
        view = self._seen.found.view
        if view is None or stretch.gait is Gait.WALK:
            return None
        return contact_ratio(self._grid, stretch.first, stretch.last, is_forward=view.is_forward)

    def _words(self, first: int, last: int) -> float:
        """What the runner said of most of a stretch, as the log odds of such a word."""
        said = {Direction.BACKWARD: 0.0, Direction.FORWARD: 0.0}
        for claim in self._seen.declared.claims:
            if claim.direction in said:
                said[claim.direction] += _shared(claim, first, last)
        direction = max(said, key=lambda one: said[one])
        if 2 * said[direction] <= last - first:
            return 0.0
        return _log_odds(cal.DECLARED_P) if direction is Direction.BACKWARD else -_log_odds(cal.DECLARED_P)

    def _middle(self, name: str, first: int, last: int) -> float | None:
        values = self._grid[name][first:last]
        values = values[np.isfinite(values)]
        return median(values) if len(values) else None


def contact_counts(baseline: Baseline | None, activity: Activity) -> bool:
    """Say whether this device's contact time has been found to tell for this runner."""
    device = device_name(activity)
    return baseline is not None and baseline.contact_ratio is not None and device is not None and device == baseline.contact_device


def _p_facing(facing: Facing | None, first: int, last: int) -> float | None:
    """Mean probability that compass and course give to backward, None where they tell of less than half of the rows."""
    if facing is None or last <= first:
        return None
    p = facing.p_backward[first:last]
    p = p[np.isfinite(p)]
    return float(p.mean()) if 2 * len(p) > last - first else None


def _shared(claim: Claim, first: int, last: int) -> float:
    return max(0.0, min(claim.end_s, last) - max(claim.start_s, first))


def _log_odds(p: float) -> float:
    if not 0.0 < p < 1.0:
        return _MOST if p >= 1.0 else -_MOST
    return max(-_MOST, min(_MOST, math.log(p) - math.log1p(-p)))
