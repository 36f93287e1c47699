"""Shapes of points: what a regular expression reads is what expat reads, and what it must not read it leaves to expat."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import ReadError
from importer.readers import gpx_document, tcx_document, xmlpass
from importer.readers.xmlpoints import PointColumns, Points
from importer.readers.xmlshapes import MOST_LESSONS, Shapes, shape_of
from importer.readers.xmlstream import stream
from tests.support.gpx_writer import Point, acceleration, garmin, gpx, heart_rate_track, track
from tests.support.tcx_writer import TcxLap, Trackpoint, activity, tcx

START = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
POINT = '<trkpt lat="49.5" lon="8">\n <ele>1</ele>\n <time>t</time>\n <x:hr>150</x:hr>\n</trkpt>'
#: slots of its elements in the order of their ends, and of the point itself
ENDED = [3, 0, 4, -1]


def points(n: int, *, first_s: int = 0, extras: str = garmin(hr=150, cad=84)) -> list[Point]:
    return [Point(49.0 + i * 1e-5, 8.0, START + timedelta(seconds=first_s + i), 100.0 + i, extras) for i in range(n)]


GPX = gpx(track([points(12) + points(8, first_s=12, extras=""), points(15, first_s=40, extras=garmin(hr=9))], name="n"))
TCX = tcx(
    activity(
        [
            TcxLap(
                START, 20.0, [[Trackpoint(START + timedelta(seconds=i), 49.0, 8.0, heart_rate_bpm=150, speed_mps=2.5) for i in range(20)]]
            )
            for _ in range(2)
        ],
        start=START,
    )
)
SHAKEN = gpx(
    heart_rate_track([(START, 99)])
    + track([points(12), points(8, first_s=12, extras=garmin(hr=9) + acceleration([(0, 0.1, 0.2, 1), (500, 0, 0, 1)]))], name="n")
)
DOCUMENTS = {
    "gpx": (GPX, gpx_document.VOCABULARY, gpx_document.Document),
    "shaken": (SHAKEN, gpx_document.VOCABULARY, gpx_document.Document),
    "tcx": (TCX, tcx_document.VOCABULARY, tcx_document.Document),
}


def read(data: bytes, kind: str) -> tuple[Points, object] | str:
    """Give points and document, or what refused it."""
    _, vocabulary, make = DOCUMENTS[kind]
    documents = []

    def make_sink() -> gpx_document.Document | tcx_document.Document:
        documents.append(make())
        return documents[-1]

    try:
        return stream(data, vocabulary, make_sink), documents[-1]
    except ReadError as error:
        return f"{error.code}: {error.message}"


def without_shapes(data: bytes, kind: str) -> tuple[Points, object] | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xmlpass, "MOST_MISSES", 0)
        return read(data, kind)


def told(found: tuple[Points, object] | str) -> object:
    """Give all that a reading says, comparable."""
    if isinstance(found, str):
        return found
    read_points, document = found
    columns = [column.tolist() for column in (read_points.t_unix_s, read_points.zone_s, *read_points.columns)]
    return repr(columns), str(read_points.damage), read_points.notes, document


def n_by_shape(data: bytes, kind: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Give the number of points that were read by their shape."""
    added: list[int] = []
    add = PointColumns.add

    def count(self: PointColumns, n: int, texts: dict[int, list[str]]) -> None:
        added.append(n)
        add(self, n, texts)

    with monkeypatch.context() as patch:
        patch.setattr(PointColumns, "add", count)
        assert told(read(data, kind)) == told(without_shapes(data, kind))
    return sum(added)


def test_all_points_but_the_first_of_each_shape_and_track_are_read_by_their_shape(monkeypatch: pytest.MonkeyPatch):
    assert n_by_shape(GPX, "gpx", monkeypatch) == 35 - 3
    assert n_by_shape(TCX, "tcx", monkeypatch) == 40 - 2


MARKUP = [
    b"<trkpt", b"</trkpt>", b"</trk>", b"<trk>", b"NaN", b"&", b"&#53;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"_", b"\xc3\xa9", b"\xff",
    b"\x01", b' xmlns="u"', b' xmlns:gpxtpx="u"', b"<hr>", b"</hr>", b"<hr/>", b"<Trackpoint>", b"</Trackpoint>", b"<Time>", b"</Time>",
    b'<accel x="1" y="2" z="3"/>', b"</accel>", b'"', b"'", b" ", b"\t", b"\r\n", b">", b"<", b"<x/>",
    b"<x>", b"</x>", b'lat="1"', b"<?pi?>", b"<time/>", b"",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(DOCUMENTS)), st.data())
def test_shapes_never_change_what_is_read(kind: str, data: st.DataObject):
    mutated = bytearray(DOCUMENTS[kind][0])
    for _ in range(data.draw(st.integers(1, 4))):
        start, source = data.draw(st.integers(0, len(mutated))), data.draw(st.integers(0, len(mutated)))
        piece = bytes(mutated[source : source + data.draw(st.integers(1, 300))])
        mutated[start : start + data.draw(st.integers(0, 12))] = data.draw(st.sampled_from([*MARKUP, piece]))
    assert told(read(bytes(mutated), kind)) == told(without_shapes(bytes(mutated), kind))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<ele>105.0<", b"<ele>1<!-- x -->05.0<"),
        (b"<ele>105.0<", b"<ele><![CDATA[105.0]]><"),
        (b"<ele>105.0<", b"<ele>&#49;05.0<"),
        (b"<ele>105.0<", b"<ele>1_05<"),
        (b"<ele>105.0<", b"<ele>\r\n105.0<"),
        (b"<ele>105.0<", b"x<ele>105.0<"),
        (b"<ele>105.0<", b"<!-- <trkpt> --><ele>105.0<"),
        (b"<ele>105.0</ele>", b"<ele>105.0</ele><ele>7</ele>"),
        (b"<ele>105.0</ele>", b"<ele/>"),
        (b"<ele>105.0</ele>", b"<ele>105.0<b/></ele>"),
        (b"<ele>105.0</ele>", b"<name>caf\xc3\xa9</name><ele>105.0</ele>"),
        (b"<ele>105.0<", b"<ele>105.0\x0b<"),
        (b"<ele>105.0<", b"<ele>105.0 ]]><"),
        (b'lat="49.0000500"', b'lat="49.0000500" lat="1"'),
        (b'lat="49.0000500"', b"lat='49.0000500'"),
    ],
)
def test_a_point_that_is_unlike_the_others_is_left_to_expat(old: bytes, new: bytes):
    assert old in GPX
    changed = GPX.replace(old, new)
    assert told(read(changed, "gpx")) == told(without_shapes(changed, "gpx"))


