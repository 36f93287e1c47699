"""TCX files: laps, notes, distances, cadences, clocks, hostile XML, other content.

Conventions: "a run" is twenty track points of one lap, a second apart, with position, heart rate, speed and the extension's cadence.
"""

from __future__ import annotations

from typing import Final

from tests.support.tcx_writer import TCX_2, TcxLap, activity, stamp, tcx
from tests.zoo.build_xml import START, at, edited, odd_trackpoint, tcx_lap, tcx_run, trackpoints
from tests.zoo.case import Case, read

SUFFIX: Final = ".tcx"
RUN: Final = tcx_run()
BELT: Final = trackpoints(latitude_deg=None, longitude_deg=None, altitude_m=None)


def document(inner: str) -> bytes:
    return f'<?xml version="1.0"?><TrainingCenterDatabase xmlns="{TCX_2}">{inner}</TrainingCenterDatabase>'.encode()


def two_laps(*, restarts: bool = False, **second: object) -> bytes:
    """Give two laps of ten seconds; the distance may start again with the second."""
    behind = [point._replace(distance_m=2.5 * i if restarts else point.distance_m) for i, point in enumerate(trackpoints(10, first=10))]
    return tcx_run(tcx_lap(trackpoints(10), total_s=10.0), tcx_lap(behind, start=10.0, total_s=10.0)._replace(**second))  # type: ignore[arg-type]


def two_tracks() -> bytes:
    """Give one lap of two tracks with half a minute between them."""
    return tcx_run(TcxLap(START, 20.0, [trackpoints(10), trackpoints(10, first=40)]))


def multisport() -> bytes:
    ride = activity([tcx_lap()], start=START, sport="Biking")
    run = activity([tcx_lap(trackpoints(first=60), start=60.0)], start=at(60))
    return document(
        f"<Activities><MultiSportSession><Id>{stamp(START)}</Id><FirstSport>{ride}</FirstSport><NextSport>{run}</NextSport></MultiSportSession></Activities>"
    ).replace(b"<TrainingCenterDatabase ", b'<TrainingCenterDatabase xmlns:ns3="u" xmlns:xsi="v" ')


