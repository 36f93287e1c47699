"""Recognition by content, and the one function that reads any payload.

Conventions: a payload is what is left after decompression (see `containers`); its name plays no part.
The readers are imported when their format turns up: each costs 20 to 50 ms, more than reading many a file.
Nothing here decodes: it asks, hands on and keeps what can be movement on foot.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Final

from importer.errors import NotAnActivityError, ReadError, UnknownFormatError
from importer.readers.containers import GZIP_MAGIC, ZIP_MAGICS
from importer.values.activity import Activity

#: sports that can hold movement on foot, whatever else the writer knows of it
FOOT_SPORTS: Final = frozenset({"running", "walking", "hiking", "generic", "unknown", "all", "mountaineering", "snowshoeing", "rucking"})
#: machines whose sport is fitness equipment: these, or nobody says
FOOT_MACHINES: Final = frozenset({"treadmill", "elliptical", "indoor_running", "indoor_walking", "stair_climbing", "generic", "unknown"})
#: bytes in which a text shows what it is
_HEAD_BYTES: Final = 4096

#: bytes that must hold the beginning of a root element that no parser reaches
_PROLOG_BYTES: Final = 65_536
#: what may stand before a root element, and a root of ours
_BEFORE_ROOT: Final = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL)
_OUR_ROOT: Final = re.compile(rb"\s*<(?:[\w.-]+:)?(gpx|TrainingCenterDatabase)[\s/>]")

_IMAGES: Final = ((b"\x89PNG", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"), (b"RIFF", "a RIFF media file"))
_OTHERS: Final = (
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
)
#: roots of XML documents that users take for activities
_ROOTS: Final = {
    "html": "an HTML page",
    "kml": "a KML map",
    "pwx": "a PWX workout",
    "sml": "a Suunto SML log",
    "HealthData": "Apple Health's export.xml",
    "svg": "an SVG image",
    "osm": "an OpenStreetMap extract",
    "workout_file": "a Zwift workout",
}
_PAGE_REMEDY: Final = "the download gave a web page, perhaps a login: sign in and download the activity file again"
_REMEDY: Final = "export the activity as FIT (Original), TCX or GPX"


def recognise(data: bytes) -> str | None:
    """Tell the format of bytes: ``fit``, ``gpx``, ``tcx``, ``gzip``, ``zip``, None for any other."""
    if len(data) >= 12 and data[8:12] == b".FIT":
        return "fit"
    if data.startswith(GZIP_MAGIC):
        return "gzip"
    if data.startswith(ZIP_MAGICS):
        return "zip"
    return {"gpx": "gpx", "TrainingCenterDatabase": "tcx"}.get(_root(data))


def read_activities(data: bytes, *, strict: bool = False) -> tuple[Activity, ...]:
    """Read the activities of a payload that can hold movement on foot.

    Parameters
    ----------
    data : after decompression.
    strict : refuse damaged files instead of saving what is whole.

    Raises
    ------
    UnknownFormatError
        Codes ``unknown-format``, ``empty-file``, ``nested-archive``; the message says what the bytes look like.
    NotAnActivityError
        Code ``not-foot`` where every session is of another sport, and the readers' own codes.
    ReadError
        Whatever else the readers refuse.
    """
    reader = _reader(recognise(data))
    if reader is None:
        raise _unknown(data)
    return foot_activities(reader(data, strict=strict))


def foot_activities(activities: tuple[Activity, ...]) -> tuple[Activity, ...]:
    """Keep the sessions that can hold movement on foot, with a note about the others.

    Raises
    ------
    NotAnActivityError
        Code ``not-foot`` where none is left.
    """
    kept = tuple(activity for activity in activities if is_foot(activity))
    dropped = [_name(activity) for activity in activities if not is_foot(activity)]
    if not kept:
        found = ", ".join(dict.fromkeys(dropped))
        raise NotAnActivityError(
            f"the file holds no movement on foot, but {found}",
            found=found,
            code="not-foot",
            remedy="nothing to do, unless the sport is wrong: correct it where you exported the file",
        )
    if not dropped:
        return kept
    note = f"other-sport: left out of this file: {', '.join(dropped)}"
    return tuple(dataclasses.replace(activity, notes=(*activity.notes, note)) for activity in kept)


def is_foot(activity: Activity) -> bool:
    """Say whether a session can hold movement on foot, by its sport alone."""
    if activity.sport == "fitness_equipment":
        return activity.sub_sport in FOOT_MACHINES
    return activity.sport in FOOT_SPORTS


def _reader(kind: str | None) -> Callable[..., tuple[Activity, ...]] | None:
    if kind == "fit":
        from importer.readers.fit import read_fit

        return read_fit
    if kind == "gpx":
        from importer.readers.gpx import read_gpx

        return read_gpx
    if kind == "tcx":
        from importer.readers.tcx import read_tcx

        return read_tcx
    return None


def _name(activity: Activity) -> str:
    """Name a session by its sport: ``cycling (road)``."""
    sport = activity.sport.replace("_", " ")
    return sport if activity.sub_sport in ("generic", "unknown") else f"{sport} ({activity.sub_sport.replace('_', ' ')})"


def _root(data: bytes) -> str:
    """Give the root element's name of what may be XML, "" for anything else."""
    head = data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")
    if not head.startswith(b"<"):
        return ""
    from importer.readers.xmlhead import root_name

    return root_name(data) or _broken_root(data)


def _broken_root(data: bytes) -> str:
    """Give the root of a document of ours whose first element is broken off, endless or a trap, "" for anything else.

    Then its reader says what is wrong with it, instead of this one saying that it is something else.
    """
    head = data[:_PROLOG_BYTES].removeprefix(b"\xef\xbb\xbf")
    at = 0
    while (before := _BEFORE_ROOT.match(head, at)) is not None:
        at = before.end()
    found = _OUR_ROOT.match(head, at)
    return "" if found is None else found.group(1).decode("ascii")


def _unknown(data: bytes) -> ReadError:
    """Say what bytes look like that are no activity file."""
    if not data:
        return UnknownFormatError("the file is empty", code="empty-file", remedy="copy or download it again")
    looks, remedy = _look(data)
    code = "nested-archive" if looks == "an archive inside an archive" else "unknown-format"
    return UnknownFormatError(f"this is no FIT, GPX or TCX file, it looks like {looks}", code=code, remedy=remedy)


def _look(data: bytes) -> tuple[str, str]:
    """Give what the bytes look like and what to do about it."""
    if data.startswith((GZIP_MAGIC, *ZIP_MAGICS)):
        return "an archive inside an archive", "unpack it and import what is inside"
    for magic, name in (*_IMAGES, *_OTHERS):
        if data.startswith(magic):
            return name, _REMEDY
    head = data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"<!doctype\s+html|<html", head, re.IGNORECASE):
        return "an HTML page", _PAGE_REMEDY
    root = _root(data)
    if root:
        return _ROOTS.get(root, f"an XML file with the root <{root[:40]}>"), _REMEDY
    if head.startswith((b"{", b"[")):
        return "JSON", _REMEDY
    if not data.strip(b"\x00"):
        return "zeros, as a failed copy leaves them", "copy or download the file again"
    control = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if control:
        return "a binary file of another kind", _REMEDY
    first_line = head.split(b"\n", 1)[0]
    return ("a table (CSV)" if first_line.count(b",") + first_line.count(b";") > 1 else "plain text"), _REMEDY
