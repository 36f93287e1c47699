"""`db check` finds whatever is not as it was written, and finds nothing where all is well."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import NeedsUpgradeError, NewerDatabaseError, StoreError
from importer.store import open_store
from importer.store.check import check
from importer.values.activity import Activity
from tests.support.databases import KINDS, NOW, START, assert_same_activity, fresh, session, source
from tests.support.program import SAMPLES, objects, retro

N_STREAMS = 20


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        fill(url)
        yield url


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Give a SQLite file that nobody changes."""
    path = tmp_path_factory.mktemp("check") / "whole.db"
    fill(str(path))
    return path


def fill(url: str) -> None:
    """Store two sessions of two files; the first row of each table has the number 1."""
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        for number in (1, 2):
            one = session(n=200 * number, start=START + timedelta(days=number), seed=number)
            store.save(source(number), [one], batch_id=batch, athlete="me", now=NOW)


def change(url: str, statement: str) -> None:
    """Change a row past every rule of the database."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql(statement)
    engine.dispose()


def told(url: str) -> list[tuple[str, str, tuple[int, ...], str]]:
    return [(fault.kind, fault.table, fault.rows, fault.message) for fault in check(url).faults]


def test_nothing_is_found_where_all_is_well(url):
    checked = check(url)
    assert checked.faults == ()
    assert (checked.n_sessions, checked.n_recordings, checked.n_streams) == (2, 2, 2 * N_STREAMS)
    assert checked.n_values == (200 + 400) * 6 + 2 * (250 * 4 + 3 * 4 + 7 * 2)


REFERENCES = [
    ("UPDATE segment SET session_id = 99 WHERE id = 1", "segment", (1,), "session_id names a row of session that is not there"),
    ("UPDATE lap SET recording_id = 99 WHERE id = 2", "lap", (2,), "recording_id names a row of recording that is not there"),
    ("UPDATE session SET baseline_id = 77", "session", (1, 2), "baseline_id names a row of baseline that is not there"),
    ("UPDATE source_file SET batch_id = 9 WHERE id = 2", "source_file", (2,), "batch_id names a row of import_batch that is not there"),
]


@pytest.mark.parametrize(("statement", "table", "rows", "message"), REFERENCES)
def test_a_row_that_refers_to_nothing_is_found(url, statement, table, rows, message):
    change(url, statement)
    assert ("reference", table, rows, message) in told(url)


ORPHANS = [
    ("DELETE FROM recording WHERE id = 1", "session", (1,), "has no primary recording"),
    ("UPDATE recording SET is_primary = (1 = 0) WHERE id = 2", "session", (2,), "has no primary recording"),
    ("DELETE FROM recording WHERE id = 1", "source_file", (1,), "holds no session, and would not be imported again"),
    ("DELETE FROM stream WHERE recording_id = 2 AND channel = 't_s'", "recording", (2,), "has no samples"),
]


@pytest.mark.parametrize(("statement", "table", "rows", "message"), ORPHANS)
def test_a_row_that_nothing_leads_to_is_found(url, statement, table, rows, message):
    change(url, statement)
    assert ("orphan", table, rows, message) in told(url)


CONTENTS = [
    ("UPDATE segment SET end_s = end_s - 1 WHERE id = 1", "its segments leave a hole, overlap, or do not end with it"),
    ("DELETE FROM segment WHERE session_id = 1", "its segments leave a hole, overlap, or do not end with it"),
    ("UPDATE session SET elapsed_s = elapsed_s + 1 WHERE id = 1", "its segments leave a hole, overlap, or do not end with it"),
    ("UPDATE session SET forward_s = forward_s + 1 WHERE id = 1", "forward_s is 61.15, its segments come to 60.15"),
    ("UPDATE segment SET distance_m = 501 WHERE id = 1", "forward_m is 500, its segments come to 501"),
    ("UPDATE segment SET standing = 'accepted' WHERE id = 2", "backward_suggested_s is 20.05, its segments come to 0"),
]


@pytest.mark.parametrize(("statement", "message"), CONTENTS)
def test_a_session_whose_segments_do_not_make_it_up_is_found(url, statement, message):
    change(url, statement)
    found = told(url)
    assert ("session", "session", (1,), message) in found
    assert {(kind, table, rows) for kind, table, rows, _ in found} == {("session", "session", (1,))}


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE segment SET direction = 'sideways' WHERE id = 1", "ck_segment_direction"),
        ("UPDATE segment SET confidence = 1.5 WHERE id = 1", "ck_segment_confidence"),
    ],
)
def test_a_row_that_breaks_a_rule_is_found_and_the_rule_that_is_gone_too(url, statement, rule):
    if url.startswith("postgresql"):  # it refuses the change as long as it has the rule
        change(url, f"ALTER TABLE segment DROP CONSTRAINT {rule}")
    change(url, statement)
    found = told(url)
    assert ("constraint", "segment", (1,), f"breaks the rule {rule}") in found
    assert (("rule", "segment", (), f"{rule} is missing") in found) == url.startswith("postgresql")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("DROP VIEW v_backward_by_week", ("rule", "v_backward_by_week", (), "the view is missing")),
        ("DROP INDEX ix_label_session_id", ("rule", "label", (), "ix_label_session_id is missing")),
        ("DROP TABLE lap", ("schema", "lap", (), "the table is missing")),
        ("ALTER TABLE lap DROP COLUMN timer_s", ("schema", "lap", (), "the column timer_s is missing")),
    ],
)
def test_what_is_missing_of_the_schema_is_found(url, statement, expected):
    change(url, statement)
    assert told(url) == [expected]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE session SET start_utc = '2026-05-03 06:12:00' WHERE id = 2", ("value", "session", (2,), "start_utc is no time")),
        ("UPDATE session SET findings = '[' WHERE id = 1", ("value", "session", (1,), "findings is no JSON")),
        ("UPDATE recording SET pauses = '[[1' WHERE id = 1", ("value", "recording", (1,), "pauses is no JSON")),
    ],
)
def test_text_that_is_no_time_and_no_json_is_found_on_sqlite(tmp_path, statement, expected):
    fill(str(tmp_path / "a.db"))
    change(f"sqlite:///{tmp_path / 'a.db'}", statement)
    assert expected in told(str(tmp_path / "a.db"))


def test_a_session_that_cannot_be_read_does_not_hide_the_fault_behind_it(tmp_path):
    fill(str(tmp_path / "a.db"))
    change(f"sqlite:///{tmp_path / 'a.db'}", "UPDATE session SET findings = '['")
    change(f"sqlite:///{tmp_path / 'a.db'}", "UPDATE stream SET crc32 = crc32 + 1 WHERE id = 30")
    assert {(fault.kind, *fault.rows) for fault in check(str(tmp_path / "a.db")).faults} == {
        ("value", 1, 2),
        ("session", 1),
        ("session", 2),
        ("stream", 30),
    }


# --- samples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE stream SET crc32 = 5 WHERE id = 3", ("stream", (3,), "the check sum of a stream of 200 values does not hold")),
        ("UPDATE stream SET n = 199 WHERE id = 3", ("stream", (3,), "the check sum of a stream of 199 values does not hold")),
        ("UPDATE recording SET n_samples = 7 WHERE id = 1", ("recording", (1,), "has 200 samples, expected 7")),
        ("DELETE FROM stream WHERE channel = 'beat.t_s'", ("recording", (1,), "a series without its column")),
        ("UPDATE stream SET channel = 'speed_mph' WHERE channel = 'speed_mps'", ("recording", (1,), "no channel of the name 'speed_mph'")),
        ("UPDATE recording SET elapsed_s = 20, timer_s = 20 WHERE id = 1", ("recording", (1,), "a sample at 199.0 s lies behind the end")),
    ],
)
def test_samples_that_do_not_go_together_are_found(url, statement, expected):
    change(url, statement)
    kind, rows, message = expected
    assert [fault for fault in check(url).faults if (fault.kind, fault.rows) == (kind, rows) and message in fault.message]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_every_flipped_bit_of_a_stream_is_found(whole, tmp_path_factory, data):
    path = shutil.copy(whole, tmp_path_factory.mktemp("flip") / "a.db")
    stream_id = data.draw(st.integers(1, 2 * N_STREAMS))
    with closing(sqlite3.connect(path)) as raw, raw:
        columns = raw.execute("SELECT codec, n, crc32, data FROM stream WHERE id = ?", (stream_id,)).fetchone()
        name, value = data.draw(st.sampled_from(list(zip(("codec", "n", "crc32", "data"), columns, strict=True))))
        if name == "data":
            bit = data.draw(st.integers(0, 8 * len(value) - 1))
            flipped = bytearray(value)
            flipped[bit // 8] ^= 1 << bit % 8
            value = bytes(flipped)
        else:
            value ^= 1 << data.draw(st.integers(0, 30))
        raw.execute(f"UPDATE stream SET {name} = ? WHERE id = ?", (value, stream_id))
    assert [(fault.kind, fault.rows) for fault in check(str(path)).faults] == [("stream", (stream_id,))]


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_bit_flipped_on_the_disk_is_found_wherever_it_changes_samples(whole, tmp_path_factory, data):
    """Flip it in a page of the table, where it may also hit a length, a row's number, or bytes that nobody uses."""
    path = Path(shutil.copy(whole, tmp_path_factory.mktemp("disk") / "a.db"))
    with closing(sqlite3.connect(path)) as raw:
        pages = [page for (page,) in raw.execute("SELECT pageno FROM dbstat WHERE name = 'stream'")]
        (page_bytes,) = raw.execute("PRAGMA page_size").fetchone()
    at = (data.draw(st.sampled_from(pages)) - 1) * page_bytes + data.draw(st.integers(0, page_bytes - 1))
    content = bytearray(path.read_bytes())
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    if not is_as_it_was(path, whole):
        assert is_found(path)


