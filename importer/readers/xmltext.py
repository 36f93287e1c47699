"""Texts of XML files into numbers: columns at once, never an exception.

Conventions: results are (n,) float64; an empty or absent text is NaN; a text that is no number is infinity, which no channel
allows, so that the cleaning counts it. Times are UTC seconds since 1970.
Nothing here knows an element or a channel.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.values.activity import FloatArray

#: what stands for a text that is not there
MISSING: Final = "nan"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_NAIVE: Final = datetime(1970, 1, 1)  # noqa: DTZ001  what a time without a zone is measured from
#: a time as nearly all writers give it; more digits than microseconds are read one by one
_USUAL: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?", re.ASCII)
#: columns of the digits of its six parts
_PARTS: Final = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
_FRACTION: Final = 20
#: years whose microseconds since 1970 a float64 holds exactly
_EXACT_YEARS: Final = (1700, 2200)
#: NaN as often as anybody may want it, in the memory of one
_NANS: Final = np.broadcast_to(np.float64(math.nan), 1 << 32)
#: a date without a time of day is no moment
_DATE_LENGTH: Final = len("2026-01-01")


def repeated(value: float, n: int) -> FloatArray:
    """Give a read-only column that holds one value n times and takes no memory: (n,), of stride 0."""
    return _NANS[:n] if math.isnan(value) else np.broadcast_to(np.float64(value), n)


def numbers(texts: Sequence[str], *, may_underscore: bool = True) -> FloatArray:
    """Give the numbers of a column of texts: (n,); `repeated` NaN where there are none.

    Parameters
    ----------
    may_underscore : whether a text may hold an underscore; to look for one takes a fifth of the time (measured).
    """
    # most columns show at their first text that they are none of missing ones
    if not texts or (texts[0] == MISSING and texts.count(MISSING) == len(texts)):
        return repeated(math.nan, len(texts))
    try:
        values = np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:
        return np.array([number(text) for text in texts])
    # Python reads 1_0 as ten, no other program does
    if may_underscore and "_" in "".join(texts):
        return np.array([number(text) for text in texts])
    return values


def number(text: str) -> float:
    """Give one number, NaN for an empty text, infinity for one that is no number."""
    text = text.strip()
    if not text:
        return math.nan
    if "_" in text:
        return math.inf
    try:
        return float(text)
    except ValueError:
        return math.inf


def times(texts: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    """Read ISO 8601 times.

    Returns
    -------
    t_unix_s : (n,) UTC seconds, NaN where the text is no moment; a time without a zone is read as UTC.
    zone_s : (n,) local minus UTC as the text says it, NaN for a time without a zone; `repeated` where all are written alike.
    """
    n = len(texts)
    together = _uniform_times(texts)
    if together is not None:
        return together[0], repeated(together[1], n)
    t_unix_s, zone_s = np.full(n, np.nan), np.full(n, np.nan)
    for i, text in enumerate(texts):
        t_unix_s[i], zone_s[i] = _moment(text)
    return t_unix_s, zone_s


def moments(texts: Sequence[str]) -> FloatArray:
    """Give the UTC seconds of a column of times, (n,), as `times` does."""
    return times(texts)[0]


def unix_time(text: str) -> float:
    """Give one time in UTC seconds since 1970, NaN where the text is no moment."""
    return _moment(text)[0]


def _moment(text: str) -> tuple[float, float]:
    """Give UTC seconds and zone of one text, as `times` does."""
    moment = parse_time(text)
    if moment is None:
        return math.nan, math.nan
    offset = moment.utcoffset()
    if offset is None:
        return (moment - _EPOCH_NAIVE).total_seconds(), math.nan
    return (moment - _EPOCH).total_seconds(), offset.total_seconds()


def _uniform_times(texts: Sequence[str]) -> tuple[FloatArray, float] | None:
    """Give the times and the zone of a column written all alike, at once: a tenth of the time of a file otherwise.

    None where a single one is different, or no moment: then each is read by itself.
    """
    rows = _characters(texts)
    if rows is None:
        return None
    first = rows[:, 0].tobytes().decode("ascii")
    usual = _USUAL.fullmatch(first)
    _, zone_s = _moment(first)
    fraction, zone = (usual.group(1) or "", usual.group(2) or "") if usual is not None else ("", None)
    if zone is None or (zone and math.isnan(zone_s)):
        return None
    at_digits = [i for first_digit, end in _PARTS for i in range(first_digit, end)]
    at_digits += range(_FRACTION, _FRACTION + len(fraction))
    is_literal = np.ones(len(rows), dtype=np.bool_)
    is_literal[at_digits] = False
    # unsigned, so that what stands before 0 is above 9 too
    if (rows[is_literal] != rows[is_literal, :1]).any() or ((rows[at_digits] - ord("0")) > 9).any():
        return None
    seconds = _seconds(rows)
    if seconds is None:
        return None
    microseconds = _decimal(rows, _FRACTION, _FRACTION + len(fraction)) * 10 ** (6 - len(fraction))
    shift_s = 0 if math.isnan(zone_s) else round(zone_s)
    return ((seconds - shift_s) * 1_000_000 + microseconds) / 1e6, zone_s


def _characters(texts: Sequence[str]) -> NDArray[np.uint8] | None:
    """Give the texts without the blanks around them as ASCII, one in each column, (length, n); None where they differ in length."""
    lengths = set(map(len, texts))
    joined = "".join(texts)
    if len(lengths) != 1 or joined[:1].isspace() or joined[-1:].isspace():
        stripped = [text.strip() for text in texts]
        lengths, joined = set(map(len, stripped)), "".join(stripped)
    if len(lengths) != 1 or not joined.isascii():
        return None
    return np.ascontiguousarray(np.frombuffer(joined.encode("ascii"), dtype=np.uint8).reshape(len(texts), lengths.pop()).T)


def _seconds(rows: NDArray[np.uint8]) -> NDArray[np.int64] | None:
    """Give the local seconds since 1970, (n,), None where one of them is no moment or of a far year."""
    year, month, day, hour, minute, second = (_decimal(rows, first, end) for first, end in _PARTS)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    is_moment = (month >= 1) & (month <= 12) & (days.astype("datetime64[M]") == months) & (hour < 24) & (minute < 60) & (second < 60)
    if not (is_moment & (year >= _EXACT_YEARS[0]) & (year <= _EXACT_YEARS[1])).all():
        return None
    return days.astype(np.int64) * 86_400 + hour * 3600 + minute * 60 + second


def _decimal(rows: NDArray[np.uint8], first: int, end: int) -> NDArray[np.int64]:
    """Give the number that stands in the rows ``[first, end)`` of digits: (n,), zero for no digits."""
    value = np.zeros(rows.shape[1], dtype=np.int64)
    for row in rows[first:end]:
        value = value * 10 + (row - ord("0"))
    return value


def parse_time(text: str) -> datetime | None:
    """Give the moment of an ISO 8601 text, aware or naive as written, None where it is no moment."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            # Python 3.11 knows Z but not z
            moment = datetime.fromisoformat(text.upper())
        except ValueError:
            return None
    return moment if len(text) > _DATE_LENGTH else None
