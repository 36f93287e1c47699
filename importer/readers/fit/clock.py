"""What a FIT file's seconds count from.

Conventions: `t` stays in the file's own seconds; adding `epoch_unix_s` gives UTC seconds since 1970.
Nothing here corrects a time: what cannot be one is NaN, and counted where samples are cleaned.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from importer.errors import NotAnActivityError
from importer.readers import samples
from importer.readers.fit.messages import Messages
from importer.readers.fit.profile import EPOCH_UNIX_S, FIRST_ABSOLUTE_TIME
from importer.values.activity import FloatArray


class Clock(NamedTuple):
    """Times of the records, (n,), what they count from, and a note where that had to be guessed."""

    t: FloatArray
    epoch_unix_s: float
    note: str

    def is_date(self, t: float) -> bool:
        """Tell whether a time of this file is one that a recording can have."""
        return samples.TIME_RANGE_S[0] <= t + self.epoch_unix_s <= samples.TIME_RANGE_S[1]


def read_clock(messages: Messages) -> Clock:
    """Find out what the file's seconds count from.

    Raises
    ------
    NotAnActivityError
        Nothing in the file has a date (code ``no-time``).

    Notes
    -----
    Some watches count from when they were switched on; their `activity` pairs such a second with local time.
    Source: FIT protocol, type date_time; two Forerunner 70 files of the corpus.
    """
    t = messages.columns.get("timestamp")
    if t is None:
        t = np.full(messages.n_records, np.nan)
    stated = [time for row in messages.of("session") for name in ("start_time", "timestamp") if (time := row.number(name)) is not None]
    absolute = t >= FIRST_ABSOLUTE_TIME
    if absolute.any() or any(time >= FIRST_ABSOLUTE_TIME for time in stated):
        # among true dates, a second since switch-on is a fault
        return Clock(t if absolute.all() else np.where(absolute, t, np.nan), EPOCH_UNIX_S, "")
    if stated or not np.isnan(t).all():
        for row in messages.of("activity"):
            relative, local = row.number("timestamp"), row.number("local_timestamp")
            if relative is not None and local is not None and relative < FIRST_ABSOLUTE_TIME <= local:
                note = "clock: the watch counted from when it was switched on; the date is from the file's local time and may be days off"
                return Clock(t, EPOCH_UNIX_S + local - relative, note)
    raise NotAnActivityError(
        "no sample and no session has a date",
        code="no-time",
        found="an activity without times",
        remedy="set the watch's clock, or export the activity again from its platform",
    )
