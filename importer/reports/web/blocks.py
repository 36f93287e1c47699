"""A question on the page: what one reads in ten seconds, figures with their numbers folded below, tables, how it was reckoned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from importer.reports.questions.answer import Answer, Figure, Form, Mark, Series, Table
from importer.reports.questions.facts import Units
from importer.reports.web import figures as drawing
from importer.reports.web.markup import MOST_ROWS, attribute, day_column, sentence, table_html, text, time_scope

#: rows of a table that is folded away
_FOLDED_ROWS: Final = 200
#: rows up to which a table that no figure shows is open
_OPEN_ROWS: Final = 12
#: the list of sessions is what one looks for them in
_ALL_ROWS: Final = 1000
#: what Vega-Lite does with rows of sessions when a place is chosen: the sums that `amount` has of all places
_SUMS: Final = {
    "aggregate": [{"op": "sum", "field": name, "as": name} for name in ("y0", "y1", "moving_s")],
    "groupby": ["x"],
}
_SHARE: Final = {"calculate": "datum.moving_s > 0 ? datum.y0 / datum.moving_s : null", "as": "y0"}

#: what the colours of the calendar mean
_LEVELS: Final = (
    '<ul class="levels"><li><i class="forward"></i>forward only</li><li class="sug"><i class="hatch"></i>only suggested</li>'
    '<li><i class="level1"></i>accepted, below 2 min</li><li><i class="level2"></i>2 to 5 min</li>'
    '<li><i class="level3"></i>5 to 10 min</li><li><i class="level4"></i>10 min and more</li></ul>'
)


def question(answer: Answer, key: str, units: Units, specs: dict[str, Any], *, linked: frozenset[int], has_figures: bool) -> Iterator[str]:
    """Write a section; the specs of its figures go to `specs`."""
    name = f"{key}{answer.name}"
    yield f'<section id="{name}" class="question" aria-labelledby="{name}-title">'
    yield f'<h2 id="{name}-title" tabindex="-1">{text(answer.question)}</h2>'
    lines = "".join(f'<p class="lead">{sentence(line)}</p>' for line in answer.headline)
    yield f'<div class="item words" data-scope="" data-holds="These sentences hold">{lines}</div>'
    drawn = [figure for figure in answer.figures if has_figures and answer.table(figure.table).rows]
    if drawn:
        yield '<div class="figures">'
        for figure in drawn:
            yield figure_html(answer, figure, key, units, specs)
        yield "</div>"
    for table in answer.tables:
        if table.rows:
            yield _table(answer, table, units, linked, is_open=table.name not in {figure.table for figure in drawn})
    if answer.notes:
        notes = "".join(f"<li>{text(note)}</li>" for note in answer.notes)
        yield f'<details class="notes"><summary>How this is reckoned</summary><ul>{notes}</ul></details>'
    yield "</section>"


def figure_html(answer: Answer, figure: Figure, key: str, units: Units, specs: dict[str, Any], *, place: str = "") -> str:
    """Write the place of a figure; its spec goes to `specs`.

    Parameters
    ----------
    place : where it stands, if not with its question.
    """
    table = answer.table(figure.table)
    spec = drawing.spec(figure, table, units)
    number = f"{key}{place or answer.name}-{figure.name}"
    kept: dict[str, Any] = {"spec": spec}
    if answer.name == "amount" and figure.x.form is Form.DAY:
        kept["sums"] = [_SUMS] if figure.name == "amount" else [_SUMS, _SHARE]
    weak = [i for i, one in enumerate(figure.series) if _is_weak(one)]
    if weak:
        kept["weak"] = [{"key": f"y{i}", "title": figure.series[i].title} for i in weak]
    specs[number] = kept
    days = [time_scope(figure.x.name, table.rows[0][figure.x.name])] if figure.x.form is Form.DAY else []
    scope = " ".join([*days, *(["place"] if "sums" in kept else [])])
    height = 140 if figure.mark is Mark.CALENDAR else kept["spec"]["height"] + 40
    alt = attribute(figure.alt)
    return (
        f'<figure class="item{" calendar" if figure.mark is Mark.CALENDAR else ""}" data-scope="{scope}">'
        f'<figcaption id="{number}-title">{text(figure.title)}</figcaption>'
        f'<div class="plot" id="{number}" data-figure="{number}" data-height="{height}" role="img" aria-label="{alt}"></div>'
        f"{_LEVELS if figure.mark is Mark.CALENDAR else ''}</figure>"
    )


def _is_weak(one: Series) -> bool:
    return str(one.role) == "suggested"


def _table(answer: Answer, table: Table, units: Units, linked: frozenset[int], *, is_open: bool) -> str:
    is_list = answer.name == "sessions"
    markup = table_html(table, units, most=_ALL_ROWS if is_list else MOST_ROWS if is_open else _FOLDED_ROWS, sessions=linked)
    names = [column.name for column in table.columns]
    day = day_column(names)
    has_place = "environment" in names or bool(table.rows and "environment" in table.rows[0])
    scope = " ".join([*([time_scope(day, table.rows[0][day])] if day is not None else []), *(["place"] if has_place else [])])
    if table.is_for_figure or (len(table.rows) > _OPEN_ROWS and (answer.figures or table is not answer.tables[0])):
        is_open = False
    if is_list:
        return f'<div class="item list" data-scope="{scope}">{markup}</div>'
    title = f'{text(table.title)} <span class="count" data-rows="{len(table.rows)}">({_count(table)})</span>'
    return f'<details class="item" data-scope="{scope}"{" open" if is_open else ""}><summary>{title}</summary>{markup}</details>'


def _count(table: Table) -> str:
    return f"{len(table.rows):,} row{'' if len(table.rows) == 1 else 's'}"
