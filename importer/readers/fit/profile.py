"""Names, scales, units and value names of FIT messages: the one door to fitparse's profile tables.

Conventions: a physical value is raw / scale - offset, as the profile says; a value of an enumeration is its name where one is known,
else the raw number; times stay FIT seconds (`EPOCH_UNIX_S` makes them UTC).
fitparse knows the profile of 2019; `overlay` adds what it lacks and changes nothing that it has.
fitparse's tables are imported with the first FIT file (12 ms) and never written to.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Final, NamedTuple

from importer.readers.fit import overlay

#: s; FIT counts from 1989-12-31T00:00:00 UTC. Source: FIT protocol.
EPOCH_UNIX_S: Final = 631_065_600
#: FIT seconds; smaller ones count from when the device was switched on. Source: FIT protocol, type date_time.
FIRST_ABSOLUTE_TIME: Final = 0x1000_0000
#: degrees in one semicircle. Source: FIT profile, unit semicircles.
DEG_PER_SEMICIRCLE: Final = 180.0 / 2**31

_NO_VALUES: Final[Mapping[int, str]] = MappingProxyType({})


class FieldProfile(NamedTuple):
    """What the profile says about one field; `values` names the numbers of an enumeration."""

    name: str
    type: str
    scale: float
    offset: float
    units: str
    values: Mapping[int, str]


class MessageProfile(NamedTuple):
    """What the profile says about one message."""

    number: int
    name: str
    fields: Mapping[int, FieldProfile]


@functools.cache
def message(number: int) -> MessageProfile:
    """Give what is known of a message; one that nobody knows is ``unknown_<number>`` without fields."""
    known = _fitparse().MESSAGE_TYPES.get(number)
    name = known.name if known is not None else overlay.MESSAGES.get(number, f"unknown_{number}")
    fields = {
        field_number: FieldProfile(f.name, f.type.name, _number(f.scale, 1.0), _number(f.offset, 0.0), f.units or "", values(f.type.name))
        for field_number, f in (known.fields if known is not None else {}).items()
    }
    for message_name, field_number, field_name, type_, scale, offset, units in overlay.FIELDS:
        if message_name == name and field_number not in fields:
            fields[field_number] = FieldProfile(field_name, type_, scale, offset, units, values(type_))
    return MessageProfile(number, name, fields)


@functools.cache
def field_numbers(number: int, names: frozenset[str]) -> frozenset[int]:
    """Give the numbers of a message's fields of these names."""
    return frozenset(field_number for field_number, field in message(number).fields.items() if field.name in names)


@functools.cache
def message_number(name: str) -> int:
    """Give the global number of a message; KeyError for a name that the profile does not have."""
    numbers: dict[str, int] = {known.name: number for number, known in _fitparse().MESSAGE_TYPES.items()}
    numbers |= {added: number for number, added in overlay.MESSAGES.items()}
    return numbers[name]


@functools.cache
def values(type_: str) -> Mapping[int, str]:
    """Give the names of an enumeration's numbers, none for a type that is no enumeration."""
    known = _fitparse().FIELD_TYPES.get(type_)
    words = overlay.VALUES.get(type_, "").split()
    added = {int(number): name for number, name in zip(words[::2], words[1::2], strict=True)}
    both = added | ({} if known is None or known.values is None else dict(known.values))
    return MappingProxyType(both) if both else _NO_VALUES


def _number(value: object, otherwise: float) -> float:
    """Give a scale or an offset as one number; fields made of components have none of their own."""
    return float(value) if isinstance(value, int | float) and value else otherwise


@functools.cache
def _fitparse() -> ModuleType:
    """Import fitparse's tables: they are untyped, and only this module and the reference reader know them."""
    return importlib.import_module("fitparse.profile")
