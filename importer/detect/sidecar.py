"""The labels file beside an activity: ``run.fit.labels.csv``, one span and its direction a line.

    start,end,direction
    8:00,9:30,backward
    750,870,backward     # seconds or [H:]MM:SS, since the start of the session, pauses included

Conventions: the heading is optional, as are columns behind the third; ``#`` begins a comment; commas, semicolons and tabs part
the columns, and where it is not the comma, a decimal comma is one. The direction is any word that the lexicon knows, or ``b``,
``f``, ``-1``, ``+1``; ``still`` and ``unknown`` say nothing. A line that cannot be used is noted with its number.
A span becomes a text of the activity (`Place.SIDECAR`: ``run.fit.labels.csv: backward``), so that tagging again needs no file.
Nothing here reads a file: it is given the bytes.
"""

from __future__ import annotations

import csv
import dataclasses
import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from importer.detect.claims import add_weaker, claim, counted, short
from importer.detect.lexicon import Said, find_direction, normalise
from importer.values.activity import Activity, Place, Text
from importer.values.session import Claim, Direction

#: lines that are read: far more bouts than a session has. Assumption
LIMIT_LINES: Final = 1000
#: lines that are noted one by one
_LIMIT_NOTES: Final = 10
#: a span may end so far behind the session without a word about it, s: a clock is rounded up
_ROUNDING_S: Final = 1.0

_CLOCK: Final = r"(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,7}(?:\.\d{1,6})?)"
_SAYS: Final = ": "
_CODES: Final = {
    **dict.fromkeys(("b", "back", "bw", "-1", "retro", "reverse"), Direction.BACKWARD),
    **dict.fromkeys(("f", "fw", "1", "+1"), Direction.FORWARD),
    **dict.fromkeys(("still", "rest", "pause", "stop", "none", "unknown", "0", "?", "-"), Direction.UNKNOWN),
}
_HEADINGS: Final = {
    "start": ("start", "starts", "begin", "from", "start_s", "start s", "start time", "onset"),
    "end": ("end", "ends", "stop", "to", "until", "end_s", "end s", "end time", "offset"),
    "direction": ("direction", "label", "labels", "says", "what", "tag"),
}


class _Line(NamedTuple):
    """One span of the file, in seconds since the start of its first session."""

    number: int
    start_s: float
    end_s: float
    direction: Direction


def add_labels(activities: tuple[Activity, ...], *, name: str, data: bytes) -> tuple[Activity, ...]:
    """Give the activities of a file the spans of its labels file as texts, and what cannot be used as notes of the first one.

    Parameters
    ----------
    name : the labels file's name without its folder.
    data : its bytes.
    """
    texts, notes = label_texts([(one.start, one.elapsed_s) for one in activities], name=name, data=data)
    return tuple(
        dataclasses.replace(activity, texts=(*activity.texts, *said), notes=(*activity.notes, *(notes if i == 0 else ())))
        for i, (activity, said) in enumerate(zip(activities, texts, strict=True))
    )


def label_texts(
    sessions: Sequence[tuple[datetime, float]], *, name: str, data: bytes
) -> tuple[tuple[tuple[Text, ...], ...], tuple[str, ...]]:
    """Give the spans of a labels file as texts of each session of its activity file, and notes about what cannot be used.

    Parameters
    ----------
    sessions : start and length (s) of each; the times of the file count from the start of the first one, and a span goes to
        the sessions that it lies in.
    """
    notes: list[str] = []
    texts: list[list[Text]] = [[] for _ in sessions]
    for line in _lines(_decoded(data), notes):
        reached_s = -math.inf
        for (start, elapsed_s), said in zip(sessions, texts, strict=True):
            before_s = (start - sessions[0][0]).total_seconds()
            start_s, end_s = max(line.start_s - before_s, 0.0), min(line.end_s - before_s, elapsed_s)
            if start_s < end_s:
                said.append(Text(Place.SIDECAR, f"{name}{_SAYS}{line.direction.value}", start_s, end_s))
                reached_s = max(reached_s, end_s + before_s)
        if reached_s == -math.inf:
            notes.append(f"line {line.number} lies outside the session")
        elif reached_s < line.end_s - _ROUNDING_S:
            notes.append(f"line {line.number} is cut off at {reached_s:.0f} s, where the session ends")
    if len(notes) > _LIMIT_NOTES:
        notes[_LIMIT_NOTES:] = [f"and {counted(len(notes) - _LIMIT_NOTES, 'more line')} with a fault"]
    return tuple(map(tuple, texts)), tuple(f"labels: {name}, {note}" for note in notes)


