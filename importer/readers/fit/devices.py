"""Who wrote a FIT file, what supplied its speed, where it was recorded, and how its clock stands to UTC.

Conventions: None and `UNKNOWN` are answers; what a program writes in a watch maker's name is recognised by what no watch writes.
Nothing here looks at the values of a channel, only at whether they are there.

Source: real files and the writers' own code (docs/readers.md, "What supplied the speed").
"""

from __future__ import annotations

import bisect
import math
from typing import Final

from importer.readers.fit import profile
from importer.readers.fit.messages import Messages, Row
from importer.values.activity import Device, Environment, SpeedBasis

#: serial numbers that are nobody's: QZ's constant, Stryd's and the SDK's, and "invalid" itself
WORTHLESS_SERIALS: Final = frozenset({0, 12345, 2**31 - 1, 2**32 - 1})
_QZ_SERIAL: Final = 12345
_QZ_APPLICATION: Final = "3746ce54a9e942b09be9b867f8d20f7d"
#: manufacturers (FIT profile) whose running files come from a treadmill or are driven by its speed
_BELT_WRITERS: Final = frozenset({"zwift", "ifit", "peloton", "technogym", "precor", "life_fitness", "matrix", "npe", "qdomyos_zwift"})
_WATCH_MAKERS: Final = frozenset({"garmin", "suunto", "coros", "polar_electro", "tomtom", "zepp", "huawei"})
_BELT_SPORTS: Final = frozenset({"running", "walking", "fitness_equipment", "generic"})
#: local device types of Garmin watches. Source: FIT profile, local_device_type.
_LOCAL_GPS: Final = frozenset({0, 1, 2})
_LOCAL_ACCELEROMETER: Final = 3
#: ANT+ device types. Source: FIT profile, antplus_device_type.
_ANT_FOOTPOD: Final = 124
_ANT_FITNESS_EQUIPMENT: Final = 17
_INDOOR: Final = {
    "treadmill": Environment.TREADMILL,
    "indoor_running": Environment.INDOOR,
    "indoor_walking": Environment.INDOOR,
    "elliptical": Environment.ELLIPTICAL,
    "track": Environment.TRACK,
}
_OUTDOOR: Final = frozenset({"street", "trail", "ultra", "hiking", "casual_walking", "speed_walking", "obstacle", "map"})
#: s; offsets of the world's time zones are multiples of 15 minutes up to 14 hours; a device may stamp the two a minute apart.
_OFFSET_STEP_S: Final = 900
_OFFSET_SLACK_S: Final = 60
_OFFSET_MOST_S: Final = 14 * 3600


#: messages of which a file has few
_SUMMARIES: Final = ("file_id", "activity", "session", "sport", "workout")


def is_qz(messages: Messages) -> bool:
    """Tell whether QZ (a treadmill app) wrote the file, in whatever name: it has one serial number for all and an own UUID."""
    # not laps and events: a hostile file has tens of thousands of them, and QZ names itself above them
    told = [field.application for name in _SUMMARIES for row in messages.of(name) for field in row.developer]
    told += [field.application for field in messages.developer]
    return _QZ_APPLICATION in told or any(row.integer("serial_number") == _QZ_SERIAL for row in messages.of("file_id"))


def device(messages: Messages) -> Device:
    """Give maker, product, serial number and software of the recording device."""
    row = next(iter(messages.of("file_id")), Row({}, {}))
    manufacturer = row.text("manufacturer")
    product_number = row.integer("product")
    product = row.text("product_name")
    if product is None and product_number is not None:
        names = profile.values("garmin_product") if manufacturer in ("garmin", "dynastream", "dynastream_oem") else {}
        product = names.get(product_number, str(product_number))
    serial = row.integer("serial_number")
    creator = next((info for info in messages.of("device_info") if info.fields.get("device_index") in ("creator", 0)), None)
    version = None if creator is None else creator.number("software_version")
    if version is None:
        raw = next((made.number("software_version") for made in messages.of("file_creator")), None)
        # file_creator counts hundredths where device_info has a scale. Source: Garmin's files.
        version = None if raw is None else raw / 100.0
    return Device(
        manufacturer=manufacturer if manufacturer is not None else _worded(row.integer("manufacturer")),
        product=product,
        serial=None if serial in WORTHLESS_SERIALS else serial,
        software=None if version is None else f"{version:.2f}",
    )


def environment(messages: Messages, session: Row, *, sport: str, sub_sport: str, has_position: bool) -> Environment:
    """Tell where the session took place: the file's own word first, then whether there are positions."""
    if sub_sport in _INDOOR:
        return _INDOOR[sub_sport]
    if any(field.name == "SESSION INDOOR" and value == 1 for field, value in session.developer.items()):
        return Environment.INDOOR
    if is_virtual(messages, sub_sport):
        return Environment.TREADMILL if sport in ("running", "walking") else Environment.INDOOR
    return Environment.OUTDOOR if has_position or sub_sport in _OUTDOOR else Environment.UNKNOWN


def is_virtual(messages: Messages, sub_sport: str) -> bool:
    """Tell whether positions are those of a game's world and not of the runner."""
    makers = {row.text("manufacturer") for row in messages.of("file_id")}
    return sub_sport == "virtual_activity" or "zwift" in makers or is_qz(messages)


