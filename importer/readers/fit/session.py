"""One FIT session -> its activity, or several where the recording jumps over hours.

Conventions: a session owns the samples, laps and events in ``[owns_from, owns_until)``, so that the transition between two
sports belongs to the one before it; whatever has to be mended is noted and counted.
Nothing here reads bytes or decides whether a file is an activity: that is `activity`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

import numpy as np

from importer.errors import TooLargeError
from importer.readers import samples
from importer.readers.cadence import decide_cadence, known_factor
from importer.readers.fit import channels, devices, structure
from importer.readers.fit.clock import Clock
from importer.readers.fit.extras import Extras, Window
from importer.readers.fit.messages import Messages, Row
from importer.readers.fit.structure import Timeline
from importer.readers.samples import CleanSamples
from importer.values.activity import Activity, CadenceBasis, FloatArray, Lap, Pause
from importer.values.channels import CHANNELS

#: samples; a piece of fewer, cut off from a longer recording by hours or days, is a fault of the clock
FEWEST_OF_A_PIECE: Final = 10
#: s; a stated start or end this far from the samples is a fault of the clock
SLACK_S: Final = samples.JUMP_S
#: s; a session without samples that claims to be longer says nothing. Source: no race on foot without a break is.
LONGEST_WITHOUT_SAMPLES_S: Final = 48 * 3600.0
#: sessions of one file; the largest real multisport files have 7
MAX_SESSIONS: Final = 200
_POSITION: Final = ("latitude_deg", "longitude_deg")


class Span(NamedTuple):
    """A session's message and its place on the file's clock."""

    row: Row
    start: float
    owns_from: float
    owns_until: float
    order: int
    n_sessions: int


def spans(messages: Messages, clock: Clock) -> tuple[list[Span], str]:
    """Give the sessions in the order of their start; without any, one made from the samples, and a note that says so."""
    starts = []
    for row in messages.of("session"):
        span = structure.lap_span(row)
        if span is not None and clock.is_date(span[0]):
            starts.append((span[0], row))
    note = ""
    if not starts:
        if np.isnan(clock.t).all():
            return [], ""
        row = next(iter([*messages.of("session"), *messages.of("sport")]), Row({}, {}))
        starts = [(float(np.nanmin(clock.t)), row)]
        if not messages.of("session"):
            note = "no-session: the file has no summary; it is read as one session from its first to its last sample"
    if len(starts) > MAX_SESSIONS:
        raise TooLargeError(
            f"{len(starts):,} sessions in one FIT file, at most {MAX_SESSIONS} are read",
            size_bytes=len(starts),
            limit_bytes=MAX_SESSIONS,
            remedy="export the activities one by one",
        )
    starts.sort(key=lambda entry: entry[0])
    borders = [-math.inf, *(start for start, _ in starts[1:]), math.inf]
    found = [Span(row, start, borders[i], borders[i + 1], i, len(starts)) for i, (start, row) in enumerate(starts)]
    return found, note


@dataclass(slots=True)
class Draft:
    """A session on its way to becoming activities; notes and counts grow with what is found."""

    messages: Messages
    span: Span
    timeline: Timeline
    clock: Clock
    extras: Extras
    cadence_units_factor: float | None
    notes: tuple[str, ...]
    counts: dict[str, int]

    def activities(self, cleaned: CleanSamples, *, first_index: int) -> list[Activity]:
        """Build the activities; none for a session that has neither samples nor a length."""
        self.counts |= cleaned.counts
        columns = {name: column for name, column in cleaned.columns.items() if not np.isnan(column).all()}
        t_unix_s = cleaned.t_unix_s
        pieces = self._pieces(t_unix_s)
        if not pieces:
            return self._without_samples(first_index)
        self._derive_speed(t_unix_s, columns)
        basis, factor = self._scale_cadence(columns)
        has_position = self._drop_virtual_positions(columns)
        borders = self._borders(t_unix_s, pieces)
        return [
            self._activity(
                t_unix_s[piece],
                {name: _given_away(column[piece]) for name, column in columns.items()},
                is_whole=len(pieces) == 1,
                owns=(borders[i], borders[i + 1]),
                index=first_index + i,
                has_position=has_position,
                cadence=(basis, factor),
            )
            for i, piece in enumerate(pieces)
        ]

    def note_merged(self, n_samples: int) -> None:
        """Say how many samples got their heart rate from a strap's memory."""
        if n_samples:
            self.counts["merged_heart_rates"] = n_samples
            self._note(f"heart-rate: {n_samples:,} samples got theirs from the memory of the strap, as the watch heard none")

    def _note(self, note: str) -> None:
        self.notes = (*self.notes, note)

    def _pieces(self, t_unix_s: FloatArray) -> list[slice]:
        """Cut where the recording jumps over hours; leave out splinters, which a clock's fault makes."""
        pieces = samples.split_at_jumps(t_unix_s)
        longest = max((piece.stop - piece.start for piece in pieces), default=0)
        kept = [piece for piece in pieces if piece.stop - piece.start >= min(FEWEST_OF_A_PIECE, longest)]
        n_dropped = sum(piece.stop - piece.start for piece in pieces) - sum(piece.stop - piece.start for piece in kept)
        if n_dropped:
            self.counts["bad_time"] = self.counts.get("bad_time", 0) + n_dropped
            self._note(f"jump: {n_dropped} samples hours or days away from the rest were left out")
        if len(kept) > 1:
            self._note(f"jump: the recording pauses for more than {samples.JUMP_S / 3600:.0f} hours and was split into {len(kept)}")
        return kept

    def _borders(self, t_unix_s: FloatArray, pieces: list[slice]) -> list[float]:
        """Give the borders, on the file's clock, between what else the file holds of each piece: in the middle of the holes."""
        holes = [(t_unix_s[a.stop - 1] + t_unix_s[b.start]) / 2.0 - self.clock.epoch_unix_s for a, b in itertools.pairwise(pieces)]
        return [self.span.owns_from, *map(float, holes), self.span.owns_until]

    def _derive_speed(self, t_unix_s: FloatArray, columns: dict[str, FloatArray]) -> None:
        if "speed_mps" in columns or "distance_m" not in columns:
            return
        speed = channels.derived_speed(t_unix_s, columns["distance_m"])
        speed[speed > CHANNELS["speed_mps"].high] = np.nan
        if not np.isnan(speed).all():
            columns["speed_mps"] = speed
            self._note("derived-speed: the file has no speed; it is the distance covered over the time between samples")

    def _scale_cadence(self, columns: dict[str, FloatArray]) -> tuple[CadenceBasis, float | None]:
        """Bring cadence to steps per minute; where nobody can tell strides from steps it stays as it is, and is said to be so."""
        raw = columns.get("cadence_spm")
        if raw is None:
            return CadenceBasis.NONE, None
        cycles, timer_s = self.span.row.number("total_cycles"), self.span.row.number("total_timer_time")
        maker = devices.device(self.messages)
        program = "qdomyos" if devices.is_qz(self.messages) else maker.product if maker.is_export else None
        factor, basis = decide_cadence(
            raw,
            columns.get("speed_mps", np.full(len(raw), np.nan)),
            # what is known of a watch's cadence does not hold for an app's, which states its own unit
            writer_factor=known_factor("fit", program, maker.manufacturer) if self.cadence_units_factor is None else None,
            units_factor=self.cadence_units_factor,
            strides_per_min=None if cycles is None or timer_s is None or timer_s <= 0 else cycles / timer_s * 60.0,
        )
        if factor is None:
            self._note("cadence-unit: nothing tells whether the cadence counts steps or strides")
            return basis, 1.0
        spm = raw * factor
        impossible = spm > CHANNELS["cadence_spm"].high
        if impossible.any():
            self.counts["bad_cadence_spm"] = self.counts.get("bad_cadence_spm", 0) + int(np.count_nonzero(impossible))
            spm[impossible] = np.nan
        columns["cadence_spm"] = spm
        return basis, factor

    def _drop_virtual_positions(self, columns: dict[str, FloatArray]) -> bool:
        """Tell whether there are positions; those of a game's world are left out, as nobody moved there."""
        if not all(name in columns for name in _POSITION):
            return False
        if not devices.is_virtual(self.messages, self.span.row.text("sub_sport") or ""):
            return True
        self.counts["virtual_positions"] = int(np.count_nonzero(~np.isnan(columns["latitude_deg"])))
        for name in _POSITION:
            del columns[name]
        return False

    def _activity(
        self,
        t_unix_s: FloatArray,
        columns: dict[str, FloatArray],
        *,
        is_whole: bool,
        owns: tuple[float, float],
        index: int,
        has_position: bool,
        cadence: tuple[CadenceBasis, float | None],
    ) -> Activity:
        """Build one activity from the samples of one piece: (n,), n > 0."""
        first, last = float(t_unix_s[0]), float(t_unix_s[-1])
        stated = self.span.start + self.clock.epoch_unix_s
        start = stated if is_whole and first - SLACK_S <= stated <= first else first
        length_s = _positive(self.span.row.number("total_elapsed_time")) if is_whole else None
        end = last if length_s is None else max(last, stated + length_s)
        notes = self.notes
        if end - last > SLACK_S:
            end = last
            notes = (*notes, f"length: the file claims {length_s:,.0f} s; it was cut to its last sample, {last - start:,.0f} s")
        return self._with_structure(
            start,
            end - start,
            _given_away(t_unix_s - start),
            columns,
            owns=owns,
            index=index,
            notes=notes,
            has_position=has_position,
            cadence=cadence,
            is_whole=is_whole,
        )

    def _without_samples(self, index: int) -> list[Activity]:
        """Build the activity of a session of which only the summary is there."""
        length_s = _positive(self.span.row.number("total_elapsed_time"))
        if length_s is None or length_s > LONGEST_WITHOUT_SAMPLES_S:
            return []
        notes = (*self.notes, "no-samples: only the summary of this session is in the file")
        start = self.span.start + self.clock.epoch_unix_s
        return [
            self._with_structure(
                start,
                length_s,
                np.empty(0),
                {},
                owns=(self.span.owns_from, self.span.owns_until),
                index=index,
                notes=notes,
                has_position=False,
                cadence=(CadenceBasis.NONE, None),
                is_whole=True,
            )
        ]

    def _with_structure(
        self,
        start_unix_s: float,
        elapsed_s: float,
        t_s: FloatArray,
        columns: dict[str, FloatArray],
        *,
        owns: tuple[float, float],
        index: int,
        notes: tuple[str, ...],
        has_position: bool,
        cadence: tuple[CadenceBasis, float | None],
        is_whole: bool,
    ) -> Activity:
        """Put laps, pauses, texts and the origin of the data to the samples."""
        messages, row = self.messages, self.span.row
        start = start_unix_s - self.clock.epoch_unix_s
        laps = self._laps(start, elapsed_s)
        pauses = structure.pauses(self.timeline, start=start, elapsed_s=elapsed_s)
        if pauses is None:
            pauses = samples.gap_pauses(t_s)
        claimed_s = _positive(row.number("total_timer_time")) if is_whole else None
        if claimed_s is not None and claimed_s > elapsed_s + 1.0:
            notes = (*notes, f"timer: the file claims {claimed_s:,.0f} s of {elapsed_s:,.0f} s; it was cut")
        sport, sub_sport = row.text("sport") or "unknown", row.text("sub_sport") or "unknown"
        where = devices.environment(messages, row, sport=sport, sub_sport=sub_sport, has_position=has_position)
        offset_s, offset_basis = devices.utc_offset(messages)
        extras = self.extras.part(Window(start, elapsed_s, *owns))
        counts = self.counts | {name: self.counts.get(name, 0) + n for name, n in extras.counts.items()}
        return Activity(
            start=datetime.fromtimestamp(start_unix_s, UTC),
            t_s=t_s,
            columns=columns,
            elapsed_s=elapsed_s,
            timer_s=_timer_s(claimed_s, elapsed_s=elapsed_s, pauses=pauses),
            format="fit",
            sport=sport,
            sub_sport=sub_sport,
            environment=where,
            speed_basis=devices.speed_basis(
                messages,
                start=start,
                end=start + elapsed_s,
                sport=sport,
                where=where,
                has_speed="speed_mps" in columns,
                has_position=has_position,
                has_grade="grade_ratio" in columns,
            ),
            cadence_basis=cadence[0],
            cadence_factor=cadence[1],
            distance_m=_positive(row.number("total_distance")) if is_whole else None,
            laps=laps,
            pauses=pauses,
            texts=structure.texts(
                messages,
                row,
                laps,
                start=start,
                elapsed_s=elapsed_s,
                session_index=self.span.order,
                n_sessions=self.span.n_sessions,
            ),
            device=devices.device(messages),
            utc_offset_s=offset_s,
            utc_offset_basis=offset_basis,
            session_index=index,
            sensors=extras.sensors,
            beats=extras.beats,
            splits=extras.splits,
            counts=counts,
            notes=notes,
        )

    def _laps(self, start: float, elapsed_s: float) -> tuple[Lap, ...]:
        """Give the laps that touch the session; others of a one-session file have impossible times and are counted."""
        span, timeline = self.span, self.timeline
        mine = []
        for began, ended, row in timeline.laps_from(span.owns_from, span.owns_until):
            if ended >= start and began <= start + elapsed_s:
                mine.append(row)
            else:
                self.counts["bad_lap"] = self.counts.get("bad_lap", 0) + 1
        if not mine:
            return structure.marked_laps(timeline, start=start, elapsed_s=elapsed_s)
        return structure.laps(mine, start=start, elapsed_s=elapsed_s)


def _timer_s(claimed_s: float | None, *, elapsed_s: float, pauses: Sequence[Pause]) -> float:
    """Give the seconds on the timer: what the file claims, as far as there was time for it, else all but the pauses."""
    if claimed_s is not None:
        return min(claimed_s, elapsed_s)
    return max(elapsed_s - sum(pause.end_s - pause.start_s for pause in pauses), 0.0)


def _given_away(values: FloatArray) -> FloatArray:
    """Make values read-only, which spares the activity a copy of its own: nobody here writes to them any more."""
    values.flags.writeable = False
    return values


def _positive(value: float | None) -> float | None:
    """Give a length or a distance, None for one that is missing or impossible; zero of a length is "not filled in"."""
    return None if value is None or value <= 0 else value
