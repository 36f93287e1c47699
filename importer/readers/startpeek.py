"""About when did a recording begin? A glance at the first bytes, without decoding it.

Conventions: moments are Unix seconds; several may be possible, and none is certain: a FIT file says when it was created, a GPX
may begin with the time of its export. Good for finding the days of a list that are worth a closer look, for nothing else.
"""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime
from typing import Final

#: Unix time of the FIT epoch, 1989-12-31. Source: FIT protocol
_FIT_EPOCH_UNIX_S: Final = 631_065_600
#: field `time_created` of message `file_id`, which is the first of every FIT file. Source: FIT profile
_FILE_ID, _TIME_CREATED = 0, 4
_HAS_DEVELOPER_FIELDS: Final = 0x20
_IS_DEFINITION: Final = 0x40
#: bytes of an XML document that are searched, and times that are taken from them
_HEAD_BYTES: Final = 65_536
_LIMIT_TIMES: Final = 8
_TIME: Final = rb"<(?:\w+:)?(?:time|Time|Id)>\s*(\d{4}-\d\d-\d\dT[0-9:.]{8,20}(?:Z|[+-]\d\d:?\d\d)?)\s*<"


def possible_starts(data: bytes) -> tuple[float, ...]:
    """Give the moments at which a recording may have begun, none where its first bytes do not say."""
    if data[8:12] == b".FIT":
        at = _fit_created(data)
        return () if at is None else (float(at),)
    found = [_unix_s(match[1]) for _, match in zip(range(_LIMIT_TIMES), re.finditer(_TIME, data[:_HEAD_BYTES]), strict=False)]
    return tuple(dict.fromkeys(at for at in found if at is not None))


def _fit_created(data: bytes) -> int | None:
    """Read `time_created` of the message that a FIT file begins with."""
    try:
        at = data[0]
        if not data[at] & _IS_DEFINITION or data[at] & 0x80:
            return None
        order = ">" if data[at + 2] else "<"
        (number,) = struct.unpack_from(f"{order}H", data, at + 3)
        n_fields = data[at + 5]
        fields = [(data[at + 6 + 3 * i], data[at + 7 + 3 * i]) for i in range(n_fields)]
        body = at + 6 + 3 * n_fields
        if data[at] & _HAS_DEVELOPER_FIELDS:
            body += 1 + 3 * data[body]
        if number != _FILE_ID or data[body] & 0xF0:
            return None
        body += 1
        for field, size in fields:
            if field == _TIME_CREATED and size == 4:
                (seconds,) = struct.unpack_from(f"{order}I", data, body)
                return _FIT_EPOCH_UNIX_S + int(seconds) if seconds != 0xFFFFFFFF else None
            body += size
    except (IndexError, struct.error):
        return None
    return None


def _unix_s(text: bytes) -> float | None:
    try:
        at = datetime.fromisoformat(text.decode("ascii"))
        return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
