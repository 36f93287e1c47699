"""FIT files with odd or broken bytes: header, size, checksum, chains, definitions, base types, developer fields.

Conventions: "a run" is twenty samples of one session. The first seventy rows are the cases on which the well-known decoders differ or fail.
"""

from __future__ import annotations

import gzip
import struct
from typing import Final

import numpy as np

from tests.support.fit_writer import FitWriter, crc16
from tests.zoo import build_fit as fit
from tests.zoo.build_fit import BYTE, FLOAT32, FLOAT64, RECORD, STRING, T0, UINT8, UINT16, UINT32, UINT64, good, odd, odd_time, raw
from tests.zoo.case import Case, read

SUFFIX: Final = ".fit"
RUN: Final = good()
EMPTY: Final = FitWriter().to_bytes()
#: bytes of the header, of the last two bytes' checksum, and where the messages end
HEADER, CRC = 14, 2
END: Final = len(RUN) - CRC
SALVAGED: Final = "salvaged_at_byte"


def with_header(size_byte: int, header: bytes) -> bytes:
    """Give a run behind another header, with a right checksum of the whole."""
    body = bytes([size_byte]) + header[1:] + RUN[HEADER:END]
    return body + struct.pack("<H", crc16(body))


def part_of_run(n_samples: int) -> bytes:
    """Give the header and so many samples of a run, without a checksum."""
    return fit.fit_file(fit.head(), fit.records(range(n_samples)))[:-CRC]


def chain(*links: bytes) -> bytes:
    return b"".join(links)


def later(start: int) -> bytes:
    """Give a run that starts so many seconds later."""
    return fit.fit_file(fit.head(serial_number=start), fit.records(range(start, start + 20)), fit.session(start))


def raw_developer(size: int, payload: bytes, *described: fit.Part) -> bytes:
    """Give a run and one more sample with a developer field of so many bytes."""
    extra = odd(RECORD, [(3, 1, UINT8)], b"\x96" + payload, at=20, developer=[(0, size, 0)])
    return good(*described, extra)


IDENTITY: Final = fit.says("developer_data_id", application_id=bytes(16), developer_data_index=0)


def described(base: int = FLOAT32) -> fit.Part:
    return fit.says(
        "field_description", developer_data_index=0, field_definition_number=0, fit_base_type_id=base, field_name="Thing", units=""
    )


def compressed(writer: FitWriter) -> None:
    """Write three samples with compressed times: 20, 21 and 22 s."""
    writer.raw(fit.definition(RECORD, [(3, 1, UINT8)], local=3))
    for t in (20, 21, 22):
        writer.compressed(3, (T0 + t) & 0x1F, b"\x96")


