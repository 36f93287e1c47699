"""Notebooks without Jupyter: run the code cells of one, and write what they show into it.

``python -m tests.support.notebook`` runs docs/retro.ipynb and stores its outputs anew, as a notebook of a browser would show them.

Conventions: cells run one after another in one namespace, in the folder of the notebook; the value of a cell's last expression is shown
as text, and as HTML or a picture where it knows how. Needs nothing but what the cells need.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
NOTEBOOK: Final = ROOT / "docs" / "retro.ipynb"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
#: how an object says what it looks like, as IPython asks it
_LOOKS: Final = {"text/html": "_repr_html_", "image/png": "_repr_png_"}


def read(path: Path = NOTEBOOK) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def written(notebook: dict[str, Any]) -> str:
    """Give the text of a notebook as Jupyter saves it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def code_of(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def run(notebook: dict[str, Any], *, folder: Path) -> dict[str, Any]:
    """Give the notebook with the outputs that its cells have now."""
    names: dict[str, Any] = {"__name__": "__main__"}
    cells, n_run = [], 0
    with contextlib.chdir(folder):
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                n_run += 1
                cell = {**cell, "execution_count": n_run, "outputs": _outputs(code_of(cell), names, number=n_run)}
            cells.append(cell)
    return {**notebook, "cells": cells}


def _outputs(code: str, names: dict[str, Any], *, number: int) -> list[dict[str, Any]]:
    """Run a cell; give what it printed and the value of its last expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    said = io.StringIO()
    value = None
    with contextlib.redirect_stdout(said):
        exec(compile(tree, f"<cell {number}>", "exec"), names)  # noqa: S102 - a notebook of our own
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), f"<cell {number}>", "eval"), names)  # noqa: S307 - as above
    outputs: list[dict[str, Any]] = []
    if said.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": said.getvalue().splitlines(keepends=True)})
    if value is not None:
        outputs.append({"data": _looks(value), "execution_count": number, "metadata": {}, "output_type": "execute_result"})
    return outputs


def _looks(value: Any) -> dict[str, Any]:
    looks: dict[str, Any] = {"text/plain": repr(value).splitlines(keepends=True)}
    for kind, method in _LOOKS.items():
        shown = getattr(value, method, lambda: None)()
        if isinstance(shown, bytes):
            looks[kind] = base64.b64encode(packed(shown)).decode() + "\n"
        elif shown is not None:
            looks[kind] = shown.splitlines(keepends=True)
    return looks


def packed(png: bytes) -> bytes:
    """Give the same picture in fewer bytes: what draws it packs in haste, five times as large."""
    parts, at = [], len(_PNG)
    while at < len(png):
        (n,) = struct.unpack_from(">I", png, at)
        parts.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + n]))
        at += n + 12
    pixels = zlib.compress(zlib.decompress(b"".join(data for kind, data in parts if kind == b"IDAT")), 9)
    first = next(i for i, (kind, _) in enumerate(parts) if kind == b"IDAT")
    kept = [(kind, pixels if i == first else data) for i, (kind, data) in enumerate(parts) if i == first or kind != b"IDAT"]
    return _PNG + b"".join(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in kept)


def main() -> None:
    notebook = run(read(), folder=NOTEBOOK.parent)
    NOTEBOOK.write_text(written(notebook), encoding="utf-8")
    print(f"{NOTEBOOK.relative_to(ROOT)}: {NOTEBOOK.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
