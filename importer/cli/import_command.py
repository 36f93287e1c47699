"""``retro-import import``: files and folders in, one line or one JSON object for each."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from importer.cli.options import configured, database_url, db_option, wait_s
from importer.cli.output import say

if TYPE_CHECKING:
    from importer.pipeline import ImportResult, Options, Preparer
    from importer.store import Store

#: a worker costs as much time to start as this many files take it to read (measured: 0.3 s against 9 ms), twice over
FILES_PER_WORKER: Final = 64


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@db_option
@click.option("--athlete", metavar="NAME", help="Whose sessions these are. Default: `athlete` in the configuration file, or me.")
@click.option("--laps", "lap_rule", metavar="RULE", help='Which laps you ran backward: "2,4,6", "2-6", even, odd, alternate or all.')
@click.option("--strict", is_flag=True, help="Refuse damaged files instead of saving what can be read.")
@click.option("--dry-run", is_flag=True, help="Read and tag, but write nothing.")
@click.option("--json", "is_json", is_flag=True, help="One JSON object for each file, a line each.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Worker processes. Default: by the number of files and processors; a single file is read in this process.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first file that fails.")
def import_command(
    *,
    paths: tuple[Path, ...],
    db_url: str | None,
    athlete: str | None,
    lap_rule: str | None,
    strict: bool,
    dry_run: bool,
    is_json: bool,
    workers: int | None,
    fail_fast: bool,
) -> int:
    """Import activity files and folders of them.

    A folder is walked for .fit, .gpx and .tcx files, also .gz of them, and .zip. The same bytes are imported once only.
    """
    from importer.pipeline import InProcess, Options, walk

    missing = [path for path in paths if not path.exists()]
    for path in missing:
        click.echo(f"retro-import: {path}: does not exist: {_advice(path)}", err=True)
    options = Options(athlete=athlete or configured("athlete") or "me", lap_rule=_lap_rule(lap_rule), strict=strict)
    files = list(walk([path for path in paths if path not in missing]))
    if missing and not files:
        return 4
    is_alone = len(files) <= 1 and workers is None
    pool: AbstractContextManager[Preparer]
    if is_alone:
        pool = nullcontext(InProcess())
    else:
        from importer.sandbox import Workers

        pool = Workers(workers or min(os.cpu_count() or 1, 1 + len(files) // FILES_PER_WORKER))
    url = database_url(db_url)
    with pool as preparer, _store(url, is_dry=dry_run) as store:
        counts, n_bugs = _run(files, store, preparer, options=options, is_json=is_json, fail_fast=fail_fast, is_dry=dry_run)
    if not is_json and len(files) != 1:
        _summary(counts, is_dry=dry_run)
    return 1 if n_bugs else 4 if missing else 3 if counts["failed"] else 0


def _run(
    files: list[Path], store: Store | None, preparer: Preparer, *, options: Options, is_json: bool, fail_fast: bool, is_dry: bool
) -> tuple[Counter[str], int]:
    """Import and print; give the count of each outcome, and of files that met a bug."""
    from importer.errors import InternalError
    from importer.pipeline import import_files

    counts: Counter[str] = Counter()
    n_bugs = 0
    batch_id = None if store is None or is_dry else store.start_batch(command="import", now=datetime.now(UTC))
    results = import_files(files, store, options=options, preparer=preparer, batch_id=batch_id, is_dry=is_dry)
    try:
        for result in _progress(results, n=len(files), is_shown=len(files) > 1 and not is_json):
            counts[str(result.outcome)] += 1
            n_bugs += result.error is not None and result.error.code == InternalError.code
            _print(result, is_json=is_json, is_dry=is_dry)
            if fail_fast and result.outcome == "failed":
                break
    finally:
        if store is not None and batch_id is not None:
            store.finish_batch(batch_id, counts=counts, now=datetime.now(UTC))
    return counts, n_bugs


def _print(result: ImportResult, *, is_json: bool, is_dry: bool) -> None:
    if is_json:
        from importer.reports.as_json import result_json

        # one write for each line, flushed: a reader at the other end of a pipe sees every file when it is stored
        click.echo(json.dumps(result_json(result, is_dry=is_dry), allow_nan=False))
        return
    from importer.reports.lines import result_lines
    from importer.reports.words import plain

    for line in result_lines(result):
        say(plain(line))


def _progress(results: Iterator[ImportResult], *, n: int, is_shown: bool) -> Iterator[ImportResult]:
    """Show a bar on a terminal: on stderr, so that stdout stays clean."""
    if not (is_shown and sys.stderr.isatty()):
        yield from results
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("import", total=n)
        for result in results:
            yield result
            bar.advance(task)


def _summary(counts: Counter[str], *, is_dry: bool) -> None:
    if not counts:
        click.echo("no activity files found: looked for .fit, .gpx, .tcx, .gz of them, and .zip", err=True)
        return
    words = ", ".join(f"{n} {outcome}" for outcome, n in counts.most_common())
    click.echo(f"{sum(counts.values())} files: {words}{' (nothing was written)' if is_dry else ''}")


def _store(url: str | None, *, is_dry: bool) -> AbstractContextManager[Store | None]:
    """Open the database; a dry run neither creates one nor needs one."""
    from importer.store import open_store
    from importer.store.place import exists

    if is_dry and not exists(url):
        return nullcontext(None)
    return open_store(url, read_only=is_dry, wait_s=wait_s())


def _lap_rule(text: str | None):  # type: ignore[no-untyped-def]  # noqa: ANN202 - LapRule is loaded only where a rule is given
    if text is None:
        return None
    from importer.detect.laprule import parse_lap_rule

    return parse_lap_rule(text)


def _advice(path: Path) -> str:
    """Say what to do about a path that is not there: a mistyped command is the likeliest reason for a single word."""
    from importer.cli.main import COMMANDS

    if path.suffix or os.sep in str(path):
        return "check the path"
    from difflib import get_close_matches

    near = get_close_matches(str(path), COMMANDS, n=1)
    return f"did you mean `retro-import {near[0]}`?" if near else "check the path, or see `retro-import --help` for the commands"
