"""The labels file beside an activity: what a line says, what a bad one costs, and that nothing overrules it."""

from __future__ import annotations

import gzip
import os
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer import read
from importer.detect.declared import read_declared
from importer.detect.laprule import parse_lap_rule
from importer.detect.sidecar import LIMIT_LINES, add_labels
from importer.detect.tagging import tag
from importer.values.activity import Activity, Lap, Pause, Place, Text
from importer.values.session import Basis, Direction, Standing
from tests.support.activities import run as recorded
from tests.support.program import SAMPLES, objects, retro
from tests.support.runner import Block
from tests.zoo import build_fit as fit

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
B, F = Direction.BACKWARD, Direction.FORWARD
NAME = "run.fit.labels.csv"


def activity(*, start=START, elapsed_s=600.0, texts=(), laps=(), columns=None, t_s=()):
    return Activity(
        start=start,
        t_s=np.array(t_s, dtype=float),
        columns={name: np.array(values, dtype=float) for name, values in (columns or {}).items()},
        elapsed_s=elapsed_s,
        timer_s=elapsed_s,
        format="fit",
        texts=tuple(texts),
        laps=tuple(laps),
    )


def labelled(text: str | bytes, **more) -> Activity:
    (found,) = add_labels((activity(**more),), name=NAME, data=text if isinstance(text, bytes) else text.encode())
    return found


def spans(one: Activity):
    return [(claim.start_s, claim.end_s, claim.direction) for claim in read_declared(one).claims]


@pytest.mark.parametrize(
    "text",
    [
        "60,120,backward\n120,180,forward\n",
        "start,end,direction\n60,120,backward\n120,180,forward",
        "start_s,end_s,direction,gait\n60,120,backward,run\n120,180,forward,walk\n",
        "# my labels\n\n1:00,2:00,backward # the first\n2:00,3:00,forward\n",
        "0:01:00,0:02:00,b\n0:02:00,0:03:00,f\n",
        "1:00;2:00;rückwärts\n2:00;3:00;vorwärts\n",
        "60,0;120,0;BWD\n120,0;180,0;FWD\n",
        "60\t120\t-1\n120\t180\t+1\n",
        "direction,start,end\nbackwards,60,120\nforwards,120,180\n",
        "Von,Bis,Richtung\n60,120,Retro\n120,180,forward\n",
        '"60","120","backward"\r\n"120","180","forward"\r\n',
        "60,120,à reculons\n120,180,f\n300,330,still\n400,500,unknown\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_spans_are_read_as_people_and_spreadsheets_write_them(text, encoding):
    found = labelled(text.encode(encoding))

    assert spans(found) == [(60, 120, B), (120, 180, F)]
    assert found.notes == ()


def test_a_claim_names_its_file_and_is_accepted():
    session = tag(labelled("8:00,9:30,backward"))

    (backward,) = [segment for segment in session.segments if segment.direction is B]
    assert (backward.start_s, backward.end_s) == (480.0, 570.0)
    assert (backward.basis, backward.standing) == (Basis.DECLARED, Standing.ACCEPTED)
    assert backward.why == ("the file run.fit.labels.csv says backward",)


def test_the_text_that_is_kept_says_all_so_that_tagging_again_needs_no_file():
    found = labelled("60,120,Rückwärts")

    assert found.texts == (Text(Place.SIDECAR, "run.fit.labels.csv: backward", 60.0, 120.0),)
    assert read_declared(activity(texts=found.texts)) == read_declared(found)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("60,120", "'' is no direction (expected backward or forward)"),
        ("60,120,sideways", "'sideways' is no direction (expected backward or forward)"),
        ("60,120,not backward", "'not backward' is no direction (expected backward or forward)"),
        ("60,120,forward and backward", "'forward and backward' is no direction (expected backward or forward)"),
        ("ten,120,backward", "'ten' is no time (expected seconds or [H:]MM:SS)"),
        ("60,-5,backward", "'-5' is no time (expected seconds or [H:]MM:SS)"),
        ("60,1e3,backward", "'1e3' is no time (expected seconds or [H:]MM:SS)"),
        ("60,٣٠٠,backward", "'٣٠٠' is no time (expected seconds or [H:]MM:SS)"),
        ("60,,backward", "'' is no time (expected seconds or [H:]MM:SS)"),
        ("120,60,backward", "it ends at 60, not after its start at 120"),
        ("60,60,backward", "it ends at 60, not after its start at 60"),
    ],
)
def test_a_bad_line_is_noted_with_its_number_and_costs_itself_only(line, why):
    found = labelled(f"start,end,direction\n0,10,backward\n{line}\n20,30,backward\n")

    assert spans(found) == [(0, 10, B), (20, 30, B)]
    assert found.notes == (f"labels: run.fit.labels.csv, line 3: {why}",)


def test_a_first_line_that_is_no_heading_is_noted_too():
    assert labelled("8m,9m,backward\n0,10,backward").notes == (
        "labels: run.fit.labels.csv, line 1: '8m' is no time (expected seconds or [H:]MM:SS)",
    )


