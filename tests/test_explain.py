"""``explain`` and ``show`` as a runner sees them: real processes, the sample files, a terminal of 80 columns."""

from __future__ import annotations

import json
import math
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from importer.detect.tagging import tag
from importer.reports.explanation import explain, explanation_json
from importer.reports.explanation_page import explanation_text
from importer.reports.picture import ASCII
from importer.store import open_store
from importer.store.preview import preview
from importer.store.records import SourceInfo
from importer.values.activity import Place, Text
from importer.values.session import Direction
from tests.support import training
from tests.support.databases import NOW
from tests.support.facing_runner import draw_wearer, face, facing_activity
from tests.support.present import present
from tests.support.program import SAMPLES, retro
from tests.support.runner import Block, record

GAIT = ("prior", "cadence", "speed", "heart_rate", "taken_for_walking", "contact_time", "set")


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    """A database with some samples, each judged as a first session: 1 repetitions, 2 hill repeats, 3 a watch on a treadmill, 4 forward,
    5 a walk with a title, 6 workout steps."""
    url = f"sqlite:///{tmp_path_factory.mktemp('explain') / 'runs.db'}"
    names = (
        "outdoor-repetitions.fit",
        "hill-repeats.fit",
        "watch-treadmill.fit",
        "forward-run.fit",
        "retro-walk.gpx.gz",
        "workout-steps.fit",
    )
    for i, name in enumerate(names):
        done = retro("import", SAMPLES / name, "--db", url, "--athlete", f"runner {i}")
        assert done.returncode == 0, done.stderr
    return url


def told(db: str, *words: str) -> str:
    done = retro("explain", *words, "--db", db)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def facts(db: str, *words: str) -> dict:
    return json.loads(told(db, *words, "--json"))


