"""Install, remove and look at schedules: the files and the service managers of this machine.

Conventions: everything is looked at before anything is written; a file is written beside its place and moved there. Nothing is
overwritten or removed but what carries our mark (`importer.watch.schedule`).
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from importer.watch import schedule_cron, schedule_launchd, schedule_systemd, schedule_windows
from importer.watch.schedule import Kind, Schedule, ScheduleError, Standing, UnitFile, standing
from importer.watch.schedule_tools import Done, crontab, run, set_crontab, tried

#: what must be there for a kind
TOOLS: Final = {Kind.SYSTEMD: "systemctl", Kind.LAUNCHD: "launchctl", Kind.TASK_SCHEDULER: "schtasks", Kind.CRON: "crontab"}
_CRONTAB: Final = "your crontab"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an installation does, to be shown or done.

    Parameters
    ----------
    files : places and contents; for cron the lines that go into the crontab.
    commands : what is run afterwards.
    """

    kind: Kind
    name: str
    files: tuple[tuple[str, UnitFile], ...]
    commands: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or the lines of a crontab, and whose it is."""

    place: str
    standing: Standing


def usual_kind() -> Kind:
    """Give who starts services for users of this machine.

    Raises
    ------
    ScheduleError : nobody does.
    """
    if sys.platform == "win32":
        return Kind.TASK_SCHEDULER
    if sys.platform == "darwin":
        return Kind.LAUNCHD
    if tried(("systemctl", "--user", "show-environment")).is_well:
        return Kind.SYSTEMD
    if shutil.which(TOOLS[Kind.CRON]):
        return Kind.CRON
    raise ScheduleError(
        "this machine has neither a systemd that serves users nor cron: have its own service manager run `retro-import watch DIR`"
    )


def is_box_possible() -> bool:
    """Tell whether a user's service may have a view of its own of the file system here, by trying it; yes where nobody can be asked."""
    if not tried(("systemctl", "--user", "show-environment")).is_well:
        return True
    settings = [word for setting in schedule_systemd.probed() for word in ("-p", setting)]
    return tried(("systemd-run", "--user", "--quiet", "--wait", "--collect", *settings, "true")).is_well


def plan(schedule: Schedule, kind: Kind, *, is_boxed: bool = True) -> Plan:
    """Work out an installation."""
    if kind == Kind.CRON:
        lines = UnitFile(schedule.name, schedule_cron.block(schedule))
        return Plan(kind, schedule.name, ((_CRONTAB, lines),), ())
    folder = _folder(kind)
    if kind == Kind.SYSTEMD:
        files = schedule_systemd.files(schedule, is_boxed=is_boxed)
        commands = schedule_systemd.start_commands(schedule)
    elif kind == Kind.LAUNCHD:
        files = schedule_launchd.files(schedule, log=str(Path.home() / "Library" / "Logs" / f"{schedule.name}.log"))
        commands = schedule_launchd.start_commands(schedule, path=str(folder / files[0].name), user=_user_number())
    else:
        files = schedule_windows.files(schedule, user=_windows_user())
        commands = schedule_windows.start_commands(schedule, path=str(folder / files[0].name))
    return Plan(kind, schedule.name, tuple((str(folder / one.name), one) for one in files), commands)


def parts(kind: Kind, name: str) -> tuple[Part, ...]:
    """Give what is installed under a name."""
    if kind == Kind.CRON:
        if not shutil.which(TOOLS[kind]):
            return ()
        _, whose = schedule_cron.found(crontab(), name)
        return () if whose == Standing.ABSENT else (Part(_CRONTAB, whose),)
    found = [Part(str(path), _standing(path)) for path in _paths(kind, name)]
    if kind == Kind.TASK_SCHEDULER and _is_foreign_task(name):
        found.append(Part(f"task {schedule_windows.task_name(name)}", Standing.FOREIGN))
    return tuple(part for part in found if part.standing != Standing.ABSENT)


def is_running(kind: Kind, name: str) -> bool | None:
    """Tell whether the service manager knows the schedule and runs it; None: it cannot be asked (cron)."""
    if kind == Kind.CRON:
        return None
    present = tuple(path.name for path in _paths(kind, name) if path.exists())
    if kind == Kind.SYSTEMD:
        return bool(present) and tried(schedule_systemd.state_command(present)).is_well
    if kind == Kind.LAUNCHD:
        return tried(schedule_launchd.state_command(name, user=_user_number())).is_well
    return tried(schedule_windows.state_command(name)).is_well


