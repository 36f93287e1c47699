"""A FIT file's header, size and checksum, compared with what is there.

Conventions: an offset counts bytes from the file's start; a claim of the header is believed only where the checksum bears it out.
Nothing here looks at a message.

Source: FIT protocol (developer.garmin.com/fit/protocol); the faults are those of real files (docs/readers.md, "Damage").
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

import fastcrc

from importer.errors import CorruptFileError

#: bytes of a header without its CRC
SHORTEST_HEADER: Final = 12
MAGIC: Final = b".FIT"
#: bytes checked at once: so much of a large file is copied at a time
_CRC_STRETCH: Final = 2**20


class Integrity(StrEnum):
    """What is wrong with a link; the value is the first word of the note about it."""

    OK = "ok"
    TRUNCATED = "truncated"
    CRC_BAD = "crc-bad"
    SIZE_BAD = "size-bad"
    TRAILING = "trailing-bytes"


class Extent(NamedTuple):
    """Where the messages of a link lie, where the next link would start, and what the header has wrong."""

    first: int
    end: int
    next_start: int
    integrity: Integrity
    fault: str
    fault_offset: int | None


def is_header(data: bytes, start: int) -> bool:
    """Tell whether a FIT header stands at `start`."""
    return data[start + 8 : start + SHORTEST_HEADER] == MAGIC


def extent_of(data: bytes, start: int) -> Extent:
    """Compare header, size and CRC of the link at `start` with what is there."""
    header_bytes = data[start]
    if header_bytes < SHORTEST_HEADER or start + header_bytes > len(data):
        raise CorruptFileError(
            f"the FIT header claims {header_bytes} bytes, expected 12 or 14",
            offset=start,
            remedy="copy the file from the device again",
        )
    first = start + header_bytes
    size_bytes = int.from_bytes(data[start + 4 : start + 8], "little")
    end = first + size_bytes
    if end + 2 <= len(data) and _crc_holds(data, start, end):
        if end + 2 == len(data) or is_header(data, end + 2):
            if _header_crc_holds(data, start):
                return Extent(first, end, end + 2, Integrity.OK, "", None)
            return Extent(first, end, end + 2, Integrity.CRC_BAD, "the header's checksum is wrong", start + 12)
        fault = f"{len(data) - end - 2:,} bytes that are no FIT follow the end"
        return Extent(first, end, len(data), Integrity.TRAILING, fault, end + 2)
    rest_end = len(data) - 2
    if end != rest_end and rest_end > first and _crc_holds(data, start, rest_end):
        fault = f"the header claims {size_bytes:,} bytes of messages, there are {rest_end - first:,}"
        return Extent(first, rest_end, len(data), Integrity.SIZE_BAD, fault, start + 4)
    if size_bytes == 0 and not is_header(data, end + 2):
        fault = "the recording was never finished (the header claims 0 bytes)"
        return Extent(first, len(data), len(data), Integrity.TRUNCATED, fault, start + 4)
    if end + 2 > len(data):
        fault = f"{end + 2 - len(data):,} of {end + 2 - start:,} bytes are missing at the end"
        return Extent(first, min(end, len(data)), len(data), Integrity.TRUNCATED, fault, len(data))
    stated, found = int.from_bytes(data[end : end + 2], "little"), _crc(data, start, end)
    fault = f"the checksum is wrong (0x{stated:04X}, expected 0x{found:04X})"
    return Extent(first, end, end + 2 if is_header(data, end + 2) else len(data), Integrity.CRC_BAD, fault, end)


def _crc_holds(data: bytes, start: int, end: int) -> bool:
    return _crc(data, start, end) == int.from_bytes(data[end : end + 2], "little")


def _crc(data: bytes, start: int, end: int) -> int:
    crc = 0
    for at in range(start, end, _CRC_STRETCH):
        crc = fastcrc.crc16.arc(data[at : min(at + _CRC_STRETCH, end)], crc)
    return crc


def _header_crc_holds(data: bytes, start: int) -> bool:
    """Tell whether the header's own CRC is right; the protocol allows none (12 bytes) and zero."""
    stated = int.from_bytes(data[start + 12 : start + 14], "little")
    return data[start] < 14 or stated == 0 or fastcrc.crc16.arc(data[start : start + 12]) == stated
