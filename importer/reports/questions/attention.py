"""What needs my eye? Suggestions to confirm, possible duplicates, failed files, sessions that cannot tell: each with the command to type.

Conventions: what is rare comes first, suggestions last and newest first. Files that failed have neither day nor athlete: no limit of the
question leaves them out. Nothing here says a suggestion is right.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any, Final

from importer.detect.calibration import VERSION
from importer.reports.forms import spoken
from importer.reports.questions.amounts import grouped, many
from importer.reports.questions.answer import Answer, Column, Form, Row, Table
from importer.reports.questions.facts import Facts
from importer.reports.questions.reckoning import of
from importer.reports.words import clock, plain

#: failed files of one kind that are named one by one; more are told as one. Policy
_MOST_FILES: Final = 5
#: suggested stretches that are listed one by one, the newest. Policy
_MOST_STRETCHES: Final = 50
#: sessions of which it is asked whether their tags are stale; of more only what their version tells. Policy: half a second (measured)
_MOST_SESSIONS: Final = 2000


def answer(facts: Facts) -> Answer:
    """Answer with a row for each thing to do."""
    waiting = facts.waiting
    stretches = of(waiting, kind="suggested")
    rows = [
        *_failed(of(waiting, kind="failed")),
        *_duplicates(of(waiting, kind="duplicate")),
        *_stale(facts),
        *_unknown(of(waiting, kind="unknown")),
        *_suggested(stretches, facts),
    ]
    return Answer(
        name="attention",
        question="What needs my eye?",
        headline=tuple(_headline(facts, rows, stretches)),
        tables=(_table(rows, facts), *_stretches_table(stretches, facts)),
        notes=tuple(_notes(facts, rows, stretches)),
    )


def _row(kind: str, rows: Sequence[Row], what: str, command: str, otherwise: str) -> dict[str, Any]:
    """Give a row about some rows of the view, the first of them the newest."""
    newest: Row = rows[0] if rows else {}
    named = {name: newest.get(name) for name in ("athlete", "session_id", "day_local", "other_session_id", "path", "code")}
    return {"kind": kind, "n": len(rows), **named, "what": plain(what), "command": command, "otherwise": otherwise}


def _failed(files: Sequence[Row]) -> Iterator[Row]:
    """Tell files one by one, or all of a kind together where they are many."""
    for _, same in sorted(grouped(files, "code").items()):
        if len(same) > _MOST_FILES:
            what = f"{len(same):,} files, as {same[0]['path']}: {same[0]['reason']}"
            yield _row("failed", same, what, "retro-import retry", "retro-import status")
            continue
        for one in same:
            path = shlex.quote(_on_disk(one["path"]))
            tried = f" (tried {many(one['attempts'], 'time')})" if one["attempts"] > 1 else ""
            yield _row(
                "failed", [one], f"{one['path']}: {one['reason']}{tried}", f"retro-import retry {path}", f"retro-import verify {path}"
            )


def _on_disk(path: str) -> str:
    """Give the archive of a file inside one."""
    at = path.lower().find(".zip!")
    return path if at < 0 else path[: at + 4]


def _duplicates(sessions: Sequence[Row]) -> Iterator[Row]:
    for one in sessions:
        number, other = one["session_id"], one["other_session_id"]
        what = f"may be the same run as session {other}"
        yield _row("duplicate", [one], what, f"retro-import link {number} {other}", f"retro-import keep {number}")


def _stale(facts: Facts) -> Iterator[Row]:
    """Tell sessions that would be judged by something else now; of very many sessions only those of another version."""
    mine = facts.sessions
    stale = facts.stale if 0 < len(mine) <= _MOST_SESSIONS else frozenset[int]()
    found = [row for row in mine if row["session_id"] in stale or row["calibration"] != VERSION]
    if found:
        what = "can be judged better by what is known now"
        yield _row("stale", found, what, "retro-import retag --stale", "retro-import retag --stale --dry-run")


def _unknown(sessions: Sequence[Row]) -> Iterator[Row]:
    """Tell sessions that cannot tell, all with one reason together."""
    for (_, reason), same in grouped(sessions, "athlete", "reason").items():
        number = same[0]["session_id"]
        told = f"direction unknown: {reason or 'too little tells it'}"
        yield _row("unknown", same, told, f"retro-import explain {number}", f"retro-import tag {number} START-END backward")


def _suggested(stretches: Sequence[Row], facts: Facts) -> Iterator[Row]:
    for (number,), same in grouped(stretches, "session_id").items():
        seconds = sum(one["end_s"] - one["start_s"] for one in same)
        bases = ", ".join(sorted({one["basis"] for one in same}))
        what = f"{many(len(same), 'suggestion')}, {spoken(seconds, Form.DURATION, facts.asked.units)}, by {bases}, {_sure(same)}"
        yield _row("suggested", same, what, f"retro-import confirm {number}", f"retro-import reject {number}")


def _sure(stretches: Sequence[Row]) -> str:
    sure = sorted(one["confidence"] for one in stretches if one["confidence"] is not None)
    if not sure:
        return "nobody knows how sure"
    low, high = f"{100 * sure[0]:.0f}", f"{100 * sure[-1]:.0f}"
    return f"{low} % sure" if low == high else f"{low}-{high} % sure"


def _table(rows: Sequence[Row], facts: Facts) -> Table:
    columns = (
        Column("kind", "kind"),
        *((Column("athlete", "athlete"),) if facts.has_several_athletes else ()),
        Column("n", "n", Form.COUNT),
        Column("session_id", "session", Form.COUNT),
        Column("day_local", "day", Form.DAY, is_wide=True),
        Column("what", "what"),
        Column("command", "type"),
        Column("otherwise", "or", is_wide=True),
    )
    return Table("attention", "What waits for you, and what to type", columns, tuple(rows))


def _stretches_table(stretches: Sequence[Row], facts: Facts) -> tuple[Table, ...]:
    rows = tuple(_stretch(one) for one in stretches[:_MOST_STRETCHES])
    columns = (
        Column("session_id", "session", Form.COUNT),
        *((Column("athlete", "athlete"),) if facts.has_several_athletes else ()),
        Column("day_local", "day", Form.DAY),
        Column("duration_s", "time", Form.DURATION),
        Column("gait", "gait", is_wide=True),
        Column("basis", "by", is_wide=True),
        Column("confidence", "sure", Form.SHARE),
        Column("command", "type"),
    )
    newest = f", the newest {_MOST_STRETCHES} of {len(stretches):,}" if len(stretches) > len(rows) else ""
    return (Table("attention-stretches", f"Suggested stretches{newest}", columns, rows),) if rows else ()


def _stretch(one: Row) -> dict[str, Any]:
    span = f"{clock(one['start_s'])}-{clock(one['end_s'])}"
    named = {name: one[name] for name in ("athlete", "session_id", "day_local", "start_s", "end_s", "gait", "basis", "confidence")}
    return {**named, "duration_s": one["end_s"] - one["start_s"], "command": f"retro-import confirm {one['session_id']} {span}"}


def _headline(facts: Facts, rows: Sequence[Row], stretches: Sequence[Row]) -> Iterator[str]:
    if not rows:
        yield "nothing waits for you: no suggestion, no possible duplicate, no failed file"
        if not facts.sessions:
            yield "no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for"
        return
    if stretches:
        sessions = {one["session_id"] for one in stretches}
        seconds = spoken(sum(one["end_s"] - one["start_s"] for one in stretches), Form.DURATION, facts.asked.units)
        yield (
            f"{many(len(stretches), 'suggestion')} ({seconds}) in {many(len(sessions), 'session')} "
            f"{'waits' if len(stretches) == 1 else 'wait'} for your yes or no"
        )
    for kind, one, some in _SAID:
        n = sum(row["n"] for row in of(rows, kind=kind))
        if n:
            yield f"{n:,} {one if n == 1 else some}"


_SAID: Final = (
    ("duplicate", "session may repeat another one", "sessions may repeat other ones"),
    ("failed", "file failed and is not stored", "files failed and are not stored"),
    ("unknown", "session cannot tell in which direction most of it went", "sessions cannot tell in which direction most of them went"),
    ("stale", "session can be judged better by what is known now", "sessions can be judged better by what is known now"),
)


def _notes(facts: Facts, rows: Sequence[Row], stretches: Sequence[Row]) -> Iterator[str]:
    if stretches:
        yield "`retro-import show SESSION` and `explain SESSION` say why a stretch is suggested; a yes or no teaches your own gait"
    asked = facts.asked
    is_cut = any(limit is not None for limit in (asked.since, asked.until, asked.athlete, asked.place, asked.gait))
    if is_cut and of(rows, kind="failed"):
        yield "files that failed have neither day nor athlete: all of them are here"
    if len(facts.sessions) > _MOST_SESSIONS:
        yield f"of more than {_MOST_SESSIONS:,} sessions stale tags are not looked for: `retro-import retag --stale` finds them"
