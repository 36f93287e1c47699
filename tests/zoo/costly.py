"""Small files that want to cost much: time that grows with the square of the bytes, memory of a multiple of them.

Conventions: names are whole file names; most files are of half a megabyte, and all of them are as valid as can be.
`COSTLY` names what `benchmarks/hostile.py` measures: these, and rows of other themes.
"""

from __future__ import annotations

import struct
from typing import Final

from tests.support.gpx_writer import gpx, stamp
from tests.support.tcx_writer import activity, tcx
from tests.zoo import build_fit as fit
from tests.zoo import containers, fit_protocol
from tests.zoo import gpx as gpx_zoo
from tests.zoo import tcx as tcx_zoo
from tests.zoo.build_fit import RECORD, T0, UINT8, UINT32, definition, good, raw
from tests.zoo.build_xml import START, at, edited, run, tcx_lap
from tests.zoo.case import Case, read

SUFFIX: Final = ""
HALF_MB: Final = 500_000


def messages(number: int, fields: list[tuple[int, int, int]], payload: bytes, *, n_bytes: int = HALF_MB) -> fit.Part:
    """Write one definition and as many equal messages as fill so many bytes."""
    return raw(definition(number, fields) + (b"\x0f" + payload) * (n_bytes // (1 + len(payload))))


def many_records() -> bytes:
    """Give half a megabyte of compressed headers: one byte and one second each."""
    return good(raw(definition(RECORD, [], local=3) + bytes(0xE0 | (T0 + t & 0x1F) for t in range(20, HALF_MB))))


def laps_and_sessions() -> bytes:
    """Give 200 sessions and 55,000 laps, of which each could belong to each session."""
    rows = b"".join(b"\x0f" + struct.pack("<II", T0 + i % 400, 1000) for i in range(HALF_MB // 9))
    return fit.fit_file(
        fit.head(),
        fit.records(range(400)),
        raw(definition(19, [(2, 4, UINT32), (7, 4, UINT32)]) + rows),
        *(fit.session(2 * i, 2.0, total_distance=None) for i in range(200)),
    )


def events_and_sessions() -> bytes:
    """Give 200 sessions and 70,000 stops and goes."""
    rows = b"".join(b"\x0f" + struct.pack("<IBB", T0 + i % 400, 0, i % 2) for i in range(HALF_MB // 7))
    return fit.fit_file(
        fit.head(),
        fit.records(range(400)),
        raw(definition(21, [(253, 4, UINT32), (0, 1, 0), (1, 1, 0)]) + rows),
        *(fit.session(2 * i, 2.0, total_distance=None) for i in range(200)),
    )


def described_again() -> bytes:
    """Give 2,000 descriptions of one developer field, each with a definition that uses it behind it."""
    one = definition(206, [(0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8)], local=14) + b"\x0e\0\0\2"
    use = definition(RECORD, [(3, 1, UINT8)], developer=[(0, 1, 0)]) + b"\x0f\x96\1"
    return good(raw((one + use) * 2000))


def gpx_points(point: str, n: int) -> bytes:
    return gpx("<trk><trkseg>" + point * n + "</trkseg></trk>")


# fmt: off
CASES: Final = (
    Case("one-byte-messages.fit", "500,000 messages of one byte",
         lambda: good(messages(RECORD, [], b"")), read(20, counts="bad_time 500000")),
    Case("compressed-messages.fit", "500,000 messages of one byte with a time in it: six days",
         many_records, read(500_000, elapsed_s=499_999.0)),
    Case("255-fields.fit", "255 fields in each of 2,000 samples",
         lambda: good(messages(RECORD, [(i, 1, UINT8) for i in range(255)], bytes(255))), read(20, counts="bad_time 1953")),
    Case("definitions-repeated.fit", "83,000 definitions without a message",
         lambda: good(raw(definition(RECORD, []) * (HALF_MB // 6))), read(20)),
    Case("definitions-255-fields.fit", "3,000 different definitions of 255 fields",
         lambda: good(*(raw(definition(0xFF00, [(i % 255, 1, i % 17)] * 254 + [(i // 255, 1,
             UINT8)]) + b"\x0f" + bytes(255)) for i in range(3000))),
         read(20)),
    Case("developer-described-again.fit", "2,000 descriptions of one developer field", described_again, read(20, counts="bad_time 2000")),
    Case("laps-and-sessions.fit", "55,000 laps and 200 sessions", laps_and_sessions, read(400, sessions=200)),
    Case("events-and-sessions.fit", "71,000 stops and goes and 200 sessions", events_and_sessions, read(400, sessions=200)),
    Case("unknown-messages.fit", "250,000 messages nobody knows", lambda: good(messages(0xFF00, [(0, 1, UINT8)], b"\1")), read(20)),
    Case("heart-beats.fit", "half a megabyte of heart beats",
         lambda: good(messages(78, [(0, 10, 0x84)], struct.pack("<5H", *[400] * 5))), read(20, counts="bad_beat_time 218260", beats=9010)),
    Case("raw-sensors.fit", "half a megabyte of one second of a sensor, in bytes",
         lambda: good(messages(165, [(253, 4, UINT32), *((i, 63, UINT8) for i in range(1, 5))],
             struct.pack("<I", T0) + bytes(range(63)) * 4)), read(20, n_accelerometer=122_535)),
    Case("sensor-of-many-shapes.fit", "3,000 definitions of a sensor",
         lambda: good(*(raw(definition(165, [(253, 4, UINT32), (1, 1, UINT8), (2, 1 + i % 50, UINT8), (100 + i // 50, 1, UINT8)]) + b"\x0f"
             + struct.pack("<I", T0) + bytes(3 + i % 50)) for i in range(3000))),
         read(20, counts="bad_sensor_time 73500", n_accelerometer=3000)),
    Case("calibrations.fit", "125,000 calibrations of a sensor",
         lambda: good(messages(167, [(0, 1, 0), (1, 1, UINT8), (2, 1, UINT8)], b"\0\1\1")), read(20)),
    Case("splits.fit", "71,000 splits",
         lambda: good(messages(312, [(0, 1, 0), (1, 1, UINT8), (9, 4, UINT32)], b"\x11\1" + struct.pack("<I", T0 + 5))), read(20)),
    Case("points-without-anything.gpx", "100,000 empty points", lambda: gpx_points("<trkpt/>", 100_000), "no-time"),
    Case("points-with-times.gpx", "20,000 points of one time",
         lambda: gpx_points(f'<trkpt lat="49" lon="8"><time>{stamp(START)}</time></trkpt>', 20_000), "no-samples"),
    Case("elements-in-points.gpx", "500 elements in each of 200 points",
         lambda: gpx_points("<trkpt>" + "<a/>" * 500 + "</trkpt>", 200), "no-time"),
    Case("segments-100000.gpx", "100,000 empty segments",
         lambda: edited(run(), ("<trkseg>", "<trkseg/>" * 100_000 + "<trkseg>")), read(20)),
    Case("waypoints-20000.gpx", "20,000 waypoints in one run",
         lambda: edited(run(), ("<trk>", f'<wpt lat="1" lon="1"><time>{stamp(at(5))}</time><name>x</name></wpt>' * 20_000 + "<trk>")),
         read(20)),
    Case("latitude-of-1-mb.gpx", "a latitude of a million digits",
         lambda: edited(run(), ('lat="49.0000000"', f'lat="49.{"0" * 1_000_000}"'), count=1), read(20)),
    Case("entities-in-a-name.gpx", "200,000 character references in a name",
         lambda: edited(run(), ("<trk>", f"<trk><name>{'&#65;' * 200_000}</name>")), read(20)),
    Case("trackpoints-empty.tcx", "100,000 empty track points",
         lambda: edited(tcx(activity([tcx_lap()], start=START)), ("<Track>", "<Track>" + "<Trackpoint/>" * 100_000)),
         read(20, counts="bad_time 100000")),
    Case("tracks-100000.tcx", "100,000 empty tracks in a lap",
         lambda: edited(tcx(activity([tcx_lap()], start=START)), ("<Track>", "<Track/>" * 100_000 + "<Track>")), read(20)),
    Case("laps-50000.tcx", "50,000 laps",
         lambda: edited(tcx(activity([tcx_lap()], start=START)), ("</Lap>", "</Lap>" + f'<Lap StartTime="{stamp(at(20))}"/>' * 50_000)),
         read(20)),
)
# fmt: on

#: what is measured beside them, by theme and name
ALSO: Final = (
    (
        fit_protocol,
        (
            "chained-empty-20000",
            "255-fields-of-255",
            "definitions-3000",
            "definitions-5000",
            "zeros-1-mb",
            "random-1-mb",
            "64-mib-and-a-byte",
        ),
    ),
    (
        gpx_zoo,
        (
            "deep-100000",
            "xmlns-20000",
            "xmlns-text-320-kb",
            "billion-laughs",
            "laughs-in-the-root",
            "quadratic-blow-up",
            "names-10000",
            "text-of-5-mb",
            "attributes-50000",
            "waypoints-200000",
        ),
    ),
    (tcx_zoo, ("deep-100000", "laps-100001", "activities-10001")),
    (containers, ("gz-bomb.fit.gz", "gz-parts-50000.fit.gz", "bomb.zip", "bomb-lzma.zip", "overlapping.zip", "gz-bomb-inside.zip")),
)
COSTLY: Final = (
    *CASES,
    *(case._replace(name=case.name + theme.SUFFIX) for theme, names in ALSO for case in theme.CASES if case.name in names),
)
