"""A zip archive as a shelf of companions: labels files and tables of an export, read within limits.

Conventions: an entry is found by its exact name; what zipfile raises on damage becomes a `ReadError` here.
No entry's name is ever made into a path.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from functools import cached_property
from typing import IO, Final

from importer.errors import CorruptFileError, ReadError, TooLargeError
from importer.readers.companions import GARMIN_LIST_SUFFIX, Stream

#: decompressed over compressed bytes of a table; an honest one has 10, and zeros have 1029
LIMIT_RATIO: Final = 200
#: bytes below which no ratio is judged
_RATIO_FLOOR_BYTES: Final = 1 << 20


class ZipShelf:
    """The entries of an open archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @cached_property
    def _entries(self) -> dict[str, zipfile.ZipInfo]:
        return {entry.filename: entry for entry in self._archive.infolist()}

    @cached_property
    def _garmin_lists(self) -> tuple[str, ...]:
        return tuple(name for name in self._entries if name.casefold().endswith(GARMIN_LIST_SUFFIX))

    def open(self, name: str) -> Stream | None:
        """Open an entry, None where there is none of that name."""
        entry = self._entries.get(name)
        if entry is None:
            return None
        if entry.flag_bits & 0x1:
            raise ReadError("it is encrypted", code="encrypted")
        try:
            return _Entry(self._archive.open(entry), entry.compress_size)
        except Exception as error:
            raise CorruptFileError(f"it cannot be unpacked ({error})") from error

    def garmin_lists(self, name: str) -> Sequence[str]:  # noqa: ARG002 - an archive is one export
        """Give the names of all of Garmin's lists in the archive."""
        return self._garmin_lists


class _Entry:
    """A stream of an entry that raises nothing but `ReadError`, and gives no more than an honest one has."""

    def __init__(self, stream: IO[bytes], n_compressed: int) -> None:
        self._stream = stream
        self._limit_bytes = max(_RATIO_FLOOR_BYTES, LIMIT_RATIO * n_compressed)
        self._n_bytes = 0

    def read(self, n: int, /) -> bytes:
        try:
            data = self._stream.read(n)
        except Exception as error:
            # zipfile raises what it likes on damage: measured by mutation, documented in part
            raise CorruptFileError(f"it cannot be unpacked ({error})") from error
        self._n_bytes += len(data)
        if self._n_bytes > self._limit_bytes:
            reason = f"it unpacks to more than {LIMIT_RATIO} times its size, as no table does"
            raise TooLargeError(reason, size_bytes=self._n_bytes, limit_bytes=self._limit_bytes)
        return data

    def close(self) -> None:
        self._stream.close()
