"""What a question is answered with: sentences, tables and figures, before anybody writes them as text, CSV or a page.

Conventions: rows hold SI units under names that say so (`backward_accepted_s`); a `Form` tells how a number is shown to people.
None is "not measured"; a zero is a measured zero. The first table of an answer is what machines get.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

#: names of columns to numbers, texts, booleans or None
Row = Mapping[str, Any]


class Form(StrEnum):
    """How a value is shown; the unit in which it is kept stands behind."""

    TEXT = "text"
    DAY = "day"  # YYYY-MM-DD, also of a week (its Monday); months are YYYY-MM, years YYYY
    COUNT = "count"
    DURATION = "duration"  # s
    DISTANCE = "distance"  # m
    LENGTH = "length"  # m, of a step
    SPEED = "speed"  # m/s
    PACE = "pace"  # m/s, shown as minutes for a kilometre or mile
    CADENCE = "cadence"  # steps/min
    HEART_RATE = "heart-rate"  # beats/min
    CONTACT_TIME = "contact-time"  # s, shown as ms
    SHARE = "share"  # 0..1, shown as per cent
    ENERGY = "energy"  # kcal
    NUMBER = "number"


class Column(NamedTuple):
    """A column of a table: its name in rows, its heading, how its values are shown; `is_wide` is left out where room is short."""

    name: str
    title: str
    form: Form = Form.TEXT
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, and how people see them. `name` is the file's name where several are written.

    With `is_for_figure` it holds nothing but the numbers of figures: it stands beside them, and a terminal, which draws them, leaves it
    out.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    is_for_figure: bool = False


class Mark(StrEnum):
    """How a figure draws its series."""

    BARS = "bars"  # stacked on each other, one bar for each x
    LINE = "line"
    POINTS = "points"
    CALENDAR = "calendar"  # x is a day; weeks beside each other, a cell for each day


class Role(StrEnum):
    """What a series means, so that it has one colour everywhere."""

    ACCEPTED = "accepted"
    SUGGESTED = "suggested"
    FORWARD = "forward"
    UNKNOWN = "unknown"
    RUN = "run"
    WALK = "walk"


class Series(NamedTuple):
    """A column that is drawn."""

    column: str
    title: str
    role: Role


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of a table: `x` and every series are columns of its rows; a row where a series is None is a gap in it.

    Rows of several athletes (column `athlete`) are drawn once for each of them, never as one.
    `alt` says in one sentence what is to be seen, with its numbers: for those who cannot see it.
    `low` and `high` are columns with the ends of a range around the first series, where there is one.
    """

    name: str
    title: str
    mark: Mark
    table: str
    x: Column
    series: tuple[Series, ...]
    form: Form
    alt: str
    low: str | None = None
    high: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question: `headline` is what one reads in ten seconds, `notes` say how it was reckoned and what it is not."""

    name: str
    question: str
    headline: tuple[str, ...]
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()

    def table(self, name: str) -> Table:
        """Give a table by its name.

        Raises
        ------
        KeyError : there is none.
        """
        for one in self.tables:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of the first table."""
        return self.tables[0].rows
