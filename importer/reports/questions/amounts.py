"""Backward time, distance and bouts added up: the one place where reports do so, for any sessions.

Conventions: accepted and suggested apart. Metres are None where no bout of those was measured, and 0 where there is no bout.
Shares are of the time spent moving, None where nothing moved.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from importer.reports.forms import spoken
from importer.reports.questions.answer import Form
from importer.reports.questions.facts import Asked

_Row = Mapping[str, Any]


def totals(sessions: Iterable[_Row]) -> dict[str, Any]:
    """Add up rows of `v_session`."""
    rows = list(sessions)
    moving_s = math.fsum(row["moving_s"] for row in rows)
    out: dict[str, Any] = {"n_sessions": len(rows), "n_sessions_backward": sum(row["backward_accepted_s"] > 0 for row in rows)}
    for standing in ("accepted", "suggested"):
        n = sum(row[f"n_bouts_{standing}"] for row in rows)
        is_measured = not n or any(row[f"n_bouts_{standing}_measured"] for row in rows)
        seconds = math.fsum(row[f"backward_{standing}_s"] for row in rows)
        out[f"n_bouts_{standing}"] = n
        out[f"backward_{standing}_s"] = seconds
        out[f"backward_{standing}_m"] = math.fsum(row[f"backward_{standing}_m"] for row in rows) if is_measured else None
        out[f"backward_{standing}_share"] = seconds / moving_s if moving_s else None
    return out | {"moving_s": moving_s} | {name: math.fsum(row[name] for row in rows) for name in ("forward_s", "unknown_s")}


def known_sum(values: Sequence[float | None]) -> float | None:
    """Add up what was measured: None where there was something and none of it was."""
    known = [value for value in values if value is not None]
    return math.fsum(known) if known or not values else None


def grouped(rows: Iterable[_Row], *names: str) -> dict[tuple[Any, ...], list[_Row]]:
    """Sort rows by the values of some columns, in the order in which these appear."""
    found: dict[tuple[Any, ...], list[_Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


def athletes_of(rows: Iterable[_Row]) -> list[str]:
    """Give the athletes of some rows by name."""
    return sorted({row["athlete"] for row in rows})


def counted_s(row: _Row, asked: Asked) -> float:
    """Give the backward seconds that count for what was asked: the accepted ones, with ``--standing all`` the suggested ones too."""
    return float(row["backward_accepted_s"] + (row["backward_suggested_s"] if asked.is_all else 0.0))


def amount_sentence(row: _Row, asked: Asked) -> str:
    """Say what the row of `totals` comes to: "4:00 backward (481 m) in 4 bouts, 5.8 % of 1:09:30 moving; 7:31 more suggested"."""
    accepted_s, suggested_s = row["backward_accepted_s"], row["backward_suggested_s"]
    moving = spoken(row["moving_s"], Form.DURATION, asked.units)
    if not accepted_s and not suggested_s:
        return f"no backward movement found in {many(row['n_sessions'], 'session')}, {moving} moving"
    if asked.is_all:
        seconds, n = accepted_s + suggested_s, row["n_bouts_accepted"] + row["n_bouts_suggested"]
        metres = known_sum([row[f"backward_{standing}_m"] for standing in ("accepted", "suggested") if row[f"n_bouts_{standing}"]])
        more = f"; {spoken(suggested_s, Form.DURATION, asked.units)} of it is only suggested" if suggested_s else ""
    else:
        seconds, n, metres = accepted_s, row["n_bouts_accepted"], row["backward_accepted_m"]
        more = f"; {spoken(suggested_s, Form.DURATION, asked.units)} more suggested" if suggested_s else ""
        if not accepted_s:
            return f"nothing accepted yet; {suggested_words(row, asked)} in {moving} moving"
    way = "" if metres is None else f" ({spoken(metres, Form.DISTANCE, asked.units)})"
    part = spoken(seconds / row["moving_s"], Form.SHARE, asked.units) if row["moving_s"] else "-"
    return f"{spoken(seconds, Form.DURATION, asked.units)} backward{way} in {many(n, 'bout')}, {part} of {moving} moving{more}"


def suggested_words(row: _Row, asked: Asked) -> str:
    """Say what waits for a yes: "7:31 suggested in 3 bouts"."""
    return f"{spoken(row['backward_suggested_s'], Form.DURATION, asked.units)} suggested in {many(row['n_bouts_suggested'], 'bout')}"


def many(n: int, one: str) -> str:
    """Count things: 1 session, 2 sessions."""
    return f"{n:,} {one}{'' if n == 1 else 's'}"
