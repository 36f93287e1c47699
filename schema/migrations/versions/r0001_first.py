"""The first schema: athletes, files, sessions and their tags, labels, samples.

Conventions: frozen history. It says everything itself and never looks at today's `schema.tables`.
The reporting views are no part of it: env.py makes them anew after every upgrade, from views.sql.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: Final = "0001"
down_revision: Final = None

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAG: Final = sa.Integer().with_variant(sa.Boolean(), "postgresql")
JSON: Final = sa.Text().with_variant(postgresql.JSONB(), "postgresql")
NUMBER: Final[sa.types.TypeEngine[float]] = sa.Double().with_variant(sa.REAL(), "sqlite")
TIME: Final = sa.Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Create every table, those that others refer to first."""
    _athlete()
    _athlete_profile()
    _device_rule()
    _import_batch()
    _tombstone()
    _baseline()
    _failure()
    _seen_path()
    _watched_folder()
    _source_file()
    _session()
    _label()
    _pair()
    _recording()
    _segment()
    _lap()
    _stream()


def _athlete() -> None:
    op.create_table(
        "athlete",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_utc", TIME, nullable=False),
        sa.Column("lap_rule", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_athlete"),
        sa.UniqueConstraint("name", name="uq_athlete_name"),
        sa.CheckConstraint("name <> ''", name=op.f("ck_athlete_name")),
        sqlite_strict=True,
    )


def _athlete_profile() -> None:
    op.create_table(
        "athlete_profile",
        sa.Column("id", BIG, nullable=False),
        sa.Column("athlete_id", BIG, nullable=False),
        sa.Column("since_utc", TIME, nullable=False),
        sa.Column("weight_kg", NUMBER, nullable=True),
        sa.Column("max_heart_rate_bpm", NUMBER, nullable=True),
        sa.Column("resting_heart_rate_bpm", NUMBER, nullable=True),
        sa.Column("backward_sessions_share", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_athlete_profile"),
        sa.UniqueConstraint("athlete_id", "since_utc", name="uq_athlete_profile_athlete_id_since_utc"),
        sa.CheckConstraint("weight_kg BETWEEN 20 AND 400", name=op.f("ck_athlete_profile_weight_kg")),
        sa.CheckConstraint("max_heart_rate_bpm BETWEEN 80 AND 250", name=op.f("ck_athlete_profile_max_heart_rate_bpm")),
        sa.CheckConstraint("resting_heart_rate_bpm BETWEEN 20 AND 130", name=op.f("ck_athlete_profile_resting_heart_rate_bpm")),
        sa.CheckConstraint("backward_sessions_share BETWEEN 0 AND 1", name=op.f("ck_athlete_profile_backward_sessions_share")),
        sa.ForeignKeyConstraint(["athlete_id"], ["athlete.id"], name="fk_athlete_profile_athlete_id"),
        sqlite_strict=True,
    )


def _device_rule() -> None:
    op.create_table(
        "device_rule",
        sa.Column("id", BIG, nullable=False),
        sa.Column("athlete_id", BIG, nullable=False),
        sa.Column("manufacturer", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("serial", BIG, nullable=True),
        sa.Column("created_utc", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_device_rule"),
        sa.CheckConstraint("manufacturer <> '' OR product <> '' OR serial IS NOT NULL", name=op.f("ck_device_rule_device")),
        sa.ForeignKeyConstraint(["athlete_id"], ["athlete.id"], name="fk_device_rule_athlete_id"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_device_rule_athlete_id", "device_rule", ["athlete_id"])
    for name, columns, where in (
        ("uq_device_rule_device", ["manufacturer", "product", "serial"], sa.text("serial IS NOT NULL")),
        ("uq_device_rule_kind", ["manufacturer", "product"], sa.text("serial IS NULL")),
    ):
        op.create_index(name, "device_rule", columns, unique=True, sqlite_where=where, postgresql_where=where)


def _import_batch() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", BIG, nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("started_utc", TIME, nullable=False),
        sa.Column("finished_utc", TIME, nullable=True),
        sa.Column("counts", JSON, nullable=True),
        sa.Column("undone_utc", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_import_batch"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )


def _tombstone() -> None:
    op.create_table(
        "tombstone",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("session_start_utc", TIME, nullable=False),
        sa.Column("is_whole_file", FLAG, nullable=False),
        sa.Column("deleted_utc", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tombstone"),
        sa.UniqueConstraint("sha256", "session_start_utc", name="uq_tombstone_sha256_session_start_utc"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_tombstone_sha256")),
        sa.CheckConstraint("is_whole_file IN (1 = 1, 1 = 0)", name=op.f("ck_tombstone_is_whole_file")),
        sqlite_strict=True,
    )


def _baseline() -> None:
    op.create_table(
        "baseline",
        sa.Column("id", BIG, nullable=False),
        sa.Column("athlete_id", BIG, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("n_sessions", sa.Integer(), nullable=False),
        sa.Column("until_utc", TIME, nullable=True),
        sa.Column("content", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_baseline"),
        sa.UniqueConstraint("athlete_id", "digest", name="uq_baseline_athlete_id_digest"),
        sa.ForeignKeyConstraint(["athlete_id"], ["athlete.id"], name="fk_baseline_athlete_id"),
        sqlite_strict=True,
    )


def _failure() -> None:
    op.create_table(
        "failure",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("offset_bytes", BIG, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("first_utc", TIME, nullable=False),
        sa.Column("last_utc", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failure"),
        sa.UniqueConstraint("sha256", name="uq_failure_sha256"),
        sa.CheckConstraint("kind IN ('failed', 'skipped')", name=op.f("ck_failure_kind")),
        sa.CheckConstraint("attempts >= 1", name=op.f("ck_failure_attempts")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_failure_batch_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_failure_batch_id", "failure", ["batch_id"])
    op.create_index(
        "uq_failure_path",
        "failure",
        ["path"],
        unique=True,
        sqlite_where=sa.text("sha256 IS NULL"),
        postgresql_where=sa.text("sha256 IS NULL"),
    )


def _seen_path() -> None:
    op.create_table(
        "seen_path",
        sa.Column("id", BIG, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_utc", TIME, nullable=True),
        sa.Column("first_utc", TIME, nullable=False),
        sa.Column("checked_utc", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seen_path"),
        sa.UniqueConstraint("path", name="uq_seen_path_path"),
        sa.CheckConstraint("outcome IN ('imported', 'known', 'linked', 'skipped', 'failed', 'waiting')", name=op.f("ck_seen_path_outcome")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_seen_path_attempts")),
        sqlite_strict=True,
    )
    op.create_index("ix_seen_path_next_try_utc", "seen_path", ["next_try_utc"])
    op.create_index("ix_seen_path_checked_utc", "seen_path", ["checked_utc"])


def _watched_folder() -> None:
    op.create_table(
        "watched_folder",
        sa.Column("id", BIG, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("every_s", NUMBER, nullable=True),
        sa.Column("settle_s", NUMBER, nullable=False),
        sa.Column("started_utc", TIME, nullable=False),
        sa.Column("beat_utc", TIME, nullable=False),
        sa.Column("scanned_utc", TIME, nullable=True),
        sa.Column("n_files", sa.Integer(), nullable=False),
        sa.Column("n_waiting", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_watched_folder"),
        sa.UniqueConstraint("root", name="uq_watched_folder_root"),
        sa.CheckConstraint("state IN ('watching', 'away', 'paused', 'stopped')", name=op.f("ck_watched_folder_state")),
        sqlite_strict=True,
    )


def _source_file() -> None:
    op.create_table(
        "source_file",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("athlete_id", BIG, nullable=False),
        sa.Column("batch_id", BIG, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("size_bytes", BIG, nullable=False),
        sa.Column("modified_utc", TIME, nullable=True),
        sa.Column("imported_utc", TIME, nullable=False),
        sa.Column("replaced_by", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_source_file"),
        sa.UniqueConstraint("sha256", name="uq_source_file_sha256"),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_source_file_sha256")),
        sa.ForeignKeyConstraint(["athlete_id"], ["athlete.id"], name="fk_source_file_athlete_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name="fk_source_file_batch_id"),
        sa.ForeignKeyConstraint(["replaced_by"], ["source_file.id"], name="fk_source_file_replaced_by", ondelete="CASCADE"),
        sqlite_strict=True,
    )
    op.create_index("ix_source_file_athlete_id", "source_file", ["athlete_id"])
    op.create_index("ix_source_file_batch_id", "source_file", ["batch_id"])
    op.create_index("ix_source_file_replaced_by", "source_file", ["replaced_by"])


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("id", BIG, nullable=False),
        sa.Column("athlete_id", BIG, nullable=False),
        sa.Column("start_utc", TIME, nullable=False),
        sa.Column("utc_offset_s", sa.Integer(), nullable=True),
        sa.Column("utc_offset_basis", sa.Text(), nullable=False),
        sa.Column("sport", sa.Text(), nullable=False),
        sa.Column("sub_sport", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("speed_basis", sa.Text(), nullable=False),
        sa.Column("cadence_basis", sa.Text(), nullable=False),
        sa.Column("cadence_factor", NUMBER, nullable=True),
        sa.Column("elapsed_s", NUMBER, nullable=False),
        sa.Column("timer_s", NUMBER, nullable=False),
        sa.Column("distance_m", NUMBER, nullable=True),
        sa.Column("backward_accepted_s", NUMBER, nullable=False),
        sa.Column("backward_accepted_m", NUMBER, nullable=False),
        sa.Column("backward_suggested_s", NUMBER, nullable=False),
        sa.Column("backward_suggested_m", NUMBER, nullable=False),
        sa.Column("forward_s", NUMBER, nullable=False),
        sa.Column("forward_m", NUMBER, nullable=False),
        sa.Column("still_s", NUMBER, nullable=False),
        sa.Column("unknown_s", NUMBER, nullable=False),
        sa.Column("unknown_m", NUMBER, nullable=False),
        sa.Column("calibration", sa.Integer(), nullable=False),
        sa.Column("baseline_id", BIG, nullable=True),
        sa.Column("judged_by", sa.Text(), nullable=True),
        sa.Column("normal", JSON, nullable=True),
        sa.Column("is_lesson", FLAG, nullable=False),
        sa.Column("findings", JSON, nullable=False),
        sa.Column("possible_duplicate_of", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.CheckConstraint(
            "environment IN ('treadmill', 'indoor', 'track', 'outdoor', 'elliptical', 'unknown')", name=op.f("ck_session_environment")
        ),
        sa.CheckConstraint("speed_basis IN ('belt', 'gps', 'footpod', 'watch-model', 'unknown')", name=op.f("ck_session_speed_basis")),
        sa.CheckConstraint(
            "cadence_basis IN ('writer', 'units', 'total-cycles', 'median', 'step-length', 'unknown', 'none')",
            name=op.f("ck_session_cadence_basis"),
        ),
        sa.CheckConstraint("0 <= timer_s AND timer_s <= elapsed_s", name=op.f("ck_session_lengths")),
        sa.CheckConstraint("is_lesson IN (1 = 1, 1 = 0)", name=op.f("ck_session_is_lesson")),
        sa.ForeignKeyConstraint(["athlete_id"], ["athlete.id"], name="fk_session_athlete_id"),
        sa.ForeignKeyConstraint(["baseline_id"], ["baseline.id"], name="fk_session_baseline_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["possible_duplicate_of"], ["session.id"], name="fk_session_possible_duplicate_of", ondelete="SET NULL"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("ix_session_athlete_id_start_utc", "session", ["athlete_id", "start_utc"])
    op.create_index("ix_session_baseline_id", "session", ["baseline_id"])
    op.create_index(
        "ix_session_lesson",
        "session",
        ["athlete_id", "start_utc"],
        sqlite_where=sa.text("is_lesson"),
        postgresql_where=sa.text("is_lesson"),
    )
    op.create_index("ix_session_possible_duplicate_of", "session", ["possible_duplicate_of"])
    op.create_index("ix_session_start_utc", "session", ["start_utc"])


def _label() -> None:
    op.create_table(
        "label",
        sa.Column("id", BIG, nullable=False),
        sa.Column("athlete_id", BIG, nullable=False),
        sa.Column("session_id", BIG, nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("session_start_utc", TIME, nullable=False),
        sa.Column("start_s", NUMBER, nullable=False),
        sa.Column("end_s", NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("said_utc", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_label"),
        sa.CheckConstraint("0 <= start_s AND start_s < end_s", name=op.f("ck_label_span")),
        sa.CheckConstraint("kind IN ('tag', 'confirm', 'reject', 'laps', 'laps-kept')", name=op.f("ck_label_kind")),
        sa.CheckConstraint("direction IN ('forward', 'backward', 'still', 'unknown')", name=op.f("ck_label_direction")),
        sa.CheckConstraint("(kind = 'tag') = (direction IS NOT NULL)", name=op.f("ck_label_tag")),
        sa.CheckConstraint("(kind IN ('laps', 'laps-kept')) = (rule IS NOT NULL)", name=op.f("ck_label_rule")),
        sa.ForeignKeyConstraint(["athlete_id"], ["athlete.id"], name="fk_label_athlete_id"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_label_session_id", ondelete="SET NULL"),
        sqlite_strict=True,
    )
    op.create_index("ix_label_athlete_id_session_start_utc", "label", ["athlete_id", "session_start_utc"])
    op.create_index("ix_label_session_id", "label", ["session_id"])
    op.create_index("ix_label_sha256", "label", ["sha256"])


def _pair() -> None:
    op.create_table(
        "pair",
        sa.Column("id", BIG, nullable=False),
        sa.Column("athlete_id", BIG, nullable=False),
        sa.Column("a_sha256", sa.Text(), nullable=False),
        sa.Column("a_start_utc", TIME, nullable=False),
        sa.Column("b_sha256", sa.Text(), nullable=False),
        sa.Column("b_start_utc", TIME, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("shift_s", NUMBER, nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_utc", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pair"),
        sa.UniqueConstraint("a_sha256", "a_start_utc", "b_sha256", "b_start_utc", name="uq_pair_a_sha256_a_start_utc_b_sha256_b_start_utc"),
        sa.CheckConstraint("a_sha256 < b_sha256", name=op.f("ck_pair_order")),
        sa.CheckConstraint("verdict IN ('same', 'candidate')", name=op.f("ck_pair_verdict")),
        sa.CheckConstraint("decision IN ('together', 'apart')", name=op.f("ck_pair_decision")),
        sa.CheckConstraint("verdict IS NOT NULL OR decision IS NOT NULL", name=op.f("ck_pair_said")),
        sa.CheckConstraint("(decision IS NULL) = (decided_utc IS NULL)", name=op.f("ck_pair_decided")),
        sa.ForeignKeyConstraint(["athlete_id"], ["athlete.id"], name="fk_pair_athlete_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_pair_b_sha256", "pair", ["b_sha256"])
    op.create_index("ix_pair_athlete_id", "pair", ["athlete_id"])


def _recording() -> None:
    op.create_table(
        "recording",
        sa.Column("id", BIG, nullable=False),
        sa.Column("session_id", BIG, nullable=False),
        sa.Column("source_id", BIG, nullable=False),
        sa.Column("is_primary", FLAG, nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("manufacturer", sa.Text(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("serial", BIG, nullable=True),
        sa.Column("software", sa.Text(), nullable=True),
        sa.Column("session_ix", sa.Integer(), nullable=False),
        sa.Column("start_utc", TIME, nullable=False),
        sa.Column("utc_offset_s", sa.Integer(), nullable=True),
        sa.Column("utc_offset_basis", sa.Text(), nullable=False),
        sa.Column("sport", sa.Text(), nullable=False),
        sa.Column("sub_sport", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("speed_basis", sa.Text(), nullable=False),
        sa.Column("cadence_basis", sa.Text(), nullable=False),
        sa.Column("cadence_factor", NUMBER, nullable=True),
        sa.Column("elapsed_s", NUMBER, nullable=False),
        sa.Column("timer_s", NUMBER, nullable=False),
        sa.Column("distance_m", NUMBER, nullable=True),
        sa.Column("n_samples", sa.Integer(), nullable=False),
        sa.Column("pauses", JSON, nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("splits", JSON, nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("notes", JSON, nullable=False),
        sa.Column("clock_shift_s", NUMBER, nullable=False),
        sa.Column("supplies", JSON, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
        sa.CheckConstraint(
            "environment IN ('treadmill', 'indoor', 'track', 'outdoor', 'elliptical', 'unknown')", name=op.f("ck_recording_environment")
        ),
        sa.CheckConstraint("speed_basis IN ('belt', 'gps', 'footpod', 'watch-model', 'unknown')", name=op.f("ck_recording_speed_basis")),
        sa.CheckConstraint(
            "cadence_basis IN ('writer', 'units', 'total-cycles', 'median', 'step-length', 'unknown', 'none')",
            name=op.f("ck_recording_cadence_basis"),
        ),
        sa.CheckConstraint("0 <= timer_s AND timer_s <= elapsed_s", name=op.f("ck_recording_lengths")),
        sa.CheckConstraint("is_primary IN (1 = 1, 1 = 0)", name=op.f("ck_recording_is_primary")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_recording_session_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["source_file.id"], name="fk_recording_source_id", ondelete="CASCADE"),
        sqlite_strict=True,
    )
    op.create_index("ix_recording_identity", "recording", ["start_utc", "serial", "session_ix"])
    op.create_index("ix_recording_session_id", "recording", ["session_id"])
    op.create_index("ix_recording_source_id", "recording", ["source_id"])
    op.create_index(
        "uq_recording_primary",
        "recording",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("is_primary"),
        postgresql_where=sa.text("is_primary"),
    )


def _segment() -> None:
    op.create_table(
        "segment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("session_id", BIG, nullable=False),
        sa.Column("start_s", NUMBER, nullable=False),
        sa.Column("end_s", NUMBER, nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("gait", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("confidence", NUMBER, nullable=True),
        sa.Column("distance_m", NUMBER, nullable=True),
        sa.Column("mean_speed_mps", NUMBER, nullable=True),
        sa.Column("max_speed_mps", NUMBER, nullable=True),
        sa.Column("mean_cadence_spm", NUMBER, nullable=True),
        sa.Column("mean_heart_rate_bpm", NUMBER, nullable=True),
        sa.Column("ascent_m", NUMBER, nullable=True),
        sa.Column("grade_ratio", NUMBER, nullable=True),
        sa.Column("why", JSON, nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("set_index", sa.Integer(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_segment"),
        sa.UniqueConstraint("session_id", "start_s", name="uq_segment_session_id_start_s"),
        sa.CheckConstraint("0 <= start_s AND start_s < end_s", name=op.f("ck_segment_span")),
        sa.CheckConstraint("direction IN ('forward', 'backward', 'still', 'unknown')", name=op.f("ck_segment_direction")),
        sa.CheckConstraint("gait IN ('run', 'walk')", name=op.f("ck_segment_gait")),
        sa.CheckConstraint("basis IN ('manual', 'declared', 'facing', 'gait', 'none')", name=op.f("ck_segment_basis")),
        sa.CheckConstraint("standing IN ('accepted', 'suggested')", name=op.f("ck_segment_standing")),
        sa.CheckConstraint("0 <= confidence AND confidence <= 1", name=op.f("ck_segment_confidence")),
        sa.CheckConstraint(
            "(direction = 'unknown') = (confidence IS NULL) AND (direction = 'unknown') = (basis = 'none')", name=op.f("ck_segment_unknown")
        ),
        sa.CheckConstraint("standing = 'accepted' OR direction = 'backward'", name=op.f("ck_segment_suggestion")),
        sa.CheckConstraint("kind IN ('sprint', 'repetition', 'hill-repeat', 'block')", name=op.f("ck_segment_kind")),
        sa.CheckConstraint("phase IN ('warm-up', 'main', 'cool-down')", name=op.f("ck_segment_phase")),
        sa.CheckConstraint("set_index >= 1", name=op.f("ck_segment_set_index")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_segment_session_id", ondelete="CASCADE"),
        sqlite_strict=True,
    )


def _lap() -> None:
    op.create_table(
        "lap",
        sa.Column("id", BIG, nullable=False),
        sa.Column("recording_id", BIG, nullable=False),
        sa.Column("lap_ix", sa.Integer(), nullable=False),
        sa.Column("start_s", NUMBER, nullable=False),
        sa.Column("end_s", NUMBER, nullable=False),
        sa.Column("lap_trigger", sa.Text(), nullable=True),
        sa.Column("intensity", sa.Text(), nullable=True),
        sa.Column("step_index", sa.Integer(), nullable=True),
        sa.Column("distance_m", NUMBER, nullable=True),
        sa.Column("timer_s", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_lap"),
        sa.UniqueConstraint("recording_id", "lap_ix", name="uq_lap_recording_id_lap_ix"),
        sa.CheckConstraint("start_s <= end_s", name=op.f("ck_lap_span")),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_lap_recording_id", ondelete="CASCADE"),
        sqlite_strict=True,
    )


def _stream() -> None:
    op.create_table(
        "stream",
        sa.Column("id", BIG, nullable=False),
        sa.Column("recording_id", BIG, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("codec", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("crc32", BIG, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stream"),
        sa.UniqueConstraint("recording_id", "channel", name="uq_stream_recording_id_channel"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_stream_recording_id", ondelete="CASCADE"),
        sqlite_strict=True,
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE stream ALTER COLUMN data SET STORAGE EXTERNAL")
