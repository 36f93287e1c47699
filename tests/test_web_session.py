"""One session on a page and in a picture: what is drawn is what was recorded."""

from __future__ import annotations

import base64
import json
import math
import re
import struct
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.detect.features import add_features
from importer.detect.resample import resample
from importer.detect.tagging import tag
from importer.reports.questions.facts import Units
from importer.reports.web import ground, library, palette
from importer.reports.web.samples import SIGNALS, drawn, packed, points, way_points
from importer.reports.web.session_picture import picture
from importer.reports.web.session_view import session_block
from importer.reports.web.timeline import templates, times
from importer.store import SourceInfo, open_store
from importer.values.session import Basis, Direction, Segment, Standing
from tests.support.activities import run
from tests.support.databases import NOW, activity
from tests.support.program import SAMPLES, retro
from tests.support.runner import Block


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    """Give a database of all sample files."""
    url = f"sqlite:///{tmp_path_factory.mktemp('web')}/a.db"
    assert retro("import", SAMPLES, "--db", url).returncode == 0
    return url


@pytest.fixture
def store(db):
    with open_store(db, create=False, read_only=True) as store:
        yield store


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=12).filter(lambda lengths: sum(lengths) >= 20), st.integers(0, 3))
def test_a_cell_is_the_mean_of_its_seconds_and_never_lies_across_a_border(lengths, seed):
    activity = run([Block(sum(lengths), 2.5)], seed=seed)
    edges = np.cumsum([0, *lengths]).clip(max=activity.elapsed_s).tolist()
    segments = [
        Segment(start_s=a, end_s=b, direction=Direction.UNKNOWN, basis=Basis.NONE, standing=Standing.ACCEPTED)
        for a, b in pairwise(edges)
        if a < b
    ]
    seen = drawn(activity, segments)  # type: ignore[arg-type] # segments have all that is drawn of stored ones
    grid = add_features(resample(activity), activity)
    at = 0
    for (start_s, end_s, _, n_cells), segment in zip(seen.spans, segments, strict=True):
        assert (start_s, end_s) == (segment.start_s, segment.end_s)
        for i in range(n_cells):
            first, last = (int(start_s + (end_s - start_s) * k / n_cells + 1e-6) for k in (i, i + 1))
            rows = grid["cadence_7s_spm"][first : max(last, first + 1)]
            known = rows[~np.isnan(rows)]
            expected = known.mean() if len(known) else math.nan
            assert seen.signals["cadence"][at] == pytest.approx(expected, nan_ok=True)
            at += 1
    assert at == len(seen.signals["cadence"])


def unpacked(text, kind):
    return np.frombuffer(base64.b64decode(text), kind)


def test_what_is_packed_is_what_is_drawn_to_a_step_of_its_byte(store):
    for session in store.sessions():
        block = session_block(store, session.id, units=Units.METRIC)
        assert block.data is not None
        assert len(json.dumps(block.data, separators=(",", ":"))) <= 3000
        record = store.session(session.id)
        seen = drawn(store.load_activity(session.id), record.segments)
        again = packed(seen)
        assert again == block.data
        for name, one in again["signals"].items():
            codes, (_, low, step) = unpacked(one["bytes"], np.uint8), SIGNALS[name]
            assert np.array_equal(codes == 255, np.isnan(seen.signals[name]))
            told = ~np.isnan(seen.signals[name])
            assert (low + step * codes[told]) == pytest.approx(seen.signals[name][told], abs=0.51 * step)
        assert sum(span[3] for span in again["spans"]) == len(points(seen))


