"""``retro-import schedule``: have the machine itself start the watcher.

Conventions: what a service is told is absolute and complete, as it starts elsewhere with another environment. A password never goes
into a file of a service manager.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from importer.cli.options import database_url, db_option

if TYPE_CHECKING:
    from importer.cli.schedule_words import Asked
    from importer.watch.schedule import Kind
    from importer.watch.schedule_apply import Part, Plan

_KINDS = ("systemd", "launchd", "task-scheduler", "cron")
_name_option = click.option("--name", default="retro-import", show_default=True, help="Name of the schedule; another name is another one.")


@click.group()
def schedule() -> None:
    """Have this machine watch folders by itself: systemd, launchd, the Task Scheduler or cron."""


@schedule.command()
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(readable=False, path_type=str))
@db_option
@click.option("--every", "every_s", type=click.FloatRange(0.1, 86_400), metavar="SECONDS", help="As for `watch`. Default: 10.")
@click.option("--settle", "settle_s", type=click.FloatRange(0, 3600), metavar="SECONDS", help="As for `watch`. Default: 5.")
@click.option("--archive", metavar="DIR", type=click.Path(path_type=str), help="As for `watch`: move files there once they are stored.")
@click.option("--on-import", metavar="COMMAND", help="As for `watch`: run this for every stored file, without a shell.")
@click.option("--notify", "is_notifying", is_flag=True, help="As for `watch`: show on the desktop what was imported, or failed.")
@click.option("--athlete", metavar="NAME", help="Whose sessions these are.")
@click.option("--timer", "every_min", type=click.IntRange(1, 1440), metavar="MINUTES", help="Look every so many minutes, then end.")
@click.option("--writable", multiple=True, metavar="DIR", help="A folder that --on-import writes to; may be repeated (systemd).")
@_name_option
@click.option("--with", "kind", type=click.Choice(_KINDS), help="Which service manager. Default: that of this machine.")
@click.option("--dry-run", is_flag=True, help="Show the files and commands, change nothing.")
def install(*, name: str, kind: str | None, dry_run: bool, every_min: int | None, **asked: Unpack[Asked]) -> None:
    """Watch folders from now on and after each login; in the place of an earlier schedule of that name.

    Nothing is overwritten that this program did not write.
    """
    from importer.cli.schedule_words import planned_schedule
    from importer.watch.schedule import Kind
    from importer.watch.schedule_apply import install as apply
    from importer.watch.schedule_apply import is_box_possible, plan, usual_kind

    chosen = Kind(kind) if kind else usual_kind()
    if chosen == Kind.CRON and every_min is None:
        from importer.watch.schedule_cron import DEFAULT_MIN

        every_min = DEFAULT_MIN
    wanted = planned_schedule(name=name, every_min=every_min, **asked)
    is_boxed = chosen != Kind.SYSTEMD or is_box_possible()
    new = plan(wanted, chosen, is_boxed=is_boxed)
    if not is_boxed:
        click.echo("systemd cannot give a user's service its own view of the files here: the unit goes without", err=True)
    if dry_run:
        click.echo(_shown(new))
        return
    _make_folders(db_url=asked["db_url"], archive=asked["archive"])
    apply(new)
    for place, _ in new.files:
        click.echo(f"written: {place}")
    _hint(chosen, every_min)


@schedule.command()
@_name_option
@click.option("--dry-run", is_flag=True, help="Say what would be removed.")
def remove(*, name: str, dry_run: bool) -> None:
    """Stop a schedule and remove its files. Nothing that was imported is touched."""
    from importer.watch.schedule import check_name
    from importer.watch.schedule_apply import refuse_foreign
    from importer.watch.schedule_apply import remove as take_away

    check_name(name)
    found = _installed(name)
    for _, parts in found:
        refuse_foreign(parts)
    for kind, parts in found:
        complaints = () if dry_run else take_away(kind, name)
        for part in parts:
            click.echo(f"{'would be removed' if dry_run else 'removed'}: {part.place}")
        for complaint in complaints:
            click.echo(f"retro-import: {complaint}", err=True)
    if not found:
        click.echo(f"{name}: nothing is installed")


@schedule.command()
@_name_option
@click.option("--json", "is_json", is_flag=True, help="One JSON object.")
def show(*, name: str, is_json: bool) -> None:
    """Say what is installed, and whether it runs. What the watcher does is told by `retro-import status`."""
    from importer.watch.schedule import check_name
    from importer.watch.schedule_apply import is_running

    check_name(name)
    rows = [(kind, part, is_running(kind, name)) for kind, parts in _installed(name) for part in parts]
    if is_json:
        files = [{"with": kind, "place": part.place, "standing": part.standing, "is_running": runs} for kind, part, runs in rows]
        click.echo(json.dumps({"name": name, "files": files}))
        return
    words = {True: "runs", False: "does not run", None: "run by cron"}
    standings = {"ours": "", "edited": ", edited by hand", "foreign": ", not written by this program"}
    for kind, part, runs in rows:
        click.echo(f"{part.place} ({kind}): {words[runs]}{standings[part.standing]}")
    if not rows:
        click.echo(f"{name}: nothing is installed")


def _installed(name: str) -> list[tuple[Kind, tuple[Part, ...]]]:
    from importer.watch.schedule import Kind, ScheduleError
    from importer.watch.schedule_apply import parts

    installed = []
    for kind in Kind:
        try:
            found = parts(kind, name)
        except ScheduleError as error:
            if kind != Kind.CRON:
                raise
            click.echo(f"retro-import: {error}", err=True)  # who may not use cron has nothing there
            continue
        if found:
            installed.append((kind, found))
    return installed


def _shown(new: Plan) -> str:
    import shlex

    texts = [f"# {place}\n{file.text}" for place, file in new.files]
    return "\n".join([*texts, *(f"$ {shlex.join(command)}" for command in new.commands)])


def _make_folders(*, db_url: str | None, archive: str | None) -> None:
    """Make what a service in its box could not make: the folders of the archive and of the user's own database."""
    folders = [] if archive is None else [Path(archive)]
    if database_url(db_url) is None:
        from importer.store.place import default_url, file_of, parse

        path = file_of(parse(default_url()))
        assert path is not None
        folders.append(path.parent)
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)


def _hint(kind: Kind, every_min: int | None) -> None:
    if kind == "systemd":
        linger = Path("/var/lib/systemd/linger", os.environ.get("USER", "?"))
        if sys.platform == "linux" and not linger.exists():
            click.echo("it runs while you are logged in; `loginctl enable-linger` lets it run always")
    when = "runs now" if every_min is None else f"looks every {every_min} minutes"
    click.echo(f"the watcher {when}: `retro-import status` says what it does")
