"""Whether the bytes of a file are all there, as far as its own format says: pure.

A sync client may stop in the middle of a file for minutes. What is not complete is waited for, and saved after a long rest only.
"""

from __future__ import annotations

import zlib
from typing import Final

#: the shorter header of a FIT file, bytes; its first byte says how long it is: 12 or 14
_FIT_HEAD_BYTES: Final = 12
#: how far from its end the closing tag of an XML file may be, bytes
_TAIL_BYTES: Final = 4096
#: the end record of a zip archive, and how far from the end its comment may push it, bytes. Source: APPNOTE 4.3.16
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_TAIL_BYTES: Final = 22 + 65_535
#: a compressed file that unpacks to more is not looked through, bytes
_LARGEST_UNPACKED_BYTES: Final = 64 << 20
_CHUNK_BYTES: Final = 1 << 20


def is_complete(data: bytes) -> bool:
    """Tell whether nothing is missing at the end; of formats that do not say, everything is complete.

    A file that is damaged in another way is complete: waiting does not mend it. No bytes at all are not complete.
    """
    if not data or (len(data) < _FIT_HEAD_BYTES and data[0] in (12, 14)):
        return False
    if data[8:12] == b".FIT":
        return len(data) >= data[0] + int.from_bytes(data[4:8], "little")
    if data.startswith(b"PK\x03\x04"):
        return _ZIP_END in data[-_ZIP_TAIL_BYTES:]
    if data.startswith(b"\x1f\x8b"):
        return _is_gzip_complete(data)
    head = data[:_TAIL_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"<"):
        return True
    if b">" not in head or (head.startswith(b"<?xml") and b"<" not in head[1:]):  # not even the first element
        return False
    for name in (b"gpx", b"TrainingCenterDatabase"):
        if b"<" + name in head:
            return b"</" + name in data[-_TAIL_BYTES:]
    return True


def _is_gzip_complete(data: bytes) -> bool:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    left, n_bytes = data, 0
    try:
        while left and not unpacker.eof and n_bytes <= _LARGEST_UNPACKED_BYTES:
            n_bytes += len(unpacker.decompress(left, _CHUNK_BYTES))
            left = unpacker.unconsumed_tail
    except zlib.error:
        return True
    return unpacker.eof or n_bytes > _LARGEST_UNPACKED_BYTES
