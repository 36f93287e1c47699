"""What the XML formats share: moments, numbers, elements.

Conventions: UTC with milliseconds where there are any, and a Z; numbers in full as long as the sensor has meant them; None writes nothing.
Texts are escaped here and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def stamp(moment: datetime) -> str:
    """Write a moment: 2026-05-03T06:12:00Z, with milliseconds where there are any."""
    moment = moment.astimezone(UTC)
    fraction = f".{moment.microsecond // 1000:03d}" if moment.microsecond >= 1000 else ""
    # not strftime: it writes years before 1000 with fewer than four digits
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}{fraction}Z"


def number(value: float, digits: int) -> str:
    """Write a number with at most so many digits behind the point, and never as a power of ten."""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def element(name: str, text: str | None) -> str:
    """Write an element around a text, nothing for None."""
    return "" if text is None else f"<{name}>{escape(text)}</{name}>"


def cells(name: str, values: Iterable[float], *, digits: int, low: float = -math.inf, high: float = math.inf) -> list[str]:
    """Write an element for each number, "" for a missing one and for one outside what the schema allows."""
    return [f"<{name}>{number(value, digits)}</{name}>" if low <= value <= high else "" for value in values]
