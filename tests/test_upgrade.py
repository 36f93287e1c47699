"""Databases of every released schema open after an upgrade, and a killed upgrade leaves no trace."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from importer.errors import NeedsUpgradeError
from importer.store import migrate, open_store
from importer.store.check import check
from importer.store.place import backup_advice
from importer.store.schema_door import tables
from importer.values.session import Direction
from tests.support import released
from tests.support.databases import KINDS, NOW, assert_same_bits, contents, fresh, session, source
from tests.test_migrations import structure

#: a migration that rebuilds the largest table and then dies as by a power cut, unless it is told to live
DEADLY = '''"""A later schema."""
import os
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    op.create_table("shoe", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("stream", recreate="auto" if op.get_context().dialect.name == "postgresql" else "always") as batch:
        batch.add_column(sa.Column("title", sa.Text()))
    op.execute("UPDATE session SET sport = 'walking'")
    if not os.environ.get("RETRO_LIVE"):
        os.kill(os.getpid(), 9)
'''
#: the program, one schema newer
PROGRAM = """
import sys
from pathlib import Path
from schema import tables
tables.FOLDER, tables.REVISIONS = Path(sys.argv.pop(1)), ("0001", "0002")
from importer.cli.main import main
main()
"""


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def later(tmp_path):
    """Give a function that runs the program of a later schema."""
    folder = tmp_path / "schema"
    shutil.copytree(tables.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "migrations" / "versions" / "r0002_next.py").write_text(DEADLY, encoding="utf-8")

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", PROGRAM, str(folder), *words]
        return subprocess.run(command, capture_output=True, encoding="utf-8", env={**_clean(), **environment}, check=False)

    return run


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("RETRO_IMPORT")}


# --- released schemas -------------------------------------------------------------------------------------------------


def test_there_is_a_database_of_every_released_schema():
    assert tuple(released.RELEASED) == tables.REVISIONS


@pytest.mark.parametrize("revision", tables.REVISIONS)
def test_a_database_of_a_released_schema_is_whole_after_an_upgrade(url, revision):
    released.make(url, revision)
    before = contents(url)
    migrate.upgrade(url, now=NOW)
    if revision == tables.REVISIONS[-1]:
        assert contents(url) == before
    assert check(url).faults == ()
    with open_store(url) as store:
        (record,) = store.sessions(with_segments=True)
        assert (record.athlete, record.path, record.elapsed_s) == ("Ada", "läufe/run.fit", 6.5)
        assert [(one.start_s, one.end_s, one.direction) for one in record.segments] == [
            (0.0, 4.0, Direction.FORWARD),
            (4.0, 6.5, Direction.BACKWARD),
        ]
        assert [(label.start_s, label.kind) for label in store.labels(record.id)] == [(4.0, "confirm")]
        activity = store.load_activity(record.id)
        assert (activity.texts[0].text, activity.laps[0].trigger, activity.pauses[0].end_s) == ("Rückwärts", "manual", 1.5)
        for channel, values in released.SAMPLES.items():
            assert_same_bits(activity.t_s if channel == "t_s" else activity.columns[channel], np.array(values))
        assert store.view("v_session")[0]["backward_accepted_s"] == 2.5
        batch = store.start_batch(command="import", now=NOW)
        assert store.save(source(9), [session()], batch_id=batch, athlete="Ada", now=NOW).is_new


# --- killed upgrades --------------------------------------------------------------------------------------------------


def test_an_upgrade_that_is_killed_half_way_leaves_no_trace_and_the_next_one_works(url, later):
    released.make(url, "0001")
    before, shape = contents(url), structure(url)

    refused = later("report", "--db", url)
    assert (refused.returncode, refused.stdout) == (6, "")
    assert "is of an older version (found 0001, expected 0002)" in refused.stderr

    killed = later("db", "upgrade", "--db", url)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")
    assert contents(url) == before
    assert structure(url) == shape
    assert check(url).is_well

    done = later("db", "upgrade", "--db", url, RETRO_LIVE="1")
    assert done.returncode == 0, done.stderr
    assert "upgraded from version 0001 to 0002" in done.stdout
    after = contents(url)
    assert after["alembic_version"] == [("0002",)]
    assert [row[:-1] for row in after["stream"]] == before["stream"]
    assert later("db", "check", "--db", url).returncode == 0
    assert "up to date (version 0002)" in later("db", "upgrade", "--db", url).stdout


def test_the_user_is_told_how_to_copy_before_an_upgrade(url, later):
    released.make(url, "0001")
    refused = later("report", "--db", url)
    if url.startswith("sqlite"):
        assert refused.stderr.endswith("(found 0001, expected 0002): run: retro-import db upgrade\n")
    else:
        assert "copy it with `pg_dump --format=custom --file=before-upgrade.dump 'postgresql://" in refused.stderr
        assert refused.stderr.endswith("then run: retro-import db upgrade\n")


@pytest.mark.parametrize(
    ("shown", "advice"),
    [
        ("sqlite:////a/b.db", ""),
        ("", ""),
        (
            "postgresql+psycopg://ada:***@host:5433/runs",
            "copy it with `pg_dump --format=custom --file=before-upgrade.dump 'postgresql://ada@host:5433/runs'`, then ",
        ),
    ],
)
def test_the_advice_names_the_database_as_pg_dump_takes_it(shown, advice):
    assert backup_advice(shown) == advice


def test_an_older_database_is_refused_until_it_is_upgraded(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    released.make(url, "0001")
    monkeypatch.setattr(tables, "REVISIONS", ("0001", "0002"))
    with pytest.raises(NeedsUpgradeError) as told:
        check(url)
    assert (told.value.found, told.value.known, told.value.exit_status) == ("0001", "0002", 6)
