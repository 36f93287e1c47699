"""What the store keeps of athletes: who they are, what they say of themselves over time, and whose device is whose.

Conventions: a value holds from midnight UTC of a day until the next value of the same name; `ALWAYS` is before every recording.
Knows no database, so that importing it is cheap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final

from importer.values.activity import Device

#: the first moment that anything can hold from
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Profile:
    """What an athlete says of himself; None is nothing.

    `backward_sessions_share` is the share of all sessions that hold backward movement, 0 to 1: detection begins with it.
    """

    weight_kg: float | None = None
    max_heart_rate_bpm: float | None = None
    resting_heart_rate_bpm: float | None = None
    backward_sessions_share: float | None = None


#: names of the values of a profile, which are the columns of the table
PROFILE_NAMES: Final = tuple(field.name for field in fields(Profile))


@dataclass(frozen=True, slots=True)
class ProfileEntry:
    """What was said for the time from a day on; None of a value says nothing, so that the one before it goes on."""

    since: datetime
    said: Profile


def profile_at(entries: Sequence[ProfileEntry], moment: datetime) -> Profile:
    """Give what holds at a moment; `entries` in order of time."""
    now: dict[str, float] = {}
    for entry in entries:
        if entry.since > moment:
            break
        now.update({name: value for name in PROFILE_NAMES if (value := getattr(entry.said, name)) is not None})
    return Profile(**now)


@dataclass(frozen=True, slots=True)
class DeviceRule:
    """Whose recordings a device makes; None of manufacturer, product or serial is any. Words are in small letters."""

    id: int
    athlete: str
    manufacturer: str | None = None
    product: str | None = None
    serial: int | None = None

    @property
    def words(self) -> str:
        """Say which devices it is about: ``garmin fr955, serial 123``."""
        kind = " ".join(word for word in (self.manufacturer, self.product) if word)
        serial = None if self.serial is None else f"serial {self.serial}"
        return ", ".join(word for word in (kind, serial) if word)

    def fits(self, device: Device) -> bool:
        """Say whether a device is one of those."""
        told = ((self.manufacturer, device.manufacturer), (self.product, device.product))
        is_kind = all(word is None or (found is not None and folded(found) == word) for word, found in told)
        return is_kind and self.serial in (None, device.serial)

    @property
    def rank(self) -> tuple[bool, bool, bool, int]:
        """How closely it describes a device: of several that fit, the one with the smallest rank counts."""
        return self.serial is None, self.product is None, self.manufacturer is None, self.id


def folded(word: str) -> str:
    """Give a device's word as rules compare it."""
    return " ".join(word.split()).casefold()


def rule_for(rules: Sequence[DeviceRule], device: Device) -> DeviceRule | None:
    """Give the rule that decides whose recording a device made; None where none fits."""
    return min((rule for rule in rules if rule.fits(device)), key=lambda rule: rule.rank, default=None)
