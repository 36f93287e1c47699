"""GPX files: encodings, and readings that stand in attributes (acceleration, heart rates beside the track).

Conventions: as in `gpx`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tests.support.gpx_writer import acceleration, heart_rate_track
from tests.zoo.build_xml import EXTRAS, at, edited, odd_point, points, run
from tests.zoo.case import Case, read
from tests.zoo.gpx import HEAD, PLAIN, RUN, extended, named

SUFFIX: Final = ".gpx"


def encoded(python: str, declared: str, *, name: str = "Rückwärts") -> bytes:
    """Give a run in another encoding."""
    return edited(named(name), ("UTF-8", declared)).decode().encode(python)


def hearts(rates: Iterable[tuple[datetime | str, object]]) -> bytes:
    """Give a run without heart rates of its own, but with a list of them."""
    return edited(PLAIN, ("<trk>", heart_rate_track(rates) + "<trk>"))


# fmt: off
CASES: Final = (
    # encodings
    Case("utf-16", "UTF-16 with its mark", lambda: encoded("utf-16", "UTF-16"), read(20, texts=["Rückwärts", "running"])),
    Case("iso-8859-1", "ISO 8859-1, declared", lambda: encoded("iso-8859-1", "ISO-8859-1"), read(20, texts=["Rückwärts", "running"])),
    Case("windows-1252", "Windows-1252, declared",
         lambda: encoded("cp1252", "windows-1252", name="Rückwärts – fünf"), read(20, texts=["Rückwärts – fünf", "running"])),
    Case("gb18030", "GB 18030, declared", lambda: encoded("gb18030", "GB18030", name="倒走"), read(20, texts=["倒走", "running"])),
    Case("shift-jis", "Shift JIS, declared", lambda: encoded("shift_jis", "Shift_JIS", name="後ろ走り"),
         read(20, texts=["後ろ走り", "running"])),
    Case("euc-kr", "EUC-KR, declared", lambda: encoded("euc_kr", "EUC-KR", name="뒤로"), read(20, texts=["뒤로", "running"])),
    Case("koi8-r", "KOI8-R, declared", lambda: encoded("koi8_r", "KOI8-R", name="спиной"), read(20, texts=["спиной", "running"])),
    Case("encoding-utf8", "UTF-8 under another of its names", lambda: encoded("utf-8", "utf8"), read(20, texts=["Rückwärts", "running"])),
    Case("encoding-utf-16-only-said", "a file that says UTF-16 and is UTF-8, as programs write it that make a text first",
         lambda: encoded("utf-8", "utf-16"), read(20, texts=["Rückwärts", "running"])),
    Case("encoding-ascii-only-said", "a file that says ASCII and is UTF-8",
         lambda: encoded("utf-8", "US-ASCII"), read(20, "encoding", texts=["Rückwärts", "running"])),
    Case("encoding-iso-2022-jp", "letters behind escape sequences", lambda: encoded("iso2022_jp", "ISO-2022-JP", name="後ろ走り"),
         read(20, texts=["後ろ走り", "running"])),
    Case("encoding-unicode-escape", "a codec that is none of letters: backslashes would become markup",
         lambda: encoded("utf-8", "unicode_escape", name=r"\x3cname\x3e"), "encoding"),
    Case("encoding-raw-unicode-escape", "its sister", lambda: encoded("utf-8", "raw_unicode_escape"), "encoding"),
    Case("encoding-punycode", "a codec that takes the square of the length", lambda: encoded("utf-8", "punycode"), "encoding"),
    Case("encoding-idna", "a codec of host names", lambda: encoded("utf-8", "idna"), "encoding"),
    Case("encoding-rot13", "a codec of riddles", lambda: encoded("utf-8", "rot13"), "encoding"),
    Case("encoding-unknown", "an encoding nobody knows", lambda: edited(RUN, ("UTF-8", "UTF-99")), "encoding"),
    Case("encoding-wrong", "a name in ISO 8859-1 in a file that says UTF-8: the run is worth more than one letter",
         lambda: edited(named("R?ckw"), ("R?ckw", b"R\xfcckw")), read(20, "encoding")),
    Case("encoding-broken-midway", "a byte that is no UTF-8 in the middle of the points",
         lambda: odd_point(inner="<name>\x00</name>"), read(10, "truncated"), "truncated"),
    Case("utf-8-mark", "UTF-8 with a mark before the declaration", lambda: b"\xef\xbb\xbf" + RUN, read(20)),
    Case("blanks-first", "blank lines before the declaration, which XML forbids", lambda: b"\n\n  " + RUN, read(20)),
    Case("no-declaration", "no declaration at all", lambda: edited(RUN, (HEAD, "")), read(20)),
    Case("one-line", "everything on one line", lambda: edited(RUN, ("\n", "")), read(20)),
    Case("crlf", "lines of Windows", lambda: edited(RUN, ("\n", "\r\n")), read(20)),
    # readings
    Case("acceleration", "Garmin's raw acceleration: a sensor of its own",
         lambda: extended(EXTRAS + acceleration([(0, 0.1, 0.2, -1.0), (500, 0.1, 0.2, -0.9)])), read(20, n_accelerometer=40)),
    Case("acceleration-odd", "samples without a time, an offset or a number",
         lambda: odd_point(extras=acceleration([("x", 1, 1, 1), ("", 1, 1, 1), (0, "NaN", "inf", "1e99"), (0, "", "", "")])),
         read(20, counts="bad_accelerometer 1, bad_sensor_time 1", n_accelerometer=1)),
    Case("acceleration-300", "three hundred samples in each point: more than a camera writes",
         lambda: run(points(extras=acceleration([(3 * i, 0, 0, 1) for i in range(300)]))), read(20, "derived-speed", n_accelerometer=6000)),
    Case("acceleration-600", "six hundred: no point has so many elements",
         lambda: run(points(extras=acceleration([(i, 0, 0, 1) for i in range(600)]))), "xml-limit"),
    Case("heart-rates-beside", "heart rates in a list beside the track",
         lambda: hearts((at(t), 150 + t) for t in range(20)),
         read(20, "heart-rate derived-speed", counts="merged_heart_rates 20", last_heart_rate_bpm=169.0)),
    Case("heart-rates-beside-by-order", "such a list with other times, but as long as the track",
         lambda: hearts((at(t - 7200), 150 + t) for t in range(20)),
         read(20, "heart-rate derived-speed", counts="merged_heart_rates 20", last_heart_rate_bpm=169.0)),
    Case("heart-rates-beside-odd", "such a list without a usable line",
         lambda: hearts([("now", 150), (at(3), "high"), (at(4), 0), (at(5), "NaN"), (at(900), 150)]),
         read(20, "derived-speed", n_heart_rate_bpm=0)),
    Case("opentracks-steps", "OpenTracks' distances from point to point",
         lambda: extended("<o:distance>2.5</o:distance>", o="http://opentracksapp.com/xmlschemas/v1"),
         read(20, "derived-speed", last_distance_m=50.0)),
)
# fmt: on
