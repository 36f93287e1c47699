"""The Python interface: rows as the reports have them, in data frames without a word more, and nothing loaded before it is used."""

from __future__ import annotations

import builtins
import doctest
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

import importer
import importer.diary
from importer.errors import StoreError, UsageError
from importer.face import import_file
from importer.linking.settling import whole
from importer.reports.questions import QUESTIONS, ask
from importer.reports.questions.asking import asked
from importer.reports.questions.facts import Asked, Facts, Period
from importer.store import open_store
from tests.conftest import ROOT
from tests.support.databases import KINDS, fresh
from tests.support.many_sessions import store_sessions, years_of_training
from tests.support.program import SAMPLES

N_SESSIONS = 40


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Give a database file of three samples: on the road, on a track, on a treadmill."""
    path = tmp_path_factory.mktemp("db") / "runs.db"
    for name in ("outdoor-repetitions.fit", "track-notes.tcx", "treadmill-belt-blocks.fit"):
        import_file(SAMPLES / name, db=str(path))
    return path


@pytest.fixture
def diary(file):
    with importer.open(file) as diary:
        yield diary


@pytest.fixture(scope="module", params=KINDS)
def trained(request, tmp_path_factory):
    """Give the URL of a database of some months of training."""
    with fresh(request.param, tmp_path_factory.mktemp("db")) as url:
        with open_store(url) as store:
            store_sessions(store, years_of_training(N_SESSIONS))
        yield url


def plain(rows):
    return [{name: list(value) if isinstance(value, tuple) else value for name, value in row.items()} for row in rows]


# --- rows -------------------------------------------------------------------------------------------------------------


def test_rows_are_those_of_the_views(trained):
    with importer.open(trained) as diary, open_store(trained, create=False, read_only=True) as store:
        assert diary.sessions() == plain(store.view("v_session"))
        assert diary.segments() == plain(store.view("v_segment"))
        assert diary.bouts() == plain(store.view("v_bout"))
        assert len(diary.sessions()) == N_SESSIONS


def test_limits_cut_sessions_segments_and_bouts_alike(trained):
    with importer.open(trained) as diary:
        days = sorted({row["day_local"] for row in diary.sessions()})
        first, last = days[len(days) // 3], days[2 * len(days) // 3]
        for ask_rows in (diary.sessions, diary.segments, diary.bouts):
            every = ask_rows()
            assert ask_rows(since=first, until=date.fromisoformat(last)) == [row for row in every if first <= row["day_local"] <= last]
            assert ask_rows(athlete="Ada", place="treadmill") == [
                row for row in every if row["athlete"] == "Ada" and row["environment"] == "treadmill"
            ]
        assert diary.bouts(gait="walk") == [row for row in diary.bouts() if row["gait"] == "walk"]
        assert diary.segments(direction="still") == [row for row in diary.segments() if row["direction"] == "still"] != []


def test_times_are_aware_and_rows_go_into_json(trained):
    with importer.open(trained) as diary:
        for row in diary.sessions() + diary.segments() + diary.bouts():
            times = [value for name, value in row.items() if name.endswith("_utc")]
            assert times
            assert {time.utcoffset() for time in times} == {timedelta(0)}
            json.dumps({name: value for name, value in row.items() if not name.endswith("_utc")}, allow_nan=False)


def test_rows_are_the_callers_own(diary):
    diary.sessions()[0].clear()
    diary.segments()[0]["why"].append("mine")
    assert diary.sessions()[0]["session_id"]
    assert "mine" not in diary.segments()[0]["why"]


def test_every_call_reads_anew(tmp_path):
    path = tmp_path / "a.db"
    import_file(SAMPLES / "lap-toggle.fit", db=str(path))
    with importer.open(path) as diary:
        assert len(diary.sessions()) == 1
        import_file(SAMPLES / "track-notes.tcx", db=str(path))
        assert len(diary.sessions()) == 2


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_report_gives_the_rows_of_the_answer(trained, question):
    with importer.open(trained) as diary, open_store(trained, create=False, read_only=True) as store:
        wanted = ask(question, Facts(store, Asked(since=date(2026, 1, 1), is_all=True, by=Period.MONTH)))
        assert diary.report(question, since="2026-01-01", standing="all", by="month") == plain(wanted.rows)
        assert diary.answer(question, since="2026-01-01", standing="all", by="month") == wanted
        assert diary.questions == QUESTIONS


def test_energy_and_units_can_be_asked_for(trained):
    with importer.open(trained) as diary:
        popular, usual = (sum(row["backward_kcal"] or 0 for row in diary.report("effort", energy_factor=k)) for k in (1.2, None))
        assert popular == pytest.approx(usual * 1.2 / 1.3)
        assert popular > 0
        texts = [" ".join(diary.answer("amount", units=units).headline) for units in ("metric", "imperial")]
        assert " km" in texts[0]
        assert " mi" in texts[1]
    with pytest.raises(UsageError, match=r"units: there is no 'furlongs' \(known: metric, imperial\)"):
        asked(units="furlongs")


def test_samples_are_the_recording_with_the_words_of_its_segments(diary):
    for row in diary.sessions():
        columns = diary.samples(row["session_id"])
        activity = whole(diary._store, row["session_id"]).activity
        assert list(columns) == ["t_s", *activity.columns, "direction", "gait", "standing", "basis", "confidence"]
        assert {len(column) for column in columns.values()} == {len(activity)}
        np.testing.assert_array_equal(columns["speed_mps"], activity.columns["speed_mps"])
        n_backward = 0
        for segment in diary.segments(direction="backward"):
            if segment["session_id"] == row["session_id"]:
                inside = (columns["t_s"] >= segment["start_s"]) & (columns["t_s"] < segment["end_s"])
                assert set(columns["direction"][inside]) == {"backward"}
                assert set(columns["standing"][inside]) == {segment["standing"]}
                assert set(columns["confidence"][inside]) == {segment["confidence"]}
                n_backward += int(np.count_nonzero(inside))
        assert np.count_nonzero(columns["direction"] == "backward") == n_backward


# --- data frames ------------------------------------------------------------------------------------------------------


def many(rows, n=10_000):
    """Give ten thousand rows; what is sometimes missing is missing in the first thousands."""
    some = {name for row in rows for name, value in row.items() if value is None}
    return [{name: None if name in some and i < n // 2 else value for name, value in rows[i % len(rows)].items()} for i in range(n)]


@pytest.mark.parametrize("name", ["sessions", "segments", "bouts"])
def test_rows_go_into_pandas_in_one_line(trained, name):
    pandas = pytest.importorskip("pandas")
    with importer.open(trained) as diary:
        rows = many(getattr(diary, name)())
    frame = pandas.DataFrame(rows)
    assert len(frame) == 10_000
    start = frame["start_utc" if name == "sessions" else "session_start_utc"]
    assert str(start.dt.tz) == "UTC"
    for column in frame:
        missing = [row[column] is None for row in rows]
        assert frame[column].isna().tolist() == missing, column
        if column.endswith(("_s", "_m", "_mps", "_bpm")):
            assert pandas.api.types.is_numeric_dtype(frame[column]) or all(missing), column
    assert frame["athlete"].tolist() == [row["athlete"] for row in rows]


@pytest.mark.parametrize("name", ["sessions", "segments", "bouts"])
def test_rows_go_into_polars_in_one_line(trained, name):
    polars = pytest.importorskip("polars")
    with importer.open(trained) as diary:
        rows = many(getattr(diary, name)())
    frame = polars.DataFrame(rows, infer_schema_length=None)
    assert frame.height == 10_000
    assert frame["start_utc" if name == "sessions" else "session_start_utc"].dtype == polars.Datetime("us", "UTC")
    assert frame.to_dicts() == rows
    for column in frame.columns:
        if column.endswith(("_s", "_m", "_mps", "_bpm")):
            assert frame[column].dtype.is_numeric() or frame[column].null_count() == 10_000, column


def test_samples_go_into_data_frames(diary):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    columns = diary.samples(diary.sessions()[0]["session_id"])
    n = len(columns["t_s"])
    assert pandas.DataFrame(columns).shape == (n, len(columns))
    frame = polars.DataFrame(columns, nan_to_null=True)
    assert frame.shape == (n, len(columns))
    assert frame["direction"].to_list() == columns["direction"].tolist()
    for name, column in columns.items():
        if column.dtype == np.float64:
            assert frame[name].null_count() == np.count_nonzero(np.isnan(column))


# --- how it presents itself -------------------------------------------------------------------------------------------


def test_a_diary_says_what_is_in_it(diary, file, tmp_path):
    assert repr(diary).startswith(f"<Diary sqlite:///{file}: 3 sessions, 2026-03-03 to 2026-03-")
    assert repr(diary).endswith("suggested>")
    open_store(str(tmp_path / "empty.db")).close()
    with importer.open(tmp_path / "empty.db") as empty:
        assert repr(empty) == f"<Diary sqlite:///{tmp_path / 'empty.db'}: no sessions>"
        assert empty.sessions() == empty.segments() == empty.bouts() == []
        for question in QUESTIONS:
            assert isinstance(empty.report(question), list)
    assert repr(empty) == f"<Diary sqlite:///{tmp_path / 'empty.db'}: closed>"


def test_no_password_is_shown(tmp_path):
    with fresh("postgresql", tmp_path) as url:
        open_store(url).close()
        secret = url.replace("postgres@", "postgres:hush@")
        with importer.open(secret) as diary:
            assert "hush" not in repr(diary) + diary.url


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"since": "May"}, r"since: 'May' is no day \(expected YYYY-MM-DD\)"),
        ({"since": "2026-05-02", "until": datetime(2026, 5, 1, tzinfo=UTC)}, "since 2026-05-02: is behind until 2026-05-01"),
        ({"place": "moon"}, r"place: there is no 'moon' \(known: treadmill, indoor, track, outdoor, elliptical, unknown\)"),
        ({"gait": "hop"}, r"gait: there is no 'hop' \(known: run, walk\)"),
        ({"standing": "sure"}, r"standing: there is no 'sure' \(known: accepted, all\)"),
        ({"energy_factor": 20.0}, r"energy_factor: 20.0 is out of range \(expected 1.0 to 2.0\)"),
        ({"since": 20260501}, "since: 20260501 is no day"),
        ({"by": "decade"}, r"by: there is no 'decade' \(known: session, week, month, year\)"),
    ],
)
def test_a_limit_that_means_nothing_is_told(diary, limits, said):
    with pytest.raises(UsageError, match=said):
        diary.report("amount", **limits)


def test_a_question_or_session_that_is_not_there_is_told(diary):
    with pytest.raises(UsageError, match=r"report: there is no 'amuont' \(known: amount, kinds, "):
        diary.report("amuont")
    with pytest.raises(UsageError, match="direction: there is no 'sideways'"):
        diary.segments(direction="sideways")
    with pytest.raises(StoreError, match="there is no session 99") as told:
        diary.samples(99)
    assert told.value.code == "no-such-session"


def test_a_database_is_never_made_and_never_written(tmp_path, file):
    with pytest.raises(StoreError, match="there is no database here yet"):
        importer.open(tmp_path / "new.db")
    assert list(tmp_path.iterdir()) == []
    with importer.open(file) as diary, pytest.raises(StoreError):
        diary._store.start_batch(command="import", now=datetime.now(UTC))


def test_the_examples_in_the_documentation_strings_run(file, diary, monkeypatch):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    monkeypatch.chdir(file.parent)
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    found = [test for test in finder.find(importer.diary, globs={"diary": diary, "pandas": pandas, "polars": polars}) if test.examples]
    for test in found:
        runner.run(test)
    assert (runner.summarize().failed, len(found) >= 8) == (0, True)


def test_the_example_of_the_package_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(importer) == doctest.TestResults(failed=0, attempted=4)


# --- names ------------------------------------------------------------------------------------------------------------


def test_a_star_import_leaves_the_builtin_alone():
    names: dict[str, object] = {}
    exec("from importer import *", names)  # noqa: S102 - the only way to do it in a function
    assert set(importer.__all__) <= set(names)
    assert "open" not in names
    assert importer.open is importer.diary.open
    assert open is builtins.open


def test_every_public_name_is_there_and_is_told_to_who_presses_tab():
    assert set(dir(importer)) == {*importer.__all__, "open"}
    for name in dir(importer):
        assert getattr(importer, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        _ = importer.opne
    public = {name for name in vars(importer.Diary) if not name.startswith("_")}
    assert public == {"answer", "bouts", "close", "questions", "report", "samples", "segments", "sessions", "url"}
    assert all(inspect.getdoc(getattr(importer.Diary, name)) for name in public)


def test_importing_the_package_loads_nothing_else():
    code = "import sys; before = set(sys.modules); import importer; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ}, timeout=60
    )
    assert {name for name in done.stdout.split() if name.partition(".")[0] not in sys.stdlib_module_names} == {"importer"}


def test_opening_loads_no_data_frame_and_no_parquet(file):
    code = "import sys, importer; importer.open(sys.argv[1]).bouts(); print(*{'numpy', 'pandas', 'polars', 'pyarrow'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)], cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ}, timeout=60
    )
    assert set(done.stdout.split()) <= {"numpy"}


# --- the page ---------------------------------------------------------------------------------------------------------


def test_every_block_of_the_page_runs(file, tmp_path, monkeypatch):
    for library in ("duckdb", "pandas", "polars", "pyarrow"):
        pytest.importorskip(library)
    shutil.copy(file, tmp_path / "runs.db")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```(python|sql)\n(.*?)^```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert [language for language, _ in blocks] == ["python"] * 4 + ["sql"] * 2
    names: dict[str, Any] = {}
    for language, text in blocks:
        if language == "python":
            exec(text, names)  # noqa: S102 - a page of our own
        else:
            assert importlib.import_module("duckdb").sql(text.strip().removesuffix(";")).fetchall()
    assert {len(names["frame"]), len(names["sessions"])} == {3}
    assert len(names["pandas"].read_parquet("runs/segments")) == len(importer.open("runs.db").segments())
    assert names["polars"].scan_parquet("runs/samples").collect().height > 1000


def test_the_page_tells_of_every_method():
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    for name in {name for name in vars(importer.Diary) if not name.startswith("_")} - {"close", "url"}:
        assert f"`{name}" in page, name
