"""Values as people read them, in Vega's expression language: the same words as `forms` has, for axes and for what hovers over a mark.

Conventions: `said` is `forms.spoken` and `ticks` are round values of an axis; a test compares the words with those of `forms`.
"""

from __future__ import annotations

from typing import Final

from importer.reports.forms import MILE_M, YARD_M, scale
from importer.reports.questions.answer import Form
from importer.reports.questions.facts import Units

#: s between the marks of an axis of time
_STEPS_S: Final = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000, 72000, 180000)
#: marks of an axis, about
_TICKS: Final = 4
#: slower than this nobody moves, m/s
LEAST_MPS: Final = 0.1


def said(form: Form, units: Units, value: str) -> str:
    """Give the expression that says a value with its unit.

    Parameters
    ----------
    value : an expression that is a number or null, e.g. "datum.y": in SI units, but a pace is seconds for a kilometre or mile.
    """
    words = _known(form, units, value)
    return f"({value} === null || !isValid({value}) ? '-' : {words})"


def _known(form: Form, units: Units, value: str) -> str:
    if form is Form.DURATION:
        return clock(f"round({value})")
    if form is Form.DISTANCE:
        if units is Units.METRIC:
            return f"({value} < 999.5 ? format({value}, '.0f') + ' m' : format({value} / 1000, '.2f') + ' km')"
        return f"({value} < {MILE_M / 4} ? format({value} / {YARD_M}, '.0f') + ' yd' : format({value} / {MILE_M}, '.2f') + ' mi')"
    if form is Form.SHARE:
        return f"format(100 * {value}, abs({value}) > 0 && abs({value}) < 0.1 ? '.1f' : '.0f') + ' %'"
    if form is Form.COUNT:
        return f"format({value}, ',.0f')"
    if form is Form.NUMBER:
        return f"format({value}, abs({value}) >= 100 ? ',.0f' : '.3~g')"
    if form is Form.PACE:
        return f"{clock(f'round({value})')} + ' /{'mi' if units is Units.IMPERIAL else 'km'}'"
    scaled = scale(form, units)
    if scaled is None:
        return f"'' + {value}"
    factor = value if scaled.factor == 1 else f"{scaled.factor} * {value}"
    return f"format({factor}, '.{scaled.digits}f') + ' {scaled.unit}'"


def label(form: Form, units: Units) -> str:
    """Give the expression of a label of an axis: as `said`, without digits that are zero."""
    return "format(100 * datum.value, '.3~g') + ' %'" if form is Form.SHARE else said(form, units, "datum.value")


def pace_s(speed_mps: float | None, units: Units) -> float | None:
    """Give a speed as seconds for a kilometre or mile, which is how a pace is drawn; None of what stands."""
    if speed_mps is None or speed_mps < LEAST_MPS:
        return None
    return round((MILE_M if units is Units.IMPERIAL else 1000.0) / speed_mps, 1)


def clock(seconds: str) -> str:
    """Give the expression that writes whole seconds as [H:]MM:SS."""
    pad = "pad({}, 2, '0', 'left')"
    hours = f"floor({seconds} / 3600) + ':' + {pad.format(f'floor({seconds} / 60) % 60')}"
    return f"(({seconds} >= 3600 ? {hours} : floor({seconds} / 60)) + ':' + {pad.format(f'{seconds} % 60')})"


def ticks(form: Form, axis: str) -> str | None:
    """Give the expression with the values that an axis marks: full minutes and hours for a duration; None leaves it to Vega.

    Parameters
    ----------
    axis : name of the scale.
    """
    if form not in (Form.DURATION, Form.PACE):
        return None
    least, most = (f"domain('{axis}')[{i}]" for i in (0, 1))
    step = str(_STEPS_S[-1])
    for seconds in reversed(_STEPS_S[:-1]):
        step = f"({most} - {least} <= {_TICKS * seconds} ? {seconds} : {step})"
    return f"sequence(ceil({least} / {step}) * {step}, {most} * 1.0001, {step})"
