"""Every sample file gives its expected result, and the expected result agrees with the truth beside it."""

from __future__ import annotations

import csv
import json

import pytest

from tests.support.golden import expected_path, outcome_of, samples


def _truth(sample):
    path = sample.with_name(sample.name.split(".")[0] + ".truth.csv")
    if not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as stream:
        return [(float(row["start_s"]), float(row["end_s"]), row["direction"]) for row in csv.DictReader(stream)]


@pytest.mark.parametrize("sample", samples(), ids=lambda path: path.name)
def test_a_sample_gives_its_expected_result(sample):
    found, expected = outcome_of(sample), json.loads(expected_path(sample).read_text(encoding="utf-8"))
    for session, other in zip(found["sessions"], expected["sessions"], strict=True):
        for segment, wanted in zip(session.pop("segments"), other.pop("segments"), strict=True):
            # a library of mathematics may differ in its last bit, and a border or a share with it
            for name, slack in (("start_s", 1), ("end_s", 1), ("confidence", 0.02)):
                assert segment.pop(name) == pytest.approx(wanted.pop(name), abs=slack)
            assert segment == wanted
    assert found == expected


@pytest.mark.parametrize("sample", samples(), ids=lambda path: path.name)
def test_no_backward_second_of_an_expected_result_is_far_from_the_truth(sample):
    truth = _truth(sample)
    for session in json.loads(expected_path(sample).read_text(encoding="utf-8"))["sessions"]:
        assert truth is not None
        backward = {i for start, end, direction in truth if direction == "backward" for i in range(int(start) - 4, int(end) + 4)}
        for segment in session["segments"]:
            if segment["direction"] == "backward":
                assert set(range(segment["start_s"], segment["end_s"])) <= backward, segment


def _seconds(rows, direction):
    return {i for start, end, name in rows if name == direction for i in range(int(start), int(end))}


@pytest.mark.parametrize(
    ("name", "standing", "least"),
    [
        ("treadmill-belt-blocks.fit", "suggested", 0.95),
        ("outdoor-repetitions.fit", "suggested", 0.9),
        ("hill-repeats.fit", "suggested", 0.9),
        ("workout-steps.fit", "accepted", 1.0),
        ("waypoint-marks.gpx", "accepted", 0.98),
        ("lap-toggle.fit", "accepted", 1.0),
        ("track-notes.tcx", "accepted", 0.98),
        ("forward-run.fit", "suggested", None),
        ("watch-treadmill.fit", "suggested", None),
        ("retro-walk.gpx.gz", "suggested", None),
    ],
)
def test_the_samples_show_what_the_program_can_and_cannot_do(name, standing, least):
    (sample,) = [path for path in samples() if path.name == name]
    (session,) = json.loads(expected_path(sample).read_text(encoding="utf-8"))["sessions"]
    rows = [(s["start_s"], s["end_s"], s["direction"]) for s in session["segments"] if s["standing"] == standing]
    found, truth = _seconds(rows, "backward"), _seconds(_truth(sample), "backward")
    if least is None:
        assert not found
    else:
        assert 2 * len(found & truth) / (len(found) + len(truth)) >= least - 0.01
