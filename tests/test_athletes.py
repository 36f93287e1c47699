"""Athletes: what they say of themselves over time, whose device is whose, and what both do to an import."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from importer.detect import calibration as cal
from importer.detect.backward import expected_backward
from importer.detect.history import learn
from importer.detect.tagging import tag
from importer.errors import StoreError
from importer.knowledge import Asker
from importer.retag import retag, stale
from importer.store import open_store
from importer.store.athlete_records import ALWAYS, DeviceRule, Profile, ProfileEntry, profile_at, rule_for
from importer.values.activity import Device
from importer.values.session import Direction
from tests.support.databases import KINDS, NOW, fresh
from tests.support.training import DAY_ONE, activity, keep, of_day, sha256, tags

TODAY = NOW.replace(hour=0, minute=0)
SHARE = "backward_sessions_share"


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def store(url):
    with open_store(url) as store:
        yield store


# --- the profile over time --------------------------------------------------------------------------------------------


def test_a_value_holds_until_the_next_of_its_kind():
    days = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 3, 5)]
    entries = (
        ProfileEntry(days[0], Profile(weight_kg=70.0, max_heart_rate_bpm=190.0)),
        ProfileEntry(days[1], Profile(weight_kg=68.0)),
        ProfileEntry(days[2], Profile(max_heart_rate_bpm=188.0)),
    )
    assert profile_at(entries, days[0] - timedelta(seconds=1)) == Profile()
    assert profile_at(entries, days[1]) == Profile(weight_kg=68.0, max_heart_rate_bpm=190.0)
    assert profile_at(entries, days[2] + timedelta(days=90)) == Profile(weight_kg=68.0, max_heart_rate_bpm=188.0)


def test_the_first_value_holds_always_and_a_later_one_from_today(store):
    store.add_athlete("Ada", now=NOW)
    assert store.set_profile("Ada", {"weight_kg": 70.0}, since=None, now=NOW) == (ALWAYS,)
    assert store.set_profile("Ada", {"weight_kg": 68.5, "max_heart_rate_bpm": 189.0}, since=None, now=NOW) == (TODAY, ALWAYS)
    assert store.profile("Ada") == (
        ProfileEntry(ALWAYS, Profile(weight_kg=70.0, max_heart_rate_bpm=189.0)),
        ProfileEntry(TODAY, Profile(weight_kg=68.5)),
    )


def test_a_value_of_the_same_day_is_written_over_and_none_takes_it_back(store):
    store.add_athlete("Ada", now=NOW)
    day = datetime(2025, 5, 1, tzinfo=UTC)
    for weight_kg in (71.0, 72.0):
        store.set_profile("Ada", {"weight_kg": weight_kg}, since=day, now=NOW)
    assert store.profile("Ada") == (ProfileEntry(day, Profile(weight_kg=72.0)),)
    store.set_profile("Ada", {"weight_kg": None}, since=day, now=NOW)
    assert store.profile("Ada") == ()


@pytest.mark.parametrize(
    ("name", "value"), [("weight_kg", 700.0), ("max_heart_rate_bpm", 20.0), ("resting_heart_rate_bpm", 300.0), (SHARE, 1.01)]
)
def test_the_database_refuses_what_no_runner_is(store, name, value):
    store.add_athlete("Ada", now=NOW)
    with pytest.raises(StoreError, match=f"ck_athlete_profile_{name}"):
        store.set_profile("Ada", {name: value}, since=None, now=NOW)
    assert store.profile("Ada") == ()


def test_nobody_has_no_profile(store):
    for ask in (lambda: store.profile("Eve"), lambda: store.set_profile("Eve", {"weight_kg": 60.0}, since=None, now=NOW)):
        with pytest.raises(StoreError, match="there is no athlete 'Eve'") as caught:
            ask()
        assert caught.value.code == "no-such-athlete"


# --- names ------------------------------------------------------------------------------------------------------------


def test_another_name_takes_everything_along(store):
    before = keep(store, 0)
    store.set_profile("me", {"weight_kg": 70.0}, since=None, now=NOW)
    store.add_device_rule("me", Device(serial=7), now=NOW)
    assert store.rename_athlete("me", "Ada").n_sessions == 1
    assert store.session(before.id).athlete == "Ada"
    assert store.profile("Ada")[0].said.weight_kg == 70.0
    assert [rule.athlete for rule in store.device_rules()] == ["Ada"]
    assert stale(store) == ()


def test_two_athletes_have_two_names(store):
    for name in ("Ada", "Ben"):
        store.add_athlete(name, now=NOW)
    with pytest.raises(StoreError, match="there is an athlete 'Ben' already") as caught:
        store.rename_athlete("Ada", "Ben")
    assert caught.value.code == "athlete-exists"
    assert store.rename_athlete("Ada", "Ada").name == "Ada"


def test_several_athletes_are_those_with_sessions(store):
    store.add_athlete("Ben", now=NOW)
    keep(store, 0)
    assert not store.has_several_athletes()
    keep(store, 2, athlete="Ben")
    assert store.has_several_athletes()


# --- how often they run backward --------------------------------------------------------------------------------------


def sure_of_backward(segments):
    """Add up how sure each backward stretch is; one that is not told is not sure at all."""
    return sum(one.confidence for one in segments if one.direction is Direction.BACKWARD)


def sure_with(share, number=3):
    earlier = None if share is None else learn((), backward_sessions_share=share)
    return sure_of_backward(tag(activity(number), baseline=earlier).segments)


def test_a_share_said_and_nothing_else_known_is_the_prior():
    assert expected_backward(learn((), backward_sessions_share=0.4)).session_prior == pytest.approx(0.4)
    assert expected_backward(learn(())).session_prior == cal.SESSION_PRIOR


@pytest.mark.parametrize(("said", "taken"), [(0.0, 0.005), (1.0, 0.95)])
def test_nobody_is_taken_at_his_word_to_the_last_session(said, taken):
    assert expected_backward(learn((), backward_sessions_share=said)).session_prior == pytest.approx(taken)


def test_who_often_runs_backward_is_believed_sooner():
    assert sure_with(0.005) < sure_with(None) < sure_with(0.6)


def test_a_share_makes_sessions_stale_from_its_day_on_and_those_of_nobody_else(store):
    mine, later, others = keep(store, 1), keep(store, 3), keep(store, 5, athlete="Ben")
    store.set_profile("me", {SHARE: 0.5}, since=DAY_ONE.replace(hour=0) + timedelta(days=2), now=NOW)
    assert stale(store) == (later.id,)
    store.set_profile("me", {SHARE: 0.4}, since=ALWAYS, now=NOW)
    assert stale(store) == (mine.id, later.id)
    store.set_profile("me", {"weight_kg": 70.0}, since=ALWAYS, now=NOW)
    assert others.id not in stale(store)


def test_a_share_changes_the_tags_and_is_kept_with_what_they_were_judged_by(store):
    before = keep(store, 1)
    store.set_profile("me", {SHARE: 0.6}, since=None, now=NOW)
    (change,) = retag(store, now=NOW)
    assert sure_of_backward(change.after.segments) > sure_of_backward(before.segments)
    baseline = store.baseline(store.session(before.id).baseline_id or 0)
    assert baseline is not None
    assert (baseline.n_sessions, baseline.backward_sessions_share) == (0, 0.6)
    assert stale(store) == ()


def test_said_before_or_after_the_import_it_ends_in_the_same_tags(tmp_path):
    def content(name, steps):
        url = f"sqlite:///{tmp_path / name}.db"
        with open_store(url) as store:
            store.add_athlete("me", now=NOW)
            for step in steps:
                step(store)
            list(retag(store, now=NOW))
            return tags(store, url)

    def say(store):
        store.set_profile("me", {SHARE: 0.3}, since=DAY_ONE + timedelta(days=1), now=NOW)

    def run(number):
        return lambda store: keep(store, number)

    days = [run(number) for number in (0, 1, 3)]
    expected = content("first", [say, *days])
    assert content("last", [*reversed(days), say]) == expected
    assert content("between", [days[1], say, days[0], days[2]]) == expected
    assert content("never", days) != expected


# --- whose device is whose --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "rule"),
    [
        (Device("garmin", "fr955", 5), 4),
        (Device("polar", "pacer", 5), 4),
        (Device("garmin", "fr955", 6), 3),
        (Device("Garmin", " FR955 ", None), 3),
        (Device("garmin", "fr265", 6), 1),
        (Device("suunto", "fr265", 6), None),
        (Device(), None),
    ],
)
def test_the_rule_that_says_most_about_a_device_counts(device, rule):
    rules = (
        DeviceRule(1, "Ada", manufacturer="garmin"),
        DeviceRule(2, "Ben", manufacturer="polar", product="vantage"),
        DeviceRule(3, "Cleo", product="fr955"),
        DeviceRule(4, "Dan", serial=5),
    )
    found = rule_for(rules, device)
    assert (None if found is None else found.id) == rule


def test_one_device_is_one_athletes(store):
    for name in ("Ada", "Ben"):
        store.add_athlete(name, now=NOW)
    first, before = store.add_device_rule("Ada", Device("Garmin", "FR955"), now=NOW)
    assert (first.words, first.athlete, before) == ("garmin fr955", "Ada", None)
    second, before = store.add_device_rule("Ben", Device("GARMIN", "fr955"), now=NOW)
    assert (second.id, second.athlete, before) == (first.id, "Ben", "Ada")
    store.add_device_rule("Ada", Device("garmin", "fr955", 77), now=NOW)
    assert [(rule.athlete, rule.serial) for rule in store.device_rules()] == [("Ben", None), ("Ada", 77)]


def test_the_database_itself_keeps_one_rule_for_a_device(store, url):
    store.add_athlete("Ada", now=NOW)
    for serial in (None, 7):
        store.add_device_rule("Ada", Device("garmin", serial=serial), now=NOW)
    engine = sa.create_engine(url)
    copy = "INSERT INTO device_rule (athlete_id, manufacturer, product, serial, created_utc) SELECT athlete_id, manufacturer, product,"
    for rule in ("serial IS NULL", "serial = 7"):
        with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql(f"{copy} serial, created_utc FROM device_rule WHERE {rule}")
    engine.dispose()


def test_the_number_of_a_removed_rule_never_means_another(store):
    store.add_athlete("Ada", now=NOW)
    first, _ = store.add_device_rule("Ada", Device("garmin"), now=NOW)
    assert store.remove_device_rule(first.id) == first
    second, _ = store.add_device_rule("Ada", Device("polar"), now=NOW)
    assert second.id != first.id
    with pytest.raises(StoreError, match="there is no device rule") as caught:
        store.remove_device_rule(first.id)
    assert caught.value.code == "no-such-rule"


def test_a_rule_needs_a_device_and_an_athlete(store):
    with pytest.raises(StoreError, match="there is no athlete 'Eve'"):
        store.add_device_rule("Eve", Device("garmin"), now=NOW)
    store.add_athlete("Ada", now=NOW)
    with pytest.raises(ValueError, match="needs a manufacturer"):
        store.add_device_rule("Ada", Device(" ", None), now=NOW)


def test_what_is_known_of_a_file_is_what_is_known_of_the_devices_owner(store):
    keep(store, 0, athlete="Ada")
    store.add_device_rule("Ada", Device("garmin"), now=NOW)
    for by_device, athlete in ((True, "Ada"), (False, "me")):
        asker = Asker(store, athlete="me", sha256=sha256(2), lap_rule=None, by_device=by_device)
        (known,) = asker([activity(2).start], [Device("Garmin", "fr955")])
        assert (asker.athlete, known.baseline is not None) == (athlete, by_device)
    assert of_day(store, 0).athlete == "Ada"


def test_a_file_that_names_no_device_is_decided_by_no_rule(store):
    store.add_athlete("Ada", now=NOW)
    store.add_device_rule("Ada", Device("garmin", "fr955"), now=NOW)
    asker = Asker(store, athlete="me", sha256=sha256(2), lap_rule=None, by_device=True)
    asker([activity(2).start], [Device()])
    assert (asker.athlete, asker.rule) == ("me", None)


def test_the_view_of_profiles_tells_what_holds_in_each_time(store):
    for name in ("Ada", "Ben"):
        store.add_athlete(name, now=NOW)
    spring = datetime(2026, 3, 1, tzinfo=UTC)
    store.set_profile("Ada", {"weight_kg": 70.0, SHARE: 0.5}, since=None, now=NOW)
    store.set_profile("Ada", {"weight_kg": 68.0, "max_heart_rate_bpm": 190.0}, since=spring, now=NOW)
    store.set_profile("Ben", {"resting_heart_rate_bpm": 48.0}, since=spring, now=NOW)
    told = [
        tuple(row[name] for name in ("athlete", "since_utc", "until_utc", "weight_kg", "max_heart_rate_bpm", SHARE))
        for row in store.view("v_athlete_profile")
    ]
    assert told == [
        ("Ada", spring, None, 68.0, 190.0, 0.5),
        ("Ada", ALWAYS, spring, 70.0, None, 0.5),
        ("Ben", spring, None, None, None, None),
    ]
    assert store.view("v_athlete_profile", athlete="Ben")[0]["resting_heart_rate_bpm"] == 48.0
