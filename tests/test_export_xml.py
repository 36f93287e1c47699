"""TCX and GPX files as others read them: valid in order and types, and what gpxpy finds in them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import gpxpy
import numpy as np
import pytest
from hypothesis import given

from importer.errors import UsageError
from importer.exports.xml import number, stamp
from importer.values.activity import Lap, Place, SpeedBasis, Text
from tests.support import exported
from tests.support.tcx_schema import DATABASE, EXTENSION
from tests.test_exports import QUICK, written

#: children of a GPX 1.1 point, in the order of its schema
_POINT = ("ele", "time", "name", "desc", "extensions")
#: children of Garmin's extension of a point, in the order of its schema
_GARMIN = ("atemp", "hr", "cad", "speed", "course")


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory):
    etree = pytest.importorskip("lxml.etree")
    folder: Path = tmp_path_factory.mktemp("tcx")
    (folder / "extension.xsd").write_text(EXTENSION)
    (folder / "database.xsd").write_text(DATABASE)
    return etree.XMLSchema(file=str(folder / "database.xsd"))


def check(schema, data: bytes) -> None:
    etree = pytest.importorskip("lxml.etree")
    schema.assertValid(etree.fromstring(data))


@QUICK
@given(session=exported.sessions())
def test_a_tcx_is_valid_in_order_and_types(schema, session):
    check(schema, written(session.activity, session.tags, "tcx"))


def test_a_tcx_of_everything_is_valid(schema):
    t_s = np.arange(100.0)
    activity = exported.activity(
        t_s, speed_basis=SpeedBasis.FOOTPOD, texts=(Text(Place.TITLE, "\x00<&>"),), laps=(Lap(0, 99, "heartrate"),)
    )
    columns = dict(activity.columns, power_w=np.full(100, 250.4), heart_rate_bpm=np.full(100, 0.0), cadence_spm=np.full(100, 350.0))
    columns["speed_mps"] = np.where(t_s > 50, np.nan, 0.0)
    data = written(
        exported.activity(t_s, columns=columns, texts=activity.texts, speed_basis=SpeedBasis.FOOTPOD), (exported.tag(0, 99),), "tcx"
    )

    check(schema, data)
    assert b'CadenceSensor="Footpod"' in data
    assert b"<ns3:Watts>250</ns3:Watts>" in data
    assert b"<ns3:Speed>0</ns3:Speed>" in data  # standing is measured
    assert b"nan" not in data


def test_the_schema_of_the_tests_refuses_a_lap_whose_notes_stand_before_its_track(schema):
    etree = pytest.importorskip("lxml.etree")
    data = written(*exported.given([60], "b"), "tcx")
    root = etree.fromstring(data)
    lap = next(root.iter("{*}Lap"))
    lap.insert(0, lap.find("{*}Notes"))

    assert not schema.validate(root)


@QUICK
@given(session=exported.sessions())
def test_gpxpy_reads_the_same_points_and_waypoints(session):
    try:
        data = written(session.activity, session.tags, "gpx")
    except UsageError:
        return
    found = gpxpy.parse(data.decode())
    (track,) = found.tracks
    points = [point for segment in track.segments for point in segment.points]
    kept = [
        i for i, at in enumerate(session.activity.t_s) if not any(pause.start_s < at < pause.end_s for pause in session.activity.pauses)
    ]

    assert len(points) == len(kept)
    for point, i in zip(points, kept, strict=True):
        assert point.time is not None
        at_s = (point.time - session.activity.start).total_seconds()
        assert abs(at_s - session.activity.t_s[i]) < 0.002
        assert abs(point.latitude - session.activity.columns["latitude_deg"][i]) < 1e-8
    names = [waypoint.name for waypoint in found.waypoints if waypoint.name in ("backward start", "backward stop")]
    assert names == ["backward start", "backward stop"] * (len(names) // 2)


def test_a_gpx_has_its_elements_in_the_order_of_the_schemas():
    etree = pytest.importorskip("lxml.etree")
    activity = exported.activity(np.arange(60.0))
    columns = dict(activity.columns, power_w=np.full(60, 250.0), temperature_degc=np.full(60, -3.0), course_deg=np.full(60, 359.9))
    root = etree.fromstring(written(exported.activity(np.arange(60.0), columns=columns), (exported.tag(0, 59),), "gpx"))

    for point in [*root.iter("{*}trkpt"), *root.iter("{*}wpt")]:
        places = [_POINT.index(etree.QName(child).localname) for child in point]
        assert places == sorted(places)
    inner = [[etree.QName(child).localname for child in one] for one in root.iter("{*}TrackPointExtension")]
    assert inner == [list(_GARMIN)] * 60
    assert [etree.QName(child).localname for child in root] == ["metadata", "wpt", "wpt", "trk"]


def test_a_waypoint_stands_where_the_runner_was():
    session = exported.given([60, 90, 150], "fbf")
    found = gpxpy.parse(written(*session, "gpx").decode())
    start, stop = found.waypoints

    assert (start.name, stop.name) == ("backward start", "backward stop")
    assert start.description == "backward run, accepted (gait, confidence 97 %)"
    for waypoint, at in ((start, 60), (stop, 90)):
        assert waypoint.time == session.activity.start + timedelta(seconds=at)
        assert abs(waypoint.latitude - session.activity.columns["latitude_deg"][at]) < 1e-8


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(0.0, 2, "0"), (12.5, 0, "12"), (1234567.0, 2, "1234567"), (0.00001, 8, "0.00001"), (100.0, 0, "100")]
)
def test_a_number_is_written_short_and_never_as_a_power(value, digits, text):
    assert number(value, digits) == text


def test_a_moment_has_milliseconds_only_where_there_are_any():
    assert stamp(exported.START) == "2026-05-03T06:12:00Z"
    assert stamp(exported.START + timedelta(milliseconds=50)) == "2026-05-03T06:12:00.050Z"
