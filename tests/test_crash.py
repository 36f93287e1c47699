"""Whatever is killed, and wherever: nothing is lost, doubled or there in parts. ``python -m benchmarks.crash`` is the long version."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.support import system_calls
from tests.support.call_kills import Cutter, Deed, deeds
from tests.support.importing import Importer, make_folder, wait_until
from tests.support.random_kills import kill_at_random
from tests.support.system_calls import Call

traced = pytest.mark.skipif(not system_calls.is_there(), reason="needs strace (Debian: apt-get install strace) and the right to trace")
has_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are looked for in /proc")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> dict[str, Deed]:
    return deeds(tmp_path_factory.mktemp("deeds"))


@has_proc
def test_importers_killed_at_random_lose_double_and_halve_nothing(tmp_path):
    tally = kill_at_random(6, make_folder(tmp_path / "files", 12), tmp_path, seed=5)
    assert tally.n_killed >= 6
    assert tally.n_at_work >= 1
    assert tally.n_half_done >= 1
    assert tally.n_acknowledged >= 1
    assert tally.n_lives >= 1


@has_proc
def test_the_workers_of_a_killed_importer_end_by_themselves(tmp_path):
    importer = Importer(make_folder(tmp_path / "files", 8), f"sqlite:///{tmp_path / 'a.db'}", said=tmp_path / "said.json")
    assert wait_until(lambda: importer.orphans(within_s=0) != [])  # while it works it is found itself
    assert importer.kill() == -9
    assert importer.orphans() == []


@traced
@pytest.mark.parametrize("name", ["import", "undo", "migration"])
def test_a_deed_killed_before_a_call_is_done_or_not_done_and_can_be_done_again(prepared, tmp_path, name):
    cutter = Cutter(prepared[name], tmp_path)
    assert len(cutter.calls) >= 50
    third = len(cutter.calls) // 3
    cuts = cutter.kills([cutter.calls[third], cutter.calls[2 * third], cutter.calls[-1]])
    assert [cut.status for cut in cuts] == [-9] * 3
    assert {cut.is_done for cut in cuts} == {False, True}


@traced
def test_a_full_disk_is_temporary_and_leaves_nothing_half_done(prepared, tmp_path):
    cutter = Cutter(prepared["first import"], tmp_path)
    writes = [call for call in cutter.calls if call.name == "pwrite64"]
    opens = [call for call in cutter.calls if call.name == "openat"]
    cuts = cutter.failures(errno.errorcode[errno.ENOSPC], [opens[-1], writes[len(writes) // 2]])
    assert [(cut.status, cut.is_done) for cut in cuts] == [(5, False), (5, False)]


@traced
def test_a_kill_that_did_not_happen_is_noticed(prepared, tmp_path):
    cutter = Cutter(prepared["undo"], tmp_path)
    with pytest.raises(AssertionError, match="was not killed, but ended with 0"):
        cutter.kills([Call("fdatasync", 10_000, "")])
