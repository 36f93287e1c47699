"""The way of a session on the ground in Vega-Lite: seen from above, with a scale bar, the start and what the colours mean.

Conventions: one scale for both directions, north up. The spec holds no numbers of a session: data come by name, `way` as `samples` gives
it and `bar`, one row that says how many metres a pixel is and where the bar begins; `fitted` reckons both, session.js does the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from importer.reports.forms import MILE_M, YARD_M
from importer.reports.questions.facts import Units
from importer.reports.web.library import SCHEMA
from importer.reports.web.palette import ROLE
from importer.reports.web.whats import LEGEND, WHATS, colours

#: sizes of the drawing, px (but `least_m`): its greatest height, its least sides, the room for the scale bar below it; the least extent
SIZES: Final = {"most_high": 420, "least_wide": 240, "least_high": 40, "foot": 44, "bar_up": 6, "least_m": 10.0}
#: the scale bar is this long at most, px
_BAR: Final = 150
#: backward parts are drawn over the others, and thicker
_BACKWARD: Final = "(datum.what == 'accepted' || datum.what == 'suggested')"
_STROKES: Final = ((f"!{_BACKWARD}", 2.0), (_BACKWARD, 4.5))


def way(units: Units) -> dict[str, Any]:
    """Give the spec, which `fitted` puts into its place."""
    return {
        "$schema": SCHEMA,
        "data": {"name": "way"},
        "width": SIZES["least_wide"],
        "height": SIZES["least_high"],
        "layer": [*(_line(which, width) for which, width in _STROKES), *_start(), *_bar(units)],
        "config": {"view": {"stroke": None}},
    }


def fitted(spec: dict[str, Any], rows: Sequence[dict[str, Any]], *, whats: Collection[str], room: int) -> dict[str, Any]:
    """Give the spec in the size and with the data of a way.

    Parameters
    ----------
    room : width that there is, px.
    """
    wide, high = (max(SIZES["least_m"], _extent(rows, name)) for name in ("east", "north"))
    px_m = max(wide / room, high / SIZES["most_high"])
    width = max(SIZES["least_wide"], round(wide / px_m))
    height = max(SIZES["least_high"], round(high / px_m))
    east, north = width * px_m / 2, height * px_m / 2
    foot = -north - SIZES["foot"] * px_m
    for layer in spec["layer"]:
        layer["encoding"]["x"]["scale"]["domain"] = [-east, east]
        layer["encoding"]["y"]["scale"]["domain"] = [foot, north]
    for layer in spec["layer"][: len(_STROKES)]:
        for name in ("color", "strokeDash"):
            layer["encoding"][name]["legend"]["values"] = [what for what in WHATS if what in whats]
    bar = {"px_m": px_m, "east": -east, "north": foot + SIZES["bar_up"] * px_m}
    return {**spec, "width": width, "height": height + SIZES["foot"], "datasets": {"way": list(rows), "bar": [bar]}}


def _extent(rows: Sequence[dict[str, Any]], name: str) -> float:
    values = [row[name] for row in rows]
    return float(max(values) - min(values))


def _places() -> dict[str, Any]:
    axis = {"type": "quantitative", "axis": None}
    return {name: {"field": field, **axis, "scale": {"zero": False, "nice": False}} for name, field in (("x", "east"), ("y", "north"))}


def _line(which: str, width: float) -> dict[str, Any]:
    legend = {**LEGEND, "symbolType": "stroke", "symbolStrokeWidth": 3.5, "symbolSize": 260}
    dashes = {"domain": list(WHATS), "range": [[5, 3] if what == "suggested" else [1, 0] for what in WHATS]}
    return {
        "transform": [{"filter": which}],
        "mark": {"type": "line", "strokeWidth": width, "strokeJoin": "round", "tooltip": None},
        "encoding": {
            **_places(),
            "order": {"field": "t", "type": "quantitative"},
            "detail": {"field": "part"},
            "color": {"field": "what", "type": "nominal", "scale": colours(is_area=False), "legend": {**legend}},
            "strokeDash": {"field": "what", "type": "nominal", "scale": dashes, "legend": {**legend}},
        },
    }


def _start() -> list[dict[str, Any]]:
    """Mark where it begins; the word stands on the side where there is room, on a ground of its own."""
    first: list[dict[str, Any]] = [{"window": [{"op": "row_number", "as": "number"}]}, {"filter": "datum.number == 1"}]
    ring = {"type": "point", "filled": True, "fill": f"{ROLE}surface", "stroke": f"{ROLE}ink", "strokeWidth": 2, "size": 90, "opacity": 1}
    word: dict[str, Any] = {"type": "text", "text": "start", "fontSize": 12, "fontWeight": 600, "tooltip": None}
    paints: tuple[dict[str, Any], ...] = (
        {"color": f"{ROLE}surface", "stroke": f"{ROLE}surface", "strokeWidth": 5},
        {"color": f"{ROLE}ink"},
    )
    sides = (("datum.east <= 0", "left", 11), ("datum.east > 0", "right", -11))
    words: list[dict[str, Any]] = [
        {"transform": [*first, {"filter": which}], "mark": {**word, "align": align, "dx": dx} | paint, "encoding": _places()}
        for which, align, dx in sides
        for paint in paints
    ]
    return [{"transform": first, "mark": {**ring, "tooltip": None}, "encoding": _places()}, *words]


def _bar(units: Units) -> list[dict[str, Any]]:
    """Draw the longest round length that is not too long."""
    most = f"{_BAR} * datum.px_m"
    if units is Units.IMPERIAL:
        unit, words = f"{most} < {MILE_M / 4} ? {YARD_M} : {MILE_M}", f"format(datum.n, '.3~g') + (datum.unit == {YARD_M} ? ' yd' : ' mi')"
    else:
        unit, words = "1", "datum.n >= 1000 ? format(datum.n / 1000, '.3~g') + ' km' : format(datum.n, '.3~g') + ' m'"
    reckoned = {
        "unit": unit,
        "raw": f"{most} / datum.unit",
        "power": "pow(10, floor(log(datum.raw) / LN10))",
        "n": "datum.power * (datum.raw >= 5 * datum.power ? 5 : datum.raw >= 2 * datum.power ? 2 : 1)",
        "end": "datum.east + datum.n * datum.unit",
        "words": words,
    }
    given: dict[str, Any] = {
        "data": {"name": "bar"},
        "transform": [{"calculate": expression, "as": name} for name, expression in reckoned.items()],
    }
    line = {"type": "rule", "strokeWidth": 3, "color": f"{ROLE}ink", "tooltip": None}
    word = {"type": "text", "align": "left", "baseline": "bottom", "dy": -5, "fontSize": 12, "color": f"{ROLE}ink", "tooltip": None}
    return [
        {**given, "mark": line, "encoding": {**_places(), "x2": {"field": "end"}}},
        {**given, "mark": word, "encoding": {**_places(), "text": {"field": "words", "type": "nominal"}}},
    ]
