"""Text of a launchd agent: pure. Source: launchd.plist(5), launchctl(1)."""

from __future__ import annotations

import plistlib

from importer.watch.schedule import Schedule, UnitFile, marked

_PREFIX = "io.retro-import."


def label(name: str) -> str:
    """Give the name by which launchd knows the agent."""
    return _PREFIX + name


def files(schedule: Schedule, *, log: str) -> tuple[UnitFile, ...]:
    """Give the agent's file; `log` is the file that takes what it prints."""
    content: dict[str, object] = {
        "Label": label(schedule.name),
        "ProgramArguments": list(schedule.command),
        "RunAtLoad": True,
        "ProcessType": "Background",
        "Umask": 0o077,
        "StandardOutPath": log,
        "StandardErrorPath": log,
    }
    if schedule.environment:
        content["EnvironmentVariables"] = dict(schedule.environment)
    if schedule.every_min is None:
        content |= {"KeepAlive": {"SuccessfulExit": False}, "ThrottleInterval": 30}
    else:
        content["StartInterval"] = 60 * schedule.every_min
    return (UnitFile(names(schedule.name)[0], marked(plistlib.dumps(content).decode())),)


def names(name: str) -> tuple[str, ...]:
    """Give the names of all files that a schedule of this name may have."""
    return (f"{label(name)}.plist",)


def start_commands(schedule: Schedule, *, path: str, user: int) -> tuple[tuple[str, ...], ...]:
    """Give what starts the agent now and at each login; `user` is the number of the user whose it is."""
    return (
        ("launchctl", "enable", f"gui/{user}/{label(schedule.name)}"),
        ("launchctl", "bootstrap", f"gui/{user}", path),
    )


def stop_commands(name: str, *, user: int) -> tuple[tuple[str, ...], ...]:
    """Give what stops the agent."""
    return (("launchctl", "bootout", f"gui/{user}/{label(name)}"),)


def state_command(name: str, *, user: int) -> tuple[str, ...]:
    """Give what says whether launchd knows the agent."""
    return ("launchctl", "print", f"gui/{user}/{label(name)}")
