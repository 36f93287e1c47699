"""An exported session comes back: the same stretches as declared evidence, and a suggestion never as one."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from importer.detect.declared import read_declared
from importer.detect.tagging import tag as tagged
from importer.errors import ReadError, UsageError
from importer.exports.content import MILLISECOND, SECOND, Tag, content, tags_of
from importer.exports.fit import fit_bytes
from importer.exports.gpx import gpx_bytes
from importer.exports.session import export_session
from importer.exports.tcx import tcx_bytes
from importer.readers.containers import Member, unpack
from importer.readers.registry import read_activities
from importer.store import open_store
from importer.values.activity import Activity, CadenceBasis, Lap, Pause, Place, SpeedBasis
from importer.values.session import Direction, Segment, Session, Standing
from tests.support import exported
from tests.support.databases import NOW, source
from tests.support.exported import apart, declared, expected, read
from tests.support.make_samples import FOLDER, SAMPLES

FORMATS = {"tcx": (tcx_bytes, MILLISECOND), "gpx": (gpx_bytes, MILLISECOND), "fit": (fit_bytes, SECOND)}
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def written(activity: Activity, tags: tuple[Tag, ...], name: str, **options) -> bytes:
    write, tick_s = FORMATS[name]
    return write(content(activity, tags, tick_s=tick_s, **options))


@pytest.mark.parametrize("names_suggested", [False, True])
@pytest.mark.parametrize("name", ["fit", "tcx"])
@QUICK
@given(session=exported.sessions())
def test_a_session_comes_back_with_the_same_stretches_declared(name, names_suggested, session):
    found = read(written(session.activity, session.tags, name, names_suggested=names_suggested))
    asked = expected(session.tags, names_suggested=names_suggested)
    # FIT rounds every border to a second, and a TCX that ends in a pause ends with its last sample
    slack_s = (0.51 if name == "fit" else 0.002) * 2 * len(session.tags)

    for direction in (1, -1):
        assert apart(declared(found), asked, direction=direction, until_s=found.elapsed_s) <= slack_s
    assert abs(found.elapsed_s - session.activity.elapsed_s) <= 1.5


@QUICK
@given(session=exported.sessions())
def test_gpx_brings_the_backward_stretches_back_as_far_as_the_track_goes(session):
    found = read(written(session.activity, session.tags, "gpx"))
    first_s = float(session.activity.t_s[0])
    # a pair needs a point in the stretch, and is cut to the points
    kept: exported.SPANS = {-1: [], 1: []}
    for one in session.tags:
        if one.direction is Direction.BACKWARD and one.standing is Standing.ACCEPTED:
            inside = session.activity.t_s[(session.activity.t_s >= one.start_s) & (session.activity.t_s < one.end_s)]
            if len(inside):
                kept[-1].append((max(one.start_s, first_s), one.end_s))

    assert apart(declared(found), kept, direction=-1, until_s=found.elapsed_s) <= 0.002 * 2 * len(session.tags)
    assert declared(found)[1] == []
    # a mark outside the track would be lost, and its pair go on to the end
    assert "waypoints_outside" not in found.counts
    assert [note for note in read_declared(found).notes if "waypoint" in note] == []


@pytest.mark.parametrize("name", FORMATS)
def test_a_suggestion_keeps_its_border_and_is_named_unconfirmed(name):
    session = exported.given([60, 90, 150], "fsf")
    data = written(session.activity, session.tags, name)
    found = read(data)

    assert declared(found)[-1] == []
    assert b"unconfirmed stretch, to be answered (gait, confidence 97 %)" in data
    assert [(a, b) for a, b in declared(found)[1]] == ([(0, 60), (90, 150)] if name != "gpx" else [])
    if name != "gpx":
        assert [(lap.start_s, lap.end_s) for lap in found.laps] == [(0, 60), (60, 90), (90, 150)]


@pytest.mark.parametrize("name", FORMATS)
def test_a_suggestion_is_declared_only_where_it_is_asked_for(name):
    session = exported.given([60, 90, 150], "fsf")
    data = written(session.activity, session.tags, name, names_suggested=True)

    assert declared(read(data))[-1] == [(60, 90)]
    assert b"suggested" in data


@pytest.mark.parametrize("name", FORMATS)
def test_the_borders_are_exact_where_they_are_whole_seconds(name):
    session = exported.given([60, 63, 64, 90, 150, 151], "fbfb?b")
    spans = declared(read(written(session.activity, session.tags, name)))

    assert spans[-1] == [(60, 63), (64, 90), (150, 151)]
    assert spans[1] == ([] if name == "gpx" else [(0, 60), (63, 64)])


def test_a_border_between_two_far_samples_is_exact_in_fit():
    activity = exported.activity(np.arange(0, 200, 7.0))
    tags = (exported.tag(0, 101, Direction.FORWARD), exported.tag(101, activity.elapsed_s))

    found = read(written(activity, tags, "fit"))

    assert declared(found) == {1: [(0, 101)], -1: [(101, activity.elapsed_s)]}
    # the mark at the border measures nothing
    (at,) = np.flatnonzero(found.t_s == 101)
    assert [name for name, column in found.columns.items() if not math.isnan(column[at])] == ["retro_dir"]


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "settings.fit"])
def test_every_sample_file_comes_back(name):
    (member,) = unpack((FOLDER / name).read_bytes())
    assert isinstance(member, Member)
    (activity,) = read_activities(member.data)
    tags = tags_of(tagged(activity).segments)
    for kind in FORMATS:
        if kind == "gpx" and "latitude_deg" not in activity.columns:
            with pytest.raises(UsageError, match="without positions"):
                written(activity, tags, kind)
            continue
        found = read(written(activity, tags, kind))
        asked = expected(tags)
        slack_s = 1.0 * 2 * len(tags) if kind == "fit" else 0.01
        for direction in (-1,) if kind == "gpx" else (1, -1):
            assert apart(declared(found), asked, direction=direction, until_s=found.elapsed_s) <= slack_s, kind
        # FIT calls an unknown sport generic, and TCX knows running and cycling
        assert found.sport in (activity.sport, "generic" if kind == "fit" else "unknown")
        _same_measurements(activity, found, kind)


def _same_measurements(activity: Activity, found: Activity, kind: str) -> None:
    """Compare what both formats can hold; a GPX begins with its first point."""
    resolution = {"altitude_m": 0.11, "distance_m": 0.006, "speed_mps": 0.0006, "heart_rate_bpm": 0.51, "cadence_spm": 1.01}
    resolution |= {"latitude_deg": 1e-7, "longitude_deg": 1e-7, "power_w": 0.51, "temperature_degc": 0.51}
    shift_s = (found.start - activity.start).total_seconds()
    where = np.searchsorted(activity.t_s, found.t_s + shift_s - 0.0005)
    assert len(found) == len(activity)
    for channel, step in resolution.items():
        if channel in activity.columns:
            assert np.nanmax(np.abs(found.columns[channel] - activity.columns[channel][where])) <= step, (kind, channel)
            assert np.array_equal(np.isnan(found.columns[channel]), np.isnan(activity.columns[channel][where])), (kind, channel)


@pytest.mark.parametrize("name", ["fit", "tcx"])
def test_pauses_come_back(name):
    t_s = np.concatenate((np.arange(0, 100.0), np.arange(130, 200.0), np.arange(215, 301.0)))
    activity = exported.activity(t_s, pauses=(Pause(99, 130), Pause(199, 215)), timer_s=300.0 - 47)
    tags = (exported.tag(0, 150, Direction.FORWARD), exported.tag(150, 300))

    found = read(written(activity, tags, name))

    assert [pause[:2] for pause in found.pauses] == [(99, 130), (199, 215)]
    assert found.timer_s == 253
    assert [lap.timer_s for lap in found.laps] == [119, 134]


def test_samples_inside_a_pause_are_kept_in_fit_and_left_out_elsewhere():
    session = exported.given([100, 200], "fb", pauses=(Pause(150, 170),), timer_s=180.0)

    assert len(read(written(*session, "fit"))) == 201
    for name in ("tcx", "gpx"):
        found = read(written(*session, name))
        assert len(found) == 201 - 19
        assert [pause[:2] for pause in found.pauses] == [(150, 170)]


@pytest.mark.parametrize("name", ["tcx", "gpx"])
def test_the_last_sample_behind_the_last_stop_tells_when_the_session_ended(name):
    t_s = np.concatenate((np.arange(0, 100.0), [130.0]))
    activity = exported.activity(t_s, elapsed_s=131.0, pauses=(Pause(99, 131),), timer_s=99.0)

    assert read(written(activity, (exported.tag(0, 131),), name)).elapsed_s == 130


@pytest.mark.parametrize("name", ["fit", "tcx"])
def test_the_laps_of_the_recording_stay_visible(name):
    laps = (Lap(0, 80, "manual"), Lap(80, 150, "distance"))
    session = exported.given([60, 90, 150], "fbf", laps=laps)
    data = written(*session, name)
    found = read(data)

    assert [(lap.start_s, lap.end_s, lap.trigger) for lap in found.laps] == [
        (0, 60, "time"),
        (60, 80, "manual"),
        (80, 90, "time"),
        (90, 150, "session_end" if name == "fit" else "distance"),
    ]
    if name == "tcx":
        assert [text.text.partition("; ")[2] for text in found.texts if text.place is Place.LAP_NOTES] == [
            f"lap {n} of the recording" for n in (1, 1, 2, 2)
        ]


@pytest.mark.parametrize("name", FORMATS)
def test_a_cadence_of_unknown_unit_is_left_out_and_said(name):
    session = exported.given([60, 90], "fb", cadence_basis=CadenceBasis.UNKNOWN)
    made = content(*session, tick_s=FORMATS[name][1])

    assert "cadence_spm" not in read(FORMATS[name][0](made)).columns
    assert any("cadence is left out" in note for note in made.notes)


@pytest.mark.parametrize("basis", [SpeedBasis.WATCH_MODEL, SpeedBasis.BELT, SpeedBasis.FOOTPOD])
def test_fit_says_what_supplied_the_speed(basis):
    activity = exported.activity(np.arange(100.0), speed_basis=basis, sub_sport="treadmill")
    columns = {name: column for name, column in activity.columns.items() if name not in ("latitude_deg", "longitude_deg")}
    # a slope on a treadmill would else look like a belt's
    activity = replace(activity, columns={**columns, "grade_ratio": np.full(100, 0.01)})

    assert read(written(activity, (exported.tag(0, 99),), "fit")).speed_basis is basis


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_tells_the_serial_number(name):
    data = written(*exported.given([60], "b"), name)

    assert b"3900000001" not in data
    assert (3_900_000_001).to_bytes(4, "little") not in data
    assert read(data).device.serial is None


def test_samples_that_a_format_has_no_place_for_are_counted(tmp_path):
    session = exported.given([100, 200], "fb", pauses=(Pause(150, 170),), timer_s=180.0)
    column = session.activity.columns["latitude_deg"].copy()
    column[:5] = np.nan
    activity = replace(session.activity, columns={**session.activity.columns, "latitude_deg": column})
    with open_store(str(tmp_path / "a.db")) as store:
        batch = store.start_batch(command="import", now=NOW)
        segments = tuple(Segment(*tag[:3], tag.basis, tag.standing, tag.gait, tag.confidence) for tag in session.tags)
        store.save(source(), [Session(activity, segments, 500.0, 3)], batch_id=batch, athlete="me", now=NOW)
        notes = {name: export_session(store, 1, name).notes for name in FORMATS}

    assert notes["fit"] == ()
    assert notes["tcx"] == ("19 samples inside pauses are left out: TCX has no place for them",)
    assert notes["gpx"] == (
        "19 samples inside pauses are left out: GPX has no place for them",
        "5 samples without a position are left out: GPX has no place for them",
    )


def test_samples_of_one_second_are_merged_in_fit_and_counted():
    activity = exported.activity(np.arange(0, 60, 0.5))
    made = content(activity, (exported.tag(0, activity.elapsed_s),), tick_s=SECOND)

    assert len(made.activity) == len(np.unique(np.rint(activity.t_s)))
    assert made.notes[0].startswith(f"{len(activity) - len(made.activity)} samples share a second")


@pytest.mark.parametrize("name", FORMATS)
def test_a_session_without_samples_or_tags_is_written_or_refused_plainly(name):
    empty = Activity(exported.START, np.empty(0), {}, 600.0, 600.0, "tcx", sport="running")
    if name == "gpx":
        with pytest.raises(UsageError, match="without positions"):
            written(empty, (exported.tag(0, 600),), name)
        return
    assert declared(read(written(empty, (exported.tag(0, 600),), name)))[-1] == [(0, 600)]


@pytest.mark.corpus
def test_real_recordings_come_back(corpus):
    found = sorted(
        (path for path in corpus.rglob("*") if path.suffix in (".fit", ".tcx") and 20_000 < path.stat().st_size < 120_000), key=_size
    )

    assert sum(_comes_back(path) for path in found[::2]) >= 20


def _size(path: Path) -> tuple[int, str]:
    return path.stat().st_size, path.name


def _comes_back(path: Path) -> int:
    try:
        activities = read_activities(path.read_bytes())
    except ReadError:
        return 0
    activity = activities[0]
    half_s = float(round(activity.elapsed_s / 2))
    if not 60 < half_s < 20_000:
        return 0
    tags = (exported.tag(0, half_s, Direction.FORWARD), exported.tag(half_s, activity.elapsed_s))
    for kind in ("fit", "tcx"):
        found = read(written(activity, tags, kind))
        for direction in (1, -1):
            assert apart(declared(found), expected(tags), direction=direction, until_s=found.elapsed_s) <= 2.0, (path.name, kind)
    return 1
