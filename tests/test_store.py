"""What is saved is there, once, whole and unchanged; whatever else happens is a clear error."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importer.errors import DatabaseBusyError, NeedsUpgradeError, NewerDatabaseError, StoreError
from importer.store import SourceInfo, open_store, place
from importer.store.schema_door import tables
from importer.values.activity import Activity, Device, Lap, Pause, PauseKind, Place, Text
from importer.values.session import Basis, Direction, Segment, Session, Standing
from tests.conftest import ROOT
from tests.support.databases import KINDS, NOW, START, activity, assert_same_activity, contents, fresh, session, source

KEPT = ("source_file", "session", "recording", "lap", "segment", "stream", "baseline", "athlete")


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url):
    with open_store(url) as store:
        yield store


@pytest.fixture
def batch(store):
    return store.start_batch(command="import", now=NOW)


def save(store, batch, *, number=1, athlete="me", **changes):
    return store.save(source(number), [session(**changes)], batch_id=batch, athlete=athlete, now=NOW)


def test_what_is_saved_is_loaded_bit_by_bit(store, batch):
    saved = store.save(source(), [session()], batch_id=batch, athlete="me", now=NOW)
    assert saved.is_new
    assert_same_activity(store.load_activity(saved.sessions[0].id), activity())


def test_a_session_record_holds_the_contract_and_the_statistics(store, batch):
    kept = session()
    record = store.session(save(store, batch).sessions[0].id)
    assert (record.start, record.utc_offset_s, record.athlete, record.sport, record.sub_sport) == (
        START,
        7200,
        "me",
        "running",
        "treadmill",
    )
    assert (record.environment, record.speed_basis, record.cadence_basis) == ("treadmill", "belt", "total-cycles")
    assert (record.elapsed_s, record.timer_s, record.distance_m, record.possible_duplicate_of) == (600.5, 570.0, 1620.4, None)
    assert record.forward_s + record.still_s + record.unknown_s + record.backward_accepted_s + record.backward_suggested_s == pytest.approx(
        600.5
    )
    assert (record.forward_m, record.backward_accepted_m, record.backward_suggested_m, record.unknown_m) == (500.0, 300.0, 100.0, 20.0)
    assert (record.calibration, record.findings, record.device) == (3, kept.findings, kept.activity.device)
    assert (record.laps, record.pauses, record.texts) == (kept.activity.laps, kept.activity.pauses, kept.activity.texts)
    assert (record.counts, record.notes, record.sha256) == (kept.activity.counts, kept.activity.notes, source().sha256)
    assert len(record.segments) == len(kept.segments)
    for stored, segment in zip(record.segments, kept.segments, strict=True):
        assert all(getattr(stored, name) == getattr(segment, name) for name in Segment.__dataclass_fields__)


def test_the_same_bytes_again_are_known_and_change_nothing(store, batch, url):
    first = save(store, batch)
    before = contents(url)
    again = store.save(source(1, path="elsewhere.fit"), [session(n=300)], batch_id=batch, athlete="you", now=NOW + timedelta(days=1))
    after = contents(url)
    assert not again.is_new
    assert again.source == first.source
    assert again.source.athlete == "me"
    assert {name: after[name] for name in KEPT if name != "athlete"} == {name: before[name] for name in KEPT if name != "athlete"}


def test_a_known_file_tells_whose_it_is_and_what_it_gave(store, batch):
    saved = save(store, batch, athlete="Ana")
    found = store.find_source(source().sha256)
    assert found == saved.source
    assert (found.athlete, found.path, found.format) == ("Ana", "run-1.fit", "fit")
    assert [segment.direction for segment in found.sessions[0].segments][:2] == ["forward", "backward"]
    assert store.find_source("f" * 64) is None


def test_a_file_of_several_sessions_keeps_their_order(store, batch):
    several = [session(start=START + timedelta(hours=hour), seed=hour) for hour in range(3)]
    saved = store.save(source(), several, batch_id=batch, athlete="me", now=NOW)
    assert [record.start for record in saved.sessions] == [kept.activity.start for kept in several]
    for record, kept in zip(saved.sessions, several, strict=True):
        assert_same_activity(store.load_activity(record.id), kept.activity)


def test_a_recording_without_samples_is_kept(store, batch):
    empty = activity(n=600, t_s=np.array([]), columns={"speed_mps": np.array([])})
    saved = store.save(source(), [replace(session(), activity=empty)], batch_id=batch, athlete="me", now=NOW)
    assert_same_activity(store.load_activity(saved.sessions[0].id), empty)


def test_sessions_come_newest_first_and_can_be_cut(store, batch):
    for day in range(4):
        save(store, batch, number=day + 1, start=START + timedelta(days=day), athlete="Ana" if day % 2 else "Bo")
    starts = [record.start - START for record in store.sessions()]
    assert starts == [timedelta(days=3), timedelta(days=2), timedelta(days=1), timedelta(0)]
    assert [record.start for record in store.sessions(since=START + timedelta(days=3))] == [START + timedelta(days=3)]
    assert [record.start for record in store.sessions(until=START + timedelta(days=1))] == [START]
    assert {record.athlete for record in store.sessions(athlete="Ana")} == {"Ana"}
    assert all(not record.segments for record in store.sessions())
    assert all(len(record.segments) == 5 for record in store.sessions(with_segments=True))


def test_sessions_judged_by_the_same_baseline_share_its_row(store, batch):
    one, two = save(store, batch).sessions[0], save(store, batch, number=2).sessions[0]
    assert one.baseline_id is not None
    assert one.baseline_id == two.baseline_id
    other = store.save(source(3), [session(baseline=None)], batch_id=batch, athlete="me", now=NOW).sessions[0]
    assert other.baseline_id is None


def test_a_statistic_that_is_no_number_is_stored_as_not_measured(store, batch):
    whole = Segment(
        0.0, 600.5, Direction.FORWARD, Basis.GAIT, Standing.ACCEPTED, None, 0.9, distance_m=float("nan"), max_speed_mps=float("inf")
    )
    record = store.save(source(), [session(segments=(whole,), distance_m=float("nan"))], batch_id=batch, athlete="me", now=NOW).sessions[0]
    assert (record.distance_m, record.segments[0].distance_m, record.segments[0].max_speed_mps, record.forward_m) == (None, None, None, 0.0)


def test_numpy_numbers_are_stored_like_plain_ones(store, batch):
    odd = activity(
        counts={"bad_time": np.int64(3)},
        session_index=int(np.int64(2)),
        device=Device(serial=cast(int, np.int64(7))),
        elapsed_s=np.float64(600.5),
    )
    record = store.save(source(), [replace(session(), activity=odd)], batch_id=batch, athlete="me", now=NOW).sessions[0]
    assert (record.counts, record.device.serial) == ({"bad_time": 3}, 7)


def test_a_serial_number_of_too_many_digits_is_not_known(store, batch):
    odd = activity(device=Device("x", "y", 10**30))
    saved = store.save(source(), [replace(session(), activity=odd)], batch_id=batch, athlete="me", now=NOW)
    assert saved.sessions[0].device == Device("x", "y", None)


def test_a_file_name_that_is_no_utf8_can_be_stored_and_found_again(store, batch):
    name = os.fsdecode(b"lauf-\xff.fit")
    unreadable = SourceInfo(name, None)
    for attempts in (1, 2):
        found = store.record_failure(
            unreadable, kind="failed", code="unreadable", message=f"{name}: no", offset=None, batch_id=batch, now=NOW
        )
        assert found.attempts == attempts
    saved = store.save(source(1, path=name), [session()], batch_id=batch, athlete="me", now=NOW)
    assert saved.source.path == "lauf-\\udcff.fit"


def test_a_nul_in_a_text_is_dropped_as_postgresql_cannot_hold_it(store, batch):
    odd = activity(texts=(Text(Place.TITLE, "a\0b"),))
    saved = store.save(source(), [replace(session(), activity=odd)], batch_id=batch, athlete="m\0e", now=NOW)
    assert saved.sessions[0].texts[0].text == "ab"
    assert saved.source.athlete == "me"


def test_a_failure_is_counted_and_keeps_its_first_time(store, batch):
    told = {"kind": "failed", "code": "corrupt-file", "message": "broken at byte 7", "offset": 7, "batch_id": batch}
    first = store.record_failure(source(), **told, now=NOW)
    again = store.record_failure(source(), **told, now=NOW + timedelta(hours=1))
    assert (first.attempts, again.attempts, again.id) == (1, 2, first.id)
    assert (again.first, again.last) == (NOW, NOW + timedelta(hours=1))
    assert store.find_failure(source().sha256) == again
    assert (again.kind, again.code, again.message, again.offset) == ("failed", "corrupt-file", "broken at byte 7", 7)
    assert store.find_failure("e" * 64) is None


def test_a_failure_by_path_becomes_one_by_content_once_the_file_can_be_read(store, batch, url):
    told = {"kind": "failed", "code": "unreadable", "message": "no permission", "offset": None, "batch_id": batch, "now": NOW}
    store.record_failure(source(1, sha256=None, member="x.fit"), **told)
    store.record_failure(source(2, sha256=None), **told)
    assert len(contents(url)["failure"]) == 2
    store.record_failure(source(1, member="x.fit"), **told)
    assert len(contents(url)["failure"]) == 2
    assert store.find_failure(source(1).sha256).path == "run-1.fit!x.fit"


def test_a_file_that_is_stored_at_last_is_no_failure_any_more(store, batch, url):
    told = {"kind": "failed", "code": "corrupt-file", "message": "broken", "offset": None, "batch_id": batch, "now": NOW}
    store.record_failure(source(), **told)
    store.record_failure(source(1, sha256=None), **told)
    save(store, batch)
    assert contents(url)["failure"] == []


def test_a_batch_keeps_its_counts(store, batch, url):
    store.finish_batch(batch, counts={"imported": 2}, now=NOW + timedelta(minutes=1))
    assert len(contents(url)["import_batch"]) == 1
    assert store.start_batch(command="import", now=NOW) > batch


def test_a_source_without_a_session_or_without_a_digest_is_refused(store, batch):
    with pytest.raises(ValueError, match="at least one session"):
        store.save(source(), [], batch_id=batch, athlete="me", now=NOW)
    with pytest.raises(ValueError, match="SHA-256"):
        store.save(source(1, sha256=None), [session()], batch_id=batch, athlete="me", now=NOW)


def test_a_session_that_is_not_there_is_named(store):
    for ask in (store.session, store.load_activity):
        with pytest.raises(StoreError, match="there is no session 99") as caught:
            ask(99)
        assert caught.value.code == "no-such-session"


def test_times_of_any_zone_are_the_same_moment(store, batch):
    zone = timezone(timedelta(hours=5, minutes=45))
    saved = store.save(
        source(1, modified=datetime(2026, 5, 3, 12, tzinfo=zone)), [session()], batch_id=batch, athlete="me", now=NOW.astimezone(zone)
    )
    record = store.session(saved.sessions[0].id)
    assert record.start == START
    assert record.start.tzinfo is UTC
    assert store.sessions(since=START.astimezone(zone))[0].id == record.id
    assert store.sessions(since=(START + timedelta(microseconds=1)).astimezone(zone)) == ()


def test_a_damaged_stream_is_told_and_not_returned(store, batch, url):
    saved = save(store, batch)
    row = next(row for row in contents(url)["stream"] if row[2] == "speed_mps")
    data = bytearray(row[6])
    data[-3] ^= 4
    with store._engine.begin() as connection:
        connection.execute(tables.stream.update().where(tables.stream.c.id == row[0]).values(data=bytes(data)))
    with pytest.raises(StoreError, match="speed_mps of recording 1 is damaged"):
        store.load_activity(saved.sessions[0].id)


def test_a_sensor_of_which_an_axis_is_lost_is_told_and_not_returned(store, batch):
    saved = save(store, batch)
    with store._engine.begin() as connection:
        connection.execute(tables.stream.delete().where(tables.stream.c.channel == "accelerometer.y_g"))
    with pytest.raises(StoreError, match="streams of recording 1 do not go together"):
        store.load_activity(saved.sessions[0].id)


def test_lists_of_sessions_never_look_at_samples_sensors_and_splits(store, batch):
    save(store, batch)
    before = store.sessions(with_segments=True)
    with store._engine.begin() as connection:
        connection.execute(tables.stream.delete())
        connection.execute(tables.recording.update().values(splits=["no split"]))
    assert store.sessions(with_segments=True) == before


def test_the_views_answer_alike_on_both_databases(store, batch):
    save(store, batch)
    save(store, batch, number=2, start=datetime(2026, 5, 3, 22, 30, tzinfo=UTC))  # the next day, a Monday, on the runner's clock
    (late, early), weeks = store.view("v_session"), store.view("v_backward_by_week")
    assert (early["start_utc"], early["start_local"], early["day_local"], early["week_local"]) == (
        START,
        "2026-05-03T08:12:00",
        "2026-05-03",
        "2026-04-27",
    )
    assert (late["start_local"], late["day_local"], late["week_local"]) == ("2026-05-04T00:30:00", "2026-05-04", "2026-05-04")
    assert (early["n_bouts_accepted"], early["n_bouts_suggested"], early["backward_bases"]) == (1, 1, "declared, gait")
    assert early["moving_s"] == pytest.approx(600.5 * 0.9)
    assert early["backward_accepted_share"] == pytest.approx(0.4 / 0.9)
    assert [(row["week_local"], row["n_sessions"], row["n_bouts_accepted"]) for row in weeks] == [
        ("2026-05-04", 1, 1),
        ("2026-04-27", 1, 1),
    ]
    segments = store.view("v_segment", since=START, until=START + timedelta(seconds=1), athlete="me")
    assert [row["direction"] for row in segments] == ["forward", "backward", "still", "unknown", "backward"]
    assert segments[-1]["why"] == ("a", "b")
    assert store.view("v_session", athlete="nobody") == ()
    assert type(weeks[0]["n_bouts_accepted"]) is int
    for name in ("v_nothing", "session"):
        with pytest.raises(ValueError, match="no view"):
            store.view(name)


def test_readers_do_not_wait_for_a_writer(url, tmp_path):
    with open_store(url) as store, open_store(url, read_only=True, wait_s=0.2) as reader:
        batch = store.start_batch(command="import", now=NOW)
        save(store, batch)
        with store._engine.begin() as connection:
            connection.execute(tables.athlete.insert().values(name="half", created_utc=NOW))
            assert len(reader.sessions()) == 1
            assert reader.load_activity(reader.sessions()[0].id).sport == "running"


def test_a_read_only_store_refuses_to_write(url):
    open_store(url).close()
    with open_store(url, read_only=True) as reader, pytest.raises(StoreError):
        reader.start_batch(command="import", now=NOW)


# --- property: any activity -------------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
seconds = st.floats(0, 1e6, allow_nan=False)


@st.composite
def activities(draw):
    t_s = np.array(sorted(draw(st.sets(st.floats(0, 1e5), max_size=20))))
    values = st.lists(st.floats(width=64), min_size=len(t_s), max_size=len(t_s)).map(np.array)
    names = draw(st.lists(st.sampled_from(["speed_mps", "altitude_m", "cadence_spm", "retro_dir"]), unique=True))
    cuts = sorted(draw(st.lists(seconds, max_size=6)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    elapsed_s = max([draw(seconds), *t_s.tolist()])
    return Activity(
        start=draw(st.datetimes(timezones=st.just(UTC))),
        t_s=t_s,
        columns={name: draw(values) for name in names},
        elapsed_s=elapsed_s,
        timer_s=elapsed_s * draw(st.floats(0, 1)),
        format=draw(st.sampled_from(["fit", "gpx", "tcx"])),
        sport=draw(words),
        distance_m=draw(st.none() | st.floats(allow_nan=False, allow_infinity=False)),
        laps=tuple(Lap(a, b, draw(st.none() | words), None, draw(st.none() | st.integers(0, 99))) for a, b in spans),
        pauses=tuple(Pause(a, b, draw(st.sampled_from(PauseKind))) for a, b in spans),
        texts=tuple(Text(draw(st.sampled_from(Place)), draw(words), a, b) for a, b in spans),
        device=Device(draw(st.none() | words), draw(st.none() | words), draw(st.none() | st.integers(0, 2**63 - 1))),
        utc_offset_s=draw(st.none() | st.integers(-50400, 50400)),
        counts=draw(st.dictionaries(words, st.integers(0, 2**31), max_size=3)),
        notes=tuple(draw(st.lists(words, max_size=3))),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=activities())
def test_any_activity_comes_back_as_it_was(store, batch, drawn):
    whole = () if drawn.elapsed_s == 0 else (Segment(0.0, drawn.elapsed_s, Direction.UNKNOWN, Basis.NONE, Standing.ACCEPTED),)
    number = len(store.sessions()) + 1
    kept = Session(drawn, whole, distance_m=None, calibration=1)
    saved = store.save(source(number), [kept], batch_id=batch, athlete="me", now=NOW)
    assert saved.is_new
    assert_same_activity(store.load_activity(saved.sessions[0].id), drawn)


# --- processes --------------------------------------------------------------------------------------------------------


def run(code: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )


SAVE_AT_ONCE = """
import sys
from importer.store import open_store
from tests.support.databases import NOW, session, source
print("ready", flush=True)
sys.stdin.readline()
with open_store(sys.argv[1]) as store:
    batch = store.start_batch(command="import", now=NOW)
    print([store.save(source(n), [session(n=60)], batch_id=batch, athlete="me", now=NOW).is_new for n in range(20)].count(True))
