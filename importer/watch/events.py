"""What a watcher tells: an event for whoever prints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importer.pipeline import ImportResult


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened.

    Parameters
    ----------
    kind : started, file, waiting, archived, away, back, paused, resumed, wrong, stopped.
    text : a sentence for people; "" where there is nothing to say to them.
    facts : the same for programs, as JSON can hold it.
    result : what became of a file, of kind ``file``.
    """

    kind: str
    text: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    result: ImportResult | None = None


#: takes what a watcher tells
Tell = Callable[[Event], None]
