"""Compressed files and archives: damaged, nested, encrypted, hostile, and with odd names inside.

Conventions: a name here is a whole file name, since a folder is walked by suffix; the outcome of an archive is that of each member.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import struct
import tarfile
import warnings
import zipfile
import zlib
from typing import Final

from tests.zoo import build_fit as fit
from tests.zoo.build_xml import points, run, tcx_lap, tcx_run, trackpoints
from tests.zoo.case import Case, read

SUFFIX: Final = ""


def fit_run(t: int) -> bytes:
    """Give a FIT run that starts so many seconds later, so that no two files of the zoo are one."""
    return fit.fit_file(fit.head(serial_number=t), fit.records(range(t, t + 20)), fit.session(t))


def gpx_run(t: int) -> bytes:
    return run(points(first=t))


def tcx_later(t: int) -> bytes:
    return tcx_run(tcx_lap(trackpoints(first=t), start=float(t)))


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """Give an archive; the same name may come twice."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", method) as archive:
        warnings.simplefilter("ignore")
        archive.comment = comment
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


#: where Garmin's export keeps its titles and its activities
GARMIN_LIST: Final = "DI_CONNECT/DI-Connect-Fitness/ada_0_summarizedActivities.json"
GARMIN_PART: Final = "DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip"


def strava_table(*rows: tuple[str, str]) -> bytes:
    """Give a table of Strava's with these titles of these files."""
    heading = "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Elapsed Time,Distance,Filename"
    lines = (f'{i},"May 3, 2026, 6:12:00 AM",{title},Run,,20,0.05,{name}' for i, (title, name) in enumerate(rows))
    return "\n".join([heading, *lines]).encode()


def garmin_titles(title: str, t: int) -> bytes:
    """Give a list of Garmin's with the title of the activity that starts so many seconds later."""
    begin_ms = (fit.START.timestamp() + t) * 1000
    return json.dumps([{"summarizedActivitiesExport": [{"activityId": 1, "name": title, "startTimeGmt": begin_ms}]}]).encode()


def tarred(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def patched(data: bytes, *changes: tuple[int, bytes, int]) -> bytes:
    """Change bytes of the first member's two headers: (offset in the local one, bytes, offset in the central one)."""
    out = bytearray(data)
    central = data.index(b"PK\x01\x02")
    for local_at, payload, central_at in changes:
        out[local_at : local_at + len(payload)] = payload
        out[central + central_at : central + central_at + len(payload)] = payload
    return bytes(out)


def patched_inside(data: bytes) -> bytes:
    """Change bytes in the middle of an archive's first member."""
    middle = data.index(b"PK\x01\x02") // 2
    return data[:middle] + b"\xff" * 40 + data[middle + 40 :]


def overlapping(n: int) -> bytes:
    """Give an archive of which `n` entries are the same compressed bytes (a bomb without a bomb in it)."""
    name, text = b"a.gpx", bytes(1_000_000) + bytes(range(256)) * 40
    squeezed = zlib.compress(text, 9)[2:-4]
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, zlib.crc32(text), len(squeezed), len(text), len(name), 0) + name
    entry = (
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\x01\x02",
            20,
            20,
            0,
            8,
            0,
            0,
            zlib.crc32(text),
            len(squeezed),
            len(text),
            len(name),
            0,
            0,
            0,
            0,
            0,
            0,
        )
        + name
    )
    body = local + squeezed
    return body + entry * n + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, n, n, len(entry) * n, len(body), 0)


def bomb(n_mib: int) -> bytes:
    """Give zeros, compressed a thousandfold."""
    return gzip.compress(bytes(n_mib << 20), 9, mtime=0)


