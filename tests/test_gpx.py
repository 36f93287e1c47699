"""GPX: values, words, times and places as files write them, and no bytes that break the reader."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import CorruptFileError, NotAnActivityError, ReadError, TooLargeError
from importer.readers import xmlpoints, xmlstream
from importer.readers.gpx import read_gpx
from importer.readers.reference import compare, read_gpx_reference
from importer.values.activity import Activity, CadenceBasis, Environment, Place, SpeedBasis
from tests.support.gpx_writer import GPX_11, Point, Waypoint, garmin, gpx, track

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
#: degrees of latitude that are a metre
METRE = 1.0 / 111_194.93


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def run(n: int, *, step_s: int = 1, first_s: int = 0, speed_mps: float = 2.5, **extension: float) -> list[Point]:
    """Give points northwards at a constant speed."""
    return [
        Point(49.0 + speed_mps * i * step_s * METRE, 8.0, at(first_s + i * step_s), 100.0, garmin(**extension) if extension else "")
        for i in range(n)
    ]


def only(data: bytes) -> Activity:
    (activity,) = read_gpx(data)
    return activity


def outcome(data: bytes) -> tuple[Activity, ...] | ReadError:
    try:
        return read_gpx(data)
    except ReadError as error:
        return error


def code_of(data: bytes, *, strict: bool = False) -> str:
    with pytest.raises(ReadError) as caught:
        read_gpx(data, strict=strict)
    assert caught.value.remedy
    return caught.value.code


def test_garmin_extensions_become_channels_in_their_units():
    activity = only(gpx(track([run(60, hr=150, cad=84, atemp=21.5, speed=2.5, course=90)], type="running"), creator="Garmin Connect"))
    assert activity.start == START
    assert activity.t_s.tolist() == [float(i) for i in range(60)]
    assert activity.columns["heart_rate_bpm"].tolist() == [150.0] * 60
    assert activity.columns["cadence_spm"].tolist() == [168.0] * 60
    assert activity.columns["temperature_degc"][0] == 21.5
    assert activity.columns["speed_mps"][0] == 2.5
    assert activity.columns["course_deg"][0] == 90.0
    assert activity.columns["altitude_m"][0] == 100.0
    assert (activity.cadence_basis, activity.cadence_factor) == (CadenceBasis.WRITER, 2.0)
    assert (activity.sport, activity.speed_basis, activity.environment) == ("running", SpeedBasis.GPS, Environment.OUTDOOR)
    assert (activity.elapsed_s, activity.timer_s, activity.notes) == (59.0, 59.0, ())


def test_any_prefix_and_any_extension_namespace_reads_the_same():
    plain = gpx(track([run(20, hr=140)]), creator="x")
    prefixed = plain.replace(b"gpxtpx:", b"ns3:").replace(b"xmlns:gpxtpx", b"xmlns:ns3")
    everywhere = (
        plain.replace(b"</", b"</g:").replace(b"<g", b"<g:g").replace(b"<trk", b"<g:trk").replace(b"<ele>", b"<g:ele>")
        .replace(b"<time>", b"<g:time>").replace(b"<extensions>", b"<g:extensions>").replace(b"</g:gpxtpx:", b"</gpxtpx:")
        .replace(b"<g:gpxtpx:", b"<gpxtpx:").replace(f'xmlns="{GPX_11}"'.encode(), f'xmlns:g="{GPX_11}"'.encode())
    )  # fmt: skip
    for data in (prefixed, everywhere):
        assert only(data).columns["heart_rate_bpm"].tolist() == [140.0] * 20
        assert only(data).columns["latitude_deg"].tolist() == only(plain).columns["latitude_deg"].tolist()


def test_a_prefix_that_is_declared_nowhere_is_read_by_local_name_with_a_note():
    data = gpx(track([run(20, hr=140)])).replace(b"xmlns:gpxtpx=", b"data-gone=")
    activity = only(data)
    assert activity.columns["heart_rate_bpm"][0] == 140.0
    assert activity.notes[0].startswith("undeclared-prefix:")


def test_bare_cluetrust_osmand_and_apple_extensions_are_read_and_bearing_is_not():
    def point(extras: str, i: int) -> Point:
        return Point(49.0 + i * METRE, 8.0, at(i), None, extras)

    inner = (
        "<speed>1.5</speed><course>10</course><power>200</power><hAcc>4</hAcc><bearing>77</bearing><heading>99</heading>"
        '<c:distance xmlns:c="http://www.cluetrust.com/XML/GPXDATA/1/0">{i}</c:distance>'
        '<o:heading xmlns:o="https://osmand.net">190</o:heading>'
    )
    activity = only(gpx(track([[point(inner.format(i=i), i) for i in range(20)]])))
    assert activity.columns["speed_mps"][3] == 1.5
    assert activity.columns["power_w"][3] == 200.0
    assert activity.columns["gps_accuracy_m"][3] == 4.0
    assert activity.columns["distance_m"][3] == 3.0
    assert activity.columns["course_deg"][3] == 10.0
    assert activity.columns["heading_deg"][3] == 190.0


def test_cluetrust_extensions_are_read_and_their_altitude_where_there_is_no_other():
    space = 'xmlns:d="http://www.cluetrust.com/XML/GPXDATA/1/0"'
    inner = (
        f"<d:hr {space}>120.5</d:hr><d:cadence {space}>85</d:cadence><d:temp {space}>12</d:temp><d:distance {space}>{{i}}</d:distance>"
        f"<d:altitude {space}>300</d:altitude><d:speed {space}>2</d:speed><d:verticalSpeed {space}>-0.5</d:verticalSpeed>"
    )
    points = [Point(49.0, 8.0, at(i), 5.0 if i < 10 else None, inner.format(i=i)) for i in range(20)]
    columns = only(gpx(track([points]), creator="Movescount - http://www.movescount.com")).columns
    assert columns["heart_rate_bpm"][0] == 120.5
    assert columns["cadence_spm"][0] == 170.0
    assert columns["temperature_degc"][0] == 12.0
    assert columns["distance_m"][7] == 7.0
    assert columns["speed_mps"][0] == 2.0
    assert columns["vertical_speed_mps"][0] == -0.5
    assert columns["altitude_m"][[0, 9, 10, 19]].tolist() == [5.0, 5.0, 300.0, 300.0]


def test_garmins_power_extension_and_opentracks_accuracy_are_read():
    inner = (
        '<p:PowerInWatts xmlns:p="http://www.garmin.com/xmlschemas/PowerExtension/v1">250</p:PowerInWatts>'
        '<o:accuracy_horizontal xmlns:o="http://opentracksapp.com/xmlschemas/v1">3.5</o:accuracy_horizontal>'
        '<o:distance xmlns:o="http://opentracksapp.com/xmlschemas/v1">2</o:distance>'
    )
    columns = only(gpx(track([[Point(49.0, 8.0, at(i), None, inner) for i in range(5)]]))).columns
    assert columns["power_w"].tolist() == [250.0] * 5
    assert columns["gps_accuracy_m"].tolist() == [3.5] * 5
    # OpenTracks counts from point to point
    assert columns["distance_m"].tolist() == [2.0, 4.0, 6.0, 8.0, 10.0]


def test_opentracks_type_in_the_runners_language_counts_where_there_is_no_other():
    extension = '<extensions><o:typeTranslated xmlns:o="http://opentracksapp.com/xmlschemas/v1">Wandern</o:typeTranslated></extensions>'
    body = track([run(5)], name="n").replace("</name>", f"</name>{extension}")
    translated = only(gpx(body))
    assert (translated.sport, [text.text for text in translated.texts]) == ("hiking", ["n", "Wandern"])
    both = only(gpx(body.replace("<extensions><o", "<type>running</type><extensions><o")))
    assert (both.sport, [text.text for text in both.texts]) == ("running", ["n", "running"])
    for data in (gpx(body), gpx(body.replace("<extensions><o", "<type>running</type><extensions><o"))):
        assert [field for field in compare(read_gpx(data), read_gpx_reference(data)) if field.n_equal != field.n_total] == []


def test_a_waypoint_of_a_type_only_says_its_type():
    waypoints = gpx(track([run(20)]), waypoints=[Waypoint(49.0, 8.0, at(5), None), Waypoint(49.0, 8.0, at(9), "retro start")])
    data = waypoints.replace(b"Z</time></wpt>", b"Z</time><type>Umkehr</type></wpt>").replace(
        b"</name></wpt>", b"</name><type>Pin</type></wpt>"
    )
    assert [(text.text, text.start_s) for text in only(data).texts] == [("Umkehr", 5.0), ("retro start", 9.0)]
    assert [field for field in compare(read_gpx(data), read_gpx_reference(data)) if field.n_equal != field.n_total] == []


def test_segments_that_repeat_each_other_are_one_and_counted():
    activity = only(gpx(track([run(30, hr=150), run(30, hr=150)])))
    assert (len(activity), activity.elapsed_s, activity.pauses) == (30, 29.0, ())
    assert activity.counts == {"inversions": 1, "duplicate_seconds": 30}


def test_seconds_are_whole_milliseconds_without_the_noise_of_large_numbers():
    stamps = [f"2026-05-03T06:{12 + i // 60:02d}:{i % 60:02d}.{(i * 37) % 1000:03d}Z" for i in range(300)]
    activity = only(gpx(track([[Point(49.0, 8.0, stamp) for stamp in stamps]])))
    assert activity.t_s.tolist() == [i + (i * 37) % 1000 / 1000 for i in range(300)] == [round(t, 3) for t in activity.t_s.tolist()]
    assert activity.elapsed_s == activity.timer_s == activity.t_s[-1]


def test_samples_within_one_millisecond_keep_their_order_and_their_microseconds():
    stamps = [f"2026-05-03T06:12:00.{i * 100:06d}Z" for i in range(12)]
    activity = only(gpx(track([[Point(49.0, 8.0, stamp) for stamp in stamps]])))
    assert activity.t_s == pytest.approx([i * 1e-4 for i in range(12)], abs=1e-6)


def test_two_zones_in_one_file_give_the_moments_and_no_offset():
    stamps = [f"2026-05-03T08:12:0{i}+02:00" for i in range(5)] + [f"2026-05-03T07:12:0{i}+01:00" for i in range(5, 10)]
    activity = only(gpx(track([[Point(49.0, 8.0, stamp) for stamp in stamps]])))
    assert (activity.start, activity.elapsed_s, activity.utc_offset_s) == (START, 9.0, None)


def test_gpx_1_0_speed_and_course_are_children_of_the_point():
    points = [Point(49.0, 8.0, at(i), 5.0, inner="<course>45</course><speed>2.25</speed>") for i in range(5)]
    activity = only(gpx("<name>Evening</name>" + track([points]), version="1.0"))
    assert activity.columns["speed_mps"].tolist() == [2.25] * 5
    assert activity.columns["course_deg"].tolist() == [45.0] * 5
    assert (activity.texts[0].place, activity.texts[0].text) == (Place.TITLE, "Evening")


def test_speed_is_derived_from_positions_where_the_file_has_none():
    activity = only(gpx(track([run(40, step_s=2, speed_mps=3.0)])))
    assert activity.columns["speed_mps"] == pytest.approx(3.0, rel=2e-3)
    assert activity.notes[0].startswith("derived-speed:")
    assert activity.speed_basis is SpeedBasis.GPS


def test_derived_speed_is_missing_across_a_hole_and_right_across_the_antimeridian():
    points = [Point(0.0, (179.9999 + i * 3 * METRE + 180) % 360 - 180, at(i if i < 20 else i + 600)) for i in range(40)]
    speed = only(gpx(track([points]))).columns["speed_mps"]
    assert np.flatnonzero(np.isnan(speed)).tolist() == [20]
    assert np.nanmax(abs(speed - 3.0)) < 0.05


def test_each_track_is_an_activity_and_its_segments_are_one_with_a_pause_between():
    tracks = track([run(30), run(30, first_s=90)], name="one") + track([run(30, first_s=400)], name="two", type="hiking")
    first, second = read_gpx(gpx(tracks))
    assert (len(first), len(second)) == (60, 30)
    assert [tuple(pause[:2]) for pause in first.pauses] == [(29.0, 90.0)]
    assert (first.elapsed_s, first.timer_s) == (119.0, 58.0)
    assert (second.session_index, second.sport, second.start) == (1, "hiking", at(400))
    assert [text.text for text in second.texts] == ["two", "hiking"]


def test_a_short_break_between_segments_is_a_pause_and_a_seamless_one_is_not():
    activity = only(gpx(track([run(30), run(30, first_s=30), run(30, first_s=66)])))
    assert [tuple(pause[:2]) for pause in activity.pauses] == [(59.0, 66.0)]


def test_a_hole_of_many_hours_makes_two_recordings():
    first, second = read_gpx(gpx(track([run(30), run(30, first_s=86_400)])))
    assert (first.elapsed_s, second.elapsed_s) == (29.0, 29.0)
    assert (second.start, second.session_index) == (at(86_400), 1)
    assert any(note.startswith("split:") for note in first.notes)


def test_words_keep_their_places_and_waypoints_their_moments():
    waypoints = [
        Waypoint(49.0, 8.0, at(20), "backward stop"),
        Waypoint(49.0, 8.0, at(10), "backward start", "turned round"),
        Waypoint(49.0, 8.0, at(5000), "car park"),
        Waypoint(49.0, 8.0, None, "café"),
    ]
    metadata = "<name>Retro</name><desc>rückwärts</desc><keywords>a, b</keywords>"
    texts = {"name": "Morning", "cmt": "c", "desc": "d & <e>", "type": "running"}
    activity = only(gpx(track([run(60)], **texts), waypoints=waypoints, metadata=metadata))
    assert [tuple(text) for text in activity.texts] == [
        (Place.TRACK_NAME, "Morning", None, None),
        (Place.TRACK_COMMENT, "c", None, None),
        (Place.TRACK_DESCRIPTION, "d & <e>", None, None),
        (Place.TRACK_TYPE, "running", None, None),
        (Place.TITLE, "Retro", None, None),
        (Place.ACTIVITY_NOTES, "rückwärts", None, None),
        (Place.ACTIVITY_NOTES, "a, b", None, None),
        (Place.WAYPOINT, "backward start: turned round", 10.0, 10.0),
        (Place.WAYPOINT, "backward stop", 20.0, 20.0),
    ]
    assert activity.counts == {"waypoints_outside": 2}


def test_offsets_are_respected_and_kept_and_naive_times_are_utc_with_a_note():
    def stamped(text: str) -> bytes:
        return gpx(track([[Point(49.0, 8.0, text.format(i=i)) for i in range(10)]]))

    local = only(stamped("2026-05-03T08:12:0{i}.500+02:00"))
    assert local.start == START + timedelta(seconds=0.5)
    assert (local.utc_offset_s, local.utc_offset_basis) == (7200, "times")
    naive = only(stamped("2026-05-03T06:12:0{i}"))
    assert (naive.start, naive.utc_offset_s) == (START, None)
    assert naive.counts["naive_time"] == 10
    assert any(note.startswith("naive-time:") for note in naive.notes)
    assert only(stamped(" 2026-05-03t06:12:0{i}z\n")).start == START


def test_bad_times_coordinates_and_numbers_are_counted_and_their_samples_kept_where_possible():
    points = run(40, hr=150)
    points[3] = points[3]._replace(time="2026-13-41T06:12:03Z")
    points[4] = points[4]._replace(latitude_deg="NaN")
    points[5] = points[5]._replace(latitude_deg="1e999")
    points[6] = points[6]._replace(longitude_deg="1_0")
    points[7] = points[7]._replace(extras=garmin(hr=900))
    points[8] = points[8]._replace(extras="<hr>fast</hr>")
    points[9] = points[9]._replace(extras="<hr/>")
    points[20], points[21] = points[21], points[20]
    points[30] = points[29]
    activity = only(gpx(track([points])))
    assert activity.counts == {"bad_time": 1, "bad_coord": 3, "bad_heart_rate_bpm": 2, "inversions": 1, "duplicate_seconds": 1}
    assert len(activity) == 38
    assert np.isnan(activity.columns["latitude_deg"][3:6]).all()
    assert np.isnan(activity.columns["heart_rate_bpm"][6:9]).all()


def test_a_heart_rate_of_zero_is_none_and_a_cadence_of_zero_is_data():
    activity = only(gpx(track([run(30, hr=0, cad=80)[:20] + run(10, first_s=20, hr=120, cad=0)]), creator="Garmin Connect"))
    assert np.isnan(activity.columns["heart_rate_bpm"][:20]).all()
    assert activity.columns["cadence_spm"][-1] == 0.0


def test_garmins_empty_treadmill_file_says_what_to_export_instead():
    data = gpx(track([[]], name="Laufband", type="treadmill_running"), creator="Garmin Connect").replace(
        b"<trkseg>\n</trkseg>", b"<trkseg/>"
    )
    with pytest.raises(NotAnActivityError) as caught:
        read_gpx(data)
    assert (caught.value.code, caught.value.is_skip) == ("no-samples", True)
    assert "FIT" in caught.value.remedy
    assert "TCX" in caught.value.remedy


def test_strides_and_steps_are_told_apart_without_knowing_the_writer():
    strides = only(gpx(track([run(60, cad=84)]), creator="nobody"))
    steps = only(gpx(track([run(60, cad=168)]), creator="nobody"))
    assert strides.columns["cadence_spm"][0] == steps.columns["cadence_spm"][0] == 168.0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (gpx(track([[]], name="Laufband", type="treadmill_running"), creator="Garmin Connect"), "no-samples"),
        (gpx(track([run(1)])), "no-samples"),
        (gpx(track([[Point(49.0, 8.0), Point(49.1, 8.0)]])), "no-time"),
        (gpx(track([[Point(49.0, 8.0, at(0)), *[Point(49.0, 8.0)] * 50, Point(49.1, 8.0, at(900))]])), "no-time"),
        (gpx('<rte><rtept lat="1" lon="2"></rtept></rte>'), "not-an-activity"),
        (gpx("", waypoints=[Waypoint(1.0, 2.0, at(0), "peak")]), "not-an-activity"),
        (gpx(""), "not-an-activity"),
    ],
)
def test_a_file_without_a_recording_says_what_to_do_instead(data: bytes, code: str):
    with pytest.raises(NotAnActivityError) as caught:
        read_gpx(data)
    assert (caught.value.code, caught.value.is_skip) == (code, True)
    assert caught.value.remedy
    assert caught.value.found


def test_a_file_that_breaks_off_is_saved_up_to_the_damage_and_refused_when_strict():
    data = gpx(track([run(100, hr=150)], name="cut"))
    cut = data[: data.index(b"<trkpt", len(data) // 2) + 30]
    activity = only(cut)
    assert 40 < len(activity) < 60
    assert activity.columns["heart_rate_bpm"].tolist() == [150.0] * len(activity)
    assert activity.notes[0].startswith("truncated: ")
    assert f"the {len(activity)} points before it were saved" in activity.notes[0]
    assert code_of(cut, strict=True) == "truncated"


def test_bytes_behind_the_end_are_noted_and_refused_when_strict():
    data = gpx(track([run(10)])) + b"\x00" * 100
    assert only(data).notes[0].startswith("trailing-bytes: 100 bytes")
    assert code_of(data, strict=True) == "trailing-bytes"


def test_damage_before_the_first_point_is_a_corrupt_file_with_its_offset():
    data = gpx(track([run(10)]))
    with pytest.raises(CorruptFileError) as caught:
        read_gpx(data[:90])
    assert caught.value.offset is not None
    assert caught.value.offset <= 90


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1", "cp1250", "gb18030", "shift_jis"])
def test_encodings_that_python_knows_are_read(encoding: str):
    name = {"gb18030": "倒着跑", "shift_jis": "後ろ走り", "cp1250": "pozpátku"}.get(encoding, "rückwärts")
    text = gpx(track([run(5)], name=name)).decode().replace("UTF-8", encoding.removesuffix("-sig"))
    assert only(text.encode(encoding)).texts[0].text == name


def test_blanks_before_the_declaration_do_no_harm():
    assert len(only(b"\r\n   " + gpx(track([run(5)])))) == 5


def test_comments_cdata_and_character_references_are_read_as_xml_means_them():
    data = gpx(track([run(10, hr=155)], name="NAME")).replace(b"NAME", b"<![CDATA[retro <run>]]>")
    data = data.replace(b"<gpxtpx:hr>155<", b"<gpxtpx:hr>1<!-- half -->&#53;5<").replace(b"<time>", b"<!-- at --><time>")
    activity = only(data)
    assert activity.texts[0].text == "retro <run>"
    assert activity.columns["heart_rate_bpm"].tolist() == [155.0] * 10


def test_attacks_are_refused_before_they_cost_anything():
    body = gpx(track([run(5)]))
    laughs = b'<!DOCTYPE gpx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    assert code_of(body.replace(b"?>\n", b"?>\n" + laughs, 1)) == "doctype"
    assert code_of(gpx("<a>" * 100_000)) == "xml-limit"
    assert code_of(gpx(f'<trk><trkseg><trkpt lat="1" lon="2">{"<a>" * 100_000}{"</a>" * 100_000}</trkpt></trkseg></trk>')) == "xml-limit"
    assert code_of(gpx("".join(f"<a{i}/>" for i in range(5000)))) == "xml-limit"
    assert code_of(gpx("<trk/>" * 10_001)) == "xml-limit"
    flood = b"".join(b' xmlns:p%d="u"' % i for i in range(20_000))
    assert len(only(body.replace(b"<gpx ", b"<gpx" + flood + b" ", 1))) == 5


def test_too_many_points_or_bytes_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xmlpoints, "MAX_POINTS", 50)
    with pytest.raises(TooLargeError) as points:
        read_gpx(gpx(track([run(60)])))
    assert (points.value.size_bytes, points.value.limit_bytes) == (60, 50)
    monkeypatch.setattr(xmlstream, "MAX_BYTES", 500)
    with pytest.raises(TooLargeError):
        read_gpx(gpx(track([run(60)])))


def test_points_within_points_and_stray_ends_do_not_confuse_the_reader():
    nested = '<trkpt lat="1" lon="2"><time>2026-05-03T06:12:00Z</time><x><trkpt lat="3" lon="4"></trkpt></x></trkpt>'
    assert code_of(gpx(f"<trk><trkseg>{nested}</trkseg></trk>")) == "no-samples"
    with_more = gpx(f"<trk><trkseg>{nested}</trkseg></trk>" + track([run(5)], name="after"))
    assert [text.text for text in only(with_more).texts] == ["after"]


def test_batches_do_not_show():
    n = xmlpoints.BATCH + 10
    activity = only(gpx(track([run(n, hr=150)])))
    assert len(activity) == n
    assert np.isfinite(activity.columns["heart_rate_bpm"]).all()


SMALL = gpx(
    track([run(12, hr=150, cad=84), run(6, first_s=40)], name="n"), waypoints=[Waypoint(49.0, 8.0, at(3), "w")], metadata="<name>m</name>"
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_bytes_give_activities_or_a_read_error(data: st.DataObject):
    mutated = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(mutated)))
        length = data.draw(st.integers(0, 12))
        mutated[start : start + length] = data.draw(
            st.binary(max_size=12) | st.sampled_from([b"<trkpt", b"</trk>", b"<trk>", b"NaN", b"-1", b"&", b"9999"])
        )
    found = outcome(bytes(mutated))
    if isinstance(found, ReadError):
        assert found.message
    else:
        assert found
        assert all(len(activity) >= 2 for activity in found)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_never_an_activity(data: bytes):
    with pytest.raises(ReadError):
        read_gpx(data)


@pytest.mark.corpus
def test_every_gpx_of_the_corpus_gives_activities_or_says_why_not(corpus: Path):
    outcomes = {path: outcome(path.read_bytes()) for path in sorted(corpus.rglob("*.gpx"))}
    refused = {path: found for path, found in outcomes.items() if isinstance(found, ReadError)}
    read = [activity for found in outcomes.values() if not isinstance(found, ReadError) for activity in found]
    assert {error.code for error in refused.values()} == {"no-time", "no-samples", "not-an-activity"}
    assert [path for path, error in refused.items() if not error.remedy] == []
    assert len(read) >= 62
    assert {activity.environment for activity in read} == {Environment.OUTDOOR}


@pytest.mark.corpus
def test_every_gpx_of_the_corpus_reads_as_gpxpy_reads_it(corpus: Path):
    declined = []
    n_compared = 0
    for path in sorted(corpus.rglob("*.gpx")):
        data = path.read_bytes()
        fast = outcome(data)
        try:
            reference: tuple[Activity, ...] | ReadError = read_gpx_reference(data)
        except ReadError as error:
            reference = error
        if isinstance(reference, CorruptFileError):
            declined.append((path.name, fast))
        elif isinstance(reference, ReadError):
            assert isinstance(fast, ReadError), path
            assert (fast.code, fast.message) == (reference.code, reference.message), path
        else:
            assert not isinstance(fast, ReadError), path
            n_compared += 1
            assert [field for field in compare(fast, reference) if field.n_equal != field.n_total] == [], path
    assert n_compared >= 62
    # gpxpy's own test files with text in <dgpsid> and the like: it refuses the whole file, and there is no recording in any of them
    assert {name[:24] for name, _ in declined} == {"gpx1.0_with_all_fields__"}
    assert all(isinstance(fast, NotAnActivityError) for _, fast in declined)


def test_gpxpy_agrees_on_extensions_zones_segments_and_words():
    tracks = track([run(30, hr=150, cad=84, speed=2.5, course=12), run(20, first_s=60, hr=151)], name="one", type="running")
    tracks += track([run(20, first_s=200)], name="two")
    data = gpx(tracks, creator="Garmin Connect", metadata="<name>m</name>", waypoints=[Waypoint(49.0, 8.0, at(5), "backward start")])
    data = data.replace(b"06:12:05Z", b"08:12:05+02:00").replace(b"06:12:07Z", b"06:12:07")
    assert [field for field in compare(read_gpx(data), read_gpx_reference(data)) if field.n_equal != field.n_total] == []


def test_the_reference_is_guarded_as_the_reader_is():
    body = gpx(track([run(5)]))
    flood = b"".join(b' xmlns:p%d="u"' % i for i in range(20_000))
    for data, code in (
        (body.replace(b"?>\n", b"?><!DOCTYPE gpx>", 1), "doctype"),
        (body.replace(b"<gpx ", b"<gpx" + flood + b" ", 1), "xml-limit"),
        (body[:-20], "truncated"),
        (body.replace(b'lat="49.0000000"', b'lat="north"', 1), "corrupt-file"),
    ):
        with pytest.raises(ReadError) as caught:
            read_gpx_reference(data)
        assert caught.value.code == code