def test_the_way_is_as_long_as_what_was_run_and_its_parts_are_joined(store):
    (session,) = [one for one in store.sessions() if one.path.endswith("outdoor-repetitions.fit")]
    record = store.session(session.id)
    seen = drawn(store.load_activity(session.id), record.segments)
    rows = way_points(seen)
    steps = [math.dist((a["east"], a["north"]), (b["east"], b["north"])) for a, b in pairwise(rows)]
    # points of the way cut its bends: a little shorter, never longer
    assert 0.9 * present_m(record.distance_m) < sum(steps) < 1.01 * present_m(record.distance_m)
    borders = [(a, b) for a, b in pairwise(rows) if a["part"] != b["part"]]
    assert borders != []
    assert all((a["east"], a["north"]) == (b["east"], b["north"]) and a["what"] != b["what"] for a, b in borders)
    packed_way = packed(seen)["way"]
    east = unpacked(packed_way["east"], "<i2") * packed_way["step"]
    assert seen.way is not None
    assert east == pytest.approx(seen.way[1], abs=0.51 * packed_way["step"])


def present_m(metres):
    assert metres is not None
    return metres


def test_every_bout_stands_in_the_table_with_its_evidence(store):
    (session,) = [one for one in store.sessions() if one.path.endswith("workout-steps.fit")]
    block = session_block(store, session.id, units=Units.METRIC)
    record = store.session(session.id)
    backward = [one for one in record.segments if one.direction == "backward"]
    assert block.html.count("repetition ") >= len(backward) == 4
    assert "workout step" in block.html
    assert "All 9 stretches" not in block.html
    assert block.html.count("Laps of the device") == (2 if record.laps else 0)
    whole = session_block(store, session.id, units=Units.IMPERIAL, is_whole=True).html
    assert (f"All {len(record.segments)} stretches" in whole, "/mi" in whole, "/km" in whole) == (True, True, False)


def test_hostile_names_stay_text(tmp_path):
    evil = tmp_path / "<script>alert(1)<" / "x'\"&.fit"
    evil.parent.mkdir()
    evil.write_bytes((SAMPLES / "workout-steps.fit").read_bytes())
    url = f"sqlite:///{tmp_path}/a.db"
    assert retro("import", evil, "--db", url, "--athlete", "</script><b>Bo").returncode == 0
    with open_store(url, create=False, read_only=True) as store:
        html = session_block(store, 1, units=Units.METRIC, is_whole=True).html
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;/script&gt;&lt;b&gt;Bo" in html


