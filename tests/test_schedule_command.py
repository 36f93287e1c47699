"""`schedule install|remove|show` as a user runs it, in a home of its own; the tools of the service managers only write down their words."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.program import SAMPLES, retro

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the service managers of Linux")

#: a service manager that keeps what it was told, and fails where it is asked to
TOOL = """#!/bin/sh
echo "$(basename "$0") $*" >> "$HOME/said"
case "$*" in *"$FAILING"*) echo "no, not this" >&2; exit 1;; esac
"""
#: a crontab in a file, which speaks as Debian's does
CRONTAB = """#!/bin/sh
case "$1" in
-l)
  [ -f "$HOME/tab" ] || { echo "no crontab for ada" >&2; exit 1; }
  [ -z "$LOCKED" ] || { echo "not allowed" >&2; exit 1; }
  cat "$HOME/tab";;
-r) rm "$HOME/tab";;
-) cat > "$HOME/tab";;
esac
"""


class Home:
    """A user's home with tools of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inbox = folder / "in box"
        self.inbox.mkdir(parents=True)
        tools = folder / "bin"
        tools.mkdir()
        for name, text in (("systemctl", TOOL), ("systemd-run", TOOL), ("crontab", CRONTAB)):
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        self.units = folder / "conf" / "systemd" / "user"
        self.environment = {
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "conf"),
            "XDG_DATA_HOME": str(folder / "data"),
            "PATH": f"{tools}:{os.environ['PATH']}",
            "FAILING": "nothing fails",
            "LOCKED": "",
        }

    def schedule(self, *words, **environment):
        return retro("schedule", *words, **{**self.environment, **environment})

    def said(self) -> list[str]:
        """Give what the tools were told since the last time, without the questions."""
        path = self.folder / "said"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [
            line.removeprefix("systemctl --user ") for line in lines if not line.startswith(("systemd-run", "systemctl --user show-env"))
        ]

    def files(self) -> set[str]:
        return {path.name for path in self.units.iterdir()} if self.units.is_dir() else set()


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "hö me")


def test_install_writes_the_unit_and_starts_it(home):
    done = home.schedule("install", home.inbox)
    assert (done.returncode, done.stderr) == (0, "")
    assert home.said() == ["daemon-reload", "enable retro-import.service", "restart retro-import.service"]
    text = (home.units / "retro-import.service").read_text()
    assert f'-- "{home.inbox}"\n' in text
    assert f'"--db={home.folder}/data/retro-import/retro-import.db"' in text
    assert f'ReadWritePaths="-{home.folder}/data/retro-import"\n' in text
    assert (home.folder / "data" / "retro-import").is_dir()


def test_a_dry_run_shows_the_very_files_and_writes_none(home):
    shown = home.schedule("install", home.inbox, "--timer", "20", "--dry-run").stdout
    assert (home.files(), home.said(), (home.folder / "data").exists()) == (set(), [], False)
    assert home.schedule("install", home.inbox, "--timer", "20").returncode == 0
    assert home.files() == {"retro-import.service", "retro-import.timer"}
    for name in home.files():
        assert (home.units / name).read_text() in shown
    assert "$ systemctl --user enable retro-import.timer" in shown


def test_installing_anew_takes_the_place_of_the_timer(home):
    home.schedule("install", home.inbox, "--timer", "20")
    home.said()
    assert home.schedule("install", home.inbox).returncode == 0
    assert home.files() == {"retro-import.service"}
    assert home.said()[:2] == ["disable --now retro-import.timer", "disable --now retro-import.service"]


def test_remove_takes_away_what_install_wrote_and_nothing_else(home):
    home.units.mkdir(parents=True)
    (home.units / "other.service").write_text("[Unit]\n")
    home.schedule("install", home.inbox)
    home.schedule("install", home.inbox, "--name", "second")
    home.said()
    assert home.schedule("remove", "--dry-run").stdout == f"would be removed: {home.units}/retro-import.service\n"
    assert home.schedule("remove").stdout == f"removed: {home.units}/retro-import.service\n"
    assert home.files() == {"other.service", "second.service"}
    assert home.said() == ["disable --now retro-import.service", "daemon-reload"]
    assert home.schedule("remove").stdout == "retro-import: nothing is installed\n"


