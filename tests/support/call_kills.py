"""What the program does, cut off at any of its state-changing system calls: by a kill, or by a call that fails.

Conventions: a *deed* is one command on one database. It must be all or nothing: after a kill the database holds either what was there
`before` or what a whole run makes, `after`; doing it again brings `after`. A time stamp of a copy may differ from run to run.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from importer.store.schema_door import tables
from tests.support import system_calls
from tests.support.databases import contents
from tests.support.importing import PROGRAM, make_folder, run
from tests.support.sameness import Content, content, copy_database, damage, is_new
from tests.support.system_calls import Call

#: a migration that does what migrations do: a new table, a column more in a rebuilt one, values moved
_NEXT: Final = '''"""A later schema."""
import sqlalchemy as sa
from alembic import op
revision = "next"
down_revision = "{last}"
def upgrade():
    op.create_table("shoe", sa.Column("id", sa.Integer(), primary_key=True))
    with op.batch_alter_table("session", recreate="always") as batch:
        batch.add_column(sa.Column("title", sa.Text()))
    op.execute("UPDATE session SET title = sport")
'''
#: the program, one schema later: its first word is the folder of that schema
_LATER: Final = """
import sys
from pathlib import Path
from importer.store.schema_door import tables
tables.FOLDER = Path(sys.argv.pop(1))
tables.REVISIONS = (*tables.REVISIONS, "next")
from importer.cli.main import main
main()
"""


@dataclass(frozen=True, slots=True)
class Deed:
    """One command on a database of its own.

    Parameters
    ----------
    folder : a copy of it is what the command works in; the database is ``a.db`` there.
    program, words : what is run; ``{folder}`` in a word is the folder.
    again : what brings a cut off deed to its end: the words, unless another command does.
    look : reads what the database holds.
    """

    name: str
    folder: Path
    words: tuple[str, ...]
    look: Callable[[Path], Any]
    program: tuple[str, ...] = PROGRAM

    def command(self, folder: Path) -> list[str]:
        return [*self.program, *(word.replace("{folder}", str(folder)) for word in self.words)]


class Cut(NamedTuple):
    """What came of cutting a deed off at one call."""

    call: Call
    status: int
    is_done: bool


def deeds(work: Path) -> dict[str, Deed]:
    """Prepare the databases: a first import, one more, an undo, a deletion, and an upgrade to a later schema."""
    files = make_folder(work / "files", 3)  # makes `work` too
    some, full = work / "some", work / "full"
    db = "sqlite:///{folder}/a.db"
    for folder in (work / "none", some, full):
        folder.mkdir()
    for folder, paths in ((some, [files / "000.fit"]), (full, [files / "000.fit"]), (full, [files / "001.fit", files / "002.fit"])):
        assert run(["import", *paths, "--db", db.replace("{folder}", str(folder))]).returncode == 0
    later = work / "later"
    shutil.copytree(tables.FOLDER, later, ignore=shutil.ignore_patterns("__pycache__"))
    (later / "migrations" / "versions" / "r9999_next.py").write_text(_NEXT.format(last=tables.REVISIONS[-1]), encoding="utf-8")
    made = (
        Deed("first import", work / "none", ("import", str(files / "000.fit"), "--db", db), _content),
        Deed("import", some, ("import", str(files / "001.fit"), "--db", db), _content),
        Deed("undo", full, ("undo", "2", "--db", db), _content),
        Deed("delete", full, ("delete", "2", "--db", db), _content),
        Deed("migration", full, ("db", "upgrade", "--db", db), _rows, (sys.executable, "-c", _LATER, str(later))),
    )
    return {deed.name: deed for deed in made}


def _content(database: Path) -> Any:
    found = content(f"sqlite:///{database}")
    assert found.stray == ()
    return found


def _rows(database: Path) -> Any:
    return contents(f"sqlite:///{database}")


class Cutter:
    """Does one deed again and again, and cuts it off each time elsewhere."""

    def __init__(self, deed: Deed, work: Path) -> None:
        self.deed = deed
        self._folder, self._log, self._copy = work / "deed", work / "calls.log", work / "copy"
        self._fresh()
        self.before = self._state()
        self.calls = system_calls.changing_calls(deed.command(self._folder), folder=self._folder, log=self._log)
        self.after = self._state()
        assert self.before != self.after

    def kills(self, calls: Iterable[Call] | None = None) -> list[Cut]:
        """Kill the deed before each of these calls, or before every one."""
        return [self._kill(call) for call in (self.calls if calls is None else calls)]

    def failures(self, error: str, calls: Iterable[Call] | None = None) -> list[Cut]:
        """Let each of these calls fail, or every one."""
        return [self._fail(call, error) for call in (self.calls if calls is None else calls)]

    def _kill(self, call: Call) -> Cut:
        self._fresh()
        done = system_calls.kill_before(call, self.deed.command(self._folder), folder=self._folder, log=self._log)
        return Cut(call, done.status, self._judge(call, is_told=bool(done.stdout)))

    def _fail(self, call: Call, error: str) -> Cut:
        self._fresh()
        done = system_calls.fail_at(call, error, self.deed.command(self._folder), folder=self._folder, log=self._log)
        # where SQLite cannot open the file for writing it tries for reading, so that the cause is lost
        is_clear = done.status in (0, 5) or (call.name == "openat" and "the database cannot be written" in done.stderr)
        assert is_clear, f"status {done.status} where {call} failed with {error}: {done.stderr}"
        return Cut(call, done.status, self._judge(call, is_told=done.status == 0))

    def _judge(self, call: Call, *, is_told: bool) -> bool:
        """Tell whether a deed that was cut off is done; AssertionError where it is neither done nor undone, or cannot be finished."""
        state = self._state()
        assert state in (self.before, self.after), f"neither before nor after, cut off at {call}"
        assert state == self.after or not is_told, f"told as done and not done, cut off at {call}"
        for copy in self._folder.glob("*.before-*Z"):
            assert damage(copy) == [], f"the copy is damaged, cut off at {call}"
            assert self.deed.look(copy) == self.before, f"the copy is not whole, cut off at {call}"
        if state == self.before:
            again = self.deed.command(self._folder)
            done = run(again[len(self.deed.program) :], program=self.deed.program)
            assert done.returncode == 0, f"cannot be done again, cut off at {call}: {done.stderr}"
            assert self._state() == self.after, f"done again it is not what it should be, cut off at {call}"
            assert not list(self._folder.glob("*.part*")), f"debris is left, cut off at {call}"
        return bool(state == self.after)

    def _fresh(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.copytree(self.deed.folder, self._folder)

    def _state(self) -> Any:
        """Read a copy, so that the program itself has to recover the database."""
        database = self._folder / "a.db"
        if not database.exists():
            return None
        copy = copy_database(database, self._copy)
        if is_new(copy):
            return None
        assert damage(copy) == []
        state = self.deed.look(copy)
        # the tables of a first import are made before its file is stored: with nothing in them that is still "before"
        return None if isinstance(state, Content) and not state.files and not state.failures else state


def spread(calls: Sequence[Call], n: int) -> list[Call]:
    """Choose `n` calls: the last of each name first, which are the likeliest to matter, then evenly."""
    last = list({call.name: call for call in calls}.values())
    step = max(1, len(calls) // max(1, n))
    chosen = [*last, *calls[::step]]
    return sorted(set(chosen[:n]), key=calls.index)
