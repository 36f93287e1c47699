"""Databases and sessions for the tests of the store.

`fresh` gives the URL of an empty database of its own, on SQLite or on a real PostgreSQL server.
The server is RETRO_TEST_POSTGRES, or the usual local one; without a server its tests are skipped,
but a server that was asked for by name and does not answer is a failure, and so is its absence under RETRO_REQUIRE_POSTGRES=1.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from importer.store import SourceInfo
from importer.values.activity import (
    Activity,
    CadenceBasis,
    Device,
    Environment,
    Lap,
    Pause,
    PauseKind,
    Place,
    SpeedBasis,
    Text,
)
from importer.values.sensors import BeatSeries, SensorKind, SensorSeries, Split, to_streams
from importer.values.session import Baseline, Basis, Direction, Gait, Segment, Session, Standing

KINDS = ("sqlite", "postgresql")
NOW = datetime(2026, 5, 4, 18, 0, tzinfo=UTC)
START = datetime(2026, 5, 3, 6, 12, 0, 250_000, tzinfo=UTC)
_LOCAL = "postgresql+psycopg://postgres@127.0.0.1:5432/test"


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database, gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'a.db'}"
        return
    server = _server()
    name = f"retro_test_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    try:
        yield f"{server}?options=-csearch_path%3D{name}"
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
        engine.dispose()


def _server() -> str:
    asked = os.environ.get("RETRO_TEST_POSTGRES")
    server = asked or _LOCAL
    try:
        engine = sa.create_engine(server, connect_args={"connect_timeout": 3})
        with engine.connect():
            pass
        engine.dispose()
    except (ImportError, sa.exc.OperationalError) as error:
        if asked or os.environ.get("RETRO_REQUIRE_POSTGRES") == "1":
            raise
        pytest.skip(f"no PostgreSQL server here (set RETRO_TEST_POSTGRES to its URL): {type(error).__name__}")
    return server


def contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of every table of ours, in order."""
    engine = sa.create_engine(url)
    inspector = sa.inspect(engine)
    with engine.connect() as connection:
        found = {
            name: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1")]
            for name in sorted(inspector.get_table_names())
        }
    engine.dispose()
    return found


def source(number: int = 1, **changes: Any) -> SourceInfo:
    """Give a file with a digest of its own."""
    named: dict[str, Any] = {"path": f"run-{number}.fit", "sha256": f"{number:064x}", "size_bytes": 12_345, "format": "fit"}
    return SourceInfo(**{**named, **changes})


