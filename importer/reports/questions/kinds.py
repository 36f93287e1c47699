"""What kind? Sprints, repetitions, hill repeats and blocks; running or walking; in which part of the session; where.

Conventions: rows are made of `v_backward_set`. A set is one or more bouts that belong together; a bout is suggested where any part of it
is. Lengths and recoveries are the shortest and the longest of all. The grade is that of hill repeats, weighted by time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from importer.reports.efforts import length_text
from importer.reports.forms import spoken
from importer.reports.questions.amounts import athletes_of, counted_s, grouped, known_sum, many
from importer.reports.questions.answer import Answer, Column, Figure, Form, Mark, Role, Series, Table
from importer.reports.questions.facts import Asked, Facts

#: of one and of several, in the order in which they are told
KINDS: Final = {
    "sprint": ("sprint", "sprints"),
    "repetition": ("repetition", "repetitions"),
    "hill-repeat": ("hill repeat", "hill repeats"),
    "block": ("block", "blocks"),
    None: ("bout", "bouts"),
}
GAITS: Final = {"run": "running", "walk": "walking", None: "not known"}
PHASES: Final = {"warm-up": "warm-up", "main": "main part", "cool-down": "cool-down", None: "several parts"}
#: lengths that differ by no more than this are one, s
_SAME_S: Final = 3.0
_AMOUNTS: Final = (
    Column("n_sets", "sets", Form.COUNT, is_wide=True),
    Column("n_bouts", "bouts", Form.COUNT),
    Column("backward_accepted_s", "backward", Form.DURATION),
    Column("backward_suggested_s", "suggested", Form.DURATION),
)
_BARS: Final = (Series("backward_accepted_s", "accepted", Role.ACCEPTED), Series("backward_suggested_s", "suggested", Role.SUGGESTED))


def answer(facts: Facts) -> Answer:
    """Answer with a row for each kind, then for each part of the session and each place, and every set."""
    sets = facts.sets
    whose = (Column("athlete", "athlete"),) if facts.has_several_athletes else ()
    kinds = (Column("kind_text", "kind"), Column("gait_text", "gait"))
    spans = (Column("lengths", "lengths"), Column("recoveries", "recoveries", is_wide=True), Column("grade_ratio", "uphill", Form.SHARE))
    tables = (
        Table("kinds", "What was done", (*whose, *kinds, *_AMOUNTS, *spans), tuple(kind_rows(sets, "kind", "gait"))),
        Table("phases", "In which part of the session", (*whose, Column("phase_text", "part"), *_AMOUNTS), tuple(kind_rows(sets, "phase"))),
        Table("places", "Where", (*whose, Column("environment", "where"), *_AMOUNTS), tuple(kind_rows(sets, "environment"))),
        _sets_table(sets, whose),
    )
    return Answer(
        name="kinds",
        question="What kind?",
        headline=tuple(_headline(facts)),
        tables=tables if sets else tables[:1],
        figures=tuple(_figure(table, facts.asked) for table in tables[:3]) if sets else (),
        notes=tuple(_notes(sets)),
    )


def kind_rows(sets: Sequence[Mapping[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Give a row for each athlete and value of some columns of `v_backward_set`, those with most backward time first."""
    rows = [{**_named(key[1:], names), "athlete": key[0], **_added(some)} for key, some in grouped(sets, "athlete", *names).items()]
    return sorted(rows, key=lambda row: (row["athlete"], -row["backward_accepted_s"] - row["backward_suggested_s"]))


