"""Claims and evidence to one label a second.

Conventions: `Labels` columns are (n,): direction and gait codes of `DIRECTIONS` and `GAITS`, `p` the probability of that direction
(NaN for unknown), `bout` the index of the bout or -1, `facing` what `faced` says of its column `told`.
Where the data cannot tell, it says so in a sentence and labels movement `unknown`: it never guesses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.detect import calibration as cal
from importer.detect.backward import Backward, expected_backward
from importer.detect.baseline import Line, forward_share, learn_line, walking_pace
from importer.detect.bouts import find_bouts
from importer.detect.declared import Declared
from importer.detect.evidence import add_gait_evidence
from importer.detect.faced import UNTOLD, Codes, Facing, has_compass, put_over
from importer.detect.features import runs_of, window_mean
from importer.detect.heart import Span
from importer.detect.measure import Bout, View, moving_seconds
from importer.detect.normal import device_name, rows_of
from importer.detect.paces import telling_walks
from importer.detect.policy import apply_policy
from importer.detect.smoothing import add_posteriors, border_rows
from importer.detect.weighing import weigh
from importer.values.activity import Activity, CadenceBasis, Environment, FloatArray, SpeedBasis
from importer.values.grid import Grid
from importer.values.session import Baseline, Basis, Direction, Gait

DIRECTIONS: Final = (Direction.UNKNOWN, Direction.FORWARD, Direction.BACKWARD, Direction.STILL)
GAITS: Final = (None, Gait.RUN, Gait.WALK)
_UNKNOWN, _FORWARD, _BACKWARD, _STILL = range(4)


class Labels(NamedTuple):
    """One label a second, (n,) each."""

    direction: NDArray[np.int8]
    gait: NDArray[np.int8]
    p: FloatArray
    bout: NDArray[np.int64]
    facing: NDArray[np.int64]


class Classified(NamedTuple):
    """All that classification found; `cannot_tell` is the sentence that says why gait told nothing, None where it could."""

    grid: Grid
    line: Line
    labels: Labels
    bouts: tuple[Bout, ...]
    p_session: float
    cannot_tell: str | None
    #: seconds of movement that nobody declared and neither gait nor facing told
    n_untold_s: int
    #: what compass and course say, None without them
    facing: Facing | None = None
    #: seconds of movement that nobody declared and gait judged
    n_judged_s: int = 0
    #: what the bouts were measured with, None where gait cannot tell
    view: View | None = None


def classify(grid: Grid, activity: Activity, *, declared: Declared, earlier: Baseline | None = None) -> Classified:
    """Label every second of a grid with features.

    Parameters
    ----------
    declared : what the runner said; spans of it are left to `segments`, its hints raise the prior.
    earlier : the runner's baseline from earlier sessions.
    """
    is_declared = rows_of(declared.claims, grid.n)
    is_backward = rows_of(declared.claims, grid.n, direction=Direction.BACKWARD)
    is_belt = activity.speed_basis is SpeedBasis.BELT
    line = learn_line(grid, earlier=earlier, is_excluded=is_backward, is_belt=is_belt)
    expected = expected_backward(earlier)
    cannot_tell = why_not(activity, grid, line, has_earlier=earlier is not None and earlier.n_sessions > 0)
    known = tuple(runs_of(is_backward))
    # nobody chooses a pace on a belt
    walks = [] if is_belt or cannot_tell is not None else _telling_walks(grid, line, expected, is_free=~is_declared, known=known)
    if walks:  # what may be backward must not teach what is forward
        for first, last in walks:
            is_backward[first:last] = True
        line = learn_line(grid, earlier=earlier, is_excluded=is_backward)
    pace = None if is_belt else walking_pace(grid, line, is_excluded=is_backward)
    grid = add_gait_evidence(grid, line, expected, walk_pace_mps=pace)
    borders = border_rows(activity, grid)
    grid = add_posteriors(grid, is_direction_told=cannot_tell is None, borders=borders)
    bouts: tuple[Bout, ...] = ()
    view: View | None = None
    p_session = prior = session_prior(declared, usual=expected.session_prior)
    if cannot_tell is None:
        is_forward = forward_share(grid, line, is_excluded=is_backward) > 0.5
        is_forward_walk = forward_share(grid, line, is_excluded=is_backward, is_walk=True) > 0.5
        view = View(line, expected, is_forward, is_forward_walk, is_belt=is_belt, contact_device=device_name(activity), known=known)
        bouts = find_bouts(grid, view, is_free=~is_declared, borders=borders, walks=walks)
        bouts, p_session = weigh(bouts, session_prior=prior, expected=expected, moving_s=moving_seconds(grid))
        needs_step = is_belt and bool(np.isnan(grid["slope_ratio"]).all())
        bouts = apply_policy(bouts, grid, needs_belt_step=needs_step, is_own=expected.is_own)
    labels = _label(grid, bouts, p_session=p_session, is_told=cannot_tell is None)
    facing = _facing(grid, activity, declared, earlier) if has_compass(grid, activity) else None
    if facing is not None:
        grid = grid.with_columns(facing_nats=facing.nats, p_facing_backward=facing.p_backward)
        labels = _put_over(labels, facing)
    n_untold_s = int(((labels.direction == _UNKNOWN) & ~is_declared).sum())
    is_judged = ((labels.direction == _FORWARD) | (labels.direction == _BACKWARD)) & ~is_declared
    n_judged_s = int(is_judged.sum()) if cannot_tell is None else 0
    return Classified(grid, line, labels, bouts, p_session, cannot_tell, n_untold_s, facing, n_judged_s, view)


def _telling_walks(grid: Grid, line: Line, expected: Backward, *, is_free: NDArray[np.bool_], known: Sequence[Span]) -> list[Span]:
    is_forward = (forward_share(grid, line) > 0.5) | (forward_share(grid, line, is_walk=True) > 0.5)
    return telling_walks(grid, is_forward=is_forward & is_free, is_free=is_free, known=known, expected=expected)


def session_prior(declared: Declared, *, usual: float = cal.SESSION_PRIOR) -> float:
    """Probability, before any look at the signals, that the session has backward movement that no span declares.

    Whoever tags or confirms one stretch by hand may have left others open; whoever names steps or presses lap has named them all.
    """
    if any(claim.basis is Basis.MANUAL and claim.direction is Direction.BACKWARD for claim in declared.claims):
        usual = max(usual, cal.SESSION_PRIOR_WEAK_HINT)
    hints = [hint for hint in declared.hints if hint.direction is Direction.BACKWARD]
    if not hints:
        return usual
    return max(usual, cal.SESSION_PRIOR_STRONG_HINT if any(hint.strong for hint in hints) else cal.SESSION_PRIOR_WEAK_HINT)


def is_measured(activity: Activity) -> bool:
    """Tell whether cadence and speed are measurements of their own, which gait can be read from."""
    return (
        activity.environment is not Environment.ELLIPTICAL
        and activity.cadence_basis not in (CadenceBasis.UNKNOWN, CadenceBasis.NONE)
        and activity.speed_basis in (SpeedBasis.BELT, SpeedBasis.GPS, SpeedBasis.FOOTPOD)
        and all(name in activity.columns and not np.isnan(activity.columns[name]).all() for name in ("cadence_spm", "speed_mps"))
    )


def why_not(activity: Activity, grid: Grid, line: Line, *, has_earlier: bool) -> str | None:
    """Say why gait cannot tell direction in this session, and what to do about it; None where it can."""
    if activity.environment is Environment.ELLIPTICAL:
        return "on an elliptical nothing in the signals tells direction: press lap at each change, or name the workout steps"
    if len(activity) == 0:
        return "no samples in this file, so direction cannot be told: export the original file with its samples"
    if grid.n == 0:
        return f"this recording is longer than {cal.LONGEST_GRID_S / 86_400:.0f} days, too long for one session: check the watch's clock"
    if "cadence_spm" not in activity.columns or np.isnan(activity.columns["cadence_spm"]).all():
        return "no cadence in this file, so direction cannot be told: record cadence, press lap, or name the workout steps"
    if activity.cadence_basis is CadenceBasis.UNKNOWN:
        return (
            "the file does not say whether its cadence counts steps or strides, so it is no evidence: press lap, or name the workout steps"
        )
    if activity.speed_basis is SpeedBasis.WATCH_MODEL:
        return "your watch computed this speed from cadence, so it cannot tell: record the belt, press lap, or name the workout steps"
    if "speed_mps" not in activity.columns or np.isnan(activity.columns["speed_mps"]).all():
        return "no speed in this file, so direction cannot be told: record GPS or the belt, press lap, or name the workout steps"
    if activity.speed_basis is SpeedBasis.UNKNOWN:
        return (
            "nothing says how this speed was measured, so it is no evidence: record GPS or the belt, press lap, or name the workout steps"
        )
    if not has_earlier and line.forward_s < cal.BASELINE_SECONDS and _is_walk(grid):
        return "a walk: cadence tells little about the direction of walking, so press lap at each change, or name the workout steps"
    if not has_earlier and line.forward_s < cal.BASELINE_SECONDS:
        return (
            f"only {line.forward_s / 60:.0f} min of steady running here (10 are needed to know your usual cadence): "
            "run longer forward in the same session, press lap, or name the workout steps"
        )
    return None


def _is_walk(grid: Grid) -> bool:
    """Tell a session that was walked for the most part."""
    moves = grid["is_moving"] > 0
    with np.errstate(invalid="ignore"):
        return bool((moves & (grid["cadence_7s_spm"] < cal.GAIT_BORDER_SPM)).sum() > 0.5 * moves.sum())


def _misfits(grid: Grid) -> NDArray[np.bool_]:
    """Rows whose cadence fits neither running nor walking at their speed, for most of a while: a ride in a car, a lost signal."""
    with np.errstate(invalid="ignore"):
        fits_run = np.abs(grid["excess_run_ratio"]) < cal.FORWARD_FIT_RATIO
        fits_walk = (np.abs(grid["excess_walk_ratio"]) < cal.FORWARD_FIT_RATIO) & (grid["speed_7s_mps"] < cal.FASTEST_WALK_MPS)
    is_known = ~np.isnan(grid["excess_run_ratio"]) & (grid["is_moving"] > 0)
    misfit = np.where(is_known, (~(fits_run | fits_walk)).astype(np.float64), np.nan)
    most = np.nan_to_num(window_mean(misfit, window_s=cal.NEIGHBOUR_WINDOW_S // 2)) > 0.5
    for first, last in runs_of(most):
        if last - first < cal.NEIGHBOUR_WINDOW_S // 2:  # speeding up and slowing down pass through every cadence
            most[first:last] = False
    return most


def _label(grid: Grid, bouts: tuple[Bout, ...], *, p_session: float, is_told: bool) -> Labels:
    n = grid.n
    p_run = grid["p_forward_run"] + grid["p_backward_run"]
    p_walk = grid["p_forward_walk"] + grid["p_backward_walk"]
    p_still = grid["p_still"]
    direction = np.where((p_still > 0.5) | (grid["is_paused"] > 0), _STILL, _FORWARD if is_told else _UNKNOWN).astype(np.int8)
    gait = np.where(p_run >= p_walk, 1, 2).astype(np.int8)
    gait[direction == _STILL] = 0
    p_back = grid["p_backward_run"] + grid["p_backward_walk"]
    p = np.where(direction == _STILL, p_still, 1 - p_session * p_back)
    p = np.where(grid["is_paused"] > 0, 1.0, p)
    bout_of = np.full(n, -1, dtype=np.int64)
    for i, bout in enumerate(bouts):
        rows = slice(bout.first, bout.last)
        code = _BACKWARD if bout.p >= cal.SUGGEST_P and bout.doubt is None else _FORWARD if bout.p <= cal.FORWARD_P else _UNKNOWN
        direction[rows] = code
        gait[rows] = 1 if bout.gait is Gait.RUN else 2
        p[rows] = bout.p if code == _BACKWARD else 1 - bout.p
        if code != _FORWARD:
            bout_of[rows] = i
    gait[~_has_near(grid["cadence_7s_spm"])] = 0
    unseen = (direction == _FORWARD) & ~(_has_near(grid["cadence_7s_spm"]) & _has_near(grid["speed_7s_mps"]))
    direction[unseen] = _UNKNOWN
    direction[(direction == _FORWARD) & _misfits(grid)] = _UNKNOWN
    nothing_at_all = np.isnan(grid["speed_7s_mps"]) & np.isnan(grid["cadence_7s_spm"]) & (grid["is_paused"] == 0)
    direction[nothing_at_all & ~(_has_near(grid["speed_7s_mps"]) | _has_near(grid["cadence_7s_spm"]))] = _UNKNOWN
    p[direction == _UNKNOWN] = np.nan
    gait[direction == _STILL] = 0
    return Labels(direction, gait, p, bout_of, np.full(n, UNTOLD, dtype=np.int64))


def _facing(grid: Grid, activity: Activity, declared: Declared, earlier: Baseline | None) -> Facing | None:
    # 2.6 ms of imports (measured) that a recording without a compass never needs
    from importer.detect.facing import find_facing

    return find_facing(grid, activity, claims=declared.claims, earlier=earlier)


def _put_over(labels: Labels, facing: Facing) -> Labels:
    """Let facing decide the rows that it tells; gait keeps run and walk apart."""
    codes = Codes(unknown=_UNKNOWN, forward=_FORWARD, backward=_BACKWARD, still=_STILL)
    faced = put_over(labels.direction, labels.p, labels.bout, facing=facing, codes=codes)
    return Labels(faced.direction, labels.gait, faced.p, faced.bout, faced.told)


def _has_near(values: FloatArray) -> NDArray[np.bool_]:
    """Tell which rows have enough values of a column around them: (n,)."""
    share = window_mean(np.isfinite(values).astype(np.float64), window_s=cal.NEIGHBOUR_WINDOW_S)
    return np.nan_to_num(share) * cal.NEIGHBOUR_WINDOW_S >= cal.NEIGHBOUR_MIN_S
