"""The list of sessions in the terminal, what they come to, their last weeks, what waits for the user, and what else may be asked.

Conventions: a terminal shows the newest sessions, a pipe all; the sums are of all. Several athletes are drawn one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from importer.reports.answer_text import SHOWN_ROWS, Sheet
from importer.reports.charts import spark
from importer.reports.forms import spoken
from importer.reports.questions import QUESTIONS
from importer.reports.questions.amounts import athletes_of, many
from importer.reports.questions.answer import Form
from importer.reports.questions.facts import Facts
from importer.reports.questions.sessions import HEADER, N_WEEKS, NO_SESSIONS, RIGHT, asked_sessions, cells, needs, total_line, weeks
from importer.reports.table import table_text
from importer.reports.words import plain

#: athletes whose weeks are drawn
_MOST_ATHLETES: Final = 4


def sessions_text(facts: Facts, sheet: Sheet) -> str:
    """Write the sessions that were asked for."""
    rows, asked = asked_sessions(facts), facts.asked
    if not rows:
        return "\n".join((NO_SESSIONS, *needs(facts)))
    shown = rows if sheet.columns is None else rows[:SHOWN_ROWS]
    header: tuple[str, ...] = HEADER
    lines = [cells(row, asked) for row in shown]
    if facts.has_several_athletes:  # last, so that the columns before it stand where they always do
        header, lines = (*header, "athlete"), [(*line, plain(str(shown[i]["athlete"]))) for i, line in enumerate(lines)]
    blocks = [table_text(header, lines, right=RIGHT, width=sheet.width), total_line(rows, asked)]
    if len(shown) < len(rows):
        blocks.insert(1, f"the newest {len(shown)} of {many(len(rows), 'session')}; all of them: `retro-import report --format csv`")
    return "\n".join((*blocks, "", *_worth_knowing(facts, rows, sheet)))


def _worth_knowing(facts: Facts, rows: Sequence[Mapping[str, Any]], sheet: Sheet) -> Iterator[str]:
    for athlete in athletes_of(rows)[:_MOST_ATHLETES]:
        found = weeks([row for row in rows if row["athlete"] == athlete], facts.asked)
        if found is not None and max(found.seconds) > 0:
            whose = f"{plain(athlete)}, " if facts.has_several_athletes else ""
            most = spoken(max(found.seconds), Form.DURATION, sheet.units)
            drawn = spark(found.seconds, ink=sheet.ink, is_from_zero=True)
            yield f"{whose}{N_WEEKS} weeks to the week of {found.last}: {drawn} most {most} backward"
    yield from needs(facts)
    others = ", ".join(name for name in QUESTIONS if name != "sessions")
    yield f"more: `retro-import report QUESTION` with {others}"
