"""How a stretch of a session is marked: its words, its colour, the legend that explains it.

Conventions: `samples.what_of` gives the names; what is only suggested is hatched where it is an area and dashed where it is a line.
"""

from __future__ import annotations

from typing import Any, Final

from importer.reports.web.palette import HATCH, ROLE

#: how a stretch is called, in the order in which they are explained
WHATS: Final = {
    "accepted": "backward, accepted",
    "suggested": "backward, only suggested",
    "forward": "forward",
    "still": "standing",
    "unknown": "unknown direction",
}


def word(value: str) -> str:
    """Give the expression that says a mark in words.

    Parameters
    ----------
    value : an expression that is a name of `WHATS`.
    """
    return " : ".join(f"{value} == '{what}' ? '{words}'" for what, words in WHATS.items()) + f" : {value}"


#: what a legend of marks has, but for those that are there
LEGEND: Final = {"title": None, "orient": "top", "labelLimit": 220, "labelExpr": word("datum.label")}


def colours(*, is_area: bool) -> dict[str, Any]:
    """Give the scale of colours; areas of what is only suggested are hatched."""
    names = {what: HATCH if is_area and what == "suggested" else what for what in WHATS}
    return {"domain": list(names), "range": [ROLE + name for name in names.values()]}
