"""ORM classes on the tables of `schema.tables`, for those who read the database in Python.

Conventions: one class for each table, named after it with ``Row``; attributes are the columns, plus the relationships.
The columns are those of the table; the annotations under TYPE_CHECKING only name their Python types.
Never holds a rule of its own: what may be stored is said in `schema.tables`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import DeclarativeBase, Mapped, relationship

from schema import tables


class Base(DeclarativeBase):
    """The registry of the ORM classes."""

    metadata = tables.metadata


class AthleteRow(Base):
    """Whose sessions these are."""

    __table__ = tables.athlete
    sessions: Mapped[list[SessionRow]] = relationship(back_populates="athlete", order_by=tables.session.c.start_utc)

    if TYPE_CHECKING:
        id: Mapped[int]
        name: Mapped[str]
        created_utc: Mapped[datetime]
        lap_rule: Mapped[str | None]


class AthleteProfileRow(Base):
    """What an athlete says of himself from a day on."""

    __table__ = tables.athlete_profile

    if TYPE_CHECKING:
        id: Mapped[int]
        athlete_id: Mapped[int]
        since_utc: Mapped[datetime]
        weight_kg: Mapped[float | None]
        max_heart_rate_bpm: Mapped[float | None]
        resting_heart_rate_bpm: Mapped[float | None]
        backward_sessions_share: Mapped[float | None]


class DeviceRuleRow(Base):
    """Whose recordings a device makes."""

    __table__ = tables.device_rule

    if TYPE_CHECKING:
        id: Mapped[int]
        athlete_id: Mapped[int]
        manufacturer: Mapped[str]
        product: Mapped[str]
        serial: Mapped[int | None]
        created_utc: Mapped[datetime]


class ImportBatchRow(Base):
    """One run of the program that imported something."""

    __table__ = tables.import_batch

    if TYPE_CHECKING:
        id: Mapped[int]
        command: Mapped[str]
        program_version: Mapped[str]
        started_utc: Mapped[datetime]
        finished_utc: Mapped[datetime | None]
        counts: Mapped[dict[str, int] | None]
        undone_utc: Mapped[datetime | None]


class TombstoneRow(Base):
    """A session that must not come back."""

    __table__ = tables.tombstone

    if TYPE_CHECKING:
        id: Mapped[int]
        sha256: Mapped[str]
        session_start_utc: Mapped[datetime]
        is_whole_file: Mapped[bool]
        deleted_utc: Mapped[datetime]


class BaselineRow(Base):
    """What was normal for a runner."""

    __table__ = tables.baseline

    if TYPE_CHECKING:
        id: Mapped[int]
        athlete_id: Mapped[int]
        digest: Mapped[str]
        n_sessions: Mapped[int]
        until_utc: Mapped[datetime | None]
        content: Mapped[dict[str, Any]]


class SeenPathRow(Base):
    """What a watcher remembers of a path."""

    __table__ = tables.seen_path

    if TYPE_CHECKING:
        id: Mapped[int]
        path: Mapped[str]
        stamp: Mapped[str]
        sha256: Mapped[str | None]
        outcome: Mapped[str]
        code: Mapped[str | None]
        message: Mapped[str | None]
        program_version: Mapped[str]
        attempts: Mapped[int]
        next_try_utc: Mapped[datetime | None]
        first_utc: Mapped[datetime]
        checked_utc: Mapped[datetime]


class WatchedFolderRow(Base):
    """What a watcher says of a folder."""

    __table__ = tables.watched_folder

    if TYPE_CHECKING:
        id: Mapped[int]
        root: Mapped[str]
        state: Mapped[str]
        said: Mapped[str | None]
        every_s: Mapped[float | None]
        settle_s: Mapped[float]
        started_utc: Mapped[datetime]
        beat_utc: Mapped[datetime]
        scanned_utc: Mapped[datetime | None]
        n_files: Mapped[int]
        n_waiting: Mapped[int]


class FailureRow(Base):
    """A file that failed or was skipped."""

    __table__ = tables.failure

    if TYPE_CHECKING:
        id: Mapped[int]
        sha256: Mapped[str | None]
        path: Mapped[str]
        kind: Mapped[str]
        code: Mapped[str]
        message: Mapped[str]
        offset_bytes: Mapped[int | None]
        attempts: Mapped[int]
        batch_id: Mapped[int]
        first_utc: Mapped[datetime]
        last_utc: Mapped[datetime]


class SourceFileRow(Base):
    """A stored file."""

    __table__ = tables.source_file
    athlete: Mapped[AthleteRow] = relationship()
    batch: Mapped[ImportBatchRow] = relationship()
    recordings: Mapped[list[RecordingRow]] = relationship(back_populates="source", passive_deletes=True)

    if TYPE_CHECKING:
        id: Mapped[int]
        sha256: Mapped[str]
        athlete_id: Mapped[int]
        batch_id: Mapped[int]
        path: Mapped[str]
        member: Mapped[str | None]
        format: Mapped[str]
        size_bytes: Mapped[int]
        modified_utc: Mapped[datetime | None]
        imported_utc: Mapped[datetime]
        replaced_by: Mapped[int | None]


class SessionRow(Base):
    """One run or walk."""

    __table__ = tables.session
    athlete: Mapped[AthleteRow] = relationship(back_populates="sessions")
    baseline: Mapped[BaselineRow | None] = relationship()
    recordings: Mapped[list[RecordingRow]] = relationship(back_populates="session", cascade="all, delete", passive_deletes=True)
    segments: Mapped[list[SegmentRow]] = relationship(
        back_populates="session", order_by=tables.segment.c.start_s, cascade="all, delete", passive_deletes=True
    )

    if TYPE_CHECKING:
        id: Mapped[int]
        athlete_id: Mapped[int]
        start_utc: Mapped[datetime]
        utc_offset_s: Mapped[int | None]
        utc_offset_basis: Mapped[str]
        sport: Mapped[str]
        sub_sport: Mapped[str]
        environment: Mapped[str]
        speed_basis: Mapped[str]
        cadence_basis: Mapped[str]
        cadence_factor: Mapped[float | None]
        elapsed_s: Mapped[float]
        timer_s: Mapped[float]
        distance_m: Mapped[float | None]
        backward_accepted_s: Mapped[float]
        backward_accepted_m: Mapped[float]
        backward_suggested_s: Mapped[float]
        backward_suggested_m: Mapped[float]
        forward_s: Mapped[float]
        forward_m: Mapped[float]
        still_s: Mapped[float]
        unknown_s: Mapped[float]
        unknown_m: Mapped[float]
        calibration: Mapped[int]
        baseline_id: Mapped[int | None]
        judged_by: Mapped[str | None]
        normal: Mapped[dict[str, Any] | None]
        is_lesson: Mapped[bool]
        findings: Mapped[list[str]]
        possible_duplicate_of: Mapped[int | None]


class LabelRow(Base):
    """What the user said about a stretch."""

    __table__ = tables.label

    if TYPE_CHECKING:
        id: Mapped[int]
        athlete_id: Mapped[int]
        session_id: Mapped[int | None]
        sha256: Mapped[str | None]
        session_start_utc: Mapped[datetime]
        start_s: Mapped[float]
        end_s: Mapped[float]
        kind: Mapped[str]
        direction: Mapped[str | None]
        rule: Mapped[str | None]
        said_utc: Mapped[datetime]


class RecordingRow(Base):
    """One recording of a session by one device."""

    __table__ = tables.recording
    session: Mapped[SessionRow] = relationship(back_populates="recordings")
    source: Mapped[SourceFileRow] = relationship(back_populates="recordings")
    laps: Mapped[list[LapRow]] = relationship(order_by=tables.lap.c.lap_ix, cascade="all, delete", passive_deletes=True)
    streams: Mapped[list[StreamRow]] = relationship(order_by=tables.stream.c.id, cascade="all, delete", passive_deletes=True)

    if TYPE_CHECKING:
        id: Mapped[int]
        session_id: Mapped[int]
        source_id: Mapped[int]
        is_primary: Mapped[bool]
        format: Mapped[str]
        manufacturer: Mapped[str | None]
        product: Mapped[str | None]
        serial: Mapped[int | None]
        software: Mapped[str | None]
        session_ix: Mapped[int]
        start_utc: Mapped[datetime]
        utc_offset_s: Mapped[int | None]
        utc_offset_basis: Mapped[str]
        sport: Mapped[str]
        sub_sport: Mapped[str]
        environment: Mapped[str]
        speed_basis: Mapped[str]
        cadence_basis: Mapped[str]
        cadence_factor: Mapped[float | None]
        elapsed_s: Mapped[float]
        timer_s: Mapped[float]
        distance_m: Mapped[float | None]
        n_samples: Mapped[int]
        pauses: Mapped[list[list[Any]]]
        texts: Mapped[list[list[Any]]]
        splits: Mapped[list[list[Any]]]
        counts: Mapped[dict[str, int]]
        notes: Mapped[list[str]]
        clock_shift_s: Mapped[float]
        supplies: Mapped[list[str] | None]


class PairRow(Base):
    """Two recordings that may be one session."""

    __table__ = tables.pair

    if TYPE_CHECKING:
        id: Mapped[int]
        athlete_id: Mapped[int]
        a_sha256: Mapped[str]
        a_start_utc: Mapped[datetime]
        b_sha256: Mapped[str]
        b_start_utc: Mapped[datetime]
        verdict: Mapped[str | None]
        reason: Mapped[str]
        shift_s: Mapped[float]
        decision: Mapped[str | None]
        decided_utc: Mapped[datetime | None]


class SegmentRow(Base):
    """A stretch of one direction."""

    __table__ = tables.segment
    session: Mapped[SessionRow] = relationship(back_populates="segments")

    if TYPE_CHECKING:
        id: Mapped[int]
        session_id: Mapped[int]
        start_s: Mapped[float]
        end_s: Mapped[float]
        direction: Mapped[str]
        gait: Mapped[str | None]
        basis: Mapped[str]
        standing: Mapped[str]
        confidence: Mapped[float | None]
        distance_m: Mapped[float | None]
        mean_speed_mps: Mapped[float | None]
        max_speed_mps: Mapped[float | None]
        mean_cadence_spm: Mapped[float | None]
        mean_heart_rate_bpm: Mapped[float | None]
        ascent_m: Mapped[float | None]
        grade_ratio: Mapped[float | None]
        why: Mapped[list[str]]
        kind: Mapped[str | None]
        set_index: Mapped[int | None]
        phase: Mapped[str | None]


class LapRow(Base):
    """A lap as the device wrote it."""

    __table__ = tables.lap

    if TYPE_CHECKING:
        id: Mapped[int]
        recording_id: Mapped[int]
        lap_ix: Mapped[int]
        start_s: Mapped[float]
        end_s: Mapped[float]
        lap_trigger: Mapped[str | None]
        intensity: Mapped[str | None]
        step_index: Mapped[int | None]
        distance_m: Mapped[float | None]
        timer_s: Mapped[float | None]


class StreamRow(Base):
    """One compressed column of samples."""

    __table__ = tables.stream

    if TYPE_CHECKING:
        id: Mapped[int]
        recording_id: Mapped[int]
        channel: Mapped[str]
        codec: Mapped[int]
        n: Mapped[int]
        crc32: Mapped[int]
        data: Mapped[bytes]
