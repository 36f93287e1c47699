"""One stored session as the bytes of a file, in any of the formats.

Conventions: the whole session, as all its recordings tell it, without serial numbers. Only what is accepted is named as backward, unless
suggestions are asked for. What was left out, and what the user should know before he passes the file on, is told in sentences.
Nothing here opens a file or prints.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from importer.exports import wording
from importer.exports.content import MILLISECOND, SECOND, Content, content, tags_of
from importer.exports.privacy import private
from importer.linking.settling import whole
from importer.values.session import Standing

if TYPE_CHECKING:
    from importer.reports.questions.answer import Table
    from importer.store import SegmentRecord, Store
    from importer.values.activity import Activity

#: formats of one session, as ``--format`` names them
FORMATS: Final = ("tcx", "gpx", "fit", "csv", "json", "parquet")
#: what laps may differ by from the total before that is worth a word, m and as a share of it
_TOTAL_SLACK_M: Final = 10.0
_TOTAL_SLACK_SHARE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Options:
    """What of a session is exported.

    Parameters
    ----------
    names_suggested : name suggestions as backward too.
    hide_start_m : m; positions this near to start and end are left out, None for none.
    no_position : leave out every position.
    has_words : keep the runner's title, notes and the like.
    """

    names_suggested: bool = False
    hide_start_m: float | None = None
    no_position: bool = False
    has_words: bool = True


class Exported(NamedTuple):
    """A file's bytes, and sentences for the user."""

    data: bytes
    notes: tuple[str, ...]


def export_session(store: Store, session_id: int, format_name: str, options: Options | None = None) -> Exported:
    """Write a stored session.

    Raises
    ------
    StoreError : there is no such session, or its samples are damaged.
    UsageError : the format cannot hold this session, or its library is not installed.
    """
    options = options or Options()
    record = store.session(session_id)
    found = private(whole(store, session_id).activity, no_position=options.no_position, hide_start_m=options.hide_start_m)
    notes = [*_privacy_notes(found.activity, found.n_hidden, options, format_name), *_standing_notes(record.segments, options, format_name)]
    if format_name in _FILES:
        tick_s = SECOND if format_name == "fit" else MILLISECOND
        made = content(
            found.activity, tags_of(record.segments), tick_s=tick_s, names_suggested=options.names_suggested, has_words=options.has_words
        )
        return Exported(_FILES[format_name](made), (*made.notes, *_format_notes(made, format_name), *notes))
    table = samples_table(found.activity, record.segments, names_suggested=options.names_suggested)
    return Exported(_TABLES[format_name](table), tuple(notes))


def samples_table(activity: Activity, segments: Sequence[SegmentRecord], *, names_suggested: bool) -> Table:
    """Give a row for each sample: moment, every channel, and what is known of it; a suggestion has no direction unless it is named."""
    import numpy as np

    from importer.exports.samples import sample_columns, segment_tags
    from importer.reports.questions.answer import Column, Table

    tags = segment_tags(segments)
    if not names_suggested:
        tags = [{**tag, "direction": None} if tag["standing"] is Standing.SUGGESTED else tag for tag in tags]
    columns = sample_columns(activity, tags)
    starts = np.array([lap.start_s for lap in activity.laps])
    laps = [lap if lap >= 0 else None for lap in (np.searchsorted(starts, activity.t_s, side="right") - 1).tolist()]
    moments = [activity.start + timedelta(seconds=at) for at in activity.t_s.tolist()]
    lists: dict[str, list[Any]] = {"time_utc": moments, "t_s": columns.pop("t_s").tolist(), "lap_ix": laps}
    for name, column in columns.items():
        values = column.tolist()
        lists[name] = [None if math.isnan(value) else value for value in values] if column.dtype.kind == "f" else values
    rows = tuple(dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True))
    return Table("samples", "Samples of a session", tuple(Column(name, name) for name in lists), rows)


