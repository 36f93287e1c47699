"""``retro-import retry``: try the files again that could not be stored."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from importer.cli.options import configured, database_url, db_option, wait_s
from importer.cli.output import fitted

if TYPE_CHECKING:
    from importer.pipeline import ImportResult, Options
    from importer.store import Store


@click.command()
@click.argument("path", required=False, type=click.Path(readable=False, path_type=str))
@db_option
@click.option("--athlete", metavar="NAME", help="Whose sessions these are. Default: `athlete` in the configuration file, or me.")
@click.option("--json", "is_json", is_flag=True, help="One JSON object for each file, a line each, as an import prints it.")
def retry(*, path: str | None, db_url: str | None, athlete: str | None, is_json: bool) -> int:
    """Try failed and waiting files again, now: all of them, or the file or folder PATH.

    A watcher tries damaged files again by itself only when they or the program change. Files that are gone are forgotten.
    """
    from importer.pipeline import Options
    from importer.store import open_store

    options = Options(athlete=athlete or configured("athlete") or "me", by_device=athlete is None)
    with open_store(database_url(db_url), create=False, wait_s=wait_s()) as store:
        files = _files(store, path)
        counts, n_bugs = Counter[str](), 0
        if files:
            for result in _results(store, files, options=options, counts=counts):
                n_bugs += result.error is not None and result.error.code == "internal-error"
                _print(result, is_json=is_json)
    if not is_json:
        words = ", ".join(f"{n} {outcome}" for outcome, n in counts.most_common())
        click.echo(f"{counts.total()} tried again: {words}" if files else "nothing to try again")
    return 1 if n_bugs else 3 if counts["failed"] else 0


def _files(store: Store, path: str | None) -> list[Path]:
    """Give the files that were not stored and are still there; forget those whose folder is there without them."""
    files: dict[str, Path] = {}
    for name in [None] if path is None else dict.fromkeys((path, os.path.abspath(path))):  # noqa: PTH100 - `resolve` would follow links
        waiting, failed = store.troubles(below=name)
        for one in waiting:
            if _is_gone(one.path):
                store.forget_paths([one.path])
            else:
                files[one.path] = Path(one.path)
        for failure in failed:
            outer = failure.path.partition("!")[0]
            home = failure.path if os.path.lexists(failure.path) else outer  # a name may have a ! of its own
            if _is_gone(home):
                store.forget_failure(failure)
                store.forget_paths([home])
            else:
                files[home] = Path(home)
    return list(files.values())


def _is_gone(path: str) -> bool:
    """Tell a file that was removed from one whose disk or share is away."""
    return not os.path.lexists(path) and Path(path).parent.is_dir()


def _results(store: Store, files: list[Path], *, options: Options, counts: Counter[str]) -> list[ImportResult]:
    from importer.pipeline import import_files
    from importer.sandbox import Workers

    results = []
    batch_id = store.start_batch(command="retry", now=datetime.now(UTC))
    with Workers(1) as workers:
        for result in import_files(files, store, options=options, preparer=workers, batch_id=batch_id):
            counts[str(result.outcome)] += 1
            results.append(result)
    store.finish_batch(batch_id, counts=counts, now=datetime.now(UTC))
    # what a watcher remembers of these is out of date; what failed again it leaves alone, as before
    store.forget_paths({result.source.path for result in results if result.outcome != "failed"})
    return results


def _print(result: ImportResult, *, is_json: bool) -> None:
    if is_json:
        from importer.reports.as_json import result_json

        click.echo(json.dumps(result_json(result), allow_nan=False))
        return
    from importer.reports.lines import result_lines
    from importer.reports.words import plain

    for line in result_lines(result):
        click.echo(fitted(plain(line)))
