"""docs/sql.md is true: every query on it runs, and every column of every view is described."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from importer.store import open_store
from importer.values.session import BoutKind, Phase
from schema import tables
from tests.conftest import ROOT
from tests.support.databases import KINDS, NOW, START, fresh, session, source

PAGE = (ROOT / "docs" / "sql.md").read_text(encoding="utf-8")
#: what the tools put in place of their own words, by database
MACROS = {
    r"\$__timeFilter\((\w+)\)": r"\1 BETWEEN '2000-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'",
    r"\$__from": "946684800000",
    r"\$__to": "4102444800000",
    r"\$athlete": "me",
    r"\{\{athlete\}\}": "'me'",
    r"\[\[(.*?)\]\]": r"\1",
    r":since\b": "'2000-01-01'",
    r":athlete\b": "'me'",
}


class Query(NamedTuple):
    """A block of the page, and the one database it is for, "" for both."""

    text: str
    only: str


QUERIES = [Query(text, only.strip()) for only, text in re.findall(r"^```sql *(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as url:
        fill(url)
        yield url


def fill(url: str) -> None:
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        for number in (1, 2):
            one = session(start=START - timedelta(days=10 * number), seed=number)
            last = replace(one.segments[-1], kind=BoutKind.REPETITION, set_index=1, phase=Phase.MAIN)
            store.save(source(number), [replace(one, segments=(*one.segments[:-1], last))], batch_id=batch, athlete="me", now=NOW)
        store.set_profile("me", {"max_heart_rate_bpm": 180.0}, since=START - timedelta(days=100), now=NOW)
        store.set_profile("me", {"max_heart_rate_bpm": 188.0}, since=None, now=NOW)


def as_sent(text: str) -> str:
    """Give a query as the tool would send it."""
    for pattern, value in MACROS.items():
        text = re.sub(pattern, value, text)
    return text


def statements(text: str) -> list[str]:
    return [statement for statement in as_sent(text).split(";\n") if statement.strip()]


def test_the_page_has_queries_for_both_databases():
    assert len(QUERIES) >= 12
    assert {query.only for query in QUERIES} == {"", *KINDS}


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.text.split("\n")[0][:60])
def test_every_query_runs_and_finds_something(url, query):
    engine = sa.create_engine(url)
    kind = engine.dialect.name
    if query.only in ("", kind):
        with closing(engine.connect()) as connection:  # and nothing is committed: one of them makes a user
            for statement in statements(query.text):
                found = connection.exec_driver_sql(statement.replace("%", "%%") if kind == "postgresql" else statement)
                assert not found.returns_rows or len(found.fetchall()) > 0
    engine.dispose()


def test_the_user_of_the_dashboard_sees_the_views_and_no_table(tmp_path):
    with fresh("postgresql", tmp_path) as url:
        fill(url)
        engine = sa.create_engine(url)
        made = next(query.text for query in QUERIES if "CREATE ROLE" in query.text)
        with closing(engine.connect()) as connection:
            name = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
            for statement in [*statements(made), f"GRANT USAGE ON SCHEMA {name} TO dashboard", "SET ROLE dashboard"]:
                connection.exec_driver_sql(statement)
            for view in tables.views("postgresql"):
                assert connection.exec_driver_sql(f"SELECT count(*) FROM {view}").scalar_one() >= 0
            with pytest.raises(sa.exc.ProgrammingError, match="permission denied for table session"):
                connection.exec_driver_sql("SELECT * FROM session")
        engine.dispose()


def test_the_filter_that_may_stay_empty_may():
    (query,) = [query.text for query in QUERIES if "[[" in query.text]
    assert "athlete =" not in as_sent(re.sub(r"\[\[.*?\]\]", "", query))


def test_the_example_for_pandas_runs(url, capsys):
    pytest.importorskip("pandas")
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {"url": url}
    exec(compile(example, "docs/sql.md", "exec"), names)  # noqa: S102 - our own page
    names["engine"].dispose()
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split() == ["start_utc", "environment", "backward_mps"]
    assert [line.split()[-1] for line in printed[2:]] == ["1.248959"] * 2


def test_every_column_of_every_view_is_described(tmp_path):
    path = tmp_path / "a.db"
    open_store(str(path)).close()
    engine = sa.create_engine(f"sqlite:///{path}")
    inspector = sa.inspect(engine)
    sections = re.split(r"^### ", PAGE.split("## Questions")[0], flags=re.MULTILINE)[1:]
    missing = []
    for view in tables.views("sqlite"):
        (section,) = [section for section in sections if f"`{view}`" in section.splitlines()[0]]
        missing += [f"{view}.{column['name']}" for column in inspector.get_columns(view) if f"`{column['name']}`" not in section]
    engine.dispose()
    assert missing == []


def test_both_databases_have_the_same_views_with_the_same_columns(tmp_path):
    columns = []
    for kind in KINDS:
        with fresh(kind, tmp_path) as url:
            open_store(url).close()
            engine = sa.create_engine(url)
            inspector = sa.inspect(engine)
            columns.append({view: [column["name"] for column in inspector.get_columns(view)] for view in inspector.get_view_names()})
            engine.dispose()
    assert columns[0] == columns[1]
    assert set(columns[0]) == set(tables.views("sqlite"))
