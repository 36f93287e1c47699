"""The door to the package `schema`: it may be hidden by PyPI's library of the same name.

Nothing else in the store imports `schema`.
"""

from __future__ import annotations

from importer.errors import StoreError

try:
    from schema import tables
except ImportError as error:
    # The import fails for other reasons too (SQLAlchemy missing): only a foreign `schema` gets our sentence.
    import importlib.util

    found = importlib.util.find_spec("schema")
    if found is None or found.origin is None:
        raise
    raise StoreError(
        f"another package named 'schema' hides ours ({found.origin})",
        remedy="install retro-import into an environment of its own (pipx or uv tool install)",
    ) from error

__all__ = ["tables"]
