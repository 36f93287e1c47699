"""Two recordings second by second: what their series have in common at every shift of the clock.

Conventions: a series is (n,) float64 on whole seconds of a clock, NaN where nothing was recorded. A lag of k sets second i of the first
series beside second i - k of the second: k is what is added to the second clock to get the first. Pure arithmetic; knows no verdict.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from importer.values.activity import Activity, FloatArray

#: longest hole that is bridged, s. Source: smart recording writes every 5-8 s; a longer hole is lost signal.
LONGEST_BRIDGE_S: Final = 10
#: a change of pace, which companions share too: means over so many seconds before and behind it
STEP_S: Final = 5
#: differ by so many robust SDs; it is left out with so many seconds on either side. Assumptions.
STEP_SD: Final = 3.0
STEP_MARGIN_S: Final = 10
#: what is left is cut at so many robust SDs, so that no single excursion decides. Assumption.
LIMIT_SD: Final = 3.0
#: median absolute deviation to standard deviation of a normal distribution
_MAD_TO_SD: Final = 1.4826


class Shared(NamedTuple):
    """What two series share: `lags_s` (m,) whole seconds, `n` (m,) common seconds, `r` (m,) correlation, NaN for none."""

    lags_s: NDArray[np.int64]
    n: FloatArray
    r: FloatArray


def on_seconds(activity: Activity, name: str, *, clock_s: float, n: int) -> FloatArray:
    """Give a channel on the whole seconds of a clock: (n,).

    Parameters
    ----------
    clock_s : where the activity starts on that clock.
    """
    column = activity.columns.get(name)
    if column is None:
        return np.full(n, np.nan)
    is_there = ~np.isnan(column)
    t_s, values = activity.t_s[is_there] + clock_s, column[is_there]
    if len(t_s) < 2:
        return np.full(n, np.nan)
    grid = np.arange(n, dtype=np.float64)
    right = np.searchsorted(t_s, grid, side="left").clip(1, len(t_s) - 1)
    before, after = t_s[right - 1], t_s[right]
    is_near = (after - before <= LONGEST_BRIDGE_S) | (np.minimum(np.abs(after - grid), np.abs(before - grid)) < 0.5)
    is_inside = (grid >= t_s[0] - 0.5) & (grid <= t_s[-1] + 0.5)
    found: FloatArray = np.where(is_near & is_inside, np.interp(grid, t_s, values), np.nan)
    return found


def fine(series: FloatArray, *, window_s: int) -> FloatArray:
    """Give what is quick in a series and no change of pace, beside its own mean over a window: (n,).

    What is slower is the plan of the session, which companions share; what is quicker is the body's own.
    """
    quiet = np.where(_is_step(series), np.nan, series)
    mean, n = _mean(quiet, window_s // 2)
    left = np.where((n > window_s // 2) & ~np.isnan(quiet), quiet - mean, np.nan)
    limit = LIMIT_SD * _robust_sd(left)
    found: FloatArray = np.clip(left, -limit, limit) if limit > 0 else left
    return found


def steps(series: FloatArray) -> FloatArray:
    """Give how much the mean over `STEP_S` behind each second is above the one before it: (n,)."""
    mean, _ = _mean(series, STEP_S // 2)
    far = STEP_S // 2 + 1
    found = np.full(len(series), np.nan)
    if len(series) > 2 * far:
        found[far:-far] = mean[2 * far :] - mean[: -2 * far]
    return found


def _is_step(series: FloatArray) -> NDArray[np.bool_]:
    """Tell the seconds in which the pace changes, with a margin: (n,)."""
    step = steps(series)
    limit = STEP_SD * _robust_sd(step)
    is_step = np.abs(np.nan_to_num(step)) > limit if limit > 0 else np.zeros(len(series), dtype=bool)
    near, _ = _mean(is_step.astype(np.float64), STEP_MARGIN_S)
    found: NDArray[np.bool_] = near > 0
    return found


def _mean(series: FloatArray, half: int) -> tuple[FloatArray, NDArray[np.int64]]:
    """Mean over ``2 * half + 1`` seconds around each, fewer at the ends and around holes: (n,) and how many (n,)."""
    is_there = ~np.isnan(series)
    total = np.concatenate(([0.0], np.cumsum(np.where(is_there, series, 0.0))))
    count = np.concatenate(([0], np.cumsum(is_there)))
    rows = np.arange(len(series))
    low, high = np.maximum(rows - half, 0), np.minimum(rows + half + 1, len(series))
    n = count[high] - count[low]
    mean = np.full(len(series), np.nan)
    np.divide(total[high] - total[low], n, out=mean, where=n > 0)
    return mean, n


def _robust_sd(values: FloatArray) -> float:
    size = np.abs(values[~np.isnan(values)])
    return _MAD_TO_SD * float(np.median(size)) if len(size) else 0.0


def shared(a: FloatArray, b: FloatArray, *, lags_s: range) -> Shared:
    """Correlate two series of one length at each lag, over the seconds that both have; NaN where one does not vary."""
    size = 1 << max(len(a) + len(b) - 1, 1).bit_length()
    rows = np.array([lag % size for lag in lags_s], dtype=np.int64)

    def spectra(series: FloatArray) -> tuple[NDArray[np.complex128], ...]:
        is_there = ~np.isnan(series)
        centred = np.where(is_there, series - (np.mean(series[is_there]) if is_there.any() else 0.0), 0.0)
        return tuple(np.fft.rfft(one, size) for one in (is_there.astype(np.float64), centred, centred * centred))

    def crossed(x: NDArray[np.complex128], y: NDArray[np.complex128]) -> FloatArray:
        at: FloatArray = np.fft.irfft(x * np.conj(y), size)[rows]
        return at

    (one_a, sum_a, square_a), (one_b, sum_b, square_b) = spectra(a), spectra(b)
    n = np.rint(crossed(one_a, one_b))
    safe = np.maximum(n, 1.0)
    mean_a, mean_b = crossed(sum_a, one_b) / safe, crossed(one_a, sum_b) / safe
    variance = (crossed(square_a, one_b) / safe - mean_a**2) * (crossed(one_a, square_b) / safe - mean_b**2)
    is_told = (n >= 2) & (variance > 1e-12)
    r = np.full(len(n), np.nan)
    np.divide(crossed(sum_a, sum_b) / safe - mean_a * mean_b, np.sqrt(np.maximum(variance, 1e-12)), out=r, where=is_told)
    return Shared(np.array(lags_s, dtype=np.int64), n, np.clip(r, -1.0, 1.0))


def beside(a: FloatArray, b: FloatArray, lag_s: int) -> tuple[FloatArray, FloatArray]:
    """Give the seconds that both have at a lag: (m,) of each."""
    moved = np.full(len(a), np.nan)
    low, high = max(lag_s, 0), min(len(a), len(b) + lag_s)
    if high > low:
        moved[low:high] = b[low - lag_s : high - lag_s]
    is_both = ~np.isnan(a) & ~np.isnan(moved)
    return a[is_both], moved[is_both]
