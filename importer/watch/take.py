"""Read a file once, and know that it did not change meanwhile."""

from __future__ import annotations

import os

from importer.errors import TooLargeError
from importer.payloads import LARGEST_FILE_BYTES
from importer.watch.scan import Stamp, stamp_of


class ChangedError(Exception):
    """The file is not, or no longer, the one that has rested."""


def take(path: str, stamp: Stamp) -> bytes:
    """Read the file that has a stamp, whole.

    Raises
    ------
    ChangedError : it is another file by now, or was written while it was read.
    TooLargeError : it is larger than any activity file.
    OSError : it cannot be read, for the moment or at all.
    """
    # a FIFO that took the place of the file would make a plain `open` wait for ever
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as stream:
        if stamp_of(os.fstat(handle)) != stamp:
            raise ChangedError
        if stamp.size_bytes > LARGEST_FILE_BYTES:
            raise TooLargeError(
                f"is too large ({stamp.size_bytes:,} bytes, at most {LARGEST_FILE_BYTES:,})",
                size_bytes=stamp.size_bytes,
                limit_bytes=LARGEST_FILE_BYTES,
                remedy="split the archive",
            )
        data = stream.read()
        if stamp_of(os.fstat(handle)) != stamp or len(data) != stamp.size_bytes:
            raise ChangedError
    return data
