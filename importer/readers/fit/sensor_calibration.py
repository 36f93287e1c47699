"""What brings the counts of a three-axis sensor to units: message `three_d_sensor_calibration`.

Conventions: ``M · ((raw - level shift - offset) · factor / divisor)``, M row by row; of several calibrations the last one before a sample
counts, and the first one for samples before all of them. One without a factor, without a divisor, or with half of a field is none;
one without offsets or orientation leaves the axes as they are; one without a time holds from the beginning.
Times are ms on the file's clock. Nothing here reads samples.

Source: FIT profile, message 167, and the SDK's description of the calibration.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.readers.fit.messages import Messages, Row
from importer.readers.fit.placing import MS_PER_S, Dates
from importer.values.activity import FloatArray

Axes = tuple[FloatArray, FloatArray, FloatArray]
#: samples worked on at once, so that what is computed on the way stays small
_AT_ONCE: Final = 1 << 16
_UNTURNED: Final = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


class Calibrations(NamedTuple):
    """All calibrations of one sensor in order of time: (c,) each, offsets with the level shift (c, 3), matrices (c, 3, 3)."""

    since_ms: FloatArray
    factor: FloatArray
    offset: FloatArray
    matrix: FloatArray

    def __bool__(self) -> bool:
        return len(self.factor) > 0

    def apply(self, t_ms: FloatArray, axes: Axes, is_raw: NDArray[np.bool_]) -> int:
        """Bring the counts among the samples to units, in place; give how many of them come before the first calibration.

        Parameters
        ----------
        t_ms, axes, is_raw : (m,) each.
        """
        n_early = 0
        for first in range(0, len(t_ms), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            mine = np.flatnonzero(is_raw[part])
            if len(mine):
                which = np.searchsorted(self.since_ms, t_ms[part][mine], side="right") - 1
                n_early += int(np.count_nonzero(which < 0))
                self._turn(np.maximum(which, 0), tuple(axis[part] for axis in axes), mine)
        return n_early

    def _turn(self, which: NDArray[np.intp], axes: tuple[FloatArray, ...], mine: NDArray[np.intp]) -> None:
        """Calibrate some samples of a part; an axis that a row of the matrix leaves out may be missing without making the result so."""
        straight = [(axis[mine] - self.offset[which, j]) * self.factor[which] for j, axis in enumerate(axes)]
        for i, axis in enumerate(axes):
            turned = np.zeros(len(mine))
            for j, centred in enumerate(straight):
                weight = self.matrix[which, i, j]
                turned += np.where(weight == 0.0, 0.0, weight * centred)
            axis[mine] = turned


def read_calibrations(messages: Messages, sensor_type: str, dates: Dates) -> Calibrations:
    """Read the usable calibrations of one sensor."""
    rows = list(_usable(messages, sensor_type))
    t_ms = dates.of(np.array([-np.inf if t is None else t * MS_PER_S for t, _, _, _ in rows]))
    since_ms = np.where(np.isnan(t_ms), -np.inf, t_ms)
    order = np.argsort(since_ms, kind="stable")
    factor = np.array([factor for _, factor, _, _ in rows])
    offset = np.array([offset for _, _, offset, _ in rows]).reshape(-1, 3)
    matrix = np.array([matrix for _, _, _, matrix in rows]).reshape(-1, 3, 3)
    return Calibrations(since_ms[order], factor[order], offset[order], matrix[order])


def _usable(messages: Messages, sensor_type: str) -> Iterator[tuple[float | None, float, tuple[float, ...], tuple[float, ...]]]:
    """Give time, factor over divisor, offsets with the level shift, and matrix of each calibration that can be applied."""
    for row in messages.of("three_d_sensor_calibration"):
        factor, divisor = row.number("calibration_factor"), row.number("calibration_divisor")
        if row.text("sensor_type") != sensor_type or factor is None or divisor is None or divisor == 0.0:
            continue
        offsets, matrix = _numbers(row, "offset_cal", (0.0,) * 3), _numbers(row, "orientation_matrix", _UNTURNED)
        if offsets is not None and matrix is not None:
            level = row.number("level_shift")
            shift = 0.0 if level is None else level
            yield row.number("timestamp"), factor / divisor, tuple(shift + offset for offset in offsets), matrix


def _numbers(row: Row, name: str, otherwise: tuple[float, ...]) -> tuple[float, ...] | None:
    """Give a field of as many numbers as `otherwise`, which stands for one that is not there; None for half a field."""
    value = row.fields.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, tuple) or len(value) != len(otherwise):
        return None
    numbers = tuple(float(number) for number in value if number is not None)
    return numbers if len(numbers) == len(otherwise) else None