def _named(values: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
    """Give the values under their names, and what people call them."""
    out: dict[str, Any] = dict(zip(names, values, strict=True))
    if "kind" in out:
        out["kind_text"] = KINDS[out["kind"]][1]
    if "gait" in out:
        out["gait_text"] = GAITS[out["gait"]]
    if "kind" in out and "gait" in out:
        out["label"] = f"{out['kind_text']}, {out['gait_text']}"
    if "phase" in out:
        out["phase_text"] = PHASES[out["phase"]]
    return out


def _added(sets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {
        "n_sets": len(sets),
        "n_bouts": sum(row["n_bouts"] for row in sets),
        "n_bouts_suggested": sum(row["n_bouts_suggested"] for row in sets),
    }
    for standing in ("accepted", "suggested"):
        some = [row for row in sets if row[f"backward_{standing}_s"] > 0]
        out[f"backward_{standing}_s"] = math.fsum(row[f"backward_{standing}_s"] for row in sets)
        out[f"backward_{standing}_m"] = known_sum([row[f"backward_{standing}_m"] for row in some])
    for name, least in (("shortest_s", min), ("longest_s", max), ("shortest_recovery_s", min), ("longest_recovery_s", max)):
        out[name] = least((row[name] for row in sets if row[name] is not None), default=None)
    hills = [row for row in sets if row["kind"] == "hill-repeat" and row["grade_ratio"] is not None]
    seconds = [row["backward_accepted_s"] + row["backward_suggested_s"] for row in hills]
    grades = (row["grade_ratio"] * length_s for row, length_s in zip(hills, seconds, strict=True))
    out["grade_ratio"] = math.fsum(grades) / math.fsum(seconds) if hills else None
    return out | _spans(out)


def _spans(row: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        "lengths": span_text(row["shortest_s"], row["longest_s"]),
        "recoveries": span_text(row["shortest_recovery_s"], row["longest_recovery_s"]),
    }


def span_text(low_s: float | None, high_s: float | None) -> str | None:
    """Say a range of lengths: "35 s", "28-35 s", "45 s-2:30"; None where nothing was measured."""
    if low_s is None or high_s is None:
        return None
    if high_s - low_s <= _SAME_S:
        return length_text((low_s + high_s) / 2)
    low, high = length_text(low_s), length_text(high_s)
    return f"{low.removesuffix(' s')}-{high}" if low.endswith("s") and high.endswith("s") else f"{low}-{high}"


def _sets_table(sets: Sequence[Mapping[str, Any]], whose: tuple[Column, ...]) -> Table:
    columns = (
        Column("session_id", "no", Form.COUNT),
        Column("day_local", "day", Form.DAY),
        *whose,
        Column("what", "what"),
        Column("gait_text", "gait"),
        Column("lengths", "lengths"),
        Column("recoveries", "recoveries"),
        Column("mean_speed_mps", "speed", Form.SPEED, is_wide=True),
        Column("grade_ratio", "grade", Form.SHARE, is_wide=True),
        Column("phase_text", "part", is_wide=True),
        Column("environment", "where", is_wide=True),
        Column("n_bouts_suggested", "to confirm", Form.COUNT),
    )
    rows = ({**row, **_named((row["gait"], row["phase"]), ("gait", "phase")), **_spans(row), "what": _what(row)} for row in sets)
    return Table("sets", "Every set", columns, tuple(rows))


def _what(row: Mapping[str, Any]) -> str:
    """Say how many of what: 6 repetitions."""
    return f"{row['n_bouts']} {KINDS[row['kind']][row['n_bouts'] != 1]}"


def _figure(table: Table, asked: Asked) -> Figure:
    """Draw where the time went."""
    columns = [column for column in table.columns if column.name != "athlete"]
    x = Column("label", "kind") if table.name == "kinds" else columns[0]
    told = "; ".join(f"{row[x.name]} {spoken(counted_s(row, asked), Form.DURATION, asked.units)}" for row in table.rows[:6])
    counted = "accepted and suggested" if asked.is_all else "accepted"
    alt = f"Bars of backward time, {counted}: {told}."
    return Figure(table.name, f"{table.title}: backward time", Mark.BARS, table.name, x, _BARS, Form.DURATION, alt)


def _headline(facts: Facts) -> Iterator[str]:
    sets, asked = facts.sets, facts.asked
    if not sets:
        yield f"no backward bouts found in {many(len(facts.sessions), 'session')}"
        return
    for athlete in athletes_of(sets):
        mine = [row for row in sets if row["athlete"] == athlete]
        told = [_said(row, asked) for row in kind_rows(mine, "kind", "gait")]
        rest = f"; {len(told) - 3} more kinds" if len(told) > 3 else ""
        yield (f"{athlete}: " if facts.has_several_athletes else "") + "; ".join(told[:3]) + rest
    if not asked.is_all and not any(row["backward_accepted_s"] for row in sets):
        yield "all of it is only suggested, and counts when you confirm it: see `retro-import report attention`"


def _said(row: Mapping[str, Any], asked: Asked) -> str:
    """Say one kind: "8 repetitions running, 16 more suggested: of 29 s-3:00, recoveries 73 s-3:00"."""
    gait = "" if row["gait"] is None else f" {row['gait_text']}"
    hill = "" if row["grade_ratio"] is None else f" up {spoken(row['grade_ratio'], Form.SHARE, asked.units)}"
    rest = "" if row["recoveries"] is None else f", recoveries {row['recoveries']}"
    n_suggested = row["n_bouts_suggested"]
    n = row["n_bouts"] if asked.is_all else row["n_bouts"] - n_suggested
    what = f"{n or n_suggested} {KINDS[row['kind']][(n or n_suggested) != 1]}{gait}{hill}"
    if n and n_suggested:
        what += f", {n_suggested} {'of them only' if asked.is_all else 'more'} suggested"
    elif not n:
        what += " suggested"
    return f"{what}: of {row['lengths']}{rest}"


def _notes(sets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not sets:
        return
    yield "a set is two or more bouts alike with recoveries between them; a bout alone counts as a set of one"
    yield "warm-up and cool-down are what the laps say, else the first and the last part of a session"
