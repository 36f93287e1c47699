"""``retro-import athlete rule``: whose device is whose, for imports that do not say so."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import say
from importer.cli.session_commands import SESSION

if TYPE_CHECKING:
    from importer.store import Store
    from importer.store.athlete_records import DeviceRule
    from importer.values.activity import Device

_JSON = click.option("--json", "is_json", is_flag=True, help="One JSON object for each rule, a line each.")


@click.group()
def rule() -> None:
    """Say whose device is whose: files of it are theirs where an import does not say otherwise."""


@rule.command("add")
@click.argument("name")
@click.option("--session", "session", type=SESSION, metavar="N", help="The device that recorded this session, by its serial number.")
@click.option("--manufacturer", metavar="WORD", help="Maker of the device, as `show` prints it: garmin.")
@click.option("--product", metavar="WORD", help="Model of the device, as `show` prints it: fr955.")
@click.option("--serial", type=click.IntRange(1, 2**63 - 1), metavar="N", help="Serial number of the device.")
@db_option
@_JSON
def add(
    *, name: str, session: int | None, manufacturer: str | None, product: str | None, serial: int | None, db_url: str | None, is_json: bool
) -> None:
    """Make a device an athlete's.

    Of several rules that fit a file the one with a serial number counts, then the one with a model. Sessions that are stored stay whose
    they are.
    """
    from importer.errors import UsageError
    from importer.store import open_store
    from importer.values.activity import Device

    typed = Device(manufacturer, product, serial)
    words = [word for word in (manufacturer, product) if word is not None]
    if (session is None) == (not words and serial is None) or any(not word.strip() for word in words):
        raise UsageError("athlete rule add: give --session, or --manufacturer, --product and --serial, as many as you know")
    with open_store(database_url(db_url), create=False, wait_s=wait_s()) as store:
        device = typed if session is None else _of_session(store, session)
        made, before = store.add_device_rule(name, device, now=datetime.now(UTC))
    if is_json:
        click.echo(json.dumps(_as_json(made)))
        return
    was = "" if before in (None, made.athlete) else f" (was {before}'s)"
    say(f"rule {made.id}: files of {made.words} are for {made.athlete}{was}, from now on and where --athlete does not say otherwise")


@rule.command("list")
@db_option
@_JSON
def list_rules(*, db_url: str | None, is_json: bool) -> None:
    """List the rules."""
    from importer.reports.table import table_text
    from importer.reports.words import plain
    from importer.store import open_store

    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        found = store.device_rules()
    if is_json:
        for one in found:
            click.echo(json.dumps(_as_json(one)))
        return
    rows = [(str(one.id), plain(one.athlete), plain(one.words)) for one in found]
    say(table_text(("rule", "athlete", "device"), rows, right=(0,)) if rows else "no rules: add one with `retro-import athlete rule add`")


@rule.command("remove")
@click.argument("number", type=SESSION, metavar="RULE")
@db_option
@_JSON
def remove(*, number: int, db_url: str | None, is_json: bool) -> None:
    """Remove a rule; RULE is its number in `retro-import athlete rule list`."""
    from importer.store import open_store

    with open_store(database_url(db_url), create=False, wait_s=wait_s()) as store:
        removed = store.remove_device_rule(number)
    if is_json:
        click.echo(json.dumps(_as_json(removed)))
    else:
        say(f"rule {removed.id} removed: files of {removed.words} were for {removed.athlete}")


def _of_session(store: Store, session: int) -> Device:
    """Give the device that recorded a session, by its serial number alone where it has one: names change with the format of a file."""
    from dataclasses import replace

    from importer.errors import UsageError

    device = store.session(session).device
    if device.manufacturer is None and device.product is None and device.serial is None:
        raise UsageError(f"athlete rule add: the file of session {session} does not name its device: give --athlete when you import")
    return replace(device, software=None) if device.serial is None else replace(device, manufacturer=None, product=None, software=None)


def _as_json(one: DeviceRule) -> dict[str, Any]:
    return {"rule": one.id, "athlete": one.athlete, "manufacturer": one.manufacturer, "product": one.product, "serial": one.serial}
