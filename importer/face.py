"""The two calls of the library that touch files: read one, import one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from importer.errors import ReadError
from importer.payloads import read_payload
from importer.pipeline import ImportResult, InProcess, Options, import_files
from importer.values.activity import Activity


def read(path: str | os.PathLike[str], *, strict: bool = False) -> tuple[Activity, ...]:
    """Read a FIT, GPX or TCX file (or the ``.gz`` of one) into activities, without tagging or storing them.

    What lies beside the file and speaks of it (its labels file, the tables of an export) is read as an import reads it.

    Parameters
    ----------
    strict : refuse what is damaged instead of salvaging it.

    Raises
    ------
    ReadError
        The file cannot be read, is damaged beyond use, or holds no activity on foot.
    """
    from importer.beside import FolderShelf, add_beside, look_beside
    from importer.readers.companions import Companions
    from importer.readers.containers import unpack
    from importer.readers.registry import read_activities

    look = look_beside(Path(path), Companions(FolderShelf()))
    activities: list[Activity] = []
    for member in unpack(read_payload(Path(path)), look=look):
        if isinstance(member, ReadError):
            raise member
        found = read_activities(member.data, strict=strict)
        activities.extend(found if member.look is None else add_beside(found, member.look.beside(member.data)))
    return tuple(activities)


def import_file(path: str | os.PathLike[str], *, db: str | None = None, options: Options | None = None) -> tuple[ImportResult, ...]:
    """Import one file into a database: one result, or one for each member of an archive.

    Parameters
    ----------
    db : SQLAlchemy URL; the SQLite file in the user's data folder where None (the environment and the configuration file are the
        command line's).

    Raises
    ------
    StoreError
        The database cannot be used. What is wrong with the file is a result, never an error.
    """
    from importer.store import open_store

    options = options or Options()
    with open_store(db) as store:
        batch_id = store.start_batch(command="import_file", now=datetime.now(UTC))
        results: list[ImportResult] = []
        try:
            results.extend(import_files([Path(path)], store, options=options, preparer=InProcess(), batch_id=batch_id))
        finally:
            store.finish_batch(batch_id, counts=count(results), now=datetime.now(UTC))
    return tuple(results)


def count(results: Iterable[ImportResult]) -> dict[str, int]:
    """Count results by outcome."""
    counts: dict[str, int] = {}
    for result in results:
        counts[str(result.outcome)] = counts.get(str(result.outcome), 0) + 1
    return counts
