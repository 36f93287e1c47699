"""The course over ground that `gps_metadata` holds beside the records, put to the records that have none.

Conventions: a course comes from the message's `heading`, which is where it goes and not where it faces, else from its velocity, as long
as that is faster than `SLOWEST_MPS`; a record takes that of the message nearest in time, at most `NEAR_S` away. Watches write these
messages without either field (10 corpus files): then nothing happens.

Source: FIT profile, gps_metadata: velocity[0] is along the longitude (east), velocity[1] along the latitude (north).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from importer.readers.fit.blocks import Block
from importer.readers.fit.clock import Clock
from importer.readers.fit.messages import Messages
from importer.readers.fit.placing import MS_PER_S, Dates, sent_ms
from importer.values.activity import FloatArray

#: s; cameras write at 10 Hz and watches once a second, so that a message further away speaks of another moment.
NEAR_S: Final = 1.0
#: m/s; the direction of a slower velocity is the receiver's noise. Assumption.
SLOWEST_MPS: Final = 0.5


def add_course(columns: dict[str, FloatArray], messages: Messages, clock: Clock) -> None:
    """Fill `course_deg` of the records where it is missing, or add it: (n,) degrees, 0 = north, 90 = east."""
    blocks = messages.blocks.get("gps_metadata", ())
    if not blocks or not len(clock.t):
        return
    t_ms = Dates(messages, clock).of(np.concatenate([sent_ms(block)[:, 0] for block in blocks]))
    course = np.concatenate([_course(block) for block in blocks])
    usable = np.isfinite(t_ms) & ~np.isnan(course)
    if not usable.any():
        return
    order = np.argsort(t_ms[usable], kind="stable")
    found = _nearest(clock.t * MS_PER_S, t_ms[usable][order], course[usable][order])
    native = columns.get("course_deg")
    columns["course_deg"] = found if native is None else np.where(np.isnan(native), found, native)


def _course(block: Block) -> FloatArray:
    """Give the course of each message of a block, (m,) degrees, NaN where it says none."""
    n = len(block.place)
    heading, velocity = block.fields.get("heading"), block.fields.get("velocity")
    course = np.full(n, np.nan) if heading is None else heading[:, 0] % 360.0
    if velocity is None or velocity.shape[1] < 2:
        return course
    east, north = velocity[:, 0], velocity[:, 1]
    moving = np.where(np.hypot(east, north) >= SLOWEST_MPS, np.degrees(np.arctan2(east, north)) % 360.0, np.nan)
    return np.where(np.isnan(course), moving, course)


def _nearest(t_ms: FloatArray, known_ms: FloatArray, values: FloatArray) -> FloatArray:
    """Give for each time the value known nearest to it, (n,), NaN where the nearest is too far; `known_ms` never falls."""
    behind = np.clip(np.searchsorted(known_ms, t_ms), 0, len(known_ms) - 1)
    before = np.maximum(behind - 1, 0)
    nearest = np.where(np.abs(known_ms[behind] - t_ms) < np.abs(known_ms[before] - t_ms), behind, before)
    return np.where(np.abs(known_ms[nearest] - t_ms) <= NEAR_S * MS_PER_S, values[nearest], np.nan)