"""


def test_processes_that_save_the_same_files_at_once_into_a_new_database_store_each_once(url):
    processes = [run(SAVE_AT_ONCE, url) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=120) for process in processes]
    assert [error for _, error in ends] == ["", "", ""]
    assert sum(int(said) for said, _ in ends) == 20
    found = contents(url)
    assert [len(found[name]) for name in ("source_file", "session", "recording", "segment", "athlete")] == [20, 20, 20, 100, 1]


KILL_BEFORE_EACH_STATEMENT = """
import os, signal, sys
from sqlalchemy import Engine, event
from importer.store import open_store
from tests.support.databases import NOW, contents, session, source
url, killed = sys.argv[1], 0
with open_store(url) as store:
    batch = store.start_batch(command="import", now=NOW)
empty = contents(url)
for last in range(1, 100):
    child = os.fork()
    if child == 0:
        store, seen = open_store(url), 0
        def count(*_):
            global seen
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)
        event.listen(Engine, "before_cursor_execute", count)
        store.save(source(), [session()], batch_id=batch, athlete="me", now=NOW)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if status == 0:
        break
    assert os.WIFSIGNALED(status), status
    killed += 1
    assert contents(url) == empty, last
print(killed)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_save_killed_before_any_of_its_statements_leaves_nothing(url):
    said, error = run(KILL_BEFORE_EACH_STATEMENT, url).communicate(timeout=120)
    assert error == ""
    assert int(said) >= 10
    with open_store(url) as store:
        assert len(store.sessions()) == 1
        assert_same_activity(store.load_activity(store.sessions()[0].id), activity())


