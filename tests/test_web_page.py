"""The page as text: what it says of every kind of database, that nothing of a file becomes markup, that nothing is loaded."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import sys
from datetime import date, datetime
from html.parser import HTMLParser
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest

from importer.errors import UsageError
from importer.reports.forms import spoken
from importer.reports.questions import QUESTIONS, ask
from importer.reports.questions.answer import Column, Figure, Form, Mark, Role, Series, Table
from importer.reports.questions.facts import Asked, Facts, Units
from importer.reports.web import library, palette, vegawords
from importer.reports.web.figures import CONFIG, spec
from importer.reports.web.markup import island, table_html, text
from importer.reports.web.page import page_html, session_page_html
from importer.store import SourceInfo, Store
from importer.values.activity import SpeedBasis
from importer.values.session import Standing
from tests.support.databases import NOW
from tests.support.filled import filled
from tests.support.many_sessions import Part, SessionSpec, backward, years_of_training

ASKED = Asked(today=date(2026, 5, 10))
HOSTILE = "</script><img src=x onerror=alert(1)>'\"&`"
VOID = {"meta", "input", "img", "br", "link", "rect", "path"}
needs_library = pytest.mark.skipif(find_spec("vl_convert") is None, reason="the library that draws has no wheel here")


class Page(HTMLParser):
    """Elements of a page: their attributes, the text of scripts and styles, and whether every element ends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, dict[str, str | None], str]] = []
        self.words = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            self.raw.append((self.open[-1], self.elements[-1][1], data))
        else:
            self.words += data

    def values(self, name: str) -> list[str]:
        return [str(attrs[name]) for _, attrs in self.elements if name in attrs]


def at(day: str, *parts: Part, **changes: Any) -> SessionSpec:
    return SessionSpec(datetime.fromisoformat(f"{day}T06:00+00:00"), parts, **changes)


def failure(store: Store) -> None:
    batch = store.start_batch(command="import", now=NOW)
    file = SourceInfo(path="broken.fit", sha256="0" * 64, size_bytes=1, format="fit")
    store.record_failure(file, kind="failed", code="corrupt-file", message=HOSTILE, offset=None, batch_id=batch, now=NOW)


RUN = Part(1200.0)
SUGGESTED = backward(60.0, standing=Standing.SUGGESTED)
#: what the database holds -> words that the page must have
STATES: dict[str, tuple[list[SessionSpec], list[str]]] = {
    "nothing": ([], ["No sessions: import some with retro-import FILE", "Nothing waits for you"]),
    "one session": ([at("2026-05-03", RUN, backward(60.0))], ["1 session, 2026-05-03", "1:00", "105 m in 1 bout"]),
    "forward only": ([at("2026-05-03", RUN)], ["No backward movement in 1 session"]),
    "only suggestions": ([at("2026-05-03", RUN, SUGGESTED)], ["Nothing accepted yet", "1 suggestion (1:00) in 1 session waits"]),
    "several athletes": (
        [at("2026-05-03", RUN, backward(60.0), athlete="Ada"), at("2026-05-02", RUN, SUGGESTED, athlete="Bo")],
        ["In short of Ada", "In short of Bo", "2 sessions, 2026-05-02 to 2026-05-03"],
    ),
    "no heart rate": ([at("2026-05-03", RUN, backward(90.0, heart_rate_bpm=None))], ["1 session, 2026-05-03"]),
    "no way": (
        [at("2026-05-03", RUN._replace(speed_mps=None), backward(90.0, None), speed_basis=SpeedBasis.UNKNOWN)],
        ["1:30", "backward, accepted 1 bout"],
    ),
    "huge spans": (
        [at("1990-01-01", RUN, backward(60.0)), at("2026-05-03", RUN, backward(30.0))],
        ["2 sessions, 1990-01-01 to 2026-05-03", "weeks without a session are left out"],
    ),
}


def checked(page: str) -> Page:
    """Read a page as a browser does, and see that it hangs together."""
    found = Page(page)
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    for name in ("aria-labelledby", "for"):
        assert set(found.values(name)) <= set(ids)
    assert {href.removeprefix("#") for href in found.values("href")} <= set(ids)
    return found


@pytest.mark.parametrize("state", STATES)
def test_every_kind_of_database_makes_a_page_that_says_what_there_is(state):
    specs, words = STATES[state]
    with filled(specs) as store:
        page = checked(page_html(store, ASKED))
    said = re.sub(r"\s+", " ", page.words.replace("\N{NO-BREAK SPACE}", " "))
    assert [one for one in words if one not in said] == []
    for question in QUESTIONS if specs else ("amount", "attention"):
        assert question in page.values("id")


