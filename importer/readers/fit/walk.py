"""One pass over the bytes of a FIT link: where the messages of each definition stand.

Conventions: an offset counts bytes from the file's start. Any bytes give a walk that ends somewhere and says why, or `TooLargeError`.
Nothing is decoded here: a definition's bytes are kept as they stand.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Final, NamedTuple, NoReturn

from importer.errors import TooLargeError
from importer.readers.fit.layout import Layout

#: messages of a file, and different definitions of it: the largest real ones have 100,000 and some hundreds.
MAX_MESSAGES: Final = 2_000_000
MAX_LAYOUTS: Final = 4_000
#: global number of the message that describes a developer field
FIELD_DESCRIPTION: Final = 206
#: bytes walked between two looks at the number of messages
_STRETCH: Final = 2**20


class _Stop(Exception):  # noqa: N818 - no error: the walk's way out of its loop
    """The walk cannot go on."""


class Found(NamedTuple):
    """One definition: what takes a message of it, how far it goes, and where its messages stand."""

    step: Callable[[int], object]
    size_bytes: int
    definition: bytes
    position: int
    positions: array[int]


class Walk:
    """One pass over the messages of a link: where those of each definition stand.

    Parameters
    ----------
    data : the file.
    first, end : the messages lie in ``[first, end)``.
    budget : number of messages and definitions at most.

    Notes
    -----
    The loop is the reader's hottest: a header byte indexes two tables of 256, what to do and how far to go (read afterwards, so that a step
    may set it); definitions and faults cost an ordinary data message nothing.
    A definition that is repeated word by word shares one list, as some writers repeat it before every message;
    a repetition behind a new description of developer fields does not, as its words may now mean something else.
    """

    __slots__ = (
        "compressed", "data", "defined", "end", "fault", "found", "is_lost", "n_definitions", "n_descriptions", "reached", "sizes", "steps",
        "stopped",
    )  # fmt: skip

    def __init__(self, data: bytes, first: int, end: int, budget: int) -> None:
        self.data = data
        self.end = end
        self.found: dict[bytes | tuple[bytes, int], Found] = {}
        #: what each local number means now
        self.defined: list[Found | None] = [None] * 16
        #: positions of messages with a compressed timestamp header
        self.compressed = array("I")
        self.stopped: int | None = None
        self.fault = ""
        self.is_lost = False
        self.n_definitions = 0
        self.n_descriptions = 0
        self.sizes = [0] * 256
        self.steps: list[Callable[[int], object]] = [self._unusual] * 256
        self.steps[0x40:0x80] = [self._define] * 64
        position = first
        sizes, steps = self.sizes, self.steps
        try:
            while position < end:
                stretch_end = min(position + _STRETCH, end)
                while position < stretch_end:
                    head = data[position]
                    steps[head](position)
                    position += sizes[head]
                if self.n_definitions + sum(len(entry.positions) for entry in self.found.values()) > budget:
                    _refuse("messages", MAX_MESSAGES)
        except _Stop:
            self.stopped = position
        self.reached = position

    def _unusual(self, position: int) -> None:
        """Take a message with a compressed timestamp or reserved bits in its header; without a definition it ends the walk."""
        head = self.data[position]
        found = self.defined[head >> 5 & 0x03 if head & 0x80 else head & 0x0F]
        if found is None:
            self.fault = f"a message without a definition stands at byte {position:,} of {self.end:,}"
            self.is_lost = True
            raise _Stop
        found.step(position)
        if head & 0x80:
            self.compressed.append(position)
        self.sizes[head] = found.size_bytes

    def _define(self, position: int) -> None:
        """Take over a definition: from now on its header byte leads to its list and its size."""
        data, end = self.data, self.end
        behind = position + 6 + 3 * data[position + 5] if position + 6 <= end else end + 1
        head = data[position]
        if head & 0x20:
            behind += 1 + 3 * data[behind] if behind < end else end
        if behind > end:
            self.fault = f"the definition at byte {position:,} is cut off"
            raise _Stop
        definition = data[position + 1 : behind]
        key = (definition, self.n_descriptions) if head & 0x20 else definition
        found = self.found.get(key)
        if found is None:
            found = self.found[key] = self._meet(definition, position)
        self.n_definitions += 1
        local = head & 0x0F
        self.defined[local] = found
        self.steps[local] = found.step
        self.sizes[local] = found.size_bytes
        self.sizes[head] = behind - position

    def _meet(self, definition: bytes, position: int) -> Found:
        """Take in a definition that stands at `position` for the first time."""
        if len(self.found) == MAX_LAYOUTS:
            _refuse("different definitions", MAX_LAYOUTS)
        positions = array("I")
        step: Callable[[int], object] = positions.append
        if definition[2:4] == FIELD_DESCRIPTION.to_bytes(2, "big" if definition[1] else "little"):
            step = self._describing(step)
        return Found(step, 1 + Layout(definition).size_bytes, definition, position, positions)

    def _describing(self, append: Callable[[int], object]) -> Callable[[int], object]:
        """Make the step of a message that describes a developer field: it is kept like any other, and counted."""

        def step(position: int) -> None:
            append(position)
            self.n_descriptions += 1

        return step


def _refuse(what: str, limit: int) -> NoReturn:
    raise TooLargeError(
        f"more than {limit:,} {what} in one FIT file",
        size_bytes=limit + 1,
        limit_bytes=limit,
        remedy="export the activity again in parts",
    )
