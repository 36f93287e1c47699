"""Every message of a FIT file, value by value, against fitparse, fitdecode and Garmin's own decoder. For comparison only.

Conventions: a field's key is its number, or (application's index, number) for a developer field; *raw* is the number in the file, *scaled*
is the profile's: a physical value in its unit, the name of an enumeration's value, FIT seconds for a time.
Of a field that a message has twice, the first value that is there counts; what is missing is absent.
The libraries are imported when they are asked for, as not all of them are everywhere. Nothing here compares: that is `fit_exact`.
"""

from __future__ import annotations

import importlib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any, Final, NamedTuple

from importer.readers.fit import heart, profile
from importer.readers.fit.layout import NATIVE, FieldKey, Group
from importer.readers.fit.messages import decode, physical
from importer.readers.fit.wire import read_links

TIMESTAMP: Final = 253
Key = int | tuple[int, int]


class Message(NamedTuple):
    """One data message."""

    number: int
    raw: dict[Key, Any]
    scaled: dict[Key, Any]
    #: fields that a library took for a subfield
    special: frozenset[Key] = frozenset()
    #: fields that the definition names more than once
    repeated: frozenset[Key] = frozenset()


def plain(value: Any) -> Any:
    """Bring the decoders' ways to hold a value together: arrays as tuples, one element as itself, times as numbers, None for missing."""
    if isinstance(value, int | str):
        return value or None if isinstance(value, str) else value
    if isinstance(value, bytes | list | tuple):
        array = tuple(plain(element) for element in value)
        return None if all(element is None for element in array) else array[0] if len(array) == 1 else array
    if isinstance(value, float):
        return value if abs(value) < 2.0**53 else None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() - profile.EPOCH_UNIX_S
    return value.hour * 3600 + value.minute * 60 + value.second if isinstance(value, time) else value


def ours(data: bytes) -> list[Message]:
    """Decode every field of every message, in the file's order."""
    found: list[tuple[int, Message]] = []
    for link in read_links(data):
        for group in link.groups:
            found += zip(group.positions.tolist(), _messages(group), strict=True)
    return [message for _, message in sorted(found, key=lambda entry: entry[0])]


def _messages(group: Group) -> Iterator[Message]:
    fields = profile.message(group.layout.number).fields
    keys = Counter(_key(key) for key in (one.key for one in group.layout.fields))
    repeated = frozenset(key for key, n in keys.items() if n > 1)
    for i, row in enumerate(group.rows()):
        raw: dict[Key, Any] = {}
        scaled: dict[Key, Any] = {}
        for (index, number), value in row.items():
            key = _key((index, number))
            known = fields.get(number) if index == NATIVE else None
            present = plain(value)
            if present is not None:
                raw[key] = present
                scaled[key] = present if known is None else plain(physical(value, known))
        if group.times is not None and TIMESTAMP not in raw and group.times[i] == group.times[i]:
            raw[TIMESTAMP] = scaled[TIMESTAMP] = float(group.times[i])
        yield Message(group.layout.number, raw, scaled, repeated=repeated)


def _key(key: FieldKey) -> Key:
    return key[1] if key[0] == NATIVE else key


def fitparse_messages(data: bytes) -> Iterator[Message]:
    """Give fitparse's reading; it raises where fitparse does."""
    fitparse = importlib.import_module("fitparse")
    importlib.import_module("fitparse.records").DEV_TYPES.clear()  # kept for the whole process otherwise
    for message in fitparse.FitFile(data).get_messages():
        yield _of_fields(message.mesg_num, message.fields, lambda f: f.field_type == "devfield", lambda f: f.field.dev_data_index)


def fitdecode_messages(data: bytes) -> Iterator[Message]:
    """Give fitdecode's reading; it raises where fitdecode does."""
    fitdecode = importlib.import_module("fitdecode")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with fitdecode.FitReader(data, check_crc=fitdecode.CrcCheck.DISABLED, processor=None) as reader:
            for frame in reader:
                if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                    fields = frame.fields
                    yield _of_fields(frame.global_mesg_num, fields, lambda f: f.field_def.is_dev, lambda f: f.field_def.dev_data_index)


