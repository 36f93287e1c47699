"""``retro-import export``: one session as a file for other programs, or all of them as a dataset."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import fitted, is_terminal
from importer.cli.session_commands import SESSION
from importer.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from importer.exports.session import Options

_FORMATS: Final = ("tcx", "gpx", "fit", "csv", "json", "parquet")
#: farther from the door nobody needs to hide, m
_FARTHEST_M: Final = 100_000


@click.command()
@click.argument("session", type=SESSION, required=False)
@click.option("--all", "is_all", is_flag=True, help="Every session, as a folder of Parquet files (-o names it), instead of one.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(_FORMATS),
    help="tcx, gpx, fit for other programs; csv, json, parquet: a row for each sample. Default: what the name after -o ends in.",
)
@click.option(
    "-o",
    "--output",
    "output",
    type=click.Path(),
    metavar="FILE",
    help="Where to write: a file, a folder, or - for stdout. Default: stdout; on a terminal retro-session-SESSION.FORMAT, here.",
)
@click.option(
    "--standing",
    type=click.Choice(["accepted", "all"]),
    default="accepted",
    show_default=True,
    help="Which stretches are named as backward: accepted ones, or suggestions too, which others then take for facts.",
)
@click.option(
    "--hide-start",
    "hide_start_m",
    type=click.FloatRange(0, _FARTHEST_M, min_open=True),
    metavar="METRES",
    help="Leave out the positions this near to the start and the end, e.g. 300. Default: none.",
)
@click.option("--no-position", is_flag=True, help="Leave out every position, with altitude, course and compass.")
@click.option("--no-text", is_flag=True, help="Leave out your own words: title, notes, names of laps and waypoints.")
@click.option("--athlete", metavar="NAME", help="With --all: only this athlete's sessions. Default: everybody's.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@db_option
def export(
    *,
    session: int | None,
    is_all: bool,
    format_name: str | None,
    output: str | None,
    standing: str,
    hide_start_m: float | None,
    no_position: bool,
    no_text: bool,
    athlete: str | None,
    force: bool,
    db_url: str | None,
) -> None:
    """Write a session as a file for other programs: its laps are cut where the direction changes, and named.

    SESSION is the number that the import printed. Times are UTC, distances metres. Serial numbers of devices are never written.
    """
    if hide_start_m is not None and math.isnan(hide_start_m):
        raise UsageError("--hide-start: nan is no distance (expected metres): give a number, e.g. 300")
    if is_all:
        if session is not None or no_text or standing != "accepted":
            raise UsageError("export --all: takes no SESSION, --standing and --no-text (a dataset holds all of it): leave them out")
        _export_all(format_name, output, athlete=athlete, hide_start_m=hide_start_m, no_position=no_position, db_url=db_url)
        return
    if session is None:
        raise UsageError("export: needs the number of a session, or --all (`retro-import report` lists them)")
    if athlete is not None:
        raise UsageError("export: --athlete goes with --all: a session has its own athlete")
    from importer.exports.session import Options

    options = Options(standing == "all", hide_start_m, no_position, has_words=not no_text)
    _export_one(session, format_name or _format_of(output), output, options, is_replacing=force, db_url=db_url)


def _export_one(session: int, format_name: str, output: str | None, options: Options, *, is_replacing: bool, db_url: str | None) -> None:
    from importer.cli.files import check_free, check_place, write_file
    from importer.exports.session import export_session
    from importer.store import open_store

    target = _target(session, format_name, output)
    if target is not None:
        check_place(target)
        if not is_replacing:
            check_free(target)
    elif sys.stdout is None:
        raise UsageError("export: there is no stdout to write to: name a file with -o")
    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        made = export_session(store, session, format_name, options)
    if target is None:
        click.echo(made.data, nl=False)
    else:
        write_file(target, made.data)
        click.echo(f"session {session} is written to {target} ({_size(len(made.data))})", err=True)
    for note in made.notes:
        click.echo(fitted(f"note: {note}"), err=True)


def _export_all(
    format_name: str | None, output: str | None, *, athlete: str | None, hide_start_m: float | None, no_position: bool, db_url: str | None
) -> None:
    if format_name not in (None, "parquet"):
        raise UsageError(f"export --all: is written as parquet (found --format {format_name}): leave --format out")
    if output is None:
        raise UsageError("export --all: needs a folder to write to: name it with -o")
    if output == "-":
        raise UsageError("export --all: is a folder of files, which stdout cannot hold: name a folder with -o")
    from importer.exports.dataset import write_dataset
    from importer.store import open_store

    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        found = write_dataset(store, output, athlete=athlete, no_position=no_position, hide_start_m=hide_start_m, progress=_progress())
    rows = ", ".join(f"{n:,} {name}" for name, n in found.n_rows.items())
    click.echo(f"{found.folder}: {found.n_files} files ({rows})", err=True)
    for session_id, why in found.unread:
        click.echo(f"note: session {session_id} is without samples and laps: {why}", err=True)


def _format_of(output: str | None) -> str:
    """Give the format that the name of the file says."""
    suffix = "" if output is None else Path(output).suffix.lower().removeprefix(".")
    if suffix in _FORMATS:
        return suffix
    raise UsageError(f"export: needs a format: --format {'|'.join(_FORMATS)}, or a file name that ends in one of them after -o")


def _target(session: int, format_name: str, output: str | None) -> Path | None:
    """Give the file to write, None for stdout."""
    name = f"retro-session-{session}.{format_name}"
    if output is None:
        return Path(name) if is_terminal() else None
    if output == "-":
        return None
    if os.path.isdir(output):  # noqa: PTH112 - pathlib's raises for a name that is too long
        return Path(output) / name
    if output.endswith(("/", os.sep)):
        raise UsageError(f"{output}: there is no such folder: make it, or choose another place")
    return Path(output)


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes >= 999_500 else f"{max(1, round(n_bytes / 1e3))} kB"


def _progress() -> Callable[[int, int], None] | None:
    """Count the sessions on a terminal; None elsewhere."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None

    def show(n_done: int, n: int) -> None:
        click.echo(f"\r{n_done:,} of {n:,} sessions", err=True, nl=n_done == n)

    return show
