"""Scores against the truth: what they count, and the laws that hold for every pair of claims."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import TruthFileError
from importer.evaluate.matching import match
from importer.evaluate.probability import Forecast, brier, expected_calibration_error, reliability
from importer.evaluate.scores import evaluate, pool
from importer.evaluate.spans import Counts, Span, false_seconds_per_hour, match_events, score_events, score_seconds, validate
from importer.evaluate.truth import TrueSpan, parse_truth
from importer.values.session import Basis, Direction, Gait, Segment, Standing

BACK, FORWARD, UNKNOWN, STILL = Direction.BACKWARD, Direction.FORWARD, Direction.UNKNOWN, Direction.STILL
#: borders on eighths of a second, so that sums of lengths are exact
BORDERS = st.lists(st.integers(0, 8 * 600), max_size=24, unique=True).map(lambda eighths: sorted(one / 8 for one in eighths))
SPANS = BORDERS.map(lambda at: list(zip(at[::2], at[1::2], strict=False)))
#: seconds of a stretch: none, or as long as a device can tell
WEIGHTS = st.one_of(st.just(0.0), st.floats(1e-3, 1000))
FORECASTS = st.lists(st.builds(Forecast, st.floats(0, 1), st.booleans(), WEIGHTS), max_size=30)


@given(SPANS)
def test_a_perfect_estimate_scores_one(spans: list[Span]):
    for counts in (score_seconds(spans, spans), score_events(spans, spans)):
        assert (counts.false, counts.missed) == (0, 0)
        assert {counts.precision, counts.recall, counts.f1} == ({1.0} if spans else {None})


@given(SPANS, SPANS, st.sampled_from([0.0, 1.0, 5.0, 60.0]))
def test_swapping_reference_and_estimate_swaps_precision_and_recall(reference: list[Span], estimate: list[Span], collar_s: float):
    for there, back in (
        (score_seconds(reference, estimate), score_seconds(estimate, reference)),
        (
            score_events(reference, estimate, onset_collar_s=collar_s, offset_collar_s=collar_s),
            score_events(estimate, reference, onset_collar_s=collar_s, offset_collar_s=collar_s),
        ),
    ):
        assert (there.precision, there.recall) == (back.recall, back.precision)
        assert there.f1 == back.f1


@given(SPANS, SPANS)
def test_seconds_add_up_to_the_lengths_of_both_claims(reference: list[Span], estimate: list[Span]):
    counts = score_seconds(reference, estimate)
    assert counts.hit + counts.missed == sum(b - a for a, b in reference)
    assert counts.hit + counts.false == sum(b - a for a, b in estimate)


@given(SPANS, SPANS, st.sampled_from([1.0, 5.0, 60.0]))
def test_a_wider_collar_never_finds_fewer_events(reference: list[Span], estimate: list[Span], collar_s: float):
    narrow = score_events(reference, estimate, onset_collar_s=collar_s, offset_collar_s=collar_s)
    wide = score_events(reference, estimate, onset_collar_s=2 * collar_s, offset_collar_s=2 * collar_s)
    assert wide.hit >= narrow.hit


@given(st.lists(st.lists(st.integers(0, 4), unique=True, max_size=5), max_size=5))
def test_the_matching_is_as_large_as_any(neighbours: list[list[int]]):
    def largest(left: int, free: frozenset[int]) -> int:
        if left == len(neighbours):
            return 0
        options = [1 + largest(left + 1, free - {right}) for right in neighbours[left] if right in free]
        return max([largest(left + 1, free), *options])

    found = match(neighbours, n_right=5)
    pairs = [(left, right) for left, right in enumerate(found) if right is not None]
    assert all(right in neighbours[left] for left, right in pairs)
    assert len({right for _, right in pairs}) == len(pairs) == largest(0, frozenset(range(5)))


def test_matching_is_optimal_where_greedy_matching_would_lose_an_event():
    # the first true event may be either estimate, the second only the first of them
    assert match([[0, 1], [0]], n_right=2) == [1, 0]


def test_an_event_counts_once_however_many_estimates_lie_near_it():
    reference, estimate = [(100.0, 130.0)], [(97.0, 99.0), (101.0, 128.0)]
    assert match_events(reference, estimate) == [(0, 1)]
    assert score_events(reference, estimate) == Counts(1, 1, 0)


def test_both_borders_must_lie_within_the_collar():
    reference = [(100.0, 130.0)]
    assert score_events(reference, [(105.0, 135.0)]).hit == 1
    assert score_events(reference, [(105.1, 130.0)]).hit == 0
    assert score_events(reference, [(100.0, 135.1)]).hit == 0
    assert score_events(reference, [(105.1, 130.0)], onset_collar_s=5.2).hit == 1


def test_the_precision_of_nothing_has_no_meaning():
    assert score_seconds([(0.0, 10.0)], []) == Counts(0.0, 0.0, 10.0)
    assert score_seconds([(0.0, 10.0)], []).precision is None
    assert score_seconds([(0.0, 10.0)], []).recall == 0.0
    assert score_seconds([], []).f1 is None
    assert false_seconds_per_hour(Counts(false=36.0), total_s=7200.0) == 18.0
    assert false_seconds_per_hour(Counts(), total_s=0.0) is None


@pytest.mark.parametrize(
    ("spans", "says"),
    [
        ([(10.0, 5.0)], "are these start and length"),
        ([(10.0, 20.0), (15.0, 30.0)], "sort and join"),
        ([(math.nan, 5.0)], "is a value missing"),
    ],
)
def test_spans_that_are_none_are_refused_with_the_likely_mistake(spans: list[Span], says: str):
    with pytest.raises(ValueError, match=says):
        validate(spans, "reference")


def test_brier_and_calibration_error_of_known_forecasts():
    forecasts = [Forecast(0.9, True, 9.0), Forecast(0.9, False, 1.0), Forecast(0.1, False, 10.0)]
    # (9 * 0.01 + 1 * 0.81 + 10 * 0.01) / 20; the first bin is right on, the other says 0.1 where nothing came true
    assert brier(forecasts) == pytest.approx(0.05)
    assert expected_calibration_error(forecasts) == pytest.approx(0.05)
    assert [(row.low, row.weight, row.came_true) for row in reliability(forecasts)] == [(0.1, 10.0, 0.0), (0.9, 10.0, 0.9)]
    assert brier([]) is None
    assert expected_calibration_error([Forecast(0.5, True, 0.0)]) is None


@given(FORECASTS)
def test_reliability_keeps_every_second_and_its_rows_stay_in_their_bins(forecasts: list[Forecast]):
    rows = reliability(forecasts)
    assert math.fsum(row.weight for row in rows) == pytest.approx(math.fsum(one.weight for one in forecasts))
    assert all(row.low - 1e-9 <= row.said <= row.high + 1e-9 and -1e-9 <= row.came_true <= 1 + 1e-9 for row in rows)
    error = expected_calibration_error(forecasts)
    assert error is None or 0.0 <= error <= 1.0


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan, 95.0])
def test_a_probability_that_is_none_is_refused(p: float):
    with pytest.raises(ValueError, match="percent or nats"):
        brier([Forecast(p, True)])


def _segment(
    start_s: float, end_s: float, direction: Direction, confidence: float = 0.9, standing: Standing = Standing.ACCEPTED
) -> Segment:
    if direction is UNKNOWN:
        return Segment(start_s, end_s, direction, Basis.NONE, standing)
    return Segment(start_s, end_s, direction, Basis.GAIT, standing, Gait.RUN, confidence)


TRUTH = (
    TrueSpan(0, 100, FORWARD),
    TrueSpan(100, 130, BACK),
    TrueSpan(130, 160, BACK),
    TrueSpan(160, 200, STILL),
    TrueSpan(200, 300, UNKNOWN),
)


def test_accepted_and_suggested_are_scored_apart_and_what_is_not_known_not_at_all():
    segments = (
        _segment(0, 95, FORWARD),
        _segment(95, 120, BACK, 0.85, Standing.SUGGESTED),
        _segment(120, 140, BACK, 0.97),
        _segment(140, 160, UNKNOWN),
        _segment(160, 200, STILL),
        _segment(200, 300, BACK, 0.97),
    )
    scores = evaluate(TRUTH, segments)
    assert scores.scored_s == 200.0
    assert scores.found_seconds == Counts(40.0, 5.0, 20.0)
    assert scores.accepted_seconds == Counts(20.0, 0.0, 40.0)
    assert scores.found_events == Counts(0, 1, 1)
    assert scores.unknown_s == 20.0
    assert scores.false_s_per_h == 90.0
    # still and unknown are no forecast; a forward claim of 0.9 says 0.1 for backward
    said = {(round(one.p, 3), one.is_true): one.weight for one in scores.forecasts}
    assert said == {(0.1, False): 95.0, (0.85, False): 5.0, (0.85, True): 20.0, (0.97, True): 10.0}
    assert math.fsum(one.weight for one in scores.forecasts) == 140.0


def test_pooling_adds_counts_and_not_scores():
    one = evaluate((TrueSpan(0, 100, BACK),), (_segment(0, 100, BACK),))
    other = evaluate((TrueSpan(0, 300, BACK),), (_segment(0, 300, FORWARD),))
    both = pool([one, other])
    assert (both.n_sessions, both.scored_s) == (2, 400.0)
    assert both.found_seconds == Counts(100.0, 0.0, 300.0)
    assert both.found_seconds.recall == 0.25
    assert len(both.forecasts) == len(one.forecasts) + len(other.forecasts)


def test_the_truth_in_the_segments_own_words_scores_one():
    segments = tuple(_segment(span.start_s, span.end_s, span.direction, 1.0) for span in TRUTH)
    scores = evaluate(TRUTH, segments)
    assert (scores.found_seconds.f1, scores.accepted_seconds.f1, scores.found_events.f1) == (1.0, 1.0, 1.0)
    assert (scores.brier, scores.ece) == (0.0, 0.0)


def test_a_truth_file_is_read_with_columns_in_any_order():
    text = "\ufeffdirection,note,end_s,start_s,gait\nforward,x,720,0,run\n\nbackward,,750.5,720,\n"
    assert parse_truth(text) == (TrueSpan(0.0, 720.0, FORWARD, Gait.RUN), TrueSpan(720.0, 750.5, BACK, None))


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "is empty"),
        ("start_s,end_s\n0,1\n", 1, "no column direction"),
        ("start_s,end_s,direction\n0,ten,forward\n", 2, "'ten'"),
        ("start_s,end_s,direction\n0,10,forward\n\n10,5,forward\n", 4, "no span"),
        ("start_s,end_s,direction\n0,10,forward\n9,20,backward\n", 3, "before the end of the row above"),
        ("start_s,end_s,direction\n0,10,sideways\n", 2, "'sideways'"),
        ("start_s,end_s,direction,gait\n0,10,forward,hop\n", 2, "'hop'"),
        ("start_s,end_s,direction\n0,inf,forward\n", 2, "'inf'"),
        ("start_s,end_s,direction\n0,10\n", 2, "direction is ''"),
        ('start_s,end_s,direction\n0,10,"forward\n', 2, "is no CSV"),
    ],
)
def test_a_truth_file_that_cannot_be_used_says_the_line(text: str, line: int, says: str):
    with pytest.raises(TruthFileError) as caught:
        parse_truth(text, path="run.truth.csv")
    assert caught.value.line == line
    assert says in caught.value.reason
    assert str(caught.value).startswith(f"run.truth.csv:{line}: ")
    assert (caught.value.code, caught.value.exit_status) == ("truth-file", 3)


def _spans_or_line(text: str) -> tuple[TrueSpan, ...] | int | None:
    try:
        return parse_truth(text, path="x")
    except TruthFileError as error:
        return error.line


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_a_truth_or_says_where_it_is_none(text: str):
    found = _spans_or_line("start_s,end_s,direction\n" + text)
    assert isinstance(found, int) or (found is not None and all(a.end_s <= b.start_s for a, b in itertools.pairwise(found)))
