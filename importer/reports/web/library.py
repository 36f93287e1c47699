"""The plotting library, Vega-Lite, by way of vl-convert: its script for the page, pictures without a browser.

Conventions: the one place that knows the library. It has no wheel for every machine: without it a page holds tables and says so, and a
picture is an error that says what to do. Making the script takes 2 s (measured), so it is kept in the cache folder under the library's
version, behind its check sum; a cache that cannot be read or written only costs these seconds.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from importer.errors import UsageError
from importer.reports.web.palette import LIGHT, hatch

#: of the grammar that our figures are written in
VEGALITE: Final = "6.4"
SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
#: of what Vega-Lite is made of, where nothing but its arithmetic is wanted
VEGA_SCHEMA: Final = "https://vega.github.io/schema/vega/v6.json"
#: what the script gives to the page
_SNIPPET: Final = "window.vegaEmbed = vegaEmbed;"


def bundle() -> str | None:
    """Give the script that draws figures in a browser, whole; None where the library is missing."""
    try:
        import vl_convert
    except ImportError:
        return None
    path = kept_at()
    kept = _kept(path)
    if kept is None:
        kept = vl_convert.javascript_bundle(_SNIPPET, vl_version=VEGALITE)
        _keep(path, kept)
    return kept


def png(spec: Mapping[str, Any], *, scale: float = 2.0) -> bytes:
    """Draw a figure whose colours are painted.

    Raises
    ------
    UsageError : the library is missing.
    """
    try:
        import vl_convert
    except ImportError as error:
        raise UsageError(
            "pictures: the library that draws them is missing (expected vl-convert-python): `pip install vl-convert-python`, or use text"
        ) from error
    return bytes(vl_convert.svg_to_png(svg(spec), scale=scale))


def svg(spec: Mapping[str, Any]) -> str:
    """Draw a figure whose colours are painted, as SVG, with the hatch in it.

    Raises
    ------
    ImportError : the library is missing.
    """
    import vl_convert

    # nothing is loaded from anywhere: our figures bring their data along
    drawn: str = vl_convert.vegalite_to_svg(dict(spec), vl_version=VEGALITE, allowed_base_urls=[])
    head, end, body = drawn.partition(">")
    return f"{head}{end}{hatch(LIGHT)}{body}"


def kept_at() -> Path:
    """Give the place of the script in the cache folder, whether it is there or not."""
    import platformdirs

    name = f"vega-{version('vl-convert-python')}-{VEGALITE}.js"
    return Path(platformdirs.user_cache_dir("retro-import", appauthor=False)) / name


def _kept(path: Path) -> str | None:
    try:
        check, _, script = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return script if check == _sum(script) else None


def _keep(path: Path, script: str) -> None:
    """Write whole or not at all: another program may read at the same time."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(f"{_sum(script)}\n{script}")
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)


def _sum(script: str) -> str:
    return hashlib.sha256(script.encode()).hexdigest()
