"""Breaks FIT files where it hurts: messages, definitions and fields first, then sizes and checksums mended so that inputs get deep.

Conventions: a file is a list of items, each a whole definition or data message with its header byte; `mutate` is a function of
a `random.Random` and of the seeds alone, so that an input can be made again. Nothing here reads a value or knows the program.

Source: FIT protocol, file structure.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import fastcrc

#: integers at which decoders trip: zero, one, signs, "invalid" patterns, halves and ends of every width
INTERESTING: Final = (0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF, 0x0FFFFFFF, 0x10000000, 0x7FFFFFFF, 0x80000000,
                      0xFFFFFFFE, 0xFFFFFFFF, 0x7FF0000000000000, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF)  # fmt: skip
#: global numbers of the messages the program looks into
MESSAGES: Final = (0, 12, 18, 19, 20, 21, 22, 23, 26, 27, 34, 49, 78, 132, 162, 206, 207, 225, 312, 313)
#: base types, valid and not
BASE_TYPES: Final = (0x00, 0x01, 0x02, 0x83, 0x84, 0x85, 0x86, 0x07, 0x88, 0x89, 0x0A, 0x8B, 0x8C, 0x0D, 0x8E, 0x8F, 0x90, 0x11, 0x1F, 0xFF)
#: most messages of an input, usually and at times
_FEW: Final = 32
_MANY: Final = 2000
#: messages kept of a long seed: its beginning, its end
_KEPT: Final = (400, 200)


class Item(NamedTuple):
    """One message with its header byte; `definition` is None for a definition, else the one in force."""

    data: bytes
    definition: bytes | None


Items = list[Item]


def parse(data: bytes) -> Items:
    """Split a FIT file into its messages; what is damaged ends the list."""
    if len(data) < 14 or data[8:12] != b".FIT":
        return []
    at, end = data[0], min(len(data), data[0] + int.from_bytes(data[4:8], "little"))
    in_force: dict[int, tuple[bytes, int]] = {}
    items: Items = []
    while at < end:
        head = data[at]
        if head & 0xC0 == 0x40:
            behind = at + 6 + 3 * data[at + 5] if at + 6 <= end else end + 1
            if behind <= end and head & 0x20:
                behind = behind + 1 + 3 * data[behind] if behind < end else end + 1
            if behind > end:
                break
            definition = data[at:behind]
            items.append(Item(definition, None))
            in_force[head & 0x0F] = definition, sum(size for _, size, _ in fields(definition))
        else:
            known = in_force.get(head >> 5 & 0x03 if head & 0x80 else head & 0x0F)
            if known is None or at + 1 + known[1] > end:
                break
            behind = at + 1 + known[1]
            items.append(Item(data[at:behind], known[0]))
        at = behind
    return items


def shortened(items: Items) -> Items:
    """Leave out data messages of the middle of a long file."""
    first, last = _KEPT
    if len(items) <= first + last:
        return items
    return [*items[:first], *(item for item in items[first:-last] if item.definition is None), *items[-last:]]


def fields(definition: bytes) -> list[tuple[int, int, int]]:
    """Give place in the definition, size and offset in the message of every field, developer fields included."""
    places = list(range(6, 6 + 3 * definition[5], 3))
    if definition[0] & 0x20:
        places += range(7 + 3 * definition[5], len(definition), 3)
    found, offset = [], 0
    for place in places:
        if place + 2 < len(definition):
            found.append((place, definition[place + 1], offset))
            offset += definition[place + 1]
    return found


def build(items: Sequence[Item], rng: random.Random) -> bytes:
    """Put header and checksum around messages; one time in ten they lie."""
    body = b"".join(item.data for item in items)
    lies = rng.random() < 0.1
    size = len(body) if not lies or rng.random() < 0.5 else rng.choice((0, 1, len(body) - 1, len(body) + 3, rng.choice(INTERESTING)))
    header = struct.pack("<BBHI4s", 14, 0x20, 2132, size & 0xFFFFFFFF, b".FIT")
    header = header + struct.pack("<H", fastcrc.crc16.arc(header)) if rng.random() < 0.8 else bytes([12]) + header[1:]
    whole = header + body
    crc = fastcrc.crc16.arc(whole) if not lies or rng.random() < 0.5 else rng.getrandbits(16)
    return whole + struct.pack("<H", crc)


def mutate(rng: random.Random, seeds: Sequence[Items]) -> bytes:
    """Make one hostile file out of the seeds."""
    items = _window(rng, rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
        if items:
            rng.choice(_OPERATIONS)(rng, items, seeds)
    data = build(items, rng)
    dice = rng.random()
    if dice < 0.03:
        data += build(_window(rng, rng.choice(seeds)), rng)
    elif dice < 0.06:
        data = data[: rng.randrange(len(data))]
    elif dice < 0.10:
        data = flipped(rng, data, rng.randint(1, 20))
    elif dice < 0.11:
        data += rng.randbytes(rng.randint(1, 40))
    return data


def flipped(rng: random.Random, data: bytes, n: int) -> bytes:
    """Flip `n` bits."""
    out = bytearray(data)
    for _ in range(n if out else 0):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _window(rng: random.Random, seed: Items) -> Items:
    """Take all that is no data message of a long kind, and a stretch of the rest, so that most inputs are quick."""
    most = _FEW if rng.random() < 0.97 else _MANY
    if len(seed) <= most:
        return list(seed)
    at = rng.randrange(len(seed) - most)
    head = [item for item in seed[:at] if item.definition is None][-16:]
    rest = [item for item in seed[at + most // 2 :] if item.definition is None]
    return [*seed[: most // 4], *head, *seed[at : at + most // 2], *rest][: 2 * most] + seed[-most // 4 :]


def _some(rng: random.Random, items: Items, *, definitions: bool) -> int | None:
    """Give the place of a definition, or of a data message with a body; None where there is none."""
    for _ in range(8):
        at = rng.randrange(len(items))
        if (items[at].definition is None) == definitions and len(items[at].data) > 1:
            return at
    return None


def _flip(rng: random.Random, items: Items, _: Sequence[Items]) -> None:
    at = rng.randrange(len(items))
    items[at] = items[at]._replace(data=flipped(rng, items[at].data, rng.randint(1, 4)))


def _set_value(rng: random.Random, items: Items, _: Sequence[Items]) -> None:
    """Put an interesting integer into a field, in one message or in all of its definition."""
    at = _some(rng, items, definitions=False)
    if at is None:
        return
    definition = items[at].definition
    assert definition is not None
    places = [field for field in fields(definition) if field[1]]
    if not places:
        return
    size, offset = rng.choice(places)[1:]
    value = rng.choice(INTERESTING) if rng.random() < 0.7 else rng.getrandbits(8 * size)
    cell = (value & (1 << 8 * size) - 1).to_bytes(size, rng.choice(("little", "big")))
    everywhere = rng.random() < 0.3
    for i in range(len(items)) if everywhere else (at,):
        data = items[i].data
        if items[i].definition == definition and len(data) >= 1 + offset + size:
            items[i] = items[i]._replace(data=data[: 1 + offset] + cell + data[1 + offset + size :])


def _lie_in_definition(rng: random.Random, items: Items, _: Sequence[Items]) -> None:
    """Change a number, size, type, count, byte order or message number of a definition, and not its messages."""
    at = _some(rng, items, definitions=True)
    if at is None:
        return
    data = bytearray(items[at].data)
    match rng.randrange(6):
        case 0:
            data[2] ^= 1
        case 1:
            data[3:5] = rng.choice(MESSAGES).to_bytes(2, "little")
        case 2:
            data[5] = rng.choice((0, 1, data[5] ^ 1, 255))
        case _:
            place, _size, _offset = rng.choice(fields(bytes(data)) or [(3, 0, 0)])
            which = rng.randrange(3)
            choices: Sequence[int] = (range(256), (0, 1, 2, 3, 4, 8, 16, 255), BASE_TYPES)[which]
            data[place + which] = rng.choice(choices)
    items[at] = Item(bytes(data), None)


def _reshape(rng: random.Random, items: Items, _: Sequence[Items]) -> None:
    """Insert, delete or retype a field in a definition and in all its messages: what follows stays aligned."""
    at = _some(rng, items, definitions=True)
    if at is None or items[at].data[0] & 0x20:
        return
    old = items[at].data
    before = fields(old)
    dice = rng.randrange(3)
    if dice == 0 and before:
        place, size, offset = rng.choice(before)
        new, cell = old[:5] + bytes([old[5] - 1]) + old[6:place] + old[place + 3 :], b""
    elif dice == 1 and before:
        place, size, offset = rng.choice(before)
        n = rng.choice((1, 2, 4, 8, 3, 0, 200))
        new, cell = old[: place + 1] + bytes([n, rng.choice(BASE_TYPES)]) + old[place + 3 :], rng.randbytes(n)
    elif old[5] < 255:
        n = rng.choice((1, 2, 4, 8, 16, 5))
        number = rng.choice((253, 254, rng.randrange(256), rng.randrange(10)))
        new = old[:5] + bytes([old[5] + 1]) + old[6:] + bytes([number, n, rng.choice(BASE_TYPES)])
        size, offset, cell = 0, sum(one[1] for one in before), rng.randbytes(n)
    else:
        return
    for i, item in enumerate(items):
        if item.data == old and item.definition is None:
            items[i] = Item(new, None)
        elif item.definition == old:
            items[i] = Item(item.data[: 1 + offset] + cell + item.data[1 + offset + size :], new)


def _delete(rng: random.Random, items: Items, _: Sequence[Items]) -> None:
    at = rng.randrange(len(items))
    del items[at : at + rng.choice((1, 1, 2, 10))]


def _repeat(rng: random.Random, items: Items, _: Sequence[Items]) -> None:
    at = rng.randrange(len(items))
    run = items[at : at + rng.choice((1, 1, 3, 8))]
    items[at:at] = run * rng.choice((1, 1, 2, 20, 200 if rng.random() < 0.05 else 3))


def _move(rng: random.Random, items: Items, _: Sequence[Items]) -> None:
    item = items.pop(rng.randrange(len(items)))
    items.insert(rng.randint(0, len(items)), item)


def _splice(rng: random.Random, items: Items, seeds: Sequence[Items]) -> None:
    """Take messages of another file over, with their definition or under one of this file's."""
    other = rng.choice(seeds)
    if not other:
        return
    at = rng.randrange(len(other))
    taken: Items = []
    for item in other[at : at + rng.choice((1, 2, 6, 20))]:
        if item.definition is not None and rng.random() < 0.9:
            taken.append(Item(item.definition, None))
        taken.append(item)
    place = rng.randint(0, len(items))
    items[place:place] = taken


