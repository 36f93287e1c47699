"""Laps, pauses and texts of a FIT session.

Conventions: everything is cut to ``[0, elapsed_s]`` of the session and counted in seconds since its start;
times in the messages are FIT seconds, and `start` is the session's start on that clock.
Nothing here judges a text: it keeps the runner's words and the place they stood in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from importer.readers.fit.messages import Messages, Row
from importer.values.activity import Lap, Pause, PauseKind, Place, Text

#: event types of the timer. Source: FIT profile, event_type.
_STOPS: Final = frozenset({"stop", "stop_all", "stop_disable", "stop_disable_all"})
#: timer_trigger "auto". Source: FIT profile.
_AUTO: Final = 1
#: names of developer fields that hold the activity's title (QZ: "Activity Title")
_TITLE_FIELDS: Final = frozenset({"activity title", "title", "activity name", "workout title", "class title"})


def laps(rows: Iterable[Row], *, start: float, elapsed_s: float) -> tuple[Lap, ...]:
    """Give the laps in the order of their start.

    A lap without a start time is placed by its end and its length; one without either is passed over.
    """
    found = []
    for row in rows:
        span = lap_span(row)
        if span is None:
            continue
        start_s = min(max(span[0] - start, 0.0), elapsed_s)
        found.append(
            Lap(
                start_s=start_s,
                end_s=min(max(span[1] - start, start_s), elapsed_s),
                trigger=row.text("lap_trigger"),
                intensity=row.text("intensity"),
                step_index=row.integer("wkt_step_index"),
                distance_m=_not_negative(row.number("total_distance")),
                timer_s=_not_negative(row.number("total_timer_time")),
            )
        )
    return tuple(sorted(found, key=lambda lap: lap.start_s))


def lap_span(row: Row) -> tuple[float, float] | None:
    """Give start and end of a lap or a session on the FIT clock, None where it does not say."""
    began, ended, length_s = row.number("start_time"), row.number("timestamp"), row.number("total_elapsed_time")
    if began is not None:
        if length_s is not None:
            return began, began + length_s
        return began, max(began, ended) if ended is not None else began
    if ended is not None and length_s is not None:
        return ended - length_s, ended
    return None


def pauses(events: Iterable[Row], *, start: float, elapsed_s: float) -> tuple[Pause, ...] | None:
    """Give the stretches in which the timer stood still; None where the session has no timer events.

    A pause that was never ended lasts until the session's end.
    """
    timer = sorted(
        ((time, row) for row in events if row.text("event") == "timer" and (time := row.number("timestamp")) is not None),
        key=lambda entry: entry[0],
    )
    mine = [(time - start, row) for time, row in timer if start - 1 <= time <= start + elapsed_s + 1]
    if not mine:
        return None
    found: list[Pause] = []
    stopped: float | None = None
    kind = PauseKind.MANUAL
    for at, row in mine:
        at = min(max(at, 0.0), elapsed_s)
        event_type = row.text("event_type")
        if event_type in _STOPS and stopped is None:
            trigger = row.integer("data")
            stopped, kind = at, PauseKind.AUTO if trigger == _AUTO else PauseKind.MANUAL
        elif event_type == "start" and stopped is not None:
            if at > stopped:
                found.append(Pause(stopped, at, kind))
            stopped = None
    if stopped is not None and elapsed_s > stopped:
        found.append(Pause(stopped, elapsed_s, kind))
    return tuple(found)


def texts(messages: Messages, session: Row, session_laps: tuple[Lap, ...], *, session_index: int, n_sessions: int) -> tuple[Text, ...]:
    """Give the runner's words: workout steps with the stretches they were run in, names of profiles, sports and workouts, titles."""
    found = _step_texts(messages.of("workout_step"), session_laps)
    said: list[tuple[Place, str | None]] = [(Place.PROFILE_NAME, session.text("sport_profile_name"))]
    sports = messages.of("sport")
    # one `sport` for each session of a multisport file, in their order; else they speak of all
    mine = sports[session_index : session_index + 1] if len(sports) == n_sessions else sports
    said += [(Place.SPORT_NAME, row.text("name")) for row in mine]
    for row in messages.of("workout"):
        said += [(Place.WORKOUT_NAME, row.text("wkt_name")), (Place.WORKOUT_DESCRIPTION, row.text("wkt_description"))]
    for row in (session, *messages.of("workout"), *messages.of("file_id")):
        for field, value in row.developer.items():
            if field.name.strip().casefold() in _TITLE_FIELDS and isinstance(value, str):
                said.append((Place.TITLE, value.strip()))
    found += [Text(place, text) for place, text in said if text]
    return tuple(dict.fromkeys(found))


def _step_texts(steps: Iterable[Row], session_laps: tuple[Lap, ...]) -> list[Text]:
    """Give name and notes of each workout step over the laps it was run in, neighbouring laps of one step as one stretch.

    Words of a step that no lap points at speak of the whole workout.
    """
    words: dict[int, tuple[str, ...]] = {}
    for row in steps:
        index = row.integer("message_index")
        said = tuple(text for text in (row.text("wkt_step_name"), row.text("notes")) if text is not None)
        if index is not None and said:
            words[index] = said
    found = []
    run: set[int] = set()
    for index, start_s, end_s in _step_spans(session_laps):
        for text in words.get(index, ()):
            found.append(Text(Place.WORKOUT_STEP, text, start_s, end_s))
            run.add(index)
    if not run:
        found += [Text(Place.WORKOUT_DESCRIPTION, text) for said in words.values() for text in said]
    return found


def _step_spans(session_laps: tuple[Lap, ...]) -> list[tuple[int, float, float]]:
    """Merge neighbouring laps of one step (autolap splits steps): (step index, start, end)."""
    spans: list[tuple[int, float, float]] = []
    for before, lap in zip((None, *session_laps), session_laps, strict=False):
        if lap.step_index is None:
            continue
        if spans and before is not None and before.step_index == lap.step_index:
            spans[-1] = (lap.step_index, spans[-1][1], lap.end_s)
        else:
            spans.append((lap.step_index, lap.start_s, lap.end_s))
    return spans


def _not_negative(value: float | None) -> float | None:
    return None if value is None or value < 0 else value
