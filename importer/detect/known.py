"""What is known of a session beside its recording, and a fingerprint of it.

Conventions: two equal fingerprints of one recording mean equal tags; so a session is stale where its fingerprint would be another now.
What was said of the laps is a `LapWord`; a rule that is kept for the athlete speaks only of recordings that have laps.
Loads no numpy: the program that stores asks, the process that reads judges.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from importer.detect import calibration as cal
from importer.detect.history import learn
from importer.values.session import Baseline, Label, LapWord, Normal


class Known(NamedTuple):
    """What is known of a session beside its recording.

    `labels` in the order in which they were said; `taught_by` is the fingerprint of the sessions behind `baseline`;
    `backward_sessions_share` is how many of his sessions hold backward movement, as the runner says.
    """

    baseline: Baseline | None = None
    taught_by: str = ""
    labels: tuple[Label, ...] = ()
    lap_rule: LapWord | None = None
    backward_sessions_share: float | None = None


def known_of(
    normals: Sequence[Normal],
    *,
    start: datetime,
    labels: Sequence[Label] = (),
    lap_rule: LapWord | None = None,
    backward_sessions_share: float | None = None,
) -> Known:
    """Gather what is known of a session that starts at `start`; `normals` are of the sessions that teach it, all started earlier."""
    share = backward_sessions_share
    baseline = learn(normals, until=start, backward_sessions_share=share) if normals or share is not None else None
    return Known(baseline, taught_by(normals), tuple(labels), lap_rule, share)


def judged_by(known: Known) -> str:
    """Fingerprint what is known, and the fitted numbers it is used with: 32 hexadecimal digits."""
    labels = [(float(label.start_s), float(label.end_s), str(label.kind), str(label.direction)) for label in known.labels]
    rule = None if known.lap_rule is None else tuple(known.lap_rule)
    return _digest((cal.VERSION, known.taught_by, labels, rule, _form(known.backward_sessions_share)))


def taught_by(normals: Sequence[Normal]) -> str:
    """Fingerprint the sessions that teach, in order of start; "" where none does."""
    return _digest([fingerprint(normal) for normal in normals]) if normals else ""


@lru_cache(maxsize=1024)  # the same sessions teach one session after the other
def fingerprint(normal: Normal) -> str:
    """Fingerprint what a session teaches, the same before it was stored and after: 32 hexadecimal digits."""
    return _digest([_form(getattr(normal, field.name)) for field in fields(normal)])


def is_teacher(normal: Normal | None) -> bool:
    """Say whether a session teaches anything at all."""
    if normal is None:
        return False
    seconds = normal.forward_s + normal.walk_s + normal.contact_n_s + normal.heart_n_s + normal.facing_n_s
    return seconds > 0 or normal.is_lesson


def _form(value: object) -> object:
    """Give a value one form: a database may turn 3.0 into 3 and -0.0 into 0, and keeps no number that is none."""
    if isinstance(value, tuple):
        return tuple(one for one in map(_form, value) if one is not None)
    if isinstance(value, int | float):
        return float(value) + 0.0 if math.isfinite(value) else None
    return value


def _digest(content: object) -> str:
    return hashlib.sha256(repr(content).encode("utf-8", "backslashreplace")).hexdigest()[:32]
