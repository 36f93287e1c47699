"""The detector as one pure function: an activity in, a tagged session out.

It reads no file, writes no log and knows no database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from importer.detect import calibration as cal
from importer.detect.classify import Classified, classify, is_measured
from importer.detect.declared import Declared, read_declared
from importer.detect.faced import Facing, OffsetBasis, finding
from importer.detect.features import add_features
from importer.detect.labels import labelled
from importer.detect.laprule import LapRule
from importer.detect.normal import normal_of
from importer.detect.resample import resample
from importer.detect.segments import build_segments, session_distance
from importer.detect.sets import name_bouts
from importer.values.activity import Activity
from importer.values.grid import Grid
from importer.values.session import Baseline, Claim, Direction, Label, Normal, Session


class Trace(NamedTuple):
    """A tagged session with everything that led to it: `found.grid` holds each second's features, nats and posteriors."""

    session: Session
    declared: Declared
    found: Classified


class Begun(NamedTuple):
    """What is found in an activity without a look at the runner's other sessions, and so what it teaches these."""

    declared: Declared
    grid: Grid
    normal: Normal


def begin(
    activity: Activity, *, lap_rule: LapRule | None = None, labels: Sequence[Label] = (), claims: tuple[Claim, ...] | None = None
) -> Begun:
    """Do of `trace` what needs no baseline."""
    declared = read_declared(activity, lap_rule=lap_rule)
    if claims is not None:
        declared = declared._replace(claims=claims)
    declared = labelled(declared, labels, elapsed_s=activity.elapsed_s)
    grid = add_features(resample(activity), activity)
    return Begun(declared, grid, normal_of(grid, activity, claims=declared.claims, is_measured=is_measured(activity)))


def tag(activity: Activity, *, baseline: Baseline | None = None, lap_rule: LapRule | None = None, labels: Sequence[Label] = ()) -> Session:
    """Tag an activity.

    Parameters
    ----------
    baseline : what is normal for this runner, from sessions that started earlier.
    lap_rule : which laps the runner says were backward.
    labels : what the runner said afterwards, in that order; nothing overrules it.
    """
    return trace(activity, baseline=baseline, lap_rule=lap_rule, labels=labels).session


def trace(
    activity: Activity,
    *,
    baseline: Baseline | None = None,
    lap_rule: LapRule | None = None,
    labels: Sequence[Label] = (),
    claims: tuple[Claim, ...] | None = None,
) -> Trace:
    """Tag an activity and keep what led to the tags.

    Parameters
    ----------
    claims : spans to take instead of those that the activity and the lap rule declare: what is stored already.
    """
    return finish(activity, begin(activity, lap_rule=lap_rule, labels=labels, claims=claims), baseline=baseline)


def finish(activity: Activity, begun: Begun, *, baseline: Baseline | None) -> Trace:
    """Do of `trace` what is left."""
    declared, grid, normal = begun
    found = classify(grid, activity, declared=declared, earlier=baseline)
    session = Session(
        activity=activity,
        segments=name_bouts(build_segments(activity, found, declared), activity),
        distance_m=session_distance(activity),
        calibration=cal.VERSION,
        findings=tuple(_findings(declared, found, baseline)),
        baseline=baseline,
        normal=_with_offset(normal, found.facing),
    )
    return Trace(session, declared, found)


#: said where no earlier session stands behind a judgement by gait
_FIRST: Final = "no earlier sessions of yours were at hand: your usual cadence is this session's own, beside that of the average runner"


def _with_offset(normal: Normal, facing: Facing | None) -> Normal:
    """Add how the device points going forward, where the runner's own words in this session fix it."""
    if facing is None or not facing.is_fixed or facing.is_room or facing.offset_basis is OffsetBasis.HISTORY:
        return normal
    return replace(normal, facing_offset_deg=facing.offset_deg, facing_n_s=float(facing.told_s))


def _findings(declared: Declared, found: Classified, baseline: Baseline | None) -> list[str]:
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
    if found.cannot_tell is None and found.n_judged_s > 0 and (baseline is None or baseline.n_sessions == 0):
        findings.append(_FIRST)
    by_facing = finding(found.facing) if found.facing is not None else None
    if by_facing is not None:
        findings.append(by_facing)
    return findings
