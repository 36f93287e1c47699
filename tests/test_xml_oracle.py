"""GPX and TCX against an independent reading with lxml: every value of every recording; skipped where lxml is absent."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from importer.errors import ReadError
from importer.readers.gpx import read_gpx
from importer.readers.tcx import read_tcx
from tests.support.gpx_writer import Point, garmin, gpx, track
from tests.support.xml_oracle import compare

pytest.importorskip("lxml.etree")

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)


def generated(n: int = 30) -> bytes:
    points = [
        Point(49.0 + i * 1e-5, 8.0, START + timedelta(seconds=i), 100.0 + i, garmin(hr=100 + i, cad=80 + i % 5, speed=2.5))
        for i in range(n)
    ]
    return gpx(track([points]), creator="Garmin Connect")


def test_a_difference_of_a_single_value_is_found():
    data = generated()
    sound = compare(data, read_gpx(data))
    assert sound is not None
    assert (sound.differences, sound.equal["heart_rate_bpm"], sound.equal["speed_mps"]) == ([], 30, 30)
    changed = compare(data.replace(b"hr>107<", b"hr>108<"), read_gpx(data))
    assert changed is not None
    assert len(changed.differences) == 1
    assert "heart_rate_bpm: 107.0 against 108.0" in changed.differences[0]


@pytest.mark.corpus
def test_every_gpx_and_tcx_of_the_corpus_reads_as_lxml_reads_it(corpus: Path):
    equal: Counter[str] = Counter()
    differing: dict[str, list[str]] = {}
    n_files = 0
    for path in sorted(path for path in corpus.rglob("*") if path.suffix.lower() in (".gpx", ".tcx")):
        data = path.read_bytes()
        try:
            activities = read_gpx(data) if path.suffix.lower() == ".gpx" else read_tcx(data)
        except ReadError:
            continue
        found = compare(data, activities)
        assert found is not None, path
        n_files += 1
        equal.update(found.equal)
        if found.differences:
            differing[path.name] = found.differences
    assert differing == {}
    assert n_files >= 68
    assert {channel for channel, n in equal.items() if n >= 1000} == {
        "time", "latitude_deg", "longitude_deg", "altitude_m", "heart_rate_bpm", "cadence_spm", "speed_mps", "distance_m",
    }  # fmt: skip