KILL_WHILE_CREATING = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from importer.store import open_store
killed = 0
for last in range(1, 1000):
    path = Path(sys.argv[1]) / f"{last}.db"
    child = os.fork()
    if child == 0:
        seen = 0
        def count(*_):
            global seen
            seen += 1
            if seen == last:
                os.kill(os.getpid(), signal.SIGKILL)
        event.listen(Engine, "before_cursor_execute", count)
        open_store(str(path)).close()
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    killed += 1
    open_store(str(path)).close()
    open_store(str(path), create=False).close()
print(killed)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_creation_killed_before_any_of_its_statements_is_done_by_the_next_one(tmp_path):
    said, error = run(KILL_WHILE_CREATING, str(tmp_path)).communicate(timeout=240)
    assert error == ""
    assert int(said) >= 30


# --- what goes wrong --------------------------------------------------------------------------------------------------


def test_a_locked_database_is_busy_after_the_wait(tmp_path):
    path = tmp_path / "a.db"
    with open_store(str(path), wait_s=0.1) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusyError, match="locked by another program") as caught:
            store.start_batch(command="import", now=NOW)
        assert (caught.value.waited_s, caught.value.exit_status) == (0.1, 5)
        other.close()
        assert store.start_batch(command="import", now=NOW) == 1


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("a.db", lambda path: path.write_bytes(b"not a database, but a text of some length" * 30), "no SQLite database"),
        ("a.db", lambda path: path.mkdir(), "is a folder"),
        ("gone/a.db", lambda path: None, "does not exist"),
    ],
)
def test_a_place_that_cannot_be_a_database_is_a_clear_error(tmp_path, name, make, says):
    path = tmp_path / name
    make(path)
    with pytest.raises(StoreError, match=says) as caught:
        open_store(f"sqlite:///{path}")
    assert str(path) in str(caught.value)
    assert caught.value.exit_status == 1


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE song (id INTEGER)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"another program's database \(it has a table 'song'\)"):
        open_store(str(path))
    assert path.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="cannot be written"):
            open_store(str(tmp_path / "a.db"))
    finally:
        tmp_path.chmod(0o700)


