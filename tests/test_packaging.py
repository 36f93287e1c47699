"""The built wheel: what is in it, and that it lives beside PyPI's library `schema` in either order of installation.

Built from a copy of the sources, so that no build folder is left in the checkout. Skipped without a package index.
"""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from importer import __version__

ROOT = Path(__file__).resolve().parent.parent
THEIRS = "schema==0.7.8"


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command, give its standard output; a failure shows both streams."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def theirs(tmp_path_factory) -> Path:
    """Give the wheel of PyPI's `schema`; skip where no package index can be reached."""
    folder = tmp_path_factory.mktemp("theirs")
    fetched = subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(folder), THEIRS],
        capture_output=True,
        text=True,
    )
    if fetched.returncode != 0:
        pytest.skip(f"no package index here: {fetched.stderr.strip().splitlines()[-1:]}")
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, theirs) -> Path:
    """Give our wheel; `theirs` is asked for first, so that a failure to build is ours and no lack of network."""
    source = tmp_path_factory.mktemp("source")
    for name in ("importer", "schema"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "dist", ".", cwd=source)
    return next((source / "dist").glob("retro_import-*.whl"))


@pytest.fixture(scope="module")
def contents(wheel) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_source_file_is_in_the_wheel(contents):
    sources = {path.relative_to(ROOT).as_posix() for folder in ("importer", "schema") for path in (ROOT / folder).rglob("*.py")}

    assert sources <= contents


def test_the_schema_has_no_init_file_to_fight_over(contents):
    assert not (ROOT / "schema" / "__init__.py").exists()
    assert "schema/__init__.py" not in contents
    assert "schema/tables.py" in contents


def test_data_files_are_in_the_wheel(contents):
    assert {"importer/py.typed", "schema/py.typed", "schema/views.sql", "schema/migrations/env.py"} <= contents
    assert any(name.startswith("schema/migrations/versions/") for name in contents)
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "schema").rglob("*.mako")} <= contents


def test_nothing_else_is_in_the_wheel(contents):
    assert {name.partition("/")[0] for name in contents} == {"importer", "schema", f"retro_import-{__version__}.dist-info"}
    assert not [name for name in contents if "__pycache__" in name or "test" in name.rpartition("/")[2]]


def test_the_metadata_name_the_command_and_the_licence(wheel, contents):
    info = f"retro_import-{__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        points = configparser.ConfigParser()
        points.read_string(archive.read(f"{info}/entry_points.txt").decode())
        metadata = archive.read(f"{info}/METADATA").decode()
    assert points["console_scripts"]["retro-import"] == "importer.cli.main:main"
    assert "License-Expression: Apache-2.0" in metadata
    assert f"{info}/licenses/LICENSE" in contents


@pytest.mark.parametrize("order", ["ours first", "theirs first"])
def test_the_wheel_lives_beside_the_other_schema(order, wheel, theirs, tmp_path):
    home = tmp_path / "environment"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(home), "platbase": str(home)}))
    # Dependencies come from the environment of the tests, behind the new one's own packages; .ci/run installs them afresh.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")

    for package in (wheel, theirs) if order == "ours first" else (theirs, wheel):
        run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", package, cwd=tmp_path)

    where = run(python, "-I", "-c", "from schema.tables import metadata; import schema.tables as t; print(t.__file__)", cwd=tmp_path)
    assert Path(where.strip()).resolve() == (site / "schema" / "tables.py").resolve()
    version = run(home / "bin" / "retro-import", "--version", cwd=tmp_path)
    assert version.strip() == f"retro-import {__version__}"
    run(python, "-I", "-c", "from schema import Schema; assert Schema(int).validate(3) == 3", cwd=tmp_path)
