"""The questions that a report answers: each is a module with ``answer(facts) -> Answer``, and a name on the command line.

Loaded by name, so that one question does not pay for the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from importer.reports.questions.answer import Answer
    from importer.reports.questions.facts import Facts

#: name on the command line -> what it asks, in the order of the page
QUESTIONS: Final = {
    "amount": "How much?",
    "kinds": "What kind?",
    "speed": "How fast, how quick the feet?",
    "effort": "How hard?",
    "progress": "Am I building up sensibly?",
    "balance": "How does it stand against forward running?",
    "forward": "Does it move my forward running?",
    "attention": "What needs my eye?",
    "sessions": "Which sessions?",
}


def ask(question: str, facts: Facts) -> Answer:
    """Answer one question of `QUESTIONS`. (`answer` is the module of the values that an answer is made of.)

    Raises
    ------
    KeyError : there is no such question.
    """
    if question not in QUESTIONS:
        raise KeyError(question)
    found: Answer = import_module(f"importer.reports.questions.{question}").answer(facts)
    return found
