"""What GPX keeps beside the values of its points: raw acceleration, heart rates in a list of their own, distances step by step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from importer.errors import ReadError
from importer.readers import xmlreadings
from importer.readers.gpx import read_gpx
from importer.readers.reference import compare, read_gpx_reference
from importer.readers.xmlpoints import BATCH
from importer.readers.xmlreadings import Readings
from importer.readers.xmltext import MISSING, moments, numbers
from importer.values.activity import Activity
from importer.values.sensors import SensorKind
from tests.support.gpx_writer import Point, acceleration, garmin, gpx, heart_rate_track, track

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def run(n: int, *, first_s: int = 0, extras: str = "") -> list[Point]:
    return [Point(49.0 + (first_s + i) * 2e-5, 8.0, at(first_s + i), 100.0, extras) for i in range(n)]


def only(data: bytes) -> Activity:
    (activity,) = read_gpx(data)
    return activity


def shaken(point: Point, i: int) -> Point:
    """Give a point with four samples of the acceleration, a quarter of a second apart."""
    return point._replace(extras=point.extras + acceleration([(17 + 250 * j, i / 10, -0.5, f"{j}.25") for j in range(4)]))


def test_raw_acceleration_is_a_series_in_g_with_a_time_for_each_sample():
    activity = only(gpx(track([[shaken(point, i) for i, point in enumerate(run(20, extras=garmin(hr=150)))]])))
    (series,) = activity.sensors
    assert (series.kind, series.unit, len(series)) == (SensorKind.ACCELEROMETER, "g", 80)
    assert series.t_s.tolist() == pytest.approx([i + 0.017 + 0.25 * j for i in range(20) for j in range(4)], abs=1e-9)
    assert series.x.tolist() == [i / 10 for i in range(20) for _ in range(4)]
    assert series.y.tolist() == [-0.5] * 80
    assert series.z.tolist() == [0.25, 1.25, 2.25, 3.25] * 20
    assert activity.columns["heart_rate_bpm"].tolist() == [150.0] * 20
    assert (activity.counts, activity.elapsed_s) == ({}, 19.0)


def test_equal_samples_in_points_that_are_alike_all_count():
    extras = garmin(hr=150) + acceleration([(0, 0.0, 0.0, -1.0)])
    plain = run(10, extras=garmin(hr=150))
    activity = only(gpx(track([[*plain, *run(10, first_s=10, extras=extras), *run(10, first_s=20, extras=garmin(hr=150))]])))
    assert len(activity) == 30
    assert activity.sensors[0].t_s.tolist() == [float(t) for t in range(10, 20)]
    assert activity.sensors[0].z.tolist() == [-1.0] * 10


def test_a_prefix_that_is_declared_nowhere_does_not_hide_the_acceleration():
    data = gpx(track([[shaken(point, i) for i, point in enumerate(run(5))]]))
    bare = data.replace(b' xmlns:gpxacc="http://www.garmin.com/xmlschemas/AccelerationExtension/v1"', b"")
    assert bare != data
    assert only(bare).sensors[0].x.tolist() == only(data).sensors[0].x.tolist()


def test_samples_without_a_time_or_beyond_any_sensor_are_counted_and_empty_ones_passed_over():
    odd = [("soon", 1, 1, 1), ("", 0.5, "", "high"), (-500, 201, 0.25, "1e999"), (90_000, 1, 1, 1), (5, "", "", "")]
    points = run(10)
    points[0] = points[0]._replace(extras=acceleration(odd))
    points[5] = points[5]._replace(time="noon", extras=acceleration([(0, 1, 1, 1)]))
    activity = only(gpx(track([points])))
    (series,) = activity.sensors
    assert series.t_s.tolist() == [-0.5, 0.0]
    assert series.x.tolist()[1] == 0.5
    assert np.isnan([series.x[0], series.z[0], series.y[1], series.z[1]]).all()
    assert series.y[0] == 0.25
    assert activity.counts == {"bad_time": 1, "bad_accelerometer": 2, "bad_sensor_time": 3}


def test_each_track_and_each_part_has_the_acceleration_of_its_own_points():
    parts = [shaken(point, i) for i, point in enumerate(run(4) + run(3, first_s=86_400))]
    later = [shaken(point, 7) for point in run(2, first_s=200_000)]
    found = read_gpx(gpx(track([parts]) + track([run(5, first_s=190_000)]) + track([later])))
    assert [activity.start for activity in found] == [START, at(86_400), at(190_000), at(200_000)]
    assert [[series.x.tolist() for series in activity.sensors] for activity in found] == [
        [[0.0] * 4 + [0.1] * 4 + [0.2] * 4 + [0.3] * 4],
        [[0.4] * 4 + [0.5] * 4 + [0.6] * 4],
        [],
        [[0.7] * 8],
    ]
    assert found[1].sensors[0].t_s[:2].tolist() == pytest.approx([0.017, 0.267])


def test_acceleration_of_a_point_that_breaks_off_is_nobodys():
    data = gpx(track([[shaken(point, i) for i, point in enumerate(run(10))]]))
    cut = data[: data.rindex(b"</gpxacc:AccelerationExtension>")]
    activity = only(cut)
    assert (len(activity), len(activity.sensors[0])) == (9, 36)


def test_more_readings_than_any_run_has_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xmlreadings, "MAX_READINGS", 79)
    data = gpx(track([[shaken(point, i) for i, point in enumerate(run(20))]]))
    with pytest.raises(ReadError) as caught:
        read_gpx(data)
    assert caught.value.code == "xml-limit"


def test_heart_rates_beside_the_track_go_to_the_samples_at_their_time_and_up_to_five_seconds_behind():
    rates = heart_rate_track([(at(12), 160), (at(3), 120), (at(4), 125), (at(30), 0), ("soon", 99), (at(5), "fast")])
    points = run(20)
    points[3] = points[3]._replace(extras=garmin(hr=111))
    points[4] = points[4]._replace(extras=garmin(hr=0))
    activity = only(gpx(rates + track([points])))
    missing = [float("nan")]
    expected = missing * 3 + [111.0] + [125.0] * 6 + missing * 2 + [160.0] * 6 + missing * 2
    assert np.array_equal(activity.columns["heart_rate_bpm"], expected, equal_nan=True)
    assert activity.counts == {"merged_heart_rates": 12}
    assert any(note.startswith("heart-rate: 12 samples") for note in activity.notes)


def test_heart_rates_whose_times_fit_nowhere_are_read_in_their_order_where_there_are_as_many_as_points():
    tracks = track([run(10)]) + track([run(10, first_s=100)])
    by_order = read_gpx(gpx(tracks + heart_rate_track([(at(-7200 + i), 100 + i) for i in range(20)])))
    assert [activity.columns["heart_rate_bpm"].tolist() for activity in by_order] == [
        [100.0 + i for i in range(10)],
        [110.0 + i for i in range(10)],
    ]
    one_less = read_gpx(gpx(tracks + heart_rate_track([(at(-7200 + i), 100 + i) for i in range(19)])))
    assert ["heart_rate_bpm" in activity.columns for activity in one_less] == [False, False]
    assert [activity.counts for activity in one_less] == [{}, {}]


def test_a_list_of_heart_rates_counts_behind_the_track_too_and_in_gpx_1_0():
    rates = heart_rate_track([(at(i), 100 + i) for i in range(10)])
    for body in (rates + track([run(10)]), track([run(10)]) + rates):
        for version in ("1.0", "1.1"):
            assert only(gpx(body, version=version)).columns["heart_rate_bpm"].tolist() == [100.0 + i for i in range(10)]


def test_opentracks_distances_are_added_up_unless_there_is_one_since_the_start():
    step = '<o:distance xmlns:o="http://opentracksapp.com/xmlschemas/v1">{}</o:distance>'
    total = '<c:distance xmlns:c="http://www.cluetrust.com/XML/GPXDATA/1/0">{}</c:distance>'
    steps = ["2", "2.5", "1e308", "-1", "far", "3"]
    points = [point._replace(extras=step.format(steps[i])) for i, point in enumerate(run(6))]
    nan = float("nan")
    assert np.array_equal(only(gpx(track([points]))).columns["distance_m"], [2.0, 4.5, nan, nan, nan, 7.5], equal_nan=True)
    points = [point._replace(extras=point.extras + total.format(10 * i)) for i, point in enumerate(points)]
    assert only(gpx(track([points]))).columns["distance_m"].tolist() == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]


def test_gpxpy_agrees_on_acceleration_and_on_heart_rates_beside_the_track():
    body = track([[shaken(point, i) for i, point in enumerate(run(12))]]) + track(
        [run(10, first_s=60, extras=acceleration([(1, 2, 3, 4)]))]
    )
    data = gpx(heart_rate_track([(at(i), 90 + i) for i in range(70)]) + body)
    fast, slow = read_gpx(data), read_gpx_reference(data)
    assert [field for field in compare(fast, slow) if field.n_equal != field.n_total] == []
    for ours, theirs in zip(fast, slow, strict=True):
        assert ours.counts["merged_heart_rates"] in (12, 10)
        for mine, other in zip(ours.sensors, theirs.sensors, strict=True):
            assert [getattr(mine, name).tolist() for name in ("t_s", "x", "y", "z")] == [
                getattr(other, name).tolist() for name in ("t_s", "x", "y", "z")
            ]


def test_batches_of_readings_do_not_show():
    n = 2 * BATCH + 3
    readings = Readings(moments, numbers)
    for i in range(n):
        readings.add(f"{at(i):%Y-%m-%dT%H:%M:%SZ}", MISSING if i % 2 else str(i))
        assert len(readings) == i + 1
    t_unix_s, values = readings.columns()
    assert t_unix_s.tolist() == [START.timestamp() + i for i in range(n)]
    assert values[::2].tolist() == [float(i) for i in range(0, n, 2)]
    assert np.isnan(values[1::2]).all()
    readings.add("", "1")
    assert [len(column) for column in readings.columns()] == [n + 1] * 2
    assert [column.tolist() for column in Readings(numbers).columns()] == [[]]
