"""The only door to a database.

`Store` and `open_store` are resolved on first use: SQLAlchemy costs 250 ms to import (measured),
and ``retro-import --version`` has no need of it. The records are cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from importer.store.records import FailureRecord, SavedSource, SegmentRecord, SessionRecord, SourceInfo, StoredSource

if TYPE_CHECKING:
    from importer.store.place import default_url
    from importer.store.store import Store, open_store

__all__ = [
    "FailureRecord",
    "SavedSource",
    "SegmentRecord",
    "SessionRecord",
    "SourceInfo",
    "Store",
    "StoredSource",
    "default_url",
    "open_store",
]


def __getattr__(name: str) -> object:
    if name in ("Store", "open_store"):
        from importer.store import store

        return getattr(store, name)
    if name == "default_url":
        from importer.store.place import default_url

        return default_url
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
