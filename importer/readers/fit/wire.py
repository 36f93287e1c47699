"""The FIT protocol: bytes in, the messages of each definition out, and what is wrong with the file.

Conventions: a file is a chain of links, each with a header, messages and a CRC; an offset counts bytes from the file's start;
one walk over the bytes (`walk`) finds where the messages stand, and nothing is decoded before somebody asks (`layout.Group`).
Any bytes give links or `UnknownFormatError`, `CorruptFileError` or `TooLargeError`; what is whole in a damaged link is kept.
Nothing here knows what a message means, except the two that describe developer fields.

Source: FIT protocol (developer.garmin.com/fit/protocol); the faults are those of real files (docs/readers.md, "Damage").
"""

from __future__ import annotations

import dataclasses
import math
from array import array
from dataclasses import dataclass
from typing import Final

import numpy as np

from importer.errors import TooLargeError, UnknownFormatError
from importer.readers.fit import developer
from importer.readers.fit.integrity import SHORTEST_HEADER, Integrity, extent_of, is_header
from importer.readers.fit.layout import NATIVE, Group, Layout
from importer.readers.fit.walk import FIELD_DESCRIPTION, MAX_MESSAGES, Walk

#: bytes; a FIT file of more is no watch's: 24 hours at 1 Hz are 5 MB.
MAX_BYTES: Final = 64 * 2**20
#: global number of the message that says whose developer fields they are
DEVELOPER_DATA_ID: Final = 207
TIMESTAMP: Final = 253


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
        More than `MAX_BYTES`, or than the messages or definitions that `walk` takes.
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
    walk = Walk(data, extent.first, extent.end, budget)
    integrity, fault, fault_offset = extent.integrity, extent.fault, extent.fault_offset
    if integrity is Integrity.CRC_BAD and walk.reached == extent.end + 2 <= len(data):
        # a recorder that dies with its last message written, and a header that already claims the size (Wahoo)
        walk.end = walk.reached
        integrity, fault = Integrity.TRUNCATED, "the file ends without a checksum: a message stands in its place"
    groups = _groups(data, walk)
    # a message without a definition tells more than the missing end: all behind it is lost
    if walk.stopped is not None and (walk.is_lost or integrity is not Integrity.TRUNCATED):
        integrity, fault, fault_offset = Integrity.TRUNCATED, walk.fault, walk.stopped
    return Link(groups, start, extent.end, integrity, fault, fault_offset, sum(map(len, groups))), extent.next_start


def _groups(data: bytes, walk: Walk) -> tuple[Group, ...]:
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
