"""The samples of a session with what is known of each moment beside them: direction, gait, standing, basis and confidence.

Conventions: columns are arrays of one length, a row for each sample; a channel is float64 with NaN for "not measured"; words are
objects, None where there is none. Sensors of many hertz and heart beats have clocks of their own and are not here.
Never fills a gap between samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from importer.store import SegmentRecord
    from importer.values.activity import Activity

Columns = dict[str, NDArray[Any]]

#: what a sample takes over from the segment in which it lies
WORDS: Final = ("direction", "gait", "standing", "basis")
TAGS: Final = (*WORDS, "confidence")


def sample_columns(activity: Activity, segments: Iterable[Mapping[str, Any]]) -> Columns:
    """Give `t_s`, the channels that were recorded, and `TAGS`.

    Parameters
    ----------
    segments : rows with `start_s` and `TAGS`, in order of time, that cover the session; `segment_tags` makes them of records.
        A session without any length has none: then nothing is known of its sample.
    """
    return {"t_s": activity.t_s, **activity.columns, **tag_columns(activity.t_s, segments)}


def tag_columns(t_s: NDArray[np.float64], segments: Iterable[Mapping[str, Any]], names: Iterable[str] = TAGS) -> Columns:
    """Give each moment what is said of the segment in which it lies; the very last moment lies in the last one.

    Parameters
    ----------
    t_s : (n,) seconds since the session's start.
    names : keys of the segments' rows; a key that is none of `WORDS` holds numbers.
    """
    rows = tuple(segments)
    if not rows:
        return {name: np.full(len(t_s), None) if name in WORDS else np.full(len(t_s), np.nan) for name in names}
    at = np.searchsorted(np.array([row["start_s"] for row in rows]), t_s, side="right") - 1
    found: Columns = {}
    for name in names:
        told = np.empty(len(rows), dtype=object if name in WORDS else np.float64)
        told[:] = [None if row[name] is None else str(row[name]) for row in rows] if name in WORDS else [row[name] for row in rows]
        found[name] = told[at]
    return found


def segment_tags(records: Iterable[SegmentRecord]) -> list[dict[str, Any]]:
    """Give the rows of `tag_columns` for segments as the store gives them."""
    return [{"start_s": record.start_s, **{name: getattr(record, name) for name in TAGS}} for record in records]
