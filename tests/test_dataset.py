"""The dataset: what DuckDB finds in it is what the views and the recordings say."""

from __future__ import annotations

import json
import math
import os
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings

from importer.errors import UsageError
from importer.exports.dataset import MARK, write_dataset
from importer.exports.privacy import PLACE
from importer.face import import_file
from importer.linking.settling import whole
from importer.store import open_store
from importer.values.channels import CHANNELS
from tests.support.databases import KINDS, NOW, START, fresh, session, source
from tests.support.many_sessions import Part, SessionSpec, backward, session_specs, store_sessions, years_of_training
from tests.support.program import SAMPLES, retro

duckdb = pytest.importorskip("duckdb")
pq = pytest.importorskip("pyarrow.parquet")

N_SESSIONS = 60
TABLES = ("sessions", "segments", "laps", "labels", "samples")


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """Give a database of sample files, outdoors, on a track and on a treadmill, open for reading."""
    url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'a.db'}"
    for name in ("outdoor-repetitions.fit", "track-notes.tcx", "treadmill-belt-blocks.fit"):
        import_file(SAMPLES / name, db=url)
    with open_store(url, create=False, read_only=True) as store:
        yield store


@pytest.fixture(scope="module", params=KINDS)
def either(request, tmp_path_factory):
    """Give a database of some weeks of training of three athletes around a new year."""
    with fresh(request.param, tmp_path_factory.mktemp("db")) as url, open_store(url) as store:
        store_sessions(store, years_of_training(N_SESSIONS, until=datetime(2026, 1, 14, tzinfo=UTC)))
        yield store


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    with open_store(str(tmp_path_factory.mktemp("db") / "a.db")) as store:
        store_sessions(store, years_of_training(N_SESSIONS, until=datetime(2026, 1, 14, tzinfo=UTC)))
        yield store


def ask(folder, query):
    """Ask DuckDB; a word in capitals is a table of the dataset."""
    for name in TABLES:
        query = query.replace(name.upper(), f"read_parquet('{folder}/{name}/**/*.parquet', hive_partitioning = true)")
    return duckdb.sql(query).fetchall()


def rows_of(folder, table):
    """Give the rows of all files of a table in the order of their names."""
    return [row for path in sorted((folder / table).rglob("*.parquet")) for row in pq.ParquetFile(path).read().to_pylist()]


def plain(row):
    return {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}


