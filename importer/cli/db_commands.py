"""``retro-import db``: where the database is, what is in it, whether it is sound, and bringing it up to date."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import say

if TYPE_CHECKING:
    from importer.store.check import Progress


@click.group()
def db() -> None:
    """Where the database is, what is in it, whether it is sound, and bringing it up to date."""


@db.command("path")
@db_option
def path(*, db_url: str | None) -> None:
    """Print where the database is: a file for SQLite, a URL without its password for others."""
    from importer.store.place import shown_place

    click.echo(shown_place(database_url(db_url)))


@db.command("check")
@db_option
@click.option("--json", "is_json", is_flag=True, help="One JSON object: what was read, and every fault.")
def check(*, db_url: str | None, is_json: bool) -> None:
    """Read all that is stored and see that it is as it was written; exit status 1 where it is not.

    Tables, rules, references, segments and sums are checked, and every stream of samples is unpacked: one flipped bit is found.
    Nothing is written, and imports may go on meanwhile.
    """
    from importer.reports.database_report import checked_json, checked_text
    from importer.store.check import check as run

    checked = run(database_url(db_url), wait_s=wait_s(), progress=_progress())
    if is_json:
        click.echo(json.dumps(checked_json(checked), allow_nan=False))
    else:
        say(checked_text(checked))
    if not checked.is_well:
        sys.exit(1)


@db.command("stats")
@db_option
@click.option("--json", "is_json", is_flag=True, help="One JSON object, sizes in bytes.")
def stats(*, db_url: str | None, is_json: bool) -> None:
    """Count what is stored: sessions by athlete, rows and size by table, samples by channel."""
    from importer.reports.database_report import stats_text
    from importer.store.stats import stats as run

    counted = run(database_url(db_url), wait_s=wait_s())
    if is_json:
        click.echo(json.dumps(counted.as_json(), allow_nan=False))
    else:
        say(stats_text(counted))


@db.command("upgrade")
@db_option
def upgrade(*, db_url: str | None) -> None:
    """Bring a database of an older version up to date.

    A whole copy of a SQLite file is made beside it first. PostgreSQL makes its own: run pg_dump before. An upgrade that does not
    come to its end changes nothing.
    """
    from importer.store.migrate import upgrade as run

    done = run(database_url(db_url), now=datetime.now(UTC), wait_s=wait_s())
    if done.before.is_current:
        click.echo(f"{done.before.url}: is up to date (version {done.before.known})")
        return
    copied = "" if done.backup is None else f", a copy of the old one is {done.backup}"
    click.echo(f"{done.before.url}: upgraded from version {done.before.found or 'none'} to {done.before.known}{copied}")


def _progress() -> Progress | None:
    """Give what counts the recordings on a terminal; None in a pipe."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None

    def told(n: int, n_all: int) -> None:
        if n % 100 == 0 or n == n_all:
            end = "\r\033[K" if n == n_all else ""
            click.echo(f"\r{n:,} of {n_all:,} recordings read{end}", nl=False, err=True)

    return told
