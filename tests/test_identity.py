"""Are two recordings one session? The rules, what the samples say, who goes with whom, and what they make together."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.identity.align import clock_shift_s
from importer.identity.combine import Part, combine
from importer.identity.compare import Verdict, compare
from importer.identity.groups import clocks, group
from importer.identity.rules import Weighed, by_richness, is_copy, is_exact, near
from importer.identity.series import beside, fine, shared
from importer.values.activity import Activity, CadenceBasis, Device, Environment, Lap, Pause, Place, SpeedBasis, Text
from importer.values.sensors import BeatSeries
from tests.support.pairs import DAY, FAMILIES, belt_of, draw_run, watch_and_belt, watch_of

SAME, CANDIDATE, DIFFERENT = Verdict.SAME, Verdict.CANDIDATE, Verdict.DIFFERENT


def blank(*, later_s: float = 0.0, n: int = 1200, **changes: object) -> Activity:
    """Give a recording without a channel."""
    fields = {"t_s": np.arange(n, dtype=float), "columns": {}, "elapsed_s": float(n), "timer_s": float(n), "format": "fit", **changes}
    return Activity(start=DAY + timedelta(seconds=later_s), **fields)  # type: ignore[arg-type]


# --- what they say of themselves --------------------------------------------------------------------------------------


def test_a_usable_serial_number_and_the_start_make_one_recording_whatever_the_format():
    watch = Device("garmin", "fr935", 3_900_000_001)
    fit, tcx = blank(device=watch), blank(device=Device("garmin", "Forerunner 935", 3_900_000_001), format="tcx")
    assert is_exact(fit, tcx)
    assert is_exact(fit, replace(tcx, start=DAY + timedelta(seconds=1)))
    assert not is_exact(fit, replace(tcx, start=DAY + timedelta(seconds=2)))
    assert not is_exact(fit, replace(tcx, device=Device("garmin", "Forerunner 935", 3_900_000_002)))
    assert not is_exact(blank(), blank())
    assert not is_exact(fit, replace(fit, device=Device("garmin", "fr955", 3_900_000_001)))


def test_the_same_place_in_a_file_of_several_is_asked_for_within_one_format():
    watch = Device("garmin", "fr935", 7)
    assert not is_exact(blank(device=watch), blank(device=watch, session_index=1))
    assert is_exact(blank(device=watch), blank(device=watch, session_index=1, format="tcx"))


def test_an_export_is_a_copy_of_what_starts_with_it_and_is_no_shorter():
    export = blank(device=Device(product="retro-import 1.0"), n=600, elapsed_s=600.0, timer_s=600.0)
    assert is_copy(export, blank())
    assert is_copy(blank(), export)
    assert is_copy(export, blank(later_s=1))
    assert not is_copy(export, blank(later_s=2))
    assert is_copy(export, blank(n=599, elapsed_s=599.0, timer_s=599.0))
    assert not is_copy(export, blank(n=598, elapsed_s=598.0, timer_s=598.0))
    assert not is_copy(blank(), blank())


def test_an_export_is_no_copy_of_what_another_heart_has_run():
    hearts = (140.0 + 5.0 * np.random.default_rng(seed).standard_normal(1200) + 15 * seed for seed in (1, 2))
    one, other = (blank(columns={"heart_rate_bpm": heart}) for heart in hearts)
    export = Device(product="retro-import")
    assert compare(one, replace(one, device=export)).verdict is SAME
    assert compare(one, replace(other, device=export)).verdict is DIFFERENT


@pytest.mark.parametrize(
    ("later_s", "elapsed_s", "zone_s"),
    [
        (0, 1200, 0),
        (180, 1200, 0),
        (-180, 1200, 0),
        (181, 1200, None),
        (0, 1090, 0),
        (0, 1070, None),
        (7200, 1200, -7200),
        (-7200 - 59, 1200, 7200),
        (7200 + 61, 1200, None),
        (7200, 1170, None),
        (14 * 3600, 1200, -14 * 3600),
        (14 * 3600 + 900, 1200, None),
        (86_400, 1200, None),
    ],
)
def test_start_and_length_make_candidates(later_s, elapsed_s, zone_s):
    other = blank(later_s=later_s, n=600, elapsed_s=float(elapsed_s), timer_s=float(elapsed_s))
    found = near(blank(), other)
    assert (None if found is None else found.zone_s) == zone_s


def test_lengths_may_agree_on_the_timer_alone_but_the_two_have_to_overlap():
    paused = blank(n=1200, elapsed_s=1500.0, timer_s=1200.0)
    assert near(blank(), paused) is not None
    assert near(blank(n=600, elapsed_s=600.0, timer_s=600.0), blank(later_s=170, n=600, elapsed_s=600.0, timer_s=600.0)) is None


def test_an_elliptical_is_no_treadmill_but_every_sport_on_foot_is_one_family():
    elliptical = blank(environment=Environment.ELLIPTICAL)
    assert near(blank(), elliptical) is None
    assert near(elliptical, elliptical) is not None
    assert near(blank(sport="walking"), blank(sport="fitness_equipment")) is not None


def test_the_primary_recording_is_the_richest_whatever_the_order():
    watch = Device("garmin", "fr935", 7)
    ranked = [
        ("fit", blank(device=watch), 9),
        ("belt", blank(device=Device("development", "1"), speed_basis=SpeedBasis.BELT), 20),
        ("re-encoded", blank(), 20),
        ("strava", blank(device=Device("strava", "102")), 9),
        ("tcx", blank(format="tcx"), 30),
        ("gpx", blank(format="gpx"), 40),
        ("cut short", blank(n=900, device=watch), 50),
    ]
    for order in itertools.islice(itertools.permutations(ranked), 0, 5040, 97):
        weighed = [Weighed((name,), activity, n_channels, len(activity)) for name, activity, n_channels in order]
        assert [order[i][0] for i in by_richness(weighed)] == [name for name, *_ in ranked]


# --- what the samples say ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: one.name)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pairs_are_judged_as_what_they_are_in_either_order(family, seed):
    pair = family.make(seed)
    there, back = compare(pair.a, pair.b), compare(pair.b, pair.a)
    assert there.verdict is back.verdict
    assert there.shift_s == pytest.approx(-back.shift_s)
    if family.is_hard:
        assert there.verdict is CANDIDATE
    else:
        assert (there.verdict is SAME) == pair.is_one
    assert there.reason


@pytest.mark.parametrize("clock_s", [-75.0, 0.0, 40.0])
def test_the_clocks_are_set_by_the_body(clock_s):
    athlete, recording, rng = draw_run(31, on_belt=True)
    watch = watch_of(recording, athlete, seed=31, on_belt=True)
    belt = belt_of(recording, rng, heart=None, has_cadence=True, clock_s=clock_s)
    found = compare(watch, belt)
    assert found.verdict is SAME
    assert found.shift_s == pytest.approx(-clock_s, abs=3)  # both smooth cadence over some seconds


def test_steps_of_a_belt_set_the_clocks_where_the_user_says_that_it_is_one_run():
    _, recording, rng = draw_run(6, on_belt=True)
    athlete, _, _ = draw_run(6, on_belt=True)
    watch = watch_of(recording, athlete, seed=6, on_belt=True)
    belt = belt_of(recording, rng, heart=None, has_cadence=False, clock_s=52.0)
    assert compare(watch, belt).verdict is CANDIDATE
    assert clock_shift_s(watch, belt) == pytest.approx(-52.0, abs=4)
    assert clock_shift_s(belt, watch) == pytest.approx(52.0, abs=4)


def test_where_nothing_tells_the_clocks_are_believed_and_a_zone_is_taken_off():
    assert clock_shift_s(blank(), blank(later_s=100)) == 0.0
    assert clock_shift_s(blank(), blank(later_s=7200 + 30)) == -7200.0
    assert clock_shift_s(blank(n=100, elapsed_s=100.0, timer_s=100.0), blank(later_s=450, n=100, elapsed_s=100.0, timer_s=100.0)) == -450.0


def test_irregular_sample_times_are_a_finger_print_and_regular_ones_are_nothing():
    rng = np.random.default_rng(1)
    t_s = np.cumsum(rng.integers(1, 9, 200)).astype(float)
    smart = blank(t_s=t_s, elapsed_s=float(t_s[-1]) + 1, timer_s=float(t_s[-1]) + 1)
    assert compare(smart, replace(smart, start=DAY + timedelta(hours=2))).verdict is SAME
    assert compare(smart, replace(smart, start=DAY + timedelta(hours=2))).shift_s == -7200.0
    assert compare(blank(), blank()).verdict is CANDIDATE
    fifth = np.arange(0.0, 1200.0, 5.0)
    assert compare(blank(t_s=fifth), blank(t_s=fifth)).verdict is CANDIDATE


def test_two_receivers_on_one_path_are_not_the_same_points():
    pair = next(family for family in FAMILIES if family.name == "two runners on one path").make(4)
    places = {name: pair.a.columns[name] for name in ("latitude_deg", "longitude_deg")}
    theirs = {name: pair.b.columns[name] for name in ("latitude_deg", "longitude_deg")}
    mine, other = replace(pair.a, columns=places), replace(pair.b, columns=theirs)
    assert compare(mine, other).verdict is CANDIDATE
    assert compare(mine, replace(mine, device=Device())).verdict is SAME


def test_other_places_at_the_same_time_are_two_sessions():
    pair = next(family for family in FAMILIES if family.name == "two runners on one path").make(4)
    far = {**pair.b.columns, "latitude_deg": pair.b.columns["latitude_deg"] + 0.01}
    found = compare(pair.a, replace(pair.b, columns=far))
    assert found.verdict is DIFFERENT
    assert "places are 11" in found.reason


def test_correlation_at_every_lag_equals_the_plain_one():
    rng = np.random.default_rng(5)
    a, b = rng.normal(0, 1, 400), rng.normal(0, 1, 400)
    a[30:60] = np.nan
    b[200:210] = np.nan
    found = shared(a, b, lags_s=range(-20, 21))
    for lag, n, r in zip(found.lags_s, found.n, found.r, strict=True):
        x, y = beside(a, b, int(lag))
        assert (n, r) == (len(x), pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-9))


def test_what_is_quick_knows_no_level_no_trend_and_no_change_of_pace():
    rng = np.random.default_rng(7)
    noise = rng.normal(0, 2, 900)
    steps = np.repeat([150.0, 170.0, 150.0], 300) + np.linspace(0, 8, 900)
    found = fine(noise + steps, window_s=31)
    is_there = ~np.isnan(found)
    assert not is_there[295:305].any()
    assert is_there.sum() > 700
    assert abs(np.nanmean(found)) < 0.2
    assert np.corrcoef(found[is_there], noise[is_there])[0, 1] > 0.95


# --- who goes with whom -----------------------------------------------------------------------------------------------


def test_a_chain_of_pairs_links_its_ends_but_never_two_that_stay_apart():
    keys = "abcde"
    bonds = [("a", "b"), ("b", "c"), ("d", "e")]
    assert group(keys, bonds, are_apart=lambda *_: False) == (("a", "b", "c"), ("d", "e"))
    apart = {frozenset("ac")}
    assert group(keys, bonds, are_apart=lambda a, b: frozenset((a, b)) in apart) == (("a", "b"), ("c",), ("d", "e"))


def test_a_copy_joins_one_session_and_never_makes_one_of_two():
    bonds = [("a", "c"), ("b", "c"), ("c", "d")]
    for order in itertools.permutations(bonds):
        groups = group("abcd", order, are_apart=lambda *_: False, copies={"c", "d"})
        assert sorted(map(len, groups)) in ([1, 3], [2, 2])
        assert not any({"a", "b"} <= set(one) for one in groups)
    assert group("abc", [("a", "b"), *bonds[:2]], are_apart=lambda *_: False, copies={"c"}) == (("a", "b", "c"),)


@settings(max_examples=200)
@given(
    st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12),
    st.sets(st.frozensets(st.integers(0, 6), min_size=2, max_size=2), max_size=6),
)
def test_groups_cover_everything_once_and_respect_what_is_apart(bonds, apart):
    groups = group(range(7), sorted(bonds), are_apart=lambda a, b: frozenset((a, b)) in apart)
    assert sorted(key for members in groups for key in members) == list(range(7))
    for members in groups:
        assert not any(frozenset(two) in apart for two in itertools.combinations(members, 2))


def test_clocks_are_read_along_the_pairs():
    shifts_s = {("a", "b"): 5.0, ("c", "b"): -7200.0}
    assert clocks("a", "abc", shifts_s) == {"a": 0.0, "b": 5.0, "c": 7205.0}


# --- what they make together ------------------------------------------------------------------------------------------


def together(seed: int = 12, *, clock_s: float = 40.0):
    """Give a watch and a belt on one clock, and both combined."""
    athlete, recording, rng = draw_run(seed, on_belt=True)
    watch = watch_of(recording, athlete, seed=seed, on_belt=True)
    belt = belt_of(recording, rng, heart=recording.heart_rate_bpm, has_cadence=False, clock_s=clock_s)
    return watch, belt, combine([Part(watch), Part(belt, -clock_s)])


def test_one_recording_alone_is_itself():
    watch, _, _ = together()
    assert combine([Part(watch)]).activity is watch


def test_the_belt_gives_the_speed_and_the_watch_the_gait_second_by_second():
    watch, belt, (both, supplies) = together()
    assert set(supplies[0]) == {"cadence_spm", "heart_rate_bpm"}
    assert set(supplies[1]) == {"speed_mps", "distance_m", "grade_ratio"}
    assert (both.speed_basis, both.cadence_basis, both.environment) == (SpeedBasis.BELT, CadenceBasis.WRITER, Environment.TREADMILL)
    assert (both.distance_m, both.start, both.device) == (belt.distance_m, watch.start, watch.device)
    first = (belt.start - watch.start).total_seconds() - 40.0
    at = np.searchsorted(both.t_s, belt.t_s + first)
    np.testing.assert_array_equal(both.columns["speed_mps"][at], belt.columns["speed_mps"])
    np.testing.assert_array_equal(both.columns["cadence_spm"][np.searchsorted(both.t_s, watch.t_s)], watch.columns["cadence_spm"])
    outside = np.setdiff1d(np.arange(len(both)), at)
    assert np.isnan(both.columns["speed_mps"][outside]).all()


def test_a_worse_copy_gives_only_its_words():
    watch, _, _ = together()
    copy = replace(
        watch, format="gpx", device=Device(), laps=(), texts=(Text(Place.TRACK_NAME, "Rückwärts"),), start=DAY + timedelta(hours=2)
    )
    both, supplies = combine([Part(watch), Part(copy, -7200.0)])
    assert supplies[1] == ()
    assert both.texts == copy.texts
    np.testing.assert_array_equal(both.t_s, watch.t_s)
    assert all(np.array_equal(both.columns[name], watch.columns[name], equal_nan=True) for name in watch.columns)
    assert (both.elapsed_s, both.timer_s, both.laps) == (watch.elapsed_s, watch.timer_s, watch.laps)


def test_words_laps_and_beats_move_to_the_sessions_clock():
    watch, belt, _ = together(clock_s=40.0)
    first = (belt.start - watch.start).total_seconds() - 40.0
    told = replace(
        belt,
        texts=(Text(Place.LAP_NOTES, "back", 100.0, 130.0), Text(Place.TITLE, "Retro run")),
        laps=(Lap(0.0, 500.0, distance_m=900.0), Lap(500.0, 900.0)),
        beats=BeatSeries(np.array([1.0, 2.0]), np.array([0.5, 0.5])),
    )
    titled = replace(watch, texts=(Text(Place.TITLE, "retro RUN "),), laps=(), pauses=(Pause(200.0, 230.0),), timer_s=watch.timer_s - 30.0)
    both = combine([Part(titled), Part(told, -40.0)]).activity
    assert both.texts == (Text(Place.TITLE, "retro RUN "), Text(Place.LAP_NOTES, "back", 100.0 + first, 130.0 + first))
    assert [(lap.start_s, lap.end_s, lap.distance_m) for lap in both.laps] == [
        (first, 500.0 + first, 900.0),
        (500.0 + first, 900.0 + first, None),
    ]
    assert both.beats is not None
    np.testing.assert_allclose(both.beats.t_s, [1.0 + first, 2.0 + first])
    assert both.pauses == titled.pauses
    assert both.elapsed_s - both.timer_s == 30.0


def test_a_watchs_lap_lengths_are_not_taken_beside_a_belt():
    watch, belt, _ = together()
    lapped = replace(watch, laps=(Lap(0.0, 600.0, distance_m=1500.0), Lap(600.0, 900.0, distance_m=700.0)))
    both = combine([Part(lapped), Part(belt, -40.0)]).activity
    assert [(lap.start_s, lap.distance_m) for lap in both.laps] == [(0.0, None), (600.0, None)]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_combined_is_a_sound_recording_for_any_shift(seed):
    rng = random.Random(seed)
    pair = watch_and_belt(seed, heart="strap", has_cadence=True)
    for shift_s in (0.0, -0.4, 33.3, rng.uniform(-90, 90)):
        for parts in ([Part(pair.a), Part(pair.b, shift_s)], [Part(pair.b), Part(pair.a, -shift_s)]):
            both = combine(parts).activity
            assert (np.diff(both.t_s) > 0).all()
            assert both.t_s[-1] <= both.elapsed_s
            assert both.columns["speed_mps"].shape == both.t_s.shape
