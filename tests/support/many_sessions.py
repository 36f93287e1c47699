"""Many sessions for reports: described in a line each, stored by the program's own `Store.save`, without files and detection.

Conventions: a `Part` is a segment; its statistics follow from its speed, which may be missing as all that a sensor gives.
Kinds, sets and phases are those that detection gives (`name_bouts`). Sessions of one athlete come out of one file, in one transaction.
Lengths are multiples of a quarter second, so that sums of them are exact.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from hypothesis import strategies as st

from importer.detect.sets import name_bouts
from importer.store import SourceInfo, Store, open_store
from importer.values.activity import Activity, CadenceBasis, Environment, SpeedBasis
from importer.values.session import Basis, Direction, Gait, Normal, Segment, Session, Standing
from tests.support.databases import NOW

#: steps of a minute at rest and what a metre a second adds: running [de Ruiter], rounded; only the order counts here
RUN_SPM: Final = (148.0, 7.0)
WALK_SPM: Final = (66.0, 36.0)


class Part(NamedTuple):
    """A segment: what was done for `duration_s`. A None was not measured."""

    duration_s: float
    direction: Direction = Direction.FORWARD
    gait: Gait | None = Gait.RUN
    standing: Standing = Standing.ACCEPTED
    basis: Basis = Basis.GAIT
    speed_mps: float | None = 2.75
    cadence_spm: float | None = 168.0
    heart_rate_bpm: float | None = None
    grade_ratio: float | None = None


class SessionSpec(NamedTuple):
    """A session; `start` is aware UTC. `normal` is what it says of its runner, `normal_of` makes one of its parts."""

    start: datetime
    parts: tuple[Part, ...]
    athlete: str = "me"
    utc_offset_s: int | None = 7200
    environment: Environment = Environment.OUTDOOR
    sport: str = "running"
    speed_basis: SpeedBasis = SpeedBasis.GPS
    normal: Normal | None = None

    @property
    def elapsed_s(self) -> float:
        return sum(part.duration_s for part in self.parts)


def backward(duration_s: float, speed_mps: float | None = 1.75, **changes: object) -> Part:
    """Give a backward part of a runner: accepted, declared."""
    part = Part(duration_s, Direction.BACKWARD, Gait.RUN, Standing.ACCEPTED, Basis.DECLARED, speed_mps, 180.0)
    return part._replace(**changes)  # type: ignore[arg-type] # fields of Part by name; a wrong one raises here


def store_sessions(store: Store, specs: Iterable[SessionSpec]) -> tuple[int, ...]:
    """Store sessions; give their numbers, in the order of `specs`."""
    batch_id = store.start_batch(command="import", now=NOW)
    ids: dict[int, int] = {}
    ordered = sorted(enumerate(specs), key=lambda pair: pair[1].athlete)
    for athlete, some in groupby(ordered, key=lambda pair: pair[1].athlete):
        mine = list(some)
        digest = hashlib.sha256(f"{athlete} {batch_id}".encode()).hexdigest()
        source = SourceInfo(path=f"{athlete}-{batch_id}.fit", sha256=digest, size_bytes=1, format="fit")
        saved = store.save(source, [session_of(spec) for _, spec in mine], batch_id=batch_id, athlete=athlete, now=NOW)
        # `save` gives them back by start and number: numbers were given in our order
        ids |= dict(zip((at for at, _ in mine), sorted(one.id for one in saved.sessions), strict=True))
    return tuple(ids[at] for at in sorted(ids))


@cache
def _empty_database() -> bytes:
    """Give the bytes of an empty database: making one takes longer than filling it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        open_store(str(path)).close()
        return path.read_bytes()


