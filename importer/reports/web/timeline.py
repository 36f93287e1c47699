"""The figures of one session in Vega-Lite: signals over time with the segments behind them, and the way on the ground.

Conventions: a spec holds no numbers of a session; its data come by name: `points` and `spans`, or `way`, as `samples` gives them.
session.js fills the same specs in the browser. A colour is written as `ROLE` and what it means, and painted when it is known on what
ground.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from importer.reports.questions.facts import Units
from importer.reports.web.library import SCHEMA
from importer.reports.web.palette import HATCH, ROLE

#: seconds as [H:]MM:SS, in Vega's own language
CLOCK: Final = (
    "(datum.value >= 3600 ? floor(datum.value / 3600) + ':' + pad(floor(datum.value / 60) % 60, 2, '0', 'left') : floor(datum.value / 60))"
    " + ':' + pad(round(datum.value) % 60, 2, '0', 'left')"
)
#: how a segment is called, in the order in which they are explained
WHATS: Final = {"accepted": "backward", "suggested": "backward?", "forward": "forward", "still": "standing", "unknown": "unknown"}
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
    "cadence": ("cadence, steps/min", "d"),
    "heart_rate": ("heart rate, beats/min", "d"),
    "grade": ("grade", "%"),
}
#: what the lowest axis of time has more than the others
_LAST_AXIS: Final = {"title": "time since the start", "labels": True, "ticks": True}
#: what the shades of the uppermost signal mean
_LEGEND: Final = {
    "title": None,
    "orient": "top",
    "labelExpr": " : ".join(f"datum.label == '{what}' ? '{words}'" for what, words in WHATS.items()) + " : datum.label",
}
_METRES: Final = {Units.METRIC: 1000.0, Units.IMPERIAL: 1609.344}


def _pace_words(units: Units) -> str:
    """A speed as minutes for a kilometre or mile, in Vega's language; too slow to be one is left out."""
    seconds = f"round({_METRES[units]} / datum.value)"
    return f"datum.value < 0.4 ? '' : floor({seconds} / 60) + ':' + pad({seconds} % 60, 2, '0', 'left')"


def _colour(*, is_area: bool) -> dict[str, Any]:
    """Give the scale of colours; areas of what is only suggested are hatched."""
    names = {what: HATCH if is_area and what == "suggested" else what for what in WHATS}
    return {"domain": list(names), "range": [ROLE + name for name in names.values()]}


def templates(units: Units) -> dict[str, Any]:
    """Give the parts of the specs that session.js puts together."""
    return {
        "frame": _frame(),
        "timeline": {name: _signal(name, units=units) for name in _SIGNALS},
        "last": _LAST_AXIS,
        "legend": _LEGEND,
        "whats": list(WHATS),
        "ticks": {"steps": TICKS_S, "most": _N_TICKS},
        "way": way(width=400, height=400),
    }


def timeline(signals: Sequence[str], *, whats: Collection[str], length_s: float, units: Units, width: int) -> dict[str, Any]:
    """Give the spec of the signals above each other, sharing the time below the last one."""
    rows = [_signal(name, units=units, width=width) for name in _SIGNALS if name in signals]
    if rows:
        rows[0]["layer"][0]["encoding"]["color"]["legend"] = {
            **_LEGEND,
            "values": [what for what in WHATS if what in whats and what != "forward"],
        }
        for layer in rows[-1]["layer"]:
            layer["encoding"]["x"]["axis"] |= _LAST_AXIS
    for row in rows:
        for layer in row["layer"]:
            layer["encoding"]["x"]["axis"]["values"] = times(length_s)
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
                    "color": {"field": "what", "type": "nominal", "scale": _colour(is_area=True), "legend": None},
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


def way(*, width: int, height: int) -> dict[str, Any]:
    """Give the spec of the way: the same scale in both directions, the backward parts over the others."""
    axis = {"axis": None, "scale": {"zero": False, "nice": False}}
    return {
        "$schema": SCHEMA,
        "data": {"name": "way"},
        "width": width,
        "height": height,
        "layer": [
            {
                "transform": [{"filter": condition}],
                "mark": {"type": "line", "strokeWidth": stroke, "strokeJoin": "round", "strokeCap": "round", "tooltip": None},
                "encoding": {
                    "x": {"field": "east", "type": "quantitative", **axis},
                    "y": {"field": "north", "type": "quantitative", **axis},
                    "order": {"field": "t", "type": "quantitative"},
                    "detail": {"field": "part"},
                    "color": {"field": "what", "type": "nominal", "scale": _colour(is_area=False), "legend": None},
                    "strokeDash": {"condition": {"test": "datum.what === 'suggested'", "value": [1, 8]}, "value": [1, 0]},
                },
            }
            for condition, stroke in (
                ("datum.what != 'accepted' && datum.what != 'suggested'", 2.0),
                ("datum.what == 'accepted' || datum.what == 'suggested'", 4.5),
            )
        ],
        "config": {"view": {"stroke": None}},
    }
