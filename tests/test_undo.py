"""An import can be taken back whole; a deleted session stays away until it is asked for; what was said is never lost."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from importer.errors import StoreError
from importer.retag import say
from importer.store import SourceInfo, open_store
from importer.values.session import Direction, Label, LabelKind
from tests.support.databases import KINDS, NOW, START, contents, fresh, session, source
from tests.support.program import SAMPLES, objects, retro
from tests.support.training import keep, sha256

OF_A_SESSION = ("source_file", "session", "recording", "lap", "segment", "stream")
RUN = SAMPLES / "forward-run.fit"


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url):
    with open_store(url) as store:
        yield store


@pytest.fixture
def db(tmp_path):
    return f"sqlite:///{tmp_path}/a.db"


def save(store, *numbers, starts=(START,), now=NOW):
    """Store files of these numbers in one batch; each holds a session for each start."""
    batch = store.start_batch(command="import", now=now)
    for number in numbers:
        store.save(source(number), [session(start=start) for start in starts], batch_id=batch, athlete="me", now=now)
    return batch


# --- undo -------------------------------------------------------------------------------------------------------------


def test_undo_takes_back_what_one_import_stored_and_nothing_else(store, url):
    first = save(store, 1, 2)
    kept = {name: contents(url)[name] for name in OF_A_SESSION}
    second = save(store, 3, 4)
    removed = store.undo_batch(second, now=NOW)
    assert ({one.path for one in removed.sessions}, removed.n_files, removed.n_labels) == ({"run-3.fit", "run-4.fit"}, 2, 0)
    assert {name: contents(url)[name] for name in OF_A_SESSION} == kept
    store.undo_batch(first, now=NOW)
    assert [contents(url)[name] for name in OF_A_SESSION] == [[]] * len(OF_A_SESSION)


def test_undoing_twice_changes_nothing_and_says_when_it_was_done(store, url):
    batch = save(store, 1)
    store.undo_batch(batch, now=NOW)
    save(store, 1)
    before = contents(url)
    assert store.undo_batch(batch, now=NOW + timedelta(days=1)) == NOW
    assert contents(url) == before


def test_a_batch_that_stored_nothing_can_be_undone(store):
    removed = store.undo_batch(store.start_batch(command="import", now=NOW), now=NOW)
    assert (removed.sessions, removed.n_files, removed.n_labels) == ((), 0, 0)


def test_a_batch_that_is_not_there_is_named(store):
    with pytest.raises(StoreError, match="there is no batch 9") as caught:
        store.undo_batch(9, now=NOW)
    assert caught.value.code == "no-such-batch"


def test_an_undone_file_comes_back_with_the_next_import(store):
    batch = save(store, 1)
    store.undo_batch(batch, now=NOW)
    assert store.tombstones(source(1).sha256 or "") is None
    save(store, 1)
    assert len(store.sessions()) == 1


# --- delete -----------------------------------------------------------------------------------------------------------


def test_a_deleted_session_is_gone_with_its_file_and_remembered(store, url):
    save(store, 1, 2)
    (found,) = (one for one in store.sessions() if one.path == "run-1.fit")
    removed = store.delete_session(found.id, now=NOW)
    assert (removed.sessions[0].id, removed.n_files) == (found.id, 1)
    assert [one.path for one in store.sessions()] == ["run-2.fit"]
    assert len(contents(url)["source_file"]) == 1
    stones = store.tombstones(source(1).sha256 or "")
    assert stones is not None
    assert (stones.starts, stones.is_whole_file, stones.deleted) == ((START,), True, NOW)
    with pytest.raises(StoreError, match=f"there is no session {found.id}"):
        store.delete_session(found.id, now=NOW)


def test_one_session_of_a_file_of_several_is_deleted_and_the_others_stay(store):
    starts = (START, START + timedelta(hours=1))
    save(store, 1, starts=starts)
    first, second = sorted(store.sessions(), key=lambda one: one.start)
    store.delete_session(second.id, now=NOW)
    stones = store.tombstones(source(1).sha256 or "")
    assert stones is not None
    assert (stones.starts, stones.is_whole_file) == ((starts[1],), False)
    assert [stones.covers(start) for start in starts] == [False, True]
    assert [one.id for one in store.sessions()] == [first.id]
    store.delete_session(first.id, now=NOW)
    stones = store.tombstones(source(1).sha256 or "")
    assert stones is not None
    assert (stones.starts, stones.is_whole_file) == (starts, True)


def test_importing_again_forgets_that_a_file_was_deleted(store):
    kept = keep(store, 1)
    store.delete_session(kept.id, now=NOW)
    assert store.tombstones(sha256(1)) is not None
    keep(store, 1, again=True)
    assert store.tombstones(sha256(1)) is None


def test_labels_survive_deletion_and_come_home(store):
    kept = keep(store, 1)
    say(store, kept.id, [Label(100.0, 130.0, LabelKind.TAG, Direction.BACKWARD)], now=NOW)
    assert store.delete_session(kept.id, now=NOW).n_labels == 1
    back = keep(store, 1, again=True)
    assert [(one.start_s, one.end_s) for one in store.labels(back.id)] == [(100.0, 130.0)]
    assert back.backward_accepted_s == 30.0


def test_a_session_told_by_two_files_stays_when_one_of_them_is_undone(store, url):
    """Linked recordings: the second file becomes the source, and the session waits to be judged anew."""
    import sqlalchemy as sa

    from importer.store import rows
    from importer.store import save as saving
    from importer.store.schema_door import tables

    batch = save(store, 1)
    (kept,) = store.sessions()
    other = store.start_batch(command="import", now=NOW)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        info = SourceInfo(path="belt.fit", sha256="b" * 64, size_bytes=1, format="fit")
        row = rows.source_row(info, athlete_id=1, batch_id=other, now=NOW)
        source_id = connection.execute(tables.source_file.insert().returning(tables.source_file.c.id), row).scalar_one()
        recording = rows.recording_row(session().activity, session_id=kept.id, source_id=source_id)
        recording_id = connection.execute(
            tables.recording.insert().returning(tables.recording.c.id), {**recording, "is_primary": False}
        ).scalar_one()
        streams = [{"recording_id": recording_id, "channel": k, **v._asdict()} for k, v in saving.pack(session().activity).items()]
        connection.execute(tables.stream.insert(), streams)
    engine.dispose()
    removed = store.undo_batch(batch, now=NOW)
    assert (removed.sessions, removed.n_files) == ((), 1)
    assert [(one.id, one.path) for one in store.sessions()] == [(kept.id, "belt.fit")]
    assert store.judged()[0].judged_by is None
    assert len(store.load_activity(kept.id)) == 600


# --- the commands -----------------------------------------------------------------------------------------------------


def test_undo_names_what_it_takes_back(db):
    retro("import", RUN, "--db", db)
    done = retro("undo", "1", "--db", db)
    assert done.returncode == 0
    assert str(RUN) in done.stdout
    assert "batch 1 undone: 1 session removed, 1 file forgotten" in done.stdout
    assert "nothing to do" in retro("undo", "1", "--db", db).stdout
    (told,) = objects(retro("undo", "1", "--db", db, "--json"))
    assert told == {"batch": 1, "is_undone_before": True, "sessions": [], "n_files": 0, "n_labels_kept": 0}
    missing = retro("undo", "9", "--db", db)
    assert (missing.returncode, "there is no batch 9" in missing.stderr) == (4, True)
    assert objects(retro("import", RUN, "--db", db, "--json"))[0]["outcome"] == "imported"


def test_a_deleted_file_stays_away_until_it_is_asked_for(db, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(RUN, folder / "a.fit")
    (first,) = objects(retro("import", folder, "--db", db, "--json"))
    retro("tag", str(first["sessions"][0]["id"]), "60-120", "backward", "--db", db)
    (told,) = objects(retro("delete", "1", "--db", db, "--json"))
    assert told == {"session": 1, "sessions": [1], "n_files": 1, "n_labels_kept": 1}
    for words in ((folder,), (folder / "a.fit",), (folder, "--workers", "1"), (folder, "--dry-run")):
        (away,) = objects(retro("import", *words, "--db", db, "--json"))
        assert (away["outcome"], away["error"]["code"], away["sessions"]) == ("skipped", "deleted", [])
        assert "--again" in away["error"]["message"]
    (back,) = objects(retro("import", folder, "--db", db, "--json", "--again"))
    assert back["outcome"] == "imported"
    assert [(s["start_s"], s["end_s"], s["basis"]) for s in back["sessions"][0]["segments"] if s["direction"] == "backward"] == [
        (60.0, 120.0, "manual")
    ]
    assert objects(retro("import", folder, "--db", db, "--json"))[0]["outcome"] == "known"
    gone = retro("delete", "1", "--db", db)
    assert (gone.returncode, "there is no session 1" in gone.stderr) == (4, True)
