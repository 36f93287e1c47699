"""What the runner says is never overruled, and outlives the session it was said about."""

from __future__ import annotations

import itertools
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.detect.declared import Declared
from importer.detect.labels import labelled, manual_claims
from importer.detect.tagging import tag
from importer.errors import StoreError
from importer.retag import chosen, say
from importer.store import open_store
from importer.store.records import lap_word, spans
from importer.values.session import Basis, Claim, Direction, Label, LabelKind, LapWord, Standing
from tests.support.activities import seconds_of
from tests.support.databases import KINDS, NOW, fresh
from tests.support.training import activity, keep, of_day

BACKWARD, FORWARD, UNKNOWN = Direction.BACKWARD, Direction.FORWARD, Direction.UNKNOWN
TAG, CONFIRM, REJECT = LabelKind.TAG, LabelKind.CONFIRM, LabelKind.REJECT


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    with fresh(request.param, tmp_path) as url, open_store(url) as store:
        yield store


# --- labels as claims: pure -------------------------------------------------------------------------------------------


def spans_of(claims):
    return [(claim.start_s, claim.end_s, claim.direction) for claim in claims]


def test_a_later_label_stands_over_an_earlier_one_where_they_overlap():
    labels = (Label(10.0, 40.0, CONFIRM), Label(20.0, 30.0, REJECT), Label(25.0, 60.0, TAG, UNKNOWN))
    assert spans_of(manual_claims(labels, elapsed_s=50.0)) == [(10.0, 20.0, BACKWARD), (20.0, 25.0, FORWARD), (25.0, 50.0, UNKNOWN)]


def test_a_label_takes_its_stretch_from_what_was_declared_and_leaves_the_rest():
    declared = Declared((Claim(0.0, 100.0, BACKWARD, Basis.DECLARED, "lap 1"),), (), ())
    found = labelled(declared, (Label(40.0, 60.0, REJECT),), elapsed_s=200.0)
    assert [(*one[:3], claim.basis) for one, claim in zip(spans_of(found.claims), found.claims, strict=True)] == [
        (0.0, 40.0, BACKWARD, "declared"),
        (40.0, 60.0, FORWARD, "manual"),
        (60.0, 100.0, BACKWARD, "declared"),
    ]


def test_a_label_outside_the_session_claims_nothing():
    assert manual_claims((Label(50.0, 60.0, CONFIRM), Label(-5.0, 0.0, CONFIRM)), elapsed_s=50.0) == ()


@given(
    st.lists(
        st.tuples(
            st.integers(-20, 120), st.integers(1, 60), st.sampled_from([(CONFIRM, None), (REJECT, None), (TAG, UNKNOWN), (TAG, BACKWARD)])
        ),
        max_size=8,
    )
)
def test_every_second_has_the_last_word_said_about_it(drawn):
    labels = [Label(float(start), float(start + length), *kind) for start, length, kind in drawn]
    claims = manual_claims(labels, elapsed_s=100.0)
    assert all(a.end_s <= b.start_s for a, b in itertools.pairwise(claims))
    said = {CONFIRM: BACKWARD, REJECT: FORWARD}
    for second in range(100):
        last = next((one for one in reversed(labels) if one.start_s <= second < one.end_s), None)
        told = [claim.direction for claim in claims if claim.start_s <= second < claim.end_s]
        assert told == ([] if last is None else [last.direction or said[last.kind]])


@pytest.mark.parametrize(
    ("label", "direction", "basis"),
    [
        (Label(730.0, 760.0, REJECT), FORWARD, "manual"),
        (Label(730.0, 760.0, TAG, UNKNOWN), UNKNOWN, "none"),
        (Label(100.0, 160.0, TAG, BACKWARD), BACKWARD, "manual"),
        (Label(100.0, 160.0, CONFIRM), BACKWARD, "manual"),
    ],
)
def test_the_tags_say_what_the_label_says(label, direction, basis):
    session = tag(activity(1), labels=(label,))
    (segment,) = (one for one in session.segments if one.start_s <= label.start_s and one.end_s >= label.end_s)
    assert (segment.start_s, segment.end_s) == (label.start_s, label.end_s)
    assert (segment.direction, segment.basis, segment.standing) == (direction, basis, "accepted")
    assert segment.why[0].startswith("you ")


def test_a_confirmed_bout_teaches_what_backward_looks_like():
    silent, told = tag(activity(1)), tag(activity(1), labels=(Label(720.0, 755.0, CONFIRM), Label(830.0, 865.0, CONFIRM)))
    assert silent.normal is not None
    assert told.normal is not None
    assert (silent.normal.n_confirmed, silent.normal.is_lesson) == (0, False)
    assert (told.normal.n_confirmed, told.normal.is_lesson) == (2, True)
    assert all(0.02 < ratio < 0.2 for ratio in told.normal.run_excess_ratios)


# --- labels in the store ----------------------------------------------------------------------------------------------


