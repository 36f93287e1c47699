"""Labels and claims to segments with statistics and reasons.

Conventions: segments are sorted, disjoint and cover ``[0, elapsed_s)``; borders found in the signals fall on whole seconds,
borders that the runner declared stay where he put them. Statistics leave out pauses and are None where nothing was measured.
A declared span is never overruled; only a pause cuts it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from importer.detect import calibration as cal
from importer.detect.classify import DIRECTIONS, GAITS, Classified, Labels
from importer.detect.declared import Declared
from importer.detect.faced import UNTOLD, reasons, standing_of
from importer.detect.features import window_mean
from importer.detect.measure import Bout
from importer.detect.policy import alike
from importer.detect.resample import LONGEST_BRIDGE_S
from importer.values.activity import Activity, FloatArray, Pause, PauseKind, SpeedBasis
from importer.values.grid import Grid
from importer.values.session import Basis, Claim, Direction, Gait, Segment, Standing
from importer.values.statistics import median

#: spans closer than this are one border, s: the resolution of a FIT time is 1 s, of a GPX time 1 ms
_EPSILON_S = 1e-3


class _Span(NamedTuple):
    """A stretch of one label before it has statistics."""

    start_s: float
    end_s: float
    direction: Direction
    gait: Gait | None
    claim: Claim | None = None
    bout: int = -1
    pause: PauseKind | None = None
    facing: int = UNTOLD


def build_segments(activity: Activity, found: Classified, declared: Declared) -> tuple[Segment, ...]:
    """Cut a classified session into segments."""
    spans = _row_spans(activity, found)
    spans = _overlay(spans, [_Span(claim.start_s, claim.end_s, claim.direction, None, claim=claim) for claim in declared.claims])
    way = Way(activity)
    spans = _overlay(spans, [_paused(pause, way, elapsed_s=activity.elapsed_s) for pause in activity.pauses])
    return _describe(_merge(spans), activity, found, way)


def _paused(pause: Pause, way: Way, *, elapsed_s: float) -> _Span:
    """A pause is still; a mere hole in the samples only where the distance stood still too."""
    start_s, end_s = max(0.0, pause.start_s), min(pause.end_s, elapsed_s)
    went_m = way.between(start_s, end_s) if pause.kind is PauseKind.GAP else None
    is_moving = went_m is not None and went_m > cal.STILL_SPEED_MPS * (end_s - start_s)
    return _Span(start_s, end_s, Direction.UNKNOWN if is_moving else Direction.STILL, None, pause=pause.kind)


def session_distance(activity: Activity) -> float | None:
    """Distance of the whole session, m: the file's total, else the distance channel, else speed over time; None without any."""
    if activity.distance_m is not None:
        return activity.distance_m
    return Way(activity).between(0.0, activity.elapsed_s)


class Way:
    """Distance travelled as a function of time, from the best channel the activity has."""

    def __init__(self, activity: Activity) -> None:
        self.t_s, self.way_m = np.zeros(0), np.zeros(0)
        distance = activity.columns.get("distance_m")
        speed = activity.columns.get("speed_mps")
        if distance is not None and np.isfinite(distance).sum() >= 2:
            has = np.isfinite(distance)
            t_s = activity.t_s[has]
            step = np.clip(np.diff(distance[has]), 0.0, cal.FASTEST_MPS * np.diff(t_s))  # an odometer may jump
            self.t_s, self.way_m = t_s, np.concatenate(([0.0], np.cumsum(step)))
        elif speed is not None and np.isfinite(speed).sum() >= 2:
            has = np.isfinite(speed)
            t_s, v = activity.t_s[has], speed[has]
            metres = np.minimum(np.diff(t_s), LONGEST_BRIDGE_S) * (v[1:] + v[:-1]) / 2
            self.t_s, self.way_m = t_s, np.concatenate(([0.0], np.cumsum(metres)))

    def between(self, start_s: float, end_s: float) -> float | None:
        """Give the metres in ``[start_s, end_s)``, None where the channel says nothing there."""
        if len(self.t_s) < 2 or end_s < self.t_s[0] or start_s > self.t_s[-1]:
            return None
        left, right = np.interp([start_s, end_s], self.t_s, self.way_m)
        return float(right - left)


