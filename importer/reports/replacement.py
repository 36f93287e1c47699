"""What a better source changed when it took the place of another one, as lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from importer.reports.lines import backward_line
from importer.reports.words import clock, distance, plain

if TYPE_CHECKING:
    from importer.linking.updating import Replaced
    from importer.pipeline import ImportResult
    from importer.store import SessionRecord

#: first word of the notes about files that were not replaced
_KEPT: Final = "not-replaced"


def replacement_lines(result: ImportResult) -> Iterator[str]:
    """Give a line for each session in which a file took the place of others, and for each file that it did not replace."""
    for one in result.replaced:
        changes = "; ".join(_changes(one)) or "nothing that is told here changed"
        yield plain(f"{result.path}: replaces {', '.join(one.paths)} in session {one.after.id}: {changes}")
    for note in result.notes:
        word, _, said = note.partition(": ")
        if word == _KEPT:
            yield plain(f"{result.path}: not replaced: {said}")


def _changes(one: Replaced) -> Iterator[str]:
    before, after = one.before, one.after
    for words, was, now in zip(_NAMES, _facts(before), _facts(after), strict=True):
        if was != now:
            yield f"{words} was {was}, now {now}"
    was, now = (backward_line(record, with_hint=False) for record in (before, after))
    if was != now:
        yield f"was: {was}; now: {now}"


_NAMES: Final = ("format", "start", "length", "distance", "samples", "speed by", "place", "device")


def _facts(record: SessionRecord) -> tuple[str, ...]:
    return (
        record.format,
        f"{record.start:%Y-%m-%d %H:%M:%S} UTC",
        clock(record.elapsed_s),
        distance(record.distance_m),
        str(record.n_samples),
        str(record.speed_basis),
        str(record.environment),
        " ".join(word for word in (record.device.manufacturer, record.device.product) if word) or "unknown",
    )
