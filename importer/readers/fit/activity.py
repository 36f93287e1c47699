"""FIT messages -> activities: which samples, laps, pauses and words belong to which session.

Conventions: all sessions of a file are given, whatever their sport; samples, laps and events belong to the session in whose
``[start, next start)`` they lie; times become seconds since the session's start on the elapsed clock.
A damaged file gives what is whole in it, with a note whose first word is the fault's code; under `strict` it is refused.
Nothing here reads bytes (`wire`, `layout`) or names fields (`profile`, `messages`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importer.errors import CorruptFileError, NotAnActivityError
from importer.readers import samples
from importer.readers.fit import channels, gps_course, heart
from importer.readers.fit.clock import Clock, read_clock
from importer.readers.fit.extras import read_extras
from importer.readers.fit.integrity import Integrity
from importer.readers.fit.messages import Messages, decode
from importer.readers.fit.session import Draft, Span, spans
from importer.readers.fit.structure import Timeline
from importer.readers.fit.wire import read_links
from importer.values.activity import Activity

#: words for what a file is that is no activity, by file_id.type
KINDS: Final = {
    "device": "a list of a device's abilities",
    "settings": "settings of a device",
    "sport": "settings of a sport",
    "workout": "a planned workout",
    "course": "a course to follow",
    "schedules": "a training plan",
    "weight": "readings of a scale",
    "totals": "totals of a device",
    "goals": "goals",
    "blood_pressure": "blood pressure readings",
    "monitoring_a": "all-day monitoring",
    "activity_summary": "a summary without samples",
    "monitoring_daily": "all-day monitoring",
    "monitoring_b": "all-day monitoring",
    "segment": "a segment to race on",
    "segment_list": "a list of segments",
    "exd_configuration": "a display's settings",
}
#: ... and by a message that says more than file_id does; the first one present counts
_TELLING: Final = (
    ("workout_step", "a planned workout"),
    ("weight_scale", "readings of a scale"),
    ("blood_pressure", "blood pressure readings"),
    ("monitoring", "all-day monitoring"),
    ("hr", "heart rates of a strap, without a session"),
    ("device_settings", "settings of a device"),
)
_EXPORT_REMEDY: Final = "export the original activity file (FIT) again from the watch or its platform"


def read_fit(data: bytes, *, strict: bool = False) -> tuple[Activity, ...]:
    """Read all activities of a FIT file and of those chained behind it.

    Parameters
    ----------
    data : the whole file.
    strict : refuse a damaged file instead of keeping what is whole in it.

    Raises
    ------
    UnknownFormatError
        No FIT header.
    CorruptFileError
        Damage left no usable activity, or `strict` and damaged (codes ``truncated``, ``crc-bad``, ``size-bad``, ``trailing-bytes``).
    NotAnActivityError
        A sound file of another kind (``not-an-activity``), without samples (``no-samples``) or without a usable clock (``no-time``).
    TooLargeError
        More bytes or messages than any real file has.
    """
    return assemble([decode(link) for link in read_links(data)], strict=strict)


def assemble(chain: Sequence[Messages], *, strict: bool = False) -> tuple[Activity, ...]:
    """Build the activities of a file from the messages of its links; raises as `read_fit`."""
    damaged = [messages for messages in chain if messages.integrity is not Integrity.OK]
    if damaged and strict:
        first = damaged[0]
        remedy = "import it without --strict to keep what is whole"
        raise CorruptFileError(first.fault, code=first.integrity.value, offset=first.fault_offset, remedy=remedy)
    notes = tuple(_damage_note(messages) for messages in damaged)
    counts = {_damage_count(messages): messages.fault_offset or 0 for messages in damaged}
    found: list[Activity] = []
    refusals: list[NotAnActivityError] = []
    beats = heart.beats(chain)
    for messages in chain:
        try:
            found += _activities(messages, beats, first_index=len(found), notes=notes, counts=counts)
        except NotAnActivityError as error:
            refusals.append(error)
    if found:
        return tuple(found)
    if damaged:
        raise CorruptFileError(f"{damaged[0].fault}; nothing of an activity is left", offset=damaged[0].fault_offset, remedy=_EXPORT_REMEDY)
    raise refusals[0]


def _damage_note(messages: Messages) -> str:
    saved = "" if messages.integrity is Integrity.CRC_BAD else f"; {messages.n_messages:,} whole messages were saved"
    return f"{messages.integrity}: {messages.fault}{saved}"


def _damage_count(messages: Messages) -> str:
    """Name the count that keeps the byte where the damage shows."""
    return "salvaged_at_byte" if messages.integrity is Integrity.TRUNCATED else f"{messages.integrity.replace('-', '_')}_at_byte"


def _activities(
    messages: Messages, beats: heart.Beats, *, first_index: int, notes: tuple[str, ...], counts: Mapping[str, int]
) -> list[Activity]:
    """Build the activities of one link."""
    _refuse_other_kinds(messages)
    clock = read_clock(messages)
    found_spans, session_note = spans(messages, clock)
    notes = (*notes, *(note for note in (clock.note, session_note) if note))
    columns = channels.channels(messages)
    cadence = channels.raw_cadence(messages)
    if cadence is not None:
        columns["cadence_spm"] = cadence.per_min
    merged = heart.merge(clock.t, columns.get("heart_rate_bpm"), beats) if len(beats.t) else None
    if merged is not None:
        columns["heart_rate_bpm"] = merged.bpm
    messages.forget_columns()
    gps_course.add_course(columns, messages, clock)
    found: list[Activity] = []
    timeline = Timeline.of(messages)
    extras = read_extras(messages, clock)
    for span in found_spans:
        mine = _owned(span, clock)
        n_merged = 0 if merged is None else int(np.count_nonzero(merged.is_new[mine]))
        units_factor = None if cadence is None else cadence.units_factor
        # what belongs to no session because it has no time is counted with the first one
        known = {**counts, **extras.counts} if span.order == 0 else dict(counts)
        draft = Draft(messages, span, timeline, clock, extras, units_factor, notes, known)
        draft.note_merged(n_merged)
        owned = {name: column[mine] for name, column in columns.items()}
        found += draft.activities(samples.clean(clock.t[mine] + clock.epoch_unix_s, owned), first_index=first_index + len(found))
    if not found:
        raise NotAnActivityError(
            "an activity without samples and without a length", code="no-samples", found="an empty activity", remedy=_EXPORT_REMEDY
        )
    return found


def _owned(span: Span, clock: Clock) -> slice | NDArray[np.bool_]:
    """Tell which samples belong to one session; one without a time belongs to the first session, to be counted there."""
    if span.n_sessions == 1:
        return slice(None)
    mine = (clock.t >= span.owns_from) & (clock.t < span.owns_until)
    return mine | np.isnan(clock.t) if span.order == 0 else mine


def _refuse_other_kinds(messages: Messages) -> None:
    """Raise NotAnActivityError for what file_id or its messages call something else."""
    kind = next((kind for row in messages.of("file_id") if (kind := row.text("type")) is not None), None)
    has_content = messages.n_records > 0 or bool(messages.of("session"))
    if kind == "activity" and has_content:
        return
    if kind in (None, "activity") or kind not in KINDS:
        if has_content:
            return
        found = next(
            (words for name, words in _TELLING if name in messages.census),
            "an activity without a session" if kind == "activity" else "no activity",
        )
        code = "no-samples" if kind == "activity" else None
    else:
        found, code = next((words for name, words in _TELLING if name in messages.census), KINDS[kind]), None
    raise NotAnActivityError(f"this FIT file holds {found}", code=code, found=found, remedy="import the file of a recorded run or walk")
