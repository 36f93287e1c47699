"""docs/retro.ipynb runs from end to end, shows what it showed when it was written, and holds nothing of the machine it was run on.

``python -m tests.support.notebook`` writes its outputs anew where a change of the program changes them.
"""

from __future__ import annotations

import json
import re
import zlib

import pytest

from tests.support.notebook import NOTEBOOK, code_of, packed, read, run, written

NEEDS = ("pandas", "polars", "vl_convert")


@pytest.fixture(scope="module")
def fresh():
    for library in NEEDS:
        pytest.importorskip(library)
    return run(read(), folder=NOTEBOOK.parent)


def printed(notebook):
    return ["".join(out["text"]) for cell in notebook["cells"] for out in cell.get("outputs", ()) if out["output_type"] == "stream"]


def looks(notebook):
    """Give in which ways each cell's value is shown."""
    return [[sorted(out["data"]) for out in cell["outputs"] if "data" in out] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_every_cell_runs_and_prints_what_is_stored(fresh):
    assert printed(fresh) == printed(read())
    assert any("more suggested" in text for text in printed(fresh))


def test_tables_and_pictures_are_stored_as_they_are_shown(fresh):
    assert looks(fresh) == looks(read())
    assert sum("image/png" in kinds for cell in looks(fresh) for kinds in cell) == 2
    assert sum("text/html" in kinds for cell in looks(fresh) for kinds in cell) >= 4


def test_the_notebook_is_small_and_as_jupyter_saves_it():
    notebook = read()
    assert NOTEBOOK.stat().st_size < 100_000
    assert NOTEBOOK.read_text(encoding="utf-8") == written(notebook)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", one) for one in ids)
    counts = [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_the_notebook_names_no_folder_of_a_machine():
    notebook = read()
    for cell in notebook["cells"]:
        for out in cell.get("outputs", ()):
            out.get("data", {}).pop("image/png", None)  # letters at random
    found = re.findall(r"(?<![\w.])(?:/\w+){2,}|[A-Z]:\\|site-packages", json.dumps(notebook["cells"], ensure_ascii=False))
    assert found == []


def test_the_notebook_imports_what_it_says_it_needs():
    notebook = read()
    said = "".join("".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    used = set(
        re.findall(r"^(?:import|from) (\w+)", "\n".join(code_of(cell) for cell in notebook["cells"] if cell["cell_type"] == "code"), re.M)
    )
    assert used == {"importer", "json", "pathlib", "tempfile", *NEEDS}
    assert "`pip install retro-import pandas polars`" in said


def test_a_packed_picture_has_the_same_pixels():
    vl_convert = pytest.importorskip("vl_convert")
    rows = [{"a": a, "b": a % 3} for a in range(5)]
    png = vl_convert.vegalite_to_png(
        {"data": {"values": rows}, "mark": "bar", "encoding": {"x": {"field": "a"}, "y": {"field": "b"}}}, scale=0.5
    )
    small = packed(png)
    assert len(small) < len(png) / 2
    assert pixels(small) == pixels(png)
    assert packed(small) == small


def pixels(png):
    """Give the scan lines of a picture, after checking every part of it."""
    at, data = 8, b""
    while at < len(png):
        n = int.from_bytes(png[at : at + 4])
        kind, part, crc = png[at + 4 : at + 8], png[at + 8 : at + 8 + n], png[at + 8 + n : at + 12 + n]
        assert zlib.crc32(kind + part) == int.from_bytes(crc)
        data += part if kind == b"IDAT" else b""
        at += 12 + n
    return zlib.decompress(data)