def test_a_database_that_is_not_there_is_not_made_for_a_reader(tmp_path):
    for asked in ({"create": False}, {"read_only": True}):
        with pytest.raises(StoreError, match="no database here yet"):
            open_store(str(tmp_path / "a.db"), **asked)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError, match="the database is empty"):
        open_store(str(tmp_path / "empty.db"), read_only=True)


def test_a_database_of_another_version_says_what_to_do(url, monkeypatch):
    open_store(url).close()
    monkeypatch.setattr(tables, "REVISIONS", ("0001", "0002"))
    with pytest.raises(NeedsUpgradeError, match="retro-import db upgrade") as older:
        open_store(url)
    assert (older.value.found, older.value.known, older.value.exit_status) == ("0001", "0002", 6)
    monkeypatch.setattr(tables, "REVISIONS", ("0000",))
    with pytest.raises(NewerDatabaseError, match="install a newer") as newer:
        open_store(url)
    assert (newer.value.found, newer.value.exit_status) == ("0001", 6)


def test_an_old_sqlite_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(StoreError, match=r"too old \(expected 3\.37\.0"):
        open_store(str(tmp_path / "a.db"))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://runner:geheim@127.0.0.1:1/x",
        "postgres://runner:geheim@127.0.0.1:1/x",
        "postgresql://runner@127.0.0.1:1/x?password=geheim",
        "postgresql://runner:geheim@127.0.0.1:port/x",
        "mysql://runner:geheim@127.0.0.1/x",
        "sqlite://runner:geheim@/x.db?mode=ro",
        "://runner:geheim@x",
    ],
)
def test_a_password_is_never_shown(url):
    with pytest.raises(StoreError) as caught:
        open_store(url, wait_s=0.1)
    assert "geheim" not in "".join(traceback.format_exception(caught.value))
    assert "geheim" not in repr(vars(caught.value))


