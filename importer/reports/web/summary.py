"""What one sees in ten seconds: how much, how it develops, how it stands against forward running, what needs the eye."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from importer.reports.forms import spoken
from importer.reports.questions.amounts import counted_s, many, totals
from importer.reports.questions.answer import Answer, Form
from importer.reports.questions.facts import Facts
from importer.reports.web.blocks import figure_html
from importer.reports.web.markup import sentence, text

#: question -> how the summary calls it
_SENTENCES: Final = {
    "amount": "How much",
    "progress": "How it develops",
    "speed": "Against forward",
    "attention": "What needs your eye",
}


def summary_html(facts: Facts, answers: Sequence[Answer], key: str, specs: dict[str, Any] | None) -> str:
    """Write the summary of one athlete; the spec of its figure goes to `specs`, None where nothing can be drawn."""
    whose = f" of {text(facts.asked.athlete)}" if facts.asked.athlete is not None else ""
    tiles = "".join(_tile(*one) for one in _tiles(facts, answers)) if facts.sessions else ""
    by_name = {answer.name: answer for answer in answers}
    lines = "".join(
        f'<div><dt><a href="#{key}{question}">{title}</a></dt><dd>{sentence(_told(by_name[question]))}</dd></div>'
        for question, title in _SENTENCES.items()
        if question in by_name and by_name[question].headline
    )
    sums = f'<div class="item" data-scope="" data-holds="These numbers hold"><ul class="tiles">{tiles}</ul></div>' if tiles else ""
    picture = "" if specs is None else _picture(by_name["amount"], key, facts, specs)
    return (
        f'<section id="{key}summary" class="summary" aria-labelledby="{key}summary-title">'
        f'<h2 id="{key}summary-title">In short{whose}</h2>{sums}'
        f'<div class="beside">{picture}<div class="item" data-scope="" data-holds="These sentences hold">'
        f'<dl class="short">{lines}</dl></div></div></section>'
    )


def _told(answer: Answer) -> str:
    """Give the sentence of an answer: of how much the second one, as the first is what the tiles say."""
    return answer.headline[1 if answer.name == "amount" and len(answer.headline) > 1 else 0]


def _picture(answer: Answer, key: str, facts: Facts, specs: dict[str, Any]) -> str:
    """Draw backward time over time, as `amount` does."""
    if not answer.figures:
        return ""
    return figure_html(answer, answer.figures[0], key, facts.asked.units, specs, place="summary")


def _tile(role: str, figure: str, words: str, more: str) -> str:
    return f'<li class="tile {role}"><strong>{text(figure)}</strong> <span>{text(words)}</span> <small>{text(more)}</small></li>'


def _tiles(facts: Facts, answers: Sequence[Answer]) -> Iterator[tuple[str, str, str, str]]:
    """Give role, figure, what it is, and what belongs to it."""
    asked = facts.asked
    row = totals(facts.sessions)

    def say(value: Any, form: Form) -> str:  # noqa: ANN401 - a cell
        return spoken(value, form, asked.units)

    bouts = many(row["n_bouts_accepted"], "bout")
    way = "" if row["backward_accepted_m"] is None else f"{say(row['backward_accepted_m'], Form.DISTANCE)} in "
    yield "accepted", say(row["backward_accepted_s"], Form.DURATION), "backward, accepted", f"{way}{bouts}"
    waiting = many(row["n_bouts_suggested"], "bout")
    yield "suggested", say(row["backward_suggested_s"], Form.DURATION), "only suggested", f"{waiting} to confirm or reject"
    share = counted_s(row, asked) / row["moving_s"] if row["moving_s"] else None
    yield "forward", say(share, Form.SHARE), "of all time moving", say(row["moving_s"], Form.DURATION) + " moving"
    habits = [row for answer in answers for table in answer.tables if table.name == "habit" for row in table.rows]
    if len(habits) == 1:
        lately = f"{habits[0]['n_days_lately']} of the last 28 days"
        yield "days", f"{habits[0]['n_days']:,}", "days with backward", lately
