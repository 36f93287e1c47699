"""``retro-import report``: how much backward running there was."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime

import click

from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import say


@click.command()
@click.argument("question", required=False, default="sessions", type=click.Choice(["sessions"]), metavar="[QUESTION]")
@db_option
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="D", help="From this day on (YYYY-MM-DD).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="D", help="Up to and with this day (YYYY-MM-DD).")
@click.option("--athlete", metavar="NAME", help="Only this athlete's sessions. Default: everybody's.")
@click.option(
    "--format", "format_name", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True, help="How it is written."
)
def report(
    *,
    question: str,  # noqa: ARG001 - there is one report so far; click has checked the name
    db_url: str | None,
    since: datetime | None,
    until: datetime | None,
    athlete: str | None,
    format_name: str,
) -> None:
    """Report on the stored sessions.

    QUESTION is `sessions` (the default): each session with its backward time, distance, share and how it is known. Times are
    hours and minutes, distances metres or kilometres; a share is of the time spent moving.
    """
    from importer.reports.sessions_report import COLUMNS, session_rows, sessions_text
    from importer.store import open_store

    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        rows = session_rows(store, since=since, until=until, athlete=athlete)
        has_names = athlete is None and format_name == "text" and store.has_several_athletes()
    if format_name == "json":
        click.echo(json.dumps(rows, indent=1, allow_nan=False))
    elif format_name == "csv":
        writer = csv.DictWriter(sys.stdout, fieldnames=COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        say(sessions_text(rows, has_names=has_names))
