"""What goes into the store beside a session, and what comes out of it.

Conventions: fields carry the names of the JSON contract (docs/cli.md); an `id` is the row's number;
times are aware UTC; None is "not known" or "not measured".
Knows no database, so that importing it is cheap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from importer.values.activity import CadenceBasis, Device, Environment, Lap, Pause, SpeedBasis, Text
from importer.values.session import Basis, BoutKind, Direction, Gait, Label, LabelKind, LapWord, Normal, Phase, Standing

#: What the runner may say about a session.
Said = Label | LapWord


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """The file behind an import.

    Parameters
    ----------
    path : the file as the user named it; for a member of an archive, the archive.
    sha256 : hexadecimal digest of the bytes after decompression, None where they could not be read.
    size_bytes : length of those bytes.
    format : ``fit``, ``gpx`` or ``tcx``; "" where it was not recognised.
    member : name inside the archive.
    modified : the file's own time, for the record only.
    """

    path: str
    sha256: str | None
    size_bytes: int = 0
    format: str = ""
    member: str | None = None
    modified: datetime | None = None

    @property
    def label(self) -> str:
        """The name in messages and in `failure`: ``a.zip!member``."""
        return self.path if self.member is None else f"{self.path}!{self.member}"


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A stored segment."""

    id: int
    start_s: float
    end_s: float
    direction: Direction
    gait: Gait | None
    basis: Basis
    standing: Standing
    confidence: float | None
    distance_m: float | None
    mean_speed_mps: float | None
    max_speed_mps: float | None
    mean_cadence_spm: float | None
    mean_heart_rate_bpm: float | None
    ascent_m: float | None
    grade_ratio: float | None
    why: tuple[str, ...]
    kind: BoutKind | None = None
    set_index: int | None = None
    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A stored session, as its primary recording and its tags tell it.

    `segments`, `laps`, `pauses` and `texts` are filled where they were asked for, and empty in lists of sessions.
    """

    id: int
    start: datetime
    utc_offset_s: int | None
    utc_offset_basis: str
    athlete: str
    sport: str
    sub_sport: str
    environment: Environment
    speed_basis: SpeedBasis
    cadence_basis: CadenceBasis
    cadence_factor: float | None
    elapsed_s: float
    timer_s: float
    distance_m: float | None
    possible_duplicate_of: int | None
    backward_accepted_s: float
    backward_accepted_m: float
    backward_suggested_s: float
    backward_suggested_m: float
    forward_s: float
    forward_m: float
    still_s: float
    unknown_s: float
    unknown_m: float
    calibration: int
    baseline_id: int | None
    findings: tuple[str, ...]
    path: str
    member: str | None
    sha256: str
    format: str
    device: Device
    n_samples: int
    counts: Mapping[str, int]
    notes: tuple[str, ...]
    segments: tuple[SegmentRecord, ...] = ()
    laps: tuple[Lap, ...] = ()
    pauses: tuple[Pause, ...] = ()
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A file that is known, whose it is, and what it gave.

    `replaced_by` is the file that took its place, as a better source of the same sessions; these are then its own.
    """

    id: int
    sha256: str
    path: str
    member: str | None
    format: str
    athlete: str
    batch_id: int
    sessions: tuple[SessionRecord, ...] = field(default=())
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class SavedSource:
    """What `Store.save` did: `is_new` is False where the same bytes were there already, and then nothing was written."""

    is_new: bool
    source: StoredSource

    @property
    def sessions(self) -> tuple[SessionRecord, ...]:
        return self.source.sessions


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """A file that failed or was skipped, and how often."""

    id: int
    sha256: str | None
    path: str
    kind: str
    code: str
    message: str
    offset: int | None
    attempts: int
    program_version: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """What the runner said about ``[start_s, end_s)`` of the session that has it; None where no stored session does.

    `kind` is tag, confirm or reject; laps and laps-kept carry a `rule` about the whole session.
    """

    id: int
    session_id: int | None
    start_s: float
    end_s: float
    kind: str
    direction: Direction | None
    rule: str | None
    said: datetime
    sha256: str | None


def lap_word(records: Iterable[LabelRecord]) -> LapWord | None:
    """Give the lap rule that holds: the last one said."""
    last = next((record for record in reversed(tuple(records)) if record.rule is not None), None)
    return None if last is None or last.rule is None else LapWord(last.rule, is_kept=last.kind == "laps-kept")


def spans(records: Iterable[LabelRecord]) -> tuple[Label, ...]:
    """Give the labels about stretches, as detection takes them."""
    return tuple(Label(record.start_s, record.end_s, LabelKind(record.kind), record.direction) for record in records if record.rule is None)


class RecordedWords(NamedTuple):
    """What is said in a recording of a file, on its own clock, and the notes about it."""

    recording_id: int
    session_id: int
    start: datetime
    elapsed_s: float
    texts: tuple[Text, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """What the database knows of a session beside its recording; `normals` are of sessions that started earlier, in that order.

    `kept_rule` is the athlete's own rule for laps, for recordings of which nothing else was said; `backward_sessions_share` is how many
    of his sessions hold backward movement, as he says.
    """

    normals: tuple[Normal, ...] = ()
    labels: tuple[LabelRecord, ...] = ()
    kept_rule: str | None = None
    backward_sessions_share: float | None = None


@dataclass(frozen=True, slots=True)
class JudgedRecord:
    """By what a stored session was judged, and what it teaches."""

    id: int
    athlete: str
    start: datetime
    judged_by: str | None
    normal: Normal | None
    labels: tuple[LabelRecord, ...]
    backward_sessions_share: float | None = None


@dataclass(frozen=True, slots=True)
class AthleteRecord:
    """An athlete, with the number of sessions and the rule for laps that is kept."""

    id: int
    name: str
    lap_rule: str | None
    n_sessions: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out of the database; `labels` are kept, and come back with the file."""

    sessions: tuple[SessionRecord, ...]
    n_files: int
    n_labels: int

    @property
    def summary(self) -> str:
        """Say how much it was."""
        words = (("session", len(self.sessions), "removed"), ("file", self.n_files, "forgotten"))
        said = [f"{n} {what}{'' if n == 1 else 's'} {done}" for what, n, done in words]
        labels = f"{self.n_labels} {'label' if self.n_labels == 1 else 'labels'} kept"
        return ", ".join([*said, labels] if self.n_labels else said)

    def as_json(self) -> dict[str, object]:
        """Give the numbers of the sessions, and how many files and labels."""
        return {"sessions": [session.id for session in self.sessions], "n_files": self.n_files, "n_labels_kept": self.n_labels}


class Tombstones(NamedTuple):
    """Sessions of a file that were deleted: their starts, whether any other is left, and when the last one went."""

    starts: tuple[datetime, ...]
    is_whole_file: bool
    deleted: datetime

    def covers(self, start: datetime) -> bool:
        """Whether a session of this start was deleted; a later version of the program may see it begin a little earlier or later."""
        return any(abs(start - one) <= timedelta(seconds=1) for one in self.starts)
