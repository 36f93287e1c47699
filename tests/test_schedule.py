"""The texts of schedules: systemd's own tools read the units, the words of the command come back as they were given."""

from __future__ import annotations

import json
import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from importer.cli.schedule_words import planned_schedule
from importer.errors import UsageError
from importer.watch import schedule_cron as cron
from importer.watch import schedule_launchd as launchd
from importer.watch import schedule_systemd as systemd
from importer.watch import schedule_windows as windows
from importer.watch.schedule import Schedule, Standing, marked, standing

AWKWARD = (
    "a b",
    "100%h",
    "$HOME",
    "${HOME}",
    "it's",
    'the "best"',
    "back\\slash\\",
    "ü → 走",
    "; rm",
    "#no",
    "-dash",
    "~",
    "tab" + "x" * 60,
    "",
)
PLAIN = Schedule(name="retro-import", program=(sys.executable,), words=("watch", "--db=/home/ada/r.db", "--", "/home/ada/in"))
BOXED_TIMES = ((None, True), (None, False), (15, True), (15, False))

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def awkward(**more):
    paths = tuple(f"/home/ada/{name}" for name in AWKWARD)
    words = ("watch", "--db=/home/ada/r.db", f"--on-import={AWKWARD[4]} {AWKWARD[5]}", *AWKWARD, "--", *paths)
    return replace(PLAIN, words=words, writable=paths, environment={"RETRO_IMPORT_CONFIG": f"/home/ada/{' '.join(AWKWARD)}"}, **more)


def analyze(tmp_path, *words, **environment):
    """Run systemd-analyze as the user's own manager reads units, with a runtime folder of its own."""
    return subprocess.run(
        ["systemd-analyze", *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **environment},
    )


def write(folder, files):
    for file in files:
        (folder / file.name).write_text(file.text, encoding=file.encoding)
    return [str(folder / file.name) for file in files]


@needs_systemd
@pytest.mark.parametrize(("every_min", "is_boxed"), BOXED_TIMES)
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path, every_min, is_boxed):
    paths = write(tmp_path, systemd.files(awkward(every_min=every_min), is_boxed=is_boxed))
    done = analyze(tmp_path, "--user", "verify", "--man=no", *paths)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "retro-import" in line]) == (0, [])


@needs_systemd
def test_systemd_finds_what_is_wrong_with_a_unit(tmp_path):
    (file,) = systemd.files(PLAIN, is_boxed=True)
    paths = write(tmp_path, [replace(file, text=file.text.replace("NoNewPrivileges=yes", "NoNewPrivilege=yes"))])
    assert "NoNewPrivilege" in analyze(tmp_path, "--user", "verify", "--man=no", *paths).stderr


@needs_systemd
@pytest.mark.parametrize("is_networked", [False, True])
@pytest.mark.parametrize("every_min", [None, 15])
def test_the_service_in_its_box_scores_ok_or_better(tmp_path, every_min, is_networked):
    service = write(tmp_path, systemd.files(replace(PLAIN, every_min=every_min, is_networked=is_networked), is_boxed=True))[0]
    done = analyze(tmp_path, "--user", "security", "--offline=true", "--no-pager", service)
    level = re.search(r"Overall exposure level for \S+: ([\d.]+) (\w+)", done.stdout)
    assert level is not None, done.stderr
    assert level[2] in ("OK", "SAFE", "PERFECT")
    assert float(level[1]) < 3


@needs_systemd
def test_systemd_reads_the_words_and_paths_as_they_were_given(tmp_path):
    schedule = awkward()
    write(tmp_path, systemd.files(schedule, is_boxed=True))
    done = analyze(tmp_path, "--user", "verify", "--man=no", str(tmp_path / "retro-import.service"), SYSTEMD_LOG_LEVEL="debug")
    dump = done.stdout + done.stderr
    line = re.search(r"Command Line: (.*)", dump)
    if line is None:
        pytest.skip("this systemd-analyze does not print what it has read")
    # it prints words as a shell takes them; a dollar is written twice until the command is started
    assert shlex.split(line[1].replace("\\$\\$", "$")) == list(schedule.command)
    paths = " ".join(f"-{path}" for path in schedule.writable).rstrip("/ -")
    assert f"ReadWritePaths: {paths}" in dump
    assert f"Environment: RETRO_IMPORT_CONFIG={schedule.environment['RETRO_IMPORT_CONFIG']}" in dump


