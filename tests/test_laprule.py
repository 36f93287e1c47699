"""The lap rule: what a runner types, and which laps it names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.detect.laprule import backward_laps, highest_missing_lap, parse_lap_rule
from importer.errors import UsageError


@pytest.mark.parametrize(
    ("text", "laps"),
    [
        ("2,4,6", {2, 4, 6}),
        (" 2 , 4 ", {2, 4}),
        ("2-6", {2, 3, 4, 5, 6}),
        ("2 - 3,7", {2, 3, 7}),
        ("5-", {5, 6, 7}),
        ("even", {2, 4, 6}),
        ("alternate", {2, 4, 6}),
        ("odd", {1, 3, 5, 7}),
        ("ALL", {1, 2, 3, 4, 5, 6, 7}),
        ("1,even", {1, 2, 4, 6}),
        ("9", set()),
        ("6-999999", {6, 7}),
    ],
)
def test_a_rule_names_the_laps_a_runner_means_of_seven(text, laps):
    assert backward_laps(parse_lap_rule(text), 7) == laps


@pytest.mark.parametrize("text", ["", " ", ",", "2,,4", "0", "0-3", "6-2", "-3", "two", "2;4", "2.5", "1e3", "²", "٣", "even odd", "2--4"])
def test_what_is_no_rule_is_refused_with_an_example(text):
    with pytest.raises(UsageError, match=r'"2,4,6".*"alternate"') as caught:
        parse_lap_rule(text)

    assert caught.value.exit_status == 2
    assert repr(text) in str(caught.value)


def test_the_highest_lap_behind_the_end_is_known():
    assert highest_missing_lap(parse_lap_rule("2,4,6"), 5) == 6
    assert highest_missing_lap(parse_lap_rule("2-9"), 5) == 9
    assert highest_missing_lap(parse_lap_rule("8-"), 5) == 8


@pytest.mark.parametrize("text", ["even", "odd", "all", "2,4", "3-"])
def test_no_lap_is_missing_where_the_file_has_them_all(text):
    assert highest_missing_lap(parse_lap_rule(text), 5) is None


@given(st.integers(0, 300))
def test_even_and_odd_laps_are_disjoint_and_all_together(n_laps):
    even, odd, every = (backward_laps(parse_lap_rule(word), n_laps) for word in ("even", "odd", "all"))

    assert not even & odd
    assert even | odd == every == frozenset(range(1, n_laps + 1))


@given(st.lists(st.integers(1, 999), min_size=1, max_size=20), st.integers(0, 999))
def test_listed_laps_come_back_as_far_as_the_file_goes(laps, n_laps):
    rule = parse_lap_rule(",".join(map(str, laps)))

    assert backward_laps(rule, n_laps) == {lap for lap in laps if lap <= n_laps}


@given(st.text(max_size=12))
def test_any_text_is_a_rule_or_a_usage_error(text):
    try:
        rule = parse_lap_rule(text)
    except UsageError:
        return
    assert all(1 <= lap <= 50 for lap in backward_laps(rule, 50))
