"""`tag`, `confirm`, `reject` and `athlete` as a runner uses them: a real process, a real database."""

from __future__ import annotations

import pytest

from tests.support.program import SAMPLES, objects, retro

REPS = SAMPLES / "outdoor-repetitions.fit"


@pytest.fixture
def db(tmp_path):
    return f"sqlite:///{tmp_path}/a.db"


@pytest.fixture
def suggested(db):
    """Import a file with suggestions; give their spans."""
    (result,) = objects(retro("import", REPS, "--db", db, "--json"))
    spans = _spans(result["sessions"][0], "backward", standing="suggested")
    assert len(spans) >= 3
    return spans


def _spans(session, direction, **wanted):
    return [
        (s["start_s"], s["end_s"])
        for s in session["segments"]
        if s["direction"] == direction and all(s[name] == value for name, value in wanted.items())
    ]


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def test_confirm_without_a_stretch_answers_every_suggestion_and_says_which(db, suggested):
    done = retro("confirm", "1", "--db", db)
    assert done.returncode == 0
    assert [line for line in done.stdout.splitlines() if line.endswith("backward, confirmed")] == [
        f"{_clock(start)}-{_clock(end)}: backward, confirmed" for start, end in suggested
    ]
    (shown,) = objects(retro("show", "1", "--db", db, "--json"))
    assert _spans(shown, "backward", basis="manual", standing="accepted") == suggested
    again = retro("confirm", "1", "--db", db)
    assert (again.returncode, "no suggestion waits for an answer" in again.stdout) == (0, True)
    (told,) = objects(retro("confirm", "1", "--db", db, "--json"))
    assert (told["said"], told["changed"]) == ([], False)


def test_reject_in_a_stretch_leaves_the_other_suggestions(db, suggested):
    start, end = suggested[1]
    (told,) = objects(retro("reject", "1", f"{start - 1}-{_clock(end + 1)}", "--db", db, "--json"))
    assert told["said"] == [{"start_s": start, "end_s": end, "kind": "reject", "direction": None}]
    assert (start, end) in _spans(told["after"], "forward", basis="manual")
    assert _spans(told["before"], "backward") == suggested
    assert set(_spans(told["after"], "backward")) <= set(suggested) - {(start, end)}


def test_withdraw_judges_a_session_as_if_nothing_had_been_said(db, suggested):
    (before,) = objects(retro("show", "1", "--db", db, "--json"))
    (start, end), (second_start, second_end) = suggested[:2]
    retro("confirm", "1", "--db", db)
    (told,) = objects(retro("withdraw", "1", f"{start + 1}-{end - 1}", "--db", db, "--json"))
    assert told["withdrawn"] == [{"start_s": start, "end_s": end, "kind": "confirm", "direction": None}]
    assert (start, end) not in _spans(told["after"], "backward", basis="manual")
    assert (second_start, second_end) in _spans(told["after"], "backward", basis="manual")
    retro("tag", "1", "--laps", "2", "--db", db)
    done = retro("withdraw", "1", "--db", db)
    assert (done.returncode, "taken back: laps run backward: 2" in done.stdout) == (0, True)
    (after,) = objects(retro("show", "1", "--db", db, "--json"))
    assert _spans(after, "backward") == _spans(before, "backward")
    again = retro("withdraw", "1", "--db", db)
    assert (again.returncode, again.stdout) == (0, "session 1: you have said nothing about it\n")


def test_a_stretch_can_be_given_as_a_clock_and_is_cut_to_the_session(db, suggested):
    (told,) = objects(retro("tag", "1", "20:00-1:30:00", "backward", "--db", db, "--json"))
    length_s = told["after"]["elapsed_s"]
    assert told["said"] == [{"start_s": 1200.0, "end_s": length_s, "kind": "tag", "direction": "backward"}]
    assert (1200.0, length_s) in _spans(told["after"], "backward", basis="manual")


def test_unknown_takes_a_tag_away(db, suggested):
    start, end = suggested[0]
    (told,) = objects(retro("tag", "1", f"{start}-{end}", "unknown", "--db", db, "--json"))
    assert (start, end) in _spans(told["after"], "unknown", basis="none", confidence=None)


def test_laps_can_be_named_after_the_import(db):
    retro("import", SAMPLES / "lap-toggle.fit", "--db", db)
    known = retro("import", SAMPLES / "lap-toggle.fit", "--db", db, "--laps", "2,4,6")
    assert "`retro-import tag 1 --laps 2,4,6`" in known.stdout
    (told,) = objects(retro("tag", "1", "--laps", "2,4,6", "--db", db, "--json"))
    assert told["said"] == [{"start_s": None, "end_s": None, "kind": "laps", "direction": None, "rule": "2,4,6"}]
    assert len(_spans(told["after"], "backward", basis="declared")) == 3
    retro("retag", "--all", "--db", db)
    (shown,) = objects(retro("show", "1", "--db", db, "--json"))
    assert _spans(shown, "backward") == _spans(told["after"], "backward")


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("confirm", "1", "0-60"), 2, "nothing is tagged backward there"),
        (("tag", "1", "9:00:00-9:10:00", "backward"), 2, "starts behind the end of session 1"),
        (("tag", "1", "60-30", "backward"), 2, "ends before it starts"),
        (("tag", "1", "0-60"), 2, "tag needs SESSION START-END DIRECTION"),
        (("tag", "1", "0-60", "sideways"), 2, "sideways"),
        (("tag", "1", "0-60", "backward", "--laps", "2"), 2, "tag needs"),
        (("tag", "1", "--laps", "two"), 2, "names no lap"),
        (("confirm", "77"), 4, "there is no session 77"),
        (("reject", "x"), 2, "x"),
        (("athlete", "set", "nobody", "--laps", "even"), 4, "there is no athlete 'nobody'"),
        (("athlete", "set", "me", "--laps", "two"), 2, "names no lap"),
        (("athlete", "add", " "), 2, "the name is empty"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence_and_a_status(db, suggested, words, status, says):
    done = retro(*words, "--db", db)
    assert (done.returncode, done.stdout) == (status, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_an_athletes_rule_for_laps_is_used_for_files_to_come(db):
    assert objects(retro("athlete", "add", "Ada", "--db", db, "--json")) == [
        {"athlete": "Ada", "lap_rule": None, "n_sessions": 0, "first": None, "last": None}
    ]
    assert "is there already" in retro("athlete", "add", "Ada", "--db", db).stdout
    assert "laps run backward: even" in retro("athlete", "set", "Ada", "--laps", "even", "--db", db).stdout
    (ada,) = objects(retro("import", SAMPLES / "lap-toggle.fit", "--db", db, "--athlete", "Ada", "--json"))
    assert len(_spans(ada["sessions"][0], "backward", basis="declared", standing="accepted")) == 3
    (listed,) = objects(retro("athlete", "list", "--db", db, "--json"))
    assert (listed["lap_rule"], listed["n_sessions"], listed["first"]) == ("even", 1, "2026-03-19T17:00:00Z")
    retro("athlete", "set", "Ada", "--laps", "none", "--db", db)
    table = retro("athlete", "list", "--db", db).stdout
    assert [line.split() for line in table.splitlines() if line.startswith("Ada")] == [["Ada", "1", "2026-03-19", "2026-03-19", "-"]]
