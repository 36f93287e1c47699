"""The sentence that sends the user to ``retag``, where what was just done teaches something about other sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from importer.store import Store


def tell_stale(store: Store) -> int:
    """Say on stderr how many sessions can be judged better now; give the number."""
    from importer.retag import stale

    n = len(stale(store))
    if n:
        click.echo(f"{stale_sentence(n)}: retro-import retag --stale", err=True)
    return n


def stale_sentence(n: int) -> str:
    """Say that sessions can be judged better by what is known now."""
    return f"{n} {'session' if n == 1 else 'sessions'} can be judged better by what is known now"
