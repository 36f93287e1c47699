"""Write sample_files/: ``python -m tests.support.make_samples [FOLDER]``.

Every file is made from a plan by the synthetic runner, byte for byte the same each time, with its truth beside it.
`SAMPLES` names the makers; a maker gives the bytes and the truth (None where the file is no activity).
Never writes expected results: those are the program's own.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from importer.values.session import Direction, Gait
from tests.support import gpx_writer, tcx_writer
from tests.support.fit_samples import Step, Watch, belt_file, settings_file, watch_file
from tests.support.runner import Block, Interval, Recording, Runner, modelled_speed, record

FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "sample_files"
BACK: Final = Direction.BACKWARD
STILL: Final = Direction.STILL

#: the same runner in every file, so that a history can be learnt from the folder
RUNNER: Final = Runner(offset_spm=1.5, ratio_run=1.105, ratio_walk=1.10, day_spm=0.0, heart_rate_bpm=140.0)

Truth = list[Interval] | None
Sample = tuple[bytes, Truth]


def _still(seconds: int, *, is_paused: bool = False) -> Block:
    return Block(seconds, 0.0, STILL, None, is_paused=is_paused)


def _walk(seconds: int, speed_mps: float = 1.4) -> Block:
    return Block(seconds, speed_mps, gait=Gait.WALK)


def treadmill_belt_blocks() -> Sample:
    """A treadmill application: belt speed, steps, heart rate; the runner turns round on the belt three times."""
    plan = [_walk(60), Block(300, 2.2), Block(360, 2.5)]
    for speed, seconds in ((2.2, 150), (2.5, 180), (2.2, 120)):
        plan += [Block(seconds, speed, BACK), Block(120, speed)]
    plan.append(_walk(60))
    recording = record(plan, seed=11, runner=RUNNER, on_belt=True)
    return belt_file(recording, start=datetime(2026, 3, 3, 17, 5, tzinfo=UTC), title="Evening treadmill"), recording.truth()


def _repetitions(seed: int) -> Recording:
    plan = [_walk(45), Block(720, 2.8)]
    for seconds in (30, 40, 35, 40, 30, 38):
        plan += [Block(seconds, 2.1, BACK), Block(75, 2.5)]
    plan.append(Block(150, 2.7))
    return record(plan, seed=seed, runner=RUNNER)


def outdoor_repetitions() -> Sample:
    """A GPS watch: twelve easy minutes, then six backward repetitions, never declared."""
    recording = _repetitions(12)
    watch = Watch(start=datetime(2026, 3, 7, 7, 30, tzinfo=UTC), utc_offset_s=3600)
    return watch_file(recording, watch=watch), recording.truth()


def hill_repeats() -> Sample:
    """Backward up a hill of six percent and jogging down again, five times, with a barometer."""
    plan = [Block(720, 2.7)]
    for _ in range(5):
        plan += [Block(60, 1.8, BACK, grade_ratio=0.06), Block(50, 2.5, grade_ratio=-0.06, along=-1)]
    plan.append(Block(120, 2.6))
    recording = record(plan, seed=13, runner=RUNNER, altitude_m=168.0, loop_m=9000.0)
    watch = Watch(start=datetime(2026, 3, 10, 16, 45, tzinfo=UTC), utc_offset_s=3600)
    return watch_file(recording, watch=watch), recording.truth()


def workout_steps() -> Sample:
    """A structured workout whose step names say the direction; an autolap splits the warm-up."""
    plan = [Block(480, 2.7)]
    for _ in range(4):
        plan += [Block(60, 2.0, BACK), Block(90, 2.5)]
    plan.append(Block(180, 2.5))
    recording = record(plan, seed=14, runner=RUNNER)
    names = ["Forward easy", "Backward 1 min", "Forward jog", "Forward cool-down"]
    steps = tuple(Step(name, "Turn round at the cone, look over the left shoulder" if name.startswith("Back") else None) for name in names)
    # the first kilometre ends inside the warm-up: one step, two laps
    kilometre = int((recording.distance_m < 1000.0).sum())
    borders = recording.borders
    laps = [(0, kilometre, 0, "distance"), (kilometre, 480, 0, "manual")]
    laps += [(borders[i], borders[i + 1], 1 if i % 2 else 2, "time") for i in range(1, 9)]
    laps.append((borders[9], borders[10], 3, "session_end"))
    watch = Watch(start=datetime(2026, 3, 12, 6, 10, tzinfo=UTC), utc_offset_s=3600, workout="Tuesday set", steps=steps, laps=tuple(laps))
    return watch_file(recording, watch=watch), recording.truth()


def forward_run() -> Sample:
    """A plain forward run with hills, a traffic light and a pause: nothing is to be found."""
    plan = [
        Block(300, 2.7),
        Block(90, 2.5, grade_ratio=0.05),
        Block(80, 2.9, grade_ratio=-0.05),
        Block(240, 2.8),
        _still(25),
        Block(180, 3.0),
        _still(60, is_paused=True),
        Block(240, 2.8),
        Block(60, 3.6),
        Block(200, 2.6),
    ]
    recording = record(plan, seed=15, runner=RUNNER, altitude_m=131.0)
    watch = Watch(start=datetime(2026, 3, 14, 8, 0, tzinfo=UTC), utc_offset_s=3600)
    return watch_file(recording, watch=watch), recording.truth()


def watch_treadmill() -> Sample:
    """A watch on a treadmill invents its speed from cadence: the backward blocks in it must stay unknown."""
    plan = [Block(660, 2.5), Block(150, 2.5, BACK), Block(150, 2.5), Block(180, 2.5, BACK), Block(180, 2.5)]
    recording = record(plan, seed=16, runner=RUNNER, on_belt=True)
    watch = Watch(start=datetime(2026, 3, 17, 18, 20, tzinfo=UTC), utc_offset_s=3600, speed_mps=modelled_speed(recording, runner=RUNNER))
    return watch_file(recording, watch=watch), recording.truth()


def lap_toggle() -> Sample:
    """The lap button at every turn, no words: ``--laps 2,4,6`` says which laps were backward."""
    plan = [Block(600, 2.7)]
    for _ in range(3):
        plan += [Block(75, 2.0, BACK), Block(120, 2.6)]
    recording = record(plan, seed=17, runner=RUNNER)
    borders = recording.borders
    last = len(plan) - 1
    laps = tuple((borders[i], borders[i + 1], None, "session_end" if i == last else "manual") for i in range(len(plan)))
    watch = Watch(start=datetime(2026, 3, 19, 17, 0, tzinfo=UTC), utc_offset_s=3600, laps=laps)
    return watch_file(recording, watch=watch), recording.truth()


def damaged() -> Sample:
    """Cut off in the middle of a record, as after an empty battery: what is whole is saved."""
    recording = _repetitions(18)
    watch = Watch(start=datetime(2026, 3, 21, 7, 40, tzinfo=UTC), utc_offset_s=3600, ends_at_s=1200)
    return watch_file(recording, watch=watch), recording.truth(end_s=1200)


def settings() -> Sample:
    """A watch's settings: sound, and no activity."""
    return settings_file(datetime(2026, 3, 1, 12, 0, tzinfo=UTC)), None