def is_found(path: Path) -> bool:
    try:
        return not check(str(path)).is_well
    except StoreError as error:
        return "damaged" in str(error)


def is_as_it_was(path: Path, whole: Path) -> bool:
    try:
        for mine, theirs in zip(activities(path), activities(whole), strict=True):
            assert_same_activity(mine, theirs)
    except (StoreError, AssertionError):
        return False
    return True


def activities(path: Path) -> list[Activity]:
    with open_store(str(path), read_only=True) as store:
        return [store.load_activity(one) for one in (1, 2)]


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_says_that_all_is_well_and_changes_nothing(tmp_path):
    path = tmp_path / "a.db"
    retro("import", SAMPLES / "forward-run.fit", "--db", path)
    before = path.read_bytes()
    done = retro("db", "check", "--db", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"sqlite:///{path}: all is well (1 session, 1 recording, ")
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["a.db"]


def test_the_command_names_what_is_damaged_and_ends_with_status_1(tmp_path):
    path = tmp_path / "a.db"
    fill(str(path))
    change(f"sqlite:///{path}", "UPDATE stream SET crc32 = 5 WHERE id = 23")
    done = retro("db", "check", "--db", path)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == (
        "stream 23: latitude_deg: the check sum of a stream of 400 values does not hold; it is of recording 2, session 2"
    )
    assert "1 fault (2 sessions" in done.stdout
    assert "`retro-import delete`" in done.stdout
    done = retro("db", "check", "--db", path, "--json")
    assert done.returncode == 1
    (said,) = objects(done)
    assert (said["is_well"], said["n_streams"], said["version"]) == (False, 2 * N_STREAMS, "0001")
    assert [(fault["kind"], fault["table"], fault["rows"]) for fault in said["faults"]] == [("stream", "stream", [23])]


