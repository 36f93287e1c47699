"""What backward running costs, by distance: an estimate from the literature, never a measurement.

Conventions: energy in kcal above rest for a weight in kg and a way in m, on the level. A bout of walking or of an unknown gait is not
reckoned: the factors are of running. Nothing here is added to what a device counted: see `NOT_FOR_ADDING`.

Notes
-----
``backward = weight * way * C_F * factor`` and ``extra = weight * way * C_F * (factor - 1)``. 70 kg, 1 km and a factor of 1.30 make 20 kcal
extra. Per minute it is another matter: who runs backward at 70 % of his speed spends 1.30 * 0.70 = 0.91 of what forward running costs him.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from importer.reports.questions.answer import Row
from importer.reports.questions.same_speed import MEASURED

#: J in a kcal. Source: the thermochemical calorie
J_PER_KCAL: Final = 4184.0
#: forward running on the level, J for each kg and m.
#: Source: between 3.40 net of trained runners (Minetti 2002) and 4.5 +- 1.1 (body-weight-support study, n = 13)
FORWARD_J_PER_KG_M: Final = 4.0
#: backward over forward, per metre at the same speed: usual, and the range that the studies span.
#: Source: +15 % (Williford 1998, n = 13), +28 % (Uthoff 2018, review), +29 % (body-weight-support study, n = 13),
#: +35 % (Wright & Weyand 2001, n = 4; EJAP 2020, n = 8, at every gradient)
FACTOR: Final = 1.30
FACTOR_RANGE: Final = (1.15, 1.35)
#: what is popularly said: 20 % more
POPULAR_FACTOR: Final = 1.20
#: factors that anybody may ask for. Policy: no study is near these
FACTORS_ALLOWED: Final = (1.0, 2.0)
#: whose energy is told where no weight is known, kg. Assumption
ASSUMED_WEIGHT_KG: Final = 70.0
#: said wherever energy is told
NOT_FOR_ADDING: Final = "do not add it to the calories of your watch: those come from heart rate or distance, and hold a part of it already"


class Energy(NamedTuple):
    """What a way backward costs, kcal; `extra` is above the same way forward, `low` and `high` the same by the range of factors."""

    backward_kcal: float
    extra_kcal: float
    low_kcal: float
    high_kcal: float


def energy(way_m: float, *, weight_kg: float, factor: float = FACTOR) -> Energy:
    """Estimate the energy of a way run backward on the level."""
    forward = weight_kg * way_m * FORWARD_J_PER_KG_M / J_PER_KCAL
    low, high = (forward * (one - 1.0) for one in FACTOR_RANGE)
    return Energy(forward * factor, forward * (factor - 1.0), low, high)


def a_minute(speed_share: float, *, factor: float = FACTOR) -> float:
    """Give the cost of a minute backward over one forward, at a share of the forward speed."""
    return factor * speed_share


def is_reckoned(bout: Row) -> bool:
    """Say whether a bout has an energy: it was run, over a distance that was measured and not computed from cadence."""
    return bout["gait"] == "run" and bout["distance_m"] is not None and bout["speed_basis"] in MEASURED
