"""How the commands speak: whole words on a terminal, untouched lines in a pipe."""

from __future__ import annotations

import os
import sys

import click


def say(text: str) -> None:
    """Print text for people; on a terminal, lines that are too long are broken between words."""
    click.echo(fitted(text))


def fitted(text: str) -> str:
    """Break lines between words where stdout is a terminal."""
    if is_terminal():
        return "\n".join(_wrapped(line) for line in text.splitlines())
    return text


def is_terminal() -> bool:
    """Tell whether stdout is a terminal; a closed stdout is none."""
    return sys.stdout is not None and sys.stdout.isatty()


def terminal_columns() -> int:
    """Give the width of the terminal, characters."""
    import shutil

    return shutil.get_terminal_size().columns


def silence_stdout() -> None:
    """Send what is still printed to nowhere: its reader has gone away."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _wrapped(line: str) -> str:
    import textwrap

    width = terminal_columns()
    if len(line) <= width:
        return line
    indent = line[: len(line) - len(line.lstrip())] + "  "
    return textwrap.fill(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True)
