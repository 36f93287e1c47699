"""A small database of every released schema, as the program of its day would have left it.

Holds, for each revision, one row for each table that a session needs, written out as plain values.
Conventions: made by the migrations up to that revision and by these rows alone; nothing of today's tables or store is used.
The first row of a table has the number 1.
A revision's rows are frozen with its release, and the next revision adds its own. They hold a stream of every codec.
"""

from __future__ import annotations

import json
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from importer.store.schema_door import tables

_MOMENT: Final = "2026-05-03T06:12:00.250000Z"
_NOT_A_NUMBER: Final = float("nan")
#: what the streams below hold: channel to values
SAMPLES: Final = {
    "t_s": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
    "speed_mps": [2.5, 2.513, _NOT_A_NUMBER, 2.6, 0.0, 2.7],
    "cadence_spm": [0.0, 0.8414709568023682, 0.9092974066734314, 0.14112000167369843, -0.756802499294281, -0.9589242935180664],
    "altitude_m": [0.30000000000000004, 1 / 3, _NOT_A_NUMBER, -0.0, float("inf"), 5e-324],
}
#: the same as they were stored: codec, CRC, data
_STREAMS: Final = {
    "t_s": (3, 4074363122, "000201000000000000000000010000000000000028b52ffd200421000000000000"),
    "speed_mps": (3, 2270682111, "06020201c4090000000000000d0000000000000028b52ffd20073900002094fd68001429"),
    "cadence_spm": (2, 1601781820, "28b52ffd2018c1000000a4b7c3cf10006ac781bd7c005768104175003f3f3ebfbf"),
    "altitude_m": (1, 1499325524, "28b52ffd2030e50000a03455000000013300d3d5f800f0003f3f7f807f0002000044d66204"),
}
_DESCRIBED: Final = {
    "start_utc": _MOMENT,
    "utc_offset_s": 7200,
    "utc_offset_basis": "activity.local_timestamp",
    "sport": "running",
    "sub_sport": "treadmill",
    "environment": "treadmill",
    "speed_basis": "belt",
    "cadence_basis": "writer",
    "cadence_factor": 2.0,
    "elapsed_s": 6.5,
    "timer_s": 6.0,
    "distance_m": 16.25,
}
_SUMS: Final = {
    "backward_accepted_s": 2.5,
    "backward_accepted_m": 4.0,
    "backward_suggested_s": 0.0,
    "backward_suggested_m": 0.0,
    "forward_s": 4.0,
    "forward_m": 12.25,
    "still_s": 0.0,
    "unknown_s": 0.0,
    "unknown_m": 0.0,
}
_FORWARD: Final = {"direction": "forward", "basis": "gait", "standing": "accepted", "confidence": 0.99, "distance_m": 12.25, "why": ["a"]}
_BACKWARD: Final = {"direction": "backward", "basis": "declared", "standing": "accepted", "confidence": 1.0, "distance_m": 4.0, "why": []}

Rows = list[tuple[str, dict[str, Any]]]
_FIRST: Final[Rows] = [
    ("athlete", {"name": "Ada", "created_utc": _MOMENT, "lap_rule": "even"}),
    ("import_batch", {"command": "import", "program_version": "0.1.0", "started_utc": _MOMENT}),
    (
        "source_file",
        {
            "sha256": "5" * 64,
            "athlete_id": 1,
            "batch_id": 1,
            "path": "läufe/run.fit",
            "format": "fit",
            "size_bytes": 1234,
            "imported_utc": _MOMENT,
        },
    ),
    ("session", {**_DESCRIBED, **_SUMS, "athlete_id": 1, "calibration": 3, "is_lesson": False, "findings": ["the title says backward"]}),
    (
        "recording",
        {
            **_DESCRIBED,
            "session_id": 1,
            "source_id": 1,
            "is_primary": True,
            "format": "fit",
            "manufacturer": "garmin",
            "serial": 3_456_789_012,
            "session_ix": 0,
            "n_samples": 6,
            "pauses": [[1.0, 1.5, "manual"]],
            "texts": [["title", "Rückwärts", None, None]],
            "splits": [],
            "counts": {"inversions": 0},
            "notes": [],
            "clock_shift_s": 0.0,
        },
    ),
    ("segment", {**_FORWARD, "session_id": 1, "start_s": 0.0, "end_s": 4.0}),
    ("segment", {**_BACKWARD, "session_id": 1, "start_s": 4.0, "end_s": 6.5}),
    ("lap", {"recording_id": 1, "lap_ix": 0, "start_s": 0.0, "end_s": 6.5, "lap_trigger": "manual"}),
    *(
        ("stream", {"recording_id": 1, "channel": channel, "codec": codec, "n": 6, "crc32": crc32, "data": bytes.fromhex(data)})
        for channel, (codec, crc32, data) in _STREAMS.items()
    ),
    (
        "label",
        {
            "athlete_id": 1,
            "session_id": 1,
            "sha256": "5" * 64,
            "session_start_utc": _MOMENT,
            "start_s": 4.0,
            "end_s": 6.5,
            "kind": "confirm",
            "said_utc": _MOMENT,
        },
    ),
    (
        "failure",
        {
            "path": "x.fit",
            "kind": "failed",
            "code": "corrupt-file",
            "message": "no",
            "attempts": 2,
            "batch_id": 1,
            "first_utc": _MOMENT,
            "last_utc": _MOMENT,
        },
    ),
]
#: revision to the rows of its day, in the order of their writing
RELEASED: Final[dict[str, Rows]] = {"0001": _FIRST}


def make(url: str, revision: str) -> None:
    """Make an empty database into one of a released schema, with its rows."""
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(tables.FOLDER / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for table, row in RELEASED[revision]:
            _write(connection, table, row)
    engine.dispose()


def _write(connection: sa.Connection, table: str, row: dict[str, Any]) -> None:
    """Write one row as text, numbers and bytes; the database makes of them what its columns are."""
    is_sqlite = connection.dialect.name == "sqlite"
    plain = {name: json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value for name, value in row.items()}
    if is_sqlite:
        plain = {name: int(value) if isinstance(value, bool) else value for name, value in plain.items()}
    values = ", ".join(f"CAST(:{name} AS {_cast(name, value)})" if not is_sqlite else f":{name}" for name, value in row.items())
    connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})"), plain)


def _cast(name: str, value: object) -> str:
    """Give PostgreSQL's type of a value: it does not guess that a text is a time."""
    if name.endswith("_utc"):
        return "timestamptz"
    if isinstance(value, list | dict):
        return "jsonb"
    return {bool: "boolean", int: "bigint", float: "double precision", bytes: "bytea"}.get(type(value), "text")
