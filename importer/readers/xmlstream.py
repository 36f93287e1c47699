"""One streaming pass over an XML activity file: points into columns, everything else to a sink.

GPX and TCX differ in words only, so that both are read by the same pass of the standard library's expat.
Conventions: bytes in, so that every encoding expat knows works; a point becomes a row of texts, and rows become
float64 columns in batches, so that memory does not grow with markup; missing is NaN, unreadable is infinity
(which no channel allows, so that the cleaning counts it).
Any bytes end in `Points` or a ReadError: DOCTYPE, depth, names, points and size are bounded before they can hurt.
Nothing here knows a sport, a channel or an activity.

Source: measurements of hostile XML (docs/readers.md, "XML").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol
from xml.parsers import expat
from xml.parsers.expat import errors

import numpy as np

from importer.errors import CorruptFileError, ReadError, TooLargeError
from importer.readers.xmlhead import as_utf8
from importer.readers.xmltext import MISSING, numbers, times
from importer.values.activity import FloatArray

#: bytes of a whole document
MAX_BYTES: Final = 256 * 1024 * 1024
#: points of a whole document, all tracks together
MAX_POINTS: Final = 5_000_000
#: nesting outside points; inside a point nothing is kept, so that the number of its elements is bounded instead
MAX_DEPTH: Final = 64
MAX_POINT_ELEMENTS: Final = 512
#: different element names, namespaces included: a flood of namespaces shows here
MAX_NAMES: Final = 4096
#: elements outside points (laps, waypoints, routes)
MAX_ELEMENTS: Final = 2_000_000
#: characters of one text that are kept; a runner's notes are shorter
MAX_TEXT: Final = 10_000
#: rows turned into columns at once: few enough to stay young for the garbage collector
BATCH: Final = 2048

_POINT: Final = -1
_FOREIGN: Final = -2


class Vocabulary(NamedTuple):
    """The words of a format.

    `slot` gives the column of an element inside a point from (namespace, local name, root's namespace), None for others;
    column 0 is the time, and the point's two attributes follow it, where it has any.
    """

    root: str
    point: str
    attributes: tuple[str, str] | None
    n_slots: int
    slot: Callable[[str, str, str], int | None]


class Sink(Protocol):
    """Receives what stands outside points; paths are local names joined by ``/``."""

    def start(self, path: str, attributes: dict[str, str], n_points: int) -> None:
        """An element opens after `n_points` points of the document."""

    def end(self, path: str, text: str, n_points: int) -> None:
        """An element closes; `text` is what stood between its last child and its end."""


class Points(NamedTuple):
    """All points of a document in its order: times (n,), zones (n,) as `times` gives them, columns (n,)."""

    t_unix_s: FloatArray
    zone_s: FloatArray
    #: column 1.. of the vocabulary
    columns: list[FloatArray]
    #: None for a sound document, else what is wrong and from which byte on
    damage: CorruptFileError | None
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.t_unix_s)


def stream(data: bytes, vocabulary: Vocabulary, make_sink: Callable[[], Sink]) -> tuple[Points, Sink]:
    """Read a document.

    Parameters
    ----------
    make_sink : gives a fresh sink; called again where a document has to be read a second time
        (a prefix nobody declared, an encoding that expat does not know).

    Returns
    -------
    The points and the sink that saw the rest. A document that breaks off gives what stood before the damage.

    Raises
    ------
    TooLargeError, CorruptFileError
    """
    if len(data) > MAX_BYTES:
        raise TooLargeError(
            f"the XML file has {len(data):,} bytes, the limit is {MAX_BYTES:,}",
            size_bytes=len(data),
            limit_bytes=MAX_BYTES,
            remedy="split it, or export the activities one by one",
        )
    # Some exporters write blanks before the declaration, which XML forbids.
    lead = len(data) - len(data.lstrip(b" \t\r\n"))
    data = data[lead:]
    notes: tuple[str, ...] = ()
    has_namespaces, encoding = True, None
    while True:
        run = _Pass(vocabulary, make_sink(), has_namespaces=has_namespaces, encoding=encoding)
        try:
            damage = run.parse(data, lead)
        except _UndeclaredPrefixError:
            has_namespaces = False
            notes = (*notes, "undeclared-prefix: a namespace prefix is declared nowhere, names were matched without it")
        except _ForeignEncodingError:
            data, encoding = as_utf8(data), "utf-8"
        else:
            t_unix_s, zone_s, columns = run.columns()
            return Points(t_unix_s, zone_s, columns, damage, notes), run.sink


class _UndeclaredPrefixError(Exception):
    """The document uses a prefix it never declared."""


class _ForeignEncodingError(Exception):
    """The document is in an encoding that expat does not know."""


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


class _Pass:
    """One pass of expat: the handlers and what they fill."""

    def __init__(self, vocabulary: Vocabulary, sink: Sink, *, has_namespaces: bool, encoding: str | None) -> None:
        self.sink = sink
        self._vocabulary = vocabulary
        self._names = _Names(vocabulary)
        self._rows: list[list[str]] = []
        self._path: list[str] = []
        self._batches: list[tuple[FloatArray, FloatArray, list[FloatArray]]] = []
        self._n_batched = 0
        self._parser = expat.ParserCreate(encoding, " " if has_namespaces else None)
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse_doctype

    def parse(self, data: bytes, lead: int) -> CorruptFileError | None:
        """Run the parser; give the damage it stopped at, if any."""
        self._install()
        try:
            self._parser.Parse(data, True)  # noqa: FBT003  expat's signature
        except expat.ExpatError as error:
            if error.code == _UNBOUND_PREFIX:
                raise _UndeclaredPrefixError from error
            if error.code in _ENCODING_FAULTS and not self._names:
                raise _ForeignEncodingError from error
            return self._damage(error, lead, len(data))
        except (LookupError, ValueError) as error:
            # pyexpat asks Python's codecs for encodings it does not know, and they refuse in these ways
            if self._names:
                raise
            raise _ForeignEncodingError from error
        return None

    def columns(self) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
        """Give times, zones and columns of all points."""
        self._flush()
        t_unix_s = np.concatenate([np.empty(0), *(batch[0] for batch in self._batches)])
        zone_s = np.concatenate([np.empty(0), *(batch[1] for batch in self._batches)])
        n_columns = self._vocabulary.n_slots - 1
        return t_unix_s, zone_s, [np.concatenate([np.empty(0), *(batch[2][i] for batch in self._batches)]) for i in range(n_columns)]

    def _install(self) -> None:
        """Set the handlers: closures over local names, as this is the hot loop.

        Inside a point no handler for opening tags is set: half of the calls are saved, and a closing tag tells all there is to know.
        """
        parser, names, rows, sink = self._parser, self._names, self._rows, self.sink
        keys = self._vocabulary.attributes
        blank = ["", *[MISSING] * (self._vocabulary.n_slots - 1)]
        row = blank
        path = self._path
        chars: list[str] = []
        clear = chars.clear
        n_elements = n_foreign = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal row, n_elements, n_foreign
            if names[name] == _POINT:
                row = blank.copy()
                if keys is not None:
                    row[1] = attributes.get(keys[0], MISSING)
                    row[2] = attributes.get(keys[1], MISSING)
                n_foreign = 0
                parser.StartElementHandler = None
                parser.EndElementHandler = end_in_point
            else:
                n_elements += 1
                path.append(split_name(name)[1])
                if len(path) > MAX_DEPTH or n_elements > MAX_ELEMENTS:
                    raise limit_error(f"more than {MAX_DEPTH} levels or {MAX_ELEMENTS:,} elements outside points")
                sink.start("/".join(path), attributes, self._n_batched + len(rows))
            clear()

        def end(name: str) -> None:
            # a point within a point leaves closing tags without their opening ones: they are nobody's
            if path and path[-1] == split_name(name)[1]:
                sink.end("/".join(path), "".join(chars).strip()[:MAX_TEXT], self._n_batched + len(rows))
                path.pop()
            clear()

        def end_in_point(name: str) -> None:
            nonlocal n_foreign
            slot = names[name]
            if slot >= 0:
                row[slot] = "".join(chars)
            elif slot == _POINT:
                rows.append(row)
                if len(rows) == BATCH:
                    self._flush()
                parser.StartElementHandler = start
                parser.EndElementHandler = end
            else:
                n_foreign += 1
                if n_foreign > MAX_POINT_ELEMENTS:
                    raise limit_error(f"more than {MAX_POINT_ELEMENTS} elements in one point")
            clear()

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = chars.append

    def _flush(self) -> None:
        """Turn the rows so far into columns."""
        if not self._rows:
            return
        self._n_batched += len(self._rows)
        if self._n_batched > MAX_POINTS:
            raise TooLargeError(
                f"the file has more than {MAX_POINTS:,} points",
                size_bytes=self._n_batched,
                limit_bytes=MAX_POINTS,
                remedy="split it, or export the activities one by one",
            )
        texts = list(zip(*self._rows, strict=True))
        self._rows.clear()
        t_unix_s, zone_s = times(texts[0])
        self._batches.append((t_unix_s, zone_s, [numbers(column) for column in texts[1:]]))

    def _damage(self, error: expat.ExpatError, lead: int, size: int) -> CorruptFileError:
        offset = lead + max(0, self._parser.ErrorByteIndex)
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


def limit_error(what: str) -> ReadError:
    """Give the error for a document over one of the limits."""
    return ReadError(f"the XML is no ordinary activity file: {what}", code="xml-limit", remedy="export the activity again")
