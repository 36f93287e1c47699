"""A better source of a stored run takes its place: nothing is lost by it, and what was said of the run stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from importer.identity.cover import losses
from importer.linking import updating
from importer.linking.decisions import unlink
from importer.pipeline import InProcess, Options, import_files
from importer.readers.registry import read_activities
from importer.retag import say, stale
from importer.store import open_store
from importer.store.check import check
from importer.values.activity import Lap, Place
from importer.values.session import Direction, Label, LabelKind
from tests.support.databases import KINDS, NOW, fresh
from tests.support.fit_samples import Watch, watch_file
from tests.support.pairs import DAY, draw_run, fit_of, gpx_of, tcx_of, watch_and_belt
from tests.support.program import objects, retro

NAME = "Intervalle im Park"
TAG = Label(100.0, 160.0, LabelKind.TAG, Direction.BACKWARD)


@cache
def files() -> dict[str, bytes]:
    """Give one run as its watch wrote it, cut short, and as platforms export it."""
    _, recording, _ = draw_run(2, on_belt=False)
    return {
        "run.fit": fit_of(recording),
        "cut.fit": watch_file(recording, watch=Watch(DAY, ends_at_s=700)),
        "run.gpx": gpx_of(recording, name=NAME),
        "bare.gpx": gpx_of(recording, has_body=False, name=NAME),
        "run.tcx": tcx_of(recording, notes="nach der Arbeit"),
        "zone.gpx": gpx_of(recording, start=DAY + timedelta(hours=2), name=NAME),
    }


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url):
    with open_store(url) as store:
        yield store


@pytest.fixture
def take(store, tmp_path):
    """Import a file of `files`, with or without --update."""

    def take(name, *, update=False, **changes):
        path = tmp_path / name
        path.write_bytes(files()[name])
        batch = store.start_batch(command="import", now=NOW)
        options = Options(update=update, **changes)
        (result,) = import_files([path], store, options=options, preparer=InProcess(), batch_id=batch)
        return result

    return take


def first_of(data):
    (activity,) = read_activities(data)
    return activity


def titles(store, session_id):
    return [text.text for text in store.load_activity(session_id).texts if text.place is Place.TRACK_NAME]


def is_sound(store, url):
    return [str(fault) for fault in check(url).faults] == [] and stale(store) == ()


# --- what may take whose place ----------------------------------------------------------------------------------------


def test_a_watchs_file_holds_all_that_its_exports_say():
    fit, gpx, tcx = (first_of(files()[name]) for name in ("run.fit", "run.gpx", "run.tcx"))
    assert losses(fit, gpx, from_s=0.0) == losses(fit, tcx, from_s=0.0) == ()


def test_what_a_recording_lacks_is_named():
    fit, cut, bare = (first_of(files()[name]) for name in ("run.fit", "cut.fit", "bare.gpx"))
    assert losses(fit, cut, from_s=0.0) == ()
    assert any("53% of the heart rate" in loss for loss in losses(cut, fit, from_s=0.0))
    assert {"heart rate", "cadence"} <= set(losses(bare, fit, from_s=0.0))


def test_laps_and_other_marks_are_not_lost():
    fit = first_of(files()["run.fit"])
    with_laps = replace(fit, laps=(Lap(0.0, 60.0), Lap(60.0, 120.0), Lap(120.0, fit.elapsed_s)))
    assert losses(fit, with_laps, from_s=0.0) == ("3 laps",)
    assert losses(with_laps, fit, from_s=0.0) == ()


def test_another_body_is_no_copy_whatever_its_channels():
    fit, gpx = (first_of(files()[name]) for name in ("run.fit", "run.gpx"))
    other = replace(gpx, columns={**gpx.columns, "heart_rate_bpm": gpx.columns["heart_rate_bpm"] + 4})
    assert losses(fit, other, from_s=0.0) == ("heart rate is another",)


def test_what_nothing_compares_is_no_copy():
    fit, gpx = (first_of(files()[name]) for name in ("run.fit", "run.gpx"))
    only_speed = replace(gpx, columns={"speed_mps": gpx.columns["speed_mps"]})
    assert losses(fit, only_speed, from_s=0.0) == ("nothing in both to tell that one is a copy of the other",)


def test_neither_of_watch_and_belt_holds_the_other():
    pair = watch_and_belt(1, heart="strap", has_cadence=True)
    from_s = (pair.b.start - pair.a.start).total_seconds()
    assert losses(pair.a, pair.b, from_s=from_s)
    assert losses(pair.b, pair.a, from_s=-from_s)


# --- the stored run ---------------------------------------------------------------------------------------------------


def test_a_better_source_keeps_the_number_the_title_and_what_was_said(store, url, take):
    old = take("run.gpx").sessions[0]
    say(store, old.id, [TAG], now=NOW)
    done = take("run.fit", update=True)
    new = store.session(old.id)
    assert [one.id for one in store.sessions()] == [old.id]
    assert (done.outcome, [one.paths for one in done.replaced]) == ("linked", [(old.path,)])
    assert (new.format, new.path, new.device.product) == ("fit", done.path, "fr935")
    assert titles(store, old.id) == [NAME]
    assert [(one.start_s, one.end_s, one.basis) for one in new.segments if one.direction is Direction.BACKWARD] == [
        (100.0, 160.0, "manual")
    ]
    assert len(store.recordings(old.id)) == 1
    assert is_sound(store, url)


def test_the_samples_are_those_of_the_better_source_alone(store, take):
    old = take("run.gpx").sessions[0]
    take("run.fit", update=True)
    stored, fit = store.load_activity(old.id), first_of(files()["run.fit"])
    assert list(stored.columns) == list(fit.columns)
    assert all(np.array_equal(stored.columns[name], fit.columns[name], equal_nan=True) for name in fit.columns)


def test_what_changed_is_told_against_what_was_there_before(take):
    take("cut.fit")
    (one,) = take("run.fit", update=True).replaced
    assert (one.before.n_samples, one.after.n_samples) == (700, len(first_of(files()["run.fit"])))
    assert one.before.elapsed_s < 705 < one.after.elapsed_s


def test_the_replaced_file_is_known_and_does_not_come_back(store, url, take):
    old = take("run.gpx").sessions[0]
    new = take("run.fit", update=True)
    again = take("run.gpx")
    assert (again.outcome, [one.id for one in again.sessions]) == ("known", [old.id])
    assert again.notes == (f"already imported for me as {old.path}, and replaced by {new.path}",)
    assert is_sound(store, url)


def test_a_chain_of_better_sources_leaves_one(store, url, take):
    take("run.gpx")
    take("run.tcx", update=True)
    take("run.fit", update=True)
    assert [take(name).outcome for name in ("run.gpx", "run.tcx", "run.fit")] == ["known"] * 3
    assert [take(name).sessions[0].format for name in ("run.gpx", "run.tcx")] == ["fit", "fit"]
    assert is_sound(store, url)


def test_a_poorer_source_is_linked_and_says_why_it_replaces_nothing(store, url, take):
    old = take("run.fit").sessions[0]
    for name, why in (("run.tcx", "it is the better source"), ("cut.fit", "this file lacks of it:")):
        done = take(name, update=True)
        assert (done.outcome, done.replaced) == ("linked", ())
        assert any(note.startswith(f"not-replaced: {old.path} stays beside it: {why}") for note in done.notes)
    assert store.session(old.id).format == "fit"
    assert is_sound(store, url)


def test_without_update_both_sources_stay(store, take):
    old = take("run.gpx").sessions[0]
    done = take("run.fit")
    assert (done.outcome, done.replaced, len(store.recordings(old.id))) == ("linked", (), 2)


def test_update_comes_late_for_a_file_that_is_linked_already(store, url, take):
    old = take("run.gpx").sessions[0]
    take("run.fit")
    done = take("run.fit", update=True)
    assert (done.outcome, [one.after.id for one in done.replaced]) == ("known", [old.id])
    assert take("run.fit", update=True).replaced == ()
    assert is_sound(store, url)


def test_what_was_said_on_another_clock_stays_where_it_was_said(store, url, take):
    old = take("zone.gpx").sessions[0]
    say(store, old.id, [TAG], now=NOW)
    take("run.fit", update=True)
    new = store.session(old.id)
    assert new.start == DAY
    assert [(one.start_s, one.end_s) for one in store.labels(old.id)] == [(100.0, 160.0)]
    assert [(one.start_s, one.end_s) for one in new.segments if one.basis == "manual"] == [(100.0, 160.0)]
    assert is_sound(store, url)


def test_a_run_that_was_updated_is_what_the_better_source_alone_would_be(store, tmp_path, take):
    take("cut.fit")
    take("run.fit", update=True)
    (updated,) = store.sessions(with_segments=True)
    with open_store(f"sqlite:///{tmp_path / 'b.db'}") as other:
        batch = other.start_batch(command="import", now=NOW)
        (alone,) = import_files([tmp_path / "run.fit"], other, options=Options(), preparer=InProcess(), batch_id=batch)
    told = [tuple(getattr(one, name) for name in one.__dataclass_fields__ if name != "id") for one in updated.segments]
    assert told == [tuple(getattr(one, name) for name in one.__dataclass_fields__ if name != "id") for one in alone.sessions[0].segments]
    assert (updated.findings, updated.elapsed_s, updated.distance_m) == (
        alone.sessions[0].findings,
        alone.sessions[0].elapsed_s,
        alone.sessions[0].distance_m,
    )


# --- taking it back ---------------------------------------------------------------------------------------------------


def test_undoing_the_update_lets_the_old_file_come_back_with_its_words(store, url, take):
    old = take("run.gpx").sessions[0]
    say(store, old.id, [TAG], now=NOW)
    done = take("run.fit", update=True)
    removed = store.undo_batch(done.batch, now=NOW)
    assert ([one.id for one in removed.sessions], removed.n_files, removed.n_labels) == ([old.id], 2, 1)
    again = take("run.gpx")
    assert again.outcome == "imported"
    assert [(one.start_s, one.end_s, one.kind) for one in store.labels(again.sessions[0].id)] == [(100.0, 160.0, "tag")]
    assert is_sound(store, url)


def test_a_deleted_run_stays_away_whatever_its_sources(store, url, take):
    old = take("run.gpx").sessions[0]
    take("run.fit", update=True)
    store.delete_session(old.id, now=NOW)
    assert [(take(name).outcome, take(name).error.code) for name in ("run.gpx", "run.fit")] == [("skipped", "deleted")] * 2
    assert take("run.fit", again=True).outcome == "imported"
    assert is_sound(store, url)


def test_a_plan_that_somebody_overtook_writes_nothing(store, url, take, monkeypatch):
    old = take("run.gpx").sessions[0]
    take("run.fit")
    sha256 = next(one.key.sha256 for one in store.recordings(old.id) if one.is_primary)
    plan = updating._plan

    def overtaken(*known):
        made = plan(*known)
        with open_store(url) as other:  # another program parts them meanwhile
            if len(other.recordings(old.id)) == 2:
                unlink(other, old.id, now=NOW)
        return made

    monkeypatch.setattr(updating, "_plan", overtaken)
    assert updating.update(store, sha256, [old.id], now=NOW).replaced == ()
    assert len(store.sessions()) == 2


# --- as a user does ---------------------------------------------------------------------------------------------------


def test_the_command_says_what_changed(tmp_path):
    db = str(tmp_path / "a.db")
    for name in ("cut.fit", "run.fit"):
        (tmp_path / name).write_bytes(files()[name])
    assert retro("import", tmp_path / "cut.fit", "--db", db).returncode == 0
    done = retro("import", "--update", tmp_path / "run.fit", "--db", db)
    assert done.returncode == 0
    line = done.stdout.splitlines()[1]
    assert line.startswith(f"{tmp_path / 'run.fit'}: replaces {tmp_path / 'cut.fit'} in session 1: length was 11:39, now 25:03; ")
    assert "unlink" not in done.stdout
    (known,) = objects(retro("import", "--update", tmp_path / "cut.fit", "--db", db, "--json"))
    assert (known["outcome"], known["replaced"]) == ("known", [])


def test_the_json_holds_the_run_before_and_after(tmp_path):
    db = str(tmp_path / "a.db")
    for name in ("run.gpx", "run.fit"):
        (tmp_path / name).write_bytes(files()[name])
    (old,) = objects(retro("import", tmp_path / "run.gpx", "--db", db, "--json"))
    (dry,) = objects(retro("import", "--update", "--dry-run", tmp_path / "run.fit", "--db", db, "--json"))
    assert dry["replaced"] == []
    assert dry["notes"][-1] == "not-replaced: a dry run does not try --update"
    (new,) = objects(retro("import", "--update", tmp_path / "run.fit", "--db", db, "--json"))
    (one,) = new["replaced"]
    assert (one["session"], one["paths"], one["sha256"]) == (1, [str(tmp_path / "run.gpx")], [old["sha256"]])
    assert one["before"] == old["sessions"][0]
    assert one["after"] == new["sessions"][0]
