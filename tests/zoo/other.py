"""Files that are no activity files at all: what users have in the same folder, under any name.

Conventions: all of them are refused by their content, whatever they are called.
"""

from __future__ import annotations

from typing import Final

from tests.zoo.case import Case

SUFFIX: Final = ".gpx"

# fmt: off
CASES: Final = (
    Case("html-login", "a web page: the download wanted a login",
         lambda: b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>", "unknown-format"),
    Case("html-with-gpx-inside", "a web page about GPX", lambda: b"<html><body><gpx></gpx></body></html>", "unknown-format"),
    Case("kml", "a map", lambda: b"<?xml version='1.0'?><kml xmlns='http://www.opengis.net/kml/2.2'/>", "unknown-format"),
    Case("pwx", "TrainingPeaks' format", lambda: b"<?xml version='1.0'?><pwx/>", "unknown-format"),
    Case("apple-health", "Apple's export.xml with its document type",
         lambda: b"<?xml version='1.0'?><!DOCTYPE HealthData [<!ELEMENT HealthData (x)>]><HealthData/>", "unknown-format"),
    Case("json", "an activity as JSON", lambda: b'{"activity": {"type": "running"}}', "unknown-format"),
    Case("csv", "a treadmill's log", lambda: b"time;speed;cadence\n1;2.5;168\n", "unknown-format"),
    Case("text", "a diary", "Heute 5 km rückwärts.".encode, "unknown-format"),
    Case("text-utf-16", "a diary from Windows", lambda: "Heute rückwärts".encode("utf-16"), "unknown-format"),
    Case("one-angle-bracket", "the beginning of XML and nothing else", lambda: b"<", "unknown-format"),
    Case("xml-declaration-only", "a declaration without a document", lambda: b'<?xml version="1.0"?>', "unknown-format"),
    Case("jpeg", "a photograph", lambda: b"\xff\xd8\xff\xe0" + bytes(200), "unknown-format"),
    Case("pdf", "a document", lambda: b"%PDF-1.7\n", "unknown-format"),
    Case("sqlite", "a database", lambda: b"SQLite format 3\0" + bytes(100), "unknown-format"),
    Case("7z", "an archive of another kind", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(20), "unknown-format"),
    Case("zstd", "another one", lambda: b"\x28\xb5\x2f\xfd" + bytes(20), "unknown-format"),
    Case("elf", "a program", lambda: b"\x7fELF" + bytes(60), "unknown-format"),
    Case("macos-shadow", "what macOS leaves beside a file on a foreign disk",
         lambda: b"\0\5\x16\7\0\2\0\0Mac OS X" + bytes(60), "unknown-format"),
    Case("git-lfs-pointer", "a pointer to a file that was not downloaded",
         lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "unknown-format"),
    Case("blanks", "blanks and line ends", lambda: b" \r\n\t\n", "unknown-format"),
    Case("one-zero", "one byte of zero", lambda: b"\0", "unknown-format"),
    Case("byte-order-mark", "a mark and nothing behind it", lambda: b"\xef\xbb\xbf", "unknown-format"),
)
# fmt: on