def test_a_server_that_does_not_answer_is_temporary():
    pytest.importorskip("psycopg")
    with pytest.raises(DatabaseBusyError, match="cannot be reached") as caught:
        open_store("postgresql://runner@127.0.0.1:1/x")
    assert caught.value.exit_status == 5


def test_a_database_that_is_not_on_the_server_is_not_temporary():
    with fresh("postgresql", Path()) as url, pytest.raises(StoreError, match="does not exist") as caught:
        open_store(url.replace("/test?", "/no_such_database?"))
    assert not isinstance(caught.value, DatabaseBusyError)


def test_a_foreign_schema_package_is_named(tmp_path):
    (tmp_path / "schema.py").write_text("class Schema: ...\n", encoding="utf-8")
    code = "import sys; sys.path.insert(0, sys.argv[1])\nfrom importer.store import open_store"
    _, error = run(code, str(tmp_path)).communicate(timeout=60)
    assert "StoreError: another package named 'schema' hides ours" in error
    assert str(tmp_path / "schema.py") in error


# --- settings ---------------------------------------------------------------------------------------------------------


def test_sqlite_runs_with_the_settings_that_lose_nothing(tmp_path):
    with open_store(str(tmp_path / "a.db")) as store, store._engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked] == ["wal", 2, 1, 30_000]