def test_a_dollar_is_doubled_in_words_and_not_in_the_program():
    assert systemd.word("/opt/$x/run", is_program=True) == '"/opt/$x/run"'
    assert systemd.word("/in/$x") == '"/in/$$x"'


def test_a_watched_folder_in_tmp_is_not_hidden_by_a_private_tmp():
    (hidden,) = systemd.files(PLAIN, is_boxed=True)
    (seen,) = systemd.files(replace(PLAIN, seen=("/tmp/in",)), is_boxed=True)  # noqa: S108 - named, not used
    assert "PrivateTmp=yes" in hidden.text
    assert "PrivateTmp" not in seen.text


def test_a_service_without_a_server_has_no_network():
    (alone,) = systemd.files(PLAIN, is_boxed=True)
    (networked,) = systemd.files(replace(PLAIN, is_networked=True), is_boxed=True)
    assert ("PrivateNetwork=yes" in alone.text, "AF_INET" in alone.text) == (True, False)
    assert ("PrivateNetwork=yes" in networked.text, "AF_INET" in networked.text) == (False, True)


def test_launchd_is_told_every_word_as_it_is():
    schedule = awkward()
    (file,) = launchd.files(schedule, log="/Users/ada/Library/Logs/retro-import.log")
    read = plistlib.loads(file.text.encode())
    assert file.name == "io.retro-import.retro-import.plist"
    assert read["ProgramArguments"] == list(schedule.command)
    assert read["EnvironmentVariables"] == schedule.environment
    assert (read["RunAtLoad"], read["KeepAlive"], "StartInterval" in read) == (True, {"SuccessfulExit": False}, False)


def test_launchd_starts_a_timed_one_by_its_interval_in_seconds():
    read = plistlib.loads(launchd.files(replace(PLAIN, every_min=15), log="/l")[0].text.encode())
    assert (read["StartInterval"], "KeepAlive" in read) == (900, False)


def test_the_task_scheduler_is_told_the_words_as_windows_splits_them():
    words = ("watch", "--", "C:\\Users\\Ada B\\in & out", 'the "best" <one>')
    (file,) = windows.files(replace(PLAIN, program=("C:\\Py thon\\pythonw.exe", "-P"), words=words), user="PC\\Ada & Bo")
    root = ElementTree.fromstring(file.text.encode(file.encoding))  # noqa: S314 - our own text
    read = {element.tag.rpartition("}")[2]: element.text for element in root.iter()}
    assert file.text.encode(file.encoding).startswith((b"\xff\xfe", b"\xfe\xff"))
    assert read["Command"] == "C:\\Py thon\\pythonw.exe"
    assert read["Arguments"] == '-P watch -- "C:\\Users\\Ada B\\in & out" "the \\"best\\" <one>"'
    assert (read["UserId"], read["LogonType"], read["RunLevel"]) == ("PC\\Ada & Bo", "InteractiveToken", "LeastPrivilege")
    assert (read["MultipleInstancesPolicy"], read["StartWhenAvailable"], read["ExecutionTimeLimit"]) == ("IgnoreNew", "true", "PT0S")
    assert 1 <= int(read["Count"] or 0) <= 255
    assert [child.tag.rpartition("}")[2] for child in root] == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]


def test_a_timed_task_is_repeated_and_a_lasting_one_restarted():
    timed, lasting = (windows.files(replace(PLAIN, every_min=every_min), user="a")[0].text for every_min in (30, None))
    assert ("<Interval>PT30M</Interval>" in timed, "RestartOnFailure" in timed) == (True, False)
    assert ("<Repetition>" in lasting, "RestartOnFailure" in lasting) == (False, True)


@pytest.mark.parametrize("name", ["100%TEMP%", "$(Arg0)"])
def test_the_task_scheduler_is_not_given_what_it_would_replace(name):
    with pytest.raises(UsageError, match="rename it"):
        windows.files(replace(PLAIN, words=("watch", name)), user="a")


