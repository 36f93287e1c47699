"""A PostgreSQL server that crashes under importers loses nothing of what they said.

``python -m benchmarks.postgres_crash`` is the long version.
"""

from __future__ import annotations

import pytest

from benchmarks.postgres_crash import N_IMPORTERS, crash
from tests.support.cluster import own_cluster, why_not
from tests.support.importing import make_folder, run


@pytest.fixture(scope="module")
def cluster():
    missing = why_not()
    if missing is not None:
        pytest.skip(missing)
    with own_cluster() as made:
        yield made


def test_a_server_stopped_at_once_under_importers_loses_nothing(cluster, tmp_path):
    tally = crash(1, make_folder(tmp_path / "files", 12), tmp_path, cluster, seed=2)
    assert tally.n_stops == 1
    assert 1 <= tally.n_interrupted <= N_IMPORTERS
    assert tally.n_acknowledged >= 1
    assert tally.n_databases == 1


def test_a_server_that_is_away_is_temporary_and_the_next_try_stores_the_file(cluster, tmp_path):
    url = cluster.create("away")
    files = make_folder(tmp_path / "files", 1)
    cluster.crash()
    try:
        away = run(["import", files / "000.fit", "--db", url])
    finally:
        cluster.start()
    assert away.returncode == 5
    assert away.stdout == ""
    assert "cannot be reached" in away.stderr
    assert "see that its server runs and try again" in away.stderr
    back = run(["import", files / "000.fit", "--db", url])
    assert back.returncode == 0, back.stderr
    assert run(["import", files / "000.fit", "--db", url, "--json"]).stdout.count('"outcome": "known"') == 1