# fmt: off
CASES: Final = (
    # gzip
    Case("run.fit.gz", "a compressed FIT file, as Strava exports it", lambda: packed(fit_run(1000)), read(20)),
    Case("run.gpx.gz", "a compressed GPX file", lambda: packed(gpx_run(1000)), read(20)),
    Case("run.tcx.gz", "a compressed TCX file, with Garmin's blanks before it", lambda: packed(b"     " + tcx_later(1000)), read(20)),
    Case("RUN.FIT.GZ", "a suffix in capitals", lambda: packed(fit_run(1100)), read(20)),
    Case("gz-in-parts.fit.gz", "a gzip file of three parts",
         lambda: b"".join(packed(fit_run(1200)[i : i + 300]) for i in range(0, 1500, 300)), read(20)),
    Case("gz-parts-50000.fit.gz", "50,000 empty parts in a megabyte", lambda: packed(b"") * 50_000, "too-large"),
    Case("gz-zeros-behind.fit.gz", "zeros behind the end, as tapes and disks leave them",
         lambda: packed(fit_run(1300)) + bytes(512), read(20)),
    Case("gz-garbage-behind.fit.gz", "garbage behind the end: gzip ignores it, and so do we",
         lambda: packed(fit_run(1400)) + b"garbage", read(20)),
    Case("gz-cut.fit.gz", "the download broke off", lambda: packed(fit_run(1500))[:-20], "truncated"),
    Case("gz-head-only.fit.gz", "three bytes of gzip", lambda: b"\x1f\x8b\x08", "truncated"),
    Case("gz-damaged.fit.gz", "a wrong checksum", lambda: packed(fit_run(1600))[:-8] + bytes(8), "corrupt-file"),
    Case("gz-method-9.fit.gz", "a method of compression nobody has defined",
         lambda: b"\x1f\x8b\x09" + packed(fit_run(1700))[3:], "corrupt-file"),
    Case("gz-of-nothing.fit.gz", "a gzip file of an empty file", lambda: packed(b""), "empty-file"),
    Case("gz-of-gz.fit.gz", "compressed twice", lambda: packed(packed(fit_run(1800))), "nested-archive"),
    Case("gz-of-zip.fit.gz", "an archive in a gzip file", lambda: packed(zipped(("a.fit", fit_run(1900)))), "nested-archive"),
    Case("gz-of-tar.fit.gz", "a tar archive", lambda: packed(tarred("a.fit", fit_run(2000))), "unknown-format"),
    Case("gz-of-text.gpx.gz", "a compressed diary", lambda: packed(b"I ran backwards."), "unknown-format"),
    Case("gz-bomb.fit.gz", "100 MiB of zeros in 100 KB", lambda: bomb(100), "too-large"),
    Case("gz-bomb-behind-run.fit.gz", "a run, and 100 MiB of zeros in a second part",
         lambda: packed(fit_run(2100)) + bomb(100), "too-large"),
    Case("gz-called.fit", "a gzip file without the suffix", lambda: packed(fit_run(2200)), read(20)),
    Case("plain-called.fit.gz", "a plain file with the suffix of a compressed one", lambda: fit_run(2300), read(20)),
    Case("bz2.fit", "a compression that nobody uses for this", lambda: bz2.compress(fit_run(2400)), "unknown-format"),
    # zip
    Case("one.zip", "one file", lambda: zipped(("run.fit", fit_run(3000))), (("run.fit", read(20)),)),
    Case("three.zip", "three formats",
         lambda: zipped(("a.fit", fit_run(3100)), ("b.gpx", gpx_run(3100)), ("c.tcx", tcx_later(3100))),
         (("a.fit", read(20)), ("b.gpx", read(20)), ("c.tcx", read(20)))),
    Case("one-bad.zip", "a bad file costs itself only",
         lambda: zipped(("a.fit", fit_run(3200)), ("b.fit", b""), ("c.fit", b"x"), ("d.gpx", gpx_run(3200))),
         (("a.fit", read(20)), ("b.fit", "empty-file"), ("c.fit", "unknown-format"), ("d.gpx", read(20)))),
    Case("gz-inside.zip", "compressed files in an archive, as Strava exports them",
         lambda: zipped(("activities/1.fit.gz", packed(fit_run(3300)))), (("activities/1.fit.gz", read(20)),)),
    Case("gz-bomb-inside.zip", "a bomb and a run in an archive",
         lambda: zipped(("a.fit.gz", bomb(50)), ("b.fit", fit_run(3400))), (("a.fit.gz", "too-large"), ("b.fit", read(20)))),
    Case("export.zip", "an account's export: much else, and one run",
         lambda: zipped(("activities.csv", b"id,name\n"), ("media/1.jpg", b"\xff\xd8\xff"), ("activities/1.gpx", gpx_run(3500))),
         (("activities/1.gpx", read(20)),)),
    Case("empty.zip", "an archive of nothing", zipped, "not-an-activity"),
    Case("photos.zip", "an archive of something else", lambda: zipped(("1.jpg", b"\xff\xd8\xff"), ("readme.txt", b"x")), "not-an-activity"),
    Case("zip-in-zip.zip", "an archive in an archive", lambda: zipped(("inner.zip", zipped(("a.fit", fit_run(3600))))),
         (("inner.zip", "nested-archive"),)),
    Case("zip-beside-run.zip", "an archive beside a run in an archive: it is not passed over in silence",
         lambda: zipped(("inner.zip", zipped(("a.fit", fit_run(3650)))), ("b.fit", fit_run(3660))),
         (("inner.zip", "nested-archive"), ("b.fit", read(20)))),
    Case("zip-in-fit-in-zip.zip", "an archive that is called .fit in an archive",
         lambda: zipped(("a.fit", zipped(("b.fit", fit_run(3700))))), (("a.fit", "nested-archive"),)),
    Case("strava-export.zip", "an account's export of Strava: titles of two activities, one of them written by hand",
         lambda: zipped(("activities.csv", strava_table(("Backward!", "activities/1.fit.gz"), ("by hand", ""), ("2", "activities/2.gpx"))),
                        ("activities/1.fit.gz", packed(fit_run(3510))), ("activities/2.gpx", gpx_run(3510))),
         (("activities/1.fit.gz", read(20, texts=["Backward!"])), ("activities/2.gpx", read(20, texts=["running", "2"])))),
    Case("strava-folder-deeper.zip", "the same, packed once more with its folder",
         lambda: zipped(("export_1/activities.csv", strava_table(("Retro", "activities/1.fit"))),
                        ("export_1/activities/1.fit", fit_run(3520))),
         (("export_1/activities/1.fit", read(20, texts=["Retro"])),)),
    Case("strava-elsewhere.zip", "a table in another folder speaks of nobody here",
         lambda: zipped(("old/activities.csv", strava_table(("Retro", "1.fit"))), ("new/1.fit", fit_run(3530))),
         (("new/1.fit", read(20, texts=[])),)),
    Case("strava-names-climbing.zip", "names in the table climb out: they are compared and never opened",
         lambda: zipped(("activities.csv", strava_table(("x", "../../etc/passwd.fit"), ("y", "/dev/zero.fit"))), ("1.fit", fit_run(3540))),
         (("1.fit", read(20, texts=[])),)),
    Case("csv-without-end.zip", "a table with a quoted cell that never ends",
         lambda: zipped(("activities.csv", b'a,b\n1,"' + b"x" * 200_000), ("1.fit", fit_run(3550))), (("1.fit", read(20, "titles")),)),
    Case("csv-bomb.zip", "a table of 100 MiB of zeros",
         lambda: zipped(("activities.csv", bytes(100 << 20)), ("1.fit", fit_run(3560))), (("1.fit", read(20, "titles")),)),
    Case("csv-binary.zip", "a table that is a picture",
         lambda: zipped(("activities.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), ("1.fit", fit_run(3570))),
         (("1.fit", read(20)),)),
    Case("csv-crc-bad.zip", "a table with a wrong checksum",
         lambda: patched(zipped(("activities.csv", strava_table(("x", "1.fit"))), ("1.fit", fit_run(3580))), (14, b"\1\2\3\4", 16)),
         (("1.fit", read(20, "titles")),)),
    Case("csv-method-99.zip", "a table that is compressed by a method nobody knows",
         lambda: patched(zipped(("activities.csv", strava_table(("x", "1.fit"))), ("1.fit", fit_run(3590))), (8, b"\x63\0", 10)),
         (("1.fit", read(20, "titles")),)),
    Case("garmin-export.zip", "an account's export of Garmin: an archive in an archive, and a list of titles",
         lambda: zipped((GARMIN_LIST, garmin_titles("Backward", 3600)),
                        (GARMIN_PART, zipped(("a_1.fit", fit_run(3600)), ("a_2.fit", fit_run(90_000))))),
         ((f"{GARMIN_PART}!a_1.fit", read(20, texts=["Backward"])), (f"{GARMIN_PART}!a_2.fit", read(20, texts=[])))),
    Case("garmin-list-cut.zip", "a list of titles that breaks off",
         lambda: zipped((GARMIN_LIST, garmin_titles("Backward", 3610)[:-20]), (GARMIN_PART, zipped(("a.fit", fit_run(3610))))),
         ((f"{GARMIN_PART}!a.fit", read(20, "titles")),)),
    Case("garmin-list-deep.zip", "a list of 100,000 nested objects",
         lambda: zipped((GARMIN_LIST, b'[{"a":' * 100_000), (GARMIN_PART, zipped(("a.fit", fit_run(3620))))),
         ((f"{GARMIN_PART}!a.fit", read(20, "titles")),)),
    Case("garmin-part-in-part.zip", "a third archive is not opened",
         lambda: zipped((GARMIN_PART, zipped(("UploadedFiles_2.zip", zipped(("a.fit", fit_run(3630)))), ("b.fit", fit_run(3640))))),
         ((f"{GARMIN_PART}!UploadedFiles_2.zip", "nested-archive"), (f"{GARMIN_PART}!b.fit", read(20)))),
    Case("garmin-part-damaged.zip", "a part that is no archive, and one that is empty",
         lambda: zipped(("UploadedFiles_0.zip", b"PK\3\4" + bytes(50)), ("UploadedFiles_1.zip", zipped()), ("b.fit", fit_run(3670))),
         (("UploadedFiles_0.zip", "corrupt-file"), ("UploadedFiles_1.zip", "not-an-activity"), ("b.fit", read(20)))),
    Case("garmin-part-bomb.zip", "100 MiB of zeros in a part",
         lambda: zipped((GARMIN_PART, zipped(("a.fit", bytes(100 << 20)), ("b.fit", fit_run(3680))))),
         ((f"{GARMIN_PART}!a.fit", "too-large"), (f"{GARMIN_PART}!b.fit", read(20)))),
    Case("garmin-part-of-zeros.zip", "a part of 100 MiB of zeros",
         lambda: zipped((GARMIN_PART, bytes(100 << 20)), ("b.fit", fit_run(3690))), ((GARMIN_PART, "too-large"), ("b.fit", read(20)))),
    Case("labels-inside.zip", "labels files of two activities, one of them for a compressed one",
         lambda: zipped(("a.fit", fit_run(3710)), ("a.fit.labels.csv", b"2,9,backward"),
                        ("b.fit.gz", packed(fit_run(3720))), ("b.fit.labels.csv", b"0:02,0:09,FWD")),
         (("a.fit", read(20, texts=["a.fit.labels.csv: backward"])), ("b.fit.gz", read(20, texts=["b.fit.labels.csv: forward"])))),
    Case("labels-bad.zip", "labels files that say nothing",
         lambda: zipped(("a.fit", fit_run(3730)), ("a.fit.labels.csv", b"one,two,three\n\0\0\n5,1,backward"),
                        ("b.fit", fit_run(3740)), ("b.fit.labels.csv", bytes(2 << 20))),
         (("a.fit", read(20, "labels labels")), ("b.fit", read(20, "labels")))),
    Case("names-in-capitals.zip", "suffixes in capitals",
         lambda: zipped(("A.FIT", fit_run(3800)), ("B.Gpx", gpx_run(3800))), (("A.FIT", read(20)), ("B.Gpx", read(20)))),
    Case("names-climbing.zip", "names that climb out of the archive: they are labels and no paths",
         lambda: zipped(("../../../etc/run.fit", fit_run(3900)), ("/etc/run.gpx", gpx_run(3900)), ("C:\\Windows\\run.tcx",
             tcx_later(3900))),
         (("../../../etc/run.fit", read(20)), ("/etc/run.gpx", read(20)), ("C:\\Windows\\run.tcx", read(20)))),
    Case("names-odd.zip", "names of blanks, umlauts, emoji and a line end",
         lambda: zipped((" .fit", fit_run(4000)), ("Rückwärts 🏃.gpx", gpx_run(4000)), ("two\nlines.tcx", tcx_later(4000))),
         ((" .fit", read(20)), ("Rückwärts 🏃.gpx", read(20)), ("two\nlines.tcx", read(20)))),
    Case("names-only-suffix.zip", "names that are a suffix and nothing else",
         lambda: zipped((".fit", fit_run(4100)), ("x/.gpx", gpx_run(4100))), ((".fit", read(20)), ("x/.gpx", read(20)))),
    Case("name-of-5000.zip", "a name of 5,000 letters",
         lambda: zipped(("r" * 5000 + ".fit", fit_run(4200))), (("r" * 5000 + ".fit", read(20)),)),
    Case("names-twice.zip", "the same name twice, two runs",
         lambda: zipped(("a.fit", fit_run(4300)), ("a.fit", fit_run(4400))), (("a.fit", read(20)), ("a.fit", read(20)))),
    Case("macos.zip", "an archive made by macOS, with a shadow of every file",
         lambda: zipped(("run.fit", fit_run(4500)), ("__MACOSX/._run.fit", b"\0\5\x16\7")), (("run.fit", read(20)),)),
    Case("folder-called-fit.zip", "a folder with the suffix of an activity",
         lambda: zipped(("x.fit/", b""), ("x.fit/run.gpx", gpx_run(4600))), (("x.fit/run.gpx", read(20)),)),
    Case("stored.zip", "not compressed", lambda: zipped(("a.fit", fit_run(4700)), method=zipfile.ZIP_STORED), (("a.fit", read(20)),)),
    Case("bzip2.zip", "compressed with bzip2", lambda: zipped(("a.fit", fit_run(4800)), method=zipfile.ZIP_BZIP2), (("a.fit", read(20)),)),
    Case("lzma.zip", "compressed with LZMA", lambda: zipped(("a.fit", fit_run(4900)), method=zipfile.ZIP_LZMA), (("a.fit", read(20)),)),
    Case("lzma-damaged.zip", "LZMA data that is none",
         lambda: patched_inside(zipped(("a.fit", fit_run(4910)), method=zipfile.ZIP_LZMA)), (("a.fit", "corrupt-file"),)),
    Case("lzma-dictionary-4-gib.zip", "LZMA data that asks for four gigabytes of memory",
         lambda: zipped(("a.fit", fit_run(4920)), method=zipfile.ZIP_LZMA).replace(b"\x5d\0\0\x80\0", b"\x5d\xff\xff\xff\xff"),
         (("a.fit", read(20)),)),
    Case("method-99.zip", "a method of compression that Python does not know",
         lambda: patched(zipped(("a.fit", fit_run(5000))), (8, b"\x63\0", 10)), (("a.fit", "corrupt-file"),)),
    Case("encrypted.zip", "a member with a password",
         lambda: patched(zipped(("a.fit", fit_run(5100)), ("b.fit", fit_run(5200))), (6, b"\1\0", 8)),
         (("a.fit", "encrypted"), ("b.fit", read(20)))),
    Case("crc-bad.zip", "a member with a wrong checksum",
         lambda: patched(zipped(("a.fit", fit_run(5300)), ("b.fit", fit_run(5400))), (14, b"\1\2\3\4", 16)),
         (("a.fit", "corrupt-file"), ("b.fit", read(20)))),
    Case("size-lie.zip", "a member that claims ten bytes",
         lambda: patched(zipped(("a.fit", fit_run(5500))), (22, b"\x0a\0\0\0", 24)), (("a.fit", "corrupt-file"),)),
    Case("comment.zip", "an archive with a comment of its own",
         lambda: zipped(("a.fit", fit_run(5600)), comment=b"retro " * 100), (("a.fit", read(20)),)),
    Case("cut.zip", "the download broke off: the list of members is at the end",
         lambda: zipped(("a.fit", fit_run(5700)))[:-40], "corrupt-file"),
    Case("zip-zeros-behind.zip", "zeros behind the end", lambda: zipped(("a.fit", fit_run(5800))) + bytes(100), (("a.fit", read(20)),)),
    Case("bomb.zip", "100 MiB of zeros in a member",
         lambda: zipped(("a.fit", bytes(100 << 20)), ("b.fit", fit_run(5900))), (("a.fit", "too-large"), ("b.fit", read(20)))),
    Case("bomb-lzma.zip", "the same with LZMA",
         lambda: zipped(("a.fit", bytes(50 << 20)), method=zipfile.ZIP_LZMA), (("a.fit", "too-large"),)),
    Case("overlapping.zip", "2,000 entries that are the same bytes: 2 GB", lambda: overlapping(2000), "corrupt-file"),
    Case("zip-called.fit", "an archive that is called .fit", lambda: zipped(("a.fit", fit_run(6000))), (("a.fit", read(20)),)),
    Case("fit-called.zip", "a FIT file that is called .zip", lambda: fit_run(6100), read(20)),
    Case("rar-called.zip", "an archive of another kind that is called .zip", lambda: b"Rar!\x1a\7\0" + bytes(20), "unknown-format"),
    Case("self-extracting.zip", "an archive behind a program",
         lambda: b"MZ" + bytes(100) + zipped(("a.fit", fit_run(6200))), "unknown-format"),
)
# fmt: on