def claims_of_sidecar(activity: Activity, notes: list[str]) -> list[Claim]:
    """Claim the spans of the labels file; of lines that overlap the upper one counts."""
    claims: list[Claim] = []
    denied: list[str] = []
    for text in activity.texts:
        if text.place is not Place.SIDECAR or text.start_s is None or text.end_s is None or text.start_s >= text.end_s:
            continue
        name, _, said = text.text.rpartition(_SAYS)
        if name and said in (Direction.BACKWARD, Direction.FORWARD):
            why = f"the file {short(name)} says {said}"
            one = claim(text.start_s, text.end_s, is_backward=said == Direction.BACKWARD, why=why, place=Place.SIDECAR)
            claims = add_weaker(claims, [one], elapsed_s=activity.elapsed_s, notes=denied)
    if denied:
        n_lines = counted(len(denied), "line speaks", "lines speak")
        notes.append(f"in the labels file {n_lines} of seconds of which an upper line says the opposite")
    return claims


def _decoded(data: bytes) -> str:
    """Decode what editors and spreadsheets write: UTF-8, UTF-16 with its mark, else the old code page of Western Europe."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _lines(text: str, notes: list[str]) -> Iterator[_Line]:
    """Yield the spans, and note the lines that give none."""
    rows = [(i, row.partition("#")[0].strip(" ")) for i, row in enumerate(text.splitlines()[: LIMIT_LINES + 1], 1)]
    if len(rows) > LIMIT_LINES:
        notes.append(f"has more than {LIMIT_LINES:,} lines: the others were not read")
    rows = [(i, row) for i, row in rows[:LIMIT_LINES] if row.strip(",;\t ")]
    delimiter = _delimiter(rows[0][1]) if rows else ","
    columns: tuple[int, int, int] | None = None
    for number, row in rows:
        cells = _cells(row, delimiter)
        if columns is None:
            columns = _columns(cells)
            if columns is not None:
                continue
            columns = (0, 1, 2)
        line = _line(number, [_cell(cells, i) for i in columns])
        if isinstance(line, _Line):
            yield line
        else:
            notes.append(f"line {number}: {line}")


def _columns(cells: Sequence[str]) -> tuple[int, int, int] | None:
    """Give the places of start, end and direction where a line is a heading, None where it is none."""
    if any(_seconds(cell) is not None for cell in cells):
        return None
    folded = [normalise(cell) for cell in cells]
    found = [next((i for i, cell in enumerate(folded) if cell in words), None) for words in _HEADINGS.values()]
    if not any(place is not None for place in found) and _direction(_cell(cells, 2)) is not None:
        return None
    first, second, third = (i if place is None else place for i, place in enumerate(found))
    return first, second, third


def _line(number: int, cells: Sequence[str]) -> _Line | str:
    """Read one line; a sentence where it is none."""
    start, end, word = cells
    start_s, end_s = _seconds(start), _seconds(end)
    if start_s is None or end_s is None:
        return f"{short(start if start_s is None else end, 20)!r} is no time (expected seconds or [H:]MM:SS)"
    if end_s <= start_s:
        return f"it ends at {short(end, 20)}, not after its start at {short(start, 20)}"
    direction = _direction(word)
    if direction is None:
        return f"{short(word, 20)!r} is no direction (expected backward or forward)"
    return _Line(number, start_s, end_s, direction)


def _direction(word: str) -> Direction | None:
    """Read a direction; unknown is one, too: it says nothing."""
    code = _CODES.get(normalise(word).strip())
    if code is not None:
        return code
    finding = find_direction(word)
    if finding is None or finding.said not in (Said.BACKWARD, Said.FORWARD):
        return None
    return Direction.BACKWARD if finding.said is Said.BACKWARD else Direction.FORWARD


def _seconds(text: str) -> float | None:
    """Read seconds or ``[H:]MM:SS``, None for anything else."""
    match = re.fullmatch(_CLOCK, text, re.ASCII)
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)


def _delimiter(row: str) -> str:
    return next((sign for sign in (";", "\t") if sign in row), ",")


def _cells(row: str, delimiter: str) -> list[str]:
    """Cut a line; a decimal comma is one where commas part no columns."""
    try:
        cells = next(csv.reader([row], delimiter=delimiter), [])
    except csv.Error:  # a field of more than 131,072 characters
        return []
    cells = [cell.strip() for cell in cells]
    return cells if delimiter == "," else [re.sub(r"^([\d:]+),(\d+)$", r"\1.\2", cell) for cell in cells]


def _cell(cells: Sequence[str], i: int) -> str:
    return cells[i] if i < len(cells) else ""
