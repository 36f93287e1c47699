"""``retro-import athlete``: who is in the database, and what is kept for each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from importer.cli.athlete_rule_commands import rule
from importer.cli.options import configured, database_url, db_option, wait_s
from importer.cli.output import say

if TYPE_CHECKING:
    from importer.store import Store
    from importer.store.athlete_records import DeviceRule, ProfileEntry
    from importer.store.records import AthleteRecord

_JSON = click.option("--json", "is_json", is_flag=True, help="One JSON object for each athlete, a line each.")
_UNITS = click.option(
    "--units", type=click.Choice(["metric", "imperial"]), default="metric", show_default=True, help="Weight in kg or in pounds (lb)."
)
#: words for the values of a profile
_WORDS = {
    "weight_kg": "weight",
    "max_heart_rate_bpm": "maximum heart rate",
    "resting_heart_rate_bpm": "resting heart rate",
    "backward_sessions_share": "runs backward in",
}


@click.group()
def athlete() -> None:
    """List, add and describe athletes, and say whose device is whose."""


athlete.add_command(rule)


@athlete.command("list")
@db_option
@_JSON
def list_athletes(*, db_url: str | None, is_json: bool) -> None:
    """List the athletes with their sessions."""
    from importer.reports.table import table_text
    from importer.reports.words import plain
    from importer.store import open_store

    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        found = store.athletes()
    if is_json:
        for record in found:
            click.echo(json.dumps(_as_json(record)))
        return
    rows = [
        (plain(one.name), str(one.n_sessions), *(f"{day:%Y-%m-%d}" if day else "-" for day in (one.first, one.last)), one.lap_rule or "-")
        for one in found
    ]
    say(table_text(("athlete", "sessions", "first", "last", "laps"), rows, right=(1,)) if rows else "no athletes yet: import a file")


@athlete.command("show")
@click.argument("name")
@_UNITS
@db_option
@_JSON
def show_athlete(*, name: str, units: str, db_url: str | None, is_json: bool) -> None:
    """Show an athlete: sessions, devices, and the profile over time."""
    from importer.reports.words import plain
    from importer.store import open_store

    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        record, entries = store.athlete(name), store.profile(name)
        rules = [one for one in store.device_rules() if one.athlete == record.name]
    if is_json:
        click.echo(json.dumps({**_as_json(record), **_profile_json(entries, rules)}))
        return
    n = f"{record.n_sessions} {'session' if record.n_sessions == 1 else 'sessions'}"
    days = "" if record.first is None or record.last is None else f", {record.first:%Y-%m-%d} to {record.last:%Y-%m-%d}"
    say("\n".join((plain(f"{record.name}: {n}{days}"), *_lines(record, entries, rules, is_imperial=units == "imperial"))))


@athlete.command("add")
@click.argument("name")
@db_option
@_JSON
def add(*, name: str, db_url: str | None, is_json: bool) -> None:
    """Add an athlete; `import --athlete NAME` does so by itself."""
    from importer.store import open_store

    _check_name("add", name)
    with open_store(database_url(db_url), wait_s=wait_s()) as store:
        is_new = store.add_athlete(name, now=datetime.now(UTC))
        record = store.athlete(name)
    if is_json:
        click.echo(json.dumps(_as_json(record)))
    else:
        say(f"athlete {name} {'added' if is_new else 'is there already'}")


@athlete.command("rename")
@click.argument("name")
@click.argument("new_name")
@db_option
@_JSON
def rename(*, name: str, new_name: str, db_url: str | None, is_json: bool) -> None:
    """Give an athlete another name; sessions, labels, devices and profile go along."""
    from importer.store import open_store

    _check_name("rename", new_name)
    with open_store(database_url(db_url), create=False, wait_s=wait_s()) as store:
        record = store.rename_athlete(name, new_name)
    if is_json:
        click.echo(json.dumps(_as_json(record)))
        return
    say(f"athlete {name} is called {new_name} now")
    if name == (configured("athlete") or "me"):
        say(f'imports without --athlete are still for {name}: write athlete = "{new_name}" into the configuration file to change that')


@athlete.command("set")
@click.argument("name")
@click.option("--weight", metavar="W", help="Weight: 70, 70kg or 154lb. Without a unit it is kg, or lb with --units imperial.")
@click.option("--max-heart-rate", metavar="BPM", help="Maximum heart rate, beats a minute.")
@click.option("--resting-heart-rate", metavar="BPM", help="Heart rate at rest, beats a minute.")
@click.option(
    "--backward-sessions",
    metavar="SHARE",
    help='How many of all sessions hold backward movement: 0.3, 30%, "1 in 3", never or always. Default: learnt, from 5 %.',
)
@click.option("--since", metavar="D", help="From this day on (YYYY-MM-DD, UTC), or always. Default: today; a first value holds always.")
@click.option("--laps", "lap_rule", metavar="RULE", help='Laps run backward in every file to come: "even", "2,4,6"; "none" keeps no rule.')
@_UNITS
@db_option
@_JSON
def set_values(
    *,
    name: str,
    weight: str | None,
    max_heart_rate: str | None,
    resting_heart_rate: str | None,
    backward_sessions: str | None,
    since: str | None,
    lap_rule: str | None,
    units: str,
    db_url: str | None,
    is_json: bool,
) -> None:
    """Keep something for an athlete; "none" takes a value back.

    The share of sessions with backward movement is what detection begins with, before it looks at a session's signals.

    A rule for laps is used for files that are imported from now on, where the laps were made on purpose and nothing else is said
    about them; `import --laps` stands over it.
    """
    from importer.cli.profile_values import day
    from importer.errors import UsageError
    from importer.store import open_store

    typed = {
        "weight_kg": weight,
        "max_heart_rate_bpm": max_heart_rate,
        "resting_heart_rate_bpm": resting_heart_rate,
        "backward_sessions_share": backward_sessions,
    }
    values = {key: _value(key, text, is_imperial=units == "imperial") for key, text in typed.items() if text is not None}
    if not values and lap_rule is None:
        raise UsageError("athlete set: nothing to keep: give --weight, --max-heart-rate, --backward-sessions, --laps or another option")
    if since is not None and not values:
        raise UsageError("athlete set: --since goes with a value of the profile: give one, or leave it out")
    keeps = None if lap_rule is None else _rule_text(lap_rule)
    from_day = None if since is None else day(since)
    with open_store(database_url(db_url), create=False, wait_s=wait_s()) as store:
        moments = store.set_profile(name, values, since=from_day, now=datetime.now(UTC)) if values else ()
        record = store.athlete(name) if lap_rule is None else store.set_lap_rule(name, keeps)
        if is_json:
            click.echo(json.dumps({**_as_json(record), **_stored_json(store, record)}))
        else:
            _tell_set(name, dict(zip(values.items(), moments, strict=True)), is_imperial=units == "imperial")
            if lap_rule is not None:
                words = "no rule for laps" if keeps is None else f"laps run backward: {keeps}"
                say(f"athlete {name}: {words}, for files imported from now on")
        if "backward_sessions_share" in values:
            from importer.cli.later import tell_stale

            tell_stale(store)


def _check_name(command: str, name: str) -> None:
    from importer.errors import UsageError

    if not name.strip():
        raise UsageError(f"athlete {command}: the name is empty: give one")


def _value(name: str, text: str, *, is_imperial: bool) -> float | None:
    """Read a value of the profile; "none" is None."""
    from importer.cli import profile_values as read

    if text.strip().lower() == "none":
        return None
    if name == "weight_kg":
        return read.weight_kg(text, is_imperial=is_imperial)
    if name == "backward_sessions_share":
        return read.sessions_share(text)
    if name == "max_heart_rate_bpm":
        return read.heart_rate_bpm("--max-heart-rate", text, read.MAX_HEART_RATE_BPM)
    return read.heart_rate_bpm("--resting-heart-rate", text, read.RESTING_HEART_RATE_BPM)


def _rule_text(lap_rule: str) -> str | None:
    from importer.detect.laprule import parse_lap_rule

    return None if lap_rule.strip().lower() == "none" else parse_lap_rule(lap_rule).text


def _tell_set(name: str, said: dict[tuple[str, float | None], datetime], *, is_imperial: bool) -> None:
    from importer.cli.profile_values import shown_day, shown_value

    for (key, value), moment in said.items():
        if value is None:
            say(f"athlete {name}: {_WORDS[key]}: taken back, {shown_day(moment)}")
        else:
            say(f"athlete {name}: {_WORDS[key]} {shown_value(key, value, is_imperial=is_imperial)}, {shown_day(moment)}")


def _lines(record: AthleteRecord, entries: Sequence[ProfileEntry], rules: Sequence[DeviceRule], *, is_imperial: bool) -> list[str]:
    """Give a line for each value and device."""
    from importer.cli.profile_values import shown_day, shown_value

    lines = []
    for key, word in _WORDS.items():
        told = [(getattr(entry.said, key), entry.since) for entry in entries if getattr(entry.said, key) is not None]
        if told:
            said = "; ".join(f"{shown_value(key, value, is_imperial=is_imperial)} {shown_day(since)}" for value, since in told)
            lines.append(f"  {word}: {said}")
    if record.lap_rule is not None:
        lines.append(f"  laps run backward: {record.lap_rule}")
    lines.extend(f"  device: {one.words} (rule {one.id})" for one in rules)
    return lines


def _stored_json(store: Store, record: AthleteRecord) -> dict[str, Any]:
    return _profile_json(store.profile(record.name), [one for one in store.device_rules() if one.athlete == record.name])


def _profile_json(entries: Sequence[ProfileEntry], rules: Sequence[DeviceRule]) -> dict[str, Any]:
    from dataclasses import asdict

    from importer.store.athlete_records import ALWAYS, profile_at

    now = profile_at(entries, datetime.now(UTC))
    return {
        **asdict(now),
        "profile": [{"since": None if entry.since == ALWAYS else f"{entry.since:%Y-%m-%d}", **asdict(entry.said)} for entry in entries],
        "devices": [{"rule": one.id, "manufacturer": one.manufacturer, "product": one.product, "serial": one.serial} for one in rules],
    }


def _as_json(record: AthleteRecord) -> dict[str, Any]:
    days = {"first": record.first, "last": record.last}
    return {
        "athlete": record.name,
        "lap_rule": record.lap_rule,
        "n_sessions": record.n_sessions,
        **{name: None if day is None else f"{day:%Y-%m-%dT%H:%M:%SZ}" for name, day in days.items()},
    }