def test_a_check_waits_for_no_writer(tmp_path):
    fill(str(tmp_path / "a.db"))
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE stream SET crc32 = 5")
        assert check(str(tmp_path / "a.db"), wait_s=0.1).is_well


@pytest.mark.parametrize(("version", "error", "words"), [("9999", NewerDatabaseError, "newer"), ("0000", NeedsUpgradeError, "db upgrade")])
@pytest.mark.parametrize("command", [("db", "check"), ("db", "stats"), ("report",)])
def test_a_database_of_another_version_is_refused_with_status_6(tmp_path, monkeypatch, command, version, error, words):
    from importer.store.schema_door import tables

    path = tmp_path / "a.db"
    fill(str(path))
    change(f"sqlite:///{path}", f"UPDATE alembic_version SET version_num = '{version}'")
    with monkeypatch.context() as patched:
        patched.setattr(tables, "REVISIONS", ("0000", *tables.REVISIONS))
        with pytest.raises(error, match=words):
            check(str(path))
    if version == "9999":  # the program itself knows no older one yet
        done = retro(*command, "--db", path)
        assert (done.returncode, done.stdout) == (6, "")
        assert "install a newer retro-import" in done.stderr


def test_a_file_that_is_no_database_cannot_be_checked(tmp_path):
    (tmp_path / "a.db").write_bytes(b"hello " * 1000)
    done = retro("db", "check", "--db", tmp_path / "a.db")
    assert (done.returncode, done.stdout) == (1, "")
    assert "is no SQLite database" in done.stderr