def speed_basis(
    messages: Messages, *, start: float, end: float, sport: str, where: Environment, has_speed: bool, has_position: bool, has_grade: bool
) -> SpeedBasis:
    """Tell what supplied the speed.

    Parameters
    ----------
    start, end : the session on the file's clock.
    has_position : whether there are positions of the real world.
    has_grade : whether `record` has a grade, which treadmill apps write and watches do not.
    """
    if not has_speed:
        return SpeedBasis.UNKNOWN
    makers = {row.text("manufacturer") for row in messages.of("file_id")}
    on_belt = where is Environment.TREADMILL or not has_position
    if on_belt and sport in _BELT_SPORTS and (is_qz(messages) or makers & _BELT_WRITERS):
        return SpeedBasis.BELT
    used = _used_for_speed(messages, start, end)
    if used is SpeedBasis.GPS and not has_position:
        used = None
    if used is not None:
        return used
    if has_position and where not in (Environment.TREADMILL, Environment.INDOOR):
        return SpeedBasis.GPS
    if where is Environment.TREADMILL and has_grade:
        return SpeedBasis.BELT
    if any(_is_ant(info, _ANT_FOOTPOD) for info in messages.of("device_info")):
        return SpeedBasis.FOOTPOD
    if where in (Environment.TREADMILL, Environment.INDOOR) and makers & _WATCH_MAKERS:
        return SpeedBasis.WATCH_MODEL
    return SpeedBasis.UNKNOWN


def utc_offset(messages: Messages) -> tuple[int | None, str]:
    """Give local time minus UTC in seconds, and which message says so; (None, "none") where none does.

    QZ's `activity` gives the end in UTC as local time, so that an hour's run looks like a time zone.
    """
    sources = [("timestamp_correlation", row) for row in messages.of("timestamp_correlation")]
    if not is_qz(messages):
        sources = [("activity", row) for row in messages.of("activity")] + sources
    for basis, row in sources:
        utc, local = row.number("timestamp"), row.number("local_timestamp")
        if utc is None or local is None or min(utc, local) < profile.FIRST_ABSOLUTE_TIME:
            continue
        steps = round((local - utc) / _OFFSET_STEP_S)
        offset_s = steps * _OFFSET_STEP_S
        if abs(local - utc - offset_s) <= _OFFSET_SLACK_S and abs(offset_s) <= _OFFSET_MOST_S:
            return offset_s, basis
    return None, "none"


def _used_for_speed(messages: Messages, start: float, end: float) -> SpeedBasis | None:
    """Follow message 22 to the devices it names as the source of speed, and give what supplied it longest in ``[start, end)``.

    Both messages come again whenever a sensor comes or goes, and the indices are dealt out anew.
    """
    seconds: dict[SpeedBasis, float] = {}
    sources = _sources(messages)
    used = sorted(((_time(row), row.integer("speed")) for row in messages.of("device_used")), key=lambda entry: entry[0])
    untils = [*(time for time, _ in used[1:]), math.inf]
    for (since, index), until in zip(used, untils, strict=False):
        within = min(until, end) - max(since, start)
        named = sources.get(index) if within > 0 and index is not None else None
        if named is not None:
            times, bases = named
            basis = bases[max(bisect.bisect_right(times, since) - 1, 0)]
            if basis is not None:
                seconds[basis] = seconds.get(basis, 0.0) + within
    return max(seconds, key=lambda basis: seconds[basis], default=None)


def _sources(messages: Messages) -> dict[int, tuple[list[float], list[SpeedBasis | None]]]:
    """Give for each device index what kind of source it was, from which times on."""
    found: dict[int, tuple[list[float], list[SpeedBasis | None]]] = {}
    for time, info in sorted(((_time(info), info) for info in messages.of("device_info")), key=lambda entry: entry[0]):
        index = 0 if info.fields.get("device_index") == "creator" else info.integer("device_index")
        if index is not None:
            times, bases = found.setdefault(index, ([], []))
            times.append(time)
            bases.append(_basis_of(info))
    return found


def _time(row: Row) -> float:
    """Give a message's time, the beginning of all for one without."""
    time = row.number("timestamp")
    return -math.inf if time is None else time


def _basis_of(info: Row) -> SpeedBasis | None:
    """Tell what kind of source a device is; None for one that says too little."""
    if _is_ant(info, _ANT_FOOTPOD):
        return SpeedBasis.FOOTPOD
    if _is_ant(info, _ANT_FITNESS_EQUIPMENT):
        return SpeedBasis.BELT
    kind = info.integer("device_type")
    if info.text("source_type") in ("local", None):
        if kind in _LOCAL_GPS:
            return SpeedBasis.GPS
        if kind == _LOCAL_ACCELEROMETER:
            return SpeedBasis.WATCH_MODEL
    return None


def _is_ant(info: Row, device_type: int) -> bool:
    """Tell whether a device is an ANT+ device of a kind; old files do not say that it is ANT+."""
    return info.integer("device_type") == device_type and info.text("source_type") in ("antplus", None)


def _worded(number: int | None) -> str | None:
    return None if number is None else f"manufacturer {number}"
