"""All that is stored as a folder of Parquet files, for DuckDB and whatever else reads them.

Conventions: tables carry the names and units of the views, samples those of the channels. `sessions`, `segments` and `laps` lie in
folders by year, `samples` by year and month, of the day on the runner's own clock (``year=2026/month=5``: without a zero in front
DuckDB takes it for a number); `labels` are one file.
Rows stand in order of time. A dataset appears whole or not at all, and replaces none but its own kind.
Memory: the rows of all sessions, the segments of a month, and `ROWS_AT_ONCE` samples.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from importer import __version__
from importer.errors import DatabaseBusyError, StoreError, UsageError
from importer.exports.folders import whole_folder
from importer.exports.privacy import PLACE, private
from importer.exports.samples import TAGS, Columns, tag_columns
from importer.linking.settling import whole
from importer.reports import parquet
from importer.reports.parquet import ParquetFile
from importer.values.channels import CHANNELS

if TYPE_CHECKING:
    import os

    from importer.exports.privacy import Private
    from importer.store import Store
    from importer.values.activity import Activity, Lap

Rows = Sequence[Mapping[str, Any]]

#: tells that a folder is a dataset, and what is in it
MARK: Final = "retro-import.json"
TABLES: Final = ("sessions", "segments", "laps", "labels", "samples")
#: columns of the samples before the channels
_KEYS: Final = ("session_id", "segment_id", "time_utc", "t_s")
LABEL_NAMES: Final = (
    "label_id",
    "athlete",
    "session_id",
    "session_start_utc",
    "start_s",
    "end_s",
    "kind",
    "direction",
    "rule",
    "said_utc",
)
LAP_NAMES: Final = (
    "session_id",
    "athlete",
    "session_start_utc",
    "day_local",
    "lap_ix",
    "start_s",
    "end_s",
    "trigger",
    "intensity",
    "step_index",
    "distance_m",
    "timer_s",
)


class Dataset(NamedTuple):
    """What was written."""

    folder: Path
    #: rows by table
    n_rows: Mapping[str, int]
    n_files: int
    #: sessions whose recording could not be read, and why
    unread: tuple[tuple[int, str], ...]


def write_dataset(
    store: Store,
    folder: str | os.PathLike[str],
    *,
    athlete: str | None = None,
    no_position: bool = False,
    hide_start_m: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Dataset:
    """Write sessions, segments, laps, labels and samples; a dataset that is there is replaced.

    Parameters
    ----------
    athlete : only this athlete's; everybody's where None.
    no_position : leave out where the runner was.
    hide_start_m : leave out positions this near to the start and the end of a session (metres).
    progress : called after each session with how many are done, and of how many.

    Raises
    ------
    UsageError : pyarrow is not installed, there is nothing to write, or the folder is not this program's to replace.
    StoreError : the database cannot be read. A damaged recording costs its own samples and laps alone.
    """
    parquet.library()
    # by month first: of two sessions of one evening the later one may still have the earlier day, in another zone
    sessions = sorted(store.view("v_session", athlete=athlete), key=itemgetter("month_local", "start_utc", "session_id"))
    if not sessions:
        raise UsageError(f"{store.url}: there are no sessions to write: import some with `retro-import FILE`, or name another athlete")
    hide = partial(private, no_position=no_position, hide_start_m=hide_start_m)
    with whole_folder(Path(folder), is_ours=is_ours) as place:
        writer = _Writer(store, place, hide=hide, has_positions=not no_position)
        written = (None for year, rows in _by(sessions, "year_local") for _ in writer.write_year(year, rows))
        for n_done, _ in enumerate(written, start=1):
            if progress is not None:
                progress(n_done, len(sessions))
        writer.write_labels(athlete)
        found = Dataset(Path(folder).absolute(), writer.n_rows, writer.n_files, tuple(writer.unread))
        mark = _mark_text(found, athlete=athlete, no_position=no_position, hide_start_m=hide_start_m)
        (place / MARK).write_text(mark, encoding="utf-8")
    return found


def is_ours(path: PurePath) -> bool:
    """Tell whether a dataset has a file of this path."""
    return path == PurePath(MARK) or (path.parts[0] in TABLES and path.name == f"{path.parts[0]}.parquet")


class _Writer:
    """Writes the tables of a dataset into a folder, month by month."""

    def __init__(self, store: Store, place: Path, *, hide: Callable[[Activity], Private], has_positions: bool) -> None:
        self._store, self._place, self._hide = store, place, hide
        self._channels = tuple(name for name in CHANNELS if has_positions or name not in PLACE)
        self.n_rows = dict.fromkeys(TABLES, 0)
        self.n_files = 0
        self.unread: list[tuple[int, str]] = []

    @contextmanager
    def _file(self, table: str, *parts: str, names: Sequence[str] | None = None) -> Iterator[ParquetFile]:
        path = self._place.joinpath(table, *parts, f"{table}.parquet")
        path.parent.mkdir(parents=True, exist_ok=True)
        with ParquetFile(path, about={"table": table}, names=names) as file:
            if names is not None:
                file.add({})  # a table that may be empty is there all the same: a query over it is no error
            yield file
        self.n_rows[table] += file.n_rows
        self.n_files += path.exists()

    def write_year(self, year: str, sessions: Rows) -> Iterator[None]:
        """Write the sessions of a year with all that belongs to them; stop for breath after each."""
        folder = f"year={year}"
        with self._file("sessions", folder) as file:
            file.add(_columns(sessions))
        with self._file("segments", folder) as segments, self._file("laps", folder, names=LAP_NAMES) as laps:
            for month, rows in _by(sessions, "month_local"):
                found = self._segments(rows)
                with self._file("samples", folder, f"month={int(month[5:7])}", names=self._sample_names) as samples:
                    for session in rows:
                        its_segments = found.get(session["session_id"], [])
                        if its_segments:
                            segments.add(_columns(its_segments))
                        activity = self._activity(session["session_id"])
                        if activity is not None:
                            laps.add(_columns([_lap_row(session, i, lap) for i, lap in enumerate(activity.laps)]))
                            samples.add(_samples(session["session_id"], activity, its_segments))
                        yield

    def write_labels(self, athlete: str | None) -> None:
        """Write the words of the runner, of sessions that are not stored too."""
        with self._file("labels", names=LABEL_NAMES) as file:
            rows = self._store.view("v_label", athlete=athlete)
            if rows:
                file.add(_columns(rows[::-1]))

    @property
    def _sample_names(self) -> tuple[str, ...]:
        return (*_KEYS, *self._channels, *TAGS)

    def _segments(self, sessions: Rows) -> dict[int, list[Mapping[str, Any]]]:
        """Give the segments of sessions that lie near each other in time."""
        starts = [row["start_utc"] for row in sessions]
        found: dict[int, list[Mapping[str, Any]]] = {row["session_id"]: [] for row in sessions}
        for row in self._store.view("v_segment", since=min(starts), until=max(starts) + timedelta(microseconds=1)):
            if row["session_id"] in found:
                found[row["session_id"]].append(row)
        return found

    def _activity(self, session_id: int) -> Activity | None:
        try:
            return self._hide(whole(self._store, session_id).activity).activity
        except DatabaseBusyError:
            raise
        except StoreError as error:  # damaged, or removed meanwhile: the others are still worth having
            self.unread.append((session_id, str(error)))
            return None


def _by(rows: Rows, name: str) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Cut rows that are sorted by a column where it changes."""
    for key, some in groupby(rows, key=itemgetter(name)):
        yield key, list(some)


