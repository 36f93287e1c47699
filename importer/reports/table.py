"""Tables for a terminal: aligned, without colour codes, never folded in a pipe. Text comes back; the command prints it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: width of a table where there is no terminal to say one, characters
_PIPE_WIDTH = 240
#: width from which columns are set apart by more than a blank, characters
_ROOMY_WIDTH = 100


def table_text(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Give an aligned table, as wide as the terminal.

    Parameters
    ----------
    right : numbers of the columns that are aligned right.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPE_WIDTH)
    padding = (0, 1) if console.width >= _ROOMY_WIDTH else (0, 0)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=padding, header_style="")
    for i, name in enumerate(header):
        table.add_column(name, justify="right" if i in right else "left", no_wrap=i in right)
    for row in rows:
        # as Text, since words out of a file may look like rich's own markup
        table.add_row(*(Text(cell) for cell in row))
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())
