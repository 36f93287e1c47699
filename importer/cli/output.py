"""How the commands speak: whole words on a terminal, untouched lines in a pipe."""

from __future__ import annotations

import sys

import click


def say(text: str) -> None:
    """Print text for people; on a terminal, lines that are too long are broken between words."""
    if sys.stdout.isatty():
        text = "\n".join(_wrapped(line) for line in text.splitlines())
    click.echo(text)


def _wrapped(line: str) -> str:
    import shutil
    import textwrap

    width = shutil.get_terminal_size().columns
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())] + "  "
    return textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True)
