"""Heart rate and energy of bouts, one by one and summed up.

Conventions: heart rates are means weighted by time, of bouts of `HEART_MIN_BOUT_S` and more; what was not measured is None. The energy of a
bout is reckoned with the weight that the athlete's profile says for its day, or with `ASSUMED_WEIGHT_KG`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from importer.detect.calibration import HEART_MIN_BOUT_S, HEART_TAU_S
from importer.reports.questions.amounts import known_sum
from importer.reports.questions.answer import Row
from importer.reports.questions.energy import ASSUMED_WEIGHT_KG, energy, is_reckoned
from importer.reports.questions.reckoning import mean, profile_at, ratio
from importer.reports.questions.same_speed import compared, forward_heart_rate_bpm, has_heart_rate

if TYPE_CHECKING:
    from importer.reports.questions.facts import Asked

_KCAL: Final = ("backward_kcal", "extra_kcal", "low_kcal", "high_kcal")


def told(bout: Row, profiles: Sequence[Mapping[str, Any]], asked: Asked) -> dict[str, Any]:
    """Give of a bout what the rows are made of: heart rate only where it means something, energy only where it can be reckoned."""
    has_heart, beside = has_heart_rate(bout), compared(bout)
    weight_kg = profile_at(profiles, bout, "weight_kg")
    found = {
        **{name: bout[name] for name in ("athlete", "standing", "session_id", "duration_s", "gait")},
        "speed_mps": beside["speed_mps"],
        "usual_mps": beside["usual_mps"],
        "is_long": bout["duration_s"] >= HEART_MIN_BOUT_S,
        "heart_bpm": bout["mean_heart_rate_bpm"] if has_heart else None,
        "same_speed_bpm": forward_heart_rate_bpm(bout) if has_heart else None,
        "max_bpm": profile_at(profiles, bout, "max_heart_rate_bpm") if has_heart else None,
        "is_weight_known": weight_kg is not None,
        "way_m": None,
        "weight_kg": None,
        **dict.fromkeys(_KCAL),
    }
    if is_reckoned(bout):
        weight_kg = ASSUMED_WEIGHT_KG if weight_kg is None else weight_kg
        found |= {"way_m": bout["distance_m"], "weight_kg": weight_kg}
        found |= energy(bout["distance_m"], weight_kg=weight_kg, factor=asked.energy_factor)._asdict()
    return found


def summed(bouts: Sequence[Row]) -> dict[str, Any]:
    """Give heart rate and energy of some bouts of `told`; the heart rate beside forward over those that have both."""
    alone, beside = mean(bouts, "heart_bpm", where="same_speed_bpm"), mean(bouts, "same_speed_bpm", where="heart_bpm")
    return {
        "n_bouts": len(bouts),
        "n_long_bouts": sum(bout["is_long"] for bout in bouts),
        "n_heart_bouts": sum(bout["heart_bpm"] is not None for bout in bouts),
        "mean_heart_rate_bpm": mean(bouts, "heart_bpm"),
        "max_heart_rate_share": ratio(bouts, "heart_bpm", "max_bpm"),
        "n_compared_bouts": sum(bout["same_speed_bpm"] is not None for bout in bouts),
        "forward_heart_rate_bpm": beside,
        "heart_excess_bpm": None if alone is None or beside is None else alone - beside,
        "run_m": _sum(bouts, "way_m"),
        "weight_kg": mean(bouts, "weight_kg"),
        **{name: _sum(bouts, name) for name in _KCAL},
    }


def _sum(bouts: Sequence[Row], name: str) -> float | None:
    """Add up what could be reckoned; None where nothing could."""
    return known_sum([bout[name] for bout in bouts]) if bouts else None


def risen_share(duration_s: float) -> float:
    """Give how much of its whole change the mean heart rate of a bout shows: the heart follows with a time constant of a minute."""
    return 1.0 - HEART_TAU_S / duration_s * (1.0 - math.exp(-duration_s / HEART_TAU_S))
