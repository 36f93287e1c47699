"""Slopes and rank correlations: known values, what must not matter, and when nothing is said."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from importer.reports.questions.trend import Estimate, correlation, partial, ranks, slope

X = [0, 7, 14, 21, 35, 42, 49, 63, 70, 84]
Y = [2.01, 2.05, 1.98, 2.10, 2.07, 2.15, 2.12, 2.11, 2.20, 2.18]
A = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7]
B = [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5, 9, 0]
NUMBERS = st.integers(-50, 50).map(float)


def test_the_slope_and_its_range_are_those_of_scipy():
    # scipy.stats.theilslopes(Y, X, 0.95), scipy 1.16
    found = slope(X, Y, least=8)
    assert found == pytest.approx(Estimate(0.00224489795918368, 0.0010714285714285723, 0.0035714285714285904, 10))
    assert found is not None
    assert found.is_clear


def test_the_rank_correlation_is_that_of_scipy():
    found = correlation(A, B, least=12)
    assert found is not None
    assert found.value == pytest.approx(0.19032303899443684)  # scipy.stats.spearmanr
    assert found.low < 0 < found.high
    assert not found.is_clear


def test_the_range_of_a_correlation_is_fishers_with_the_variance_of_ranks():
    # A goes up and down against B going down and up: neither repeats the other, so all 14 pairs count
    found = correlation(A, B, least=12)
    assert found is not None
    z, reach = math.atanh(found.value), 1.959964 * math.sqrt(1.06 / 11)
    assert [found.low, found.high] == pytest.approx([math.tanh(z - reach), math.tanh(z + reach)])


@given(st.integers(-5, 5), st.integers(-5, 5), st.lists(st.integers(0, 1000), min_size=8, max_size=20, unique=True))
def test_points_on_a_line_have_its_slope_and_no_doubt(per_day, start, days):
    days.sort()
    found = slope(days, [start + per_day * day for day in days], least=8)
    assert found == pytest.approx(Estimate(per_day, per_day, per_day, len(days)))


@given(st.lists(NUMBERS, min_size=8, max_size=25), st.floats(-100, 100), st.sampled_from([0.5, 2.0, 10.0]))
def test_a_slope_moves_with_its_unit_and_not_with_its_zero(values, zero, unit):
    days = [float(i) for i in range(len(values))]
    before, after = slope(days, values, least=8), slope(days, [zero + unit * value for value in values], least=8)
    assert before is not None
    assert after == pytest.approx(before._replace(value=unit * before.value, low=unit * before.low, high=unit * before.high), abs=1e-9)
    assert before.low <= before.value <= before.high


def test_two_wild_points_of_ten_hardly_move_the_slope():
    wild = [*Y[:3], 9.0, *Y[4:7], 0.1, *Y[8:]]
    plain, moved = slope(X, Y, least=8), slope(X, wild, least=8)
    assert plain is not None
    assert moved is not None
    assert moved.low <= plain.value <= moved.high
    assert moved.value == pytest.approx(plain.value, abs=0.0015)


def test_the_range_of_a_slope_holds_the_truth_in_about_nineteen_of_twenty():
    rng, n_held = random.Random(1), 0
    for _ in range(400):
        points = [0.01 * i + rng.gauss(0, 0.3) for i in range(20)]
        found = slope([float(i) for i in range(20)], points, least=8)
        assert found is not None
        n_held += found.low <= 0.01 <= found.high
    assert 0.92 < n_held / 400 < 0.985


def test_the_range_of_a_correlation_holds_none_where_there_is_none_even_if_weeks_repeat_each_other():
    rng, n_clear, n_said = random.Random(2), 0, 0
    for _ in range(300):
        series = []
        for _ in range(2):
            values = [rng.gauss(0, 1)]
            for _ in range(39):
                values.append(0.7 * values[-1] + rng.gauss(0, 1))
            series.append(values)
        found = correlation(*series, least=12)
        if found is not None:
            n_said += 1
            n_clear += found.is_clear
    assert n_said > 200
    assert n_clear / n_said < 0.1  # without counting repeats it is 0.24


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=12, max_size=40))
def test_a_correlation_is_symmetric_and_within_its_range(pairs):
    x, y = [one for one, _ in pairs], [one for _, one in pairs]
    found, back = correlation(x, y, least=12), correlation(y, x, least=12)
    assert (found is None) == (back is None)
    if found is not None:
        assert found == pytest.approx(back)
        assert -1 <= found.low <= found.value <= found.high <= 1


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=12, max_size=30))
def test_only_the_order_matters_to_a_correlation(pairs):
    x, y = [one for one, _ in pairs], [one for _, one in pairs]
    assert correlation([one**3 for one in x], y, least=12) == correlation(x, y, least=12)


def test_too_little_says_nothing():
    assert slope(X[:7], Y[:7], least=8) is None
    assert slope([3.0] * 9, Y[:9], least=8) is None
    assert correlation(A[:11], B[:11], least=12) is None
    assert correlation([1.0] * 14, B, least=12) is None
    drifting = [float(i) for i in range(14)]  # every week is the one before and a little more: worth next to nothing
    assert correlation(drifting, [2 * one for one in drifting], least=12) is None


@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_ranks_are_those_of_counting(values):
    for value, rank in zip(values, ranks(values), strict=True):
        below, same = sum(one < value for one in values), sum(one == value for one in values)
        assert rank == below + (same + 1) / 2


def test_what_both_do_with_time_is_taken_out():
    rng = random.Random(4)
    t = [float(i) for i in range(60)]
    x, y = ([i + rng.gauss(0, 3) for i in t] for _ in range(2))
    plain, without = correlation(x, y, least=4), partial(x, y, t)
    assert without is not None
    assert plain is None or plain.value > 0.9
    assert abs(without) < 0.3
    assert partial(x, [1.0] * 60, t) is None
    assert partial(t, y, t) is None


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=5, max_size=20))
def test_a_partial_correlation_is_one_of_leftovers(points):
    """By its other definition: rank, take out the straight line over the ranks of t, correlate what is left."""
    x, y, t = (ranks([point[i] for point in points]) for i in range(3))
    assume(all(len(set(one)) > 1 for one in (x, y, t)))
    found = partial(x, y, t)
    left = [_left(x, t), _left(y, t)]
    sizes = [sum(one**2 for one in some) for some in left]
    if found is not None and min(sizes) > 1e-6:
        assert found == pytest.approx(sum(a * b for a, b in zip(*left, strict=True)) / (sizes[0] * sizes[1]) ** 0.5, abs=1e-6)


def _left(y: list[float], t: list[float]) -> list[float]:
    mid_y, mid_t = sum(y) / len(y), sum(t) / len(t)
    beta = sum((a - mid_y) * (b - mid_t) for a, b in zip(y, t, strict=True)) / sum((b - mid_t) ** 2 for b in t)
    return [a - mid_y - beta * (b - mid_t) for a, b in zip(y, t, strict=True)]
