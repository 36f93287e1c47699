"""``retro-import retag``: judge stored sessions anew, by what is known now."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import say


@click.command()
@click.option("--all", "is_all", is_flag=True, help="Every session.")
@click.option("--stale", "is_stale", is_flag=True, help="Sessions that would be judged by something else now. This is the default.")
@click.option("--athlete", metavar="NAME", help="Only this athlete's sessions. Default: everybody's.")
@click.option("--dry-run", is_flag=True, help="Print what would change, and write nothing.")
@db_option
@click.option("--json", "is_json", is_flag=True, help="One JSON object for each session that was judged, a line each.")
def retag(*, is_all: bool, is_stale: bool, athlete: str | None, dry_run: bool, db_url: str | None, is_json: bool) -> int:
    """Judge stored sessions anew.

    A session is judged by what your earlier sessions taught, by what you said, and by the numbers of this version. Where any of these
    has changed since, it is stale. What changes is printed before it is written; samples come from the database, no file is read.
    """
    from importer.errors import UsageError
    from importer.reports.changes import change_json, change_line
    from importer.retag import retag as run
    from importer.store import open_store

    if is_all and is_stale:
        raise UsageError("retag: --all and --stale exclude each other: give one of them")
    n_judged = n_changed = n_failed = 0
    with open_store(database_url(db_url), create=False, read_only=dry_run, wait_s=wait_s()) as store:
        for change in run(store, is_all=is_all, athlete=athlete, is_dry=dry_run, now=datetime.now(UTC)):
            n_judged += 1
            n_failed += change.error is not None
            n_changed += change.error is None and change.is_change
            if is_json:
                click.echo(json.dumps(change_json(change, is_dry=dry_run), allow_nan=False))
            elif change.error is not None or change.is_change:
                say(change_line(change))
    if not is_json:
        tail = " (nothing was written)" if dry_run else ""
        failed = f", {n_failed} could not be read" if n_failed else ""
        say(f"{n_judged} {'session' if n_judged == 1 else 'sessions'} judged anew, {n_changed} changed{failed}{tail}")
    return 3 if n_failed else 0
