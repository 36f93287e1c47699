"""FIT files of a synthetic recording, in the manner of three writers: a GPS watch, a treadmill application, a settings file.

Conventions: what a writer leaves out is left out (a belt application writes no position, a watch no belt);
cadence is in the unit of that writer (a watch counts strides, the application steps).
Never decides what a reader should find.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from tests.support.fit_writer import BASE_TYPES, Developer, FitWriter, Value, fit_time, semicircles
from tests.support.runner import FloatArray, Recording

#: FIT numbers used below: file types, sports, sub-sports, manufacturers, products
FILE_SETTINGS, FILE_ACTIVITY = 2, 4
SPORT_RUNNING: Final = 1
SUB_SPORT_GENERIC, SUB_SPORT_TREADMILL = 0, 1
GARMIN, DEVELOPMENT = 1, 255
FORERUNNER_935: Final = 2691
LAP_TRIGGERS: Final = {"manual": 0, "time": 1, "distance": 2, "session_end": 7}
EVENT_TIMER, EVENT_WORKOUT, EVENT_SESSION, EVENT_LAP, EVENT_ACTIVITY = 0, 3, 8, 9, 26
START, STOP, STOP_ALL = 0, 1, 4
INTENSITY_ACTIVE: Final = 0
#: application id of the treadmill application qdomyos-zwift, which names its sessions through a developer field
QZ_APPLICATION: Final = bytes.fromhex("3746ce54a9e942b09be9b867f8d20f7d")


class Step(NamedTuple):
    """One step of a structured workout."""

    name: str
    notes: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What a watch adds to a recording.

    Parameters
    ----------
    laps : (start_s, end_s, workout step or None, trigger); one lap over everything where empty.
    speed_mps : (n,) the speed the watch invents on a treadmill; None = it measures outdoors.
    ends_at_s : the file breaks off in the middle of the record of this second.
    """

    start: datetime
    utc_offset_s: int = 0
    workout: str | None = None
    steps: tuple[Step, ...] = ()
    laps: tuple[tuple[int, int, int | None, str], ...] = ()
    speed_mps: FloatArray | None = None
    ends_at_s: int | None = None


