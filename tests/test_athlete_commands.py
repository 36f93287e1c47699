"""The ``athlete`` commands as a user types them, and imports that tell an athlete by the device."""

from __future__ import annotations

import json
import shutil

import pytest

from importer.cli import profile_values as typed
from importer.errors import UsageError
from tests.support.program import SAMPLES, objects, retro

WATCH, OTHER_WATCH = SAMPLES / "forward-run.fit", SAMPLES / "track-notes.tcx"


@pytest.fixture
def db(tmp_path):
    return str(tmp_path / "a.db")


def ok(*words):
    done = retro(*words)
    assert (done.returncode, done.stderr) == (0, "")
    return done


# --- what is typed ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_imperial", "kg"),
    [("70", False, 70.0), ("70,5 kg", True, 70.5), ("154", True, 69.853), ("154 LBS", False, 69.853), ("154lb", False, 69.853)],
)
def test_a_weight_is_kilograms_unless_it_says_pounds(text, is_imperial, kg):
    assert typed.weight_kg(text, is_imperial=is_imperial) == kg


@pytest.mark.parametrize(
    ("text", "share"), [("0.25", 0.25), ("25%", 0.25), ("1 in 4", 0.25), ("1/4", 0.25), ("2 of 5", 0.4), ("never", 0.0), ("Always", 1.0)]
)
def test_a_share_may_be_said_in_many_ways(text, share):
    assert typed.sessions_share(text) == share


@pytest.mark.parametrize("text", ["154", "70 stone", "heavy", "-70", "nan", ""])
def test_a_weight_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match=r"^--weight: ") as caught:
        typed.weight_kg(text if text != "154" else "1540", is_imperial=False)
    assert "expected" in str(caught.value)


@pytest.mark.parametrize("text", ["25", "5 in 4", "1 in 0", "150%", "often"])
def test_a_share_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match=r"^--backward-sessions: .*expected"):
        typed.sessions_share(text)


@pytest.mark.parametrize("text", ["2026-02-30", "yesterday", "1969-12-31", "26-01-01"])
def test_a_day_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match=r"^--since: .*expected"):
        typed.day(text)


# --- the commands -----------------------------------------------------------------------------------------------------


def test_a_profile_is_set_and_shown_in_either_unit(db):
    ok("athlete", "add", "Ada", "--db", db)
    said = ok("athlete", "set", "Ada", "--weight", "154", "--units", "imperial", "--max-heart-rate", "188", "--db", db).stdout
    assert said == "athlete Ada: weight 154.0 lb, always\nathlete Ada: maximum heart rate 188 bpm, always\n"
    ok("athlete", "set", "Ada", "--weight", "65", "--since", "2025-01-01", "--db", db)
    assert "  weight: 69.9 kg always; 65.0 kg from 2025-01-01\n" in ok("athlete", "show", "Ada", "--db", db).stdout
    assert "weight: 154.0 lb always; 143.3 lb" in ok("athlete", "show", "Ada", "--units", "imperial", "--db", db).stdout
    (shown,) = objects(ok("athlete", "show", "Ada", "--db", db, "--json"))
    assert (shown["weight_kg"], shown["max_heart_rate_bpm"], shown["resting_heart_rate_bpm"]) == (65.0, 188.0, None)
    assert [(one["since"], one["weight_kg"]) for one in shown["profile"]] == [(None, 69.853), ("2025-01-01", 65.0)]


def test_a_share_makes_sessions_stale_and_says_so(db):
    ok("import", SAMPLES / "outdoor-repetitions.fit", "--db", db)
    done = retro("athlete", "set", "me", "--backward-sessions", "1 in 2", "--db", db)
    assert done.stdout == "athlete me: runs backward in 50% of sessions, always\n"
    assert done.stderr == "1 session can be judged better by what is known now: retro-import retag --stale\n"
    assert ok("retag", "--db", db).stdout.splitlines()[-1] == "1 session judged anew, 1 changed"
    assert "50% of sessions without a word about it" in ok("explain", "1", "--db", db).stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["set", "Ada"], "nothing to keep"),
        (["set", "Ada", "--laps", "even", "--since", "2026-01-01"], "--since goes with a value"),
        (["set", "Ada", "--resting-heart-rate", "500"], "--resting-heart-rate: '500' is out of range"),
        (["add", " "], "the name is empty"),
        (["rename", "Ada", ""], "the name is empty"),
        (["rule", "add", "Ada"], "give --session, or"),
        (["rule", "add", "Ada", "--session", "1", "--serial", "5"], "give --session, or"),
        (["rule", "add", "Ada", "--product", " "], "give --session, or"),
    ],
)
def test_what_cannot_be_kept_is_wrong_usage(db, words, reason):
    ok("athlete", "add", "Ada", "--db", db)
    done = retro("athlete", *words, "--db", db)
    assert (done.returncode, done.stdout) == (2, "")
    assert reason in done.stderr


