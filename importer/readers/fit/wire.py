"""The FIT protocol: bytes in, the messages of each definition out, and what is wrong with the file.

Conventions: a file is a chain of links, each with a header, messages and a CRC; an offset counts bytes from the file's start;
one walk over the bytes finds where the messages stand, and nothing is decoded before somebody asks (`layout.Group`).
Any bytes give links or `UnknownFormatError`, `CorruptFileError` or `TooLargeError`; what is whole in a damaged link is kept.
Nothing here knows what a message means, except the two that describe developer fields.

Source: FIT protocol (developer.garmin.com/fit/protocol); the faults are those of real files (docs/readers.md, "Damage").
"""

from __future__ import annotations

import dataclasses
import math
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, NoReturn

import numpy as np

from importer.errors import TooLargeError, UnknownFormatError
from importer.readers.fit import developer
from importer.readers.fit.integrity import SHORTEST_HEADER, Integrity, extent_of, is_header
from importer.readers.fit.layout import NATIVE, Group, Layout

#: bytes; a FIT file of more is no watch's: 24 hours at 1 Hz are 5 MB.
MAX_BYTES: Final = 64 * 2**20
#: messages of a file, and different definitions of it: the largest real ones have 100,000 and some hundreds.
MAX_MESSAGES: Final = 2_000_000
MAX_LAYOUTS: Final = 4_000
#: global message numbers that describe developer fields
FIELD_DESCRIPTION: Final = 206
DEVELOPER_DATA_ID: Final = 207
TIMESTAMP: Final = 253
#: bytes walked between two looks at the number of messages
_STRETCH: Final = 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """One FIT file of a chain: usually the whole file.

    Parameters
    ----------
    groups : the messages, by definition.
    integrity : the gravest fault; `fault` says it in words with what was found and expected.
    fault_offset : the byte where it shows.
    n_messages : number of whole data messages.
    """

    groups: tuple[Group, ...]
    start: int
    end: int
    integrity: Integrity
    fault: str
    fault_offset: int | None
    n_messages: int

    def of(self, number: int) -> list[Group]:
        """Give the groups of one global message number."""
        return [group for group in self.groups if group.layout.number == number]


def read_links(data: bytes) -> tuple[Link, ...]:
    """Find every message of a FIT file and of those chained behind it.

    Parameters
    ----------
    data : the whole file.

    Raises
    ------
    UnknownFormatError
        `data` does not begin with a FIT header.
    CorruptFileError
        The header makes no sense.
    TooLargeError
        More than `MAX_BYTES`, `MAX_MESSAGES` or `MAX_LAYOUTS`.
    """
    if len(data) > MAX_BYTES:
        raise TooLargeError(
            f"{len(data):,} bytes of FIT, at most {MAX_BYTES:,} are read",
            size_bytes=len(data),
            limit_bytes=MAX_BYTES,
            remedy="export the activity again in parts",
        )
    if not is_header(data, 0):
        raise UnknownFormatError("no FIT header at the file's start", remedy="export the activity again as FIT, GPX or TCX")
    links = []
    budget = MAX_MESSAGES
    start = 0
    while True:
        link, start = _read_link(data, start, budget)
        links.append(link)
        budget -= link.n_messages + 1
        if not is_header(data, start):
            return tuple(links)
        if data[start] < SHORTEST_HEADER or start + data[start] > len(data):
            if link.integrity is Integrity.OK:
                fault = f"{len(data) - start:,} bytes that are no FIT follow the end"
                links[-1] = dataclasses.replace(link, integrity=Integrity.TRAILING, fault=fault, fault_offset=start)
            return tuple(links)


def split_chain(data: bytes) -> list[bytes]:
    """Give the bytes of each link: what a reader that knows no chains may be fed with."""
    return [data[link.start : link.end + 2] for link in read_links(data)]


def _read_link(data: bytes, start: int, budget: int) -> tuple[Link, int]:
    """Read one link; give it and the offset where the next one would start."""
    extent = extent_of(data, start)
    walk = _Walk(data, extent.first, extent.end, budget)
    groups = _groups(data, walk)
    integrity, fault, fault_offset = extent.integrity, extent.fault, extent.fault_offset
    # a message without a definition tells more than the missing end: all behind it is lost
    if walk.stopped is not None and (walk.is_lost or integrity is not Integrity.TRUNCATED):
        integrity, fault, fault_offset = Integrity.TRUNCATED, walk.fault, walk.stopped
    return Link(groups, start, extent.end, integrity, fault, fault_offset, sum(map(len, groups))), extent.next_start


class _Stop(Exception):  # noqa: N818 - no error: the walk's way out of its loop
    """The walk cannot go on."""


class _Found(NamedTuple):
    """One definition and its messages."""

    definition: bytes
    position: int
    positions: array[int]


