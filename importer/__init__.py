"""retro-import: find the backward running in FIT, GPX and TCX files, say how it is known, and keep it in a database.

The face of the library. Names are loaded when they are first used, so that ``import importer`` costs nothing.

>>> import importer
>>> activities = importer.read("sample_files/treadmill-belt-blocks.fit")
>>> session = importer.tag(activities[0])
>>> [segment.direction for segment in session.segments if segment.direction == "backward"][:1]
[<Direction.BACKWARD: 'backward'>]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# `open` is left out: ``from importer import *`` would hide the builtin
__all__ = ["Activity", "Diary", "ImportResult", "Segment", "Session", "__version__", "import_file", "read", "tag"]

if TYPE_CHECKING:
    from importer.detect.tagging import tag
    from importer.diary import Diary
    from importer.diary import open as open  # noqa: A004 - public, for type checkers, without standing in __all__
    from importer.face import import_file, read
    from importer.pipeline import ImportResult
    from importer.values.activity import Activity
    from importer.values.session import Segment, Session

_HOMES = {
    "Activity": "importer.values.activity",
    "Diary": "importer.diary",
    "ImportResult": "importer.pipeline",
    "Segment": "importer.values.session",
    "Session": "importer.values.session",
    "import_file": "importer.face",
    "open": "importer.diary",
    "read": "importer.face",
    "tag": "importer.detect.tagging",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the module protocol
    if name not in _HOMES:
        raise AttributeError(f"module 'importer' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "open"]
