"""The pictures of `speed`: share of forward speed, cadence and step length of a gait, period by period.

Conventions: rows are those of the table `speed`. A gait that nobody has in two periods has no figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from importer.reports.questions.answer import Column, Figure, Form, Mark, Role, Row, Series, Table
from importer.reports.questions.drawing import STANDINGS, alt_text, has, has_course, period_column, whose, wide_rows
from importer.reports.questions.facts import Period, Units
from importer.reports.questions.reckoning import of
from importer.reports.questions.speed_sums import GAITS


class _Drawn(NamedTuple):
    """A column of the rows that is drawn, and the forward one beside it."""

    name: str
    title: str
    form: Form
    forward: str | None = None


_DRAWN: Final = (
    _Drawn("speed_share", "speed as a share of forward", Form.SHARE),
    _Drawn("mean_cadence_spm", "cadence", Form.CADENCE, "forward_cadence_spm"),
    _Drawn("step_length_m", "step length", Form.LENGTH, "forward_step_length_m"),
)


def charts(rows: Sequence[Row], by: Period) -> Iterator[Table]:
    """Give the numbers of the figures: a table for each gait in which anybody has two periods or more."""
    names = [name for one in _DRAWN for name in (one.name, one.forward) if name is not None]
    for gait, word in GAITS.items():
        mine = of(rows, gait=gait)
        cells = wide_rows(mine, names, by)
        if has_course(cells):
            standings = [standing for standing in STANDINGS if of(mine, standing=standing)]
            title = f"{word.capitalize()} backward by {by}"
            yield Table(f"speed-{gait}", title, tuple(_columns(cells, by, standings)), cells, is_for_figure=True)


def _columns(rows: Sequence[Row], by: Period, standings: Sequence[str]) -> Iterator[Column]:
    yield period_column(by)
    yield from whose(rows)
    for standing in standings:
        for one in _DRAWN:
            yield Column(f"{one.name}_{standing}", f"{one.title}, {standing}", one.form)
            if one.forward is not None:
                yield Column(f"{one.forward}_{standing}", f"forward {one.title} at that speed, {standing}", one.form)


def figures(chart: Table, units: Units) -> Iterator[Figure]:
    """Give the figures of a gait that have something to show."""
    for one in _DRAWN:
        standings = [standing for standing in STANDINGS if has(chart, f"{one.name}_{standing}")]
        if not standings:
            continue
        series = [Series(f"{one.name}_{standing}", standing, Role(standing)) for standing in standings]
        forward = f"{one.forward}_{standings[0]}"
        if one.forward is not None and has(chart, forward):
            series.append(Series(forward, "forward at that speed", Role.FORWARD))
        title = f"{chart.title.partition(' by ')[0]}: {one.title}"
        alt = alt_text(chart, series[0], title, one.form, units)
        yield Figure(f"{chart.name}-{one.name}", title, Mark.LINE, chart.name, chart.columns[0], tuple(series), one.form, alt)
