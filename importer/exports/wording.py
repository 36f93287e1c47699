"""What an export says of a stretch, in words, and which of the runner's own words go with it.

Conventions: a phrase names a direction only where the tag is a fact for this export, and then our own lexicon reads exactly that direction
from it; of any other stretch it reads none. So a suggestion does not come back as something that was declared.
The runner's words about a stretch are kept where they name no direction: what they said of it is in the tag.
Names of files are never exported.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from importer.detect.lexicon import Said, find_direction, find_mark
from importer.values.activity import Place, Text
from importer.values.session import Basis, Direction, Gait, Standing

#: what `retro_dir` says; source: `CHANNELS`
FORWARD, BACKWARD, UNKNOWN = 1, -1, 0
#: title of what has none
UNTITLED: Final = "Tagged by retro-import"
#: first words of the list of stretches
LISTED: Final = "Stretches by retro-import:"
#: stretches that are listed
MOST_LISTED: Final = 60
#: characters that XML 1.0 cannot hold, and FIT ends a text with
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
#: what an earlier export wrote, read back with it: no words of the runner's
_OURS: Final = re.compile(rf"(?:until here: )?unconfirmed(?: stretch|$)|standing(?: \(|$)|direction unknown|{UNTITLED}", re.IGNORECASE)
#: places of words about the session, the best title first
_TITLES: Final = (Place.TITLE, Place.TRACK_NAME, Place.WORKOUT_NAME, Place.PROFILE_NAME, Place.SPORT_NAME)
_NOTES: Final = (Place.ACTIVITY_NOTES, Place.TRACK_DESCRIPTION, Place.TRACK_COMMENT, Place.WORKOUT_DESCRIPTION)
_STRETCHES: Final = (Place.WORKOUT_STEP, Place.LAP_NOTES)


class Phrase(NamedTuple):
    """A short name, a sentence, and what `retro_dir` says: 1 forward, -1 backward, 0 neither."""

    name: str
    text: str
    direction: int


def phrase(
    direction: Direction,
    gait: Gait | None,
    standing: Standing,
    basis: Basis,
    confidence: float | None,
    *,
    names_suggested: bool = False,
) -> Phrase:
    """Say what is known of a stretch: direction, standing, basis and confidence.

    Parameters
    ----------
    confidence : 0 to 1, None where nothing is known.
    names_suggested : a suggestion is called backward too.
    """
    if direction is Direction.UNKNOWN:
        return Phrase("Direction unknown", "direction unknown", UNKNOWN)
    if direction is Direction.STILL:
        return Phrase("Standing", f"standing ({_known(basis, confidence)})", UNKNOWN)
    if standing is Standing.SUGGESTED and not names_suggested:
        return Phrase("Unconfirmed", f"unconfirmed stretch, to be answered ({_known(basis, confidence)})", UNKNOWN)
    moved = direction.value if gait is None else f"{direction.value} {gait.value}"
    number = BACKWARD if direction is Direction.BACKWARD else FORWARD
    return Phrase(moved.capitalize(), f"{moved}, {standing.value} ({_known(basis, confidence)})", number)


def _known(basis: Basis, confidence: float | None) -> str:
    # never rounded up: 100 % is certainty
    return basis.value if confidence is None else f"{basis.value}, confidence {math.floor(100 * confidence + 1e-9)} %"


def with_words(said: Phrase, *more: str) -> str:
    """Give the sentence with more behind it, as long as our lexicon then reads what the phrase means and nothing else."""
    kept = said.text
    for words in more:
        longer = f"{kept}; {words}" if words else kept
        if _reads(longer) == said.direction:
            kept = longer
    return kept


def _reads(text: str) -> int | None:
    """Give the direction that our own lexicon finds in a text, as `retro_dir` says it; None where it finds several."""
    finding = find_direction(text)
    if finding is None:
        return UNKNOWN
    return {Said.BACKWARD: BACKWARD, Said.FORWARD: FORWARD}.get(finding.said)


def listed(stretches: Sequence[tuple[float, float, Phrase]]) -> str:
    """Give the stretches as lines of a note, for programs that show a session's note and not its laps'; "" without any.

    Parameters
    ----------
    stretches : start and end, seconds, and what is said of it.
    """
    lines = [f"{_clock(start_s)}-{_clock(end_s)} {said.text}" for start_s, end_s, said in stretches[:MOST_LISTED]]
    more = [f"and {len(stretches) - MOST_LISTED} more"] if len(stretches) > MOST_LISTED else []
    return "\n".join((LISTED, *lines, *more)) if lines else ""


def _clock(at_s: float) -> str:
    minutes, seconds = divmod(round(at_s), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}" if minutes >= 60 else f"{minutes}:{seconds:02d}"


def lap_words(texts: Iterable[Text], start_s: float, end_s: float) -> str:
    """Give what the runner called the laps or steps that touch a stretch, each once, without what names a direction."""
    spoken = [(text.start_s, text.end_s, text.text) for text in texts if text.place in _STRETCHES]
    found = (written(said) for a, b, said in spoken if a is not None and b is not None and a < end_s and b > start_s)
    return "; ".join(dict.fromkeys(words for words in found if words and find_direction(words) is None and not _OURS.match(words)))


def waypoints(texts: Iterable[Text]) -> list[tuple[float, str]]:
    """Give the runner's own waypoints, seconds and words, without those that name a direction or end one."""
    return [
        (text.start_s, words)
        for text in texts
        if text.place is Place.WAYPOINT and text.start_s is not None
        if (words := written(text.text)) and find_direction(words) is None and find_mark(words, is_alone=True) is None
        if not _OURS.match(words)
    ]


def title(texts: Iterable[Text]) -> str:
    """Give the runner's title of the session, "" without one."""
    return next(iter(_about(texts, _TITLES)), "")


def notes(texts: Iterable[Text]) -> str:
    """Give the runner's notes about the session, parted by blank lines, "" without any."""
    return "\n\n".join(dict.fromkeys(_about(texts, _NOTES)))


def has_own_words(texts: Iterable[Text]) -> bool:
    """Whether an export would hold words of the runner's."""
    return any(text.place in (*_TITLES, *_NOTES, *_STRETCHES, Place.WAYPOINT) for text in texts)


def _about(texts: Iterable[Text], places: tuple[Place, ...]) -> list[str]:
    whole = [text for text in texts if text.start_s is None]
    said = ((place, written(text.text.partition(LISTED)[0])) for text in whole for place in places if text.place is place)
    found = [(places.index(place), words) for place, words in said if words and not _OURS.match(words)]
    return [words for _, words in sorted(found, key=_rank)]


def _rank(found: tuple[int, str]) -> int:
    return found[0]


def written(text: str) -> str:
    """Give a text without what no format can hold."""
    return _UNWRITABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
