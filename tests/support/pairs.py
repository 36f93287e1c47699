"""Pairs of recordings with a known answer: one session by two devices or in two files, or two sessions that look alike.

Conventions: a seed gives one pair for ever; every seed draws new runners, who run, walk and go backward by a plan of their own.
Bodies differ in more than their noise only where the name of a family says so; a twin has the same habits and another body's noise.
Nothing here knows the rules by which pairs are judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from importer.readers.registry import read_activities
from importer.values.activity import Activity, CadenceBasis, Device, Environment, Lap, SpeedBasis
from importer.values.session import Direction, Gait
from tests.support import gpx_writer, tcx_writer
from tests.support.device import draw_device, watch_activity
from tests.support.fit_samples import Watch, watch_file
from tests.support.population import Athlete, draw_athlete
from tests.support.runner import Block, FloatArray, Recording, modelled_speed, record

#: the day of all pairs; a session starts in its morning
DAY: Final = datetime(2026, 5, 3, 6, 12, tzinfo=UTC)
#: treadmills whose files have no usable serial number
BELT: Final = Device("development", "1")


class Twosome(NamedTuple):
    """Two recordings, and whether they are one session."""

    a: Activity
    b: Activity
    is_one: bool


class Family(NamedTuple):
    """A kind of pair; `is_hard` where nothing in the two could prove that they are one."""

    name: str
    make: Callable[[int], Twosome]
    is_hard: bool = False


def draw_plan(rng: np.random.Generator, athlete: Athlete) -> tuple[Block, ...]:
    """Draw a plan: an even run, intervals with walking, or a run with backward repetitions; 25 to 50 minutes."""
    pace = athlete.forward_mps
    kind = int(rng.integers(0, 3))
    if kind == 0:
        return (Block(int(rng.integers(1500, 3000)), pace),)
    warm, cool = Block(int(rng.integers(400, 800)), pace), Block(int(rng.integers(300, 500)), pace)
    if kind == 1:
        work = int(rng.integers(40, 120))
        return (warm, *(Block(work, pace * 1.2), Block(60, 1.3, gait=Gait.WALK)) * int(rng.integers(5, 9)), cool)
    back = Block(int(rng.integers(20, 60)), athlete.backward_mps, direction=Direction.BACKWARD)
    return (warm, *(back, Block(80, pace)) * int(rng.integers(6, 10)), cool)


def draw_run(seed: int, *, on_belt: bool) -> tuple[Athlete, Recording, np.random.Generator]:
    """Draw a runner and what he did."""
    rng = np.random.default_rng([seed, 11])
    athlete = draw_athlete(seed)
    return athlete, record(draw_plan(rng, athlete), seed=seed, runner=athlete.runner, on_belt=on_belt), rng


# --- one recording in two files ---------------------------------------------------------------------------------------


def fit_of(recording: Recording, *, start: datetime = DAY) -> bytes:
    """Give the FIT file of the runner's watch."""
    return watch_file(recording, watch=Watch(start))


def tcx_of(recording: Recording, *, start: datetime = DAY, notes: str | None = None) -> bytes:
    """Give the TCX file that a platform exports of the same watch's recording."""
    points = [
        tcx_writer.Trackpoint(
            start + timedelta(seconds=i),
            float(recording.latitude_deg[i]),
            float(recording.longitude_deg[i]),
            altitude_m=float(recording.altitude_m[i]),
            distance_m=float(recording.distance_m[i]),
            heart_rate_bpm=round(float(recording.heart_rate_bpm[i])),
            run_cadence=round(float(recording.cadence_spm[i]) / 2.0),
        )
        for i in recording.seconds
    ]
    lap = tcx_writer.TcxLap(start, float(len(recording)), [points], float(recording.distance_m[-1]))
    return tcx_writer.tcx(tcx_writer.activity([lap], start=start, notes=notes, creator="Forerunner 935"))


def gpx_of(recording: Recording, *, start: datetime = DAY, has_body: bool = True, name: str = "Run") -> bytes:
    """Give the GPX file that a platform exports, with or without heart rate and cadence."""
    points = [
        gpx_writer.Point(
            float(recording.latitude_deg[i]),
            float(recording.longitude_deg[i]),
            start + timedelta(seconds=i),
            float(recording.altitude_m[i]),
            gpx_writer.garmin(hr=round(float(recording.heart_rate_bpm[i])), cad=round(float(recording.cadence_spm[i]) / 2.0))
            if has_body
            else "",
        )
        for i in recording.seconds
    ]
    return gpx_writer.gpx(gpx_writer.track([points], name=name, type="running"), creator="Garmin Connect")


def _read(data: bytes) -> Activity:
    (found,) = read_activities(data)
    return found


def _fit_and_tcx(seed: int) -> Twosome:
    _, recording, _ = draw_run(seed, on_belt=False)
    return Twosome(_read(fit_of(recording)), _read(tcx_of(recording)), is_one=True)