def waypoint_marks() -> Sample:
    """GPX with Garmin's extensions; waypoints say where each backward stretch starts and stops."""
    plan = [Block(420, 2.7)]
    for seconds in (90, 60):
        plan += [Block(seconds, 2.0, BACK), Block(150, 2.5)]
    recording = record(plan, seed=19, runner=RUNNER)
    start = datetime(2026, 3, 24, 6, 30, tzinfo=UTC)
    marks = []
    for border, block in zip(recording.borders[:-1], plan, strict=True):
        if block.direction is BACK:
            marks += [(border, "backward start"), (border + block.duration_s, "backward stop")]
    waypoints = [
        gpx_writer.Waypoint(recording.latitude_deg[at], recording.longitude_deg[at], start + timedelta(seconds=at), name)
        for at, name in marks
    ]
    points = [
        _track_point(recording, i, start=start, cad=_whole(recording.cadence_spm[i] / 2), speed=_milli(recording.speed_mps[i]))
        # every fifth second, as recorders that save space do
        for i in recording.seconds[::5]
    ]
    body = gpx_writer.track([points], name="Morning run", type="running")
    return gpx_writer.gpx(body, creator="Garmin Connect", waypoints=waypoints), recording.truth()


def retro_walk() -> Sample:
    """A walk that its title calls a retro walk: words about the whole, nobody says which minutes."""
    plan = [_walk(240), Block(180, 1.0, BACK, Gait.WALK), _walk(120), Block(240, 1.0, BACK, Gait.WALK), _walk(180)]
    recording = record(plan, seed=20, runner=RUNNER)
    start = datetime(2026, 3, 26, 16, 15, tzinfo=UTC)
    points = [_track_point(recording, i, start=start) for i in recording.seconds[::2]]
    body = gpx_writer.track([points], name="Retro walk in the park", type="walking")
    return gzip.compress(gpx_writer.gpx(body, creator="StravaGPX"), mtime=0), recording.truth()