def install(new: Plan) -> None:
    """Write and start a schedule, in the place of an earlier one of that name.

    Raises
    ------
    ScheduleError : something of that name is not ours, or the service manager refuses.
    """
    if not shutil.which(TOOLS[new.kind]):
        raise ScheduleError(f"there is no {TOOLS[new.kind]} on this machine: choose another service manager with --with")
    refuse_foreign(parts(new.kind, new.name))
    if new.kind == Kind.CRON:
        set_crontab(schedule_cron.replaced(crontab(), new.name, new.files[0][1].text))
        return
    remove(new.kind, new.name)
    for place, file in new.files:
        _write(Path(place), file.text.encode(file.encoding))
    for command in new.commands:
        run(command, remedy=f"what was written is there; `retro-import schedule remove --name {new.name}` takes it away")


def remove(kind: Kind, name: str) -> tuple[str, ...]:
    """Stop a schedule and take away its files; give what the service manager said against it.

    Raises
    ------
    ScheduleError : something of that name is not ours; then nothing was done.
    """
    found = parts(kind, name)
    refuse_foreign(found)
    if not found:
        return ()
    if kind == Kind.CRON:
        set_crontab(schedule_cron.replaced(crontab(), name, ""))
        return ()
    done = [tried(command) for command in _stop_commands(kind, name, tuple(Path(part.place).name for part in found))]
    for part in found:
        path = Path(part.place)
        path.unlink(missing_ok=True)
        if kind == Kind.SYSTEMD:
            _forget_links(path)
    if kind == Kind.SYSTEMD:
        done += [tried(command) for command in schedule_systemd.after_removal(name)]
    return tuple(one.complaint for one in done if not one.is_well)


def refuse_foreign(found: tuple[Part, ...]) -> None:
    """Raise ScheduleError where a part is not, or no longer, as it was written."""
    for part in found:
        if part.standing == Standing.FOREIGN:
            raise ScheduleError(f"{part.place}: was not written by this program: move it away, or choose another --name")
        if part.standing == Standing.EDITED:
            raise ScheduleError(f"{part.place}: was edited since this program wrote it: move it away, or choose another --name")


def _stop_commands(kind: Kind, name: str, present: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    if kind == Kind.SYSTEMD:
        return schedule_systemd.stop_commands(present)
    if kind == Kind.LAUNCHD:
        return schedule_launchd.stop_commands(name, user=_user_number())
    return schedule_windows.stop_commands(name)


def _folder(kind: Kind) -> Path:
    if kind == Kind.SYSTEMD:
        return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    if kind == Kind.LAUNCHD:
        return Path.home() / "Library" / "LaunchAgents"
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "retro-import"


def _paths(kind: Kind, name: str) -> tuple[Path, ...]:
    names = {Kind.SYSTEMD: schedule_systemd.names, Kind.LAUNCHD: schedule_launchd.names, Kind.TASK_SCHEDULER: schedule_windows.names}
    return tuple(_folder(kind) / one for one in names[kind](name))


def _standing(path: Path) -> Standing:
    if path.is_symlink():  # masked, or kept elsewhere by its owner
        return Standing.FOREIGN
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Standing.ABSENT
    except OSError as error:
        raise ScheduleError(f"{path}: cannot be read ({error.strerror}): move it away") from error
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    return standing(data.decode(encoding, "replace"))


def _is_foreign_task(name: str) -> bool:
    if not shutil.which(TOOLS[Kind.TASK_SCHEDULER]):
        return False
    asked: Done = tried(schedule_windows.state_command(name))
    return asked.is_well and f"<Source>{schedule_windows.SOURCE}</Source>" not in asked.output


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        raise ScheduleError(f"{path}: cannot be written ({error.strerror}): check the folder") from error


def _forget_links(path: Path) -> None:
    """Remove the links by which systemd starts a unit, where it could not do so itself."""
    for link in path.parent.glob(f"*.wants/{path.name}"):
        if link.is_symlink() and not link.exists():
            link.unlink()


def _user_number() -> int:
    return os.getuid() if hasattr(os, "getuid") else 0


def _windows_user() -> str:
    return "\\".join(part for part in (os.environ.get("USERDOMAIN", ""), os.environ.get("USERNAME", "")) if part)
