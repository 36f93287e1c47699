"""``retro-import tag``, ``confirm``, ``reject`` and ``withdraw``: what the runner says about a session.

Conventions: what is said is kept for good, stands over everything else, and the session is judged by it at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from importer.cli.later import tell_stale
from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import say
from importer.cli.session_commands import SESSION, parse_span
from importer.errors import UsageError

if TYPE_CHECKING:
    from importer.store import SessionRecord, Store
    from importer.store.records import Said

_JSON_HELP = "One JSON object: what was said, and the session before and after."


@click.command()
@click.argument("session", type=SESSION)
@click.argument("span", required=False, metavar="[START-END]")
@click.argument("direction", required=False, type=click.Choice(["backward", "forward", "unknown"]))
@click.option(
    "--laps", "lap_rule", metavar="RULE", help='Instead of a stretch: the laps you ran backward, e.g. "2,4,6", "2-6", even, alternate.'
)
@db_option
@click.option("--json", "is_json", is_flag=True, help=_JSON_HELP)
def tag(*, session: int, span: str | None, direction: str | None, lap_rule: str | None, db_url: str | None, is_json: bool) -> None:
    """Say in which direction you went from START to END.

    START-END is seconds since the session's start, or [H:]MM:SS, pauses included, as `show` prints them: 600-725 or 10:00-12:05.
    `unknown` takes the tag away from a stretch and puts none in its place.
    """
    from importer.values.session import Direction, Label, LabelKind, LapWord

    if lap_rule is not None and span is None:
        from importer.detect.laprule import parse_lap_rule

        rule = parse_lap_rule(lap_rule)
        with _store(db_url) as store:
            store.session(session)
            _say(store, session, [LapWord(rule.text)], is_json=is_json)
        return
    if lap_rule is not None or span is None or direction is None:
        raise UsageError("tag needs SESSION START-END DIRECTION, e.g. `retro-import tag 7 10:00-12:05 backward`, or SESSION --laps RULE")
    bounds = parse_span(span)
    with _store(db_url) as store:
        start_s, end_s = _inside(store.session(session), bounds, span)
        _say(store, session, [Label(start_s, end_s, LabelKind.TAG, Direction(direction))], is_json=is_json)


@click.command()
@click.argument("session", type=SESSION)
@click.argument("span", required=False, metavar="[START-END]")
@db_option
@click.option("--json", "is_json", is_flag=True, help=_JSON_HELP)
def confirm(*, session: int, span: str | None, db_url: str | None, is_json: bool) -> None:
    """Say yes to the suggestions of a session: you did run backward there.

    Without START-END all of its suggestions are meant, with it what is tagged backward in that stretch: seconds since the start, or
    [H:]MM:SS, pauses included. Three confirmed bouts in two sessions teach your own backward gait.
    """
    _answer(session, span, db_url=db_url, is_json=is_json, is_yes=True)


@click.command()
@click.argument("session", type=SESSION)
@click.argument("span", required=False, metavar="[START-END]")
@db_option
@click.option("--json", "is_json", is_flag=True, help=_JSON_HELP)
def reject(*, session: int, span: str | None, db_url: str | None, is_json: bool) -> None:
    """Say no to the suggestions of a session: you did not run backward there.

    Without START-END all of its suggestions are meant, with it what is tagged backward in that stretch: seconds since the start, or
    [H:]MM:SS, pauses included. It then counts as forward.
    """
    _answer(session, span, db_url=db_url, is_json=is_json, is_yes=False)


@click.command()
@click.argument("session", type=SESSION)
@click.argument("span", required=False, metavar="[START-END]")
@db_option
@click.option("--json", "is_json", is_flag=True, help="One JSON object: what was taken back, and the session before and after.")
def withdraw(*, session: int, span: str | None, db_url: str | None, is_json: bool) -> None:
    """Take back what you said about a session with `tag`, `confirm`, `reject` or a labels file: it is judged as if you had not.

    Without START-END all of it, a rule for laps too; with it, whatever you said about a stretch that reaches into it: seconds since the
    start, or [H:]MM:SS, pauses included.
    """
    from importer.reports.changes import change_json, change_line, label_json, label_line
    from importer.retag import withdraw as take_back

    bounds = None if span is None else parse_span(span)
    with _store(db_url) as store:
        if bounds is not None and span is not None:
            bounds = _inside(store.session(session), bounds, span)
        change, gone = take_back(store, session, bounds, now=datetime.now(UTC))
        if is_json:
            taken = [label_json(label) for label in gone]
            click.echo(json.dumps({"session": session, "withdrawn": taken, **change_json(change)}, allow_nan=False))
        else:
            for label in gone:
                say(f"taken back: {label_line(label)}")
            say(change_line(change) if gone else f"session {session}: you have said nothing about it{'' if span is None else ' there'}")
        tell_stale(store)


def _answer(session: int, span: str | None, *, db_url: str | None, is_json: bool, is_yes: bool) -> None:
    from importer.retag import chosen
    from importer.values.session import Label, LabelKind

    bounds = None if span is None else parse_span(span)
    with _store(db_url) as store:
        record = store.session(session)
        if bounds is not None and span is not None:
            bounds = _inside(record, bounds, span)
        stretches = chosen(record, bounds)
        if bounds is not None and not stretches:
            raise UsageError(
                f"{span!r}: nothing is tagged backward there in session {session}:"
                f" to name a direction yourself, `retro-import tag {session} {span} backward`"
            )
        kind = LabelKind.CONFIRM if is_yes else LabelKind.REJECT
        _say(store, session, [Label(start_s, end_s, kind) for start_s, end_s in stretches], is_json=is_json)


def _inside(record: SessionRecord, bounds: tuple[float, float], span: str) -> tuple[float, float]:
    """Cut a stretch to its session."""
    if bounds[0] >= record.elapsed_s:
        raise UsageError(
            f"{span!r}: starts behind the end of session {record.id} ({record.elapsed_s:.0f} s): see `retro-import show {record.id}`"
        )
    return bounds[0], min(bounds[1], record.elapsed_s)


def _say(store: Store, session: int, said: Sequence[Said], *, is_json: bool) -> None:
    """Keep what was said, and print it with what it changes."""
    from importer.reports.changes import change_json, change_line, said_json, said_line
    from importer.retag import say as keep

    if not said:
        if is_json:
            from importer.reports.as_json import session_json

            record = session_json(store.session(session))
            click.echo(json.dumps({"session": session, "said": [], "changed": False, "error": None, "before": record, "after": record}))
        else:
            say(f"session {session}: no suggestion waits for an answer")
        return
    change = keep(store, session, said, now=datetime.now(UTC))
    if is_json:
        out = change_json(change)
        click.echo(json.dumps({"session": session, "said": [said_json(one) for one in said], **out}, allow_nan=False))
    else:
        for one in said:
            say(said_line(one))
        say(change_line(change))
    tell_stale(store)


def _store(db_url: str | None) -> Store:
    from importer.store import open_store

    return open_store(database_url(db_url), create=False, wait_s=wait_s())
