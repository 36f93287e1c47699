"""``retro-import db``: where the database is, and bringing it up to date."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from importer.cli.options import database_url, db_option, wait_s


@click.group()
def db() -> None:
    """Where the database is, and bringing it up to date."""


@db.command("path")
@db_option
def path(*, db_url: str | None) -> None:
    """Print where the database is: a file for SQLite, a URL without its password for others."""
    from importer.store.place import shown_place

    click.echo(shown_place(database_url(db_url)))


@db.command("upgrade")
@db_option
def upgrade(*, db_url: str | None) -> None:
    """Bring a database of an older version up to date; a backup is made beside a SQLite file first."""
    from importer.store.migrate import upgrade as run

    done = run(database_url(db_url), now=datetime.now(UTC), wait_s=wait_s())
    if done.before.is_current:
        click.echo(f"{done.before.url}: is up to date (version {done.before.known})")
        return
    copied = "" if done.backup is None else f", a copy of the old one is {done.backup}"
    click.echo(f"{done.before.url}: upgraded from version {done.before.found or 'none'} to {done.before.known}{copied}")
