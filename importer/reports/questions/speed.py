"""How fast, how quick the feet? Backward speed, cadence and step length, beside forward at the same speed, and whether they change.

Conventions: the newest first; athletes, running and walking, accepted and suggested stay apart in every row. Speeds that a watch computed
from cadence take no part. What is compared, and how far the session's own line is believed, stands in `same_speed`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from importer.detect.calibration import RUN_SLOPE_SPM_PER_MPS, WALK_SLOPE_SPM_PER_MPS
from importer.reports.forms import spoken
from importer.reports.questions.amounts import grouped, many
from importer.reports.questions.answer import Answer, Column, Form, Row, Table
from importer.reports.questions.drawing import period_column, period_for
from importer.reports.questions.facts import Facts, Period, Units
from importer.reports.questions.reckoning import counted, more_or_less, nothing, of, percent, told_to
from importer.reports.questions.same_speed import MEASURED, RUN_REACH_MPS, WALK_REACH_MPS
from importer.reports.questions.speed_figures import charts, figures
from importer.reports.questions.speed_sums import GAITS, TREND_REACH_WEEKS, TREND_WEEKS, estimate_of, summed, told, trends

#: backward running speed as a share of forward speed that people usually reach.
#: Source: 0.70 by the protocol of a study (Sterzing 2016); records stand at 0.55 to 0.80 of the forward ones
USUAL_SHARE: Final = (0.6, 0.8)


def answer(facts: Facts) -> Answer:
    """Answer with a row for each period, gait and standing."""
    by = period_for(facts.bouts, facts.asked)
    bouts = [told(bout, by) for bout in facts.bouts if bout["gait"] is not None]
    rows = [
        {"athlete": athlete, "period": period, "gait": gait, "standing": standing, **summed(group)}
        for (athlete, period, gait, standing), group in grouped(bouts, "athlete", "period", "gait", "standing").items()
    ]
    rows.sort(key=lambda row: (row["gait"], row["standing"]))
    rows.sort(key=lambda row: row["period"], reverse=True)
    found = list(trends(counted(bouts, is_all=facts.asked.is_all)))
    drawn = tuple(charts(rows, by))
    return Answer(
        name="speed",
        question="How fast, how quick the feet?",
        headline=tuple(_headline(facts, bouts, found)),
        tables=(_table(rows, by, facts), *_trend_table(found, facts), *drawn),
        figures=tuple(figure for chart in drawn for figure in figures(chart, facts.asked.units)),
        notes=tuple(_notes(facts, bouts, found)) if facts.bouts else (),
    )


def _table(rows: Sequence[Row], by: Period, facts: Facts) -> Table:
    columns = (
        period_column(by),
        *((Column("athlete", "athlete"),) if facts.has_several_athletes else ()),
        Column("gait", "gait"),
        Column("standing", "standing"),
        Column("n_bouts", "bouts", Form.COUNT, is_wide=facts.has_several_athletes),
        Column("duration_s", "time", Form.DURATION, is_wide=True),
        Column("mean_speed_mps", "speed", Form.SPEED),
        Column("speed_share", "of forward", Form.SHARE),
        Column("mean_cadence_spm", "cadence", Form.CADENCE),
        Column("cadence_excess_ratio", "over forward", Form.SHARE),
        Column("forward_cadence_spm", "forward there", Form.CADENCE, is_wide=True),
        Column("step_length_m", "step", Form.LENGTH, is_wide=True),
        Column("forward_step_length_m", "forward step", Form.LENGTH, is_wide=True),
        Column("step_excess_ratio", "step over forward", Form.SHARE, is_wide=True),
    )
    return Table("speed", f"Speed, cadence and steps by {by}", columns, tuple(rows))


def _trend_table(rows: Sequence[Row], facts: Facts) -> tuple[Table, ...]:
    columns = (
        *((Column("athlete", "athlete"),) if facts.has_several_athletes else ()),
        Column("gait", "gait"),
        Column("title", "what"),
        Column("change_ratio", "change in 30 days", Form.SHARE),
        Column("low_ratio", "from", Form.SHARE),
        Column("high_ratio", "to", Form.SHARE),
        Column("n_weeks", "weeks", Form.COUNT),
    )
    return (Table("speed-trend", "Trend, and the range that holds it with 95 %", columns, tuple(rows)),) if rows else ()


def _headline(facts: Facts, bouts: Sequence[Row], found: Sequence[Row]) -> Iterator[str]:
    empty = nothing(facts)
    if empty is not None:
        yield empty
    used = counted(bouts, is_all=facts.asked.is_all or empty is not None)
    for (athlete, gait), mine in sorted(grouped(used, "athlete", "gait").items()):
        kind = f"{'suggested ' if empty is not None else ''}{GAITS[gait]} backward"
        sums = summed(mine)
        said = [f"{kind}: {_speed(gait, sums, facts.asked.units)}", *_feet(sums, facts.asked.units)]
        changes = [_change(trend) for trend in of(found, athlete=athlete, gait=gait) if estimate_of(trend).is_clear]
        told_changes = (f"{kind}, change in 30 days: {'; '.join(changes)}",) if changes else ()
        yield from told_to(facts, athlete, ("; ".join(said), *told_changes))


def _speed(gait: str, sums: Row, units: Units) -> str:
    """Say the speed and what share of the forward speed it is."""
    speed, share = sums["mean_speed_mps"], sums["speed_share"]
    if speed is None:
        return f"no speed was measured in {many(sums['n_bouts'], 'bout')}"
    said = f"{spoken(speed, Form.SPEED, units)} ({spoken(speed, Form.PACE, units)})"
    if share is None:
        return f"{said}, with no forward {GAITS[gait]} in the same sessions to compare with"
    low, high = USUAL_SHARE
    where = "below" if share < low else "above" if share > high else "within"
    usual = f", {where} the usual {100 * low:.0f} to {100 * high:.0f} %" if gait == "run" else ""
    return f"{said}, {percent(share)} of your forward speed{usual}"


def _feet(sums: Row, units: Units) -> Iterator[str]:
    """Say cadence and step length, and what they are beside forward at the same speed."""
    cadence, excess = sums["mean_cadence_spm"], sums["cadence_excess_ratio"]
    if cadence is not None:
        beside = "" if excess is None else f", {more_or_less(excess, 'quicker', 'slower')} than forward at the same speed"
        yield f"{spoken(cadence, Form.CADENCE, units)}{beside}"
    step, shorter = sums["step_length_m"], sums["step_excess_ratio"]
    if step is not None:
        yield f"steps of {spoken(step, Form.LENGTH, units)}" + (
            "" if shorter is None else f", {more_or_less(shorter, 'longer', 'shorter')}"
        )


def _change(trend: Row) -> str:
    found = estimate_of(trend)
    low, high = (percent(end, is_signed=True, digits=1) for end in (found.low, found.high))
    rate = percent(found.value, is_signed=True, digits=1)
    return f"{trend['title']} {rate} ({low} to {high}, {found.n} weeks)"


def _notes(facts: Facts, bouts: Sequence[Row], found: Sequence[Row]) -> Iterator[str]:
    yield "means are weighted by time; forward speed is that of the same session's forward stretches in the same gait"
    matched = [bout for bout in of(bouts, gait="run") if bout["same_speed_spm"] is not None]
    if matched:
        n_own = sum(bout["has_own_slope"] for bout in matched)
        by_own = f"with the session's own slope of cadence over speed in {many(n_own, 'bout')}, else " if n_own else ""
        yield (
            f"over forward, running: through the session's mean forward running, {by_own}with {RUN_SLOPE_SPM_PER_MPS:.0f} spm for each m/s "
            f"(256 runners, van Oeveren), the grade taken in, at most {RUN_REACH_MPS:.1f} m/s from it"
        )
    if any(bout["same_speed_spm"] is not None for bout in of(bouts, gait="walk")):
        yield (
            f"over forward, walking: through the session's mean forward walk with {WALK_SLOPE_SPM_PER_MPS:.0f} spm for each m/s (an "
            f"assumption), at most {WALK_REACH_MPS:.1f} m/s from it"
        )
    n_lost, n_no_gait = sum(bout["speed_mps"] is None for bout in bouts), len(facts.bouts) - len(bouts)
    if n_lost:
        yield f"no speed of {many(n_lost, 'bout')}: only {', '.join(MEASURED)} measure it, a watch alone computes it from cadence"
    if n_no_gait:
        yield f"{many(n_no_gait, 'bout')} left out, of which neither running nor walking is known"
    yield (
        f"a trend needs {TREND_WEEKS} weeks with the gait and looks back {TREND_REACH_WEEKS}: Theil-Sen slope, weeks taken as independent, "
        f"so its range is rather too narrow{'' if found else '; there are fewer'}"
    )
