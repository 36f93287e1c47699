"""GPX files: hostile XML, times, positions, extensions, structure; encodings and readings stand in `gpx_letters`.

Conventions: "a run" is twenty points of one track, a second apart, with heart rate, cadence in strides and speed.
"""

from __future__ import annotations

from typing import Final

from tests.support.gpx_writer import Point, Waypoint, garmin, gpx, stamp, track
from tests.zoo.build_xml import EXTRAS, at, edited, odd_point, points, run
from tests.zoo.case import Case, read

SUFFIX: Final = ".gpx"
RUN: Final = run()
PLAIN: Final = run(points(extras=""))
HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
LAUGHS: Final = (
    '<!DOCTYPE gpx [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
TRUNCATED: Final = "salvaged_at_byte"


def doctype(subset: str) -> bytes:
    """Give a run behind a DOCTYPE."""
    return edited(RUN, (HEAD, HEAD + subset + "\n"))


def named(text: str) -> bytes:
    """Give a run with raw text in its track's name."""
    return edited(RUN, ("<trk>", f"<trk><name>{text}</name>"))


def timed(*texts: str | None) -> bytes:
    """Give a run of which every tenth point and the one behind it have these times."""
    row = points()
    for i, text in enumerate(texts):
        row[10 + i] = row[10 + i]._replace(time=text)
    return run(row)


def zoned(suffix: str) -> bytes:
    """Give a run whose times all end in this zone."""
    return run([point._replace(time=stamp(point.time or "").removesuffix("Z") + suffix) for point in points()])


def extended(extras: str, **more: str) -> bytes:
    """Give a run without Garmin's extensions, but with these."""
    return (
        edited(run(points(extras=extras)), ("<gpx ", "<gpx " + " ".join(f'xmlns:{name}="{uri}"' for name, uri in more.items()) + " "))
        if more
        else run(points(extras=extras))
    )


def segmented(*starts: int) -> bytes:
    """Give a track of segments of ten points."""
    return gpx(track([points(10, first=first) for first in starts], type="running"))


# fmt: off
CASES: Final = (
    Case("good", "a sound run", lambda: RUN, read(20, cadence_basis="median", last_cadence_spm=168.0, speed_basis="gps", sport="running")),
    # XML as a weapon
    Case("billion-laughs", "entities that grow tenfold nine times",
         lambda: edited(doctype(LAUGHS), ("<trk>", "<trk><name>&i;</name>")), "doctype"),
    Case("laughs-in-the-root", "the same in an attribute of the root element",
         lambda: edited(doctype(LAUGHS), ("tests of a reader", "&i;")), "doctype"),
    Case("quadratic-blow-up", "one long entity, named a thousand times",
         lambda: edited(doctype(f'<!DOCTYPE gpx [<!ENTITY a "{"a" * 50_000}">]>'), ("<trk>", f"<trk><name>{'&a;' * 1000}</name>")),
         "doctype"),
    Case("external-entity", "an entity that is a file of this machine",
         lambda: edited(doctype('<!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/hostname">]>'), ("<trk>", "<trk><name>&x;</name>")),
         "doctype"),
    Case("parameter-entity", "a parameter entity from elsewhere",
         lambda: doctype('<!DOCTYPE gpx [<!ENTITY % x SYSTEM "http://localhost/x.dtd"> %x;]>'), "doctype"),
    Case("external-dtd", "a document type from elsewhere", lambda: doctype('<!DOCTYPE gpx SYSTEM "http://localhost/gpx.dtd">'), "doctype"),
    Case("internal-entity", "a harmless entity",
         lambda: edited(doctype('<!DOCTYPE gpx [<!ENTITY x "run">]>'), ("<trk>", "<trk><name>&x;</name>")), "doctype"),
    Case("deep-100000", "100,000 elements within each other",
         lambda: edited(RUN, ("<trk>", "<a>" * 100_000 + "</a>" * 100_000 + "<trk>")), "xml-limit"),
    Case("deep-in-a-point", "1,000 elements within each other in a point",
         lambda: odd_point(extras="<a>" * 1000 + "</a>" * 1000), "xml-limit"),
    Case("xmlns-20000", "the word xmlns 20,000 times in the root element",
         lambda: edited(RUN, ("<gpx ", "<gpx " + " ".join(f'xmlns:n{i}="u"' for i in range(20_000)) + " ")), read(20)),
    Case("xmlns-text-320-kb", "the same word as text of a name: a quadratic regex's grave", lambda: named(" xmlns:" * 45_000), read(20)),
    Case("names-10000", "10,000 different element names",
         lambda: edited(RUN, ("<trk>", "".join(f"<n{i}/>" for i in range(10_000)) + "<trk>")), "xml-limit"),
    Case("name-of-1-mb", "an element with a name of a megabyte", lambda: edited(RUN, ("<trk>", f"<{'n' * 1_000_000}/><trk>")), read(20)),
    Case("text-of-5-mb", "a track's name of five megabytes: its first 10,000 letters are kept",
         lambda: named("r" * 5_000_000), read(20, texts=["r" * 10_000, "running"])),
    Case("attributes-50000", "50,000 attributes in one point",
         lambda: edited(RUN, ("<trkpt ", "<trkpt " + " ".join(f'a{i}="1"' for i in range(50_000)) + " "), count=1), read(20)),
    Case("tracks-10001", "10,001 empty tracks", lambda: gpx("<trk/>" * 10_001), "xml-limit"),
    Case("waypoints-200000", "200,000 empty waypoints",
         lambda: edited(RUN, ("<trk>", '<wpt lat="1" lon="1"/>' * 200_000 + "<trk>")), "xml-limit"),
    Case("processing-instruction", "an instruction to a style sheet",
         lambda: edited(RUN, (HEAD, HEAD + '<?xml-stylesheet href="x.xsl"?>\n')), read(20)),
    Case("cdata-and-comments", "a name in CDATA, and comments between the points",
         lambda: edited(RUN, ("<trk>", "<trk><name><![CDATA[<backward>]]></name>"), ("<trkseg>", "<trkseg><!-- x -->")),
         read(20, texts=["<backward>", "running"])),
    # damage
    Case("truncated", "the file breaks off in the eleventh point",
         lambda: RUN[: RUN.index(stamp(at(10)).encode())], read(10, "truncated"), "truncated"),
    Case("truncated-head", "the file breaks off in its first element", lambda: RUN[:60], "truncated"),
    Case("truncated-before-points", "the file breaks off before the first point", lambda: RUN[: RUN.index(b"<trkseg>")], "truncated"),
    Case("trailing-text", "words behind the end", lambda: RUN + b"saved by my app", read(20, "trailing-bytes"), "trailing-bytes"),
    Case("trailing-zeros", "zeros behind the end", lambda: RUN + bytes(100), read(20, "trailing-bytes"), "trailing-bytes"),
    Case("two-documents", "two documents in one file", lambda: RUN + RUN, read(20, "trailing-bytes"), "trailing-bytes"),
    Case("unclosed-tag", "a tag that is never closed", lambda: edited(RUN, ("</trkseg>", "")), read(20, "truncated"), "truncated"),
    Case("ampersand", "a bare & in a name", lambda: named("Run & Fun"), "truncated"),
    # names and namespaces
    Case("prefix-for-gpx", "a legal prefix for GPX itself",
         lambda: edited(RUN, ("<", "<g:"), ("<g:/", "</g:"), ("<g:?", "<?"), ("<g:gpxtpx:", "<gpxtpx:"), ("</g:gpxtpx:", "</gpxtpx:"),
             (" xmlns=", " xmlns:g=")),
         read(20)),
    Case("prefix-undeclared", "a prefix nobody declared",
         lambda: edited(RUN, (' xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"', "")),
         read(20, "undeclared-prefix", last_heart_rate_bpm=150.0)),
    Case("prefix-ns3", "Garmin's extensions under another prefix",
         lambda: edited(RUN, ("gpxtpx", "ns3")), read(20, last_heart_rate_bpm=150.0)),
    Case("namespace-missing", "no namespace at all", lambda: edited(RUN, (' xmlns="http://www.topografix.com/GPX/1/1"', "")), read(20)),
    Case("version-1-0", "GPX 1.0 with speed and course of its own",
         lambda: run(points(extras="", inner="<course>90</course><speed>2.5</speed>"), version="1.0"),
         read(20, last_speed_mps=2.5, last_course_deg=90.0)),
    Case("speed-in-1-1", "the same elements in GPX 1.1, where they do not belong",
         lambda: run(points(extras="", inner="<speed>2.5</speed>")), read(20, last_speed_mps=2.5)),
    Case("upper-case-elements", "elements in capitals are none of GPX", lambda: edited(RUN, ("trkpt", "TRKPT")), "no-samples"),
    # times
    Case("time-bad", "one time that is none", lambda: timed("yesterday"), read(19, counts="bad_time 1")),
    Case("time-60-s", "a leap second", lambda: timed("2026-05-03T06:12:60Z"), read(19, counts="bad_time 1")),
    Case("time-24-00", "24 o'clock", lambda: timed("2026-05-03T24:00:00Z"), read(19, counts="bad_time 1")),
    Case("time-comma", "a fraction behind a comma", lambda: timed("2026-05-03T06:12:10,5Z"), read(20)),
    Case("time-year-0", "the year 0", lambda: timed("0000-05-03T06:12:10Z"), read(19, counts="bad_time 1")),
    Case("time-year-9999", "the year 9999", lambda: timed("9999-12-31T23:59:59Z"), read(19, counts="bad_time 1")),
    Case("time-empty", "an empty time", lambda: timed(""), read(19, counts="bad_time 1")),
    Case("time-blanks", "blanks around a time", lambda: timed(" \n2026-05-03T06:12:10Z "), read(20)),
    Case("time-date-only", "a day is no moment", lambda: timed("2026-05-03"), read(19, counts="bad_time 1")),
    Case("time-lower-case", "t and z in small letters", lambda: timed("2026-05-03t06:12:10z"), read(20)),
    Case("time-nanoseconds", "nine digits of a second", lambda: timed("2026-05-03T06:12:10.123456789Z"), read(20)),
    Case("time-missing-once", "one point without a time", lambda: timed(None), read(19, counts="bad_time 1")),
    Case("time-missing", "no times: a drawn or stripped track", lambda: run(points(time=None)), "no-time"),
    Case("time-at-both-ends", "a drawn route with a time at both ends",
         lambda: run([points()[0], *points(18, first=1, time=None), points()[19]]), "no-time"),
    Case("time-same", "one time for all points", lambda: run(points(time=at(0))), "no-samples"),
    Case("time-naive", "times without a zone are UTC",
         lambda: zoned(""), read(20, "naive-time", counts="naive_time 20", start="2026-05-03T06:12:00+00:00")),
    Case("time-mixed", "one time without a zone among others",
         lambda: timed("2026-05-03T06:12:10"), read(20, "naive-time", counts="naive_time 1")),
    Case("time-zone-2-h", "times two hours ahead", lambda: zoned("+02:00"), read(20, start="2026-05-03T04:12:00+00:00", utc_offset_s=7200)),
    Case("time-zone-india", "half an hour's zone", lambda: zoned("+05:30"), read(20, utc_offset_s=19_800)),
    Case("time-zone-impossible", "a zone of 23 hours is none", lambda: zoned("+23:00"), read(20, utc_offset_s=None)),
    Case("time-reversed", "all points in reverse", lambda: run(points()[::-1]), read(20, counts="inversions 19")),
    Case("time-inverted-once", "one point too late in the file",
         lambda: timed(stamp(at(12)), stamp(at(11))), read(19, counts="duplicate_seconds 1, inversions 1")),
    Case("hole-7-hours", "a hole of seven hours makes two recordings", lambda: segmented(0, 25_200), read(20, "split", sessions=2)),
    Case("jump-20-days", "one point twenty days later",
         lambda: run([*points(), points(1, first=20 * 86_400, longitude_deg=8.0)[0]]), read(20, "lone-samples", counts="lone_samples 1")),
    # positions
    Case("latitude-nan", "a latitude that is no number", lambda: odd_point(latitude_deg="NaN"), read(20, counts="bad_coord 1")),
    Case("latitude-inf", "a latitude without end", lambda: odd_point(latitude_deg="inf"), read(20, counts="bad_coord 1")),
    Case("latitude-1e999", "a latitude of 1e999", lambda: odd_point(latitude_deg="1e999"), read(20, counts="bad_coord 1")),
    Case("latitude-999", "a latitude of 999", lambda: odd_point(latitude_deg="999"), read(20, counts="bad_coord 1")),
    Case("latitude-underscore", "a latitude as only Python reads it",
         lambda: odd_point(latitude_deg="1_0"), read(20, counts="bad_coord 1")),
    Case("latitude-comma", "a latitude behind a comma", lambda: odd_point(latitude_deg="49,0"), read(20, counts="bad_coord 1")),
    Case("latitude-missing", "a point without a latitude",
         lambda: edited(RUN, ('lat="49.0000000" ', ""), count=1), read(20, counts="bad_coord 1")),
    Case("point-at-0-0", "one point at 0, 0", lambda: odd_point(latitude_deg=0.0, longitude_deg=0.0), read(20, counts="bad_coord 1")),
    Case("equator", "a latitude of exactly 0 is a place", lambda: run(points(latitude_deg=0.0)), read(20, n_latitude_deg=20)),
    Case("poles", "a run at the pole", lambda: run(points(latitude_deg=90.0)), read(20, n_latitude_deg=20)),
    Case("antimeridian", "a run across the 180th meridian is no run around the world",
         lambda: run([Point(0.0, 179.9998 + 2.2e-5 * t - (360 if t > 9 else 0), at(t)) for t in range(20)]),
         read(20, "derived-speed", most_speed_mps=2.446)),
    Case("one-point", "a track of one point", lambda: run(points(1)), "no-samples"),
    Case("same-place", "twenty points of one place",
         lambda: run(points(longitude_deg=8.0, extras="")), read(20, "derived-speed", most_speed_mps=0.0)),
    Case("elevation-text", "an elevation in words",
         lambda: edited(RUN, ("<ele>100.0</ele>", "<ele>high</ele>"), count=1), read(20, counts="bad_altitude_m 1")),
    # extensions
    Case("no-extensions", "positions and times only", lambda: PLAIN, read(20, "derived-speed", cadence_basis="none", last_speed_mps=2.48)),
    Case("heart-rate-float", "a heart rate with a fraction",
         lambda: extended(garmin(hr=150.5)), read(20, "derived-speed", last_heart_rate_bpm=150.5)),
    Case("heart-rate-0", "a heart rate of 0 is none", lambda: extended(garmin(hr=0)), read(20, "derived-speed", n_heart_rate_bpm=0)),
    Case("cadence-0", "a cadence of 0 is one", lambda: odd_point(extras=garmin(hr=150, cad=0, speed=0)), read(20, n_cadence_spm=20)),
    Case("cadence-in-steps", "OpenTracks counts steps",
         lambda: run(points(extras=garmin(cad=168, speed=2.5)), creator="OpenTracks"),
         read(20, last_cadence_spm=168.0, cadence_basis="writer")),
    Case("power", "power as Garmin and others write it",
         lambda: extended("<x:PowerInWatts>250</x:PowerInWatts>", x="http://www.garmin.com/xmlschemas/PowerExtension/v1"),
         read(20, "derived-speed", last_power_w=250.0)),
    Case("cluetrust", "Suunto's extensions: distance, vertical speed, a heart rate of their own",
         lambda: extended("<d:hr>150.0</d:hr><d:distance>5</d:distance><d:verticalSpeed>0.5</d:verticalSpeed>",
             d="http://www.cluetrust.com/XML/GPXDATA/1/0"),
         read(20, "derived-speed", last_heart_rate_bpm=150.0, last_distance_m=5.0, last_vertical_speed_mps=0.5)),
    Case("apple-health", "bare elements of Apple's export",
         lambda: extended("<speed>2.5</speed><course>90.0</course><hAcc>4.7</hAcc><vAcc>3</vAcc>"),
         read(20, last_speed_mps=2.5, last_course_deg=90.0, last_gps_accuracy_m=4.7)),
    Case("osmand-heading", "OsmAnd's compass",
         lambda: extended("<o:heading>270</o:heading>", o="https://osmand.net"), read(20, "derived-speed", last_heading_deg=270.0)),
    Case("bearing", "a bearing is no compass",
         lambda: extended("<b:TrackPointExtension><b:bearing>270</b:bearing></b:TrackPointExtension>",
             b="http://www.garmin.com/xmlschemas/TrackPointExtension/v2"),
         read(20, "derived-speed", n_heading_deg=0)),
    Case("extension-unknown", "an extension nobody knows", lambda: extended('<y:mood xmlns:y="u">good</y:mood>' + EXTRAS), read(20)),
    # structure
    Case("no-tracks", "an empty document", lambda: gpx(""), "not-an-activity"),
    Case("routes-only", "a planned route", lambda: gpx('<rte><rtept lat="49" lon="8"/></rte>'), "not-an-activity"),
    Case("waypoints-only", "waypoints", lambda: gpx("", waypoints=[Waypoint(49.0, 8.0, at(0), "home")]), "not-an-activity"),
    Case("treadmill-empty", "a treadmill run as Garmin Connect exports it: empty",
         lambda: gpx(track([[]], name="Treadmill", type="treadmill_running")), "no-samples"),
    Case("track-without-segments", "a track that holds nothing", lambda: gpx(track([], name="x")), "no-samples"),
    Case("segments-2", "two segments with a minute between them: a pause", lambda: segmented(0, 70), read(20, pauses=[(9.0, 70.0)])),
    Case("segments-empty", "empty segments between others",
         lambda: gpx(track([[], points(10), [], points(10, first=10), []])), read(20, pauses=[])),
    Case("segments-repeated", "a segment that repeats the one before it",
         lambda: gpx(track([points(), points()])), read(20, counts="duplicate_seconds 20, inversions 1")),
    Case("segments-backward", "the second segment is the earlier one",
         lambda: segmented(10, 0), read(20, counts="inversions 1", pauses=[])),
    Case("tracks-2", "two tracks are two sessions",
         lambda: gpx(track([points()], type="running") + track([points(first=100)], type="walking")), read(40, sessions=2)),
    Case("tracks-one-empty", "an empty track beside a run", lambda: gpx(track([[]]) + track([points()])), read(20)),
    Case("tracks-one-cycling", "a ride beside a run",
         lambda: gpx(track([points()], type="cycling") + track([points(first=100)], type="running")), read(20, "other-sport")),
    Case("cycling", "a ride", lambda: run(kind="cycling"), "not-foot"),
    Case("type-number", "Strava's number for a run", lambda: run(kind="9"), read(20, sport="running")),
    Case("type-unknown", "a type nobody knows", lambda: run(kind="retro-lauf 5"), read(20, sport="running")),
    Case("waypoint-inside", "a waypoint within the run's time is a mark",
         lambda: run(waypoints=(Waypoint(49.0, 8.0, at(5), "backward start"),)), read(20, texts=["running", "backward start"])),
    Case("waypoint-outside", "a waypoint of another day",
         lambda: run(waypoints=(Waypoint(49.0, 8.0, at(86_400), "home"), Waypoint(49.0, 8.0, None, "tree"))),
         read(20, counts="waypoints_outside 2", texts=["running"])),
    Case("point-in-a-point", "a point within a point", lambda: odd_point(inner='<trkpt lat="1" lon="1"/>'), read(20)),
    Case("point-outside-tracks", "points that belong to no track",
         lambda: edited(RUN, ("<trk>", '<trkpt lat="49" lon="8"/><trk>')), read(20)),
    Case("wrong-root", "a root that is another format's", lambda: edited(RUN, ("<gpx ", "<kml "), ("</gpx>", "</kml>")), "unknown-format"),
)
# fmt: on
