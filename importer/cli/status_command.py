"""``retro-import status``: whether the watchers live, what waits, what failed and why.

Exit status 7 where a watcher is stale or paused: a monitor needs nothing else.
"""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from importer.cli.options import database_url, db_option, wait_s
from importer.cli.output import say

if TYPE_CHECKING:
    from pathlib import Path

    from importer.store.records import FailureRecord
    from importer.store.watch_records import SeenPath, Troubles, WatchedFolder

#: a watcher is stale when its last full scan is older than this many intervals
_INTERVALS: Final = 3
#: and this much more, s: one file may take its time
_GRACE_S: Final = 5.0
_STALE: Final = 7
#: room on the disk of the database below which it is full, bytes: a long session needs less. Assumption
_FULL_BYTES: Final = 1 << 20
#: failed files that are shown one by one
_SHOWN: Final = 20


@click.command()
@db_option
@click.option("--json", "is_json", is_flag=True, help="One JSON object.")
@click.option("--forget", "forgotten", metavar="DIR", help="Forget that this folder was ever watched. Nothing else is removed.")
def status(*, db_url: str | None, is_json: bool, forgotten: str | None) -> int:
    """Say what the watchers do: what is waiting, what failed and why, when the last full scan ended.

    The exit status is 7 where a watcher is paused, as by a full disk, or stale: its last full scan is older than three intervals, or it
    was stopped. Folders that are watched by a timer (`watch --once`) are never stale.
    """
    from importer.store import open_store

    if forgotten is not None:
        return _forget(database_url(db_url), forgotten, is_json=is_json)
    with open_store(database_url(db_url), create=False, read_only=True, wait_s=wait_s()) as store:
        folders, troubles, free_bytes = store.watched_folders(), store.troubles(), _free_bytes(store.path)
    now = datetime.now(UTC)
    is_stale = any(folder.state == "paused" or _is_stale(folder, now) for folder in folders)
    if is_json:
        click.echo(json.dumps({**_status_json(folders, troubles, now=now), "free_bytes": free_bytes}, allow_nan=False))
    else:
        say("\n".join([*_room_lines(free_bytes), *_status_lines(folders, troubles, now=now)]))
    return _STALE if is_stale else 0


def _free_bytes(database: Path | None) -> int | None:
    """Give the room on the disk of the database; None where it is a server's."""
    return None if database is None else shutil.disk_usage(database.parent).free


def _room_lines(free_bytes: int | None) -> list[str]:
    """Say that the disk is full, which a watcher may have no room to say itself."""
    if free_bytes is None or free_bytes >= _FULL_BYTES:
        return []
    return [f"the disk of the database is full ({free_bytes // 1024:,} KiB left): free some space, and watchers go on by themselves"]


def _forget(url: str | None, folder: str, *, is_json: bool) -> int:
    from pathlib import Path

    from importer.store import open_store

    with open_store(url, create=False, wait_s=wait_s()) as store:
        is_done = any(store.forget_folder(name) for name in dict.fromkeys((folder, str(Path(folder).absolute()))))
    if is_json:
        click.echo(json.dumps({"root": folder, "is_forgotten": is_done}))
    else:
        click.echo(f"{folder}: {'forgotten' if is_done else 'was not watched'}")
    return 0


def _is_stale(folder: WatchedFolder, now: datetime) -> bool:
    if folder.every_s is None:
        return False
    if folder.scanned is None:  # never seen: it may never have been there
        return (now - folder.started).total_seconds() > _INTERVALS * folder.every_s + _GRACE_S
    return (now - folder.scanned).total_seconds() > _INTERVALS * folder.every_s + _GRACE_S


def _status_json(folders: tuple[WatchedFolder, ...], troubles: Troubles, *, now: datetime) -> dict[str, Any]:
    return {
        "is_stale": any(_is_stale(folder, now) for folder in folders),
        "folders": [_folder_json(folder, now) for folder in folders],
        "waiting": [_waiting_json(seen) for seen in troubles.waiting],
        "failed": [_failed_json(failure) for failure in troubles.failed],
    }


def _folder_json(folder: WatchedFolder, now: datetime) -> dict[str, Any]:
    return {
        "root": folder.root,
        "state": folder.state,
        "is_stale": _is_stale(folder, now),
        "message": folder.said,
        "every_s": folder.every_s,
        "settle_s": folder.settle_s,
        "started": _time(folder.started),
        "last_sign": _time(folder.beat),
        "last_full_scan": _time(folder.scanned),
        "n_files": folder.n_files,
        "n_waiting": folder.n_waiting,
    }


def _waiting_json(seen: SeenPath) -> dict[str, Any]:
    return {
        "path": seen.path,
        "code": seen.code,
        "message": seen.message,
        "attempts": seen.attempts,
        "first": _time(seen.first),
        "last": _time(seen.checked),
        "next_try": _time(seen.next_try),
    }


def _failed_json(failure: FailureRecord) -> dict[str, Any]:
    return {
        "path": failure.path,
        "sha256": failure.sha256,
        "code": failure.code,
        "message": failure.message,
        "attempts": failure.attempts,
        "first": _time(failure.first),
        "last": _time(failure.last),
    }


def _status_lines(folders: tuple[WatchedFolder, ...], troubles: Troubles, *, now: datetime) -> list[str]:
    lines = [_folder_line(folder, now) for folder in folders] or ["no folder is watched: start with `retro-import watch DIR`"]
    if troubles.waiting:
        lines.append(f"{_files(len(troubles.waiting))} waiting, tried again without being asked:")
        lines += [f"  {one.path}: {one.message} [{one.code}], next try {_time(one.next_try)}" for one in troubles.waiting[:_SHOWN]]
        lines += _more(len(troubles.waiting))
    if troubles.failed:
        lines.append(f"{_files(len(troubles.failed))} failed, tried again when they or the program change, or with `retro-import retry`:")
        lines += [f"  {one.path}: {one.message} [{one.code}], tried {one.attempts}x" for one in troubles.failed[:_SHOWN]]
        lines += _more(len(troubles.failed))
    return lines


def _folder_line(folder: WatchedFolder, now: datetime) -> str:
    ago = "never looked through" if folder.scanned is None else f"looked through {_ago((now - folder.scanned).total_seconds())} ago"
    words = [folder.state, ago, f"{folder.n_files:,} files", f"{folder.n_waiting:,} waiting"]
    stale = ["stale"] if _is_stale(folder, now) else []
    timed = ["by a timer"] if folder.every_s is None else []
    said = f": {folder.said}" if folder.said else ""
    return f"{folder.root}: {', '.join([*stale, *timed, *words])}{said}"


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def _files(n: int) -> str:
    return f"{n:,} {'file' if n == 1 else 'files'}"


def _more(n: int) -> list[str]:
    return [f"  and {n - _SHOWN:,} more: see --json"] if n > _SHOWN else []


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
