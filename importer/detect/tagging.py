"""The detector as one pure function: an activity in, a tagged session out.

It reads no file, writes no log and knows no database.
"""

from __future__ import annotations

from typing import NamedTuple

from importer.detect import calibration as cal
from importer.detect.classify import Classified, classify
from importer.detect.declared import Declared, read_declared
from importer.detect.features import add_features
from importer.detect.laprule import LapRule
from importer.detect.resample import resample
from importer.detect.segments import build_segments, session_distance
from importer.values.activity import Activity
from importer.values.session import Baseline, Claim, Direction, Session


class Trace(NamedTuple):
    """A tagged session with everything that led to it: `found.grid` holds each second's features, nats and posteriors."""

    session: Session
    declared: Declared
    found: Classified


def tag(activity: Activity, *, baseline: Baseline | None = None, lap_rule: LapRule | None = None) -> Session:
    """Tag an activity.

    Parameters
    ----------
    baseline : what is normal for this runner, from sessions that started earlier.
    lap_rule : which laps the runner says were backward.
    """
    return trace(activity, baseline=baseline, lap_rule=lap_rule).session


def trace(
    activity: Activity, *, baseline: Baseline | None = None, lap_rule: LapRule | None = None, claims: tuple[Claim, ...] | None = None
) -> Trace:
    """Tag an activity and keep what led to the tags.

    Parameters
    ----------
    claims : spans to take instead of those that the activity and the lap rule declare: what is stored already.
    """
    declared = read_declared(activity, lap_rule=lap_rule)
    if claims is not None:
        declared = declared._replace(claims=claims)
    grid = add_features(resample(activity), activity)
    found = classify(grid, activity, declared=declared, earlier=baseline)
    session = Session(
        activity=activity,
        segments=build_segments(activity, found, declared),
        distance_m=session_distance(activity),
        calibration=cal.VERSION,
        findings=tuple(_findings(declared, found)),
        baseline=baseline,
    )
    return Trace(session, declared, found)


def _findings(declared: Declared, found: Classified) -> list[str]:
    """Sentences about the whole session, the most useful first."""
    findings = list(declared.notes)
    has_span = any(claim.direction is Direction.BACKWARD for claim in declared.claims)
    if not has_span:
        findings.extend(
            f'{hint.place} "{hint.text}" says that there is backward movement, but not where: '
            "press lap at each change, or name the workout steps"
            for hint in declared.hints
            if hint.direction is Direction.BACKWARD
        )
    if found.cannot_tell is not None and (found.n_untold_s > 0 or found.grid.n == 0):
        findings.append(found.cannot_tell)
    return findings
