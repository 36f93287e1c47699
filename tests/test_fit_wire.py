"""The FIT protocol, honest and hostile: every message where it stands, nothing but the program's own errors."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.errors import CorruptFileError, ReadError, TooLargeError, UnknownFormatError
from importer.readers.fit import walk, wire
from importer.readers.fit.integrity import Integrity
from importer.readers.fit.layout import NATIVE
from importer.readers.fit.wire import read_links, split_chain
from tests.support.fit_writer import Developer, FitWriter, crc16

T0 = 1_000_000_000
RECORD = 20


def rows(data, number=RECORD):
    """Every message of a number in file order, native fields by number."""
    found = []
    for link in read_links(data):
        for group in link.of(number):
            found += list(zip(group.positions.tolist(), group.rows(), strict=True))
    return [{key[1] if key[0] == NATIVE else key: value for key, value in row.items()} for _, row in sorted(found, key=lambda e: e[0])]


def columns(data, field):
    """One native field of all records of a one-definition file, as numpy decodes it."""
    (group,) = read_links(data)[0].of(RECORD)
    return group.column(next(f for f in group.layout.fields if f.key == (NATIVE, field)))


def simple(n=5, *, big_endian=False):
    writer = FitWriter(big_endian=big_endian)
    writer.message("file_id", type=4, manufacturer=1, product=2, serial_number=77, time_created=T0)
    for i in range(n):
        writer.message("record", timestamp=T0 + i, heart_rate=100 + i, distance=2.5 * i, position_lat=-(10**6) * i, temperature=-i)
    return writer


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("header", [{}, {"header_size": 12}, {"has_header_crc": False}])
def test_both_byte_orders_and_all_headers_give_the_same_values(big_endian, header):
    data = simple(big_endian=big_endian).to_bytes(**header)
    (link,) = read_links(data)
    assert (link.integrity, link.n_messages) == (Integrity.OK, 6)
    assert rows(data)[3] == {253: T0 + 3, 3: 103, 5: 750, 0: -3_000_000, 13: -3}
    assert columns(data, 0).tolist() == [0.0, -1e6, -2e6, -3e6, -4e6]


def test_invalid_values_are_missing_in_rows_and_columns_and_zero_is_a_value():
    writer = FitWriter()
    writer.message("record", timestamp=T0, heart_rate=None, distance=None, position_lat=None, temperature=None, speed=0.0)
    writer.message("record", timestamp=None, heart_rate=0, distance=0.0, position_lat=0, temperature=0, speed=None)
    data = writer.to_bytes()
    assert rows(data) == [{253: T0, 6: 0}, {3: 0, 5: 0, 0: 0, 13: 0}]
    np.testing.assert_array_equal(columns(data, 3), [np.nan, 0.0])
    np.testing.assert_array_equal(columns(data, 6), [0.0, np.nan])


def test_compressed_headers_carry_the_time_on_and_roll_over_every_32_seconds():
    writer = FitWriter()
    writer.define(0, RECORD, [(253, 4, "uint32"), (3, 1, "uint8")])
    writer.define(1, RECORD, [(3, 1, "uint8")])
    writer.data(0, struct.pack("<IB", T0, 100))  # T0 % 32 == 0
    for offset in (5, 30, 3, 3, 2):
        writer.compressed(1, offset, bytes([101]))
    assert T0 % 32 == 0
    groups = read_links(writer.to_bytes())[0].of(RECORD)
    times = sorted(np.concatenate([group.times for group in groups if group.times is not None]).tolist())
    assert times == [T0, T0 + 5, T0 + 30, T0 + 35, T0 + 35, T0 + 66]


def test_a_compressed_header_before_any_full_time_has_none():
    writer = FitWriter()
    writer.define(1, RECORD, [(3, 1, "uint8")])
    writer.compressed(1, 5, bytes([101]))
    (group,) = read_links(writer.to_bytes())[0].of(RECORD)
    assert group.times is not None
    assert np.isnan(group.times).all()


def test_the_first_of_two_fields_of_one_number_that_is_there_counts():
    writer = FitWriter()
    writer.define(0, RECORD, [(3, 1, "uint8"), (3, 1, "uint8")])
    writer.data(0, bytes([0xFF, 90]))
    writer.data(0, bytes([80, 90]))
    assert rows(writer.to_bytes()) == [{3: 90}, {3: 80}]


def test_a_size_that_is_no_multiple_of_its_type_is_bytes_and_leaves_its_neighbours_alone():
    writer = FitWriter()
    writer.define(0, RECORD, [(5, 3, "uint32"), (3, 1, "uint8"), (7, 1, "uint16")])
    writer.data(0, bytes([1, 2, 3, 90, 5]))
    data = writer.to_bytes()
    assert rows(data) == [{5: b"\x01\x02\x03", 3: 90, 7: 5}]
    assert np.isnan(columns(data, 5)).all()


def test_definitions_without_fields_and_fields_without_bytes_are_walked_over():
    writer = FitWriter()
    writer.define(0, RECORD, [])
    writer.data(0, b"")
    writer.define(1, RECORD, [(253, 0, "uint32"), (3, 1, "uint8"), (8, 0, "string")])
    writer.data(1, bytes([90]))
    writer.data(0, b"")
    (link,) = read_links(writer.to_bytes())
    assert link.integrity is Integrity.OK
    assert link.n_messages == 3
    assert rows(writer.to_bytes()) == [{}, {3: 90}, {}]


def test_a_local_type_may_be_redefined_at_any_time():
    writer = FitWriter()
    for i in range(50):
        writer.define(3, RECORD, [(3, 1, "uint8")] if i % 2 else [(4, 1, "uint8"), (5, 4, "uint32")])
        writer.data(3, bytes([i]) if i % 2 else bytes([i, 0, 0, 0, 0]))
    assert rows(writer.to_bytes()) == [{3: i} if i % 2 else {4: i, 5: 0} for i in range(50)]


def test_strings_end_at_the_zero_and_bad_utf8_is_replaced():
    writer = FitWriter()
    writer.define(0, 27, [(0, 8, "string"), (8, 4, "string")])
    writer.data(0, b"r\xc3\xbcck\0xx" + b"\xffabc")
    writer.data(0, b"12345678" + b"\0\0\0\0")
    assert rows(writer.to_bytes(), 27) == [{0: "rück", 8: "\ufffdabc"}, {0: "12345678"}]


def test_arrays_and_64_bit_numbers_keep_their_values():
    writer = FitWriter()
    writer.define(0, RECORD, [(17, 3, "uint8"), (200, 8, "uint64"), (201, 8, "sint64"), (202, 8, "float64"), (203, 4, "float32")])
    payload = bytes([1, 0xFF, 3]) + struct.pack("<Qqdf", 2**63 + 1, -5, 0.1, float("nan"))
    writer.data(0, payload)
    assert rows(writer.to_bytes()) == [{17: (1, None, 3), 200: 2**63 + 1, 201: -5, 202: 0.1}]
    assert columns(writer.to_bytes(), 17).tolist() == [1.0]


def test_an_array_gives_a_column_its_first_value_that_is_there():
    writer = FitWriter()
    writer.define(0, RECORD, [(17, 2, "uint8")])
    writer.data(0, bytes([0xFF, 7]))
    writer.data(0, bytes([5, 7]))
    writer.data(0, bytes([0xFF, 0xFF]))
    np.testing.assert_array_equal(columns(writer.to_bytes(), 17), [7.0, 5.0, np.nan])


def test_an_unknown_base_type_is_bytes():
    writer = FitWriter()
    writer.raw(bytes([0x40, 0, 0, 20, 0, 1, 9, 2, 0x55]) + bytes([0x00, 1, 2]))
    assert rows(writer.to_bytes()) == [{9: b"\x01\x02"}]


def describe(writer, *, name="Power", number=0, base=0x84, units="Watts", index=0):
    writer.message(
        "field_description", developer_data_index=index, field_definition_number=number, fit_base_type_id=base, field_name=name, units=units
    )


def test_a_developer_field_has_the_type_name_and_application_of_its_description():
    writer = FitWriter()
    writer.message("developer_data_id", application_id=bytes(range(16)), developer_data_index=0)
    describe(writer)
    writer.message_with("record", {"timestamp": T0}, developer={Developer(0, 0, "uint16"): 250})
    (group,) = read_links(writer.to_bytes())[0].of(RECORD)
    (field,) = group.developer.values()
    assert (field.application, field.number, field.name, field.units) == (bytes(range(16)).hex(), 0, "Power", "Watts")
    assert group.rows()[0][0, 0] == 250


def test_a_developer_field_described_twice_means_what_was_said_before_its_definition():
    writer = FitWriter()
    describe(writer, name="Power")
    writer.define(5, RECORD, [(253, 4, "uint32")], dev_fields=[(0, 2, 0)])
    writer.data(5, struct.pack("<IH", T0, 200))
    describe(writer, name="Speed")
    writer.define(5, RECORD, [(253, 4, "uint32")], dev_fields=[(0, 2, 0)])
    writer.data(5, struct.pack("<IH", T0 + 1, 300))
    groups = read_links(writer.to_bytes())[0].of(RECORD)
    assert [(next(iter(g.developer.values())).name, g.rows()[0][0, 0]) for g in groups] == [("Power", 200), ("Speed", 300)]


def test_a_late_description_is_better_than_none_and_none_is_bytes():
    writer = FitWriter()
    writer.define(5, RECORD, [], dev_fields=[(0, 2, 0), (1, 2, 0)])
    writer.data(5, struct.pack("<HH", 200, 7))
    describe(writer, name="Power")
    (group,) = read_links(writer.to_bytes())[0].of(RECORD)
    assert group.rows() == [{(0, 0): 200, (0, 1): b"\x07\x00"}]
    assert group.developer[0, 1].name == ""


def test_chained_files_are_all_read_and_can_be_split():
    one, two = simple(3).to_bytes(), simple(4).to_bytes(header_size=12)
    assert [link.n_messages for link in read_links(one + two)] == [4, 5]
    assert split_chain(one + two) == [one, two]


def test_two_thousand_empty_chained_files_are_no_trouble():
    assert len(read_links(FitWriter().to_bytes() * 2000)) == 2000


def test_bytes_behind_the_end_are_named():
    (link,) = read_links(simple().to_bytes() + b"\0" * 100)
    assert (link.integrity, link.n_messages) == (Integrity.TRAILING, 6)
    assert "100 bytes" in link.fault


def test_a_wrong_checksum_is_named_and_all_messages_stay():
    (link,) = read_links(simple().to_bytes(crc=0x1234))
    assert (link.integrity, link.n_messages) == (Integrity.CRC_BAD, 6)
    assert "0x1234" in link.fault


def test_a_wrong_header_checksum_is_named():
    data = bytearray(simple().to_bytes(has_header_crc=False))
    data[12:14] = b"\x01\x02"
    data[-2:] = crc16(bytes(data[:-2])).to_bytes(2, "little")
    (link,) = read_links(bytes(data))
    assert (link.integrity, link.fault_offset, link.n_messages) == (Integrity.CRC_BAD, 12, 6)


@pytest.mark.parametrize("lie", [-10, 10, 10**6])
def test_a_wrong_size_is_seen_through_where_the_checksum_fits_the_whole(lie):
    writer = simple()
    honest = writer.to_bytes()
    data = honest[:4] + struct.pack("<I", writer.size_bytes + lie) + honest[8:12] + b"\0\0" + honest[14:-2]
    data += crc16(data).to_bytes(2, "little")
    (link,) = read_links(data)
    assert (link.integrity, link.n_messages) == (Integrity.SIZE_BAD, 6)


def test_a_recording_that_was_never_finished_keeps_every_whole_message():
    data = simple().to_bytes(size_bytes=0)[:-2]
    (link,) = read_links(data)
    assert (link.integrity, link.n_messages) == (Integrity.TRUNCATED, 6)


def test_cutting_a_file_anywhere_keeps_every_whole_message():
    writer = simple()
    whole = writer.to_bytes()
    starts = sorted(p for group in read_links(whole)[0].groups for p in group.positions.tolist())
    sizes = {p: 1 + group.layout.size_bytes for group in read_links(whole)[0].groups for p in group.positions.tolist()}
    for cut in range(14, len(whole) - 2):
        (link,) = read_links(whole[:cut])
        assert link.integrity is Integrity.TRUNCATED
        assert link.n_messages == sum(1 for p in starts if p + sizes[p] <= cut), cut


def test_a_message_without_a_definition_ends_the_walk_there():
    writer = simple(3)
    good = writer.size_bytes
    writer.data(15, b"abc")
    (link,) = read_links(writer.to_bytes())
    assert (link.integrity, link.n_messages, link.fault_offset) == (Integrity.TRUNCATED, 4, 14 + good)


@pytest.mark.parametrize("data", [b"", b"x", b"\x0e" * 11, b"\0" * 2**20, b"<gpx/>", b"\x1f\x8b" + b"\0" * 50])
def test_what_has_no_fit_header_is_of_unknown_format(data):
    with pytest.raises(UnknownFormatError):
        read_links(data)


@pytest.mark.parametrize("size", [0, 11, 255])
def test_an_impossible_header_size_is_corrupt(size):
    data = bytearray(simple().to_bytes())
    data[0] = size
    with pytest.raises(CorruptFileError, match="header"):
        read_links(bytes(data[:250]))


@pytest.mark.parametrize(("module", "limit"), [(wire, "MAX_BYTES"), (wire, "MAX_MESSAGES"), (walk, "MAX_LAYOUTS")])
def test_limits_on_bytes_messages_and_definitions(monkeypatch, module, limit):
    monkeypatch.setattr(module, limit, 1)
    with pytest.raises(TooLargeError):
        read_links(simple(50).to_bytes())


@settings(max_examples=300)
@given(st.binary(max_size=400), st.integers(0, 2))
def test_any_bytes_give_links_or_our_errors(noise, kind):
    writer = FitWriter()
    writer.raw(noise)
    data = [noise, writer.to_bytes(), simple(2).to_bytes()[:-2] + noise][kind]
    try:
        links = read_links(data)
    except ReadError:
        return
    for link in links:
        for group in link.groups:
            assert len(group.rows()) == len(group)
            for field in group.layout.fields:
                assert group.column(field).shape == (len(group),)
