"""A lap rule and the laps of a file: what a rule for these files claims, and when a rule that is kept speaks at all."""

from __future__ import annotations

import pytest

from importer.detect.declared import read_declared
from importer.detect.lapclaims import are_on_purpose, claims_of_laps
from importer.detect.laprule import parse_lap_rule
from importer.values.activity import Lap, Place, Text
from importer.values.session import Direction
from tests.test_declared import activity, spans

B, F = Direction.BACKWARD, Direction.FORWARD


def laps(*distances_m: float | None, trigger: str | None = "manual", step: int | None = None) -> tuple[Lap, ...]:
    return tuple(
        Lap(100.0 * i, 100.0 * (i + 1), trigger=trigger, distance_m=metres, step_index=step) for i, metres in enumerate(distances_m)
    )


def kept(text: str):
    return parse_lap_rule(text)._replace(is_kept=True)


def claimed(found: tuple[Lap, ...], text: str = "alternate") -> tuple[list[Direction], list[str]]:
    notes: list[str] = []
    return [claim.direction for claim in claims_of_laps(found, kept(text), notes)], notes


def test_a_kept_rule_claims_laps_that_were_pressed_and_says_whose_it_is():
    notes: list[str] = []
    claims = claims_of_laps(laps(402.0, 397.0, 410.0, 120.0), kept("alternate"), notes)

    assert [(claim.start_s, claim.end_s, claim.direction) for claim in claims] == [(0, 100, F), (100, 200, B), (200, 300, F), (300, 400, B)]
    assert claims[1].why == "lap 2 by the lap rule kept for you"
    assert notes == []


@pytest.mark.parametrize("trigger", ["distance", "time", "position_lap", "session_end", "fitness_equipment"])
def test_a_kept_rule_is_silent_about_laps_that_a_watch_counted(trigger):
    assert claimed(laps(1000.0, 1000.0, 400.0, trigger=trigger)) == (
        [],
        ['the lap rule kept for you "alternate" was not used: these laps were made by the watch and not by you'],
    )


def test_like_distances_betray_a_counter_that_calls_itself_a_hand():
    assert not are_on_purpose(laps(1000.0, 1001.2, 999.4, 312.0))
    assert are_on_purpose(laps(1000.0, 1013.0, 999.4, 312.0))
    assert are_on_purpose(laps(1000.0, 1000.0, 312.0))  # two may agree by chance
    assert are_on_purpose(laps(None, None, None, None))  # nothing tells


def test_the_laps_of_a_workout_are_on_purpose_whatever_ended_them():
    assert are_on_purpose(laps(400.0, 400.0, 400.0, 400.0, trigger="distance", step=3))


def test_the_last_lap_ends_with_the_recording_and_proves_nothing():
    assert are_on_purpose((*laps(300.0), Lap(100, 200, trigger="session_end")))
    assert not are_on_purpose((*laps(300.0, trigger="distance"), Lap(100, 200, trigger="manual")))
    assert not are_on_purpose(laps(5000.0))
    assert not are_on_purpose(())


@pytest.mark.parametrize("found", [(), laps(5000.0)])
def test_a_kept_rule_says_nothing_about_runs_without_laps_to_speak_of(found):
    assert claimed(found) == ([], [])
    assert claimed(found, "odd") == ([], [])


def test_a_kept_rule_of_all_laps_needs_no_pressed_ones():
    assert claimed(laps(1000.0, 1000.0, 1000.0, trigger="distance"), "all") == ([B, B, B], [])
    assert claimed(laps(5000.0), "all") == ([B], [])


def test_a_kept_rule_that_names_no_lap_of_the_file_says_so():
    assert claimed(laps(300.0, 410.0), "3,5") == (
        [],
        [
            'the lap rule kept for you "3,5" names lap 5, but the file has 2 laps',
            'the lap rule kept for you "3,5" was not used: it names none of the 2 laps of the file',
        ],
    )


def test_every_word_about_the_file_itself_counts_before_a_kept_rule():
    said = [
        Text(Place.LAP_NOTES, "forward", 120, 240),
        Text(Place.WAYPOINT, "backward start", 30, 30),
        Text(Place.WAYPOINT, "stop", 60, 60),
    ]
    recording = activity(laps=[(0, 120), (120, 240), (240, 600)], texts=said)

    declared = read_declared(recording, lap_rule=kept("alternate"))

    assert spans(declared) == [(0, 30, F), (30, 60, B), (60, 120, F), (120, 240, F), (240, 600, F)]
    (note,) = declared.notes
    assert note.startswith('lap 1 by the lap rule kept for you says forward, but waypoints "backward start" to "stop" says backward')
    given = read_declared(recording, lap_rule=parse_lap_rule("alternate"))
    assert spans(given) == [(0, 120, F), (120, 240, B), (240, 600, F)]
