"""Compressed files and archives, opened within limits: bytes to members.

Conventions: a plain file is its own only member; gzip has one, without a name; zip has those whose names end like an activity's.
What cannot be opened is yielded as an error with the member's name, so that one bad member costs one file.
Names are labels: nothing here writes a file or uses a name as a path. No archive inside an archive is opened, but for the
parts of a Garmin account's export (``UploadedFiles_*.zip``), one level deep and within the limits of the whole.

Source: measurements of decompression bombs (docs/readers.md, "Compressed files").
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from importer.errors import CorruptFileError, NotAnActivityError, ReadError, TooLargeError, UnknownFormatError
from importer.readers.companions import Companions, Look
from importer.readers.zipshelf import ZipShelf

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
#: bytes of an archive inside an archive: a part of Garmin's export
LIMIT_PART_BYTES: Final = 1024 * 1024 * 1024
#: decompressed over compressed bytes; an honest GPX has 11, zeros have 1029
LIMIT_RATIO: Final = 200
#: bytes below which no ratio is judged
RATIO_FLOOR_BYTES: Final = 1024 * 1024
#: parts that a gzip file may be made of; block-wise writers make one for each 64 KiB
LIMIT_PARTS: Final = 10_000
#: bytes decompressed at once, and bytes handed to zlib at once
_CHUNK_BYTES: Final = 1024 * 1024
_FEED_BYTES: Final = 64 * 1024

#: entries that are archives and are opened
_GARMIN_PART: Final = r"(?i)(?:.*/)?UploadedFiles[^/]*\.zip"

_SPLIT_IT: Final = "unpack it yourself and import what is in it"
_COPY_AGAIN: Final = "copy or download the file again"


@dataclass(frozen=True, slots=True)
class Member:
    """One payload: its name in the archive, None for a file that is none, and where to look for what lies beside it."""

    name: str | None
    data: bytes = field(repr=False)
    look: Look | None = field(default=None, repr=False, compare=False)


@dataclass(slots=True)
class _Tally:
    """What an archive and the archives in it have given so far; a gzip file in a member multiplies the ratio of both."""

    n_compressed: int
    n_entries: int = 0
    n_bytes: int = 0
    is_spent: bool = False

    def add_entries(self, n: int) -> None:
        self.n_entries += n
        if self.n_entries > LIMIT_MEMBERS:
            self.is_spent = True
            raise TooLargeError(
                f"the archive has {self.n_entries:,} entries, the limit is {LIMIT_MEMBERS:,}",
                size_bytes=self.n_entries,
                limit_bytes=LIMIT_MEMBERS,
                remedy=_SPLIT_IT,
            )

    def add_bytes(self, n: int) -> None:
        self.n_bytes += n
        try:
            _check_size(self.n_bytes, n_compressed=self.n_compressed, limit_bytes=LIMIT_TOTAL_BYTES)
        except TooLargeError:
            self.is_spent = True
            raise


def unpack(data: bytes, *, limit_bytes: int = LIMIT_BYTES, look: Look | None = None) -> Iterator[Member | ReadError]:
    """Give the payloads of a file.

    Parameters
    ----------
    limit_bytes : most bytes of one member after decompression.
    look : where to look for what lies beside the file, None for nowhere.

    Yields
    ------
    A member, or the error that stands for it: `path` is then the member's name, "" for the file itself.
    """
    if data.startswith(GZIP_MAGIC):
        try:
            yield Member(None, gunzip(data, limit_bytes=limit_bytes), look)
        except ReadError as error:
            yield error
    elif data.startswith(ZIP_MAGICS):
        yield from _unzip(data, _Tally(len(data)), limit_bytes=limit_bytes, look=look)
    else:
        yield Member(None, data, look)


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


def _unzip(data: bytes, tally: _Tally, *, limit_bytes: int, look: Look | None, is_part: bool = False) -> Iterator[Member | ReadError]:
    """Give the activities of an archive; `is_part` where it lies in another one, and then no third is opened."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:  # noqa: BLE001 - zipfile raises what it likes on damage: measured by mutation, documented in part
        yield CorruptFileError(f"the zip archive is damaged ({error})", remedy=_COPY_AGAIN)
        return
    entries = archive.infolist()
    try:
        tally.add_entries(len(entries))
    except TooLargeError as error:
        yield error
        return
    if sum(entry.compress_size for entry in entries) > len(data):
        yield CorruptFileError(
            f"the members of the zip archive claim more bytes than its {len(data):,}, so that they share some", remedy=_COPY_AGAIN
        )
        return
    companions = Companions(ZipShelf(archive), outer=look.companions if look else None, name=look.name if look else "")
    found = False
    for entry in entries:
        is_archive = entry.filename.casefold().endswith(".zip")
        if not (is_archive or _is_activity_name(entry.filename)):
            continue
        found = True
        inside = Look(companions, entry.filename)
        if not is_archive:
            yield _member(archive, entry, tally, limit_bytes=limit_bytes, look=inside)
        elif is_part or re.fullmatch(_GARMIN_PART, entry.filename) is None:
            # an account's export may keep its activities in archives of its own: not to be passed over in silence
            reason, remedy = "an archive inside an archive is not opened", "unpack the outer one and import the inner one"
            yield UnknownFormatError(reason, code="nested-archive", path=entry.filename, remedy=remedy)
        else:
            yield from _part(archive, entry, tally, limit_bytes=limit_bytes, look=inside)
        if tally.is_spent:
            return
    if not found:
        yield NotAnActivityError(
            f"the archive holds no activity file ({len(entries):,} entries, none of them .fit, .gpx or .tcx)",
            found="an archive without activities",
            remedy="unpack it, and any archive in it, and import what is inside",
        )


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, tally: _Tally, *, limit_bytes: int, look: Look) -> Member | ReadError:
    """Give one activity of an archive, or the error that stands for it."""
    try:
        data = _read_entry(archive, entry, limit_bytes=limit_bytes)
        if data.startswith(GZIP_MAGIC):
            data = gunzip(data, limit_bytes=limit_bytes)
        tally.add_bytes(len(data))
    except ReadError as error:
        error.path = entry.filename
        return error
    return Member(entry.filename, data, look)


def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, tally: _Tally, *, limit_bytes: int, look: Look) -> Iterator[Member | ReadError]:
    """Give the activities of a part of Garmin's export, an archive in the archive: their names are ``part.zip!name``."""
    try:
        data = _read_entry(archive, entry, limit_bytes=LIMIT_PART_BYTES)
    except ReadError as error:
        error.path = entry.filename
        yield error
        return
    for one in _unzip(data, tally, limit_bytes=limit_bytes, look=look, is_part=True):
        if isinstance(one, Member):
            yield Member(f"{entry.filename}!{one.name}", one.data, one.look)
        else:
            one.path = f"{entry.filename}!{one.path}" if one.path else entry.filename
            yield one


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
    return bytes(out)