@pytest.mark.parametrize("verb", ["install", "remove"])
@pytest.mark.parametrize(
    ("change", "word"), [("foreign", "was not written by"), ("edited", "was edited since"), ("link", "was not written by")]
)
def test_what_it_did_not_write_is_left_as_it_is(home, verb, change, word):
    home.schedule("install", home.inbox)
    unit = home.units / "retro-import.service"
    if change == "link":
        unit.unlink()
        unit.symlink_to("/dev/null")
    else:
        unit.write_text("[Unit]\n" if change == "foreign" else unit.read_text() + "Nice=1\n")
    before = unit.read_bytes()
    home.said()
    done = home.schedule(verb, *([home.inbox] if verb == "install" else []))
    assert done.returncode == 1
    assert f"{unit}: {word}" in done.stderr
    assert "move it away, or choose another --name" in done.stderr
    assert (unit.read_bytes(), unit.is_symlink(), home.said()) == (before, change == "link", [])


def test_a_service_manager_that_refuses_is_told_with_what_to_do(home):
    done = home.schedule("install", home.inbox, FAILING="restart")
    assert done.returncode == 1
    assert "`systemctl --user restart retro-import.service` failed (no, not this)" in done.stderr
    assert "schedule remove" in done.stderr
    assert home.schedule("remove").returncode == 0
    assert home.files() == set()


def test_the_unit_goes_without_its_box_where_systemd_cannot_make_one(home):
    done = home.schedule("install", home.inbox, FAILING="PrivateUsers")
    assert "goes without" in done.stderr
    text = (home.units / "retro-import.service").read_text()
    assert ("ProtectSystem" in text, "NoNewPrivileges=yes" in text) == (False, True)


def test_show_says_what_is_there_and_whether_it_runs(home):
    assert home.schedule("show").stdout == "retro-import: nothing is installed\n"
    home.schedule("install", home.inbox)
    place = f"{home.units}/retro-import.service"
    assert home.schedule("show").stdout == f"{place} (systemd): runs\n"
    assert home.schedule("show", FAILING="is-active").stdout == f"{place} (systemd): does not run\n"
    shown = json.loads(home.schedule("show", "--json").stdout)
    assert shown == {"name": "retro-import", "files": [{"with": "systemd", "place": place, "standing": "ours", "is_running": True}]}


SECRET = "s3cr3t-w0rd"  # noqa: S105 - of nobody


