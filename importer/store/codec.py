"""One measured column <-> one small blob.

Holds the codecs of the table `stream`: `encode` and `decode` of a single float64 column.

Conventions
-----------
A column is (n,) float64, NaN = missing. The round trip is exact for every bit, ``-0.0``, infinities and denormal numbers
included; a NaN comes back as NaN, its payload does not count.
`Blob.codec` names the layout, and numbers are never reused: 1 float64, 2 float32, 3 scaled integers.
`Blob.crc32` covers the codec number, the length and the data, so that every flipped bit is found.
Numbers are little-endian and cut into byte planes (first all low bytes, then all second bytes, ...) before zstandard.

Devices count in integers (millimetres a second, semicircles), and a reader divides them.
Codec 3 looks for that division in `SCALES`, checks that it gives back every bit, and keeps differences of the integers.
Never guesses: where no scale is exact, the floats themselves are kept.
"""

from __future__ import annotations

import struct
import zlib
from typing import Final, NamedTuple

import numpy as np
import zstandard
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FLOAT64: Final = 1
FLOAT32: Final = 2
SCALED: Final = 3

#: zstandard's level: 9 saves 4 % and takes three times as long (measured on 1,000 sessions of 12 channels).
LEVEL: Final = 3
#: Largest integer that float64 holds without a hole, 2**53.
EXACT: Final = 2.0**53
#: Bound on the length of a column, so that a forged length cannot ask for all memory: 97 days at 8 Hz.
MAX_VALUES: Final = 1 << 26
#: How many values decide which scales are worth a full check.
PROBES: Final = 48

_HEAD: Final = struct.Struct("<BBBBqq")
_SEAL: Final = struct.Struct("<BQ")


class Scale(NamedTuple):
    """``value = k / divisor * times / unit - offset``, rounded after every step as a reader's float arithmetic does."""

    divisor: float = 1.0
    times: float = 1.0
    unit: float = 1.0
    offset: float = 0.0


#: Position in this table is stored: append only, never change a row. The coarser come first.
#: Source: the scales of the FIT profile (1, 2, 5, 10, 100, 128, 1000, 5 with offset 500, 2**31/180 semicircles), alone and
#: followed by a conversion to SI; decimals of XML files are k / 10**digits, as the nearest double is what division gives.
SCALES: Final[tuple[Scale, ...]] = (
    Scale(),
    Scale(2.0),
    Scale(10.0),
    Scale(5.0, offset=500.0),
    Scale(100.0),
    Scale(128.0),
    Scale(1e3),
    Scale(times=1e-3),
    Scale(times=1e-2),
    Scale(10.0, times=1e-3),
    Scale(100.0, times=1e-2),
    Scale(100.0, times=1e-3),
    Scale(1e4),
    Scale(10.0, unit=1e3),
    Scale(100.0, unit=100.0),
    Scale(1e5),
    Scale(100.0, unit=1e3),
    Scale(2.0**31, times=180.0),
    Scale(1e6),
    Scale(1e7),
    Scale(1e8),
    Scale(1e9),
    Scale(1e3, unit=3.6),
    Scale(1e10),
    Scale(1e11),
    Scale(1e12),
    Scale(1e13),
    Scale(2.0**22),  # differences of two epoch times: what float64 resolves near 1.7e9 s
)
_DIVISOR, _TIMES, _UNIT, _OFFSET = (np.array(column).reshape(-1, 1) for column in zip(*SCALES, strict=True))


class Blob(NamedTuple):
    """One encoded column, as the table `stream` keeps it."""

    codec: int
    n: int
    crc32: int
    data: bytes


class DamagedStreamError(ValueError):
    """A blob is not what was written."""


def encode(values: FloatArray) -> Blob:
    """Pack a column: (n,) float64.

    Returns
    -------
    The smallest exact form of: scaled integers, float32, float64.
    """
    values = np.ascontiguousarray(values, dtype="<f8")
    if len(values) > MAX_VALUES:
        raise ValueError(f"a column of {len(values)} values is too long (at most {MAX_VALUES})")
    missing = np.isnan(values)
    present = values[~missing]
    with np.errstate(all="ignore"):  # infinities and overflow fail the bit check below, which is the answer we want
        scaled = _scaled(present)
        if scaled is not None:
            index, k = scaled
            mask = np.packbits(missing).tobytes() if len(present) < len(values) else b""
            return _seal(SCALED, len(values), _pack_integers(index, k, mask))
        narrow = values.astype("<f4")
        if _same_bits(narrow[~missing].astype("<f8"), present):
            return _seal(FLOAT32, len(values), _compress(_planes(narrow)))
    return _seal(FLOAT64, len(values), _compress(_planes(values)))


def decode(blob: Blob) -> FloatArray:
    """Unpack a column: (n,) float64, read-only.

    Raises
    ------
    DamagedStreamError : the CRC does not hold, or the blob was not made by `encode`.
    """
    codec, n, crc32, data = blob
    if not 0 <= codec < 256 or not 0 <= n <= MAX_VALUES or _crc(codec, n, data) != crc32:
        raise DamagedStreamError(f"the check sum of a stream of {n} values does not hold")
    try:
        values = _unpack(codec, n, data)
    except (ValueError, IndexError, TypeError, struct.error, zstandard.ZstdError) as error:
        raise DamagedStreamError(f"a stream of codec {codec} and {n} values cannot be unpacked ({error})") from error
    values.flags.writeable = False
    return values


