"""``retro-import report``: what a user types, and what stands on the terminal, in the pipe and in the file."""

from __future__ import annotations

import csv
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from importer.cli.main import cli
from importer.reports.questions import QUESTIONS
from importer.store import SourceInfo, open_store
from importer.values.session import Standing
from tests.conftest import ROOT
from tests.support.databases import NOW, fresh
from tests.support.many_sessions import Part, SessionSpec, backward, store_sessions, years_of_training
from tests.support.program import retro

RUN = Part(600.0)
WAITING = backward(60.0, standing=Standing.SUGGESTED)
#: what other programs rely on, in this order
KEYS = (
    "session_id,athlete,start_utc,start_local,day_local,sport,environment,speed_basis,distance_m,elapsed_s,timer_s,moving_s,backward_accepted_s,"
    "backward_accepted_m,backward_suggested_s,backward_suggested_m,forward_s,forward_m,unknown_s,n_bouts_accepted,n_bouts_suggested,"
    "backward_bases,path"
)


def of(day: str, *parts: Part, **changes: Any) -> SessionSpec:
    return SessionSpec(datetime.fromisoformat(f"{day}T12:00+00:00"), parts, utc_offset_s=0, **changes)


def database(path: Path, specs: Sequence[SessionSpec]) -> Path:
    with open_store(str(path)) as store:
        store_sessions(store, specs)
    return path


@pytest.fixture(scope="module")
def years(tmp_path_factory) -> Path:
    """Give a database with 80 sessions of one athlete."""
    return database(tmp_path_factory.mktemp("years") / "a.db", years_of_training(80, athletes=("me",)))


def report(path: Path, *words: str | Path) -> str:
    """Run the report in a pipe, in this process."""
    done = CliRunner().invoke(cli, ["report", *map(str, words), "--db", str(path)], catch_exceptions=False)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def on_terminal(path: Path, *words: str, columns: int = 80, **environment: str) -> str:
    """Run the report on a terminal of its own."""
    pty = pytest.importorskip("pty")
    mine, theirs = pty.openpty()
    env = {name: value for name, value in os.environ.items() if not name.startswith("RETRO_")}
    env |= {"COLUMNS": str(columns), "PYTHONUTF8": "1", **environment}
    with subprocess.Popen([sys.executable, "-m", "importer", "report", *words, "--db", str(path)], stdout=theirs, env=env) as program:
        os.close(theirs)
        said = b""
        while True:
            try:
                some = os.read(mine, 65_536)
            except OSError:  # how a terminal says that nobody writes to it any more
                break
            if not some:
                break
            said += some
    os.close(mine)
    assert program.returncode == 0
    return said.decode().replace("\r\n", "\n")


def test_the_list_of_sessions_is_what_it_was_and_ends_with_what_is_worth_knowing(tmp_path):
    path = database(tmp_path / "a.db", [of("2026-03-02", RUN, backward(60.0)), of("2026-03-10", RUN, WAITING)])
    assert report(path).splitlines() == [
        "no   day          what    time   distance     backward    suggested   share   basis",
        "──────────────────────────────────────────────────────────────────────────────────────",
        " 2   2026-03-10   run    11:00    1.75 km                1:00 105 m   9.1 %   declared",
        " 1   2026-03-02   run    11:00    1.75 km   1:00 105 m                9.1 %   declared",
        "2 sessions, 22:00 moving: 1:00 backward (4.5 %), 1:00 more suggested",
        "",
        "12 weeks to the week of 2026-03-09: ▁▁▁▁▁▁▁▁▁▁█▁ most 1:00 backward",
        "1 suggestion to confirm in 1 session: `retro-import confirm 2` or `retro-import reject 2`",
        "more: `retro-import report QUESTION` with amount, kinds, speed, effort, progress, balance, forward, attention",
    ]


def test_machines_get_the_rows_of_sessions_under_their_old_names(tmp_path):
    path = database(tmp_path / "a.db", [of("2026-03-02", RUN, backward(60.0))])
    lines = report(path, "--format", "csv").splitlines()
    assert lines[0].startswith(KEYS)
    (row,) = json.loads(report(path, "--format", "json"))
    assert list(row) == lines[0].split(",")
    assert (row["start_utc"], row["start_local"], row["backward_accepted_s"]) == ("2026-03-02T12:00:00Z", "2026-03-02T12:00:00", 60.0)


