"""Breaks GPX and TCX files token by token: elements, attributes, times, numbers, encodings.

Conventions: a document is a list of tokens, tags or the text between them; `mutate` is a function of a `random.Random` and of
the seeds alone, so that an input can be made again. Nothing here knows what the program reads.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

from fuzz.fit_mutator import flipped

Tokens = list[str]

_TOKEN: Final = re.compile(r"<[^>]*>|[^<]+")
_NUMBERS: Final = (
    "", " ", "0", "-0", "-1", "1", "180", "-180.0000001", "91", "1e308", "-1e308", "1e-320", "1e999", "nan", "NaN", "inf",
    "-INF", "0x10", "1_000", "1,5", "+5", "5.", ".5", "٣", "１２", "9" * 400, "--1", "1 2", "\u00a05", "1e", "true", "65536", "4294967296",
)  # fmt: skip
_TIMES: Final = (
    "", "2026-03-01T10:00:00Z", "2026-03-01T10:00:00", "2026-03-01T10:00:00.123456789Z", "2026-03-01T10:00:00+14:00",
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "99999-01-01T00:00:00Z", "-2026-03-01T10:00:00Z", "2026-02-30T10:00:00Z",
    "2026-03-01T24:00:00Z", "2026-03-01T23:59:60Z", "2026-03-01 10:00:00", "20260301T100000Z", "2026-03-01T10:00:00+99:99",
    "2026-3-1T1:0:0Z",
    "2026-03-01T10:00:00z", "2026-03-01", "1772359200", "2026-03-01T10:00:00-00:00", "２０２６-03-01T10:00:00Z",
)  # fmt: skip
_NAMES: Final = (
    "gpx", "trk", "trkseg", "trkpt", "wpt", "rte", "rtept", "name", "time", "ele", "extensions", "hr", "cad", "speed",
    "TrainingCenterDatabase",
    "Activities", "Activity", "MultiSportSession", "Lap", "Track", "Trackpoint", "Time", "Position", "LatitudeDegrees", "LongitudeDegrees",
    "Cadence", "HeartRateBpm", "Value", "TPX", "Notes", "Id", "DistanceMeters", "TotalTimeSeconds", "a:b", "x", "ns3:hr", "é", "_",
    "accel", "activity", "heartRateTrack", "heartRate", "distance",
)  # fmt: skip
_JUNK: Final = (
    "<!-- x -->", "<!---->", "<![CDATA[backward ]]>", "<?pi x?>", "&amp;", "&#0;", "&#xD800;", "&unknown;", "&#65;", "\x00",
    "\x0b", "\ufffe",
    "]]>", "<", ">", "&", "<!DOCTYPE gpx>", '<!DOCTYPE gpx [<!ENTITY a "b">]>', "<x", "</", "</gpx>", "<x/>", "\ud7ff", "\U0001f3c3",
    '<a:accel offset="250" x="0.1" y="-0.2" z="-1.0"/>', '<accel x="nan" offset="1e999"/>' * 9,
    '<activity><heartRateTrack><heartRate time="2026-03-01T10:00:00Z" bpm="150"/><heartRate bpm="x"/></heartRateTrack></activity>',
    '<TPX CadenceSensor="Footpod"/>',
)  # fmt: skip
#: declared and used; the last few are declared only
_ENCODINGS: Final = (
    "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "iso-8859-1", "iso-8859-15", "gb18030", "shift_jis", "koi8-r", "ascii",
    "cp1252", "utf-32",
)  # fmt: skip
_DECLARED: Final = (
    *_ENCODINGS, "klingon", "", "utf-7", "hex", "idna", "unicode_escape", "rot13", "x" * 300, "zlib", "utf8", "UTF16", "iso2022_jp", "hz",
    "punycode", "raw_unicode_escape", "undefined", "big5", "cp037", "mac_arabic",
)  # fmt: skip
#: most tokens of an input, usually and at times
_FEW: Final = 400
_MANY: Final = 12_000


def parse(text: str) -> Tokens:
    """Split a document into tags and texts."""
    return _TOKEN.findall(text)


def mutate(rng: random.Random, seeds: Sequence[Tokens]) -> bytes:
    """Make one hostile document out of the seeds."""
    tokens = _window(rng, rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
        if tokens:
            rng.choice(_OPERATIONS)(rng, tokens, seeds)
    data = _encoded(rng, "".join(tokens))
    dice = rng.random()
    if dice < 0.04:
        return flipped(rng, data, rng.randint(1, 8))
    if dice < 0.07:
        return data[: rng.randrange(len(data) + 1)]
    return data


def _encoded(rng: random.Random, text: str) -> bytes:
    """Encode a document, one time in ten in another encoding than it declares."""
    if rng.random() < 0.88:
        return text.encode("utf-8", "replace")
    encoding = rng.choice(_ENCODINGS)
    declared = encoding if rng.random() < 0.6 else rng.choice(_DECLARED)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    return f'<?xml version="1.0" encoding="{declared}"?>{text}'.encode(encoding, "replace")


def _window(rng: random.Random, seed: Tokens) -> Tokens:
    """Keep the beginning, a stretch and the end, so that most inputs are quick."""
    most = _FEW if rng.random() < 0.97 else _MANY
    if len(seed) <= most:
        return list(seed)
    at = rng.randrange(len(seed) - most)
    # cut where a point begins, or the rest would be wrongly nested in every input
    starts = [i for i in range(at, min(at + most, len(seed))) if seed[i].startswith(("<trkpt", "<Trackpoint"))]
    first = [i for i in range(min(most, len(seed))) if seed[i].startswith(("<trkpt", "<Trackpoint"))]
    if len(starts) < 3 or not first:
        return seed[:most]
    closing = max((i for i, token in enumerate(seed) if token in ("</trkpt>", "</Trackpoint>")), default=len(seed) - 1)
    return [*seed[: first[0]], *seed[starts[0] : starts[-1]], *seed[closing + 1 :]]


def _pick(rng: random.Random, tokens: Tokens, *, tags: bool) -> int | None:
    for _ in range(8):
        at = rng.randrange(len(tokens))
        if tokens[at].startswith("<") == tags and tokens[at].strip():
            return at
    return None


def _text(rng: random.Random, tokens: Tokens, _: Sequence[Tokens]) -> None:
    """Replace a number, time or word; at times all that are in elements of the same name."""
    at = _pick(rng, tokens, tags=False)
    if at is None:
        return
    value = rng.choice(_TIMES if "T" in tokens[at] and rng.random() < 0.8 else _NUMBERS)
    name = tokens[at - 1] if at else ""
    for i in range(1, len(tokens)) if rng.random() < 0.1 else (at,):
        if i == at or (tokens[i - 1] == name and not tokens[i].startswith("<")):
            tokens[i] = value


def _attribute(rng: random.Random, tokens: Tokens, _: Sequence[Tokens]) -> None:
    at = _pick(rng, tokens, tags=True)
    if at is None:
        return
    tag = tokens[at]
    values = list(re.finditer(r'"[^"]*"', tag))
    if values and rng.random() < 0.8:
        hit = rng.choice(values)
        tokens[at] = f'{tag[: hit.start()]}"{rng.choice(rng.choice((_NUMBERS, _TIMES, _NAMES)))}"{tag[hit.end() :]}'
    elif tag.endswith(">"):
        name = rng.choice(("lat", "lon", "StartTime", "Sport", "xmlns", "xmlns:x", "xml:lang", "a", "x", "offset", "time", "bpm"))
        tokens[at] = f'{tag[:-1].rstrip("/")} {name}="{rng.choice(_NUMBERS)}">'


def _rename(rng: random.Random, tokens: Tokens, _: Sequence[Tokens]) -> None:
    """Rename one tag, or an element wherever it stands."""
    at = _pick(rng, tokens, tags=True)
    hit = None if at is None else re.match(r"</?([^\s/>]+)", tokens[at])
    if at is None or hit is None:
        return
    old, new = hit[1], rng.choice(_NAMES)
    for i in range(len(tokens)) if rng.random() < 0.5 else (at,):
        tokens[i] = re.sub(rf"^(</?){re.escape(old)}(?=[\s/>])", rf"\g<1>{new}", tokens[i])


def _delete(rng: random.Random, tokens: Tokens, _: Sequence[Tokens]) -> None:
    at = rng.randrange(len(tokens))
    del tokens[at : at + rng.choice((1, 1, 2, 5, 40))]


def _repeat(rng: random.Random, tokens: Tokens, _: Sequence[Tokens]) -> None:
    at = rng.randrange(len(tokens))
    run = tokens[at : at + rng.choice((1, 3, 10, 40))]
    tokens[at:at] = run * rng.choice((1, 1, 2, 10, 300 if rng.random() < 0.05 else 3))


def _move(rng: random.Random, tokens: Tokens, _: Sequence[Tokens]) -> None:
    token = tokens.pop(rng.randrange(len(tokens)))
    tokens.insert(rng.randint(0, len(tokens)), token)


def _splice(rng: random.Random, tokens: Tokens, seeds: Sequence[Tokens]) -> None:
    other = rng.choice(seeds)
    at = rng.randrange(len(other))
    place = rng.randint(0, len(tokens))
    tokens[place:place] = other[at : at + rng.choice((1, 3, 10, 60))]


def _junk(rng: random.Random, tokens: Tokens, _: Sequence[Tokens]) -> None:
    tokens.insert(rng.randint(0, len(tokens)), rng.choice(_JUNK))


def _wrap(rng: random.Random, tokens: Tokens, _: Sequence[Tokens]) -> None:
    """Put an element around a stretch, at times many deep."""
    at = rng.randrange(len(tokens))
    end = min(at + rng.choice((1, 5, 30)), len(tokens))
    name, n = rng.choice(_NAMES), rng.choice((1, 1, 3, 70 if rng.random() < 0.3 else 2))
    tokens[at:end] = [*[f"<{name}>"] * n, *tokens[at:end], *[f"</{name}>"] * n]


def _flood(rng: random.Random, tokens: Tokens, _: Sequence[Tokens]) -> None:
    """Give a tag very many attributes or namespaces, or a very long text behind it."""
    if rng.random() < 0.9:
        return
    at = _pick(rng, tokens, tags=True)
    if at is not None and tokens[at].endswith(">"):
        kind = rng.choice(("xmlns:n{}", "a{}"))
        n = rng.choice((10, 1000))
        more = "".join(f' {kind.format(i)}="u{i}"' for i in range(n))
        tokens[at] = f"{tokens[at][:-1]}{more}>" if rng.random() < 0.5 else tokens[at] + "backward " * n


_OPERATIONS: Final[tuple[Callable[[random.Random, Tokens, Sequence[Tokens]], None], ...]] = (
    _text, _text, _text, _text, _attribute, _attribute, _rename, _rename, _delete, _repeat, _move, _splice, _splice, _junk, _wrap, _flood,
)  # fmt: skip