def _unpack(codec: int, n: int, data: bytes) -> FloatArray:
    if codec == SCALED:
        return _unpack_integers(n, data)
    if codec not in (FLOAT32, FLOAT64):
        raise ValueError(f"known are the codecs {FLOAT64} to {SCALED}")
    return _unplanes(_decompress(data, n), n, "<f4" if codec == FLOAT32 else "<f8").astype(np.float64)


def _scaled(present: FloatArray) -> tuple[int, NDArray[np.int64]] | None:
    """Find the first scale that gives back every bit, and the integers: (m,)."""
    probe = present[:: max(1, len(present) // PROBES)]
    k = np.rint((probe + _OFFSET) * _UNIT / _TIMES * _DIVISOR) + 0.0  # an integer has no -0.0: such a column must fail the check
    back = k / _DIVISOR * _TIMES / _UNIT - _OFFSET
    fits = (back.view(np.int64) == probe.view(np.int64)).all(axis=1)
    for index in np.flatnonzero(fits).tolist():
        scale = SCALES[index]
        whole = np.rint((present + scale.offset) * scale.unit / scale.times * scale.divisor) + 0.0
        if len(whole) and not np.abs(whole).max() < EXACT:  # written so that NaN fails too
            continue
        if _same_bits(_rescale(whole, scale), present):
            return index, whole.astype(np.int64)
    return None


def _rescale(k: FloatArray, scale: Scale) -> FloatArray:
    """Give the values of whole numbers `k`; steps that change nothing are left out, as they cost a pass each."""
    values = k / scale.divisor if scale.divisor != 1.0 else k
    if scale.times != 1.0:
        values = values * scale.times
    if scale.unit != 1.0:
        values = values / scale.unit
    return values - scale.offset if scale.offset != 0.0 else values


def _pack_integers(index: int, k: NDArray[np.int64], mask: bytes) -> bytes:
    """Pack differences of first or second order, whichever is smaller, in the fewest bytes each."""
    best = b""
    compress = zstandard.ZstdCompressor(level=LEVEL).compress
    slope = np.diff(k)
    for order, rest in ((0, k), (1, slope), (2, np.diff(slope))):
        if len(k) <= order:
            break
        zigzag = ((rest << 1) ^ (rest >> 63)).view(np.uint64)
        top = int(zigzag.max()) if len(zigzag) else 0
        width = 1 if top < 1 << 8 else 2 if top < 1 << 16 else 4 if top < 1 << 32 else 8
        head = _HEAD.pack(index, order, width, bool(mask), int(k[0]) if order else 0, int(slope[0]) if order > 1 else 0)
        data = head + compress(mask + _planes(zigzag.astype(f"<u{width}")))
        if not best or len(data) < len(best):
            best = data
    return best or _HEAD.pack(index, 0, 1, bool(mask), 0, 0) + _compress(mask)


def _unpack_integers(n: int, data: bytes) -> FloatArray:
    index, order, width, has_mask, first, slope = _HEAD.unpack_from(data)
    payload = _decompress(data[_HEAD.size :], n)
    values = np.full(n, np.nan)
    present = np.ones(n, dtype=np.bool_)
    if has_mask:
        n_mask = (n + 7) // 8
        present = np.unpackbits(np.frombuffer(payload, np.uint8, n_mask), count=n).astype(np.bool_)
        np.logical_not(present, out=present)
        payload = payload[n_mask:]
    n_present = int(present.sum())
    if n_present == 0:
        return values
    zigzag = _unplanes(payload, n_present - order, f"<u{width}").astype(np.uint64)
    rest = (zigzag >> np.uint64(1)).astype(np.int64) ^ -(zigzag & np.uint64(1)).astype(np.int64)
    if order > 1:
        rest = np.cumsum(np.concatenate(([slope], rest)))
    if order:
        rest = np.cumsum(np.concatenate(([first], rest)))
    values[present] = _rescale(rest.astype(np.float64), SCALES[index])
    return values


def _planes(numbers: NDArray[np.generic]) -> bytes:
    """Give all first bytes, then all second bytes, ...: alike bytes side by side compress better."""
    return numbers.view(np.uint8).reshape(len(numbers), -1).T.tobytes()


def _unplanes(data: bytes, n: int, dtype: str) -> NDArray[np.generic]:
    width = np.dtype(dtype).itemsize
    if len(data) != n * width:
        raise ValueError(f"it holds {len(data)} bytes, expected {n} values of {width}")
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(width, n).T).view(dtype).reshape(n)


def _same_bits(a: FloatArray, b: FloatArray) -> bool:
    return bool(np.array_equal(a.view(np.int64), b.view(np.int64)))


def _compress(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL).compress(data)


def _decompress(data: bytes, n: int) -> bytes:
    """Unpack at most what `n` values can take: eight bytes each and a bit for what is missing."""
    size_bytes = zstandard.frame_content_size(data)
    if not 0 <= size_bytes <= 8 * n + (n + 7) // 8:
        raise ValueError(f"it says that it holds {size_bytes} bytes")
    return zstandard.ZstdDecompressor().decompress(data)


def _seal(codec: int, n: int, data: bytes) -> Blob:
    return Blob(codec, n, _crc(codec, n, data), data)


def _crc(codec: int, n: int, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(_SEAL.pack(codec, n)))
