"""What an export says in words, and what our own lexicon reads from it."""

from __future__ import annotations

from itertools import product

import pytest

from importer.detect.declared import read_declared
from importer.detect.lexicon import find_direction
from importer.exports import wording
from importer.values.activity import Place, Text
from importer.values.session import Basis, Direction, Gait, Standing
from tests.support import exported
from tests.support.exported import declared, read
from tests.test_exports import FORMATS, written


@pytest.mark.parametrize("name", FORMATS)
def test_the_runners_words_travel_where_they_name_no_direction(name):
    texts = (
        Text(Place.TITLE, "Tuesday & <friends>"),
        Text(Place.ACTIVITY_NOTES, "windy"),
        Text(Place.WORKOUT_STEP, "fast feet", 60, 90),
        Text(Place.LAP_NOTES, "Backward 1 min", 60, 90),
        Text(Place.WAYPOINT, "fountain", 70, 70),
        Text(Place.WAYPOINT, "stop", 75, 75),
        Text(Place.FILE_NAME, "home-address.fit"),
    )
    session = exported.given([60, 90, 150], "fsb", texts=texts)
    data = written(*session, name)
    said = " ".join(text.text for text in read(data).texts)

    assert "Tuesday & <friends>" in said
    assert "windy" in said
    assert ("fountain" in said) is (name == "gpx")
    assert ("fast feet" in said) is (name != "gpx")
    assert "Backward 1 min" not in said
    assert "home-address" not in said
    assert declared(read(data))[-1] == [(90, 150)]
    assert "friends" not in written(*session, name, has_words=False).decode("latin-1")


def test_every_phrase_says_to_our_own_lexicon_exactly_what_it_means():
    for direction, gait, standing, basis, is_named in product(Direction, [None, *Gait], Standing, Basis, [False, True]):
        confidence = None if direction is Direction.UNKNOWN else 0.995
        phrase = wording.phrase(direction, gait, standing, basis, confidence, names_suggested=is_named)
        read_as = [None if (found := find_direction(text)) is None else found.said.value for text in (phrase.name, phrase.text)]
        named = {wording.BACKWARD: "backward", wording.FORWARD: "forward", wording.UNKNOWN: None}[phrase.direction]
        assert read_as == [named, named], phrase
        is_fact = standing is Standing.ACCEPTED or is_named
        assert (phrase.direction == wording.BACKWARD) is (direction is Direction.BACKWARD and is_fact)
        assert standing is Standing.ACCEPTED or direction is not Direction.BACKWARD or "99 %" in phrase.text


def test_words_that_would_change_what_is_read_are_left_out():
    unconfirmed = wording.phrase(Direction.BACKWARD, Gait.RUN, Standing.SUGGESTED, Basis.GAIT, 0.9)

    assert wording.with_words(unconfirmed, "backward 1 min", "uphill") == f"{unconfirmed.text}; uphill"


@pytest.mark.parametrize("name", ["tcx", "gpx"])
def test_the_stretches_stand_in_the_note_of_the_session_too(name):
    texts = (Text(Place.TITLE, "Tuesday"), Text(Place.ACTIVITY_NOTES, "windy"))
    session = exported.given([60, 90, 150, 4000], "fbfs", texts=texts)
    found = read(written(session.activity, session.tags, name))
    note = next(text.text for text in found.texts if wording.LISTED in text.text)

    assert note.partition(wording.LISTED)[2].splitlines()[1:] == [
        "1:00-1:30 backward run, accepted (gait, confidence 97 %)",
        "2:30-1:06:40 unconfirmed stretch, to be answered (gait, confidence 97 %)",
    ]
    # the list is not taken for the runner's words when it comes back
    assert wording.LISTED not in wording.title(found.texts) + wording.notes(found.texts)
    assert "windy" in wording.notes(found.texts)


@pytest.mark.parametrize("name", FORMATS)
def test_suggestions_alone_are_no_hint_that_there_is_backward_running(name):
    session = exported.given([60, 90, 150], "fsf")

    assert read_declared(read(written(session.activity, session.tags, name))).hints == ()


def test_a_long_list_of_stretches_ends_with_their_number():
    phrase = wording.phrase(Direction.BACKWARD, None, Standing.ACCEPTED, Basis.MANUAL, 1.0)
    lines = wording.listed([(float(i), i + 1.0, phrase) for i in range(wording.MOST_LISTED + 5)]).splitlines()

    assert (len(lines), lines[-1]) == (wording.MOST_LISTED + 2, "and 5 more")
    assert lines[1] == "0:00-0:01 backward, accepted (manual, confidence 100 %)"
    assert wording.listed([]) == ""