def _fit_and_gpx(seed: int) -> Twosome:
    _, recording, rng = draw_run(seed, on_belt=False)
    return Twosome(_read(fit_of(recording)), _read(gpx_of(recording, has_body=bool(rng.random() < 0.5))), is_one=True)


def _re_encoded(seed: int) -> Twosome:
    """Draw a watch's recording and a tool's copy: no device, one lap, whole hours or quarters off, a second lost."""
    on_belt = bool(seed % 2)
    athlete, recording, rng = draw_run(seed, on_belt=on_belt)
    original = watch_of(recording, athlete, seed=seed, on_belt=on_belt)
    zone_s = 900 * int(rng.choice([-40, -28, -22, -16, -8, -4, 4, 8, 12, 22, 36, 44]))
    start = original.start + timedelta(seconds=zone_s + int(rng.integers(-1, 2)))
    return Twosome(original, replace(original, start=start, device=Device(), laps=(Lap(0.0, original.elapsed_s),)), is_one=True)


# --- one session by two devices ---------------------------------------------------------------------------------------


def watch_of(recording: Recording, athlete: Athlete, *, seed: int, on_belt: bool = False, start: datetime = DAY) -> Activity:
    """Give what the runner's watch writes; on a belt its speed is a model of cadence."""
    device = Device("garmin", "fr955", 3_000_000_000 + seed % 1_000_000)
    if on_belt:
        seen = replace(recording, speed_mps=modelled_speed(recording, runner=athlete.runner))
        found = watch_activity(seen, athlete.device, seed=seed, is_belt=True, start=start, speed_basis=SpeedBasis.WATCH_MODEL)
        return replace(found, device=device)
    found = watch_activity(recording, athlete.device, seed=seed, start=start)
    rows = np.array(recording.seconds)
    places = {"latitude_deg": recording.latitude_deg[rows], "longitude_deg": recording.longitude_deg[rows]}
    return replace(found, columns={**found.columns, **places}, device=device)


def belt_of(
    recording: Recording, rng: np.random.Generator, *, heart: FloatArray | None, has_cadence: bool, clock_s: float | None = None
) -> Activity:
    """Give what a treadmill's application writes: exact speed, a clock of its own, started and stopped by another button.

    Parameters
    ----------
    heart : (n,) heart rate as it reaches the treadmill, beats a minute; None without.
    clock_s : how far its clock is ahead, s; drawn where None.
    """
    first, last = int(rng.integers(0, 45)), len(recording) - int(rng.integers(0, 45))
    ahead_s = float(rng.integers(-90, 91)) if clock_s is None else clock_s
    rows = np.arange(first, last)
    columns = {
        "speed_mps": np.round(recording.speed_mps[rows] * 360.0) / 360.0,
        "distance_m": np.cumsum(recording.speed_mps[rows]),
        "grade_ratio": recording.grade_ratio[rows],
    }
    if heart is not None:
        delay = int(rng.integers(0, 3))
        columns["heart_rate_bpm"] = np.round(heart[np.maximum(rows - delay, 0)])
    if has_cadence:
        pod = draw_device(rng)._replace(has_dynamics=False)
        columns["cadence_spm"] = watch_activity(recording, pod, seed=int(rng.integers(2**31)), is_belt=True).columns["cadence_spm"][rows]
    return Activity(
        start=DAY + timedelta(seconds=first + ahead_s),
        t_s=np.arange(len(rows), dtype=np.float64),
        columns=columns,
        elapsed_s=float(len(rows)),
        timer_s=float(len(rows)),
        format="fit",
        sport="running",
        sub_sport="treadmill",
        environment=Environment.TREADMILL,
        speed_basis=SpeedBasis.BELT,
        cadence_basis=CadenceBasis.WRITER if has_cadence else CadenceBasis.NONE,
        cadence_factor=1.0 if has_cadence else None,
        distance_m=float(columns["distance_m"][-1]),
        device=BELT,
    )