def test_a_session_with_damaged_samples_has_tables_and_says_why_there_is_no_figure(tmp_path):
    url = f"sqlite:///{tmp_path}/a.db"
    retro("import", SAMPLES / "workout-steps.fit", "--db", url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE stream SET data = zeroblob(length(data))"))
    engine.dispose()
    with open_store(url, create=False, read_only=True) as store:
        block = session_block(store, 1, units=Units.METRIC)
    assert block.data is None
    assert "No figures: " in block.html
    assert "Backward bouts" in block.html


@pytest.mark.parametrize(
    ("length_s", "marks"),
    [
        (5, [0]),
        (85, list(range(0, 90, 10))),
        (95, [0, 30, 60, 90]),
        (1600, [0, 300, 600, 900, 1200, 1500]),
        (200_000, [0, 43_200, 86_400, 129_600, 172_800]),
    ],
)
def test_the_axis_of_time_has_round_marks_and_few(length_s, marks):
    assert times(length_s) == marks


def test_a_picture_is_a_png_of_the_sessions_figures(store, db, tmp_path):
    pytest.importorskip("vl_convert")
    (session,) = [one for one in store.sessions() if one.path.endswith("hill-repeats.fit")]
    path = tmp_path / "s.png"
    done = retro("show", str(session.id), "-o", path, "--db", db)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert (width > 1200, height > 700) == (True, True)
    record = store.session(session.id)
    spec = picture(record, drawn(store.load_activity(session.id), record.segments), units=Units.METRIC)
    assert len(spec["vconcat"]) == 5  # pace, cadence, heart rate, grade, the way
    assert retro("show", "99", "--format", "png", "-o", path, "--db", db).returncode != 0
    assert retro("show", str(session.id), "--format", "png", "-o", tmp_path / "no" / "s.png", "--db", db).returncode == 2
    assert path.read_bytes() == data


def test_what_is_only_suggested_is_hatched_in_a_picture():
    pytest.importorskip("vl_convert")

    def square(fill):
        spec = {"$schema": library.SCHEMA, "data": {"values": [{}]}, "mark": {"type": "square", "size": 4000, "fill": fill}}
        return library.png(palette.painted(spec, palette.LIGHT))

    hatched, plain, empty = (square(fill) for fill in (palette.ROLE + palette.HATCH, f"{palette.ROLE}suggested", None))
    assert len({hatched, plain, empty}) == 3


@pytest.mark.parametrize(("units", "metres"), [(Units.METRIC, {"m": 1.0, "km": 1000.0}), (Units.IMPERIAL, {"yd": 0.9144, "mi": 1609.344})])
@pytest.mark.parametrize("side_m", [30.0, 400.0, 30_000.0])
def test_the_scale_bar_is_as_long_as_it_says(units, metres, side_m):
    pytest.importorskip("vl_convert")
    corners = ((0, 0), (1, 0), (1, 1), (0, 1))
    rows = [
        {"t": float(i), "east": (x - 0.5) * side_m, "north": (y - 0.5) * side_m, "what": "forward", "part": 0}
        for i, (x, y) in enumerate(corners)
    ]
    spec = ground.fitted(ground.way(units), rows, whats={"forward"}, room=600)
    assert (spec["width"], spec["height"]) == (420, 420 + ground.SIZES["foot"])
    drawing = library.svg(palette.painted(spec, palette.LIGHT))
    words = next(one for one in re.findall(r">([^<]+)</text>", drawing) if one.split()[-1] in metres)
    (length_px,) = (abs(float(one)) for one in re.findall(r'<line [^>]*x2="([-\d.]+)"[^>]*stroke-width="3"', drawing))
    number, unit = words.split()
    assert length_px * side_m / 420 == pytest.approx(float(number) * metres[unit], rel=1e-6)
    assert 0.39 * 150 < length_px <= 150


def test_a_session_of_which_nothing_was_measured_has_a_page_and_no_picture(tmp_path):
    pytest.importorskip("vl_convert")
    url = f"sqlite:///{tmp_path}/a.db"
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        bare = activity(n=60)
        bare = replace(bare, columns={})
        store.save(
            SourceInfo(path="a.fit", sha256="a" * 64, size_bytes=1, format="fit"), [tag(bare)], batch_id=batch, athlete="me", now=NOW
        )
    path = tmp_path / "s.png"
    done = retro("show", "1", "-o", path, "--db", url)
    assert (done.returncode, "session 1: nothing to draw" in done.stderr, path.exists()) == (2, True, False)
    assert retro("show", "1", "-o", tmp_path / "s.html", "--db", url).returncode == 0


def test_a_session_without_position_and_heart_rate_is_drawn_all_the_same(store):
    pytest.importorskip("vl_convert")
    (session,) = [one for one in store.sessions() if one.path.endswith("treadmill-belt-blocks.fit")]
    record = store.session(session.id)
    activity = store.load_activity(session.id)
    poor = activity.__class__(
        **{
            name: getattr(activity, name)
            for name in activity.__dataclass_fields__
            if name not in ("columns", "start") and activity.__dataclass_fields__[name].init
        },
        columns={"cadence_spm": activity.columns["cadence_spm"]},
        start=activity.start + timedelta(0),
    )
    seen = drawn(poor, record.segments)
    assert (set(seen.signals), seen.way) == ({"cadence"}, None)
    spec = picture(record, seen, units=Units.METRIC)
    assert len(spec["vconcat"]) == 1
    assert library.svg({**json.loads(json.dumps(spec).replace("role:", "#00"))}).startswith("<svg")


def test_the_templates_name_every_signal_once(store):
    parts = templates(Units.METRIC)
    assert list(parts["timeline"]) == list(SIGNALS)
    json.dumps(parts, allow_nan=False)
