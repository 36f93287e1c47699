"""The colours of the page and of pictures, each named by what it means: backward accepted, backward suggested, forward, unknown.

Conventions: a figure writes ``role:accepted`` where a colour stands; on the page that becomes a CSS variable, in a picture a colour.
Backward is warm and forward is blue, which every common colour blindness tells apart; suggested is also hatched or dashed, so that nothing
hangs on colour alone. Letters have a contrast of 4.5 to their ground and marks one of 3 (WCAG 2.2, AA), which a test computes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: before the name of a colour in a figure
ROLE: Final = "role:"
LIGHT: Final[Mapping[str, str]] = {
    "page": "#f6f5f2",
    "surface": "#ffffff",
    "ink": "#1c2127",
    "muted": "#565e68",
    "line": "#dcdad4",
    "accent": "#0b5c94",
    "accepted": "#c8501a",
    "suggested": "#cc7722",
    "forward": "#2f7fb5",
    "unknown": "#858c94",
    "still": "#b9bdc2",
    "run": "#c8501a",
    "walk": "#128068",
    "empty": "#ecebe6",
    "level1": "#f2b48e",
    "level2": "#e4854d",
    "level3": "#c8501a",
    "level4": "#8f3409",
}
DARK: Final[Mapping[str, str]] = {
    "page": "#13171b",
    "surface": "#1c2228",
    "ink": "#eceff2",
    "muted": "#a8b2bc",
    "line": "#343c44",
    "accent": "#7cc0f0",
    "accepted": "#f58a4f",
    "suggested": "#e0a468",
    "forward": "#5aa9de",
    "unknown": "#8a949e",
    "still": "#59626b",
    "run": "#f58a4f",
    "walk": "#3fbf9f",
    "empty": "#272e35",
    "level1": "#7a3f1e",
    "level2": "#b05c2c",
    "level3": "#f58a4f",
    "level4": "#ffc9a8",
}
#: marks that are hatched
HATCH: Final = "hatch-suggested"


def painted(spec: Any, colours: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    """Give a figure with its roles as colours of `colours`."""
    if isinstance(spec, Mapping):
        return {name: painted(value, colours) for name, value in spec.items()}
    if isinstance(spec, list | tuple):
        return [painted(value, colours) for value in spec]
    if isinstance(spec, str) and spec.startswith(ROLE):
        name = spec.removeprefix(ROLE)
        return f"url(#{HATCH})" if name == HATCH else colours[name]
    return spec


def hatch(colours: Mapping[str, str] | None = None) -> str:
    """Give the hatch as SVG, which whoever is drawn with it must hold; without colours the style sheet gives them."""
    ground, line = (
        (f'fill="{colours["surface"]}"', f'stroke="{colours["suggested"]}"') if colours else ('class="hatch-ground"', 'class="hatch-line"')
    )
    # lines across a tile of whole pixels: a turned tile is blurred where it is repeated
    return (
        f'<defs><pattern id="{HATCH}" width="8" height="8" patternUnits="userSpaceOnUse"><rect {ground} width="8" height="8"/>'
        f'<path {line} stroke-width="2.8" d="M-2,2L2,-2M-2,10L10,-2M6,10L10,6"/></pattern></defs>'
    )


def css() -> str:
    """Give the colours as CSS variables: light, dark where the system is dark or the reader says so, light in print."""
    light, dark = (";".join(f"--{name}:{value}" for name, value in colours.items()) for colours in (LIGHT, DARK))
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f'@media screen and (prefers-color-scheme:dark){{:root:not([data-theme="light"]){{color-scheme:dark;{dark}}}}}\n'
        f'@media screen{{:root[data-theme="dark"]{{color-scheme:dark;{dark}}}}}\n'
    )
