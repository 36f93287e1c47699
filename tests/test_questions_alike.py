"""Both databases answer every question alike, and what several athletes did is answered as if each were alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from importer.reports.questions import QUESTIONS, ask
from importer.reports.questions.answer import Answer
from importer.reports.questions.facts import Asked, Facts
from importer.store import open_store
from tests.support.databases import KINDS, fresh
from tests.support.filled import filled
from tests.support.many_sessions import store_sessions, years_of_training

MINE = ("speed", "effort", "progress", "forward", "attention")
TODAY = date(2026, 5, 4)


def plain(answer: Answer) -> tuple[Any, ...]:
    """Give what is said and shown, as numbers of the same digits."""
    rows = [
        [{name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()} for row in table.rows]
        for table in answer.tables
    ]
    return answer.headline, rows, answer.notes, [figure.alt for figure in answer.figures]


def test_both_databases_answer_alike(tmp_path):
    specs = years_of_training(90, athletes=("me", "Ada"))
    told: list[list[tuple[Any, ...]]] = []
    for kind in KINDS:
        with fresh(kind, tmp_path) as url, open_store(url) as store:
            store_sessions(store, specs)
            told.append([plain(ask(question, Facts(store, Asked(today=TODAY)))) for question in MINE])
    assert told[0] == told[1]


@pytest.mark.parametrize("question", MINE)
def test_an_athlete_among_others_is_answered_as_if_alone(question):
    specs = years_of_training(90, athletes=("me", "Ada"))
    with filled(specs) as store:
        both = ask(question, Facts(store, Asked(today=TODAY)))
        one = ask(question, Facts(store, Asked(today=TODAY, athlete="Ada")))
    for table in one.tables:
        if table.name not in ("attention", "attention-stretches"):  # what is stale is told of all together, stretches are the newest
            assert [row for row in both.table(table.name).rows if row.get("athlete") == "Ada"] == list(table.rows)
    said = [sentence.removeprefix("Ada: ") for sentence in both.headline if sentence.startswith("Ada: ")]
    assert question == "attention" or [sentence for sentence in one.headline if not sentence.startswith("an association")] == [
        sentence for sentence in said if not sentence.startswith("an association")
    ]


def test_every_question_is_answered_of_an_empty_database():
    with filled() as store:
        for question in QUESTIONS:
            answer = ask(question, Facts(store, Asked(today=TODAY)))
            assert answer.headline
            assert answer.name == question
            assert answer.question == QUESTIONS[question]
            assert answer.figures == ()
