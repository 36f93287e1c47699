"""The calendar in Vega-Lite: a year on a line, a column for each week, a cell for each day.

Conventions: the stronger the colour, the longer the accepted time of the day; a day with nothing but suggestions is hatched, one with a
session and nothing backward is pale blue. `usermeta.split` asks whoever draws to make one figure for each year.
"""

from __future__ import annotations

from typing import Any, Final

from importer.reports.questions.answer import Figure
from importer.reports.questions.facts import Units
from importer.reports.web.palette import HATCH, ROLE

#: s of backward time from which a day has the next stronger colour. Policy: the habit is a few minutes a day
STEPS_S: Final = (120, 300, 600)
_CELLS: Final = 53 * 7
_HEIGHT: Final = 118
_DAYS: Final = "['Mon','','Wed','','Fri','','Sun'][datum.value]"
_MONTHS: Final = "utcFormat(utcOffset('day', utc(2024, 0, 1), min(364, datum.value * 7 + 3)), '%b')"


def layers(figure: Figure, units: Units) -> dict[str, Any]:
    """Give what a calendar has of its own."""
    from importer.reports.web.figures import hover, told

    suggested = "datum.y1 > 0" if len(figure.series) > 1 else "false"
    # the days of a year before its first Monday are in the column of week 0
    place = [
        {"calculate": "toNumber(utcFormat(datum.x, '%W'))", "as": "week"},
        {"calculate": "(utcday(datum.x) + 6) % 7", "as": "day"},
    ]
    day = {"transform": [*told(figure, units), *place]}
    return {
        "height": _HEIGHT,
        "usermeta": {"split": "year"},
        "layer": [
            {"data": {"sequence": {"start": 0, "stop": _CELLS, "as": "i"}}, "transform": _grid()} | _cells({"value": f"{ROLE}empty"}),
            day | _cells({"value": f"{ROLE}forward"}, opacity=0.4) | {"encoding": _place() | {"tooltip": hover(figure)}},
            _marked(day, f"!(datum.y0 > 0) && {suggested}", {"value": ROLE + HATCH}, hover(figure)),
            _marked(day, "datum.y0 > 0", _levels(), hover(figure)),
        ],
    }


def _grid() -> list[dict[str, str]]:
    return [{"calculate": "floor(datum.i / 7)", "as": "week"}, {"calculate": "datum.i % 7", "as": "day"}]


def _place() -> dict[str, Any]:
    months = {"title": None, "labelExpr": _MONTHS, "values": [2, 6, 10, 15, 19, 24, 28, 32, 37, 41, 45, 50], "labelAngle": 0}
    blank = {"domain": False, "ticks": False, "grid": False}
    return {
        "x": {
            "field": "week",
            "type": "ordinal",
            "axis": months | blank | {"labelOverlap": True},
            "scale": {"domain": list(range(54)), "paddingInner": 0.16},
        },
        "y": {
            "field": "day",
            "type": "ordinal",
            "axis": {"title": None, "labelExpr": _DAYS} | blank,
            "scale": {"domain": list(range(7)), "paddingInner": 0.16},
        },
    }


def _cells(fill: dict[str, Any], *, opacity: float = 1.0) -> dict[str, Any]:
    return {"mark": {"type": "rect", "cornerRadius": 1.5, "fill": fill["value"], "opacity": opacity}, "encoding": _place()}


def _marked(day: dict[str, Any], which: str, fill: dict[str, Any], words: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "transform": [*day["transform"], {"filter": which}],
        "mark": {"type": "rect", "cornerRadius": 1.5},
        "encoding": _place() | {"fill": fill, "tooltip": words},
    }


def _levels() -> dict[str, Any]:
    names = [f"{ROLE}level{i}" for i in range(1, 5)]
    return {"field": "y0", "type": "quantitative", "scale": {"type": "threshold", "domain": list(STEPS_S), "range": names}, "legend": None}
