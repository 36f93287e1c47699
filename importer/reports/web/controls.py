"""The head of the page: what it holds, and the controls that choose an athlete, a period, a place, and whether suggestions are shown.

Conventions: a control leaves rows out, by comparing texts. What has to be added up anew is added up by Vega (`totals_spec`), never by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from importer.reports.questions.amounts import many
from importer.reports.questions.answer import Form
from importer.reports.questions.facts import Asked, Facts, Units
from importer.reports.questions.periods import COLUMNS, week_of
from importer.reports.web.library import VEGA_SCHEMA
from importer.reports.web.markup import attribute, text
from importer.reports.web.vegawords import said

#: periods that end with the newest session, weeks
_WEEKS: Final = {"the last 4 weeks": 4, "the last 12 weeks": 12, "the last 26 weeks": 26, "the last 52 weeks": 52}
_END: Final = "9999-12-31"


def header(facts: Facts, title: str, *, athletes: Sequence[str], has_figures: bool) -> str:
    """Write the head of the page."""
    chosen = _controls(facts, athletes) if has_figures and facts.sessions else ""
    return _head(title, _about(facts), chosen, has_figures=has_figures)


def plain_header(title: str, *, has_figures: bool) -> str:
    """Write the head of a page that holds one session alone."""
    return _head(title, "", "", has_figures=has_figures)


def _head(title: str, about: str, chosen: str, *, has_figures: bool) -> str:
    without = (
        ""
        if has_figures
        else '<p class="note">No figures: the library that draws them, <code>vl-convert-python</code>, is not installed. '
        "The tables hold all of their numbers.</p>"
    )
    return (
        '<a class="skip" href="#main">To the report</a>'
        f'<header><div class="head"><div><h1>{text(title)}</h1>{f"<p class=about>{text(about)}</p>" if about else ""}</div>'
        f"{_switch() if has_figures else ''}</div>{without}{chosen}</header>"
    )


def footer(asked: Asked) -> str:
    return (
        f"<footer><p>Made {asked.today.isoformat()} by retro-import. No file says which way a runner faces: accepted is what was declared, "
        "confirmed or proven; suggested waits for your yes or no.</p></footer>"
    )


def _switch() -> str:
    buttons = "".join(
        f'<button type="button" data-theme-choice="{value}" aria-pressed="{"true" if value == "auto" else "false"}">{name}</button>'
        for value, name in (("auto", "Auto"), ("light", "Light"), ("dark", "Dark"))
    )
    return f'<div class="switch" role="group" aria-label="Colours">{buttons}</div>'


def _about(facts: Facts) -> str:
    asked, rows = facts.asked, facts.sessions
    days = sorted(str(row["day_local"]) for row in rows)
    span = f"{many(len(rows), 'session')}, {days[0]} to {days[-1]}" if len(days) > 1 else f"1 session, {days[0]}" if days else "no sessions"
    limits = [
        *([f"since {asked.since}"] if asked.since else []),
        *([f"until {asked.until}"] if asked.until else []),
        *([f"athlete {asked.athlete}"] if asked.athlete else []),
        *([f"place {asked.place}"] if asked.place else []),
        *([f"gait {asked.gait}"] if asked.gait else []),
        *(["suggestions counted as if accepted"] if asked.is_all else []),
    ]
    return f"{span}{'; asked for: ' if limits else ''}{', '.join(limits)}"


def _controls(facts: Facts, athletes: Sequence[str]) -> str:
    places = sorted({str(row["environment"]) for row in facts.sessions})
    parts = []
    if len(athletes) > 1:
        parts.append(_select("athlete", "Athlete", [(name, name) for name in athletes]))
    parts.append(_select("period", "Period", list(_periods(facts))))
    if len(places) > 1:
        parts.append(_select("place", "Place", [("", "everywhere"), *((one, one) for one in places)]))
    parts.append('<label class="check"><input type="checkbox" id="suggested" checked> with suggestions</label>')
    return (
        f'<form class="controls" autocomplete="off" aria-label="What is shown">{"".join(parts)}</form>'
        '<p class="shown" id="shown" role="status" aria-live="polite"></p>'
    )


def _select(name: str, label: str, choices: Sequence[tuple[str, str]]) -> str:
    options = "".join(f'<option value="{attribute(value)}">{text(words)}</option>' for value, words in choices)
    return f'<label for="{name}">{label} <select id="{name}">{options}</select></label>'


def _periods(facts: Facts) -> Iterator[tuple[str, str]]:
    """Give choices: from, to (both included) and the Monday of the first week, and what they are called."""
    yield f"0000-00-00/{_END}/0000-00-00", "all of it"
    days = sorted(str(row["day_local"]) for row in facts.sessions)
    last, first = date.fromisoformat(week_of(date.fromisoformat(days[-1]))), days[0]
    for name, n in _WEEKS.items():
        begin = (last - timedelta(weeks=n - 1)).isoformat()
        if begin > first:
            yield f"{begin}/{_END}/{begin}", name
    years = sorted({day[:4] for day in days}, reverse=True)
    if len(years) > 1:
        for year in years:
            # a week that began in the year before holds days of this one
            yield f"{year}-01-01/{year}-12-31/{week_of(date(int(year), 1, 1))}", year


def session_rows(facts: Facts) -> dict[str, list[Any]]:
    """Give the columns of the sessions that are added up when a place is chosen: `x` is the period of `amount`."""
    names = {"x": COLUMNS[facts.asked.by], "day": "day_local", "place": "environment"}
    sums = {"y0": "backward_accepted_s", "y1": "backward_suggested_s", "moving_s": "moving_s"}
    found: dict[str, list[Any]] = {short: [row[name] for row in facts.sessions] for short, name in names.items()}
    return found | {short: [round(row[name], 2) for row in facts.sessions] for short, name in sums.items()}


def totals_spec(units: Units) -> dict[str, Any]:
    """Give the Vega spec that adds up rows of sessions and says what they come to."""
    sums = {"type": "aggregate", "ops": ["count", "sum", "sum", "sum"], "fields": [None, "y0", "y1", "moving_s"]}
    words = {name: said(Form.DURATION, units, f"datum.{name}") for name in ("y0", "y1", "moving_s")}
    formulas = [{"type": "formula", "as": f"said_{name}", "expr": expression} for name, expression in words.items()]
    return {
        "$schema": VEGA_SCHEMA,
        "data": [
            {"name": "rows", "values": []},
            {"name": "totals", "source": "rows", "transform": [{**sums, "as": ["n", "y0", "y1", "moving_s"]}, *formulas]},
        ],
    }
