"""``retro-import link``, ``unlink`` and ``keep``: the user decides which recordings are one session.

Conventions: a decision is kept by the files it is about and never overruled; nothing is deleted. Exit status 0 also where it was so
before, 1 where there is no such session, 2 where the two cannot be one.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from importer.cli.later import tell_stale
from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import say
from importer.cli.session_commands import SESSION

if TYPE_CHECKING:
    from importer.linking.decisions import Decided
    from importer.store import Store

_JSON_HELP = "One JSON object: whether anything changed, and the sessions as they are now."


@click.command()
@click.argument("session", type=SESSION)
@click.argument("other", type=SESSION)
@db_option
@click.option("--json", "is_json", is_flag=True, help=_JSON_HELP)
def link(*, session: int, other: int, db_url: str | None, is_json: bool) -> None:
    """Make two sessions one: SESSION and OTHER are two recordings of the same run.

    Belt speed, watch gait and the words of both are then used together, and the session is judged anew. `unlink` takes it back.
    """
    from importer.linking import decisions

    with _store(db_url) as store:
        done = decisions.link(store, session, other, now=datetime.now(UTC))
        _tell(store, "link", done, is_json=is_json, unchanged=f"sessions {session} and {other} are one already")


@click.command()
@click.argument("session", type=SESSION)
@click.option("--only", metavar="FILE", help="Take out the recording of this file alone. Default: each recording becomes a session.")
@db_option
@click.option("--json", "is_json", is_flag=True, help=_JSON_HELP)
def unlink(*, session: int, only: str | None, db_url: str | None, is_json: bool) -> None:
    """Part the recordings of a session: they are different runs. They are never linked again, unless you link them."""
    from importer.linking import decisions

    with _store(db_url) as store:
        done = decisions.unlink(store, session, only=only, now=datetime.now(UTC))
        _tell(store, "unlink", done, is_json=is_json, unchanged=f"session {session} has one recording: nothing to part")


@click.command()
@click.argument("session", type=SESSION)
@db_option
@click.option("--json", "is_json", is_flag=True, help=_JSON_HELP)
def keep(*, session: int, db_url: str | None, is_json: bool) -> None:
    """Keep a session beside those that it may repeat: they are different runs."""
    from importer.linking import decisions

    with _store(db_url) as store:
        done = decisions.keep(store, session, now=datetime.now(UTC))
        _tell(store, "keep", done, is_json=is_json, unchanged=f"session {session}: nothing was asked about it")


def _tell(store: Store, command: str, done: Decided, *, is_json: bool, unchanged: str) -> None:
    """Print the sessions that a decision was about."""
    sessions = [(store.session(number), store.recordings(number)) for number in done.session_ids]
    if is_json:
        from importer.reports.as_json import session_json
        from importer.reports.recordings import recordings_json

        told = [{**session_json(record), "recordings": recordings_json(recordings)} for record, recordings in sessions]
        click.echo(json.dumps({"command": command, "changed": done.is_change, "sessions": told}, allow_nan=False))
    elif not done.is_change:
        say(unchanged)
    else:
        from importer.reports.lines import backward_line
        from importer.reports.recordings import recording_lines
        from importer.reports.session_page import headline

        for record, recordings in sessions:
            say("\n".join((f"{headline(record)}: {backward_line(record)}", *recording_lines(record, recordings))))
    if done.is_change:
        tell_stale(store)


def _store(db_url: str | None) -> Store:
    from importer.store import open_store

    return open_store(database_url(db_url), create=False, wait_s=wait_s())