def test_many_bad_lines_are_counted():
    notes = labelled("0,1,backward\n" + "x,y,z\n" * 50).notes

    assert len(notes) == 11
    assert notes[-1] == "labels: run.fit.labels.csv, and 40 more lines with a fault"


def test_a_span_outside_the_session_or_beyond_its_end_is_noted():
    found = labelled("590,700,backward\n601,650,backward\n0,600.9,forward\n")

    assert found.notes == (
        "labels: run.fit.labels.csv, line 1 is cut off at 600 s, where the session ends",
        "labels: run.fit.labels.csv, line 2 lies outside the session",
    )
    assert spans(found) == [(0, 590, F), (590, 600, B)]


def test_of_lines_that_overlap_the_upper_one_counts_and_that_is_said():
    declared = read_declared(labelled("100,200,backward\n0,150,forward\n150,300,backward"))

    assert [(claim.start_s, claim.end_s, claim.direction) for claim in declared.claims] == [(0, 100, F), (100, 300, B)]
    assert (
        declared.notes
        == (
            "the file run.fit.labels.csv says forward says forward, but the file run.fit.labels.csv says backward says backward and counts",
        )
        or len(declared.notes) == 1
    )


def test_more_lines_than_any_session_has_are_not_read():
    found = labelled("".join(f"{i},{i + 1},backward\n" for i in range(LIMIT_LINES + 500)), elapsed_s=5000.0)

    assert spans(found) == [(0, LIMIT_LINES, B)]
    assert found.notes == ("labels: run.fit.labels.csv, has more than 1,000 lines: the others were not read",)


def test_of_a_file_with_two_sessions_times_count_from_the_first_and_spans_go_where_they_lie():
    first, second = activity(elapsed_s=600.0), activity(start=START + timedelta(seconds=700), elapsed_s=300.0)

    one, two = add_labels((first, second), name=NAME, data=b"500,750,backward\n800,900,backward\n620,690,backward")

    assert spans(one) == [(500, 600, B)]
    assert spans(two) == [(0, 50, B), (100, 200, B)]
    assert one.notes == ("labels: run.fit.labels.csv, line 3 lies outside the session",)
    assert two.notes == ()


def test_the_labels_file_counts_before_every_other_word():
    texts = [Text(Place.WORKOUT_STEP, "Forward", 0, 600), Text(Place.LAP_NOTES, "forward", 0, 600)]
    laps = [Lap(0, 300), Lap(300, 600)]
    one = labelled("100,200,backward", texts=texts, laps=laps, t_s=range(600), columns={"retro_dir": [1.0] * 600})

    found = read_declared(one, lap_rule=parse_lap_rule("2")).claims

    assert [(claim.start_s, claim.end_s, claim.direction) for claim in found] == [(0, 100, F), (100, 200, B), (200, 300, F), (300, 600, B)]


def test_labels_are_no_words_about_the_session():
    assert read_declared(labelled("0,10,forward\n20,30,backward")).hints == ()


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_spans_inside_the_session_and_notes(data):
    found = labelled(data)

    assert all(0 <= (text.start_s or 0) < (text.end_s or 0) <= 600 for text in found.texts)
    assert all(note.startswith("labels: run.fit.labels.csv, ") for note in found.notes)
    assert len(found.notes) <= 11


TIMES = st.integers(0, 900)
LINES = st.lists(st.tuples(TIMES, st.integers(1, 200), st.sampled_from(["backward", "forward"])), min_size=1, max_size=6)
RUN = recorded([Block(300, 2.8), Block(40, 2.0, B), Block(300, 2.8), Block(60, 0.0, is_paused=True), Block(200, 2.5)], seed=5)


@given(LINES)
def test_a_declared_span_is_never_overruled_by_what_the_signals_say(lines):
    text = "".join(f"{start},{start + length},{word}\n" for start, length, word in lines)
    (labelled_run,) = add_labels((RUN,), name=NAME, data=text.encode())
    said: dict[int, str] = {}
    for start, length, word in lines:
        for second in range(start, min(start + length, int(RUN.elapsed_s))):
            said.setdefault(second, word)

    segments = tag(labelled_run).segments

    for second, word in said.items():
        (segment,) = [one for one in segments if one.start_s <= second < one.end_s]
        paused = any(pause.start_s <= second < pause.end_s for pause in labelled_run.pauses)
        if not paused:
            assert (str(segment.direction), segment.basis) == (word, Basis.DECLARED), second


def files_of(folder: Path, *, labels: str = "2,10,backward\n", name: str = NAME) -> Path:
    data = fit.fit_file(fit.head(), fit.records(), fit.session())
    (folder / "run.fit").write_bytes(data)
    (folder / name).write_text(labels, encoding="utf-8")
    return folder / "run.fit"


