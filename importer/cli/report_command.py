"""``retro-import report``: what backward running does for you, one question at a time or as a page."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import fitted, is_terminal, terminal_columns
from importer.errors import UsageError
from importer.reports.questions import QUESTIONS

if TYPE_CHECKING:
    from importer.reports.questions.facts import Asked, Facts
    from importer.store import Store

#: formats, and the endings of file names that mean them
FORMATS: Final = ("text", "json", "csv", "parquet", "html")
_ENDINGS: Final = {".txt": "text", ".json": "json", ".csv": "csv", ".parquet": "parquet", ".html": "html", ".htm": "html"}
#: how long nothing is said of a page that is being made, s
_SILENT_S: Final = 2.0
PLACES: Final = ("treadmill", "indoor", "track", "outdoor", "elliptical", "unknown")


@click.command()
@click.argument("question", required=False, default="sessions", type=click.Choice(list(QUESTIONS)), metavar="[QUESTION]")
@db_option
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="D", help="From this day on (YYYY-MM-DD).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="D", help="Up to and with this day (YYYY-MM-DD).")
@click.option("--athlete", metavar="NAME", help="Only this athlete's sessions. Default: everybody's.")
@click.option("--place", type=click.Choice(PLACES), help="Only sessions in this place. Default: everywhere.")
@click.option("--gait", type=click.Choice(["run", "walk"]), help="Only backward running, or only backward walking. Default: both.")
@click.option(
    "--standing",
    type=click.Choice(["accepted", "all"]),
    default="accepted",
    show_default=True,
    help="What counts in sums and headlines: what is accepted, or all that is suggested too.",
)
@click.option(
    "--by",
    type=click.Choice(["session", "week", "month", "year"]),
    default="week",
    show_default=True,
    help="What a row stands for, where the question goes over time.",
)
@click.option(
    "--energy-factor",
    type=click.FloatRange(1.0, 2.0),
    default=1.3,
    show_default=True,
    metavar="K",
    help="What running backward costs for each metre over forward, for `effort`: studies found 1.15 to 1.35, 1.2 is popular.",
)
@click.option(
    "--units", type=click.Choice(["metric", "imperial"]), default="metric", show_default=True, help="Units of the text and of the page."
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMATS),
    help="How it is written; html is a page with every question. Default: as the name of FILE ends, else text.",
)
@click.option("-o", "--output", metavar="FILE", help="Write to this file instead of stdout (-); one that is there is replaced.")
def report(
    *,
    question: str,
    db_url: str | None,
    since: datetime | None,
    until: datetime | None,
    format_name: str | None,
    output: str | None,
    **limits: Any,  # noqa: ANN401 - texts of the options of `Asked`, some of them None
) -> None:
    """Report on the stored sessions.

    QUESTION is `sessions` (the default: the list), `amount` (how much?), `kinds` (what kind?), `speed` (how fast, how quick the feet?),
    `effort` (how hard?), `progress` (am I building up sensibly?), `balance` (against forward running, and the habit), `forward` (does it
    move my forward running?) or `attention` (what needs my eye?).

    Backward running that is only suggested is never counted as accepted. Times are hours and minutes; json, csv and parquet hold SI units.
    """
    from importer.store import open_store

    asked = _asked(since, until, **limits)
    path = None if output in (None, "-") else Path(str(output))
    format_name = format_name or ("text" if path is None else _ENDINGS.get(path.suffix.lower(), "text"))
    _check(format_name, path, is_stdout=output == "-")
    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        if format_name == "parquet":
            assert path is not None
            _write_parquet(store, asked, question, path)
            return
        text = _written(store, asked, question, format_name, is_shown=path is None)
    _put(text, format_name, path, has_headline=question != "sessions")


def _asked(since: datetime | None, until: datetime | None, **limits: Any) -> Asked:  # noqa: ANN401 - as above
    from importer.reports.questions.facts import Asked, Period, Units

    first, last = (None if day is None else day.date() for day in (since, until))
    if first is not None and last is not None and first > last:
        raise UsageError(f"--since {first}: is behind --until {last} (expected the earlier day first): change one of them")
    return Asked(
        since=first,
        until=last,
        athlete=limits["athlete"],
        place=limits["place"],
        gait=limits["gait"],
        is_all=limits["standing"] == "all",
        units=Units(limits["units"]),
        by=Period(limits["by"]),
        energy_factor=limits["energy_factor"],
    )


def _check(format_name: str, path: Path | None, *, is_stdout: bool) -> None:
    """Refuse what cannot be written there, before anything is computed."""
    if path is not None:
        from importer.cli.files import check_place

        check_place(path)
    elif format_name == "parquet":
        raise UsageError("--format parquet: is no text for stdout (expected -o FILE): name a file, e.g. -o report.parquet")
    elif format_name == "html" and not is_stdout and is_terminal():
        raise UsageError("--format html: is a page for a browser, not for a terminal: add -o report.html, or -o - to have it here")


def _written(store: Store, asked: Asked, question: str, format_name: str, *, is_shown: bool) -> str:
    """Answer, in the words of a format."""
    from importer.reports.questions.facts import Facts

    if format_name == "html":
        from importer.reports.web.page import page_html

        return page_html(store, asked, progress=_progress())
    facts = Facts(store, asked)
    if format_name == "text":
        return _text(facts, question, is_shown=is_shown)
    from importer.reports.questions import ask
    from importer.reports.tables_out import rows_text

    return rows_text(ask(question, facts).tables[0], "json" if format_name == "json" else "csv")


def _progress() -> Callable[[int, int], None] | None:
    """Give what says on a terminal how far the page is, once that takes longer than one likes to wait in silence."""
    if not sys.stderr.isatty():
        return None
    began = time.monotonic()

    def tell(done: int, n: int) -> None:
        if time.monotonic() - began > _SILENT_S and (done % 10 == 0 or done == n):
            click.echo(f"\r{done:,} of {n:,} sessions", nl=done == n, err=True)

    return tell


def _text(facts: Facts, question: str, *, is_shown: bool) -> str:
    from importer.reports.answer_text import Sheet, answer_text, shown_ink
    from importer.reports.charts import UNICODE

    columns = terminal_columns() if is_shown and is_terminal() else None
    sheet = Sheet(columns, facts.asked.units, shown_ink() if is_shown else UNICODE)
    if question == "sessions":
        from importer.reports.session_list import sessions_text

        return sessions_text(facts, sheet)
    from importer.reports.questions import ask

    return answer_text(ask(question, facts), sheet)


def _write_parquet(store: Store, asked: Asked, question: str, path: Path) -> None:
    from importer.reports.questions import ask
    from importer.reports.questions.facts import Facts
    from importer.reports.tables_out import write_parquet

    write_parquet(ask(question, Facts(store, asked)).tables[0], path)
    click.echo(f"{path}: written", err=True)


def _put(text: str, format_name: str, path: Path | None, *, has_headline: bool) -> None:
    """Write to a file, to a terminal, or to a pipe: for machines always UTF-8, for people what their stdout can show."""
    if path is not None:
        from importer.cli.files import write_file

        write_file(path, f"{text}\n".encode() if format_name == "text" else text.encode())
        click.echo(f"{path}: written", err=True)
    elif format_name == "text":
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        # click writes UTF-8 to a stdout that claims ASCII; all others get a mark for a letter they lack
        told = _bold(fitted(text)) if has_headline and _has_colour() else fitted(text)
        click.echo(told if encoding.lower().startswith(("utf", "ascii", "ansi_x3")) else told.encode(encoding, "replace").decode(encoding))
    else:
        click.echo(text.encode(), nl=False)


def _bold(text: str) -> str:
    """Make what stands before the first empty line bold."""
    headline, gap, rest = text.partition("\n\n")
    return "\n".join(click.style(line, bold=True) for line in headline.split("\n")) + gap + rest


def _has_colour() -> bool:
    """Tell whether stdout is a terminal on which letters may be bold, and its user has nothing against that (no-color.org)."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") != "dumb"
