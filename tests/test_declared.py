"""What the runner said: which source claims which seconds, and what stays a hint."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.detect.declared import read_declared
from importer.detect.laprule import parse_lap_rule
from importer.values.activity import Activity, Lap, Place, Text
from importer.values.session import Basis, Direction
from tests.test_lexicon import FALSE_FRIENDS

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
B, F = Direction.BACKWARD, Direction.FORWARD


def activity(*, elapsed_s=600.0, t_s=(), columns=None, laps=(), texts=()):
    return Activity(
        start=START,
        t_s=np.array(t_s, dtype=float),
        columns={name: np.array(values, dtype=float) for name, values in (columns or {}).items()},
        elapsed_s=elapsed_s,
        timer_s=elapsed_s,
        format="fit",
        laps=tuple(Lap(start_s, end_s) for start_s, end_s in laps),
        texts=tuple(texts),
    )


def step(text, start_s, end_s):
    return Text(Place.WORKOUT_STEP, text, start_s, end_s)


def waypoint(text, at_s):
    return Text(Place.WAYPOINT, text, at_s, at_s)


def spans(declared):
    return [(claim.start_s, claim.end_s, claim.direction) for claim in declared.claims]


LAPS = [(0.0, 120.0), (120.0, 240.0), (240.0, 360.0), (360.0, 600.0)]


def test_a_recording_without_words_declares_nothing():
    assert read_declared(activity()) == ((), (), ())


def test_a_workout_step_claims_its_span_in_the_direction_it_names():
    declared = read_declared(activity(texts=[step("Backward 1 min", 60, 120), step("Vorwärts", 120, 180), step("Easy", 180, 240)]))

    assert spans(declared) == [(60, 120, B), (120, 180, F)]
    assert [claim.why for claim in declared.claims] == ['workout step "Backward 1 min"', 'workout step "Vorwärts"']
    assert {claim.basis for claim in declared.claims} == {Basis.DECLARED}
    assert declared.claims[0].place is Place.WORKOUT_STEP
    assert declared.hints == ()
    assert declared.notes == ()


def test_one_step_cut_by_automatic_laps_is_one_claim():
    declared = read_declared(activity(texts=[step("BWD 1 km", 0, 200), step("BWD 1 km", 200, 400), step("FWD", 400, 500)]))

    assert spans(declared) == [(0, 400, B), (400, 500, F)]


def test_the_name_of_a_step_stands_before_its_notes():
    declared = read_declared(activity(texts=[step("Backward", 0, 60), step("then go forward again", 0, 60)]))

    assert spans(declared) == [(0, 60, B)]


def test_notes_of_a_step_count_where_its_name_is_silent():
    declared = read_declared(activity(texts=[step("Interval 1", 0, 60), step("run backwards, look over the shoulder", 0, 60)]))

    assert spans(declared) == [(0, 60, B)]
    assert declared.claims[0].why == 'workout step "run backwards, look over the shoulder"'


def test_a_step_that_names_both_directions_tags_no_second_but_hints():
    declared = read_declared(activity(texts=[step("5 min forward / 5 min backward", 0, 600)]))

    assert declared.claims == ()
    assert [(hint.direction, hint.strong) for hint in declared.hints] == [(B, True)]


def test_a_denied_step_says_nothing():
    declared = read_declared(activity(texts=[step("no backward today", 0, 600), Text(Place.TITLE, "nicht rückwärts")]))

    assert declared == ((), (), ())


def test_a_weak_word_alone_is_enough_for_a_step():
    assert spans(read_declared(activity(texts=[step("Retro 1 min", 0, 60), step("Retro Park loop", 60, 120)]))) == [(0, 60, B)]


@pytest.mark.parametrize("place", [Place.TRACK_NAME, Place.TITLE, Place.PROFILE_NAME, Place.WORKOUT_NAME, Place.ACTIVITY_NOTES])
def test_words_about_the_session_hint_and_never_tag(place):
    declared = read_declared(activity(texts=[Text(place, "Rückwärtslauf am See")]))

    assert declared.claims == ()
    assert declared.hints == ((B, place, "Rückwärtslauf am See", True),)


def test_words_about_the_session_never_tag_even_with_a_span():
    declared = read_declared(activity(texts=[Text(Place.TRACK_NAME, "Backward running", 0, 600)]))

    assert declared.claims == ()
    assert len(declared.hints) == 1


def test_a_weak_word_makes_a_weak_hint():
    assert [hint.strong for hint in read_declared(activity(texts=[Text(Place.PROFILE_NAME, "Retro")])).hints] == [False]


def test_a_lap_rule_claims_every_lap():
    declared = read_declared(activity(laps=LAPS), lap_rule=parse_lap_rule("2,4"))

    assert spans(declared) == [(0, 120, F), (120, 240, B), (240, 360, F), (360, 600, B)]
    assert declared.claims[1].why == "lap 2 by your lap rule"
    assert declared.notes == ()


def test_a_lap_that_the_file_does_not_have_is_said():
    declared = read_declared(activity(laps=LAPS), lap_rule=parse_lap_rule("2,7"))

    assert [claim.direction for claim in declared.claims] == [F, B, F, F]
    assert declared.notes == ('your lap rule "2,7" names lap 7, but the file has 4 laps',)


def test_a_rule_that_names_no_lap_of_the_file_claims_nothing():
    assert read_declared(activity(), lap_rule=parse_lap_rule("even")).notes == ('your lap rule "even" was not used: the file has no laps',)
    declared = read_declared(activity(laps=[(0, 600)]), lap_rule=parse_lap_rule("even"))

    assert declared.claims == ()
    assert declared.notes == ('your lap rule "even" was not used: it names none of the 1 lap of the file',)


def test_the_lap_rule_of_the_user_counts_before_the_words_of_a_step():
    declared = read_declared(activity(laps=LAPS, texts=[step("Backward", 100, 240)]), lap_rule=parse_lap_rule("2"))

    assert spans(declared) == [(0, 120, F), (120, 240, B), (240, 360, F), (360, 600, F)]
    assert declared.notes == ('workout step "Backward" says backward, but lap 1 by your lap rule says forward and counts',)


def test_a_weaker_source_fills_what_a_stronger_one_leaves_free():
    declared = read_declared(activity(texts=[step("Backward", 100, 200), Text(Place.LAP_NOTES, "forward", 50, 300)]))

    assert spans(declared) == [(50, 100, F), (100, 200, B), (200, 300, F)]


def test_the_developer_field_claims_its_stretches():
    field = [0] * 5 + [-1] * 10 + [np.nan] * 2 + [-1] * 3 + [1] * 10 + [0] * 5
    declared = read_declared(activity(elapsed_s=35, t_s=range(35), columns={"retro_dir": field}))

    assert spans(declared) == [(5, 20, B), (20, 30, F)]
    assert declared.claims[0].why == 'developer field "retro_dir" says backward'


def test_a_stretch_of_the_developer_field_under_three_seconds_is_a_slip():
    declared = read_declared(activity(elapsed_s=20, t_s=range(20), columns={"retro_dir": [1] * 10 + [-1] * 2 + [1] * 8}))

    assert spans(declared) == [(0, 10, F), (12, 20, F)]
    assert declared.notes == ('developer field "retro_dir": 1 stretch under 3 s not used',)


def test_a_gap_ends_a_stretch_of_the_developer_field():
    declared = read_declared(activity(elapsed_s=100, t_s=[0, 1, 2, 3, 60, 61, 62, 63], columns={"retro_dir": [-1] * 8}))

    assert spans(declared) == [(0, 4, B), (60, 64, B)]


def test_an_empty_developer_field_claims_nothing():
    assert read_declared(activity(elapsed_s=9, t_s=range(9), columns={"retro_dir": [np.nan] * 9})) == ((), (), ())


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        ("backward start", "backward stop"),
        ("Start backward", "End backward"),
        ("BWD on", "BWD off"),
        ("Rückwärts Anfang", "Rückwärts Ende"),
        ("début marche arrière", "fin marche arrière"),
        ("inicio marcha atrás", "fin marcha atrás"),
        ("倒走开始", "倒走结束"),
        ("Retro start", "retro stop"),
        ("backward start", "stop"),
        ("backward", "backward stop"),
        ("backward start", "forward start"),
        ("backward", "forward"),
    ],
)
def test_two_waypoints_claim_the_time_between_them(start, stop):
    declared = read_declared(activity(texts=[waypoint(stop, 200), waypoint(start, 100)]))

    assert spans(declared)[0] == (100, 200, B)
    assert declared.claims[0].why == f'waypoints "{start}" to "{stop}"'
    assert all(claim.direction is F for claim in declared.claims[1:])


def test_one_waypoint_may_stop_one_direction_and_start_the_other():
    declared = read_declared(
        activity(texts=[waypoint("backward start", 100), waypoint("backward stop, forward start", 200), waypoint("forward stop", 300)])
    )

    assert spans(declared) == [(100, 200, B), (200, 300, F)]
    assert declared.notes == ()


def test_a_start_without_a_stop_lasts_to_the_end_and_says_so():
    declared = read_declared(activity(texts=[waypoint("backward start", 100)]))

    assert spans(declared) == [(100, 600, B)]
    assert declared.notes == ('waypoint "backward start" has no stop after it: taken to the end of the session',)


def test_a_stop_without_a_start_claims_nothing_and_says_so():
    declared = read_declared(activity(texts=[waypoint("backward stop", 100)]))

    assert declared.claims == ()
    assert declared.notes == ('waypoint "backward stop" has no start before it',)


def test_a_lone_backward_waypoint_only_hints():
    declared = read_declared(activity(texts=[waypoint("backward", 100), waypoint("bus stop", 200), waypoint("stop", 300)]))

    assert declared.claims == ()
    assert [hint.place for hint in declared.hints] == [Place.WAYPOINT]


def test_a_bus_stop_does_not_end_what_a_start_has_opened():
    declared = read_declared(activity(texts=[waypoint("backward start", 100), waypoint("bus stop", 150), waypoint("backward stop", 200)]))

    assert spans(declared) == [(100, 200, B)]


def test_a_stop_of_the_other_direction_and_a_second_start_change_nothing():
    texts = [
        waypoint("backward start", 100),
        waypoint("forward stop", 120),
        waypoint("backward start", 150),
        waypoint("backward stop", 200),
    ]

    assert spans(read_declared(activity(texts=texts))) == [(100, 200, B)]


def test_a_start_counts_from_where_it_stands_though_a_bare_word_came_before():
    texts = [waypoint("backward", 50), waypoint("backward start", 100), waypoint("backward stop", 200)]

    assert spans(read_declared(activity(texts=texts))) == [(100, 200, B)]


def test_a_waypoint_described_twice_is_one_mark():
    texts = [
        waypoint(text, at)
        for at, text in [(100, "backward start"), (100, "backward start"), (200, "backward stop"), (200, "backward stop")]
    ]

    declared = read_declared(activity(texts=texts))

    assert spans(declared) == [(100, 200, B)]
    assert declared.notes == ()


def test_waypoints_in_pairs_are_no_hint_beside():
    assert read_declared(activity(texts=[waypoint("backward start", 100), waypoint("backward stop", 200)])).hints == ()


def test_claims_are_clipped_to_the_session_and_empty_ones_dropped():
    declared = read_declared(activity(texts=[step("Backward", -20, 30), step("Forward", 590, 700), step("BWD", 600, 640)]))

    assert spans(declared) == [(0, 30, B), (590, 600, F)]


def test_a_long_text_is_shortened_in_the_reason():
    declared = read_declared(activity(texts=[step("backward " + "and on " * 40, 0, 60)]))

    assert len(declared.claims[0].why) < 80
    assert declared.claims[0].why.endswith('…"')


_TIMES = st.floats(-50, 700, allow_nan=False)
_WORDS = st.sampled_from(
    [
        "backward",
        "forward",
        "Retro 5",
        "backward start",
        "backward stop",
        "forward start",
        "FWD off",
        "stop",
        "easy",
        "both backward and forward",
    ]
)
_TEXTS = st.lists(
    st.one_of(
        st.builds(lambda word, a, b, place: Text(place, word, *sorted((a, b))), _WORDS, _TIMES, _TIMES, st.sampled_from(list(Place))),
        st.builds(waypoint, _WORDS, _TIMES),
        st.builds(lambda word, place: Text(place, word), _WORDS, st.sampled_from(list(Place))),
    ),
    max_size=12,
)
_LAPS = st.lists(st.tuples(_TIMES, _TIMES).map(lambda span: tuple(sorted(span))), max_size=6)
_RULES = st.sampled_from([None, "even", "odd", "all", "2,4", "3-", "9"])
_FIELD = st.lists(st.sampled_from([-1.0, 0.0, 1.0, float("nan")]), max_size=60)


@given(_TEXTS, _LAPS, _RULES, _FIELD, st.integers(1, 12))
def test_claims_are_sorted_disjoint_and_inside_the_session(texts, laps, rule, field, step_s):
    recording = activity(elapsed_s=800.0, t_s=[step_s * i for i in range(len(field))], columns={"retro_dir": field}, laps=laps, texts=texts)

    claims = read_declared(recording, lap_rule=None if rule is None else parse_lap_rule(rule)).claims

    at_s = 0.0
    for claim in claims:
        assert at_s <= claim.start_s < claim.end_s <= 800.0
        assert claim.direction in (B, F)
        assert claim.basis is Basis.DECLARED
        assert claim.why
        at_s = claim.end_s


_ABOUT_ALL = [place for place in Place if place not in (Place.SIDECAR, Place.WORKOUT_STEP, Place.LAP_NOTES, Place.WAYPOINT)]


@given(_TEXTS, _LAPS, _RULES, st.lists(st.tuples(st.sampled_from(_ABOUT_ALL), _WORDS), max_size=5))
def test_words_about_the_session_never_change_a_claim(texts, laps, rule, words):
    lap_rule = None if rule is None else parse_lap_rule(rule)
    about = [Text(place, word) for place, word in words]

    without = read_declared(activity(laps=laps, texts=texts), lap_rule=lap_rule)
    declared = read_declared(activity(laps=laps, texts=[*texts, *about]), lap_rule=lap_rule)

    assert declared.claims == without.claims
    assert declared.notes == without.notes


@given(_TEXTS, _LAPS, _RULES, _FIELD, st.lists(st.tuples(_TIMES, _TIMES, st.sampled_from(["backward", "forward"])), max_size=4))
def test_what_the_labels_file_says_is_never_overruled(texts, laps, rule, field, lines):
    labels = [Text(Place.SIDECAR, f"a.csv: {word}", *sorted((a, b))) for a, b, word in lines]
    columns, t_s = {"retro_dir": field}, range(len(field))

    alone = read_declared(activity(elapsed_s=800.0, texts=labels)).claims
    together = read_declared(
        activity(elapsed_s=800.0, t_s=t_s, columns=columns, laps=laps, texts=[*texts, *labels]),
        lap_rule=None if rule is None else parse_lap_rule(rule),
    ).claims

    assert {claim for claim in together if claim.place is Place.SIDECAR} == set(alone)


@given(_TEXTS, _LAPS)
def test_what_the_lap_rule_says_is_never_overruled(texts, laps):
    recording = activity(laps=laps, texts=texts)
    rule = parse_lap_rule("all")

    alone = spans(read_declared(activity(laps=laps), lap_rule=rule))
    together = spans(read_declared(recording, lap_rule=rule))

    assert set(alone) <= set(together)


@given(st.lists(st.sampled_from(FALSE_FRIENDS), max_size=6), st.sampled_from(list(Place)))
def test_no_false_friend_claims_or_hints(texts, place):
    declared = read_declared(activity(texts=[Text(place, text, 100.0 * i, 100.0 * i + 50) for i, text in enumerate(texts)]))

    assert declared.claims == ()
    assert declared.hints == ()
