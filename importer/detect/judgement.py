"""A recording and all that is known of its runner, to a tagged session that says what it was judged by.

Conventions: what a session teaches is found in `begin`, before it is judged: it depends on no other session. Only how a compass sits,
which facing finds out, comes later.
"""

from __future__ import annotations

from dataclasses import replace

from importer.detect.known import Known, is_teacher, judged_by
from importer.detect.laprule import LapRule, parse_lap_rule
from importer.detect.tagging import Begun, finish
from importer.detect.tagging import begin as begin_tagging
from importer.values.activity import Activity
from importer.values.session import LapWord, Normal, Session


def judge(activity: Activity, known: Known, begun: Begun | None = None) -> Session:
    """Tag a recording by all that is known; a session that teaches nothing has no `normal`.

    Parameters
    ----------
    begun : of `begin`, by the same labels and the same rule for laps.
    """
    known = _fitting(activity, known)
    begun = begin(activity, known) if begun is None else begun
    session = finish(activity, begun, baseline=known.baseline).session
    normal = session.normal if is_teacher(session.normal) else None
    return replace(session, normal=normal, lap_rule=known.lap_rule, judged_by=judged_by(known))


def begin(activity: Activity, known: Known) -> Begun:
    """Do of `judge` what needs no other session."""
    known = _fitting(activity, known)
    return begin_tagging(activity, lap_rule=rule_of(known.lap_rule), labels=known.labels)


def lesson(begun: Begun) -> Normal | None:
    """Give what a session teaches, None where that is nothing."""
    return begun.normal if is_teacher(begun.normal) else None


def _fitting(activity: Activity, known: Known) -> Known:
    """Leave out the rule that is kept for the athlete where the recording has no laps."""
    if known.lap_rule is not None and known.lap_rule.is_kept and not activity.laps:
        return known._replace(lap_rule=None)
    return known


def rule_of(word: LapWord | None) -> LapRule | None:
    """Read a stored lap rule."""
    return None if word is None else parse_lap_rule(word.text)._replace(is_kept=word.is_kept)
