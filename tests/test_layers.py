"""The architecture in two tables: who may import whom, and the one door of every library.

Reading this file is the quickest way to learn how the house is built. Imports inside functions and for types count too:
what a module knows is what it names.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

#: unit -> the units it may import (and itself), from the ground up
LAYERS = {
    "errors": set(),
    "schema": set(),
    "values": {"errors"},
    "readers": {"errors", "values"},  # bytes -> activities
    "detect": {"errors", "values"},  # activities -> tagged sessions, pure
    "evaluate": {"errors", "values"},  # tags against the truth: scores
    "identity": {"errors", "values"},  # recordings -> which of them are one session, pure
    "store": {"errors", "values", "schema"},  # the only door to a database
    "beside": {"errors", "values", "readers", "detect"},  # what lies in the folder of a file and speaks of it
    "payloads": {"errors", "readers", "store", "beside"},  # which files there are, and the bytes of the activities in them
    "underway": {"values"},  # what files teach that are read and not stored yet
    "knowledge": {"errors", "values", "detect", "store", "underway"},  # what the database knows of a session, for detection
    "linking": {"errors", "values", "detect", "identity", "store"},  # several recordings of one session
    # stored sessions judged anew by labels files that came later
    "relabel": {"errors", "values", "readers", "detect", "store", "knowledge", "linking"},
    # the spine
    "pipeline": {"errors", "values", "readers", "detect", "store", "beside", "payloads", "underway", "knowledge", "linking", "relabel"},
    "retag": {"errors", "values", "detect", "store", "knowledge", "linking"},  # stored sessions judged anew
    "reports": {"errors", "values", "detect", "evaluate", "store", "linking", "pipeline", "retag"},  # what is kept or came out -> text
    "exports": {"errors", "values", "readers", "detect", "store", "linking", "reports"},  # what is stored -> files for other programs
    "face": {"errors", "values", "readers", "detect", "store", "beside", "payloads", "pipeline"},  # the library's own calls
    "diary": {"errors", "values", "store", "linking", "reports", "exports"},  # what is stored, for notebooks
    "worker": {"errors", "values", "detect", "payloads", "knowledge", "pipeline"},  # the spine's first half in a process of its own
    "sandbox": {"errors", "payloads", "knowledge", "pipeline", "worker"},
    "watch": {"errors", "store", "beside", "payloads", "pipeline", "sandbox"},  # a folder in, settled files out
    # the only place that prints
    "cli": {
        "errors",
        "values",
        "readers",
        "detect",
        "evaluate",
        "store",
        "linking",
        "payloads",
        "pipeline",
        "retag",
        "reports",
        "exports",
        "sandbox",
        "watch",
    },
    "__init__": {"values", "detect", "pipeline", "face", "diary"},
    "__main__": {"cli"},
}

#: library -> the only files or folders that may name it
DOORS = {
    "numpy": {
        "importer/values/",
        "importer/readers/",
        "importer/detect/",
        "importer/identity/",
        "importer/store/",
        "importer/reports/",
        "importer/exports/",
    },
    "fastcrc": {"importer/readers/fit/", "importer/exports/fit_writer.py"},
    "fitparse": {"importer/readers/fit/profile.py", "importer/readers/reference.py"},
    "gpxpy": {"importer/readers/reference.py"},
    "sqlalchemy": {"importer/store/", "schema/"},
    "alembic": {"importer/store/", "schema/"},
    "zstandard": {"importer/store/"},
    "platformdirs": {"importer/store/", "importer/cli/", "importer/reports/web/library.py"},
    "vl_convert": {"importer/reports/web/library.py"},
    "click": {"importer/cli/"},
    "rich": {"importer/cli/", "importer/reports/"},
    "pyarrow": {"importer/reports/parquet.py"},
}

#: units that only compute: no file, no clock, no log, no chance, no network, no process
PURE = ("values", "detect", "evaluate", "identity")
IMPURE = {
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
}


class Import(NamedTuple):
    """One import statement, wherever in the file it stands."""

    path: str
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} imports {self.module}"


def modules() -> list[Path]:
    return sorted(path for folder in ("importer", "schema") for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> list[Import]:
    """Give every module a file names, late imports and ``import_module("name")`` included; ``from a import b`` is a.b."""
    name = path.relative_to(ROOT).as_posix()
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [Import(name, node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [Import(name, node.lineno, f"{'.' * node.level}{node.module or ''}.{alias.name}") for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "import_module":
            found += [Import(name, node.lineno, str(arg.value)) for arg in node.args[:1] if isinstance(arg, ast.Constant)]
    return found


def unit_of_file(path: str) -> str:
    parts = Path(path).with_suffix("").parts
    return "schema" if parts[0] == "schema" else parts[1]


def unit_of_module(module: str) -> str | None:
    """Give the unit a module of ours belongs to, None for others and for the version number, which everybody may print."""
    first, _, rest = module.partition(".")
    if first == "schema":
        return "schema"
    if first != "importer" or rest == "__version__":
        return None
    return rest.partition(".")[0] or "__init__"


ALL = [one for path in modules() for one in imports(path)]


def test_there_is_something_to_check():
    assert len(modules()) > 30
    assert len(ALL) > 100


def test_every_unit_has_its_place_in_the_table():
    assert {unit_of_file(path.relative_to(ROOT).as_posix()) for path in modules()} <= set(LAYERS)


def test_the_table_has_no_circle():
    above: set[str] = set()
    for unit, below in LAYERS.items():
        if not unit.startswith("__"):
            assert below <= above, f"{unit} stands before what it imports"
            above.add(unit)


def test_a_unit_imports_only_what_stands_below_it():
    wrong = []
    for one in ALL:
        unit, target = unit_of_file(one.path), unit_of_module(one.module)
        if target is not None and target != unit and target not in LAYERS[unit]:
            wrong.append(str(one))
    assert wrong == []


def test_imports_are_absolute():
    assert [str(one) for one in ALL if one.module.startswith(".")] == []


def test_every_library_has_its_door_and_stays_behind_it():
    wrong = []
    for one in ALL:
        library = one.module.partition(".")[0]
        if library in sys.stdlib_module_names or library in ("importer", "schema"):
            continue
        if not any(one.path == door or (door.endswith("/") and one.path.startswith(door)) for door in DOORS.get(library, ())):
            wrong.append(str(one))
    assert wrong == []


def test_every_door_is_in_use():
    used = {one.module.partition(".")[0] for one in ALL}
    assert [library for library in DOORS if library not in used] == []


@pytest.mark.parametrize("unit", PURE)
def test_what_only_computes_touches_nothing_outside(unit):
    assert [str(one) for one in ALL if unit_of_file(one.path) == unit and one.module.partition(".")[0] in IMPURE] == []


def test_only_the_door_of_the_store_imports_the_schema():
    assert {one.path for one in ALL if unit_of_module(one.module) == "schema" and unit_of_file(one.path) != "schema"} == {
        "importer/store/schema_door.py"
    }
