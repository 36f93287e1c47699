"""Encodings of XML: those of letters are read whoever names them how, all other codecs of Python are refused."""

from __future__ import annotations

import encodings
import pkgutil
import time

import pytest

from importer.errors import ReadError
from importer.readers.registry import read_activities, recognise
from tests.zoo.build_xml import edited, run

RUN = run()
#: codecs of Python that do something else than reading letters, or that no other program has
NO_LETTERS = (
    "unicode_escape", "raw_unicode_escape", "idna", "punycode", "rot13", "rot_13", "hex", "base64", "zlib", "bz2", "quopri", "uu",
    "undefined", "charmap", "aliases", "unicode-escape",
)  # fmt: skip


def declared(encoding: str, *, name: str = "R") -> str:
    """Give a run whose track is called `name`, as text, with a declaration of an encoding."""
    return edited(RUN, ("<trk>", "<trk><name>NAME</name>")).decode().replace("UTF-8", encoding).replace("NAME", name)


def texts(data: bytes) -> list[str]:
    (activity,) = read_activities(data)
    assert len(activity) == 20
    return [text.text for text in activity.texts]


def code_of(data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read_activities(data)
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.parametrize("encoding", NO_LETTERS)
def test_a_codec_that_is_no_encoding_of_letters_is_refused(encoding: str):
    assert recognise(declared(encoding).encode()) == "gpx"
    assert code_of(declared(encoding).encode()) == "encoding"
    assert code_of(declared(encoding).encode("utf-16")) in ("encoding", "unknown-format")


def test_no_codec_of_python_ends_in_anything_but_activities_or_a_read_error():
    outcomes = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(encodings.__path__)):
        try:
            outcomes[name] = texts(declared(name, name="Rückwärts").encode())[0]
        except ReadError as error:
            outcomes[name] = error.code
    assert outcomes["utf_8"] == outcomes["utf_8_sig"] == outcomes["utf_16"] == "Rückwärts"
    assert (outcomes["latin_1"], outcomes["unicode_escape"], outcomes["punycode"]) == ("RÃ¼ckwÃ¤rts", "encoding", "encoding")
    assert len(outcomes) > 100


def test_a_codec_that_takes_the_square_of_the_length_is_not_asked():
    began = time.process_time()
    assert code_of(declared("punycode", name="-" * 3_000_000).encode()) == "encoding"
    assert code_of(declared("x" * 60_000).encode()) == "encoding"
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize("spelling", ["utf8", "UTF8", "utf_8", "U8", "utf-8-sig", "cp65001"])
def test_utf_8_is_read_under_all_of_its_names(spelling: str):
    data = declared(spelling, name="Rückwärts").encode()
    (activity,) = read_activities(data)
    assert (activity.texts[0].text, activity.notes) == ("Rückwärts", ())


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("iso-2022-jp", "後ろ走り"),
        ("hz-gb-2312", "倒走"),
        ("utf-7", "rückwärts"),
        ("UTF16", "rückwärts"),
        ("big5", "倒走"),
        ("cp949", "뒤로"),
    ],
)
def test_encodings_that_no_table_of_256_letters_describes_are_read(encoding: str, name: str):
    assert texts(declared(encoding, name=name).encode(encoding))[0] == name


def test_what_the_bytes_show_wins_over_what_the_declaration_says():
    assert texts(declared("utf-16", name="Rückwärts").encode())[0] == "Rückwärts"
    assert texts(declared("UTF-32", name="Rückwärts").encode())[0] == "Rückwärts"
    assert texts(declared("utf-8", name="Rückwärts").encode("utf-16"))[0] == "Rückwärts"
    (ascii_only,) = read_activities(declared("us-ascii", name="Rückwärts").encode())
    assert (ascii_only.texts[0].text, ascii_only.notes[0].partition(":")[0]) == ("Rückwärts", "encoding")


def test_letters_that_an_encoding_does_not_have_are_replaced_with_a_note():
    data = declared("gb18030", name="NAME").encode().replace(b"NAME", b"\xff\xff")
    (activity,) = read_activities(data)
    assert [note.partition(":")[0] for note in activity.notes] == ["encoding"]
    assert activity.texts[0].text.strip("\ufffd") == ""
