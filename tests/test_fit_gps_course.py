"""The course over ground of `gps_metadata`, put to the records that have none."""

import numpy as np
import pytest

from importer.readers.fit import read_fit
from importer.readers.reference import compare, read_fit_reference
from tests.support.fit_writer import FitWriter
from tests.test_fit_activity import T0, file_id, only, records, session


def run(*odd, length=20):
    writer = FitWriter()
    file_id(writer)
    records(writer, length)
    for values in odd:
        writer.message("gps_metadata", **{"timestamp": T0, **values})
    session(writer, length=float(length))
    return writer.to_bytes()


def course(*odd):
    return only(run(*odd)).columns.get("course_deg", np.full(20, np.nan))


@pytest.mark.parametrize(
    ("east", "north", "degrees"),
    [(0.0, 2.0, 0.0), (2.0, 0.0, 90.0), (0.0, -2.0, 180.0), (-2.0, 0.0, 270.0), (-1.5, 1.5, 315.0)],
)
def test_a_velocity_gives_the_direction_it_has_from_north_clockwise(east, north, degrees):
    assert course({"velocity": (east, north, 0.3)})[0] == pytest.approx(degrees)


def test_a_heading_counts_before_a_velocity_and_a_standstill_has_no_direction():
    assert course({"heading": 12.34, "velocity": (2.0, 0.0, 0.0)})[0] == pytest.approx(12.34)
    assert np.isnan(course({"velocity": (0.3, 0.3, 0.0)})).all()
    assert np.isnan(course({"enhanced_speed": 2.5})).all()


def test_a_record_takes_the_message_nearest_to_it_at_most_a_second_away():
    found = course(
        {"timestamp": T0 + 4, "timestamp_ms": 400, "heading": 10.0},
        {"timestamp": T0 + 4, "timestamp_ms": 700, "heading": 20.0},
        {"timestamp": T0 + 10, "heading": 30.0},
    )
    assert found[4:7].tolist() == pytest.approx([10.0, 20.0, np.nan], nan_ok=True)
    assert found[8:13].tolist() == pytest.approx([np.nan, 30.0, 30.0, 30.0, np.nan], nan_ok=True)
    assert int(np.count_nonzero(~np.isnan(found))) == 5


def test_messages_in_any_order_and_shape_give_the_same_in_both_readers():
    data = run(
        *({"timestamp": T0 + t, "heading": 10.0 * t} for t in range(19, 0, -3)),
        *({"timestamp": T0 + t, "velocity": (float(t), 1.0, 0.0)} for t in range(0, 20, 4)),
        *({"timestamp": T0 + t, "heading": None, "velocity": (-2.0, 1.0, 0.0)} for t in (2, 3)),
    )
    found = {field.name: field for field in compare(read_fit(data), read_fit_reference(data))}
    assert [field for field in found.values() if field.first_difference] == []
    assert found["course_deg"].n_total == 20
    assert int(np.count_nonzero(~np.isnan(course_of(data)))) == 20


def course_of(data):
    return only(data).columns["course_deg"]