def optical(heart: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Give what an optical sensor at the wrist makes of a heart rate: smoothed over 8 s, and wandering by 2 beats."""
    smooth = np.convolve(np.concatenate((np.full(7, heart[0]), heart)), np.full(8, 1 / 8), "valid")
    error, keep = np.empty(len(heart)), 1.0 - 1.0 / 20.0
    value = 0.0
    for i, shock in enumerate(rng.normal(0.0, 2.0 * np.sqrt(1.0 - keep * keep), len(heart)).tolist()):
        value = keep * value + shock
        error[i] = value
    return smooth + error


def watch_and_belt(seed: int, *, heart: str, has_cadence: bool) -> Twosome:
    """Draw a treadmill run with a watch and the treadmill's own file; `heart` is strap, optical or none."""
    athlete, recording, rng = draw_run(seed, on_belt=True)
    watch = watch_of(recording, athlete, seed=seed, on_belt=True)
    if heart == "optical":
        at_wrist = np.round(optical(recording.heart_rate_bpm, rng))[np.array(recording.seconds)]
        watch = replace(watch, columns={**watch.columns, "heart_rate_bpm": at_wrist})
    strap = None if heart == "none" else recording.heart_rate_bpm
    return Twosome(watch, belt_of(recording, rng, heart=strap, has_cadence=has_cadence), is_one=True)


def _phone_and_watch(seed: int, *, has_heart: bool) -> Twosome:
    """Draw an outdoor run with a watch and a telephone, each with a receiver of its own; the strap may talk to both."""
    athlete, recording, rng = draw_run(seed, on_belt=False)
    watch = watch_of(recording, athlete, seed=seed)
    other = record(recording.plan, seed=seed + 1, runner=athlete.runner)
    first = int(rng.integers(0, 30))
    rows = np.arange(first, len(recording))
    columns = {"latitude_deg": other.latitude_deg[rows], "longitude_deg": other.longitude_deg[rows]}
    if has_heart:
        columns["heart_rate_bpm"] = np.round(recording.heart_rate_bpm[rows])
    phone = replace(
        watch,
        start=watch.start + timedelta(seconds=first),
        t_s=np.arange(len(rows), dtype=np.float64),
        columns=columns,
        elapsed_s=float(len(rows)),
        timer_s=float(len(rows)),
        format="gpx",
        device=Device(product="OpenTracks"),
        laps=(),
        cadence_basis=CadenceBasis.NONE,
        cadence_factor=None,
    )
    return Twosome(watch, phone, is_one=True)


# --- two sessions that look alike -------------------------------------------------------------------------------------


def side_by_side(seed: int, *, on_belt: bool, is_twin: bool) -> Twosome:
    """Draw two people who do the same at the same time: on one path, or on two treadmills with one program."""
    athlete, recording, rng = draw_run(seed, on_belt=on_belt)
    friend = athlete if is_twin else draw_athlete(seed + 500_000_000)
    other = record(recording.plan, seed=seed + 500_000_000, runner=friend.runner, on_belt=on_belt)
    friend = friend._replace(device=draw_device(rng))
    later = DAY + timedelta(seconds=int(rng.integers(-10, 11)))
    a = watch_of(recording, athlete, seed=seed, on_belt=on_belt)
    b = watch_of(other, friend, seed=seed + 1, on_belt=on_belt, start=later)
    return Twosome(a, b, is_one=False)


def _another_time(seed: int, *, later: Callable[[np.random.Generator], timedelta]) -> Twosome:
    """Draw one runner who does the same on the same course again."""
    athlete, recording, rng = draw_run(seed, on_belt=False)
    again = record(recording.plan, seed=seed + 1, runner=athlete.runner)
    first = watch_of(recording, athlete, seed=seed)
    return Twosome(first, watch_of(again, athlete, seed=seed + 1, start=DAY + later(rng)), is_one=False)


def _quarters(rng: np.random.Generator) -> timedelta:
    """Draw a time of the same day at which a clock of another zone would show the first start."""
    return timedelta(seconds=900 * int(rng.integers(4, 56)) + int(rng.integers(-50, 51)))


FAMILIES: Final = (
    Family("FIT and TCX of one recording", _fit_and_tcx),
    Family("FIT and GPX of one recording", _fit_and_gpx),
    Family("re-encoded with a shifted clock", _re_encoded),
    Family("watch and treadmill, one strap", lambda seed: watch_and_belt(seed, heart="strap", has_cadence=bool(seed % 2))),
    Family("watch and treadmill, optical and strap, pod", lambda seed: watch_and_belt(seed, heart="optical", has_cadence=True)),
    Family("watch and treadmill, pod alone", lambda seed: watch_and_belt(seed, heart="none", has_cadence=True)),
    Family("watch and telephone, one strap", lambda seed: _phone_and_watch(seed, has_heart=True)),
    Family("watch and treadmill, optical and strap", lambda seed: watch_and_belt(seed, heart="optical", has_cadence=False), is_hard=True),
    Family("watch and treadmill, speed alone", lambda seed: watch_and_belt(seed, heart="none", has_cadence=False), is_hard=True),
    Family("watch and telephone, places alone", lambda seed: _phone_and_watch(seed, has_heart=False), is_hard=True),
    Family("two runners on one path", lambda seed: side_by_side(seed, on_belt=False, is_twin=False)),
    Family("two runners on one path, twins", lambda seed: side_by_side(seed, on_belt=False, is_twin=True)),
    Family("two treadmills, one program", lambda seed: side_by_side(seed, on_belt=True, is_twin=False)),
    Family("two treadmills, one program, twins", lambda seed: side_by_side(seed, on_belt=True, is_twin=True)),
    Family("one course on two days", lambda seed: _another_time(seed, later=lambda _: timedelta(days=1))),
    Family("one course twice a day, quarters apart", lambda seed: _another_time(seed, later=_quarters)),
)
