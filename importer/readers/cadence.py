"""Strides or steps: by what a file's cadence must be multiplied to give steps per minute.

Conventions: raw cadence is what the file says, per minute; a factor is 1 (the file counts steps), 2 (strides, as the
FIT profile wants it) or None (nobody can tell, and then nothing may be classified from it).
Nothing here multiplies anything: the reader does, and stores the factor.

Source: the writers' own files and code, measured and read; `docs/readers.md`, "Cadence".
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from importer.values.activity import CadenceBasis, FloatArray
from importer.values.statistics import median

STRIDES: Final = 2.0
STEPS: Final = 1.0

#: (format, word in the manufacturer's or creator's name) to factor; the first match counts.
#: None stands for a writer known to hand on whatever its sensor sent.
KNOWN_WRITERS: Final[tuple[tuple[str, str, float | None], ...]] = (
    ("fit", "qdomyos", None),
    ("fit", "garmin", STRIDES),
    ("fit", "dynastream", STRIDES),
    ("fit", "tomtom", STRIDES),
    ("fit", "suunto", STRIDES),
    ("fit", "stryd", STRIDES),
    ("fit", "ipbike", STRIDES),
    ("fit", "retro-import", STRIDES),
    ("tcx", "garmin", STRIDES),
    ("tcx", "retro-import", STRIDES),
    ("gpx", "garmin", STRIDES),
    ("gpx", "retro-import", STRIDES),
    ("gpx", "opentracks", STEPS),
)

#: m/s; slower samples say little about the unit (a stroll of 100 steps a minute looks like a run of 100 strides).
MOVING_MPS: Final = 1.2
#: per minute; nobody takes more strides, so a median above it counts steps. Source: Runalyze's threshold.
STEPS_ABOVE: Final = 130.0
#: per minute; below it no runner counts steps. Source: medians of 48 to 96 strides in 56 real foot sessions.
STRIDES_BELOW: Final = 110.0
#: per minute and m/s; a walker's steps may be this slow, so a slow session above it is ambiguous too.
WALKING_STEPS: Final = 90.0
WALKING_MPS: Final = 1.9
#: m; steps a human takes, walking or running.
STEP_LENGTH_M: Final = (0.35, 1.6)
#: steps/min; a claimed unit that leads to more than this is contradicted by the data.
MOST_STEPS: Final = 260.0
#: number of samples below which a median means nothing
FEWEST_SAMPLES: Final = 10


class CadenceVerdict(NamedTuple):
    """The factor to steps per minute and how it is known; None where it is not."""

    factor: float | None
    basis: CadenceBasis


def known_factor(file_format: str, *words: str | None) -> float | None:
    """Give the factor of a known writer, None where it is not known.

    Parameters
    ----------
    file_format : ``fit``, ``gpx`` or ``tcx``.
    words : names of manufacturer, product, creator or application, in any case; None is passed over.
    """
    said = " ".join(word for word in words if word is not None).casefold()
    return next((factor for kind, word, factor in KNOWN_WRITERS if kind == file_format and word in said), None)


def decide_cadence(
    raw_per_min: FloatArray,
    speed_mps: FloatArray,
    *,
    writer_factor: float | None = None,
    units_factor: float | None = None,
    strides_per_min: float | None = None,
) -> CadenceVerdict:
    """Tell whether a cadence counts strides or steps, by the most reliable thing that can tell.

    Parameters
    ----------
    raw_per_min : (n,) cadence as the file says it, per minute.
    speed_mps : (n,) speed, m/s; all NaN where there is none.
    writer_factor : what is known of the writer.
    units_factor : what the field's own units say.
    strides_per_min : the session's count of cycles over its timer, if the file has both.

    Returns
    -------
    CadenceVerdict
        Basis ``NONE`` without any cadence, ``UNKNOWN`` with factor None where nothing can tell.

    Notes
    -----
    A writer or a unit that would mean more than `MOST_STEPS` is passed over: programs write files in other makers' names.
    Source: the order of `docs/readers.md`, "Cadence".
    """
    counted = raw_per_min > 0
    if not counted.any():
        said = bool(np.isfinite(raw_per_min).any())
        return _of_zeros(writer_factor, units_factor) if said else _NONE
    with np.errstate(invalid="ignore"):
        moving = counted & (speed_mps > MOVING_MPS)
    usual = median(raw_per_min[moving if moving.any() else counted])
    for factor, basis in ((writer_factor, CadenceBasis.WRITER), (units_factor, CadenceBasis.UNITS)):
        if factor is not None and usual * factor <= MOST_STEPS:
            return CadenceVerdict(factor, basis)
    if strides_per_min is not None and 0 < strides_per_min <= MOST_STEPS / STRIDES:
        ratio = float(np.nanmean(raw_per_min)) / strides_per_min
        if 0.8 <= ratio <= 1.25 and usual * STRIDES <= MOST_STEPS:
            return CadenceVerdict(STRIDES, CadenceBasis.CYCLES)
        if 1.6 <= ratio <= 2.5:
            return CadenceVerdict(STEPS, CadenceBasis.CYCLES)
    if usual > STEPS_ABOVE and np.count_nonzero(counted) >= FEWEST_SAMPLES:
        return CadenceVerdict(STEPS, CadenceBasis.MEDIAN)
    if np.count_nonzero(moving) < FEWEST_SAMPLES:
        return _UNKNOWN
    usual_mps = median(speed_mps[moving])
    if usual < STRIDES_BELOW and (usual < WALKING_STEPS or usual_mps > WALKING_MPS):
        return CadenceVerdict(STRIDES, CadenceBasis.MEDIAN)
    return _by_step_length(raw_per_min[moving], speed_mps[moving])


_NONE: Final = CadenceVerdict(None, CadenceBasis.NONE)
_UNKNOWN: Final = CadenceVerdict(None, CadenceBasis.UNKNOWN)


def _of_zeros(writer_factor: float | None, units_factor: float | None) -> CadenceVerdict:
    """Judge a cadence that is zero throughout: only what is known beforehand can tell."""
    if writer_factor is not None:
        return CadenceVerdict(writer_factor, CadenceBasis.WRITER)
    return CadenceVerdict(units_factor, CadenceBasis.UNITS) if units_factor is not None else _UNKNOWN


def _by_step_length(raw_per_min: FloatArray, speed_mps: FloatArray) -> CadenceVerdict:
    """Choose the one unit that gives steps a human takes; unknown where both or neither do."""
    low, high = STEP_LENGTH_M
    possible = []
    for factor in (STEPS, STRIDES):
        step_m = speed_mps * 60.0 / (raw_per_min * factor)
        if float(np.mean((step_m >= low) & (step_m <= high))) >= 0.8:
            possible.append(factor)
    return CadenceVerdict(possible[0], CadenceBasis.STEP_LENGTH) if len(possible) == 1 else _UNKNOWN
