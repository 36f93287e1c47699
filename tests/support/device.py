"""What a real device makes of a perfect recording: GPS noise and smoothing, delays, running dynamics with their faults.

Conventions: row i stands for ``[i, i + 1)`` seconds; columns are named and scaled as an `Activity` has them.
A watch that takes backward running for walking writes activity type 6 and no contact time for a while; it does so in drills too,
so that it is no proof. All numbers without a source are assumptions [A].
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from importer.values.activity import Activity, CadenceBasis, Environment, Lap, Pause, SpeedBasis
from importer.values.session import Direction, Gait
from tests.support.runner import FloatArray, Recording

#: FIT activity_type codes
TYPE_RUNNING: Final = 1.0
TYPE_WALKING: Final = 6.0
#: backward over forward contact time and vertical oscillation, mean and SD [Wright, Cavagna; SD A]
STANCE_RATIO: Final = (0.83, 0.05)
OSCILLATION_RATIO: Final = (0.92, 0.08)
#: what a device's contact time is off by outside forward running, s [Drobnič: proprietary contact time is not valid there; SD A]
STANCE_BIAS_SD_S: Final = 0.04


class Device(NamedTuple):
    """A watch and what is wrong with it."""

    #: error of GPS speed, m/s, which wanders over some seconds, and the causal mean the watch takes, s
    speed_sd_mps: float = 0.0
    speed_window_s: int = 1
    #: causal mean over cadence, s
    cadence_window_s: int = 1
    has_dynamics: bool = False
    stance_s: float = 0.27
    stance_ratio: float = 0.83
    stance_bias_s: float = 0.0
    oscillation_m: float = 0.09
    oscillation_ratio: float = 0.92
    #: share of backward running (and of drills) that the watch takes for walking
    flicker_share: float = 0.0


def draw_device(rng: np.random.Generator) -> Device:
    """Draw a watch: two in five measure running dynamics."""
    return Device(
        speed_sd_mps=float(rng.uniform(0.05, 0.2)),
        speed_window_s=int(rng.integers(1, 7)),
        cadence_window_s=int(rng.integers(1, 5)),
        has_dynamics=bool(rng.random() < 0.4),
        stance_s=float(rng.normal(0.27, 0.02)),
        stance_ratio=float(rng.normal(*STANCE_RATIO)),
        stance_bias_s=float(rng.normal(0.0, STANCE_BIAS_SD_S)),
        oscillation_m=float(rng.normal(0.09, 0.012)),
        oscillation_ratio=float(rng.normal(*OSCILLATION_RATIO)),
        flicker_share=float(rng.choice([0.0, 0.0, 0.2, 0.5])),
    )


def watch_activity(
    recording: Recording, device: Device, *, seed: int, is_belt: bool = False, presses_lap: bool = False, **changes: Any
) -> Activity:
    """Give the activity that a device writes of a recording; `changes` replace fields of it.

    Parameters
    ----------
    is_belt : speed is the belt's own, exact; there is neither position nor altitude.
    presses_lap : a manual lap at every border of the plan, else automatic ones of 1 km.
    """
    rng = np.random.default_rng([seed, 7])
    rows = np.array(recording.seconds)
    speed = recording.speed_mps
    if not is_belt:
        speed = np.maximum(
            _trailing_mean(speed, device.speed_window_s) + (speed > 0.2) * _wander(rng, len(speed), device.speed_sd_mps), 0.0
        )
    columns = {
        "speed_mps": np.round(speed[rows], 3),
        "cadence_spm": 2.0 * np.round(_trailing_mean(recording.cadence_spm, device.cadence_window_s)[rows] / 2.0),
        "heart_rate_bpm": np.round(recording.heart_rate_bpm[rows]),
        "distance_m": np.round(np.cumsum(speed)[rows], 2),
    }
    if not is_belt:
        columns["altitude_m"] = np.round(recording.altitude_m[rows] * 5.0) / 5.0
        if device.has_dynamics:
            columns.update({name: values[rows] for name, values in _dynamics(recording, device, rng).items()})
    borders = recording.borders
    fields: dict[str, Any] = {
        "start": datetime(2026, 5, 3, 6, 12, tzinfo=UTC),
        "t_s": rows.astype(np.float64),
        "columns": columns,
        "elapsed_s": float(len(recording)),
        "timer_s": float(len(rows)),
        "format": "fit",
        "sport": "running",
        "environment": Environment.TREADMILL if is_belt else Environment.OUTDOOR,
        "speed_basis": SpeedBasis.BELT if is_belt else SpeedBasis.GPS,
        "cadence_basis": CadenceBasis.WRITER,
        "cadence_factor": 2.0,
        "laps": _laps(recording, presses_lap=presses_lap),
        "pauses": tuple(
            Pause(float(start), float(start + block.duration_s))
            for start, block in zip(borders[:-1], recording.plan, strict=True)
            if block.is_paused
        ),
    }
    return Activity(**{**fields, **changes})


def _laps(recording: Recording, *, presses_lap: bool) -> tuple[Lap, ...]:
    """Laps at the borders of the plan, or where a kilometre ended."""
    n = len(recording)
    if presses_lap:
        borders, trigger = recording.borders, "manual"
    else:
        kilometres = np.floor(recording.distance_m / 1000.0)
        borders, trigger = [0, *(int(at) + 1 for at in np.flatnonzero(np.diff(kilometres))), n], "distance"
    last = borders[-1]
    return tuple(Lap(float(a), float(b), trigger="session_end" if b == last else trigger) for a, b in pairwise(borders) if b > a)


def _dynamics(recording: Recording, device: Device, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Contact time, vertical oscillation and what the watch takes the movement for: (n,) each; no contact time while it says walking."""
    blocks = [block for block in recording.plan for _ in range(block.duration_s)]
    n = len(blocks)
    is_back = np.array([block.direction is Direction.BACKWARD for block in blocks])
    is_run = np.array([block.gait is Gait.RUN for block in blocks])
    drill = np.array([block.drill.stance_ratio for block in blocks])
    # contact shortens with speed [A: 30 ms for 1 m/s]
    stance = device.stance_s - 0.03 * (recording.speed_mps - 2.5)
    stance = stance * np.where(is_back, device.stance_ratio, drill) + is_back * device.stance_bias_s
    stance = stance + rng.normal(0.0, 0.004, n) + _wander(rng, n, 0.004, tau_s=60.0)
    oscillation = device.oscillation_m * np.where(is_back, device.oscillation_ratio, 1.0) + rng.normal(0.0, 0.004, n)
    odd = is_back | (drill != 1.0)
    # episodes, not single seconds: the watch makes up its mind every ten seconds or so
    mood = rng.random(n // 10 + 1)[np.arange(n) // 10]
    takes_for_walking = ~is_run | (mood < np.where(odd, device.flicker_share, 0.005))
    return {
        "stance_time_s": np.where(takes_for_walking, np.nan, np.clip(np.round(stance, 4), 0.05, 0.6)),
        "vertical_oscillation_m": np.where(takes_for_walking, np.nan, np.clip(np.round(oscillation, 4), 0.01, 0.3)),
        "activity_type": np.where(takes_for_walking, TYPE_WALKING, TYPE_RUNNING),
    }


def _trailing_mean(values: FloatArray, window_s: int) -> FloatArray:
    """Mean of the last `window_s` seconds, fewer at the start: (n,)."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    rows = np.arange(1, len(values) + 1)
    first = np.maximum(rows - window_s, 0)
    mean: FloatArray = (total[rows] - total[first]) / (rows - first)
    return mean


def _wander(rng: np.random.Generator, n: int, sd: float, *, tau_s: float = 5.0) -> FloatArray:
    """AR(1) noise of stationary SD `sd`: (n,)."""
    keep = 1.0 - 1.0 / tau_s
    shocks = rng.normal(0.0, sd * np.sqrt(1.0 - keep * keep), n)
    out = np.empty(n)
    value = float(rng.normal(0.0, sd)) if n else 0.0
    for i, shock in enumerate(shocks.tolist()):
        value = keep * value + shock
        out[i] = value
    return out
