"""Every figure of the reports is what the segments say, whatever is stored and asked for, on both databases."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.reports.answer_text import Sheet, answer_text
from importer.reports.questions import ask, balance, sessions
from importer.reports.questions.amount import amount_rows
from importer.reports.questions.facts import Asked, Facts, Period, Units
from importer.reports.session_list import sessions_text
from importer.store import Store, open_store
from importer.values.session import Standing
from tests.support.databases import KINDS, fresh
from tests.support.many_sessions import copied_store, session_specs, store_sessions, years_of_training
from tests.support.report_truth import added, by_period, day_of, sets_of, told_of_set, wanted

NAMES = {Period.WEEK: "v_backward_by_week", Period.MONTH: "v_backward_by_month", Period.YEAR: "v_backward_by_year"}
TODAY = date(2026, 1, 7)


@st.composite
def asked(draw) -> Asked:
    day = st.dates(date(2022, 6, 1), date(2026, 6, 1))
    return Asked(
        since=draw(st.none() | day),
        until=draw(st.none() | st.none() | day),
        athlete=draw(st.sampled_from([None, None, "me", "Ada"])),
        place=draw(st.sampled_from([None, None, "outdoor", "treadmill"])),
        gait=draw(st.sampled_from([None, None, "run", "walk"])),
        is_all=draw(st.booleans()),
        by=draw(st.sampled_from(Period)),
        today=draw(st.just(TODAY) | day),
    )


def close(row: dict[str, Any]) -> dict[str, Any]:
    return {name: pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value for name, value in row.items()}


def part_of(row: Mapping[str, Any], names: Any) -> dict[str, Any]:
    return {name: row[name] for name in names}


def check_amounts(store: Store, asked: Asked) -> None:
    records = wanted(store, asked)
    facts = Facts(store, asked)
    rows = amount_rows(facts, asked.by)
    name = {"session": "session_id"}.get(asked.by, f"{asked.by}_local")
    seen = {(row["athlete"], str(row[name])): row for row in rows}
    groups = by_period(records, asked.by)
    for key, some in groups.items():
        truth = added(some, asked.gait)
        assert part_of(seen[key], truth) == close(truth)
    for key in set(seen) - set(groups):
        truth = added([], None)
        assert part_of(seen[key], truth) == truth
    assert sum(row["moving_s"] for row in rows) == pytest.approx(added(records, None)["moving_s"])
    assert sorted((str(row[name]) for row in rows), reverse=True) == [str(row[name]) for row in rows] or asked.by is Period.SESSION


def check_kinds(store: Store, asked: Asked) -> None:
    sets = [told_of_set(record, bouts) for record in wanted(store, asked) for bouts in sets_of(record)]
    sets = [one for one in sets if asked.gait is None or one["gait"] == asked.gait]
    facts = Facts(store, asked)
    answer = ask("kinds", facts)
    every = sorted((part_of(row, sets[0]) if sets else {} for row in facts.sets), key=lambda row: (row["session_id"], row["longest_s"]))
    assert sorted(every, key=str) == [close(one) for one in sorted(sets, key=str)]
    if not sets:
        return
    for table, names in (("kinds", ("kind", "gait")), ("phases", ("phase",)), ("places", ("environment",))):
        groups = defaultdict(list)
        for one in sets:
            groups[tuple(one[name] for name in ("athlete", *names))].append(one)
        rows = answer.table(table).rows
        assert {tuple(row[name] for name in ("athlete", *names)) for row in rows} == set(groups)
        for row in rows:
            some = groups[tuple(row[name] for name in ("athlete", *names))]
            assert row["n_sets"] == len(some)
            for name in ("n_bouts", "n_bouts_suggested", "backward_accepted_s", "backward_suggested_s"):
                assert row[name] == pytest.approx(sum(one[name] for one in some))
            for name, least in (("shortest_s", min), ("longest_s", max), ("shortest_recovery_s", min), ("longest_recovery_s", max)):
                assert row[name] == least((one[name] for one in some if one[name] is not None), default=None)
            metres = [one["backward_accepted_m"] for one in some if one["backward_accepted_s"]]
            known = [value for value in metres if value is not None]
            assert row["backward_accepted_m"] == (pytest.approx(sum(known)) if known or not metres else None)


def check_balance(store: Store, asked: Asked) -> None:
    facts = Facts(store, asked)
    answer = ask("balance", facts)
    by = Period.WEEK if asked.by is Period.SESSION else asked.by
    groups = by_period(wanted(store, asked), by)
    for row in answer.rows:
        truth = added(groups[row["athlete"], row[f"{by}_local"]], asked.gait)
        backward_s = truth["backward_accepted_s"] + (truth["backward_suggested_s"] if asked.is_all else 0)
        both_s = truth["forward_s"] + backward_s
        assert row["forward_per_backward"] == (pytest.approx(truth["forward_s"] / backward_s) if backward_s else None)
        assert row["backward_of_directed_share"] == (pytest.approx(backward_s / both_s) if both_s else None)
    counted = defaultdict(set)
    for record in wanted(store, asked):
        truth = added([record], asked.gait)
        if truth["backward_accepted_s"] or (asked.is_all and truth["backward_suggested_s"]):
            counted[record.athlete].add(day_of(record))
    today = min(asked.today, asked.until or asked.today)
    for habit in balance.habit_rows(facts, balance.day_rows(facts)):
        days = counted[habit["athlete"]]
        weeks = {day - timedelta(days=day.weekday()) for day in days}
        assert habit["n_days"] == len(days)
        assert habit["longest_days"] == max((forth(days, day, 1) for day in days), default=0)
        assert habit["longest_weeks"] == max((forth(weeks, week, 7) for week in weeks), default=0)
        assert habit["current_days"] == (back(days, today, 1) or back(days, today - timedelta(days=1), 1))
        monday = today - timedelta(days=today.weekday())
        assert habit["current_weeks"] == (back(weeks, monday, 7) or back(weeks, monday - timedelta(days=7), 7))


def forth(days: set[date], day: date, step: int) -> int:
    return 0 if day not in days else 1 + forth(days, day + timedelta(days=step), step)


def back(days: set[date], day: date, step: int) -> int:
    return 0 if day not in days else 1 + back(days, day - timedelta(days=step), step)


def check_sessions(store: Store, asked: Asked) -> None:
    records = {record.id: record for record in wanted(store, asked)}
    truths = {number: added([record], asked.gait) for number, record in records.items()}
    if asked.gait is not None:
        truths = {number: truth for number, truth in truths.items() if truth["n_bouts_accepted"] + truth["n_bouts_suggested"]}
    facts = Facts(store, asked)
    rows = ask("sessions", facts).rows
    n_waiting = sum(truth["n_bouts_suggested"] for truth in truths.values())
    assert [told.split(" ")[0] for told in sessions.needs(facts)] == ([f"{n_waiting:,}"] if n_waiting else [])
    assert {row["session_id"] for row in rows} == set(truths)
    for row in rows:
        truth = truths[row["session_id"]]
        names = ("moving_s", "forward_s", "unknown_s", "n_bouts_accepted", "n_bouts_suggested")
        assert part_of(row, names) == close(part_of(truth, names))
        for standing in Standing:
            assert row[f"backward_{standing}_s"] == pytest.approx(truth[f"backward_{standing}_s"])
            assert row[f"backward_{standing}_m"] == pytest.approx(truth[f"backward_{standing}_m"] or 0.0)
    found = sessions.weeks(rows, asked)
    if found is None:
        assert not rows
        return
    last = max(day_of(records[number]) for number in truths)
    mondays = [last - timedelta(days=last.weekday() + 7 * i) for i in reversed(range(12))]
    by_week: dict[date, float] = defaultdict(float)
    for number, truth in truths.items():
        day = day_of(records[number])
        counted_s = truth["backward_accepted_s"] + (truth["backward_suggested_s"] if asked.is_all else 0.0)
        by_week[day - timedelta(days=day.weekday())] += counted_s
    assert (found.first, found.last) == (str(mondays[0]), str(mondays[-1]))
    assert found.seconds == pytest.approx([by_week[monday] for monday in mondays])


def check_words(store: Store, asked: Asked) -> None:
    """See that every answer can be written, for people and with nothing in it that is none of their words."""
    facts = Facts(store, asked)
    for sheet in (Sheet(80, Units.IMPERIAL), Sheet(None)):
        texts = [answer_text(ask(question, facts), sheet) for question in ("amount", "kinds", "balance")]
        for text in (*texts, sessions_text(facts, sheet)):
            assert not re.search(r"\b(nan|inf|None|\{)\b", text)


def check_views(store: Store) -> None:
    records = store.sessions(with_segments=True)
    for by, name in NAMES.items():
        groups = by_period(records, by)
        rows = store.view(name)
        assert {(row["athlete"], row[f"{by}_local"]) for row in rows} == set(groups)
        for row in rows:
            truth = added(groups[row["athlete"], row[f"{by}_local"]], None)
            for column in ("n_sessions", "n_sessions_backward", "n_bouts_accepted", "n_bouts_suggested", "moving_s", "forward_s"):
                assert row[column] == pytest.approx(truth[column])
            for standing in Standing:
                assert row[f"backward_{standing}_s"] == pytest.approx(truth[f"backward_{standing}_s"])
                assert row[f"backward_{standing}_m"] == pytest.approx(truth[f"backward_{standing}_m"] or 0.0)
    days = {(row["athlete"], row["day_local"]): row["backward_accepted_s"] for row in store.view("v_backward_day")}
    truth_s: dict[tuple[str, str], float] = defaultdict(float)
    for record in records:
        truth_s[record.athlete, str(day_of(record))] += added([record], None)["backward_accepted_s"]
    assert days == pytest.approx(dict(truth_s))
    groups_of_kind = defaultdict(list)
    for record in records:
        for bouts in sets_of(record):
            one = told_of_set(record, bouts)
            groups_of_kind[tuple(one[name] for name in ("athlete", "kind", "gait", "environment", "phase"))].append(one)
    rows = store.view("v_backward_kind")
    assert len(rows) == len(groups_of_kind)
    for row in rows:
        some = groups_of_kind[tuple(row[name] for name in ("athlete", "kind", "gait", "environment", "phase"))]
        assert row["n_sets"] == len(some)
        for name in ("n_bouts", "n_bouts_suggested", "backward_accepted_s", "backward_suggested_s"):
            assert row[name] == pytest.approx(sum(one[name] for one in some))
        assert (row["shortest_s"], row["longest_s"]) == (min(one["shortest_s"] for one in some), max(one["longest_s"] for one in some))


@given(session_specs(), asked())
@settings(max_examples=30, deadline=None)
def test_every_figure_is_what_the_segments_say(specs, asked):
    with copied_store(specs) as store:
        check_amounts(store, asked)
        check_kinds(store, asked)
        check_balance(store, asked)
        check_sessions(store, asked)
        check_words(store, asked)
        check_views(store)


@pytest.mark.parametrize("kind", KINDS)
def test_both_databases_say_the_same_of_years_of_training(kind, tmp_path):
    with fresh(kind, tmp_path) as url, open_store(url) as store:
        store_sessions(store, years_of_training(60))
        check_views(store)
        for by in Period:
            every = Asked(by=by, today=TODAY)
            check_amounts(store, every)
            check_kinds(store, every)
            check_balance(store, every)
            check_sessions(store, every)


def test_sessions_are_stored_in_the_order_in_which_they_are_described():
    specs = years_of_training(7, athletes=("b", "a"))
    with copied_store() as store:
        ids = store_sessions(store, specs)
        assert [(store.session(one).start, store.session(one).athlete) for one in ids] == [(spec.start, spec.athlete) for spec in specs]
