"""What goes into the store beside a session, and what comes out of it.

Conventions: fields carry the names of the JSON contract (docs/cli.md); an `id` is the row's number;
times are aware UTC; None is "not known" or "not measured".
Knows no database, so that importing it is cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from importer.values.activity import CadenceBasis, Device, Environment, Lap, Pause, SpeedBasis, Text
from importer.values.session import Basis, Direction, Gait, Standing


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
    """A file that is known, whose it is, and what it gave."""

    id: int
    sha256: str
    path: str
    member: str | None
    format: str
    athlete: str
    batch_id: int
    sessions: tuple[SessionRecord, ...] = field(default=())


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
