"""Judging anew: in whatever order sessions and words come, they end in the same tags."""

from __future__ import annotations

import itertools
import json
import tempfile
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect import calibration as cal
from importer.detect.known import Known, fingerprint, judged_by
from importer.detect.teachers import N_LESSONS, N_RECENT, Window
from importer.knowledge import Asker
from importer.retag import retag, say, stale
from importer.store import judged as columns
from importer.store import open_store
from importer.values.session import Baseline, Direction, Label, LabelKind, LapWord, Normal, Standing
from tests.support.activities import seconds_of
from tests.support.databases import KINDS, NOW, fresh
from tests.support.program import SAMPLES, objects, retro
from tests.support.training import DAY_ONE, activity, keep, of_day, sha256, tags

BACKWARD = Direction.BACKWARD
CONFIRM = LabelKind.CONFIRM
DAYS = range(6)


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url):
    with open_store(url) as store:
        yield store


def run(store, **changes):
    return list(retag(store, now=NOW, **changes))


# --- what a session is judged by --------------------------------------------------------------------------------------


def test_a_session_is_taught_by_those_that_started_earlier_and_by_no_other(store):
    later, middle, first = keep(store, 4), keep(store, 2), keep(store, 0)
    assert [store.session(one.id).baseline_id for one in (later, middle, first)] == [None, None, None]
    assert stale(store) == (middle.id, later.id)
    run(store)
    assert stale(store) == ()
    baselines = [store.baseline(of_day(store, number).baseline_id or 0) for number in (0, 2, 4)]
    assert baselines[0] is None
    assert [one.n_sessions for one in baselines[1:] if one is not None] == [1, 2]
    assert [one.until for one in baselines[1:] if one is not None] == [activity(2).start, activity(4).start]


def test_sessions_imported_in_order_are_never_stale(store):
    for number in DAYS:
        keep(store, number)
        assert stale(store) == ()


def test_another_athletes_sessions_teach_nothing(store):
    keep(store, 0, athlete="Ada")
    assert keep(store, 2, athlete="Ben").baseline_id is None
    assert keep(store, 4, athlete="Ada").baseline_id is not None


def test_a_word_makes_later_sessions_stale_only_where_it_teaches(store):
    sessions = [keep(store, number) for number in (0, 1, 2, 3)]
    unknown = Label(10.0, 20.0, LabelKind.TAG, Direction.UNKNOWN)
    say(store, sessions[3].id, [unknown], now=NOW)
    assert stale(store) == ()
    say(store, sessions[1].id, [Label(720.0, 755.0, CONFIRM)], now=NOW)
    assert stale(store) == (sessions[2].id, sessions[3].id)


def test_other_numbers_of_the_program_make_everything_stale(store, monkeypatch):
    sessions = [keep(store, number) for number in (0, 1)]
    monkeypatch.setattr(cal, "VERSION", cal.VERSION + 1)
    assert stale(store) == tuple(session.id for session in sessions)
    assert [change.after.calibration for change in run(store)] == [cal.VERSION] * 2
    assert stale(store) == ()


def test_a_session_without_a_fingerprint_is_stale(store, url):
    session = keep(store, 0)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE session SET judged_by = NULL")
    engine.dispose()
    assert stale(store) == (session.id,)


# --- retagging --------------------------------------------------------------------------------------------------------


def test_what_changes_is_given_before_it_is_written(store):
    for number in (2, 0):
        keep(store, number)
    session = of_day(store, 2)
    changes = retag(store, now=NOW)
    change = next(changes)
    assert (change.before.id, change.after.id) == (session.id, session.id)
    assert stale(store) == (session.id,)
    assert next(changes, None) is None
    assert stale(store) == ()


def test_a_dry_run_shows_what_a_real_one_does_and_writes_nothing(store, url):
    for number in (3, 1, 2, 0):
        keep(store, number)
    before = tags(store, url)
    dry = run(store, is_dry=True)
    assert tags(store, url) == before
    real = run(store)
    assert [_told(change) for change in dry] == [_told(change) for change in real]
    assert tags(store, url) != before


def _told(change):
    segments = [(one.start_s, one.end_s, one.direction, one.confidence) for one in change.after.segments]
    return change.before.id, change.is_change, change.after.backward_suggested_s, segments


def test_all_judges_every_session_and_changes_nothing_that_was_up_to_date(store, url):
    for number in DAYS:
        keep(store, number)
    before = tags(store, url)
    ids = [segment.id for segment in of_day(store, 3).segments]
    changes = run(store, is_all=True)
    assert [change.is_change for change in changes] == [False] * len(DAYS)
    assert tags(store, url) == before
    assert [segment.id for segment in of_day(store, 3).segments] == ids


def test_retagging_reads_samples_and_keeps_the_lap_rule(store):
    session = keep(store, 1, lap_rule=LapWord("2"))
    (change,) = run(store, is_all=True)
    assert not change.is_change
    assert seconds_of(of_day(store, 1), BACKWARD, basis="declared") == seconds_of(session, BACKWARD, basis="declared") != set()