def on_terminal(*words: str, columns: int = 80) -> str:
    """Run the program on a terminal of its own and give what it shows."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "LINES": "24", "PYTHONUTF8": "1", "TERM": "xterm-256color"}
    with subprocess.Popen([sys.executable, "-m", "importer", *words], stdout=follower, stderr=follower, env=environment) as program:
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:  # Linux says so when the program has closed the terminal
                break
            if not part:
                break
            shown += part
        assert program.wait(timeout=60) == 0
    os.close(leader)
    return shown.decode().replace("\r\n", "\n")


def test_a_set_of_repetitions_is_explained(db):
    text = told(db, "1")
    assert "6 repetitions of 29-41 s backward (running, 2.1 m/s), recoveries 75 s running, in the main part" in text
    lines = text.splitlines()
    direction = next(line for line in lines if line.startswith("direction "))
    assert [len(run) > 0 for run in direction.replace("─", " ").split()[1:]] == [True] * 6
    assert {"speed", "cadence", "over", "heart"} <= {line.split()[0] for line in lines if line}
    assert text.count("backward?: cadence ") == 6
    assert "`retro-import confirm 1`" in text


def test_the_json_gives_the_same_facts_and_they_add_up(db):
    found = facts(db, "1")
    shown = json.loads(retro("show", "1", "--db", db, "--json").stdout)
    assert [(one["start_s"], one["end_s"], one["direction"]) for one in found["stretches"]] == [
        (one["start_s"], one["end_s"], one["direction"]) for one in shown["segments"]
    ]
    assert found["is_current"] is True
    assert found["p_prior"] == 0.05
    backward = [one for one in found["stretches"] if one["direction"] == "backward"]
    for one in backward:
        assert sum(one["nats"][name] for name in GAIT) == pytest.approx(one["gait_nats"], abs=0.05)
        assert 1 / (1 + math.exp(-one["gait_nats"])) == pytest.approx(one["confidence"], abs=0.01)
        assert one["nats"]["cadence"] > 3 > 1 > one["nats"]["speed"] > 0
        assert one["excess_ratio"] == pytest.approx(one["cadence_spm"] / one["expected_spm"] - 1, abs=0.01)
    forward = [one for one in found["stretches"] if one["direction"] == "forward"]
    assert all(one["nats"]["cadence"] < -1 for one in forward)


def test_a_watch_on_a_treadmill_is_told_what_would_help(db):
    found = facts(db, "3")
    assert found["cannot_tell"] in found["verdict"][0]
    assert {nats for one in found["stretches"] for nats in one["nats"].values()} == {0.0}
    text = told(db, "3")
    assert "nothing was tagged: your watch computed this speed from cadence, so it cannot tell: record the belt, press lap" in text
    assert "over usual" not in text
    assert " ?" in text


def test_a_forward_run_says_that_nothing_stood_out(db):
    assert facts(db, "4")["verdict"][0] == "nothing was tagged: no stretch stood out from your forward movement"
    assert "standing" in told(db, "4")


def test_a_title_is_told_as_words_about_the_whole_session(db):
    assert 'track name "Retro walk in the park" speaks of backward movement: of the whole session' in told(db, "5")


def test_what_the_runner_declared_decides_alone_and_gait_is_told_beside_it(db):
    found = facts(db, "6")
    backward = [one for one in found["stretches"] if one["direction"] == "backward"]
    assert {one["basis"] for one in backward} == {"declared"}
    assert {one["nats"]["words"] for one in backward} == {3.48}
    assert all(one["p_gait"] > 0.8 for one in backward)
    assert {one["nats"]["words"] for one in found["stretches"] if one["direction"] == "forward"} == {-3.48}


def test_a_stretch_that_nobody_tagged_is_weighed_on_request(db):
    (asked,) = facts(db, "1", "5:00-5:40")["stretches"]
    assert (asked["start_s"], asked["end_s"], asked["segment"]["end_s"]) == (300.0, 340.0, 764.0)
    assert asked["p_gait"] < 0.01
    assert asked["nats"]["set"] != 0.0
    text = told(db, "1", "5:00-5:40")
    assert "nothing was tagged: 5:00-5:40 is nearest to it with 0%, and 80% are needed" in text
    assert "cadence" in text.rpartition(" speak")[0].rpartition(";")[2]
    assert told(db, "1", "20:00-20:20").count("\n20:") == 3


def test_the_picture_is_ascii_on_request(db):
    text = told(db, "1", "--ascii")
    picture = text[text.index("speed ") : text.index("your words")]
    assert picture.isascii()
    assert "o backward?" in picture


@pytest.mark.parametrize("session", ["1", "2", "3", "6"])
def test_everything_fits_on_a_terminal_of_eighty_columns(db, session):
    for words in (("explain", session), ("show", session)):
        lines = on_terminal(*words, "--db", db).splitlines()
        assert not any(line.strip() == "97%" for line in lines)  # no cell is broken
        assert max(map(len, lines)) <= 80
        assert "\x1b[" not in "".join(lines)


def test_a_pipe_gets_whole_sentences_and_no_colour(db):
    text = told(db, "1")
    assert "\x1b[" not in text
    assert any(len(line) > 150 for line in text.splitlines())


def test_words_of_the_runner_are_in_the_explanation(tmp_path):
    url = f"sqlite:///{tmp_path / 'runs.db'}"
    retro("import", SAMPLES / "outdoor-repetitions.fit", "--db", url)
    retro("confirm", "1", "--db", url)
    retro("tag", "1", "5:00-6:00", "unknown", "--db", url)
    found = facts(url, "1")
    assert found["is_current"] is True
    manual = [one for one in found["stretches"] if one["basis"] == "manual"]
    assert [one["nats"]["words"] for one in manual] == [3.48] * 6
    assert found["channels"]["words"].startswith("6 backward and 1 unknown stretches by your own word")
    assert "you confirmed it" in told(url, "1")


def test_the_explanation_is_by_the_history_that_judged_the_session(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'runs.db'}") as store:
        for day in range(4):
            kept = training.keep(store, day)
        assert kept.baseline_id is not None
        activity, baseline = store.load_activity(kept.id), store.baseline(kept.baseline_id)
        own, stranger = (explain(store.session(kept.id), activity, baseline=known) for known in (baseline, None))
    assert explanation_json(own)["n_earlier_sessions"] == 3
    assert own.is_current
    assert "3 earlier ones" in explanation_text(own, columns=None)
    backward = [
        (present(one.account.p_gait), present(one.segment.confidence))
        for one in own.stretches
        if one.segment.direction is Direction.BACKWARD
    ]
    assert backward
    assert all(p == pytest.approx(confidence, abs=0.05) or p > confidence for p, confidence in backward)
    assert [one.account.p_gait for one in own.stretches] != [one.account.p_gait for one in stranger.stretches]


def test_a_session_that_would_be_judged_otherwise_today_says_so(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'runs.db'}") as store:
        kept = training.keep(store, 1)
        record_then = store.session(kept.id)
        store.retag(kept.id, tag(training.activity(0)), now=NOW)  # tags of another day: what an older version might have left behind
        stale = explain(store.session(kept.id), store.load_activity(kept.id))
        fresh = explain(record_then, store.load_activity(kept.id))
    assert (fresh.is_current, stale.is_current) == (True, False)
    assert "judged anew it would be tagged otherwise" in explanation_text(stale, columns=80)


def test_facing_has_a_row_of_its_own_and_decides():
    recording = record([Block(720, 2.8), *[Block(30, 2.0, Direction.BACKWARD), Block(75, 2.5)] * 6], seed=5)
    watch = face(recording, seed=5, wearer=draw_wearer(5, swing_sd_deg=20.0))
    activity = facing_activity(recording, watch, texts=(Text(Place.WORKOUT_STEP, "Forward warm up", 0.0, 120.0),))
    session = tag(activity)
    told_of = explain(preview(SourceInfo("a.fit", "0" * 64), session, athlete="me"), activity)
    text = explanation_text(told_of, columns=80, style=ASCII)
    assert "facing back" in text
    assert "which way is forward is known from what you declared" in " ".join(text.split())
    backward = [one for one in told_of.stretches if one.segment.direction is Direction.BACKWARD]
    assert len(backward) == 6
    assert all(str(one.segment.basis) == "facing" and present(one.account.p_facing) > 0.99 for one in backward)
    # no terminal here, so the table sets its columns further apart: one blank between them is what counts
    assert max(len(" ".join(line.split())) for line in text.splitlines() if not line.startswith("──")) <= 80


def test_show_names_each_repetition(db):
    text = retro("show", "1", "--db", db).stdout
    assert [f"repetition {i}/6" in text for i in range(1, 7)] == [True] * 6
    assert "running backward: at 79 % of your forward speed" in text
    assert "5 hill repeats of 61 s backward (running, 1.9 m/s, 5 % uphill)" in retro("show", "2", "--db", db).stdout


def test_the_import_tells_the_kind_in_one_line(tmp_path):
    done = retro(SAMPLES / "workout-steps.fit", "--db", f"sqlite:///{tmp_path / 'a.db'}")
    (line,) = done.stdout.splitlines()
    assert "backward 4:00, 481 m, declared: 4 repetitions of 60 s (running, 2.0 m/s), recoveries 90 s running, in the main part" in line


def test_every_sample_can_be_explained(tmp_path):
    url = f"sqlite:///{tmp_path / 'all.db'}"
    retro("import", SAMPLES, "--db", url)
    n = len(json.loads(retro("report", "--db", url, "--format", "json").stdout))
    assert n == len([path for path in Path(SAMPLES).iterdir() if path.name.endswith((".fit", ".gpx", ".tcx", ".gz"))]) - 1
    for session in range(1, n + 1):
        found = facts(url, str(session))
        assert found["is_current"] is True
        assert found["stretches"][-1]["end_s"] == pytest.approx(found["elapsed_s"], abs=1e-3)
        assert found["verdict"]
