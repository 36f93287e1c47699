"""A recording and all that is known of its runner, to a tagged session that says what it was judged by."""

from __future__ import annotations

from dataclasses import replace

from importer.detect.known import Known, is_teacher, judged_by
from importer.detect.laprule import LapRule, parse_lap_rule
from importer.detect.tagging import tag
from importer.values.activity import Activity
from importer.values.session import LapWord, Session


def judge(activity: Activity, known: Known) -> Session:
    """Tag a recording by all that is known; a session that teaches nothing has no `normal`."""
    if known.lap_rule is not None and known.lap_rule.is_kept and not activity.laps:
        known = known._replace(lap_rule=None)
    session = tag(activity, baseline=known.baseline, lap_rule=rule_of(known.lap_rule), labels=known.labels)
    normal = session.normal if is_teacher(session.normal) else None
    return replace(session, normal=normal, lap_rule=known.lap_rule, judged_by=judged_by(known))


def rule_of(word: LapWord | None) -> LapRule | None:
    """Read a stored lap rule."""
    return None if word is None else parse_lap_rule(word.text)._replace(is_kept=word.is_kept)