def test_a_prefix_that_means_something_else_in_the_next_track_is_not_taken_for_the_same():
    point = '<trkpt lat="1" lon="2"><time>2026-05-03T06:12:00Z</time><p:heading>190</p:heading></trkpt>'
    tracks = "".join(
        f'<trk xmlns:p="{space}"><trkseg>{point * 3}</trkseg></trk>' for space in ("https://osmand.net", "https://other.example")
    )
    found = read(gpx(tracks), "gpx")
    assert not isinstance(found, str)
    heading = found[0].columns[gpx_document.CHANNEL_ORDER.index("heading_deg")]
    assert heading[:3].tolist() == [190.0] * 3
    assert np.isnan(heading[3:]).all()


def test_points_in_a_comment_are_no_points(monkeypatch: pytest.MonkeyPatch):
    whole = GPX.replace(b"</trkseg>", b"<!--" + GPX[GPX.index(b"<trkpt") : GPX.index(b"</trkseg>")] + b"--></trkseg>", 1)
    assert n_by_shape(whole, "gpx", monkeypatch) < 35
    found = read(whole, "gpx")
    assert not isinstance(found, str)
    assert len(found[0]) == 35


def test_damage_is_told_by_the_bytes_of_the_file_and_not_of_what_expat_saw():
    at = GPX.rindex(b"<trkpt")
    broken = GPX[:at] + b"<<" + GPX[at:]
    found = read(broken, "gpx")
    assert not isinstance(found, str)
    assert found[0].damage is not None
    assert found[0].damage.offset == at + 1
    assert len(found[0]) == 34


def test_an_encoding_that_need_not_be_based_on_ascii_is_left_to_expat(monkeypatch: pytest.MonkeyPatch):
    assert n_by_shape(GPX.replace(b"UTF-8", b"cp437"), "gpx", monkeypatch) == 0
    assert n_by_shape(GPX.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "gpx", monkeypatch) == 0
    assert n_by_shape(GPX.replace(b"UTF-8", b"ISO-8859-1"), "gpx", monkeypatch) == 32


def test_learning_that_never_pays_ends():
    different = "".join(f'<trkpt lat="1" lon="2"><time>2026-05-03T06:12:00Z</time><x{i}>1</x{i}></trkpt>' for i in range(500))
    found = read(gpx(f"<trk><trkseg>{different}</trkseg></trk>"), "gpx")
    assert not isinstance(found, str)
    assert len(found[0]) == 500
    shapes = Shapes(("lat", "lon"))
    for _ in range(MOST_LESSONS):
        assert shapes.is_worthwhile
        shapes.learn(POINT.encode(), ENDED)
    assert not shapes.is_worthwhile


def test_a_shape_has_a_hole_for_each_value_and_its_own_blanks_between_tags():
    shape = shape_of(POINT, ENDED, ("lat", "lon"))
    assert shape is not None
    assert shape.slots == (1, 2, 3, 0, 4)
    shapes = Shapes(("lat", "lon"))
    shapes.learn(POINT.encode(), ENDED)
    columns = PointColumns(5)
    more = b' \t<trkpt lat="1" lon="2">\n <ele>3</ele>\n <time>2026-05-03T06:12:00Z</time>\n <x:hr> 4 </x:hr>\n</trkpt>'
    other = more.replace(b"</ele>\n ", b"</ele>\n\t")
    assert shapes.read(b"?" + more + more + other + b"<wpt/>", 1, columns) == 1 + 2 * len(more)
    t_unix_s, zone_s, values = columns.finish()
    assert t_unix_s.tolist() == [START.timestamp()] * 2
    assert zone_s.tolist() == [0.0] * 2
    assert [column.tolist() for column in values] == [[1.0] * 2, [2.0] * 2, [3.0] * 2, [4.0] * 2]


@pytest.mark.parametrize(
    "raw",
    [
        POINT.replace("<ele>1</ele>", "<ele>1</ele><ele>2</ele>"),
        POINT.replace("<ele>1</ele>", "<ele/>"),
        POINT.replace("1</ele>", "<b></b>1</ele>"),
        POINT.replace("</ele>", "</ele> x"),
        POINT.replace("<ele>", "<!-- c --><ele>"),
        POINT.replace("<ele>", "x <ele>"),
        POINT[:-8],
        POINT + "</trkseg>",
    ],
)
def test_an_odd_point_has_no_shape(raw: str):
    ended = {"<ele>2": [3, 3, 0, 4, -1], "<b>": [-2, 3, 0, 4, -1]}
    slots = next((slots for mark, slots in ended.items() if mark in raw), ENDED)
    assert shape_of(raw, slots, ("lat", "lon")) is None
