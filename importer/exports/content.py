"""What an export of one session says, before it is written in any format: samples on the format's clock, laps cut at the tags, words.

Conventions: spans are ``[start_s, end_s)`` in seconds since the session's start, on a clock whose ticks the format can hold; pieces are
sorted, disjoint and cover the session. A piece ends where a tag ends or where one of the recording's own laps ends.
What a format cannot hold, or must not say, is told in `notes`. Nothing here knows a format.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.exports.figures import paused
from importer.exports.wording import Phrase, lap_words, listed, phrase
from importer.readers.samples import clean
from importer.values.activity import Activity, CadenceBasis, Lap, Pause
from importer.values.session import Basis, Direction, Gait, Standing

if TYPE_CHECKING:
    from importer.store import SegmentRecord
    from importer.values.session import Segment

#: s; what FIT and XML can hold
SECOND: Final = 1.0
MILLISECOND: Final = 0.001
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Tag(NamedTuple):
    """What is known of a stretch."""

    start_s: float
    end_s: float
    direction: Direction
    gait: Gait | None
    standing: Standing
    basis: Basis
    confidence: float | None


class Piece(NamedTuple):
    """One lap of an export.

    `lap` is the number of the recording's own lap in which it lies, from 1, None where the recording has none; `ended_by` is what ended
    that lap where this piece ends with it, None where only the tag ends; `intensity` is the recording's word.
    `step` counts the stretches of one tag from 0: pieces of one stretch share it.
    """

    start_s: float
    end_s: float
    tag: Tag
    phrase: Phrase
    step: int
    lap: int | None = None
    is_lap_end: bool = False
    ended_by: str | None = None
    intensity: str | None = None
    #: the runner's own words about the lap or step, none of which names a direction
    words: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What is written.

    Parameters
    ----------
    activity : the session on the format's clock; a cadence whose unit nobody knows is left out.
    tags : sorted, disjoint, covering; a tag that vanished between two ticks is gone.
    names_suggested : suggestions are named as backward too.
    notes : sentences for the user about what was left out or changed.
    """

    activity: Activity
    tags: tuple[Tag, ...]
    pieces: tuple[Piece, ...]
    names_suggested: bool
    notes: tuple[str, ...]

    def phrase(self, tag: Tag) -> Phrase:
        """Say what is known of a stretch."""
        return phrase(tag.direction, tag.gait, tag.standing, tag.basis, tag.confidence, names_suggested=self.names_suggested)

    @property
    def listed(self) -> str:
        """The backward stretches, and those that wait for an answer, as lines of a note."""
        return listed([(tag.start_s, tag.end_s, self.phrase(tag)) for tag in self.tags if tag.direction is Direction.BACKWARD])

    def is_running(self) -> NDArray[np.bool_]:
        """Say of each sample whether the timer ran, (n,); those behind the last stop count as running: they tell when the session ended."""
        pauses = (pause for pause in self.activity.pauses if pause.end_s < self.activity.elapsed_s)
        return ~paused(self.activity.t_s, pauses)

    def moment(self, at_s: float) -> datetime:
        """Give the moment at a second of the session."""
        return self.activity.start + timedelta(seconds=at_s)


def tags_of(segments: Iterable[Segment | SegmentRecord]) -> tuple[Tag, ...]:
    """Take from segments what an export says of them."""
    return tuple(Tag(one.start_s, one.end_s, one.direction, one.gait, one.standing, one.basis, one.confidence) for one in segments)


def content(activity: Activity, tags: Sequence[Tag], *, tick_s: float, names_suggested: bool = False, has_words: bool = True) -> Content:
    """Prepare a session for a format.

    Parameters
    ----------
    tags : sorted, disjoint, covering the session.
    tick_s : what the format's clock can tell apart, `SECOND` or `MILLISECOND`.
    names_suggested : name suggestions as backward too.
    has_words : keep the runner's own words.
    """
    notes: list[str] = []
    if not has_words:
        activity = replace(activity, texts=())
    activity = _on_clock(_known_cadence(activity, notes), tick_s, notes)
    ticked = _ticked_tags(tags, tick_s, activity.elapsed_s)
    made = Content(activity, ticked, (), names_suggested, tuple(notes))
    return replace(made, pieces=_pieces(made))


