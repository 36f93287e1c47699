"""The zoo: every hostile or odd file ends as its row says, by itself and in a folder with all the others."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benchmarks.hostile import LIMIT_MB, LIMIT_S, measure
from importer.readers.containers import Member, unpack
from tests.support.program import objects, retro
from tests.zoo import containers, costly, fit_beside, fit_content, fit_protocol, gpx, gpx_letters, other, tcx
from tests.zoo.case import SKIPS, Case, Read, seen
from tests.zoo.whole_program import PLACES

THEMES: tuple[ModuleType, ...] = (fit_protocol, fit_content, fit_beside, gpx, gpx_letters, tcx, other, containers, costly)
#: rows that the program does not live up to yet, by theme and name: what it does instead
FAULTS: dict[tuple[str, str], str] = {}


def theme_of(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def faulty(theme: str, name: str) -> list[pytest.MarkDecorator]:
    """Mark a row of `FAULTS`; what costs too much is not run at all."""
    reason = FAULTS.get((theme, name))
    return [] if reason is None else [pytest.mark.xfail(reason=reason, run=theme != "costly")]


ROWS = [
    pytest.param(
        case,
        id=f"{theme_of(module)}-{case.name}",
        marks=faulty(theme_of(module), case.name),
    )
    for module in THEMES
    for case in module.CASES
]


#: folders that the zoo is spread over: nearly all of it begins at one moment, and recordings of one moment are compared
N_PARTS = 16


@pytest.mark.parametrize("case", ROWS)
def test_a_file_ends_as_its_row_says(case: Case):
    data = case.build()
    for strict in (False, True):
        expected = case.expected(strict=strict)
        assert seen(data, expected, strict=strict) == expected, f"{case.what}{' (strict)' if strict else ''}"


def test_the_zoo_is_large_and_every_row_has_a_name_and_a_line_of_its_own():
    names = [(theme_of(module), case.name) for module in THEMES for case in module.CASES]

    assert len(set(names)) == len(names) >= 200
    assert [name for name in FAULTS if name not in names] == []
    assert [case.name for module in THEMES for case in module.CASES if not case.what or "\n" in case.what] == []


@pytest.mark.parametrize("part", range(N_PARTS))
def test_a_folder_of_them_gives_one_outcome_each_and_the_sound_ones_are_stored(tmp_path, part):
    folder = tmp_path / "zoo"
    expected: dict[str, list[tuple[str, str | None, int]]] = {}
    stored: set[str] = set()
    # the program walks a folder by name, and the first of two equal payloads is the one that is imported
    for path, case in sorted(files(folder), key=lambda item: item[0].parts)[part::N_PARTS]:
        path.parent.mkdir(parents=True, exist_ok=True)
        data = case.build()
        path.write_bytes(data)
        for member, (name, outcome) in zip(unpack(data), case.expected(), strict=True):
            key = f"{path}!{name}" if name else str(path)
            if not isinstance(outcome, Read):
                kind, code, n = "skipped" if outcome in SKIPS else "failed", outcome, 0
            else:
                assert isinstance(member, Member)
                digest = hashlib.sha256(member.data).hexdigest()
                kind, code, n = "known" if digest in stored else "stored", None, outcome.sessions
                stored.add(digest)
            expected.setdefault(key, []).append((kind, code, n))

    done = retro("import", folder, "--json", "--db", tmp_path / "zoo.db")

    found: dict[str, list[tuple[str, str | None, int]]] = {}
    for row in objects(done):
        code = None if row["error"] is None else row["error"]["code"]
        # many of them are one run, told in many ways
        kind = "stored" if row["outcome"] in ("imported", "linked") else row["outcome"]
        found.setdefault(row["path"], []).append((kind, code, len(row["sessions"])))
    assert found == expected
    assert "Traceback" not in done.stderr
    assert done.returncode == 3
    again = retro("import", folder, "--json", "--db", tmp_path / "zoo.db")
    assert {row["outcome"] for row in objects(again)} <= {"known", "skipped", "failed"}


def files(folder: Path) -> list[tuple[Path, Case]]:
    """Give the path of every row in a folder of its theme, those of `FAULTS` left out."""
    return [
        (folder / theme_of(module) / f"{case.name}{module.SUFFIX}", case)
        for module in THEMES
        for case in module.CASES
        if (theme_of(module), case.name) not in FAULTS
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="its file systems have neither pipes nor such names")
def test_the_odd_inhabitants_of_a_folder_cost_nothing_but_themselves(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    for place in PLACES:
        place.make(folder / place.name)

    done = retro("import", folder, "--json", "--db", tmp_path / "a.db")

    found: dict[str, Any] = {
        row["path"].removeprefix(f"{folder}/"): (row["outcome"], None if row["error"] is None else row["error"]["code"])
        for row in objects(done)
    }
    assert found == {place.name: place.outcome for place in PLACES if place.outcome is not None}
    assert "Traceback" not in done.stderr
    assert done.returncode == 3


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case.name, marks=faulty("costly", case.name)) for case in costly.COSTLY],
)
def test_what_wants_to_cost_much_costs_little(case: Case, tmp_path):
    cost = measure(case, tmp_path)

    assert cost.peak_mb < LIMIT_MB, case.what
    # twice the limit, as other processes may be about
    assert cost.cpu_s < 2 * LIMIT_S, case.what
