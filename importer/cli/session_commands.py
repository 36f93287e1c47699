"""``retro-import show`` and ``retro-import explain``: one session, and how its tags are known."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import click

from importer.cli.files import check_place, write_file
from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import is_terminal, say, terminal_columns
from importer.errors import UsageError

_SPAN = re.compile(r"(?P<start>[\d:.]+)-(?P<end>[\d:.]+)")
_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:\.\d+)?)")


#: how a file is written whose name ends so
_NAMED: Final = {".html": "html", ".htm": "html", ".png": "png"}
#: as far as a row's number can go
SESSION = click.IntRange(1, 2**63 - 1)


@click.command()
@click.argument("session", type=SESSION)
@db_option
@click.option("--json", "is_json", is_flag=True, help="The session as the import prints it, a JSON object.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "html", "png"]),
    help="How it is written: html is a page for a browser, png a picture of it. Default: as the name of FILE ends, else text.",
)
@click.option(
    "--units", type=click.Choice(["metric", "imperial"]), default="metric", show_default=True, help="Units of the page and picture."
)
@click.option("-o", "--output", "path", type=click.Path(path_type=Path), metavar="FILE", help="Write to FILE. Default: stdout.")
def show(*, session: int, db_url: str | None, is_json: bool, format_name: str | None, units: str, path: Path | None) -> None:
    """Show one session: its segments, what was found and where it came from. SESSION is the number that the import printed."""
    from importer.store import open_store

    kind = format_name or ("text" if path is None else _NAMED.get(path.suffix.lower(), "text"))
    if is_json and kind != "text":
        raise UsageError(f"--json: is a format of its own, beside {kind}: choose one of them")
    if kind != "text":
        _draw(session, kind, database_url(db_url), units=units, path=path)
        return
    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        record, recordings = store.session(session), store.recordings(session)
    from importer.reports.recordings import recording_lines, recordings_json

    if is_json:
        from importer.reports.as_json import session_json

        text = json.dumps({**session_json(record), "recordings": recordings_json(recordings)}, allow_nan=False)
    else:
        from importer.reports.session_page import session_text

        text = "\n".join((session_text(record), *recording_lines(record, recordings)))
    if path is not None:
        write_file(path, f"{text}\n".encode())
    elif is_json:
        click.echo(text)
    else:
        say(text)


def _draw(session: int, kind: str, url: str | None, *, units: str, path: Path | None) -> None:
    """Write a session as a page or a picture."""
    from importer.reports.questions.facts import Units
    from importer.store import open_store

    if path is not None:
        check_place(path)
    elif is_terminal():
        raise UsageError(f"--format {kind}: is not for a terminal: add -o session-{session}.{kind}")
    with open_store(url, create=False, read_only=True, wait_s=wait_s()) as store:
        if kind == "png":
            from importer.reports.web.session_picture import session_png

            data = session_png(store, session, units=Units(units))
        else:
            from importer.reports.web.page import session_page_html

            data = session_page_html(store, session, units=Units(units)).encode()
    if path is None:
        click.echo(data, nl=False)
    else:
        write_file(path, data)


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
