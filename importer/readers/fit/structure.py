"""Laps, pauses and texts of a FIT session.

Conventions: everything is cut to ``[0, elapsed_s]`` of the session and counted in seconds since its start;
times in the messages are FIT seconds, and `start` is the session's start on that clock.
Nothing here judges a text: it keeps the runner's words and the place they stood in.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from importer.readers.fit import profile
from importer.readers.fit.messages import Messages, Row
from importer.values.activity import Lap, Pause, PauseKind, Place, Text

#: event types of the timer. Source: FIT profile, event_type.
_STOPS: Final = frozenset({"stop", "stop_all", "stop_disable", "stop_disable_all"})
#: timer_trigger "auto". Source: FIT profile.
_AUTO: Final = 1
#: The one exercise of the FIT profile that is backward and on foot: category sled, name backward_drag, and how we say it.
_SLED: Final = "sled"
_BACKWARD_DRAG: Final = 0
_DRAG_WORDS: Final = "sled: backward drag"
#: events by which a runner marks a moment
_MARKS: Final = frozenset({"lap", "user_marker"})
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


class Timeline(NamedTuple):
    """Laps and events of a file in the order of time, read once for all its sessions; times on the FIT clock.

    A hostile file has tens of thousands of them and hundreds of sessions: each session finds its own by bisection.
    """

    laps: list[tuple[float, float, Row]]
    timer: list[tuple[float, Row]]
    marks: list[float]

    @classmethod
    def of(cls, messages: Messages) -> Timeline:
        """Sort what the messages say."""
        placed = [(span[0], span[1], row) for row in messages.of("lap") if (span := lap_span(row)) is not None]
        timer, marks = [], []
        for row in messages.of("event"):
            at, event = row.number("timestamp"), row.text("event")
            if at is not None and event == "timer":
                timer.append((at, row))
            elif at is not None and event in _MARKS:
                marks.append(at)
        return cls(sorted(placed, key=_at), sorted(timer, key=_at), sorted(set(marks)))

    def laps_from(self, since: float, until: float) -> list[tuple[float, float, Row]]:
        """Give start, end and message of the laps that start in ``[since, until)``."""
        return self.laps[bisect_left(self.laps, since, key=_at) : bisect_left(self.laps, until, key=_at)]


def _at(entry: tuple[float, Row] | tuple[float, float, Row]) -> float:
    return entry[0]


def pauses(timeline: Timeline, *, start: float, elapsed_s: float) -> tuple[Pause, ...] | None:
    """Give the stretches in which the timer stood still; None where the session has no timer events.

    A pause that was never ended lasts until the session's end.
    """
    first, last = bisect_left(timeline.timer, start - 1, key=_at), bisect_right(timeline.timer, start + elapsed_s + 1, key=_at)
    mine = [(time - start, row) for time, row in timeline.timer[first:last]]
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


def marked_laps(timeline: Timeline, *, start: float, elapsed_s: float) -> tuple[Lap, ...]:
    """Give the stretches between the runner's marks, for a session without laps; none without marks."""
    first, last = bisect_right(timeline.marks, start), bisect_left(timeline.marks, start + elapsed_s)
    marks = [at - start for at in timeline.marks[first:last]]
    if not marks:
        return ()
    return tuple(Lap(a, b, trigger="manual") for a, b in itertools.pairwise([0.0, *marks, elapsed_s]))


def texts(
    messages: Messages,
    session: Row,
    session_laps: tuple[Lap, ...],
    *,
    start: float,
    elapsed_s: float,
    session_index: int,
    n_sessions: int,
) -> tuple[Text, ...]:
    """Give the runner's words: workout steps with the stretches they were run in, names of profiles, sports and workouts, titles.

    Parameters
    ----------
    start, elapsed_s : the session on the file's clock and its length, in which a set must lie.
    """
    found = _step_texts(messages.of("workout_step"), session_laps)
    found += _set_texts(messages.of("set"), start=start, elapsed_s=elapsed_s)
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
        drag = _DRAG_WORDS if _is_backward_drag(row, "exercise_category", "exercise_name") else None
        said = tuple(text for text in (row.text("wkt_step_name"), row.text("notes"), drag) if text is not None)
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


def _set_texts(sets: Iterable[Row], *, start: float, elapsed_s: float) -> list[Text]:
    """Give the sets of a strength session that are backward, over the time they took."""
    found = []
    for row in sets:
        began, length_s, ended = row.number("start_time"), row.number("duration"), row.number("timestamp")
        if not _is_backward_drag(row, "category", "category_subtype") or began is None:
            continue
        end = began + length_s if length_s is not None else ended
        if end is not None:
            start_s, end_s = max(began - start, 0.0), min(end - start, elapsed_s)
            if start_s < end_s:
                found.append(Text(Place.WORKOUT_STEP, _DRAG_WORDS, start_s, end_s))
    return found


def _is_backward_drag(row: Row, category: str, name: str) -> bool:
    """Tell whether an exercise is the one backward exercise of the profile."""
    return exercise_category(row, category) == _SLED and row.integer(name) == _BACKWARD_DRAG


def exercise_category(row: Row, name: str) -> str:
    """Give the name of an exercise's category, "" where it has none; of several the first."""
    word, number = row.text(name), row.integer(name)
    return word or ("" if number is None else profile.values("exercise_category").get(number, f"category {number}"))


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
