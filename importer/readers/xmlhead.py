"""The beginning of an XML document: what its root is, and what its encoding.

Conventions: bytes in; a document that cannot be told has no root. Of Python's codecs those of letters count: `unicode_escape`, `idna` or
`rot13` are none, and some of them take the square of the length. What the first bytes show wins over what the declaration says.
Nothing here reads further than it must.
"""

from __future__ import annotations

import codecs
import re
from typing import Final
from xml.parsers import expat

from importer.errors import CorruptFileError

#: bytes that must hold the root element
HEAD_BYTES: Final = 65_536
#: letters of the longest name of an encoding that is asked for
LONGEST_NAME: Final = 40
#: encodings that expat reads itself, in any case of letters. Source: expat, xmltok.c.
_OF_EXPAT: Final = frozenset({"utf-8", "utf-16", "utf-16be", "utf-16le", "iso-8859-1", "us-ascii"})
#: codecs of letters by Python's own names for them; Source: Python's documentation, "Standard Encodings", text encodings
_TEXT: Final = re.compile(
    r"utf-(7|8|8-sig|(16|32)(-[lb]e)?)|ascii|iso8859-\d+|cp\d+|mac-[a-z0-9-]+|koi8-[rtu]|gb(2312|k|18030)|big5(hkscs)?|hz|johab"
    r"|shift_jis\w*|euc_\w+|iso2022_\w+|tis-620|hp-roman8|kz1048|ptcp154|palmos"
)
#: ... whose bytes mean more than one letter each in ways that a table of 256 letters, all that expat asks for, does not show
_NO_TABLE: Final = re.compile(r"utf-.*|hz|iso2022_\w+")
_WIDE: Final = re.compile(r"utf-(16|32).*")
_MARKS_OF_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class ForeignEncodingError(Exception):
    """The document is in an encoding that expat cannot read: `name`, as declared."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def root_name(data: bytes) -> str | None:
    """Give the local name of an XML document's root element, None where the bytes do not begin like one."""
    found: list[str] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        found.append(name.rpartition(":")[2])
        raise _RootFoundError

    head = data[:HEAD_BYTES].lstrip(b" \t\r\n")
    for encoding in (None, "iso-8859-1"):
        parser = expat.ParserCreate(encoding)
        parser.StartElementHandler = start
        if encoding is None:
            parser.XmlDeclHandler = _check_declaration
        try:
            parser.Parse(head)
        except _RootFoundError:
            return found[0]
        except (expat.ExpatError, LookupError, ValueError, CorruptFileError, ForeignEncodingError):
            # an encoding expat does not know; names are ASCII, so that a one-byte reading finds the root
            continue
    return None


def check_encoding(declared: str) -> None:
    """Let those encodings through that expat reads, itself or by a table of letters that it asks Python for.

    Raises
    ------
    ForeignEncodingError
        For an encoding that Python has to read first.
    CorruptFileError
        Code ``encoding``, for one that nobody knows or that is none of letters.
    """
    if declared.lower() not in _OF_EXPAT and _NO_TABLE.fullmatch(_codec(declared)):
        raise ForeignEncodingError(declared)


def as_utf8(data: bytes, declared: str) -> tuple[bytes, bool]:
    """Transcode a document whose encoding only Python knows (GB 18030, Shift JIS, ...); True says that letters had to be replaced.

    Raises
    ------
    CorruptFileError
        Code ``encoding``, as for `check_encoding`.
    """
    name = _codec(declared)
    if data.startswith(_MARKS_OF_UTF_16):
        name = "utf-16"
    elif _WIDE.fullmatch(name) and data.startswith(b"<?xml"):
        # some programs write a text as UTF-8 that they made for UTF-16
        name = "utf-8"
    try:
        return data.decode(name).encode(), False
    except ValueError:
        return data.decode(name, "replace").encode("utf-8", "replace"), True


def _codec(declared: str) -> str:
    """Give Python's own name of an encoding of letters."""
    try:
        name = codecs.lookup(declared).name if len(declared) <= LONGEST_NAME else ""
    except (LookupError, ValueError):
        name = ""
    if not _TEXT.fullmatch(name):
        raise CorruptFileError(
            f"the XML declares an encoding nobody knows ({declared[:LONGEST_NAME]})",
            code="encoding",
            offset=0,
            remedy="save it as UTF-8",
        )
    return name


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None:
        check_encoding(encoding)


class _RootFoundError(Exception):
    """Leaves the parser at the first element."""
