"""A session of one sample: it has no length and so no stretch. Every export of it is written, or refused plainly."""

from __future__ import annotations

import json

import numpy as np
import pytest

import importer
from importer.errors import UsageError
from importer.exports.content import SECOND, content
from importer.exports.dataset import write_dataset
from importer.exports.fit import fit_bytes
from importer.exports.samples import TAGS, tag_columns
from importer.exports.session import export_session
from importer.readers.registry import read_activities
from importer.store import open_store
from tests.support import exported
from tests.support.program import objects, retro


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    """Give a database with that session alone."""
    folder = tmp_path_factory.mktemp("short")
    (folder / "one.fit").write_bytes(fit_bytes(content(exported.activity([0.0]), (), tick_s=SECOND)))
    url = f"sqlite:///{folder}/a.db"
    (told,) = objects(retro("import", folder / "one.fit", "--db", url, "--json"))
    assert (told["sessions"][0]["elapsed_s"], told["sessions"][0]["segments"]) == (0.0, [])
    return url


def test_without_a_segment_nothing_is_known_of_a_moment():
    found = tag_columns(np.array([0.0, 1.0]), [], ("segment_id", *TAGS))

    assert found.keys() == {"segment_id", *TAGS}
    assert np.isnan(found["segment_id"]).all()
    assert np.isnan(found["confidence"]).all()
    assert {name: found[name].tolist() for name in TAGS[:-1]} == {name: [None, None] for name in TAGS[:-1]}


def test_its_sample_is_there_without_tags(db):
    with importer.open(db) as diary:
        columns = diary.samples(1)

    assert columns["heart_rate_bpm"].tolist() == [140.0]
    assert columns["direction"].tolist() == [None]
    assert np.isnan(columns["confidence"]).all()


@pytest.mark.parametrize("name", ["csv", "json", "fit"])
def test_it_is_written_where_the_format_can_hold_it(db, name):
    with open_store(db, create=False, read_only=True) as store:
        data = export_session(store, 1, name).data
    if name == "csv":
        head, row = data.decode().splitlines()
        assert dict(zip(head.split(","), row.split(","), strict=True))["direction"] == ""
    elif name == "json":
        (row,) = json.loads(data)
        assert (row["heart_rate_bpm"], row["direction"], row["confidence"]) == (140.0, None, None)
    else:
        (again,) = read_activities(data, strict=True)
        assert (again.t_s.tolist(), again.elapsed_s) == ([0.0], 0.0)


@pytest.mark.parametrize(("name", "sentence"), [("tcx", "without a lap"), ("gpx", "found 1 to export")])
def test_it_is_refused_where_the_format_cannot(db, name, sentence):
    with open_store(db, create=False, read_only=True) as store, pytest.raises(UsageError, match=sentence):
        export_session(store, 1, name)


def test_a_dataset_has_its_sample_too(db, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    with open_store(db, create=False, read_only=True) as store:
        write_dataset(store, tmp_path / "runs")
    (path,) = (tmp_path / "runs" / "samples").rglob("*.parquet")
    (row,) = parquet.ParquetFile(path).read().to_pylist()

    assert row["time_utc"] == exported.START
    assert (row["heart_rate_bpm"], row["segment_id"], row["direction"], row["confidence"]) == (140.0, None, None, None)
