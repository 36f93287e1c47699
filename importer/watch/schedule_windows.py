"""Text of a task for the Task Scheduler of Windows: pure.

Source: Task Scheduler schema 1.2 and schtasks, learn.microsoft.com. A task's words are one text that Windows splits again; `%NAME%` and
`$(NAME)` in it are replaced before that and cannot be escaped, so that such words are refused.
"""

from __future__ import annotations

import subprocess
from typing import Final
from xml.sax.saxutils import escape

from importer.errors import UsageError
from importer.watch.schedule import Schedule, UnitFile, marked

_NAMESPACE: Final = "http://schemas.microsoft.com/windows/2004/02/mit/task"
#: stands in every task of ours: the Task Scheduler keeps it, a comment it does not
SOURCE: Final = "retro-import schedule"
#: most restarts that the schema takes
_RESTARTS: Final = 255


def task_name(name: str) -> str:
    """Give the task's place in the Task Scheduler's library; a user without rights may write to its root only."""
    return f"\\{name}"


def files(schedule: Schedule, *, user: str) -> tuple[UnitFile, ...]:
    """Give the task's XML; `user` is whose login starts it, as DOMAIN\\NAME."""
    for one in schedule.command:
        if "%" in one or "$(" in one:
            raise UsageError(f"{one}: the Task Scheduler cannot be given a % or $( in a name: rename it")
    # schtasks reads a file as UTF-16
    return (UnitFile(names(schedule.name)[0], marked(_xml(schedule, user=user)), encoding="utf-16"),)


def names(name: str) -> tuple[str, ...]:
    """Give the names of all files that a schedule of this name may have."""
    return (f"{name}.task.xml",)


def start_commands(schedule: Schedule, *, path: str) -> tuple[tuple[str, ...], ...]:
    """Give what registers the task and starts it."""
    task = task_name(schedule.name)
    return (("schtasks", "/Create", "/TN", task, "/XML", path, "/F"), ("schtasks", "/Run", "/TN", task))


def stop_commands(name: str) -> tuple[tuple[str, ...], ...]:
    """Give what ends the task and takes it out."""
    task = task_name(name)
    return (("schtasks", "/End", "/TN", task), ("schtasks", "/Delete", "/TN", task, "/F"))


def state_command(name: str) -> tuple[str, ...]:
    """Give what prints the task as it is registered."""
    return ("schtasks", "/Query", "/TN", task_name(name), "/XML")


def _xml(schedule: Schedule, *, user: str) -> str:
    program, *rest = schedule.command
    is_timed = schedule.every_min is not None
    again = f"<Repetition><Interval>PT{schedule.every_min}M</Interval><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>"
    restart = f"<RestartOnFailure><Interval>PT1M</Interval><Count>{_RESTARTS}</Count></RestartOnFailure>"
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="{_NAMESPACE}">
  <RegistrationInfo>
    <Source>{SOURCE}</Source>
    <Description>Imports activity files from folders (retro-import).</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      {again if is_timed else ""}
      <Enabled>true</Enabled>
      <UserId>{escape(user)}</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{escape(user)}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <Enabled>true</Enabled>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    {"" if is_timed else restart}
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(subprocess.list2cmdline(rest))}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
