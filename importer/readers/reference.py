"""The same activities through the well-known libraries: a second opinion, and the oracle in tests.

Conventions: a reference reader differs from the fast one in who decodes the file, and in nothing behind it: both feed the same
builder. It declines what its library declines, with a `ReadError`. `compare` says field by field how far two readings agree.
Nothing here is fast, and nothing here mends a damaged file.
"""

from __future__ import annotations

import importlib
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from importer.errors import CorruptFileError, ReadError
from importer.readers import gpx, gpx_document, xmlstream
from importer.readers.fit import profile
from importer.readers.fit.activity import assemble
from importer.readers.fit.blocks import WANTED as IN_BLOCKS
from importer.readers.fit.layout import DeveloperField, Value
from importer.readers.fit.messages import RECORD_FIELDS, WANTED, Messages, Row, physical
from importer.readers.fit.wire import split_chain
from importer.readers.reference_blocks import Arrays, Field, arrays, blocks
from importer.readers.xmlpass import split_name
from importer.readers.xmlpoints import Points
from importer.readers.xmltext import number
from importer.values.activity import Activity, FloatArray, Place
from importer.values.sensors import to_streams

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from gpxpy.gpx import GPX, GPXTrackPoint

#: fields of an Activity that `compare` compares as they are
_PLAIN: Final = (
    "start", "elapsed_s", "timer_s", "format", "sport", "sub_sport", "environment", "speed_basis", "cadence_basis", "cadence_factor",
    "distance_m", "laps", "pauses", "texts", "device", "utc_offset_s", "utc_offset_basis", "session_index", "splits", "counts", "notes",
)  # fmt: skip


#: gpxpy looks for them by a regular expression whose time grows with their square: 20,000 take 3 s. Source: measurement.
GPXPY_MOST_NAMESPACES: Final = 1000


class Agreement(NamedTuple):
    """How far two readings agree in one field, over all activities of a file."""

    name: str
    n_equal: int
    n_total: int
    #: "" where all is equal; else the first place that is not, with both values
    first_difference: str


def read_fit_reference(data: bytes) -> tuple[Activity, ...]:
    """Read all activities of a FIT file through fitparse.

    Parameters
    ----------
    data : the whole file.

    Raises
    ------
    ReadError
        Whatever `read_fit` raises, and `CorruptFileError` for what fitparse declines.
    """
    fitparse = importlib.import_module("fitparse")
    # fitparse keeps the descriptions of developer fields for the whole process: they must not leak into this file
    importlib.import_module("fitparse.records").DEV_TYPES.clear()
    try:
        chain = [_messages(fitparse, link) for link in split_chain(data)]
    except ReadError:
        raise
    except Exception as error:  # blind: fitparse leaks KeyError, TypeError, OverflowError and more on odd files
        what = str(error) or type(error).__name__
        raise CorruptFileError(f"fitparse declines the file ({what})", remedy="read it with the program's own reader") from error
    return assemble(chain)


def compare(fast: Sequence[Activity], reference: Sequence[Activity]) -> list[Agreement]:
    """Compare two readings of one file, field by field.

    Parameters
    ----------
    fast, reference : the activities in file order.

    Returns
    -------
    list of Agreement
        ``activities`` first; then each plain field, counted in activities; then each column, counted in samples.
        Two missing values are equal; of floats, only equal ones are.
    """
    found = [_agreement("activities", [len(fast)], [len(reference)])]
    pairs = list(zip(fast, reference, strict=False))
    found += [_agreement(name, [getattr(a, name) for a, _ in pairs], [getattr(b, name) for _, b in pairs]) for name in _PLAIN]
    found.append(_column_agreement("t_s", [(a.t_s, b.t_s) for a, b in pairs]))
    names = sorted({name for pair in pairs for activity in pair for name in activity.columns})
    found += [_column_agreement(name, [(_column(a, name), _column(b, name)) for a, b in pairs]) for name in names]
    series = [(to_streams(a.sensors, a.beats), to_streams(b.sensors, b.beats)) for a, b in pairs]
    names = list(dict.fromkeys(name for pair in series for streams in pair for name in streams))
    none = np.empty(0)
    return found + [_column_agreement(name, [(a.get(name, none), b.get(name, none)) for a, b in series]) for name in names]


