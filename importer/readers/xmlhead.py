"""The beginning of an XML document: what its root is, and what its encoding.

Conventions: bytes in; a document that cannot be told has no root.
Nothing here reads further than it must.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from importer.errors import CorruptFileError

#: bytes that must hold the root element
HEAD_BYTES: Final = 65_536


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
        try:
            parser.Parse(head)
        except _RootFoundError:
            return found[0]
        except (expat.ExpatError, LookupError, ValueError):
            # an encoding expat does not know; names are ASCII, so that a one-byte reading finds the root
            continue
    return None


def as_utf8(data: bytes) -> bytes:
    """Transcode a document whose encoding only Python knows (GB 18030, Shift JIS, ...)."""
    declared = re.match(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""", data)
    name = declared.group(1).decode("ascii") if declared else "unknown"
    try:
        return data.decode(name, errors="replace").encode()
    except (LookupError, ValueError, TypeError) as error:
        raise CorruptFileError(
            f"the XML declares an encoding nobody knows ({name})", code="encoding", offset=0, remedy="save it as UTF-8"
        ) from error


class _RootFoundError(Exception):
    """Leaves the parser at the first element."""
