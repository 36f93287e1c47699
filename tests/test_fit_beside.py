"""All that may stand beside a FIT file's samples at once, the named columns that sensors and beats are kept as, and broken files."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz import child, fit_mutator
from fuzz.seeds import chance
from importer.readers.reference import compare, read_fit_reference
from importer.values.sensors import SensorKind, SensorSeries, from_streams, to_streams
from tests.support.fit_beside import beside_file
from tests.test_fit_activity import only


def test_a_file_with_everything_beside_its_samples_is_read_alike_by_both_readers():
    activity = only(beside_file())
    assert [(s.kind.value, s.unit, len(s), s.t_s[0]) for s in activity.sensors] == [
        ("accelerometer", "g", 48, 0.003),
        ("gyroscope", "dps", 48, 0.007),
        ("magnetometer", "counts", 12, 0.0),
    ]
    assert len(activity.beats) == 24
    assert [(s.start_s, s.end_s, s.kind) for s in activity.splits] == [
        (0.0, 8.0, "rwd_run"),
        (2.0, 7.5, "active sled"),
        (8.0, 12.0, "rwd_walk"),
    ]
    assert activity.columns["course_deg"].tolist() == [90.0] * 12
    assert activity.counts == {}
    assert [field for field in compare((activity,), read_fit_reference(beside_file())) if field.first_difference] == []


def test_mutated_sensors_beats_and_splits_give_activities_or_a_read_error():
    seeds = [fit_mutator.parse(beside_file())]
    outcomes: Counter[str] = Counter()
    for index in range(1500):
        code, trace = child.outcome(fit_mutator.mutate(chance(5, "fit", index), seeds))
        assert trace == "", f"input {index} of seed 5"
        outcomes[code] += 1
    assert outcomes["activities"] > 500


FLOATS = st.floats(-1e6, 1e6) | st.just(float("nan"))


@given(
    st.lists(st.integers(0, 10**7), max_size=20),
    st.sampled_from(list(SensorKind)),
    st.booleans(),
    st.lists(st.tuples(FLOATS, FLOATS, FLOATS), min_size=20, max_size=20),
)
@settings(max_examples=50, deadline=None)
def test_streams_give_back_the_series_they_were_made_of(times, kind, is_counts, values):
    units = {"accelerometer": "g", "gyroscope": "dps", "magnetometer": "gauss"}
    t_s = np.sort(np.array(times, dtype=np.float64)) / 1000
    axes = np.array(values, dtype=np.float64).T[:, : len(t_s)]
    before = SensorSeries(kind, "counts" if is_counts else units[kind], t_s, *axes)
    (after,), beats = from_streams({"speed_mps": np.zeros(3), **to_streams((before,), None)})
    assert (after.kind, after.unit, beats) == (before.kind, before.unit, None)
    for name in ("t_s", "x", "y", "z"):
        assert getattr(after, name).tobytes() == getattr(before, name).tobytes()


@pytest.mark.parametrize("lost", ["accelerometer.t_s", "accelerometer.y_g", "beat.interval_s"])
def test_streams_of_which_one_is_lost_are_refused(lost):
    streams = {name: np.zeros(2) for name in ("accelerometer.t_s", "accelerometer.x_g", "accelerometer.y_g", "accelerometer.z_g")}
    streams |= {"beat.t_s": np.zeros(2), "beat.interval_s": np.zeros(2)}
    del streams[lost]
    with pytest.raises(ValueError, match="column"):
        from_streams(streams)