def _row_spans(activity: Activity, found: Classified) -> list[_Span]:
    """Runs of one label; what lies behind the last row is unknown."""
    labels, n = found.labels, found.grid.n
    elapsed_s = activity.elapsed_s
    if elapsed_s <= 0:
        return []
    if n == 0:
        return [_Span(0.0, elapsed_s, Direction.UNKNOWN, None)]
    key = np.stack((labels.direction, labels.gait, labels.bout, labels.facing))
    firsts = np.concatenate(([0], np.flatnonzero((key[:, 1:] != key[:, :-1]).any(axis=0)) + 1))
    lasts = np.append(firsts[1:], n)
    spans = []
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        end_s = min(float(last), elapsed_s)
        if last == n and elapsed_s - n < 1.0:
            end_s = elapsed_s
        if end_s > first:
            spans.append(_Span(float(first), end_s, *_named(labels, first), bout=int(labels.bout[first]), facing=int(labels.facing[first])))
    if spans[-1].end_s < elapsed_s:
        spans.append(_Span(spans[-1].end_s, elapsed_s, Direction.UNKNOWN, None))
    return spans


def _named(labels: Labels, row: int) -> tuple[Direction, Gait | None]:
    return DIRECTIONS[labels.direction[row]], GAITS[labels.gait[row]]


def _overlay(spans: list[_Span], over: list[_Span]) -> list[_Span]:
    """Put sorted, disjoint spans over others that cover the session; what is shorter than a millisecond goes to its neighbour."""
    out: list[_Span] = []
    at_s, i = 0.0, 0

    def put(span: _Span, end_s: float) -> None:
        nonlocal at_s
        if end_s - at_s >= _EPSILON_S:
            out.append(span._replace(start_s=at_s, end_s=end_s))
            at_s = end_s

    for new in over:
        while i < len(spans) and spans[i].end_s <= new.start_s:
            put(spans[i], spans[i].end_s)
            i += 1
        if i < len(spans):
            put(spans[i], new.start_s)
        put(new, new.end_s)
        while i < len(spans) and spans[i].end_s <= new.end_s:
            i += 1
    for span in spans[i:]:
        put(span, span.end_s)
    if not out:
        return spans
    out[-1] = out[-1]._replace(end_s=spans[-1].end_s)
    return out


def _merge(spans: list[_Span]) -> list[_Span]:
    """Join neighbours of one label."""
    out: list[_Span] = []
    for span in spans:
        if out and out[-1]._replace(start_s=0, end_s=0) == span._replace(start_s=0, end_s=0):
            out[-1] = out[-1]._replace(end_s=span.end_s)
        else:
            out.append(span)
    return out


def _describe(spans: list[_Span], activity: Activity, found: Classified, way: Way) -> tuple[Segment, ...]:
    rows = _Rows(found.grid)
    segments = []
    for span in spans:
        first, last = rows.bounds(span.start_s, span.end_s)
        is_still = span.pause is not None and span.direction is Direction.STILL
        distance_m = None if is_still else way.between(span.start_s, span.end_s)
        gait = span.gait if span.claim is None else rows.gait(first, last)
        basis, standing, confidence = _standing(span, found, first, last)
        ascent_m, grade_ratio = (None, None) if is_still else rows.climb(first, last, distance_m)
        segments.append(
            Segment(
                start_s=span.start_s,
                end_s=span.end_s,
                direction=span.direction,
                basis=basis,
                standing=standing,
                gait=gait if span.direction is not Direction.STILL else None,
                confidence=confidence,
                distance_m=distance_m,
                mean_speed_mps=rows.mean("speed_mps", first, last),
                max_speed_mps=rows.highest("speed_mps", first, last),
                mean_cadence_spm=rows.mean("cadence_7s_spm", first, last),
                mean_heart_rate_bpm=rows.mean("heart_rate_bpm", first, last),
                ascent_m=ascent_m,
                grade_ratio=grade_ratio,
                why=tuple(_reasons(span, activity, found)),
            )
        )
    return tuple(segments)


def _standing(span: _Span, found: Classified, first: int, last: int) -> tuple[Basis, Standing, float | None]:
    if span.direction is Direction.UNKNOWN:
        return Basis.NONE, Standing.ACCEPTED, None
    if span.claim is not None:
        return span.claim.basis, Standing.ACCEPTED, cal.DECLARED_P
    if span.pause is not None:
        return Basis.GAIT, Standing.ACCEPTED, cal.GAP_IS_PAUSE_P if span.pause is PauseKind.GAP else 1.0
    p = found.labels.p[first:last]
    p = p[np.isfinite(p)]
    confidence = float(np.clip(p.mean(), 0.0, 1.0)) if len(p) else 0.5
    if span.direction is Direction.STILL:
        return Basis.GAIT, Standing.ACCEPTED, round(confidence, 4)
    if found.facing is not None and span.facing != UNTOLD:
        standing = Standing.ACCEPTED if span.direction is Direction.FORWARD else standing_of(found.facing, span.facing)
        return Basis.FACING, standing, round(confidence, 4)
    is_accepted = span.direction is not Direction.BACKWARD or (span.bout >= 0 and found.bouts[span.bout].is_accepted)
    most = cal.OWN_GAIT_MOST_P if is_accepted else cal.GAIT_MOST_P
    return Basis.GAIT, Standing.ACCEPTED if is_accepted else Standing.SUGGESTED, round(min(confidence, most), 4)


