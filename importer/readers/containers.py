"""Compressed files and archives, opened within limits: bytes to members.

Conventions: a plain file is its own only member; gzip has one, without a name; zip has those whose names end like an activity's.
What cannot be opened is yielded as an error with the member's name, so that one bad member costs one file.
Names are labels: nothing here writes a file or uses a name as a path, and no archive inside an archive is opened.

Source: measurements of decompression bombs (docs/readers.md, "Compressed files").
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from importer.errors import CorruptFileError, NotAnActivityError, ReadError, TooLargeError

GZIP_MAGIC: Final = b"\x1f\x8b"
ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
#: members of an archive that are looked at, in any case
SUFFIXES: Final = (".fit", ".gpx", ".tcx", ".fit.gz", ".gpx.gz", ".tcx.gz")

#: bytes of one member, decompressed
LIMIT_BYTES: Final = 256 * 1024 * 1024
#: bytes of all members of an archive together: the export of many years
LIMIT_TOTAL_BYTES: Final = 8 * 1024 * 1024 * 1024
#: entries of an archive: an account's export holds one for each activity and many more
LIMIT_MEMBERS: Final = 100_000
#: decompressed over compressed bytes; an honest GPX has 11, zeros have 1029
LIMIT_RATIO: Final = 200
#: bytes below which no ratio is judged
RATIO_FLOOR_BYTES: Final = 1024 * 1024
_CHUNK_BYTES: Final = 1024 * 1024

_SPLIT_IT: Final = "unpack it yourself and import what is in it"


class Member(NamedTuple):
    """One payload: its name in the archive, None for a file that is none."""

    name: str | None
    data: bytes


def unpack(data: bytes, *, limit_bytes: int = LIMIT_BYTES) -> Iterator[Member | ReadError]:
    """Give the payloads of a file.

    Parameters
    ----------
    limit_bytes : most bytes of one member after decompression.

    Yields
    ------
    A member, or the error that stands for it: `path` is then the member's name, "" for the file itself.
    """
    if data.startswith(GZIP_MAGIC):
        try:
            yield Member(None, gunzip(data, limit_bytes=limit_bytes))
        except ReadError as error:
            yield error
    elif data.startswith(ZIP_MAGICS):
        yield from _unzip(data, limit_bytes=limit_bytes)
    else:
        yield Member(None, data)


def gunzip(data: bytes, *, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """Decompress gzip, all members of it; bytes behind the last member are ignored, as every gzip program does.

    Raises
    ------
    CorruptFileError, TooLargeError
    """
    out = bytearray()
    rest = data
    while rest.startswith(GZIP_MAGIC):
        at = len(data) - len(rest)
        decompressor = zlib.decompressobj(wbits=31)
        chunk = rest
        while not decompressor.eof:
            try:
                out += decompressor.decompress(chunk, _CHUNK_BYTES)
            except zlib.error as error:
                raise CorruptFileError(
                    f"the gzip data is damaged ({error})", offset=at, remedy="copy or download the file again"
                ) from error
            _check_size(len(out), n_compressed=len(data), limit_bytes=limit_bytes)
            chunk = decompressor.unconsumed_tail
            if not chunk and not decompressor.eof:
                # zlib may still hold output when the input is used up
                out += decompressor.flush()
                _check_size(len(out), n_compressed=len(data), limit_bytes=limit_bytes)
                if not decompressor.eof:
                    raise CorruptFileError(
                        f"the gzip data breaks off after {len(data):,} bytes",
                        code="truncated",
                        offset=len(data),
                        remedy="copy or download the file again",
                    )
        rest = decompressor.unused_data
    return bytes(out)


def _check_size(n_out: int, *, n_compressed: int, limit_bytes: int) -> None:
    if n_out > limit_bytes:
        raise TooLargeError(
            f"the data decompresses to more than {limit_bytes:,} bytes", size_bytes=n_out, limit_bytes=limit_bytes, remedy=_SPLIT_IT
        )
    if n_out > RATIO_FLOOR_BYTES and n_out > LIMIT_RATIO * n_compressed:
        raise TooLargeError(
            f"the data decompresses to more than {LIMIT_RATIO} times its size, as no recording does",
            size_bytes=n_out,
            limit_bytes=LIMIT_RATIO * n_compressed,
            remedy=_SPLIT_IT,
        )


def _unzip(data: bytes, *, limit_bytes: int) -> Iterator[Member | ReadError]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _ZIP_FAULTS as error:
        yield CorruptFileError(f"the zip archive is damaged ({error})", remedy="copy or download the file again")
        return
    entries = archive.infolist()
    if len(entries) > LIMIT_MEMBERS:
        yield TooLargeError(
            f"the archive has {len(entries):,} entries, the limit is {LIMIT_MEMBERS:,}",
            size_bytes=len(entries),
            limit_bytes=LIMIT_MEMBERS,
            remedy=_SPLIT_IT,
        )
        return
    found = False
    total_bytes = 0
    for entry in entries:
        if not _is_activity_name(entry.filename):
            continue
        found = True
        try:
            payload = _read_entry(archive, entry, limit_bytes=limit_bytes)
        except ReadError as error:
            error.path = entry.filename
            yield error
            continue
        total_bytes += len(payload)
        if total_bytes > LIMIT_TOTAL_BYTES:
            yield TooLargeError(
                f"the archive unpacks to more than {LIMIT_TOTAL_BYTES:,} bytes",
                size_bytes=total_bytes,
                limit_bytes=LIMIT_TOTAL_BYTES,
                path=entry.filename,
                remedy=_SPLIT_IT,
            )
            return
        yield Member(entry.filename, payload)
    if not found:
        yield NotAnActivityError(
            f"the archive holds no activity file ({len(entries):,} entries, none of them .fit, .gpx or .tcx)",
            found="an archive without activities",
            remedy="unpack it, and any archive in it, and import what is inside",
        )


def _is_activity_name(name: str) -> bool:
    """Say whether an entry is an activity by its name; macOS adds a shadow of every file under a name of its own."""
    base = name.rpartition("/")[2]
    return base.casefold().endswith(SUFFIXES) and not base.startswith("._")


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, limit_bytes: int) -> bytes:
    if entry.flag_bits & 0x1:
        raise ReadError("the member is encrypted", code="encrypted", remedy="unpack the archive with its password and import the files")
    try:
        with archive.open(entry) as stream:
            payload = stream.read(limit_bytes + 1)
    except _ZIP_FAULTS as error:
        raise CorruptFileError(f"the member cannot be unpacked ({error})", remedy="copy or download the archive again") from error
    _check_size(len(payload), n_compressed=max(1, entry.compress_size), limit_bytes=limit_bytes)
    return gunzip(payload, limit_bytes=limit_bytes) if payload.startswith(GZIP_MAGIC) else payload


#: what zipfile and the decompressors under it raise on damaged archives: measured by mutation, documented only in part
_ZIP_FAULTS: Final = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, KeyError)
