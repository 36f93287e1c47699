"""A session as a FIT activity: laps at the tags, each with a workout step that names it, and `retro_dir` in every record.

Conventions: FIT's clock has whole seconds, so the session starts at the nearest one. Serial numbers and positions of laps and sessions
are never written.
A record without a measurement marks a tag's border where no sample stands at it.

Source: FIT protocol and profile, "Activity file".
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from importer.errors import UsageError
from importer.exports import wording
from importer.exports.content import Content, Piece
from importer.exports.figures import Figures, Measure
from importer.exports.fit_channels import DIRECTION, RECORDED_LAP, Added, added_columns, native_columns
from importer.exports.fit_head import write_head
from importer.exports.fit_writer import EPOCH_UNIX_S, FitWriter, Samples, Value, samples_of
from importer.readers.fit import profile
from importer.values.activity import FloatArray, PauseKind

_TIMER, _SESSION, _LAP, _ACTIVITY = 0, 8, 9, 26
_START, _STOP, _STOP_ALL = 0, 1, 4
_AUTO: Final = 1
_OPEN_DURATION, _OPEN_TARGET = 5, 2
_TRIGGERS: Final = {"manual": 0, "time": 1, "distance": 2, "session_end": 7, "fitness_equipment": 8}
_INTENSITIES: Final = {"active": 0, "rest": 1, "resting": 1, "warmup": 2, "cooldown": 3, "recovery": 4, "interval": 5, "other": 6}
#: s; between samples farther apart a border is known from its lap alone: our reader lets a direction hold so long
_HOLDS_S: Final = 10.0
_LAST_TIME: Final = 0xFFFFFFFE
_LONGEST_BEAT_S: Final = 65.534


class _Mark(NamedTuple):
    """A message that stands before the sample of an index."""

    place: int
    at_s: float
    rank: int
    write: Callable[[], None]


def fit_bytes(content: Content) -> bytes:
    """Write a session, prepared on `SECOND`, as FIT.

    Raises
    ------
    UsageError : FIT cannot hold its date.
    """
    return _Encoder(content).to_bytes()


class _Encoder:
    """Writes one session."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.activity = content.activity
        self.fit = FitWriter()
        self.start = int(content.activity.start.timestamp()) - EPOCH_UNIX_S
        end = self.start + content.activity.elapsed_s
        if self.start < profile.FIRST_ABSOLUTE_TIME or end > _LAST_TIME:
            raise UsageError(f"FIT cannot hold a session of {content.activity.start:%Y-%m-%d} (expected 1998 to 2125): choose tcx or gpx")
        self.measure = Measure(content.activity)
        self.sport = _number_of("sport", content.activity.sport)
        self.sub_sport = _number_of("sub_sport", content.activity.sub_sport)

    def to_bytes(self) -> bytes:
        """Give the file: who wrote it, the steps, the samples with laps and pauses between them, the summary."""
        write_head(self.fit, self.activity, start=self.start)
        self._steps()
        t_s, samples = self._samples()
        self._event(0.0, _START, 0)
        at = 0
        for mark in sorted(self._marks(t_s), key=lambda mark: mark[:3]):
            self.fit.samples(samples, at, mark.place)
            at = mark.place
            mark.write()
        self.fit.samples(samples, at, len(t_s))
        self._event(self.activity.elapsed_s, _STOP_ALL, 0)
        if self.content.pieces:
            self._lap(len(self.content.pieces) - 1)
        self._summary()
        return self.fit.to_bytes()

    def _time(self, at_s: float) -> int:
        return self.start + round(at_s)

    def _steps(self) -> None:
        """Write a step for each stretch, named as it is known."""
        content = self.content
        texts = self.activity.texts
        about: dict[str, Value] = {"sport": self.sport, "num_valid_steps": len(content.tags)}
        said = wording.notes(texts) or None
        self.fit.message("workout", {**about, "wkt_name": wording.title(texts) or wording.UNTITLED, "wkt_description": said})
        words: dict[int, list[str]] = {}
        for piece in content.pieces:
            words.setdefault(piece.step, []).append(piece.words)
        for index, tag in enumerate(content.tags):
            phrase = content.phrase(tag)
            values: dict[str, Value] = {"message_index": index, "wkt_step_name": phrase.name, "intensity": _INTENSITIES["active"]}
            values |= {"duration_type": _OPEN_DURATION, "target_type": _OPEN_TARGET}
            self.fit.message("workout_step", {**values, "notes": wording.with_words(phrase, *dict.fromkeys(words.get(index, ())))})

    def _samples(self) -> tuple[FloatArray, Samples]:
        """Give the times of the records, (n,), and the records: the samples, and marks of borders between them."""
        borders = self._borders()
        t_s = np.union1d(self.activity.t_s, borders)
        rows = np.searchsorted(t_s, self.activity.t_s)
        spread = {name: _spread(column, rows, len(t_s)) for name, column in self.activity.columns.items()}
        starts = np.array([tag.start_s for tag in self.content.tags])
        said = np.array([float(self.content.phrase(tag).direction) for tag in self.content.tags])
        directions = said[np.searchsorted(starts, t_s, side="right") - 1] if len(said) else np.zeros(len(t_s))
        developer: dict[Added, FloatArray] = {DIRECTION: directions, **added_columns(spread)}
        columns = {"timestamp": t_s + self.start, **native_columns(spread)}
        return t_s, samples_of("record", columns, {added.field: column for added, column in developer.items()})

    def _borders(self) -> FloatArray:
        """Give the seconds at which the direction changes between two samples that are close enough to each other: (m,)."""
        t_s, tags = self.activity.t_s, self.content.tags
        if len(t_s) < 2:
            return np.empty(0)
        found = []
        for before, tag in itertools.pairwise(tags):
            right = int(np.searchsorted(t_s, tag.start_s))
            is_between = 0 < right < len(t_s) and t_s[right] != tag.start_s and t_s[right] - t_s[right - 1] <= _HOLDS_S
            if is_between and self.content.phrase(before).direction != self.content.phrase(tag).direction:
                found.append(tag.start_s)
        return np.array(found)

    def _marks(self, t_s: FloatArray) -> Iterator[_Mark]:
        """Give laps, all but the last one, pauses and beats with their places among the samples."""

        def before(at_s: float, rank: int, write: Callable[[], None]) -> _Mark:
            return _Mark(int(np.searchsorted(t_s, at_s)), at_s, rank, write)

        for number, piece in enumerate(self.content.pieces[:-1]):
            yield before(piece.end_s, 0, partial(self._lap, number))
        for pause in self.activity.pauses:
            data = _AUTO if pause.kind is PauseKind.AUTO else 0
            yield before(pause.start_s, 1, partial(self._event, pause.start_s, _STOP_ALL, data))
            if pause.end_s < self.activity.elapsed_s:
                yield before(pause.end_s, 2, partial(self._event, pause.end_s, _START, data))
        yield from self._beats(t_s)

    def _beats(self, t_s: FloatArray) -> Iterator[_Mark]:
        """Give the intervals between beats, at most five in a message, right behind the sample before they ended."""
        beats = self.activity.beats
        if beats is None:
            return
        places = np.searchsorted(t_s, beats.t_s, side="right")
        lengths = np.rint(np.clip(beats.interval_s, 0.0, _LONGEST_BEAT_S) * 1000.0).astype("<u2")
        for place in np.unique(places).tolist():
            mine = lengths[places == place]
            for first in range(0, len(mine), 5):
                yield _Mark(place, -1.0, 0, partial(self.fit.message, "hrv", {"time": mine[first : first + 5].tobytes()}))

    def _event(self, at_s: float, event_type: int, data: int) -> None:
        self.fit.message("event", {"timestamp": self._time(at_s), "event": _TIMER, "event_type": event_type, "data": data})

    def _lap(self, number: int) -> None:
        piece = self.content.pieces[number]
        is_last = number == len(self.content.pieces) - 1
        start = self._time(piece.start_s)
        figures = self.measure.figures(piece.start_s, piece.end_s)
        values: dict[str, Value] = {
            "message_index": number,
            "timestamp": self._time(piece.end_s),
            "event": _LAP,
            "event_type": _STOP,
            "start_time": start,
            "total_elapsed_time": piece.end_s - piece.start_s,
            **_figures(figures),
            "intensity": _INTENSITIES.get(piece.intensity or "", 0),
            "lap_trigger": _trigger(piece, is_last=is_last),
            "sport": self.sport,
            "sub_sport": self.sub_sport,
            "wkt_step_index": piece.step,
        }
        self.fit.message("lap", values, developer={RECORDED_LAP.field: piece.lap})

    def _summary(self) -> None:
        activity = self.activity
        end = self._time(activity.elapsed_s)
        figures = self.measure.figures(0.0, activity.elapsed_s)._replace(timer_s=activity.timer_s)
        if activity.distance_m is not None:
            speed = activity.distance_m / activity.timer_s if activity.timer_s > 0 else None
            figures = figures._replace(distance_m=activity.distance_m, mean_speed_mps=speed)
        values: dict[str, Value] = {
            "message_index": 0,
            "timestamp": end,
            "event": _SESSION,
            "event_type": _STOP,
            "start_time": self.start,
            "sport": self.sport,
            "sub_sport": self.sub_sport,
            "total_elapsed_time": activity.elapsed_s,
            **_figures(figures),
            # strides, from which a reader tells that cadence counts them
            "total_cycles": None if figures.mean_cadence_spm is None else figures.mean_cadence_spm * activity.timer_s / 120.0,
            "first_lap_index": 0,
            "num_laps": len(self.content.pieces),
            "trigger": 0,
        }
        self.fit.message("session", values)
        local = None if activity.utc_offset_s is None else end + activity.utc_offset_s
        values = {"timestamp": end, "total_timer_time": activity.timer_s, "num_sessions": 1, "type": 0}
        self.fit.message("activity", {**values, "event": _ACTIVITY, "event_type": _STOP, "local_timestamp": local})


