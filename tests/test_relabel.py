"""Labels files that come after their activity was stored: every session of the file, on both databases, as if both had come at once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from importer import import_file
from importer.pipeline import Outcome
from importer.readers.companions import Labels
from importer.relabel import relabel
from importer.store import open_store
from importer.values.session import Direction
from tests.support.databases import KINDS, fresh
from tests.support.pairs import draw_run, fit_of, tcx_of
from tests.support.program import retro
from tests.support.watching import run_bytes

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAY_S = 86_400


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    with fresh(request.param, tmp_path) as made:
        yield made


def keep(path: Path, data: bytes, *, url: str, labels: str | None = None):
    """Write a file, and its labels where there are some, and import it."""
    path.write_bytes(data)
    if labels is not None:
        Path(f"{path}.labels.csv").write_text(labels, encoding="utf-8")
    (result,) = import_file(path, db=url)
    return result


def backward(sessions):
    return [[(one.start_s, one.end_s) for one in session.segments if one.direction is Direction.BACKWARD] for session in sessions]


def test_each_session_of_a_file_gets_the_spans_that_lie_in_it(tmp_path, url):
    data = run_bytes(1) + run_bytes(2)  # chained, a day apart
    keep(tmp_path / "a.fit", data, url=url)
    result = keep(tmp_path / "a.fit", data, url=url, labels=f"10,40,backward\n{DAY_S + 20},{DAY_S + 50},backward\n")
    assert (result.outcome, len(result.relabelled)) == (Outcome.KNOWN, 2)
    assert sorted(backward(result.sessions)) == [[(10.0, 40.0)], [(20.0, 50.0)]]
    changed = keep(tmp_path / "a.fit", data, url=url, labels=f"10,40,backward\n{DAY_S + 30},{DAY_S + 50},backward\n")
    assert len(changed.relabelled) == 1
    assert sorted(backward(changed.sessions)) == [[(10.0, 40.0)], [(30.0, 50.0)]]


def test_times_count_from_the_first_session_of_the_file_though_it_was_deleted(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    data = run_bytes(1) + run_bytes(2)
    first = min(keep(tmp_path / "a.fit", data, url=url).sessions, key=lambda session: session.start)
    assert retro("delete", str(first.id), "--db", url).returncode == 0
    result = keep(tmp_path / "a.fit", data, url=url, labels=f"10,40,backward\n{DAY_S + 20},{DAY_S + 50},backward\n")
    assert backward(result.sessions) == [[(20.0, 50.0)]]


def test_labels_of_a_linked_file_reach_the_session_whose_primary_recording_is_another(tmp_path, url):
    _, recording, _ = draw_run(3, on_belt=False)
    keep(tmp_path / "a.fit", fit_of(recording), url=url)
    linked = keep(tmp_path / "a.tcx", tcx_of(recording), url=url)
    assert linked.outcome is Outcome.LINKED
    late = keep(tmp_path / "a.tcx", tcx_of(recording), url=url, labels="10,40,backward\n")
    assert late.relabelled == (linked.sessions[0].id,)
    assert (10.0, 40.0) in backward(late.sessions)[0]
    assert keep(tmp_path / "a.tcx", tcx_of(recording), url=url).relabelled == ()


def test_a_name_that_is_no_text_is_judged_by_once_too(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    path = tmp_path / "l\udce4uft.fit"
    try:
        keep(path, run_bytes(1), url=url)
    except OSError:
        pytest.skip("this file system takes names of text only")
    assert len(keep(path, run_bytes(1), url=url, labels="10,40,backward\n").relabelled) == 1
    assert keep(path, run_bytes(1), url=url).relabelled == ()


def test_labels_of_another_name_stand_below_the_new_ones(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    keep(tmp_path / "a.fit", run_bytes(1), url=url, labels="10,40,backward\n")
    renamed = keep(tmp_path / "b.fit", run_bytes(1), url=url, labels="10,20,forward\n")
    assert backward(renamed.sessions) == [[(20.0, 40.0)]]
    assert [keep(tmp_path / name, run_bytes(1), url=url).relabelled for name in ("a.fit", "b.fit")] == [(), ()]


def test_a_damaged_session_costs_a_note_and_no_error(tmp_path):
    db = tmp_path / "a.db"
    result = keep(tmp_path / "a.fit", run_bytes(1), url=f"sqlite:///{db}")
    with closing(sqlite3.connect(db)) as opened, opened:
        opened.execute("UPDATE stream SET data = zeroblob(length(data))")
    with open_store(f"sqlite:///{db}") as store:
        done = relabel(store, str(result.source.sha256), Labels("a.fit.labels.csv", b"10,40,backward\n"), now=NOW)
    assert done.sessions == ()
    assert "a.fit.labels.csv was not used" in done.notes[0]


def test_a_file_that_is_not_stored_has_nothing_to_judge(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        assert relabel(store, "0" * 64, Labels("a.fit.labels.csv", b"10,40,backward\n"), now=NOW).sessions == ()