def _of_fields(number: int, fields: Any, is_developer: Callable[[Any], bool], index_of: Callable[[Any], int]) -> Message:
    raw: dict[Key, Any] = {}
    scaled: dict[Key, Any] = {}
    special = set()
    for one in fields:
        if one.field_def is None:  # made of another field's components, or of the header's time
            if one.name == "timestamp" and plain(one.raw_value) is not None:
                raw.setdefault(TIMESTAMP, plain(one.raw_value))
                scaled.setdefault(TIMESTAMP, plain(one.value))
            continue
        key: Key = (index_of(one), one.field_def.def_num) if is_developer(one) else one.field_def.def_num
        value = plain(one.raw_value)
        if value is None or key in raw:
            continue
        raw[key], scaled[key] = value, plain(one.value)
        if one.parent_field is not None:
            special.add(key)
    return Message(number, raw, scaled, frozenset(special))


def garmin_messages(data: bytes) -> Iterator[Message]:
    """Give the reading of Garmin's decoder, which runs twice: for raw and for scaled values. Raises its first error behind the rest."""
    options: dict[str, bool] = {"convert_datetimes_to_dates": False, "expand_sub_fields": False, "expand_components": False}
    raw, error = _garmin(data, options | {"apply_scale_and_offset": False, "convert_types_to_strings": False})
    scaled, _ = _garmin(data, options)
    for (number, raw_fields), (_, scaled_fields) in zip(raw, scaled, strict=True):
        yield Message(number, raw_fields, scaled_fields)
    if error is not None:
        raise error


def _garmin(data: bytes, options: Mapping[str, bool]) -> tuple[list[tuple[int, dict[Key, Any]]], Exception | None]:
    sdk = importlib.import_module("garmin_fit_sdk")
    numbers = {
        number: {known["name"]: field_number for field_number, known in message["fields"].items()}
        for number, message in sdk.Profile["messages"].items()
    }
    described: list[tuple[int, int]] = []
    found: list[tuple[int, dict[Key, Any]]] = []

    def take(number: int, message: Mapping[Any, Any]) -> None:
        fields: dict[Key, Any] = {}
        for name, value in message.items():
            if name == "developer_fields":
                fields |= {described[key]: plain(element) for key, element in value.items()}
            elif not (number == 206 and name == "key"):
                fields[numbers[number][name] if isinstance(name, str) else name] = plain(value)
        if number == 206:
            described.append((message.get("developer_data_index", -1), message.get("field_definition_number", -1)))
        found.append((number, {key: value for key, value in fields.items() if value is not None}))

    stream = sdk.Stream.from_byte_array(bytearray(data))
    _, errors = sdk.Decoder(stream).read(enable_crc_check=False, merge_heart_rates=False, mesg_listener=take, **options)
    return found, errors[0] if errors else None


LIBRARIES: Final[Mapping[str, Callable[[bytes], Iterator[Message]]]] = {
    "fitparse": fitparse_messages,
    "fitdecode": fitdecode_messages,
    "garmin-fit-sdk": garmin_messages,
}


def merged_heart_rates(data: bytes) -> dict[int, float]:
    """Give the heart rates that Garmin's decoder puts into samples which have none in the file: FIT seconds to bpm."""
    sdk = importlib.import_module("garmin_fit_sdk")

    def rates(*, is_merged: bool) -> dict[int, float]:
        stream = sdk.Stream.from_byte_array(bytearray(data))
        messages, _ = sdk.Decoder(stream).read(enable_crc_check=False, merge_heart_rates=is_merged, convert_datetimes_to_dates=False)
        return {one["timestamp"]: one["heart_rate"] for one in messages.get("record_mesgs", []) if "heart_rate" in one}

    own = rates(is_merged=False)
    return {moment: rate for moment, rate in rates(is_merged=True).items() if moment not in own}


def our_merged_heart_rates(data: bytes) -> dict[int, float]:
    """Give the heart rates that this program puts into samples which have none in the file: FIT seconds to bpm."""
    chain = [decode(link) for link in read_links(data)]
    found = heart.beats(chain)
    rates: dict[int, float] = {}
    for messages in chain if len(found.t) else ():
        t = messages.columns.get("timestamp")
        if t is not None:
            merged = heart.merge(t, messages.columns.get("heart_rate"), found)
            rates |= {int(t[i]): float(merged.bpm[i]) for i in merged.is_new.nonzero()[0]}
    return rates