def test_only_the_athlete_asked_for_is_judged(store):
    for number, athlete in ((2, "Ada"), (0, "Ada"), (3, "Ben"), (1, "Ben")):
        keep(store, number, athlete=athlete)
    assert {change.before.athlete for change in run(store, athlete="Ben")} == {"Ben"}
    assert len(stale(store)) == 1


def test_a_session_whose_samples_are_damaged_is_told_and_the_others_are_judged(store, url):
    damaged, good = keep(store, 1), keep(store, 2)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE stream SET n = n + 1 WHERE recording_id IN (SELECT id FROM recording WHERE session_id = {damaged.id})"
        )
    engine.dispose()
    changes = {change.before.id: change for change in run(store, is_all=True)}
    assert "is damaged" in str(changes[damaged.id].error)
    assert not changes[damaged.id].is_change
    assert changes[good.id].error is None


def test_baselines_that_judge_nothing_any_more_are_gone(store, url):
    for number in (4, 2, 0):
        keep(store, number)
    run(store)
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        n = connection.exec_driver_sql("SELECT count(*) FROM baseline").scalar_one()
    engine.dispose()
    assert n == len({store.session(record.id).baseline_id for record in store.sessions()} - {None}) == 2


# --- order does not matter --------------------------------------------------------------------------------------------

SAID = {
    1: (Label(720.0, 755.0, CONFIRM), Label(830.0, 865.0, CONFIRM), Label(940.0, 975.0, LabelKind.REJECT)),
    3: (Label(720.0, 755.0, CONFIRM),),
    2: (Label(100.0, 160.0, LabelKind.TAG, Direction.UNKNOWN),),
}