def _known_cadence(activity: Activity, notes: list[str]) -> Activity:
    """Leave out a cadence of which nobody knows whether it counts steps or strides: the formats mean strides."""
    if activity.cadence_basis is not CadenceBasis.UNKNOWN or "cadence_spm" not in activity.columns:
        return activity
    notes.append("the cadence is left out: nothing tells whether it counts steps or strides, and the format means strides")
    return replace(activity, columns={name: column for name, column in activity.columns.items() if name != "cadence_spm"})


def _on_clock(activity: Activity, tick_s: float, notes: list[str]) -> Activity:
    """Put a session on a clock of ticks: its start moves by half a tick at most, and every time since then is rounded.

    Of several samples of one tick the last value of each channel counts, as everywhere in this program.
    """
    ticks = round((activity.start - _EPOCH) / timedelta(seconds=tick_s))
    merged = clean(np.asarray(np.rint(activity.t_s / tick_s) * tick_s).round(3), activity.columns)
    t_s = merged.t_unix_s
    n_lost = merged.counts.get("duplicate_seconds", 0)
    if n_lost:
        notes.append(f"{n_lost:,} samples share a second with another one, and the format has one for each: the last value counts")
    elapsed_s = round(max(activity.elapsed_s, float(t_s[-1]) if len(t_s) else 0.0), 3)
    return replace(
        activity,
        start=_EPOCH + ticks * timedelta(seconds=tick_s),
        t_s=t_s,
        columns=merged.columns,
        elapsed_s=elapsed_s,
        timer_s=min(activity.timer_s, elapsed_s),
        pauses=_ticked_pauses(activity.pauses, tick_s, elapsed_s),
        laps=_ticked_laps(activity.laps, tick_s, elapsed_s),
    )


def _tick(at_s: float, tick_s: float) -> float:
    return round(round(at_s / tick_s) * tick_s, 3)


def _ticked_pauses(pauses: Iterable[Pause], tick_s: float, elapsed_s: float) -> tuple[Pause, ...]:
    ticked = (pause._replace(start_s=_tick(pause.start_s, tick_s), end_s=min(_tick(pause.end_s, tick_s), elapsed_s)) for pause in pauses)
    return tuple(pause for pause in ticked if pause.start_s < pause.end_s)


def _ticked_laps(laps: Iterable[Lap], tick_s: float, elapsed_s: float) -> tuple[Lap, ...]:
    found = []
    for lap in laps:
        start_s, end_s = _tick(lap.start_s, tick_s), min(_tick(lap.end_s, tick_s), elapsed_s)
        if start_s < end_s:
            found.append(replace(lap, start_s=start_s, end_s=end_s))
    return tuple(found)


def _ticked_tags(tags: Sequence[Tag], tick_s: float, elapsed_s: float) -> tuple[Tag, ...]:
    """Round the borders between tags; the last one ends with the session, whatever its tick."""
    if not tags:
        return ()
    borders = [0.0, *(min(_tick(tag.end_s, tick_s), elapsed_s) for tag in tags[:-1]), elapsed_s]
    ticked = (tag._replace(start_s=a, end_s=b) for tag, (a, b) in zip(tags, itertools.pairwise(borders), strict=True))
    return tuple(tag for tag in ticked if tag.start_s < tag.end_s)


def _pieces(made: Content) -> tuple[Piece, ...]:
    """Cut the session where a tag ends and where one of its own laps starts or ends."""
    laps, found = made.activity.laps, []
    starts = [lap.start_s for lap in laps]
    own = sorted({at for lap in laps for at in (lap.start_s, lap.end_s)})
    for step, tag in enumerate(made.tags):
        borders = [tag.start_s, *(at for at in own if tag.start_s < at < tag.end_s), tag.end_s]
        for start_s, end_s in itertools.pairwise(borders):
            number = bisect_right(starts, start_s)
            lap = laps[number - 1] if number and start_s < laps[number - 1].end_s else None
            is_end = lap is not None and end_s >= lap.end_s
            found.append(
                Piece(
                    start_s,
                    end_s,
                    tag,
                    made.phrase(tag),
                    step,
                    lap=None if lap is None else number,
                    is_lap_end=is_end,
                    ended_by=lap.trigger if lap is not None and is_end else None,
                    intensity=None if lap is None else lap.intensity,
                    words=lap_words(made.activity.texts, start_s, end_s),
                )
            )
    return tuple(found)
