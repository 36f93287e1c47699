"""FIT files whose bytes are sound and whose content is odd: clocks, sessions, laps, pauses, units, apps, other kinds of files.

Conventions: see `fit_protocol`; every row is something that a device or a program has written.
"""

from __future__ import annotations

import struct
from typing import Final

from tests.support.fit_writer import Developer, Value, semicircles
from tests.zoo import build_fit as fit
from tests.zoo.build_fit import (
    CYCLING,
    ELLIPTICAL,
    FITNESS_EQUIPMENT,
    RECORD,
    SWIMMING,
    T0,
    TRANSITION,
    TREADMILL,
    UINT8,
    UINT16,
    UINT32,
    VIRTUAL,
    WALKING,
    developed,
    fit_file,
    good,
    head,
    indoors,
    kind,
    lap,
    odd,
    only,
    records,
    says,
    session,
    timer,
)  # fmt: skip
from tests.zoo.case import Case, read

SUFFIX: Final = ".fit"
DAY: Final = 86_400
QZ: Final = bytes.fromhex("3746ce54a9e942b09be9b867f8d20f7d")


def local(offset_s: int, timestamp: int | None = None) -> fit.Part:
    """Write what the watch's own clock showed."""
    time = T0 + 20 if timestamp is None else timestamp
    return says("activity", timestamp=time, local_timestamp=time + offset_s, num_sessions=1, total_timer_time=20.0)


def relative(*behind: fit.Part) -> bytes:
    """Give a run of a watch whose date was never set: its seconds count from switching on."""
    return fit_file(
        head(time_created=None), *(says("record", timestamp=1000 + t, heart_rate=150, cadence=84, speed=2.5) for t in range(20)), *behind
    )


def multisport(*, is_summary_first: bool) -> bytes:
    """Give a swim, a transition, a run: three sessions."""
    summaries = (session(0, 20.0, sport=SWIMMING), session(20, 20.0, sport=TRANSITION), session(40, 20.0))
    samples = records(range(60))
    return fit_file(head(), *summaries, samples) if is_summary_first else fit_file(head(), samples, *summaries)


def stepped(*laps: tuple[int, int]) -> bytes:
    """Give a workout of two named steps, and laps (start, step)."""
    steps = [says("workout_step", message_index=i, wkt_step_name=name, intensity=0) for i, name in enumerate(("forward", "backward"))]
    return good(says("workout", wkt_name="retro"), *steps, *(lap(start, 10.0, wkt_step_index=step) for start, step in laps))


def stryd(units: str = "RPM") -> bytes:
    return good(
        developed(
            ("Power", "Watts", "uint16", 250),
            ("Cadence", units, "uint8", 84),
            ("Ground Time", "Milliseconds", "uint16", 240),
            ("Vertical Oscillation", "Centimeters", "float32", 7.5),
        ),
        n=0,
    )


def titled() -> bytes:
    """Give QZ's session with its title in a developer field."""
    title = Developer(0, 0, "string")
    words = says("field_description", developer_data_index=0, field_definition_number=0, fit_base_type_id=7, field_name="Activity Title")
    summary: dict[str, Value] = {"start_time": T0, "timestamp": T0 + 20, "sport": 1, "sub_sport": TREADMILL, "total_elapsed_time": 20.0}
    return fit_file(
        head(manufacturer=1, serial_number=4711),
        says("developer_data_id", application_id=QZ, developer_data_index=0),
        words,
        only(heart_rate=150, speed=2.5),
        lambda writer: writer.message_with("session", summary, developer={title: "Backward intervals"}),
    )


def app(name: str, units: str, base: str, value: float) -> bytes:
    """Give a run with one developer field."""
    return good(developed((name, units, base, value)), n=0)


def gap(at: int, length_s: int) -> bytes:
    return fit_file(head(), records([*range(at), *range(at + length_s, length_s + 20)]), session(length=length_s + 20.0))