def _invent(rng: random.Random, items: Items, _: Sequence[Items]) -> None:
    """Write a message of a kind the program looks into, with fields and values out of nowhere."""
    local, n = rng.randrange(16), rng.randint(0, 6)
    wide = rng.random() < 0.02
    shape = [(rng.choice((253, 254, *range(12))), rng.choice((1, 2, 4, 8, 12)), rng.choice(BASE_TYPES)) for _ in range(255 if wide else n)]
    has_developer = rng.random() < 0.3
    definition = bytes([0x40 | (0x20 if has_developer else 0) | local, 0, rng.randrange(2)])
    definition += rng.choice(MESSAGES).to_bytes(2, "big" if definition[2] else "little") + bytes([len(shape)])
    definition += b"".join(map(bytes, shape))
    size = sum(one[1] for one in shape)
    if has_developer:
        definition += bytes([1, rng.randrange(8), 4, rng.randrange(3)])
        size += 4
    head = bytes([local]) if rng.random() < 0.8 or local > 3 else bytes([0x80 | local << 5 | rng.randrange(32)])
    message = rng.randbytes(size) if rng.random() < 0.7 else bytes([rng.choice((0, 0xFF, 0x7F))]) * size
    place = rng.randint(0, len(items))
    items[place:place] = [Item(definition, None), *[Item(head + message, definition)] * rng.choice((1, 1, 3))]


def _swap_head(rng: random.Random, items: Items, _: Sequence[Items]) -> None:
    """Change a header byte: another local number, a compressed timestamp, a definition that was data."""
    at = rng.randrange(len(items))
    data = items[at].data
    head = rng.choice((data[0] ^ 1, data[0] ^ 0x20, data[0] | 0x80, data[0] ^ 0x40, rng.randrange(256)))
    items[at] = items[at]._replace(data=bytes([head]) + data[1:])


_OPERATIONS: Final[tuple[Callable[[random.Random, Items, Sequence[Items]], None], ...]] = (
    _flip, _set_value, _set_value, _set_value, _lie_in_definition, _lie_in_definition, _reshape, _reshape, _delete, _repeat, _move,
    _splice, _splice, _invent, _invent, _swap_head,
)  # fmt: skip
