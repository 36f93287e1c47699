"""The database itself: what ``db check`` found and what ``db stats`` counted, as text and as JSON.

Conventions: bytes are told in kB, MB and GB of a thousand; JSON keeps the whole number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from importer.reports.table import table_text
from importer.reports.words import plain

if TYPE_CHECKING:
    from datetime import datetime

    from importer.store.check import Checked
    from importer.store.stats import Stats

#: what to do about a kind of fault
_REMEDIES: Final = {
    "stream": "the samples of these sessions are damaged: restore a backup, or `retro-import delete` them and import with --again",
}
_REMEDY: Final = "restore a backup (beside a SQLite file an upgrade leaves one), or import the files into a new database with --db"
#: how many faults are told in words
_LINES: Final = 50


def checked_text(checked: Checked) -> str:
    """Give every fault in a line, and what they come to."""
    seen = (
        f"{_count(checked.n_sessions, 'session')}, {_count(checked.n_recordings, 'recording')}, "
        f"{_count(checked.n_streams, 'stream')} of {_count(checked.n_values, 'value')} read"
    )
    if checked.is_well:
        return f"{checked.url}: all is well ({seen})"
    lines = [plain(str(fault)) for fault in checked.faults[:_LINES]]
    if len(checked.faults) > _LINES:
        lines.append(f"... and {len(checked.faults) - _LINES:,} more (--json has them all)")
    remedies = dict.fromkeys(_REMEDIES.get(fault.kind, _REMEDY) for fault in checked.faults)
    return "\n".join((*lines, f"{checked.url}: {_count(len(checked.faults), 'fault')} ({seen})", *remedies))


def checked_json(checked: Checked) -> dict[str, Any]:
    """Give the same as an object."""
    return {**asdict(checked), "is_well": checked.is_well, "faults": [asdict(fault) for fault in checked.faults]}


def stats_text(stats: Stats) -> str:
    """Give athletes, tables and channels, a table each."""
    size = "" if stats.size_bytes is None else f", {size_text(stats.size_bytes)}"
    head = f"{stats.url}: version {stats.version}{size}"
    if stats.oldest is not None:
        head += f", sessions from {_day(stats.oldest)} to {_day(stats.newest)}"
    athletes = [
        (plain(one.athlete), f"{one.n_sessions:,}", f"{one.elapsed_s / 3600:,.1f}", _day(one.oldest), _day(one.newest))
        for one in stats.athletes
    ]
    tables = [(one.name, f"{one.n_rows:,}", "-" if one.size_bytes is None else size_text(one.size_bytes)) for one in stats.tables]
    channels = [
        (plain(one.channel), f"{one.n_streams:,}", f"{one.n_values:,}", size_text(one.size_bytes), _each(one.size_bytes, one.n_values))
        for one in stats.channels
    ]
    parts = (
        (("athlete", "sessions", "hours", "oldest", "newest"), athletes, (1, 2)),
        (("table", "rows", "size"), tables, (1, 2)),
        (("channel", "streams", "values", "size", "bytes/value"), channels, (1, 2, 3, 4)),
    )
    return "\n\n".join((head, *(_part(header, rows, right) for header, rows, right in parts if rows)))


def size_text(n_bytes: int) -> str:
    """Give a size in three digits: 1.24 MB."""
    size = float(n_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 999.5 or unit == "GB":
            break
        size /= 1000
    return f"{n_bytes} bytes" if unit == "bytes" else f"{size:.{max(0, 3 - len(str(int(size))))}f} {unit}"


def _part(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int]) -> str:
    return table_text(header, rows, right=right)


def _each(n_bytes: int, n_values: int) -> str:
    return f"{n_bytes / n_values:.2f}" if n_values else "-"


def _day(moment: datetime | None) -> str:
    return "-" if moment is None else f"{moment:%Y-%m-%d}"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
