"""How the tags of a session are known: the evidence in plain words and in nats.

Conventions: nats are log p(seen | backward) - log p(seen | forward): 0 says nothing, 3 is one against twenty.
It looks at the stored samples anew, so that every number can be checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from importer.detect import calibration as cal
from importer.detect.classify import session_prior
from importer.detect.tagging import Trace, trace
from importer.reports.session_page import headline
from importer.reports.table import table_text
from importer.reports.words import clock, number, plain
from importer.values.session import Basis, Claim

if TYPE_CHECKING:
    from importer.store import SessionRecord
    from importer.values.activity import Activity, FloatArray


def explanation_text(record: SessionRecord, activity: Activity, *, bounds: tuple[float, float] | None = None) -> str:
    """Tell how a session, or a stretch of it, came to its tags."""
    # what was declared when the session was tagged: a lap rule is not in the file
    told = tuple(
        Claim(segment.start_s, segment.end_s, segment.direction, segment.basis, "; ".join(segment.why))
        for segment in record.segments
        if segment.basis in (Basis.DECLARED, Basis.MANUAL)
    )
    seen = trace(activity, claims=told)
    lines = [headline(record), *(f"  {sentence}" for sentence in _about_session(seen, activity, findings=record.findings))]
    start_s, end_s = bounds or (0.0, activity.elapsed_s)
    shown = [segment for segment in record.segments if segment.end_s > start_s and segment.start_s < end_s]
    rows = []
    for segment in shown:
        first, last = int(max(segment.start_s, start_s)), int(np.ceil(min(segment.end_s, end_s)))
        rows.append(
            (
                f"{clock(max(segment.start_s, start_s))}-{clock(min(segment.end_s, end_s))}",
                f"{segment.direction}{'?' if segment.standing == 'suggested' else ''}",
                str(segment.basis),
                *_numbers(seen, first, last),
                plain("; ".join(segment.why)),
            )
        )
    header = ("stretch", "direction", "basis", "m/s", "spm", "usual", "grade", "nats", "why")
    legend = (
        "usual: your forward cadence at that speed and grade. "
        "nats: what cadence says for backward over the stretch, 0 = nothing, 3 = twenty to one."
    )
    return "\n".join((*(plain(line) for line in lines), "", table_text(header, rows, right=(3, 4, 5, 6, 7)), "", legend))


def _about_session(seen: Trace, activity: Activity, *, findings: tuple[str, ...]) -> list[str]:
    """Sentences about the whole session: its own line, its prior, what could not be told."""
    found = seen.found
    sentences = []
    if activity.cadence_factor is not None:
        unit = "steps" if activity.cadence_factor == 1 else "strides"
        sentences.append(
            f"the file counts {unit}: its cadence was multiplied by {activity.cadence_factor:g} (known by: {activity.cadence_basis})"
        )
    if found.line.forward_s > 0:
        at_reference = found.line.at_reference_spm
        sentences.append(
            f"your usual cadence here is {at_reference:.0f} spm at {cal.RUN_REFERENCE_SPEED_MPS:.2f} m/s "
            f"and {found.line.slope_spm_per_mps:+.1f} spm for each m/s, learnt from {found.line.forward_s / 60:.0f} min of this session"
            f"{' and the average runner' if seen.session.baseline is None else ' and your earlier sessions'}"
        )
    prior = session_prior(seen.declared)
    if found.cannot_tell is None:
        sentences.append(
            f"undeclared backward running in such a session: {prior:.0%} likely before looking at the signals, {found.p_session:.0%} after"
        )
    sentences.extend(f'{hint.place} "{hint.text}" speaks of {hint.direction} movement' for hint in seen.declared.hints)
    sentences.extend(findings)
    return list(dict.fromkeys(sentences))


def _numbers(seen: Trace, first: int, last: int) -> tuple[str, ...]:
    """Middle speed, cadence, usual cadence, grade and evidence of a stretch."""
    grid = seen.found.grid

    def middle(values: FloatArray) -> float | None:
        values = values[first:last]
        values = values[np.isfinite(values)]
        return float(np.median(values)) if len(values) else None

    speed, cadence, slope = middle(grid["speed_7s_mps"]), middle(grid["cadence_7s_spm"]), middle(grid["slope_ratio"])
    usual = None
    if speed is not None and cadence is not None:
        line = seen.found.line
        expected = line.expected_run if cadence > cal.GAIT_BORDER_SPM else line.expected_walk
        usual = float(expected(np.array([speed]), np.array([0.0 if slope is None else slope]))[0])
    overlap = [(min(bout.last, last) - max(bout.first, first), bout.nats) for bout in seen.found.bouts]
    nats = [value for rows, value in overlap if 2 * rows > last - first]
    return (
        number(speed, 2),
        number(cadence),
        number(usual),
        "-" if slope is None else f"{slope:+.1%}",
        f"{max(nats, key=abs):+.1f}" if nats else "0",
    )