@pytest.mark.parametrize("url", [f"postgresql://ada:{SECRET}@host/runs", f"postgresql://ada@host/runs?password={SECRET}"])
@pytest.mark.parametrize("kind", ["systemd", "launchd", "task-scheduler", "cron"])
@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_password_is_never_written(home, url, kind, way):
    words, variables = (["--db", url], {}) if way == "option" else ([], {"RETRO_IMPORT_DB": url})
    for dry in ([], ["--dry-run"]):
        done = home.schedule("install", home.inbox, "--with", kind, *words, *dry, **variables)
        assert done.returncode == 2
        assert SECRET not in done.stdout + done.stderr
        assert "configuration file" in done.stderr
    holding = [path for path in home.folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert holding == []


def test_a_database_of_the_configuration_file_stays_there(home):
    configuration = home.folder / "conf" / "retro-import" / "config.toml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text(f'db = "postgresql://ada:{SECRET}@host/runs"\n')
    assert home.schedule("install", home.inbox).returncode == 0
    text = (home.units / "retro-import.service").read_text()
    assert (SECRET in text, "--db" in text) == (False, False)
    assert f'Environment="RETRO_IMPORT_CONFIG={configuration}"' in text
    assert "AF_INET" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--every", "5", "--timer", "5"], "--every"),
        (["--name", "../x"], "--name"),
        (["--on-import", "'"], "--on-import"),
        (["--on-import", "no-such-program-anywhere x"], "there is no program no-such-program-anywhere"),
        (["--db", "/nowhere/at/all/r.db"], "does not exist"),
        (["--db", "sqlite://"], "in memory"),
        (["--archive", "{inbox}"], "--archive"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(home, words, said):
    done = home.schedule("install", home.inbox, *(word.format(inbox=home.inbox) for word in words))
    assert done.returncode == 2
    assert said in done.stderr
    assert home.files() == set()


def test_the_hook_is_named_with_its_whole_path(home):
    home.schedule("install", home.inbox, "--on-import", "crontab 'a  b'")
    text = (home.units / "retro-import.service").read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("ExecStart="))
    (option,) = (word for word in shlex.split(line) if word.startswith("--on-import="))
    assert shlex.split(option.removeprefix("--on-import=")) == [str(home.folder / "bin" / "crontab"), "a  b"]


def test_a_crontab_gets_a_line_and_loses_it_again(home):
    tab = home.folder / "tab"
    tab.write_bytes(b"5 4 * * * other # \xff no UTF-8")
    assert home.schedule("install", home.inbox, "--with", "cron").returncode == 0
    lines = tab.read_bytes().splitlines()
    assert lines[0] == b"5 4 * * * other # \xff no UTF-8"
    assert lines[3].startswith(b"*/15 * * * * ")
    assert home.schedule("show").stdout == "your crontab (cron): run by cron\n"
    assert home.schedule("remove").returncode == 0
    assert tab.read_bytes() == b"5 4 * * * other # \xff no UTF-8\n"


def test_a_crontab_that_holds_nothing_else_is_gone_afterwards(home):
    home.schedule("install", home.inbox, "--with", "cron")
    assert (home.folder / "tab").exists()
    home.schedule("remove")
    assert not (home.folder / "tab").exists()


def test_a_crontab_that_cannot_be_read_is_not_overwritten(home):
    (home.folder / "tab").write_text("5 4 * * * other\n")
    done = home.schedule("install", home.inbox, "--with", "cron", LOCKED="yes")
    assert (done.returncode, "nothing was changed" in done.stderr) == (1, True)
    assert (home.folder / "tab").read_text() == "5 4 * * * other\n"
    home.schedule("install", home.inbox)
    assert home.schedule("remove", LOCKED="yes").stdout == f"removed: {home.units}/retro-import.service\n"


def test_the_archive_is_there_and_writable_and_so_is_where_files_are_taken_from(home):
    archive = home.folder / "kept"
    assert home.schedule("install", home.inbox, "--archive", archive).returncode == 0
    text = (home.units / "retro-import.service").read_text()
    assert archive.is_dir()
    assert f'ReadWritePaths="-{archive}"\nReadWritePaths="-{home.inbox}"\n' in text


def test_the_service_says_that_it_is_ready_and_imports_and_ends_well(home):
    """The command of the unit, started as systemd starts it: nothing but its words, and a socket to speak to."""
    home.schedule("install", home.inbox, "--every", "0.2", "--settle", "0.1")
    text = (home.units / "retro-import.service").read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("ExecStart="))
    address = str(home.folder / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(address)
        channel.settimeout(60)
        service = subprocess.Popen(
            shlex.split(line.removeprefix("ExecStart=")),
            env={"NOTIFY_SOCKET": address, "HOME": str(home.folder), "PATH": "/usr/bin:/bin"},
            cwd="/",
            stdout=subprocess.PIPE,
            text=True,
        )
        with service:
            try:
                heard = _hear(channel, until="READY=1")
                sample = next(SAMPLES.glob("*.fit"))
                (home.inbox / sample.name).write_bytes(sample.read_bytes())
                heard += _hear(channel, until="WATCHDOG=1")
                assert service.stdout is not None
                assert sample.name in service.stdout.readline()
                service.send_signal(signal.SIGTERM)
                heard += _hear(channel, until="STOPPING=1")
                assert service.wait(timeout=60) == 0
            finally:
                service.kill()
    assert heard[0] == "READY=1"


def _hear(channel: socket.socket, *, until: str) -> list[str]:
    heard: list[str] = []
    end_s = time.monotonic() + 60
    while until not in heard:
        assert time.monotonic() < end_s, f"no {until} among {heard}"
        heard.append(channel.recv(4096).decode())
    return heard
