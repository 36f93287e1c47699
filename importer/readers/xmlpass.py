"""One pass of expat over an XML activity file: points into columns, everything else to a sink.

Conventions: bytes in, so that every encoding expat knows works. The bytes are fed point by point: once a point has taught its shape,
those of the same shape behind it are read by a regular expression and never fed (`xmlshapes`); offsets count the bytes of the file.
Any bytes end in columns, `CorruptFileError` or `ReadError`: DOCTYPE, depth, names and points are bounded before they can hurt.
Nothing here knows a sport, a channel or an activity.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol
from xml.parsers import expat
from xml.parsers.expat import errors

from importer.errors import CorruptFileError, ReadError
from importer.readers import xmlpoints
from importer.readers.xmlhead import ForeignEncodingError, check_encoding
from importer.readers.xmlpoints import PointColumns, Vocabulary, limit_error
from importer.readers.xmlshapes import Shapes
from importer.readers.xmltext import MISSING

#: nesting outside points; inside a point nothing is kept, so that the number of its elements is bounded instead
MAX_DEPTH: Final = 64
MAX_POINT_ELEMENTS: Final = 512
#: different element names, namespaces included: a flood of namespaces shows here
MAX_NAMES: Final = 4096
#: elements outside points (laps, waypoints, routes)
MAX_ELEMENTS: Final = 2_000_000
#: characters of one text that are kept; a runner's notes are shorter
MAX_TEXT: Final = 10_000
#: pieces that may end in a point's closing tag without ending a point (in a comment, say): each may cost expat a second look at it
MOST_MISSES: Final = 8

_POINT: Final = -1
_FOREIGN: Final = -2
#: encodings in which ASCII is ASCII, as shapes need it
_ASCII_BASED: Final = re.compile(r"utf-?8|(us-)?ascii|iso-8859-\d+|windows-125\d|cp125\d|latin-?1", re.IGNORECASE)


class Sink(Protocol):
    """Receives what stands outside points, and where the vocabulary's `remarks` open inside them; paths are local names joined by ``/``."""

    def start(self, path: str, attributes: dict[str, str], n_points: int) -> None:
        """An element opens after `n_points` points of the document."""

    def end(self, path: str, text: str, n_points: int) -> None:
        """An element closes; `text` is what stood between its last child and its end."""


class UndeclaredPrefixError(Exception):
    """The document uses a prefix it never declared."""


class _ReadPoint(NamedTuple):
    """A point as expat read it: where it began and where its closing tag stands, in bytes fed, and the slots of its elements."""

    first: int
    closing: int
    ended: list[int]


