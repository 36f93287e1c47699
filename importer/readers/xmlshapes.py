"""Shapes of points: most points of a file differ in their values only, so that one regular expression reads thousands of them.

A point that expat has read teaches its shape: its tags and the blanks between them byte by byte, with holes for the values. Points of
known shapes that follow it without a break are then read by `Shapes.read`, and expat need not see them.
Conventions: a hole takes printable ASCII without markup, references and underscores, and between tags stand the blanks of the point that
taught the shape, so that what it matches is well-formed by construction and means what expat would have read; whatever else a point
holds does not match.
A shape counts only where it was learnt: behind any tag outside points (which may redeclare a prefix) it must be seen again.
Nothing here is ever the judge: what does not match goes to expat.

Source: of 63,000 points in 44 real files over 50 KB all but 300 have one of the first few shapes of their track (measured).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from importer.readers.xmlpoints import PointColumns

#: bytes and elements of a point that may teach its shape
LONGEST_POINT, MOST_ELEMENTS = 4096, 64
#: shapes looked for at once, and sets of them that one document may need
MOST_SHAPES, MOST_SETS = 8, 64
#: lessons that must pay: after so many, each one must have led to ...
MOST_LESSONS: Final = 64
#: ... so many points on average, or nothing is learnt any more
POINTS_A_LESSON: Final = 8
#: bytes looked at in one step: few at first, as a run may be short, then as many as stay in the cache (measured)
FIRST_STEP, LARGEST_STEP = 8192, 32_768

_TOKEN: Final = re.compile(r"<(/?)([A-Za-z_][\w.:-]*)([^<>&]*?)(/?)>([^<>&]*)", re.ASCII)
_ATTRIBUTE: Final = re.compile(r"(\s+)([A-Za-z_][\w.:-]*)(\s*=\s*)(\"[^\"]*\"|'[^']*')", re.ASCII)
_BLANKS: Final = r"[\t\n\r ]*+"
#: printable ASCII and blanks without < > & _, and without the carriage return, which XML turns into something else
_TEXT: Final = r"[\t\n -%'-;=?-^`-~]*+"
#: ... without quotes and line breaks too
_VALUE: Final = r"[ !#-%(-;=?-^`-~]*+"


class Shape(NamedTuple):
    """A regular expression for points of one shape, and the slot of each of its groups."""

    pattern: str
    slots: tuple[int, ...]


class Shapes:
    """The shapes that count at this place of the document."""

    def __init__(self, attributes: tuple[str, str] | None) -> None:
        self._attributes = attributes
        self._known: dict[tuple[Shape, ...], re.Pattern[str]] = {}
        self._shapes: tuple[Shape, ...] = ()
        self._n_lessons = 0
        self._n_read = 0

    @property
    def is_worthwhile(self) -> bool:
        """Whether learning has paid so far."""
        return len(self._known) < MOST_SETS and (self._n_lessons < MOST_LESSONS or self._n_read >= POINTS_A_LESSON * self._n_lessons)

    def forget(self) -> None:
        """Forget what was learnt: a tag outside points was read."""
        self._shapes = ()

    def learn(self, raw: bytes, ended: Sequence[int]) -> None:
        """Learn the shape of a point.

        Parameters
        ----------
        raw : the point as the file has it.
        ended : slot of each element that ended in it, negative for those without one, in the order of their ends.
        """
        self._n_lessons += 1
        if len(raw) > LONGEST_POINT or len(ended) > MOST_ELEMENTS or not raw.isascii() or len(self._shapes) >= MOST_SHAPES:
            return
        shape = shape_of(raw.decode("ascii"), ended, self._attributes)
        if shape is not None and shape not in self._shapes:
            self._shapes = (*self._shapes, shape)

    def read(self, data: bytes, at: int, points: PointColumns) -> int:
        """Add the points of known shapes that follow each other from byte `at` on; give the byte behind the last of them."""
        if not self._shapes:
            return at
        findall = self._pattern().findall
        step = FIRST_STEP
        while True:
            text = data[at : at + step].decode("latin-1")
            # each row: the groups of all shapes, "" where a shape did not take part, and what no shape matched
            rows = findall(text)
            rest = rows.pop()[-1] if rows and rows[-1][-1] else ""
            if not rows:
                return at
            self._n_read += len(rows)
            self._add(rows, points)
            at += len(text) - len(rest)
            if len(rest) > LONGEST_POINT:
                return at
            step = min(4 * step, LARGEST_STEP)

    def _pattern(self) -> re.Pattern[str]:
        """Give the expression for any of the shapes, or else the rest of the text."""
        pattern = self._known.get(self._shapes)
        if pattern is None:
            shapes = "|".join(shape.pattern for shape in self._shapes)
            # the empty group makes findall give tuples throughout
            pattern = self._known[self._shapes] = re.compile(rf"{_BLANKS}(?:{shapes})()|((?s:.)++)")
        return pattern

    def _add(self, rows: list[tuple[str, ...]], points: PointColumns) -> None:
        """Add rows of groups to the points: of the groups of one slot only one took part, so that adding them gives its text."""
        groups = zip(*rows, strict=True)
        texts: dict[int, Sequence[str]] = {}
        for slot, column in zip((slot for shape in self._shapes for slot in shape.slots), groups, strict=False):
            texts[slot] = list(map(str.__add__, texts[slot], column)) if slot in texts else column
        points.add(len(rows), texts)


def shape_of(raw: str, ended: Sequence[int], attributes: tuple[str, str] | None) -> Shape | None:
    """Give the shape of a point, None where it is not simple enough: comments, references, a value between two tags, a slot twice.

    Parameters
    ----------
    raw, ended : as for `Shapes.learn`.
    attributes : names of the point's attributes that fill the slots 1 and 2.
    """
    tokens = [match.groups() for match in _TOKEN.finditer(raw)]
    if sum(len(part) + 2 * (i == 0) for token in tokens for i, part in enumerate(token)) != len(raw):
        return None
    pattern: list[str] = []
    slots: list[int] = []
    open_names: list[str] = []
    ends = iter(ended)
    previous, has_text = "", False
    for slash, name, inner, closes, after in tokens:
        is_leaf = slash and previous == name
        slot = next(ends, None) if slash or closes else -1
        if slot is None or (slash and (not open_names or open_names.pop() != name)):
            return None
        if (slot >= 0 or has_text) and not is_leaf:
            # a value in an empty element or beside children, a text that is no element's own: too odd to be read here
            return None
        if is_leaf:
            pattern[-1] = f"({_TEXT})" if slot >= 0 else _TEXT
            slots += [slot] if slot >= 0 else []
        if not slash and not open_names:
            inner, found = _holes(inner, attributes)
            slots += found
        else:
            inner = re.escape(inner)
        if not slash and not closes:
            open_names.append(name)
        previous = name if not slash and not closes else ""
        has_text = bool(after.strip("\t\n\r "))
        if has_text and (slash or closes):
            return None
        # blanks as they are: to match them byte by byte is quicker than to skip whatever blanks there are (measured)
        pattern += [f"<{slash}{re.escape(name)}{inner}{closes}>", re.escape(after)]
    if open_names or next(ends, None) is not None or len(set(slots)) != len(slots):
        return None
    return Shape("".join(pattern[:-1]), tuple(slots))


def _holes(inner: str, attributes: tuple[str, str] | None) -> tuple[str, list[int]]:
    """Turn the attributes of the point's own tag into a pattern with holes for those that fill slots, and give these slots."""
    pattern, slots, at = "", [], 0
    for match in _ATTRIBUTE.finditer(inner):
        lead, name, equals, value = match.groups()
        if attributes is not None and name in attributes:
            slots.append(1 + attributes.index(name))
            value = f"{value[0]}({_VALUE}){value[0]}"
        else:
            value = re.escape(value)
        pattern += re.escape(inner[at : match.start()]) + re.escape(lead) + name + re.escape(equals) + value
        at = match.end()
    return pattern + re.escape(inner[at:]), slots