def test_a_confirmation_turns_suggestions_into_accepted_tags_and_is_kept(store):
    session = keep(store, 1)
    suggested = seconds_of(session, BACKWARD, standing=Standing.SUGGESTED)
    assert len(suggested) > 60
    change = say(store, session.id, [Label(*span, CONFIRM) for span in chosen(session, None)], now=NOW)
    assert seconds_of(change.after, BACKWARD, basis=Basis.MANUAL) == suggested
    assert seconds_of(of_day(store, 1), BACKWARD, standing=Standing.SUGGESTED) == set()
    assert change.is_change
    assert [(label.kind, label.said) for label in store.labels(session.id)] == [("confirm", NOW)] * len(chosen(session, None))


def test_only_what_is_tagged_backward_inside_the_bounds_is_chosen(store):
    session = keep(store, 1)
    (first, second, *_) = chosen(session, None)
    middle = (first[0] + first[1]) / 2
    assert chosen(session, (middle, second[1])) == ((middle, first[1]), second)
    assert chosen(session, (0.0, 60.0)) == ()


def test_what_is_said_of_a_session_that_is_not_there_is_refused_and_leaves_no_label(store):
    with pytest.raises(StoreError, match="there is no session 4"):
        say(store, 4, [Label(0.0, 9.0, CONFIRM)], now=NOW)
    assert store.judged() == ()


def test_labels_come_home_after_undo_and_import_and_the_tags_are_the_same(store):
    session = keep(store, 1)
    say(store, session.id, [Label(100.0, 130.0, TAG, BACKWARD)], now=NOW)
    before = of_day(store, 1)
    removed = store.undo_batch(1, now=NOW)
    assert (len(removed.sessions), removed.n_labels) == (1, 1)
    again = keep(store, 1)
    assert again.id != session.id
    assert [(one.start_s, one.kind, one.direction) for one in store.labels(again.id)] == [(100.0, "tag", BACKWARD)]
    assert [(one.start_s, one.end_s, one.direction, one.basis) for one in again.segments] == [
        (one.start_s, one.end_s, one.direction, one.basis) for one in before.segments
    ]


def test_labels_go_to_another_source_of_the_run_only_while_their_own_is_away(store, monkeypatch):
    session = keep(store, 1)
    say(store, session.id, [Label(100.0, 130.0, TAG, BACKWARD)], now=NOW)
    store.undo_batch(1, now=NOW)
    from tests.support import training

    other = training.activity.__wrapped__(1)
    object.__setattr__(other, "start", other.start + timedelta(seconds=0.5))
    monkeypatch.setattr(training, "activity", lambda number: other if number == 90 else activity(number))
    export = keep(store, 90)
    assert [(one.start_s, one.end_s) for one in store.labels(export.id)] == [(99.5, 129.5)]
    back = keep(store, 1)
    assert [(one.start_s, one.end_s) for one in store.labels(back.id)] == [(100.0, 130.0)]
    assert store.labels(export.id) == ()


def test_labels_are_one_athletes_own(store):
    session = keep(store, 1, athlete="Ada")
    say(store, session.id, [Label(100.0, 130.0, TAG, BACKWARD)], now=NOW)
    store.undo_batch(1, now=NOW)
    assert store.labels(keep(store, 1, athlete="Ben").id) == ()


def test_a_lap_rule_is_kept_with_the_session_and_the_last_one_holds(store):
    session = keep(store, 1, lap_rule=LapWord("2,4"))
    assert lap_word(store.labels(session.id)) == LapWord("2,4")
    length_s = activity(1).elapsed_s / 6
    assert seconds_of(session, BACKWARD, basis=Basis.DECLARED) == {
        s for lap in (1, 3) for s in range(int(lap * length_s), int((lap + 1) * length_s))
    }
    change = say(store, session.id, [LapWord("even")], now=NOW + timedelta(hours=1))
    assert lap_word(store.labels(session.id)) == LapWord("even")
    assert seconds_of(change.after, BACKWARD, basis=Basis.DECLARED) > seconds_of(change.before, BACKWARD, basis=Basis.DECLARED)
    assert spans(store.labels(session.id)) == ()


def test_a_rule_kept_for_an_athlete_is_used_for_what_is_imported_after_it(store):
    first = keep(store, 2)
    store.set_lap_rule("me", "odd")
    second = keep(store, 4)
    assert seconds_of(first, BACKWARD, basis=Basis.DECLARED) == set()
    assert len(seconds_of(second, BACKWARD, basis=Basis.DECLARED)) > 300
    store.set_lap_rule("me", None)
    assert lap_word(store.labels(second.id)) == LapWord("odd", is_kept=True)
    assert store.labels(first.id) == ()


def test_times_of_labels_are_utc(store):
    session = keep(store, 1)
    say(store, session.id, [Label(1.0, 2.0, TAG, FORWARD)], now=NOW.astimezone(UTC))
    assert store.labels(session.id)[0].said.utcoffset() == timedelta(0)
