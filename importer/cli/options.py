"""Options that several commands share, and where the database is.

Order: ``--db``, the environment's RETRO_IMPORT_DB, `db` in the configuration file, a SQLite file in the platform's data folder.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from importer.errors import UsageError

#: What the configuration file may say (docs/cli.md).
CONFIGURED: Final = ("db", "athlete")


def db_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--db``."""
    return click.option(
        "--db",
        "db_url",
        metavar="URL",
        help="Database as an SQLAlchemy URL, e.g. sqlite:///runs.db or postgresql+psycopg://host/runs."
        " Default: RETRO_IMPORT_DB, the configuration file, or a SQLite file in your data folder (`retro-import db path`).",
    )(function)


def database_url(given: str | None) -> str | None:
    """Resolve the database: None means the embedded default."""
    if given is not None and not given.strip():
        raise UsageError("--db: is empty: name a database, e.g. sqlite:///runs.db, or leave the option out")
    return given or os.environ.get("RETRO_IMPORT_DB") or configured("db")


def wait_s() -> float:
    """How long to wait for a locked database, seconds: RETRO_IMPORT_WAIT_S, else 30."""
    text = os.environ.get("RETRO_IMPORT_WAIT_S", "30")
    try:
        seconds = float(text)
    except ValueError as error:
        raise UsageError(f"RETRO_IMPORT_WAIT_S: {text!r} is no number (expected seconds): correct it") from error
    if not 0 <= seconds <= 3600:
        raise UsageError(f"RETRO_IMPORT_WAIT_S: {text} is out of range (expected 0 to 3600 seconds): correct it")
    return seconds


def configured(key: str) -> str | None:
    """Give a text of the configuration file, None where it does not say.

    Raises
    ------
    UsageError
        The file is no TOML, the value no text, or a key is in it that means nothing: a slip of the pen must not go unnoticed.
    """
    assert key in CONFIGURED
    path = configuration_path()
    if path is None:
        return None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: no valid TOML ({error}): correct it or move it away") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}): correct RETRO_IMPORT_CONFIG or the file") from error
    for name in content:
        if name not in CONFIGURED:
            known = ", ".join(CONFIGURED)
            raise UsageError(f"{path}: there is no setting {name!r} (known: {known}): correct it or take it out")
    value = content.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{path}: {key} is a {type(value).__name__} (expected a text in quotes): correct it")
    return value


def configuration_path() -> Path | None:
    """Give the configuration file: the one that RETRO_IMPORT_CONFIG names, or the user's own where there is one."""
    named = os.environ.get("RETRO_IMPORT_CONFIG")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    path = user_config_path("retro-import", appauthor=False) / "config.toml"
    return path if path.exists() else None
