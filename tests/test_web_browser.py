"""The page in a real browser, headless Chromium: figures are drawn, controls work, nothing leaves the machine, everybody can use it.

Skipped where there is no browser; with RETRO_REQUIRE_BROWSER=1 that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from importer.reports.forms import spoken
from importer.reports.questions.amount import amount_rows
from importer.reports.questions.amounts import totals
from importer.reports.questions.answer import Form
from importer.reports.questions.facts import Asked, Facts, Period, Units
from importer.reports.web.page import page_html, session_page_html
from importer.reports.web.samples import drawn, points, way_points
from importer.reports.web.whats import WHATS
from importer.reports.words import clock
from importer.store import Store, open_store
from tests.conftest import ROOT
from tests.support.filled import filled
from tests.support.many_sessions import Part, SessionSpec, backward, years_of_training
from tests.support.program import retro

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ASKED = Asked(today=date(2026, 5, 10))
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    " --disable-sync"
)
DESKTOP, PHONE = (1280, 900), (390, 844)
#: what axe-core calls grave
GRAVE = ("serious", "critical")


def absent(what: str) -> NoReturn:
    if os.environ.get("RETRO_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{what} is required (RETRO_REQUIRE_BROWSER=1)")
    pytest.skip(what)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
    if program is None:
        absent("no Chromium here")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        absent("no playwright here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS.split())
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    """Give a store with 60 sessions of two athletes."""
    with filled(years_of_training(60, athletes=("me", "Ada"))) as store:
        yield store


@pytest.fixture(scope="module")
def training(store, tmp_path_factory) -> Path:
    """Give the page of these sessions."""
    path = tmp_path_factory.mktemp("training") / "report.html"
    path.write_text(page_html(store, ASKED), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def samples(tmp_path_factory) -> Path:
    """Give the page of the sample files, which have tracks and sensors, and the page of the first session beside it."""
    folder = tmp_path_factory.mktemp("samples")
    url = f"sqlite:///{folder / 'a.db'}"
    files = [ROOT / "sample_files" / name for name in ("hill-repeats.fit", "waypoint-marks.gpx")]
    retro("import", *files, "--db", url)
    path = folder / "report.html"
    with open_store(url, create=False) as store:
        path.write_text(page_html(store, ASKED), encoding="utf-8")
        (folder / "session.html").write_text(session_page_html(store, 1, units=Units.METRIC), encoding="utf-8")
    return path


class Seen:
    """A page that is open, and what it did: addresses it asked for, errors it told."""

    def __init__(self, browser: Browser, path: Path, *, size: tuple[int, int] = DESKTOP, scheme: Any = "light", at: str = "") -> None:
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, reduced_motion="reduce")
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.address = path.as_uri()
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{self.address}{at}")

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def drawn(self) -> Seen:
        """Wait until every figure that can be seen is drawn."""
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('[data-figure]')].every(one => one.dataset.drawn || !one.offsetParent)", timeout=60_000
        )
        return self

    def shown(self) -> str:
        """Give the line that says what is shown, once it is added up."""
        self.page.locator("#shown[aria-busy=false]").wait_for()
        return self.page.inner_text("#shown").replace("\N{NO-BREAK SPACE}", " ")

    def bars(self, figure: str) -> list[float]:
        """Give the heights of the bars against the highest one, from low to high."""
        script = "id => [...document.querySelectorAll(`#${id} svg .mark-rect path`)].map(one => one.getBBox().height)"
        heights = sorted(self.page.evaluate(script, figure))
        return [height / heights[-1] for height in heights]

    def n_marks(self, figure: str) -> int:
        return int(self.page.locator(f"#{figure} svg .mark-rect path, #{figure} svg .mark-line path").count())


def test_every_figure_is_drawn_without_an_error_and_nothing_is_asked_for(browser, training):
    with Seen(browser, training) as seen:
        seen.drawn()
        figures = seen.page.locator("[data-figure]:visible")
        assert figures.count() > 10
        for i in range(figures.count()):
            assert figures.nth(i).locator("svg path").count() > 0, figures.nth(i).get_attribute("id")
        assert seen.errors == []
        assert seen.requests == [seen.address]


def said(facts: Facts, *, athlete: str) -> str:
    rows = [row for row in facts.sessions if row["athlete"] == athlete]
    row = totals(rows)
    accepted, suggested, moving = (
        spoken(row[name], Form.DURATION, Units.METRIC) for name in ("backward_accepted_s", "backward_suggested_s", "moving_s")
    )
    return f"Shown: {len(rows)} sessions, {accepted} backward accepted, {suggested} suggested, of {moving} moving."


def test_a_place_and_a_period_are_added_up_as_the_report_does(browser, store, training):
    with Seen(browser, training) as seen:
        athlete = seen.page.input_value("#athlete")
        assert seen.shown().startswith(said(Facts(store, ASKED), athlete=athlete))
        seen.page.select_option("#place", "outdoor")
        place = Facts(store, replace(ASKED, place="outdoor"))
        assert seen.shown().startswith(said(place, athlete=athlete))
        rows = [row for row in amount_rows(place, Period.WEEK) if row["athlete"] == athlete]
        seconds = sorted(row[f"backward_{standing}_s"] for row in rows for standing in ("accepted", "suggested"))
        assert seen.drawn().bars("amount-amount") == pytest.approx([one / seconds[-1] for one in seconds if one > 0], abs=0.01)
        assert seen.page.locator("#sessions tbody tr:visible").count() == sum(row["athlete"] == athlete for row in place.sessions)
        seen.page.select_option("#period", label="the last 4 weeks")
        since = date.fromisoformat(seen.page.input_value("#period").split("/")[0])
        assert seen.shown().startswith(said(Facts(store, replace(ASKED, place="outdoor", since=since)), athlete=athlete))
        assert seen.errors == []


def test_what_does_not_follow_a_place_says_so_and_nothing_else_does(browser, training):
    with Seen(browser, training) as seen:
        seen.shown()
        assert seen.page.locator(".scope:visible").count() == 0
        seen.page.select_option("#place", "outdoor")
        seen.page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
        items = seen.page.evaluate(
            "() => [...document.querySelectorAll('#report .item')].filter(one => one.offsetParent)"
            ".map(one => [one.dataset.scope.split(' '), [...one.querySelectorAll('.scope')]"
            ".filter(note => note.offsetParent).map(note => note.innerText)])"
        )
        follows = [told for scope, told in items if "place" in scope]
        stays = [told for scope, told in items if "place" not in scope]
        assert (len(follows) > 3, len(stays) > 20) == (True, True)
        assert [told for told in follows if told] == []
        assert [told for told in stays if len(told) != 1 or not told[0].endswith(" all places, not only what you chose")] == []
        seen.page.select_option("#place", "")
        assert seen.page.locator(".scope:visible").count() == 0


#: a week that lies in two years, with a session in each, and one later; the first has no heart rate
NEW_YEAR = [
    SessionSpec(datetime.fromisoformat(f"{day}T06:00+00:00"), (Part(1200.0), backward(seconds, heart_rate_bpm=heart_rate)))
    for day, seconds, heart_rate in (("2025-12-30", 60.0, 150.0), ("2026-01-02", 90.0, None), ("2026-02-10", 120.0, None))
]


@pytest.fixture(scope="module")
def new_year(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("year") / "report.html"
    with filled(NEW_YEAR) as store:
        path.write_text(page_html(store, ASKED), encoding="utf-8")
    return path


@pytest.mark.parametrize(("year", "n_sessions", "bars", "weeks"), [("2026", 2, [120 / 150, 1.0], 7), ("2025", 1, [1.0], 1)])
def test_a_year_has_every_week_that_holds_a_day_of_it(browser, new_year, year, n_sessions, bars, weeks):
    with Seen(browser, new_year) as seen:
        seen.shown()
        assert "(7 rows)" in seen.page.inner_text("#amount details:has(table) summary")
        seen.page.select_option("#period", label=year)
        shown = seen.shown()
        assert (f"Shown: {n_sessions} session" in shown, "Weeks are shown whole" in shown) == (True, True)
        assert seen.drawn().bars("amount-amount") == pytest.approx(bars, abs=0.01)
        seen.page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
        rows = seen.page.locator("#amount tbody tr:visible")
        assert (rows.count(), rows.last.locator("th").inner_text()) == (weeks, "2025-12-29")
        count = f"({weeks} of 7 rows)" if weeks < 7 else "(7 rows)"
        assert count in seen.page.inner_text("#amount details:has(table) summary")
        assert seen.page.locator("#sessions tbody tr:visible").count() == n_sessions
        assert seen.errors == []


def test_a_figure_without_a_value_in_what_was_chosen_says_so(browser, new_year):
    with Seen(browser, new_year) as seen:
        figure = seen.drawn().page.locator("#effort figure", has_text="Heart rate of running")
        assert figure.locator("svg").count() == 1
        seen.page.select_option("#period", label="the last 4 weeks")
        seen.drawn()
        assert (figure.locator("svg").count(), figure.locator(".nothing").count()) == (0, 1)


def test_suggestions_can_be_left_out(browser, training):
    with Seen(browser, training) as seen:
        seen.drawn()
        both = seen.n_marks("amount-amount")
        assert "suggested" in seen.page.inner_text("#amount figure")
        seen.page.uncheck("#suggested")
        seen.drawn()
        assert 0 < seen.n_marks("amount-amount") < both
        assert "suggested" not in seen.page.inner_text("#amount figure")
        assert seen.page.locator("#sessions th.sug:visible").count() == 0
        assert "suggested" not in seen.shown()
        assert seen.errors == []


def test_one_athlete_is_seen_at_a_time(browser, training):
    with Seen(browser, training) as seen:
        assert seen.page.locator(".athlete:visible").count() == 1
        first, *others = (seen.page.locator("#athlete option").nth(i).get_attribute("value") for i in range(2))
        assert f"In short of {first}" in seen.page.inner_text("main")
        seen.page.select_option("#athlete", others[0])
        assert f"In short of {others[0]}" in seen.page.inner_text("main")
        assert f"In short of {first}" not in seen.page.inner_text("main")
        seen.drawn()
        assert seen.errors == []


def test_an_address_opens_a_session_and_leads_back(browser, samples):
    with Seen(browser, samples) as seen:
        seen.page.click("#sessions a[href='#session-1']")
        section = seen.page.locator("#session-1")
        section.wait_for(state="visible")
        section.locator("svg path").first.wait_for(state="attached")
        assert section.locator("svg .mark-rect path").count() > 0
        assert not seen.page.locator("#report").is_visible()
        assert not seen.page.locator("#session-2").is_visible()
        seen.page.click("#session-1 .back a")
        assert seen.page.locator("#report").is_visible()
        assert not section.is_visible()
        seen.page.go_back()
        section.wait_for(state="visible")
        assert seen.errors == []
        assert seen.requests == [seen.address]


def test_a_phone_that_is_turned_has_the_figures_drawn_anew_and_nothing_is_warned_of(browser, samples):
    told: list[str] = []
    with Seen(browser, samples, at="#session-1") as seen:
        seen.page.on("console", lambda message: told.append(message.text))
        seen.page.reload()
        svg = seen.page.locator("#session-1-timeline svg")
        svg.wait_for()
        assert float(svg.get_attribute("width") or 0) > PHONE[0]
        seen.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        seen.page.wait_for_function("() => document.querySelector('#session-1-timeline svg')?.width.baseVal.value <= innerWidth")
        assert svg.count() == 1
        # what is only suggested is told by more than its colour
        assert seen.page.locator("#session-1-timeline svg path[fill*=hatch-suggested]").count() > 0
        assert seen.errors + told == []


def test_without_scripts_every_athlete_can_be_read_and_no_control_is_dead(browser, training):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(training.as_uri())
    for name in ("me", "Ada"):
        assert page.get_by_role("heading", name=f"In short of {name}").is_visible()
    assert not page.get_by_role("checkbox").is_visible()
    context.close()


def test_a_session_has_a_page_of_its_own(browser, samples):
    with Seen(browser, samples.with_name("session.html")) as seen:
        seen.page.locator("#session-1 svg path").first.wait_for(state="attached")
        assert seen.errors == []
        assert seen.requests == [seen.address]


def reading(seen: Seen) -> dict[str, str]:
    """Give what is read of a session: headings and words."""
    words = seen.page.inner_text("#session-1 .reading").replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", " ").split("\n")
    some = [one for one in words if one]
    return dict(zip(some[::2], some[1::2], strict=True))


def expected(store: Store, at: int) -> dict[str, str]:
    """Give what a moment of the first session should be read as, by the words of the tables."""
    record = store.session(1)
    seen = drawn(store.load_activity(1), record.segments)
    row = points(seen)[at]
    start_s, end_s, what, _ = seen.spans[row["span"]]
    words = {
        "time": clock(round(row["t"])),
        "direction": WHATS[what],
        "stretch": f"{clock(start_s)} to {clock(end_s)}",
        "pace": spoken(row["speed"], Form.PACE, Units.METRIC),
        "cadence": spoken(row["cadence"], Form.CADENCE, Units.METRIC),
        "heart rate": spoken(row["heart_rate"], Form.HEART_RATE, Units.METRIC),
    }
    return words | {"grade": spoken(row["grade"], Form.SHARE, Units.METRIC)}


def test_a_session_is_read_by_pointer_and_by_keys(browser, samples):
    with open_store(f"sqlite:///{samples.with_name('a.db')}", create=False, read_only=True) as store:
        record = store.session(1)
        cells = points(drawn(store.load_activity(1), record.segments))
        first = next(i for i, row in enumerate(cells) if row["what"] == "suggested")
        last = next(i for i, row in enumerate(cells) if row["span"] > cells[first]["span"]) - 1
        told = {at: expected(store, at) for at in (first, first + 1, last + 1, 0, 40)}
    with Seen(browser, samples.with_name("session.html")) as seen:
        slider = seen.page.get_by_role("slider")
        slider.wait_for()
        # pace and grade are packed to a step of a byte: the words of the others are the same
        rough = ("pace", "grade")

        def same(at: int) -> None:
            found, wanted = reading(seen), told[at]
            assert list(found) == list(wanted)
            assert {name: words for name, words in found.items() if name not in rough} == {
                name: words for name, words in wanted.items() if name not in rough
            }
            assert slider.get_attribute("aria-valuetext") == ", ".join(f"{name} {words}" for name, words in reading(seen).items()).replace(
                "grade -", "grade \N{MINUS SIGN}"
            )

        same(first)
        slider.focus()
        seen.page.keyboard.press("ArrowRight")
        same(first + 1)
        seen.page.keyboard.press("PageDown")
        same(first)
        seen.page.keyboard.press("PageUp")
        same(last + 1)
        seen.page.keyboard.press("PageDown")
        same(first)
        seen.page.keyboard.press("Home")
        same(0)
        plot = seen.page.locator("#session-1-timeline svg .concat_0_group path.background").first.bounding_box()
        assert plot is not None
        seen.page.mouse.move(plot["x"] + plot["width"] * cells[40]["t"] / record.elapsed_s, plot["y"] + 150)
        same(40)
        line = seen.page.locator("#session-1-timeline .cursor").bounding_box()
        assert line is not None
        assert line["x"] == pytest.approx(plot["x"] + plot["width"] * cells[40]["t"] / record.elapsed_s, abs=2)
        assert seen.errors == []


def test_the_way_has_a_scale_a_start_and_a_legend_and_shows_what_is_read(browser, samples):
    with open_store(f"sqlite:///{samples.with_name('a.db')}", create=False, read_only=True) as store:
        rows = way_points(drawn(store.load_activity(1), store.session(1).segments))
    with Seen(browser, samples.with_name("session.html")) as seen:
        ground = seen.page.locator("#session-1-way")
        ground.locator(".dot").wait_for()
        words = ground.locator("svg text").all_text_contents()
        assert {"start", "backward, only suggested", "forward"} <= set(words)
        word = next(one for one in words if one.endswith(" m"))
        # the bar is as long as it says: against the way, whose length in metres is known
        ends = "marks => marks.map(one => one.getBBox()).map(box => [box.x, box.x + box.width])"
        (bar,) = ground.locator("svg .mark-rule line").evaluate_all(ends)
        lines = ground.locator("svg .mark-line path").evaluate_all(ends)
        wide_px = max(right for _, right in lines) - min(left for left, _ in lines)
        wide_m = max(row["east"] for row in rows) - min(row["east"] for row in rows)
        assert (bar[1] - bar[0]) * wide_m / wide_px == pytest.approx(float(word.removesuffix(" m")), rel=0.01)
        # at the start the dot lies on the ring
        seen.page.get_by_role("slider").focus()
        seen.page.keyboard.press("Home")
        ring, dot = ground.locator("svg .mark-symbol.role-mark path").bounding_box(), ground.locator(".dot").bounding_box()
        assert ring is not None
        assert dot is not None
        for at, size in (("x", "width"), ("y", "height")):
            assert dot[at] + dot[size] / 2 == pytest.approx(ring[at] + ring[size] / 2, abs=8)  # type: ignore[literal-required]


def grave(seen: Seen) -> list[str]:
    """Give what axe-core finds, with every fold open."""
    carrier = find_spec("axe_core_python")
    if carrier is None or carrier.origin is None:
        absent("no axe-core here")
    script = Path(carrier.origin).with_name("axe.min.js").read_text(encoding="utf-8")
    seen.page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
    seen.page.evaluate(script)
    found = seen.page.evaluate("() => axe.run()")
    assert len(found["passes"]) > 20
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"] if one["impact"] in GRAVE]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("at", ["", "#session-1"])
def test_axe_finds_nothing_grave(browser, samples, scheme, at):
    with Seen(browser, samples, scheme=scheme, at=at) as seen:
        seen.page.locator("svg path").first.wait_for(state="attached")
        assert grave(seen.drawn()) == []


@pytest.mark.parametrize("at", ["", "#session-1"])
def test_a_phone_needs_no_scrolling_sideways(browser, samples, at):
    with Seen(browser, samples, size=PHONE, at=at) as seen:
        seen.drawn()
        assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE[0]


def test_the_keyboard_reaches_everything(browser, samples):
    with Seen(browser, samples) as seen:
        seen.drawn()
        seen.page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
        wanted = seen.page.evaluate(
            "() => [...document.querySelectorAll('a[href], button, select, input, summary, [tabindex=\"0\"]')]"
            ".filter(one => one.offsetParent || one.className === 'skip').length"
        )
        reached = set()
        for _ in range(wanted + 5):
            seen.page.keyboard.press("Tab")
            reached.add(
                seen.page.evaluate(
                    "() => { const one = document.activeElement; one.dataset.at = one.dataset.at || String(Math.random());"
                    " return one === document.body ? '' : one.dataset.at; }"
                )
            )
        assert len(reached - {""}) == wanted
        seen.page.focus("#period")
        assert seen.page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_switch_changes_the_colours_and_print_is_light(browser, samples):
    ground = "() => getComputedStyle(document.documentElement).backgroundColor"
    with Seen(browser, samples) as seen:
        seen.drawn()
        light = seen.page.evaluate(ground)
        seen.page.click("[data-theme-choice=dark]")
        assert seen.page.evaluate(ground) != light
        seen.page.emulate_media(media="print")
        assert seen.page.evaluate(ground) == "rgb(255, 255, 255)"
        assert not seen.page.locator(".controls").is_visible()
        seen.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
        assert seen.page.locator("details:not([open])").count() == 0
        seen.page.evaluate("() => dispatchEvent(new Event('afterprint'))")
        assert seen.page.locator("details:not([open])").count() > 0


@pytest.mark.parametrize("specs", [[], years_of_training(1, athletes=("me",))], ids=["nothing", "one session"])
def test_little_makes_a_page_without_an_error(browser, tmp_path, specs):
    with filled(specs) as store:
        path = tmp_path / "report.html"
        path.write_text(page_html(store, ASKED), encoding="utf-8")
    with Seen(browser, path, size=PHONE) as seen:
        seen.drawn()
        assert seen.errors == []
        assert seen.page.evaluate("() => document.documentElement.scrollWidth") <= PHONE[0]
