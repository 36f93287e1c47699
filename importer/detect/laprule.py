"""The lap rule a runner gives: which laps were run backward. ``--laps 2,4,6``, ``2-6``, ``even``, ``alternate``.

Conventions: laps are counted from 1, in the order of the file, as a runner counts them; laps not named are forward.
Nothing here looks at a file: whether a file has laps at all is for `importer.detect.declared` to say.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from importer.errors import UsageError


class LapRange(NamedTuple):
    """Laps `first`, `first` + `step`, ... up to and with `last`; None is the last lap of the file."""

    first: int
    last: int | None
    step: int = 1


class LapRule(NamedTuple):
    """The laps run backward; `text` is what the user typed.

    `is_kept` tells a rule that is kept for an athlete from one that was given for these files (``rule._replace(is_kept=True)``): it is
    weaker than every word about the file itself, and speaks only where the laps were made on purpose.
    """

    text: str
    ranges: tuple[LapRange, ...]
    is_kept: bool = False


_WORDS: Final = {
    "all": LapRange(1, None),
    "even": LapRange(2, None, 2),
    "alternate": LapRange(2, None, 2),
    "odd": LapRange(1, None, 2),
}
_PART: Final = r"([0-9]{1,6})(?:\s*(-)\s*([0-9]{1,6})?)?"
_EXAMPLE: Final = 'give the backward laps as "2,4,6", "2-6", "5-" (from lap 5 on), "even", "odd", "alternate" (lap 2, 4, ...) or "all"'


def parse_lap_rule(text: str) -> LapRule:
    """Read a lap rule such as "2,4,6", "2-6", "5-", "even", "odd", "alternate" (the even laps) or "all".

    Raises
    ------
    UsageError
        The text is no rule; the message holds examples.
    """
    return LapRule(text.strip(), tuple(_range(part.strip().lower(), text) for part in text.split(",")))


def backward_laps(rule: LapRule, n_laps: int) -> frozenset[int]:
    """Give the numbers of the backward laps among `n_laps`, counted from 1."""
    return frozenset(
        number for first, last, step in rule.ranges for number in range(first, (n_laps if last is None else min(last, n_laps)) + 1, step)
    )


def highest_missing_lap(rule: LapRule, n_laps: int) -> int | None:
    """Give the highest lap the rule names though the file ends before it, None where the file has them all."""
    named = [first if last is None else last for first, last, step in rule.ranges if step == 1]
    return max((number for number in named if number > n_laps), default=None)


def _range(part: str, text: str) -> LapRange:
    word = _WORDS.get(part)
    if word is not None:
        return word
    match = re.fullmatch(_PART, part)
    if match is None:
        raise UsageError(f"lap rule {text!r}: {part!r} names no lap: {_EXAMPLE}")
    first = int(match[1])
    if match[2] is None:
        last: int | None = first
    else:
        last = None if match[3] is None else int(match[3])
    if first < 1:
        raise UsageError(f"lap rule {text!r}: laps are counted from 1: {_EXAMPLE}")
    if last is not None and last < first:
        raise UsageError(f"lap rule {text!r}: {part!r} ends before it begins: {_EXAMPLE}")
    return LapRange(first, last)
