"""Notices on the desktop: a stand-in on PATH takes the place of the system's notifier, as the real one needs a desktop."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from importer.pipeline import ImportResult, Outcome, Problem
from importer.store.records import SourceInfo
from importer.watch.events import Event
from importer.watch.notify import EVERY_S, Notices, command, notifier, words
from tests.support.watching import Watching, once, run_bytes, stored, told, write

needs_notify_send = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="another notifier")


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def stub(tmp_path):
    """Put a notify-send on PATH; what it is told stands in a file, a JSON list a line."""

    def put(then: str = "") -> tuple[str, Path]:
        notes = tmp_path / "notes"
        program = tmp_path / "bin" / "notify-send"
        program.parent.mkdir()
        program.write_text(
            f"#!{sys.executable}\nimport json, sys, time\nopen({str(notes)!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n{then}\n"
        )
        program.chmod(0o755)
        return f"{program.parent}{os.pathsep}{os.environ['PATH']}", notes

    return put


def result(name="run.fit", error=None):
    outcome = Outcome.IMPORTED if error is None else Outcome.FAILED
    return ImportResult(SourceInfo(name, "0" * 64), outcome, error=None if error is None else Problem("corrupt-file", error))


@needs_notify_send
def test_one_notice_tells_of_all_that_came_at_once_in_plain_words(inbox, tmp_path, stub):
    path, notes = stub()
    for number in range(3):
        write(inbox / f"{number}.fit", run_bytes(number))
    write(inbox / "--bad <b>&.fit", b"nothing")
    done = once(inbox, tmp_path / "runs.db", "--notify", PATH=path)
    assert done.returncode == 3
    ((app, end, title, text),) = [json.loads(line) for line in notes.read_text().splitlines()]
    assert (app, end, title) == ("--app-name=retro-import", "--", "retro-import: 3 imported, 1 failed")
    assert text.startswith("no backward running found; --bad &lt;b&gt;&amp;.fit: ")
    assert once(inbox, tmp_path / "runs.db", "--notify", PATH=path).returncode == 0
    assert len(notes.read_text().splitlines()) == 1  # nothing new, no notice


@needs_notify_send
def test_nothing_is_shown_unless_asked_for(inbox, tmp_path, stub):
    path, notes = stub()
    write(inbox / "a.fit", run_bytes(0))
    assert len(told(once(inbox, tmp_path / "runs.db", PATH=path))) == 1
    assert not notes.exists()


@needs_notify_send
@pytest.mark.parametrize(
    ("then", "said"), [("sys.exit(3)", "ended with status 3"), ("time.sleep(900)", "took longer than 5 s and was ended")]
)
def test_a_notifier_that_fails_or_hangs_is_said_once_and_stops_nothing(inbox, tmp_path, stub, then, said):
    path, _ = stub(then)
    write(inbox / "a.fit", run_bytes(0))
    begun_s = time.monotonic()
    with Watching(inbox, db=tmp_path / "runs.db", said=tmp_path / "said", words=("--notify",), PATH=path) as watching:
        watching.wait_for(1, "imported")
        watching.wait_for_event("wrong")
        write(inbox / "b.fit", run_bytes(1))
        watching.wait_for(2, "imported")
        assert watching.end() == 0
    assert time.monotonic() - begun_s < 600
    assert len(stored(tmp_path / "runs.db")) == 2
    assert [event["message"] for event in watching.events("wrong")] == [f"notify-send {said}"]


@needs_notify_send
def test_a_machine_without_a_notifier_says_so_and_imports(inbox, tmp_path):
    write(inbox / "a.fit", run_bytes(0))
    done = once(inbox, tmp_path / "runs.db", "--notify", PATH=str(tmp_path))
    assert (done.returncode, len(stored(tmp_path / "runs.db"))) == (0, 1)
    assert "--notify: there is no notify-send here: files are imported all the same" in done.stderr


@needs_notify_send
def test_a_fault_of_the_notifier_that_stays_the_same_is_told_once(monkeypatch, stub):
    monkeypatch.setenv("PATH", stub("sys.exit(1)")[0])
    events: list[Event] = []
    notices = Notices(tell=events.append)
    for now_s in (0.0, EVERY_S, 2 * EVERY_S):
        notices.add(result())
        notices.show(now_s=now_s)
    assert [event.facts["message"] for event in events] == ["notify-send ended with status 1"]


@needs_notify_send
def test_there_is_at_most_one_notice_a_minute_and_none_is_lost(monkeypatch, stub):
    path, notes = stub()
    monkeypatch.setenv("PATH", path)
    notices = Notices(tell=lambda event: None)
    for second in range(150):
        notices.add(result())
        notices.show(now_s=float(second))
    titles = [json.loads(line)[2] for line in notes.read_text().splitlines()]
    assert titles == ["retro-import: run.fit imported", *[f"retro-import: {EVERY_S:.0f} files imported"] * 2]


def test_a_notice_of_one_file_names_it_and_of_many_failures_says_where_to_look():
    assert words([result()]) == ("retro-import: run.fit imported", "no backward running found")
    assert words([result("in/bad.fit", "is damaged")]) == ("retro-import: bad.fit failed", "is damaged")
    assert words([result(error="x")] * 2) == ("retro-import: 2 files failed", "see `retro-import status`")
    title, text = words([result("a\n\x1b" + "x" * 200 + "\udcff.fit", "y" * 500)])
    assert title.isprintable()
    assert max(len(title), len(text)) < 120


def test_on_macos_title_and_text_are_arguments_of_a_script_and_windows_shows_nothing():
    *script, title, text = command("/usr/bin/osascript", 'a" & b', "c", platform="darwin")
    assert (title, text) == ('a" & b', "c")
    assert script[1::2] == ["-e"] * 3
    assert (notifier("darwin"), notifier("win32"), notifier("freebsd14")) == ("osascript", None, "notify-send")