def _format_notes(made: Content, format_name: str) -> list[str]:
    """Say which samples a format has no place for."""
    import numpy as np

    if format_name == "fit":
        return []
    is_running, name = made.is_running(), format_name.upper()
    n_paused = int(np.count_nonzero(~is_running))
    notes = [f"{n_paused:,} samples inside pauses are left out: {name} has no place for them"] if n_paused else []
    if format_name == "tcx":
        notes += _total_notes(made)
    if format_name == "gpx":
        n_lost = int(np.count_nonzero(is_running & np.isnan(made.activity.columns["latitude_deg"])))
        if n_lost:
            notes.append(f"{n_lost:,} samples without a position are left out: GPX has no place for them")
    return notes


def _total_notes(made: Content) -> list[str]:
    """Say where the laps do not add up to the recording's own total, for which TCX has no place."""
    from importer.exports.figures import Measure

    measure, total_m = Measure(made.activity), made.activity.distance_m
    added_m = sum(measure.distance_m(piece.start_s, piece.end_s) or 0.0 for piece in made.pieces)
    if total_m is None or abs(total_m - added_m) <= max(_TOTAL_SLACK_M, _TOTAL_SLACK_SHARE * total_m):
        return []
    return [f"the laps add up to {added_m:,.0f} m, as the samples tell; TCX has no place for the recording's own total, {total_m:,.0f} m"]


def _privacy_notes(activity: Activity, n_hidden: int, options: Options, format_name: str) -> list[str]:
    notes = []
    if n_hidden and options.no_position:
        notes.append(f"all positions are left out ({n_hidden:,} samples), with altitude, course and compass")
    elif n_hidden:
        notes.append(
            f"the positions of {n_hidden:,} samples within {options.hide_start_m:g} m of the start and the end are left out,"
            " with their altitude, course and compass; distance and times stay"
        )
        if "latitude_deg" not in activity.columns:
            notes.append("no position is left: you never were farther away than that")
    elif options.hide_start_m and not options.no_position:
        notes.append("there are no positions to hide")
    is_private = options.no_position or bool(options.hide_start_m)
    if is_private and options.has_words and format_name in _FILES and wording.has_own_words(activity.texts):
        notes.append("your own words (title, notes) are in the file and may name a place: leave them out with --no-text")
    return notes


def _standing_notes(segments: Sequence[SegmentRecord], options: Options, format_name: str) -> list[str]:
    n = sum(segment.standing is Standing.SUGGESTED for segment in segments)
    what = "1 suggestion is" if n == 1 else f"{n} suggestions are"
    if n and not options.names_suggested:
        return [f"{what} not named as backward: answer with `confirm` or `reject` first, or name them with --standing all"]
    if n and format_name in _FILES:
        return [f"{what} named as backward, as you asked: whoever reads the file takes them for facts"]
    return []


def _tcx(made: Content) -> bytes:
    from importer.exports.tcx import tcx_bytes

    return tcx_bytes(made)


def _gpx(made: Content) -> bytes:
    from importer.exports.gpx import gpx_bytes

    return gpx_bytes(made)


def _fit(made: Content) -> bytes:
    from importer.exports.fit import fit_bytes

    return fit_bytes(made)


def _csv(table: Table) -> bytes:
    from importer.reports.tables_out import rows_text

    return rows_text(table, "csv").encode("utf-8")


def _json(table: Table) -> bytes:
    from importer.reports.tables_out import rows_text

    return rows_text(table, "json").encode("utf-8")


def _parquet(table: Table) -> bytes:
    from importer.reports.tables_out import write_parquet

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "samples.parquet"
        write_parquet(table, path)
        return path.read_bytes()


_FILES: Final[dict[str, Callable[[Content], bytes]]] = {"tcx": _tcx, "gpx": _gpx, "fit": _fit}
_TABLES: Final[dict[str, Callable[[Table], bytes]]] = {"csv": _csv, "json": _json, "parquet": _parquet}
