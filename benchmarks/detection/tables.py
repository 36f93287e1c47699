"""The tables of docs/detection.md as text.

Conventions: scores are of whole seconds unless a heading says events; a dash is a score without meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.detection import confirmed, declared, facing, gait
from benchmarks.detection.families import BACKWARD, FORWARD
from benchmarks.detection.pools import at_prevalence
from importer.evaluate.probability import Forecast, brier, expected_calibration_error, reliability
from importer.evaluate.scores import Scores

#: heading and width of the columns of gait
_COLUMNS = (
    ("precision", 10), ("recall", 8), ("F1", 6), ("bound's", 9), ("of it", 7), ("events F1", 11), ("false s/h", 11), ("bound's", 9),
    ("accepted falsely", 18), ("missed: unknown", 17),
)  # fmt: skip
#: those that say something of the bound
_OF_BOUND = (3, 4, 7)


def gait_table(table: Mapping[gait.Judged, Scores], *, has_history: bool) -> str:
    """Scores of every family, with a history beside the bound's."""
    shown = [i for i in range(len(_COLUMNS)) if has_history or i not in _OF_BOUND]
    lines = [f"{'family':<28}" + "".join(f"{_COLUMNS[i][0]:>{_COLUMNS[i][1]}}" for i in shown)]
    for family in gait.FAMILIES:
        ours = table[gait.Judged(family.name, has_history)]
        cells = _gait_cells(ours, table.get(gait.Judged(family.name, has_history, is_bound=True)))
        lines.append(f"{family.name:<28}" + "".join(f"{cells[i]:>{_COLUMNS[i][1]}}" for i in shown))
    return "\n".join(lines)


def _gait_cells(ours: Scores, best: Scores | None) -> tuple[str, ...]:
    seconds = ours.found_seconds
    has_truth = seconds.hit + seconds.missed > 0
    f1 = seconds.f1 if has_truth else None
    bound = best.found_seconds.f1 if best is not None and has_truth else None
    return (
        number(seconds.precision if has_truth else None),
        number(seconds.recall),
        number(f1),
        number(bound),
        number(f1 / bound if f1 is not None and bound else None),
        number(ours.found_events.f1 if has_truth else None),
        number(ours.false_s_per_h, 1),
        number(best.false_s_per_h if best is not None else None, 1),
        f"{ours.accepted_seconds.false:.0f} s",
        number(ours.unknown_s / seconds.missed if seconds.missed else None),
    )


def calibration_table(table: Mapping[gait.Judged, Scores], *, has_history: bool) -> str:
    """Reliability of confidence at the prevalence of 10 %, and the errors in one number each."""
    lines = []
    for is_bound in (False, True):
        scores = {family.name: table[gait.Judged(family.name, has_history, is_bound)] for family in (*BACKWARD, *FORWARD)}
        forecasts = at_prevalence(scores)
        claims = [one for one in forecasts if one.p >= 0.5]
        ece, claimed_ece = expected_calibration_error(forecasts), expected_calibration_error(claims)
        lines.append(
            f"{'bound' if is_bound else 'program'}: ECE {number(ece, 3)}, Brier {number(brier(forecasts), 4)}; "
            f"of what is called backward alone: ECE {number(claimed_ece, 3)}, Brier {number(brier(claims), 3)}"
        )
        if not is_bound:
            lines += _reliability(forecasts)
    return "\n".join(lines)


def _reliability(forecasts: list[Forecast]) -> list[str]:
    total = sum(one.weight for one in forecasts)
    return [
        f"{'p of backward':>16}{'share of seconds':>18}{'said':>8}{'came true':>11}",
        *(
            f"{row.low:>9.1f} to {row.high:.1f}{row.weight / total:>18.2%}{row.said:>8.3f}{row.came_true:>11.3f}"
            for row in reliability(forecasts)
        ),
    ]


def confirmed_table(scores: Mapping[str, Scores]) -> str:
    """What is accepted after confirmed bouts."""
    lines = [f"{'family':<28}{'accepted precision':>20}{'recall':>8}{'with suggested, F1':>20}{'accepted falsely, s/h':>23}"]
    for name, one in scores.items():
        seconds = one.accepted_seconds
        has_truth = seconds.hit + seconds.missed > 0
        false_s_per_h = 3600 * seconds.false / one.scored_s
        lines.append(
            f"{name:<28}{number(seconds.precision if has_truth else None):>20}{number(seconds.recall):>8}"
            f"{number(one.found_seconds.f1 if has_truth else None):>20}{false_s_per_h:>23.1f}"
        )
    lines.append(
        f"precision of accepted seconds, one session in ten with backward movement: {number(confirmed.precision_at_prevalence(scores), 3)}"
    )
    return "\n".join(lines)


def facing_table(table: Mapping[facing.Judged, Scores], *, knows_forward: bool) -> str:
    """Scores with a compass, a column for each spread of the arm's swing."""
    spreads = facing.SPREADS_DEG
    lines = [
        f"{'family':<28}" + "".join(f"{f'{spread:.0f} deg':>10}" for spread in spreads) + f"{'accepted falsely':>19}{'turned round':>14}"
    ]
    for family in facing.FAMILIES:
        cells, accepted, turned = "", 0.0, 0
        for spread in spreads:
            one = table[facing.Judged(family.name, spread, knows_forward)]
            is_forward = one.found_seconds.hit + one.found_seconds.missed == 0
            cells += f"{(number(one.false_s_per_h, 1) + ' s/h') if is_forward else number(one.found_seconds.f1):>10}"
            accepted += one.accepted_seconds.false
            turned += table[facing.Judged(family.name, spread, knows_forward, is_turned=True)].n_sessions
        lines.append(f"{family.name:<28}{cells}{accepted:>17.0f} s{turned:>14}")
    return "\n".join(lines)


def declared_table(counts: Mapping[str, declared.Counted]) -> str:
    """Declared spans found to the second, and what fired without a reason."""
    lines = [f"{'declared by':<28}{'spans':>8}{'found':>8}{'undeclared':>12}"]
    lines += [f"{name:<28}{one.spans:>8}{one.found:>8}{one.false:>12}" for name, one in counts.items()]
    return "\n".join(lines)


def number(value: float | None, digits: int = 2) -> str:
    """A number, or a dash."""
    return "-" if value is None else f"{value:.{digits}f}"
