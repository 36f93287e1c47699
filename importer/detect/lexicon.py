"""Does a text name a direction of running or walking? More than forty languages, false friends, denials.

Conventions: `find_direction` reads free text of the runner, never enumeration names; it knows nothing of where the text
stood (`importer.detect.declared` does). A text is normalised first: NFKC, case folded, accents dropped, a few letters
unfolded (``ø`` to ``o``). The longest match wins; a false friend is a longer phrase around a misleading word.
Everything is compiled on first need and kept: a text without a candidate is left after a handful of substring searches.
Nothing here reads a file, knows a time span or decides what is tagged.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from enum import StrEnum
from typing import Final, NamedTuple

from importer.detect import particles, words
from importer.detect.words import Meaning


class Said(StrEnum):
    """What a text says about direction."""

    BACKWARD = "backward"
    FORWARD = "forward"
    MIXED = "mixed"  # names both: contains backward, but not where
    DENIED = "denied"  # names a direction only to say it was not run


class Mark(StrEnum):
    """What a text says about a border."""

    START = "start"
    STOP = "stop"


class Word(NamedTuple):
    """One phrase of the lexicon; `stems` are the literals without which it cannot match, longest first."""

    phrase: str
    language: str
    meaning: Meaning
    stems: tuple[str, ...]


class Finding(NamedTuple):
    """What a text says, with the normalised words that say it and the languages they belong to."""

    said: Said
    words: tuple[str, ...]
    languages: tuple[str, ...]
    #: False for words that mean a direction only because the text is made of little else ("Retro 5 min")
    strong: bool


class _Hit(NamedTuple):
    start: int
    end: int
    word: Word


_BACKWARD: Final = (Meaning.BACKWARD, Meaning.WEAK_BACKWARD)
_WEAK: Final = (Meaning.WEAK_BACKWARD, Meaning.WEAK_FORWARD)
_JOINT: Final = r"[\s_'\-]*"
_FEW_WORDS: Final = r"[\s_'\-]*(?:[^\W_]+[\s_'\-]+){0,3}"
#: Letters that one keyboard has and another has not; the second line drops the accents that NFD has set apart.
_UNFOLD: Final = str.maketrans(
    {"æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ı": "i", "’": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-"}
    | {chr(mark): "" for mark in range(0x300, 0x370)}
)
_CLAUSE_END: Final = r"[,;.:!?/|()\[\]\n–—•、。，；！？・]"


def normalise(text: str) -> str:
    """Fold case, width, accents and a few letters, so that "RÜCKWÄRTS", "Rückwärts" and "ruckwarts" are one."""
    if text.isascii():
        return text.lower().replace("`", "'")
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", folded).translate(_UNFOLD))


@functools.lru_cache(maxsize=512)
def find_direction(text: str) -> Finding | None:
    """Find what a text says about the direction of movement.

    Parameters
    ----------
    text : free text of the runner, in any language of `importer.detect.words`.

    Returns
    -------
    None where the text names no direction (false friends included).
    """
    folded = normalise(text)
    if not any(stem in folded for stem in _stems()):
        return None
    hits = _hits(folded)
    if any(hit.word.meaning in _WEAK for hit in hits) and not _is_little_else(folded, hits):
        hits = [hit for hit in hits if hit.word.meaning not in _WEAK]
    if not hits:
        return None
    denied = _denied(folded, hits)
    kept = [hit for hit, is_denied in zip(hits, denied, strict=True) if not is_denied]
    directions = {hit.word.meaning in _BACKWARD for hit in kept}
    if not kept:
        said, kept = Said.DENIED, hits
    elif len(directions) == 2:
        said = Said.MIXED
    else:
        said = Said.BACKWARD if directions == {True} else Said.FORWARD
    return Finding(
        said,
        tuple(folded[hit.start : hit.end].strip(" '-_") for hit in kept),
        tuple(dict.fromkeys(hit.word.language for hit in kept)),
        any(hit.word.meaning not in _WEAK for hit in kept),
    )


def find_mark(text: str, *, is_alone: bool = False) -> Mark | None:
    """Find whether a text names a start or a stop; None for neither, and for both.

    Parameters
    ----------
    is_alone : only where the text is made of little else ("stop", but not "bus stop").
    """
    folded = normalise(text)
    if is_alone and not _is_little_else(folded, []):
        return None
    starts, stops = (pattern.search(folded) is not None for pattern in _marks())
    if starts == stops:
        return None
    return Mark.START if starts else Mark.STOP


@functools.cache
def lexicon() -> tuple[Word, ...]:
    """Give every phrase of the lexicon, false friends included."""
    found = []
    for language, meaning, phrases in words.WORDS:
        for phrase in phrases.split("|"):
            folded = normalise(phrase.strip())
            stems = sorted(folded.replace("*", " ").replace("~", " ").split(), key=len, reverse=True)
            found.append(Word(folded, language, meaning, tuple(stems)))
    return tuple(found)


@functools.cache
def _stems() -> tuple[str, ...]:
    """Give the literals one of which every text that names a direction must contain."""
    stems = sorted({word.stems[0] for word in lexicon() if word.meaning is not Meaning.FALSE_FRIEND}, key=len)
    shortest: list[str] = []
    for stem in stems:
        if not any(short in stem for short in shortest):
            shortest.append(stem)
    return tuple(shortest)


def _hits(folded: str) -> list[_Hit]:
    """Find the direction words, in order and disjoint: the longest match wins, a false friend wins a tie and is dropped."""
    found = [
        _Hit(match.start(), match.end(), word)
        for word in lexicon()
        if word.stems[0] in folded and all(stem in folded for stem in word.stems)
        for match in _compiled(word.phrase).finditer(folded)
    ]
    found.sort(key=lambda hit: (hit.start - hit.end, hit.word.meaning is not Meaning.FALSE_FRIEND, "*" in hit.word.phrase))
    kept: list[_Hit] = []
    for hit in found:
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return sorted(hit for hit in kept if hit.word.meaning is not Meaning.FALSE_FRIEND)


def _is_little_else(folded: str, hits: list[_Hit]) -> bool:
    """Say whether nothing but numbers, units and words of training stands beside the hits."""
    rest = list(folded)
    for hit in hits:
        rest[hit.start : hit.end] = " " * (hit.end - hit.start)
    fillers = _fillers()
    return all(token in fillers for token in re.findall(r"[^\W\d_]+", "".join(rest)))


def _denied(folded: str, hits: list[_Hit]) -> list[bool]:
    """Say of each hit whether the text denies it."""
    denied: list[bool] = []
    for i, hit in enumerate(hits):
        left = hits[i - 1].end if i else 0
        before = re.split(_CLAUSE_END, folded[left : hit.start])[-1]
        is_denied = before.strip() != "" and _not_before().search(before) is not None
        if not is_denied and i and denied[-1]:
            is_denied = _or().fullmatch(folded[left : hit.start]) is not None
        if not is_denied:
            right = hits[i + 1].start if i + 1 < len(hits) else len(folded)
            behind = folded[hit.end : right]
            is_denied = _not_after().match(behind) is not None or (right == len(folded) and _not_last().match(behind) is not None)
        denied.append(is_denied)
    return denied


@functools.cache
def _not_before() -> re.Pattern[str]:
    """Match a denial, up to three words and the end; "no 3 backward" counts, it does not deny."""
    few_words = rf"(?:(?!{_alternation(particles.BUT)})[^\W_]+[\s_'\-]+){{0,3}}"
    return re.compile(
        rf"(?:(?:{_alternation(particles.NOT_BEFORE)})(?![\s.]*\d){_JOINT}{few_words}|(?:{_alternation(particles.NOT_RIGHT_BEFORE)})\s*)$"
    )


@functools.cache
def _not_after() -> re.Pattern[str]:
    return re.compile(rf"[\s_:=\-]*(?:[^\W\d_]+[\s_:=\-]+)?(?:{_alternation(particles.NOT_AFTER)})(?!\s*\d)")


@functools.cache
def _not_last() -> re.Pattern[str]:
    return re.compile(rf"[\s_:=,?\-–—]*(?:{_alternation(particles.NOT_LAST)})[\s.!]*$")


@functools.cache
def _or() -> re.Pattern[str]:
    return re.compile(rf"{_JOINT}(?:{_alternation(particles.OR)}){_JOINT}")


@functools.cache
def _marks() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Give the patterns of a start and of a stop."""
    start, stop = (
        re.compile(rf"{_alternation(anywhere)}|(?:{_alternation(last)})\W*$")
        for anywhere, last in ((particles.START, particles.START_LAST), (particles.STOP, particles.STOP_LAST))
    )
    return start, stop


