"""The tables hold what the values promise, on both databases, and the Python classes name all of them."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import configure_mappers

from importer.store import open_store
from importer.values.activity import CadenceBasis, Environment, SpeedBasis
from importer.values.session import Basis, Direction, Gait, LabelKind, Standing
from schema import models, tables
from tests.conftest import ROOT
from tests.support.databases import KINDS, NOW, START, fresh, session, source


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        with open_store(url) as store:
            batch = store.start_batch(command="import", now=NOW)
            store.save(source(), [session()], batch_id=batch, athlete="me", now=NOW)
        yield url


@pytest.fixture
def engine(url):
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=ON"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("environment", Environment),
        ("speed_basis", SpeedBasis),
        ("cadence_basis", CadenceBasis),
        ("direction", Direction),
        ("gait", Gait),
        ("basis", Basis),
        ("standing", Standing),
    ],
)
def test_the_database_knows_exactly_the_words_of_the_values(words, values):
    assert tables.WORDS[words] == tuple(values)


def test_a_label_is_about_a_stretch_or_about_laps():
    assert tables.WORDS["label.kind"] == (*LabelKind, "laps", "laps-kept")


def test_every_table_of_ours_is_strict_and_has_an_integer_key(tmp_path):
    with open_store(str(tmp_path / "a.db")):
        pass
    with sqlite3.connect(tmp_path / "a.db") as raw:
        listed = raw.execute("PRAGMA table_list").fetchall()
    raw.close()
    strict = {row[1] for row in listed if row[5]}
    assert strict == set(tables.metadata.tables)
    for table in tables.metadata.tables.values():
        assert [(column.name, column.type.python_type) for column in table.primary_key] == [("id", int)]


def test_sqlite_refuses_a_word_where_a_number_stands(tmp_path):
    with open_store(str(tmp_path / "a.db")):
        pass
    raw = sqlite3.connect(tmp_path / "a.db")
    with pytest.raises(sqlite3.IntegrityError, match=r"cannot store TEXT value in INTEGER column failure\.attempts"):
        raw.execute(
            "INSERT INTO failure (path, kind, code, message, attempts, batch_id, first_utc, last_utc) "
            "VALUES ('', 'failed', '', '', 'many', 1, '', '')"
        )
    raw.close()


def test_every_constraint_has_a_name_of_the_convention(engine):
    inspector = sa.inspect(engine)
    prefix = {"uq": inspector.get_unique_constraints, "ck": inspector.get_check_constraints, "fk": inspector.get_foreign_keys}
    for table in tables.metadata.tables:
        for kind, ask in prefix.items():
            for constraint in ask(table):
                assert str(constraint["name"]).startswith(f"{kind}_{table}_")
        assert all(re.match(rf"(ix|uq)_{table}_", str(index["name"])) for index in inspector.get_indexes(table))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE segment SET direction = 'sideways'", "ck_segment_direction"),
        ("UPDATE segment SET standing = 'suggested' WHERE direction = 'forward'", "ck_segment_suggestion"),
        ("UPDATE segment SET confidence = 1.5 WHERE direction = 'forward'", "ck_segment_confidence"),
        ("UPDATE segment SET confidence = NULL WHERE direction = 'forward'", "ck_segment_unknown"),
        ("UPDATE segment SET basis = 'gait' WHERE direction = 'unknown'", "ck_segment_unknown"),
        ("UPDATE segment SET end_s = start_s", "ck_segment_span"),
        ("UPDATE segment SET gait = 'hop'", "ck_segment_gait"),
        ("UPDATE session SET environment = 'moon'", "ck_session_environment"),
        ("UPDATE session SET timer_s = elapsed_s + 1", "ck_session_lengths"),
        ("UPDATE recording SET speed_basis = 'guess'", "ck_recording_speed_basis"),
        ("UPDATE lap SET end_s = start_s - 1", "ck_lap_span"),
        ("UPDATE source_file SET sha256 = 'abc'", "ck_source_file_sha256"),
        ("UPDATE athlete SET name = ''", "ck_athlete_name"),
        ("UPDATE session SET is_lesson = NULL", "is_lesson"),
        ("INSERT INTO baseline (athlete_id, digest, n_sessions, content) SELECT athlete_id, digest, 0, content FROM baseline", "digest"),
        ("UPDATE segment SET session_id = 99", "fk_segment_session_id|FOREIGN KEY"),
        ("INSERT INTO athlete (id, name, created_utc) SELECT 9, name, created_utc FROM athlete", "uq_athlete_name|athlete.name"),
    ],
)
def test_the_database_itself_refuses_what_makes_no_sense(engine, change, constraint):
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError, match=constraint):
        connection.exec_driver_sql(change)


def test_a_session_takes_everything_of_it_along_when_it_is_deleted_but_not_the_labels(engine):
    with engine.connect() as connection:
        label = {
            "athlete_id": 1,
            "session_id": 1,
            "session_start_utc": START,
            "start_s": 0.0,
            "end_s": 9.0,
            "kind": "confirm",
            "said_utc": NOW,
        }
        connection.execute(tables.label.insert().values(**label))
        connection.execute(tables.session.delete())
        left = {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in tables.metadata.tables.items()
        }
        assert {name for name, count in left.items() if count} == {"athlete", "import_batch", "source_file", "baseline", "label"}
        assert connection.execute(sa.select(tables.label.c.session_id)).scalar_one() is None


def test_the_classes_read_what_the_store_wrote(engine):
    from schema.tables import SessionRow

    with OrmSession(engine) as orm:
        row = orm.scalars(sa.select(SessionRow)).one()
        assert (row.start_utc, row.athlete.name, row.sport, row.utc_offset_s) == (START, "me", "running", 7200)
        assert row.findings == ["the title says backward"]
        assert [segment.direction for segment in row.segments] == ["forward", "backward", "still", "unknown", "backward"]
        assert row.baseline is not None
        assert row.baseline.content["intercept_spm"] == 120.0
        recording = row.recordings[0]
        assert recording.is_primary is True
        assert (recording.source.path, recording.source.batch.command, len(recording.laps)) == ("run-1.fit", "import", 2)
        assert recording.streams[0].channel == "t_s"
        orm.delete(row)
        orm.flush()
        assert orm.scalars(sa.select(models.SegmentRow)).all() == []


def test_every_table_has_a_class_and_its_annotations_are_its_columns():
    configure_mappers()
    classes = {str(mapper.local_table): mapper.class_ for mapper in models.Base.registry.mappers}
    assert set(classes) == set(tables.metadata.tables)
    source_text = (tables.FOLDER / "models.py").read_text(encoding="utf-8")
    for name, row in classes.items():
        assert row.__name__ == "".join(word.title() for word in name.split("_")) + "Row"
        assert getattr(tables, row.__name__) is row
        body = source_text.split(f"class {row.__name__}(")[1].split("\nclass ")[0].split("if TYPE_CHECKING:")[1]
        told = dict(re.findall(r"^        (\w+): Mapped\[(.+)\]$", body, re.MULTILINE))
        assert list(told) == [column.name for column in tables.metadata.tables[name].columns]
        for column in tables.metadata.tables[name].columns:
            assert told[column.name].endswith(" | None") == bool(column.nullable), column


def test_a_name_that_is_no_class_is_an_ordinary_error():
    with pytest.raises(ImportError, match="NoSuchRow"):
        from schema.tables import NoSuchRow  # noqa: F401


def test_importing_the_tables_does_not_import_the_orm_or_alembic():
    code = "import sys, importer.store.store; print([name for name in ('sqlalchemy.orm', 'alembic', 'psycopg') if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_importing_the_records_does_not_import_sqlalchemy():
    code = "import sys; from importer.store import SourceInfo; print('sqlalchemy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "False"


def test_every_view_is_documented_with_every_column(engine):
    text = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
    with engine.connect() as connection:
        for name in tables.views(engine.dialect.name):
            assert f"`{name}`" in text
            for column in list(connection.exec_driver_sql(f"SELECT * FROM {name}").keys()):
                assert f"`{column}`" in text, f"{name}.{column}"


def test_every_table_is_documented():
    text = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
    assert [name for name in tables.metadata.tables if f"`{name}`" not in text] == []
