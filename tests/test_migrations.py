"""A migrated database is a new one; an upgrade is all or nothing, with a copy made before it."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from importer.errors import NeedsUpgradeError, NewerDatabaseError, StoreError
from importer.store import migrate, open_store
from importer.store.schema_door import tables
from tests.support.databases import KINDS, NOW, contents, fresh, session, source

NEXT = '''"""A later schema."""
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    op.create_table("shoe", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("session", recreate="auto" if op.get_context().dialect.name == "postgresql" else "always") as batch:
        batch.add_column(sa.Column("title", sa.Text()))
    {more}
'''


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def later(tmp_path, monkeypatch):
    """Give a function that makes the program one schema newer; `more` is what its migration also does."""

    def make(more: str = "pass") -> None:
        folder = tmp_path / "schema"
        shutil.copytree(tables.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "migrations" / "versions" / "r0002_next.py").write_text(NEXT.format(more=more), encoding="utf-8")
        monkeypatch.setattr(tables, "FOLDER", folder)
        monkeypatch.setattr(tables, "REVISIONS", ("0001", "0002"))

    return make


def structure(url: str) -> list[tuple[str, ...]]:
    """Give everything that the database says of its own shape."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            asked = ["SELECT type, name, sql FROM sqlite_master"]
        else:
            columns = "table_name, column_name, data_type, is_nullable, column_default, ordinal_position"
            asked = [
                f"SELECT {columns} FROM information_schema.columns WHERE table_schema = current_schema()",
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = current_schema()::regnamespace",
                "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
                "SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema()",
                "SELECT attname, attstorage FROM pg_attribute WHERE attrelid = 'stream'::regclass",
            ]
        rows = [row for query in asked for row in connection.exec_driver_sql(query)]
        name = connection.exec_driver_sql("SELECT current_schema()").scalar() if engine.dialect.name == "postgresql" else None
    engine.dispose()
    plain = [
        tuple(re.sub(r"\s+", " ", str(cell).replace(f"{name}.", "")).replace(" )", ")").replace("( ", "(").strip() for cell in row)
        for row in rows
    ]
    return sorted(plain)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_database_that_is_migrated_is_the_same_as_a_new_one(kind, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "migrated").mkdir()
    with fresh(kind, tmp_path / "new") as new, fresh(kind, tmp_path / "migrated") as migrated:
        open_store(new).close()
        done = migrate.upgrade(migrated, now=NOW)
        assert (done.before.found, done.backup) == (None, None)
        assert migrate.status(migrated).is_current
        assert structure(migrated) == structure(new)
        assert len(structure(new)) > 40


def test_the_listed_revisions_are_the_migrations(tmp_path):
    config = Config()
    config.set_main_option("script_location", str(tables.FOLDER / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == tables.REVISIONS


def test_the_migrations_never_look_at_todays_tables():
    for path in (tables.FOLDER / "migrations" / "versions").glob("*.py"):
        assert not re.search(r"^\s*(from|import) (schema|importer)\b", path.read_text(encoding="utf-8"), re.MULTILINE), path


def test_a_current_database_is_left_alone(url, tmp_path):
    open_store(url).close()
    before = structure(url)
    assert migrate.upgrade(url, now=NOW).backup is None
    assert structure(url) == before


def test_an_upgrade_keeps_every_row_and_makes_a_copy_first(url, later, tmp_path):
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        store.save(source(), [session()], batch_id=batch, athlete="me", now=NOW)
    before = contents(url)
    later()
    with pytest.raises(NeedsUpgradeError):
        open_store(url)
    done = migrate.upgrade(url, now=NOW)
    assert (done.before.found, done.before.known) == ("0001", "0002")
    after = contents(url)
    assert [row[:-1] for row in after["session"]] == before["session"]
    kept = [name for name in before if name not in ("session", "alembic_version")]
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["alembic_version"] == [("0002",)]
    with open_store(url) as store:
        assert len(store.view("v_session")) == 1
    if done.backup is not None:
        assert done.backup.name == "a.db.before-0002-20260504T180000Z"
        assert contents(f"sqlite:///{done.backup}") == before
    assert (done.backup is not None) == url.startswith("sqlite")


@pytest.mark.parametrize("more", ['raise RuntimeError("power")', 'op.execute("UPDATE segment SET direction = NULL")'])
def test_a_half_finished_upgrade_leaves_no_trace(url, later, more):
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        store.save(source(), [session()], batch_id=batch, athlete="me", now=NOW)
    before, shape = contents(url), structure(url)
    later(more)
    with pytest.raises((RuntimeError, StoreError)):
        migrate.upgrade(url, now=NOW)
    assert contents(url) == before
    assert structure(url) == shape


def test_an_upgrade_that_would_leave_orphans_is_taken_back(tmp_path, later):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        store.save(source(), [session()], batch_id=batch, athlete="me", now=NOW)
    before = contents(url)
    later('op.execute("DELETE FROM recording")')
    with pytest.raises(StoreError, match=r"rows that refer to nothing \(in lap, stream\); nothing was changed"):
        migrate.upgrade(url, now=NOW)
    assert contents(url) == before


def test_a_newer_database_is_not_touched(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    open_store(url).close()
    with sqlite3.connect(tmp_path / "a.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    assert migrate.status(url).found == "9999"
    with pytest.raises(NewerDatabaseError):
        migrate.upgrade(url, now=NOW)
    assert [path.name for path in Path(tmp_path).iterdir()] == ["a.db"]


def test_a_status_makes_no_database(tmp_path):
    with pytest.raises(StoreError, match="no database here yet"):
        migrate.status(f"sqlite:///{tmp_path / 'a.db'}")
    assert list(tmp_path.iterdir()) == []
