"""A lap rule and the laps of a file to claims.

Conventions: the rule names laps from 1 on, in the order of the file; the laps it does not name are forward.
A rule typed for these files is the runner's word about them, and every lap of theirs counts. A rule that is kept for an athlete
(`LapRule.is_kept`) meets every run of theirs, so it speaks only where the laps were made on purpose: a border was pressed, or
a workout step ended. The kilometres that a watch counts by itself say nothing.
"""

from __future__ import annotations

from typing import Final

from importer.detect.claims import claim, counted
from importer.detect.laprule import LapRange, LapRule, backward_laps, highest_missing_lap
from importer.values.activity import Lap
from importer.values.session import Claim

#: Laps whose distances differ by less than this part of the longest were cut by a counter and not by a thumb: autolap of watches
#: repeats to a few metres in a kilometre, a runner presses within a few seconds. Assumption.
AUTO_LAP_SPREAD_RATIO: Final = 0.005
#: Laps before the last one that must agree so: two may do so by chance. Assumption.
AUTO_LAP_COUNT: Final = 3
#: "all": whoever made the laps, the whole run is meant
_ALL: Final = (LapRange(1, None),)


def claims_of_laps(laps: tuple[Lap, ...], rule: LapRule, notes: list[str]) -> list[Claim]:
    """Claim every lap: backward where the rule names it, forward elsewhere; none where the rule does not fit, which a note says."""
    named = f'{"the lap rule kept for you" if rule.is_kept else "your lap rule"} "{rule.text}"'
    if not laps:
        _add(notes, f"{named} was not used: the file has no laps", is_said=not rule.is_kept)
        return []
    if rule.is_kept and rule.ranges != _ALL and not are_on_purpose(laps):
        _add(notes, f"{named} was not used: these laps were made by the watch and not by you", is_said=len(laps) > 1)
        return []
    backward = backward_laps(rule, len(laps))
    missing = highest_missing_lap(rule, len(laps))
    n_laps = counted(len(laps), "lap")
    if missing is not None:
        _add(notes, f"{named} names lap {missing}, but the file has {n_laps}", is_said=len(laps) > 1 or not rule.is_kept)
    if not backward:
        _add(notes, f"{named} was not used: it names none of the {n_laps} of the file", is_said=len(laps) > 1 or not rule.is_kept)
        return []
    whose = "the lap rule kept for you" if rule.is_kept else "your lap rule"
    return [
        claim(lap.start_s, lap.end_s, is_backward=number in backward, why=f"lap {number} by {whose}", place=None)
        for number, lap in enumerate(laps, 1)
    ]


def are_on_purpose(laps: tuple[Lap, ...]) -> bool:
    """Say whether a runner made these laps: each border was pressed or ended a workout step, and no counter shows in the distances.

    The last lap is left out, as the end of the recording ends it.
    """
    inner = laps[:-1]
    if not inner or not all(lap.step_index is not None or lap.trigger in (None, "manual") for lap in inner):
        return False
    if len(inner) < AUTO_LAP_COUNT or any(lap.step_index is not None for lap in inner):
        return True
    # Garmin Connect calls every lap of a TCX file manual: then their like lengths tell
    distances_m = [lap.distance_m for lap in inner if lap.distance_m is not None]
    if len(distances_m) < len(inner):
        return True
    return max(distances_m) - min(distances_m) >= AUTO_LAP_SPREAD_RATIO * max(distances_m)


def _add(notes: list[str], note: str, *, is_said: bool) -> None:
    """Say what a rule could not do; a kept one is silent about files that have no laps to speak of."""
    if is_said:
        notes.append(note)
