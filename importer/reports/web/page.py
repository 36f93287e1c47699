"""The whole report as one page: what one sees in ten seconds, every question, the sessions, and each session on its own.

Conventions: several athletes are never mixed: each has answers of his own, asked as ``--athlete`` would, and the page shows one of them at
a time. All words and tables stand in the markup; figures are drawn of `data` by page.js. Nothing here adds up what a question does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from importer.reports.questions import QUESTIONS, ask
from importer.reports.questions.amounts import athletes_of
from importer.reports.questions.answer import Answer
from importer.reports.questions.facts import Asked, Facts, Period, Units
from importer.reports.web import blocks, controls, library
from importer.reports.web.figures import CONFIG
from importer.reports.web.frame import frame
from importer.reports.web.markup import attribute
from importer.reports.web.summary import summary_html

if TYPE_CHECKING:
    from importer.store import Store

#: sessions that have a page of their own, the newest
MOST_SESSIONS: Final = 1000
#: athletes who have answers of their own, those who ran last
MOST_ATHLETES: Final = 12
#: what is asked where no session is: the others would say the same once more
_WITHOUT_SESSIONS: Final = ("amount", "attention")
TITLE: Final = "Backward running"

Progress = Callable[[int, int], None]


class Part(NamedTuple):
    """The answers for one athlete; `key` begins the ids of its elements and is empty for the first."""

    name: str
    key: str
    facts: Facts
    answers: tuple[Answer, ...]


def page_html(store: Store, asked: Asked, *, progress: Progress | None = None) -> str:
    """Give the page.

    Parameters
    ----------
    progress : called with how many sessions are written, and how many there are.
    """
    # a row for each session has the list of sessions; the other questions go by weeks at least
    asked = replace(asked, by=Period.WEEK) if asked.by is Period.SESSION else asked
    facts = Facts(store, asked)
    script = library.bundle()
    parts = list(_parts(store, asked, facts))
    shown = [int(row["session_id"]) for row in facts.sessions[:MOST_SESSIONS]]
    linked = frozenset(shown)
    figures: dict[str, Any] = {}
    body = [controls.header(facts, TITLE, athletes=[part.name for part in parts], has_figures=script is not None)]
    body += ['<main id="main" tabindex="-1">', '<div id="report">']
    for i, part in enumerate(parts):
        body += _part(part, figures, linked, has_figures=script is not None, is_first=i == 0)
    body += ["</div>"]
    if len(facts.sessions) > MOST_SESSIONS:
        told = f"Only the newest {MOST_SESSIONS:,} of {len(facts.sessions):,} sessions have a page of their own here."
        body.append(f'<p class="note more">{told}</p>')
    sessions, templates = _sessions(store, shown, asked, body, progress=progress)
    body += ["</main>", controls.footer(asked)]
    data = {
        "config": CONFIG,
        "figures": figures,
        "rows": {part.key: controls.session_rows(part.facts) for part in parts},
        "totals": controls.totals_spec(asked.units),
        "sessions": sessions,
        "templates": templates,
    }
    return frame(TITLE, "\n".join(body), data, script=script)


def session_page_html(store: Store, session_id: int, *, units: Units) -> str:
    """Give a page with one session alone.

    Raises
    ------
    StoreError : there is no such session.
    """
    from importer.reports.web.session_view import session_block
    from importer.reports.web.timeline import templates

    block = session_block(store, session_id, units=units)
    script = library.bundle()
    head = controls.plain_header(TITLE, has_figures=script is not None)
    body = f'{head}<main id="main" class="single" tabindex="-1">{_section(session_id, block.html)}</main>'
    data = {"config": CONFIG, "figures": {}, "sessions": {session_id: block.data}, "templates": templates(units)}
    return frame(f"Session {session_id}", body, data, script=script)


def _parts(store: Store, asked: Asked, facts: Facts) -> Iterator[Part]:
    athletes = athletes_of(facts.sessions)
    if len(athletes) < 2:
        yield Part(athletes[0] if athletes else "", "", facts, _answers(facts))
        return
    newest = list(dict.fromkeys(str(row["athlete"]) for row in facts.sessions))[:MOST_ATHLETES]
    for i, name in enumerate(newest):
        mine = Facts(store, replace(asked, athlete=name))
        yield Part(name, f"a{i}-" if i else "", mine, _answers(mine))


def _answers(facts: Facts) -> tuple[Answer, ...]:
    """Ask everything; where there is no session, only what may be answered all the same."""
    return tuple(ask(name, facts) for name in (QUESTIONS if facts.sessions else _WITHOUT_SESSIONS))


def _part(part: Part, figures: dict[str, Any], linked: frozenset[int], *, has_figures: bool, is_first: bool) -> Iterator[str]:
    units = part.facts.asked.units
    # with scripts one athlete is seen at a time
    hidden = " hidden" if has_figures and not is_first else ""
    yield f'<div class="athlete"{hidden} data-key="{part.key}" data-athlete="{attribute(part.name)}">'
    yield _contents(part)
    yield summary_html(part.facts, part.answers, part.key, figures if has_figures else None)
    for answer in part.answers:
        yield from blocks.question(answer, part.key, units, figures, linked=linked, has_figures=has_figures)
    yield "</div>"


def _contents(part: Part) -> str:
    links = "".join(f'<li><a href="#{part.key}{one.name}">{one.name.capitalize()}</a></li>' for one in part.answers)
    return f'<nav aria-label="Questions"><ul>{links}</ul></nav>'


def _sessions(
    store: Store, shown: Sequence[int], asked: Asked, body: list[str], *, progress: Progress | None
) -> tuple[dict[int, Any], dict[str, Any]]:
    """Write the sessions one by one."""
    from importer.reports.web.session_view import session_block
    from importer.reports.web.timeline import templates

    found: dict[int, Any] = {}
    for i, number in enumerate(shown):
        block = session_block(store, number, units=asked.units)
        body.append(_section(number, f'<p class="back"><a href="#sessions">All sessions</a></p>{block.html}'))
        if block.data is not None:
            found[number] = block.data
        if progress is not None:
            progress(i + 1, len(shown))
    return found, templates(asked.units)


def _section(number: int, content: str) -> str:
    return f'<section id="session-{number}" class="session" aria-labelledby="session-{number}-title">{content}</section>'
