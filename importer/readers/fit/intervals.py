"""Intervals between heart beats (message `hrv`), placed in time.

Conventions: the message has no time; it is written among the records as the beats come in. So an interval ends where the one before
it ended plus its own length, as long as that agrees with the records around its message: not more than `LAG_S` before the record in
front of it, and not behind the record after it. Where beats were lost, or counted twice, that moves the times; the intervals stay.
Times are ms on the file's clock. Intervals before the first and behind the last record reach beyond them.
An interval of the invalid pattern is filling; one of no length is dropped and counted. Nothing here knows sessions.

Source: FIT profile, message hrv; eight corpus files, in which the sums stay within a second of the records until beats are lost.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.readers.fit.blocks import Block
from importer.readers.fit.placing import MS_PER_S
from importer.values.activity import FloatArray

#: s; so late a message with a beat may be written. Source: measurement; in files of a record a second, the middle 90 % of the messages are
#: 0.4 to 1.4 s early or late against each other.
LAG_S: Final = 1.0
#: names of counts, for the notes of an activity
NO_LENGTH: Final = "bad_beat"
NO_PLACE: Final = "bad_beat_time"


class Intervals(NamedTuple):
    """All intervals of a link, never falling in time: `t_ms` (m,) when they ended, `length_ms` (m,)."""

    t_ms: FloatArray
    length_ms: FloatArray


class _Listed(NamedTuple):
    """Intervals in the file's order: length (m,) ms, the message each came in (m,), records before each message (n,)."""

    length_ms: FloatArray
    message: NDArray[np.intp]
    n_records: NDArray[np.int64]


def read_intervals(blocks: tuple[Block, ...], record_t: FloatArray, counts: dict[str, int]) -> Intervals | None:
    """Place the intervals of a link; None where it has none, or no record to place them by.

    Parameters
    ----------
    blocks : the messages `hrv`.
    record_t : (n,) times of the records in the file's order on its clock, s; NaN = missing.
    counts : gets what was dropped.
    """
    listed = _listed(blocks)
    is_good = listed.length_ms > 0
    n_bad = len(is_good) - int(np.count_nonzero(is_good))
    if n_bad:
        counts[NO_LENGTH] = counts.get(NO_LENGTH, 0) + n_bad
        listed = listed._replace(length_ms=listed.length_ms[is_good], message=listed.message[is_good])
    if not len(listed.length_ms):
        return None
    has_time = np.isfinite(record_t)
    if not has_time.any():
        counts[NO_PLACE] = counts.get(NO_PLACE, 0) + len(listed.length_ms)
        return None
    summed_ms = np.cumsum(listed.length_ms)
    # the last interval of each message that has one: only that one is known to have ended when the message was written
    last = np.flatnonzero(np.append(np.diff(listed.message) != 0, True))
    before = np.concatenate(([0], np.cumsum(has_time)))[listed.n_records[listed.message[last]]]
    earliest, latest = _bounds(_steady(record_t[has_time]) * MS_PER_S, before)
    offset_ms = _drifting(earliest - summed_ms[last], latest - summed_ms[last])
    counted = np.diff(last, prepend=-1)
    return Intervals(np.maximum.accumulate(summed_ms + np.repeat(offset_ms, counted)), listed.length_ms)


def _listed(blocks: tuple[Block, ...]) -> _Listed:
    """Put the intervals of all messages into the file's order, the missing ones left out."""
    place = np.concatenate([block.place for block in blocks])
    rank = np.empty_like(place)
    order = np.argsort(place, kind="stable")
    rank[order] = np.arange(len(place))
    lengths, messages = [], []
    first = 0
    for block in blocks:
        time = block.fields["time"]
        rows, columns = np.nonzero(~np.isnan(time))
        lengths.append(np.rint(time[rows, columns] * MS_PER_S))
        messages.append(rank[first + rows])
        first += len(time)
    message = np.concatenate(messages)
    within = np.argsort(message, kind="stable")
    n_records = np.concatenate([block.n_records for block in blocks])[order]
    return _Listed(np.concatenate(lengths)[within], message[within].astype(np.intp), n_records)


def _steady(t: FloatArray) -> FloatArray:
    """Give times that never fall, (n,), without the single ones that jump away and back."""
    if len(t) < 3 or not (np.diff(t) < 0).any():
        return t
    calm = t.copy()
    calm[1:-1] = np.median((t[:-2], t[1:-1], t[2:]), axis=0)
    steady: FloatArray = np.minimum.accumulate(calm[::-1])[::-1]
    return steady


def _bounds(record_ms: FloatArray, before: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Give the earliest and the latest time of each message's last beat, (k,) ms, by the records in front of it and behind it."""
    earliest = np.where(before > 0, record_ms[np.maximum(before - 1, 0)] - LAG_S * MS_PER_S, -np.inf)
    latest = np.where(before < len(record_ms), record_ms[np.minimum(before, len(record_ms) - 1)], np.inf)
    return earliest, latest


def _drifting(low: FloatArray, high: FloatArray) -> FloatArray:
    """Give an offset that moves only as far as it must: ``o[k] = clip(o[k - 1], low[k], high[k])``, (k,).

    It starts in the middle of the first bounds, or at the one that is there.

    Notes
    -----
    A clip after a clip is a clip, so that all of them are composed in ``log2(k)`` passes.
    """
    first = np.array([low[0], high[0]])
    start = float(first[np.isfinite(first)].mean())
    low, high = low.copy(), high.copy()
    reach = 1
    while reach < len(low):
        earlier_low, earlier_high = low[:-reach].copy(), high[:-reach].copy()
        later_low, later_high = low[reach:].copy(), high[reach:].copy()
        low[reach:] = np.clip(earlier_low, later_low, later_high)
        high[reach:] = np.clip(earlier_high, later_low, later_high)
        reach *= 2
    drifting: FloatArray = np.clip(start, low, high)
    return drifting
