"""Texts of XML files into numbers: columns at once, never an exception.

Conventions: results are (n,) float64; an empty or absent text is NaN; a text that is no number is infinity, which no channel
allows, so that the cleaning counts it. Times are UTC seconds since 1970.
Nothing here knows an element or a channel.
"""

from __future__ import annotations

import math
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
#: shapes of a uniform time by length, 0 for any digit; first column and width of its six parts
_PATTERN: Final = {20: "0000-00-00T00:00:00Z", 24: "0000-00-00T00:00:00.000Z"}
_PARTS: Final = ((0, 4), (5, 2), (8, 2), (11, 2), (14, 2), (17, 2))
#: a date without a time of day is no moment
_DATE_LENGTH: Final = len("2026-01-01")


def numbers(texts: Sequence[str]) -> FloatArray:
    """Give the numbers of a column of texts: (n,)."""
    if texts.count(MISSING) == len(texts):
        return np.full(len(texts), np.nan)
    try:
        values = np.array(list(map(float, texts)))
    except ValueError:
        return np.array([number(text) for text in texts])
    # Python reads 1_0 as ten, no other program does
    if "_" in "".join(texts):
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
    zone_s : (n,) local minus UTC as the text says it, NaN for a time without a zone.
    """
    n = len(texts)
    uniform = _uniform_times(texts)
    if uniform is not None:
        return uniform, np.zeros(n)
    t_unix_s, zone_s = np.full(n, np.nan), np.full(n, np.nan)
    for i, text in enumerate(texts):
        t_unix_s[i], zone_s[i] = _moment(text)
    return t_unix_s, zone_s


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


def _uniform_times(texts: Sequence[str]) -> FloatArray | None:
    """Give the times of a column written all alike, ``2026-05-03T06:12:00[.000]Z``, at once: a tenth of the time of a file otherwise.

    None where a single one is different, or no moment: then each is read by itself.
    """
    stripped = [text.strip() for text in texts]
    length = len(stripped[0]) if stripped else 0
    if length not in _PATTERN or any(len(text) != length for text in stripped):
        return None
    try:
        rows = np.frombuffer("".join(stripped).encode("ascii"), dtype=np.uint8).reshape(len(texts), length)
    except UnicodeEncodeError:
        return None
    digits = rows.astype(np.int64) - ord("0")
    at_digits = [i for i, character in enumerate(_PATTERN[length]) if character == "0"]
    marks = {i: ord(character) for i, character in enumerate(_PATTERN[length]) if character != "0"}
    if not all(bool((rows[:, i] == mark).all()) for i, mark in marks.items()):
        return None
    if not bool(((digits[:, at_digits] >= 0) & (digits[:, at_digits] <= 9)).all()):
        return None
    year, month, day, hour, minute, second = (_decimal(digits, first, width) for first, width in _PARTS)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (day - 1)
    is_moment = (month >= 1) & (month <= 12) & (days.astype("datetime64[M]") == months) & (hour < 24) & (minute < 60) & (second < 60)
    if not bool((is_moment & (year >= 1)).all()):
        return None
    seconds = days.astype(np.int64) * 86_400 + hour * 3600 + minute * 60 + second
    milliseconds = _decimal(digits, 20, 3) if length == 24 else np.zeros(len(texts), dtype=np.int64)
    return seconds + milliseconds / 1000.0


def _decimal(digits: NDArray[np.int64], first: int, width: int) -> NDArray[np.int64]:
    """Give the number that stands in `width` columns of digits from `first` on: (n,)."""
    value = digits[:, first]
    for i in range(first + 1, first + width):
        value = value * 10 + digits[:, i]
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
