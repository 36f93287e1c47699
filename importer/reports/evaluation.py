"""Scores against the truth as a table and as JSON.

Conventions: scores are of whole seconds unless they are called events; what has no meaning is a dash, or null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from importer.reports.words import number, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from importer.evaluate.scores import Scores
    from importer.evaluate.spans import Counts

_HEADER = ("file", "backward, s", "found, s", "precision", "recall", "F1", "events", "false s/h", "accepted: precision", "recall")


def scores_text(rows: Sequence[tuple[str, Scores]], total: Scores) -> str:
    """Give a table with a line for each file and one for all, and what confidence was worth."""
    from importer.reports.table import table_text

    lines = [_cells(plain(name), scores) for name, scores in rows]
    if len(rows) > 1:
        lines.append(_cells(f"all {len(rows)}", total))
    table = table_text(_HEADER, lines, right=range(1, len(_HEADER)))
    return f"{table}\n\n{_calibration_text(total)}"


def scores_json(scores: Scores) -> dict[str, Any]:
    """Give the scores of one file, or of all."""
    from importer.evaluate.probability import reliability

    return {
        "scored_s": _rounded(scores.scored_s),
        "found": {"seconds": _counts_json(scores.found_seconds), "events": _counts_json(scores.found_events)},
        "accepted": {"seconds": _counts_json(scores.accepted_seconds), "events": _counts_json(scores.accepted_events)},
        "false_s_per_h": _rounded(scores.false_s_per_h),
        "missed_as_unknown_s": _rounded(scores.unknown_s),
        "brier": _rounded(scores.brier),
        "ece": _rounded(scores.ece),
        "reliability": [
            {
                "low": row.low,
                "high": row.high,
                "seconds": _rounded(row.weight),
                "said": _rounded(row.said),
                "came_true": _rounded(row.came_true),
            }
            for row in reliability(scores.forecasts)
        ],
    }


def _cells(name: str, scores: Scores) -> tuple[str, ...]:
    found, accepted, events = scores.found_seconds, scores.accepted_seconds, scores.found_events
    return (
        name,
        number(found.hit + found.missed),
        number(found.hit + found.false),
        number(found.precision, 3),
        number(found.recall, 3),
        number(found.f1, 3),
        f"{events.hit:.0f} of {events.hit + events.missed:.0f}",
        number(scores.false_s_per_h, 1),
        number(accepted.precision, 3),
        number(accepted.recall, 3),
    )


def _calibration_text(total: Scores) -> str:
    from importer.evaluate.probability import reliability
    from importer.reports.table import table_text

    rows = [
        (f"{row.low:.1f} to {row.high:.1f}", number(row.weight), number(row.said, 3), number(row.came_true, 3))
        for row in reliability(total.forecasts)
    ]
    if not rows:
        return "confidence: nothing was called forward or backward"
    said = f"confidence: Brier {number(total.brier, 4)}, expected calibration error {number(total.ece, 3)}"
    return f"{said}\n{table_text(('p of backward', 'seconds', 'said', 'came true'), rows, right=(1, 2, 3))}"


def _counts_json(counts: Counts) -> dict[str, float | None]:
    return {
        "hit": _rounded(counts.hit),
        "false": _rounded(counts.false),
        "missed": _rounded(counts.missed),
        "precision": _rounded(counts.precision),
        "recall": _rounded(counts.recall),
        "f1": _rounded(counts.f1),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
