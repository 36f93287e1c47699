"""``retro-import show`` and ``retro-import explain``: one session, and how its tags are known."""

from __future__ import annotations

import json
import re

import click

from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import is_terminal, say, terminal_columns
from importer.errors import UsageError

_SPAN = re.compile(r"(?P<start>[\d:.]+)-(?P<end>[\d:.]+)")
_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d+)?)")


#: as far as a row's number can go
SESSION = click.IntRange(1, 2**63 - 1)


@click.command()
@click.argument("session", type=SESSION)
@db_option
@click.option("--json", "is_json", is_flag=True, help="The session as the import prints it, a JSON object.")
def show(*, session: int, db_url: str | None, is_json: bool) -> None:
    """Show one session: its segments, what was found and where it came from. SESSION is the number that the import printed."""
    from importer.store import open_store

    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        record, recordings = store.session(session), store.recordings(session)
    from importer.reports.recordings import recording_lines, recordings_json

    if is_json:
        from importer.reports.as_json import session_json

        click.echo(json.dumps({**session_json(record), "recordings": recordings_json(recordings)}, allow_nan=False))
        return
    from importer.reports.session_page import session_text

    say("\n".join((session_text(record), *recording_lines(record, recordings))))


@click.command()
@click.argument("session", type=SESSION)
@click.argument("span", required=False, metavar="[START-END]")
@db_option
@click.option("--ascii", "is_ascii", is_flag=True, help="Draw the picture in plain ASCII. Default: where stdout shows no UTF-8.")
@click.option("--json", "is_json", is_flag=True, help="The same facts as one JSON object.")
def explain(*, session: int, span: str | None, db_url: str | None, is_ascii: bool, is_json: bool) -> None:
    """Explain how the tags of a session are known, or why nothing was tagged: a picture, and what each kind of evidence says.

    START-END narrows it to a stretch, tagged or not: seconds since the session's start, or [H:]MM:SS, as `show` prints them.
    """
    from importer.linking.settling import whole
    from importer.store import open_store

    bounds = None if span is None else parse_span(span)
    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        record = store.session(session)
        activity = whole(store, session).activity
        labels = store.labels(session)
        baseline = None if record.baseline_id is None else store.baseline(record.baseline_id)
    if bounds is not None and bounds[0] >= record.elapsed_s:
        raise UsageError(
            f"{span!r}: starts behind the end of session {session} ({record.elapsed_s:.0f} s): see `retro-import show {session}`"
        )
    from importer.reports.explanation import explain as explained
    from importer.reports.explanation import explanation_json

    explanation = explained(record, activity, baseline=baseline, labels=labels, bounds=bounds)
    if is_json:
        click.echo(json.dumps(explanation_json(explanation), allow_nan=False))
        return
    from importer.reports.explanation_page import explanation_text
    from importer.reports.picture import ASCII

    columns = terminal_columns() if is_terminal() else None
    click.echo(explanation_text(explanation, columns=columns, style=ASCII if is_ascii else None))


def parse_span(text: str) -> tuple[float, float]:
    """Read START-END in seconds since the start of the session.

    Raises
    ------
    UsageError
        It is no span.
    """
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r}: no span (expected START-END, e.g. 600-725 or 10:00-12:05): correct it")
    start_s, end_s = (_seconds(match[name], text) for name in ("start", "end"))
    if end_s <= start_s:
        raise UsageError(f"{text!r}: ends before it starts: give START-END with the smaller one first")
    return start_s, end_s


def _seconds(clock: str, text: str) -> float:
    match = _CLOCK.fullmatch(clock)
    if match is None:
        raise UsageError(f"{text!r}: {clock!r} is no time (expected seconds or [H:]MM:SS): correct it")
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)