def test_a_shell_reads_the_words_of_cron_as_they_were_given(tmp_path):
    schedule = replace(
        awkward(every_min=5),
        program=(sys.executable, "-c", "import json, os, sys; json.dump([sys.argv[1:], dict(os.environ)], open('out', 'w'))"),
    )
    schedule = replace(schedule, words=AWKWARD)
    line = cron.block(schedule).splitlines()[2]
    assert line.startswith("*/5 * * * * ")
    # cron itself takes the backslash off before a %, and ends the command at one without
    assert not re.search(r"(?<!\\)%", line)
    subprocess.run(["/bin/sh", "-c", line.removeprefix("*/5 * * * * ").replace("\\%", "%")], check=True, cwd=tmp_path, timeout=60)
    words, environment = json.loads((tmp_path / "out").read_text())
    assert words == list(AWKWARD)
    assert environment["RETRO_IMPORT_CONFIG"] == schedule.environment["RETRO_IMPORT_CONFIG"]


@pytest.mark.parametrize(
    ("every_min", "times"),
    [(1, "* * * * *"), (15, "*/15 * * * *"), (60, "0 * * * *"), (120, "0 */2 * * *"), (1440, "0 0 * * *"), (None, "*/15 * * * *")],
)
def test_cron_is_told_minutes_and_hours(every_min, times):
    assert cron.block(replace(PLAIN, every_min=every_min)).splitlines()[2].startswith(times + " /")


@pytest.mark.parametrize("every_min", [7, 59, 90, 300])
def test_cron_cannot_be_told_what_does_not_divide_the_hour_or_the_day(every_min):
    with pytest.raises(UsageError, match=f"every {every_min} minutes"):
        cron.block(replace(PLAIN, every_min=every_min))


@pytest.mark.parametrize("before", ["", "5 4 * * * other\n", "no end of line", "# >>> retro-import-two: written\nx\n"])
def test_a_crontab_keeps_the_lines_of_others(before):
    lines, others = cron.block(PLAIN), before + ("\n" if before and not before.endswith("\n") else "")
    with_ours = cron.replaced(before, "retro-import", lines)
    assert with_ours == others + lines
    assert cron.found(with_ours, "retro-import") == (lines, Standing.OURS)
    longer = cron.replaced(with_ours + "tail\n", "retro-import", cron.block(replace(PLAIN, every_min=30)))
    assert longer.endswith("# <<< retro-import\ntail\n")
    assert cron.replaced(longer, "retro-import", "") == others + "tail\n"


def test_an_edited_block_of_a_crontab_is_known_as_such():
    lines = cron.block(PLAIN)
    assert cron.found(lines.replace("*/15", "*/5"), "retro-import")[1] == Standing.EDITED
    assert cron.found(lines.replace("# <<< retro-import\n", ""), "retro-import") == ("", Standing.EDITED)
    assert cron.found(lines, "other") == ("", Standing.ABSENT)


@pytest.mark.parametrize("text", ["[Unit]\nA=b\n", '<?xml version="1.0"?>\n<a>\n</a>\n', ""])
def test_the_mark_tells_our_text_from_an_edited_and_a_foreign_one(text):
    assert standing(marked(text)) == Standing.OURS
    assert standing(marked(text) + "x") == Standing.EDITED
    assert standing(text) == Standing.FOREIGN


@pytest.mark.parametrize("word", ["two\nlines", "nul\0", "\udcff", "para\u2029graph", "bell\a"])
def test_a_name_that_would_break_a_line_is_refused(word):
    with pytest.raises(UsageError, match="rename it"):
        replace(PLAIN, words=("watch", word))


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "1", "x" * 60, "a\n"])
def test_a_schedule_is_named_as_a_service_may_be(name):
    with pytest.raises(UsageError, match="--name"):
        replace(PLAIN, name=name)


@pytest.mark.parametrize(("url", "seen"), [("postgresql:///runs", True), ("postgresql://ada@host/runs", False)])
def test_a_server_without_a_host_may_have_its_socket_in_tmp(tmp_path, url, seen):
    made = planned_schedule(
        name="a",
        every_min=None,
        folders=(str(tmp_path),),
        db_url=url,
        every_s=None,
        settle_s=None,
        archive=None,
        on_import=None,
        is_notifying=True,
        athlete=None,
        writable=(),
    )
    assert "--notify" in made.words
    assert ("/tmp" in made.seen, made.is_networked) == (seen, True)  # noqa: S108 - named, not used