def test_a_url_or_a_plain_path_names_the_same_file(tmp_path):
    with open_store(str(tmp_path / "a.db")) as one, open_store(f"sqlite:///{tmp_path / 'a.db'}") as two:
        assert one.path == two.path == tmp_path / "a.db"
        assert one.url == two.url == f"sqlite:///{tmp_path / 'a.db'}"


def test_the_default_is_a_file_in_the_users_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with open_store() as store:
        assert store.path is not None
        assert store.path.is_relative_to(tmp_path)
        assert store.path.name == "retro-import.db"


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/a/run", "ext4"),
        ("/mnt/share/x", "nfs4"),
        ("/mnt/share", "nfs4"),
        ("/mnt/shared", "ext4"),
        ("/mnt/my disk/x", "cifs"),
        ("/over", "tmpfs"),
    ],
)
def test_the_file_system_of_a_folder_is_that_of_the_deepest_mount(folder, kind):
    mounts = (
        "/dev/sda1 / ext4 rw 0 0\nhost:/a /mnt/share nfs4 rw 0 0\n//host/b /mnt/my\\040disk cifs rw 0 0\n"
        "/dev/sdb /over ext4 rw 0 0\ntmpfs /over tmpfs rw 0 0\nodd\n"
    )
    assert place.kind_of_mount(folder, mounts=mounts) == kind


def test_a_network_file_system_gets_the_rollback_journal_and_a_warning(tmp_path, monkeypatch, caplog):
    path = tmp_path / "a.db"
    open_store(str(path)).close()
    monkeypatch.setattr(place, "is_on_network", lambda path: True)
    with open_store(str(path)) as store, store._engine.connect() as connection:
        assert [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")] == ["delete", 3]
    assert "network file system" in caplog.text
