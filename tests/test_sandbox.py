"""Worker processes: what one file may cost."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time

import pytest

from importer import worker
from importer.detect.known import Known, judged_by
from importer.errors import DatabaseBusyError
from importer.knowledge import Asker
from importer.payloads import Payload
from importer.pipeline import InProcess, Options
from importer.sandbox import Workers
from importer.store.records import SourceInfo
from importer.values.session import Direction, Label, LabelKind
from tests.support.program import SAMPLES

#: answers what is known of a session where there is no database
NOTHING = Asker(None, athlete="me", sha256=None, lap_rule=None)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills processes by signal")


def _payload(name: str = "forward-run.fit") -> Payload:
    data = (SAMPLES / name).read_bytes()
    return Payload(SourceInfo(path=name, sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data)), data)


def test_a_worker_gives_what_the_program_itself_would():
    own = InProcess().submit(_payload(), Options(), NOTHING)()
    with Workers(1) as workers:
        boxed = workers.submit(_payload(), Options(), NOTHING)()
    assert boxed.sessions[0].segments == own.sessions[0].segments
    assert boxed.sessions[0].activity.t_s.tobytes() == own.sessions[0].activity.t_s.tobytes()


class Answers:
    """Gives one answer to every question, and remembers the questions."""

    def __init__(self, known):
        self.known = known
        self.asked = []

    def __call__(self, *question):
        self.asked.append(question)
        return self.known

    def again(self, normals):
        self.asked.append(normals)
        return self.known


def test_a_worker_asks_what_is_known_before_it_tags():
    known = Known(labels=(Label(60.0, 120.0, LabelKind.TAG, Direction.BACKWARD),))
    answers = Answers((known,))
    with Workers(1) as workers:
        (session,) = workers.submit(_payload(), Options(), answers)().sessions
    assert answers.asked == [((session.activity.start,), (session.activity.device,)), (session.normal,)]
    assert session.judged_by == judged_by(known)
    assert [(s.start_s, s.end_s, s.basis) for s in session.segments if s.direction is Direction.BACKWARD] == [(60.0, 120.0, "manual")]


@pytest.mark.parametrize("name", ["__call__", "again"])
def test_a_question_that_cannot_be_answered_is_the_databases_fault_and_not_the_files(name):
    class Busy(Answers):
        pass

    def locked(*_):
        raise DatabaseBusyError("locked")

    setattr(Busy, name, locked)
    busy = Busy((Known(),))
    with Workers(1) as workers:
        with pytest.raises(DatabaseBusyError, match="locked"):
            workers.submit(_payload(), Options(), busy)()
        assert workers.submit(_payload(), Options(), NOTHING)().sessions


def test_a_refusal_comes_back_with_its_facts():
    with Workers(1) as workers:
        error = workers.submit(_payload("settings.fit"), Options(), NOTHING)().error
    assert error is not None
    assert (error.code, error.is_skip) == ("not-an-activity", True)


def test_a_file_that_takes_too_long_fails_and_the_next_one_is_read():
    with Workers(1, wall_s=0.001) as workers:
        late = workers.submit(_payload(), Options(), NOTHING)()
    assert late.error is not None
    assert late.error.code == "too-costly"
    assert "took longer" in late.error.reason


def test_a_worker_that_dies_at_work_costs_one_file_and_is_replaced():
    with Workers(1) as workers:
        assert workers.submit(_payload(), Options(), NOTHING)().sessions
        (asked,) = workers._all
        os.kill(asked._process.pid, signal.SIGSTOP)
        answer = workers.submit(_payload(), Options(), NOTHING)
        while not asked._is_busy:
            time.sleep(0.001)
        os.kill(asked._process.pid, signal.SIGKILL)
        dead = answer()
        assert dead.error is not None
        assert "killed its reader" in dead.error.reason
        assert workers.submit(_payload(), Options(), NOTHING)().sessions


def test_a_worker_that_dies_idle_costs_nothing():
    with Workers(1) as workers:
        assert workers.submit(_payload(), Options(), NOTHING)().sessions
        (process,) = (one._process for one in workers._all)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert workers.submit(_payload(), Options(), NOTHING)().sessions


def test_a_worker_is_replaced_before_a_leak_can_grow(monkeypatch):
    monkeypatch.setattr("importer.sandbox.RECYCLE_AFTER", 2)
    with Workers(1) as workers:
        pids = []
        for _ in range(4):
            workers.submit(_payload(), Options(), NOTHING)()
            pids += [one._process.pid for one in workers._all]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_worker_has_limits():
    program = (
        "import resource as r\nfrom importer import worker\nworker.limit()\nworker.limit_cpu()\n"
        "print(*(r.getrlimit(what)[0] for what in (r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_CPU)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    memory, files, cpu = map(int, done.stdout.split())
    assert (memory, files) == (worker.MEMORY_BYTES, 0)
    assert worker.CPU_S <= cpu <= worker.CPU_S + 5


def test_no_worker_outlives_the_pool():
    with Workers(2) as workers:
        waiting = [workers.submit(_payload(), Options(), NOTHING) for _ in range(4)]
        assert all(answer().sessions for answer in waiting)
        processes = [one._process for one in workers._all]
    assert [process.poll() for process in processes] == [0] * len(processes)