@functools.cache
def _alternation(phrases: str) -> str:
    return "|".join(_pattern(normalise(phrase.strip())) for phrase in phrases.split("|"))


@functools.cache
def _fillers() -> frozenset[str]:
    tokens = {normalise(word.strip()) for word in particles.FILLERS.split("|")}
    for phrases in (particles.START, particles.STOP, particles.START_LAST, particles.STOP_LAST):
        tokens |= {normalise(word.strip(" *")) for word in phrases.split("|")}
    return frozenset(tokens)


@functools.cache
def _compiled(phrase: str) -> re.Pattern[str]:
    return re.compile(_pattern(phrase))


def _pattern(phrase: str) -> str:
    """Turn a phrase of the lexicon (see `importer.detect.words`) into a regular expression."""
    pattern, joint = "", ""
    for token in phrase.split(" "):
        if token == "~":  # noqa: S105 - a sign of the notation
            pattern, joint = pattern + _FEW_WORDS, ""
        else:
            pattern, joint = pattern + joint + re.escape(token).replace(r"\*", r"[^\W\d_]*"), _JOINT
    before = "" if _is_borderless(phrase[0]) else r"(?<![^\W\d_])"
    after = "" if _is_borderless(phrase[-1]) else r"(?![^\W\d_])"
    return f"{before}{pattern}{after}"


def _is_borderless(character: str) -> bool:
    """Say whether a letter is of a script written without blanks: Thai, and all of East Asia."""
    return "\u0e00" <= character <= "\u0e7f" or character >= "\u2e80"
