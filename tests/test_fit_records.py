"""Columns of one kind of message, whatever definitions it was written with: compared with the same messages row by row."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.readers.fit import profile
from importer.readers.fit.integrity import Integrity
from importer.readers.fit.layout import LARGEST, NATIVE
from importer.readers.fit.records import developer_columns, native_columns
from importer.readers.fit.wire import read_links
from tests.support.fit_writer import BASE_TYPES, Developer, FitWriter
from tests.support.processes import files, in_processes
from tests.test_fit_activity import describe

T0 = 1_000_000_000
RECORD = 20


def record_columns(writer, wanted=None):
    (link,) = read_links(writer.to_bytes())
    return native_columns(link.of(RECORD), wanted)


def number_of(value):
    """The first number of a field that is there, as a column gives it; None for a text and for what is missing."""
    if isinstance(value, tuple):
        value = next((one for one in value if one is not None and abs(one) < LARGEST), None)
    return value if isinstance(value, int | float) and abs(value) < LARGEST else None


def differences(link, number):
    """Compare all columns of a message with its rows, decoded one by one."""
    groups = link.of(number)
    fields = profile.message(number).fields
    columns = dict(native_columns(groups))
    told = dict(developer_columns(groups))
    rows = sorted((position, row, group) for group in groups for position, row in zip(group.positions.tolist(), group.rows(), strict=True))
    n = 0
    found = []
    for i, (_, row, group) in enumerate(rows):
        for (index, field_number), value in row.items():
            raw = number_of(value)
            if index == NATIVE:
                known = fields.get(field_number)
                name, column = field_number, columns.get(f"unknown_{field_number}" if known is None else known.name)
                expected = raw if raw is None or known is None else raw / known.scale - known.offset
            else:
                described = group.developer[index, field_number]
                name, column = described.name, told.get(described)
                expected = None if raw is None else raw / described.scale - described.offset
            if expected is None:
                continue
            n += 1
            if column is None or column[i] != expected:
                found.append(f"message {number}, {i}, field {name}: {None if column is None else column[i]} against {expected}")
    return n, found


def test_messages_of_two_definitions_stand_in_the_files_order():
    writer = FitWriter()
    for i in range(7):
        values = {"timestamp": T0 + i, "heart_rate": 100 + i} if i % 3 else {"heart_rate": 100 + i, "timestamp": T0 + i, "speed": i / 2}
        writer.message_with("record", values)
    columns = record_columns(writer)
    assert columns["timestamp"].tolist() == [T0 + i for i in range(7)]
    assert columns["heart_rate"].tolist() == [100.0 + i for i in range(7)]
    np.testing.assert_array_equal(columns["speed"], [0.0, np.nan, np.nan, 1.5, np.nan, np.nan, 3.0])


def test_definitions_of_other_types_and_byte_orders_give_one_column():
    writer = FitWriter()
    writer.define(0, RECORD, [(6, 2, "uint16")])
    writer.define(1, RECORD, [(6, 2, "uint16")], big_endian=True)
    writer.define(2, RECORD, [(6, 4, "uint32")])
    for local, payload in ((0, (1500).to_bytes(2, "little")), (1, (2500).to_bytes(2, "big")), (2, (70_000).to_bytes(4, "little"))):
        writer.data(local, payload)
    assert record_columns(writer)["speed"].tolist() == [1.5, 2.5, 70.0]


def test_of_a_field_that_a_definition_names_twice_the_first_value_that_is_there_counts():
    writer = FitWriter()
    writer.define(0, RECORD, [(3, 1, "uint8"), (3, 1, "uint8")])
    writer.data(0, bytes([120, 121]))
    writer.data(0, bytes([0xFF, 122]))
    assert record_columns(writer)["heart_rate"].tolist() == [120.0, 122.0]
    writer.define(1, RECORD, [(4, 1, "uint8"), (3, 1, "uint8")])
    writer.data(1, bytes([80, 123]))
    assert record_columns(writer)["heart_rate"].tolist() == [120.0, 122.0, 123.0]


def test_fields_that_no_profile_has_are_named_by_their_number_and_given_only_when_all_are_asked_for():
    writer = FitWriter()
    writer.define(0, RECORD, [(3, 1, "uint8"), (201, 2, "uint16"), (202, 3, "string")])
    writer.data(0, bytes([120]) + (777).to_bytes(2, "little") + b"ab\0")
    columns = record_columns(writer)
    assert {name: column.tolist() for name, column in columns.items()} == {"heart_rate": [120.0], "unknown_201": [777.0]}
    assert list(record_columns(writer, {"heart_rate", "speed"})) == ["heart_rate"]


def test_who_asks_for_a_column_owns_it():
    writer = FitWriter()
    writer.message("record", timestamp=T0, heart_rate=120)
    columns = record_columns(writer)
    columns["heart_rate"][0] = 7.0
    assert columns["heart_rate"].tolist() == [120.0]


def test_columns_are_the_same_after_what_was_gathered_is_let_go():
    writer = FitWriter()
    for i in range(4):
        writer.message("record", timestamp=T0 + i, heart_rate=120 + i)
        writer.message("event", timestamp=T0 + i, event=0)
    columns = record_columns(writer)
    before = columns["heart_rate"].tolist()
    columns.forget()
    assert (before, columns["heart_rate"].tolist()) == ([120.0, 121.0, 122.0, 123.0],) * 2


def test_two_developer_fields_of_one_number_are_two_columns():
    writer = FitWriter()
    describe(writer, 0, 3, 0x84, "Ground Time", "Milliseconds")
    describe(writer, 1, 3, 0x84, "Impact", "G")
    writer.message_with("record", {"timestamp": T0}, developer={Developer(0, 3, "uint16"): 250, Developer(1, 3, "uint16"): 9})
    (link,) = read_links(writer.to_bytes())
    assert {field.name: column.tolist() for field, column in developer_columns(link.of(RECORD)).items()} == {
        "Ground Time": [250.0],
        "Impact": [9.0],
    }


def test_a_message_that_stands_in_the_place_of_the_checksum_is_kept():
    writer = FitWriter()
    for i in range(3):
        writer.message("record", timestamp=T0 + i, heart_rate=120 + i, speed=2.0 + i)
    whole = writer.to_bytes()[:-2]
    size_bytes = len(whole) - 14 - 2
    data = whole[:4] + size_bytes.to_bytes(4, "little") + whole[8:12] + b"\0\0" + whole[14:]
    (link,) = read_links(data)
    assert (link.integrity, link.n_messages) == (Integrity.TRUNCATED, 3)
    assert "without a checksum" in link.fault
    assert native_columns(link.of(RECORD))["speed"].tolist() == [2.0, 3.0, 4.0]


@st.composite
def odd_files(draw):
    """Messages of a few definitions in any order, some side by side, all types and sizes, any bytes."""
    writer = FitWriter()
    field = st.tuples(st.sampled_from([0, 2, 3, 6, 8, 53, 201]), st.integers(0, 12), st.sampled_from(sorted(BASE_TYPES)))
    definitions = draw(st.lists(st.tuples(st.lists(field, max_size=5), st.booleans()), min_size=1, max_size=4))
    for local, (fields, is_big) in enumerate(definitions):
        writer.define(local, RECORD, fields, big_endian=is_big)
    sizes = [sum(size for _, size, _ in fields) for fields, _ in definitions]
    for local in draw(st.lists(st.integers(0, len(definitions) - 1), min_size=1, max_size=12)):
        writer.data(local, draw(st.binary(min_size=sizes[local], max_size=sizes[local]) | st.just(b"\xff" * sizes[local])))
    return writer.to_bytes()


@settings(max_examples=300)
@given(odd_files())
def test_columns_equal_rows_whatever_the_definitions(data):
    (link,) = read_links(data)
    assert differences(link, RECORD)[1] == []


def of_file(path):
    n = 0
    found: list[str] = []
    for link in read_links(path.read_bytes()):
        for number in {group.layout.number for group in link.groups}:
            n_here, different = differences(link, number)
            n, found = n + n_here, found + different
    return n, found[:3]


@pytest.mark.corpus
def test_columns_equal_rows_in_every_message_of_the_corpus(corpus):
    results = in_processes(of_file, files(corpus, ".fit"))
    assert {path.name: found for path, (_, found) in results.items() if found} == {}
    assert sum(n for n, _ in results.values()) > 6_000_000
