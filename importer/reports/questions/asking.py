"""What is asked of a report in Python, checked word by word: an error says which word means nothing, and what would.

Conventions: days may be texts, ``YYYY-MM-DD``. Asks nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from importer.errors import UsageError
from importer.reports.questions.energy import FACTOR, FACTORS_ALLOWED
from importer.reports.questions.facts import Asked, Period, Units
from importer.values.activity import Environment
from importer.values.session import Gait

STANDINGS: Final = ("accepted", "all")


def asked(
    *,
    since: date | str | None = None,
    until: date | str | None = None,
    athlete: str | None = None,
    place: str | None = None,
    gait: str | None = None,
    standing: str = "accepted",
    by: str = "week",
    energy_factor: float | None = None,
    units: str = "metric",
) -> Asked:
    """Give what was asked.

    Raises
    ------
    UsageError : a word or a number means nothing here.
    """
    for name, value, known in (("place", place, Environment), ("gait", gait, Gait), ("by", by, Period), ("units", units, Units)):
        check_word(name, value, known)
    check_word("standing", standing, STANDINGS)
    factor, (low, high) = FACTOR if energy_factor is None else energy_factor, FACTORS_ALLOWED
    if not low <= factor <= high:
        raise UsageError(f"energy_factor: {factor} is out of range (expected {low} to {high}): correct it")
    first, last = day("since", since), day("until", until)
    if first is not None and last is not None and first > last:
        raise UsageError(f"since {first}: is behind until {last} (expected the earlier day first): change one of them")
    return Asked(first, last, athlete, place, gait, is_all=standing == "all", units=Units(units), by=Period(by), energy_factor=factor)


def check_word(name: str, value: str | None, known: Iterable[str]) -> None:
    """Raise UsageError where a word is none of those known."""
    if value is not None and value not in tuple(known):
        raise UsageError(f"{name}: there is no {value!r} (known: {', '.join(known)}): choose one of them")


def day(name: str, value: date | str | None) -> date | None:
    """Give a day.

    Raises
    ------
    UsageError : it is none.
    """
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name}: {value!r} is no day (expected YYYY-MM-DD): correct it") from error
