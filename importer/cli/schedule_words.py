"""The words that a service is told, made from those that the user said."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import NamedTuple, TypedDict, Unpack

from importer.cli.options import configuration_path, database_url
from importer.cli.watch_words import archive_folder, hook_words, watched_folders
from importer.errors import UsageError
from importer.store.place import SECRETS, default_url, file_of, parse, shown
from importer.watch.schedule import Schedule


class _Database(NamedTuple):
    words: tuple[str, ...]
    environment: dict[str, str]
    writable: tuple[str, ...]
    is_networked: bool
    #: where a server on this machine may have its socket
    seen: tuple[str, ...] = ()


class Asked(TypedDict):
    """What the user said about the watcher."""

    folders: tuple[str, ...]
    db_url: str | None
    every_s: float | None
    settle_s: float | None
    archive: str | None
    on_import: str | None
    is_notifying: bool
    athlete: str | None
    writable: tuple[str, ...]


def planned_schedule(*, name: str, every_min: int | None, **asked: Unpack[Asked]) -> Schedule:
    """Make the schedule of what was asked for."""
    if every_min is not None and asked["every_s"] is not None:
        raise UsageError("--every: a timer looks once each time: leave --every or --timer out")
    # what `watch` would refuse is refused now
    roots, on_import = watched_folders(asked["folders"]), asked["on_import"]
    archive, hook = archive_folder(asked["archive"], roots), hook_words(on_import)
    database = _database(asked["db_url"])
    words = ["watch", *(["--once"] if every_min is not None else []), *database.words]
    for option, value in (("--every", asked["every_s"]), ("--settle", asked["settle_s"])):
        words += [] if value is None else [f"{option}={value:g}"]
    for option, text in (
        ("--archive", archive),
        ("--on-import", _hook(on_import, hook)),
        ("--athlete", asked["athlete"]),
    ):
        words += [] if text is None else [f"{option}={text}"]
    words += ["--notify"] if asked["is_notifying"] else []
    # to move a file away is to write to where it was
    moved = () if archive is None else (archive, *roots)
    writable = (*database.writable, *moved, *(str(Path(one).absolute()) for one in asked["writable"]))
    program = _program()
    return Schedule(
        name=name,
        program=program,
        words=(*words, "--", *roots),
        every_min=every_min,
        writable=tuple(dict.fromkeys(writable)),
        seen=(program[0], *roots, *database.environment.values(), *database.seen),
        environment=database.environment,
        is_networked=database.is_networked or on_import is not None,
    )


def _database(given: str | None) -> _Database:
    """Say how the service finds its database.

    Raises
    ------
    UsageError : it would need a password in a file that is no place for it.
    """
    named = given or os.environ.get("RETRO_IMPORT_DB")
    used = parse(database_url(given) or default_url())
    path = file_of(used)
    writable = () if path is None else (str(path.parent),)
    seen = ("/tmp",) if path is None and not used.host else ()  # noqa: S108 - libpq's own default
    environment: dict[str, str] = {}
    configuration = configuration_path()
    if configuration is not None:
        environment["RETRO_IMPORT_CONFIG"] = str(configuration.absolute())
    if not named and database_url(None) is not None:  # the service reads the configuration itself
        return _Database((), environment, writable, path is None, seen)
    if used.password is not None or any(key in used.query for key in SECRETS):
        raise UsageError(
            f'{shown(used)}: a schedule does not write passwords into its files: say db = "..." in the configuration file'
            " (for your eyes only: chmod 600), or keep the password in ~/.pgpass"
        )
    if path is None and used.get_backend_name() == "sqlite":
        raise UsageError("--db: a database in memory ends with each run: name a file")
    if path is not None:
        if named and not path.parent.is_dir():
            raise UsageError(f"{path}: the folder {path.parent} does not exist: create it or choose another place with --db")
        return _Database((f"--db={path}",), environment, writable, is_networked=False)
    return _Database((f"--db={used.render_as_string(hide_password=False)}",), environment, (), is_networked=True, seen=seen)


def _hook(command: str | None, words: tuple[str, ...]) -> str | None:
    """Give the command of ``--on-import`` with the whole path of its program: a service starts elsewhere, with another PATH."""
    if not words:
        return None
    found = shutil.which(words[0])
    if found is None:
        raise UsageError(f"--on-import: there is no program {words[0]}: name one with its whole path")
    return shlex.join((str(Path(found).absolute()), *words[1:])) if os.name == "posix" else command


def _program() -> tuple[str, ...]:
    """Give the words that start this program wherever it is called from, without a window on Windows."""
    python = Path(sys.executable)
    if os.name == "nt":
        windowless = python.with_name("pythonw.exe")
        return (str(windowless if windowless.exists() else python), "-P", "-m", "importer")
    script = python.with_name("retro-import")
    # -P: a folder `importer` where the service starts must not be taken for ours
    return (str(script),) if script.exists() else (str(python), "-P", "-m", "importer")
