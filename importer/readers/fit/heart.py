"""Heart rates that a strap kept and handed over afterwards (message `hr`), put to the samples that have none.

Conventions: beats are counted in 1/1024 s by the strap's own clock, of which one message, the anchor, says what FIT time it was; the
messages behind it hold 12 bits of that clock, eight beats in 12 bytes. They often stand in files chained behind the activity's own.
A sample's heart rate is the mean over the time since the sample before, each beat holding on for at most `HOLDS_S`.
Nothing here replaces a heart rate that is in a sample, and a message that cannot be placed in time is passed over.

Source: FIT profile, message hr, and the behaviour of Garmin's own decoder, with which the corpus is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.readers.fit.layout import Value
from importer.readers.fit.messages import Messages, Row
from importer.values.activity import FloatArray

#: ticks of the strap's clock in a second. Source: FIT profile, hr.event_timestamp.
TICKS_PER_S: Final = 1024
#: s; for so long a beat speaks of what follows it, in steps of `STEP_S`. Source: Garmin's decoder.
HOLDS_S: Final = 5.0
STEP_S: Final = 0.25
_TWELVE_BITS: Final = 0xFFF
_CLOCK_BITS: Final = 0xFFFFFFFF


class Beats(NamedTuple):
    """Heart rates in the order of their time: `t` (n,) on the file's clock, `bpm` (n,)."""

    t: FloatArray
    bpm: FloatArray


class Merged(NamedTuple):
    """The heart rates of all samples, (n,), and which of them were put in, (n,)."""

    bpm: FloatArray
    is_new: NDArray[np.bool_]


def beats(chain: Iterable[Messages]) -> Beats:
    """Place all beats of a file in time: a strap's memory may fill several links of the chain."""
    placed = sorted(one for messages in chain for one in _placed(messages.of("hr")))
    return Beats(np.array([t for t, _ in placed], dtype=np.float64), np.array([bpm for _, bpm in placed], dtype=np.float64))


def merge(t: FloatArray, bpm: FloatArray | None, found: Beats) -> Merged:
    """Give the samples without a heart rate the mean of the beats since the sample before.

    Parameters
    ----------
    t : (n,) times of the samples on the file's clock, in any order, NaN = missing.
    bpm : (n,) heart rates in the file, NaN = missing; None where it has none.
    """
    native = np.full(len(t), np.nan) if bpm is None else bpm
    moments, place = np.unique(t, return_inverse=True)
    held = _held(found)
    if not len(held.t) or not len(moments):
        return Merged(native, np.zeros(len(t), dtype=np.bool_))
    since = np.concatenate(([moments[0] - 1.0], moments[:-1]))
    first, last = (np.searchsorted(held.t, border, side="right") for border in (since, moments))
    summed = np.concatenate(([0.0], np.cumsum(held.bpm)))
    n_beats = last - first
    # nothing is known of the moment behind the last beat, so a sample there would get a part of its time only
    usable = (n_beats > 0) & (moments < held.t[-1])
    mean = np.where(usable, np.floor((summed[last] - summed[first]) / np.maximum(n_beats, 1) + 0.5), np.nan)[place]
    is_new = np.isnan(native) & ~np.isnan(mean)
    return Merged(np.where(is_new, mean, native), is_new)


def _held(found: Beats) -> Beats:
    """Repeat each beat in steps of `STEP_S` until the next one, for `HOLDS_S` at most."""
    gaps_s = np.append(np.diff(found.t), 0.0)
    n_steps = np.minimum(np.maximum(np.ceil(gaps_s / STEP_S) - 1.0, 0.0), HOLDS_S / STEP_S).astype(np.intp)
    which = np.repeat(np.arange(len(found.t)), n_steps + 1)
    step = np.arange(len(which)) - np.repeat(np.cumsum(n_steps + 1) - (n_steps + 1), n_steps + 1)
    return Beats(found.t[which] + step * STEP_S, found.bpm[which])


def _placed(rows: Iterable[Row]) -> Iterator[tuple[float, float]]:
    """Give time and heart rate of each beat; those before the first anchor have no time."""
    anchor: tuple[float, int] | None = None
    ticks = 0
    for row in rows:
        stated, moment = _ticks(row), row.number("timestamp")
        if moment is not None and len(stated) == 1:
            fraction = row.number("fractional_timestamp")
            ticks = stated[0]
            anchor = moment + (0.0 if fraction is None else fraction), ticks
        bits = _TWELVE_BITS if row.fields.get("event_timestamp") is None else _CLOCK_BITS
        for event, bpm in zip(stated, _elements(row.fields.get("filtered_bpm")), strict=False):
            if anchor is not None:
                ticks += (event - ticks) & bits
                if bpm is not None:
                    yield anchor[0] + (ticks - anchor[1]) / TICKS_PER_S, bpm


def _ticks(row: Row) -> list[int]:
    """Give the strap's clock at each beat of a message: whole, or its low 12 bits."""
    whole = [value for value in _elements(row.fields.get("event_timestamp")) if value is not None]
    if whole:
        return [round(value * TICKS_PER_S) for value in whole]
    packed = row.fields.get("event_timestamp_12")
    if not isinstance(packed, bytes):
        return []
    pairs = [int.from_bytes(packed[i : i + 3], "little") for i in range(0, len(packed) - 2, 3)]
    return [half for pair in pairs for half in (pair & _TWELVE_BITS, pair >> 12)]


def _elements(value: Value | None) -> tuple[float | None, ...]:
    """Give the numbers of a field that may hold one or several."""
    if isinstance(value, tuple):
        return value
    return (value,) if isinstance(value, int | float) else ()
