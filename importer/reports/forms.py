"""A value as people read it, by its form and the units that were asked for: ``spoken(2.5, Form.PACE, units)`` is "6:40 /km".

Conventions: values come in SI; None is "-". `cell` is for columns, whose heading names the unit (`heading`) where it is always the same
one; `spoken` is for sentences and carries its unit. Nothing here computes with more than one value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from importer.reports.questions.answer import Column, Form
from importer.reports.questions.facts import Units
from importer.reports.words import clock, distance, plain, share

#: m in a mile, a yard, a foot. Source: international yard of 1959
MILE_M: Final = 1609.344
YARD_M: Final = 0.9144
FOOT_M: Final = 0.3048
#: slower than this nobody moves, m/s
_LEAST_MPS: Final = 0.1
#: from here on a plain number has no digits behind the point
_WHOLE_FROM: Final = 100.0
#: from here on yards become miles, m
_MILES_FROM_M: Final = MILE_M / 4


class Scale(NamedTuple):
    """How a plain number is shown: what it is multiplied with, its digits, its unit."""

    factor: float
    digits: int
    unit: str


_PLAIN: Final[Mapping[Form, Scale]] = {
    Form.LENGTH: Scale(1.0, 2, "m"),
    Form.SPEED: Scale(1.0, 2, "m/s"),
    Form.CADENCE: Scale(1.0, 0, "spm"),
    Form.HEART_RATE: Scale(1.0, 0, "bpm"),
    Form.CONTACT_TIME: Scale(1000.0, 0, "ms"),
    Form.ENERGY: Scale(1.0, 0, "kcal"),
}
_IMPERIAL: Final[Mapping[Form, Scale]] = {
    **_PLAIN,
    Form.LENGTH: Scale(1 / FOOT_M, 1, "ft"),
    Form.SPEED: Scale(3600 / MILE_M, 1, "mph"),
}
#: forms that are read from right to left in a column
NUMBERS: Final = frozenset(Form) - {Form.TEXT, Form.DAY}


def scale(form: Form, units: Units) -> Scale | None:
    """Give the scale of a form whose values all have one unit; None of the others."""
    return (_IMPERIAL if units is Units.IMPERIAL else _PLAIN).get(form)


def heading(column: Column, units: Units) -> str:
    """Give the heading of a column, with the unit where its cells do not carry it."""
    unit = f"/{'mi' if units is Units.IMPERIAL else 'km'}" if column.form is Form.PACE else getattr(scale(column.form, units), "unit", "")
    return column.title if not unit or unit in column.title.replace(",", "").split() else f"{column.title} {unit}"


def cell(value: Any, form: Form, units: Units) -> str:  # noqa: ANN401 - a cell
    """Give a value as it stands in a column."""
    if value is None:
        return "-"
    if form is Form.PACE:
        return _pace(value, units)
    if form is Form.COUNT:  # without a comma: it may be the number of a session
        return f"{value:.0f}"
    if form is Form.NUMBER and abs(value) < _WHOLE_FROM:  # points under each other
        return f"{value:#.3g}"
    scaled = scale(form, units)
    return spoken(value, form, units) if scaled is None else f"{value * scaled.factor:.{scaled.digits}f}"


def spoken(value: Any, form: Form, units: Units) -> str:  # noqa: ANN401 - a cell
    """Give a value as it stands in a sentence, with its unit."""
    if value is None:
        return "-"
    if form is Form.DURATION:
        return clock(value)
    if form is Form.DISTANCE:
        return distance(value) if units is Units.METRIC else _miles(value)
    if form is Form.SHARE:
        return share(value, 1.0)
    if form is Form.COUNT:
        return f"{value:,.0f}"
    if form is Form.NUMBER:
        return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.3g}"
    if form is Form.PACE:
        pace = _pace(value, units)
        return pace if pace == "-" else f"{pace} /{'mi' if units is Units.IMPERIAL else 'km'}"
    scaled = scale(form, units)
    return _text(value) if scaled is None else f"{value * scaled.factor:.{scaled.digits}f} {scaled.unit}"


def _pace(speed_mps: float, units: Units) -> str:
    """Minutes and seconds for a kilometre or a mile."""
    return "-" if speed_mps < _LEAST_MPS else clock((MILE_M if units is Units.IMPERIAL else 1000.0) / speed_mps)


def _miles(metres: float) -> str:
    return f"{metres / YARD_M:.0f} yd" if metres < _MILES_FROM_M else f"{metres / MILE_M:.2f} mi"


def _text(value: Any) -> str:  # noqa: ANN401 - a cell
    if isinstance(value, bool):
        return "yes" if value else ""
    return plain(", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value))
