"""What the bound sees of a session: its blocks, cut into pieces, with the means of what the device wrote.

Conventions: arrays are (m,) for m pieces; a piece is at most `LONGEST_PIECE_S` long and lies in one block.
The bound is told where blocks begin and end and how steep they are; it is not told what they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection.sessions import Made

FloatArray = NDArray[np.float64]

#: a piece is shorter than the time over which cadence wanders (120 s)
LONGEST_PIECE_S: Final = 60
#: seconds after a border in which cadence and speed still move, beside the device's own window
SETTLING_S: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The pieces of one session.

    Parameters
    ----------
    block : (m,) index of the block a piece lies in; a piece opens its block where `is_first`.
    length_s : (k,) of each block. `span_s` : (k, 2).
    n_s : (m,) seconds behind the means.
    heart_start_bpm, heart_end_bpm : (k,) at the borders of each block.
    """

    block: NDArray[np.int64]
    is_first: NDArray[np.bool_]
    middle_s: FloatArray
    cadence_spm: FloatArray
    speed_mps: FloatArray
    grade_ratio: FloatArray
    n_s: FloatArray
    span_s: FloatArray
    length_s: FloatArray
    block_speed_mps: FloatArray
    heart_start_bpm: FloatArray
    heart_end_bpm: FloatArray


def cut(made: Made) -> Pieces:
    """Cut a session into pieces."""
    columns, recording = made.activity.columns, made.recording
    cadence, speed, heart = columns["cadence_spm"], columns["speed_mps"], columns["heart_rate_bpm"]
    skip = SETTLING_S + max(made.athlete.device.cadence_window_s, made.athlete.device.speed_window_s) // 2
    rows: list[tuple[float, ...]] = []
    spans, speeds, hearts = [], [], []
    for j, (first, last) in enumerate(zip(recording.borders[:-1], recording.borders[1:], strict=True)):
        from_s = first + min(skip, (last - first) // 2)
        n_pieces = max(1, math.ceil((last - from_s) / LONGEST_PIECE_S))
        edges = np.linspace(from_s, last, n_pieces + 1).round().astype(int)
        for i, (a, b) in enumerate(pairwise(edges.tolist())):
            grade = float(recording.grade_ratio[a])
            rows.append((j, i == 0, (a + b) / 2, cadence[a:b].mean(), speed[a:b].mean(), grade, b - a))
        spans.append((first, last))
        speeds.append(speed[from_s:last].mean())
        hearts.append((heart[max(0, first - 3) : first + 1].mean(), heart[last - 4 : last].mean()))
    table = np.array(rows, dtype=np.float64)
    span_s = np.array(spans, dtype=np.float64)
    return Pieces(
        block=table[:, 0].astype(np.int64),
        is_first=table[:, 1] > 0,
        middle_s=table[:, 2],
        cadence_spm=table[:, 3],
        speed_mps=table[:, 4],
        grade_ratio=table[:, 5],
        n_s=table[:, 6],
        span_s=span_s,
        length_s=span_s[:, 1] - span_s[:, 0],
        block_speed_mps=np.array(speeds),
        heart_start_bpm=np.array([one[0] for one in hearts]),
        heart_end_bpm=np.array([one[1] for one in hearts]),
    )
