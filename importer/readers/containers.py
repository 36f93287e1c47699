"""Compressed files and archives, opened within limits: bytes to members.

Conventions: a plain file is its own only member; gzip has one, without a name; zip has those whose names end like an activity's.
What cannot be opened is yielded as an error with the member's name, so that one bad member costs one file.
Names are labels: nothing here writes a file or uses a name as a path, and no archive inside an archive is opened.

Source: measurements of decompression bombs (docs/readers.md, "Compressed files").
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from importer.errors import CorruptFileError, NotAnActivityError, ReadError, TooLargeError, UnknownFormatError

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
#: parts that a gzip file may be made of; block-wise writers make one for each 64 KiB
LIMIT_PARTS: Final = 10_000
#: bytes decompressed at once, and bytes handed to zlib at once
_CHUNK_BYTES: Final = 1024 * 1024
_FEED_BYTES: Final = 64 * 1024

_SPLIT_IT: Final = "unpack it yourself and import what is in it"
_COPY_AGAIN: Final = "copy or download the file again"


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
    at = n_parts = 0
    while data.startswith(GZIP_MAGIC, at):
        n_parts += 1
        if n_parts > LIMIT_PARTS:
            raise TooLargeError(
                f"the gzip data has more than {LIMIT_PARTS:,} parts", size_bytes=len(data), limit_bytes=LIMIT_PARTS, remedy=_SPLIT_IT
            )
        at = _inflate(data, at, out, limit_bytes=limit_bytes)
    return bytes(out)


def _inflate(data: bytes, start: int, out: bytearray, *, limit_bytes: int) -> int:
    """Decompress the gzip member at `start` into `out`; give the offset behind it.

    Input and output go by the piece, so that neither a bomb nor a chain of small members costs more than it has bytes.
    """
    decompressor = zlib.decompressobj(wbits=31)
    at = start
    while not decompressor.eof:
        piece = decompressor.unconsumed_tail
        if not piece:
            piece = data[at : at + _FEED_BYTES]
            at += len(piece)
        try:
            # without input zlib may still hold output
            found = decompressor.decompress(piece, _CHUNK_BYTES) if piece else decompressor.flush()
        except zlib.error as error:
            raise CorruptFileError(f"the gzip data is damaged ({error})", offset=start, remedy=_COPY_AGAIN) from error
        out += found
        _check_size(len(out), n_compressed=len(data), limit_bytes=limit_bytes)
        if not piece and not decompressor.eof:
            raise CorruptFileError(
                f"the gzip data breaks off after {len(data):,} bytes", code="truncated", offset=len(data), remedy=_COPY_AGAIN
            )
    return at - len(decompressor.unused_data)


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
    except Exception as error:  # noqa: BLE001 - zipfile raises what it likes on damage: measured by mutation, documented in part
        yield CorruptFileError(f"the zip archive is damaged ({error})", remedy=_COPY_AGAIN)
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
    if sum(entry.compress_size for entry in entries) > len(data):
        yield CorruptFileError(
            f"the members of the zip archive claim more bytes than its {len(data):,}, so that they share some", remedy=_COPY_AGAIN
        )
        return
    found = False
    total_bytes = 0
    for entry in entries:
        if entry.filename.casefold().endswith(".zip"):
            # an account's export may keep its activities in archives of its own: not to be passed over in silence
            found = True
            reason = "an archive inside an archive is not opened"
            yield UnknownFormatError(
                reason, code="nested-archive", path=entry.filename, remedy="unpack the outer one and import the inner one"
            )
            continue
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
        try:
            # a gzip file in a member multiplies the ratio of both
            _check_size(total_bytes, n_compressed=len(data), limit_bytes=LIMIT_TOTAL_BYTES)
        except TooLargeError as error:
            error.path = entry.filename
            yield error
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
    out = bytearray()
    try:
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                out += chunk
                _check_size(len(out), n_compressed=max(1, entry.compress_size), limit_bytes=limit_bytes)
    except ReadError:
        raise
    except Exception as error:
        raise CorruptFileError(f"the member cannot be unpacked ({error})", remedy="copy or download the archive again") from error
    payload = bytes(out)
    return gunzip(payload, limit_bytes=limit_bytes) if payload.startswith(GZIP_MAGIC) else payload
