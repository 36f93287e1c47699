"""TCX: laps and their notes, the two places of cadence, distances that start again, and no bytes that break the reader."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import NotAnActivityError, ReadError
from importer.readers.tcx import read_tcx
from importer.values.activity import Activity, CadenceBasis, Device, Environment, Place, SpeedBasis
from tests.support.tcx_writer import TcxLap, Trackpoint, activity, tcx

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def points(
    first_s: int, end_s: int, *, speed_mps: float = 2.5, run_cadence: int | None = None, is_outdoors: bool = True, **values: Any
) -> list[Trackpoint]:
    return [
        Trackpoint(
            at(i),
            49.0 + i * 2e-5 if is_outdoors else None,
            8.0 if is_outdoors else None,
            distance_m=speed_mps * i,
            speed_mps=speed_mps,
            run_cadence=run_cadence,
            **values,
        )
        for i in range(first_s, end_s)
    ]


def lap(first_s: int, end_s: int, *, notes: str | None = None, **values: Any) -> TcxLap:
    return TcxLap(at(first_s), float(end_s - first_s), [points(first_s, end_s, **values)], 2.5 * (end_s - first_s), notes=notes)


def outcome(data: bytes) -> tuple[Activity, ...] | ReadError:
    try:
        return read_tcx(data)
    except ReadError as error:
        return error


def only(data: bytes) -> Activity:
    (found,) = read_tcx(data)
    return found


def test_points_laps_notes_and_device_are_read():
    laps = [lap(0, 60, run_cadence=84, heart_rate_bpm=150), lap(60, 90, run_cadence=92, notes="rückwärts"), lap(90, 150, run_cadence=84)]
    found = only(tcx(activity(laps, start=START, notes="retro <run>", creator="Forerunner 935")))
    assert (found.start, len(found), found.elapsed_s, found.timer_s) == (START, 150, 150.0, 150.0)
    assert found.columns["heart_rate_bpm"][:60].tolist() == [150.0] * 60
    assert np.isnan(found.columns["heart_rate_bpm"][60:]).all()
    assert found.columns["cadence_spm"][[0, 70]].tolist() == [168.0, 184.0]
    assert (found.cadence_basis, found.cadence_factor) == (CadenceBasis.WRITER, 2.0)
    assert [(row.start_s, row.end_s, row.trigger, row.intensity, row.distance_m) for row in found.laps] == [
        (0.0, 60.0, "manual", "active", 150.0),
        (60.0, 90.0, "manual", "active", 75.0),
        (90.0, 150.0, "manual", "active", 150.0),
    ]
    assert [tuple(text) for text in found.texts] == [
        (Place.LAP_NOTES, "rückwärts", 60.0, 90.0),
        (Place.ACTIVITY_NOTES, "retro <run>", None, None),
    ]
    assert found.device == Device("garmin", "Forerunner 935", 3_900_000_001, "9.40")
    assert (found.sport, found.speed_basis, found.environment, found.distance_m) == ("running", SpeedBasis.GPS, Environment.OUTDOOR, 375.0)


@pytest.mark.parametrize(
    "cell",
    ["<TPX xmlns='{0}'><Speed>3.5</Speed></TPX>", "<x:TPX xmlns:x='{0}'><x:Speed>3.5</x:Speed></x:TPX>", "<TPX><Speed>3.5</Speed></TPX>"],
)
def test_the_extension_is_read_under_any_prefix_and_without_a_namespace(cell: str):
    uri = "http://www.garmin.com/xmlschemas/ActivityExtension/v2"
    data = tcx(activity([lap(0, 20)], start=START)).replace(b"<ns3:TPX><ns3:Speed>2.5</ns3:Speed></ns3:TPX>", cell.format(uri).encode())
    assert only(data).columns["speed_mps"].tolist() == [3.5] * 20


def test_run_cadence_wins_over_cadence_and_both_may_be_mixed():
    mixed = points(0, 30, run_cadence=85, cadence=60) + points(30, 60, cadence=86)
    found = only(tcx(activity([TcxLap(START, 60.0, [mixed])], start=START, creator="Garmin Forerunner 945")))
    assert found.columns["cadence_spm"][[0, 45]].tolist() == [170.0, 172.0]


def test_steps_in_run_cadence_are_not_doubled():
    found = only(tcx(activity([lap(0, 60, run_cadence=168, is_outdoors=False)], start=START, creator="Treadmill app")))
    assert found.columns["cadence_spm"][0] == 168.0
    assert found.cadence_factor == 1.0
    assert (found.speed_basis, found.environment) == (SpeedBasis.BELT, Environment.TREADMILL)


def test_a_garmin_watch_without_positions_has_a_modelled_speed():
    found = only(tcx(activity([lap(0, 60, run_cadence=84, is_outdoors=False)], start=START, creator="Garmin Forerunner 945")))
    assert (found.speed_basis, found.environment) == (SpeedBasis.WATCH_MODEL, Environment.INDOOR)


@pytest.mark.parametrize("element", [b"<ns3:TPX", b"<ns3:RunCadence"])
def test_a_footpod_that_the_points_name_supplies_the_speed_without_positions(element: bytes):
    data = tcx(activity([lap(0, 60, run_cadence=84, is_outdoors=False)], start=START, creator="Garmin Forerunner 945"))
    named = data.replace(element, element + b' CadenceSensor="Footpod"')
    assert only(named).speed_basis is SpeedBasis.FOOTPOD
    assert only(named).columns["cadence_spm"][0] == 168.0
    assert only(data.replace(element, element + b' CadenceSensor="Bike"')).speed_basis is SpeedBasis.WATCH_MODEL
    wide = named.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert only(wide).speed_basis is SpeedBasis.FOOTPOD
    assert only(named.replace(b"Garmin Forerunner 945", b"qdomyos-zwift")).speed_basis is SpeedBasis.BELT


def test_a_footpod_of_one_activity_is_none_of_the_next():
    first = activity([lap(0, 30, run_cadence=84, is_outdoors=False)], start=START, creator="Forerunner 945")
    first = first.replace("<ns3:TPX>", '<ns3:TPX CadenceSensor="Footpod">')
    second = activity([lap(40, 70, run_cadence=84, is_outdoors=False)], start=at(40), creator="Forerunner 945")
    third = first.replace("06:12", "07:12")
    assert [found.speed_basis for found in read_tcx(tcx(first, second, third))] == [
        SpeedBasis.FOOTPOD, SpeedBasis.WATCH_MODEL, SpeedBasis.FOOTPOD,
    ]  # fmt: skip


def test_a_distance_that_never_grows_is_no_source_of_speed():
    zeros = [point._replace(speed_mps=None, distance_m=0.0) for point in points(0, 40)]
    found = only(tcx(activity([TcxLap(START, 40.0, [zeros])], start=START)))
    assert found.columns["speed_mps"] == pytest.approx(2.22, abs=0.01)
    assert "positions" in found.notes[0]
    indoors = [point._replace(latitude_deg=None, longitude_deg=None) for point in zeros]
    assert "speed_mps" not in only(tcx(activity([TcxLap(START, 40.0, [indoors])], start=START))).columns


def test_laps_in_another_time_zone_than_their_points_start_with_their_points():
    shifted = [TcxLap(at(first - 3600), 60.0, [points(first, first + 60)], notes=f"lap {first}") for first in (0, 60)]
    found = only(tcx(activity(shifted, start=at(-3600))))
    assert (found.start, found.elapsed_s) == (START, 120.0)
    assert [(row.start_s, row.end_s) for row in found.laps] == [(0.0, 60.0), (60.0, 120.0)]
    assert found.notes[0].startswith("lap-zone:")
    waited = only(tcx(activity([TcxLap(at(-700), 760.0, [points(0, 60)])], start=at(-700))))
    assert (waited.start, waited.notes) == (at(-700), ())


def test_offsets_of_the_points_are_respected_as_they_are_written():
    data = tcx(activity([lap(0, 20)], start=START))
    local = data.replace(b"<Time>2026-05-03T06:", b"<Time>2026-05-03T07:").replace(b".000Z</Time>", b".000+01:00</Time>")
    found = only(local)
    assert (found.start, len(found), found.utc_offset_s, found.utc_offset_basis) == (START, 20, 3600, "times")


def test_naive_times_are_utc_with_a_note():
    found = only(tcx(activity([lap(0, 20)], start=START)).replace(b".000Z</Time>", b"</Time>"))
    assert (found.start, found.utc_offset_s, found.counts["naive_time"]) == (START, None, 20)
    assert any(note.startswith("naive-time:") for note in found.notes)


def test_the_id_is_the_start_where_no_lap_has_one():
    data = tcx(activity([lap(20, 60)], start=START)).replace(b'StartTime="2026-05-03T06:12:20.000Z"', b"")
    assert only(data).start == at(20)
    without_laps = data.replace(b"<Lap >", b"").replace(b"</Lap>", b"")
    without_laps = without_laps.replace(b"<TotalTimeSeconds>40.0</TotalTimeSeconds>", b"")
    found = only(without_laps)
    assert (found.start, found.t_s[0], found.laps) == (START, 20.0, ())


def test_points_that_laps_share_are_one_and_repeated_tracks_add_nothing():
    found = only(tcx(activity([lap(0, 31), TcxLap(at(30), 30.0, [points(30, 60)], 75.0)], start=START)))
    assert (len(found), found.counts) == (60, {"duplicate_seconds": 1})
    twice = only(tcx(activity([TcxLap(START, 30.0, [points(0, 30), points(0, 30)], 75.0)], start=START)))
    assert (len(twice), twice.pauses, twice.counts) == (30, (), {"inversions": 1, "duplicate_seconds": 30})


def test_speed_comes_from_the_distance_where_there_is_none():
    bare = [point._replace(speed_mps=None) for point in points(0, 40)]
    found = only(tcx(activity([TcxLap(START, 40.0, [bare])], start=START)))
    assert found.columns["speed_mps"] == pytest.approx(2.5)
    assert found.notes[0].startswith("derived-speed:")


def test_a_distance_that_starts_again_in_each_lap_is_added_up():
    again = [[point._replace(distance_m=2.5 * i, speed_mps=None) for i, point in enumerate(points(k * 30, k * 30 + 30))] for k in range(3)]
    found = only(tcx(activity([TcxLap(at(30 * k), 30.0, [again[k]]) for k in range(3)], start=START)))
    assert found.columns["distance_m"][[29, 30, 59, 60, 89]].tolist() == [72.5, 72.5, 145.0, 145.0, 217.5]
    assert found.notes[0].startswith("lap-distance:")


def test_a_second_track_in_a_lap_is_a_pause_and_so_is_a_hole_the_timer_leaves_room_for():
    split = TcxLap(START, 58.0, [points(0, 30), points(36, 64)])
    found = only(tcx(activity([split], start=START)))
    assert [tuple(pause[:2]) for pause in found.pauses] == [(29.0, 36.0)]
    holed = points(0, 60) + points(120, 180) + points(200, 240)
    stopped = only(tcx(activity([TcxLap(START, 180.0, [holed])], start=START)))
    assert [tuple(pause[:2]) for pause in stopped.pauses] == [(59.0, 120.0)]
    assert stopped.timer_s == 180.0
    smart = only(tcx(activity([TcxLap(START, 240.0, [holed])], start=START)))
    assert smart.pauses == ()


def test_laps_of_another_year_are_moved_to_their_points():
    wrong = TcxLap(datetime(2015, 1, 1, tzinfo=UTC), 60.0, [points(0, 60)])
    found = only(tcx(activity([wrong], start=START)))
    assert (found.start, found.laps[0].start_s) == (START, 0.0)


def test_every_activity_of_a_multisport_session_is_one():
    data = tcx(activity([lap(0, 30)], start=START, sport="Biking"), activity([lap(40, 90)], start=at(40)))
    data = data.replace(b"<Activities>\n<Activity", b"<Activities><MultiSportSession><FirstSport><Activity", 1)
    data = data.replace(b"</Activity>\n<Activity", b"</Activity></FirstSport><NextSport><Activity", 1)
    data = data.replace(b"</Activity>\n</Activities>", b"</Activity></NextSport></MultiSportSession></Activities>")
    first, second = read_tcx(data)
    assert (first.sport, second.sport, second.session_index, second.start) == ("cycling", "running", 1, at(40))


def test_laps_without_points_are_still_a_session():
    data = tcx(activity([TcxLap(START, 600.0, [], 1500.0, notes="backward walk"), TcxLap(at(600), 300.0, [], 700.0)], start=START))
    found = only(data)
    assert (len(found), found.elapsed_s, found.timer_s, found.distance_m) == (0, 900.0, 900.0, 2200.0)
    assert tuple(found.texts[0]) == (Place.LAP_NOTES, "backward walk", 0.0, 600.0)
    assert found.notes[-1].startswith("no-samples:")


@pytest.mark.parametrize(
    ("data", "code", "found"),
    [
        (tcx().replace(b"Activities", b"Courses").replace(b"<Courses>", b"<Courses><Course/>"), "not-an-activity", "course"),
        (tcx(), "not-an-activity", "nothing"),
        (tcx(activity([], start=START)), "no-samples", "an empty activity"),
    ],
)
def test_a_file_without_a_recording_says_what_it_is(data: bytes, code: str, found: str):
    with pytest.raises(NotAnActivityError) as caught:
        read_tcx(data)
    assert (caught.value.code, caught.value.found) == (code, found)
    assert caught.value.remedy


def test_a_file_that_breaks_off_is_saved_with_the_lap_it_broke_in():
    data = tcx(activity([lap(0, 60), lap(60, 120, notes="backward")], start=START))
    cut = data[: data.index(b"<Trackpoint>", int(len(data) * 0.8)) + 20]
    found = only(cut)
    assert 80 < len(found) < 110
    assert [(row.start_s, row.end_s) for row in found.laps] == [(0.0, 60.0), (60.0, found.t_s[-1])]
    assert found.notes[0].startswith("truncated:")
    with pytest.raises(ReadError) as caught:
        read_tcx(cut, strict=True)
    assert caught.value.code == "truncated"


SMALL = tcx(activity([lap(0, 12, run_cadence=84, notes="n"), lap(12, 20)], start=START, notes="m", creator="Forerunner 935"))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_bytes_give_activities_or_a_read_error(data: st.DataObject):
    mutated = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(mutated)))
        length = data.draw(st.integers(0, 12))
        words = [b"<Lap>", b"</Lap>", b"<Track>", b"<Trackpoint>", b"</Activity>", b"<Activity>", b"NaN", b"-1", b"&", b"9999"]
        mutated[start : start + length] = data.draw(st.binary(max_size=12) | st.sampled_from(words))
    found = outcome(bytes(mutated))
    assert found.message if isinstance(found, ReadError) else found


@pytest.mark.corpus
def test_every_tcx_of_the_corpus_is_read(corpus: Path):
    outcomes = {path.name: outcome(path.read_bytes()) for path in sorted(corpus.rglob("*.tcx"))}
    assert [name for name, found in outcomes.items() if isinstance(found, ReadError)] == []
    # the same ride as FIT and TCX: identity across formats rests on the start
    ride = outcomes["activity_5039744860.tcx"]
    assert not isinstance(ride, ReadError)
    assert ride[0].start == datetime(2020, 6, 1, 14, 52, 40, tzinfo=UTC)
