"""``retro-import import``: files and folders in, one line or one JSON object for each.

Conventions: Ctrl-C ends after the file in work, so that nothing is left half said; a second one ends at once. Where nobody reads the
output any more (`| head`), the import goes on in silence.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import click

from importer.cli.options import configured, database_url, db_option, wait_s
from importer.cli.output import fitted, is_terminal, silence_stdout

if TYPE_CHECKING:
    from importer.detect.laprule import LapRule
    from importer.pipeline import ImportResult, Options, Preparer
    from importer.store import Store

#: a worker costs as much time to start as this many files take it to read (measured: 0.3 s against 9 ms), twice over
FILES_PER_WORKER: Final = 64
#: exit status after Ctrl-C, as shells have it
STOPPED: Final = 130


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(readable=False, path_type=str))
@db_option
@click.option(
    "--athlete",
    metavar="NAME",
    help="Whose sessions these are. Default: whose the device is (`athlete rule`), `athlete` in the configuration file, or me.",
)
@click.option("--laps", "lap_rule", metavar="RULE", help='Which laps you ran backward: "2,4,6", "2-6", "5-", even, odd, alternate or all.')
@click.option("--update", is_flag=True, help="Let a better source of a stored run take the place of the poorer one.")
@click.option("--again", is_flag=True, help="Also import what you deleted.")
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
    paths: tuple[str, ...],
    db_url: str | None,
    athlete: str | None,
    lap_rule: str | None,
    update: bool,
    again: bool,
    strict: bool,
    dry_run: bool,
    is_json: bool,
    workers: int | None,
    fail_fast: bool,
) -> int:
    """Import activity files and folders of them.

    A folder is walked for .fit, .gpx and .tcx files, also .gz of them, and .zip. The same bytes are imported once only.
    """
    from importer.payloads import walk
    from importer.pipeline import Options

    missing = [path for path in paths if _is_missing(path)]
    for path in missing:
        click.echo(f"retro-import: {path or '(an empty name)'}: does not exist: {_advice(path)}", err=True)
    options = Options(
        athlete=athlete or configured("athlete") or "me",
        lap_rule=_lap_rule(lap_rule),
        strict=strict,
        again=again,
        by_device=athlete is None,
        update=update,
    )
    files = list(walk([path for path in paths if path not in missing]))
    if missing and not files:
        return 4
    with _preparer(files, workers) as preparer, _store(database_url(db_url), is_dry=dry_run) as store:
        run = _Run(store, preparer, options=options, is_json=is_json, fail_fast=fail_fast, is_dry=dry_run)
        run.all(files)
        run.tell_later()
    if not is_json and (len(files) != 1 or run.counts.total() > 1 or run.is_stopped):
        run.sum_up()
    return STOPPED if run.is_stopped else 1 if run.n_bugs else 4 if missing else 3 if run.counts["failed"] else 0


class _Run:
    """One run over some files: what is printed, counted, and when it ends."""

    def __init__(self, store: Store | None, preparer: Preparer, *, options: Options, is_json: bool, fail_fast: bool, is_dry: bool) -> None:
        self._store = store
        self._preparer = preparer
        self._options = options
        self._is_json = is_json
        self._fail_fast = fail_fast
        self._is_dry = is_dry
        self.counts: Counter[str] = Counter()
        self._batch_id: int | None = None
        self._stored: list[int] = []
        self._relabelled: list[int] = []
        self.n_bugs = 0
        self.is_stopped = False

    def all(self, files: list[Path]) -> None:
        """Import and print every file."""
        from importer.errors import InternalError
        from importer.pipeline import import_files

        store, now = self._store, datetime.now
        batch_id = self._batch_id = None if store is None or self._is_dry else store.start_batch(command="import", now=now(UTC))
        results = import_files(files, store, options=self._options, preparer=self._preparer, batch_id=batch_id, is_dry=self._is_dry)
        with self._stops_gently(), _progress(n=len(files), is_shown=len(files) > 1 and not self._is_json) as bar:
            for result in results:
                self.counts[str(result.outcome)] += 1
                if batch_id is not None and result.outcome in ("imported", "linked"):
                    self._stored.extend(session.id for session in result.sessions)
                if batch_id is not None:
                    self._relabelled.extend(result.relabelled)
                self.n_bugs += result.error is not None and result.error.code == InternalError.code
                for line in self._lines(result):
                    bar.print(line)
                bar.advance()
                if self.is_stopped or (self._fail_fast and result.outcome == "failed"):
                    break
        # not in a `finally`: after an error the database may be away, and the batch then tells that it never ended
        if store is not None and batch_id is not None:
            store.finish_batch(batch_id, counts=self.counts, now=now(UTC))

    def tell_later(self) -> None:
        """Say on stderr where what was stored teaches something about other sessions."""
        teachers = [*self._stored, *self._relabelled]
        if self._store is None or not teachers or self._is_json or self.is_stopped:
            return
        from importer.cli.later import tell_stale

        # one session teaches only later ones; counting all that is stale reads what every session teaches
        if len(teachers) > 1 or self._store.has_later(teachers[0]):
            tell_stale(self._store)

    def sum_up(self) -> None:
        """Print what it came to."""
        if not self.counts and not self.is_stopped:
            click.echo("no activity files found: looked for .fit, .gpx, .tcx, .gz of them, and .zip", err=True)
            return
        words = ", ".join(f"{n} {outcome}" for outcome, n in self.counts.most_common())
        n = self.counts.total()
        tail = " (nothing was written)" if self._is_dry else f" (batch {self._batch_id})" if self._stored else ""
        tail += "; stopped: the next run goes on from here" if self.is_stopped else ""
        click.echo(f"{n} {'file' if n == 1 else 'files'}: {words}{tail}")

    def _lines(self, result: ImportResult) -> Iterator[str]:
        if self._is_json:
            from importer.reports.as_json import result_json

            yield json.dumps(result_json(result, is_dry=self._is_dry), allow_nan=False)
            return
        from importer.reports.lines import result_lines
        from importer.reports.words import plain

        for line in result_lines(result):
            yield fitted(plain(line))
        if self._options.update:
            from importer.reports.replacement import replacement_lines

            yield from map(fitted, replacement_lines(result))

    @contextmanager
    def _stops_gently(self) -> Iterator[None]:
        """Let Ctrl-C end the run after the file in work: in the middle of a transaction it would leave the database locked for a while."""

        def stop(_number: int, _frame: FrameType | None) -> None:
            self.is_stopped = True
            signal.signal(signal.SIGINT, before)

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


class _Bar:
    """Prints results, above a progress bar where there is one."""

    def __init__(self, bar: Any = None, task: Any = None) -> None:  # noqa: ANN401 - rich is loaded for a terminal only
        self._bar = bar
        self._task = task
        self._is_read = True

    def print(self, line: str) -> None:
        if not self._is_read:
            return
        try:
            if self._bar is not None and is_terminal():
                self._bar.console.out(line, highlight=False)
            else:
                # one write for each line, flushed: a reader at the other end of a pipe sees every file when it is stored
                click.echo(line)
        except BrokenPipeError:
            silence_stdout()
            self._is_read = False

    def advance(self) -> None:
        if self._bar is not None:
            self._bar.advance(self._task)


@contextmanager
def _progress(*, n: int, is_shown: bool) -> Iterator[_Bar]:
    """Show a bar on a terminal: on stderr, but with the results above it where both are the same terminal."""
    if not (is_shown and sys.stderr is not None and sys.stderr.isatty()):
        yield _Bar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=not is_terminal())
    with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console, transient=True) as bar:
        yield _Bar(bar, bar.add_task("import", total=n))


def _preparer(files: list[Path], workers: int | None) -> AbstractContextManager[Preparer]:
    """Read a single plain file in this process, all else in worker processes."""
    if workers is None and len(files) <= 1 and not (files and _is_archive(files[0])):
        from importer.pipeline import InProcess

        return nullcontext(InProcess())
    from importer.sandbox import Workers

    return Workers(workers or min(os.cpu_count() or 1, 1 + len(files) // FILES_PER_WORKER))


def _is_archive(path: Path) -> bool:
    """Tell a zip archive by its first bytes."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as stream:
            return stream.read(2) == b"PK"
    except OSError:
        return False


def _store(url: str | None, *, is_dry: bool) -> AbstractContextManager[Store | None]:
    """Open the database; a dry run neither creates one nor needs one."""
    from importer.store import open_store
    from importer.store.place import exists

    if is_dry and not exists(url):
        return nullcontext(None)
    return open_store(url, read_only=is_dry, wait_s=wait_s())


def _is_missing(path: str) -> bool:
    """Tell whether there is nothing of that name; what is there but closed to us is not missing."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return True
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG
    return not path


def _lap_rule(text: str | None) -> LapRule | None:
    if text is None:
        return None
    from importer.detect.laprule import parse_lap_rule

    return parse_lap_rule(text)


def _advice(path: str) -> str:
    """Say what to do about a path that is not there: a mistyped command is the likeliest reason for a single word."""
    from importer.cli.main import COMMANDS

    if "." in path or os.sep in path:
        return "check the path"
    from difflib import get_close_matches

    near = get_close_matches(path, COMMANDS, n=1)
    return f"did you mean `retro-import {near[0]}`?" if near else "check the path, or see `retro-import --help` for the commands"
