"""`db stats` counts what is there, and `db path` says where."""

from __future__ import annotations

from datetime import timedelta

import pytest

from importer.reports.database_report import size_text
from importer.store import open_store
from importer.store.schema_door import tables
from importer.store.stats import stats
from tests.support.databases import KINDS, NOW, START, contents, fresh, session, source
from tests.support.program import objects, retro


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        yield url


def fill(url: str) -> None:
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        for number, athlete in ((1, "Ada"), (2, "Ada"), (3, "Bo")):
            one = session(n=100 * number, start=START + timedelta(days=number), seed=number)
            store.save(source(number), [one], batch_id=batch, athlete=athlete, now=NOW)
        store.add_athlete("Cy", now=NOW)


def test_sessions_are_counted_by_athlete(url):
    fill(url)
    day = [START + timedelta(days=i) for i in range(4)]
    counted = stats(url)
    assert [(one.athlete, one.n_sessions, one.elapsed_s, one.oldest, one.newest) for one in counted.athletes] == [
        ("Ada", 2, 301.0, day[1], day[2]),
        ("Bo", 1, 300.5, day[3], day[3]),
        ("Cy", 0, 0.0, None, None),
    ]
    assert (counted.oldest, counted.newest, counted.version) == (day[1], day[3], tables.REVISIONS[-1])


def test_rows_are_counted_by_table_and_every_table_has_a_size(url):
    fill(url)
    counted = stats(url)
    rows = contents(url)
    assert {one.name: one.n_rows for one in counted.tables} == {name: len(rows[name]) for name in tables.metadata.tables}
    sizes = {one.name: one.size_bytes for one in counted.tables}
    assert all(size is not None and size > 0 for size in sizes.values())
    assert sizes["stream"] == max(size for size in sizes.values() if size is not None)
    assert counted.size_bytes is not None
    assert sum(size or 0 for size in sizes.values()) <= counted.size_bytes


def test_samples_are_counted_by_channel(url):
    fill(url)
    channels = {one.channel: one for one in stats(url).channels}
    assert (channels["t_s"].n_streams, channels["t_s"].n_values) == (3, 600)
    assert (channels["accelerometer.x_g"].n_streams, channels["accelerometer.x_g"].n_values) == (3, 750)
    assert (channels["gyroscope.t_s"].n_values, len(channels)) == (0, 20)
    column = [column.name for column in tables.stream.columns].index("data")
    assert sum(one.size_bytes for one in channels.values()) == sum(len(row[column]) for row in contents(url)["stream"])
    assert list(channels) == sorted(channels, key=lambda name: (-channels[name].size_bytes, name))


def test_an_empty_database_has_stats_too(url):
    open_store(url).close()
    counted = stats(url)
    assert (counted.athletes, counted.channels, counted.oldest) == ((), (), None)


def test_the_command_prints_three_tables_or_one_object(tmp_path):
    path = tmp_path / "a.db"
    fill(str(path))
    done = retro("db", "stats", "--db", path)
    assert (done.returncode, done.stderr) == (0, "")
    head, athletes, sizes, channels = done.stdout.split("\n\n")
    assert head == f"sqlite:///{path}: version 0001, {size_text(path.stat().st_size)}, sessions from 2026-05-04 to 2026-05-06"
    assert athletes.splitlines()[2].split() == ["Ada", "2", "0.1", "2026-05-04", "2026-05-05"]
    assert [line.split()[:2] for line in sizes.splitlines() if line.startswith("segment ")] == [["segment", "15"]]
    assert [line.split()[1:3] for line in channels.splitlines() if line.startswith("t_s ")] == [["3", "600"]]
    (said,) = objects(retro("db", "stats", "--db", path, "--json"))
    assert (said["size_bytes"], said["oldest"]) == (path.stat().st_size, "2026-05-04T06:12:00Z")
    assert said["athletes"][2] == {"athlete": "Cy", "n_sessions": 0, "elapsed_s": 0.0, "oldest": None, "newest": None}
    assert [one.name for one in tmp_path.iterdir()] == ["a.db"]


@pytest.mark.parametrize("command", ["check", "stats"])
def test_a_database_that_is_not_there_is_not_made(tmp_path, command):
    done = retro("db", command, "--db", tmp_path / "a.db")
    assert (done.returncode, done.stdout) == (4, "")
    assert "there is no database here yet" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_path_is_told_without_a_password(tmp_path):
    assert retro("db", "path", "--db", tmp_path / "a.db").stdout == f"{tmp_path / 'a.db'}\n"
    assert retro("db", "path", "--db", "postgresql://ada:geheim@host/runs").stdout == "postgresql+psycopg://ada:***@host/runs\n"


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.00 kB"), (12_345, "12.3 kB"), (999_600, "1.00 MB"), (5 * 10**12, "5000 GB")],
)
def test_a_size_is_told_in_three_digits(n_bytes, text):
    assert size_text(n_bytes) == text
