"""The page in a real browser, headless Chromium: figures are drawn, controls work, nothing leaves the machine, everybody can use it.

Skipped where there is no browser; with RETRO_REQUIRE_BROWSER=1 that is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
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
from importer.store import Store, open_store
from tests.conftest import ROOT
from tests.support.filled import filled
from tests.support.many_sessions import years_of_training
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
        assert "holds all places" in seen.page.inner_text("#balance")
        seen.page.select_option("#period", label="the last 4 weeks")
        since = date.fromisoformat(seen.page.input_value("#period").split("/")[0])
        assert seen.shown().startswith(said(Facts(store, replace(ASKED, place="outdoor", since=since)), athlete=athlete))
        assert seen.errors == []


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
