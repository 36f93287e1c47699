"""Where a session begins and ends can be hidden, and then nothing in any file leads back to it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import UsageError
from importer.exports.privacy import PLACE, metres_from, private
from importer.values.activity import Activity
from importer.values.session import Direction
from tests.support import exported, fit_oracle
from tests.support.exported import declared, read
from tests.test_exports import FORMATS, QUICK, written

LATITUDE, LONGITUDE = 49.4875, 8.466


def along(north_m, east_m=None, **changes) -> Activity:
    """Give a run through places, a sample a second: metres from the start."""
    north = np.asarray(north_m, dtype=np.float64)
    east = np.zeros(len(north)) if east_m is None else np.asarray(east_m, dtype=np.float64)
    activity = exported.activity(np.arange(float(len(north))), **changes)
    columns = dict(activity.columns, course_deg=np.full(len(north), 1.0), gps_accuracy_m=np.full(len(north), 4.0))
    columns["latitude_deg"] = LATITUDE + north / 111_195.0
    columns["longitude_deg"] = LONGITUDE + east / (111_195.0 * np.cos(np.radians(LATITUDE)))
    return replace(activity, columns=columns)


def shown(activity: Activity) -> list[int]:
    column = activity.columns.get("latitude_deg", np.full(len(activity), np.nan))
    return np.flatnonzero(np.isfinite(column)).tolist()


def test_positions_are_hidden_until_the_runner_has_left_and_after_he_is_back():
    out_and_back = along([*range(0, 1000, 3), *range(1000, 0, -3)])
    found = private(out_and_back, hide_start_m=200)
    kept = shown(found.activity)

    # all positions of the first and last ten seconds count as the door: 30 m more than from the very first one
    assert (kept[0], len(out_and_back) - 1 - kept[-1]) == (77, 77)
    assert kept == list(range(kept[0], kept[-1] + 1))
    assert found.n_hidden == len(out_and_back) - len(kept)


def test_a_pass_by_the_door_on_the_way_is_shown():
    laps = along([*range(0, 900, 3), *range(900, 0, -3), *range(0, 900, 3), *range(900, 0, -3)])

    assert 600 in shown(private(laps, hide_start_m=100).activity)


def test_the_end_is_not_shown_at_the_start_either():
    # he switches on 150 m before his door, runs past it, and ends at it
    activity = along([*range(-150, 2000, 3), *range(2000, 0, -3)])
    kept = shown(private(activity, hide_start_m=200).activity)
    visible = activity.columns["latitude_deg"][kept]

    assert abs((visible[0] - LATITUDE) * 111_195) > 200
    assert abs((visible[-1] - LATITUDE) * 111_195) > 200


def test_a_first_fix_streets_away_does_not_show_the_door():
    north = np.arange(0, 3000, 3.0)
    north[:4] += 700.0
    kept = shown(private(along(north), hide_start_m=200).activity)

    assert north[kept[0]] > 200


def test_single_samples_outside_are_a_slip_and_show_nothing():
    north = np.arange(0, 3000, 3.0)
    north[30:32] = 5000.0

    assert 30 not in shown(private(along(north), hide_start_m=200).activity)


def test_a_run_that_never_leaves_is_hidden_whole():
    found = private(along(np.sin(np.arange(600) / 20) * 50), hide_start_m=200)

    assert shown(found.activity) == []
    assert not set(PLACE) & set(found.activity.columns)
    assert found.n_hidden == 600


def test_what_leads_back_goes_with_the_position_and_the_rest_stays():
    activity = along(range(0, 3000, 3))
    found = private(activity, hide_start_m=300).activity

    assert set(PLACE) == {"latitude_deg", "longitude_deg", "altitude_m", "course_deg", "heading_deg", "gps_accuracy_m"}
    for name, column in activity.columns.items():
        if name in PLACE:
            assert np.isnan(found.columns[name][:50]).all(), name
            assert np.array_equal(found.columns[name][500:600], column[500:600])
        else:
            assert np.array_equal(found.columns[name], column), name
    assert np.array_equal(found.t_s, activity.t_s)


def test_nothing_is_hidden_where_nothing_is_asked_or_there():
    activity = along(range(0, 3000, 3))
    indoor = replace(activity, columns={"speed_mps": activity.columns["speed_mps"]})

    assert private(activity).activity is activity
    assert private(indoor, hide_start_m=200) == (indoor, 0)
    assert private(indoor, no_position=True).n_hidden == 0


def test_metres_are_those_of_the_great_circle():
    assert metres_from(0.0, 179.9995, np.array([0.0]), np.array([-179.9995]))[0] == pytest.approx(111.195, abs=0.01)
    assert metres_from(89.9, 0.0, np.array([89.9]), np.array([180.0]))[0] == pytest.approx(22_239, abs=1)


@QUICK
@given(seed=st.integers(0, 10_000), radius_m=st.sampled_from([50.0, 200.0, 500.0]))
def test_no_shown_end_of_a_track_is_near_the_start_or_the_end(seed, radius_m):
    random = np.random.default_rng(seed)
    heading = np.cumsum(random.normal(0, 0.15, 900))
    activity = along(np.cumsum(3 * np.cos(heading)), np.cumsum(3 * np.sin(heading)))
    kept = shown(private(activity, hide_start_m=radius_m).activity)
    latitude, longitude = activity.columns["latitude_deg"], activity.columns["longitude_deg"]

    for door in (0, -1):
        away = metres_from(latitude[door], longitude[door], latitude, longitude)
        assert [i for i in (kept[0], kept[-1]) if away[i] <= radius_m] == [] if kept else True
        leaves = np.flatnonzero(away > radius_m)
        assert len(leaves) or not kept


def positions(data: bytes, name: str) -> list[tuple[float, float]]:
    """Give every position in a file, wherever it stands."""
    if name == "fit":
        rows = fit_oracle.ours(data)
        assert {row.number for row in rows if row.number not in (20,) for key in row.raw if (row.number, key) in _PLACES_OF_FIT} == set()
        return [(row.raw[0] * 180 / 2**31, row.raw[1] * 180 / 2**31) for row in rows if row.number == 20 and 0 in row.raw and 1 in row.raw]
    text = data.decode()
    pattern = (
        r'lat="([-\d.]+)" lon="([-\d.]+)"' if name == "gpx" else r"<LatitudeDegrees>([-\d.]+)</LatitudeDegrees><LongitudeDegrees>([-\d.]+)"
    )
    return [(float(a), float(b)) for a, b in re.findall(pattern, text)]


#: positions of laps (start, end, bounding box) and of sessions
_PLACES_OF_FIT = {(19, field) for field in (3, 4, 5, 6, 27, 28, 29, 30)} | {(18, field) for field in (3, 4, 29, 30, 31, 32, 38, 39)}


@pytest.mark.parametrize("name", FORMATS)
def test_no_file_holds_a_position_that_was_hidden(name):
    activity = along([*range(0, 1500, 3), *range(1500, 0, -3)])
    end_s = activity.elapsed_s
    # one stretch in the hidden part, one across its border, one outside
    cuts = [0, 10, 40, 60, 120, 400, 460, end_s]
    kinds = "fbfbfbf"
    tags = tuple(
        exported.tag(a, b, Direction.BACKWARD if kind == "b" else Direction.FORWARD)
        for a, b, kind in zip(cuts, cuts[1:], kinds, strict=False)
    )
    found = private(activity, hide_start_m=250).activity
    data = written(found, tags, name)
    places = positions(data, name)

    assert len(places) >= len(shown(found)) > 500
    assert min(abs(latitude - LATITUDE) * 111_195 for latitude, _ in places) > 250
    spans = declared(read(data))[-1]
    shift_s = (read(data).start - activity.start).total_seconds()
    all_spans = [(round(a + shift_s, 3), round(b + shift_s, 3)) for a, b in spans]
    assert all_spans == ([(10, 40), (60, 120), (400, 460)] if name != "gpx" else [(float(shown(found)[0]), 120.0), (400.0, 460.0)])


@pytest.mark.parametrize("name", FORMATS)
def test_without_positions_there_is_none_in_any_file(name):
    activity = private(along(range(0, 1500, 3)), no_position=True).activity
    tags = (exported.tag(0, activity.elapsed_s),)
    if name == "gpx":
        with pytest.raises(UsageError, match="GPX cannot hold"):
            written(activity, tags, name)
        return
    data = written(activity, tags, name)

    assert positions(data, name) == []
    assert b"AltitudeMeters" not in data
    assert "distance_m" in read(data).columns