def activity(*, n: int = 600, start: datetime = START, seed: int = 1, **changes: Any) -> Activity:
    """Give a recording with everything that a file can say."""
    random = np.random.default_rng(seed)
    speed_mps = np.round(2.7 + random.normal(0, 0.1, n), 3)
    heart_rate_bpm = 140.0 + random.integers(-5, 5, n)
    heart_rate_bpm[n // 3 : n // 2] = np.nan
    named: dict[str, Any] = {
        "start": start,
        "t_s": np.arange(n, dtype=np.float64),
        "columns": {
            "speed_mps": speed_mps,
            "latitude_deg": (572_662_306 + np.cumsum(random.integers(200, 300, n))) * 180 / 2**31,
            "distance_m": np.round(np.cumsum(speed_mps), 2),
            "heart_rate_bpm": heart_rate_bpm,
            "course_deg": np.degrees(random.normal(0, 1, n)) % 360,
        },
        "elapsed_s": n + 0.5,
        "timer_s": float(n - 30),
        "format": "fit",
        "sport": "running",
        "sub_sport": "treadmill",
        "environment": Environment.TREADMILL,
        "speed_basis": SpeedBasis.BELT,
        "cadence_basis": CadenceBasis.CYCLES,
        "cadence_factor": 2.0,
        "distance_m": 1620.4,
        "laps": (Lap(0.0, n / 2, "manual", "active", 1, 800.0, 299.5), Lap(n / 2, n + 0.5)),
        "pauses": (Pause(100.0, 120.0), Pause(200.0, 210.25, PauseKind.AUTO)),
        "texts": (
            Text(Place.TITLE, "Rückwärts – 후진 🏃"),
            Text(Place.LAP_NOTES, "easy", 0.0, 300.0),
            Text(Place.WAYPOINT, "turn", 5.0, 5.0),
        ),
        "device": Device("garmin", "fr955", 3_456_789_012, "15.10"),
        "utc_offset_s": 7200,
        "utc_offset_basis": "activity.local_timestamp",
        "session_index": 1,
        "sensors": sensors(seed),
        "beats": BeatSeries(np.cumsum(np.full(7, 0.412)) - 1.5, np.full(7, 0.412)),
        "splits": (Split(0.0, n / 4, "rwd_run", "split", 540.12), Split(n / 4, n + 0.5, "active sled – ü", "set", None, 8)),
        "counts": {"bad_time": 2, "inversions": 0},
        "notes": ("two samples had no time",),
    }
    return Activity(**{**named, **changes})


def sensors(seed: int) -> tuple[SensorSeries, ...]:
    """Give a calibrated accelerometer that was on before the start, a magnetometer in counts, and a gyroscope without samples."""
    random = np.random.default_rng(seed)
    t_s = np.arange(250) / 25 - 2.0
    axes = [np.round(random.normal(0, 1, 250), 3), random.normal(0, 1, 250).astype(np.float32).astype(np.float64), random.normal(0, 1, 250)]
    axes[1][3:9] = np.nan
    counts = [random.integers(0, 65535, 3).astype(np.float64) for _ in range(3)]
    nothing = np.empty(0)
    return (
        SensorSeries(SensorKind.ACCELEROMETER, "g", t_s, *axes),
        SensorSeries(SensorKind.MAGNETOMETER, "counts", np.array([0.04, 0.04, 599.999]), *counts),
        SensorSeries(SensorKind.GYROSCOPE, "dps", nothing, nothing, nothing, nothing),
    )


def session(*, n: int = 600, start: datetime = START, seed: int = 1, **changes: Any) -> Session:
    """Give a tagged session: forward, backward suggested, still, unknown, backward accepted."""
    end_s = n + 0.5
    cuts = [end_s * part for part in (0, 0.3, 0.4, 0.5, 0.6, 1)]
    segments = (
        Segment(
            cuts[0], cuts[1], Direction.FORWARD, Basis.GAIT, Standing.ACCEPTED, Gait.RUN, 0.99, 500.0, 2.7, 3.1, 168.0, 141.0, 3.0, 0.01
        ),
        Segment(
            cuts[1], cuts[2], Direction.BACKWARD, Basis.GAIT, Standing.SUGGESTED, Gait.RUN, 0.85, 100.0, 1.6, 1.8, 180.0, why=("Schritt",)
        ),
        Segment(cuts[2], cuts[3], Direction.STILL, Basis.GAIT, Standing.ACCEPTED, None, 1.0),
        Segment(cuts[3], cuts[4], Direction.UNKNOWN, Basis.NONE, Standing.ACCEPTED, distance_m=20.0),
        Segment(cuts[4], end_s, Direction.BACKWARD, Basis.DECLARED, Standing.ACCEPTED, Gait.WALK, 1.0, 300.0, why=("a", "b")),
    )
    named: dict[str, Any] = {
        "activity": activity(n=n, start=start, seed=seed),
        "segments": segments,
        "distance_m": 1620.4,
        "calibration": 3,
        "findings": ("the title says backward",),
        "baseline": Baseline(120.0, 18.5, 4.25, 12.5, 1, until=start - timedelta(days=1)),
    }
    return Session(**{**named, **changes})


def assert_same_activity(a: Activity, b: Activity) -> None:
    """Compare every field, samples bit by bit, and the order of the columns."""
    for field in fields(Activity):
        if field.name not in ("t_s", "columns", "sensors", "beats"):
            assert getattr(a, field.name) == getattr(b, field.name), field.name
    assert list(a.columns) == list(b.columns)
    for name in a.columns:
        assert_same_bits(a.columns[name], b.columns[name])
    assert_same_bits(a.t_s, b.t_s)
    assert [(series.kind, series.unit) for series in a.sensors] == [(series.kind, series.unit) for series in b.sensors]
    mine, theirs = to_streams(a.sensors, a.beats), to_streams(b.sensors, b.beats)
    assert list(mine) == list(theirs)
    for name in mine:
        assert_same_bits(mine[name], theirs[name])


def assert_same_bits(a: np.ndarray, b: np.ndarray) -> None:
    """Compare two columns bit by bit; any NaN equals any NaN."""
    missing = np.isnan(a)
    assert np.array_equal(missing, np.isnan(b))
    assert np.array_equal(a[~missing].view(np.int64), b[~missing].view(np.int64))
