"""Tables are those of rich where they fit, and lose nothing where they do not."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from importer.reports.table import table_text

CELLS = st.sampled_from(["", "a", "run x", "backward 12", "한국", "é", "naïve long text here", "x\ny", "12:34"])


@st.composite
def tables(draw, cells=CELLS):
    n = draw(st.integers(1, 6))
    row = st.lists(cells, min_size=n, max_size=n)
    header = draw(st.lists(st.sampled_from(["no", "day", "what it was"]), min_size=n, max_size=n))
    return header, draw(st.lists(row, max_size=6)), sorted(draw(st.sets(st.integers(0, n - 1))))


@given(tables())
@settings(max_examples=150, deadline=None)
def test_a_table_that_fits_is_the_one_that_rich_would_print(table):
    header, rows, right = table
    console = Console(width=240)
    theirs = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), header_style="")
    for i, name in enumerate(header):
        theirs.add_column(name, justify="right" if i in right else "left", no_wrap=i in right)
    for row in rows:
        theirs.add_row(*(Text(cell) for cell in row))
    with console.capture() as captured:
        console.print(theirs)
    assert table_text(header, rows, right=right) == "\n".join(line.rstrip() for line in captured.get().splitlines())


def on_a_terminal(monkeypatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)


def test_a_column_is_broken_between_words_where_the_terminal_is_narrow(monkeypatch):
    on_a_terminal(monkeypatch, 24)
    text = table_text(("no", "what", "basis"), [("7", "treadmill", "declared, gait"), ("12", "run", "")], right=(0,))
    assert text.splitlines() == [
        "no what      basis",
        "────────────────────────",
        " 7 treadmill declared,",
        "             gait",
        "12 run",
    ]


def test_words_are_broken_only_where_that_makes_it_fit(monkeypatch):
    on_a_terminal(monkeypatch, 16)
    assert table_text(("a", "b"), [("treadmillrunning", "12:34")], right=(1,)).splitlines() == [
        "a              b",
        "────────────────",
        "treadmillr 12:34",
        "unning",
    ]
    on_a_terminal(monkeypatch, 5)
    assert table_text(("a", "b"), [("treadmill", "12:34")], right=(1,)).splitlines()[2] == "treadmill 12:34"


@given(tables(), st.integers(8, 60))
@settings(max_examples=150, deadline=None)
def test_no_letter_is_lost_however_narrow_it_is(table, columns):
    header, rows, right = table
    with pytest.MonkeyPatch.context() as patched:
        on_a_terminal(patched, columns)
        text = table_text(header, rows, right=right)

    def letters(said: str) -> list[str]:
        return sorted(said.replace("─", "").replace(" ", "").replace("\n", ""))

    assert letters(text) == letters("".join(header) + "".join("".join(row) for row in rows))
