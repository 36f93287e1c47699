"""``retro-import watch``: folders in, one line for each file that was imported.

Conventions: stdout has what was imported, stderr what is wrong; with --json stdout has one event a line. Where nobody reads stdout any
more, the watcher goes on in silence.
"""

from __future__ import annotations

import gc
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from importer.cli.options import configured, database_url, db_option, wait_s
from importer.cli.output import silence_stdout
from importer.cli.watch_words import archive_folder, hook_words, watched_folders

if TYPE_CHECKING:
    from importer.pipeline import ImportResult
    from importer.watch.events import Event

#: how long a watcher waits for a locked database at most, s: a signal is answered after it, and the next turn tries again anyway
_LONGEST_WAIT_S: Final = 10.0


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(readable=False, path_type=str))
@db_option
@click.option("--once", is_flag=True, help="Look once, wait until what is new has settled, import it and end: for timers.")
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(0.1, 86_400),
    default=10.0,
    show_default=True,
    metavar="SECONDS",
    help="Seconds from scan to scan.",
)
@click.option(
    "--settle",
    "settle_s",
    type=click.FloatRange(0, 3600),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="Seconds that a file must not change before it is read; 30 suits network shares.",
)
@click.option("--archive", metavar="DIR", type=click.Path(path_type=str), help="Move files there once they are stored. Default: they stay.")
@click.option(
    "--on-import", metavar="COMMAND", help="Run this for every stored file, without a shell; RETRO_IMPORT_* variables tell about it."
)
@click.option("--notify", "is_notifying", is_flag=True, help="Show on the desktop what was imported, or failed.")
@click.option(
    "--athlete",
    metavar="NAME",
    help="Whose sessions these are. Default: whose the device is (`athlete rule`), `athlete` in the configuration file, or me.",
)
@click.option("--json", "is_json", is_flag=True, help="One JSON object for each event, a line each.")
def watch(
    *,
    folders: tuple[str, ...],
    db_url: str | None,
    once: bool,
    every_s: float,
    settle_s: float,
    archive: str | None,
    on_import: str | None,
    is_notifying: bool,
    athlete: str | None,
    is_json: bool,
) -> int:
    """Watch folders and import what appears in them, until a signal ends it.

    Originals are never moved, changed or deleted, unless --archive asks for it. Hidden and unfinished files (.part, .tmp, ~) are left
    alone; a file is read when it has not changed for a while.
    """
    from importer.pipeline import Options
    from importer.store import open_store
    from importer.watch.run import Watcher
    from importer.watch.settings import Settings
    from importer.watch.stopping import Stopping

    roots = watched_folders(folders)
    settings = Settings(
        roots=roots,
        every_s=every_s,
        settle_s=settle_s,
        options=Options(athlete=athlete or configured("athlete") or "me", by_device=athlete is None),
        archive=archive_folder(archive, roots),
        on_import=hook_words(on_import),
        is_notifying=is_notifying,
    )
    url, busy_s = database_url(db_url), min(wait_s(), _LONGEST_WAIT_S)
    gc.enable()  # it runs for months
    stopping = Stopping()
    watcher = Watcher(settings, lambda: open_store(url, wait_s=busy_s), stopping=stopping, tell=_Teller(is_json=is_json).tell)
    with stopping.listening():
        return watcher.once() if once else watcher.watch()


class _Teller:
    """Prints events."""

    def __init__(self, *, is_json: bool) -> None:
        self._is_json = is_json
        self._is_read = True

    def tell(self, event: Event) -> None:
        if self._is_json:
            self._print(json.dumps(_event_json(event), allow_nan=False))
        elif event.result is not None:
            for line in _lines(event.result):
                self._print(line)
        if event.text:
            click.echo(f"retro-import: {event.text}", err=True)

    def _print(self, line: str) -> None:
        if not self._is_read:
            return
        try:
            click.echo(line)
        except BrokenPipeError:
            silence_stdout()
            self._is_read = False


def _event_json(event: Event) -> dict[str, object]:
    out: dict[str, object] = {"event": event.kind, "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", **event.facts}
    if event.result is not None:
        from importer.reports.as_json import result_json

        out |= result_json(event.result)
    return out


def _lines(result: ImportResult) -> list[str]:
    """Give the lines of a file; one that is known already is no news."""
    if result.outcome == "known" and not result.relabelled:
        return []
    from importer.reports.lines import result_lines
    from importer.reports.words import plain

    return [plain(line) for line in result_lines(result)]
