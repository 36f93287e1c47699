"""What a test knows to be there, for the types: a None fails the test at the place that needs the value."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def present(value: T | None) -> T:
    """Give a value that must be there."""
    assert value is not None
    return value
