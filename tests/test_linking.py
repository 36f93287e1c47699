"""Several recordings of one session in the store: linked in any order, asked about, decided, and put right after a removal."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from importer.detect.judgement import judge
from importer.errors import StoreError, UsageError
from importer.knowledge import Asker
from importer.linking import decisions
from importer.linking.imports import Linked, preview, save
from importer.linking.plans import plan_of
from importer.linking.settling import settle, whole
from importer.retag import retag, say, stale
from importer.store import SourceInfo, Store, open_store
from importer.store.kin_records import OutdatedPlanError
from importer.values.activity import Activity, Device, Place
from importer.values.session import Direction, Label, LabelKind
from tests.support.activities import seconds_of
from tests.support.databases import KINDS, NOW, contents, fresh
from tests.support.pairs import DAY, belt_of, draw_run, fit_of, gpx_of, side_by_side, tcx_of, watch_of
from tests.support.program import objects, retro
from tests.support.runner import Block, record

NAMES = ("run.fit", "run.tcx", "run.gpx", "shifted.fit", "watch.fit", "belt.fit", "ada.fit", "ben.fit", "monday.fit", "tuesday.fit")


@cache
def files() -> Mapping[str, Activity]:
    """Give one run in three formats and re-encoded; a watch and a belt; two runners side by side; one course on two days."""
    from importer.readers.registry import read_activities

    _, run, _ = draw_run(3, on_belt=False)
    read = [read_activities(data)[0] for data in (fit_of(run), tcx_of(run, notes="retro"), gpx_of(run, has_body=False, name="Rückwärts"))]
    shifted = replace(read[0], start=DAY + timedelta(hours=2, seconds=-1), device=Device(), laps=())
    day = DAY + timedelta(days=1)
    athlete, _, _ = draw_run(4, on_belt=True)
    plan = (Block(700, 2.8), *(Block(40, 1.8, Direction.BACKWARD), Block(80, 2.8)) * 5, Block(200, 2.8))
    indoors = record(plan, seed=4, runner=athlete.runner._replace(ratio_run=1.14), on_belt=True)
    watch = watch_of(indoors, athlete, seed=4, on_belt=True, start=day)
    belt = belt_of(indoors, np.random.default_rng(4), heart=indoors.heart_rate_bpm, has_cadence=False, clock_s=37.0)
    friends = side_by_side(5, on_belt=False, is_twin=True)
    athlete, course, _ = draw_run(6, on_belt=False)
    again = record(course.plan, seed=7, runner=athlete.runner)
    days = [timedelta(days=n) for n in (2, 4, 5)]
    found = (
        *read,
        shifted,
        watch,
        replace(belt, start=belt.start + timedelta(days=1)),
        *(replace(one, start=one.start + days[0]) for one in (friends.a, friends.b)),
        watch_of(course, athlete, seed=6, start=DAY + days[1]),
        watch_of(again, athlete, seed=7, start=DAY + days[2]),
    )
    return dict(zip(NAMES, found, strict=True))


def sha256(name: str) -> str:
    return f"{NAMES.index(name) + 1:064x}"


def keep_file(store: Store, name: str, *, activity: Activity | None = None, athlete: str = "me") -> Linked:
    """Import a file as the program does, in a batch of its own."""
    activity = files()[name] if activity is None else activity
    batch = store.start_batch(command=name, now=NOW)
    source = SourceInfo(path=name, sha256=sha256(name), size_bytes=1, format=activity.format)
    (known,) = Asker(store, athlete=athlete, sha256=source.sha256, lap_rule=None)([activity.start])
    return save(store, source, [judge(activity, known)], batch_id=batch, athlete=athlete, now=NOW)


def keep_files(store: Store, names: Sequence[str]) -> None:
    for name in names:
        keep_file(store, name)


def number_of(store: Store, name: str) -> int:
    """Give the session that a file tells of."""
    found = store.find_source(sha256(name))
    assert found is not None
    return found.sessions[0].id


def told(store: Store, url: str) -> dict[tuple[str, ...], Any]:
    """Give everything about the sessions but the numbers of rows: by their files, the primary one first."""
    engine = sa.create_engine(url)
    query = (
        "SELECT r.session_id, f.path, r.clock_shift_s, CAST(r.supplies AS text), s.judged_by, s.possible_duplicate_of FROM recording AS r"
        " JOIN source_file AS f ON f.id = r.source_id JOIN session AS s ON s.id = r.session_id"
        " ORDER BY r.session_id, r.is_primary DESC, f.path"
    )
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.exec_driver_sql(query)]
        pairs = sorted(tuple(row) for row in connection.exec_driver_sql("SELECT a_sha256, b_sha256, verdict, reason, shift_s FROM pair"))
    engine.dispose()
    names = {number: tuple(row[1] for row in rows if row[0] == number) for number, *_ in rows}
    found: dict[tuple[str, ...], Any] = {("pairs",): pairs}
    for one in store.sessions(with_segments=True):
        mine = [row for row in rows if row[0] == one.id]
        described = ("start", "elapsed_s", "timer_s", "distance_m", "environment", "speed_basis", "cadence_basis", "findings")
        found[names[one.id]] = (
            [(row[2], None if row[3] is None else sorted(row[3].strip("[]").replace(" ", "").split(","))) for row in mine],
            mine[0][4],
            names.get(mine[0][5] or 0),
            [getattr(one, field) for field in described],
            [(label.start_s, label.end_s, label.kind) for label in store.labels(one.id)],
            [tuple(getattr(part, field) for field in part.__dataclass_fields__ if field != "id") for part in one.segments],
        )
    return found


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url):
    with open_store(url) as store:
        yield store


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """Give what the files in the order of their names come to."""
    url = f"sqlite:///{tmp_path_factory.mktemp('reference')}/a.db"
    with open_store(url) as store:
        keep_files(store, NAMES)
        list(retag(store, now=NOW))
        return told(store, url)


# --- what belongs together --------------------------------------------------------------------------------------------


def test_the_reference_is_what_really_happened(reference):
    assert set(reference) - {("pairs",)} == {
        ("run.fit", "run.gpx", "run.tcx", "shifted.fit"),
        ("watch.fit", "belt.fit"),
        ("ada.fit",),
        ("ben.fit",),
        ("monday.fit",),
        ("tuesday.fit",),
    }
    assert {reference["ada.fit",][2], reference["ben.fit",][2]} in ({None, ("ada.fit",)}, {None, ("ben.fit",)})
    assert [reference[name,][2] for name in ("monday.fit", "tuesday.fit")] == [None, None]
    assert [shift for shift, _ in reference["run.fit", "run.gpx", "run.tcx", "shifted.fit"][0]] == [0.0, 0.0, 0.0, -7199.0 - 0.0]


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_imports_and_a_retag_end_in_the_same_content(store, url, reference, seed):
    order = list(NAMES)
    random.Random(seed).shuffle(order)
    keep_files(store, order)
    list(retag(store, now=NOW))
    assert told(store, url) == reference
    assert stale(store) == ()
    assert settle(store, now=NOW) == ()


def test_the_first_recording_is_imported_and_the_second_one_linked_with_a_reason(store):
    first, second = keep_file(store, "belt.fit"), keep_file(store, "watch.fit")
    assert (first.is_linked, first.notes) == (False, ())
    assert second.is_linked
    (note,) = second.notes
    assert note.startswith("linked: another recording of session 1, as belt.fit: heart rates go together second by second")
    assert "`retro-import unlink 1`" in note
    assert [one.id for one in store.sessions()] == [1]
    (record,) = second.saved.sessions  # type: ignore[union-attr]
    assert (record.speed_basis, record.cadence_basis, record.path) == ("belt", "writer", "watch.fit")


def test_together_they_tell_what_neither_tells_alone(store):
    keep_files(store, ("watch.fit", "belt.fit"))
    (both,) = store.sessions(with_segments=True)
    (nothing,) = Asker(None, athlete="me", sha256=None, lap_rule=None)([DAY])
    told_s = {name: len(seconds_of(judge(files()[name], nothing), Direction.FORWARD)) for name in ("watch.fit", "belt.fit")}
    assert told_s == {"watch.fit": 0, "belt.fit": 0}  # no speed of its own, and no cadence
    assert both.forward_s > 1000


def test_the_words_of_a_copy_reach_the_session(store):
    keep_files(store, ("run.fit", "run.gpx"))
    texts = whole(store, 1).activity.texts
    assert [text.text for text in texts if text.place is Place.TRACK_NAME] == ["Rückwärts"]
    assert any("Rückwärts" in finding for finding in store.session(1).findings)


def test_another_athletes_recording_of_the_same_run_is_never_linked(store):
    keep_file(store, "run.fit", athlete="Ada")
    assert not keep_file(store, "run.tcx", athlete="Ben").is_linked
    assert len(store.sessions()) == 2


def test_sessions_of_one_file_are_never_linked_with_each_other(store):
    batch = store.start_batch(command="import", now=NOW)
    activity = files()["run.gpx"]
    (known,) = Asker(store, athlete="me", sha256="e" * 64, lap_rule=None)([activity.start])
    twice = [judge(one, known) for one in (activity, replace(activity, start=activity.start + timedelta(seconds=1), session_index=1))]
    done = save(store, SourceInfo("twice.gpx", "e" * 64, 1, "gpx"), twice, batch_id=batch, athlete="me", now=NOW)
    assert (done.is_linked, done.notes, len(store.sessions())) == (False, (), 2)


# --- what the user decides --------------------------------------------------------------------------------------------


def test_what_could_not_be_confirmed_is_imported_flagged_and_told(store):
    keep_file(store, "ada.fit")
    second = keep_file(store, "ben.fit")
    assert not second.is_linked
    (note,) = second.notes
    assert note.startswith("possible-duplicate: may be the same run as session 1 (ada.fit): at the same time and about as long, but")
    assert "`retro-import link 1 2` makes them one session, `retro-import keep 2` keeps both" in note
    flags = {one.path: one.possible_duplicate_of for one in store.sessions()}
    assert sorted(flags.values(), key=str) in ([1, None], [2, None])


def test_keep_settles_the_question_for_good(store, url):
    keep_files(store, ("ada.fit", "ben.fit"))
    done = decisions.keep(store, 2, now=NOW)
    assert (done.is_change, done.session_ids) == (True, (1, 2))
    assert [one.possible_duplicate_of for one in store.sessions()] == [None, None]
    assert not decisions.keep(store, 2, now=NOW).is_change
    store.undo_batch(1, now=NOW)
    assert keep_file(store, "ada.fit").notes == ()
    assert {one.possible_duplicate_of for one in store.sessions()} == {None}
    assert len(contents(url)["pair"]) == 1


def test_unlink_parts_them_and_no_import_links_them_again(store):
    keep_files(store, ("watch.fit", "belt.fit"))
    done = decisions.unlink(store, 1, now=NOW)
    assert (done.is_change, len(done.session_ids)) == (True, 2)
    assert {one.path: one.speed_basis for one in store.sessions()} == {"watch.fit": "watch-model", "belt.fit": "belt"}
    assert store.session(number_of(store, "watch.fit")).id == 1
    assert not decisions.unlink(store, 1, now=NOW).is_change
    for batch, name in ((1, "watch.fit"), (2, "belt.fit")):
        store.undo_batch(batch, now=NOW)
        assert not keep_file(store, name).is_linked
    list(retag(store, is_all=True, now=NOW))
    assert len(store.sessions()) == 2


def test_unlink_takes_out_one_file_alone(store):
    keep_files(store, ("run.fit", "run.tcx", "run.gpx"))
    with pytest.raises(UsageError, match=r"no recording of a file 'nope' \(found: run.fit, run.tcx, run.gpx\)"):
        decisions.unlink(store, 1, only="nope", now=NOW)
    decisions.unlink(store, 1, only="run.gpx", now=NOW)
    assert {tuple(one.path for one in store.recordings(record.id)) for record in store.sessions()} == {("run.fit", "run.tcx"), ("run.gpx",)}


def test_link_makes_two_sessions_one_for_good_with_the_lower_number(store):
    keep_files(store, ("ada.fit", "ben.fit"))
    done = decisions.link(store, 2, 1, now=NOW)
    assert (done.is_change, done.session_ids) == (True, (1,))
    assert [one.id for one in store.sessions()] == [1]
    store.undo_batch(2, now=NOW)
    settle(store, now=NOW)
    assert [one.path for one in store.sessions()] == ["ada.fit"]
    again = keep_file(store, "ben.fit")
    assert (again.is_linked, [one.id for one in store.sessions()]) == (True, [1])
    assert "you said so" in again.notes[0]


def test_the_last_decision_counts(store):
    keep_files(store, ("watch.fit", "belt.fit"))
    decisions.unlink(store, 1, now=NOW)
    numbers = [one.id for one in store.sessions()]
    decisions.link(store, numbers[0], numbers[1], now=NOW)
    (both,) = store.sessions()
    assert (both.speed_basis, both.path) == ("belt", "watch.fit")
    assert [one.clock_shift_s for one in store.recordings(both.id)] == pytest.approx([0.0, -37.0], abs=3)


@pytest.mark.parametrize("order", [("watch.fit", "belt.fit"), ("belt.fit", "watch.fit")])
@pytest.mark.parametrize("is_early", [True, False])
def test_decisions_do_not_depend_on_when_files_come(store, url, order, is_early):
    """`keep` before or after both files were taken out and put in again in another order."""
    keep_files(store, ("watch.fit", "belt.fit"))
    if is_early:
        decisions.unlink(store, 1, now=NOW)
    for batch in (1, 2):
        store.undo_batch(batch, now=NOW)
    keep_files(store, order)
    if not is_early:
        decisions.unlink(store, store.sessions()[0].id, now=NOW)
    list(retag(store, now=NOW))
    assert set(told(store, url)) == {("watch.fit",), ("belt.fit",), ("pairs",)}


def test_what_cannot_be_one_session_is_refused(store):
    keep_files(store, ("monday.fit", "tuesday.fit"))
    keep_file(store, "run.fit", athlete="Ada")
    for one, other, words in ((1, 1, "one session already"), (1, 2, "more than 14 hours apart"), (1, 3, "link those of one athlete")):
        with pytest.raises(UsageError, match=words):
            decisions.link(store, one, other, now=NOW)
    for ask in (lambda: decisions.link(store, 1, 9, now=NOW), lambda: decisions.keep(store, 9, now=NOW)):
        with pytest.raises(StoreError, match="there is no session 9"):
            ask()


# --- labels -----------------------------------------------------------------------------------------------------------


def test_a_word_said_on_the_belts_clock_stays_on_the_same_seconds_of_the_run(store):
    belt, watch = files()["belt.fit"], files()["watch.fit"]
    keep_file(store, "belt.fit")
    say(store, 1, [Label(700.0, 730.0, LabelKind.TAG, Direction.BACKWARD)], now=NOW)
    keep_file(store, "watch.fit")
    (shift_s,) = (one.clock_shift_s for one in store.recordings(1) if not one.is_primary)
    assert shift_s == pytest.approx(-37.0, abs=3)  # the strap reaches the belt up to two seconds later
    at = 700.0 + (belt.start - watch.start).total_seconds() + shift_s
    assert [(one.start_s, one.end_s) for one in store.labels(1)] == [(at, at + 30.0)]
    manual = [one for one in store.session(1).segments if one.basis == "manual"]
    assert [(one.start_s, one.end_s) for one in manual] == [(at, at + 30.0)]
    assert stale(store) == ()
    decisions.unlink(store, 1, now=NOW)
    assert [(one.start_s, one.end_s) for one in store.labels(number_of(store, "belt.fit"))] == [(700.0, 730.0)]
    assert store.labels(number_of(store, "watch.fit")) == ()


def test_a_word_survives_linking_undo_and_a_new_import_in_another_order(store):
    keep_files(store, ("watch.fit", "belt.fit"))
    say(store, 1, [Label(700.0, 730.0, LabelKind.TAG, Direction.BACKWARD)], now=NOW)
    for batch in (1, 2):
        store.undo_batch(batch, now=NOW)
    keep_files(store, ("belt.fit", "watch.fit"))
    (session,) = store.sessions()
    assert [(one.start_s, one.end_s) for one in store.labels(session.id)] == [(700.0, 730.0)]


def test_words_about_two_sessions_are_all_kept_when_they_become_one(store):
    keep_files(store, ("ada.fit", "ben.fit"))
    for number, start_s in ((1, 100.0), (2, 300.0)):
        say(store, number, [Label(start_s, start_s + 20.0, LabelKind.TAG, Direction.BACKWARD)], now=NOW)
    decisions.link(store, 1, 2, now=NOW)
    assert len(store.labels(1)) == 2
    assert store.session(1).backward_accepted_s == pytest.approx(40.0)


# --- removal, and others at work --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("batch", "left", "basis"), [(1, "belt.fit", "belt"), (2, "watch.fit", "watch-model")])
def test_what_is_left_after_an_undo_is_what_its_own_file_says(store, url, batch, left, basis):
    keep_files(store, ("watch.fit", "belt.fit"))
    store.undo_batch(batch, now=NOW)
    assert settle(store, now=NOW) == (1,)
    (record,) = store.sessions()
    assert (record.path, record.speed_basis, record.start) == (left, basis, files()[left].start)
    list(retag(store, now=NOW))
    with_one = told(store, url)
    store.undo_batch(3 - batch, now=NOW)
    keep_file(store, left)
    list(retag(store, now=NOW))
    assert told(store, url) == with_one


def test_a_deleted_session_of_two_files_stays_away_with_both(store):
    keep_files(store, ("watch.fit", "belt.fit"))
    store.delete_session(1, now=NOW)
    for name in ("watch.fit", "belt.fit"):
        stones = store.tombstones(sha256(name))
        assert stones is not None
        assert stones.is_whole_file


def test_a_damaged_recording_keeps_no_other_one_out(store, url):
    keep_file(store, "run.fit")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stream SET crc32 = 0")
    engine.dispose()
    assert not keep_file(store, "run.gpx").is_linked
    assert len(store.sessions()) == 2
    assert settle(store, now=NOW) == ()
    assert [change.error is not None for change in retag(store, is_all=True, now=NOW)].count(True) == 1


def test_a_plan_is_worthless_once_somebody_else_has_stored_a_recording(store):
    batch = store.start_batch(command="import", now=NOW)
    (nothing,) = Asker(None, athlete="me", sha256=None, lap_rule=None)([DAY])
    sessions = {name: judge(files()[name], nothing) for name in ("run.fit", "run.tcx")}
    sources = {name: SourceInfo(name, sha256(name), 1, files()[name].format) for name in sessions}
    plans = {name: plan_of(store, sources[name], [sessions[name]], athlete="me") for name in sessions}
    store.save(sources["run.fit"], [sessions["run.fit"]], batch_id=batch, athlete="me", now=NOW, plan=plans["run.fit"])
    with pytest.raises(OutdatedPlanError):
        store.save(sources["run.tcx"], [sessions["run.tcx"]], batch_id=batch, athlete="me", now=NOW, plan=plans["run.tcx"])
    assert store.find_source(sha256("run.tcx")) is None
    assert save(store, sources["run.tcx"], [sessions["run.tcx"]], batch_id=batch, athlete="me", now=NOW).is_linked


def test_importers_at_the_same_moment_end_in_one_session(store, url, reference):
    names = ("run.fit", "run.tcx", "run.gpx", "shifted.fit")
    together, faults = threading.Barrier(len(names)), []

    def work(name):
        try:
            with open_store(url) as own:
                together.wait()
                keep_file(own, name)
        except Exception as error:  # noqa: BLE001 - a fault in a thread would be lost
            faults.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    list(retag(store, now=NOW))
    found = told(store, url)
    assert found[names[0], "run.gpx", "run.tcx", "shifted.fit"] == reference["run.fit", "run.gpx", "run.tcx", "shifted.fit"]


def test_a_dry_run_says_linked_and_writes_nothing(store, url):
    keep_file(store, "belt.fit")
    before = contents(url)
    activity = files()["watch.fit"]
    (known,) = Asker(store, athlete="me", sha256=sha256("watch.fit"), lap_rule=None)([activity.start])
    done = preview(store, SourceInfo("watch.fit", sha256("watch.fit"), 1, "fit"), [judge(activity, known)], athlete="me")
    assert (done.is_linked, done.saved, done.sessions[0].activity.speed_basis) == (True, None, "belt")
    assert contents(url) == before


def test_the_look_for_candidates_goes_by_an_index(tmp_path):
    from importer.store.kin import _near

    with open_store(f"sqlite:///{tmp_path}/a.db") as store:
        keep_files(store, ("run.fit",))
        with store._read() as connection:
            keys = {"athlete": "me", "earliest": DAY.isoformat(), "latest": DAY.isoformat()}
            plan = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {_near().text}"), keys).all()
    assert any("ix_recording_identity" in row[3] for row in plan)
    assert not any(row[3].startswith("SCAN") for row in plan)


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """Give a folder with one run in three formats."""
    _, run, _ = draw_run(3, on_belt=False)
    for name, data in (("a.fit", fit_of(run)), ("b.tcx", tcx_of(run)), ("c.gpx", gpx_of(run))):
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_the_import_says_linked_and_a_second_one_says_known(folder):
    db = f"sqlite:///{folder}/x.db"
    (dry,) = objects(retro("import", folder / "a.fit", "--db", db, "--json", "--dry-run"))
    assert dry["outcome"] == "imported"
    done = retro("import", folder, "--db", db, "--json")
    assert (done.returncode, [one["outcome"] for one in objects(done)]) == (0, ["imported", "linked", "linked"])
    assert [one["sessions"][0]["id"] for one in objects(done)] == [1, 1, 1]
    again = retro("import", folder, "--db", db, "--json")
    assert (again.returncode, [one["outcome"] for one in objects(again)]) == (0, ["known"] * 3)
    line = retro("show", "1", "--db", db).stdout
    assert "3 recordings are one session (`retro-import unlink 1` parts them):" in line
    (shown,) = objects(retro("show", "1", "--db", db, "--json"))
    assert {(one["primary"], one["format"]) for one in shown["recordings"]} == {(True, "fit"), (False, "tcx"), (False, "gpx")}


def test_the_commands_decide_say_so_and_have_their_exit_statuses(folder):
    db = f"sqlite:///{folder}/x.db"
    retro("import", folder, "--db", db)
    (parted,) = objects(retro("unlink", "1", "--only", "c.gpx", "--db", db, "--json"))
    assert (parted["command"], parted["changed"], [one["id"] for one in parted["sessions"]]) == ("unlink", True, [1, 2])
    kept = retro("keep", "1", "--db", db)
    assert (kept.returncode, kept.stdout) == (0, "session 1: nothing was asked about it\n")
    (linked,) = objects(retro("link", "1", "2", "--db", db, "--json"))
    assert [len(one["recordings"]) for one in linked["sessions"]] == [3]
    assert retro("link", "1", "1", "--db", db).returncode == 2
    assert retro("link", "1", "99", "--db", db).returncode == 4
    assert retro("unlink", "1", "--only", "nope", "--db", db).returncode == 2
    undone = retro("undo", "1", "--db", db)
    assert (undone.returncode, "1 session removed, 3 files forgotten" in undone.stdout) == (0, True)