def _columns(rows: Rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else ())}


def _lap_row(session: Mapping[str, Any], index: int, lap: Lap) -> dict[str, Any]:
    return {
        "session_id": session["session_id"],
        "athlete": session["athlete"],
        "session_start_utc": session["start_utc"],
        "day_local": session["day_local"],
        "lap_ix": index,
        "start_s": lap.start_s,
        "end_s": lap.end_s,
        "trigger": lap.trigger,
        "intensity": lap.intensity,
        "step_index": lap.step_index,
        "distance_m": lap.distance_m,
        "timer_s": lap.timer_s,
    }


def _samples(session_id: int, activity: Activity, segments: Rows) -> Columns:
    n = len(activity)
    start = np.datetime64(activity.start.replace(tzinfo=None), "us")
    return {
        "session_id": np.full(n, session_id),
        "time_utc": start + np.round(activity.t_s * 1e6).astype("timedelta64[us]"),
        "t_s": activity.t_s,
        **activity.columns,
        **tag_columns(activity.t_s, segments, ("segment_id", *TAGS)),
    }


def _mark_text(found: Dataset, **asked: str | float | None) -> str:
    """Say what the folder is, for the next export and for people."""
    about = {
        "what": "a dataset of retro-import; the next export to this folder replaces it",
        "program": f"retro-import {__version__}",
        "views_version": parquet.VIEWS_VERSION,
        "rows": dict(found.n_rows),
        "unread": [{"session_id": number, "why": why} for number, why in found.unread],
        **asked,
    }
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"