def _column(activity: Activity, name: str) -> FloatArray:
    """Give a column, all missing where the activity does not have it."""
    column = activity.columns.get(name)
    return np.full(len(activity), np.nan) if column is None else column


def _agreement(name: str, mine: Sequence[object], theirs: Sequence[object]) -> Agreement:
    differing = [(i, a, b) for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b]
    first = "" if not differing else f"activity {differing[0][0]}: {differing[0][1]!r} against {differing[0][2]!r}"
    return Agreement(name, len(mine) - len(differing), len(mine), first)


def _column_agreement(name: str, pairs: Iterable[tuple[FloatArray, FloatArray]]) -> Agreement:
    n_equal, n_total, first = 0, 0, ""
    for i, (mine, theirs) in enumerate(pairs):
        n_total += max(len(mine), len(theirs))
        shared = min(len(mine), len(theirs))
        equal = (mine[:shared] == theirs[:shared]) | (np.isnan(mine[:shared]) & np.isnan(theirs[:shared]))
        n_equal += int(np.count_nonzero(equal))
        if not first and len(mine) != len(theirs):
            first = f"activity {i}: {len(mine)} values against {len(theirs)}"
        elif not first and not equal.all():
            at = int(np.argmin(equal))
            first = f"activity {i}, sample {at}: {mine[at]} against {theirs[at]}"
    return Agreement(name, n_equal, n_total, first)


def _messages(fitparse: ModuleType, link: bytes) -> Messages:
    """Decode one link with fitparse into what the builder takes."""
    rows: dict[str, list[Row]] = {}
    records: list[tuple[dict[str, float], dict[DeveloperField, float]]] = []
    census: dict[str, int] = {}
    applications: dict[object, str] = {}
    beside: dict[str, list[Arrays]] = {}
    n_messages = 0
    for message in fitparse.FitFile(io.BytesIO(link)).get_messages():
        n_messages += 1
        known = profile.message(message.mesg_num)
        census[known.name] = census.get(known.name, 0) + 1
        if known.name == "developer_data_id":
            applications[message.get_raw_value("developer_data_index")] = _hexadecimal(message.get_raw_value("application_id"))
        elif known.name == "record":
            records.append((_record_numbers(message.fields, known), _developer_numbers(message.fields, applications)))
        elif known.name in IN_BLOCKS:
            beside.setdefault(known.name, []).append(Arrays(n_messages, len(records), arrays(message.fields, known)))
        elif known.name in WANTED:
            rows.setdefault(known.name, []).append(_row(message.fields, known, applications))
    columns = {name: _gather([record[0].get(name) for record in records]) for name in sorted({n for record in records for n in record[0]})}
    described = dict.fromkeys(field for record in records for field in record[1])
    return Messages(
        rows=rows,
        n_records=len(records),
        columns=columns,
        developer={field: _gather([record[1].get(field) for record in records]) for field in described},
        n_messages=n_messages,
        census=census,
        blocks={name: found for name, messages in beside.items() if (found := blocks(name, messages))},
    )


def _row(fields: Iterable[Field], known: profile.MessageProfile, applications: Mapping[object, str]) -> Row:
    """Turn a fitparse message into a row: the first of duplicates that is not missing counts."""
    named: dict[str, Value] = {}
    told: dict[DeveloperField, Value] = {}
    for field in fields:
        value = _value(field)
        if value is None:
            continue
        if field.field_type == "devfield":
            told.setdefault(_described(field, applications), value)
        elif field.field_def is not None and field.field_def.def_num in known.fields:
            field_profile = known.fields[field.field_def.def_num]
            if field_profile.name in WANTED[known.name]:
                named.setdefault(field_profile.name, value if _is_physical(field) else physical(value, field_profile))
        elif field.field_def is None and field.name == "timestamp":
            named.setdefault("timestamp", value)
    return Row(named, told)


def _is_physical(field: Field) -> bool:
    """Tell whether fitparse itself gave the value its name or its unit: it knows the field and no subfield took its place."""
    return field.field is not None and field.parent_field is None and (isinstance(field.value, str) or not field.type.values)


