"""The streaming read of an XML activity file that GPX and TCX share: they differ in words only.

Conventions: bytes in; a document that breaks off gives what stood before the damage. A document is read a second time where it uses a
prefix that nobody declared (then names are matched without it) or is in an encoding that only Python knows (then as UTF-8).
Any bytes end in `Points` or a ReadError. Nothing here knows a sport, a channel or an activity.

Source: measurements of hostile XML (docs/readers.md, "XML").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from importer.errors import TooLargeError
from importer.readers.xmlhead import ForeignEncodingError, as_utf8
from importer.readers.xmlpass import Pass, Sink, UndeclaredPrefixError
from importer.readers.xmlpoints import Points, Vocabulary

#: bytes of a whole document
MAX_BYTES: Final = 256 * 1024 * 1024
_ASCII: Final = (b"ascii", b"us-ascii")
_MENDED: Final = "encoding: some letters are not of the encoding that the file declares, they were replaced"


def stream(data: bytes, vocabulary: Vocabulary, make_sink: Callable[[], Sink]) -> Points:
    """Read a document.

    Parameters
    ----------
    make_sink : gives a fresh sink for what stands outside points; called again where a document has to be read a second time.

    Raises
    ------
    TooLargeError, CorruptFileError, ReadError
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
        run = Pass(vocabulary, make_sink(), has_namespaces=has_namespaces, encoding=encoding)
        try:
            damage = run.parse(data, lead)
        except UndeclaredPrefixError:
            has_namespaces = False
            notes = (*notes, "undeclared-prefix: a namespace prefix is declared nowhere, names were matched without it")
        except ForeignEncodingError as foreign:
            (data, is_mended), encoding = as_utf8(data, foreign.name), "utf-8"
            notes = (*notes, _MENDED) if is_mended else notes
        else:
            mended = _mended(data) if damage is not None and encoding is None else None
            if mended is not None:
                data, encoding = mended, "utf-8"
                notes = (*notes, _MENDED)
                continue
            t_unix_s, zone_s, columns = run.points.finish()
            return Points(t_unix_s, zone_s, columns, damage, notes)


def _mended(data: bytes) -> bytes | None:
    """Replace the bytes that are no UTF-8 in a document that says, or leaves open, that it is; None where there is none to replace.

    One that says it is ASCII and is not is UTF-8 too.
    """
    declared = re.match(rb"<\?xml[^>]*?encoding=[\"']([\w.:-]+)", data)
    name = b"" if declared is None else declared[1].lower()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or name not in (b"", b"utf-8", *_ASCII):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace").encode("utf-8")
    return None if name not in _ASCII or data.isascii() else data