def backward(row):
    (session,) = row["sessions"]
    return [(one["start_s"], one["end_s"], one["basis"], one["why"]) for one in session["segments"] if one["direction"] == "backward"]


def test_the_program_finds_the_file_beside_the_activity_and_in_an_archive(tmp_path):
    path = files_of(tmp_path)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("deep/run.fit", path.read_bytes())
        archive.writestr("deep/run.fit.labels.csv", "3,9,backward\n")
        archive.writestr("deep/silent.gpx", (SAMPLES / "waypoint-marks.gpx").read_bytes())

    (plain,) = objects(retro("import", path, "--dry-run", "--json", "--db", tmp_path / "x.db"))
    packed, silent = objects(retro("import", tmp_path / "a.zip", "--dry-run", "--json", "--db", tmp_path / "x.db"))

    assert backward(plain) == [(2.0, 10.0, "declared", ["the file run.fit.labels.csv says backward"])]
    assert backward(packed) == [(3.0, 9.0, "declared", ["the file run.fit.labels.csv says backward"])]
    assert not any("labels" in note for note in silent["notes"])


@pytest.mark.parametrize("name", ["run.fit.gz.labels.csv", "run.fit.labels.csv"])
def test_a_compressed_activity_takes_the_labels_of_either_name(tmp_path, name):
    path = files_of(tmp_path, name=name)
    (tmp_path / "run.fit.gz").write_bytes(gzip.compress(path.read_bytes()))

    (row,) = objects(retro("import", tmp_path / "run.fit.gz", "--dry-run", "--json", "--db", tmp_path / "x.db"))

    assert [why for _, _, _, why in backward(row)] == [[f"the file {name} says backward"]]


def test_a_labels_file_is_kept_with_the_session_and_a_change_of_it_judges_it_anew_once(tmp_path):
    path, db = files_of(tmp_path), tmp_path / "a.db"
    (row,) = objects(retro("import", path, "--json", "--db", db))
    shown = retro("explain", str(row["sessions"][0]["id"]), "--db", db)
    (same,) = objects(retro("import", path, "--json", "--db", db))
    (tmp_path / NAME).write_text("5,10,backward\n", encoding="utf-8")
    (dry,) = objects(retro("import", path, "--json", "--dry-run", "--db", db))
    (other,) = objects(retro("import", path, "--json", "--db", db))
    (again,) = objects(retro("import", path, "--json", "--db", db))

    assert len(backward(row)) == 1
    assert "the file run.fit.labels.csv says backward" in shown.stdout
    assert (same["outcome"], len(same["notes"])) == ("known", 1)
    assert dry["notes"][1] == "run.fit.labels.csv is new or changed: would be judged anew"
    assert other["notes"][1] == "run.fit.labels.csv is new or changed: was judged anew"
    assert backward(dry) == backward(other) == backward(again) == [(5.0, 10.0, "declared", ["the file run.fit.labels.csv says backward"])]
    assert (other["outcome"], other["relabelled"], again["relabelled"]) == ("known", [row["sessions"][0]["id"]], [])


def test_the_library_reads_what_lies_beside_a_file_as_the_program_does(tmp_path):
    (one,) = read(files_of(tmp_path))

    assert spans(one) == [(2, 10, B)]


def test_a_folder_of_labels_alone_holds_no_activity(tmp_path):
    (tmp_path / "run.fit.labels.csv").write_text("1,2,backward", encoding="utf-8")

    done = retro("import", tmp_path, "--db", tmp_path / "a.db")

    assert "no activity files found" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="its file systems have no pipes")
def test_a_pipe_or_a_folder_with_the_name_of_a_labels_file_costs_a_note(tmp_path):
    path = files_of(tmp_path)
    (tmp_path / NAME).unlink()
    os.mkfifo(tmp_path / NAME)

    (row,) = objects(retro("import", path, "--dry-run", "--json", "--db", tmp_path / "x.db"))

    assert row["outcome"] == "imported"
    assert row["notes"] == ["labels: run.fit.labels.csv was not used: it is no regular file"]


def test_a_labels_file_that_is_too_large_costs_a_note(tmp_path):
    path = files_of(tmp_path, labels="#" * ((1 << 20) + 1))

    (row,) = objects(retro("import", path, "--dry-run", "--json", "--db", tmp_path / "x.db"))

    assert row["notes"] == ["labels: run.fit.labels.csv was not used: it has more than 1,048,576 bytes"]


def test_a_pause_stays_a_pause_in_a_labelled_span():
    one = labelled("0,600,backward")
    paused = Activity(
        start=START, t_s=one.t_s, columns={}, elapsed_s=600, timer_s=500, format="fit", texts=one.texts, pauses=(Pause(200, 300),)
    )

    assert [(segment.start_s, segment.end_s, str(segment.direction)) for segment in tag(paused).segments] == [
        (0.0, 200.0, "backward"),
        (200.0, 300.0, "still"),
        (300.0, 600.0, "backward"),
    ]