def test_the_newest_sessions_have_a_page_and_it_says_so(monkeypatch):
    monkeypatch.setattr("importer.reports.web.page.MOST_SESSIONS", 2)
    with filled([at(day, RUN) for day in ("2026-05-01", "2026-05-02", "2026-05-03")]) as store:
        page = checked(page_html(store, ASKED))
    assert [one for one in page.values("id") if one.startswith("session-") and one.count("-") == 1] == ["session-3", "session-2"]
    assert "Only the newest 2 of 3 sessions have a page of their own here." in page.words


def test_files_that_failed_are_there_though_nothing_else_is():
    with filled() as store:
        failure(store)
        page = checked(page_html(store, ASKED))
    assert "1 file failed and is not stored" in page.words
    assert f"broken.fit: {HOSTILE}".replace("`", "") in page.words.replace("`", "")


def test_nothing_out_of_a_file_becomes_markup():
    specs = [at("2026-05-03", RUN, backward(60.0), athlete=name, sport=HOSTILE) for name in (HOSTILE, "me")]
    with filled(specs) as store:
        failure(store)
        page = page_html(store, ASKED)
        alone = session_page_html(store, 1, units=Units.METRIC)
    for one in (page, alone):
        found = checked(one)
        assert not {"img", "iframe", "object", "link", "a:href"} & {tag for tag, _ in found.elements}
        assert not [name for _, attrs in found.elements for name in attrs if name.startswith("on") or name == "style"]


@needs_library
def test_the_page_runs_its_own_scripts_alone_and_loads_nothing():
    with filled(STATES["one session"][0]) as store:
        found = checked(page_html(store, ASKED))
    policy = next(attrs["content"] or "" for _, attrs in found.elements if attrs.get("http-equiv") == "Content-Security-Policy")
    rules = {rule.split()[0]: set(rule.split()[1:]) for rule in policy.split(";")}
    assert rules["default-src"] == {"'none'"}
    assert "unsafe" not in policy
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        own = [one for name, attrs, one in found.raw if name == tag and attrs.get("type") != "application/json"]
        assert rules[rule] == {f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in own}
    assert found.values("src") == []
    assert all(href.startswith("#") for href in found.values("href"))


def test_without_the_library_there_are_tables_and_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with filled(STATES["several athletes"][0]) as store:
        found = checked(page_html(store, ASKED))
    assert "vl-convert-python, is not installed" in found.words
    assert [tag for tag, _ in found.elements if tag == "script"] == []
    assert "hidden" not in {name for _, attrs in found.elements for name in attrs}
    assert "0:00" in found.words
    with pytest.raises(UsageError, match="vl-convert-python"):
        library.png({})


def test_data_for_scripts_cannot_end_their_element():
    value = {"a": HOSTILE, "b": "<!--"}
    assert "<" not in island(value)
    assert json.loads(island(value)) == value


def test_a_cell_is_what_the_terminal_says_and_a_session_is_linked():
    columns = (Column("session_id", "no", Form.COUNT), Column("x", "time", Form.DURATION), Column("y", "share", Form.SHARE))
    table = Table("t", "A <title>", columns, ({"session_id": 7, "x": 754.0, "y": None}, {"session_id": 8, "x": 0.0, "y": 0.5}))
    markup = table_html(table, Units.METRIC, sessions=frozenset({7}))
    assert "A &lt;title&gt;</caption>" in markup
    assert '<th scope="row" class="n"><a href="#session-7">7</a></th><td class="n">12:34</td><td class="n">-</td>' in markup
    assert '<th scope="row" class="n">8</th><td class="n z">0:00</td>' in markup


def test_words_in_backquotes_are_commands():
    assert text("type `a <b>` now") == "type <code>a &lt;b&gt;</code> now"
    assert text("half a ` quote") == "half a ` quote"


# figures


@needs_library
def test_what_hovers_over_a_mark_is_said_as_in_the_tables():
    values = {
        Form.DURATION: (0.0, 59.6, 754.0, 3599.7, 36_000.0),
        Form.DISTANCE: (0.0, 402.0, 999.4, 999.6, 12_345.0),
        Form.SHARE: (0.0, 0.034, -0.05, 0.1, 0.97),
        Form.COUNT: (0.0, 12.0, 12_345.0),
        Form.NUMBER: (0.0, 0.0123, 27.7, 1234.0),
        Form.LENGTH: (0.65, 1.1),
        Form.SPEED: (1.894, 4.0),
        Form.CADENCE: (181.2,),
        Form.HEART_RATE: (146.7,),
        Form.CONTACT_TIME: (0.2514,),
        Form.ENERGY: (1234.4,),
        Form.PACE: (2.5, 1.9, 0.5),
    }
    for units in Units:
        wanted: list[str] = []
        rows: list[dict[str, Any]] = []
        words = "''"
        for form, some in values.items():
            wanted += [spoken(value, form, units) for value in some]
            kept = (vegawords.pace_s(value, units) if form is Form.PACE else value for value in some)
            rows += [{"i": len(rows) + i, "form": str(form), "v": value} for i, value in enumerate(kept)]
            words = f"datum.form === '{form}' ? {vegawords.said(form, units, 'datum.v')} : {words}"
        marks = {"mark": "text", "encoding": {"text": {"field": "words"}, "y": {"field": "i", "type": "ordinal", "axis": None}}}
        drawn = library.svg(
            {"$schema": library.SCHEMA, "data": {"values": rows}, "transform": [{"calculate": words, "as": "words"}], **marks}
        )
        assert [html.unescape(one).replace("\N{MINUS SIGN}", "-") for one in re.findall(r"<text[^>]*>([^<]*)</text>", drawn)] == wanted