# fmt: off
CASES: Final = (
    Case("good", "a sound run",
         lambda: RUN, read(20, sport="running", last_cadence_spm=168.0, cadence_basis="median", elapsed_s=20.0, distance_m=50.0)),
    Case("encoding-unicode-escape", "a codec that is none of letters",
         lambda: edited(RUN, ("UTF-8", "unicode_escape")), "encoding"),
    # laps and words
    Case("laps-2", "two laps", two_laps, read(20, laps=[(0.0, 10.0), (10.0, 20.0)], last_distance_m=47.5)),
    Case("lap-notes", "words of a lap", lambda: two_laps(notes="backward"), read(20, texts=["backward"])),
    Case("activity-notes", "words of the whole run", lambda: tcx_run(notes="retro run"), read(20, texts=["retro run"])),
    Case("notes-of-blanks", "notes that say nothing", lambda: tcx_run(tcx_lap(notes="  \n ")), read(20, texts=[])),
    Case("lap-distance-restarts", "the distance starts from zero in each lap",
         lambda: two_laps(restarts=True), read(20, "lap-distance", last_distance_m=45.0)),
    Case("lap-distance-of-lap", "the distance of the lap in its head, cumulative in its points: nothing is added twice",
         two_laps, read(20, distance_m=50.0, most_distance_m=47.5)),
    Case("lap-start-wrong-year", "a lap that starts in 1989",
         lambda: edited(RUN, ('StartTime="2026', 'StartTime="1989')), read(20, laps=[(0.0, 20.0)])),
    Case("lap-without-start", "a lap without a start",
         lambda: edited(RUN, (' StartTime="' + stamp(START) + '"', "")), read(20, laps=[(0.0, 20.0)])),
    Case("lap-of-no-length", "a lap pressed twice",
         lambda: tcx_run(tcx_lap(), tcx_lap([], start=20.0, total_s=0.0)), read(20, elapsed_s=20.0)),
    Case("laps-repeated", "the same lap twice",
         lambda: tcx_run(tcx_lap(), tcx_lap()), read(20, counts="duplicate_seconds 20, inversions 1", last_distance_m=47.5)),
    Case("laps-out-of-order", "the second lap is written first",
         lambda: tcx_run(tcx_lap(trackpoints(10, first=10), start=10.0, total_s=10.0), tcx_lap(trackpoints(10), total_s=10.0)),
         read(20, counts="inversions 1", start="2026-05-03T06:12:00+00:00", first_distance_m=0.0, last_distance_m=47.5)),
    Case("laps-only", "a treadmill that writes laps without points",
         lambda: tcx_run(tcx_lap([], total_s=600.0)), read(0, "no-samples", elapsed_s=600.0)),
    Case("laps-without-length", "laps without points and times", lambda: tcx_run(tcx_lap([], total_s=0.0)), "no-samples"),
    Case("tracks-2", "two tracks in a lap: a pause", two_tracks, read(20, pauses=[(9.0, 40.0)])),
    # samples
    Case("treadmill", "no positions, and a program that writes the belt's speed",
         lambda: tcx_run(tcx_lap(BELT), creator="QDomyos-Zwift"), read(20, environment="treadmill", speed_basis="belt", n_latitude_deg=0)),
    Case("treadmill-garmin", "no positions, and a watch that invents the speed",
         lambda: tcx_run(tcx_lap(BELT), creator="Forerunner 935"),
         read(20, environment="indoor", speed_basis="watch-model", maker="garmin")),
    Case("no-position-no-creator", "no positions, and nobody says who wrote it",
         lambda: tcx_run(tcx_lap(BELT)), read(20, environment="indoor", speed_basis="unknown")),
    Case("no-speed", "distance and no speed",
         lambda: tcx_run(tcx_lap(trackpoints(speed_mps=None))), read(20, "derived-speed", last_speed_mps=2.5)),
    Case("no-speed-no-distance", "positions only",
         lambda: tcx_run(tcx_lap(trackpoints(speed_mps=None, distance_m=None))), read(20, "derived-speed", last_speed_mps=2.48)),
    Case("distance-useless", "a distance that never grows",
         lambda: tcx_run(tcx_lap(trackpoints(distance_m=0.0))), read(20, last_speed_mps=2.5, most_distance_m=0.0)),
    Case("cadence-in-both-places", "two cadences: the extension's counts",
         lambda: tcx_run(tcx_lap(trackpoints(cadence=60))), read(20, last_cadence_spm=168.0)),
    Case("cadence-in-core-only", "the old place of cadence",
         lambda: tcx_run(tcx_lap(trackpoints(cadence=84, run_cadence=None))), read(20, last_cadence_spm=168.0)),
    Case("cadence-doubled", "a treadmill program counts steps",
         lambda: tcx_run(tcx_lap(trackpoints(run_cadence=168))), read(20, last_cadence_spm=168.0, cadence_factor=1.0)),
    Case("cadence-of-a-garmin", "a Garmin watch counts strides",
         lambda: tcx_run(creator="Garmin Forerunner 935"), read(20, last_cadence_spm=168.0, cadence_basis="writer")),
    Case("watts", "power", lambda: tcx_run(tcx_lap(trackpoints(watts=250))), read(20, last_power_w=250.0)),
    Case("heart-rate-0", "a heart rate of 0 is none",
         lambda: tcx_run(tcx_lap(trackpoints(heart_rate_bpm=0))), read(20, n_heart_rate_bpm=0)),
    Case("speed-negative", "a negative speed is none: no format has a direction",
         lambda: odd_trackpoint(speed_mps=-2.5), read(20, counts="bad_speed_mps 1")),
    Case("speed-text", "a speed in words",
         lambda: edited(RUN, ("<ns3:Speed>2.5<", "<ns3:Speed>fast<"), count=1), read(20, counts="bad_speed_mps 1")),
    Case("latitude-999", "a latitude of 999", lambda: odd_trackpoint(latitude_deg=999.0), read(20, counts="bad_coord 1")),
    # clocks
    Case("time-missing-once", "one point without a time", lambda: odd_trackpoint(time=""), read(19, counts="bad_time 1")),
    Case("time-missing", "no times at all",
         lambda: edited(tcx_run(tcx_lap(trackpoints(time=""))), ('StartTime="' + stamp(START), 'StartTime="')), "no-samples"),
    Case("time-polar", "Polar's local times with a zone",
         lambda: tcx_run(tcx_lap([point._replace(time=stamp(point.time).replace("Z", "+02:00")) for point in trackpoints()],
             start=-7200.0)),
         read(20, start="2026-05-03T04:12:00+00:00", utc_offset_s=7200)),
    Case("time-naive", "times without a zone",
         lambda: tcx_run(tcx_lap([point._replace(time=stamp(point.time)[:-1]) for point in trackpoints()])),
         read(20, "naive-time", counts="naive_time 20")),
    Case("jump-20-days", "twenty points, twenty days, twenty points",
         lambda: tcx_run(tcx_lap([*trackpoints(), *(point._replace(distance_m=50.0) for point in trackpoints(first=20 * 86_400,
             longitude_deg=8.0))])),
         read(40, "split", sessions=2)),
    # several activities, other content
    Case("activities-2", "two runs in one file",
         lambda: tcx(activity([tcx_lap()], start=START), activity([tcx_lap(trackpoints(first=100), start=100.0)], start=at(100))),
         read(40, sessions=2)),
    Case("multisport", "a ride and a run in one session", multisport, read(20, "other-sport", start="2026-05-03T06:13:00+00:00")),
    Case("biking", "a ride", lambda: tcx_run(sport="Biking"), "not-foot"),
    Case("other", "a sport called Other", lambda: tcx_run(sport="Other"), read(20, sport="unknown")),
    Case("sport-missing", "no sport", lambda: edited(RUN, (' Sport="Running"', "")), read(20, sport="unknown")),
    Case("course", "a course to follow",
         lambda: document("<Courses><Course><Name>x</Name><Track><Trackpoint/></Track></Course></Courses>"), "not-an-activity"),
    Case("workout", "a planned workout",
         lambda: document("<Workouts><Workout Sport='Running'><Name>x</Name></Workout></Workouts>"), "not-an-activity"),
    Case("history", "a history without activities", lambda: document("<History/>"), "not-an-activity"),
    Case("empty", "an empty document", lambda: document(""), "not-an-activity"),
    Case("version-1", "Training Center XML 1: its laps are no activities",
         lambda: b'<?xml version="1.0"?><TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v1"><History><Running><Run/></Running></History></TrainingCenterDatabase>',
         "not-an-activity"),
    # names
    Case("namespace-missing", "no namespace at all", lambda: edited(RUN, (f' xmlns="{TCX_2}"', "")), read(20)),
    Case("prefix-for-all", "a prefix for TCX itself",
         lambda: edited(RUN, ("<", "<t:"), ("<t:/", "</t:"), ("<t:?", "<?"), ("<t:ns3:", "<ns3:"), ("</t:ns3:", "</ns3:"), (" xmlns=",
             " xmlns:t=")),
         read(20)),
    Case("prefix-undeclared", "the extension's prefix is declared nowhere",
         lambda: edited(RUN, (' xmlns:ns3="http://www.garmin.com/xmlschemas/ActivityExtension/v2"', "")),
         read(20, "undeclared-prefix", last_speed_mps=2.5)),
    Case("extension-without-prefix", "the extension without its namespace",
         lambda: edited(RUN, ("ns3:TPX", "TPX"), ("ns3:Speed", "Speed"), ("ns3:RunCadence", "RunCadence")),
         read(20, last_speed_mps=2.5, last_cadence_spm=168.0)),
    # XML as a weapon, damage
    Case("doctype", "an entity that is a file of this machine",
         lambda: edited(RUN, ('?>\n', '?>\n<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>')), "doctype"),
    Case("deep-100000", "100,000 elements within each other",
         lambda: edited(RUN, ("<Activities>", "<a>" * 100_000 + "</a>" * 100_000 + "<Activities>")), "xml-limit"),
    Case("deep-in-a-point", "1,000 elements within each other in a point",
         lambda: edited(RUN, ("<Extensions>", "<a>" * 1000 + "</a>" * 1000 + "<Extensions>"), count=1), "xml-limit"),
    Case("laps-100001", "100,001 empty laps",
         lambda: document("<Activities><Activity Sport='Running'>" + "<Lap/>" * 100_001 + "</Activity></Activities>"), "xml-limit"),
    Case("activities-10001", "10,001 empty activities",
         lambda: document("<Activities>" + "<Activity/>" * 10_001 + "</Activities>"), "xml-limit"),
    Case("truncated", "the file breaks off in the eleventh point",
         lambda: RUN[: RUN.index(stamp(at(10)).encode())], read(10, "truncated"), "truncated"),
    Case("truncated-head", "the file breaks off in its first element", lambda: RUN[:70], "truncated"),
    Case("trailing-zeros", "zeros behind the end", lambda: RUN + bytes(100), read(20, "trailing-bytes"), "trailing-bytes"),
    Case("utf-16", "UTF-16 with its mark", lambda: edited(RUN, ("UTF-8", "UTF-16")).decode().encode("utf-16"), read(20)),
    Case("blanks-first", "blanks before the declaration (Garmin Connect wrote such)", lambda: b"          " + RUN, read(20)),
)
# fmt: on
