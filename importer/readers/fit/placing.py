"""Where on the file's clock the things beside the samples stand, in whole milliseconds since the FIT epoch.

Conventions: (m,) float64 of whole numbers, so that a time in milliseconds stays exact; NaN is a time that cannot be known.
Times since switching on become dates through `timestamp_correlation`; without one they are NaN in a file of dates.
Nothing here drops anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from importer.readers.fit.blocks import Block
from importer.readers.fit.clock import Clock
from importer.readers.fit.messages import Messages, Row
from importer.readers.fit.profile import EPOCH_UNIX_S, FIRST_ABSOLUTE_TIME
from importer.values.activity import FloatArray

MS_PER_S: Final = 1000.0
_FIRST_DATE_MS: Final = FIRST_ABSOLUTE_TIME * MS_PER_S


class Dates:
    """Turns the times of a link's messages into those of its clock.

    Parameters
    ----------
    clock : that of the records.
    messages : whose `timestamp_correlation` says what date a second since switching on was.
    """

    __slots__ = ("_is_relative", "_shift_ms", "_since_ms")

    def __init__(self, messages: Messages, clock: Clock) -> None:
        self._is_relative = clock.epoch_unix_s != EPOCH_UNIX_S
        pairs = sorted(_correlations(messages.of("timestamp_correlation")))
        self._since_ms = np.array([system_ms for system_ms, _ in pairs])
        self._shift_ms = np.array([date_ms - system_ms for system_ms, date_ms in pairs])

    def of(self, t_ms: FloatArray) -> FloatArray:
        """Give the times on the clock: (m,).

        Of several correlations the last one before the time counts, the first one for a time before all of them.
        """
        is_date = t_ms >= _FIRST_DATE_MS
        if self._is_relative:
            return np.where(is_date, np.nan, t_ms) if is_date.any() else t_ms
        if is_date.all():
            return t_ms
        if not len(self._since_ms):
            return np.where(is_date, t_ms, np.nan)
        which = np.maximum(np.searchsorted(self._since_ms, t_ms, side="right") - 1, 0)
        return np.where(is_date, t_ms, t_ms + self._shift_ms[which])


def _correlations(rows: Iterable[Row]) -> Iterable[tuple[float, float]]:
    """Give the pairs of a time since switching on and the date that it was, ms."""
    for row in rows:
        date_ms = _milliseconds(row, "timestamp", "fractional_timestamp", "timestamp_ms")
        system_ms = _milliseconds(row, "system_timestamp", "fractional_system_timestamp", "system_timestamp_ms")
        if date_ms is not None and system_ms is not None and system_ms < _FIRST_DATE_MS <= date_ms:
            yield system_ms, date_ms


def _milliseconds(row: Row, whole: str, fraction: str, milliseconds: str) -> float | None:
    """Give a time in whole ms: its fraction stands in seconds or, in later profiles, in milliseconds."""
    seconds = row.number(whole)
    if seconds is None:
        return None
    part_s, part_ms = row.number(fraction), row.number(milliseconds)
    if part_ms is None:
        part_ms = 0.0 if part_s is None else part_s * MS_PER_S
    return float(round(seconds * MS_PER_S + part_ms))


def sent_ms(block: Block) -> FloatArray:
    """Give the time of each message of a block: (m, 1) ms as the file has it, NaN without a timestamp."""
    whole, part_ms = block.fields.get("timestamp"), block.fields.get("timestamp_ms")
    t_ms = np.full((len(block.place), 1), np.nan) if whole is None else whole[:, :1] * MS_PER_S
    return t_ms if part_ms is None else t_ms + np.nan_to_num(part_ms[:, :1])
