"""Stretches as the device itself cut them: FIT `split` and `set`.

Conventions: a stretch is given by the device's word for it and never says a direction; of a set, whether it was active or rest and
what exercise it was. Its session is the one in which it starts; it is cut to the session's length.
One without a start, without an end, or that ends before it starts is dropped and counted.
Nothing here says what a stretch means.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final, NamedTuple

from importer.readers.fit.messages import Messages, Row
from importer.readers.fit.structure import exercise_category
from importer.values.sensors import Split

#: s; a split starts at a whole second, which may be one behind a session's end
ROUNDING_S: Final = 1.0
#: name of a count, for the notes of an activity
BAD: Final = "bad_split"


class Placed(NamedTuple):
    """A split on the file's clock, s."""

    start: float
    end: float
    split: Split


def read_splits(messages: Messages, counts: dict[str, int]) -> list[Placed]:
    """Give all splits and sets of a link in the order of their start."""
    found = []
    for source, length in (("split", "total_elapsed_time"), ("set", "duration")):
        for row in messages.of(source):
            span = _span(row, length)
            if span is None:
                counts[BAD] = counts.get(BAD, 0) + 1
                continue
            kind = (
                _kind(row, "split_type") if source == "split" else f"{_kind(row, 'set_type')} {exercise_category(row, 'category')}".strip()
            )
            distance_m, repetitions = row.number("total_distance"), row.integer("repetitions")
            found.append(Placed(*span, Split(0.0, 0.0, kind, source, distance_m, repetitions)))
    return sorted(found, key=_start)


def splits_of(placed: list[Placed], *, start: float, elapsed_s: float, since: float, until: float) -> tuple[tuple[Split, ...], int]:
    """Give the splits of a session that starts at `start` and owns what starts in ``[since, until)``, and how many lie outside it."""
    mine = placed[bisect_left(placed, since, key=_start) : bisect_left(placed, until, key=_start)]
    found = []
    for began, ended, split in mine:
        if ended >= start and began <= start + elapsed_s + ROUNDING_S:
            start_s = min(max(began - start, 0.0), elapsed_s)
            found.append(split._replace(start_s=start_s, end_s=min(max(ended - start, start_s), elapsed_s)))
    return tuple(found), len(mine) - len(found)


def _start(placed: Placed) -> float:
    return placed.start


def _span(row: Row, length: str) -> tuple[float, float] | None:
    """Give start and end: by the start and the end's own field, else its length, else the time at which the message was written."""
    began, length_s = row.number("start_time"), row.number(length)
    ends = (row.number("end_time"), None if began is None or length_s is None else began + length_s, row.number("timestamp"))
    ended = next((end for end in ends if end is not None), None)
    return None if began is None or ended is None or ended < began else (began, ended)


def _kind(row: Row, name: str) -> str:
    """Give the device's word, or the number where the profile has no word for it."""
    word, number = row.text(name), row.integer(name)
    return word or ("unknown" if number is None else f"{name} {number}")