@contextmanager
def copied_store(specs: Iterable[SessionSpec] = ()) -> Iterator[Store]:
    """Give a store of its own with these sessions, on SQLite, quickly; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        path.write_bytes(_empty_database())
        with open_store(str(path)) as store:
            store_sessions(store, specs)
            yield store


def session_of(spec: SessionSpec) -> Session:
    """Give the session that is described."""
    elapsed_s = spec.elapsed_s
    segments = tuple(_segments(spec.parts))
    activity = Activity(
        start=spec.start,
        t_s=np.array([0.0, elapsed_s]),
        columns={},
        elapsed_s=elapsed_s,
        timer_s=elapsed_s,
        format="fit",
        sport=spec.sport,
        environment=spec.environment,
        speed_basis=spec.speed_basis,
        cadence_basis=CadenceBasis.WRITER,
        cadence_factor=2.0,
        utc_offset_s=spec.utc_offset_s,
    )
    metres = [one.distance_m for one in segments if one.distance_m is not None]
    return Session(
        activity=activity,
        segments=name_bouts(segments, activity),
        distance_m=sum(metres) if metres else None,
        calibration=1,
        normal=spec.normal,
    )


def _segments(parts: Sequence[Part]) -> Iterator[Segment]:
    at_s = 0.0
    for part in parts:
        is_unknown = part.direction is Direction.UNKNOWN
        metres = None if part.speed_mps is None else part.speed_mps * part.duration_s
        yield Segment(
            at_s,
            at_s + part.duration_s,
            part.direction,
            Basis.NONE if is_unknown else part.basis,
            part.standing,
            part.gait,
            confidence=None if is_unknown else 0.9,
            distance_m=metres,
            mean_speed_mps=part.speed_mps,
            max_speed_mps=None if part.speed_mps is None else part.speed_mps * 1.25,
            mean_cadence_spm=part.cadence_spm,
            mean_heart_rate_bpm=part.heart_rate_bpm,
            ascent_m=None if metres is None or part.grade_ratio is None else metres * part.grade_ratio,
            grade_ratio=part.grade_ratio,
        )
        at_s += part.duration_s


def normal_of(spec: SessionSpec) -> Normal:
    """Give what a session says of its runner: means over its forward parts, weighted by time, where they were measured."""
    runs, walks = (
        [part for part in spec.parts if part.direction is Direction.FORWARD and part.gait is gait] for gait in (Gait.RUN, Gait.WALK)
    )
    told = [part for part in runs if part.heart_rate_bpm is not None]
    return Normal(
        start_utc_s=spec.start.timestamp(),
        forward_s=sum(part.duration_s for part in runs),
        speed_mps=_mean(runs, "speed_mps"),
        cadence_spm=_mean(runs, "cadence_spm"),
        slope_spm_per_mps=RUN_SPM[1] if runs else None,
        walk_s=sum(part.duration_s for part in walks),
        walk_speed_mps=_mean(walks, "speed_mps"),
        walk_cadence_spm=_mean(walks, "cadence_spm"),
        heart_n_s=sum(part.duration_s for part in told),
        heart_speed_mps=_mean(told, "speed_mps"),
        heart_rate_bpm=_mean(told, "heart_rate_bpm"),
    )


def _mean(parts: Sequence[Part], name: str) -> float | None:
    told = [(getattr(part, name), part.duration_s) for part in parts if getattr(part, name) is not None]
    return sum(value * weight for value, weight in told) / sum(weight for _, weight in told) if told else None


QUARTERS: Final = st.integers(4, 4 * 900).map(lambda quarters: quarters / 4)
MAYBE_BPM: Final = st.none() | st.integers(90, 185).map(float)


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """Draw a segment of any direction that the store takes."""
    direction = draw(st.sampled_from([Direction.BACKWARD, Direction.BACKWARD, *Direction]))
    gait = draw(st.sampled_from([*Gait, None])) if direction is not Direction.STILL else None
    is_backward = direction is Direction.BACKWARD
    return Part(
        duration_s=draw(QUARTERS | st.sampled_from([5.0, 10.0, 20.0, 30.0, 60.0, 120.0])),
        direction=direction,
        gait=gait,
        standing=draw(st.sampled_from(Standing)) if is_backward else Standing.ACCEPTED,
        basis=draw(st.sampled_from([Basis.MANUAL, Basis.DECLARED, Basis.FACING, Basis.GAIT])) if is_backward else Basis.GAIT,
        speed_mps=draw(st.none() | st.integers(0, 24).map(lambda quarters: quarters / 4)),
        cadence_spm=draw(st.none() | st.integers(90, 220).map(float)),
        heart_rate_bpm=draw(MAYBE_BPM),
        grade_ratio=draw(st.sampled_from([None, 0.0, 0.01, 0.0625, -0.0625])),
    )


#: starts by the turn of a day, week, month and year, and anywhere
STARTS: Final = st.one_of(
    st.sampled_from([datetime(2024, 12, 29, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 1, 5, tzinfo=UTC)]).flatmap(
        lambda turn: st.integers(-36, 36).map(lambda hours: turn + timedelta(hours=hours))
    ),
    st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: datetime(2022, 6, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
)


@st.composite
def one_session(draw: st.DrawFn) -> SessionSpec:
    """Draw a session of one of two athletes, anywhere on earth."""
    spec = SessionSpec(
        start=draw(STARTS),
        parts=tuple(draw(st.lists(parts(), min_size=1, max_size=9))),
        athlete=draw(st.sampled_from(["me", "Ada"])),
        utc_offset_s=draw(st.sampled_from([None, 0, 7200, -28_800, 20_700, 50_400, -43_200])),
        environment=draw(st.sampled_from(Environment)),
        sport=draw(st.sampled_from(["running", "walking", "unknown"])),
        speed_basis=draw(st.sampled_from(SpeedBasis)),
    )
    return spec._replace(normal=normal_of(spec)) if draw(st.booleans()) else spec


def session_specs(max_size: int = 7) -> st.SearchStrategy[list[SessionSpec]]:
    """Draw some sessions, none too."""
    return st.lists(one_session(), max_size=max_size)


def years_of_training(
    n: int, *, athletes: Sequence[str] = ("me", "Ada", "Noor"), until: datetime = NOW, seed: int = 1
) -> list[SessionSpec]:
    """Give `n` sessions as three runners would have them, the last ones by `until`, in order of time.

    Four in ten outdoors, four on a treadmill, the others on a track or walks; backward in half of them, more with the years; every third
    backward bout is a suggestion; a heart rate in seven of ten.
    """
    rng = np.random.default_rng(seed)
    gap = timedelta(days=2 / len(athletes))
    specs = []
    for i in range(n):
        start = until - gap * (n - i) + timedelta(minutes=int(rng.integers(0, 240)))
        spec = _training(rng, progress=i / n, start=start, athlete=athletes[i % len(athletes)])
        specs.append(spec._replace(normal=normal_of(spec)))
    return specs


def _training(rng: np.random.Generator, *, progress: float, start: datetime, athlete: str) -> SessionSpec:
    place = Environment(rng.choice(["outdoor", "treadmill", "track", "outdoor"], p=[0.4, 0.4, 0.1, 0.1]))
    gait = Gait.WALK if rng.random() < 0.15 else Gait.RUN
    forward_mps = round(float(rng.normal(1.4 if gait is Gait.WALK else 2.8, 0.12)), 2)
    level = RUN_SPM if gait is Gait.RUN else WALK_SPM
    heart_rate_bpm = round(float(rng.normal(142, 6)), 1) if rng.random() < 0.7 else None
    spm = round(level[0] + level[1] * forward_mps + float(rng.normal(0, 3)), 1)
    forward = Part(60.0 * int(rng.integers(8, 25)), gait=gait, speed_mps=forward_mps, cadence_spm=spm, heart_rate_bpm=heart_rate_bpm)
    found: list[Part] = [forward]
    if rng.random() < 0.5:
        found += _backward_set(rng, forward, progress=progress)
    found += [
        forward._replace(duration_s=60.0 * int(rng.integers(3, 12))),
        Part(30.0, Direction.STILL, None, speed_mps=0.0, cadence_spm=None),
    ]
    basis = SpeedBasis.BELT if place is Environment.TREADMILL else SpeedBasis.GPS
    sport = "walking" if gait is Gait.WALK else "running"
    return SessionSpec(start, tuple(found), athlete, 7200, place, sport, basis)


def _backward_set(rng: np.random.Generator, forward: Part, *, progress: float) -> Iterator[Part]:
    """Give repetitions with recoveries, sprints, hill repeats or one block, as long as the years of training allow."""
    kind = rng.choice(["repetitions", "sprints", "hill", "block"], p=[0.45, 0.2, 0.15, 0.2])
    n = 1 if kind == "block" else int(rng.integers(2, 4 + int(6 * progress)))
    length_s = {"repetitions": 45.0, "sprints": 10.0, "hill": 25.0, "block": 180.0}[str(kind)] + 5.0 * int(rng.integers(0, 4))
    assert forward.speed_mps is not None
    assert forward.cadence_spm is not None
    is_suggested = bool(rng.random() < 1 / 3)
    part = forward._replace(
        duration_s=length_s,
        direction=Direction.BACKWARD,
        standing=Standing.SUGGESTED if is_suggested else Standing.ACCEPTED,
        basis=Basis.GAIT if is_suggested else Basis.DECLARED,
        speed_mps=round(forward.speed_mps * float(rng.normal(0.62 + 0.1 * progress, 0.03)), 2),
        cadence_spm=round(forward.cadence_spm * float(rng.normal(1.04, 0.02)), 1),
        heart_rate_bpm=None if forward.heart_rate_bpm is None else round(forward.heart_rate_bpm + float(rng.normal(6, 4)), 1),
        grade_ratio=0.06 if kind == "hill" else None,
    )
    for _ in range(n):
        yield part
        yield forward._replace(duration_s=60.0 + 5.0 * int(rng.integers(0, 7)))


def ten_thousand(store: Store, n: int = 10_000) -> None:
    """Fill a database with years of training of three athletes."""
    store_sessions(store, years_of_training(n))
