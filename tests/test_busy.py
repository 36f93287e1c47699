"""A database that is busy or away gives status 5, and the next try loses nothing; a password is seen nowhere."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import subprocess
import sys
import traceback
from contextlib import closing

import pytest

from importer.errors import DatabaseBusyError, StoreError
from importer.store import migrate, open_store, place
from tests.support.call_kills import deeds
from tests.support.databases import NOW, contents
from tests.support.importing import ROOT, Importer, environment, make_folder, run, wait_for_lines
from tests.support.sameness import content
from tests.test_migrations import later  # noqa: F401 - a fixture

#: a password with all that must be quoted in a URL, and the part of it that is the same however it is written
SECRET, QUOTED, CORE = "x/Geheim:1 %&", "x%2FGeheim%3A1%20%25%26", "geheim"


@pytest.fixture
def files(tmp_path):
    return make_folder(tmp_path / "files", 30)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'a.db'}"


def locked(url: str) -> sqlite3.Connection:
    """Give a connection that keeps the database locked until it is closed."""
    path = place.file_of(place.parse(url))
    assert path is not None
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


# --- busy -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [("import", "{files}/001.fit"), ("undo", "1"), ("delete", "1"), ("tag", "1", "0-10", "backward"), ("athlete", "add", "Ana")]
)
def test_a_command_that_writes_gives_up_on_a_locked_database_and_changes_nothing(words, files, url):
    assert run(["import", files / "000.fit", "--db", url]).returncode == 0
    before = content(url)
    with closing(locked(url)):
        done = run([*(word.replace("{files}", str(files)) for word in words), "--db", url], RETRO_IMPORT_WAIT_S="0.3")
    assert done.returncode == 5, (done.stdout, done.stderr)
    assert "the database is locked by another program: try again when it has finished" in done.stderr
    assert content(url) == before


def test_an_import_that_is_locked_out_half_way_is_finished_by_the_next_one(files, url, tmp_path):
    importer = Importer(files, url, said=tmp_path / "said.json", RETRO_IMPORT_WAIT_S="0.2")
    wait_for_lines([importer], 2)
    with closing(locked(url)):
        assert importer.wait() == 5
        stored = importer.stored()
    assert "locked by another program" in importer.complaint
    assert 2 <= len(stored) < 30
    assert stored <= content(url).files.keys()
    last = Importer(files, url, said=tmp_path / "last.json")
    assert last.wait() == 3  # one of the files cannot be read
    outcomes = {line["sha256"]: line["outcome"] for line in last.lines()}
    assert {sha256 for sha256, outcome in outcomes.items() if outcome == "known"} >= stored
    assert list(outcomes.values()).count("failed") == 1
    found = content(url)
    assert (len(found.files), len(found.failures), found.stray) == (30, 1, ())


def test_reports_are_answered_while_the_database_is_locked(files, url):
    assert run(["import", files / "000.fit", "--db", url]).returncode == 0
    with closing(locked(url)):
        done = run(["report", "--db", url], RETRO_IMPORT_WAIT_S="0.3")
    assert done.returncode == 0, done.stderr


def test_a_disk_that_lets_no_file_be_opened_is_temporary(files, url, tmp_path):
    assert run(["import", files / "000.fit", "--db", url]).returncode == 0
    code = (
        "import resource, sys; from importer.store import open_store; store = open_store(sys.argv[1])\n"
        "n = len(__import__('os').listdir('/proc/self/fd')); store.close()\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (n - 3, n))\n"
        "try: open_store(sys.argv[1])\n"
        "except Exception as error: print(type(error).__name__, error.exit_status, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, url], env=environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("DatabaseBusyError 5 sqlite:"), (done.stdout, done.stderr)
    assert "cannot be opened at the moment: see that its disk is there" in done.stdout


def test_a_copy_is_made_under_the_lock_and_a_locked_database_is_not_upgraded(files, url, later, tmp_path):  # noqa: F811
    assert run(["import", files / "000.fit", "--db", url]).returncode == 0
    later()
    with closing(locked(url)), pytest.raises(DatabaseBusyError):
        migrate.upgrade(url, now=NOW, wait_s=0.2)
    assert not list(tmp_path.glob("a.db.before-*"))
    (tmp_path / "a.db.before-0002.part").write_bytes(b"what a killed upgrade left")
    done = migrate.upgrade(url, now=NOW)
    assert done.backup is not None
    assert [path.name for path in tmp_path.glob("a.db.before-*")] == [done.backup.name]
    assert migrate.upgrade(url, now=NOW).backup is None


def test_two_upgrades_at_once_make_one_copy_and_one_upgrade(files, url, tmp_path):
    deed = deeds(tmp_path / "deeds")["migration"]
    database = shutil.copytree(deed.folder, tmp_path / "both") / "a.db"
    before = contents(f"sqlite:///{database}")
    both = [
        subprocess.Popen(deed.command(database.parent), cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    assert [one.communicate(timeout=60)[1] for one in both] == ["", ""]
    assert [one.returncode for one in both] == [0, 0]
    (copy,) = database.parent.glob("a.db.before-*")
    assert contents(f"sqlite:///{copy}") == before
    after = contents(f"sqlite:///{database}")
    assert after["alembic_version"] == [("next",)]
    assert [row[:-1] for row in after["session"]] == before["session"]


# --- passwords --------------------------------------------------------------------------------------------------------

URLS = [
    f"postgresql://runner:{QUOTED}@127.0.0.1:1/x",
    f"postgresql+psycopg://runner:{QUOTED}@127.0.0.1:1/x?connect_timeout=1",
    f"postgresql://runner@127.0.0.1:1/x?password={QUOTED}",
    f"postgresql://runner@127.0.0.1:1/x?PassWord={QUOTED}",
    f"postgresql://127.0.0.1:1/x?user=runner&sslpassword={QUOTED}&password={QUOTED}",
    f"postgresql://runner:{QUOTED}@:port/x",
    f"postgresql://runner:{QUOTED}@[::1/x",
    f"postgres:runner:{QUOTED}@127.0.0.1/x",
    f"postgresql:/runner:{QUOTED}@127.0.0.1/x",
    f"host=127.0.0.1 port=1 user=runner password={QUOTED}",
    f"mysql://runner:{QUOTED}@127.0.0.1/x",
    f"sqlite:///x.db?password={QUOTED}",
]


@pytest.mark.parametrize("url", URLS)
def test_a_password_stands_in_no_error_no_attribute_and_no_log(url, caplog, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreError) as caught:
        open_store(url, wait_s=0.1)
    everything = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value)) + caplog.text
    assert CORE not in everything.casefold()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("word", ["ge@heim", "@geheim", "ge/h@eim"])
def test_a_password_with_an_unquoted_at_sign_is_refused_and_not_shown(word):
    with pytest.raises(StoreError, match="%40") as caught:
        open_store(f"postgresql://runner:{word}@127.0.0.1:1/x", wait_s=0.1)
    everything = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert not [part for part in ("heim", "eim@", "ge@") if part in everything]


@pytest.mark.parametrize("given", ["option", "environment", "PGPASSWORD", "configuration"])
def test_a_password_stands_in_nothing_that_the_program_prints(given, tmp_path):
    url = f"postgresql://runner:{QUOTED}@127.0.0.1:1/x"
    more, words = {}, []
    if given == "option":
        words = ["--db", url]
    elif given == "environment":
        more = {"RETRO_IMPORT_DB": url}
    elif given == "PGPASSWORD":
        more, words = {"PGPASSWORD": SECRET}, ["--db", "postgresql://runner@127.0.0.1:1/x"]
    else:
        (tmp_path / "config.toml").write_text(f'db = "{url}"\n', encoding="utf-8")
        more = {"RETRO_IMPORT_CONFIG": str(tmp_path / "config.toml")}
    file = make_folder(tmp_path / "files", 1) / "000.fit"
    for command in (["import", file, "--json"], ["report"], ["db", "path"], ["db", "upgrade"], ["undo", "1"]):
        done = run([*command, *words], **more)
        assert done.returncode == (0 if command == ["db", "path"] else 5), done.stderr
        assert CORE not in (done.stdout + done.stderr).casefold()
        assert "postgresql" in done.stdout + done.stderr