def test_who_is_not_there_is_told(db):
    ok("athlete", "add", "Ada", "--db", db)
    for words in (["show", "Eve"], ["set", "Eve", "--weight", "60"], ["rename", "Eve", "Eva"], ["rule", "add", "Eve", "--serial", "5"]):
        done = retro("athlete", *words, "--db", db)
        assert done.returncode == 4
        assert "there is no athlete 'Eve': add one with: retro-import athlete add NAME" in done.stderr


def test_renaming_the_default_says_what_to_do(db):
    ok("import", WATCH, "--db", db)
    said = ok("athlete", "rename", "me", "Ada", "--db", db).stdout.splitlines()
    assert said[0] == "athlete me is called Ada now"
    assert 'write athlete = "Ada" into the configuration file' in said[1]
    assert ok("athlete", "rename", "Ada", "Eva", "--db", db).stdout == "athlete Ada is called Eva now\n"


# --- imports by device ------------------------------------------------------------------------------------------------


@pytest.fixture
def ruled(db):
    """A database in which the watch of one sample is Ada's."""
    ok("import", WATCH, "--athlete", "Ada", "--db", db)
    made = ok("athlete", "rule", "add", "Ada", "--session", "1", "--db", db).stdout
    assert made == "rule 1: files of serial 3900000001 are for Ada, from now on and where --athlete does not say otherwise\n"
    return db


def test_a_file_goes_to_the_owner_of_its_device_and_the_line_says_so(ruled):
    assert ": session 2, for Ada (device rule 1), Sat 28 Mar" in ok(OTHER_WATCH, "--db", ruled).stdout
    (known,) = objects(ok("import", OTHER_WATCH, "--db", ruled, "--json"))
    assert known["sessions"][0]["athlete"] == "Ada"


def test_what_is_said_with_the_import_stands_over_the_device(ruled):
    (done,) = objects(ok("import", OTHER_WATCH, "--athlete", "Ben", "--db", ruled, "--json"))
    assert (done["sessions"][0]["athlete"], [note for note in done["notes"] if "rule" in note]) == ("Ben", [])


def test_the_device_stands_over_the_configured_athlete(ruled, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text('athlete = "Cleo"\n', encoding="utf-8")
    done = retro("import", OTHER_WATCH, SAMPLES / "treadmill-belt-blocks.fit", "--db", ruled, "--json", RETRO_IMPORT_CONFIG=str(config))
    assert [one["sessions"][0]["athlete"] for one in objects(done)] == ["Ada", "Cleo"]


def test_worker_processes_and_dry_runs_ask_for_the_owner_too(ruled, tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("track-notes.tcx", "treadmill-belt-blocks.fit"):
        shutil.copy(SAMPLES / name, folder)
    for words in (["--dry-run"], []):
        done = objects(ok("import", folder, "--workers", "2", "--db", ruled, "--json", *words))
        assert [one["sessions"][0]["athlete"] for one in done] == ["Ada", "me"]
        assert done[0]["notes"][0] == "for Ada: device rule 1 (serial 3900000001)"


def test_rules_are_listed_and_removed(ruled):
    ok("athlete", "rule", "add", "Ada", "--product", "FR255", "--db", ruled)
    listed = objects(ok("athlete", "rule", "list", "--db", ruled, "--json"))
    assert [(one["rule"], one["athlete"], one["product"], one["serial"]) for one in listed] == [
        (1, "Ada", None, 3900000001),
        (2, "Ada", "fr255", None),
    ]
    assert ok("athlete", "rule", "remove", "1", "--db", ruled).stdout == "rule 1 removed: files of serial 3900000001 were for Ada\n"
    assert json.loads(ok("import", OTHER_WATCH, "--db", ruled, "--json").stdout)["sessions"][0]["athlete"] == "me"
    assert retro("athlete", "rule", "remove", "1", "--db", ruled).returncode == 4


def test_a_report_names_the_athletes_where_there_are_several(ruled):
    assert "athlete" not in ok("report", "--db", ruled).stdout.splitlines()[0]
    ok("import", SAMPLES / "treadmill-belt-blocks.fit", "--db", ruled)
    everybody = ok("report", "--db", ruled).stdout.split("\n\n")[0].splitlines()
    assert everybody[0].split()[-1] == "athlete"
    assert sorted(line.split()[-1] for line in everybody[2:-1]) == ["Ada", "me"]
    one = ok("report", "--athlete", "Ada", "--db", ruled).stdout.split("\n\n")[0].splitlines()
    assert "athlete" not in one[0]
    assert len(one) == 4
    assert ok("show", "1", "--db", ruled).stdout.startswith("session 1, Ada, ")
