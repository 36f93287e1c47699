"""What needs the eye: everything that waits is listed once, with the command that settles it, on both databases."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import click
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.cli.main import cli
from importer.detect.calibration import VERSION
from importer.reports.questions import ask, attention
from importer.reports.questions.answer import Answer
from importer.reports.questions.facts import Asked, Facts
from importer.store import SourceInfo, Store, open_store
from importer.values.session import Direction, Gait, Standing
from tests.support.databases import KINDS, NOW, fresh
from tests.support.filled import backward_parts, filled, is_asked, near
from tests.support.many_sessions import Part, SessionSpec, backward, session_specs, store_sessions

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FORWARD = Part(900.0)
SUGGESTED = backward(45.0, standing=Standing.SUGGESTED)
UNKNOWN = Part(900.0, Direction.UNKNOWN)


def session(*parts: Part, days: float = 0, **changes: Any) -> SessionSpec:
    return SessionSpec(START + timedelta(days=days), (FORWARD, *parts), **changes)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Store]:
    with fresh(request.param, tmp_path) as url, open_store(url) as store:
        yield store


def change(store: Store, column: str, value: object, *, session_id: int | None = None) -> None:
    """Write what no import of a described session gives: findings, a possible duplicate, the version of its judgement."""
    engine = sa.create_engine(store.url)
    with engine.begin() as connection:
        where = "" if session_id is None else f" WHERE id = {session_id}"
        cast = "CAST(:value AS jsonb)" if engine.dialect.name == "postgresql" and column == "findings" else ":value"
        connection.execute(sa.text(f"UPDATE session SET {column} = {cast}{where}"), {"value": value})
    engine.dispose()


def fail(store: Store, path: str, code: str, message: str, *, times: int = 1) -> None:
    file = SourceInfo(path=path, sha256=hashlib.sha256(path.encode()).hexdigest(), size_bytes=1, format="fit")
    batch = store.start_batch(command="import", now=NOW)
    for _ in range(times):
        store.record_failure(file, kind="failed", code=code, message=message, offset=None, batch_id=batch, now=NOW)


def answered(store: Store, **asked: Any) -> Answer:
    return ask("attention", Facts(store, Asked(**asked)))


def commands(answer: Answer) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["command"], row["otherwise"]) for row in answer.rows]


def test_everything_that_waits_has_its_command_on_both_databases(store):
    store_sessions(store, [session(), session(SUGGESTED, FORWARD, SUGGESTED, days=1), session(days=2), session(UNKNOWN, UNKNOWN, days=3)])
    change(store, "calibration", VERSION)
    change(store, "possible_duplicate_of", 1, session_id=3)
    change(store, "findings", json.dumps(["no speed in this file: record it", "more"]), session_id=4)
    fail(store, "runs/my run.fit", "corrupt-file", "it ends in the middle", times=2)
    answer = answered(store)
    stale = [("stale", "retro-import retag --stale", "retro-import retag --stale --dry-run")]
    assert [one for one in commands(answer) if one not in stale] == [
        ("failed", "retro-import retry 'runs/my run.fit'", "retro-import verify 'runs/my run.fit'"),
        ("duplicate", "retro-import link 3 1", "retro-import keep 3"),
        ("unknown", "retro-import explain 4", "retro-import tag 4 START-END backward"),
        ("suggested", "retro-import confirm 2", "retro-import reject 2"),
    ]
    by_kind = {row["kind"]: row for row in answer.rows}
    assert by_kind["suggested"]["what"] == "2 suggestions, 1:30, by declared, 90 % sure"
    assert by_kind["unknown"]["what"] == "direction unknown: no speed in this file: record it"
    assert by_kind["failed"]["what"] == "runs/my run.fit: it ends in the middle (tried 2 times)"
    assert by_kind["duplicate"]["what"] == "may be the same run as session 1"
    assert [row["command"] for row in answer.table("attention-stretches").rows] == [
        "retro-import confirm 2 15:00-15:45",
        "retro-import confirm 2 30:45-31:30",
    ]
    assert answer.headline[:4] == (
        "2 suggestions (1:30) in 1 session wait for your yes or no",
        "1 session may repeat another one",
        "1 file failed and is not stored",
        "1 session cannot tell in which direction most of it went",
    )


def test_every_command_is_one_that_there_is(store):
    store_sessions(store, [session(SUGGESTED), session(UNKNOWN, UNKNOWN, days=1), session(days=2)])
    change(store, "possible_duplicate_of", 1, session_id=3)
    fail(store, "a.fit", "unknown-format", "it is none")
    answer = answered(store)
    typed = [row[name] for row in answer.rows for name in ("command", "otherwise")]
    typed += [row["command"] for row in answer.table("attention-stretches").rows]
    assert len(typed) >= 11
    for line in typed:
        program, name, *words = shlex.split(line)
        command = cli.get_command(click.Context(cli), name)
        assert program == "retro-import"
        assert command is not None, line
        told = [word.replace("START-END", "0-10") for word in words]
        context = command.make_context(name, told, resilient_parsing=False)
        context.close()


# by brute force


@given(session_specs(), st.sampled_from([None, "run", "walk"]), st.sampled_from([None, "me"]), st.sampled_from([None, date(2025, 1, 1)]))
@settings(max_examples=40, deadline=None)
def test_every_suggestion_and_every_unknown_session_is_there_once(specs, gait, athlete, since):
    asked = Asked(gait=gait, athlete=athlete, since=since)
    with filled(specs) as store:
        answer = answered(store, gait=gait, athlete=athlete, since=since)
    suggested = [told for told in backward_parts(specs, asked) if told.part.standing is Standing.SUGGESTED]
    rows = [row for row in answer.rows if row["kind"] == "suggested"]
    assert sum(row["n"] for row in rows) == len(suggested)
    assert len(rows) == len({id(told.spec) for told in suggested})
    table = [table for table in answer.tables if table.name == "attention-stretches"]
    shown = table[0].rows if table else ()
    assert len(shown) == min(len(suggested), 50)
    assert sum(row["duration_s"] for row in shown) == near(sum(told.part.duration_s for told in suggested)) or len(suggested) > 50
    unknown = [spec for spec in specs if is_asked(spec, asked) and is_unknown(spec.parts)]
    assert sum(row["n"] for row in answer.rows if row["kind"] == "unknown") == len(unknown)


def is_unknown(parts: Sequence[Part]) -> bool:
    moving = [part for part in parts if part.direction is not Direction.STILL]
    return sum(part.duration_s for part in moving if part.direction is Direction.UNKNOWN) > sum(part.duration_s for part in moving) / 2


# what is said


def test_nothing_to_do_is_said_and_an_empty_database_says_what_to_do():
    with filled([session()]) as store:
        change(store, "calibration", VERSION)
        facts = Facts(store, Asked())
        facts.__dict__["stale"] = frozenset()  # as after `retag --stale`: what nobody judged has no fingerprint
        assert ask("attention", facts).headline == ("nothing waits for you: no suggestion, no possible duplicate, no failed file",)
    with filled() as store:
        assert answered(store).headline == (
            "nothing waits for you: no suggestion, no possible duplicate, no failed file",
            "no sessions: import some with `retro-import FILE` or `retro-import FOLDER`, or widen what you ask for",
        )
        assert answered(store).rows == ()


def test_only_failures_make_sense_and_no_limit_leaves_them_out():
    with filled() as store:
        fail(store, "a.fit", "unknown-format", "it is none")
        answer = answered(store, since=date(2026, 1, 1), athlete="Ada", gait="run")
    assert answer.headline == ("1 file failed and is not stored",)
    assert answer.notes == ("files that failed have neither day nor athlete: all of them are here",)


def test_many_files_of_one_kind_are_told_together_and_a_member_by_its_archive():
    with filled() as store:
        for i in range(6):
            fail(store, f"{i}.fit", "unknown-format", "it is none")
        fail(store, "all.ZIP!inner/run.fit", "corrupt-file", "it is cut")
        answer = answered(store)
    assert commands(answer) == [
        ("failed", "retro-import retry all.ZIP", "retro-import verify all.ZIP"),
        ("failed", "retro-import retry", "retro-import status"),
    ]
    assert answer.rows[1]["what"] == "6 files, as 0.fit: it is none"
    assert answer.headline == ("7 files failed and are not stored",)


def test_sessions_with_one_reason_are_told_together_newest_first():
    with filled([session(UNKNOWN, UNKNOWN, days=day) for day in range(3)]) as store:
        change(store, "findings", json.dumps(["no cadence"]))
        rows = [row for row in answered(store).rows if row["kind"] == "unknown"]
    assert [(row["n"], row["session_id"], row["day_local"]) for row in rows] == [(3, 3, "2026-03-04")]


def test_the_newest_stretches_are_listed_and_how_many_there_are():
    specs = [session(*(part for _ in range(6) for part in (SUGGESTED, FORWARD)), days=day) for day in range(10)]
    with filled(specs) as store:
        answer = answered(store)
    table = answer.table("attention-stretches")
    assert table.title == "Suggested stretches, the newest 50 of 60"
    assert table.rows[0]["day_local"] == "2026-03-11"
    assert len(table.rows) == 50


def test_stale_sessions_are_those_of_another_version_where_there_are_very_many(monkeypatch):
    monkeypatch.setattr(attention, "_MOST_SESSIONS", 1)
    with filled([session(days=day) for day in range(3)]) as store:
        change(store, "calibration", VERSION)
        few = answered(store)
        change(store, "calibration", VERSION - 1, session_id=2)
        answer = answered(store)
    assert [row["kind"] for row in few.rows] == []
    assert [(row["kind"], row["n"], row["session_id"]) for row in answer.rows] == [("stale", 1, 2)]
    assert any("stale tags are not looked for" in note for note in answer.notes)


def test_a_control_character_in_a_path_does_not_reach_the_terminal():
    with filled() as store:
        fail(store, "a\x1b[31m.fit", "unknown-format", "it is none")
        (row,) = answered(store).rows
    assert "\x1b" not in row["what"]


def test_athletes_are_told_apart():
    walk = SUGGESTED._replace(gait=Gait.WALK)
    with filled([session(SUGGESTED), session(walk, athlete="Ada", days=1)]) as store:
        both, one = answered(store), answered(store, athlete="Ada")
    assert [row["athlete"] for row in both.rows if row["kind"] == "suggested"] == ["Ada", "me"]
    assert both.tables[0].columns[1].name == "athlete"
    assert [row["athlete"] for row in one.rows if row["kind"] == "suggested"] == ["Ada"]


def test_findings_are_rows_in_their_order_on_both_databases(store):
    store_sessions(store, [session(), session(days=1)])
    change(store, "findings", json.dumps(["first", "second"]), session_id=2)
    assert store.view("v_finding") == (
        {"session_id": 2, "finding_index": 1, "finding": "first"},
        {"session_id": 2, "finding_index": 2, "finding": "second"},
    )
