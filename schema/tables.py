"""The tables of the database, for SQLite and for PostgreSQL.

Holds one `MetaData` with every table, and the types that make both databases behave alike.
``from schema.tables import SessionRow`` gives the ORM class of a table; it is resolved on first use,
because SQLAlchemy's ORM costs 80 ms to import (measured) and an import of one file does without it.

Conventions: tables are singular and snake_case; a unit stands in the column's name; times are aware UTC (``_utc``);
spans are ``[start_s, end_s)`` in seconds since the session's start; every table has an integer primary key;
constraints are named by `NAMING`. What may stand in a word column is checked by the database.
SQLite tables are STRICT, so a type must be INTEGER, REAL, TEXT or BLOB there.
This package has no ``__init__.py`` on purpose, never imports `importer`, and opens no database.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from schema.columns import BIG, NUMBER, Flag, Json, Utc

if TYPE_CHECKING:
    from schema.models import (
        AthleteProfileRow,
        AthleteRow,
        BaselineRow,
        DeviceRuleRow,
        FailureRow,
        ImportBatchRow,
        LabelRow,
        LapRow,
        PairRow,
        RecordingRow,
        SeenPathRow,
        SegmentRow,
        SessionRow,
        SourceFileRow,
        StreamRow,
        TombstoneRow,
        WatchedFolderRow,
    )

__all__ = [
    "FOLDER",
    "OLDEST_SQLITE",
    "REVISIONS",
    "WORDS",
    "AthleteProfileRow",
    "AthleteRow",
    "BaselineRow",
    "DeviceRuleRow",
    "FailureRow",
    "ImportBatchRow",
    "LabelRow",
    "LapRow",
    "PairRow",
    "RecordingRow",
    "SeenPathRow",
    "SegmentRow",
    "SessionRow",
    "SourceFileRow",
    "StreamRow",
    "TombstoneRow",
    "WatchedFolderRow",
    "metadata",
    "views",
]

#: Every released schema, oldest first, by the number of its migration; the last one is what this file describes.
REVISIONS: Final = ("0001",)
#: Oldest SQLite with STRICT tables. Source: sqlite.org/stricttables.html.
OLDEST_SQLITE: Final = (3, 37, 0)
#: Folder of the migrations and of views.sql: `schema` itself has no ``__file__``.
FOLDER: Final = Path(__file__).resolve().parent

NAMING: Final = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

#: The words of a column, as the database checks them; the values' enumerations hold the same ones.
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "environment": ("treadmill", "indoor", "track", "outdoor", "elliptical", "unknown"),
    "speed_basis": ("belt", "gps", "footpod", "watch-model", "unknown"),
    "cadence_basis": ("writer", "units", "total-cycles", "median", "step-length", "unknown", "none"),
    "direction": ("forward", "backward", "still", "unknown"),
    "gait": ("run", "walk"),
    "basis": ("manual", "declared", "facing", "gait", "none"),
    "standing": ("accepted", "suggested"),
    "segment.kind": ("sprint", "repetition", "hill-repeat", "block"),
    "segment.phase": ("warm-up", "main", "cool-down"),
    "failure.kind": ("failed", "skipped"),
    "seen_path.outcome": ("imported", "known", "linked", "skipped", "failed", "waiting"),
    "watched_folder.state": ("watching", "away", "paused", "stopped"),
    "pair.verdict": ("same", "candidate"),
    "pair.decision": ("together", "apart"),
    "label.kind": ("tag", "confirm", "reject", "laps", "laps-kept"),
}


metadata = MetaData(naming_convention=NAMING)


def _table(name: str, *items: SchemaItem, never_reuse_ids: bool = False) -> Table:
    return Table(
        name,
        metadata,
        Column("id", BIG, primary_key=True),
        *items,
        sqlite_strict=True,
        # Users name these rows by number: the number of a deleted one must never come to mean another.
        sqlite_autoincrement=never_reuse_ids,
    )


def _need(name: str, kind: TypeEngine[Any]) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _ref(name: str, target: str, *, nullable: bool = False, ondelete: str | None = None) -> Column[int]:
    return Column(name, BIG, ForeignKey(f"{target}.id", ondelete=ondelete), nullable=nullable)


def _words(column: str, *, words: str = "") -> CheckConstraint:
    allowed = ", ".join(f"'{word}'" for word in WORDS[words or column])
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def _check(name: str, rule: str) -> CheckConstraint:
    return CheckConstraint(rule, name=name)


def _described() -> tuple[SchemaItem, ...]:
    """Give the columns that a recording has of itself and a session of its recordings together."""
    return (
        _need("start_utc", Utc()),
        Column("utc_offset_s", Integer),
        _need("utc_offset_basis", Text()),
        _need("sport", Text()),
        _need("sub_sport", Text()),
        _need("environment", Text()),
        _need("speed_basis", Text()),
        _need("cadence_basis", Text()),
        Column("cadence_factor", NUMBER),
        _need("elapsed_s", NUMBER),
        _need("timer_s", NUMBER),
        Column("distance_m", NUMBER),
        _words("environment"),
        _words("speed_basis"),
        _words("cadence_basis"),
        _check("lengths", "0 <= timer_s AND timer_s <= elapsed_s"),
    )


#: Whose sessions these are.
athlete = _table(
    "athlete",
    _need("name", Text()),
    _need("created_utc", Utc()),
    # which laps are backward in this athlete's files where nobody says otherwise
    Column("lap_rule", Text),
    UniqueConstraint("name"),
    _check("name", "name <> ''"),
)

#: What an athlete says of himself, from a moment on until the next row that says otherwise; NULL says nothing.
athlete_profile = _table(
    "athlete_profile",
    _ref("athlete_id", "athlete"),
    # midnight UTC of a day; 1970-01-01 is "always"
    _need("since_utc", Utc()),
    Column("weight_kg", NUMBER),
    Column("max_heart_rate_bpm", NUMBER),
    Column("resting_heart_rate_bpm", NUMBER),
    # share of the sessions that hold backward movement
    Column("backward_sessions_share", NUMBER),
    UniqueConstraint("athlete_id", "since_utc"),
    _check("weight_kg", "weight_kg BETWEEN 20 AND 400"),
    _check("max_heart_rate_bpm", "max_heart_rate_bpm BETWEEN 80 AND 250"),
    _check("resting_heart_rate_bpm", "resting_heart_rate_bpm BETWEEN 20 AND 130"),
    _check("backward_sessions_share", "backward_sessions_share BETWEEN 0 AND 1"),
)

#: Whose recordings a device makes, for imports that do not say so. A word in small letters, '' for any; a NULL serial is any.
device_rule = _table(
    "device_rule",
    _ref("athlete_id", "athlete"),
    _need("manufacturer", Text()),
    _need("product", Text()),
    Column("serial", BIG),
    _need("created_utc", Utc()),
    Index(None, "athlete_id"),
    Index("uq_device_rule_device", "manufacturer", "product", "serial", unique=True, sqlite_where=text("serial IS NOT NULL")),
    Index("uq_device_rule_kind", "manufacturer", "product", unique=True, sqlite_where=text("serial IS NULL")),
    _check("device", "manufacturer <> '' OR product <> '' OR serial IS NOT NULL"),
    never_reuse_ids=True,
)

#: One run of the program that imported something, what a later `undo` takes back.
import_batch = _table(
    "import_batch",
    _need("command", Text()),
    _need("program_version", Text()),
    _need("started_utc", Utc()),
    Column("finished_utc", Utc()),
    Column("counts", Json()),
    Column("undone_utc", Utc()),
    never_reuse_ids=True,
)

#: The files whose sessions are stored, by the SHA-256 of their bytes after decompression.
source_file = _table(
    "source_file",
    _need("sha256", Text()),
    _ref("athlete_id", "athlete"),
    _ref("batch_id", "import_batch"),
    _need("path", Text()),
    Column("member", Text),
    _need("format", Text()),
    _need("size_bytes", BIG),
    Column("modified_utc", Utc()),
    _need("imported_utc", Utc()),
    # the better source of the same recordings that took its place: it is known, and tells nothing any more
    _ref("replaced_by", "source_file", nullable=True, ondelete="CASCADE"),
    UniqueConstraint("sha256"),
    Index(None, "athlete_id"),
    Index(None, "batch_id"),
    Index(None, "replaced_by"),
    _check("sha256", "length(sha256) = 64"),
)

#: Files that failed or were skipped; `sha256` is NULL where the bytes could not be read, then `path` is the key.
failure = _table(
    "failure",
    Column("sha256", Text),
    _need("path", Text()),
    _need("kind", Text()),
    _need("code", Text()),
    _need("message", Text()),
    Column("offset_bytes", BIG),
    _need("attempts", Integer()),
    _ref("batch_id", "import_batch"),
    _need("first_utc", Utc()),
    _need("last_utc", Utc()),
    UniqueConstraint("sha256"),
    Index("uq_failure_path", "path", unique=True, sqlite_where=text("sha256 IS NULL")),
    Index(None, "batch_id"),
    _words("kind", words="failure.kind"),
    _check("attempts", "attempts >= 1"),
)

#: What a watcher remembers of a path, so that it need not read the file again. A cache: without it files are read and found known.
seen_path = _table(
    "seen_path",
    _need("path", Text()),
    # size, times and inode of the file as it was read, as importer.watch.scan writes them
    _need("stamp", Text()),
    # of the bytes on disk, NULL of archives and of what could not be read
    Column("sha256", Text),
    _need("outcome", Text()),
    Column("code", Text),
    Column("message", Text),
    _need("program_version", Text()),
    # times that it was tried in vain; `next_try_utc` is NULL where only other bytes or another program would help
    _need("attempts", Integer()),
    Column("next_try_utc", Utc()),
    _need("first_utc", Utc()),
    _need("checked_utc", Utc()),
    UniqueConstraint("path"),
    Index(None, "next_try_utc"),
    Index(None, "checked_utc"),
    _words("outcome", words="seen_path.outcome"),
    _check("attempts", "attempts >= 0"),
)

#: What a watcher says of a folder: that it lives, and how far it is.
watched_folder = _table(
    "watched_folder",
    _need("root", Text()),
    _need("state", Text()),
    # what is wrong, for people
    Column("said", Text),
    # NULL: looked at by a timer, at times that the program does not know
    Column("every_s", NUMBER),
    _need("settle_s", NUMBER),
    _need("started_utc", Utc()),
    _need("beat_utc", Utc()),
    # when the last full scan ended
    Column("scanned_utc", Utc()),
    _need("n_files", Integer()),
    _need("n_waiting", Integer()),
    UniqueConstraint("root"),
    _words("state", words="watched_folder.state"),
)

#: Sessions the user deleted, by their file and their start in it, so that the next scan does not bring them back.
tombstone = _table(
    "tombstone",
    _need("sha256", Text()),
    _need("session_start_utc", Utc()),
    # no session of the file is left: it need not be read again to know that
    _need("is_whole_file", Flag()),
    _need("deleted_utc", Utc()),
    UniqueConstraint("sha256", "session_start_utc"),
    _check("sha256", "length(sha256) = 64"),
    _check("is_whole_file", "is_whole_file IN (1 = 1, 1 = 0)"),
)

#: What was normal for a runner when a session was judged.
baseline = _table(
    "baseline",
    _ref("athlete_id", "athlete"),
    # SHA-256 of `content`: sessions judged by the same numbers share a row
    _need("digest", Text()),
    _need("n_sessions", Integer()),
    Column("until_utc", Utc()),
    _need("content", Json()),
    UniqueConstraint("athlete_id", "digest"),
)

#: One run or walk: what all its recordings say together, and every statistic that a report needs.
session = _table(
    "session",
    _ref("athlete_id", "athlete"),
    *_described(),
    _need("backward_accepted_s", NUMBER),
    _need("backward_accepted_m", NUMBER),
    _need("backward_suggested_s", NUMBER),
    _need("backward_suggested_m", NUMBER),
    _need("forward_s", NUMBER),
    _need("forward_m", NUMBER),
    _need("still_s", NUMBER),
    _need("unknown_s", NUMBER),
    _need("unknown_m", NUMBER),
    _need("calibration", Integer()),
    _ref("baseline_id", "baseline", nullable=True, ondelete="SET NULL"),
    # SHA-256 of all that the tags depend on beside the recording and the program: labels, lap rule, earlier sessions; NULL is unknown
    Column("judged_by", Text),
    # what this session teaches about its runner, and whether that says anything of backward movement
    Column("normal", Json()),
    _need("is_lesson", Flag()),
    _need("findings", Json()),
    _ref("possible_duplicate_of", "session", nullable=True, ondelete="SET NULL"),
    Index(None, "athlete_id", "start_utc"),
    Index(None, "start_utc"),
    Index(None, "baseline_id"),
    Index(None, "possible_duplicate_of"),
    Index("ix_session_lesson", "athlete_id", "start_utc", sqlite_where=text("is_lesson")),
    _check("is_lesson", "is_lesson IN (1 = 1, 1 = 0)"),
    never_reuse_ids=True,
)

#: One recording of a session by one device: what one file (or a part of it) says, before anybody interprets it.
recording = _table(
    "recording",
    _ref("session_id", "session", ondelete="CASCADE"),
    _ref("source_id", "source_file", ondelete="CASCADE"),
    _need("is_primary", Flag()),
    _need("format", Text()),
    # manufacturer, product, serial, start_utc and session_ix tell that two files hold the same recording
    Column("manufacturer", Text),
    Column("product", Text),
    Column("serial", BIG),
    Column("software", Text),
    _need("session_ix", Integer()),
    *_described(),
    _need("n_samples", Integer()),
    _need("pauses", Json()),
    _need("texts", Json()),
    _need("splits", Json()),
    _need("counts", Json()),
    _need("notes", Json()),
    # what is added to its clock to get the session's, and the channels that it gives; NULL where it is the only one
    _need("clock_shift_s", NUMBER),
    Column("supplies", Json()),
    Index(None, "session_id"),
    Index("uq_recording_primary", "session_id", unique=True, sqlite_where=text("is_primary")),
    Index(None, "source_id"),
    _check("is_primary", "is_primary IN (1 = 1, 1 = 0)"),
    Index("ix_recording_identity", "start_utc", "serial", "session_ix"),
)

#: Two recordings that may be one session: what the program found (NULL: nothing), and what the user decided (NULL: nothing).
#: Anchored to the files, so that a decision outlives its sessions; the one with the smaller SHA-256 is `a`.
pair = _table(
    "pair",
    _ref("athlete_id", "athlete"),
    _need("a_sha256", Text()),
    _need("a_start_utc", Utc()),
    _need("b_sha256", Text()),
    _need("b_start_utc", Utc()),
    Column("verdict", Text),
    _need("reason", Text()),
    # what is added to b's clock to get a's
    _need("shift_s", NUMBER),
    Column("decision", Text),
    Column("decided_utc", Utc()),
    UniqueConstraint("a_sha256", "a_start_utc", "b_sha256", "b_start_utc"),
    Index(None, "b_sha256"),
    Index(None, "athlete_id"),
    _check("order", "a_sha256 < b_sha256"),
    _words("verdict", words="pair.verdict"),
    _words("decision", words="pair.decision"),
    _check("said", "verdict IS NOT NULL OR decision IS NOT NULL"),
    _check("decided", "(decision IS NULL) = (decided_utc IS NULL)"),
)

#: A lap as the device wrote it.
lap = _table(
    "lap",
    _ref("recording_id", "recording", ondelete="CASCADE"),
    _need("lap_ix", Integer()),
    _need("start_s", NUMBER),
    _need("end_s", NUMBER),
    Column("lap_trigger", Text),
    Column("intensity", Text),
    Column("step_index", Integer),
    Column("distance_m", NUMBER),
    Column("timer_s", NUMBER),
    UniqueConstraint("recording_id", "lap_ix"),
    _check("span", "start_s <= end_s"),
)

#: A stretch of one direction; the segments of a session are disjoint and cover it.
segment = _table(
    "segment",
    _ref("session_id", "session", ondelete="CASCADE"),
    _need("start_s", NUMBER),
    _need("end_s", NUMBER),
    _need("direction", Text()),
    Column("gait", Text),
    _need("basis", Text()),
    _need("standing", Text()),
    Column("confidence", NUMBER),
    Column("distance_m", NUMBER),
    Column("mean_speed_mps", NUMBER),
    Column("max_speed_mps", NUMBER),
    Column("mean_cadence_spm", NUMBER),
    Column("mean_heart_rate_bpm", NUMBER),
    Column("ascent_m", NUMBER),
    Column("grade_ratio", NUMBER),
    _need("why", Json()),
    # of backward segments: what its bout is in the sport's terms, the number of its set, where in the session it lies
    Column("kind", Text),
    Column("set_index", Integer),
    Column("phase", Text),
    UniqueConstraint("session_id", "start_s"),
    _check("span", "0 <= start_s AND start_s < end_s"),
    _words("direction"),
    _words("gait"),
    _words("basis"),
    _words("standing"),
    _check("confidence", "0 <= confidence AND confidence <= 1"),
    _check("unknown", "(direction = 'unknown') = (confidence IS NULL) AND (direction = 'unknown') = (basis = 'none')"),
    _check("suggestion", "standing = 'accepted' OR direction = 'backward'"),
    _words("kind", words="segment.kind"),
    _words("phase", words="segment.phase"),
    _check("set_index", "set_index >= 1"),
)

#: What the user said about a stretch. Anchored to the clock and to the file, so that it outlives the session's row.
label = _table(
    "label",
    _ref("athlete_id", "athlete"),
    _ref("session_id", "session", nullable=True, ondelete="SET NULL"),
    Column("sha256", Text),
    _need("session_start_utc", Utc()),
    _need("start_s", NUMBER),
    _need("end_s", NUMBER),
    _need("kind", Text()),
    Column("direction", Text),
    # which laps were backward: given for the file, or kept for the athlete when the file was imported
    Column("rule", Text),
    _need("said_utc", Utc()),
    Index(None, "athlete_id", "session_start_utc"),
    Index(None, "session_id"),
    _check("span", "0 <= start_s AND start_s < end_s"),
    _words("kind", words="label.kind"),
    _words("direction"),
    _check("tag", "(kind = 'tag') = (direction IS NOT NULL)"),
    _check("rule", "(kind IN ('laps', 'laps-kept')) = (rule IS NOT NULL)"),
    Index(None, "sha256"),
)

#: One column of samples, compressed; `codec`, `n` and `crc32` as importer.store.codec explains.
stream = _table(
    "stream",
    _ref("recording_id", "recording", ondelete="CASCADE"),
    _need("channel", Text()),
    _need("codec", Integer()),
    _need("n", Integer()),
    _need("crc32", BIG),
    _need("data", LargeBinary()),
    UniqueConstraint("recording_id", "channel"),
)
# PostgreSQL would try to compress again what zstandard has compressed.
_STORE_AS_IT_IS = DDL("ALTER TABLE stream ALTER COLUMN data SET STORAGE EXTERNAL")  # type: ignore[no-untyped-call]
event.listen(stream, "after_create", _STORE_AS_IT_IS.execute_if(dialect="postgresql"))


@event.listens_for(metadata, "before_create")
def _partial_indexes(_target: MetaData, connection: Connection, **_: object) -> None:
    """Give PostgreSQL the conditions of the partial indexes too: naming them above would load its dialect (40 ms) for SQLite."""
    if connection.dialect.name == "postgresql":
        for table in metadata.tables.values():
            for index in table.indexes:
                index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]


def views(dialect: str) -> dict[str, str]:
    """Give the reporting views of views.sql for a database: name to CREATE VIEW statement, in their order.

    Parameters
    ----------
    dialect : ``sqlite`` or ``postgresql``; a statement under ``-- only: NAME`` is left out for the other one.
    """
    found = {}
    for block in (FOLDER / "views.sql").read_text(encoding="utf-8").split(";\n"):
        lines = block.splitlines()
        only = [line.removeprefix("-- only: ") for line in lines if line.startswith("-- only: ")]
        statement = "\n".join(line for line in lines if line and not line.lstrip().startswith("--"))
        if statement and (not only or dialect in only):
            found[statement.removeprefix("CREATE VIEW ").split()[0]] = statement
    return found


def __getattr__(name: str) -> object:
    if name.endswith("Row") and name in __all__:
        from schema import models

        return getattr(models, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
