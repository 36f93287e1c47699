"""What `effort` says first: heart rate and energy in a sentence each, for each athlete.

Conventions: bouts are rows of `effort_sums.told`. What was not measured is said, and so is the weight that an energy was reckoned with.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from importer.reports.forms import spoken
from importer.reports.questions.amounts import grouped, many
from importer.reports.questions.answer import Form, Row
from importer.reports.questions.effort_sums import summed
from importer.reports.questions.energy import ASSUMED_WEIGHT_KG, a_minute
from importer.reports.questions.reckoning import counted, nothing, of, percent, ratio, told_to

if TYPE_CHECKING:
    from importer.reports.questions.facts import Asked, Facts


def headline(facts: Facts, bouts: Sequence[Row]) -> Iterator[str]:
    """Give the sentences: of what counts, or that nothing does."""
    empty = nothing(facts)
    if empty is not None:
        yield empty
    for (athlete,), mine in sorted(grouped(counted(bouts, is_all=facts.asked.is_all), "athlete").items()):
        yield from told_to(facts, athlete, (*_hearts(mine), *_energy(mine, facts.asked)))


def _hearts(bouts: Sequence[Row]) -> Iterator[str]:
    """Say the heart rate of running, and of walking where there is one."""
    walks = of(bouts, gait="walk")
    others = [bout for bout in bouts if bout["gait"] != "walk"]
    if others or not walks:
        yield f"heart rate: {_heart(others)}"
    if walks and (not others or summed(walks)["n_heart_bouts"]):
        yield f"heart rate, walking: {_heart(walks, other='walking is not compared with forward')}"


def _heart(bouts: Sequence[Row], *, other: str = "no forward running at a speed near theirs to compare with") -> str:
    sums = summed(bouts)
    n_long, n_heart, n = sums["n_long_bouts"], sums["n_heart_bouts"], sums["n_compared_bouts"]
    if not n_long:
        return "no bout lasted a minute, and of shorter ones it says nothing, as the heart follows slowly"
    if not n_heart:
        return f"not measured in {'the one bout' if n_long == 1 else f'any of the {n_long} bouts'} of a minute and more"
    lost = f" (not measured in {n_long - n_heart} more)" if n_heart < n_long else ""
    said = f"{sums['mean_heart_rate_bpm']:.0f} bpm in {many(n_heart, 'bout')} of a minute and more{lost}"
    excess = sums["heart_excess_bpm"]
    if excess is None:
        return f"{said}; {other}"
    way = "above" if excess >= 0 else "below"
    some = "" if n == n_heart else f" in the {n} that can be compared"
    return f"{said}, {abs(excess):.0f} {way} forward at the same speed{some}"


def _energy(bouts: Sequence[Row], asked: Asked) -> Iterator[str]:
    sums, reckoned = summed(bouts), [bout for bout in bouts if bout["way_m"] is not None]
    if not reckoned:
        yield "energy: nothing was run backward over a measured way, so there is no estimate"
        return
    kcal = {name: _kcal(sums[f"{name}_kcal"]) for name in ("backward", "extra", "low", "high")}
    yield (
        f"energy, estimated: {kcal['backward']} kcal for {spoken(sums['run_m'], Form.DISTANCE, asked.units)} run backward, "
        f"{kcal['extra']} more than forward (by the studies {kcal['low']} to {kcal['high']}), {_weight(reckoned)}"
    )
    share = ratio(bouts, "speed_mps", "usual_mps")
    if share is not None:
        cost = a_minute(share, factor=asked.energy_factor) - 1.0
        yield (
            f"that is {percent(asked.energy_factor - 1.0)} more over the same way; a minute at your {percent(share)} of forward speed "
            f"takes {percent(abs(cost))} {'more' if cost > 0 else 'less'} than a minute forward"
        )


def _kcal(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _weight(reckoned: Sequence[Row]) -> str:
    """Say for which weight, and how to give one."""
    kilos = sorted({bout["weight_kg"] for bout in reckoned if bout["is_weight_known"]})
    if not kilos:
        name = shlex.quote(reckoned[0]["athlete"])
        return f"for {ASSUMED_WEIGHT_KG:.0f} kg as your weight is not known (`retro-import athlete set {name} --weight 70`)"
    span = f"{kilos[0]:g}" if len(kilos) == 1 else f"{kilos[0]:g} to {kilos[-1]:g}"
    rest = "" if all(bout["is_weight_known"] for bout in reckoned) else f", and {ASSUMED_WEIGHT_KG:.0f} kg where none is known"
    return f"for {span} kg{rest}"
