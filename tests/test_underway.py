"""Files of one run teach each other before they are stored, so that a folder in order of time ends in the right tags at once."""

from __future__ import annotations

import shutil
import threading
import time
from datetime import timedelta

import pytest

from importer.detect.teachers import N_RECENT, Window, joined
from importer.knowledge import Asker
from importer.payloads import walk
from importer.pipeline import InProcess, Options, import_files
from importer.retag import retag, stale
from importer.sandbox import Workers
from importer.store import open_store
from importer.underway import Underway
from importer.values.session import Direction, Normal
from tests.support.databases import NOW
from tests.support.fit_samples import Watch, watch_file
from tests.support.runner import Block, Runner, record
from tests.support.training import DAY_ONE, tags

RUNNER = Runner(offset_spm=6.0, ratio_run=1.11)
SET = (Block(35, 1.7, direction=Direction.BACKWARD), Block(75, 2.6))


def normal(day: float, **changes) -> Normal:
    return Normal(start_utc_s=day * 86_400.0, forward_s=600.0, **changes)


# --- turns ------------------------------------------------------------------------------------------------------------


def test_a_turn_hears_all_that_are_under_way_and_nobody_who_left():
    underway = Underway()
    first, second, third = (underway.enter() for _ in range(3))
    first.post("Ada", [normal(1)])
    third.post("Ada", [normal(3)])
    second.post("Ada", [normal(2), normal(2.5)])
    assert second.heard("Ada") == (normal(1), normal(2), normal(2.5), normal(3))
    first.leave()
    assert second.heard("Ada") == (normal(2), normal(2.5), normal(3))
    assert second.heard("Ben") == ()


def test_a_turn_waits_for_those_before_it_and_for_none_behind():
    underway = Underway(patience_s=30.0)
    first, second, third = (underway.enter() for _ in range(3))
    heard = []
    waiting = threading.Thread(target=lambda: heard.append(second.heard("Ada")))
    second.post("Ada", [normal(2)])
    waiting.start()
    time.sleep(0.05)
    assert heard == []
    first.post("Ada", [normal(1)])
    waiting.join(timeout=10.0)
    assert heard == [(normal(1), normal(2))]
    third.leave()


def test_who_left_without_a_word_is_not_waited_for():
    underway = Underway(patience_s=30.0)
    first, second = underway.enter(), underway.enter()
    first.leave()
    first.post("Ada", [normal(1)])
    assert second.heard("Ada") == ()


def test_who_is_late_is_not_waited_for_long():
    underway = Underway(patience_s=0.05)
    _, second = underway.enter(), underway.enter()
    second.post("Ada", [normal(2)])
    assert second.heard("Ada") == (normal(2),)


# --- who teaches ------------------------------------------------------------------------------------------------------


def latest(normals, at_day):
    window = Window()
    for one in normals:
        window.add(one)
    return window.before(at_day * 86_400.0)


@pytest.mark.parametrize("n_stored", [0, 1, N_RECENT, 2 * N_RECENT + 40])
def test_teachers_that_are_not_stored_yet_count_like_stored_ones(n_stored):
    every = [normal(day, n_confirmed=int(day % 9 == 0)) for day in range(2 * N_RECENT + 40)]
    stored, new = latest(every[:n_stored], len(every)), every[n_stored:]
    for at_day in {n_stored, (n_stored + len(every)) // 2, len(every)}:
        assert joined(stored, new, start_utc_s=at_day * 86_400.0) == latest(every[:at_day], at_day)


def test_the_sessions_of_one_file_teach_each_other(tmp_path):
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        asker = Asker(store, athlete="me", sha256="f" * 64, lap_rule=None)
        starts = [DAY_ONE, DAY_ONE + timedelta(hours=2)]
        assert [known.baseline for known in asker(starts)] == [None, None]
        normals = [Normal(start_utc_s=start.timestamp(), forward_s=900.0, speed_mps=2.7, cadence_spm=171.0) for start in starts]
        first, second = asker.again(normals)
        assert first.baseline is None
        assert second.baseline is not None
        assert second.baseline.n_sessions == 1


# --- whole runs -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Nine days of one runner, a file a day, named in order of time."""
    folder = tmp_path_factory.mktemp("runs")
    for day in range(9):
        plan = (Block(660, 2.7 + 0.02 * day), *(SET * 3 if day % 3 == 1 else (Block(200, 2.6),)))
        recording = record(plan, seed=300 + day, runner=RUNNER)
        (folder / f"{day}.fit").write_bytes(watch_file(recording, watch=Watch(start=DAY_ONE + timedelta(days=day))))
    return folder


def imported(folder, url, preparer):
    """Import a folder; give how many sessions are stale afterwards, and all that is told of them."""
    with open_store(url) as store:
        batch = store.start_batch(command="import", now=NOW)
        results = list(import_files(list(walk([folder])), store, options=Options(), preparer=preparer, batch_id=batch))
        assert {str(result.outcome) for result in results} == {"imported"}
        return len(stale(store)), tags(store, url)


def test_a_folder_in_order_of_time_ends_in_the_same_tags_whoever_reads_it(folder, tmp_path):
    one_by_one = imported(folder, f"sqlite:///{tmp_path / 'a.db'}", InProcess())
    assert one_by_one[0] == 0
    for n in (1, 3):
        with Workers(n) as workers:
            assert imported(folder, f"sqlite:///{tmp_path / f'{n}.db'}", workers) == one_by_one


def test_a_folder_out_of_order_is_put_right_by_retag(folder, tmp_path):
    backwards = tmp_path / "backwards"
    backwards.mkdir()
    for day in range(9):
        shutil.copy(folder / f"{day}.fit", backwards / f"{8 - day}.fit")
    with Workers(2) as workers:
        n_stale, _ = imported(backwards, f"sqlite:///{tmp_path / 'a.db'}", workers)
    assert n_stale >= 6
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        list(retag(store, now=NOW))
        assert stale(store) == ()
        in_order = imported(folder, f"sqlite:///{tmp_path / 'b.db'}", InProcess())[1]
        assert tags(store, f"sqlite:///{tmp_path / 'a.db'}") == in_order
