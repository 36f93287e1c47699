"""Numbers in the words of a runner: times, distances, dates, speeds."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


def clock(seconds: float) -> str:
    """``[H:]MM:SS``, as START-END on the command line takes it: 754 -> "12:34"."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def distance(metres: float | None) -> str:
    """Metres below one kilometre, else kilometres; a dash where nothing was measured."""
    if metres is None:
        return "-"
    return f"{metres:.0f} m" if metres < 999.5 else f"{metres / 1000:.2f} km"


def pace(speed_mps: float | None) -> str:
    """Minutes per kilometre."""
    if speed_mps is None or speed_mps < 0.1:
        return "-"
    whole = round(1000 / speed_mps)
    return f"{whole // 60}:{whole % 60:02d} /km"


def number(value: float | None, digits: int = 0) -> str:
    """A number, or a dash where nothing was measured."""
    return "-" if value is None else f"{value:.{digits}f}"


def share(part: float, whole: float) -> str:
    """Percent, a dash of nothing."""
    if whole <= 0:
        return "-"
    percent = 100 * part / whole
    return f"{percent:.1f} %" if 0 < abs(percent) < 10 else f"{percent:.0f} %"


def local_start(start: datetime, utc_offset_s: int | None) -> str:
    """The start on the runner's own clock; marked UTC where the file does not say the zone."""
    if utc_offset_s is None:
        return f"{start:%a %d %b %Y %H:%M} UTC"
    return f"{start.astimezone(timezone(timedelta(seconds=utc_offset_s))):%a %d %b %Y %H:%M}"


def place(environment: str, sport: str) -> str:
    """``treadmill running`` in two words; what is unknown is left out."""
    words = [word.replace("_", " ") for word in (environment, sport) if word not in ("unknown", "generic")]
    if len(words) == 1:
        return f"{words[0]} session" if words[0] == environment else words[0]
    return " ".join(words[1:] if words[:1] == ["outdoor"] else words) or "session"


def plain(text: str) -> str:
    """Text that is safe on a terminal: no control characters out of a file, no half characters out of a path."""
    if text.isascii() and text.isprintable():  # nearly all of them, in ten thousand lines
        return text
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return printable.encode("utf-8", "backslashreplace").decode("utf-8")