@pytest.fixture(scope="module")
def reference():
    """Give the tags of sessions that came in order, each label said at once."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/a.db"
        with open_store(url) as store:
            for number in DAYS:
                session = keep(store, number)
                for label in SAID.get(number, ()):
                    say(store, session.id, [label], now=NOW)
            run(store)
            assert stale(store) == ()
            return tags(store, url)


@settings(max_examples=12, deadline=None)
@given(
    order=st.permutations(list(DAYS)), undone=st.sets(st.sampled_from(list(DAYS)), max_size=2), retagged=st.integers(0, 5), data=st.data()
)
def test_any_order_of_imports_and_words_ends_in_the_same_tags(reference, order, undone, retagged, data):
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/a.db"
        with open_store(url) as store:
            waiting = dict(SAID)
            for i, number in enumerate(order):
                keep(store, number)
                ready = [one for one in order[: i + 1] if one in waiting]
                for one in data.draw(st.lists(st.sampled_from(ready), unique=True)) if ready else ():
                    for label in waiting.pop(one):
                        say(store, of_day(store, one).id, [label], now=NOW)
                if i == retagged:
                    run(store)
            for number in sorted(undone):
                store.undo_batch(order.index(number) + 1, now=NOW)
            for one, labels in waiting.items():
                if one not in undone:
                    for label in labels:
                        say(store, of_day(store, one).id, [label], now=NOW)
            for number in undone:
                keep(store, number)
                for label in waiting.get(number, ()):
                    say(store, of_day(store, number).id, [label], now=NOW)
            run(store)
            assert stale(store) == ()
            assert tags(store, url) == reference


def test_the_same_holds_on_every_database(store, url, reference):
    for number in reversed(DAYS):
        session = keep(store, number)
        say(store, session.id, SAID.get(number, ()), now=NOW)
    run(store)
    kept = tags(store, url)
    assert {key: value[1:] for key, value in kept.items()} == {key: value[1:] for key, value in reference.items()}
    assert [kept[key][0][0] for key in kept] == [reference[key][0][0] for key in kept]


# --- the teachers -----------------------------------------------------------------------------------------------------


def normal(day: float, **changes: Any) -> Normal:
    return Normal(start_utc_s=(DAY_ONE + timedelta(days=day)).timestamp(), forward_s=600.0, **changes)


def test_the_window_reaches_over_the_latest_sessions_and_further_back_for_lessons():
    window = Window()
    days = range(N_RECENT + 40)
    for day in days:
        window.add(normal(day, n_confirmed=int(day < N_LESSONS // 2)))
    found = [round((one.start_utc_s - DAY_ONE.timestamp()) / 86_400) for one in window.before(DAY_ONE.timestamp() + 1e9)]
    assert found == [*range(N_LESSONS // 2), *days[-N_RECENT:]][-len(found) :]
    assert found[0] == 0
    assert len(found) == len(set(found))


def test_sessions_of_one_start_do_not_teach_each_other():
    window = Window()
    one, two = normal(0.0), normal(0.0, walk_s=9.0)
    assert window.before(one.start_utc_s) == ()
    window.add(one)
    assert window.before(two.start_utc_s) == ()
    window.add(two)
    assert set(window.before(two.start_utc_s + 1)) == {one, two}


def test_the_store_asks_for_the_same_teachers_as_the_window(store):
    for number in DAYS:
        keep(store, number)
    window = Window()
    for record in store.judged():
        past = store.past_of(record.id, n_recent=N_RECENT, n_lessons=N_LESSONS)
        assert past.normals == window.before(record.start.timestamp())
        window.add(record.normal)
    narrow = store.past("me", start=activity(5).start, sha256=sha256(5), n_recent=2, n_lessons=0)
    assert [one.start_utc_s for one in narrow.normals] == [activity(3).start.timestamp(), activity(4).start.timestamp()]


def test_nothing_is_known_without_a_database_or_of_an_athlete_nobody_knows(store):
    word = LapWord("even")
    assert Asker(None, athlete="me", sha256=None, lap_rule=word)([DAY_ONE, DAY_ONE]) == (Known(lap_rule=word),) * 2
    assert Asker(store, athlete="nobody", sha256=sha256(0), lap_rule=None)([DAY_ONE]) == (Known(),)


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


def test_a_number_that_is_none_has_the_same_fingerprint_before_it_was_stored_and_after():
    before = normal(0.0, cadence_spm=float("nan"), run_excess_ratios=(0.1, float("inf")))
    after = columns.normal(json.loads(json.dumps(columns._content(before))))
    assert after == normal(0.0, run_excess_ratios=(0.1,))
    assert fingerprint(after) == fingerprint(before)


@given(level=NUMBERS, n=st.integers(0, 2**40), ratios=st.lists(NUMBERS, max_size=3))
def test_what_a_session_teaches_comes_back_as_it_was_with_the_same_fingerprint(level, n, ratios):
    before = Normal(start_utc_s=float(n), cadence_spm=level, run_excess_ratios=tuple(ratios), contact_device="hrm\u00e9")
    after = columns.normal(json.loads(json.dumps(columns._content(before))))
    assert after is not None
    assert asdict(after) == asdict(before)
    assert fingerprint(after) == fingerprint(before)


def test_what_another_program_wrote_of_a_session_teaches_nothing():
    assert columns.normal({"start_utc_s": 1.0, "moon_phase": 3}) is None
    assert columns.normal({"forward_s": 1.0}) is None
    assert columns.normal(None) is None


def test_a_baseline_comes_back_from_the_store_as_it_was(store):
    session = [keep(store, number) for number in (0, 1)][-1]
    (known,) = Asker(store, athlete="me", sha256="f" * 64, lap_rule=None)([activity(1).start])
    assert isinstance(known.baseline, Baseline)
    loaded = store.baseline(session.baseline_id or 0)
    assert loaded is not None
    assert {**asdict(loaded), "id": None} == asdict(known.baseline)


def test_every_part_of_what_is_known_is_in_the_fingerprint():
    label = Label(1.0, 2.0, CONFIRM)
    words = (None, LapWord("even"), LapWord("even", is_kept=True), LapWord("odd"))
    taught, labels = ("", "a"), ((), (label,), (label, label), (label._replace(kind=LabelKind.REJECT),))
    prints = [judged_by(Known(None, *one)) for one in itertools.product(taught, labels, words)]
    assert len(set(prints)) == len(prints)


# --- the command ------------------------------------------------------------------------------------------------------


def test_retag_prints_each_change_and_a_second_one_has_nothing_to_do(tmp_path):
    db = f"sqlite:///{tmp_path}/a.db"
    assert "can be judged better by what is known now: retro-import retag --stale" in retro("import", SAMPLES, "--db", db).stderr
    dry = retro("retag", "--dry-run", "--db", db)
    assert dry.returncode == 0
    assert dry.stdout.splitlines()[-1].endswith("(nothing was written)")
    done = objects(retro("retag", "--stale", "--db", db, "--json"))
    assert len(done) > 3
    assert {"session", "changed", "error", "before", "after"} == set(done[0])
    assert [one["before"]["start"] for one in done] == sorted(one["before"]["start"] for one in done)
    assert retro("retag", "--db", db).stdout == "0 sessions judged anew, 0 changed\n"
    assert retro("retag", "--all", "--stale", "--db", db).returncode == 2


def test_a_file_imported_by_a_worker_knows_the_sessions_before_it(tmp_path):
    alone, boxed = (f"sqlite:///{tmp_path}/{name}.db" for name in "ab")
    for db, more in ((alone, ()), (boxed, ("--workers", "1"))):
        for name in ("outdoor-repetitions.fit", "forward-run.fit", "lap-toggle.fit"):
            assert retro("import", SAMPLES / name, "--db", db, *more).returncode == 0
        with open_store(db) as store:
            assert stale(store) == ()
            assert [record.baseline_id is None for record in store.sessions()] == [False, False, True]
    with open_store(alone) as one, open_store(boxed) as two:
        assert tags(one, alone) == tags(two, boxed)


def test_a_suggestion_is_not_accepted_by_retagging_alone(store):
    session = keep(store, 1)
    run(store, is_all=True)
    assert seconds_of(of_day(store, 1), BACKWARD, standing=Standing.ACCEPTED) == set()
    assert Path(session.path).name == "day-1.fit"