class _Walk:
    """One pass over the messages of a link: where those of each definition stand.

    Parameters
    ----------
    data : the file.
    first, end : the messages lie in ``[first, end)``.
    budget : number of messages and definitions at most.

    Notes
    -----
    The loop is the reader's hottest: a header byte indexes two tables of 256, what to do and how far to go, so that
    definitions, redefinitions and faults cost an ordinary data message nothing.
    A definition that is repeated word by word shares one list, as some writers repeat it before every message;
    a repetition behind a new description of developer fields does not, as its words may now mean something else.
    """

    __slots__ = ("compressed", "data", "end", "fault", "found", "is_lost", "n_definitions", "n_descriptions", "sizes", "steps", "stopped")

    def __init__(self, data: bytes, first: int, end: int, budget: int) -> None:
        self.data = data
        self.end = end
        self.found: dict[tuple[bytes, int], _Found] = {}
        #: positions of messages with a compressed timestamp header
        self.compressed = array("I")
        self.stopped: int | None = None
        self.fault = ""
        self.is_lost = False
        self.n_definitions = 0
        self.n_descriptions = 0
        self.sizes = [0] * 256
        self.steps: list[Callable[[int], object]] = [self._undefined] * 256
        self.steps[0x40:0x80] = [self._define] * 64
        position = first
        sizes, steps = self.sizes, self.steps
        try:
            while position < end:
                stretch_end = min(position + _STRETCH, end)
                while position < stretch_end:
                    head = data[position]
                    steps[head](position)
                    position += sizes[head]
                if self.n_definitions + sum(len(entry.positions) for entry in self.found.values()) > budget:
                    _refuse("messages", MAX_MESSAGES)
        except _Stop:
            self.stopped = position

    def _undefined(self, position: int) -> NoReturn:
        self.fault = f"a message without a definition stands at byte {position:,} of {self.end:,}"
        self.is_lost = True
        raise _Stop

    def _describing(self, append: Callable[[int], object]) -> Callable[[int], object]:
        """Make the step of a message that describes a developer field: it is kept like any other, and counted."""

        def step(position: int) -> None:
            append(position)
            self.n_descriptions += 1

        return step

    def _define(self, position: int) -> None:
        """Take over a definition: from now on its header bytes lead to its list and its size."""
        data = self.data
        behind = position + 6 + 3 * data[position + 5] if position + 6 <= self.end else self.end + 1
        size_bytes = 1
        if behind <= self.end:
            size_bytes += sum(data[position + 7 : behind : 3])
        head = data[position]
        if head & 0x20:
            native_end = behind
            behind = native_end + 1 + 3 * data[native_end] if native_end < self.end else self.end + 1
            size_bytes += sum(data[native_end + 2 : behind : 3])
        if behind > self.end:
            self.fault = f"the definition at byte {position:,} is cut off"
            raise _Stop
        definition = data[position + 1 : behind]
        n_descriptions = self.n_descriptions if head & 0x20 else -1
        found = self.found.get((definition, n_descriptions))
        if found is None:
            found = _Found(definition, position, array("I"))
            self.found[definition, n_descriptions] = found
            if len(self.found) > MAX_LAYOUTS:
                _refuse("different definitions", MAX_LAYOUTS)
        self.n_definitions += 1
        local = head & 0x0F
        append: Callable[[int], object] = found.positions.append
        if definition[2:4] == FIELD_DESCRIPTION.to_bytes(2, "big" if definition[1] else "little"):
            append = self._describing(append)
        for bits in (0x00, 0x10, 0x20, 0x30):
            self.sizes[local | bits] = size_bytes
            self.steps[local | bits] = append
        if local < 4:
            also = self.compressed.append
            base = 0x80 | local << 5
            self.sizes[base : base + 32] = [size_bytes] * 32
            self.steps[base : base + 32] = [lambda at: (append(at), also(at))] * 32
        self.sizes[head] = behind - position


def _groups(data: bytes, walk: _Walk) -> tuple[Group, ...]:
    """Parse the definitions that have messages; describe their developer fields; resolve compressed timestamps."""
    kept = []
    for found in walk.found.values():
        layout = Layout(found.definition)
        positions = found.positions
        if positions and positions[-1] + 1 + layout.size_bytes > walk.end:
            walk.stopped = positions.pop()
            walk.fault = f"the last message, at byte {walk.stopped:,}, is cut off"
        if positions:
            kept.append((found, layout))
    groups = [Group(data, layout, np.frombuffer(found.positions, np.uint32)) for found, layout in kept]
    known = None
    for i, (found, layout) in enumerate(kept):
        keys = layout.developer_keys
        if keys:
            if known is None:
                known = developer.descriptions(
                    *([g for g in groups if g.layout.number == n] for n in (FIELD_DESCRIPTION, DEVELOPER_DATA_ID))
                )
            bound = developer.bind(keys, known, found.position)
            typed = Layout(found.definition, {key: field.base_type for key, field in bound.items()})
            groups[i] = Group(data, typed, groups[i].positions, developer=bound)
    if walk.compressed and groups:
        _add_header_times(groups, walk.compressed)
    return tuple(groups)


def _add_header_times(groups: list[Group], compressed: array[int]) -> None:
    """Give messages with a compressed timestamp header their full time: the header holds its low five bits.

    A message before the first full timestamp of the link stays without one.
    """
    of_header = set(compressed)
    stated = []
    for group in groups:
        field = next((f for f in group.layout.fields if f.key == (NATIVE, TIMESTAMP)), None)
        stated.append(np.full(len(group), np.nan) if field is None else group.column(field))
    positions = np.concatenate([group.positions for group in groups])
    times = np.concatenate(stated)
    order = np.argsort(positions, kind="stable")
    last: int | None = None
    for i in order.tolist():
        time = float(times[i])
        if math.isfinite(time) and time >= 0:
            last = int(time)
        at = int(positions[i])
        if at in of_header and last is not None:
            last += (groups[0].data[at] - last) & 0x1F
            times[i] = last
    for group, found in zip(groups, np.split(times, np.cumsum([len(group) for group in groups])[:-1]), strict=True):
        group.times = found


def _refuse(what: str, limit: int) -> NoReturn:
    raise TooLargeError(
        f"more than {limit:,} {what} in one FIT file",
        size_bytes=limit + 1,
        limit_bytes=limit,
        remedy="export the activity again in parts",
    )