def definitions(n: int) -> bytes:
    """Give a run and as many different definitions, each with a message."""
    parts = [odd(0xFF00 + i % 200, [(i // 200, 1, UINT8)], b"\x01") for i in range(n)]
    return good(*parts)


# fmt: off
CASES: Final = (
    Case("good", "a sound run", good, read(20)),
    Case("good-12-byte-header", "a header of 12 bytes has no checksum of its own", lambda: good(header_size=12), read(20)),
    Case("empty-file", "no bytes at all", lambda: b"", "empty-file"),
    Case("one-byte", "the first byte of a header", lambda: RUN[:1], "unknown-format"),
    Case("header-only", "14 bytes: the copy stopped behind the header", lambda: RUN[:HEADER], "corrupt-file", "truncated"),
    Case("truncated-mid-record", "ends in the middle of the twelfth sample",
         lambda: part_of_run(12)[:-5], read(11, "truncated no-session", counts=SALVAGED), "truncated"),
    Case("truncated-in-crc", "the last byte is lost", lambda: RUN[:-1], read(20, "truncated", counts=SALVAGED), "truncated"),
    Case("crc-missing", "the last two bytes are lost", lambda: RUN[:-2], read(20, "truncated", counts=SALVAGED), "truncated"),
    Case("crc-bad", "a wrong checksum behind sound messages",
         lambda: good(crc=0x1234), read(20, "crc-bad", counts="crc_bad_at_byte"), "crc-bad"),
    Case("header-crc-bad", "the header's own checksum is wrong",
         lambda: with_header(14, RUN[:12] + b"\x34\x12"), read(20, "crc-bad", counts="crc_bad_at_byte"), "crc-bad"),
    Case("header-crc-zero", "no checksum of the header: legal", lambda: good(has_header_crc=False), read(20)),
    Case("header-13", "a header of 13 bytes, as its size byte says", lambda: with_header(13, RUN[:13]), read(20)),
    Case("header-255", "a header of 255 bytes, as its size byte says", lambda: with_header(255, RUN[:12] + bytes(243)), read(20)),
    Case("header-0", "the header claims no bytes at all", lambda: with_header(0, RUN[:14]), "corrupt-file", "corrupt-file"),
    Case("magic-bad", "no .FIT in the header", lambda: RUN[:8] + b".FIX" + RUN[12:], "unknown-format"),
    Case("size-zero", "the header claims 0 bytes of messages, the checksum holds",
         lambda: good(size_bytes=0), read(20, "size-bad", counts="size_bad_at_byte"), "size-bad"),
    Case("never-finished", "0 bytes and no checksum: the watch died before it could close the file",
         lambda: good(size_bytes=0)[:-2] + b"\0\0", read(20, "truncated", counts=SALVAGED), "truncated"),
    Case("size-4-gib", "the header claims 4 GiB",
         lambda: good(size_bytes=0xFFFFFFFF), read(20, "size-bad", counts="size_bad_at_byte"), "size-bad"),
    Case("size-short-by-10", "the header claims ten bytes too few",
         lambda: good(size_bytes=END - HEADER - 10), read(20, "size-bad", counts="size_bad_at_byte"), "size-bad"),
    Case("size-long-by-10", "the header claims ten bytes too many",
         lambda: good(size_bytes=END - HEADER + 10), read(20, "size-bad", counts="size_bad_at_byte"), "size-bad"),
    Case("trailing-garbage", "a hundred bytes behind the end",
         lambda: RUN + bytes(range(100, 200)), read(20, "trailing-bytes", counts="trailing_bytes_at_byte"), "trailing-bytes"),
    Case("trailing-zeros", "a hundred zeros behind the end",
         lambda: RUN + bytes(100), read(20, "trailing-bytes", counts="trailing_bytes_at_byte"), "trailing-bytes"),
    Case("chained-2", "two files, one behind the other", lambda: chain(later(0), later(60)), read(40, sessions=2)),
    Case("chained-3-short-headers", "three files with short headers",
         lambda: chain(*(fit.fit_file(fit.head(), fit.records(range(t, t + 20)), fit.session(t), header_size=12) for t in (0, 60, 120))),
         read(60, sessions=3)),
    Case("chained-empty-2000", "2,000 empty files in 32 KB: a recursion's grave", lambda: EMPTY * 2000, "not-an-activity"),
    Case("chained-empty-20000", "20,000 empty files in 320 KB", lambda: EMPTY * 20000, "not-an-activity"),
    Case("definition-without-fields", "messages of no bytes",
         lambda: good(odd(RECORD, [], b""), odd(0xFF00, [], b"")), read(20, counts="bad_time 1")),
    Case("field-size-0-uint32", "a number of no bytes", lambda: good(odd(RECORD, [(5, 0, UINT32)], b"", at=20)), read(21)),
    Case("field-size-0-string", "a text of no bytes", lambda: good(odd(RECORD, [(200, 0, STRING)], b"", at=20)), read(21)),
    Case("field-size-0-byte", "bytes of no bytes", lambda: good(odd(RECORD, [(200, 0, BYTE)], b"", at=20)), read(21)),
    Case("field-size-3-uint32", "three bytes of a number of four (COROS): its neighbours stay readable",
         lambda: good(odd(RECORD, [(5, 3, UINT32), (3, 1, UINT8)], b"\1\2\3\x99", at=20)), read(21, last_heart_rate_bpm=153.0)),
    Case("string-255-no-nul", "a text of 255 bytes without an end",
         lambda: good(odd(RECORD, [(200, 255, STRING)], b"a" * 255, at=20)), read(21)),
    Case("255-fields-of-255", "65,025 bytes in one sample",
         lambda: good(odd(RECORD, [(i % 250, 255, UINT8) for i in range(255)], bytes(255 * 255))), read(20, counts="bad_time 1")),
    Case("base-type-0x1f", "a base type nobody has defined",
         lambda: good(odd(RECORD, [(7, 2, 0x1F)], b"\1\2", at=20)), read(21, n_power_w=0)),
    Case("base-type-0x55", "another one", lambda: good(odd(RECORD, [(7, 2, 0x55)], b"\1\2", at=20)), read(21, n_power_w=0)),
    Case("message-65280", "a message of the maker's own", lambda: good(odd(0xFF00, [(0, 4, UINT32)], b"abcd")), read(20)),
    Case("message-65535", "the invalid message number", lambda: good(odd(0xFFFF, [(0, 4, UINT32)], b"abcd")), read(20)),
    Case("data-before-definition", "the first message has no definition",
         lambda: fit.fit_file(raw(b"\x05abc"), fit.head(), fit.records(), fit.session()), "corrupt-file", "truncated"),
    Case("reserved-and-architecture", "reserved byte 0xFF, architecture 0x7F: not zero is big endian",
         lambda: good(odd(RECORD, [(253, 4, UINT32), (3, 1, UINT8)], struct.pack(">IB", T0 + 20, 151), reserved=0xFF, architecture=0x7F)),
         read(21, last_heart_rate_bpm=151.0)),
    Case("big-endian", "every message in the other byte order",
         lambda: fit.fit_file(fit.head(), fit.records(), fit.session(), big_endian=True),
         read(20, last_heart_rate_bpm=150.0, last_distance_m=47.5)),
    Case("time-invalid", "one sample without a time", lambda: good(odd_time(UINT32, b"\xff\xff\xff\xff")), read(20, counts="bad_time 1")),
    Case("time-2126", "one sample a hundred years ahead",
         lambda: good(odd_time(UINT32, b"\xfe\xff\xff\xff")), read(20, "jump", counts="bad_time 1")),
    Case("time-0", "one sample of the second 0 among dates", lambda: good(odd_time(UINT32, b"\0\0\0\0")), read(20, counts="bad_time 1")),
    Case("time-relative-among-dates", "one sample counted from switching on",
         lambda: good(odd_time(UINT32, struct.pack("<I", 0x0FFFFFFF))), read(20, counts="bad_time 1")),
    Case("time-string", "a time in letters", lambda: good(odd_time(STRING, b"now\0")), read(20, counts="bad_time 1")),
    Case("time-nan", "a time that is no number",
         lambda: good(odd_time(FLOAT32, struct.pack("<f", float("nan")))), read(20, counts="bad_time 1")),
    Case("time-inf", "a time without end", lambda: good(odd_time(FLOAT32, struct.pack("<f", float("inf")))), read(20, counts="bad_time 1")),
    Case("time-1e300", "a time of 1e300 s", lambda: good(odd_time(FLOAT64, struct.pack("<d", 1e300))), read(20, counts="bad_time 1")),
    Case("time-2-60", "a time of 2^60 s", lambda: good(odd_time(UINT64, struct.pack("<Q", 1 << 60))), read(20, counts="bad_time 1")),
    Case("time-array", "two times in one sample: the first counts",
         lambda: good(odd_time(UINT32, struct.pack("<II", T0 + 20, T0 + 90))), read(21)),
    Case("time-bytes", "a time as four bytes", lambda: good(odd_time(BYTE, struct.pack("<I", T0 + 20))), read(20, counts="bad_time 1")),
    Case("time-twice", "the time field twice", lambda: good(odd(RECORD, [(253, 4, UINT32)], struct.pack("<I", T0 + 20), at=20)), read(21)),
    Case("latitude-string", "a latitude in letters: the sample stays, the position goes",
         lambda: good(odd(RECORD, [(0, 4, STRING), (1, 4, 0x85)], b"49N\0" + struct.pack("<i", 95443718), at=20)),
         read(21, counts="bad_coord 1", n_latitude_deg=20)),
    Case("speed-string", "a speed in letters", lambda: good(odd(RECORD, [(6, 4, STRING)], b"2.5\0", at=20)), read(21, n_speed_mps=20)),
    Case("compressed-time-no-prior", "compressed times without a full one before them",
         lambda: fit.fit_file(fit.head(time_created=None), compressed), "no-time"),
    Case("compressed-time", "compressed times behind a full one", lambda: good(compressed), read(23, elapsed_s=22.0)),
    Case("developer-ok", "a developer field, described",
         lambda: good(fit.developed(("Power", "W", "uint16", 250)), n=0), read(20, last_power_w=250.0, speed_basis="unknown")),
    Case("developer-undescribed", "a developer field nobody described", lambda: raw_developer(4, b"abcd"), read(21)),
    Case("developer-without-identity", "a description without an application",
         lambda: good(fit.developed(("Power", "W", "uint16", 250), has_identity=False), n=0), read(20, last_power_w=250.0)),
    Case("developer-type-0x55", "a described base type nobody has defined",
         lambda: raw_developer(4, b"abcd", IDENTITY, described(0x55)), read(21)),
    Case("developer-type-0xff", "a described base type that is invalid",
         lambda: raw_developer(4, b"abcd", IDENTITY, described(0xFF)), read(21)),
    Case("developer-id-without-index", "an application without its index",
         lambda: good(fit.says("developer_data_id", application_id=bytes(16)), fit.developed(("Power", "W", "uint16", 250),
             has_identity=False), n=0),
         read(20, last_power_w=250.0)),
    Case("developer-size-mismatch", "three bytes of a float", lambda: raw_developer(3, b"abc", IDENTITY, described()), read(21)),
    Case("developer-size-0", "no bytes of a float", lambda: raw_developer(0, b"", IDENTITY, described()), read(21)),
    Case("hr-without-anchor", "heart beats in twelve bits, without a full time",
         lambda: good(odd(fit.HR, [(6, 8, UINT8), (10, 12, BYTE)], bytes(20))), read(20)),
    Case("speed-distance-as-uint8", "compressed speed and distance of the wrong type",
         lambda: good(odd(RECORD, [(8, 3, UINT8)], b"\x10\x20\x30", at=20)), read(21)),
    Case("event-data-string", "an event's data in letters",
         lambda: good(odd(fit.EVENT, [(0, 1, 0), (1, 1, 0), (3, 4, STRING)], b"\0\0abc\0", at=0)), read(20)),
    Case("string-invalid-utf8", "a profile's name that is no UTF-8",
         lambda: fit.fit_file(fit.head(), fit.records(), fit.session(sport_profile_name=b"R\xfcckw\xe4rts\0")),
         read(20, texts=["R�ckw�rts"])),
    Case("zeros-1-mb", "a megabyte of zeros, as a failed copy leaves it", lambda: bytes(1_000_000), "unknown-format"),
    Case("random-1-mb", "a megabyte of chance", lambda: np.random.PCG64(1).random_raw(125_000).tobytes(), "unknown-format"),
    Case("gzip-of-good", "a gzip file that is called .fit", lambda: gzip.compress(later(100), mtime=0), read(20)),
    Case("zip-magic", "the first bytes of a zip archive and nothing else", lambda: b"PK\x03\x04" + bytes(100), "corrupt-file"),
    # more of the same kind
    Case("header-claims-255", "a header of 14 bytes that claims 255", lambda: b"\xff" + RUN[1:], "corrupt-file", "truncated"),
    Case("header-longer-than-file", "a header that claims more bytes than there are", lambda: b"\xff" + EMPTY[1:], "corrupt-file"),
    Case("leading-junk", "a blank before the header", lambda: b" " + RUN, "unknown-format"),
    Case("chained-garbage-header", "behind the end something that begins like a header and is none",
         lambda: RUN + b"\x0e\x20\x54\x08\xff\xff\xff\xff.FIT",
         read(20, "trailing-bytes", counts="trailing_bytes_at_byte"), "trailing-bytes"),
    Case("chained-second-truncated", "of two files the second breaks off: eight samples of it are whole",
         lambda: chain(later(0), fit.fit_file(fit.head(), fit.records(range(60, 80)), fit.session(60))[:-300]),
         read(28, "truncated no-session", sessions=2, counts=SALVAGED), "truncated"),
    Case("chained-first-crc-bad", "of two files the first has a wrong checksum",
         lambda: chain(good(crc=0x1234), later(60)), read(40, "crc-bad", sessions=2, counts="crc_bad_at_byte"), "crc-bad"),
    Case("chained-settings", "settings behind a run", lambda: chain(later(200), fit.kind(2)), read(20)),
    Case("chained-run-behind-settings", "a run behind settings", lambda: chain(fit.kind(2), later(300)), read(20)),
    Case("chained-trailing", "two files and garbage behind them",
         lambda: chain(later(0), later(60), b"garbage"),
         read(40, "trailing-bytes", sessions=2, counts="trailing_bytes_at_byte"), "trailing-bytes"),
    Case("undefined-in-the-middle", "a message without a definition behind ten samples: what stands before it is kept",
         lambda: fit.fit_file(fit.head(), fit.records(range(10)), raw(b"\x0c" * 40), crc=0x1234),
         read(10, "truncated no-session", counts=SALVAGED), "truncated"),
    Case("undefined-with-right-crc", "the same with right size and checksum",
         lambda: fit.fit_file(fit.head(), fit.records(range(10)), raw(b"\x0c" * 40)),
         read(10, "truncated no-session", counts=SALVAGED), "truncated"),
    Case("definition-cut-off", "the last definition promises more fields than there are bytes",
         lambda: fit.fit_file(fit.head(), fit.records(), fit.session(), raw(b"\x4f\0\0\x14\0\xff\1\2")),
         read(20, "truncated", counts=SALVAGED), "truncated"),
    Case("definition-without-developer-part", "the developer bit is set, and the file ends",
         lambda: fit.fit_file(fit.head(), fit.records(), fit.session(), raw(b"\x6f\0\0\x14\0\0")),
         read(20, "truncated", counts=SALVAGED), "truncated"),
    Case("developer-fields-255", "255 developer fields in one sample",
         lambda: good(odd(RECORD, [(3, 1, UINT8)], b"\x96" + bytes(255), at=20, developer=[(i, 1, i % 7) for i in range(255)])), read(21)),
    Case("local-types-redefined", "one local type means a sample, an unknown message and a sample again",
         lambda: good(odd(RECORD, [(3, 1, UINT8)], b"\x97", at=20), odd(0xFF00, [(0, 2, UINT16)], b"ab"), odd(RECORD, [(3, 1, UINT8)],
             b"\x98", at=21)),
         read(22, last_heart_rate_bpm=152.0)),
    Case("local-types-16", "all sixteen local types in use",
         lambda: good(*(odd(0xFF00 + i, [(0, 1, UINT8)], b"\1", local=i) for i in range(9, 15)), odd(RECORD, [(3, 1, UINT8)], b"\x97",
             at=20)),
         read(21)),
    Case("definition-before-each-message", "the same definition before every sample",
         lambda: good(*(odd(RECORD, [(3, 1, UINT8)], b"\x97", at=20 + i) for i in range(10))), read(30)),
    Case("definitions-3000", "3,000 different definitions", lambda: definitions(3000), read(20)),
    Case("definitions-5000", "5,000 different definitions, as no device writes", lambda: definitions(5000), "too-large"),
    Case("data-header-reserved-bit", "a data message with the reserved bit of its header set",
         lambda: good(lambda w: w.raw(fit.definition(RECORD, [(253, 4, UINT32)]) + b"\x1f" + struct.pack("<I", T0 + 20))), read(21)),
    Case("data-header-developer-bit", "a data message with the developer bit of its header set",
         lambda: good(lambda w: w.raw(fit.definition(RECORD, [(253, 4, UINT32)]) + b"\x2f" + struct.pack("<I", T0 + 20))), read(21)),
    Case("compressed-time-rolls-over", "compressed times across the end of their five bits, forty seconds long",
         lambda: good(raw(fit.definition(RECORD, [(3, 1, UINT8)], local=2) + b"".join(bytes([0xC0 | (T0 + t & 0x1F),
             150]) for t in range(20, 60)))),
         read(60, elapsed_s=59.0)),
    Case("number-of-64-bits", "a heart rate in 64 bits",
         lambda: good(odd(RECORD, [(3, 8, UINT64)], struct.pack("<Q", 152), at=20)), read(21, last_heart_rate_bpm=152.0)),
    Case("heart-rate-2-60", "a heart rate of 2^60",
         lambda: good(odd(RECORD, [(3, 8, UINT64)], struct.pack("<Q", 1 << 60), at=20)),
         read(21, counts="bad_heart_rate_bpm 1", n_heart_rate_bpm=20)),
    Case("float-speed-inf", "a speed without end in a float",
         lambda: good(odd(RECORD, [(6, 4, FLOAT32)], struct.pack("<f", float("inf")), at=20)), read(21, n_speed_mps=20)),
    Case("event-inf", "an event without end in a float",
         lambda: good(odd(fit.EVENT, [(0, 4, FLOAT32)], struct.pack("<f", float("inf")), at=5)), read(20)),
    Case("developer-type-64-bits", "a developer field whose type is a number of 64 bits",
         lambda: raw_developer(1, b"\7", odd(206, [(0, 1, UINT8), (1, 1, UINT8), (2, 8, UINT64)], b"\0\0" + struct.pack("<Q", 1 << 63))),
         read(21)),
    Case("protocol-9", "protocol version 9.0 in the header", lambda: with_header(12, RUN[:1] + b"\x90" + RUN[2:12]), read(20)),
    Case("only-definitions", "definitions and no message",
         lambda: fit.fit_file(raw(fit.definition(RECORD, [(253, 4, UINT32)]))), "not-an-activity"),
    Case("profile-name-255", "a profile's name of 250 letters",
         lambda: fit.fit_file(fit.head(), fit.records(), fit.session(sport_profile_name="r" * 250)), read(20, texts=["r" * 250])),
    Case("64-mib-and-a-byte", "more bytes of FIT than any watch writes",
         lambda: RUN[:HEADER] + bytes((64 << 20) + 1 - HEADER), "too-large"),
)
# fmt: on
