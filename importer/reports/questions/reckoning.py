"""Means over bouts, and sentences about whose they are: what the questions about speed, effort and progress share.

Conventions: a mean is weighted by time; what was not measured (None) takes no part, and a mean of nothing is None. A comparison is made
over the rows that have both sides. Nothing here mixes athletes: callers part the rows before they sum.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from importer.reports.questions.amounts import many
from importer.reports.questions.answer import Row

if TYPE_CHECKING:
    from importer.reports.questions.facts import Facts


def mean(rows: Iterable[Row], name: str, *, where: str | None = None) -> float | None:
    """Give the mean of a column, weighted by `duration_s`.

    Parameters
    ----------
    where : only over the rows in which this column is measured too.
    """
    told = [(row[name], row["duration_s"]) for row in rows if row[name] is not None and (where is None or row[where] is not None)]
    total_s = math.fsum(seconds for _, seconds in told)
    return math.fsum(value * seconds for value, seconds in told) / total_s if total_s > 0 else None


def ratio(rows: Sequence[Row], part: str, whole: str) -> float | None:
    """Give the mean of one column over the mean of another, over the rows that have both."""
    top, bottom = mean(rows, part, where=whole), mean(rows, whole, where=part)
    return None if top is None or not bottom else top / bottom


def of(rows: Iterable[Row], **values: object) -> list[Row]:
    """Give the rows in which columns have these values."""
    return [row for row in rows if all(row[name] == value for name, value in values.items())]


def counted(bouts: Iterable[Row], *, is_all: bool) -> list[Row]:
    """Give the bouts that count: the accepted ones, or with `is_all` all."""
    return [bout for bout in bouts if is_all or bout["standing"] == "accepted"]


def nothing(facts: Facts) -> str | None:
    """Say that there is nothing to report on, and what to do; None where something counts."""
    if counted(facts.bouts, is_all=facts.asked.is_all):
        return None
    if facts.bouts:
        told = "1 stretch is" if len(facts.bouts) == 1 else f"{len(facts.bouts):,} stretches are"
        return f"nothing accepted yet, {told} only suggested: see `retro-import report attention`, or count them with --standing all"
    if facts.sessions:
        return f"no backward movement in {many(len(facts.sessions), 'session')}"
    return "no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for"


def told_to(facts: Facts, athlete: str, sentences: Iterable[str]) -> list[str]:
    """Put the athlete's name before each sentence where there are several."""
    return [f"{athlete}: {sentence}" if facts.has_several_athletes else sentence for sentence in sentences]


def percent(value: float, *, is_signed: bool = False, digits: int = 0) -> str:
    """Give a share as people write it: 8 %, +8 %, -1.2 %."""
    rounded = round(100 * value, digits) + 0.0  # no minus before a zero
    return f"{rounded:{'+' if is_signed and rounded else ''}.{digits}f} %"


def more_or_less(value: float, more: str, less: str) -> str:
    """Say a signed share in words: "8 % quicker", "3 % slower"; half a per cent is no difference."""
    if abs(value) < 0.005:
        return f"neither {more} nor {less}"
    return f"{percent(abs(value))} {more if value > 0 else less}"


def profile_at(profiles: Iterable[Mapping[str, Any]], bout: Row, name: str) -> float | None:
    """Give what the athlete's profile said when a bout's session began; None where it said nothing.

    Parameters
    ----------
    profiles : rows of `v_athlete_profile`.
    """
    at = bout["session_start_utc"]
    for row in profiles:
        if row["athlete"] == bout["athlete"] and row["since_utc"] <= at and (row["until_utc"] is None or at < row["until_utc"]):
            value: float | None = row[name]
            return value
    return None