def _value(field: Field) -> Value | None:
    """Give fitparse's value; of times and of subfields the raw one, as fitparse turns those into something else."""
    is_time = field.field is not None and field.type.name in ("date_time", "local_date_time")
    value = field.raw_value if is_time or not _is_physical(field) else field.value
    if isinstance(value, tuple):
        if field.base_type.name == "byte" and len(value) > 1:
            return bytes(value)
        first: tuple[int | float | None, ...] = value
        return None if all(element is None for element in first) else first
    return value if isinstance(value, int | float | str | bytes) else None


def _record_numbers(fields: Iterable[Field], known: profile.MessageProfile) -> dict[str, float]:
    """Give the numbers of one record by name; what fitparse unpacks from field 8 has its own names."""
    numbers: dict[str, float] = {}
    unpacked = any(field.field_def is not None and field.field_def.def_num == 8 for field in fields)
    for field in fields:
        if field.field_type == "devfield":
            continue
        if field.field_def is None:
            if field.name == "timestamp":
                name = "timestamp"
            elif unpacked and field.name in ("speed", "distance"):
                name = f"compressed_{field.name}"
            else:
                continue
        elif field.field_def.def_num in known.fields:
            name = known.fields[field.field_def.def_num].name
        else:
            continue
        if name not in RECORD_FIELDS and not name.startswith("compressed_"):
            continue
        value = _number(field.raw_value if field.field is not None and field.type.values else _value(field))
        if value is not None and field.field is None:
            overlaid = known.fields[field.field_def.def_num]
            value = value / overlaid.scale - overlaid.offset
        if value is not None:
            numbers.setdefault(name, value)
    return numbers


def _developer_numbers(fields: Iterable[Field], applications: Mapping[object, str]) -> dict[DeveloperField, float]:
    numbers: dict[DeveloperField, float] = {}
    for field in fields:
        value = _number(_value(field)) if field.field_type == "devfield" else None
        if value is not None:
            numbers.setdefault(_described(field, applications), value)
    return numbers


def _number(value: object) -> float | None:
    if isinstance(value, tuple):
        value = next((element for element in value if element is not None), None)
    return float(value) if isinstance(value, int | float) else None


def _described(field: Field, applications: Mapping[object, str]) -> DeveloperField:
    """Describe a developer field; fitparse invents a name for a nameless one."""
    own = field.field
    name = "" if own.name == f"unnamed_dev_field_{own.def_num}" else own.name
    return DeveloperField(
        applications.get(own.dev_data_index, ""), own.def_num, name, own.units or "", own.native_field_num, own.type.identifier
    )


def _hexadecimal(value: object) -> str:
    return bytes(value).hex() if isinstance(value, tuple) and None not in value else ""


def _gather(values: Sequence[float | None]) -> FloatArray:
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def read_gpx_reference(data: bytes) -> tuple[Activity, ...]:
    """Read all activities of a GPX file through gpxpy.

    Parameters
    ----------
    data : the whole file.

    Raises
    ------
    ReadError
        Whatever `read_gpx` refuses to touch (the guard runs first, gpxpy has no limits of its own) or finds no activity in,
        and `CorruptFileError` for what gpxpy declines.
    """
    sound = xmlstream.stream(data, gpx_document.VOCABULARY, gpx_document.Document)
    if sound.damage is not None:
        raise sound.damage
    if data.count(b"xmlns") > GPXPY_MOST_NAMESPACES:
        raise CorruptFileError(
            "the GPX file has too many namespace declarations for gpxpy", code="xml-limit", remedy="read it with the program's own reader"
        )
    try:
        parsed = importlib.import_module("gpxpy").parse(data)
        document, points = _document(parsed)
    except Exception as error:  # gpxpy leaks UnicodeDecodeError, TypeError and the XML library's own errors
        what = str(error) or type(error).__name__
        raise CorruptFileError(f"gpxpy declines the file ({what})", remedy="read it with the program's own reader") from error
    return gpx.activities(document, points)


