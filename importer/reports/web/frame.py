"""The frame of a page: one file that opens from disk, loads nothing from anywhere, and runs no script but its own.

Conventions: a Content-Security-Policy forbids all but the scripts and styles of this file, named by their SHA-256; Vega evaluates its
expressions with its own interpreter (`ast`), so nothing is compiled from text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from importer.reports.web import palette
from importer.reports.web.markup import attribute, island, text

_STATIC: Final = files("importer.reports.web")
#: areas of what is only suggested are hatched
_HATCH: Final = f'<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false">{palette.hatch()}</svg>'


def frame(title: str, body: str, data: Mapping[str, Any], *, script: str | None) -> str:
    """Put a page together.

    Parameters
    ----------
    body : markup of everything between the tags of the body.
    data : what the scripts read: `figures`, `sessions`, `templates` and so on.
    script : the library that draws; None leaves out every script.
    """
    style = palette.css() + _static("page.css")
    scripts = [] if script is None else [script, _static("page.js"), _static("session.js"), _static("reading.js"), "window.retro.start();"]
    allowed = " ".join(_hash(one) for one in scripts) or "'none'"
    policy = f"default-src 'none'; script-src {allowed}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"
    kept = f'<script type="application/json" id="data">{island(data)}</script>' if scripts else ""
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{attribute(policy)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<meta name="generator" content="retro-import"><title>{text(title)}</title><style>{style}</style></head>\n'
        f"<body>{_HATCH}{body}\n{kept}\n{''.join(f'<script>{one}</script>' for one in scripts)}</body></html>\n"
    )


def _static(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