def watch_file(recording: Recording, *, watch: Watch) -> bytes:
    """Give the file of a watch: records as they come, laps when they end, the summary last."""
    fit = FitWriter()
    start = fit_time(watch.start)
    fit.message("file_id", type=FILE_ACTIVITY, manufacturer=GARMIN, product=FORERUNNER_935, serial_number=3_900_000_001, time_created=start)
    fit.message("file_creator", software_version=940)
    fit.message(
        "device_info",
        timestamp=start,
        device_index=0,
        manufacturer=GARMIN,
        product=FORERUNNER_935,
        serial_number=3_900_000_001,
        software_version=9.40,
    )
    _workout(fit, watch)
    fit.message("event", timestamp=start, event=EVENT_TIMER, event_type=START, data=0, event_group=0)
    is_indoor = watch.speed_mps is not None
    speed = recording.speed_mps if watch.speed_mps is None else watch.speed_mps
    distance = recording.distance_m if watch.speed_mps is None else watch.speed_mps.cumsum()
    laps = watch.laps or ((0, len(recording), None, "session_end"),)
    ends = {end: index for index, (_, end, _, _) in enumerate(laps)}
    recorded = set(recording.seconds)
    for i in range(len(recording)):
        _timer_events(fit, i, recorded=recorded, start=start)
        if i in ends:
            _lap(fit, ends[i], laps[ends[i]], distance=distance, recorded=recorded, start=start)
        if i not in recorded:
            continue
        before = fit.size_bytes
        fit.message_with("record", _watch_record(recording, i, at=start + i, speed=speed, distance=distance, is_indoor=is_indoor))
        if i == watch.ends_at_s:
            whole = fit.to_bytes()
            return whole[: 14 + (before + fit.size_bytes) // 2]
    end = start + len(recording)
    fit.message("event", timestamp=end, event=EVENT_TIMER, event_type=STOP_ALL, data=0, event_group=0)
    _lap(fit, len(laps) - 1, laps[-1], distance=distance, recorded=recorded, start=start)
    _summary(fit, recording, watch=watch, start=start, distance_m=float(distance[-1]), n_laps=len(laps), is_indoor=is_indoor)
    return fit.to_bytes()


def belt_file(recording: Recording, *, start: datetime, title: str) -> bytes:
    """Give the file of a treadmill application: belt speed, steps as received, a constant serial, no position, no pause."""
    fit = FitWriter()
    at = fit_time(start)
    fit.message("file_id", type=FILE_ACTIVITY, manufacturer=DEVELOPMENT, product=1, serial_number=12345, time_created=at)
    fit.message("file_creator", software_version=21)
    fit.message("developer_data_id", application_id=QZ_APPLICATION, developer_data_index=0)
    activity_title = Developer(0, 0, "string")
    fit.message(
        "field_description",
        developer_data_index=0,
        field_definition_number=activity_title.number,
        fit_base_type_id=BASE_TYPES["string"][0],
        field_name="Activity Title",
        native_mesg_num=18,
    )
    fit.message(
        "device_info", timestamp=at, device_index=0, manufacturer=DEVELOPMENT, product=1, serial_number=12345, software_version=2.17
    )
    fit.message("event", timestamp=at, event=EVENT_TIMER, event_type=START, data=0, event_group=0)
    for i in recording.seconds:
        fit.message(
            "record",
            timestamp=at + i,
            distance=float(recording.distance_m[i]),
            # a belt reports hundredths of km/h
            speed=round(float(recording.speed_mps[i]) * 360.0) / 360.0,
            heart_rate=round(float(recording.heart_rate_bpm[i])),
            cadence=round(float(recording.cadence_spm[i])),
        )
    n_s, distance_m = float(len(recording)), float(recording.distance_m[-1])
    fit.message("event", timestamp=at + len(recording), event=EVENT_TIMER, event_type=STOP_ALL, data=0, event_group=0)
    fit.message(
        "lap",
        message_index=0,
        timestamp=at + len(recording),
        event=EVENT_LAP,
        event_type=STOP,
        start_time=at,
        total_elapsed_time=n_s,
        total_timer_time=n_s,
        total_distance=distance_m,
        # the application calls every lap one of distance, the button's too
        lap_trigger=LAP_TRIGGERS["distance"],
        sport=SPORT_RUNNING,
    )
    summary: dict[str, Value] = {
        "message_index": 0,
        "timestamp": at + len(recording),
        "event": EVENT_SESSION,
        "event_type": STOP,
        "start_time": at,
        "sport": SPORT_RUNNING,
        "sub_sport": SUB_SPORT_TREADMILL,
        "total_elapsed_time": n_s,
        "total_timer_time": n_s,
        "total_distance": distance_m,
        "first_lap_index": 0,
        "num_laps": 1,
    }
    fit.message_with("session", summary, developer={activity_title: title})
    # local_timestamp is the end in UTC: an offset that is none
    fit.message(
        "activity",
        timestamp=at,
        total_timer_time=n_s,
        num_sessions=1,
        type=0,
        event=EVENT_ACTIVITY,
        event_type=STOP,
        local_timestamp=at + len(recording),
    )
    return fit.to_bytes()


def settings_file(moment: datetime) -> bytes:
    """Give the settings of a watch: sound, and no activity."""
    fit = FitWriter()
    fit.message(
        "file_id",
        type=FILE_SETTINGS,
        manufacturer=GARMIN,
        product=FORERUNNER_935,
        serial_number=3_900_000_001,
        time_created=fit_time(moment),
    )
    fit.message("user_profile", message_index=0, gender=0, height=1.72, weight=63.0)
    return fit.to_bytes()


def _workout(fit: FitWriter, watch: Watch) -> None:
    if watch.workout is None:
        return
    fit.message("workout", sport=SPORT_RUNNING, num_valid_steps=len(watch.steps), wkt_name=watch.workout)
    for index, step in enumerate(watch.steps):
        # duration 5: until the lap button; target 2: open
        values: dict[str, Value] = {"message_index": index, "wkt_step_name": step.name, "duration_type": 5, "target_type": 2}
        if step.notes is not None:
            values["notes"] = step.notes
        fit.message_with("workout_step", values | {"intensity": INTENSITY_ACTIVE})


def _timer_events(fit: FitWriter, i: int, *, recorded: set[int], start: int) -> None:
    """Write the timer's stop at the first second of a pause and its start behind the last."""
    if i == 0 or (i in recorded) == (i - 1 in recorded):
        return
    fit.message("event", timestamp=start + i, event=EVENT_TIMER, event_type=START if i in recorded else STOP_ALL, data=0, event_group=0)


def _watch_record(recording: Recording, i: int, *, at: int, speed: FloatArray, distance: FloatArray, is_indoor: bool) -> dict[str, Value]:
    cells: dict[str, Value] = {"timestamp": at}
    if not is_indoor:
        cells["position_lat"] = semicircles(float(recording.latitude_deg[i]))
        cells["position_long"] = semicircles(float(recording.longitude_deg[i]))
        cells["altitude"] = float(recording.altitude_m[i])
    cells["distance"] = float(distance[i])
    cells["speed"] = float(speed[i])
    cells["heart_rate"] = round(float(recording.heart_rate_bpm[i]))
    cells["cadence"] = round(float(recording.cadence_spm[i]) / 2.0)
    return cells


def _lap(
    fit: FitWriter, index: int, lap: tuple[int, int, int | None, str], *, distance: FloatArray, recorded: set[int], start: int
) -> None:
    first, end, step, trigger = lap
    ran_m = float(distance[end - 1] - (distance[first - 1] if first else 0.0))
    values: dict[str, Value] = {
        "message_index": index,
        "timestamp": start + end,
        "event": EVENT_LAP,
        "event_type": STOP,
        "start_time": start + first,
        "total_elapsed_time": float(end - first),
        "total_timer_time": float(sum(i in recorded for i in range(first, end))),
        "total_distance": ran_m,
        "intensity": INTENSITY_ACTIVE,
        "lap_trigger": LAP_TRIGGERS[trigger],
        "sport": SPORT_RUNNING,
    }
    fit.message_with("lap", values if step is None else values | {"wkt_step_index": step})


def _summary(fit: FitWriter, recording: Recording, *, watch: Watch, start: int, distance_m: float, n_laps: int, is_indoor: bool) -> None:
    timer_s = float(len(recording.seconds))
    strides = round(float(recording.cadence_spm[recording.is_recorded].sum()) / 120.0)
    fit.message(
        "session",
        message_index=0,
        timestamp=start + len(recording),
        event=EVENT_SESSION,
        event_type=STOP,
        start_time=start,
        sport=SPORT_RUNNING,
        sub_sport=SUB_SPORT_TREADMILL if is_indoor else SUB_SPORT_GENERIC,
        total_elapsed_time=float(len(recording)),
        total_timer_time=timer_s,
        total_distance=distance_m,
        total_cycles=strides,
        first_lap_index=0,
        num_laps=n_laps,
        trigger=0,
    )
    end = start + len(recording)
    fit.message(
        "activity",
        timestamp=end,
        total_timer_time=timer_s,
        num_sessions=1,
        type=0,
        event=EVENT_ACTIVITY,
        event_type=STOP,
        local_timestamp=end + watch.utc_offset_s,
    )
