"""Does the fast reader say the same as the well-known library? One payload in, one verdict out.

Conventions: a difference is *known* where its cause is found in the file itself, and then it has a name (docs/readers.md explains
each); every other difference is one. Two readers that refuse a file as no activity agree; TCX has no second reader.
Nothing here mends, prefers or writes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from importer.errors import NotAnActivityError, ReadError
from importer.readers import registry
from importer.readers.fit import read_fit
from importer.readers.fit.developer_channels import developer_channel
from importer.readers.fit.integrity import Integrity
from importer.readers.fit.messages import decode
from importer.readers.fit.wire import read_links
from importer.readers.gpx import read_gpx
from importer.readers.reference import Agreement, compare, read_fit_reference, read_gpx_reference
from importer.readers.tcx import read_tcx
from importer.values.activity import Activity

#: notes of ours that say why a library refuses a file: damage, and a prefix that nobody declared
_SALVAGED: Final = frozenset({*(integrity.value for integrity in Integrity), "undeclared-prefix"})
#: what a library says about files that are sound for us, and our name of it
_DECLINED: Final = (
    ("Invalid field size", "field-size"),
    ("dev field", "undescribed-developer-field"),
    ("dev_data_index", "undescribed-developer-field"),
    ("codec can't decode", "encoding"),
    ("too many namespace declarations", "namespaces"),
)
#: fields that may differ besides the samples themselves, by the name of the difference
_ALLOWED: Final = {
    Integrity.TRAILING.value: frozenset({"counts", "notes"}),
    "speed-of-gpx-1.1": frozenset({"speed_mps", "course_deg", "speed_basis", "notes", "counts"}),
}


class Judgement(StrEnum):
    """How the two readings of a payload stand to each other."""

    EQUAL = "equal"
    KNOWN = "known-difference"
    READ_ONLY = "read-only"  # no second reader knows the format
    SKIPPED = "skipped"  # both say that it is no activity
    DIFFERENT = "different"
    UNREADABLE = "unreadable"  # neither reads it

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong with the reader."""
        return self not in (Judgement.DIFFERENT, Judgement.UNREADABLE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out of reading a payload twice.

    Parameters
    ----------
    judgement : how the readings stand to each other.
    format : ``fit``, ``gpx``, ``tcx``, None where it is none of them.
    library : the second reader, None where there is none.
    known : names of the known differences that were found.
    fields : how many values agree, empty where one of the readers declines.
    error, library_error : why a reader declines, None where it does not.
    """

    judgement: Judgement
    format: str | None
    library: str | None = None
    known: tuple[str, ...] = ()
    fields: tuple[Agreement, ...] = ()
    error: ReadError | None = None
    library_error: ReadError | None = None


class _Readings(NamedTuple):
    """What each reader gave, or why it gave nothing."""

    ours: tuple[Activity, ...] | ReadError
    theirs: tuple[Activity, ...] | ReadError


#: what reads all sessions of a payload; of anything else the door says what it is
_READERS: Final[dict[str, Callable[[bytes], tuple[Activity, ...]]]] = {"fit": read_fit, "gpx": read_gpx, "tcx": read_tcx}
_LIBRARIES: Final = {"fit": ("fitparse", read_fit_reference), "gpx": ("gpxpy", read_gpx_reference)}


def verify(data: bytes) -> Verdict:
    """Read a payload with the fast reader and with the library that knows its format, and compare value by value.

    Parameters
    ----------
    data : after decompression.
    """
    kind = registry.recognise(data)
    ours = _ours(data, kind)
    if kind not in _LIBRARIES:
        if isinstance(ours, ReadError):
            judgement = Judgement.SKIPPED if ours.is_skip else Judgement.UNREADABLE
            return Verdict(judgement, kind if kind == "tcx" else None, error=ours)
        return Verdict(Judgement.READ_ONLY, kind)
    library, read = _LIBRARIES[kind]
    try:
        theirs: tuple[Activity, ...] | ReadError = read(data)
    except ReadError as error:
        theirs = error
    if isinstance(ours, ReadError) or isinstance(theirs, ReadError):
        return _of_refusals(kind, library, ours, theirs)
    fields = tuple(compare(ours, theirs))
    known = {name: _ALLOWED[name] for name in _names(ours) if name in _ALLOWED}
    if kind == "fit":
        known |= _scaled_developer_fields(data)
    elif _only_we_have_speed(ours, theirs):
        known["speed-of-gpx-1.1"] = _ALLOWED["speed-of-gpx-1.1"]
    judgement, causes = judge(fields, known)
    return Verdict(judgement, kind, library, causes, fields)


def judge(fields: Iterable[Agreement], known: Mapping[str, frozenset[str]]) -> tuple[Judgement, tuple[str, ...]]:
    """Judge two readings by the fields that differ.

    Parameters
    ----------
    known : name of a cause that the file has, to the fields that may differ for it.

    Returns
    -------
    judgement : ``DIFFERENT`` where one field differs that no cause explains.
    causes : names of the causes for which a field does differ.
    """
    differing = {field.name for field in fields if field.n_equal < field.n_total}
    if not differing:
        return Judgement.EQUAL, ()
    causes = tuple(name for name, allowed in known.items() if differing & allowed)
    is_explained = differing <= frozenset().union(*known.values())
    return Judgement.KNOWN if is_explained else Judgement.DIFFERENT, causes


def _ours(data: bytes, kind: str | None) -> tuple[Activity, ...] | ReadError:
    """Read all sessions of a payload, whatever their sport."""
    reader = _READERS.get(kind or "", registry.read_activities)
    try:
        return reader(data)
    except ReadError as error:
        return error


def _of_refusals(kind: str, library: str, ours: tuple[Activity, ...] | ReadError, theirs: tuple[Activity, ...] | ReadError) -> Verdict:
    """Judge where one of the readers declines, or both."""
    error = ours if isinstance(ours, ReadError) else None
    library_error = theirs if isinstance(theirs, ReadError) else None
    known: tuple[str, ...] = ()
    if error is not None and library_error is not None:
        if error.code == library_error.code:
            judgement = Judgement.SKIPPED if error.is_skip else Judgement.UNREADABLE
        elif isinstance(error, NotAnActivityError) and not library_error.is_skip:
            judgement, known = Judgement.KNOWN, ("declined-without-activity",)
        else:
            judgement = Judgement.DIFFERENT
    elif library_error is not None and not isinstance(ours, ReadError):
        known = _causes(kind, ours, library_error)
        judgement = Judgement.KNOWN if known else Judgement.DIFFERENT
    else:
        judgement = Judgement.DIFFERENT
    return Verdict(judgement, kind, library, known, error=error, library_error=library_error)


def _causes(kind: str, ours: tuple[Activity, ...], library_error: ReadError) -> tuple[str, ...]:
    """Name why a library declines what we read: damage that we note, or what it says itself."""
    said = [name for words, name in _DECLINED if words in library_error.reason]
    named = tuple(dict.fromkeys([*(name for name in _names(ours) if name in _SALVAGED), *said]))
    if named or kind != "gpx":
        return named
    # gpxpy refuses a whole file for one number, position or time that is none
    return ("bad-number",) if any(count.startswith("bad_") for activity in ours for count in activity.counts) else ()


def _names(activities: tuple[Activity, ...]) -> list[str]:
    """Give the first words of all notes."""
    return list(dict.fromkeys(note.partition(":")[0] for activity in activities for note in activity.notes))


def _scaled_developer_fields(data: bytes) -> dict[str, frozenset[str]]:
    """Name the channels fed by developer fields with a scale or an offset, which fitparse ignores."""
    fields = [field for link in read_links(data) for field in decode(link).developer if field.scale != 1.0 or field.offset != 0.0]
    fed = {known[0] for field in fields if (known := developer_channel(field)) is not None}
    return {"developer-scale": frozenset({*fed, "counts"})} if fed else {}


def _only_we_have_speed(ours: tuple[Activity, ...], theirs: tuple[Activity, ...]) -> bool:
    """Tell whether the file's speed or course is one that gpxpy drops: in GPX 1.1, as a child of the point."""
    return any(
        ("derived-speed" in _names((b,)) and "derived-speed" not in _names((a,)))
        or ("course_deg" in a.columns and "course_deg" not in b.columns)
        for a, b in zip(ours, theirs, strict=False)
    )
