"""What one session teaches about its runner: the part of a tagged session that later ones are judged by.

Conventions: it is fitted with the population's prior alone, never with other sessions, so that the order of import cannot matter;
stretches known to be backward (confirmed, tagged, declared) are left out of the forward line and teach the backward gait instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.baseline import Line, forward_share, grade_factor, learn_line
from importer.detect.heart import heart_excesses
from importer.detect.witnesses import contact_line, contact_ratio
from importer.values.activity import Activity, FloatArray, SpeedBasis
from importer.values.grid import Grid
from importer.values.session import Basis, Claim, Direction, Gait, Normal
from importer.values.statistics import median


class _Fit(NamedTuple):
    """Forward movement in one gait: seconds, mean speed and cadence, variance of speed and slope of cadence over it."""

    n_s: float = 0.0
    speed_mps: float | None = None
    cadence_spm: float | None = None
    speed_variance: float | None = None
    slope: float | None = None


class _Lessons(NamedTuple):
    """What the stretches known to be backward showed."""

    run: list[float]
    walk: list[float]
    contact: list[float]
    heart: list[float]
    shares: list[float]
    n_confirmed: int


def normal_of(grid: Grid, activity: Activity, *, claims: tuple[Claim, ...], is_measured: bool) -> Normal:
    """Sum up a session with features.

    Parameters
    ----------
    claims : what is known of it, sorted and disjoint.
    is_measured : whether its cadence and speed are measurements of their own; else nothing is learnt from its gait.
    """
    n_rejected = sum(claim.basis is Basis.MANUAL and claim.direction is Direction.FORWARD for claim in claims)
    normal = Normal(start_utc_s=activity.start.timestamp(), n_rejected=n_rejected)
    if not is_measured or grid.n == 0:
        return normal
    is_backward = rows_of(claims, grid.n, direction=Direction.BACKWARD)
    line = learn_line(grid, is_excluded=is_backward, is_belt=activity.speed_basis is SpeedBasis.BELT)
    is_forward = forward_share(grid, line, is_excluded=is_backward) > 0.5
    normal = _with_line(normal, grid, line, is_forward=is_forward)
    normal = _with_witnesses(normal, grid, is_forward=is_forward, device=device_name(activity))
    walk = _walk(grid, line, is_backward)
    lessons = _lessons(grid, line, claims, is_forward=is_forward)
    return replace(
        normal,
        walk_s=walk.n_s,
        walk_speed_mps=walk.speed_mps,
        walk_cadence_spm=walk.cadence_spm,
        run_excess_ratios=tuple(lessons.run),
        walk_excess_ratios=tuple(lessons.walk),
        contact_ratios=tuple(lessons.contact),
        heart_excess_bpm=tuple(lessons.heart),
        speed_shares=tuple(lessons.shares),
        n_confirmed=lessons.n_confirmed,
    )


def _with_line(normal: Normal, grid: Grid, line: Line, *, is_forward: NDArray[np.bool_]) -> Normal:
    """Add the cadence of forward running."""
    x, y = grid["speed_7s_mps"][is_forward], (grid["cadence_7s_spm"] / grade_factor(grid["slope_ratio"]))[is_forward]
    fit = _fit(x, y)
    middle = np.array([float(x.mean()) if len(x) else cal.RUN_REFERENCE_SPEED_MPS])
    return replace(
        normal,
        forward_s=float(is_forward.sum()),
        spread_ratio=line.spread if is_forward.any() else None,
        speed_mps=fit.speed_mps,
        cadence_spm=fit.cadence_spm,
        speed_variance=fit.speed_variance,
        slope_spm_per_mps=fit.slope,
        line_error_ratio=float(line.relative_error(middle)[0]),
    )


def _with_witnesses(normal: Normal, grid: Grid, *, is_forward: NDArray[np.bool_], device: str) -> Normal:
    """Add contact time and heart rate of forward running, where they were measured."""
    contact, heart = contact_line(grid, is_forward), _heart(grid, is_forward)
    if contact is not None:
        n_s = float((is_forward & ~np.isnan(grid["stance_time_s"])).sum())
        normal = replace(normal, contact_n_s=n_s, contact_time_s=contact[0], contact_speed_mps=contact[1], contact_device=device)
    if heart is not None:
        normal = replace(normal, heart_n_s=heart[0], heart_rate_bpm=heart[1], heart_speed_mps=heart[2])
    return normal


def device_name(activity: Activity) -> str:
    """Name the device whose contact time may or may not tell direction."""
    return " ".join(part for part in (activity.device.manufacturer, activity.device.product) if part) or "unknown"


def rows_of(claims: tuple[Claim, ...], n: int, *, direction: Direction | None = None) -> NDArray[np.bool_]:
    """Rows whose middle lies in a claim (of one direction): (n,)."""
    covered = np.zeros(n, dtype=bool)
    for claim in claims:
        if direction is None or claim.direction is direction:
            first, last = _bounds(claim)
            covered[first:last] = True
    return covered


def _bounds(claim: Claim) -> tuple[int, int]:
    return max(0, int(np.ceil(claim.start_s - 0.5))), max(0, int(np.ceil(claim.end_s - 0.5)))


def _fit(x: FloatArray, y: FloatArray) -> _Fit:
    """Means, variance of speed, and the slope of cadence over it."""
    if len(x) < cal.CONFIRMED_MIN_S:
        return _Fit()
    mid, level = float(x.mean()), float(y.mean())
    variance = float(((x - mid) ** 2).mean())
    slope = float(((x - mid) * (y - level)).mean()) / variance if variance > cal.SLOPE_MIN_VARIANCE else None
    return _Fit(float(len(x)), mid, level, variance, slope)


def _walk(grid: Grid, line: Line, is_backward: NDArray[np.bool_]) -> _Fit:
    """Mean speed and cadence of forward walking; nothing where hardly any was walked."""
    use = forward_share(grid, line, is_excluded=is_backward, is_walk=True) > 0.5
    if use.sum() < cal.NEIGHBOUR_WINDOW_S:
        return _Fit()
    return _fit(grid["speed_7s_mps"][use], grid["cadence_7s_spm"][use] / grade_factor(grid["slope_ratio"][use]))


def _heart(grid: Grid, is_forward: NDArray[np.bool_]) -> tuple[float, float, float] | None:
    """Seconds, heart rate and speed of settled forward running."""
    if "heart_rate_bpm" not in grid:
        return None
    use = is_forward & ~np.isnan(grid["heart_rate_bpm"])
    use[: cal.BASELINE_SECONDS // 2] = False
    if use.sum() < cal.BASELINE_SECONDS / 4:
        return None
    return float(use.sum()), float(grid["heart_rate_bpm"][use].mean()), float(grid["speed_7s_mps"][use].mean())


def _lessons(grid: Grid, line: Line, claims: tuple[Claim, ...], *, is_forward: NDArray[np.bool_]) -> _Lessons:
    """Measure every stretch known to be backward."""
    lessons = _Lessons([], [], [], [], [], 0)
    n_confirmed = 0
    speed, cadence, slope = grid["speed_7s_mps"], grid["cadence_7s_spm"], grid["slope_ratio"]
    usual_mps = median(speed[is_forward]) if is_forward.sum() >= cal.NEIGHBOUR_WINDOW_S else None
    edges = ((claim, *_bounds(claim)) for claim in claims if claim.direction is Direction.BACKWARD)
    spans = [(claim, first, min(last, grid.n)) for claim, first, last in edges if min(last, grid.n) > first]
    hearts = heart_excesses(grid, [(first, last) for _, first, last in spans], is_forward=is_forward)
    for (claim, first, last), beats in zip(spans, hearts, strict=True):
        rows = slice(first, last)
        use = (grid["is_moving"][rows] > 0) & ~np.isnan(speed[rows]) & ~np.isnan(cadence[rows])
        # the borders were put by hand: a smoothing window inside them is the same movement for certain
        edge = min(cal.SMOOTHING_WINDOW_S // 2 + 1, (last - first - cal.CONFIRMED_MIN_S) // 2)
        use[: max(edge, 0)] = use[len(use) - max(edge, 0) :] = False
        if use.sum() < cal.CONFIRMED_MIN_S:
            continue
        v, c, g = speed[rows][use], cadence[rows][use], slope[rows][use]
        gait = Gait.RUN if median(c) > cal.GAIT_BORDER_SPM else Gait.WALK
        expected = line.expected_run(v, g) if gait is Gait.RUN else line.expected_walk(v, g)
        (lessons.run if gait is Gait.RUN else lessons.walk).append(median(c / expected) - 1.0)
        n_confirmed += claim.basis is Basis.MANUAL
        if gait is Gait.RUN:
            if usual_mps is not None:
                lessons.shares.append(median(v) / usual_mps)
            contact = contact_ratio(grid, first, last, is_forward=is_forward)
            lessons.contact.extend(() if contact is None else (contact.value,))
            lessons.heart.extend(() if beats is None else (beats.value,))
    return lessons._replace(n_confirmed=n_confirmed)