def _reasons(span: _Span, activity: Activity, found: Classified) -> list[str]:
    """Say in plain words why a span is tagged so."""
    if span.claim is not None:
        return [span.claim.why]
    if span.pause is PauseKind.GAP:
        return ["no samples here" if span.direction is Direction.UNKNOWN else "no samples here, taken as a pause"]
    if span.pause is not None:
        return ["the timer stood still"]
    if span.direction is Direction.STILL:
        return ["no movement"]
    if found.facing is not None and span.facing != UNTOLD:
        return reasons(found.facing, span.facing)
    if span.bout >= 0:
        return _bout_reasons(found.bouts[span.bout], found, activity)
    if span.direction is Direction.FORWARD:
        return ["cadence is usual for this speed"]
    if found.cannot_tell is not None:
        return [found.cannot_tell]
    grid, rows = found.grid, slice(int(span.start_s), int(span.end_s) + 1)
    is_measured = not (np.isnan(grid["speed_7s_mps"][rows]).all() or np.isnan(grid["cadence_7s_spm"][rows]).all())
    return ["cadence fits neither running nor walking at this speed" if is_measured else "no cadence or no speed here"]


def _bout_reasons(bout: Bout, found: Classified, activity: Activity) -> list[str]:
    seen = f"cadence {bout.cadence_spm:.0f} spm at {bout.speed_mps:.2f} m/s"
    reasons = [f"{seen}, where your forward one is {bout.expected_spm:.0f} ({bout.excess_ratio:+.0%})"]
    if bout.belt_step_ratio is not None and activity.speed_basis is SpeedBasis.BELT:
        reasons.append(f"{bout.belt_step_ratio:+.0%} against forward running at the same belt speed nearby")
    if bout.p >= cal.SUGGEST_P:
        n_alike = alike(bout, [other for other in found.bouts if other.p >= cal.SUGGEST_P])
        if n_alike >= cal.SET_SIZE:
            reasons.append(f"one of {n_alike} alike stretches")
        if bout.doubt is not None:
            reasons.append(f"not tagged: {bout.doubt}")
    else:
        reasons.append(f"backward with probability {bout.p:.0%} only: a drill or a hill looks the same")
    return reasons


class _Rows:
    """Statistics over rows of a grid, pauses left out by being NaN."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.altitude = window_mean(grid["altitude_m"], window_s=cal.ASCENT_WINDOW_S) if "altitude_m" in grid else np.full(grid.n, np.nan)

    def bounds(self, start_s: float, end_s: float) -> tuple[int, int]:
        """Rows whose middle lies in the span; at least the one it starts in, if there is one."""
        first, last = int(np.ceil(start_s - 0.5)), min(int(np.ceil(end_s - 0.5)), self.grid.n)
        if last <= first:
            first, last = min(int(start_s), self.grid.n), min(int(start_s) + 1, self.grid.n)
        return first, last

    def _known(self, name: str, first: int, last: int) -> FloatArray:
        if name not in self.grid:
            return np.zeros(0)
        values = self.grid[name][first:last]
        return values[~np.isnan(values)]

    def mean(self, name: str, first: int, last: int) -> float | None:
        values = self._known(name, first, last)
        return float(values.mean()) if len(values) else None

    def highest(self, name: str, first: int, last: int) -> float | None:
        values = self._known(name, first, last)
        return float(values.max()) if len(values) else None

    def gait(self, first: int, last: int) -> Gait | None:
        """Walk or run by the middle cadence; None without cadence."""
        values = self._known("cadence_7s_spm", first, last)
        values = values[values >= cal.STILL_CADENCE_SPM]
        if not len(values):
            return None
        return Gait.RUN if median(values) > cal.GAIT_BORDER_SPM else Gait.WALK

    def climb(self, first: int, last: int, distance_m: float | None) -> tuple[float | None, float | None]:
        """Metres climbed, and mean grade: as recorded, else net rise over distance."""
        altitude = self.altitude[first:last]
        altitude = altitude[~np.isnan(altitude)]
        ascent_m = float(np.maximum(np.diff(altitude), 0.0).sum()) if len(altitude) >= 2 else None
        if ascent_m is not None and ascent_m > cal.FASTEST_CLIMB_MPS * (last - first):
            ascent_m = None
        grade = self.mean("grade_ratio", first, last)
        if grade is None and len(altitude) >= 2 and distance_m is not None and distance_m >= cal.GRADE_MIN_WAY_M:
            grade = float(altitude[-1] - altitude[0]) / distance_m
            grade = grade if abs(grade) <= cal.STEEPEST_GRADE_RATIO else None
        return ascent_m, grade