def _document(parsed: GPX) -> tuple[gpx_document.Document, Points]:
    """Turn what gpxpy parsed into what the builder takes."""
    document = gpx_document.Document(creator=parsed.creator or None, n_routes=len(parsed.routes))
    document.texts = _texts((Place.TITLE, parsed.name), (Place.ACTIVITY_NOTES, parsed.description), (Place.ACTIVITY_NOTES, parsed.keywords))
    for waypoint in parsed.waypoints:
        words = [(text or "").strip() for text in (waypoint.name, waypoint.description, waypoint.comment, waypoint.type)]
        document.waypoints.append(gpx_document.Waypoint(_moment(waypoint.time)[0], gpx_document.waypoint_text(*words)))
    rows: list[list[float]] = []
    _add_readings(document, parsed.extensions, n_points=0)
    for track in parsed.tracks:
        texts = _texts(
            (Place.TRACK_NAME, track.name),
            (Place.TRACK_COMMENT, track.comment),
            (Place.TRACK_DESCRIPTION, track.description),
            (Place.TRACK_TYPE, track.type),
        )
        translated = [(element.text or "").strip() for element in track.extensions if _name(element)[1] == gpx_document.TRANSLATED_TYPE]
        entry = gpx_document.Track(len(rows), texts=texts, translated_type=next((text for text in reversed(translated) if text), None))
        for segment in track.segments:
            entry.segments.append(len(rows))
            for point in segment.points:
                _add_readings(document, point.extensions, n_points=len(rows))
                rows.append(_gpx_row(point))
        entry.end = len(rows)
        document.tracks.append(entry)
    cells = np.array(rows, dtype=np.float64).reshape(len(rows), len(gpx_document.CHANNEL_ORDER) + 2)
    columns = [np.ascontiguousarray(cells[:, 2 + i]) for i in range(len(gpx_document.CHANNEL_ORDER))]
    return document, Points(np.ascontiguousarray(cells[:, 0]), np.ascontiguousarray(cells[:, 1]), columns, None, ())


def _add_readings(document: gpx_document.Document, extensions: Iterable[Element], *, n_points: int) -> None:
    """Take the accelerations and heart rates that stand in attributes of extensions; `n_points` were read before them."""
    for extension in extensions:
        for element in extension.iter():
            local = _name(element)[1]
            if local in (gpx_document.ACCELERATION, gpx_document.HEART_RATE.rpartition("/")[2]):
                place = gpx_document.ACCELERATION_PATH if local == gpx_document.ACCELERATION else gpx_document.HEART_RATE
                document.start(place, dict(element.attrib), n_points)


def _texts(*texts: tuple[Place, str | None]) -> list[tuple[Place, str]]:
    return [(place, text.strip()) for place, text in texts if text is not None and text.strip()]


def _gpx_row(point: GPXTrackPoint) -> list[float]:
    """Give time, zone and channels of a gpxpy point, NaN where it has none."""
    row = [math.nan] * (len(gpx_document.CHANNEL_ORDER) + 2)
    row[0], row[1] = _moment(point.time)
    native = {
        "latitude_deg": point.latitude,
        "longitude_deg": point.longitude,
        "altitude_m": point.elevation,
        "speed_mps": getattr(point, "speed", None),
        "course_deg": getattr(point, "course", None),
    }
    for i, name in enumerate(gpx_document.CHANNEL_ORDER, start=2):
        value = native.get(name)
        if value is not None:
            row[i] = float(value)
    for extension in point.extensions:
        for element in extension.iter():
            space, local = _name(element)
            # no root namespace here: nothing inside an extension is an element of GPX itself
            slot = gpx_document.slot(space, local, "-")
            if slot is not None:
                row[1 + slot] = number(element.text or "")
    return row


def _name(element: Element) -> tuple[str, str]:
    """Give namespace and local name of an element, as both XML libraries of gpxpy give it."""
    return split_name(str(element.tag).removeprefix("{").replace("}", " "))


def _moment(time: datetime | None) -> tuple[float, float]:
    """Give UTC seconds and the zone of a gpxpy time, as `xmltext.times` does."""
    if time is None:
        return math.nan, math.nan
    offset = time.utcoffset()
    aware = time.replace(tzinfo=UTC) if offset is None else time
    return (aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds(), math.nan if offset is None else offset.total_seconds()
