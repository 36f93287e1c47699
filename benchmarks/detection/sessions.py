"""One session of an athlete: a plan, what the runner did with it, and what the device wrote.

Conventions: a pair of (athlete's seed, family) gives one session for ever; history sessions lie a few days apart before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zlib import crc32

import numpy as np

from benchmarks.detection.families import FORWARD, Family, Where
from importer.evaluate.truth import TrueSpan
from importer.values.activity import Activity, SpeedBasis
from tests.support.device import watch_activity
from tests.support.population import Athlete, on_a_day
from tests.support.runner import Recording, modelled_speed, record

#: when the judged sessions start
TODAY: Final = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
#: families that an ordinary history is made of, with their shares
_HISTORY: Final = tuple(FORWARD[i] for i in (0, 0, 1, 3))


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A session with its truth; `recording` is what happened, `activity` what a file says of it."""

    family: Family
    athlete: Athlete
    recording: Recording
    activity: Activity

    @property
    def truth(self) -> tuple[TrueSpan, ...]:
        """What the runner did."""
        return tuple(TrueSpan(float(one.start_s), float(one.end_s), one.direction, one.gait) for one in self.recording.truth())


def make(family: Family, athlete: Athlete, *, start: datetime = TODAY, round_: int = 0) -> Made:
    """Draw a session.

    Parameters
    ----------
    start : when it began.
    round_ : another number gives another session of the same athlete and family.
    """
    rng = np.random.default_rng([athlete.seed, crc32(family.name.encode()), round_])
    runner = on_a_day(athlete, rng=rng)
    plan = family.plan(athlete, rng)
    is_belt = family.where is not Where.OUTDOOR
    seed = int(rng.integers(2**62))
    recording = record(plan, seed=seed, runner=runner, on_belt=is_belt)
    seen, changes = recording, {}
    if family.where is Where.WATCH_ON_BELT:
        seen = replace(recording, speed_mps=modelled_speed(recording, runner=runner))
        changes = {"speed_basis": SpeedBasis.WATCH_MODEL}
    activity = watch_activity(seen, athlete.device, seed=seed, is_belt=is_belt, presses_lap=athlete.presses_lap, start=start, **changes)
    return Made(family, athlete, recording, activity)


def forward_history(athlete: Athlete) -> list[Made]:
    """Give the athlete's earlier sessions: four to six forward ones, outdoors and on a belt, oldest first."""
    rng = np.random.default_rng([athlete.seed, 2])
    n = int(rng.integers(4, 7))
    kinds = [_HISTORY[int(i)] for i in rng.integers(len(_HISTORY), size=n)]
    return [make(kind, athlete, start=TODAY - timedelta(days=4 * (n - i)), round_=1 + i) for i, kind in enumerate(kinds)]