@pytest.mark.parametrize("question", [name for name in QUESTIONS if name != "sessions"])
def test_every_question_fits_a_terminal_of_80_columns(years, question):
    text = on_terminal(years, question, NO_COLOR="1")
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b[" not in text


def test_the_headline_is_bold_on_a_terminal_and_nowhere_else(years):
    headline, rest = on_terminal(years, "amount", TERM="xterm").split("\n\n", 1)
    assert all(line.startswith("\x1b[1m") and line.endswith("\x1b[0m") for line in headline.splitlines())
    assert "\x1b[" not in rest
    assert "\x1b[" not in on_terminal(years, "amount", TERM="dumb")
    assert "\x1b[" not in report(years, "amount")


def test_a_terminal_gets_the_newest_sessions_and_a_pipe_all(years):
    shown = on_terminal(years)
    assert "the newest 30 of 80 sessions; all of them: `retro-import report --format csv`" in shown
    assert "80 sessions, " in shown
    assert sum(line.lstrip()[:2].isdecimal() for line in shown.splitlines()[2:32]) == 30
    assert len(report(years).split("\n\n")[0].splitlines()) == 80 + 3


def test_a_terminal_without_blocks_gets_ascii(years):
    text = on_terminal(years, "balance", PYTHONUTF8="0", PYTHONIOENCODING="latin-1", NO_COLOR="1")
    assert text.replace("·", "").isascii()
    assert "Mon " in text


def test_an_encoding_that_lacks_a_letter_is_no_error(tmp_path):
    path = database(tmp_path / "a.db", [of("2026-03-02", RUN), of("2026-03-02", RUN, athlete="한나")])
    done = subprocess.run(
        [sys.executable, "-m", "importer", "report", "--db", str(path)],
        capture_output=True,
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"},
        check=True,
    )
    assert b"?" in done.stdout
    assert (
        "한나".encode()
        in subprocess.run(
            [sys.executable, "-m", "importer", "report", "--db", str(path), "--format", "csv"],
            capture_output=True,
            env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"},
            check=True,
        ).stdout
    )


def test_limits_reach_every_format(tmp_path):
    specs = [
        of("2026-03-02", RUN, backward(60.0)),
        of("2026-03-10", RUN, WAITING, athlete="Ada"),
        of("2026-04-10", RUN, backward(30.0)),
    ]
    path = database(tmp_path / "a.db", specs)

    def rows(*words: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(report(path, "amount", "--format", "json", *words))
        return found

    assert [row["month_local"] for row in rows("--by", "month")] == ["2026-04", "2026-03", "2026-03"]
    assert [row["year_local"] for row in rows("--by", "year", "--athlete", "me")] == ["2026"]
    assert [row["session_id"] for row in rows("--by", "session", "--since", "2026-03-10", "--until", "2026-04-09")] == [1]
    assert "12 weeks" in report(path, "--place", "outdoor", "--units", "imperial")
    assert "1.09 mi" in report(path, "--units", "imperial")
    assert "1:00 of it is only suggested" in report(path, "amount", "--athlete", "Ada", "--standing", "all")


@pytest.mark.parametrize(("name", "start"), [("a.json", "[\n"), ("a.csv", "week_local,"), ("a.txt", "6:40 "), ("report", "6:40 ")])
def test_a_file_is_written_as_its_name_says(tmp_path, name, start):
    path = database(tmp_path / "a.db", [of("2026-03-02", RUN, backward(400.0))])
    target = tmp_path / name
    done = retro("report", "amount", "-o", target, "--db", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"{target}: written\n")
    assert target.read_text(encoding="utf-8").startswith(start)


def test_a_file_that_is_there_is_replaced_whole(tmp_path):
    path = database(tmp_path / "a.db", [of("2026-03-02", RUN)])
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("x" * 100_000, encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    retro("report", "--format", "csv", "-o", link, "--db", path)
    with real.open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 1
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.db", "link.csv", "real.csv"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-o", "nowhere/a.csv"), "there is no folder"),
        (("-o", "."), "is a folder"),
        (("--format", "parquet"), "name a file"),
        (("--since", "2026-03-02", "--until", "2026-03-01"), "is behind --until 2026-03-01"),
        (("--place", "moon"), "moon"),
        (("bananas",), "bananas"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_done(tmp_path, words, told):
    path = database(tmp_path / "a.db", [])
    done = retro("report", *words, "--db", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_parquet_is_a_file_with_types(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    path = database(tmp_path / "a.db", [of("2026-03-02", RUN, backward(60.0))])
    target = tmp_path / "a.parquet"
    assert retro("report", "amount", "-o", target, "--db", path).returncode == 0
    assert parquet.read_table(target).to_pylist()[0]["backward_accepted_s"] == 60.0


def test_a_page_is_for_no_terminal(tmp_path):
    path = database(tmp_path / "a.db", [of("2026-03-02", RUN, backward(60.0))])
    target = tmp_path / "a.html"
    assert retro("report", "-o", target, "--db", path).returncode == 0
    assert target.read_text(encoding="utf-8").lower().startswith("<!doctype html>")


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_database_with_nothing_but_failures_says_so(tmp_path, question):
    path = tmp_path / "a.db"
    with open_store(str(path)) as store:
        batch = store.start_batch(command="import", now=NOW)
        source = SourceInfo("run.fit", "a" * 64, 1, "fit")
        store.record_failure(source, kind="failed", code="corrupt-file", message="broken", offset=None, batch_id=batch, now=NOW)
    text = report(path, question)
    assert text.strip()
    if question == "sessions":
        assert "no sessions" in text
        assert "1 failed file: `retro-import status` says why" in text


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("specs", [[of("2026-03-02", RUN)], [of("2026-03-02", Part(60.0), WAITING, Part(60.0))]], ids=["one", "suggested"])
def test_one_session_is_enough_for_every_question(tmp_path, question, specs):
    path = database(tmp_path / "a.db", specs)
    assert report(path, question).strip()


def test_years_between_sessions_make_no_long_list(tmp_path):
    path = database(tmp_path / "a.db", [of("1999-03-02", RUN, backward(60.0)), of("2026-03-02", RUN, backward(30.0))])
    lines = report(path, "amount").splitlines()
    assert any(line.startswith("⋮") for line in lines)
    assert len(lines) < 20


def test_the_database_may_be_postgresql(tmp_path):
    with fresh("postgresql", tmp_path) as url:
        with open_store(url) as store:
            store_sessions(store, years_of_training(12, until=NOW - timedelta(days=1)))
        for question in ("sessions", "amount", "kinds", "balance"):
            done = retro("report", question, "--db", url)
            assert (done.returncode, done.stderr) == (0, "")
            assert "backward" in done.stdout


def shape(line: str) -> str:
    """Give a line without what a better detection may change: numbers, lengths of bars, columns."""
    return " ".join(re.sub(r"[▁-█▒░]+", "█", re.sub(r"[\d.,:]+", "0", line)).split())


EXAMPLES = {"README.md": ("treadmill-belt-blocks.fit", "workout-steps.fit", "watch-treadmill.fit"), "docs/reports.md": (".",)}


@pytest.mark.parametrize("page", EXAMPLES)
def test_the_examples_of_the_pages_are_what_is_printed(tmp_path, page):
    db = tmp_path / "a.db"
    retro("import", *(ROOT / "sample_files" / name for name in EXAMPLES[page]), "--db", db)
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^\$ retro-import (report.*?)\n(.*?)^(?:```|\$)", text, flags=re.MULTILINE | re.DOTALL)
    assert blocks
    for words, shown in blocks:
        printed = (
            on_terminal(db, *words.split()[1:], columns=80, NO_COLOR="1") if page.startswith("docs") else report(db, *words.split()[1:])
        )
        lines = iter([shape(line) for line in printed.splitlines()])
        missing = [line for line in shown.splitlines() if shape(line) not in lines]
        assert missing == []


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout here")
def test_a_file_that_nobody_reads_is_no_error(years):
    words = [sys.executable, "-m", "importer", "report", "--db", str(years), "-o", "/dev/stdout"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        assert b"Traceback" not in program.stderr.read()
    assert program.returncode == 0
