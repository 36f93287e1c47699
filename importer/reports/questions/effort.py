"""How hard? Heart rate of bouts of a minute and more beside forward at the same speed, and the energy of the way, which is an estimate.

Conventions: the newest first; athletes, running and walking, accepted and suggested stay apart in every row. What the numbers are stands in
`effort_sums` and `energy`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from importer.detect.calibration import HEART_BACKWARD_BPM, HEART_MIN_BOUT_S, HEART_PER_MPS, HILL_GRADE
from importer.reports.questions.amounts import grouped, many
from importer.reports.questions.answer import Answer, Column, Form, Row, Table
from importer.reports.questions.drawing import period_column, period_for, period_name
from importer.reports.questions.effort_figures import chart, figures
from importer.reports.questions.effort_sums import risen_share, summed, told
from importer.reports.questions.effort_words import headline
from importer.reports.questions.energy import FACTOR_RANGE, NOT_FOR_ADDING, POPULAR_FACTOR
from importer.reports.questions.facts import Facts, Period
from importer.reports.questions.reckoning import counted, mean, of, percent
from importer.reports.questions.same_speed import HEART_REACH_MPS

#: lengths of bouts that are told apart: up to so many seconds, and their names
BANDS: Final = ((120.0, "1 to 2 min"), (300.0, "2 to 5 min"), (math.inf, "5 min and more"))


def answer(facts: Facts) -> Answer:
    """Answer with a row for each period and standing."""
    by = period_for(facts.bouts, facts.asked)
    profiles = facts.whole_view("v_athlete_profile") if facts.bouts else ()
    bouts = [{**told(bout, profiles, facts.asked), "period": period_name(bout, by)} for bout in facts.bouts]
    rows = [
        {"athlete": athlete, "period": period, "gait": gait, "standing": standing, **summed(group)}
        for (athlete, period, gait, standing), group in grouped(bouts, "athlete", "period", "gait", "standing").items()
    ]
    rows.sort(key=lambda row: (row["gait"] or "", row["standing"]))
    rows.sort(key=lambda row: row["period"], reverse=True)
    drawn = chart(rows, by)
    return Answer(
        name="effort",
        question="How hard?",
        headline=tuple(headline(facts, bouts)),
        tables=(_table(rows, by, facts), *_bands(bouts, facts), *(() if drawn is None else (drawn,))),
        figures=() if drawn is None else figures(drawn, facts.asked.units),
        notes=tuple(_notes(facts, bouts)) if bouts else (),
    )


def _table(rows: Sequence[Row], by: Period, facts: Facts) -> Table:
    columns = (
        period_column(by),
        *((Column("athlete", "athlete"),) if facts.has_several_athletes else ()),
        Column("gait", "gait"),
        Column("standing", "standing"),
        Column("n_heart_bouts", "bouts of 1 min", Form.COUNT, is_wide=True),
        Column("mean_heart_rate_bpm", "heart rate", Form.HEART_RATE),
        Column("max_heart_rate_share", "of maximum", Form.SHARE, is_wide=True),
        Column("forward_heart_rate_bpm", "forward there", Form.HEART_RATE, is_wide=True),
        Column("heart_excess_bpm", "over forward", Form.HEART_RATE),
        Column("run_m", "run", Form.DISTANCE, is_wide=facts.has_several_athletes),
        Column("backward_kcal", "energy", Form.ENERGY, is_wide=True),
        Column("extra_kcal", "extra", Form.ENERGY),
        Column("low_kcal", "extra from", Form.ENERGY, is_wide=True),
        Column("high_kcal", "extra to", Form.ENERGY, is_wide=True),
    )
    return Table("effort", f"Heart rate and estimated energy by {by}", columns, tuple(rows))


def _bands(bouts: Sequence[Row], facts: Facts) -> tuple[Table, ...]:
    """Give heart rate by the length of what counts: longer bouts show more of the rise."""
    rows: list[Row] = []
    runs = of(counted(bouts, is_all=facts.asked.is_all), gait="run")
    for (athlete,), mine in sorted(grouped(runs, "athlete").items()):
        low = float(HEART_MIN_BOUT_S)
        for high, name in BANDS:
            some = [bout for bout in mine if low <= bout["duration_s"] < high and bout["heart_bpm"] is not None]
            low = high
            if some:
                risen = [{"risen": risen_share(bout["duration_s"]), "duration_s": bout["duration_s"]} for bout in some]
                rows.append({"athlete": athlete, "length": name, **summed(some), "risen_share": mean(risen, "risen")})
    columns = (
        *((Column("athlete", "athlete"),) if facts.has_several_athletes else ()),
        Column("length", "length"),
        Column("n_heart_bouts", "bouts", Form.COUNT),
        Column("mean_heart_rate_bpm", "heart rate", Form.HEART_RATE),
        Column("forward_heart_rate_bpm", "forward there", Form.HEART_RATE),
        Column("heart_excess_bpm", "over forward", Form.HEART_RATE),
        Column("risen_share", "of the change shown", Form.SHARE, is_wide=True),
    )
    return (Table("effort-length", "Heart rate of running by the length of a bout", columns, tuple(rows)),) if rows else ()


def _notes(facts: Facts, bouts: Sequence[Row]) -> Iterator[str]:
    yield (
        f"forward there: the session's settled forward heart rate, moved to the bout's speed by {HEART_PER_MPS:.0f} beats for each m/s "
        f"(a study of 2015; right to a fifth) over {HEART_REACH_MPS:.1f} m/s at most; walking and slopes of {percent(HILL_GRADE)} and "
        "more are not compared"
    )
    yield (
        f"the heart follows slowly: the mean of a bout of 1 min shows {percent(risen_share(60.0))} of the change, of 5 min "
        f"{percent(risen_share(300.0))}; at one speed and settled, a study found {HEART_BACKWARD_BPM:.0f} beats more backward"
    )
    low, high = FACTOR_RANGE
    yield (
        f"energy is an estimate: weight, way and 4 J for each kg and m, times {facts.asked.energy_factor:.2f} (--energy-factor); studies "
        f"found {low:.2f} to {high:.2f}, {POPULAR_FACTOR:.1f} is popular; of running on the level, above rest"
    )
    yield NOT_FOR_ADDING
    n_unknown = sum(bout["gait"] == "run" and bout["way_m"] is None for bout in bouts)
    if n_unknown:
        yield f"{many(n_unknown, 'bout')} run over a way that nothing measured: left out of the energy"
