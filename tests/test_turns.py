"""Half turns around an unknown offset: against enumeration, and by their symmetry."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect import turns as module
from importer.detect.angles import mean_by_row, resultant, spread_of, wrap
from importer.detect.turns import BINS_RAD, BLOCK_S, N_BINS, Chain, Swing, log_ratio, look

SWING = Swing(sd_rad=0.6, correlation=0.6, anywhere_share=0.02)
EVERYWHERE = np.ones(N_BINS)
EAST_HALF = (np.cos(BINS_RAD) > 0).astype(np.float64)
ANGLES = st.lists(st.floats(-3.1, 3.1) | st.just(float("nan")), min_size=1, max_size=6)


def _angle(n: int, *, back: slice, seed: int = 1, sd_rad: float = 0.5, offset_rad: float = 0.3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    swing = np.zeros(n)
    for i in range(1, n):
        swing[i] = 0.75 * swing[i - 1] + rng.normal() * sd_rad * np.sqrt(1 - 0.75**2)
    angle = offset_rad + swing
    angle[back] += np.pi
    return np.asarray(wrap(angle))


def _chain(angle, swing=SWING, *, leave=(0.05, 0.1), error=0.1):
    return Chain(look(angle, np.full(len(angle), error), swing), swing, leave=leave, drift_rad=0.01)


def _wrapped(x: float) -> float:
    return float(wrap(np.array([x]))[0])


def _by_enumeration(angle, swing, leave, error, weights):
    """Probability of state 1 at each step, summed over every sequence of states and every offset of one block."""
    total, ones = 0.0, np.zeros(len(angle))
    for states in itertools.product((0, 1), repeat=len(angle)):
        for offset, weight in zip(BINS_RAD.tolist(), weights, strict=True):
            # either state before the first step is as likely
            p = float(weight) * ((1 - leave[states[0]]) + leave[1 - states[0]])
            last = -1
            for i, state in enumerate(states):
                if i > 0:
                    p *= leave[states[i - 1]] if state != states[i - 1] else 1 - leave[state]
                if np.isnan(angle[i]):
                    continue
                memory = swing.correlation ** (i - last) if last >= 0 else 0.0
                # what stood before is seen from the state just before this step
                then = _wrapped(angle[last] - offset - np.pi * states[i - 1]) if last >= 0 else 0.0
                x = _wrapped(_wrapped(angle[i] - offset - np.pi * state) - memory * then)
                sd = np.sqrt(swing.sd_rad**2 * (1 - memory**2) + error**2 * (1 + memory**2))
                near = sum(np.exp(-0.5 * ((x + 2 * np.pi * k) / sd) ** 2) for k in (-2, -1, 0, 1, 2)) / (sd * np.sqrt(2 * np.pi))
                p *= (1 - swing.anywhere_share) * near + swing.anywhere_share / (2 * np.pi)
                last = i
            total += p
            ones += p * np.array(states)
    return ones / total


@settings(max_examples=25, deadline=None)
@given(ANGLES)
def test_a_short_angle_gives_what_enumeration_gives(values):
    angle = np.array(values) + 0.012  # never just half a turn from a bin, where either sign is right
    found = _chain(angle).turns(anchor=(0, EAST_HALF)).p
    assert found == pytest.approx(_by_enumeration(angle, SWING, (0.05, 0.1), 0.1, EAST_HALF), abs=2e-3)


def test_a_half_turn_is_found_to_the_step():
    angle = _angle(400, back=slice(150, 190))
    p = _chain(angle, leave=(1 / 180, 1 / 40)).turns(anchor=(0, EAST_HALF)).p
    assert np.flatnonzero(p > 0.5).tolist() == list(range(150, 190))


def test_the_other_half_of_the_circle_is_the_mirror_image():
    angle = _angle(300, back=slice(100, 150), seed=2)
    chain = _chain(angle, leave=(0.02, 0.02))
    p = chain.turns(anchor=(3, EAST_HALF)).p
    mirrored = chain.turns(anchor=(3, np.roll(EAST_HALF, N_BINS // 2))).p
    assert mirrored == pytest.approx(1 - p, abs=1e-4)
    assert chain.turns(anchor=(3, EVERYWHERE)).p == pytest.approx(0.5, abs=1e-4)


def test_the_offset_is_followed_while_it_drifts():
    n = 3600
    offset = 0.3 + np.linspace(0.0, 1.2, n)
    angle = wrap(_angle(n, back=slice(1500, 1600), offset_rad=0.0, seed=3) + offset)
    turns = _chain(angle, leave=(1 / 180, 1 / 40)).turns(anchor=(0, EAST_HALF))
    track = np.angle(turns.offset @ np.exp(1j * BINS_RAD))
    middle = offset[BLOCK_S // 2 :: BLOCK_S]
    assert np.abs(wrap(track - middle)).max() < np.radians(20)
    assert set(np.flatnonzero(turns.p > 0.5)) == set(range(1500, 1600))


def test_offsets_of_a_block_sum_to_one():
    turns = _chain(_angle(95, back=slice(0, 0))).turns(anchor=(1, EAST_HALF))
    assert turns.offset.shape == (4, N_BINS)
    assert turns.offset.sum(axis=1) == pytest.approx(1.0)
    assert len(turns.p) == 95


def test_a_long_recording_in_parts_gives_what_it_gives_at_once(monkeypatch):
    angle = _angle(1000, back=slice(400, 450), seed=4)
    at_once = _chain(angle).turns(anchor=(5, EAST_HALF))
    monkeypatch.setattr(module, "_CHUNK", 7)
    in_parts = _chain(angle).turns(anchor=(5, EAST_HALF))
    assert in_parts.p == pytest.approx(at_once.p, abs=1e-4)
    assert in_parts.offset == pytest.approx(at_once.offset, abs=1e-4)


def test_a_missing_angle_says_exactly_nothing():
    angle = _angle(120, back=slice(40, 60))
    angle[70:90] = np.nan
    seen = look(angle, np.zeros(120), SWING)
    turns = _chain(angle).turns(anchor=(0, EAST_HALF))
    nats = log_ratio(seen, SWING, turns.offset)
    assert nats[70:90].tolist() == [0.0] * 20
    assert (nats[40:60] > 0).mean() > 0.8
    assert (nats[:40] < 0).mean() > 0.8


def test_angles_are_averaged_on_the_circle():
    mean, length = mean_by_row(np.radians([350.0, 20.0, 90.0, np.nan, 5.0]), np.array([0, 0, 1, 2, 9]), 3)
    assert np.degrees(mean[:2]) == pytest.approx([5.0, 90.0])
    assert np.isnan(mean[2])
    assert length[:2] == pytest.approx([np.cos(np.radians(15.0)), 1.0])


@pytest.mark.parametrize("sd_rad", [0.2, 0.6, 1.1])
def test_the_spread_of_a_wrapped_normal_is_read_from_its_mean_vector(sd_rad):
    angle = np.random.default_rng(5).normal(2.0, sd_rad, 200_000)
    assert spread_of(abs(resultant(wrap(angle)))) == pytest.approx(sd_rad, rel=0.02)
