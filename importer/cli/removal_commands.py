"""``retro-import undo`` and ``delete``: taking sessions out of the database. What you said about them is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from importer.cli.later import tell_stale
from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import say
from importer.cli.session_commands import SESSION


@click.command()
@click.argument("batch", type=SESSION)
@db_option
@click.option("--json", "is_json", is_flag=True, help="One JSON object: the sessions and the number of files and labels.")
def undo(*, batch: int, db_url: str | None, is_json: bool) -> None:
    """Take back one import: the sessions it stored are removed.

    BATCH is the number of the import, in its summary or as `batch` in its JSON. Importing the files again brings the sessions back,
    with all that you said about them.
    """
    from importer.linking.settling import settle
    from importer.reports.changes import removed_line
    from importer.store import open_store

    with open_store(database_url(db_url), create=False, wait_s=wait_s()) as store:
        done = store.undo_batch(batch, now=datetime.now(UTC))
        settle(store, now=datetime.now(UTC))  # what the removed files held together parts
        if is_json:
            told = {"sessions": [], "n_files": 0, "n_labels_kept": 0} if isinstance(done, datetime) else done.as_json()
            click.echo(json.dumps({"batch": batch, "is_undone_before": isinstance(done, datetime), **told}))
        elif isinstance(done, datetime):
            say(f"batch {batch} was undone on {done:%Y-%m-%d %H:%M} UTC: nothing to do")
        else:
            for session in done.sessions:
                say(removed_line(session))
            say(f"batch {batch} undone: {done.summary}; importing the files again brings all of it back")
        if not isinstance(done, datetime):
            tell_stale(store)


@click.command()
@click.argument("session", type=SESSION)
@db_option
@click.option("--json", "is_json", is_flag=True, help="One JSON object: the session and the number of files and labels.")
def delete(*, session: int, db_url: str | None, is_json: bool) -> None:
    """Delete one session for good.

    Its file is remembered and does not come back with the next import, unless you ask for it with `import --again`.
    """
    from importer.reports.changes import removed_line
    from importer.store import open_store

    with open_store(database_url(db_url), create=False, wait_s=wait_s()) as store:
        done = store.delete_session(session, now=datetime.now(UTC))
        if is_json:
            click.echo(json.dumps({"session": session, **done.as_json()}))
        else:
            say(removed_line(done.sessions[0]))
            say(f"deleted: {done.summary}; `retro-import import --again FILE` brings it back")
        tell_stale(store)
