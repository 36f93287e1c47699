"""The generic smoother against brute force."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect.hmm import smooth


def _brute_force(log_emission, transition, initial):
    """Sum over every path of states."""
    n, k = log_emission.shape
    p, total = np.zeros((n, k)), 0.0
    for path in itertools.product(range(k), repeat=n):
        weight = initial[path[0]] * np.exp(log_emission[0, path[0]])
        for i in range(1, n):
            weight *= transition[path[i - 1], path[i]] * np.exp(log_emission[i, path[i]])
        total += weight
        for i, state in enumerate(path):
            p[i, state] += weight
    return p / total


@given(st.integers(1, 7), st.integers(2, 3), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_posteriors_equal_brute_force_for_short_sequences(n, k, seed):
    rng = np.random.default_rng(seed)
    log_emission = rng.normal(size=(n, k)) * 3
    transition, initial = rng.dirichlet(np.ones(k), size=k), rng.dirichlet(np.ones(k))
    found = smooth(log_emission, np.log(transition), np.log(initial))
    np.testing.assert_allclose(found, _brute_force(log_emission, transition, initial), atol=1e-9)


@given(st.integers(1, 400), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_posteriors_sum_to_one_in_every_row(n, seed):
    rng = np.random.default_rng(seed)
    found = smooth(rng.normal(size=(n, 5)) * 20, np.log(rng.dirichlet(np.ones(5), size=5)), np.log(np.full(5, 0.2)))
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-12)


def test_a_forbidden_state_never_gets_weight():
    with np.errstate(divide="ignore"):
        transition = np.log(np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.5, 0.5, 0.0]]))
        initial = np.log(np.array([0.5, 0.5, 0.0]))
    emission = np.zeros((50, 3))
    emission[:, 2] = 5.0
    assert smooth(emission, transition, initial)[:, 2].max() == 0.0


@given(st.integers(8, 40), st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_blocks_make_no_difference_to_the_plain_recursion(n, seed):
    rng = np.random.default_rng(seed)
    emission, transition = np.exp(rng.normal(size=(n, 4)) * 3), rng.dirichlet(np.ones(4), size=4)
    alpha, beta = np.empty((n, 4)), np.ones((n, 4))
    alpha[0] = 0.25 * emission[0]
    for i in range(1, n):
        alpha[i] = alpha[i - 1] @ transition * emission[i]
    for i in range(n - 2, -1, -1):
        beta[i] = transition @ (emission[i + 1] * beta[i + 1])
    p = alpha * beta
    found = smooth(np.log(emission), np.log(transition), np.log(np.full(4, 0.25)))
    np.testing.assert_allclose(found, p / p.sum(axis=1, keepdims=True), atol=1e-9)


def test_an_empty_sequence_gives_an_empty_posterior():
    assert smooth(np.zeros((0, 4)), np.zeros((4, 4)), np.zeros(4)).shape == (0, 4)
