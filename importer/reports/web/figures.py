"""Figures of answers in Vega-Lite: bars, lines, points and a calendar, drawn of the rows of their table.

Conventions: a spec carries its rows under short names: `x`, and `y0`, `y1`... for the series, None where nothing was measured; days are
texts until Vega reads them, so that a script can leave rows out by comparing them. Colours are roles (`palette`). Accepted and suggested
are drawn apart, the suggested hatched or dashed. Nothing here adds up: what is drawn is what stands in the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from importer.reports.questions.answer import Figure, Form, Mark, Role, Row, Series, Table
from importer.reports.questions.facts import Units
from importer.reports.web.library import SCHEMA
from importer.reports.web.palette import HATCH, ROLE
from importer.reports.web.vegawords import label, pace_s, said, ticks

#: height of a figure, and of a category of bars that lie, px
HEIGHT: Final = 200
_BAR_HEIGHT: Final = 26
#: forms whose axis begins at zero, also for lines
_FROM_ZERO: Final = frozenset({Form.COUNT, Form.DURATION, Form.DISTANCE, Form.SHARE, Form.ENERGY})
#: how a day is written, by its length: Vega's format and the next period's unit
_DAYS: Final[Mapping[int, tuple[str, str]]] = {4: ("%Y", "year"), 7: ("%Y-%m", "month"), 10: ("%Y-%m-%d", "week")}
#: a day on an axis: the year on its first day, the month on its first, else the day
_DAY_WORDS: Final = (
    "utcFormat(datum.value, utcFormat(datum.value, '%j') === '001' ? '%Y' : utcdate(datum.value) === 1 ? '%b %Y' : '%-d %b')"
)
#: periods from which on bars are so thin that an outline of the ground's colour would hide them
_THIN: Final = 120
#: so few weeks are marked where they begin; more are left to Vega
_FEW: Final = 6
#: where an axis ends on which nothing but zeros is drawn: a minute, one per cent; else one
_LEAST: Final[Mapping[Form, float]] = {Form.DURATION: 60, Form.SHARE: 0.01}
#: what a page or picture sets once for all figures
CONFIG: Final[Mapping[str, Any]] = {
    "background": None,
    "font": "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif",
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": f"{ROLE}muted",
        "titleColor": f"{ROLE}muted",
        "gridColor": f"{ROLE}line",
        "domainColor": f"{ROLE}line",
        "tickColor": f"{ROLE}line",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 500,
        "labelFontWeight": 400,
    },
    "axisX": {"grid": False},
    "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
    "legend": {"labelColor": f"{ROLE}ink", "labelFontSize": 12, "title": None, "orient": "top", "direction": "horizontal", "offset": 8},
}


def spec(figure: Figure, table: Table, units: Units) -> dict[str, Any]:
    """Give the Vega-Lite spec of a figure; its width is that of its place."""
    rows = _rows(figure, table, units)
    base: dict[str, Any] = {
        "$schema": SCHEMA,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"name": "rows", "values": rows},
    }
    if figure.x.form is Form.DAY:
        layout, _ = _DAYS.get(len(str(rows[0]["x"])) if rows else 10, _DAYS[10])
        base["data"]["format"] = {"parse": {"x": f"utc:'{layout}'"}}
    if figure.mark is Mark.CALENDAR:
        from importer.reports.web.calendar import layers

        return base | layers(figure, units)
    if figure.x.form in (Form.TEXT, Form.COUNT) and figure.mark is Mark.BARS:
        return base | _lying_bars(figure, rows, units)
    base["height"] = HEIGHT
    draw = {Mark.BARS: _standing_bars, Mark.LINE: _lines, Mark.POINTS: _points}[figure.mark]
    return base | draw(figure, rows, units)


def _rows(figure: Figure, table: Table, units: Units) -> list[dict[str, Any]]:
    """Give the rows that are drawn, oldest first where the x are days."""
    names = {figure.x.name: "x"} | {one.column: f"y{i}" for i, one in enumerate(figure.series)}
    if figure.low is not None and figure.high is not None:
        names |= {figure.low: "low", figure.high: "high"}
    rows = [_short(row, names) for row in table.rows if row.get(figure.x.name) is not None]
    if figure.form is Form.PACE:
        rows = [{name: value if name == "x" else pace_s(value, units) for name, value in row.items()} for row in rows]
    return sorted(rows, key=lambda row: str(row["x"])) if figure.x.form is Form.DAY else rows


def _short(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for name, short in names.items():
        value = row.get(name)
        found[short] = round(value, 4) if isinstance(value, float) else value
    return found


def colour(one: Series, *, is_area: bool) -> str:
    """Give the colour of a series: hatched where it is an area of suggestions."""
    return ROLE + (HATCH if is_area and one.role is Role.SUGGESTED else str(one.role))


def colours(series: Sequence[Series], *, is_area: bool) -> dict[str, Any]:
    """Give the scale of colours with a legend, without one where there is one series alone."""
    # on a phone long names stand below each other
    columns = {"expr": f"width < 420 ? 1 : {len(series)}"} if len(series) > 2 else len(series)
    legend = {"symbolType": "square" if is_area else "stroke", "labelLimit": 260, "columns": columns}
    return {
        "type": "nominal",
        "scale": {"domain": [one.title for one in series], "range": [colour(one, is_area=is_area) for one in series]},
        "legend": legend if len(series) > 1 else None,
    }


def told(figure: Figure, units: Units) -> list[dict[str, Any]]:
    """Give the transforms that put what hovers over a row into words: `when`, and `words` of each series."""
    found = [{"calculate": said(figure.form, units, f"datum.y{i}"), "as": f"t{i}"} for i in range(len(figure.series))]
    when = "utcFormat(datum.x, '%Y-%m-%d')" if figure.x.form is Form.DAY else "'' + datum.x"
    return [*found, {"calculate": when, "as": "when"}]


def hover(figure: Figure) -> list[dict[str, Any]]:
    return [
        {"field": "when", "type": "nominal", "title": figure.x.title},
        *({"field": f"t{i}", "type": "nominal", "title": one.title} for i, one in enumerate(figure.series)),
    ]


def _folded(figure: Figure) -> list[dict[str, Any]]:
    """Give the transforms after which each series has rows of its own: `name`, `value` and their order."""
    names = [f"y{i}" for i in range(len(figure.series))]
    words = " : ".join(f"datum.key === 'y{i}' ? {one.title!r}" for i, one in enumerate(figure.series))
    return [{"fold": names, "as": ["key", "value"]}, {"calculate": f"{words} : ''", "as": "name"}]


def _is_nothing(rows: Sequence[Row], n_series: int) -> bool:
    return not any(row[f"y{i}"] for row in rows for i in range(n_series))


def _y(figure: Figure, units: Units, *, field: str = "value", is_nothing: bool = False) -> dict[str, Any]:
    axis: dict[str, Any] = {"title": None, "tickCount": 4, "labelExpr": label(figure.form, units)}
    values = ticks(figure.form, "y")
    if values is not None:
        axis["values"] = {"expr": values}
    is_from_zero = figure.mark is Mark.BARS or figure.form in _FROM_ZERO
    # quick is high: fewer minutes for a kilometre stand above
    scale: dict[str, Any] = {"zero": is_from_zero, "nice": values is None, "reverse": figure.form is Form.PACE}
    if is_nothing and is_from_zero:  # zeros stand at the foot
        scale["domain"] = [0, _LEAST.get(figure.form, 1)]
    return {"field": field, "type": "quantitative", "axis": axis, "scale": scale}


def _x(figure: Figure, rows: Sequence[Row]) -> dict[str, Any]:
    if figure.x.form is not Form.DAY:
        kind = "nominal" if figure.x.form is Form.TEXT else "quantitative"
        return {"field": "x", "type": kind, "axis": {"title": figure.x.title}, "scale": {"zero": False} if kind == "quantitative" else {}}
    size = len(str(rows[0]["x"])) if rows else 10
    axis: dict[str, Any] = {"title": None, "labelOverlap": "greedy", "tickCount": {"expr": "max(2, width / 90)"}, "labelFlush": True}
    if size == 4:
        axis["format"] = "%Y"
    elif size == 7:
        axis |= {"format": "%b %Y"}
    else:
        axis["labelExpr"] = _DAY_WORDS
        if 0 < len(rows) <= _FEW and _n_periods(rows, "week") < 2 * _FEW:
            # as an expression: plain values get lost where Vega interprets what it is told
            axis["values"] = {"expr": str([int(datetime.fromisoformat(f"{row['x']}T00:00Z").timestamp() * 1000) for row in rows])}
    return {"field": "x", "type": "temporal", "scale": {"type": "utc"}, "axis": axis}


def _standing_bars(figure: Figure, rows: Sequence[Row], units: Units) -> dict[str, Any]:
    """Stack the series over each period, as wide as the period is."""
    if figure.x.form is not Form.DAY:
        return _lying_bars(figure, rows, units)
    size = len(str(rows[0]["x"])) if rows else 10
    unit = _DAYS.get(size, _DAYS[10])[1]
    x = _x(figure, rows)
    # as rectangles from day to day: bars of Vega-Lite with two ends in x lie
    mark = {"type": "rect", "stroke": f"{ROLE}surface", "strokeWidth": 0.7, "cornerRadius": 1}
    encoding = {
        "x": x,
        "x2": {"field": "until"},
        "y": _y(figure, units, field="low_end", is_nothing=_is_nothing(rows, len(figure.series))),
        "y2": {"field": "high_end"},
        "color": {"field": "name"} | colours(figure.series, is_area=True),
        "tooltip": hover(figure),
    }
    if _n_periods(rows, unit) > _THIN:
        encoding["stroke"] = {"field": "name"} | colours(figure.series, is_area=True)
        mark |= {"strokeWidth": 1}
    bars = {"transform": [*_folded(figure), _STACK, {"filter": "datum.value > 0"}], "mark": mark, "encoding": encoding}
    until = {"calculate": f"utcOffset('{unit}', datum.x, 1)", "as": "until"}
    # periods with nothing in them are part of the time too
    time = {"mark": {"type": "rule", "opacity": 0, "tooltip": None}, "encoding": {"x": x, "x2": {"field": "until"}, "y": {"value": HEIGHT}}}
    layers: list[dict[str, Any]] = [bars, time]
    if figure.low is not None:
        layers.append(_range(figure, units))
    return {"transform": [*told(figure, units), until], "layer": layers}


def _n_periods(rows: Sequence[Row], unit: str) -> float:
    """Give how many periods lie between the first and the last row."""
    if not rows:
        return 0.0
    first, last = (date.fromisoformat(f"{row['x']}-01-01"[:10]) for row in (rows[0], rows[-1]))
    return (last - first).days / {"week": 7, "month": 30, "year": 365}[unit]


#: the series of one x upon each other
_STACK: Final = {"stack": "value", "groupby": ["x"], "sort": [{"field": "key"}], "as": ["low_end", "high_end"]}


def _range(figure: Figure, units: Units) -> dict[str, Any]:
    """Draw the ends of the range around the first series in the middle of its bar."""
    middle = {"calculate": "toDate((time(datum.x) + time(datum.until)) / 2)", "as": "middle"}
    return {
        "transform": [middle, {"filter": "isValid(datum.low) && isValid(datum.high)"}],
        "mark": {"type": "rule", "color": f"{ROLE}ink", "strokeWidth": 1.2},
        "encoding": {
            "x": {"field": "middle", "type": "temporal", "scale": {"type": "utc"}},
            "y": _y(figure, units, field="low"),
            "y2": {"field": "high"},
        },
    }


def _lying_bars(figure: Figure, rows: Sequence[Row], units: Units) -> dict[str, Any]:
    """Lay the bars of categories below each other, in the order of the table."""
    names = list(dict.fromkeys(str(row["x"]) for row in rows))
    value = _y(figure, units) | {"stack": "zero"}
    value["axis"] = value["axis"] | {"grid": True, "domain": False}
    if "values" in value["axis"]:
        value["axis"]["values"] = {"expr": str(ticks(figure.form, "x"))}
    value["axis"]["labelOverlap"] = "greedy"
    category = {"field": "x", "type": "nominal", "sort": names, "axis": {"title": None, "labelLimit": 150, "domain": False}}
    return {
        "height": _BAR_HEIGHT * len(names),
        "transform": [*told(figure, units), *_folded(figure)],
        "mark": {"type": "bar", "stroke": f"{ROLE}surface", "strokeWidth": 0.7, "height": {"band": 0.72}},
        "encoding": {
            "y": category,
            "x": value,
            "color": {"field": "name"} | colours(figure.series, is_area=True),
            "order": {"field": "key", "type": "ordinal"},
            "tooltip": hover(figure),
        },
    }


def _lines(figure: Figure, rows: Sequence[Row], units: Units) -> dict[str, Any]:
    """Draw a line for each series, broken where a value is missing, and a point at each value that stands alone or among few."""
    few = len(rows) <= 60
    dash = _dashes(figure.series)
    encoding: dict[str, Any] = {
        "x": _x(figure, rows),
        "y": _y(figure, units, is_nothing=_is_nothing(rows, len(figure.series))),
        "color": {"field": "name"} | colours(figure.series, is_area=False),
        "tooltip": hover(figure),
    }
    layers: list[dict[str, Any]] = []
    if figure.low is not None:
        layers.append(_band(figure, rows, units))
    line = {"type": "line", "strokeWidth": 2, "strokeJoin": "round", "invalid": "break-paths-show-domains"}
    layers.append({"transform": _folded(figure), "mark": line, "encoding": encoding | {"strokeDash": dash}})
    point = {"type": "point", "filled": True, "size": 34 if few else 14, "opacity": 1}
    layers.append(
        {"transform": [*_folded(figure), {"filter": "isValid(datum.value)"}], "mark": point, "encoding": encoding},
    )
    return {"transform": told(figure, units), "layer": layers}


def _dashes(series: Sequence[Series]) -> dict[str, Any]:
    """Give the scale of strokes, which shares the legend of the colours."""
    kept = colours(series, is_area=False)
    kept["scale"] = {"domain": kept["scale"]["domain"], "range": [[4, 3] if one.role is Role.SUGGESTED else [1, 0] for one in series]}
    return {"field": "name"} | kept


def _band(figure: Figure, rows: Sequence[Row], units: Units) -> dict[str, Any]:
    return {
        "mark": {"type": "area", "color": colour(figure.series[0], is_area=False), "opacity": 0.18},
        "encoding": {"x": _x(figure, rows), "y": _y(figure, units, field="low"), "y2": {"field": "high"}},
    }


def _points(figure: Figure, rows: Sequence[Row], units: Units) -> dict[str, Any]:
    encoding = {
        "x": _x(figure, rows),
        "y": _y(figure, units),
        "color": {"field": "name"} | colours(figure.series, is_area=False),
        "tooltip": hover(figure),
    }
    known = {"filter": "isValid(datum.value)"}
    mark = {"type": "point", "filled": True, "size": 36, "opacity": 0.75}
    return {"transform": [*told(figure, units), *_folded(figure), known], "mark": mark, "encoding": encoding}
