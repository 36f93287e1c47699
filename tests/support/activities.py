"""Activities of the synthetic runner without a file between: for tests of detection, storing and reporting.

Conventions: the device is perfect but for its resolution (cadence in strides, speed in mm/s, altitude in 0.2 m).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from importer.store import SessionRecord
from importer.values.activity import Activity, CadenceBasis, Environment, Pause, SpeedBasis
from importer.values.session import Direction, Session
from tests.support.runner import Block, Recording, Runner, record


def activity_of(recording: Recording, *, is_belt: bool = False, **changes: Any) -> Activity:
    """Give the activity a device would write of a recording; `changes` replace its fields."""
    rows = np.array(recording.seconds)
    columns = {
        "speed_mps": np.round(recording.speed_mps[rows], 3),
        "cadence_spm": 2.0 * np.round(recording.cadence_spm[rows] / 2.0),
        "heart_rate_bpm": np.round(recording.heart_rate_bpm[rows]),
        "distance_m": np.round(recording.distance_m[rows], 2),
    }
    if not is_belt:
        columns["altitude_m"] = np.round(recording.altitude_m[rows] * 5.0) / 5.0
    borders = recording.borders
    fields: dict[str, Any] = {
        "start": datetime(2026, 5, 3, 6, 12, tzinfo=UTC),
        "t_s": rows.astype(np.float64),
        "columns": columns,
        "elapsed_s": float(len(recording)),
        "timer_s": float(len(rows)),
        "format": "fit",
        "sport": "running",
        "environment": Environment.TREADMILL if is_belt else Environment.OUTDOOR,
        "speed_basis": SpeedBasis.BELT if is_belt else SpeedBasis.GPS,
        "cadence_basis": CadenceBasis.WRITER,
        "cadence_factor": 2.0,
        "pauses": tuple(
            Pause(float(start), float(start + block.duration_s))
            for start, block in zip(borders[:-1], recording.plan, strict=True)
            if block.is_paused
        ),
    }
    return Activity(**{**fields, **changes})


def run(plan: Sequence[Block], *, seed: int, runner: Runner | None = None, is_belt: bool = False, **changes: Any) -> Activity:
    """Give the activity of a plan."""
    return activity_of(record(plan, seed=seed, runner=runner, on_belt=is_belt), is_belt=is_belt, **changes)


def seconds_of(session: Session | SessionRecord, direction: Direction, **wanted: object) -> set[int]:
    """Give the whole seconds that a session's segments call a direction; `wanted` are further fields, e.g. ``standing``."""
    seconds: set[int] = set()
    for segment in session.segments:
        if segment.direction is direction and all(getattr(segment, name) == value for name, value in wanted.items()):
            seconds.update(range(int(segment.start_s), int(segment.end_s)))
    return seconds


def true_seconds(recording: Recording, direction: Direction) -> set[int]:
    """Give the whole seconds of a direction in truth."""
    return {i for span in recording.truth() if span.direction is direction for i in range(span.start_s, span.end_s)}
