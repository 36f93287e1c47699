"""A power cut leaves every session of which it was said that it is stored. ``python -m benchmarks.power_cut`` is the long version."""

from __future__ import annotations

import random
import sqlite3

import pytest

from benchmarks.power_cut import SETTINGS, replay
from tests.support import system_calls
from tests.support.importing import make_folder
from tests.support.power import Disk, Operation

traced = pytest.mark.skipif(not system_calls.is_there(), reason="needs strace (Debian: apt-get install strace) and the right to trace")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("power") / "files", 2)


def _states(*operations: Operation, start: dict[str, bytes] | None = None, n: int = 200) -> set[tuple[tuple[str, bytes], ...]]:
    disk = Disk(start)
    for operation in operations:
        disk.do(operation)
    return {tuple(sorted(state.items())) for state in disk.states(n, random.Random(3))}


@traced
@pytest.mark.parametrize("setting", [one for one in SETTINGS if one.is_ours], ids=lambda one: one.name)
def test_our_settings_lose_nothing_in_a_power_cut(setting, files, tmp_path):
    tally = replay(setting, files, tmp_path, n_states=0, n_resumed=1)
    assert tally.n_states > 2 * tally.n_calls * 0.8 > 200
    assert (tally.n_corrupt, tally.n_lost, tally.n_resumed) == (0, 0, 1)


@traced
def test_the_replay_finds_what_a_database_that_never_waits_for_the_disk_loses(files, tmp_path):
    (careless,) = [one for one in SETTINGS if "OFF" in one.pragmas]
    tally = replay(careless, files, tmp_path, n_states=1)
    assert tally.n_corrupt > 0
    assert tally.n_lost > 0
    assert tally.most_lost == 2


def test_a_synced_write_stays_and_one_that_is_not_may_be_lost_or_torn():
    old, new = b"a" * 1024, b"b" * 1024
    synced = (Operation("create", "f"), Operation("write", "f", old), Operation("sync", "f"))
    assert _states(*synced) == {(("f", old),)}
    found = _states(*synced, Operation("write", "f", new))
    assert found == {(("f", first + second),) for first in (old[:512], new[:512]) for second in (old[512:], new[512:])}


def test_of_two_writes_the_second_may_stay_and_the_first_be_lost():
    found = _states(Operation("write", "f", b"1", 0), Operation("write", "f", b"2", 1), start={"f": b".."})
    assert {dict(state)["f"] for state in found} == {b"..", b"1.", b".2", b"12"}


def test_a_lost_write_may_leave_zeros_where_it_made_the_file_longer():
    found = {dict(state)["f"] for state in _states(Operation("write", "f", b"new", 2), start={"f": b"ok"})}
    assert found == {b"ok", b"ok\0\0\0", b"oknew"}


def test_a_name_lasts_once_its_folder_or_its_file_is_synced():
    made = (Operation("create", "f"), Operation("create", "g"))
    assert {tuple(name for name, _ in state) for state in _states(*made)} == {(), ("f",), ("f", "g")}
    assert {tuple(name for name, _ in state) for state in _states(*made, Operation("sync", "f"))} == {("f",), ("f", "g")}
    assert {tuple(name for name, _ in state) for state in _states(*made, Operation("sync", ""))} == {("f", "g")}


def test_a_file_that_was_removed_or_renamed_may_come_back_until_the_folder_is_synced():
    start = {"f": b"1"}
    assert _states(Operation("unlink", "f"), start=start) == {(), (("f", b"1"),)}
    assert _states(Operation("unlink", "f"), Operation("sync", ""), start=start) == {()}
    assert _states(Operation("rename", "f", b"g"), start=start) == {(("f", b"1"),), (("g", b"1"),)}


def test_what_was_cut_off_may_come_back():
    found = {dict(state)["f"] for state in _states(Operation("cut", "f", offset=1), start={"f": b"12"})}
    assert found == {b"1", b"12"}


def test_sqlite_itself_finds_a_page_that_was_lost(tmp_path):
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (x TEXT UNIQUE)")
        database.executemany("INSERT INTO t VALUES (?)", [(f"{i:0100}",) for i in range(1000)])
    database.close()
    from tests.support.sameness import damage

    assert damage(path) == []
    whole = path.read_bytes()
    path.write_bytes(whole[: 4096 * 20] + bytes(4096) + whole[4096 * 21 :])
    assert damage(path) != []
