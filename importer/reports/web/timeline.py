"""The figures of one session in Vega-Lite: signals over time with the segments behind them, and the words of a reading.

Conventions: a spec holds no numbers of a session; its data come by name: `points` and `spans`, as `samples` gives them.
session.js fills the same specs in the browser. A colour is written as `ROLE` and what it means, and painted when it is known on what
ground.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from importer.reports.forms import MILE_M
from importer.reports.questions.answer import Form
from importer.reports.questions.facts import Units
from importer.reports.web import ground
from importer.reports.web.library import SCHEMA, VEGA_SCHEMA
from importer.reports.web.palette import ROLE
from importer.reports.web.vegawords import LEAST_MPS, clock, said
from importer.reports.web.whats import LEGEND, WHATS, colours, word

#: seconds as [H:]MM:SS, in Vega's own language
CLOCK: Final = (
    "(datum.value >= 3600 ? floor(datum.value / 3600) + ':' + pad(floor(datum.value / 60) % 60, 2, '0', 'left') : floor(datum.value / 60))"
    " + ':' + pad(round(datum.value) % 60, 2, '0', 'left')"
)
#: how strongly a segment is shaded; forward ones are not
_SHADE: Final = 0.5
#: paces that an axis is marked with, s for a kilometre or mile
_PACES_S: Final = (150, 180, 210, 240, 300, 360, 420, 480, 600, 720, 900, 1200, 1800)
#: distances of the marks of time, s
TICKS_S: Final = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200)
_N_TICKS: Final = 9
_HEIGHT: Final = 96
#: signal -> heading, axis format, least span of the axis
_SIGNALS: Final[Mapping[str, tuple[str, str]]] = {
    "speed": ("pace", ""),
    "cadence": ("cadence, spm", "d"),
    "heart_rate": ("heart rate, bpm", "d"),
    "grade": ("grade", "%"),
}
#: what the lowest axis of time has more than the others
_LAST_AXIS: Final = {"title": "time since the start", "labels": True, "ticks": True}
_METRES: Final = {Units.METRIC: 1000.0, Units.IMPERIAL: MILE_M}
#: what a reading says: its name in the words of `reading`, and its heading
_READ: Final = {
    "at": "time",
    "what": "direction",
    "stretch": "stretch",
    "speed": "pace",
    "cadence": "cadence",
    "heart_rate": "heart rate",
    "grade": "grade",
}


def _pace_words(units: Units) -> str:
    """A speed as minutes for a kilometre or mile, in Vega's language; too slow to be one is left out."""
    seconds = f"round({_METRES[units]} / datum.value)"
    return f"datum.value < 0.4 ? '' : floor({seconds} / 60) + ':' + pad({seconds} % 60, 2, '0', 'left')"


def templates(units: Units) -> dict[str, Any]:
    """Give the parts of the specs that session.js puts together."""
    return {
        "frame": _frame(),
        "timeline": {name: _signal(name, units=units) for name in _SIGNALS},
        "last": _LAST_AXIS,
        "legend": LEGEND,
        "whats": list(WHATS),
        "ticks": {"steps": TICKS_S, "most": _N_TICKS},
        "reading": {"names": _READ, "spec": reading(units)},
        "way": ground.way(units),
        "ground": ground.SIZES,
    }


def reading(units: Units) -> dict[str, Any]:
    """Give the Vega spec that says each of the `points` in words."""
    pace = f"datum.speed === null || datum.speed < {LEAST_MPS} ? null : {_METRES[units]} / datum.speed"
    words = {
        "at": clock("round(datum.t)"),
        "what": word("datum.what"),
        "stretch": f"{clock('round(datum.start)')} + ' to ' + {clock('round(datum.end)')}",
        "speed": said(Form.PACE, units, "datum.pace_s"),
        "cadence": said(Form.CADENCE, units, "datum.cadence"),
        "heart_rate": said(Form.HEART_RATE, units, "datum.heart_rate"),
        "grade": said(Form.SHARE, units, "datum.grade"),
    }
    formulas = [{"type": "formula", "as": f"said_{name}", "expr": expression} for name, expression in words.items()]
    return {
        "$schema": VEGA_SCHEMA,
        "data": [
            {"name": "points", "values": []},
            {"name": "told", "source": "points", "transform": [{"type": "formula", "as": "pace_s", "expr": pace}, *formulas]},
        ],
    }


def timeline(signals: Sequence[str], *, whats: Collection[str], length_s: float, units: Units, width: int) -> dict[str, Any]:
    """Give the spec of the signals above each other, sharing the time below the last one."""
    rows = [_signal(name, units=units, width=width) for name in _SIGNALS if name in signals]
    if rows:
        rows[0]["layer"][0]["encoding"]["color"]["legend"] = {
            **LEGEND,
            "values": [what for what in WHATS if what in whats and what != "forward"],
        }
        for layer in rows[-1]["layer"]:
            layer["encoding"]["x"]["axis"] |= _LAST_AXIS
    for row in rows:
        for layer in row["layer"]:
            layer["encoding"]["x"]["axis"]["values"] = times(length_s)
            layer["encoding"]["x"]["scale"]["domain"] = [0, length_s]
    return {**_frame(), "vconcat": rows}


def times(length_s: float) -> list[int]:
    """Give the marks of a time axis: round times, some nine at most."""
    step_s = next((one for one in TICKS_S if length_s <= _N_TICKS * one), TICKS_S[-1])
    return list(range(0, int(length_s) + 1, step_s))


def _frame() -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "data": {"name": "points"},
        "spacing": 10,
        "resolve": {"scale": {"x": "shared", "color": "independent"}, "legend": {"color": "independent"}},
        "config": {"axis": {"labelFontSize": 11, "titleFontSize": 11}},
    }


def _signal(name: str, *, units: Units, width: int = 600) -> dict[str, Any]:
    title, form = _SIGNALS[name]
    axis: dict[str, Any] = {"title": title, "tickCount": 4, "grid": True, "format": form}
    if name == "speed":
        axis |= {
            "title": f"pace, min/{'km' if units is Units.METRIC else 'mi'}",
            "labelExpr": _pace_words(units),
            "values": [_METRES[units] / pace_s for pace_s in _PACES_S],
            "labelOverlap": "greedy",
        }
    time = {"title": None, "labelExpr": CLOCK, "labels": False, "ticks": False, "grid": False}
    return {
        "width": width,
        "height": _HEIGHT,
        "layer": [
            {
                "data": {"name": "spans"},
                "transform": [{"filter": "datum.what != 'forward'"}],
                "mark": {"type": "rect", "tooltip": None, "opacity": _SHADE},
                "encoding": {
                    "x": {"field": "start", "type": "quantitative", "scale": {"nice": False}, "axis": {**time}},
                    "x2": {"field": "end"},
                    "color": {"field": "what", "type": "nominal", "scale": colours(is_area=True), "legend": None},
                },
            },
            {
                "mark": {"type": "line", "strokeWidth": 1.6, "color": f"{ROLE}ink", "invalid": "break-paths-show-domains", "tooltip": None},
                "encoding": {
                    "x": {"field": "t", "type": "quantitative", "scale": {"nice": False}, "axis": {**time}},
                    "y": {"field": name, "type": "quantitative", "scale": {"zero": False, "nice": True}, "axis": axis},
                },
            },
        ],
    }
