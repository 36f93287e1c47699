"""sample_files/: made by one command, small, listed, and read as they were meant."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from importer.errors import NotAnActivityError
from importer.readers.containers import Member, unpack
from importer.readers.registry import read_activities
from importer.values.activity import Activity, CadenceBasis, Environment, Place, SpeedBasis
from tests.support.make_samples import FOLDER, SAMPLES, files, main, truth_name

ACTIVITIES = [name for name in SAMPLES if name != "settings.fit"]


def read(name: str) -> Activity:
    (member,) = unpack((FOLDER / name).read_bytes())
    assert isinstance(member, Member)
    (activity,) = read_activities(member.data)
    return activity


def truth(name: str) -> list[tuple[float, float, str, str]]:
    with (FOLDER / truth_name(name)).open(newline="") as rows:
        return [(float(row["start_s"]), float(row["end_s"]), row["direction"], row["gait"]) for row in csv.DictReader(rows)]


def backward(name: str) -> list[tuple[float, float]]:
    return [row[:2] for row in truth(name) if row[2] == "backward"]


def payload(data: bytes) -> bytes:
    """Undo gzip: builds of zlib pack the same bytes differently, and all of them are right."""
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def test_the_command_writes_what_lies_in_the_folder_byte_for_byte():
    made = files()
    assert {name: payload(data) for name, data in made.items()} == {name: payload((FOLDER / name).read_bytes()) for name in made}
    assert files() == made


def test_the_command_writes_into_a_folder_of_choice(tmp_path: Path):
    main(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(files())


def test_every_sample_is_small_and_listed_and_nothing_else_is_there():
    readme = (FOLDER / "README.md").read_text()
    for name in SAMPLES:
        assert (FOLDER / name).stat().st_size < 60_000, name
        assert f"`{name}`" in readme, name
    stems = {name.split(".", 1)[0] for name in SAMPLES}
    strangers = [path.name for path in FOLDER.iterdir() if path.name != "README.md" and path.name.split(".", 1)[0] not in stems]
    assert strangers == []


@pytest.mark.parametrize("name", ACTIVITIES)
def test_truth_covers_the_session(name: str):
    rows = truth(name)
    activity = read(name)
    assert rows[0][0] == 0.0
    assert [row[0] for row in rows[1:]] == [row[1] for row in rows[:-1]]
    # a device writes its last sample up to one interval before the end
    assert 0.0 <= rows[-1][1] - activity.elapsed_s <= float(np.median(np.diff(activity.t_s)))


def test_the_belt_file_has_belt_speed_steps_and_no_position():
    activity = read("treadmill-belt-blocks.fit")
    assert (activity.speed_basis, activity.environment) == (SpeedBasis.BELT, Environment.TREADMILL)
    assert activity.cadence_factor == 1.0
    assert "latitude_deg" not in activity.columns
    for start_s, end_s in backward("treadmill-belt-blocks.fit"):
        inside = (activity.t_s >= start_s + 10) & (activity.t_s < end_s)
        before = (
            (activity.t_s >= 300) & (activity.t_s < 360)
            if abs(activity.columns["speed_mps"][inside].mean() - 2.2) < 0.1
            else ((activity.t_s >= 400) & (activity.t_s < 700))
        )
        ratio = activity.columns["cadence_spm"][inside].mean() / activity.columns["cadence_spm"][before].mean()
        assert ratio == pytest.approx(1.105, abs=0.03)


@pytest.mark.parametrize("name", ["outdoor-repetitions.fit", "hill-repeats.fit", "lap-toggle.fit", "forward-run.fit", "workout-steps.fit"])
def test_the_watch_files_have_gps_speed_and_strides(name: str):
    activity = read(name)
    assert (activity.speed_basis, activity.environment) == (SpeedBasis.GPS, Environment.OUTDOOR)
    assert activity.cadence_factor == 2.0
    assert activity.cadence_basis is not CadenceBasis.UNKNOWN
    assert activity.utc_offset_s == 3600
    running = activity.columns["cadence_spm"][activity.columns["speed_mps"] > 2.2]
    assert 150 < np.median(running) < 190


def test_the_watch_on_a_treadmill_models_its_speed():
    activity = read("watch-treadmill.fit")
    assert (activity.speed_basis, activity.environment) == (SpeedBasis.WATCH_MODEL, Environment.TREADMILL)


def test_the_workout_steps_stand_at_their_laps():
    activity = read("workout-steps.fit")
    steps = [(text.start_s, text.end_s) for text in activity.texts if text.place is Place.WORKOUT_STEP and text.text.startswith("Backward")]
    assert steps == backward("workout-steps.fit")
    warm_up = [(text.start_s, text.end_s) for text in activity.texts if text.text == "Forward easy"]
    assert warm_up == [(0.0, 480.0)]


def test_the_waypoints_stand_at_the_turns():
    marks = [text for text in read("waypoint-marks.gpx").texts if text.place is Place.WAYPOINT]
    assert [mark.text for mark in marks] == ["backward start", "backward stop"] * 2
    times = [mark.start_s for mark in marks]
    assert list(zip(times[::2], times[1::2], strict=True)) == backward("waypoint-marks.gpx")


def test_the_lap_notes_stand_at_their_laps():
    notes = [text for text in read("track-notes.tcx").texts if text.place is Place.LAP_NOTES]
    assert [(note.start_s, note.end_s) for note in notes if "backwards" in note.text] == backward("track-notes.tcx")


def test_the_toggled_laps_are_the_backward_blocks():
    laps = read("lap-toggle.fit").laps
    assert [(laps[i].start_s, laps[i].end_s) for i in (1, 3, 5)] == backward("lap-toggle.fit")


def test_the_title_of_the_walk_is_about_the_whole():
    activity = read("retro-walk.gpx.gz")
    assert [tuple(text) for text in activity.texts] == [
        (Place.TRACK_NAME, "Retro walk in the park", None, None),
        (Place.TRACK_TYPE, "walking", None, None),
    ]
    assert "cadence_spm" not in activity.columns


def test_the_pause_of_the_forward_run_is_one_and_its_stop_is_none():
    activity = read("forward-run.fit")
    assert [tuple(pause[:2]) for pause in activity.pauses] == [(915.0, 975.0)]
    assert backward("forward-run.fit") == []


def test_the_damaged_file_is_saved_up_to_the_damage():
    activity = read("damaged.fit")
    assert len(activity) == 1200
    assert any(note.startswith("truncated") for note in activity.notes)


def test_the_settings_are_no_activity():
    with pytest.raises(NotAnActivityError) as caught:
        read_activities((FOLDER / "settings.fit").read_bytes())
    assert caught.value.code == "not-an-activity"