class _Names(dict[str, int]):
    """Element name as expat gives it, to slot, `_POINT` or `_FOREIGN`; filled as names turn up."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self.root_space: str | None = None

    def __missing__(self, name: str) -> int:
        if len(self) >= MAX_NAMES:
            raise limit_error(f"more than {MAX_NAMES:,} different element names")
        space, local = split_name(name)
        if self.root_space is None:
            self.root_space = space
        slot = self._vocabulary.slot(space, local, self.root_space)
        if local == self._vocabulary.point and space == self.root_space:
            slot = _POINT
        self[name] = found = _FOREIGN if slot is None else slot
        return found


def split_name(name: str) -> tuple[str, str]:
    """Split an element name of expat, ``uri local`` or ``prefix:local``, into namespace and local name."""
    space, _, local = name.rpartition(" ")
    if not space:
        space, _, local = name.rpartition(":")
    return space, local


class Pass:
    """One pass of expat: the handlers and what they fill."""

    def __init__(self, vocabulary: Vocabulary, sink: Sink, *, has_namespaces: bool, encoding: str | None) -> None:
        self.points = PointColumns(vocabulary.n_slots)
        self._sink = sink
        self._vocabulary = vocabulary
        self._names = _Names(vocabulary)
        self._path: list[str] = []
        self._shapes = Shapes(vocabulary.attributes)
        self._has_shapes = True
        self._encoding = encoding
        self._declared = ""
        self._last = _ReadPoint(0, -1, [])
        #: bytes that were read by their shape, and not fed
        self._n_unfed = 0
        self._parser = expat.ParserCreate(encoding, " " if has_namespaces else None)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.XmlDeclHandler = self._declare

    def parse(self, data: bytes, lead: int) -> CorruptFileError | None:
        """Read the document; give the damage it stopped at, if any."""
        self._install()
        try:
            self._feed(data)
        except expat.ExpatError as error:
            if error.code == _UNBOUND_PREFIX:
                raise UndeclaredPrefixError from error
            if error.code in _ENCODING_FAULTS and not self._names:
                raise ForeignEncodingError(self._declared) from error
            return self._damage(error, lead, len(data))
        except (LookupError, ValueError) as error:
            # pyexpat asks Python's codecs for encodings it does not know, and they refuse in these ways
            if self._names:
                raise
            raise ForeignEncodingError(self._declared) from error
        return None

    def _declare(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if self._encoding is None and encoding is not None:
            self._declared = encoding
            check_encoding(encoding)
        in_use = self._encoding or encoding
        self._has_shapes = in_use is None or _ASCII_BASED.fullmatch(in_use) is not None

    def _feed(self, data: bytes) -> None:
        """Feed the document in pieces that end with a point, and read what follows by its shape where that is possible."""
        parse, shapes = self._parser.Parse, self._shapes
        closing = re.compile(rb"</(?:[^\s<>/:]+:)?%s\s*>" % self._vocabulary.point.encode())
        at = n_misses = 0
        while self._has_shapes and n_misses < MOST_MISSES and shapes.is_worthwhile:
            found = closing.search(data, at)
            if found is None:
                break
            parse(data[at : found.end()], False)  # noqa: FBT003  expat's signature
            at = found.end()
            if not self._has_shapes or self._last.closing + self._n_unfed != found.start():
                n_misses += 1
                continue
            shapes.learn(data[self._last.first + self._n_unfed : at], self._last.ended)
            behind = shapes.read(data, at, self.points)
            self._n_unfed += behind - at
            at = behind
        parse(data[at:], True)  # noqa: FBT003  expat's signature

    def _install(self) -> None:
        """Set the handlers: closures over local names, as this is the hot loop of points without a shape.

        Inside a point no handler for opening tags is set: half of the calls are saved, and a closing tag tells all there is to know.
        """
        parser, names, points, sink = self._parser, self._names, self.points, self._sink
        rows, path, forget = points.rows, self._path, self._shapes.forget
        keys = self._vocabulary.attributes
        blank = ["", *[MISSING] * (self._vocabulary.n_slots - 1)]
        row, first, ended = blank, 0, list[int]()
        chars: list[str] = []
        clear = chars.clear
        n_elements = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal row, first, ended, n_elements
            if names[name] == _POINT:
                row, first, ended = blank.copy(), parser.CurrentByteIndex, []
                if keys is not None:
                    row[1] = attributes.get(keys[0], MISSING)
                    row[2] = attributes.get(keys[1], MISSING)
                parser.StartElementHandler = start_in_point
                parser.EndElementHandler = end_in_point
            else:
                n_elements += 1
                path.append(split_name(name)[1])
                if len(path) > MAX_DEPTH or n_elements > MAX_ELEMENTS:
                    raise limit_error(f"more than {MAX_DEPTH} levels or {MAX_ELEMENTS:,} elements outside points")
                sink.start("/".join(path), attributes, len(points))
                forget()
            clear()

        def end(name: str) -> None:
            # a point within a point leaves closing tags without their opening ones: they are nobody's
            if path and path[-1] == split_name(name)[1]:
                sink.end("/".join(path), "".join(chars).strip()[:MAX_TEXT], len(points))
                path.pop()
            forget()
            clear()

        def end_in_point(name: str) -> None:
            slot = names[name]
            if slot >= 0:
                row[slot] = "".join(chars)
            elif slot == _POINT:
                self._last = _ReadPoint(first, parser.CurrentByteIndex, ended)
                rows.append(row)
                if len(rows) == xmlpoints.BATCH:
                    points.drain()
                parser.StartElementHandler = start
                parser.EndElementHandler = end
            ended.append(slot)
            if len(ended) > MAX_POINT_ELEMENTS:
                raise limit_error(f"more than {MAX_POINT_ELEMENTS} elements in one point")
            clear()

        start_in_point = self._remark_handler()
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = chars.append

    def _remark_handler(self) -> Callable[[str, dict[str, str]], None] | None:
        """Give the handler for opening tags inside points, None for a vocabulary without remarks."""
        remarks, readings, point = self._vocabulary.remarks, self._vocabulary.readings, self._vocabulary.point
        if not remarks:
            return None

        def start_in_point(name: str, attributes: dict[str, str]) -> None:
            if attributes and (local := split_name(name)[1]) in remarks:
                self._sink.start("/".join((*self._path, point, local)), attributes, len(self.points))
                if local in readings:
                    self._has_shapes = False

        return start_in_point

    def _damage(self, error: expat.ExpatError, lead: int, size: int) -> CorruptFileError:
        offset = lead + self._n_unfed + max(0, self._parser.ErrorByteIndex)
        if self._names and not self._path:
            return CorruptFileError(
                f"{lead + size - offset:,} bytes behind the end of the XML document (from byte {offset:,})",
                code="trailing-bytes",
                offset=offset,
                remedy="import it without --strict, or export the activity again",
            )
        what = errors.messages.get(error.code, "a fault")
        return CorruptFileError(
            f"the XML breaks at byte {offset:,} of {lead + size:,} ({what})",
            code="truncated",
            offset=offset,
            remedy="export or copy the file again",
        )


_UNBOUND_PREFIX: Final = errors.codes[errors.XML_ERROR_UNBOUND_PREFIX]
_ENCODING_FAULTS: Final = frozenset({errors.codes[errors.XML_ERROR_UNKNOWN_ENCODING], errors.codes[errors.XML_ERROR_INCORRECT_ENCODING]})


def _refuse_doctype(_name: str, _system: str | None, _public: str | None, _has_subset: bool) -> None:  # noqa: FBT001  expat's signature
    raise ReadError(
        "the XML has a DOCTYPE, which no activity file needs and attacks use",
        code="doctype",
        remedy="remove it, or export the activity again",
    )
