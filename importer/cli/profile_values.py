"""What is typed for an athlete's profile, as numbers in SI units."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from importer.errors import UsageError
from importer.store.athlete_records import ALWAYS

#: a pound. Source: international yard and pound agreement, 1959
KG_PER_LB: Final = 0.45359237
_POUNDS: Final = frozenset(("lb", "lbs"))
#: what makes sense, as the database checks it too
WEIGHT_KG: Final = (20.0, 400.0)
MAX_HEART_RATE_BPM: Final = (80.0, 250.0)
RESTING_HEART_RATE_BPM: Final = (20.0, 130.0)
_NUMBER: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z%]*)")
_RATIO: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:in|of|out of|/)\s*(\d+(?:[.,]\d+)?)")


def weight_kg(text: str, *, is_imperial: bool) -> float:
    """Read a weight: ``70``, ``70kg``, ``154 lb``; without a unit it is kilograms, or pounds where `is_imperial`."""
    number, unit = _split("--weight", text, units=("kg", *_POUNDS), example="70, 70kg or 154lb")
    is_pounds = unit in _POUNDS or (not unit and is_imperial)
    return round(_within("--weight", text, number * KG_PER_LB if is_pounds else number, WEIGHT_KG, unit="kg"), 3)


def heart_rate_bpm(option: str, text: str, bounds: tuple[float, float]) -> float:
    """Read beats a minute."""
    number, _ = _split(option, text, units=("bpm",), example="188")
    return _within(option, text, number, bounds, unit="bpm")


def sessions_share(text: str) -> float:
    """Read how many sessions hold backward movement: ``0.3``, ``30%``, ``1 in 3``, never, always."""
    option = "--backward-sessions"
    words = {"never": 0.0, "always": 1.0}
    asked = text.strip().lower()
    if asked in words:
        return words[asked]
    ratio = _RATIO.fullmatch(asked)
    if ratio is not None and _float(ratio[2]) > 0:
        return _within(option, text, _float(ratio[1]) / _float(ratio[2]), (0.0, 1.0))
    number, unit = _split(option, text, units=("%",), example='0.3, 30%, "1 in 3", never or always')
    return _within(option, text, number / 100 if unit == "%" else number, (0.0, 1.0))


def day(text: str) -> datetime:
    """Read a day, the first on which a value holds; ``always`` is before every recording."""
    if text.strip().lower() == "always":
        return ALWAYS
    try:
        found = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise UsageError(f"--since: {text!r} is no day (expected YYYY-MM-DD, or always): correct it") from error
    if found < ALWAYS:
        raise UsageError(f"--since: {text} is before every recording (expected {ALWAYS:%Y-%m-%d} or later, or always): correct it")
    return found


def shown_day(moment: datetime) -> str:
    """Say from when on a value holds."""
    return "always" if moment == ALWAYS else f"from {moment:%Y-%m-%d}"


def shown_value(name: str, value: float, *, is_imperial: bool = False) -> str:
    """Say a value of a profile with its unit."""
    if name == "weight_kg":
        return f"{value / KG_PER_LB:.1f} lb" if is_imperial else f"{value:.1f} kg"
    return f"{value:.0%} of sessions" if name == "backward_sessions_share" else f"{value:.0f} bpm"


def _split(option: str, text: str, *, units: tuple[str, ...], example: str) -> tuple[float, str]:
    match = _NUMBER.fullmatch(text.strip().lower())
    if match is None or match[2] not in ("", *units):
        raise UsageError(f"{option}: {text!r} cannot be read (expected e.g. {example}): correct it")
    return _float(match[1]), match[2]


def _within(option: str, text: str, value: float, bounds: tuple[float, float], *, unit: str = "") -> float:
    low, high = bounds
    if not low <= value <= high:
        raise UsageError(f"{option}: {text!r} is out of range (expected {low:g} to {high:g}{f' {unit}' if unit else ''}): correct it")
    return value


def _float(digits: str) -> float:
    return float(digits.replace(",", "."))