def _figures(figures: Figures) -> dict[str, Value]:
    """Give the figures that laps and sessions share, under FIT's names."""

    def strides(spm: float | None) -> float | None:
        return None if spm is None else spm / 2.0

    return {
        "total_timer_time": figures.timer_s,
        "total_distance": figures.distance_m,
        "enhanced_avg_speed": figures.mean_speed_mps,
        "enhanced_max_speed": figures.max_speed_mps,
        "avg_heart_rate": figures.mean_heart_rate_bpm,
        "max_heart_rate": figures.max_heart_rate_bpm,
        "avg_cadence": strides(figures.mean_cadence_spm),
        "max_cadence": strides(figures.max_cadence_spm),
        "avg_power": figures.mean_power_w,
        "max_power": figures.max_power_w,
    }


def _trigger(piece: Piece, *, is_last: bool) -> int:
    """Say what ended a lap: what ended the recording's own lap, else a moment of ours, which no thumb has pressed."""
    if is_last:
        return _TRIGGERS["session_end"]
    if not piece.is_lap_end:
        return _TRIGGERS["time"]
    return _TRIGGERS.get(piece.ended_by or "manual", _TRIGGERS["time"])


def _spread(column: FloatArray, rows: np.ndarray[tuple[int], np.dtype[np.intp]], n: int) -> FloatArray:
    """Put a column to the rows of a longer one, NaN between them: (n,)."""
    if len(column) == n:
        return column
    spread = np.full(n, np.nan)
    spread[rows] = column
    return spread


def _number_of(type_: str, name: str) -> int:
    """Give the number of a sport's name, 0 (generic) for one that FIT does not have."""
    return next((number for number, known in profile.values(type_).items() if known == name), 0)
