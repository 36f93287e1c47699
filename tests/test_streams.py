"""Samples survive packing bit by bit, small and checked."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from importer.store import codec


def assert_same_bits(a, b):
    assert len(a) == len(b)
    missing = np.isnan(a)
    assert np.array_equal(missing, np.isnan(b))
    assert np.array_equal(a[~missing].view(np.int64), b[~missing].view(np.int64))


@given(hnp.arrays(np.float64, st.integers(0, 200), elements=st.floats(width=64)))
@settings(max_examples=400, deadline=None)
def test_any_column_comes_back_bit_by_bit(values):
    assert_same_bits(codec.decode(codec.encode(values)), values)


@given(
    scale=st.sampled_from(codec.SCALES),
    k=hnp.arrays(np.int64, st.integers(1, 200), elements=st.integers(-(2**33), 2**33)),
    missing=st.sets(st.integers(0, 199)),
)
@settings(max_examples=400, deadline=None)
def test_a_column_of_scaled_integers_comes_back_bit_by_bit_with_its_holes(scale, k, missing):
    values = k / scale.divisor * scale.times / scale.unit - scale.offset
    values[[index for index in missing if index < len(values)]] = np.nan
    blob = codec.encode(values)
    assert blob.codec == codec.SCALED
    assert_same_bits(codec.decode(blob), values)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [np.nan],
        [np.nan, np.nan, np.nan],
        [0.0],
        [-0.0],
        [0.0, -0.0, 1.0],
        [np.inf, -np.inf, 1.0],
        [5e-324, 1.7976931348623157e308],
        [2.0**53, 2.0**53 + 2, -(2.0**53)],
        [0.1 + 0.2, 0.3],
        [1e22, -1e22],
    ],
)
def test_an_odd_column_comes_back_bit_by_bit(values):
    column = np.array(values, dtype=np.float64)
    assert_same_bits(codec.decode(codec.encode(column)), column)


@pytest.mark.parametrize(
    ("values", "expected", "at_most_bytes"),
    [
        pytest.param(np.arange(3600.0), codec.SCALED, 60, id="a clock"),
        pytest.param(np.full(3600, 20.0), codec.SCALED, 60, id="a constant"),
        pytest.param(np.round(2.7 + np.sin(np.arange(3600) / 50), 3), codec.SCALED, 4000, id="millimetres a second"),
        pytest.param(np.arange(3600) * 31 * 180 / 2**31 + 0.0, codec.SCALED, 100, id="semicircles"),
        pytest.param(np.arange(3600) / 5 - 500, codec.SCALED, 100, id="altitude with its offset"),
        pytest.param(np.sin(np.arange(3600)).astype(np.float32).astype(np.float64), codec.FLOAT32, 14400, id="single precision"),
        pytest.param(np.sin(np.arange(3600)), codec.FLOAT64, 29000, id="no scale"),
    ],
)
def test_each_kind_of_column_takes_its_smallest_exact_form(values, expected, at_most_bytes):
    blob = codec.encode(values)
    assert blob.codec == expected
    assert len(blob.data) <= at_most_bytes
    assert_same_bits(codec.decode(blob), values)


def test_every_flipped_bit_is_found():
    blob = codec.encode(np.round(np.sin(np.arange(300)) * 100) / 100)
    for position in range(len(blob.data)):
        for bit in range(8):
            data = bytearray(blob.data)
            data[position] ^= 1 << bit
            with pytest.raises(codec.DamagedStreamError):
                codec.decode(blob._replace(data=bytes(data)))
    for bit in range(32):
        with pytest.raises(codec.DamagedStreamError):
            codec.decode(blob._replace(n=blob.n ^ (1 << bit)))
        with pytest.raises(codec.DamagedStreamError):
            codec.decode(blob._replace(crc32=blob.crc32 ^ (1 << bit)))
    for number in range(1, 4):
        if number != blob.codec:
            with pytest.raises(codec.DamagedStreamError):
                codec.decode(blob._replace(codec=number))


@pytest.mark.parametrize("layout", [codec.FLOAT64, codec.FLOAT32, codec.SCALED])
def test_data_that_does_not_fit_its_own_checksum_rules_is_damage_and_no_crash(layout):
    for n, data in ((3, b""), (3, b"\0" * 40), (2**60, codec.encode(np.arange(3.0)).data)):
        crc = zlib.crc32(data, zlib.crc32(codec._SEAL.pack(layout, n)))
        with pytest.raises(codec.DamagedStreamError):
            codec.decode(codec.Blob(layout, n, crc, data))


def test_a_decoded_column_cannot_be_written():
    assert not codec.decode(codec.encode(np.arange(5.0))).flags.writeable