@needs_library
def test_every_figure_of_every_question_can_be_drawn():
    with filled(years_of_training(60, athletes=("me",))) as store:
        facts = Facts(store, ASKED)
        answers = [ask(name, facts) for name in QUESTIONS]
    drawn = {}
    for answer in answers:
        for figure in answer.figures:
            one = spec(figure, answer.table(figure.table), Units.METRIC) | {"width": 500, "config": CONFIG}
            drawn[figure.mark, figure.form, figure.x.form, len(figure.series)] = palette.painted(one, palette.LIGHT)
    assert {mark for mark, *_ in drawn} >= {Mark.BARS, Mark.LINE, Mark.CALENDAR}
    for one in drawn.values():
        picture = library.svg(one)
        assert palette.LIGHT["accepted"] in picture or palette.LIGHT["forward"] in picture or palette.LIGHT["level3"] in picture
        assert "role:" not in picture


def test_a_figure_holds_what_its_table_says_and_a_gap_stays_a_gap():
    x, y = Column("week_local", "week of", Form.DAY), Column("v", "v", Form.DURATION)
    rows = ({"week_local": "2026-01-12", "v": None}, {"week_local": "2026-01-05", "v": 61.23456})
    figure = Figure("f", "F", Mark.LINE, "t", x, (Series("v", "it's", Role.ACCEPTED),), Form.DURATION, "alt")
    one = spec(figure, Table("t", "T", (x, y), rows), Units.METRIC)
    assert one["data"]["values"] == [{"x": "2026-01-05", "y0": 61.2346}, {"x": "2026-01-12", "y0": None}]


@needs_library
def test_bars_stand_in_all_of_the_time_also_where_there_are_none():
    x, y = Column("week_local", "week of", Form.DAY), Column("v", "v", Form.DURATION)
    rows = tuple({"week_local": week, "v": seconds} for week, seconds in (("2026-06-29", 0.0), ("2026-01-05", 60.0)))
    figure = Figure("f", "F", Mark.BARS, "t", x, (Series("v", "v", Role.ACCEPTED),), Form.DURATION, "alt")
    one = spec(figure, Table("t", "T", (x, y), rows), Units.METRIC) | {"width": 500, "config": CONFIG}
    assert "Jul 2026" in library.svg(palette.painted(one, palette.LIGHT))


def test_a_row_is_a_week_where_a_monday_names_it():
    def row(name, value):
        return table_html(Table("t", "T", (Column(name, "x", Form.DAY),), ({name: value},)), Units.METRIC)

    assert 'data-week="2025-12-29"' in row("week_local", "2025-12-29")
    assert 'data-week="2025-12-29"' in row("period", "2025-12-29")
    assert 'data-day="2025-12-29"' in row("day_local", "2025-12-29")
    assert 'data-day="2025-12"' in row("period", "2025-12")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_letters_and_marks_stand_out_from_their_ground(colours):
    letters = {
        (one, ground): contrast(colours[one], colours[ground]) for one in ("ink", "muted", "accent") for ground in ("surface", "page")
    }
    marks = {one: contrast(colours[one], colours["surface"]) for one in ("accepted", "suggested", "forward", "unknown", "run", "walk")}
    assert {pair: ratio for pair, ratio in letters.items() if ratio < 4.5} == {}
    assert {one: ratio for one, ratio in marks.items() if ratio < 3} == {}


@needs_library
def test_a_cached_script_that_was_damaged_is_made_anew(monkeypatch, tmp_path):
    good = library.bundle()
    assert good is not None
    kept = library.kept_at()
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path))
    damaged = tmp_path / kept.name
    damaged.write_bytes(kept.read_bytes().replace(b"vega", b"vagu", 1))
    assert library.bundle() == good
    assert damaged.read_bytes() == kept.read_bytes()


def test_a_cache_that_cannot_be_written_is_done_without(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "vl_convert", SimpleNamespace(javascript_bundle=lambda snippet, vl_version: "drawn();"))
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(tmp_path / "file"))
    assert library.bundle() == "drawn();"
