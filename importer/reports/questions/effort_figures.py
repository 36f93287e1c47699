"""The pictures of `effort`: heart rate beside forward, and the extra energy of each period.

Conventions: rows are those of running in the table `effort`. A period without a measurement is a gap, one without a measured way has no
energy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from importer.reports.questions.answer import Column, Figure, Form, Mark, Role, Row, Series, Table
from importer.reports.questions.drawing import STANDINGS, alt_text, has, has_course, period_column, whose, wide_rows
from importer.reports.questions.facts import Period, Units
from importer.reports.questions.reckoning import of

_DRAWN: Final = ("mean_heart_rate_bpm", "forward_heart_rate_bpm", "extra_kcal", "low_kcal", "high_kcal")


def chart(rows: Sequence[Row], by: Period) -> Table | None:
    """Give the numbers of the figures; None where nobody has two periods."""
    rows = of(rows, gait="run")
    cells = wide_rows(rows, _DRAWN, by)
    if not has_course(cells):
        return None
    columns = [period_column(by), *whose(cells)]
    for standing in STANDINGS:
        if of(rows, standing=standing):
            columns += [
                Column(f"mean_heart_rate_bpm_{standing}", f"heart rate, {standing}", Form.HEART_RATE),
                Column(f"forward_heart_rate_bpm_{standing}", f"forward at that speed, {standing}", Form.HEART_RATE),
                Column(f"extra_kcal_{standing}", f"extra energy, {standing}", Form.ENERGY),
                Column(f"low_kcal_{standing}", f"from, {standing}", Form.ENERGY),
                Column(f"high_kcal_{standing}", f"to, {standing}", Form.ENERGY),
            ]
    return Table("effort-chart", f"Heart rate and extra energy by {by}", tuple(columns), cells, is_for_figure=True)


def figures(drawn: Table, units: Units) -> tuple[Figure, ...]:
    """Give the figures that have something to show."""
    return tuple(_figures(drawn, units))


def _figures(drawn: Table, units: Units) -> Iterator[Figure]:
    x = drawn.columns[0]
    first = "accepted" if has(drawn, "mean_heart_rate_bpm_accepted") else "suggested"
    if has(drawn, f"mean_heart_rate_bpm_{first}"):
        told = [one for one in STANDINGS if has(drawn, f"mean_heart_rate_bpm_{one}")]
        heart = [Series(f"mean_heart_rate_bpm_{one}", f"backward, {one}", Role(one)) for one in told]
        if has(drawn, f"forward_heart_rate_bpm_{first}"):
            heart.append(Series(f"forward_heart_rate_bpm_{first}", "forward at that speed", Role.FORWARD))
        title = "Heart rate of running in bouts of a minute and more"
        alt = alt_text(drawn, heart[0], title, Form.HEART_RATE, units)
        yield Figure("effort-heart", title, Mark.LINE, drawn.name, x, tuple(heart), Form.HEART_RATE, alt)
    cost = [Series(f"extra_kcal_{one}", one, Role(one)) for one in STANDINGS if has(drawn, f"extra_kcal_{one}")]
    if cost:
        title = "Extra energy of running backward, estimated"
        low, high = (f"{end}_kcal_{cost[0].role.value}" for end in ("low", "high"))
        alt = alt_text(drawn, cost[0], title, Form.ENERGY, units)
        yield Figure("effort-energy", title, Mark.BARS, drawn.name, x, tuple(cost), Form.ENERGY, alt, low, high)