def hr_message() -> fit.Part:
    """Write what a strap has kept and handed on later."""
    return odd(fit.HR, [(0, 2, UINT16), (6, 2, UINT8), (9, 8, UINT32)], struct.pack("<HBBII", 0, 150, 151, 1024, 2048), at=0)


# fmt: off
CASES: Final = (
    # files that are no activity
    Case("settings", "settings of a device", lambda: kind(2, says("user_profile", gender=0, weight=70.0)), "not-an-activity"),
    Case("sport-settings", "settings of a sport", lambda: kind(3), "not-an-activity"),
    Case("workout", "a planned workout", lambda: kind(5, says("workout", wkt_name="retro")), "not-an-activity"),
    Case("course", "a course to follow, with points and times", lambda: kind(6, records()), "not-an-activity"),
    Case("schedule", "a training plan", lambda: kind(7), "not-an-activity"),
    Case("weight", "readings of a scale", lambda: kind(9), "not-an-activity"),
    Case("totals", "totals of a device", lambda: kind(10), "not-an-activity"),
    Case("blood-pressure", "blood pressure", lambda: kind(14), "not-an-activity"),
    Case("monitoring-a", "all-day monitoring", lambda: kind(15), "not-an-activity"),
    Case("monitoring-b", "all-day monitoring: Garmin's bulk export is full of it",
         lambda: kind(32, odd(55, [(253, 4, UINT32), (3, 4, UINT32)], bytes(8))), "not-an-activity"),
    Case("segment", "a segment to race on", lambda: kind(34), "not-an-activity"),
    Case("empty-sound", "a sound file without any message", fit_file, "not-an-activity"),
    Case("makers-own-kind", "a file type of the maker's own, without samples", lambda: kind(0xF7), "not-an-activity"),
    Case("activity-without-content", "an activity without samples and sessions", lambda: kind(4), "no-samples"),
    Case("session-without-length", "a session of no length and no samples", lambda: fit_file(head(), session(0, 0.0)), "no-samples"),
    Case("summary-only", "a session without samples (a treadmill that keeps no series)",
         lambda: fit_file(head(), session(0, 1800.0)), read(0, "no-samples", elapsed_s=1800.0)),
    Case("only-events", "an activity of events", lambda: fit_file(head(), timer(0, 0), timer(20, 4)), "no-samples"),
    # other sports, several sports
    Case("cycling", "a bicycle ride", lambda: fit_file(head(), records(), session(sport=CYCLING)), "not-foot"),
    Case("swimming", "a swim", lambda: fit_file(head(), records(), session(sport=SWIMMING)), "not-foot"),
    Case("walking", "a walk", lambda: fit_file(head(), records(), session(sport=WALKING)), read(20, sport="walking")),
    Case("generic", "a sport nobody named", lambda: fit_file(head(), records(), session(sport=0)), read(20, sport="generic")),
    Case("sport-250", "a sport of a later profile", lambda: fit_file(head(), records(), session(sport=250)), read(20, sport="unknown")),
    Case("sport-missing", "a session that names no sport",
         lambda: fit_file(head(), records(), session(sport=None)), read(20, sport="unknown")),
    Case("elliptical", "an elliptical trainer",
         lambda: fit_file(head(), only(heart_rate=150), session(sport=FITNESS_EQUIPMENT, sub_sport=ELLIPTICAL)),
         read(20, environment="elliptical")),
    Case("indoor-rowing", "a rowing machine",
         lambda: fit_file(head(), only(heart_rate=150), session(sport=FITNESS_EQUIPMENT, sub_sport=14)), "not-foot"),
    Case("multisport-summary-last", "swim, transition, run; the summaries at the end",
         lambda: multisport(is_summary_first=False), read(20, "other-sport", start="2026-05-03T06:12:40+00:00", session_index=2)),
    Case("multisport-summary-first", "swim, transition, run; the summaries at the start",
         lambda: multisport(is_summary_first=True), read(20, "other-sport", start="2026-05-03T06:12:40+00:00", session_index=2)),
    Case("two-runs-in-one-file", "two sessions of one sport",
         lambda: fit_file(head(), records(range(40)), session(0), session(20)), read(40, sessions=2, elapsed_s=20.0)),
    Case("sessions-out-of-order", "the second session is written first",
         lambda: fit_file(head(), records(range(40)), session(20), session(0)), read(40, sessions=2, start="2026-05-03T06:12:00+00:00")),
    Case("sessions-201", "201 sessions, as no race has",
         lambda: fit_file(head(), records(range(300)), *(session(t, 1.0) for t in range(201))), "too-large"),
    # summaries that are missing or lie
    Case("no-session", "samples without a summary", lambda: fit_file(head(), records()), read(20, "no-session", elapsed_s=19.0)),
    Case("no-file-id", "a run that does not say what it is", lambda: fit_file(records(), session()), read(20, maker=None, serial=None)),
    Case("session-too-long", "a summary of nine hours over twenty seconds of samples",
         lambda: fit_file(head(), records(), session(length=32_400.0, total_timer_time=20.0)), read(20, "length", elapsed_s=19.0)),
    Case("session-too-short", "a summary of five seconds",
         lambda: fit_file(head(), records(), session(length=5.0)), read(20, elapsed_s=19.0, timer_s=5.0)),
    Case("timer-beyond-elapsed", "a timer that ran longer than the clock",
         lambda: fit_file(head(), records(), session(total_timer_time=100.0)), read(20, "timer", elapsed_s=20.0, timer_s=20.0)),
    Case("session-start-1989", "a session that starts at the second 0",
         lambda: fit_file(head(), records(), session(start_time=0)), read(20, start="2026-05-03T06:12:00+00:00")),
    Case("session-without-start", "a session known by its end and length",
         lambda: fit_file(head(), records(), session(start_time=None)), read(20, elapsed_s=20.0)),
    Case("distance-planned", "the summary's distance is the planned one: both are kept",
         lambda: fit_file(head(), records(), session(total_distance=5000.0)), read(20, distance_m=5000.0, last_distance_m=47.5)),
    # clocks
    Case("clock-relative", "seconds since switching on, and the local time of one of them",
         lambda: relative(says("activity", timestamp=1020, local_timestamp=T0 + 20)),
         read(20, "clock no-session", start="2026-05-03T06:12:00+00:00")),
    Case("clock-relative-undated", "seconds since switching on, and no date", relative, "no-time"),
    Case("no-times", "samples without any time", lambda: fit_file(head(), odd(RECORD, [(3, 1, UINT8)], b"\x96")), "no-time"),
    Case("clock-1970", "a watch that starts at its epoch",
         lambda: fit_file(head(), *(says("record", timestamp=t, heart_rate=150) for t in range(20))), "no-time"),
    Case("jump-20-days", "one sample twenty days ahead",
         lambda: good(only([20 * DAY], heart_rate=150)), read(20, "jump", counts="bad_time 1")),
    Case("jump-both-sides", "twenty samples, seven hours, twenty samples",
         lambda: fit_file(head(), records([*range(20), *range(25_200, 25_220)]), session(length=25_220.0)), read(40, "jump", sessions=2)),
    Case("hole-5-hours", "a hole of five hours is a pause", lambda: gap(10, 5 * 3600), read(20, pauses=[(9.0, 18_010.0)])),
    Case("two-a-second", "two samples of one second, each with half of the values (Suunto)",
         lambda: fit_file(head(), *(only([t], **column) for t in range(20) for column in ({"heart_rate": 150}, {"speed": 2.5})), session()),
         read(20, counts="duplicate_seconds 20", n_heart_rate_bpm=20, n_speed_mps=20)),
    Case("duplicate-time", "one second twice: the later value counts",
         lambda: good(only([19], heart_rate=160)), read(20, counts="duplicate_seconds 1", last_heart_rate_bpm=160.0)),
    Case("out-of-order", "one sample comes five seconds late",
         lambda: fit_file(head(), records([*range(10), *range(11, 20), 10]), session()),
         read(20, counts="inversions 1", last_distance_m=47.5)),
    Case("backward-in-time", "all samples in reverse",
         lambda: fit_file(head(), records(range(19, -1, -1)), session()), read(20, counts="inversions 19", first_distance_m=0.0)),
    Case("smart-recording", "a sample every seven seconds: no pause",
         lambda: fit_file(head(), records(range(0, 140, 7)), session(length=140.0)), read(20, pauses=[])),
    Case("offset-2-h", "the watch's clock is two hours ahead", lambda: good(local(7200)), read(20, utc_offset_s=7200)),
    Case("offset-5-45", "Nepal", lambda: good(local(20_700)), read(20, utc_offset_s=20_700)),
    Case("offset-minus-11", "Samoa", lambda: good(local(-39_600)), read(20, utc_offset_s=-39_600)),
    Case("offset-dst-fold", "the hour that comes twice: UTC is not in doubt",
         lambda: good(local(3600)), read(20, start="2026-05-03T06:12:00+00:00", utc_offset_s=3600)),
    Case("offset-garbage", "a local time 235,300 hours away",
         lambda: good(says("activity", timestamp=T0 + 20, local_timestamp=20)), read(20, utc_offset_s=None)),
    Case("offset-22-minutes", "a local time 22 minutes away", lambda: good(local(22 * 60)), read(20, utc_offset_s=None)),
    Case("offset-15-hours", "a local time beyond the last zone", lambda: good(local(15 * 3600)), read(20, utc_offset_s=None)),
    # samples
    Case("point-at-0-0", "one position at 0, 0, as games and exporters write it",
         lambda: good(records([20], position_lat=0, position_long=0)), read(21, counts="bad_coord 1", n_latitude_deg=20)),
    Case("equator", "a latitude of exactly 0 is a place",
         lambda: fit_file(head(), records(position_lat=0), session()), read(20, n_latitude_deg=20)),
    Case("latitude-181", "a latitude beyond the pole",
         lambda: good(records([20], position_lat=semicircles(91.0))), read(21, counts="bad_coord 1")),
    Case("longitude-missing", "half a position", lambda: good(records([20], position_long=None)), read(21, counts="bad_coord 1")),
    Case("heart-rate-0", "a heart rate of 0 is none",
         lambda: fit_file(head(), records(heart_rate=0), session()), read(20, counts="bad_heart_rate_bpm 20", n_heart_rate_bpm=0)),
    Case("standing-still", "speed 0 and cadence 0 are measurements",
         lambda: good(records([20], speed=0.0, cadence=0)), read(21, last_speed_mps=0.0, last_cadence_spm=0.0)),
    Case("cadence-fraction", "half a stride in a field of its own",
         lambda: fit_file(head(), records(fractional_cadence=0.5), session()), read(20, last_cadence_spm=169.0, cadence_basis="writer")),
    Case("cadence-in-steps", "a maker nobody knows counts steps",
         lambda: fit_file(head(manufacturer=0), records(cadence=168), session()),
         read(20, last_cadence_spm=168.0, cadence_basis="median", cadence_factor=1.0)),
    Case("cadence-in-strides", "a maker nobody knows counts strides",
         lambda: fit_file(head(manufacturer=0), records(cadence=84), session()),
         read(20, last_cadence_spm=168.0, cadence_basis="median", cadence_factor=2.0)),
    Case("cadence-by-cycles", "the summary's strides settle an ambiguous cadence",
         lambda: fit_file(head(manufacturer=0), records(cadence=120, speed=1.5), session(total_cycles=20)),
         read(20, last_cadence_spm=120.0, cadence_basis="total-cycles")),
    Case("cadence-ambiguous", "120 a minute at a walk's speed, and nothing that tells",
         lambda: fit_file(head(manufacturer=0), records(cadence=120, speed=1.5), session()),
         read(20, "cadence-unit", cadence_basis="unknown", last_cadence_spm=120.0)),
    Case("cadence-spoofed-maker", "a program writes steps in a watch maker's name",
         lambda: fit_file(head(), records(cadence=176), session()), read(20, last_cadence_spm=176.0, cadence_factor=1.0)),
    Case("speed-in-old-and-new-field", "the enhanced speed beside an empty old one",
         lambda: indoors(speed=None, enhanced_speed=2.5), read(20, last_speed_mps=2.5)),
    Case("speed-compressed", "speed and distance in three bytes (FR70)",
         lambda: indoors(compressed_speed_distance=lambda t: bytes([250, (t * 40 & 15) << 4, t * 40 >> 4 & 255])),
         read(20, last_speed_mps=2.5, last_distance_m=47.5)),
    Case("speed-array", "several speeds in one sample",
         lambda: good(odd(RECORD, [(6, 4, UINT16)], struct.pack("<HH", 2600, 2700), at=20)), read(21, last_speed_mps=2.6)),
    Case("speed-20-mps", "faster than anybody runs",
         lambda: good(records([20], speed=20.0)), read(21, counts="bad_speed_mps 1", most_speed_mps=2.5)),
    Case("fields-100-and-200", "a sample with fields nobody knows",
         lambda: good(odd(RECORD, [(100, 2, UINT16), (200, 4, UINT32)], bytes(6), at=20)), read(21)),
    Case("altitude-enhanced-only", "the newer altitude alone", lambda: indoors(enhanced_altitude=512.0), read(20, last_altitude_m=512.0)),
    Case("stance-time-invalid-when-walking", "no ground contact time while walking",
         lambda: indoors(stance_time=lambda t: 240.0 if t < 10 else None, activity_type=lambda t: 1 if t < 10 else 6),
         read(20, n_stance_time_s=10, last_stance_time_s=0.24)),
    Case("distance-falls", "the distance starts again from zero",
         lambda: fit_file(head(), only(heart_rate=150, distance=lambda t: 2.5 * (t % 10)), session()),
         read(20, "derived-speed", n_speed_mps=18)),
    # treadmills
    Case("treadmill-no-distance", "a treadmill with speed and no distance",
         lambda: indoors(speed=2.5, cadence=84), read(20, environment="treadmill", speed_basis="watch-model", last_speed_mps=2.5)),
    Case("treadmill-no-speed", "a treadmill with distance and no speed",
         lambda: indoors(distance=lambda t: 2.5 * t), read(20, "derived-speed", last_speed_mps=2.5)),
    Case("treadmill-contradicts-itself", "the distance says twice what the speed says: both are kept",
         lambda: indoors(speed=1.25, distance=lambda t: 2.5 * t), read(20, last_speed_mps=1.25, last_distance_m=47.5)),
    Case("treadmill-incline", "grade is what no watch writes: a belt",
         lambda: indoors(speed=2.5, grade=4.0), read(20, speed_basis="belt", last_grade_ratio=0.04)),
    Case("treadmill-decline", "a negative incline", lambda: indoors(speed=2.5, grade=-3.0), read(20, last_grade_ratio=-0.03)),
    Case("qz", "qdomyos-zwift by its constant serial: the belt's speed, steps as received",
         lambda: indoors(maker={"manufacturer": 255, "product": 1, "serial_number": 12345}, speed=2.5, cadence=168),
         read(20, speed_basis="belt", cadence_factor=1.0, serial=None)),
    Case("qz-walking", "the same program calls a slow run a walk",
         lambda: fit_file(head(manufacturer=255, product=1, serial_number=12345), only(heart_rate=120, speed=1.4), session(sport=WALKING,
             sub_sport=TREADMILL)),
         read(20, sport="walking", environment="treadmill", speed_basis="belt")),
    Case("qz-clocks-swapped", "its local time is the end in UTC: a run of an hour is no zone",
         lambda: fit_file(head(manufacturer=255, product=1, serial_number=12345), only(range(0, 3600, 60), heart_rate=120, speed=2.0),
             session(length=3600.0, sub_sport=TREADMILL), says("activity", timestamp=T0, local_timestamp=T0 + 3600)),
         read(60, utc_offset_s=None)),
    Case("zwift", "positions of a world that is none",
         lambda: fit_file(head(manufacturer=260, product=0, serial_number=None), records(), session(sub_sport=VIRTUAL)),
         read(20, counts="virtual_positions 20", n_latitude_deg=0, speed_basis="belt")),
    Case("virtual-run", "a virtual run of another maker",
         lambda: fit_file(head(), records(), session(sub_sport=VIRTUAL)), read(20, counts="virtual_positions 20", environment="treadmill")),
    # who wrote it
    Case("serial-missing", "no serial number", lambda: fit_file(head(serial_number=None), records(), session()), read(20, serial=None)),
    Case("serial-2147483647", "Stryd's serial number for everybody",
         lambda: fit_file(head(manufacturer=95, serial_number=2147483647), records(), session()), read(20, serial=None, maker="stryd")),
    Case("product-unknown", "a product of a later profile",
         lambda: fit_file(head(product=65_000), records(), session()), read(20, maker="garmin", product="65000")),
    Case("maker-unknown", "a maker of a later profile",
         lambda: fit_file(head(manufacturer=9999), records(), session()), read(20, maker="manufacturer 9999", cadence_basis="median")),
    # laps, pauses, words
    Case("laps-out-of-order", "the second lap is written first",
         lambda: good(lap(10, 10.0), lap(0, 10.0)), read(20, laps=[(0.0, 10.0), (10.0, 20.0)])),
    Case("laps-first", "laps before the samples",
         lambda: fit_file(head(), lap(0, 10.0), lap(10, 10.0), records(), session()), read(20, laps=[(0.0, 10.0), (10.0, 20.0)])),
    Case("lap-1989", "a lap at the second 0", lambda: good(lap(-T0, 10.0), lap(0, 20.0)), read(20, counts="bad_lap 1", laps=[(0.0, 20.0)])),
    Case("lap-of-no-length", "a lap pressed twice", lambda: good(lap(10, 0.0)), read(20, laps=[(10.0, 10.0)])),
    Case("lap-without-times", "a lap that says nothing", lambda: good(says("lap", message_index=0, intensity=0)), read(20, laps=[])),
    Case("pause-manual", "stop and go",
         lambda: fit_file(head(), timer(0, 0), records([*range(10), *range(40, 50)]), timer(10, 4), timer(40, 0), timer(50, 4),
             session(length=50.0, total_timer_time=20.0)),
         read(20, pauses=[(10.0, 40.0)], timer_s=20.0)),
    Case("pause-auto", "the watch pauses by itself",
         lambda: fit_file(head(), timer(0, 0), records([*range(10), *range(40, 50)]), timer(10, 1, 1), timer(40, 0, 1), timer(50, 4),
             session(length=50.0, total_timer_time=20.0)),
         read(20, pauses=[(10.0, 40.0)])),
    Case("pause-never-ended", "stopped, and never started again", lambda: good(timer(0, 0), timer(15, 4)), read(20, pauses=[(15.0, 20.0)])),
    Case("start-twice", "two starts without a stop", lambda: good(timer(0, 0), timer(5, 0), timer(20, 4)), read(20, pauses=[])),
    Case("workout-steps", "laps of named steps", lambda: stepped((0, 0), (10, 1)), read(20, texts=["forward", "backward", "retro"])),
    Case("workout-step-missing", "a lap of a step that is not there",
         lambda: stepped((0, 0), (10, 7)), read(20, texts=["forward", "retro"])),
    Case("profile-name", "the runner's own activity profile",
         lambda: fit_file(head(), records(), session(sport_profile_name="Retro run")), read(20, texts=["Retro run"])),
    Case("profile-name-blank", "a profile's name of blanks",
         lambda: fit_file(head(), records(), session(sport_profile_name="   ")), read(20, texts=[])),
    Case("words-of-every-script", "a name in four scripts and an emoji",
         lambda: fit_file(head(), records(), session(sport_profile_name="Rückwärts 倒走 뒤로 задом 🏃")),
         read(20, texts=["Rückwärts 倒走 뒤로 задом 🏃"])),
    # developer fields
    Case("stryd", "Stryd's fields in Stryd's units",
         stryd, read(20, last_cadence_spm=168.0, last_stance_time_s=0.24, last_vertical_oscillation_m=0.075, last_power_w=250.0)),
    Case("stryd-2016", "a walk's cadence of an app that says that it counts steps, on a watch that counts strides",
         lambda: app("Cadence", "SPM", "uint8", 104), read(20, last_cadence_spm=104.0, cadence_basis="units")),
    Case("runscribe", "fields without names: they feed nothing", lambda: app("", "", "uint16", 250), read(20, n_power_w=0)),
    Case("units-missing", "a power without units", lambda: app("Power", "", "uint16", 250), read(20, n_power_w=0)),
    Case("units-unknown", "a stance time in furlongs", lambda: app("Stance Time", "furlongs", "uint16", 250), read(20, n_stance_time_s=0)),
    Case("developer-scale", "a developer field with a scale of ten",
         lambda: good(developed(("Power", "W", "uint16", 2500)), odd(206, [(0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (6, 1, UINT8)],
             b"\0\5\2\x0a"), n=0),
         read(20, last_power_w=2500.0)),
    Case("qz-title", "QZ's title in a developer field of the session", titled, read(20, texts=["Backward intervals"], speed_basis="belt")),
    Case("retro-dir", "our own field: the first true direction", lambda: app("retro_dir", "", "sint8", -1), read(20, last_retro_dir=-1.0)),
    Case("compass", "RawLogger's compass in radians",
         lambda: app("Sens.Heading", "rad", "float32", 3.141592653589793), read(20, last_heading_deg=180.0)),
    Case("course-not-compass", "RawLogger's course over ground is no compass",
         lambda: app("Pos.Heading", "rad", "float32", 3.141592653589793), read(20, n_heading_deg=0, last_course_deg=180.0)),
    Case("core-temperature", "a field named like a native one",
         lambda: app("core_temperature", "C", "float32", 38.1), read(20, n_temperature_degc=0, last_core_temperature_degc=38.1)),
    # messages beside the samples
    Case("strap-messages", "heart beats that a strap has kept and handed on", lambda: good(hr_message()), read(20)),
    Case("strap-only", "a strap's heart beats without a session", lambda: fit_file(head(), hr_message()), "no-samples"),
    Case("hrv", "times between beats", lambda: good(odd(78, [(0, 10, UINT16)], struct.pack("<5H", 400, 401, 402, 65535, 65535))),
         read(20, beats=3)),
    Case("splits", "Garmin's run, walk and stand detection",
         lambda: good(odd(fit.SPLIT, [(0, 1, 0), (1, 4, UINT32), (9, 4, UINT32)], struct.pack("<BII", 17, 20_000, T0))),
         read(20, splits=[(0.0, 20.0, "rwd_run")])),
    Case("accelerometer", "raw counts of an accelerometer",
         lambda: good(odd(165, [(0, 2, UINT16), (1, 8, UINT16), (2, 8, UINT16), (3, 8, UINT16), (4, 8, UINT16)], bytes(34), at=0)),
         read(20, n_accelerometer=4, unit_accelerometer="counts")),
    Case("sled", "a strength set named backward drag",
         lambda: good(odd(fit.SET, [(7, 2, UINT16), (8, 2, UINT16)], struct.pack("<HH", 45, 0))), read(20, counts="bad_split 1")),
)
# fmt: on