def track_notes() -> Sample:
    """TCX whose lap notes say what each lap was."""
    plan = [Block(480, 2.7), Block(90, 2.0, BACK), Block(180, 2.6), Block(120, 2.1, BACK), Block(180, 2.5)]
    recording = record(plan, seed=21, runner=RUNNER)
    start = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)
    notes = ["forward easy", "running backwards", "forward", "running backwards, eyes closed for ten steps", "forward easy"]
    laps = []
    for first, end, note in zip(recording.borders[:-1], recording.borders[1:], notes, strict=True):
        points = [_trackpoint(recording, i, start=start) for i in recording.seconds[first:end:8]]
        distance_m = float(recording.distance_m[end - 1] - (recording.distance_m[first - 1] if first else 0.0))
        laps.append(tcx_writer.TcxLap(start + timedelta(seconds=first), float(end - first), [points], distance_m, notes=note))
    body = tcx_writer.activity(laps, start=start, creator="Forerunner 935")
    return tcx_writer.tcx(body), recording.truth()


def _track_point(recording: Recording, i: int, *, start: datetime, **extension: float) -> gpx_writer.Point:
    return gpx_writer.Point(
        recording.latitude_deg[i],
        recording.longitude_deg[i],
        start + timedelta(seconds=i),
        recording.altitude_m[i],
        gpx_writer.garmin(hr=_whole(recording.heart_rate_bpm[i]), **extension),
    )


def _trackpoint(recording: Recording, i: int, *, start: datetime) -> tcx_writer.Trackpoint:
    return tcx_writer.Trackpoint(
        start + timedelta(seconds=i),
        recording.latitude_deg[i],
        recording.longitude_deg[i],
        round(float(recording.altitude_m[i]), 1),
        round(float(recording.distance_m[i]), 2),
        _whole(recording.heart_rate_bpm[i]),
        speed_mps=_milli(recording.speed_mps[i]),
        run_cadence=_whole(recording.cadence_spm[i] / 2),
    )


def _whole(value: float) -> int:
    return round(float(value))


def _milli(value: float) -> float:
    return round(float(value), 3)


SAMPLES: Final[dict[str, Callable[[], Sample]]] = {
    "treadmill-belt-blocks.fit": treadmill_belt_blocks,
    "outdoor-repetitions.fit": outdoor_repetitions,
    "hill-repeats.fit": hill_repeats,
    "workout-steps.fit": workout_steps,
    "forward-run.fit": forward_run,
    "watch-treadmill.fit": watch_treadmill,
    "lap-toggle.fit": lap_toggle,
    "damaged.fit": damaged,
    "settings.fit": settings,
    "waypoint-marks.gpx": waypoint_marks,
    "retro-walk.gpx.gz": retro_walk,
    "track-notes.tcx": track_notes,
}


def truth_csv(truth: Sequence[Interval]) -> bytes:
    """Give the truth as CSV: start_s, end_s, direction, gait (empty while still)."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("start_s", "end_s", "direction", "gait"))
    rows.writerows((row.start_s, row.end_s, row.direction.value, "" if row.gait is None else row.gait.value) for row in truth)
    return out.getvalue().encode()


def truth_name(name: str) -> str:
    """Give the name of the truth beside a sample: everything from the first dot on is replaced."""
    return name.split(".", 1)[0] + ".truth.csv"


def files() -> dict[str, bytes]:
    """Give every generated file of sample_files/ by name."""
    out = {}
    for name, make in SAMPLES.items():
        out[name], truth = make()
        if truth is not None:
            out[truth_name(name)] = truth_csv(truth)
    return out


def main(folder: Path = FOLDER) -> None:
    """Write them all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files().items():
        (folder / name).write_bytes(data)
        print(f"{len(data):7d} {name}")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