def files_of(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_backward_seconds_by_month_are_those_of_the_view(either, tmp_path):
    done = write_dataset(either, tmp_path / "runs")
    found = ask(
        done.folder,
        "SELECT athlete, month_local, standing, sum(duration_s), count(*) FROM SEGMENTS"
        " WHERE direction = 'backward' GROUP BY ALL ORDER BY ALL",
    )

    wanted: dict[tuple[str, str, str], list[float]] = {}
    for row in either.view("v_session"):
        for standing in ("accepted", "suggested"):
            if row[f"n_bouts_{standing}"]:
                sums = wanted.setdefault((row["athlete"], row["month_local"], standing), [0.0, 0])
                sums[0] += row[f"backward_{standing}_s"]
                sums[1] += row[f"n_bouts_{standing}"]
    assert found == [(*key, *sums) for key, sums in sorted(wanted.items())]
    assert len(found) > 6


def test_the_tables_hold_the_rows_of_the_views_with_their_types(either, tmp_path):
    done = write_dataset(either, tmp_path / "runs")
    for table, view, order in (
        ("sessions", "v_session", ("month_local", "start_utc")),
        ("segments", "v_segment", ("month_local", "session_start_utc", "start_s")),
    ):
        wanted = sorted((plain(row) for row in either.view(view)), key=lambda row: [row[name] for name in order])
        assert rows_of(done.folder, table) == wanted
        assert done.n_rows[table] == len(wanted)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(session_specs())
def test_any_sessions_come_back_as_the_views_have_them(specs):
    with tempfile.TemporaryDirectory() as folder, open_store(str(Path(folder) / "a.db")) as store:
        store_sessions(store, specs)
        assume(specs)
        done = write_dataset(store, Path(folder) / "runs")
        for table, view in (("sessions", "v_session"), ("segments", "v_segment")):
            found, wanted = rows_of(done.folder, table), [plain(row) for row in store.view(view)]
            assert sorted(found, key=repr) == sorted(wanted, key=repr)
        assert done.n_rows["samples"] == 2 * len(specs)


def test_duckdb_knows_year_and_month_from_the_folders(trained, tmp_path):
    done = write_dataset(trained, tmp_path / "runs")
    found = ask(done.folder, "SELECT year, month, count(*) FROM SAMPLES GROUP BY ALL ORDER BY ALL")
    assert [row[:2] for row in found] == sorted(
        {(int(row["year_local"]), int(row["month_local"][5:])) for row in trained.view("v_session")}
    )
    types = ask(done.folder, "SELECT typeof(year), typeof(month), typeof(time_utc), typeof(t_s), typeof(direction) FROM SAMPLES LIMIT 1")
    assert types == [("BIGINT", "BIGINT", "TIMESTAMP WITH TIME ZONE", "DOUBLE", "VARCHAR")]


def test_files_are_few(trained, tmp_path):
    done = write_dataset(trained, tmp_path / "runs")
    months = {row["month_local"] for row in trained.view("v_session")}
    years = {month[:4] for month in months}
    assert len(files_of(done.folder)) == done.n_files + 1 == 3 * len(years) + len(months) + 2


def test_a_session_lies_in_the_month_of_the_runners_own_clock(tmp_path):
    start = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    specs = [
        SessionSpec(start, (Part(60.0),), utc_offset_s=7200),
        SessionSpec(start + timedelta(minutes=2), (backward(60.0),), utc_offset_s=-28_800),
        SessionSpec(start + timedelta(minutes=4), (backward(30.0),), utc_offset_s=3600, athlete="Ada"),
    ]
    with open_store(str(tmp_path / "a.db")) as store:
        ids = store_sessions(store, specs)
        done = write_dataset(store, tmp_path / "runs")
    for table in ("sessions", "segments", "samples"):
        found = ask(done.folder, f"SELECT DISTINCT session_id, year FROM {table.upper()} ORDER BY session_id")
        assert found == sorted(zip(ids, (2026, 2025, 2026), strict=True))
    assert len(files_of(done.folder)) == 3 * 2 + 2 + 2


def test_samples_are_those_of_the_recordings_with_the_words_of_their_segments(samples, tmp_path):
    done = write_dataset(samples, tmp_path / "runs")
    found = rows_of(done.folder, "samples")
    for row in samples.view("v_session"):
        mine = [one for one in found if one["session_id"] == row["session_id"]]
        activity = whole(samples, row["session_id"]).activity
        assert [one["t_s"] for one in mine] == activity.t_s.tolist()
        assert mine[0]["time_utc"] == activity.start + timedelta(seconds=activity.t_s[0])
        for name in CHANNELS:
            column = activity.columns.get(name, np.full(len(activity), np.nan))
            assert [one[name] for one in mine] == [None if np.isnan(value) else value for value in column.tolist()], name
        for one in mine[::7]:
            (segment,) = [
                segment
                for segment in samples.session(row["session_id"]).segments
                if segment.start_s <= one["t_s"] < segment.end_s or one["t_s"] == segment.end_s == row["elapsed_s"]
            ]
            assert (one["segment_id"], one["direction"], one["standing"], one["gait"], one["basis"], one["confidence"]) == (
                segment.id,
                segment.direction,
                segment.standing,
                segment.gait,
                segment.basis,
                segment.confidence,
            )


def test_laps_and_labels_are_there_also_where_there_are_none(samples, tmp_path):
    done = write_dataset(samples, tmp_path / "runs")
    wanted = [
        (row["session_id"], index, lap.start_s, lap.end_s)
        for row in samples.view("v_session")
        for index, lap in enumerate(whole(samples, row["session_id"]).activity.laps)
    ]
    assert ask(done.folder, "SELECT session_id, lap_ix, start_s, end_s FROM LAPS ORDER BY ALL") == sorted(wanted)
    assert ask(done.folder, "SELECT count(*), min(said_utc) FROM LABELS") == [(0, None)]


def test_the_words_of_the_runner_are_in_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    import_file(SAMPLES / "lap-toggle.fit", db=url)
    assert retro("tag", "1", "0:10-0:40", "backward", "--db", url).returncode == 0
    with open_store(url, create=False, read_only=True) as store:
        done = write_dataset(store, tmp_path / "runs")
    assert ask(done.folder, "SELECT session_id, start_s, end_s, kind, direction FROM LABELS") == [(1, 10.0, 40.0, "tag", "backward")]
    assert ask(done.folder, "SELECT DISTINCT direction, standing FROM SAMPLES WHERE t_s >= 10 AND t_s < 40") == [("backward", "accepted")]


def test_a_dataset_of_one_athlete_tells_nothing_of_the_others(trained, tmp_path):
    done = write_dataset(trained, tmp_path / "runs", athlete="Ada")
    assert (
        ask(done.folder, "SELECT DISTINCT athlete FROM SESSIONS") == ask(done.folder, "SELECT DISTINCT athlete FROM SEGMENTS") == [("Ada",)]
    )
    hers = {row["session_id"] for row in trained.view("v_session", athlete="Ada")}
    assert {number for (number,) in ask(done.folder, "SELECT DISTINCT session_id FROM SAMPLES")} == hers


# --- where the runner was ---------------------------------------------------------------------------------------------


def test_no_position_leaves_no_column_that_tells_a_place(samples, tmp_path):
    done = write_dataset(samples, tmp_path / "runs", no_position=True)
    for path in done.folder.rglob("*.parquet"):
        assert not set(PLACE) & set(pq.ParquetFile(path).schema_arrow.names), path
    assert ask(done.folder, "SELECT count(distance_m) > 1000 FROM SAMPLES") == [(True,)]


def test_positions_around_start_and_end_are_hidden_in_all_of_the_dataset(samples, tmp_path):
    every, some = (write_dataset(samples, tmp_path / str(metres), hide_start_m=metres).folder for metres in (None, 200.0))
    query = "SELECT session_id, t_s, latitude_deg, longitude_deg FROM SAMPLES WHERE latitude_deg IS NOT NULL ORDER BY session_id, t_s"
    shown = {found[:2] for found in ask(some, query)}
    at: dict[int, list[tuple[float, ...]]] = {}
    for number, *moment in ask(every, query):
        at.setdefault(number, []).append(tuple(moment))
    assert len(at) >= 1
    for number, moments in at.items():
        is_shown = [(number, t_s) in shown for t_s, *_ in moments]
        is_near = [min(metres(place, moments[0][1:]), metres(place, moments[-1][1:])) < 195.0 for _, *place in moments]
        away, back = is_near.index(False), len(is_near) - is_near[::-1].index(False)
        assert away > 5
        assert not any(is_shown[:away] + is_shown[back:])
        assert any(is_shown)
    assert ask(some, "SELECT count(*) FROM SAMPLES") == ask(every, "SELECT count(*) FROM SAMPLES")


def metres(a, b):
    """Give the distance of two places that are near each other."""
    north, east = a[0] - b[0], (a[1] - b[1]) * math.cos(math.radians(a[0]))
    return math.hypot(north, east) * 111_195.0


# --- whole or not at all ----------------------------------------------------------------------------------------------


def test_a_second_export_replaces_the_first_one(trained, tmp_path):
    folder = tmp_path / "deep" / "runs"
    first = write_dataset(trained, folder)
    before = {name: (folder / name).read_bytes() for name in files_of(folder)}
    (folder / "samples" / "year=1999").mkdir()
    (folder / "samples" / "year=1999" / "samples.parquet").write_bytes(b"of a session that was deleted since")
    (folder / ".DS_Store").write_bytes(b"")
    second = write_dataset(trained, folder)
    assert first == second
    assert {name: (folder / name).read_bytes() for name in files_of(folder)} == before
    assert [path.name for path in folder.parent.iterdir()] == ["runs"]


@pytest.mark.parametrize("name", ["thesis.txt", "sessions/notes.txt", "samples/my.parquet"])
@pytest.mark.parametrize("is_dataset", [False, True])
def test_what_no_export_wrote_is_never_deleted(trained, tmp_path, name, is_dataset):
    if is_dataset:
        write_dataset(trained, tmp_path / "runs")
    path = tmp_path / "runs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("years of work")
    before = files_of(tmp_path / "runs")
    told: list[int] = []
    with pytest.raises(UsageError, match=rf"holds what no export wrote \({name}\): name a new folder"):
        write_dataset(trained, tmp_path / "runs", progress=lambda n_done, _: told.append(n_done))
    assert told == []  # refused before the work, not after it
    with pytest.raises(UsageError, match="is no folder"):
        write_dataset(trained, path)
    assert path.read_text() == "years of work"
    assert files_of(tmp_path / "runs") == before


def test_an_export_that_breaks_off_leaves_the_earlier_one(trained, tmp_path):
    folder = write_dataset(trained, tmp_path / "runs").folder
    before = {name: (folder / name).read_bytes() for name in files_of(folder)}

    def stop(n_done, n):
        if n_done == n // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(trained, folder, progress=stop)
    assert {name: (folder / name).read_bytes() for name in files_of(folder)} == before
    assert "runs" in [path.name for path in tmp_path.iterdir()]
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_what_a_killed_export_left_is_cleared_away_after_a_day(trained, tmp_path):
    old, young = (tmp_path / f".runs.{number}.partial" for number in (1, 2))
    for path in (old, young):
        (path / "samples").mkdir(parents=True)
    os.utime(old, (time.time() - 100_000, time.time() - 100_000))
    write_dataset(trained, tmp_path / "runs")
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize("name", ["a**b", "runs[1]", "Läufe 2026 ?"])
def test_a_folder_may_have_any_name_and_is_tidied_all_the_same(trained, tmp_path, name):
    left = tmp_path / f".{name}.0badcafe.partial"
    left.mkdir()
    long_ago = time.time() - 100_000
    os.utime(left, (long_ago, long_ago))
    write_dataset(trained, tmp_path / name)

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_progress_is_told_session_by_session(trained, tmp_path):
    told: list[tuple[int, int]] = []
    write_dataset(trained, tmp_path / "runs", progress=lambda *done: told.append(done))
    assert told == [(i, N_SESSIONS) for i in range(1, N_SESSIONS + 1)]


def test_a_database_without_sessions_gives_no_dataset(tmp_path):
    with open_store(str(tmp_path / "a.db")) as store, pytest.raises(UsageError, match="there are no sessions to write: import some"):
        write_dataset(store, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_damaged_recording_costs_its_own_samples_alone(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        for number in (1, 2):
            one = session(n=60, start=START + timedelta(days=number))
            store.save(source(number), [replace(one, baseline=None)], batch_id=batch, athlete="me", now=NOW)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stream SET crc32 = crc32 + 1 WHERE recording_id = 1")
    engine.dispose()
    with open_store(url, create=False, read_only=True) as store:
        done = write_dataset(store, tmp_path / "runs")
    assert [number for number, why in done.unread if "damaged" in why] == [1]
    assert ask(done.folder, "SELECT DISTINCT session_id FROM SAMPLES") == [(2,)]
    assert ask(done.folder, "SELECT DISTINCT session_id FROM SEGMENTS ORDER BY ALL") == [(1,), (2,)]
    mark = json.loads((done.folder / MARK).read_text())
    assert mark["rows"] == done.n_rows
    assert mark["unread"][0]["session_id"] == 1
